"""Steps that keep the value of an expression: what one writes for it who knows the laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symgrad.language.build import ONE, add, inv, mul, neg, number, rename
from symgrad.language.program import Add, Expr, Index, Indicator, Inv, Mul, Neg, Pow, Range, Reduce, Size
from symgrad.language.walk import free_indices
from tests.fuzz.trees import indicators_swapped, is_free_of, letters_in
from tests.fuzz.world import HALF, World, is_positive, letters_over, size_of

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


def a_rule(rule: Rule) -> Rule:
    RULES[rule.__name__.strip("_").replace("_", " ")] = rule
    return rule


# Sums and products


@a_rule
def _shuffle(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Add(args):
            return add(*at.world.draw.sample(args, len(args)))
        case Mul(args):
            return mul(*at.world.draw.sample(args, len(args)))
    return None


@a_rule
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


@a_rule
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


@a_rule
def _common_denominator(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Add):
        return None
    below = [f.arg for arg in expr.args for f in _factors(arg) if isinstance(f, Inv) and at.positive(f.arg)]
    if not below:
        return None
    d = at.world.draw.choice(below)
    above = (_without(arg, inv(d)) if inv(d) in _factors(arg) else mul(arg, d) for arg in expr.args)
    return mul(add(*above), inv(d))


@a_rule
def _split_fraction(expr: Expr, at: Where) -> Expr | None:
    """1/(u v) = 1/u 1/v"""
    match expr:
        case Inv(Mul(args)):
            return mul(*map(inv, args))
        case Mul(args) if sum(isinstance(arg, Inv) for arg in args) > 1:
            below = [arg.arg for arg in args if isinstance(arg, Inv)]
            return mul(*(arg for arg in args if not isinstance(arg, Inv)), inv(mul(*below)))
    return None


@a_rule
def _add_and_subtract(expr: Expr, at: Where) -> Expr | None:
    term = at.world.real(at.world.draw.choice((0, 1)), at.scope)
    return add(term, expr, neg(term))


@a_rule
def _even_parts(expr: Expr, at: Where) -> Expr | None:
    """2 e/2"""
    part = mul(HALF, expr)
    return add(part, part)


@a_rule
def _multiply_and_divide(expr: Expr, at: Where) -> Expr | None:
    factor = at.world.positive(at.world.draw.choice((0, 1)), at.scope)
    return mul(expr, factor, inv(factor))


# Sums over indices


@a_rule
def _split_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", ranges, Add(args)):
            return add(*(Reduce("sum", ranges, arg) for arg in args))
    return None


@a_rule
def _join_sums(expr: Expr, at: Where) -> Expr | None:
    if not isinstance(expr, Add) or not all(isinstance(arg, Reduce) and arg.op == "sum" for arg in expr.args):
        return None
    ranges = expr.args[0].ranges  # type: ignore[attr-defined]
    if any(arg.ranges != ranges for arg in expr.args):  # type: ignore[attr-defined]
        return None
    return Reduce("sum", ranges, add(*(arg.body for arg in expr.args)))  # type: ignore[attr-defined]


@a_rule
def _out_of_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", ranges, Mul(args)):
            bound = {r.index for r in ranges}
            outer = [arg for arg in args if is_free_of(arg, bound)]
            inner = [arg for arg in args if not is_free_of(arg, bound)]
            return mul(*outer, Reduce("sum", ranges, mul(*inner))) if outer and inner else None
    return None


@a_rule
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


@a_rule
def _swap_sums(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce("sum", outer, Reduce("sum", inner, body)):
            if {r.index for r in outer} & {r.index for r in inner}:
                return None
            both = at.world.draw.choice((True, False))
            return Reduce("sum", (*inner, *outer), body) if both else Reduce("sum", inner, Reduce("sum", outer, body))
    return None


@a_rule
def _product_of_sums(expr: Expr, at: Where) -> Expr | None:
    """(sum_j u) (sum_k v) = sum_j sum_k u v, and (sum_j u)^2 = sum_j u sum_k u_k"""
    if isinstance(expr, Pow) and expr.exponent == TWO:
        expr = mul(expr.base, expr.base)
    if not isinstance(expr, Mul):
        return None
    sums = [n for n, arg in enumerate(expr.args) if isinstance(arg, Reduce) and arg.op == "sum"]
    if len(sums) < 2:
        return None
    first, second = (expr.args[n] for n in sums[:2])
    second = _other_letter(second, at) or second
    if not isinstance(first, Reduce) or not isinstance(second, Reduce):
        return None
    one, other = ({r.index for r in part.ranges} for part in (first, second))
    if one & (other | letters_in(second.body)) or other & letters_in(first.body):
        return None
    product = Reduce("sum", first.ranges, Reduce("sum", second.ranges, mul(first.body, second.body)))
    return mul(product, *(arg for n, arg in enumerate(expr.args) if n not in sums[:2]))


@a_rule
def _other_letter(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Reduce(op, (Range(index, None, None),), body):
            letter = at.fresh(index, body)
            return Reduce(op, (Range(letter),), rename(body, {index: Index(letter)})) if letter else None
    return None


@a_rule
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


@a_rule
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


@a_rule
def _size_as_sum(expr: Expr, at: Where) -> Expr | None:
    match expr:
        case Size(name) if name in ("B", "J"):
            left = [letter for letter in letters_over(name) if letter not in at.scope]
            return Reduce("sum", (Range(left[0]),), ONE) if left else None
    return None


@a_rule
def _mean_of_the_same(expr: Expr, at: Where) -> Expr | None:
    """e = 1/J sum_j e"""
    size = at.world.draw.choice("BJ")
    taken = letters_in(expr) | set(at.scope)
    left = [letter for letter in letters_over(size) if letter not in taken]
    return mul(inv(Size(size)), Reduce("sum", (Range(left[0]),), expr)) if left else None


@a_rule
def _turned_delta(expr: Expr, at: Where) -> Expr | None:
    return indicators_swapped(expr) if isinstance(expr, Indicator) else None


@a_rule
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


ADDING = frozenset(
    {"add and subtract", "multiply and divide", "mean of the same", "even parts", "delta sum", "root of square"}
)
"""The rules that fit nearly everywhere; they are tried less often than those that need a certain shape."""
