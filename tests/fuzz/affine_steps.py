"""Steps on cells, statements, loops through time and whole affine programs; with them RULES is complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from symgrad.language.build import (
    ONE,
    accumulate,
    add,
    call,
    fresh_name,
    loop,
    map_expr,
    map_node,
    mul,
    neg,
    number,
    rename,
)
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    Index,
    Indicator,
    Loop,
    Mul,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    Update,
)
from symgrad.language.walk import walk_expr, walk_ranges
from tests.algebra import transformations as t
from tests.fuzz.affine_rules import RULES, Nest, a_rule, is_whole, renamed, tidy

__all__ = ["CHANGES", "RULES", "rewritten"]

# Cells


@a_rule
def _gathered_target(nest: Nest) -> list[Node] | None:
    """Every cell z of the target, and an indicator for the one that is meant."""
    name, subscripts = nest.update.target.name, nest.update.target.subscripts
    if not subscripts or not nest.timely:
        return None
    z = Index(nest.fresh())
    extent = nest.program.tensor_named[name].axes[0].extent
    target = replace(nest.update.target, subscripts=(z,))
    value = mul(Indicator("=", z, subscripts[0]), nest.update.value)
    new = Range(z.name, number(0), tidy(add(extent, number(-1))))
    ranges = (*nest.ranges, new) if nest.draw.random() < 0.5 else (new, *nest.ranges)
    return [loop(ranges, replace(nest.update, target=target, value=value))]


@a_rule
def _gathered_read(nest: Nest) -> list[Node] | None:
    """A sum over all cells with an indicator for one that is read."""
    read = [
        part
        for part in walk_expr(nest.update.value)
        if isinstance(part, Ref)
        and len(part.subscripts) == 1
        and nest.program.tensor_named[part.name].role is Role.INPUT
    ]
    if not read:
        return None
    cell, z = nest.draw.choice(read), Index(nest.fresh())
    extent = nest.program.tensor_named[cell.name].axes[0].extent
    body = mul(Indicator("=", z, cell.subscripts[0]), replace(cell, subscripts=(z,)))
    total = Reduce("sum", (Range(z.name, number(0), tidy(add(extent, number(-1)))),), body)

    def change(expr: Expr) -> Expr:
        return total if expr == cell else map_expr(expr, change)

    return [loop(nest.ranges, replace(nest.update, value=change(nest.update.value)))]


# Statements


@a_rule
def _fissioned(nest: Nest) -> list[Node] | None:
    """A statement for each term."""
    if not isinstance(nest.update.value, Add) or not nest.timely:
        return None
    sign = (lambda term: term) if nest.update.sign > 0 else neg
    return [loop(nest.ranges, accumulate(nest.update.target, sign(term))) for term in nest.update.value.args]


@a_rule
def _summed(nest: Nest) -> list[Node] | None:
    """A sum over the innermost range, where the target is free of its index."""
    if not nest.ranges or not nest.timely:
        return None
    r = nest.ranges[-1]
    if Index(r.index) in set(walk_expr(nest.update.target)):
        return None
    low, high = nest.ends(r)
    total = Reduce("sum", (Range(r.index, low, high),), nest.update.value)
    return [loop(nest.ranges[:-1], replace(nest.update, value=total))]


@a_rule
def _turned_sign(nest: Nest) -> list[Node] | None:
    return [loop(nest.ranges, replace(nest.update, sign=-nest.update.sign, value=neg(nest.update.value)))]


# Time


@a_rule
def _running(nest: Nest) -> list[Node] | None:
    """A sum over what precedes, or follows, step by step; with a decay that a step multiplies by, if there is one."""
    if len(nest.ranges) != 2 or not nest.timely or not is_whole(nest, nest.ranges[0]):
        return None
    i, j = (Index(r.index) for r in nest.ranges)
    ends, last = nest.ends(nest.ranges[1]), tidy(add(Size("N"), number(-1)))
    name = nest.update.target.name
    alone = sum(name == target.name for node in nest.program.body for target in node_writes(node)) == 1
    decay, body = _decay(nest.update.value, i, j)
    if i in set(walk_expr(body)) or nest.update.target.subscripts != (i,) or not alone:
        return None
    if ends == (number(0), i):
        start, step, before = number(0), Range(i.name, ONE, last), tidy(add(i, number(-1)))
    elif ends == (i, last):
        start, step, before = last, Range(i.name, number(0), tidy(add(last, number(-1))), descending=True), add(i, ONE)
    else:
        return None
    own = replace(nest.update, value=body)
    first = replace(renamed(own, {j.name: start}), target=Ref(name, (start,)))
    then = renamed(own, {j.name: i})
    value = add(mul(decay, Ref(name, (before,))), then.value if own.sign > 0 else neg(then.value))
    return [first, loop((step,), replace(then, sign=1, value=value))]


def _decay(value: Expr, i: Index, j: Index) -> tuple[Expr, Expr]:
    """The factor of one step, and the rest: of `exp(-g (i - j)) f`, or of what has no such factor."""
    distance, g = add(i, neg(j)), Ref("g")
    match value:
        case Mul((Call("exp", (arg,)), *rest)) if arg in (neg(mul(g, distance)), mul(g, distance)):
            return call("exp", neg(g)), mul(*rest)
    return ONE, value


# Programs


def on_a_nest(program: Program, draw: Random) -> tuple[Program, str] | None:
    """The program after a rule on one of its nests, and the rule's name."""
    for at in draw.sample(range(len(program.body)), len(program.body)):
        node = program.body[at]
        ranges, inner = (node.ranges, node.body) if isinstance(node, Loop) else ((), (node,))
        if len(inner) != 1 or not isinstance(inner[0], Update):
            continue
        nest = Nest(program, draw, ranges, inner[0])
        for name in draw.sample(list(RULES), len(RULES)):
            found = RULES[name](nest)
            if found is not None:
                return replace(program, body=(*program.body[:at], *found, *program.body[at + 1 :])), name
    return None


def fused(program: Program, draw: Random) -> Program:
    """The program with two neighbouring nests over the same ranges in one, where neither reads the other's."""
    places = [at for at in range(len(program.body) - 1) if _may_fuse(*program.body[at : at + 2])]
    if not places:
        return program
    at = draw.choice(places)
    one, other = program.body[at : at + 2]
    assert isinstance(one, Loop)
    assert isinstance(other, Loop)
    return replace(
        program, body=(*program.body[:at], replace(one, body=one.body + other.body), *program.body[at + 2 :])
    )


def _may_fuse(one: Node, other: Node) -> bool:
    if not (isinstance(one, Loop) and isinstance(other, Loop) and one.ranges == other.ranges):
        return False
    if _follows(one, other):
        return True
    writes = [{ref.name for ref in node_writes(node)} for node in (one, other)]
    reads = [{read.ref.name for read in node_reads(node)} for node in (one, other)]
    return not writes[0] & (reads[0] | reads[1]) and not writes[1] & (reads[0] | reads[1])


def inlined(program: Program, draw: Random) -> Program:
    """The program with one read of a tensor that one nest computes replaced by the sum that the nest is.

    `s[e]` is the sum over all iterations of `1[e = subscript of the target] value`.
    """
    for at in draw.sample(range(len(program.body)), len(program.body)):
        node = program.body[at]
        if not isinstance(node, Loop) or len(node.body) != 1 or not isinstance(node.body[0], Update):
            continue
        nest = Nest(program, draw, node.ranges, node.body[0])
        name = nest.update.target.name
        writes = [target.name for other in program.body for target in node_writes(other)]
        reads = [
            (place, read.ref)
            for place, other in enumerate(program.body[at + 1 :], at + 1)
            for read in node_reads(other)
            if read.ref.name == name and any(read.ref in set(walk_expr(s.value)) for s in _statements(other))
        ]
        if nest.timely and writes.count(name) == 1 and reads:
            place, cell = draw.choice(reads)
            new = _as_sum(nest, cell)
            changed = map_node(program.body[place], partial(_put, cell, new))
            return replace(program, body=(*program.body[:place], changed, *program.body[place + 1 :]))
    return program


def _statements(node: Node) -> list[Update]:
    if isinstance(node, Loop):
        return [statement for inner in node.body for statement in _statements(inner)]
    return [node] if isinstance(node, Update) else []


def _as_sum(nest: Nest, cell: Ref) -> Expr:
    names: dict[str, Expr] = {}
    ranges = []
    taken = {r.index for r in walk_ranges(nest.program.body)}
    for r in nest.ranges:
        low, high = (rename(end, names) for end in nest.ends(r))
        fresh = fresh_name(r.index, taken)
        taken.add(fresh)
        names[r.index] = Index(fresh)
        ranges.append(Range(fresh, low, high))
    update = renamed(nest.update, names)
    chosen = (Indicator("=", one, other) for one, other in zip(update.target.subscripts, cell.subscripts, strict=True))
    total = Reduce("sum", tuple(ranges), mul(*chosen, update.value))
    return total if update.sign > 0 else neg(total)


def _put(old: Expr, new: Expr, expr: Expr) -> Expr:
    return new if expr == old else map_expr(expr, partial(_put, old, new))


def _follows(one: Loop, other: Loop) -> bool:
    """Whether a loop through time reads of another one what that has computed by then, and writes nothing of it."""
    if len(one.ranges) != 1 or one.ranges[0].descending:
        return False
    t = Index(one.ranges[0].index)
    targets = [target for node in one.body for target in node_writes(node)]
    done = {target.name for target in targets}
    own = {target.name for target in node_writes(other)}
    reads = [read.ref for read in node_reads(other) if read.ref.name in done]
    return (
        all(target.subscripts == (t,) for target in targets)
        and all(ref.subscripts in ((t,), (tidy(add(t, number(-1))),)) for ref in reads)
        and not own & (done | {read.ref.name for read in (*node_reads(one), *node_reads(other))})
    )


CHANGES: dict[str, Callable[[Program, Random], Program]] = {
    "reordered": t.reordered,
    "fused": fused,
    "inlined": inlined,
}


def rewritten(program: Program, draw: Random, count: int) -> tuple[Program, tuple[str, ...]]:
    """The program after so many steps, and their names."""
    steps: list[str] = []
    for _ in range(4 * count):
        if len(steps) == count:
            break
        if draw.random() < 0.2:
            name = draw.choice(list(CHANGES))
            found = CHANGES[name](program, draw), name
        else:
            found = on_a_nest(program, draw) or (program, "")
        if found[0].body != program.body:
            program, steps = found[0], [*steps, found[1]]
    return program, tuple(steps)
