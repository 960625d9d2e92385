"""Verdicts: what they say, and that the two judges never contradict each other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import symgrad as sg
from symgrad.errors import LegalityError, ReadingError, UsageError
from symgrad.evidence import Verdict, prove, prove_equation, read_witness, replay
from symgrad.evidence.disagreement import Contradiction
from symgrad.evidence.field_test import FieldTest
from symgrad.language.program import Program
from symgrad.language.read import read_program

FORWARD = """index b in B, j in J
input s[b, j]
for b, j: Z[b] += exp(s[b, j])
for b, j: p[b, j] += exp(s[b, j]) / Z[b]
"""
SHORT = """for b, j: e[b] -= p[b, j] p.grad[b, j]
for b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] + e[b])
"""


@pytest.fixture(scope="module")
def forward() -> Program:
    return read_program(FORWARD)


def test_a_short_gradient_is_proved(forward):
    verdict = prove(sg.vjp(forward), read_program(SHORT, context=forward))
    assert verdict
    assert verdict.status == "proved"
    assert verdict.compared == ("s.grad",)
    assert verdict.witness is None
    lines = str(verdict).splitlines()
    assert lines[:3] == [
        "proved: s.grad, for all sizes B, J",
        "  equal normal forms",
        "  equal at 2 exact points",
    ]
    assert re.fullmatch(
        r"  equal in finite fields at B = \S+, J = \S+, which decides all sizes; wrong with a chance below 2\^-\d\d+",
        lines[3],
    )


MISTAKES = {
    "diagonal only": "for b, j: s.grad[b, j] += p[b, j] (1 - p[b, j]) p.grad[b, j]",
    "no path through Z": "for b, j: s.grad[b, j] += p[b, j] p.grad[b, j]",
    "sign": SHORT.replace("-=", "+="),
    "sum without p": SHORT.replace("-= p[b, j] ", "-= "),
    "sum over b": "for b, j: e[j] -= p[b, j] p.grad[b, j]\nfor b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] + e[j])",
    "p missing": SHORT.replace("+= p[b, j] (", "+= ("),
    "assigned": SHORT.replace("s.grad[b, j] +=", "s.grad[b, j] ="),
    "mean": "for b, j: e[b] -= 1/J p[b, j] p.grad[b, j]\n" + SHORT.splitlines()[1],
    "too early": "\n".join(reversed(SHORT.splitlines())),
    "nothing": "for b, j: e[b] += 1",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refuted_by_a_witness_that_replays(forward, name):
    wrong = read_program(MISTAKES[name], context=forward, check=False)
    verdict = prove(sg.vjp(forward), wrong)
    assert not verdict
    assert verdict.status == "refuted"
    witness = verdict.witness
    assert witness is not None
    assert max(witness.sizes.values()) <= 3
    for program, value in ((sg.vjp(forward), witness.left), (wrong, witness.right)):
        known = {
            n: v for n, v in witness.inputs.items() if n in program.tensor_named or n in program.forward.tensor_named
        }
        run = sg.evaluate(program, known, witness.sizes)
        found = run.get("s.grad")
        found = 0 if found is None else found[witness.cell]
        assert found == pytest.approx(float(value))


def test_a_refuted_verdict_shows_its_witness(forward):
    verdict = prove(sg.vjp(forward), read_program(MISTAKES["sign"], context=forward))
    assert str(verdict).splitlines() == [
        "refuted: s.grad",
        "  values that certainly differ",
        "  at B = 2, J = 1",
        "    s      = [[0], [0]]",
        "    p.grad = [[1], [0]]",
        "  s.grad[0, 0]: 0 by the first, 2 by the second",
    ]


def test_the_json_of_a_verdict_is_plain(forward):
    verdict = prove(sg.vjp(forward), read_program(MISTAKES["sign"], context=forward))
    found = json.loads(json.dumps(verdict.to_json()))
    assert set(found) == {"verdict", "assumptions", "evidence", "witness", "compared", "relations", "reason", "bits"}
    assert found["verdict"] == "refuted"
    assert found["witness"]["inputs"]["p.grad"] == [[1], [0]]
    assert (found["witness"]["left"], found["witness"]["right"]) == (0, 2)


def test_another_shape_is_refuted_with_the_reason():
    first = read_program("index b in B, j in J\ninput x[b, j]\nfor b, j: y[b, j] += x[b, j]")
    second = read_program("index b in B, j in J\ninput x[b, j]\nfor b, j: y[j, b] += x[b, j]")
    verdict = prove(first, second)
    assert (verdict.status, verdict.witness) == ("refuted", None)
    assert "extents" in verdict.reason


def test_without_a_point_in_the_domain_nothing_is_proved():
    hidden = "input x\nconstraint exp(x) = 2\n"
    verdict = prove(read_program(hidden + "y = x"), read_program(hidden + "y = x"))
    assert verdict.status == "unknown"
    assert "no inputs were found" in verdict.reason
    nowhere = prove(read_program("y = log(-1 - x^2)"), read_program("y = log(-1 - x^2)"))
    assert nowhere.status == "unknown"


def test_agreement_on_numbers_is_no_proof(monkeypatch):
    import symgrad.algebra.compare

    outcome = symgrad.algebra.compare.Outcome(False, (), (), "too long")
    monkeypatch.setattr("symgrad.algebra.compare.compare_programs", lambda *_args, **_options: outcome)
    verdict = prove(read_program("y = x + x"), read_program("y = 2 x"))
    assert verdict.status == "probable"
    assert not verdict
    assert verdict.reason == "too long"


@pytest.fixture
def blind(monkeypatch):
    """A first judge that proves everything, and first looks that see nothing."""
    import symgrad.algebra.compare
    from symgrad.evidence import judge

    monkeypatch.setattr(judge, "first_look", lambda *_args: FieldTest("unknown", reason="nobody looked"))

    proved = symgrad.algebra.compare.Outcome(True, (), (), "")
    monkeypatch.setattr("symgrad.algebra.compare.compare_programs", lambda *_args, **_options: proved)
    whole = judge.Comparison.search

    def search(self, seconds, choices, enough=None):
        if enough is not None:
            return judge.Search(None, 0)
        return whole(self, seconds, choices)

    monkeypatch.setattr(judge.Comparison, "search", search)


def test_judges_that_contradict_each_other_are_no_verdict(blind, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(Contradiction, match="the normal form proves what exact points refutes") as caught:
        prove(read_program("input x\ny = x + x"), read_program("input x\ny = 3 x"))
    (file,) = tmp_path.iterdir()
    assert caught.value.path == str(file)
    assert str(file) in str(caught.value)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["proved by"], found["refuted by"]) == ("the normal form", "exact points")
    assert found["tensors"] == ["y"]
    again = replay(read_program(found["first"]), read_program(found["second"]), read_witness(json.dumps(found)))
    assert again.refutes


def test_finite_fields_contradict_a_wrong_proof(blind, tmp_path, monkeypatch):
    from symgrad.evidence import audit, judge

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(judge.Comparison, "search", lambda *_args: judge.Search(None, 3))
    monkeypatch.setattr(judge, "first_look", audit.first_look)
    given = "index i in N\ninput x[i]\n"
    with pytest.raises(Contradiction, match="proves what exact values in finite fields refutes") as caught:
        prove(read_program(given + "y = sum_i x[i]"), read_program(given + "y = sum_i x[i]^2"))
    found = json.loads(Path(caught.value.path).read_text(encoding="utf-8"))
    assert (found["tensors"], found["witness"], found["sizes"]) == (["y"], None, {"N": 2})


def test_a_contradiction_is_an_internal_error(blind, tmp_path, monkeypatch, capsys):
    from symgrad.cli import main

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = []
    for name, text in (("first", "y = x + x"), ("second", "y = 3 x")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        files.append(str(tmp_path / name))
    assert main(["prove", *files]) == 1
    err = capsys.readouterr().err
    assert err.startswith("symgrad: internal error: Contradiction: the normal form proves what exact points refutes")


@pytest.mark.parametrize("text", ["y = log(x t)", "y = sqrt(x t)"])
def test_where_only_one_side_has_values_is_said(text):
    other = text.replace("(x t)", "(x)") + (" + log(t)" if "log" in text else " sqrt(t)")
    verdict = prove(read_program(text), read_program(other))
    assert verdict.status == "unknown"
    assert "the first has a value and the second has none" in verdict.reason
    assert prove(read_program("input x > 0, t > 0\n" + text), read_program("input x > 0, t > 0\n" + other))


def test_what_only_one_side_divides_by_is_an_assumption():
    assert prove(read_program("y = x/x"), read_program("y = 1 + 0 x")).assumptions == ("x != 0",)
    verdict = prove(read_program("y = sqrt(x^2)"), read_program("y = x"))
    assert verdict.status == "refuted"
    assert verdict.witness.inputs == {"x": -1}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Z.grad[b]", "-sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2"),
        ("Z.grad[b]", "-(sum_j p[b, j] p.grad[b, j])/Z[b]"),
        ("sum_j p[b, j]", "1"),
        ("s.grad[b, j]", "p[b, j] (p.grad[b, j] - sum_k p[b, k] p.grad[b, k])"),
    ],
)
def test_true_equations_after_a_program(forward, left, right):
    assert prove_equation(left, right, sg.vjp(forward)).status == "proved"


@pytest.mark.parametrize(
    ("left", "right"),
    [("Z.grad[b]", "-sum_j p[b, j] p.grad[b, j]"), ("p[b, j]", "p[b, k]"), ("p[b, j]", "exp(s[b, j])"), ("Z[b]", "1")],
)
def test_false_equations_after_a_program(forward, left, right):
    verdict = prove_equation(left, right, sg.vjp(forward))
    assert verdict.status == "refuted"
    assert verdict.witness.tensor == ""
    assert len(verdict.witness.cell) == len(verdict.witness.indices) > 0


def test_the_start_of_a_gradient_is_an_assumption(forward):
    verdict = prove_equation(
        "s.grad[b, j]", "p[b, j] p.grad[b, j] - p[b, j] sum_k p[b, k] p.grad[b, k]", sg.vjp(forward)
    )
    assert verdict.assumptions[0] == "s.grad starts at 0"


def test_the_witness_of_an_equation_names_its_indices(forward):
    verdict = prove_equation("p[b, j]", "exp(s[b, j])", forward)
    assert str(verdict.witness).splitlines()[-1] == "b = 0, j = 0: 1/2 by the left side, 1 by the right side"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("foo[b]", LegalityError, "1:1: unknown tensor foo"),
        ("p[b]", LegalityError, "1:1: p has 2 indices"),
        ("1 + (Z[b]", ReadingError, "1:5: “(” is never closed"),
        ("", ReadingError, "there is no expression"),
        ("sum_i Z[i] + sum_i p[b, i]", LegalityError, ""),
    ],
)
def test_a_side_that_cannot_be_read(forward, text, error, said):
    with pytest.raises(error) as caught:
        prove_equation(text, "Z[b]", forward)
    assert said in str(caught.value)


def test_an_index_without_a_range_is_refused(forward):
    from symgrad.language.program import Index, Ref

    with pytest.raises(UsageError, match="index q has no range"):
        prove_equation(Ref("Z", (Index("q"),)), Ref("Z", (Index("q"),)), forward)


def test_a_verdict_is_true_only_where_it_is_proved():
    assert Verdict("proved")
    assert not any(Verdict(status) for status in ("probable", "refuted", "unknown"))
