"""Other ways to write one program, by which no verdict may change.

All work on complete programs (see `symgrad.calculus.activity.join`). `renamed_tensors`,
`renamed_indices`, `swapped_axes` and `fixed_scalar` change what a program declares, so both sides of a
claim are changed together; the others leave the values of the tensors as they are and may change one
side alone, from a node of its body on. Those that choose something take a generator of random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from symgrad.language.build import fresh_name, loop, map_expr, map_node, neg, rename
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import (
    Constraint,
    Define,
    Expr,
    Index,
    Loop,
    Node,
    Number,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Update,
)
from symgrad.language.walk import walk_expr, walk_ranges, walk_statements

Change = Callable[[Program], Program]


@dataclass(frozen=True)
class Claim:
    """That two complete programs leave equal values in some tensors."""

    left: Program
    right: Program
    tensors: tuple[str, ...]

    def changed(self, change: Change) -> Claim:
        """The claim with both programs changed."""
        return replace(self, left=change(self.left), right=change(self.right))

    @property
    def shared(self) -> int:
        """How many nodes both programs begin with."""
        pairs = zip(self.left.body, self.right.body, strict=False)
        return next((n for n, (one, other) in enumerate(pairs) if one != other), min(map(len, self.bodies)))

    @property
    def bodies(self) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """The nodes of both programs."""
        return self.left.body, self.right.body


def everywhere(program: Program, change: Callable[[Expr], Expr]) -> Program:
    """The program with every outermost expression changed, those of constraints too."""
    constraints = tuple(_changed_constraint(c, change) for c in program.constraints)
    return replace(program, body=tuple(map_node(n, change) for n in program.body), constraints=constraints)


def _changed_constraint(constraint: Constraint, change: Callable[[Expr], Expr]) -> Constraint:
    return replace(constraint, left=change(constraint.left), right=change(constraint.right))


# Names and axes


def renamed_tensors(program: Program, names: Mapping[str, str]) -> Program:
    """The program with other names for tensors."""

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        return replace(expr, name=names.get(expr.name, expr.name)) if isinstance(expr, Ref) else expr

    tensors = tuple(replace(t, name=names.get(t.name, t.name)) for t in program.tensors)
    outputs = tuple(names.get(name, name) for name in program.outputs)
    return replace(everywhere(program, change), tensors=tensors, outputs=outputs)


def renamed_indices(program: Program, names: Mapping[str, str]) -> Program:
    """The program with other names for indices, wherever they occur."""

    def of(name: str) -> str:
        return names.get(name, name)

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        match expr:
            case Index(name):
                return replace(expr, name=of(name))
            case Reduce(_, ranges, _):
                return replace(expr, ranges=_renamed_ranges(ranges, names))
        return expr

    def in_loops(node: Node) -> Node:
        if isinstance(node, Loop):
            return replace(node, ranges=_renamed_ranges(node.ranges, names), body=tuple(map(in_loops, node.body)))
        return node

    tensors = tuple(
        replace(t, axes=tuple(replace(a, label=of(a.label)) for a in t.axes), over=tuple(map(of, t.over)))
        for t in program.tensors
    )
    indices = tuple(replace(index, name=of(index.name)) for index in program.indices)
    changed = everywhere(program, change)
    return replace(changed, tensors=tensors, indices=indices, body=tuple(map(in_loops, changed.body)))


def _renamed_ranges(ranges: Sequence[Range], names: Mapping[str, str]) -> tuple[Range, ...]:
    return tuple(replace(r, index=names.get(r.index, r.index)) for r in ranges)


def swapped_axes(program: Program, name: str, order: Sequence[int]) -> Program:
    """The program with a tensor's axes in another order, in its declaration and at every access."""

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        if isinstance(expr, Ref) and expr.name == name:
            return replace(expr, subscripts=tuple(expr.subscripts[place] for place in order))
        return expr

    tensors = tuple(
        replace(t, axes=tuple(t.axes[place] for place in order)) if t.name == name else t for t in program.tensors
    )
    return replace(everywhere(program, change), tensors=tensors)


def fixed_scalar(program: Program, name: str, value: Number) -> Program:
    """The program with a number in the place of a scalar that it is given."""

    def change(expr: Expr) -> Expr:
        return value if isinstance(expr, Ref) and expr.name == name else map_expr(expr, change)

    assert not program.tensor_named[name].axes
    tensors = tuple(t for t in program.tensors if t.name != name)
    return replace(everywhere(program, change), tensors=tensors)


# Order and loops


def reordered(program: Program, draw: Random, start: int = 0) -> Program:
    """The program with its nodes in another order that suits what they read and write."""
    waiting = list(program.body[start:])
    done = list(program.body[:start])
    while waiting:
        ready = [n for n, node in enumerate(waiting) if not any(_ordered(first, node) for first in waiting[:n])]
        done.append(waiting.pop(draw.choice(ready)))
    return replace(program, body=tuple(done))


def _ordered(first: Node, second: Node) -> bool:
    """Whether two nodes may not change places: one reads or assigns what the other writes."""
    written = [{target.name for target in node_writes(node)} for node in (first, second)]
    read = [{access.ref.name for access in node_reads(node)} for node in (first, second)]
    if written[0] & read[1] or written[1] & read[0]:
        return True
    defines = any(isinstance(s, Define) for node in (first, second) for _, s in walk_statements((node,)))
    return bool(written[0] & written[1]) and defines


def own_letters(program: Program, draw: Random, start: int = 0) -> Program:
    """The program with new letters for some loops' indices, other ones in every node."""
    indices = list(program.indices)
    taken = {index.name for index in indices} | set(program.size_named) | set(program.tensor_named)
    body = list(program.body)
    for place in range(start, len(body)):
        node = body[place]
        names = {}
        for r in walk_ranges((node,)):
            if r.index not in names and draw.random() < 0.7:
                names[r.index] = fresh_name(r.index, taken)
                taken.add(names[r.index])
                indices.append(replace(program.index_named[r.index], name=names[r.index]))
        alone = renamed_indices(replace(program, body=(node,), constraints=()), names)
        body[place] = alone.body[0]
    return replace(program, body=tuple(body), indices=tuple(indices))


def turned_loops(program: Program, draw: Random, start: int = 0) -> Program:
    """The program with the nested loops of every single statement, and the factors' order, shuffled."""

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        args = getattr(expr, "args", ())
        if type(expr).__name__ in ("Add", "Mul"):
            return replace(expr, args=tuple(draw.sample(args, len(args))))
        return expr

    def turned(node: Node) -> Node:
        ranges, statement = _single(node)
        if isinstance(node, Loop) and statement and all(r.whole for r in ranges) and not _reads_itself(node):
            node = replace(node, ranges=tuple(draw.sample(ranges, len(ranges))))
        return map_node(node, change)

    return replace(program, body=(*program.body[:start], *map(turned, program.body[start:])))


def _reads_itself(node: Node) -> bool:
    written = {target.name for target in node_writes(node)}
    return any(access.ref.name in written for access in node_reads(node))


# Sums and temporaries


def sums_as_loops(program: Program, start: int = 0) -> Program:
    """The program with `for b, j: y[b] += x[b, j]` for every `for b: y[b] = sum_j x[b, j]`."""
    body = list(program.body)
    for place in range(start, len(body)):
        written = [target.name for node in body[:place] for target in node_writes(node)]
        body[place] = _as_loop(program, body[place], written)
    return replace(program, body=tuple(body))


def _as_loop(program: Program, node: Node, written: Sequence[str]) -> Node:
    ranges, statement = _single(node)
    if not isinstance(statement, Update | Define) or not isinstance(statement.value, Reduce):
        return node
    total, target = statement.value, statement.target
    outer = {r.index for r in ranges}
    if total.op != "sum" or not all(r.whole and r.index not in outer for r in total.ranges):
        return node
    if isinstance(statement, Update):
        return loop((*ranges, *total.ranges), replace(statement, value=total.body))
    fresh = target.name not in written and program.tensor_named[target.name].role is Role.COMPUTED
    fresh = fresh and len(set(target.subscripts)) == len(target.subscripts)
    return loop((*ranges, *total.ranges), Update(target, 1, total.body)) if fresh else node


def loops_as_sums(program: Program, start: int = 0) -> Program:
    """The program with `for b: y[b] += sum_j x[b, j]` for every `for b, j: y[b] += x[b, j]`."""

    def changed(node: Node) -> Node:
        ranges, statement = _single(node)
        if not isinstance(statement, Update) or _reads_itself(node) or not all(r.whole for r in ranges):
            return node
        own = {s.name for s in statement.target.subscripts if isinstance(s, Index)}
        summed = tuple(r for r in ranges if r.index not in own)
        if not summed:
            return node
        kept = tuple(r for r in ranges if r.index in own)
        return loop(kept, replace(statement, value=Reduce("sum", summed, statement.value)))

    return replace(program, body=(*program.body[:start], *map(changed, program.body[start:])))


def _single(node: Node) -> tuple[tuple[Range, ...], Node | None]:
    """The ranges around the one statement of a node, and the statement; None where there are more."""
    if not isinstance(node, Loop):
        return (), node
    inner = node.body[0]
    return (node.ranges, inner) if len(node.body) == 1 and not isinstance(inner, Loop) else (node.ranges, None)


@dataclass(frozen=True)
class Temporary:
    """A computed tensor that one node gives its value, without a sum: its cell over indices, and the value."""

    place: int
    subscripts: tuple[str, ...]
    value: Expr


def temporaries(program: Program) -> Iterator[tuple[str, Temporary]]:
    """The tensors that may be put into the expressions that read them."""
    for place, node in enumerate(program.body):
        ranges, statement = _single(node)
        if not isinstance(statement, Update | Define):
            continue
        name = statement.target.name
        names = tuple(s.name for s in statement.target.subscripts if isinstance(s, Index))
        plain = len(set(names)) == len(statement.target.subscripts) == len(ranges)
        if not plain or {r.index for r in ranges} != set(names) or not all(r.whole for r in ranges):
            continue
        if any(isinstance(part, Reduce) for part in walk_expr(statement.value)):
            continue
        if program.tensor_named[name].role is Role.COMPUTED and _stays(program, name, place, statement.value):
            sign = statement.sign if isinstance(statement, Update) else 1
            yield name, Temporary(place, names, statement.value if sign > 0 else neg(statement.value))


def _stays(program: Program, name: str, place: int, value: Expr) -> bool:
    """Whether a tensor is written at one place only, is read after it only, and what it is made of stays as it is."""
    sources = {part.name for part in walk_expr(value) if isinstance(part, Ref)}
    writers = [n for n, node in enumerate(program.body) for target in node_writes(node) if target.name == name]
    early = any(a.ref.name == name for node in program.body[: place + 1] for a in node_reads(node))
    later = {target.name for node in program.body[place:] for target in node_writes(node)}
    named = any(isinstance(p, Ref) and p.name == name for c in program.constraints for p in walk_expr(c.left))
    return writers == [place] and not early and not named and not sources & later


def inlined(program: Program, name: str) -> Program:
    """The program without a temporary: its value stands wherever it was read."""
    temporary = dict(temporaries(program))[name]

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        if isinstance(expr, Ref) and expr.name == name:
            return rename(temporary.value, dict(zip(temporary.subscripts, expr.subscripts, strict=True)))
        return expr

    rest = [node for n, node in enumerate(program.body) if n != temporary.place]
    tensors = tuple(t for t in program.tensors if t.name != name)
    return replace(program, body=tuple(map_node(node, change) for node in rest), tensors=tensors)


def in_one_loop(program: Program, draw: Random, start: int = 0) -> Program:
    """The program with some neighbouring nodes over the same ranges in one loop."""
    body = list(program.body[:start])
    for node in program.body[start:]:
        last = body[-1] if len(body) > start else None
        if isinstance(last, Loop) and isinstance(node, Loop) and _may_join(last, node) and draw.random() < 0.7:
            body[-1] = replace(last, body=(*last.body, *node.body))
        else:
            body.append(node)
    return replace(program, body=tuple(body))


def _may_join(one: Loop, other: Loop) -> bool:
    """Whether two loops are over the same ranges, and neither reads or assigns what the other writes."""
    same = one.ranges == other.ranges and all(r.whole for r in one.ranges)
    return same and not any(map(_reads_itself, (one, other))) and not _ordered(one, other)
