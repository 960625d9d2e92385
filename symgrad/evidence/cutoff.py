"""Which sizes decide all sizes: read off two programs as they are written, without any algebra.

Unfold every definition and clear the denominators. Then each compared cell is a sum of terms, each a product of
cells under sums. A product with n different indices over the size R occurs at R = n if it occurs anywhere, and what
stands before it is a polynomial in R of a degree d, which is 0 if it is 0 at the d + 1 sizes n, ..., n + d. So
two sides that agree at these agree at all sizes. A summed index counts in the degree unless a monomial shows it:
a sum of functions may hide a constant. docs/fields.md has the theorem, its hypotheses and the proof. What is beyond
it is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from symgrad.evidence.clearing import Bounds, bounds, needed_sizes
from symgrad.evidence.terms import Atom, Terms, added
from symgrad.evidence.unfolding import unfolded
from symgrad.language.program import Add, Expr, Inv, Mul, Neg, Number, Pow, Program, Size, SizeDecl


@dataclass(frozen=True)
class Cutoff:
    """The sizes at which two sides must agree so that they agree at all sizes.

    Attributes:
        least, greatest: for each free size the range of values; all combinations count.
        reasons: why these do not decide all sizes; none if they do.
    """

    least: Mapping[str, int]
    greatest: Mapping[str, int]
    reasons: tuple[str, ...] = ()

    @property
    def rigorous(self) -> bool:
        """Whether agreement at these sizes is agreement at all sizes."""
        return not self.reasons

    @property
    def count(self) -> int:
        """How many combinations of sizes there are."""
        return prod(self.greatest[name] - least + 1 for name, least in self.least.items())

    def sizes(self) -> Iterator[dict[str, int]]:
        """All combinations of the free sizes, the smallest first."""
        runs = [range(least, self.greatest[name] + 1) for name, least in self.least.items()]
        for values in sorted(product(*runs), key=sum):
            yield dict(zip(self.least, values, strict=True))


def cutoff(left: Program, right: Program, tensors: Sequence[str]) -> Cutoff:
    """The sizes that decide whether two programs give equal tensors.

    Args:
        left: a complete program: it declares all that it reads.
        right: another one, with the same sizes.
        tensors: what is compared.

    >>> from symgrad.language.read import read_program
    >>> one = read_program("index i in N\\ninput a[i]\\ns = (sum_i a[i])^2")
    >>> two = read_program("index i, j in N\\ninput a[i]\\ns = sum_{i, j} a[i] a[j]")
    >>> found = cutoff(one, two, ["s"])
    >>> found.rigorous, found.least, found.greatest
    (True, {'N': 2}, {'N': 2})
    """
    reasons = dict.fromkeys(_of_declarations((left, right)))
    sides = unfolded(left, right, tensors)
    claims: _Claims = []
    for name in tensors:
        claim = added([unfolding.known[name] for unfolding in sides])
        axes = [*sides[0].axes(name)]
        reasons |= dict.fromkeys(claim.reasons)
        if "" in axes:
            reasons[f"an axis of {name} that is not a size"] = None
        claims.append((claim, Counter(axes)))
    free = [size for size in left.sizes if size.definition is None]
    least, greatest = dict.fromkeys((s.name for s in free), 1), dict.fromkeys((s.name for s in free), 1)
    for size in _in_order(free, claims, reasons):
        least[size.name], greatest[size.name] = _window(size, claims, greatest, reasons)
    return Cutoff(least, greatest, tuple(reasons))


_Claims = list[tuple[Terms, Counter[str]]]
"""The terms of each compared tensor on both sides, and how many axes it has over each size."""


def _of_declarations(sides: Iterable[Program]) -> Iterator[str]:
    for program in sides:
        if program.constraints:
            yield "constraints"
        for size in program.sizes:
            if size.definition is not None:
                yield f"size {size.name} is made of other sizes"


def _in_order(sizes: list[SizeDecl], claims: _Claims, reasons: dict[str, None]) -> Iterator[SizeDecl]:
    """The sizes, each after those whose cutoffs its own is made of."""
    needed = {s.name: {n for claim, _ in claims for n in needed_sizes(claim, s.name)} for s in sizes}
    done: set[str] = set()
    while sizes:
        ready = [s for s in sizes if needed[s.name] <= done]
        if not ready:
            names = " and of ".join(s.name for s in sizes)
            reasons[f"inverses, under sums, of sums over each of {names}"] = None
            ready = sizes
        for size in ready:
            done.add(size.name)
            yield size
        sizes = [s for s in sizes if s.name not in done]


def _window(size: SizeDecl, claims: _Claims, greatest: Mapping[str, int], reasons: dict[str, None]) -> tuple[int, int]:
    """The least and the greatest value of a size that decide."""
    found = [bounds(claim, size.name, axes[size.name], greatest) for claim, axes in claims]
    reasons |= dict.fromkeys(reason for own in found for reason in own.reasons)
    inverses = [[*claim.inverses()] for claim, _ in claims]
    guarded = any(inverses) and any(claim.guarded for claim, _ in claims)
    first = start = max(size.minimum, 1)
    while start < first + _MOST_SKIPPED and not guarded and _may_skip(size.name, start, inverses, found):
        start += 1
    counts = {pair for own in found for pair in own.counts}
    degree = max((d for _, d in counts), default=0)
    high = max((max(start, n) + d for n, d in counts), default=start)
    low = start if guarded or any(own.local for own in found) else max(start, high - degree)
    return low, high


_MOST_SKIPPED = 8


def _may_skip(size: str, at: int, inverses: list[list[Atom]], found: list[Bounds]) -> bool:
    """Whether something has no value at a size, and what has one follows there from larger sizes."""
    empty = [any(_value(atom.expression, size, at) == 0 for atom in own) for own in inverses]
    return any(empty) and all(none or not own.local for none, own in zip(empty, found, strict=True))


def _value(expr: Expr | None, size: str, at: int) -> Fraction | None:
    """The value of what is made of one size only; None for anything else."""
    match expr:
        case Number(value):
            return value
        case Size(name):
            return Fraction(at) if name == size else None
        case Neg(arg):
            inner = _value(arg, size, at)
            return None if inner is None else -inner
        case Inv(arg):
            inner = _value(arg, size, at)
            return 1 / inner if inner else None
        case Pow(base, Number(times)) if times.denominator == 1 and 0 < times <= 9:
            inner = _value(base, size, at)
            return None if inner is None else inner ** int(times)
        case Add(args) | Mul(args):
            values = [_value(arg, size, at) for arg in args]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            return sum(known, Fraction(0)) if isinstance(expr, Add) else prod(known, start=Fraction(1))
    return None
