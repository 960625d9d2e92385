"""What polynomials are made of: generators, monomials, index atoms; and what stops a computation.

    polynomial  = {monomial: coefficient}           a dict that is never changed once made
    monomial    = ((generator, exponent), ...)      sorted by the generators' numbers; () is 1
    exponent, coefficient                           int, or Fraction where it is none

A generator is a number that stands for a `Generator` of one ring (see `ring.py`); equal content
has equal numbers there, so comparing polynomials is comparing dicts of tuples of numbers. Indices
are numbers as well: an *atom* is a free index, a dummy of a closed sum, or a working index of a
sum that is open.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.clock import now

Scalar = int | Fraction
Monomial = tuple[tuple[int, Scalar], ...]
Poly = dict[Monomial, Scalar]
Items = tuple[tuple[Monomial, Scalar], ...]
"""A polynomial as sorted pairs, for keys."""

UNIT: Monomial = ()
ZERO: Poly = {}
ONE: Poly = {UNIT: 1}


class Kind(enum.Enum):
    """What a generator stands for, and what its content holds."""

    CELL = "a tensor's cell: name, atoms"
    SIZE = "a size symbol: name"
    CONSTANT = "a named constant such as pi: name"
    PRIME = "a prime under a fractional exponent: the prime"
    POSITION = "an index as a value: atom"
    DELTA = "1 where two indices are equal, else 0: the two atoms"
    TEST = "1 where a polynomial is 0, else 0: items"
    EXP = "exp of one monomial: monomial"
    LOG = "log of a polynomial: items"
    STEP = "1 where a polynomial is positive, else 0: items"
    ABS = "absolute value under a fractional exponent: items"
    CALL = "another function: name, orders of derivatives, items of each argument"
    EXTREME = "maximum or minimum: max or min, dummies, items"
    SUM = "closed connected sum of one monomial: dummies, monomial"
    BASE = "a polynomial under a negative or fractional exponent: items"


class Sign(enum.IntEnum):
    """What is known of a real value; each includes those before it."""

    UNKNOWN = 0
    NONNEGATIVE = 1
    POSITIVE = 2


@dataclass(eq=False, slots=True)
class Generator:
    """One indeterminate. `shape` numbers its content with all indices of a size taken for one another."""

    number: int
    kind: Kind
    content: tuple[object, ...]
    free: frozenset[int]
    height: int  # how deep closed sums are nested in it
    shape: int
    steps: frozenset[int]  # the numbers of the steps in it, its own included
    piecewise: bool  # whether it may be constant on a part of its domain without being so on all of it
    sign: Sign


class OutOfReachError(Exception):
    """The normal form has nothing to say; `str(error)` is the reason, for people."""


class NotRectangularError(OutOfReachError):
    """A program is more than rectangular loops: no way of the rectangular normal form will do."""


class OutOfTimeError(OutOfReachError):
    """A budget is spent."""


@dataclass(slots=True)
class Budget:
    """A deadline. Work calls `tick` now and then; some time after `seconds` that raises OutOfTimeError, then always."""

    seconds: float
    _until: float = field(init=False)
    _ticks: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._until = now() + self.seconds

    def tick(self) -> None:
        """Count one unit of work; look at the clock at every 32nd."""
        self._ticks += 1
        if self._ticks & 31 == 0:
            self.look()

    def look(self) -> None:
        """Look at the clock."""
        if now() > self._until:
            self._ticks = -1  # the next tick looks again
            raise OutOfTimeError(f"the normal form took longer than {self.seconds:g} s")

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._until - now()


def exact(value: Scalar) -> Scalar:
    """The number as an int where it is one."""
    return value.numerator if value.denominator == 1 else value


def items(p: Poly) -> Items:
    """The polynomial as a key."""
    return tuple(sorted(p.items())) if len(p) > 1 else tuple(p.items())


def merge(one: Monomial, other: Monomial) -> Monomial:
    """The product of two monomials: exponents added."""
    if not one:
        return other
    if not other:
        return one
    if one[-1][0] < other[0][0]:
        return one + other
    exponents = dict(one)
    for generator, exponent in other:
        total = exponents.get(generator, 0) + exponent
        if total:
            exponents[generator] = total
        else:
            del exponents[generator]
    return tuple(sorted(exponents.items()))


def collect(out: Poly, p: Poly, factor: Scalar = 1) -> None:
    """Add factor * p to `out`, which is the caller's own and still being made."""
    for monomial, coefficient in p.items():
        total = out.get(monomial, 0) + coefficient * factor
        if total:
            out[monomial] = total
        else:
            del out[monomial]


def plus(p: Poly, q: Poly, factor: Scalar = 1) -> Poly:
    """p + factor * q"""
    if not q:
        return p
    out = dict(p)
    collect(out, q, factor)
    return out


def scaled(p: Poly, factor: Scalar) -> Poly:
    """factor * p"""
    if factor == 1:
        return p
    return {m: exact(c * factor) for m, c in p.items()} if factor else ZERO


def without(monomial: Monomial, generator: int) -> Monomial:
    """The monomial without one of its generators."""
    return tuple(pair for pair in monomial if pair[0] != generator)
