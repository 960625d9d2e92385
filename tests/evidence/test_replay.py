"""A witness is seen again from its JSON, and a file that is none of these programs is refused with a sentence."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from symgrad.errors import UsageError
from symgrad.evidence import prove, prove_equation, read_witness, replay, replay_equation
from symgrad.language.program import Program
from symgrad.language.read import read_program

FORWARD = """index b in B, j in J
integer y[b] in J
function g(x)
input s[b, j]
const eps > 0
distribution P[j] over j
for b, j: e[b, j] += exp(s[b, j])
for b, j: Z[b] += e[b, j] + eps - eps + P[j] - P[j]
for b, j: p[b, j] += e[b, j] / Z[b]
for b: l[b] -= log(p[b, y[b]]) g(Z[b])
"""
RIGHT = "for b, j: s.grad[b, j] += l.grad[b] (p[b, j] - 1[j = y[b]]) g(Z[b])"
WRONG = RIGHT.replace(" - 1[j = y[b]]", "")
WITNESS = {
    "sizes": {"B": 1, "J": 2},
    "inputs": {"s": [[0, 0]], "y": [1], "l.grad": ["1/2"], "eps": 1, "P": [0.25, "3/4"]},
    "tensor": "s.grad",
    "cell": [0, 1],
    "functions": {"g(x)": "3 - x^2"},
}


@pytest.fixture(scope="module")
def programs() -> tuple[Program, Program, Program]:
    forward = read_program(FORWARD)
    return read_program(RIGHT, context=forward), read_program(WRONG, context=forward), forward


def changed(**parts: Any) -> str:
    return json.dumps({**WITNESS, **parts})


def inputs(**parts: Any) -> str:
    return changed(inputs={name: v for name, v in {**WITNESS["inputs"], **parts}.items() if v is not None})


def test_a_witness_that_was_printed_is_seen_again(programs):
    right, wrong, forward = programs
    verdict = prove(right, wrong, forward)
    again = replay(right, wrong, read_witness(json.dumps(verdict.to_json())), forward)
    assert again.refutes
    (cell,) = (c for c in again.cells if c.cell == verdict.witness.cell)
    assert (cell.left, cell.right, cell.differs) == (verdict.witness.left, verdict.witness.right, True)
    assert read_witness(json.dumps(verdict.witness.to_json())) == verdict.witness


def test_all_cells_are_exact(programs):
    right, wrong, forward = programs
    found = replay(right, wrong, read_witness(changed()), forward)
    assert found.forward["p"] == [[Fraction(1, 2), Fraction(1, 2)]]
    assert [(c.left, c.right, c.difference, c.differs) for c in found.cells] == [
        (Fraction(-1, 4), Fraction(-1, 4), 0, False),
        (Fraction(1, 4), Fraction(-1, 4), Fraction(1, 2), True),
    ]
    lines = str(found).splitlines()
    assert lines[0] == "at B = 1, J = 2"
    assert lines[-2].split() == ["s.grad[0,", "1]", "1/4", "-1/4", "1/2", "differs"]
    assert lines[-1] == "refuted: 1 of 2 cells differ"
    assert found.to_json()["cells"][1]["difference"] == "1/2"


def test_what_is_irrational_is_shown_in_digits(programs):
    right, wrong, forward = programs
    found = replay(right, wrong, read_witness(inputs(s=[[0, 1]])), forward)
    assert str(found.forward["e"][0][1]).startswith("2.718281828459045")


def test_a_witness_of_a_repaired_program_does_not_refute(programs):
    right, _, forward = programs
    found = replay(right, right, read_witness(changed()), forward)
    assert not found.refutes
    assert str(found).endswith("not refuted: no cell differs")


def test_a_kink_does_not_refute():
    one, other = read_program("y = step(x) + step(-x)"), read_program("y = 1 + 0 x")
    found = replay(one, other, read_witness('{"sizes": {}, "inputs": {"x": 0}, "tensor": "y", "cell": []}'))
    assert not found.refutes
    assert "kink" in str(found)


def test_an_irrational_input_is_read_back():
    declared = "input x > 0\nconstraint x^2 = 2\n"
    one, other = read_program(declared + "y = x^3"), read_program(declared + "y = x")
    verdict = prove(one, other)
    again = replay(one, other, read_witness(json.dumps(verdict.to_json())))
    assert again.refutes
    assert str(again.cells[0].left).startswith("2.82842712")


def test_the_witness_of_an_equation_is_seen_again():
    context = read_program("index j in J\ninput x[j]\nfor j: Z += exp(x[j])")
    verdict = prove_equation("exp(x[j])/Z", "1/Z", context)
    again = replay_equation("exp(x[j])/Z", "1/Z", context, read_witness(json.dumps(verdict.to_json())))
    assert again.refutes
    assert str(again).splitlines()[-2].startswith("j = ")
    with pytest.raises(UsageError, match="about an equation"):
        replay(context, context, verdict.witness)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "this is no JSON: Expecting value in line 1, column 1"),
        ("[" * 100_000, "nested too deeply"),
        ("[1]", "it is no JSON object"),
        ("{}", "it has no “sizes”"),
        ('{"witness": null, "verdict": "proved"}', "there is no witness in this file: its verdict is proved"),
        (changed(sizes=[]), "the “sizes” of the witness are no JSON object"),
        (changed(sizes={"B": 0}), "the size B of the witness is 0"),
        (changed(sizes={"B": 1, "J": 2, "K": 2}), "there is no size K"),
        (changed(sizes={"B": 1}), "the value of size J is not known"),
        (changed(sizes={"B": 10**5, "J": 10**5}), "too large"),
        (changed(tensor=3), "the “tensor” of the witness is no text"),
        (changed(tensor="q"), "neither program has a tensor q"),
        (changed(cell="0"), "the “cell” of the witness is no list"),
        (changed(functions={"g(x)": "sin(x)"}), "the formula of g is no polynomial in x"),
        (changed(functions={"h(x)": "x"}), "the witness has a function h(x)"),
        (inputs(q=1), "the witness has values for q"),
        (inputs(s=None), "the witness has no values for s"),
        (inputs(s=[0, 0]), "s needs 1 x 2 values, but the witness has 2 values along axis 0"),
        (inputs(s=[[0, [0]]]), "s needs 1 x 2 values"),
        (inputs(s=[[0, "x"]]), 'a value of s in the witness is "x", which is no number'),
        (inputs(s=[[0, None]]), "a value of s in the witness is null"),
        (inputs(s=[[0, True]]), "a value of s in the witness is true"),
        (inputs(s=[[0, float("nan")]]), "which is no number"),
        (inputs(s=[[0, "1/0"]]), "which divides by zero"),
        (inputs(s=[[0, "1e9999"]]), "which is no number"),
        (inputs(s=[[0, int("9" * 3000)]]), "has 3000 digits"),
        (inputs(s=[[0, "9" * 3000]]), "has 3000 digits"),
        (inputs(y=[2]), "y[0] is 2 in the witness, but it is declared an integer in 0..1"),
        (inputs(y=["1/2"]), "y[0] is 1/2 in the witness"),
        (inputs(eps=-1), "eps is -1 in the witness, but it is declared > 0"),
        (inputs(P=[1, 1]), "do not sum to 1"),
        (inputs(P=[2, -1]), "P[1] is -1 in the witness, but P is a distribution"),
        (" " * 1_000_001, "is too long"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_witness_of_these_programs_is_refused(programs, text, said):
    right, wrong, forward = programs
    with pytest.raises(UsageError) as caught:
        replay(right, wrong, read_witness(text), forward)
    assert said in str(caught.value)


def test_a_point_against_a_constraint_is_refused():
    program = read_program("index j in J\ninput x[j]\nconstraint sum_j x[j] = 1\ny = sum_j x[j]")
    text = '{"sizes": {"J": 2}, "inputs": {"x": [1, 1]}, "tensor": "y", "cell": []}'
    with pytest.raises(UsageError, match=r"do not satisfy `sum_j x\[j\] = 1`"):
        replay(program, program, read_witness(text))
