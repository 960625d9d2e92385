"""Random programs of two to four statements over rectangular loops."""

from __future__ import annotations

from dataclasses import replace

from symgrad.language.build import add, loop, neg
from symgrad.language.program import (
    Add,
    Axis,
    Define,
    Expr,
    Index,
    Node,
    Program,
    Range,
    Ref,
    Role,
    Size,
    Tensor,
    Update,
)
from tests.fuzz.world import CONTEXT, World, is_positive, size_of

NAMES = ("R", "S", "T", "U")
_AXES = ("", "b", "j", "bj", "b", "j", "bc")


def random_expression(world: World, depth: int) -> tuple[Expr, tuple[str, ...]]:
    """An expression, and the indices that may be free in it."""
    scope = tuple(world.draw.choice(("", "b", "j", "bj", "bc", "bcj")))
    return world.real(depth, scope), scope


def random_program(world: World, count: int, depth: int) -> Program:
    """A legal program whose statements read inputs and what those before them compute; much of it declared in vain."""
    draw, body, tensors = world.draw, [], []
    for name in NAMES[:count]:
        axes = tuple(draw.choice(_AXES))
        nodes, positive = _statements(world, name, axes, depth)
        body += nodes
        tensors.append(Tensor(name, tuple(Axis(a, Size(size_of(a))) for a in axes), Role.COMPUTED))
        world.shapes[name] = tuple(size_of(a) for a in axes)
        world.latest = name
        if positive:
            world.positive_names.add(name)
    return replace(CONTEXT, tensors=(*CONTEXT.tensors, *tensors), body=tuple(body))


def _statements(world: World, name: str, axes: tuple[str, ...], depth: int) -> tuple[list[Node], bool]:
    """One statement that gives a tensor its values, or two; and whether they are all above 0."""
    draw = world.draw
    positive = draw.random() < 0.4
    if draw.random() < 0.4:
        value = (world.positive if positive else world.real)(depth, axes)
        return [_nest(axes, Define(Ref(name, tuple(map(Index, axes))), value))], is_positive(
            value, world.positive_names
        )
    first, sure = _update(world, name, axes, depth, positive)
    if draw.random() < 0.8:
        return [first], sure
    second, also = _update(world, name, axes, depth - 1, positive)
    return [first, second], sure and also


def _update(world: World, name: str, axes: tuple[str, ...], depth: int, positive: bool) -> tuple[Node, bool]:
    draw = world.draw
    extra = draw.sample([i for i in "bcjk" if i not in axes], draw.choice((0, 1, 1, 1, 2)))
    letters = tuple(draw.sample([*axes, *extra], len(axes) + len(extra)))
    value = (world.positive if positive else world.real)(depth, letters)
    sign = 1 if positive or draw.random() < 0.7 else -1
    sure = sign > 0 and is_positive(value, world.positive_names)
    return _nest(letters, Update(Ref(name, tuple(map(Index, axes))), sign, value)), sure


def _nest(letters: tuple[str, ...], *statements: Node) -> Node:
    return loop(tuple(map(Range, letters)), *statements)


def split_statement(statement: Update | Define) -> tuple[Update | Define, ...]:
    """One statement for each term of a sum that a statement adds."""
    value = statement.value
    if not isinstance(statement, Update) or not isinstance(value, Add):
        return (statement,)
    first, *rest = value.args
    return (replace(statement, value=first), replace(statement, value=add(*rest)))


def turned_sign(statement: Update) -> Update:
    """`-= u` as `+= -u`."""
    return replace(statement, sign=-statement.sign, value=neg(statement.value))
