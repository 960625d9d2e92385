"""Numbers of a tower of large prime fields, for the interpreter: one whole number holds the values in all of them.

By the Chinese remainder theorem a number modulo the product of the tower's primes is one number modulo
each. An element is that number and a mask: the fields, lowest first, in which it is defined. One
random point is enough where no root and no logarithm of inputs occurs: the primes exceed 2^56.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf
from random import Random

from symgrad.clock import now
from symgrad.evaluate.fields import NoValue, OutOfTime, TooShort, Tower, Unmodelled, turned
from symgrad.evaluate.fields_functions import called, field_functions
from symgrad.evaluate.numbers import COMPARISONS

Residue = tuple[int, int]
"""A number modulo the product of all primes, and the fields in which it is defined, as bits."""


class Residues:
    """The kind of number for the interpreter (see `evaluate.numbers.Numbers`).

    Args:
        tower: the fields.
        seed: from which inputs and random functions follow.
        functions: the names of the uninterpreted functions.
        free: whether exp, log, cos and sin are random functions where the tower has no field for their values.

    Attributes:
        branches: how the comparisons of real numbers come out, in the order in which they are made.
        end: when, by the clock of `symgrad.clock`, the next function that takes long raises OutOfTime.
    """

    def __init__(self, tower: Tower, seed: int, functions: frozenset[str] = frozenset(), *, free: bool = False) -> None:
        self._functions, self._table = functions, field_functions(self)
        self.end = inf
        self.restart(tower, seed, free=free)

    def restart(self, tower: Tower, seed: int, *, free: bool = False) -> None:
        """Begin again with another tower; numbers that were made before are none any more."""
        self.branches: Iterator[int] = iter(())
        self._tower = tower
        self._moduli, self._height = tower.moduli, len(tower.primes)
        self._whole, self._units = tower.whole, tower.units
        self._all = (1 << len(self._moduli)) - 1
        self._chain = (1 << self._height) - 1
        self._draw = Random(seed)
        self._free = free
        self._values: dict[tuple[object, ...], int] = {}
        self._exps: dict[Residue, Residue] = {}
        self._inverses: dict[Residue, Residue] = {}
        self._zero, self._one = (0, self._all), (1, self._all)
        self._pi = self.draw("> 0")[0]

    def draw(self, sign: str) -> Residue:
        """A random input; a square in every field if it is declared positive."""
        value = self._draw.randrange(1, self._whole)
        return (value * value % self._whole if ">" in sign else value), self._all

    def positive(self, x: Residue) -> Residue:
        """The number itself, which is declared positive; without roots and logarithms that says nothing."""
        return x

    def is_zero(self, x: Residue) -> bool:
        """Whether the number is 0 in every field in which it is defined."""
        return not any(x[0] % p for p in self._defined(x[1]))

    def differ(self, x: Residue, y: Residue) -> bool:
        """Whether two numbers differ in a field in which both are defined. Raises TooShort if there is none."""
        common = x[1] & y[1]
        if not common:
            raise TooShort
        return x[0] != y[0] and any((x[0] - y[0]) % p for p in self._defined(common))

    def samples(self, x: Residue, y: Residue) -> int:
        """At how many points both values are known."""
        return 1 if x[1] & y[1] else 0

    def from_rational(self, value: int | Fraction) -> Residue:
        """The number that an exact one is."""
        if value.denominator == 1:
            return value.numerator % self._whole, self._all
        try:
            return value.numerator * pow(value.denominator, -1, self._whole) % self._whole, self._all
        except ValueError:
            raise NoValue from None

    def constant(self, name: str) -> Residue:
        """e, or a random number for pi. No angle is a multiple of that."""
        return self.exp(self._one) if name == "e" else (self._pi, self._chain)

    def add(self, x: Residue, y: Residue, /) -> Residue:
        """x + y"""
        return (x[0] + y[0]) % self._whole, x[1] & y[1]

    def negate(self, x: Residue, /) -> Residue:
        """-x"""
        return self._whole - x[0] if x[0] else 0, x[1]

    def multiply(self, x: Residue, y: Residue, /) -> Residue:
        """x * y"""
        return x[0] * y[0] % self._whole, x[1] & y[1]

    def invert(self, x: Residue, /) -> Residue:
        """1/x, which must not be 0 in any field in which it is defined."""
        known = self._inverses.get(x)
        if known is None:
            try:
                known = pow(x[0], -1, self._whole), x[1]
            except ValueError:
                known = self._inverted(x)
            self._inverses[x] = known
        return known

    def _inverted(self, x: Residue) -> Residue:
        """The inverse of what is 0 in some fields."""
        value = 0
        for unit, p in zip(self._units, self._moduli, strict=True):
            if x[0] % p:
                value += pow(x[0], -1, p) * unit
            elif x[1] >> self._moduli.index(p) & 1:
                raise NoValue
        return value % self._whole, x[1]

    def power(self, base: Residue, exponent: Fraction) -> Residue:
        """The power, with the canonical root."""
        if exponent.denominator == 1:
            times = exponent.numerator
            raised = base if times >= 0 else self.invert(base)
            return pow(raised[0], abs(times), self._whole), base[1]
        value = mask = 0
        for at in self._positions(base[1] & self._chain):
            p = self._moduli[at]
            try:
                root = pow(exponent.denominator, -1, p // 2)
            except ValueError:  # in the lowest field not every root is unique
                continue
            value += pow(self._squared(base[0], at), exponent.numerator * root % (p // 2), p) * self._units[at]
            mask |= 1 << at
        return self._within(value, mask)

    def general_power(self, base: Residue, exponent: Residue) -> Residue:
        """The power of a square to an exponent of the field below."""
        value, mask = 0, base[1] & exponent[1] << 1 & self._chain
        for at in self._positions(mask):
            by = exponent[0] % self._moduli[at - 1]
            value += pow(self._squared(base[0], at), by, self._moduli[at]) * self._units[at]
        return self._within(value, mask)

    def exp(self, x: Residue) -> Residue:
        """The exponential, one field above."""
        known = self._exps.get(x)
        if known is None:
            value, mask = 0, x[1] << 1 & self._chain
            if not mask and self._free:
                return self.drawn("exp", (x,), ())
            for at in self._positions(mask):
                p = self._moduli[at]
                value += pow(self._tower.generators[at], x[0] % self._moduli[at - 1], p) * self._units[at]
            known = self._exps[x] = self._within(value, mask)
        return known

    def log(self, x: Residue) -> Residue:
        """Raises Unmodelled unless it may be a random function: a logarithm in a large field cannot be found."""
        if self._free:
            return self.drawn("log", (x,), ())
        raise Unmodelled("a logarithm in a large field")

    def rotation(self, x: Residue) -> tuple[Residue, Residue]:
        """The cosine and the sine, in all fields but that of the angles."""
        if not self._tower.angle or not x[1] >> self._height & 1:
            if self._free:
                return self.drawn("cos", (x,), ()), self.drawn("sin", (x,), ())
            raise Unmodelled("angles that are made with exp, log, roots or pi")
        cosine = sine = 0
        for at, unit in enumerate(self._tower.rotations):
            c, s = turned(unit, x[0] % self._tower.angle, self._moduli[at])
            cosine, sine = cosine + c * self._units[at], sine + s * self._units[at]
        return (cosine % self._whole, self._chain), (sine % self._whole, self._chain)

    def drawn(self, name: str, args: Sequence[Residue], orders: tuple[int, ...], odd: bool = False) -> Residue:
        """The value of a random function, independent in each field."""
        value, mask = 0, self._all
        for arg in args:
            mask &= arg[1]
        for at in self._positions(mask):
            p = self._moduli[at]
            point = tuple(arg[0] % p for arg in args)
            turn = odd and point[0] > p // 2
            key = (name, orders, at, p - point[0] if turn else point)
            if odd and not turn:
                key = (name, orders, at, point[0])
            found = self._values.get(key)
            if found is None:
                found = self._values[key] = 0 if odd and not point[0] else self._draw.randrange(1, p)
            value += (p - found if turn else found) * self._units[at]
        return self._within(value, mask)

    def order(self, x: Residue, y: Residue) -> int:
        """How the comparison comes out at the real point. Where two numbers tie there they must be equal here."""
        order = next(self.branches)
        if not order and not self.is_zero(self.add(x, self.negate(y))):
            raise NoValue
        return order

    def compare(self, op: str, x: Residue, y: Residue) -> bool:
        """Whether the comparison holds at the real point."""
        return bool(COMPARISONS[op](self.order(x, y), 0))

    def call(self, function: str, args: Sequence[Residue], orders: tuple[int, ...]) -> Residue:
        """The value of a function of the table or of an uninterpreted one."""
        found: Residue = called(self, self._table, self._functions, (function, args, orders))
        return found

    def _within(self, value: int, mask: int) -> Residue:
        if not mask:
            raise TooShort
        return value % self._whole, mask

    def _positions(self, mask: int) -> list[int]:
        """The places of the fields of a mask, in each of which something is computed that takes long."""
        if now() > self.end:
            raise OutOfTime
        return [at for at in range(len(self._moduli)) if mask >> at & 1]

    def _defined(self, mask: int) -> list[int]:
        return [p for at, p in enumerate(self._moduli) if mask >> at & 1]

    def _squared(self, value: int, at: int) -> int:
        """The value in a field, which must be a square there."""
        p = self._moduli[at]
        if pow(value, p // 2, p) != 1:
            raise NoValue
        return value % p
