"""The functions of the language on numbers of finite fields, written by exp, log, cosine and sine.

What has laws that no tower of fields has is Unmodelled where these laws could matter. What has no laws but
its parity (the error function) or none at all (an uninterpreted function) is a table of random values,
and so is each of its derivatives: what holds of all functions holds of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from symgrad.errors import UsageError

Element = Any


class FieldKind(Protocol):
    """What a kind of number over finite fields brings along, besides the operations of `evaluate.numbers.Numbers`."""

    def from_rational(self, value: int | Fraction) -> Element:
        """The number that an exact one is."""

    def add(self, x: Element, y: Element) -> Element:
        """x + y"""

    def negate(self, x: Element) -> Element:
        """-x"""

    def multiply(self, x: Element, y: Element) -> Element:
        """x * y"""

    def invert(self, x: Element) -> Element:
        """1/x"""

    def power(self, base: Element, exponent: Fraction) -> Element:
        """The base to an exact exponent."""

    def constant(self, name: str) -> Element:
        """The value of a named constant."""

    def exp(self, x: Element) -> Element:
        """The exponential, one field above."""

    def log(self, x: Element) -> Element:
        """The logarithm, one field below."""

    def rotation(self, x: Element) -> tuple[Element, Element]:
        """The cosine and the sine."""

    def drawn(self, name: str, args: Sequence[Element], orders: tuple[int, ...], odd: bool = False) -> Element:
        """The value of a random function; `odd`: f(-x) = -f(x)."""

    def order(self, x: Element, y: Element) -> int:
        """-1, 0 or 1 as x is less than, equal to or greater than y at the real point whose branches are taken."""


HALF, TWO = Fraction(1, 2), 2

OPAQUE = frozenset({"asin", "acos", "atan", "gamma", "loggamma", "digamma", "lambertw"})
"""Functions that are random tables here though they have laws: what these tell apart may still be equal."""


def field_functions(kind: FieldKind) -> Mapping[str, Callable[..., Element]]:
    """Every function of the language, by its name; it holds for all towers that the kind of number takes."""
    return {**_hyperbolic(kind), **_turning(kind), **_kinked(kind), **_tables(kind)}


def _hyperbolic(kind: FieldKind) -> dict[str, Callable[..., Element]]:
    """What is made of exp and log."""
    add, multiply, invert, exp, log = kind.add, kind.multiply, kind.invert, kind.exp, kind.log
    exact = kind.from_rational

    def minus(x: Element, y: Element) -> Element:
        return add(x, kind.negate(y))

    def cosh(x: Element) -> Element:
        e = exp(x)
        return multiply(exact(HALF), add(e, invert(e)))

    def sinh(x: Element) -> Element:
        e = exp(x)
        return multiply(exact(HALF), minus(e, invert(e)))

    def tanh(x: Element) -> Element:
        e = exp(multiply(exact(2), x))
        return multiply(minus(e, exact(1)), invert(add(e, exact(1))))

    def sigmoid(x: Element) -> Element:
        e = exp(x)
        return multiply(e, invert(add(exact(1), e)))

    def root_beside_square(x: Element, shift: int) -> Element:
        return kind.power(add(multiply(x, x), exact(shift)), HALF)

    return {
        "exp": exp,
        "log": log,
        "expm1": lambda x: minus(exp(x), exact(1)),
        "log1p": lambda x: log(add(exact(1), x)),
        "sqrt": lambda x: kind.power(x, HALF),
        "cosh": cosh,
        "sinh": sinh,
        "tanh": tanh,
        "sech": lambda x: invert(cosh(x)),
        "csch": lambda x: invert(sinh(x)),
        "coth": lambda x: invert(tanh(x)),
        "sigmoid": sigmoid,
        "softplus": lambda x: log(add(exact(1), exp(x))),
        "silu": lambda x: multiply(x, sigmoid(x)),
        "gelu_tanh": lambda x: multiply(x, sigmoid(_inside_gelu(kind, x))),
        "asinh": lambda x: log(add(x, root_beside_square(x, 1))),
        "acosh": lambda x: log(add(x, root_beside_square(x, -1))),
        "atanh": lambda x: multiply(exact(HALF), log(multiply(add(exact(1), x), invert(minus(exact(1), x))))),
    }


def _inside_gelu(kind: FieldKind, x: Element) -> Element:
    """2 sqrt(2/pi) (x + 0.044715 x^3), of which the sigmoid is the usual approximation's factor."""
    add, multiply = kind.add, kind.multiply
    cubic = multiply(kind.from_rational(Fraction(44715, 10**6)), multiply(x, multiply(x, x)))
    root = kind.power(multiply(kind.from_rational(2), kind.invert(kind.constant("pi"))), HALF)
    return multiply(multiply(kind.from_rational(2), root), add(x, cubic))


def _turning(kind: FieldKind) -> dict[str, Callable[..., Element]]:
    """What is made of cosine and sine."""
    multiply, invert, rotation = kind.multiply, kind.invert, kind.rotation

    def quotient(above: int) -> Callable[[Element], Element]:
        def function(x: Element) -> Element:
            pair = rotation(x)
            return multiply(pair[above], invert(pair[1 - above]))

        return function

    return {
        "cos": lambda x: rotation(x)[0],
        "sin": lambda x: rotation(x)[1],
        "tan": quotient(1),
        "cot": quotient(0),
        "sec": lambda x: invert(rotation(x)[0]),
        "csc": lambda x: invert(rotation(x)[1]),
    }


def _kinked(kind: FieldKind) -> dict[str, Callable[..., Element]]:
    """What branches. Each asks for one order, as the real numbers of the point do; at a kink sign and step are 0."""
    exact = kind.from_rational

    def sign(x: Element) -> int:
        return kind.order(x, exact(0))

    return {
        "abs": lambda x: kind.negate(x) if sign(x) < 0 else x,
        "sign": lambda x: exact(sign(x)),
        "step": lambda x: exact(1) if sign(x) > 0 else exact(0),
        "relu": lambda x: x if sign(x) > 0 else exact(0),
        "max": lambda x, y: x if kind.order(x, y) >= 0 else y,
        "min": lambda x, y: x if kind.order(x, y) <= 0 else y,
    }


def _tables(kind: FieldKind) -> dict[str, Callable[..., Element]]:
    """What has random values."""
    add, multiply, drawn, exact = kind.add, kind.multiply, kind.drawn, kind.from_rational

    def erf(x: Element) -> Element:
        return drawn("erf", (x,), (), True)

    def gelu(x: Element) -> Element:
        inside = multiply(x, kind.power(exact(TWO), -HALF))
        return multiply(multiply(exact(HALF), x), add(exact(1), erf(inside)))

    def table(name: str, odd: bool) -> Callable[[Element], Element]:
        return lambda x: drawn(name, (x,), (), odd)

    odd = {name: table(name, True) for name in ("erfi", "asin", "atan")}
    plain = {name: table(name, False) for name in ("gamma", "digamma", "lambertw")}
    return {
        **odd,
        **plain,
        "erf": erf,
        "erfc": lambda x: add(exact(1), kind.negate(erf(x))),
        "gelu": gelu,
        "acos": lambda x: add(multiply(exact(HALF), kind.constant("pi")), kind.negate(odd["asin"](x))),
        "loggamma": table("loggamma", False),
    }


def called(
    kind: FieldKind,
    table: Mapping[str, Callable[..., Element]],
    uninterpreted: frozenset[str],
    call: tuple[str, Sequence[Element], tuple[int, ...]],
) -> Element:
    """The value of a call: a function, its arguments, and the orders of its derivative."""
    function, args, orders = call
    if function in uninterpreted:
        return kind.drawn(function, args, orders)
    if function not in table:
        raise UsageError(f"there is no function {function} with values", hint=f"declare it: function {function}(x)")
    return table[function](*args)
