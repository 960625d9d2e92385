"""Loading problem files: what is in them, what is refused, and where they are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

import symgrad as sg
from symgrad.course import load_problem, problem_names
from symgrad.course.load import read_problem
from symgrad.errors import ReadingError, SymgradError, UsageError
from tests.course.malformed import HEAD, MALFORMED, PART, Malformed

WHOLE = HEAD.replace(
    "forward", "average = 'b'\nrelease = 'kind'\nsource = ['A book', 'A leaflet']\naliases = { weight = 'w' }\nforward"
)

PARTS = """
[[part]]
id = "first"
ask = "adjoint"
points = 2.5
statements = [1]
wrt = "x"
text = "?"
hint = "!"
answer = 'for b, j: x.grad[b, j] += 2 y.grad[b, j] weight[j] x[b, j]'
derivation = 'x.grad[b, j] = 2 y.grad[b, j] w[j] x[b, j]'

[[part.mistake]]
name = "factor"
answer = 'for b, j: x.grad[b, j] += y.grad[b, j] w[j] x[b, j]'
feedback = "2"

[[part.published]]
answer = 'for b, j: x.grad[b, j] += y.grad[b, j]'
verdict = "refuted"
source = "A leaflet"
note = "a misprint"

[[part]]
id = "second"
ask = "loops"
text = "?"
"""


@pytest.mark.parametrize("case", MALFORMED, ids=str)
def test_everything_that_is_wrong_is_said_with_its_place(case: Malformed):
    with pytest.raises(ReadingError) as caught:
        read_problem(case.text, "p", "p.toml")
    said = [f"{f.place}: {f.message}" if f.place else f.message for f in caught.value.findings]
    assert said == list(case.said)


@pytest.mark.parametrize("case", [c for c in MALFORMED if c.text and "too" not in c.said[0]], ids=str)
def test_every_place_is_shown_with_its_line_and_a_caret(case: Malformed):
    with pytest.raises(ReadingError) as caught:
        read_problem(case.text, "p", "p.toml")
    shown = str(caught.value)
    rows = case.text.splitlines()
    for finding in caught.value.findings:
        assert finding.place is not None
        assert rows[finding.place.line - 1] in shown
    assert shown.count("p.toml:") == len(caught.value.findings)
    assert "^" in shown


def test_what_a_file_says():
    problem = read_problem(WHOLE + PARTS, "squares")
    assert (problem.name, problem.title, problem.source) == ("squares", "Squares", ("A book", "A leaflet"))
    setting = problem.setting
    assert (setting.average, setting.release, setting.capital_sums) == ("b", "kind", False)
    assert dict(setting.aliases) == {"weight": "w"}
    assert [t.name for t in problem.forward.tensors] == ["x", "w", "y", "c"]
    first, second = problem.parts
    assert (first.name, first.points, first.statements, first.wrt) == ("squares.first", 2.5, (1,), ("x",))
    assert first.mistakes[0].feedback == "2"
    assert (first.published[0].verdict, first.published[0].source) == ("refuted", "A leaflet")
    assert (second.ask, second.wrt, second.points) == ("loops", (), 1)
    assert problem.part("second") is second
    assert "squares" in repr(problem)


def test_the_only_part_needs_no_id():
    problem = read_problem(HEAD + PART.replace('id = "a"\n', ""), "squares")
    assert [part.name for part in problem.parts] == ["squares"]
    with pytest.raises(UsageError, match="one part"):
        problem.part("a")


def test_an_unknown_part_is_refused_with_the_closest():
    problem = read_problem(WHOLE + PARTS, "squares")
    with pytest.raises(UsageError) as caught:
        problem.part("frist")
    assert caught.value.hint == "did you mean first?"
    with pytest.raises(UsageError) as caught:
        problem.part("z")
    assert caught.value.hint == "its parts are first, second"


def test_a_tensor_may_be_named_by_any_of_its_spellings():
    text = WHOLE.replace("w[j]", "µ^{R}[j]").replace("'w'", '"µ^{R}"') + PART.replace('"x"', '"µ^R", "weight"')
    problem = read_problem(text, "squares")
    (tensor,) = [t.name for t in problem.forward.tensors if t.role.value == "param"]
    assert problem.parts[0].wrt == (tensor, tensor)


def test_shipped_problems_load():
    assert {"softmax", "softmax-optimized"} <= set(problem_names())
    for name in problem_names():
        assert load_problem(name).name == name
    assert [part.id for part in sg.load_problem("softmax").parts][:3] == ["a", "b", "c"]


def test_an_unknown_problem_is_refused_with_the_closest_and_all():
    with pytest.raises(UsageError) as caught:
        load_problem("sofmax")
    assert "no problem 'sofmax'" in caught.value.message
    assert caught.value.hint.startswith("did you mean softmax? known are ")
    for wrong in (3, None, ["softmax"]):
        with pytest.raises(UsageError, match="named by text"):
            load_problem(wrong)


def test_a_folder_of_ones_own_comes_first(tmp_path: Path):
    (tmp_path / "mine.toml").write_text(HEAD + PART, encoding="utf-8")
    (tmp_path / "softmax.toml").write_text(HEAD + PART, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no problem", encoding="utf-8")
    assert set(problem_names(tmp_path)) == {*problem_names(), "mine"}
    assert load_problem("mine", tmp_path).title == "Squares"
    assert load_problem("softmax", tmp_path).title == "Squares"
    assert load_problem("softmax").title != "Squares"
    with pytest.raises(UsageError, match="cannot read the folder"):
        problem_names(tmp_path / "nowhere")


def test_a_file_is_named_by_its_path(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD.replace("title", "tittle") + PART, encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        load_problem(str(path))
    assert str(caught.value).startswith(f"{path}:1:1: ")
    path.write_text(HEAD + PART, encoding="utf-8")
    assert load_problem(path).name == load_problem(str(path)).name == "mine"
    with pytest.raises(SymgradError, match="cannot read"):
        load_problem(str(tmp_path / "none.toml"))
    path.write_bytes(b"\xff")
    with pytest.raises(SymgradError, match="not UTF-8"):
        load_problem(path)


@pytest.mark.parametrize("text", ["\0", "[" * 100_000, "a.b = " * 1000, "'''" * 1000, "x = '" + "(" * 60_000 + "'"])
def test_hostile_files_are_refused(text):
    with pytest.raises(ReadingError):
        read_problem(text, "p")
    with pytest.raises(ReadingError):
        read_problem(HEAD.replace("index b in B, j in J", text) + PART, "p")
