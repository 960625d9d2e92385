"""Functions of forms: brought back to exp, log, steps 1[x > 0] and powers, or left as they are."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra.powers import prime_factors
from symgrad.algebra.ranges import cases, heads, powers, signs, vanishing, weights
from symgrad.algebra.ranges.form import ONE, ZERO, Form, Kind, Shape
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import Scalar, Sign, exact

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_HALF = Fraction(1, 2)


def power(space: Space, form: Form, exponent: Scalar, context: Guard) -> Form:
    """A form to a rational exponent."""
    if isinstance(exponent, int) and exponent >= 0:
        return powers.power(space, form, exponent)
    return cases.in_every_case(space, (form,), context, lambda forms: powers.power(space, forms[0], exponent))


def call(
    space: Space, function: str, args: tuple[Form, ...], orders: tuple[int, ...] = (), context: Guard = TRUE
) -> Form:
    """A function of the language's table, or an uninterpreted one with the orders of its derivatives."""
    row = None if orders else _ROWS.get(function)
    if row is None:
        return cases.in_every_case(space, args, context, lambda forms: _opaque(space, function, forms, orders))
    return cases.in_every_case(space, args, context, lambda forms: row(space, *forms))


def _opaque(space: Space, function: str, args: tuple[Form, ...], orders: tuple[int, ...] = ()) -> Form:
    return _headed(space, Kind.CALL, args, name=function, orders=orders)


def _headed(
    space: Space,
    kind: Kind,
    args: tuple[Form, ...],
    *,
    name: str = "",
    orders: tuple[int, ...] = (),
    exponent: Scalar = 1,
) -> Form:
    bodies, slots = heads.abstracted(space, args)
    head = space.head(kind, bodies, name=name, orders=orders, arity=len(slots))
    return Form({Shape(((head.number, slots, exponent),), TRUE): weights.ONE})


def exp(space: Space, form: Form) -> Form:
    """exp(c m + ...) = exp(m)^c ...; exp(c log u) = u^c."""
    result = ONE
    for shape, weight in form:
        rate = weights.as_linear(weight) if weights.atoms(weight) else None
        if rate is not None and not rate[1].dummies:
            result = space.mul(result, _growth(space, Form({shape: weights.number(rate[0])}), rate[1]))
            continue
        for monomial, c in weight.items():
            result = space.mul(result, _exp_of_term(space, Form({shape: {monomial: 1}}), c))
    return result


def _growth(space: Space, rate: Form, times: Linear) -> Form:
    """exp(rate * times) for an index or a sum of such."""
    bodies, slots = heads.abstracted(space, (rate,))
    head = space.head(Kind.GROWTH, bodies, arity=len(slots) + 1)
    return Form({Shape(((head.number, (*slots, times), 1),), TRUE): weights.ONE})


def _exp_of_term(space: Space, term: Form, coefficient: Scalar) -> Form:
    ((shape, weight),) = term.terms.items()
    if len(shape.factors) == 1 and shape.guard == TRUE and weight == weights.ONE and shape.factors[0][2] == 1:
        head, slots, _ = shape.factors[0]
        if space.heads[head].kind is Kind.LOG:
            return powers.power(space, space.applied(space.heads[head].bodies[0], slots), coefficient)
    return _headed(space, Kind.EXP, (term,), exponent=exact(coefficient))


def log(space: Space, form: Form) -> Form:
    """log of positive factors apart: log(a b) = log a + log b, log exp m = m, log u^k = k log u for odd k."""
    if not form.terms:
        return space.undefined(TRUE)
    taken, rest = powers.content(space, form, positive_only=True)
    if not rest.terms:
        return space.undefined(TRUE)
    ((monomial, number),) = taken.weight.items()
    total = _log_of_number(space, number)
    for key, e in monomial:
        total = space.add(total, space.scale(_headed(space, Kind.LOG, (space.size(str(key)),)), e))
    for head, slots, e in taken.factors:
        total = space.add(total, space.scale(_log_of_factor(space, head, slots), e))
    if rest == ONE:
        return total
    return space.add(total, _log_of_rest(space, rest))


def _log_of_number(space: Space, number: Scalar) -> Form:
    total = ZERO
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime, count in prime_factors(part):
            total = space.add(total, space.scale(_headed(space, Kind.LOG, (space.number(prime),)), sign * count))
    return total


def _log_of_factor(space: Space, number: int, slots: tuple[Linear, ...]) -> Form:
    head = space.heads[number]
    if head.kind is Kind.EXP:
        return space.applied(head.bodies[0], slots)
    if head.kind is Kind.BASE:
        return _headed(space, Kind.LOG, (space.applied(head.bodies[0], slots),))
    return _headed(space, Kind.LOG, (Form({Shape(((number, slots, 1),), TRUE): weights.ONE}),))


def _log_of_rest(space: Space, rest: Form) -> Form:
    """log of what has no positive factors; log u^k = k log u, but for even k."""
    if len(rest) == 1:
        ((shape, weight),) = rest.terms.items()
        if shape.guard == TRUE and weight == weights.ONE and len(shape.factors) == 1:
            head, slots, e = shape.factors[0]
            if e.numerator % 2:
                return space.scale(_log_of_factor(space, head, slots), e)
    return _headed(space, Kind.LOG, (rest,))


def sigmoid(space: Space, x: Form) -> Form:
    """1 - 1/(exp(x) + 1)"""
    return space.sub(ONE, powers.power(space, space.add(exp(space, x), ONE), -1))


def tanh(space: Space, x: Form) -> Form:
    """1 - 2/(exp(2 x) + 1)"""
    return space.sub(space.scale(sigmoid(space, space.scale(x, 2)), 2), ONE)


def positive(space: Space, x: Form) -> Form:
    """1 where x > 0, else 0; 1[-x > 0] is 1 - 1[x > 0] off the points where x is 0, unless it is so by its form."""
    if not x.terms or signs.of_form(space, space.scale(x, -1)) is not Sign.UNKNOWN:
        return ZERO
    if signs.is_positive(space, x):
        return ONE
    rest = powers.content(space, x, positive_only=True)[1]
    if not rest.terms:
        return ZERO
    shared = next((f for f in powers.common_factors(rest) if space.heads[f[0]].kind is Kind.STEP), None)
    if shared is not None:
        step = Form({Shape(((*shared, 1),), TRUE): weights.ONE})
        return space.mul(step, positive(space, powers.without(space, rest, shared)))
    if signs.leading(rest) < 0 and vanishing.is_zero_seldom(space, rest):
        return space.sub(ONE, _headed(space, Kind.STEP, (space.scale(rest, -1),)))
    return _headed(space, Kind.STEP, (rest,))


def relu(space: Space, x: Form) -> Form:
    """x 1[x > 0] = x + relu(-x), by the one of x and -x that begins with a positive coefficient."""
    if not x.terms or signs.leading(x) > 0:
        return space.mul(x, positive(space, x))
    opposite = space.scale(x, -1)
    return space.add(x, space.mul(opposite, positive(space, opposite)))


def _sign(space: Space, x: Form) -> Form:
    return space.sub(positive(space, x), positive(space, space.scale(x, -1)))


def _is_zero(space: Space, x: Form) -> Form:
    """1 where x is 0, else 0."""
    if x.constant is not None and all(not monomial for monomial in x.constant):
        return ZERO if x.terms else ONE
    return _opaque(space, "is zero", (x,))


def _hyperbolic(factor: int) -> Row:
    def of(space: Space, x: Form) -> Form:
        return space.scale(space.add(exp(space, x), space.scale(exp(space, space.scale(x, -1)), factor)), _HALF)

    return of


def _symmetric(function: str, factor: int) -> Row:
    """A function with f(-x) = factor f(x)."""

    def of(space: Space, x: Form) -> Form:
        if not x.terms:
            return ONE if factor > 0 else ZERO
        if signs.leading(x) > 0:
            return _opaque(space, function, (x,))
        return space.scale(_opaque(space, function, (space.scale(x, -1),)), factor)

    return of


Row = Callable[..., Form]
_sinh, _cosh = _hyperbolic(-1), _hyperbolic(1)
_sin, _cos, _erf = (_symmetric(f, s) for f, s in (("sin", -1), ("cos", 1), ("erf", -1)))


def _over(space: Space, x: Form, y: Form) -> Form:
    return space.mul(x, powers.power(space, y, -1))


def _maximum(space: Space, x: Form, y: Form) -> Form:
    return space.add(y, relu(space, space.sub(x, y)))


_ROWS: dict[str, Row] = {
    "exp": exp,
    "expm1": lambda s, x: s.sub(exp(s, x), ONE),
    "log": log,
    "log1p": lambda s, x: log(s, s.add(ONE, x)),
    "sqrt": lambda s, x: powers.power(s, x, _HALF),
    "sigmoid": sigmoid,
    "tanh": tanh,
    "silu": lambda s, x: s.mul(x, sigmoid(s, x)),
    "softplus": lambda s, x: log(s, s.add(ONE, exp(s, x))),
    "sinh": _sinh,
    "cosh": _cosh,
    "sin": _sin,
    "cos": _cos,
    "erf": _erf,
    "erfc": lambda s, x: s.sub(ONE, _erf(s, x)),
    "tan": lambda s, x: _over(s, _sin(s, x), _cos(s, x)),
    "cot": lambda s, x: _over(s, _cos(s, x), _sin(s, x)),
    "sec": lambda s, x: powers.power(s, _cos(s, x), -1),
    "csc": lambda s, x: powers.power(s, _sin(s, x), -1),
    "coth": lambda s, x: _over(s, _cosh(s, x), _sinh(s, x)),
    "sech": lambda s, x: powers.power(s, _cosh(s, x), -1),
    "csch": lambda s, x: powers.power(s, _sinh(s, x), -1),
    "asin": _symmetric("asin", -1),
    "atan": _symmetric("atan", -1),
    "asinh": _symmetric("asinh", -1),
    "erfi": _symmetric("erfi", -1),
    "relu": relu,
    "abs": lambda s, x: s.sub(s.scale(relu(s, x), 2), x),
    "step": positive,
    "is positive": positive,
    "is zero": _is_zero,
    "sign": _sign,
    "max": _maximum,
    "min": lambda s, x, y: s.sub(x, relu(s, s.sub(x, y))),
}
"""Functions that are brought back to others; those without a row stay as they are."""
