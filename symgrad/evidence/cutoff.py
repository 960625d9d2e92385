"""Which sizes decide all sizes: read off two programs as they are written, without any algebra.

Unfold every definition. Then each compared cell is a sum of terms, each a product of cells under sums. A term
with n indices over the size R, free and summed ones, touches at most n values of such indices, so each
product of cells that occurs at any size R occurs already at R = n. What stands before it is a polynomial
in R of a degree d, which is 0 if it is 0 at the d + 1 sizes n, ..., n + d. So two sides that agree at these
agree at all sizes. Functions, roots and inverses of what has no sum over R inside are like cells, but a sum
of them may hide a constant, so each summed index adds to the degree. Inverses under no sum are cleared.
docs/proofs.md has the proof. All other cases are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from symgrad.evidence.runs import shared_length
from symgrad.evidence.terms import Atom, Term, added, multiplied, raised
from symgrad.language.affine import as_affine
from symgrad.language.build import ZERO
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Define,
    Expr,
    Index,
    Indicator,
    Inv,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
)
from symgrad.language.walk import free_indices, walk_expr, walk_statements


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
    reasons: dict[str, None] = {}
    terms: list[tuple[Term, dict[str, int]]] = []
    shared = shared_length(left, right)
    for side, program in enumerate((left, right)):
        own = {statement.target.name for _, statement in walk_statements(program.body[shared:])}
        unfolding = _Unfolding(program, f"{side}: ", own)
        unfolding.run()
        reasons |= unfolding.reasons
        terms += [(unfolding.known[name], unfolding.axes(name)) for name in tensors if name in unfolding.known]
    least, greatest = {}, {}
    for size in left.sizes:
        if size.definition is not None:
            reasons[f"size {size.name} is made of other sizes"] = None
            continue
        names = degree = 0
        for name in tensors:
            pair = [(term, axes) for term, axes in terms if term.name == name]
            n, d = _bounds([term for term, _ in pair], size.name, reasons)
            names = max(names, n + max((axes.get(size.name, 0) for _, axes in pair), default=0))
            degree = max(degree, d)
        least[size.name] = max(size.minimum, names, 1)
        greatest[size.name] = least[size.name] + degree
    return Cutoff(least, greatest, tuple(reasons))


def _bounds(sides: list[Term], size: str, reasons: dict[str, None]) -> tuple[int, int]:
    """The number of summed indices over a size, and the degree in it, after denominators were cleared."""
    both = added(sides)
    names, degree, local = both.names.get(size, 0), both.degree(size), False
    for atom, times in both.atoms.items():
        own = atom.names_of(size)
        if atom.kind == "inverse" and not atom.bound:
            names, degree = names + times * own, degree + times * atom.degree_of(size)
        elif own:
            reasons[f"{_WORDS[atom.kind]} of a sum over {size}"] = None
        elif atom.degree_of(size):
            reasons[f"{_WORDS[atom.kind]} of the size {size}"] = None
        else:
            local = local or size in atom.bound
    return names, degree + (names if local else 0)  # a sum of what is constant for a hidden reason gives the size


_WORDS = {"inverse": "an inverse, under a sum,", "call": "a function"}


@dataclass
class _Unfolding:
    """What each tensor of a program is after the statements so far, as a bound for its terms.

    `own` are the tensors that this side alone computes; what is made of them has the side's name in its text.
    """

    program: Program
    side: str
    own: set[str]
    known: dict[str, Term] = field(default_factory=dict)
    reasons: dict[str, None] = field(default_factory=dict)

    def run(self) -> None:
        """Go through the program."""
        self._declarations()
        for node in self.program.body:
            self._node(node)

    def axes(self, name: str) -> dict[str, int]:
        """How many axes of a tensor there are over each size."""
        found: dict[str, int] = {}
        for axis in self.program.tensor_named[name].axes:
            size = _plain_size(axis.extent, 0)
            if size:
                found[size] = found.get(size, 0) + 1
            elif not isinstance(axis.extent, Number):
                self.reasons[f"an axis of {name} that is not a size"] = None
        return found

    def _declarations(self) -> None:
        if self.program.constraints:
            self.reasons["constraints"] = None
        for tensor in self.program.tensors:
            if tensor.role is Role.INTEGER:
                self.reasons[f"the integers {tensor.name}"] = None
            if tensor.over:
                self.reasons[f"the distribution {tensor.name}"] = None
            if tensor.initial is not None or tensor.zero_outside:
                self.reasons[f"the given slice or the padding of {tensor.name}"] = None
            self.known[tensor.name] = Term(tensor.name)

    def _node(self, node: Node) -> None:
        """Take up the statements of a loop nest that reads nothing that it writes."""
        statements = list(walk_statements((node,)))
        written = {statement.target.name for _, statement in statements}
        read = {part.name for _, s in statements for part in walk_expr(s.value) if isinstance(part, Ref)}
        if written & read:
            self.reasons[f"a loop that reads {min(written & read)}, which it writes"] = None
        for around, statement in statements:
            target = statement.target
            free = [part.name if isinstance(part, Index) else "" for part in target.subscripts]
            if "" in free or len({*free}) < len(free):
                self.reasons[f"a target {target.name} whose subscripts are not distinct indices"] = None
            value = self._bind(self.term(statement.value), [r for r in around if r.index not in free])
            for r in around:
                self._size_of(r)
            value = value.renamed(dict(zip(free, _positions(len(free)), strict=True)))
            old = self.known[target.name]
            merged = value if isinstance(statement, Define) else added([old, value])
            self.known[target.name] = replace(merged, name=target.name)

    def term(self, expr: Expr) -> Term:
        """A bound for the terms of an expression."""
        match expr:
            case Number() | Constant():
                return Term()
            case Size(name):
                return Term(powers={name: 1})
            case Index():
                self.reasons["an index as a number"] = None
                return Term()
            case Ref():
                return self._ref(expr)
            case Neg(arg):
                return self.term(arg)
            case Add(args):
                return added([self.term(arg) for arg in args])
            case Mul(args):
                return multiplied([self.term(arg) for arg in args])
            case Inv(arg):
                return self._inverse(arg, 1)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(_, args):
                return multiplied([self._atom("call", arg) for arg in args])
            case Indicator(op, left, right):
                if op not in ("=", "!=") or not (isinstance(left, Index) and isinstance(right, Index)):
                    self.reasons["comparisons other than of two indices for equality"] = None
                return Term(indices=frozenset(p.name for p in (left, right) if isinstance(p, Index)))
            case Reduce("sum", ranges, body):
                return self._bind(self.term(body), ranges)
        self.reasons["a maximum, a minimum, or a whole part"] = None
        return Term()

    def _ref(self, ref: Ref) -> Term:
        own = [part.name if isinstance(part, Index) else "" for part in ref.subscripts]
        if "" in own:
            self.reasons[f"subscripts of {ref.name} that are not indices"] = None
        known = self.known[ref.name]
        names = dict(zip(_positions(len(own)), own, strict=True))
        return replace(known.renamed(names), name="", indices=frozenset(own) - {""})

    def _bind(self, term: Term, ranges: Iterable[Range]) -> Term:
        """The term summed over ranges."""
        for r in ranges:
            size = self._size_of(r)
            if size:
                term = term.summed(r.index, size)
        return term

    def _size_of(self, r: Range) -> str:
        """The size over all of whose values a range runs."""
        own = self.program.index_named.get(r.index)
        size = _plain_size(own.high, -1) if r.whole and own is not None and own.low == ZERO else ""
        if size:
            return size
        self.reasons[f"the range of {r.index}, which is not all of a size"] = None
        return ""

    def _inverse(self, arg: Expr, times: int) -> Term:
        if not _has_cells(arg):
            below = self.term(arg).all_degrees()
            return Term(below={_text(arg): times}, below_powers={_text(arg): below})
        return self._atom("inverse", arg, times)

    def _atom(self, kind: str, arg: Expr, times: int = 1) -> Term:
        """What counts like a cell of its own: an inverse or a function of an expression."""
        inner = self.term(arg)
        for atom in inner.atoms:
            if atom.kind == "inverse":
                for size, _ in atom.names:
                    self.reasons[f"an inverse of a sum over {size} inside of a function or an inverse"] = None
        reads = {part.name for part in walk_expr(arg) if isinstance(part, Ref)}
        text = (self.side if reads & self.own else "") + _text(arg)
        own = Atom(kind, text, tuple(free_indices(arg)), _items(inner.names), _items(inner.all_degrees()))
        return Term(indices=inner.indices, atoms={**inner.atoms, own: times})

    def _power(self, base: Expr, exponent: Expr) -> Term:
        if isinstance(exponent, Neg) and isinstance(exponent.arg, Number):
            exponent = Number(-exponent.arg.value)
        if not isinstance(exponent, Number):
            return multiplied([self._atom("call", base), self._atom("call", exponent)])
        value = exponent.value
        if value.denominator != 1:
            return self._atom("call", base) if _has_cells(base) else Term()
        if value < 0:
            return self._inverse(base, int(-value))
        return raised(self.term(base), int(value))


def _plain_size(expr: Expr, more: int) -> str:
    """The size that an expression is, up to a number that is added; "" if it is none."""
    form = as_affine(expr)
    if form is None or form.constant != more or list(form.coefficients.values()) != [1]:
        return ""
    (atom,) = form.coefficients
    return atom.name if isinstance(atom, Size) else ""


def _positions(count: int) -> list[str]:
    """Names that stand for the axes of a tensor."""
    return [f"#{at}" for at in range(count)]


def _items(found: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, value) for name, value in found.items() if value))


def _has_cells(expr: Expr) -> bool:
    return any(isinstance(part, Ref) for part in walk_expr(expr))


def _text(expr: Expr) -> str:
    from symgrad.language.write import write_expr

    return write_expr(expr)
