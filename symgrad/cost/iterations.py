"""How often what stands in loops is executed: the number of points of their ranges, as a polynomial in sizes.

The number is exact where the ends of every range are sums of sizes and outer indices and no range is shown to be worse
than empty: it is summed up from the innermost range out. Where a range begins at the larger of two bounds, or its
ends are labels or floors, the number is a bound: the product of the largest number of values of each range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.cost.polynomials import Polynomial, number, size, summed
from symgrad.errors import UsageError
from symgrad.language.integers import ONE, Form, bounds_of, form_of, integer
from symgrad.language.program import Expr, Index, Program, Range, Size
from symgrad.language.ranges import all_ends, own_range, relaxed


@dataclass(frozen=True)
class Count:
    """A number of iterations, and whether it is exact; otherwise it is an upper bound."""

    number: Polynomial
    exact: bool = True


class Iterations:
    """Counts the iterations of a program's loops; equal nests are counted once."""

    def __init__(self, program: Program) -> None:
        self._indices = program.index_named
        if program.forward is not None:
            self._indices = {**program.forward.index_named, **self._indices}
        declared = program if program.forward is None else program.forward
        sizes = {s.name: s for s in (*declared.sizes, *program.sizes)}
        tensors = {t.name: t for t in (*declared.tensors, *program.tensors)}
        self._bounds = bounds_of(sizes.values(), self._indices.values(), tensors.values())
        self._known: dict[tuple[Range, ...], Count] = {}

    def of(self, ranges: Sequence[Range]) -> Count:
        """How often the body of nested loops over these ranges, outermost first, is executed.

        Raises UsageError for a range of which no bound is known.
        """
        key = tuple(ranges)
        if key not in self._known:
            exact = self._exactly(key)
            self._known[key] = Count(self._at_most(key), False) if exact is None else Count(exact)
        return self._known[key]

    def most(self, r: Range, around: Sequence[Range]) -> Polynomial:
        """The largest number of values that a range has in the loops around it, or a bound of that number."""
        choices = []
        for choice in relaxed((self._plain(r),)):
            low, high = self._bounds.limits(choice[0])
            if low is not None and high is not None:
                choices.append(high - low + ONE)
        own = own_range(r.index, self._indices)
        first, last = form_of(own.low), form_of(own.high)
        if first is not None and last is not None and not (r.low is not None and r.high is not None):
            choices.append(last - first + ONE)
        found = [self._bounds.greatest(form, around) for form in choices]
        counts = [self._never_negative(form) for form in found if form is not None]
        if all(count is None for count in counts):
            raise UsageError(
                f"it is not known how often a loop over {r.index} is executed",
                r.place,
                hint="give the range ends that are sums of sizes and of indices of outer loops",
            )
        return min(count for count in counts if count is not None)

    def _exactly(self, ranges: tuple[Range, ...]) -> Polynomial | None:
        total = number(1)
        for at in range(len(ranges) - 1, -1, -1):
            lows, highs = all_ends(ranges[at], self._indices)
            low, high = form_of(lows[0]), form_of(highs[0])
            if len(lows) > 1 or len(highs) > 1 or low is None or high is None:
                return None
            if not self._bounds.is_never_below(high - low + ONE, integer(0), self._all_plain(ranges[:at])):
                return None
            first, last = _polynomial(low, True), _polynomial(high, True)
            if first is None or last is None:
                return None
            total = summed(total, ranges[at].index, first, last)
        return total if all(name not in {r.index for r in ranges} for name in total.names) else None

    def _at_most(self, ranges: tuple[Range, ...]) -> Polynomial:
        total = number(1)
        for at, r in enumerate(ranges):
            total *= self.most(r, self._all_plain(ranges[:at]))
        return total

    def _never_negative(self, form: Form) -> Polynomial | None:
        """A form in sizes, or without what may make it negative: a range has no fewer values than none."""
        count = _polynomial(form)
        return count if count is None or self._bounds.is_nonnegative(form) else count.positive()

    def _plain(self, r: Range) -> Range:
        """The range with its ends written out, as `Bounds` takes ranges."""
        own = self._indices.get(r.index)
        return r if own is not None or (r.low is not None and r.high is not None) else _written_out(r)

    def _all_plain(self, ranges: Sequence[Range]) -> tuple[Range, ...]:
        return tuple(map(self._plain, ranges))


def _written_out(r: Range) -> Range:
    own = own_range(r.index, {})
    low: Expr = own.low if r.low is None else r.low
    high: Expr = own.high if r.high is None else r.high
    return Range(r.index, low, high, r.descending, place=r.place)


def _polynomial(form: Form, indices: bool = False) -> Polynomial | None:
    """A form in sizes, and with `indices` in indices too, as a polynomial; None if it has other atoms."""
    total = number(0)
    for monomial, coefficient in form.terms.items():
        term = number(Fraction(coefficient))
        for atom in monomial:
            if not isinstance(atom, Size) and not (indices and isinstance(atom, Index)):
                return None
            term *= size(atom.name)
        total += term
    return total
