"""Degrees of the rational functions that a run of a program computes: what the chance of a false agreement rests on.

A number here is a bound for the degree of its numerator and the denominators it stands over, each with its
multiplicity. Exponentials, logarithms, roots and function values count as variables of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.evaluate.fields_functions import called, field_functions
from symgrad.evaluate.numbers import COMPARISONS


@dataclass(eq=False)
class Degree:
    """The degree of a numerator, and how often each denominator divides it."""

    above: int
    below: dict[int, int] = field(default_factory=dict)


class Degrees:
    """The kind of number for the interpreter (see `evaluate.numbers.Numbers`).

    Args:
        functions: the names of the uninterpreted functions.

    Attributes:
        branches: how the comparisons of real numbers come out.
    """

    def __init__(self, functions: frozenset[str] = frozenset()) -> None:
        self.branches: Iterator[int] = iter(())
        self._functions = functions
        self._inverses: dict[int, tuple[Degree, Degree]] = {}  # by identity, with what keeps it
        self._of: list[int] = []
        self._table = field_functions(self)

    def difference(self, x: Degree, y: Degree) -> int:
        """The degree of the numerator of a difference."""
        return self.add(x, y).above

    def draw(self, sign: str) -> Degree:
        """An input: a variable, or the square of one."""
        return Degree(2 if ">" in sign else 1)

    def positive(self, x: Degree) -> Degree:
        """The number itself."""
        return x

    def is_zero(self, x: Degree) -> bool:
        """Degrees do not tell."""
        return False

    def from_rational(self, value: int | Fraction) -> Degree:
        """A constant."""
        return Degree(0)

    def constant(self, name: str) -> Degree:
        """A variable: pi is a random number, e an exponential."""
        return Degree(1)

    def add(self, x: Degree, y: Degree, /) -> Degree:
        """Over the common denominator."""
        if not x.below and not y.below:
            return Degree(max(x.above, y.above))
        below = {at: max(x.below.get(at, 0), y.below.get(at, 0)) for at in {**x.below, **y.below}}
        return Degree(max(self._over(x, below), self._over(y, below)), below)

    def _over(self, x: Degree, below: dict[int, int]) -> int:
        return x.above + sum((times - x.below.get(at, 0)) * self._of[at] for at, times in below.items())

    def negate(self, x: Degree, /) -> Degree:
        """The same."""
        return x

    def multiply(self, x: Degree, y: Degree, /) -> Degree:
        """Numerators and denominators apart."""
        below = dict(x.below)
        for at, times in y.below.items():
            below[at] = below.get(at, 0) + times
        return Degree(x.above + y.above, below)

    def invert(self, x: Degree, /) -> Degree:
        """The numerator becomes a denominator."""
        known = self._inverses.get(id(x))
        if known is None:
            self._of.append(x.above)
            above = sum(times * self._of[at] for at, times in x.below.items())
            known = self._inverses[id(x)] = (x, Degree(above, {len(self._of) - 1: 1} if x.above else {}))
        return known[1]

    def power(self, base: Degree, exponent: Fraction) -> Degree:
        """A whole power; a root is a variable."""
        times = exponent.numerator
        inner = base if exponent.denominator == 1 else Degree(1)
        raised = inner if times >= 0 else self.invert(inner)
        return Degree(raised.above * abs(times), {at: n * abs(times) for at, n in raised.below.items()})

    def general_power(self, base: Degree, exponent: Degree) -> Degree:
        """A variable."""
        return Degree(1)

    def exp(self, x: Degree) -> Degree:
        """A variable."""
        return Degree(1)

    log = exp

    def rotation(self, x: Degree) -> tuple[Degree, Degree]:
        """Two variables."""
        return Degree(1), Degree(1)

    def drawn(self, name: str, args: Sequence[Degree], orders: tuple[int, ...], odd: bool = False) -> Degree:
        """A variable."""
        return Degree(1)

    def order(self, x: Degree, y: Degree) -> int:
        """How the comparison comes out at the real point."""
        return next(self.branches)

    def compare(self, op: str, x: Degree, y: Degree) -> bool:
        """Whether the comparison holds at the real point."""
        return bool(COMPARISONS[op](self.order(x, y), 0))

    def call(self, function: str, args: Sequence[Degree], orders: tuple[int, ...]) -> Degree:
        """The degree of a function's value."""
        found: Degree = called(self, self._table, self._functions, (function, args, orders))
        return found
