"""Numbers of a tower of small prime fields at many random points at once, for programs with roots and logarithms.

Every number is an array: a row for each field, a column ("lane") for each random point. Roots,
logarithms, exponentials and inverses are looked up in tables. Where one has no value in some lanes,
that is a check: it is noted which lanes pass, and each number knows the checks that it depends on.

Squares stand for positive numbers. A sum of squares need not be one, though a sum of positive numbers is
positive: so what is positive by its form (declared so, exp, squares, sums and products of these) is
checked to be a square wherever it is no summand of something positive. Then every canonical root is
the one that is positive in real numbers, so sqrt((x + t)^2) = x + t for positive x and t, as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import gcd, inf
from operator import or_
from typing import TYPE_CHECKING, Any

from symgrad.clock import now
from symgrad.evaluate.fields import NoValue, OutOfTime, TooShort, Tower, Unmodelled
from symgrad.evaluate.fields_functions import called, field_functions
from symgrad.evaluate.fields_tables import Tables, mixed, tables_of
from symgrad.evaluate.lanes import PRIMES, Checks, Lanes
from symgrad.evaluate.numbers import COMPARISONS

if TYPE_CHECKING:
    from numpy.typing import NDArray


_MOST_POWERS = 500  # that are kept

_LARGEST = 1 << 62
"""No number may get as large as this."""


class LaneNumbers:
    """The kind of number for the interpreter (see `evaluate.numbers.Numbers`).

    Args:
        tower: the fields, of small primes.
        lanes: how many random points.
        seed: from which inputs and random functions follow.
        functions: the names of the uninterpreted functions.
        radicals: whether there are roots or branches. If not, signs do not matter in the lowest row,
            since no logarithm is taken of what stands there.
        free: whether exp, log, cos and sin are random functions where the tower has no field for their values.

    Attributes:
        branches: how the comparisons of real numbers come out, in the order in which they are made.
        end: when, by the clock of `symgrad.clock`, the next operation raises OutOfTime.
    """

    def __init__(
        self,
        tower: Tower,
        lanes: int,
        seed: int,
        functions: frozenset[str] = frozenset(),
        *,
        radicals: bool = True,
        free: bool = False,
    ) -> None:
        import numpy as np

        self._np: Any = np
        self.end = inf
        self._functions, self._radicals, self._table = functions, radicals, field_functions(self)
        self.restart(tower, lanes, seed, free=free)

    def restart(self, tower: Tower, lanes: int, seed: int, *, free: bool = False) -> None:
        """Begin again with other points; numbers that were made before are none any more."""
        np = self._np
        self.branches: Iterator[int] = iter(())
        self._moduli, self._height, self._angle = tower.moduli, len(tower.primes), bool(tower.angle)
        self._column = np.array(self._moduli, dtype=np.int64)[:, None]
        self._rows: tuple[Tables, ...] = tables_of(tower)
        self._all = (1 << len(self._moduli)) - 1
        self._chain = (1 << self._height) - 1
        self._signed = self._chain if self._radicals else self._chain & ~1
        self._count, self._free = lanes, free
        self._nothing = (0,) * len(self._moduli)  # the needs of a number that depends on no check
        self._checks = Checks(lanes)
        self._powers: dict[tuple[object, ...], Lanes] = {}
        self._random = np.random.default_rng(seed)
        self._salt = int(self._random.integers(1, 1 << 62))
        self._zero, self._one = self._exact(0), self._exact(1)
        self._known: dict[int | Fraction, Lanes] = {0: self._zero, 1: self._one}
        pi = self.draw("> 0")
        self._pi = Lanes(pi.values, self._chain, self._nothing, 1, True)

    # Points

    def draw(self, sign: str) -> Lanes:
        """A random input; squares if it is declared positive."""
        self._in_time()
        shape = (len(self._moduli), self._count)
        values = self._random.integers(1, self._column, size=shape, dtype=self._np.int64)
        if ">" not in sign:
            return Lanes(values, self._all, self._nothing)
        return Lanes(values * values % self._column, self._all, self._nothing, 1, True)

    def positive(self, x: Lanes) -> Lanes:
        """The number, where it is a square: it is declared positive."""
        x.sign, x.square = 1, False
        self._factor(x)
        return x

    def is_zero(self, x: Lanes) -> bool:
        """Whether the number is 0 in all lanes in which it has a value, wherever it is defined."""
        self._reduce(x)
        return not any((x.values[at] * self._checks.having(x.needs[at])).any() for at in self._positions(x.mask))

    def differ(self, x: Lanes, y: Lanes) -> bool:
        """Whether two numbers differ in a lane in which both have values. Raises TooShort if no row has both."""
        common = x.mask & y.mask & self._chain
        if not common:
            raise TooShort
        for number in (x, y):
            self._factor(number)
            self._reduce(number)
        return any(
            ((x.values[at] != y.values[at]) & self._checks.having(x.needs[at] | y.needs[at])).any()
            for at in self._positions(common)
        )

    def samples(self, x: Lanes, y: Lanes) -> int:
        """In how many lanes both numbers have values, in the best row for that."""
        rows = self._positions(x.mask & y.mask & self._chain)
        return max((int(self._checks.having(x.needs[at] | y.needs[at]).sum()) for at in rows), default=0)

    # Arithmetic

    def from_rational(self, value: int | Fraction) -> Lanes:
        """The number that an exact one is."""
        known = self._known.get(value)
        if known is None:
            known = self._known[value] = self._exact(value)
        return known

    def _exact(self, value: int | Fraction) -> Lanes:
        try:
            found = [value.numerator * pow(value.denominator, -1, p) % p for p in self._moduli]
        except ValueError:
            raise NoValue from None
        sign = (value > 0) - (value < 0)
        square = all(self._rows[at].logs[sign * found[at]] >= 0 for at in range(self._height))
        values = self._np.array(found, dtype=self._np.int64)[:, None]
        return Lanes(values, self._all, self._nothing, sign if square else 0, square, above=value >= 1)

    def constant(self, name: str) -> Lanes:
        """e, or a random number for pi. No angle is a multiple of that."""
        return self.exp(self._one) if name == "e" else self._pi

    def add(self, x: Lanes, y: Lanes, /) -> Lanes:
        """x + y"""
        if x is self._zero:
            return y
        if y is self._zero:
            return x
        self._in_time()
        sign = x.sign
        if sign != y.sign:
            self._factor(x)
            self._factor(y)
            sign = 0
        bound = x.bound + y.bound
        if bound > _LARGEST:
            self._reduce(x)
            self._reduce(y)
            bound = 2 * PRIMES
        above = sign == 1 and (x.above or y.above)
        return Lanes(x.values + y.values, x.mask & y.mask, self._needs(x, y), sign, above=above, bound=bound)

    def negate(self, x: Lanes, /) -> Lanes:
        """-x"""
        self._reduce(x)
        return Lanes(self._column - x.values, x.mask, x.needs, -x.sign, x.square, bound=PRIMES + 1)

    def multiply(self, x: Lanes, y: Lanes, /) -> Lanes:
        """x * y"""
        if x is self._one:
            return y
        if y is self._one:
            return x
        self._factor(x)
        self._factor(y)
        self._in_time()
        sign = x.sign * y.sign
        if not sign and x.sign == y.sign and self._same(x, y):
            sign = 1
        if x.bound * y.bound > _LARGEST:
            self._reduce(x if x.bound > y.bound else y)
            if x.bound * y.bound > _LARGEST:
                self._reduce(x if x.bound > y.bound else y)
        bound = x.bound * y.bound
        needs, above = self._needs(x, y), x.above and y.above
        return Lanes(x.values * y.values, x.mask & y.mask, needs, sign, bool(sign), above=above, bound=bound)

    def _needs(self, x: Lanes, y: Lanes) -> tuple[int, ...]:
        """The checks on which two numbers depend."""
        one, other = x.needs, y.needs
        if one is other or other is self._nothing:
            return one
        return other if one is self._nothing else tuple(map(or_, one, other))

    def _same(self, x: Lanes, y: Lanes) -> bool:
        """Whether the product of two numbers is the square of one."""
        if x.values is y.values:
            return True
        if x.values.size != y.values.size or (x.values.item(0) - y.values.item(0)) % self._moduli[0]:
            return False  # as nearly always
        self._reduce(x)
        self._reduce(y)
        return bool(self._np.array_equal(x.values, y.values))

    def _reduce(self, x: Lanes) -> None:
        """Take the values modulo the primes."""
        if x.bound > PRIMES:
            x.values, x.bound = x.values % self._column, PRIMES

    def invert(self, x: Lanes, /) -> Lanes:
        """1/x; that x is not 0 is a check."""
        self._factor(x)
        return self._once(x, -1, lambda: self._inverse(x))

    def _inverse(self, x: Lanes) -> Lanes:
        values, needs = self._np.empty_like(x.values), list(x.needs)
        for at in range(len(self._moduli)):
            values[at] = self._rows[at].inverses[x.values[at]]
            needs[at] |= self._checks.note(values[at] != 0)
        return Lanes(values, x.mask, tuple(needs), x.sign, x.square)

    def power(self, base: Lanes, exponent: Fraction) -> Lanes:
        """The power, with the canonical root."""
        if exponent.denominator == 1:
            return self._whole_power(base, int(exponent))
        return self._once(base, exponent, lambda: self._root(base, exponent))

    def _root(self, base: Lanes, exponent: Fraction) -> Lanes:
        times = {}
        for at in self._positions(base.mask & self._chain):
            order = self._moduli[at] // 2
            if gcd(exponent.denominator, order) == 1:  # in the lowest field not every root is unique
                times[at] = exponent.numerator * pow(exponent.denominator, -1, order) % order
        return self._raised(base, times, base.needs, exponent > 0)

    def _whole_power(self, base: Lanes, exponent: int) -> Lanes:
        raised = base if exponent >= 0 else self.invert(base)
        result, times = self._one, abs(exponent)
        while times:
            if times & 1:
                result = self.multiply(result, raised)
            times >>= 1
            if times:
                raised = self.multiply(raised, raised)
        return result

    def general_power(self, base: Lanes, exponent: Lanes) -> Lanes:
        """The power of a square to an exponent of the row below."""
        self._reduce(exponent)
        rows = self._positions(base.mask & exponent.mask << 1 & self._chain)
        needs = [need | lower for need, lower in zip(base.needs, (0, *exponent.needs), strict=False)]
        return self._raised(base, {at: exponent.values[at - 1] for at in rows}, needs, False)

    def _raised(self, base: Lanes, times: Mapping[int, Any], needs: Sequence[int], zero: bool) -> Lanes:
        """The squares raised so often, row by row; 0 is as good as a square if `zero` says so."""
        self._reduce(base)
        values, found, mask = self._np.zeros_like(base.values + next(iter(times.values()), 0)), list(needs), 0
        for at, by in times.items():
            logs, nothing = self._rows[at].logs[base.values[at]], base.values[at] == 0
            values[at] = self._rows[at].exps[logs * by % (self._moduli[at] // 2)] * ~nothing
            found[at] |= self._checks.note((logs >= 0) | (nothing & zero))
            mask |= 1 << at
        return self._within(Lanes(values, mask, tuple(found), 1, True))

    # Functions

    def exp(self, x: Lanes) -> Lanes:
        """The exponential, one row above."""
        mask = x.mask << 1 & self._chain
        if not mask and self._free:
            found = self.drawn("exp", (x,), ())
            return self.multiply(found, found)
        self._reduce(x)
        values = self._np.zeros_like(x.values)
        for at in self._positions(mask):
            values[at] = self._rows[at].exps[x.values[at - 1]]
        needs = (0, *x.needs[: self._height - 1], *x.needs[self._height :])
        return self._within(Lanes(values, mask, needs, 1, True))

    def log(self, x: Lanes) -> Lanes:
        """The logarithm, one row below."""
        mask = (x.mask & self._chain) >> 1
        if not mask and self._free:
            return self.drawn("log", (x,), ())
        self._factor(x)
        self._reduce(x)
        values, needs = self._np.zeros_like(x.values), [*x.needs[1 : self._height], 0, *x.needs[self._height :]]
        for at in self._positions(mask):
            values[at] = self._rows[at + 1].logs[x.values[at + 1]]
            needs[at] |= self._checks.note(values[at] >= 0)
        sign = 1 if x.above and values.shape[1] > 1 else 0  # of a number alone all lanes might fail
        return self._within(Lanes(values % self._column, mask, tuple(needs), sign))

    def rotation(self, x: Lanes) -> tuple[Lanes, Lanes]:
        """The cosine and the sine, in all rows but that of the angles."""
        if not self._angle or not x.mask >> self._height & 1:
            if not self._free:
                raise Unmodelled("angles that are made with exp, log, roots or pi")
            return self.drawn("cos", (x,), ()), self.drawn("sin", (x,), ())
        self._reduce(x)
        cosine, sine = self._np.zeros_like(x.values), self._np.zeros_like(x.values)
        for at in range(self._height):
            cosine[at] = self._rows[at].cosines[x.values[-1]]
            sine[at] = self._rows[at].sines[x.values[-1]]
        needs = (x.needs[-1],) * len(self._moduli)
        return Lanes(cosine, self._chain, needs), Lanes(sine, self._chain, needs)

    def drawn(self, name: str, args: Sequence[Lanes], orders: tuple[int, ...], odd: bool = False) -> Lanes:
        """The value of a random function, independent in each row."""
        mask, needs = self._all, self._nothing
        for arg in args:
            self._reduce(arg)
            mask, needs = mask & arg.mask, tuple(map(or_, needs, arg.needs))
        values = self._np.zeros((len(self._moduli), self._count), dtype=self._np.int64)
        for at in self._positions(mask):
            p, points = self._moduli[at], [arg.values[at] for arg in args]
            turn = points[0] > p // 2
            if odd:
                points = [self._np.where(turn, p - points[0], points[0])]
            found = mixed((self._salt, name, orders, at), points, p)
            values[at] = self._np.where(points[0] == 0, 0, self._np.where(turn, p - found, found)) if odd else found
        return self._within(Lanes(values, mask, needs))

    def order(self, x: Lanes, y: Lanes) -> int:
        """How the comparison comes out at the real point; that it could come out so is a check for all numbers."""
        order = next(self.branches)
        gap = self.add(x, self.negate(y))
        self._reduce(gap)
        if not order:
            if not self.is_zero(gap):
                raise NoValue
            return 0
        for at in self._positions(gap.mask & self._signed):
            self._checks.always |= gap.needs[at] | self._checks.note(self._squares(at, gap.values[at], order))
        return order

    def compare(self, op: str, x: Lanes, y: Lanes) -> bool:
        """Whether the comparison holds at the real point."""
        return bool(COMPARISONS[op](self.order(x, y), 0))

    def call(self, function: str, args: Sequence[Lanes], orders: tuple[int, ...]) -> Lanes:
        """The value of a function of the table or of an uninterpreted one."""
        found: Lanes = called(self, self._table, self._functions, (function, args, orders))
        return found

    def _once(self, x: Lanes, exponent: int | Fraction, compute: Callable[[], Lanes]) -> Lanes:
        """A power of a number, computed once for equal ones: loops divide by one cell again and again."""
        self._reduce(x)
        key = (exponent, x.mask, x.needs, x.sign, x.square, x.values.tobytes())
        known = self._powers.get(key)
        if known is None:
            if len(self._powers) >= _MOST_POWERS:
                self._powers.clear()
            known = self._powers[key] = compute()
        return known

    # Lanes

    def _in_time(self) -> None:
        if now() > self.end:
            raise OutOfTime

    def _factor(self, x: Lanes) -> None:
        """Check that a number that has a sign is a square with that sign."""
        if x.sign and not x.square:
            x.square = True
            self._reduce(x)
            needs = list(x.needs)
            for at in self._positions(x.mask & self._signed):
                needs[at] |= self._checks.note(self._squares(at, x.values[at], x.sign))
            x.needs = tuple(needs)

    def _squares(self, row: int, values: NDArray[Any], sign: int) -> NDArray[Any]:
        """Where the values of a row have the sign."""
        found: NDArray[Any] = self._rows[row].logs[values if sign > 0 else -values % self._moduli[row]] >= 0
        return found

    def _within(self, x: Lanes) -> Lanes:
        if not x.mask:
            raise TooShort
        return x

    def _positions(self, mask: int) -> list[int]:
        return [at for at in range(len(self._moduli)) if mask >> at & 1]
