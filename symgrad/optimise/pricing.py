"""What lines cost: their operations as polynomials in sizes, added up line by line, and compared."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.cost.iterations import Iterations
from symgrad.cost.operations import statement_tally
from symgrad.cost.polynomials import Monomial, Polynomial, degree_of
from symgrad.cost.tally import ADD, COMPARE, DIVIDE, MULTIPLY, READ, WRITE
from symgrad.language.program import Program, Range
from symgrad.optimise.lines import Line

_CALLS, _DIVISIONS, _OTHERS = range(3)

_DEGREES = range(9, -1, -1)

Counts = dict[tuple[int, Monomial], Fraction]
"""How often each of the three kinds of operations is done, by the monomials of the polynomials."""

Price = tuple[tuple[Fraction, ...], tuple[tuple[tuple[int, int], Fraction], ...]]


class Pricing:
    """Prices of lines of one program; each line is counted once."""

    def __init__(self) -> None:
        self._known: dict[object, Counts] = {}
        self._points: dict[tuple[str, ...], Polynomial] = {}

    def of(self, lines: Iterable[Line], program: Program) -> Price:
        """The price of lines whose indices the program declares.

        Operations by degree, the highest first: calls, divisions, others. What is equal by that is told apart by the
        highest power of one size.
        """
        total: Counts = {}
        for line in lines:
            for key, count in self._line(line, program).items():
                total[key] = total.get(key, Fraction(0)) + count
        return price(total)

    def _line(self, line: Line, program: Program) -> Counts:
        key = (line.value, line.indices, line.sign)
        if key not in self._known:
            counts: Counts = {}
            ranges = tuple(Range(name) for name in line.indices)
            for (kind, around), times in statement_tally(line.statement(), ranges).items():
                if kind in (READ, WRITE):
                    continue
                place = {DIVIDE: _DIVISIONS, ADD: _OTHERS, MULTIPLY: _OTHERS, COMPARE: _OTHERS}.get(kind, _CALLS)
                for monomial, count in self._iterations(around, program).terms.items():
                    at = (place, monomial)
                    counts[at] = counts.get(at, Fraction(0)) + count * times
            self._known[key] = counts
        return self._known[key]

    def _iterations(self, ranges: tuple[Range, ...], program: Program) -> Polynomial:
        names = tuple(sorted(r.index for r in ranges))
        if names not in self._points:
            self._points[names] = Iterations(program).of(ranges).number
        return self._points[names]


def price(counts: Counts) -> Price:
    """What counts are compared by."""
    by_degree = dict.fromkeys(((d, k) for d in _DEGREES for k in range(3)), Fraction(0))
    by_power: dict[tuple[int, int], Fraction] = {}
    for (kind, monomial), count in counts.items():
        degree = min(degree_of(monomial)[0], _DEGREES[0])
        by_degree[degree, kind] += count
        place = (degree, max((e for _, e in monomial), default=0))
        by_power[place] = by_power.get(place, Fraction(0)) + count
    return tuple(by_degree.values()), tuple(sorted(by_power.items(), reverse=True))
