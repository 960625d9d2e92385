"""Functions in normal form: exp of a sum is a product, log of a product a sum, and what else follows from that.

Every function of the language is brought back to few: exp, log, sin, cos, the step 1[x > 0], and
those of which nothing is used but that they are odd or even, or nothing at all. Kinked functions are
written with steps, equal to them off their kinks: relu(x) = x 1[x > 0], |x| = x (1[x > 0] - 1[-x > 0]).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra import factors, powers, signs, vanishing
from symgrad.algebra.terms import (
    ONE,
    UNIT,
    ZERO,
    Items,
    Kind,
    Monomial,
    OutOfReachError,
    Poly,
    Scalar,
    Sign,
    exact,
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


def log(ring: Ring, p: Poly) -> Poly:
    """The logarithm, positive factors taken apart: log(a b) = log a + log b, log exp m = m, log x^2 = 2 log |x|."""
    if not p:
        raise OutOfReachError("the logarithm of zero")
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        return _log_of_term(ring, monomial, coefficient)
    numerator, denominators = powers.cleared(ring, p)
    if denominators:
        return _log_of_fraction(ring, numerator, denominators)
    inside = powers.under_absolute(ring, p)
    if inside is not None:
        return scaled(log(ring, ring.power(inside, 2)), _HALF)
    content = powers.common(p)
    positive = tuple((g, e) for g, e in content if ring.generators[g].sign)
    if positive:
        return ring.add(log(ring, powers.divided(ring, p, positive)), _log_of_term(ring, positive, 1))
    return _log_of_sum(ring, p)


def _log_of_fraction(ring: Ring, numerator: Poly, denominators: list[tuple[int, int]]) -> Poly:
    """log(N/D^k): D is taken out if its sign is known, else as |D| with k made even first."""
    result = ZERO
    for g, k in denominators:
        base = powers.itself(ring, g)
        if ring.generators[g].sign:
            result = ring.sub(result, scaled(log(ring, base), k))
            continue
        if k % 2:
            numerator = ring.mul(numerator, base)
        result = ring.sub(result, scaled(_log_of_square(ring, base), (k + k % 2) * _HALF))
    return ring.add(result, log(ring, numerator))


def _log_of_sum(ring: Ring, p: Poly) -> Poly:
    number = powers.content(p)
    result = _log_of_number(ring, number)
    sign, found = factors.factored(ring, scaled(p, exact(1 / Fraction(number))))
    unknown = [(q, k) for q, k in found if k % 2 and not (signs.sign(ring, q) and len(found) > 1)]
    for q, k in found:
        if (q, k) not in unknown:
            result = ring.add(result, scaled(_log_of_square(ring, q), k * _HALF))
    if len(unknown) == 1 and sign > 0:
        ((q, k),) = unknown
        return ring.add(result, scaled(ring.of(ring.generator(Kind.LOG, items(q))), k))
    for q, k in unknown:
        if k > 1:
            result = ring.add(result, scaled(_log_of_square(ring, q), (k - 1) * _HALF))
    inside = scaled(ring.product([q for q, _ in unknown]), sign)
    return result if inside == ONE else ring.add(result, ring.of(ring.generator(Kind.LOG, items(inside))))


def _log_of_term(ring: Ring, monomial: Monomial, coefficient: Scalar) -> Poly:
    result = _log_of_number(ring, coefficient if coefficient > 0 else -coefficient)
    unknown: list[tuple[int, Scalar]] = []
    for g, e in monomial:
        generator = ring.generators[g]
        if generator.kind is Kind.EXP:
            result = ring.add(result, {cast("Monomial", generator.content[0]): e})
        elif generator.kind is Kind.PRIME:
            result = ring.add(result, scaled(_log_of_number(ring, cast("int", generator.content[0])), e))
        elif generator.sign or e.denominator != 1:
            result = ring.add(result, scaled(_log_of_one(ring, g), e))
        elif e.numerator % 2 == 0:
            result = ring.add(result, scaled(_log_of_square(ring, powers.itself(ring, g)), e * _HALF))
        else:
            unknown.append((g, e))
    if len(unknown) == 1 and coefficient > 0:
        ((g, e),) = unknown
        return ring.add(result, scaled(_log_of_one(ring, g), e))
    if not unknown and coefficient > 0:
        return result
    for g, e in unknown:
        if e != 1:
            result = ring.add(result, scaled(_log_of_square(ring, powers.itself(ring, g)), (e - 1) * _HALF))
    inside = ring.product([powers.itself(ring, g) for g, _ in unknown])
    inside = scaled(inside, 1 if coefficient > 0 else -1)
    return ring.add(result, ring.of(ring.generator(Kind.LOG, items(inside))))


def _log_of_square(ring: Ring, q: Poly) -> Poly:
    """log q^2 = 2 log |q|, for a q without factors."""
    if signs.sign(ring, q):
        return scaled(log(ring, q), 2)
    return ring.of(ring.generator(Kind.LOG, items(ring.power(q, 2))))


def _log_of_one(ring: Ring, g: int) -> Poly:
    generator = ring.generators[g]
    if generator.kind is Kind.BASE:
        return _log_of_sum(ring, powers.itself(ring, g))
    return ring.of(ring.generator(Kind.LOG, ((((g, 1),), 1),)))


def _log_of_number(ring: Ring, number: Scalar) -> Poly:
    result: Poly = ZERO
    for prime, count in powers.prime_factors(number):
        result = ring.add(result, {((ring.generator(Kind.LOG, ((UNIT, prime),)).number, 1),): count})
    return result


def positive(ring: Ring, p: Poly) -> Poly:
    """1 where p > 0, else 0: by the signs of the factors of p, off the points where one of these is 0."""
    numerator, denominators = powers.cleared(ring, p)
    if not numerator or signs.sign(ring, scaled(p, -1)):
        return ZERO
    if signs.is_positive(ring, p):
        return ONE
    found = [(powers.itself(ring, g), exact(-k)) for g, k in denominators] + _sign_factors(ring, numerator)
    if len(found) == 1 and found[0][1] == 1:
        return _step(ring, found[0][0])
    sign: Poly = ONE
    for q, k in found:
        up, down = _step(ring, q), _step(ring, scaled(q, -1))
        if k.denominator == 1 and k.numerator % 2:
            sign = ring.mul(sign, ring.sub(up, down))
        else:
            sign = ring.mul(sign, ring.add(up, down))
    return scaled(ring.add(ring.mul(sign, sign), sign), _HALF)  # a sign is -1, 0 or 1


def _sign_factors(ring: Ring, p: Poly) -> list[tuple[Poly, Scalar]]:
    """p as a product of powers, but for positive numbers."""
    shared = powers.common(p)
    found = [(powers.itself(ring, g), e) for g, e in shared]
    rest = powers.divided(ring, p, shared) if shared else p
    sign, parts = factors.factored(ring, scaled(rest, exact(1 / Fraction(powers.content(rest)))))
    found += [(q, exact(k)) for q, k in parts]
    if sign > 0:
        return found
    if len(found) == 1 and found[0][1] == 1:
        return [(scaled(found[0][0], -1), 1)]
    return [*found, (ring.number(-1), 1)]


def _step(ring: Ring, q: Poly) -> Poly:
    """1 where q > 0, for a q without factors."""
    negative = scaled(q, -1)
    if signs.sign(ring, negative):
        return ZERO
    if signs.is_positive(ring, q):
        return ONE
    if len(q) == 1 and all(_is_indicator(ring, g) for monomial in q for g, _ in monomial):
        return q
    zeros = vanishing.zeros(ring, q)
    if zeros is None:
        return ring.of(ring.generator(Kind.STEP, items(q)))
    if signs.sign(ring, q):
        return ring.sub(ONE, zeros)
    if factors.leading_coefficient(ring, q) < 0:
        return ring.sub(ring.sub(ONE, zeros), ring.of(ring.generator(Kind.STEP, items(negative))))
    return ring.of(ring.generator(Kind.STEP, items(q)))


def _is_indicator(ring: Ring, g: int) -> bool:
    return ring.generators[g].kind in (Kind.STEP, Kind.TEST, Kind.DELTA)


def is_zero(ring: Ring, p: Poly) -> Poly:
    """1 where p is 0, else 0."""
    if not powers.cleared(ring, p)[0]:
        return ONE
    if set(p) == {UNIT} or signs.sign(ring, p) is Sign.POSITIVE or signs.is_negative(ring, p):
        return ZERO
    number = powers.content(p)
    p = scaled(p, exact(1 / Fraction(number)))
    if factors.leading_coefficient(ring, p) < 0:
        p = scaled(p, -1)
    return ring.of(ring.generator(Kind.TEST, items(p)))


def sigmoid(ring: Ring, x: Poly) -> Poly:
    """1 - 1/(exp(x) + 1)"""
    return ring.sub(ONE, ring.power(ring.add(exp(ring, x), ONE), -1))


def tanh(ring: Ring, x: Poly) -> Poly:
    """1 - 2/(exp(2 x) + 1)"""
    return ring.sub(scaled(sigmoid(ring, scaled(x, 2)), 2), ONE)


def sign(ring: Ring, x: Poly) -> Poly:
    """-1, 0 or 1."""
    return ring.sub(positive(ring, x), positive(ring, scaled(x, -1)))


def absolute(ring: Ring, x: Poly) -> Poly:
    """|x| = 2 relu(x) - x"""
    return ring.sub(scaled(_relu(ring, x), 2), x)


def _relu(ring: Ring, x: Poly) -> Poly:
    """x 1[x > 0] = x + relu(-x), by the one of x and -x whose largest term has a positive coefficient."""
    if x and factors.leading_coefficient(ring, x) < 0:
        return ring.add(x, _relu(ring, scaled(x, -1)))
    return ring.mul(x, positive(ring, x))


def _max(ring: Ring, x: Poly, y: Poly) -> Poly:
    return ring.add(y, _relu(ring, ring.sub(x, y)))


def _min(ring: Ring, x: Poly, y: Poly) -> Poly:
    return ring.sub(x, _relu(ring, ring.sub(x, y)))


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
        c, s = _cos_of_term(ring, part), _sin_of_term(ring, part)
        if coefficient < 0:
            s = scaled(s, -1)
        for _ in range(abs(coefficient.numerator)):
            cos, sin = (
                ring.sub(ring.mul(cos, c), ring.mul(sin, s)),
                ring.add(ring.mul(sin, c), ring.mul(cos, s)),
            )
    return cos, sin


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
    "abs": absolute,
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
    "relu": _relu,
    "sign": sign,
    "step": positive,
    "erf": _erf,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": lambda r, x: r.mul(x, sigmoid(r, x)),
    "max": _max,
    "min": _min,
    "erfc": lambda r, x: r.sub(ONE, _erf(r, x)),
    "erfi": _symmetric("erfi", -1),
    "cot": lambda r, x: r.mul(_cos(r, x), _inverse(r, _sin(r, x))),
    "sec": lambda r, x: _inverse(r, _cos(r, x)),
    "csc": lambda r, x: _inverse(r, _sin(r, x)),
    "coth": lambda r, x: r.mul(_cosh(r, x), _inverse(r, _sinh(r, x))),
    "sech": lambda r, x: _inverse(r, _cosh(r, x)),
    "csch": lambda r, x: _inverse(r, _sinh(r, x)),
    "is_zero": is_zero,
    "is_positive": positive,
}
"""Rows for the functions that are brought back to others; those without one (acosh, gamma, ...) stay as they are."""
