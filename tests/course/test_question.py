"""What is derived for a part, and how its answers are read."""

from __future__ import annotations

import pytest

from symgrad.course.question import (
    chain_context,
    compared,
    concerned,
    derived,
    misfits,
    read_answer,
    starts,
    unanswered,
)
from symgrad.errors import LegalityError
from symgrad.language.program import Program, Role
from symgrad.language.write import write_program
from tests.course.problems import RECURRENT, part


def loops(program: Program) -> list[str]:
    return write_program(program, declarations=False).splitlines()


def test_one_statement_is_differentiated_by_itself():
    first = derived(part("ask = 'adjoint'\nstatements = [1]\nwrt = ['x']"))
    assert loops(first) == ["for b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]"]
    second = derived(part("ask = 'adjoint'\nstatements = [2]\nwrt = ['y']"))
    assert loops(second) == ["for b, j: y.grad[b, j] += c.grad[b]"]


def test_the_gradient_of_what_other_statements_compute_is_added_to():
    asked = part("ask = 'adjoint'\nstatements = [2]\nwrt = ['y']")
    assert derived(asked).tensor_named["y.grad"].role is Role.ACCUMULATOR
    assert starts(asked) == (("c.grad",), ("y.grad",), ())
    assert starts(part("ask = 'loops'\nwrt = ['x', 'y']")) == (("c.grad",), ("x.grad",), ("y.grad",))


def test_parameters_are_averaged_and_nothing_else():
    assert loops(derived(part("ask = 'loops'"))) == [
        "for b, j: y.grad[b, j] += c.grad[b]",
        "for b, j: w.grad[j] += 1/B y.grad[b, j] x[b, j]^2",
        "for b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]",
    ]
    assert loops(derived(part("ask = 'adjoint'\nstatements = [2]"))) == ["for b, j: y.grad[b, j] += c.grad[b]"]


def test_a_statement_of_a_loop_through_time():
    asked = part("ask = 'adjoint'\nstatements = [2]\nwrt = ['a']", RECURRENT)
    assert [t.role for t in concerned(asked).tensors if t.name == "a"] == [Role.INPUT]
    assert loops(derived(asked)) == [
        "for t in 1..T, b, j: a.grad[t, b, j] += h.grad[t, b, j] (1 - tanh(a[t, b, j] + x[t, b, j])^2)"
    ]


def test_an_answer_starts_as_what_is_derived_does():
    asked = part("ask = 'adjoint'\nstatements = [2]\nwrt = ['y']")
    answer = read_answer(asked, "for b, j: y.grad[b, j] += c.grad[b]", check=True)
    assert answer.tensor_named["y.grad"] == derived(asked).tensor_named["y.grad"]
    assert compared(asked, answer) == ("y.grad",)


def test_a_gradient_that_an_answer_forgets_stays_as_it_is():
    asked = part("ask = 'loops'\nwrt = ['x', 'w']")
    answer = read_answer(asked, "for b, j: x.grad[b, j] += 2 c.grad[b] w[j] x[b, j]", check=True)
    assert answer.tensor_named["w.grad"].role is Role.ACCUMULATOR
    assert compared(asked, answer) == ("x.grad", "w.grad")


def test_answers_are_read_with_the_spellings_of_the_problem():
    asked = part("ask = 'adjoint'\nstatements = [1]\nwrt = ['w']")
    answer = read_answer(asked, "For b, j weight.grad[j] += 1/B y.grad[b, j] x[b, j]²", check=True)
    assert loops(answer) == ["for b, j: w.grad[j] += 1/B y.grad[b, j] x[b, j]^2"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("for b: x.grad[b, j] += 2 y.grad[b, j]", "no loop binds the index j"),
        ("for b, j: x.grad[b, j] += 2 z[b, j]", "unknown tensor z"),
        ("for b, j: x.grad[b] += 2 y.grad[b, j]", "x.grad has 2 indices, here it is given 1"),
        ("for b, j: y.grad[b, j] += 1", "y.grad is given: it can be read, not written"),
    ],
)
def test_what_does_not_fit_is_said(answer, said):
    asked = part("ask = 'adjoint'\nstatements = [1]\nwrt = ['x']")
    assert misfits(read_answer(asked, answer))[0].message == said
    with pytest.raises(LegalityError) as caught:
        read_answer(asked, answer, check=True)
    assert caught.value.message == said


def test_a_wrong_order_is_no_misfit_but_illegal():
    asked = part("ask = 'adjoint'\nstatements = [1]\nwrt = ['x']")
    answer = "for b, j: x.grad[b, j] = 2 y.grad[b, j] w[j] x[b, j]"
    assert misfits(read_answer(asked, answer)) == []
    with pytest.raises(LegalityError, match=r"x.grad starts at a given value"):
        read_answer(asked, answer, check=True)


def test_a_program_in_place_of_the_forward_one():
    asked = part("ask = 'show'\nanswer = 'c[b] = sum_j w[j] x[b, j]^2'")
    answer = read_answer(asked, asked.answer, check=True)
    assert compared(asked, answer) == ("c",)
    assert unanswered(asked, answer) == []
    other = read_answer(asked, "y[b, j] = w[j] x[b, j]^2", check=True)
    assert unanswered(asked, other) == ["c"]


def test_equations_may_name_what_the_answer_computes_on_the_way():
    asked = part(
        "ask = 'show'\nwrt = ['x']\nanswer = '''\nfor b, j: d[b, j] += 2 w[j] x[b, j]\n"
        "for b, j: x.grad[b, j] += c.grad[b] d[b, j]\n'''"
    )
    context = chain_context(asked)
    assert context.tensor_named["x.grad"].role is Role.COMPUTED
    assert loops(context)[-1] == "for b, j: d[b, j] += 2 w[j] x[b, j]"
    assert loops(context)[:2] == loops(asked.setting.forward)
    assert context.forward is None
