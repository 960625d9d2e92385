"""Steps that keep the value of a function's call or of a power; with them RULES is complete."""

from __future__ import annotations

from fractions import Fraction

from symgrad.language.build import ONE, add, call, inv, mul, neg, number, power
from symgrad.language.program import Add, Call, Expr, Inv, Mul, Neg, Number, Pow, Ref
from tests.fuzz.rules import RULES, TWO, Where, a_rule
from tests.fuzz.world import HALF

__all__ = ["RULES"]


@a_rule
def _exp_of_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Call("exp", (Add(args),)):
            return mul(*(call("exp", arg) for arg in args))
        case Call("exp", (Neg(arg),)):
            return inv(call("exp", arg))
        case Call("exp", (arg,)):
            return power(call("exp", mul(HALF, arg)), TWO)
    return None


@a_rule
def _product_of_exp(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Mul):
        return None
    inside, rest = [], []
    for arg in expr.args:
        match arg:
            case Call("exp", (u,)):
                inside.append(u)
            case Inv(Call("exp", (u,))):
                inside.append(neg(u))
            case _:
                rest.append(arg)
    return mul(call("exp", add(*inside)), *rest) if len(inside) > 1 else None


@a_rule
def _log_law(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Call("log", (Mul(args),)) if at.positive(*args):
            return add(*(call("log", arg) for arg in args))
        case Call("log", (Inv(arg),)) if at.positive(arg):
            return neg(call("log", arg))
        case Call("log", (Pow(base, Number() as exponent),)) if at.positive(base):
            return mul(exponent, call("log", base))
        case Call("log", (Call("exp", (arg,)),)):
            return arg
        case Call("log", (arg,)) if at.positive(arg):
            factor = at.world.positive(0, at.scope)
            return add(call("log", mul(arg, factor)), neg(call("log", factor)))
    return None


@a_rule
def _function_by_others(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Call) or len(expr.args) not in (1, 2) or expr.orders:
        return None
    x, *more = expr.args
    twice = call("exp", mul(TWO, x))
    forms: dict[str, list[Expr]] = {
        "tanh": [add(mul(TWO, call("sigmoid", mul(TWO, x))), number(-1)), neg(call("tanh", neg(x)))],
        "sigmoid": [inv(add(ONE, call("exp", neg(x)))), add(ONE, neg(call("sigmoid", neg(x))))],
        "softplus": [call("log", add(ONE, call("exp", x))), add(x, call("softplus", neg(x)))],
        "relu": [mul(x, call("step", x)), call("max", x, number(0)), add(x, call("relu", neg(x)))],
        "abs": [mul(x, call("sign", x)), power(power(x, TWO), HALF), call("abs", neg(x))],
        "sign": [neg(call("sign", neg(x)))],
        "step": [add(ONE, neg(call("step", neg(x))))] if isinstance(x, Ref) else [],
    }
    forms["tanh"].append(mul(add(twice, number(-1)), inv(add(twice, ONE))))
    if expr.function == "max" and more:
        forms["max"] = [add(more[0], call("relu", add(x, neg(more[0])))), call("max", more[0], x)]
    found = forms.get(expr.function, [])
    return at.world.draw.choice(found) if found else None


@a_rule
def _power_law(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Pow(base, Number(value)) if value in (2, 3):
            return mul(*[base] * int(value))
        case Pow(Mul(args), exponent) if at.positive(*args):
            return mul(*(power(arg, exponent) for arg in args))
        case Pow(base, Number(value)) if at.positive(base):
            ways = [call("exp", mul(number(value), call("log", base)))]
            ways.append(mul(power(base, number(value - 1)), base))
            ways.append(inv(power(base, number(-value))))
            return at.world.draw.choice(ways)
        case Inv(base):
            return at.world.draw.choice((power(base, number(-1)), mul(base, inv(power(base, TWO)))))
    return None


@a_rule
def _root_of_square(expr: Expr, at: Where) -> Expr | None:
    return power(power(expr, TWO), HALF) if at.positive(expr) and not isinstance(expr, Number) else None


@a_rule
def _square_of_difference(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Pow(Add((u, v)), Number(value)) if value == Fraction(2):
            return add(power(u, TWO), mul(TWO, u, v), power(v, TWO))
        case Mul((Add((u, v)), Add((u2, Neg(v2))), *rest)) if (u, v) == (u2, v2):
            return mul(add(power(u, TWO), neg(power(v, TWO))), *rest)
    return None
