"""What is written reads back as the same: names, expressions and programs, in every style."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.calculus import jvp, vjp
from symgrad.language.build import accumulate, number
from symgrad.language.program import Expr, Index, Loop, Program, Range, Ref, Size
from symgrad.language.read import read_expression, read_program
from symgrad.language.walk import walk_ranges, walk_statements
from symgrad.language.write import write_expr, write_program
from tests.programs import PROGRAMS, Case
from tests.strategies import FUNCTION_DECLS, Words, expressions, programs, tensor_names

STYLES = ("plain", "unicode", "latex")


def in_order(program: Program) -> Program:
    """The program with its declarations in alphabetical order: reading puts those that are written first."""
    return replace(
        program,
        sizes=tuple(sorted(program.sizes, key=lambda size: size.name)),
        indices=tuple(sorted(program.indices, key=lambda index: index.name)),
        tensors=tuple(sorted(program.tensors, key=lambda tensor: tensor.name)),
        forward=None,
    )


@pytest.mark.parametrize("style", STYLES)
@given(name=tensor_names())
def test_names(style: str, name: str) -> None:
    cell = Ref(name, (Index("i"), Index("j")))
    assert read_expression(write_expr(cell, style), indices=["i", "j"]) == cell


@pytest.mark.parametrize("style", STYLES)
@given(name=tensor_names(scalar=True))
def test_names_of_scalars(style: str, name: str) -> None:
    assert read_expression(write_expr(Ref(name), style)) == Ref(name)


@pytest.mark.parametrize("style", STYLES)
@given(data=st.data())
def test_expressions(style: str, data: st.DataObject) -> None:
    expr = data.draw(expressions())
    text = write_expr(expr, style, functions=FUNCTION_DECLS)
    assert read_expression(text, indices=Words.indices, functions=FUNCTION_DECLS) == expr, text


@given(program=programs())
def test_programs(program: Program) -> None:
    for style in STYLES:
        text = write_program(program, style)
        assert in_order(read_program(text)) == in_order(program), text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_stored_programs(style: str, case: Case) -> None:
    """Also of the backward program, unless it has no statement: the language has no empty program."""
    forward, backward = case.program, case.backward
    for program in (forward, backward) if backward.body else (forward,):
        text = write_program(program, style)
        assert in_order(read_program(text)) == in_order(program), text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("low", "high"), [(1, Size("T")), (Size("K"), Size("T")), (Size("K"), 5), (2, 5)], ids=str)
def test_the_direction_of_a_loop(low: Expr | int, high: Expr | int, descending: bool, style: str) -> None:
    ends = [end if isinstance(end, Expr) else number(end) for end in (low, high)]
    nest = Loop((Range("t", *ends, descending),), (accumulate(Ref("y"), Ref("x", (Index("t"),))),))
    text = write_program(Program(body=(nest,)), style, declarations=False)
    assert read_program(text, check=False).body == (nest,), text


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_writing_is_idempotent(case: Case) -> None:
    text = write_program(case.program)
    assert write_program(read_program(text)) == text


OWN_RANGES = [
    "index i in I\ninput x[i]\nfor i in 0..I-1: y[i] += x[i]",
    "input x[i]\nfor i in 0..I-1: y[i] += x[i]",
    "index i in I\ninput x[i]\nfor i in I-1..0: y[i] += x[i]",
    "input x[i]\nfor i in I-1..0: y[i] += x[i]\nfor i: z[i] += x[i]",
    "index t in 1..T\ninput x[0..T]\nfor t in T..1: y[t] += x[t]",
    "index i in I, j in I\ninput x[i]\ny = sum_{i in 0..I-1, j in 0..I-1} x[i] x[j]",
]


@pytest.mark.parametrize("text", OWN_RANGES)
def test_a_range_with_the_ends_of_its_index_is_that_index_range_however_it_is_read(text: str) -> None:
    program = read_program(text)
    written = write_program(program)
    assert read_program(written) == program
    assert write_program(read_program(written)) == written
    ranges = [*walk_ranges(program.body)]
    assert all(r.low is None and r.high is None for r in ranges)
    assert any(r.descending for r in ranges) == ("-1..0" in text or "T..1" in text)
    for derive in (vjp, jvp):
        derived = derive(program)
        assert read_program(write_program(derived), context=program).body == derived.body
        assert read_program(write_program(derived, declarations=False), context=program).body == derived.body


TANGENT_PROGRAMS = ["softmax", "rnn", "layer_norm", "cumulative_sum_sequential", "lstm_cell", "gelu"]


@pytest.mark.parametrize("name", TANGENT_PROGRAMS)
def test_tangents_without_declarations_read_back_beside_their_program(name: str) -> None:
    program = read_program(next(case for case in PROGRAMS if case.name == name).text)
    tangent = jvp(program)
    read = read_program(write_program(tangent, declarations=False), context=program)
    assert read.body == tangent.body
    own = {t.name: (t.role, t.axes, t.initial) for t in tangent.tensors if t.name.endswith(".dot")}
    found = {t.name: (t.role, t.axes, t.initial) for t in read.tensors if t.name.endswith(".dot")}
    assert found == {name: own[name] for name in found}
    assert found.keys() >= {statement.target.name for _, statement in walk_statements(tangent.body)}
