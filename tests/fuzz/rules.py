"""Steps that keep the value of an expression: what one writes for it who knows the laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symgrad.language.build import ONE, add, call, inv, mul, neg, number, power, rename
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    Index,
    Indicator,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Size,
)
from symgrad.language.walk import free_indices
from tests.fuzz.trees import indicators_swapped, is_free_of, letters_in
from tests.fuzz.world import HALF, size_of, World, is_positive, letters_over

TWO = number(2)


@dataclass(frozen=True)
class Where:
    """What a rule knows of the place: what may be drawn and the indices that are bound there."""

    world: World
    scope: tuple[str, ...]

    def positive(self, *exprs: Expr) -> bool:
        """Whether all are seen to be above 0."""
        return all(is_positive(expr, self.world.positive_names) for expr in exprs)

    def fresh(self, index: str, *exprs: Expr) -> str | None:
        """Another letter over the same size that occurs nowhere in the expressions nor around them."""
        taken = set(self.scope).union(*map(letters_in, exprs))
        left = [letter for letter in letters_over(size_of(index)) if letter not in taken]
        return self.world.draw.choice(left) if left else None


Rule = Callable[[Expr, Where], Expr | None]
RULES: dict[str, Rule] = {}
"""All rules by what they do. One that does not fit gives None."""


def _rule(rule: Rule) -> Rule:
    RULES[rule.__name__.strip("_").replace("_", " ")] = rule
    return rule


# Sums and products


@_rule
def _shuffle(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Add(args):
            return add(*at.world.draw.sample(args, len(args)))
        case Mul(args):
            return mul(*at.world.draw.sample(args, len(args)))
    return None


@_rule
def _distribute(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Mul):
        return None
    sums = [n for n, arg in enumerate(expr.args) if isinstance(arg, Add)]
    if not sums:
        return None
    n = at.world.draw.choice(sums)
    chosen = expr.args[n]
    assert isinstance(chosen, Add)
    rest = expr.args[:n] + expr.args[n + 1 :]
    return add(*(mul(arg, *rest) for arg in chosen.args))


@_rule
def _factor(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Add):
        return None
    first, *others = expr.args
    for factor in _factors(first):
        if all(factor in _factors(other) for other in others):
            return mul(factor, add(*(_without(arg, factor) for arg in expr.args)))
    return None


def _factors(expr: Expr) -> tuple[Expr, ...]:
    if isinstance(expr, Neg):
        return _factors(expr.arg)
    return expr.args if isinstance(expr, Mul) else (expr,)


def _without(expr: Expr, factor: Expr) -> Expr:
    if isinstance(expr, Neg):
        return neg(_without(expr.arg, factor))
    args = list(_factors(expr))
    args.remove(factor)
    return mul(*args)


@_rule
def _common_denominator(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Add):
        return None
    below = [f.arg for arg in expr.args for f in _factors(arg) if isinstance(f, Inv) and at.positive(f.arg)]
    if not below:
        return None
    d = at.world.draw.choice(below)
    above = (_without(arg, inv(d)) if inv(d) in _factors(arg) else mul(arg, d) for arg in expr.args)
    return mul(add(*above), inv(d))


@_rule
def _split_fraction(expr: Expr, at: Where) -> Expr | None:
    """1/(u v) = 1/u 1/v"""
    match expr:
        case Inv(Mul(args)):
            return mul(*map(inv, args))
        case Mul(args) if sum(isinstance(arg, Inv) for arg in args) > 1:
            below = [arg.arg for arg in args if isinstance(arg, Inv)]
            return mul(*(arg for arg in args if not isinstance(arg, Inv)), inv(mul(*below)))
    return None


@_rule
def _add_and_subtract(expr: Expr, at: Where) -> Expr | None:
    term = at.world.real(at.world.draw.choice((0, 1)), at.scope)
    return add(term, expr, neg(term))


@_rule
def _multiply_and_divide(expr: Expr, at: Where) -> Expr | None:
    factor = at.world.positive(at.world.draw.choice((0, 1)), at.scope)
    return mul(expr, factor, inv(factor))


# Sums over indices


@_rule
def _split_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", ranges, Add(args)):
            return add(*(Reduce("sum", ranges, arg) for arg in args))
    return None


@_rule
def _join_sums(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Add) or not all(isinstance(arg, Reduce) and arg.op == "sum" for arg in expr.args):
        return None
    ranges = expr.args[0].ranges  # type: ignore[attr-defined]
    if any(arg.ranges != ranges for arg in expr.args):  # type: ignore[attr-defined]
        return None
    return Reduce("sum", ranges, add(*(arg.body for arg in expr.args)))  # type: ignore[attr-defined]


@_rule
def _out_of_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", ranges, Mul(args)):
            bound = {r.index for r in ranges}
            outer = [arg for arg in args if is_free_of(arg, bound)]
            inner = [arg for arg in args if not is_free_of(arg, bound)]
            return mul(*outer, Reduce("sum", ranges, mul(*inner))) if outer and inner else None
    return None


@_rule
def _into_sum(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Mul):
        return None
    for n, arg in enumerate(expr.args):
        rest = expr.args[:n] + expr.args[n + 1 :]
        if isinstance(arg, Reduce) and arg.op == "sum":
            bound = {r.index for r in arg.ranges}
            if not any(bound & letters_in(other) for other in rest):
                return Reduce("sum", arg.ranges, mul(arg.body, *rest))
    return None


@_rule
def _swap_sums(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", outer, Reduce("sum", inner, body)):
            if {r.index for r in outer} & {r.index for r in inner}:
                return None
            both = at.world.draw.choice((True, False))
            return Reduce("sum", (*inner, *outer), body) if both else Reduce("sum", inner, Reduce("sum", outer, body))
    return None


@_rule
def _product_of_sums(expr: Expr, at: Where) -> Expr | None:
    """(sum_j u) (sum_k v) = sum_j sum_k u v"""
    match expr:
        case Mul((Reduce("sum", outer, u), Reduce("sum", inner, v), *rest)):
            one, other = ({r.index for r in ranges} for ranges in (outer, inner))
            if not one & (other | letters_in(v)) and not other & letters_in(u):
                return mul(Reduce("sum", outer, Reduce("sum", inner, mul(u, v))), *rest)
    return None


@_rule
def _other_letter(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce(op, (Range(index, None, None),), body):
            letter = at.fresh(index, body)
            return Reduce(op, (Range(letter),), rename(body, {index: Index(letter)})) if letter else None
    return None


@_rule
def _delta_sum(expr: Expr, at: Where) -> Expr | None:
    """e_j = sum_k 1[j = k] e_k"""
    free = free_indices(expr)
    if not free:
        return None
    index = at.world.draw.choice(free)
    letter = at.fresh(index, expr)
    if not letter:
        return None
    delta = Indicator("=", *at.world.draw.sample((Index(index), Index(letter)), 2))
    return Reduce("sum", (Range(letter),), mul(delta, rename(expr, {index: Index(letter)})))


@_rule
def _contract_delta(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", (Range(index, None, None),), Mul(args)):
            for arg in args:
                rest = [other for other in args if other is not arg]
                match arg:
                    case Indicator("=", Index(m), Index(n)) if index in (m, n) and m != n:
                        other = m if n == index else n
                        captured = any(other in letters_in(e) - set(free_indices(e)) for e in rest)
                        inner = any(index in letters_in(e) and is_free_of(e, {index}) for e in rest)
                        return None if captured or inner else mul(*(rename(e, {index: Index(other)}) for e in rest))
    return None


@_rule
def _size_as_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Size(name) if name in ("B", "J"):
            left = [letter for letter in letters_over(name) if letter not in at.scope]
            return Reduce("sum", (Range(left[0]),), ONE) if left else None
    return None


@_rule
def _mean_of_the_same(expr: Expr, at: Where) -> Expr | None:
    """e = 1/J sum_j e"""
    size = at.world.draw.choice("BJ")
    taken = letters_in(expr) | set(at.scope)
    left = [letter for letter in letters_over(size) if letter not in taken]
    return mul(inv(Size(size)), Reduce("sum", (Range(left[0]),), expr)) if left else None


@_rule
def _turned_delta(expr: Expr, at: Where) -> Expr | None:
    return indicators_swapped(expr) if isinstance(expr, Indicator) else None


@_rule
def _other_side_of_delta(expr: Expr, at: Where) -> Expr | None:
    """1[i = j] f(j) = 1[i = j] f(i)"""
    if not isinstance(expr, Mul):
        return None
    for n, arg in enumerate(expr.args):
        match arg:
            case Indicator("=", Index(i), Index(j)):
                rest = expr.args[:n] + expr.args[n + 1 :]
                if any({i, j} & (letters_in(e) - set(free_indices(e))) for e in rest):
                    return None
                return mul(arg, *(rename(e, {j: Index(i)}) for e in rest))
    return None


# Functions


@_rule
def _exp_of_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Call("exp", (Add(args),)):
            return mul(*(call("exp", arg) for arg in args))
        case Call("exp", (Neg(arg),)):
            return inv(call("exp", arg))
        case Call("exp", (arg,)):
            return power(call("exp", mul(HALF, arg)), TWO)
    return None


@_rule
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


@_rule
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


@_rule
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


@_rule
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


@_rule
def _root_of_square(expr: Expr, at: Where) -> Expr | None:
    return power(power(expr, TWO), HALF) if at.positive(expr) and not isinstance(expr, Number) else None


@_rule
def _square_of_difference(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Pow(Add((u, v)), Number(value)) if value == Fraction(2):
            return add(power(u, TWO), mul(TWO, u, v), power(v, TWO))
        case Mul((Add((u, v)), Add((u2, Neg(v2))), *rest)) if (u, v) == (u2, v2):
            return mul(add(power(u, TWO), neg(power(v, TWO))), *rest)
    return None


@_rule
def _even_parts(expr: Expr, at: Where) -> Expr | None:
    """2 e/2"""
    part = mul(HALF, expr)
    return add(part, part)


ADDING = frozenset({"add and subtract", "multiply and divide", "mean of the same", "even parts", "delta sum", "root of square"})
"""The rules that fit nearly everywhere; they are tried less often than those that need a certain shape."""
