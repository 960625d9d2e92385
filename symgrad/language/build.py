"""Constructors that keep one shape for what is written in one way.

What they guarantee of every tree built with them, and what the writers rely on:

- an Add holds no Add, a Mul holds no Mul, each has two arguments or more;
- a Mul holds no Neg, no negative Number, no Number 1 and no two Numbers side by side:
  signs are pulled out in front of the product, `3/4` is one Number;
- a Neg holds no Neg and no Number; an Inv holds no Neg and no Number but 0;
- a Call to a function of the table is by its table name.

Nothing else is simplified here: no reordering, no cancelling, no 0*x = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from symgrad.errors import Place
from symgrad.language.program import (
    Add,
    Call,
    Define,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Loop,
    Mod,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Statement,
    Update,
)


def number(value: int | Fraction, place: Place | None = None) -> Number:
    """An exact rational number."""
    return Number(Fraction(value), place=place)


ZERO, ONE = number(0), number(1)


def neg(arg: Expr, place: Place | None = None) -> Expr:
    """-arg"""
    match arg:
        case Number(value):
            return Number(-value, place=place or arg.place)
        case Neg(inner):
            return inner
    return Neg(arg, place=place or arg.place)


def add(*args: Expr, place: Place | None = None) -> Expr:
    """The sum of the arguments, flat; 0 of nothing.

    >>> from symgrad.language.write import write_expr
    >>> a, b = Ref("a"), Ref("b")
    >>> write_expr(add(a, neg(add(b, ONE))))
    'a - (b + 1)'
    """
    flat: list[Expr] = []
    for arg in args:
        flat += arg.args if isinstance(arg, Add) else (arg,)
    if len(flat) < 2:
        return flat[0] if flat else ZERO
    return Add(tuple(flat), place=place or flat[0].place)


def mul(*args: Expr, place: Place | None = None) -> Expr:
    """The product of the arguments, flat, with its sign in front; 1 of nothing.

    >>> from symgrad.language.write import write_expr
    >>> a, b = Ref("a"), Ref("b")
    >>> write_expr(mul(number(3), inv(number(4)), neg(a), inv(b)))
    '-3/4 a/b'
    """
    negative = False
    flat: list[Expr] = []
    pending = list(reversed(args))
    while pending:
        arg = pending.pop()
        match arg:
            case Mul(inner):
                pending += reversed(inner)
            case Neg(inner):
                negative = not negative
                pending.append(inner)
            case Number(value) if value < 0:
                negative = not negative
                pending.append(Number(-value, place=arg.place))
            case Number(value) if flat and isinstance(flat[-1], Number):
                flat[-1] = Number(flat[-1].value * value, place=flat[-1].place)
            case _:
                flat.append(arg)
    kept = [arg for arg in flat if not (isinstance(arg, Number) and arg.value == 1)]
    if len(kept) < len(flat):  # dropping a 1 may have brought two numbers together
        return _signed(mul(*kept, place=place), negative)
    if len(kept) < 2:
        return _signed(kept[0] if kept else ONE, negative)
    return _signed(Mul(tuple(kept), place=place or kept[0].place), negative)


def _signed(arg: Expr, negative: bool) -> Expr:
    return neg(arg) if negative else arg


def inv(arg: Expr, place: Place | None = None) -> Expr:
    """1/arg"""
    match arg:
        case Number(value) if value:
            return Number(1 / value, place=place or arg.place)
        case Neg(inner):
            return neg(inv(inner, place))
    return Inv(arg, place=place or arg.place)


def power(base: Expr, exponent: Expr | int | Fraction, place: Place | None = None) -> Expr:
    """base ^ exponent"""
    if not isinstance(exponent, Expr):
        exponent = number(exponent)
    return Pow(base, exponent, place=place or base.place)


def call(function: str, *args: Expr, orders: tuple[int, ...] = (), place: Place | None = None) -> Call:
    """function(args)"""
    return Call(function, args, orders if any(orders) else (), place=place)


def map_expr(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to each direct subexpression, ranges' bounds included."""
    place = expr.place
    match expr:
        case Ref(_, subscripts):
            return replace(expr, subscripts=tuple(map(change, subscripts))) if subscripts else expr
        case Call(_, args):
            return replace(expr, args=tuple(map(change, args)))
        case Add(args):
            return add(*map(change, args), place=place)
        case Mul(args):
            return mul(*map(change, args), place=place)
        case Neg(arg):
            return neg(change(arg), place)
        case Inv(arg):
            return inv(change(arg), place)
        case Pow(base, exponent):
            return Pow(change(base), change(exponent), place=place)
        case FloorDiv(left, right) | Mod(left, right) | Indicator(_, left, right):
            return replace(expr, left=change(left), right=change(right))
        case Reduce(_, ranges, body):
            return replace(expr, ranges=tuple(map_range(r, change) for r in ranges), body=change(body))
    return expr


def map_range(r: Range, change: Callable[[Expr], Expr]) -> Range:
    """The range with `change` applied to its bounds."""
    if r.low is None and r.high is None:
        return r
    low = None if r.low is None else change(r.low)
    high = None if r.high is None else change(r.high)
    return replace(r, low=low, high=high)


def map_node(node: Node, change: Callable[[Expr], Expr]) -> Node:
    """The loop or statement with `change` applied to every outermost expression in it."""
    match node:
        case Loop(ranges, body):
            new_ranges = tuple(map_range(r, change) for r in ranges)
            return replace(node, ranges=new_ranges, body=tuple(map_node(inner, change) for inner in body))
        case Update(target, _, value) | Define(target, value):
            new_target = change(target)
            if not isinstance(new_target, Ref):
                raise TypeError(f"a statement's target must stay a tensor's cell, not {new_target}")
            return replace(node, target=new_target, value=change(value))
    raise TypeError(f"not a node: {node!r}")


def rename(expr: Expr, names: Mapping[str, Expr]) -> Expr:
    """The expression with free indices replaced; `names` maps an index name to an expression.

    Bound indices of reductions are left alone; the caller makes sure that no replacement mentions
    an index bound in `expr` (see `fresh_name`).
    """
    match expr:
        case Index(name):
            return names.get(name, expr)
        case Reduce(_, ranges, body):
            bounds = tuple(map_range(r, lambda e: rename(e, names)) for r in ranges)
            inner = {name: value for name, value in names.items() if name not in {r.index for r in ranges}}
            return replace(expr, ranges=bounds, body=rename(body, inner))
    return map_expr(expr, lambda e: rename(e, names))


def loop(ranges: tuple[Range, ...], *body: Node) -> Node:
    """The body inside loops over ranges: loops directly within one another are one Loop, no ranges is no loop."""
    match body:
        case (Loop(inner_ranges, inner),):
            return Loop(ranges + inner_ranges, inner, place=body[0].place)
        case (single,) if not ranges:
            return single
    return Loop(ranges, body, place=body[0].place if body else None)


def accumulate(target: Ref, value: Expr, place: Place | None = None) -> Statement:
    """target += value, or target -= x where value is -x."""
    match value:
        case Neg(arg):
            return Update(target, -1, arg, place=place)
        case Number(amount) if amount < 0:
            return Update(target, -1, Number(-amount), place=place)
    return Update(target, 1, value, place=place)


def fresh_name(name: str, taken: set[str] | frozenset[str]) -> str:
    """`name`, or the first of j2, j3, ... (for j; t3, t4, ... for t2) that is not taken.

    >>> fresh_name("j", {"j", "j2"}), fresh_name("t2", {"t", "t2"})
    ('j3', 't3')
    """
    if name not in taken:
        return name
    stem = name.rstrip("0123456789")
    count = int(name[len(stem) :] or 1) + 1
    while f"{stem}{count}" in taken:
        count += 1
    return f"{stem}{count}"
