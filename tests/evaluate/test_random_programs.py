"""Property: on random programs, legal or not, the NumPy path computes what the interpreter does."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symgrad.evaluate import array_expressions, compiled, vectorise
from symgrad.evaluate.cells import cells_of
from symgrad.evaluate.compiled import CompiledProgram
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Floats
from symgrad.evaluate.vectorise import ArrayProgram
from symgrad.language.build import accumulate, add, call, inv, mul, neg, number
from symgrad.language.program import (
    Axis,
    Define,
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Indicator,
    Loop,
    Mod,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
    Update,
)

N = Size("N")
LAST = add(N, number(-1))
NAMES = ("i", "j", "k", "l")
AXIS = Axis("", N)
TENSORS = (
    Tensor("a", (AXIS, AXIS), Role.INPUT),
    Tensor("b", (AXIS,), Role.INPUT, zero_outside=True),
    Tensor("y", (AXIS,), Role.INTEGER, labels=(number(0), LAST)),
    Tensor("u", (AXIS, AXIS), Role.COMPUTED),
    Tensor("v", (AXIS,), Role.COMPUTED),
    Tensor("w", (AXIS, AXIS), Role.COMPUTED, zero_outside=True),
    Tensor("z", (), Role.COMPUTED),
)
RANKS = {tensor.name: len(tensor.axes) for tensor in TENSORS}


@st.composite
def subscripts(draw: st.DrawFn, bound: tuple[str, ...], inside: bool = True) -> Expr:
    """A subscript within the extent, or one that may leave it where the tensor is zero outside."""
    if not bound:
        return number(draw(st.integers(0, 1)))
    index = Index(draw(st.sampled_from(bound)))
    shift = add(index, number(draw(st.integers(-2, 2))))
    choices: list[Expr] = [index, index, index, Mod(shift, N), FloorDiv(index, number(2)), Ref("y", (index,)), LAST]
    if not inside:
        choices += [shift, add(mul(number(2), index), number(-1))]
    return draw(st.sampled_from(choices))


@st.composite
def cells(draw: st.DrawFn, bound: tuple[str, ...], names: tuple[str, ...]) -> Ref:
    name = draw(st.sampled_from(names))
    inside = name not in ("b", "w")
    return Ref(name, tuple(draw(subscripts(bound, inside)) for _ in range(RANKS[name])))


@st.composite
def ranges(draw: st.DrawFn, name: str, bound: tuple[str, ...]) -> Range:
    """A whole range, one that depends on an index around it, or a descending one."""
    kind = draw(st.integers(0, 5))
    if kind == 0 and bound:
        return Range(name, high=Index(draw(st.sampled_from(bound))))
    if kind == 1 and bound:
        return Range(name, low=add(Index(draw(st.sampled_from(bound))), number(1)), high=LAST)
    return Range(name, descending=kind == 2)


@st.composite
def values(draw: st.DrawFn, bound: tuple[str, ...], depth: int = 2) -> Expr:
    leaf = st.one_of(cells(bound, ("a", "b", "u", "v", "w", "z")), st.just(number(2)))
    if depth == 0:
        return draw(leaf)
    inner = values(bound, depth - 1)
    kind = draw(st.integers(0, 7))
    if kind == 0:
        return add(draw(inner), draw(inner))
    if kind in (1, 2):
        return mul(draw(inner), draw(inner))
    if kind == 3:
        return call("sin", draw(inner))
    free = [name for name in NAMES if name not in bound]
    if kind == 4 and free:
        r = draw(ranges(free[0], bound))
        return Reduce("sum", (r,), draw(values((*bound, free[0]), depth - 1)))
    if kind == 5 and bound:
        left, right = Index(draw(st.sampled_from(bound))), draw(subscripts(bound))
        op = draw(st.sampled_from(("=", "!=", "<=", ">")))
        return mul(Indicator(op, left, right), draw(inner))
    if kind == 6:
        return neg(draw(inner))
    return draw(leaf)


@st.composite
def statements(draw: st.DrawFn, bound: tuple[str, ...]) -> Node:
    target = draw(cells(bound, ("u", "v", "w", "z")))
    value = mul(number(1) if draw(st.booleans()) else inv(number(3)), draw(values(bound)))
    return Define(target, value) if draw(st.integers(0, 3)) == 0 else accumulate(target, value)


@st.composite
def nodes(draw: st.DrawFn, bound: tuple[str, ...], depth: int) -> Node:
    count = draw(st.integers(0 if bound else 1, min(2, len(NAMES) - 1 - len(bound))))
    if count == 0 or depth == 0:
        return draw(statements(bound))
    own: list[Range] = []
    for _ in range(count):
        name = NAMES[len(bound)]
        own.append(draw(ranges(name, bound)))
        bound = (*bound, name)
    body = draw(st.lists(nodes(bound, depth - 1), min_size=1, max_size=2))
    return Loop(tuple(own), tuple(body))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    body = draw(st.lists(nodes((), 2), min_size=1, max_size=3))
    indices = tuple(IndexDecl(name, number(0), LAST) for name in NAMES)
    return Program(sizes=(SizeDecl("N"),), indices=indices, tensors=TENSORS, body=tuple(body))


def run_all(program: Program, size: int) -> tuple[dict[str, np.ndarray], ...]:
    """The tensors by the interpreter, by arrays, and by the compiled program."""
    draw = np.random.default_rng(size)
    arrays = {
        "a": draw.uniform(-1, 1, (size, size)),
        "b": draw.uniform(-1, 1, size),
        "y": draw.integers(0, size, size),
    }
    sizes = {"N": size}
    cells = {t.name: dict(zip(cells_of(t, sizes), arrays[t.name].ravel().tolist(), strict=True)) for t in TENSORS[:3]}
    tables = Interpreter(program, sizes, Floats()).run(cells)
    interpreted = {
        t.name: np.array([tables[t.name][cell] for cell in cells_of(t, sizes)]).reshape((size,) * len(t.axes))
        for t in TENSORS
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return interpreted, ArrayProgram(program, sizes).run(arrays), CompiledProgram(program, sizes).run(arrays)


def assert_same(interpreted: dict[str, np.ndarray], *others: dict[str, np.ndarray]) -> None:
    for name, expected in interpreted.items():
        if np.all(np.abs(expected) < 1e12):  # beyond, a sum's order decides how it overflows
            for other in others:
                np.testing.assert_allclose(other[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(2, 4))
def test_numpy_paths_are_the_interpreter(program: Program, size: int) -> None:
    assert_same(*run_all(program, size))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_cutting_into_pieces_changes_nothing(program: Program) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectorise, "LIMIT", 5)
        patch.setattr(array_expressions, "LIMIT", 5)
        patch.setattr(compiled, "LIMIT", 5)
        assert_same(*run_all(program, 4))


def test_an_update_reads_its_own_old_value() -> None:
    body = Loop((Range("i"),), (Update(Ref("v", (Index("i"),)), 1, add(Ref("v", (Index("i"),)), number(1))),))
    program = Program(
        sizes=(SizeDecl("N"),), indices=(IndexDecl("i", number(0), LAST),), tensors=TENSORS, body=(body, body)
    )
    interpreted, *others = run_all(program, 3)
    assert interpreted["v"].tolist() == [3.0, 3.0, 3.0]
    assert_same(interpreted, *others)
