"""Every program of the list through every room: read, write, derive, check on numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from symgrad.calculus import vjp
from symgrad.evaluate import check_gradients
from symgrad.language.program import Define, Program, Role
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements
from symgrad.language.write import write_expr, write_program
from tests.programs import LOOPS, PROGRAMS, SEED_TEXTS, UGRNN_EQUATIONS, Case, Published, perceptron

each_program = pytest.mark.parametrize("case", PROGRAMS, ids=str)
each_published = pytest.mark.parametrize("published", SEED_TEXTS, ids=str)


@cache
def forward_of(case: Case) -> Program:
    return read_program(case.text, name=case.name)


@cache
def backward_of(case: Case) -> Program:
    return vjp(forward_of(case), wrt=case.wrt, average=case.average)


def test_every_stored_program_is_listed_once():
    names = [case.name for case in PROGRAMS]
    assert len(names) == len(set(names))
    assert {path.stem for path in LOOPS.glob("*.loops")} == set(names) - {"perceptron_20"}


@each_program
@pytest.mark.parametrize("style", ["plain", "unicode", "latex"])
def test_a_written_program_reads_as_the_same(case, style):
    program = forward_of(case)
    written = write_program(program, style)
    again = read_program(written)
    assert again == program
    assert write_program(again, style) == written


@each_program
def test_a_written_backward_program_reads_as_the_same(case):
    backward = backward_of(case)
    written = write_program(backward)
    assert read_program(written, context=forward_of(case)).body == backward.body


@each_program
def test_gradients_agree_with_numeric_ones(case):
    check = check_gradients(forward_of(case), backward_of(case), seed=1, average=case.average)
    assert check.ok, str(check)


@each_program
def test_what_does_not_depend_gets_no_gradient(case):
    written = {statement.target.name.removesuffix(".grad") for _, statement in walk_statements(backward_of(case).body)}
    assert written.isdisjoint(case.empty)
    asked = case.wrt or [t.name for t in forward_of(case).tensors if t.differentiable]
    assert set(asked) - written == set(case.empty)


def test_the_length_of_a_derivation_grows_linearly_with_its_program():
    lengths = {depth: len(write_program(vjp(read_program(perceptron(depth))))) for depth in (5, 10, 20)}
    assert lengths[20] - lengths[10] <= 2.2 * (lengths[10] - lengths[5])
    assert lengths[20] <= 5 * len(perceptron(20))


@each_published
def test_the_published_loops_are_derived(published: Published):
    forward = _with_params(read_program(published.text), published.params)
    backward = vjp(forward, wrt=published.wrt, of=published.of, average=published.average)
    expected = read_program("\n".join(published.backward), context=forward)
    found, wanted = _updates(backward), _updates(expected)
    assert found == wanted if published.ordered else sorted(found) == sorted(wanted)
    assert check_gradients(forward, backward, seed=3, average=published.average).ok


def _with_params(program: Program, names: tuple[str, ...]) -> Program:
    """The program with these tensors declared as parameters."""
    tensors = (replace(t, role=Role.PARAM) if t.name in names else t for t in program.tensors)
    return replace(program, tensors=tuple(tensors))


def _updates(program: Program) -> list[tuple[str, str]]:
    """Target and operator of each statement, in order."""
    return [
        (write_expr(s.target), "=" if isinstance(s, Define) else "+=" if s.sign > 0 else "-=")
        for _, s in walk_statements(program.body)
    ]


def test_the_equations_of_the_cell_are_derived():
    forward = read_program(UGRNN_EQUATIONS)
    assert check_gradients(forward, vjp(forward), seed=2).ok
