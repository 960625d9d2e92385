"""Small mistakes in affine programs: in a bound, a shift, a stride, an index, a comparison, the direction of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from symgrad.language.build import add, mul, number
from symgrad.language.program import (
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Loop,
    Mod,
    Mul,
    Node,
    Number,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
    Update,
)
from tests.fuzz.affine_rules import tidy
from tests.fuzz.mutations import Mutant, program_mutants
from tests.fuzz.trees import parts_of, with_parts

_OTHER_COMPARISON = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<=", "!=": ">="}
Changed = tuple[str, Expr]


def affine_mutants(program: Program) -> Iterator[Mutant]:
    """Every program that one such mistake, or one that has nothing to do with subscripts, makes of this one."""
    for at, node in enumerate(program.body):
        for kind, new in _of_node(node, ()):
            yield Mutant(kind, replace(program, body=(*program.body[:at], new, *program.body[at + 1 :])))
    for mutant in program_mutants(program):
        if mutant.kind != "= for +=":
            yield mutant


def _of_node(node: Node, scope: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    match node:
        case Loop(ranges, body):
            inner = (*scope, *(r.index for r in ranges))
            for kind, new in _of_ranges(ranges):
                yield kind, replace(node, ranges=new)
            for at, part in enumerate(body):
                for kind, changed in _of_node(part, inner):
                    yield kind, replace(node, body=(*body[:at], changed, *body[at + 1 :]))
        case Update(target, _, value):
            for kind, expr in _of_expr(value, scope):
                yield kind, replace(node, value=expr)
            for kind, expr in _of_expr(target, scope):
                assert isinstance(expr, Ref)
                yield f"target: {kind}", replace(node, target=expr)


def _of_ranges(ranges: tuple[Range, ...]) -> Iterator[tuple[str, tuple[Range, ...]]]:
    for at, r in enumerate(ranges):
        for kind, new in _of_range(r):
            yield kind, (*ranges[:at], new, *ranges[at + 1 :])


def _of_range(r: Range) -> Iterator[tuple[str, Range]]:
    if r.whole:
        return
    for shift in (1, -1):
        if r.low is not None:
            yield "low end", replace(r, low=tidy(add(r.low, number(shift))))
        if r.high is not None:
            yield "high end", replace(r, high=tidy(add(r.high, number(shift))))
    yield "direction", replace(r, descending=not r.descending)


def _of_expr(expr: Expr, scope: tuple[str, ...]) -> Iterator[Changed]:
    """Every expression that one mistake in a subscript, a comparison or a range makes of this one."""
    match expr:
        case Ref(_, subscripts):
            for at, subscript in enumerate(subscripts):
                for kind, new in _of_subscript(subscript, scope):
                    yield kind, replace(expr, subscripts=(*subscripts[:at], new, *subscripts[at + 1 :]))
        case Indicator(op, left, right):
            yield "comparison", replace(expr, op=_OTHER_COMPARISON[op])
            yield "comparison", replace(expr, right=tidy(add(right, number(1))))
            yield "comparison", replace(expr, left=tidy(add(left, number(1))))
            yield "comparison", number(1)
        case Reduce(_, ranges, _):
            for kind, bounds in _of_ranges(ranges):
                if kind != "direction":
                    yield kind, replace(expr, ranges=bounds)
    inner = (*scope, *(r.index for r in expr.ranges)) if isinstance(expr, Reduce) else scope
    parts = parts_of(expr)
    for at, part in enumerate(parts):
        for kind, new in _of_expr(part, inner):
            yield kind, with_parts(expr, (*parts[:at], new, *parts[at + 1 :]))


def _of_subscript(expr: Expr, scope: tuple[str, ...]) -> Iterator[Changed]:
    for shift in (1, -1):
        yield "shift", tidy(add(expr, number(shift)))
    for found in _parts_of_subscript(expr, scope):
        if found[1] != expr:
            yield found


def _parts_of_subscript(expr: Expr, scope: tuple[str, ...]) -> Iterator[Changed]:
    match expr:
        case Index():
            yield from (("index", Index(name)) for name in scope)
            yield "stride", mul(number(2), expr)
        case Mul((Number(value), rest)) if value == 2:
            yield "stride", rest
        case FloorDiv(left, Number(value) as by):
            yield "floor", replace(expr, right=number(value + 1))
            yield "floor", Mod(left, by)
        case Mod(left, Number(value) as by):
            yield "floor", replace(expr, right=number(max(Fraction(2), value - 1) if value > 2 else 3))
            yield "floor", FloorDiv(left, by)
        case Ref(_, (inner,)):
            yield "label", inner
        case Size("N"):
            yield "size", Size("M")
    for at, part in enumerate(parts_of(expr)):
        for kind, new in _parts_of_subscript(part, scope):
            parts = parts_of(expr)
            yield kind, tidy(with_parts(expr, (*parts[:at], new, *parts[at + 1 :])))
