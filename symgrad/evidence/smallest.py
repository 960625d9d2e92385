"""The smallest functions for which an equation about any functions fails, found by trying them in order.

The functions are polynomials with small whole coefficients. The size of one is the sum of the degrees of its terms,
of what their coefficients exceed 1 by, and of the number of its plus signs; each function depends on all of its
parameters. The functions of an equation are tried by their sizes together, the smallest first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement

from symgrad.evidence.expressions import Equation
from symgrad.evidence.functions import Polynomial
from symgrad.evidence.judge import without_name
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.verdict import REFUTED, Verdict, Witness
from symgrad.language.program import FunctionDecl

MAX_SIZE = 12
"""The largest size of all functions together."""

MAX_COEFFICIENT = 3

_POINTS = 3

Term = tuple[tuple[int, ...], int]


def smallest_refutation(equation: Equation, *, budget: float = 2.0) -> Witness | None:
    """The witness with the smallest functions for which the two sides differ; None where none was found in time.

    Args:
        equation: an equation after a program with uninterpreted functions.
        budget: seconds that the search may take.
    """
    end = time.monotonic() + budget
    left, right = equation.programs()
    functions = list(dict.fromkeys((*left.functions, *right.functions)))
    for chosen in _assignments(functions):
        if time.monotonic() > end:
            return None
        named = dict(zip((f.name for f in functions), chosen, strict=True))
        comparison = Comparison(left, right, (equation.name,), functions=named)
        found = comparison.search(end - time.monotonic(), 1, _POINTS)
        if found.witness is not None:
            return without_name(Verdict(REFUTED, witness=found.witness), equation).witness
    return None


def _assignments(functions: Sequence[FunctionDecl]) -> Iterator[tuple[Polynomial, ...]]:
    """A polynomial for each function, in the order of their sizes together."""
    for size in range(len(functions), MAX_SIZE + 1):
        yield from _of_size(functions, size)


def _of_size(functions: Sequence[FunctionDecl], size: int) -> Iterator[tuple[Polynomial, ...]]:
    if not functions:
        if size == 0:
            yield ()
        return
    first, *rest = functions
    for own in range(size, 0, -1):  # what comes first may be the largest: the outer function, as a rule
        for terms in polynomials(len(first.parameters), own):
            for others in _of_size(rest, size - own):
                yield (Polynomial(first.parameters, terms), *others)


@cache
def polynomials(arity: int, size: int) -> tuple[tuple[Term, ...], ...]:
    """The polynomials of a size that depend on all of so many parameters, each as its terms.

    >>> [terms for terms in polynomials(2, 2)]
    [(((1, 1), 1),)]
    """
    found = []
    for terms in _sums(arity, size, ()):
        depends = all(any(exponents[at] for exponents, _ in terms) for at in range(arity))
        if depends:
            found.append(tuple(sorted(terms, key=lambda term: (sum(term[0]), term[0]))))
    return tuple(dict.fromkeys(found))


def _sums(arity: int, size: int, before: tuple[Term, ...]) -> Iterator[tuple[Term, ...]]:
    """The sums of terms of a size, every exponent once."""
    for own in range(size, 0, -1):
        for term in _terms(arity, own):
            if any(term[0] == exponents for exponents, _ in before):
                continue
            if own == size:
                yield (*before, term)
            elif size - own >= 2:
                yield from _sums(arity, size - own - 1, (*before, term))


def _terms(arity: int, size: int) -> Iterator[Term]:
    """The terms of a size: of the highest degree first."""
    for degree in range(size, 0, -1):
        coefficient = size - degree + 1
        if coefficient <= MAX_COEFFICIENT:
            for chosen in combinations_with_replacement(range(arity), degree):
                yield tuple(chosen.count(at) for at in range(arity)), coefficient
    if size <= MAX_COEFFICIENT:
        yield (0,) * arity, size
