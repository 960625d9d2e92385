"""Real numbers in balls: a midpoint with a radius that is certain to hold the true value (python-flint's arb).

A run on balls never claims what rounding could have made: two values differ only where their balls
have no point in common. What has no certain value (a root of a number that may be negative, a
quotient whose divisor may be 0, a comparison of overlapping balls) stops the run: `Undefined`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from math import inf
from typing import Any

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evaluate.numbers import COMPARISONS
from symgrad.evidence.near import Near

Ball = Any
"""An arb of python-flint; the library is imported when numbers are first asked for."""

PRECISION = 200
"""Bits of a midpoint."""

_LARGEST_POWER = 100_000

Uninterpreted = Callable[[Sequence[Any], tuple[int, ...]], Any]
"""An uninterpreted function's values, by arguments and the orders of its derivative."""


class Undefined(Exception):
    """A point at which something has no value, or none that is certain.

    `outside`: it certainly has none, neither there nor near it (the logarithm of a negative number).
    """

    def __init__(self, outside: bool = False) -> None:
        super().__init__()
        self.outside = outside


@contextmanager
def precision() -> Iterator[None]:
    """Inside, balls are computed with PRECISION bits."""
    import flint

    with flint.ctx.workprec(PRECISION):
        yield


class Balls:
    """The kind of number for the interpreter (see `evaluate.numbers.Numbers`).

    Args:
        functions: the uninterpreted functions.

    Attributes:
        ties: whether two exactly equal numbers may be compared. At a point whose inputs are in
            general position such a tie has a reason (a maximum is compared with the cell that
            attains it); at one of small integers it is mostly a kink that was hit by chance.
        orders: how every comparison came out, where that is written down.
        end: when, by the clock of `symgrad.clock`, no function has a value any more.
    """

    add = staticmethod(operator.add)
    negate = staticmethod(operator.neg)
    multiply = staticmethod(operator.mul)

    def __init__(self, functions: Mapping[str, Uninterpreted]) -> None:
        import flint

        self.ties = False
        self.orders: list[int] | None = None
        self.end = inf

        self._arb: Any = flint.arb
        self._fmpq: Any = flint.fmpq
        self._functions = functions
        self._table = {**_direct(), **_made(self.from_rational), **self._kinked()}

    def from_rational(self, value: int | Fraction | Near) -> Ball:
        """The number itself where it is a binary fraction, else a ball around it."""
        if isinstance(value, Near):
            return self._arb(self._fmpq(value.middle.numerator, value.middle.denominator)) + self._arb(
                0, float(value.radius) * 1.01
            )
        return self._arb(self._fmpq(value.numerator, value.denominator))

    def constant(self, name: str) -> Ball:
        """pi or e."""
        return self._arb.pi() if name == "pi" else self._arb.const_e()

    def invert(self, x: Ball) -> Ball:
        """1/x, where x is certainly not 0."""
        return _finite(1 / x)

    def power(self, base: Ball, exponent: Fraction) -> Ball:
        """The real power: of a positive base, or with a whole exponent."""
        if abs(exponent) > _LARGEST_POWER:
            raise Undefined
        if exponent.denominator == 1:
            return _finite(base ** int(exponent))
        if base == 0 and exponent > 0:
            return base
        if not base > 0:
            raise Undefined(bool(base < 0))
        if exponent.denominator == 2:
            return _finite(base.sqrt() ** exponent.numerator)
        return _finite(base ** self.from_rational(exponent))

    def general_power(self, base: Ball, exponent: Ball) -> Ball:
        """The power of a positive base."""
        if not base > 0:
            raise Undefined(bool(base < 0))
        return _finite(base**exponent)

    def call(self, function: str, args: Sequence[Ball], orders: tuple[int, ...]) -> Ball:
        """The value of a function of the table or of an uninterpreted one."""
        if now() > self.end:
            raise Undefined
        if function in self._functions:
            return self._functions[function](args, orders)
        if function not in self._table:
            raise UsageError(f"there is no function {function} with values", hint=f"declare it: function {function}(x)")
        value = self._table[function](*args)
        if not value.is_finite():
            raise Undefined(function in _REALS and _REALS[function](args[0]))
        return value

    def compare(self, op: str, x: Ball, y: Ball) -> bool:
        """Whether the comparison holds, where that is certain."""
        return bool(COMPARISONS[op](self._order(x, y), 0))

    def _order(self, x: Ball, y: Ball) -> int:
        """-1, 0 or 1 as x is less than, equal to or greater than y."""
        if x < y:
            order = -1
        elif x > y:
            order = 1
        elif self.ties and x == y:  # true of exact numbers only
            order = 0
        else:
            raise Undefined
        if self.orders is not None:
            self.orders.append(order)
        return order

    def _kinked(self) -> dict[str, Callable[..., Ball]]:
        """The functions that branch; at the kink itself sign and step are 0."""
        zero, one = self._arb(0), self._arb(1)

        def sign(x: Ball) -> int:
            return self._order(x, zero)

        return {
            "abs": lambda x: -x if sign(x) < 0 else x,
            "sign": lambda x: self._arb(sign(x)),
            "step": lambda x: one if sign(x) > 0 else zero,
            "relu": lambda x: x if sign(x) > 0 else zero,
            "max": lambda x, y: x if self._order(x, y) >= 0 else y,
            "min": lambda x, y: x if self._order(x, y) <= 0 else y,
        }


def _finite(x: Ball) -> Ball:
    if not x.is_finite():
        raise Undefined
    return x


_SAME_NAME = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
    *("asinh", "acosh", "atanh", "erf", "erfc", "erfi", "gamma", "digamma", "lambertw"),
    *("cot", "sec", "csc", "coth", "sech", "csch"),
)


_REALS: dict[str, Callable[[Ball], bool]] = {
    "log": lambda x: bool(x < 0),
    "sqrt": lambda x: bool(x < 0),
    "log1p": lambda x: bool(x < -1),
    "acosh": lambda x: bool(x < 1),
    **dict.fromkeys(("asin", "acos", "atanh"), lambda x: bool(x < -1 or x > 1)),
}
"""Where functions have no real value, nor at any number near."""


def _direct() -> dict[str, Callable[[Ball], Ball]]:
    """The functions that balls bring along; outside of its domain each gives what is not finite."""
    return {**{name: operator.methodcaller(name) for name in _SAME_NAME}, "loggamma": operator.methodcaller("lgamma")}


def _made(rational: Callable[[Fraction], Ball]) -> dict[str, Callable[[Ball], Ball]]:
    """What is made of those, by the definitions: sigmoid x = 1/(1 + exp(-x)), gelu x = x/2 erfc(-x/sqrt 2), ..."""
    half, cubic = rational(Fraction(1, 2)), rational(Fraction(44715, 1_000_000))

    def sigmoid(x: Ball) -> Ball:
        return 1 / (1 + (-x).exp())

    def gelu_tanh(x: Ball) -> Ball:
        pi = type(x).pi()
        return x * sigmoid(2 * (2 / pi).sqrt() * (x + cubic * x**3))

    return {
        "sigmoid": sigmoid,
        "softplus": lambda x: x.exp().log1p(),
        "silu": lambda x: x * sigmoid(x),
        "gelu": lambda x: half * x * (-x * half.sqrt()).erfc(),
        "gelu_tanh": gelu_tanh,
    }


def is_writable(ball: Ball) -> bool:
    """Whether a value has so few digits before or behind its point that it can be written down."""
    return ball.is_finite() and (ball.mid() == 0 or abs(int(ball.mid().man_exp()[1])) < _LARGEST_EXPONENT)


_LARGEST_EXPONENT = 1 << 40
