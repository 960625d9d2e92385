"""What is written reads back as the same: expressions and programs, in plain and in Unicode style."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.language.program import Program
from symgrad.language.read import read_expression, read_program
from symgrad.language.write import write_expr, write_program
from tests.programs import PROGRAMS, Case
from tests.strategies import FUNCTION_DECLS, Vocabulary, expressions, programs, vocabularies

STYLES = ("plain", "unicode")


def same_declarations(program: Program) -> Program:
    """The program with its declarations in alphabetical order: reading puts the written-out ones first."""
    return replace(
        program,
        sizes=tuple(sorted(program.sizes, key=lambda size: size.name)),
        indices=tuple(sorted(program.indices, key=lambda index: index.name)),
        tensors=tuple(sorted(program.tensors, key=lambda tensor: tensor.name)),
        forward=None,
    )


@pytest.mark.parametrize("style", STYLES)
@given(data=st.data())
def test_expressions(style: str, data: st.DataObject) -> None:
    vocabulary = data.draw(st.one_of(st.just(Vocabulary()), vocabularies()))
    expr = data.draw(expressions(vocabulary))
    text = write_expr(expr, style)
    assert read_expression(text, indices=vocabulary.indices, functions=FUNCTION_DECLS) == expr, text


@pytest.mark.parametrize("style", STYLES)
@given(program=programs())
def test_programs(style: str, program: Program) -> None:
    text = write_program(program, style)
    assert same_declarations(read_program(text)) == same_declarations(program), text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_stored_programs(style: str, case: Case) -> None:
    program = read_program(case.text)
    text = write_program(program, style)
    assert same_declarations(read_program(text)) == same_declarations(program), text
