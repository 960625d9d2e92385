"""Functions in normal form: exp of a sum is a product, and the others are brought back to few.

These few are exp, log, sin and cos of one term, the step 1[x > 0], and functions of which nothing is
used but that they are odd or even, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra import comparisons, factors
from symgrad.algebra.logarithm import log
from symgrad.algebra.terms import (
    ONE,
    ZERO,
    Items,
    Kind,
    Poly,
    items,
    scaled,
)

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_HALF = Fraction(1, 2)


def call(ring: Ring, function: str, args: tuple[Poly, ...], orders: tuple[int, ...] = ()) -> Poly:
    """A function of the language's table, or an uninterpreted one with the orders of its derivatives."""
    if not orders and function in _ROWS:
        return _ROWS[function](ring, *args)
    return _opaque(ring, function, args, orders)


def _opaque(ring: Ring, function: str, args: tuple[Poly, ...], orders: tuple[int, ...] = ()) -> Poly:
    return ring.of(ring.generator(Kind.CALL, function, orders, tuple(items(p) for p in args)))


def exp(ring: Ring, p: Poly) -> Poly:
    """exp(c m + ...) = exp(m)^c ...; exp(c log u) = u^c."""
    result = ONE
    for monomial, coefficient in p.items():
        inner = ring.generators[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None
        if inner is not None and inner.kind is Kind.LOG:
            factor = ring.power(dict(cast("Items", inner.content[0])), coefficient)
        else:
            factor = {((ring.generator(Kind.EXP, monomial).number, coefficient),): 1}
        result = ring.mul(result, factor)
    return result


def sigmoid(ring: Ring, x: Poly) -> Poly:
    """1 - 1/(exp(x) + 1)"""
    return ring.sub(ONE, ring.power(ring.add(exp(ring, x), ONE), -1))


def tanh(ring: Ring, x: Poly) -> Poly:
    """1 - 2/(exp(2 x) + 1)"""
    return ring.sub(scaled(sigmoid(ring, scaled(x, 2)), 2), ONE)


def _sqrt(ring: Ring, x: Poly) -> Poly:
    return ring.power(x, _HALF)


def _inverse(ring: Ring, x: Poly) -> Poly:
    return ring.power(x, -1)


def _hyperbolic(factor: int) -> Callable[[Ring, Poly], Poly]:
    """(exp(x) + factor exp(-x))/2"""

    def of(ring: Ring, x: Poly) -> Poly:
        return scaled(ring.add(exp(ring, x), scaled(exp(ring, scaled(x, -1)), factor)), _HALF)

    return of


_sinh, _cosh = _hyperbolic(-1), _hyperbolic(1)


def _symmetric(function: str, factor: int) -> Callable[[Ring, Poly], Poly]:
    """A function of which is used that f(-x) = factor f(x): the largest term of its argument gets a positive sign."""

    def of(ring: Ring, x: Poly) -> Poly:
        if not x:
            return ONE if factor > 0 else ZERO
        if factors.leading_coefficient(ring, x) > 0:
            return _opaque(ring, function, (x,))
        return scaled(_opaque(ring, function, (scaled(x, -1),)), factor)

    return of


_sin_of_term, _cos_of_term, _asin, _erf = (
    _symmetric(f, s) for f, s in (("sin", -1), ("cos", 1), ("asin", -1), ("erf", -1))
)

_LARGEST_MULTIPLE = 8
_MOST_ANGLES = 4


def _angle(ring: Ring, x: Poly) -> tuple[Poly, Poly]:
    """cos x and sin x, by the cosines and sines of the parts of a sum and of the parts of a multiple."""
    if len(x) > _MOST_ANGLES or any(abs(c.numerator) > _LARGEST_MULTIPLE for c in x.values()):
        return _cos_of_term(ring, x), _sin_of_term(ring, x)
    cos, sin = ONE, ZERO
    for monomial, coefficient in x.items():
        part: Poly = {monomial: Fraction(1, coefficient.denominator)}
        c, s = _of_right_angles(ring, part) or (_cos_of_term(ring, part), _sin_of_term(ring, part))
        if coefficient < 0:
            s = scaled(s, -1)
        for _ in range(abs(coefficient.numerator)):
            cos, sin = (
                ring.sub(ring.mul(cos, c), ring.mul(sin, s)),
                ring.add(ring.mul(sin, c), ring.mul(cos, s)),
            )
    return cos, sin


def _of_right_angles(ring: Ring, part: Poly) -> tuple[Poly, Poly] | None:
    """The cosine and sine of pi and of pi/2."""
    ((monomial, fraction),) = part.items()
    if {monomial: 1} != _pi(ring) or fraction.denominator > 2:
        return None
    return (ZERO, ONE) if fraction.denominator == 2 else (ring.number(-1), ZERO)


def _cos(ring: Ring, x: Poly) -> Poly:
    return _angle(ring, x)[0]


def _sin(ring: Ring, x: Poly) -> Poly:
    return _angle(ring, x)[1]


def _pi(ring: Ring) -> Poly:
    return ring.of(ring.generator(Kind.CONSTANT, "pi"))


def _gelu(ring: Ring, x: Poly) -> Poly:
    """x (1 + erf(x/sqrt(2)))/2"""
    inner = _erf(ring, ring.mul(x, ring.power(ring.number(2), -_HALF)))
    return scaled(ring.mul(x, ring.add(ONE, inner)), _HALF)


def _gelu_tanh(ring: Ring, x: Poly) -> Poly:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2"""
    root = _sqrt(ring, scaled(_inverse(ring, _pi(ring)), 2))
    cubic = ring.add(x, scaled(ring.power(x, 3), Fraction(44715, 10**6)))
    return scaled(ring.mul(x, ring.add(ONE, tanh(ring, ring.mul(root, cubic)))), _HALF)


def _atanh(ring: Ring, x: Poly) -> Poly:
    """(log(1 + x) - log(1 - x))/2"""
    return scaled(ring.sub(log(ring, ring.add(ONE, x)), log(ring, ring.sub(ONE, x))), _HALF)


Row = Callable[..., Poly]

_ROWS: dict[str, Row] = {
    "exp": exp,
    "expm1": lambda r, x: r.sub(exp(r, x), ONE),
    "log": log,
    "log1p": lambda r, x: log(r, r.add(ONE, x)),
    "sqrt": _sqrt,
    "abs": comparisons.absolute,
    "sin": _sin,
    "cos": _cos,
    "tan": lambda r, x: r.mul(_sin(r, x), _inverse(r, _cos(r, x))),
    "asin": _asin,
    "acos": lambda r, x: r.sub(scaled(_pi(r), _HALF), _asin(r, x)),
    "atan": _symmetric("atan", -1),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": tanh,
    "asinh": _symmetric("asinh", -1),
    "atanh": _atanh,
    "sigmoid": sigmoid,
    "softplus": lambda r, x: log(r, r.add(ONE, exp(r, x))),
    "relu": comparisons.relu,
    "sign": comparisons.sign,
    "step": comparisons.positive,
    "erf": _erf,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": lambda r, x: r.mul(x, sigmoid(r, x)),
    "max": comparisons.maximum,
    "min": comparisons.minimum,
    "erfc": lambda r, x: r.sub(ONE, _erf(r, x)),
    "erfi": _symmetric("erfi", -1),
    "cot": lambda r, x: r.mul(_cos(r, x), _inverse(r, _sin(r, x))),
    "sec": lambda r, x: _inverse(r, _cos(r, x)),
    "csc": lambda r, x: _inverse(r, _sin(r, x)),
    "coth": lambda r, x: r.mul(_cosh(r, x), _inverse(r, _sinh(r, x))),
    "sech": lambda r, x: _inverse(r, _cosh(r, x)),
    "csch": lambda r, x: _inverse(r, _sinh(r, x)),
    "is zero": comparisons.is_zero,
    "is positive": comparisons.positive,
}
"""Rows for the functions that are brought back to others; those without one (acosh, gamma, ...) stay as they are."""
