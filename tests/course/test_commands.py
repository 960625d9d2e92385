"""The commands about problems: list, verify, solve."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symgrad import cli
from tests.course.malformed import HEAD, PART


@pytest.fixture
def run(capsys):
    """Runs a command; gives its exit code, what it printed and what it said to standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        code = cli.main(list(map(str, words)))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good problem, `mine`, and one that is not as it says, `wrong`."""
    right = "for b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]"
    (tmp_path / "mine.toml").write_text(f"{HEAD}{PART}answer = '{right}'\n", encoding="utf-8")
    (tmp_path / "wrong.toml").write_text(f"{HEAD}{PART}answer = '{right.replace('2', '3')}'\n", encoding="utf-8")
    return tmp_path


def test_problems_and_parts_are_listed(run, folder):
    code, out, _ = run("list")
    assert code == 0
    assert "softmax: Backpropagation through softmax\n  softmax.a " in out
    assert "mine" not in out
    code, out, _ = run("list", "--problems", folder)
    assert "mine: Squares\n  mine.a " in out


def test_the_list_as_json(run):
    code, out, _ = run("list", "--json")
    found = json.loads(out)
    assert (code, found["format"]) == (0, 1)
    (softmax,) = [problem for problem in found["problems"] if problem["name"] == "softmax"]
    assert [part["id"] for part in softmax["parts"]][:3] == ["a", "b", "c"]
    assert softmax["parts"][0]["ask"] == "adjoint"


def test_verify_prints_a_table(run):
    code, out, err = run("verify", "softmax-optimized")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines() if line.startswith("softmax-optimized ")]
    assert [row[1:5] for row in rows] == [
        [f"[{n}]", "yes", "proved", said] for n, said in enumerate(("equal", "equal", "refuted"), 1)
    ]
    assert "  published solution refuted: it prints `e[b] = p[b, j] p.grad[b, j]`" in out
    assert "[2] TTIC 31230 Framework Problems, 2019" in out
    assert out.endswith("6 rows, none with something that is contradicted or undecided\n")


def test_verify_fails_where_a_file_is_contradicted(run, folder):
    code, out, _ = run("verify", "mine", "wrong", "--problems", folder)
    assert code == 1
    assert "FAILS: answer: refuted, but should be proved" in out
    assert run("verify", "mine", "--problems", folder)[0] == 0
    assert run("verify", folder / "wrong.toml")[0] == 1


def test_verify_as_json(run, folder):
    code, out, _ = run("verify", "mine", "wrong", "--problems", folder, "--json")
    found = json.loads(out)
    assert (code, found["format"], found["ok"]) == (1, 1, False)
    good, bad = found["rows"]
    assert (good["problem"], good["part"], good["verdict"], good["ok"]) == ("mine", "a", "proved", True)
    assert (bad["verdict"], bad["ok"], bad["claims"][0]["witness"] is not None) == ("refuted", False, True)


def test_solve_prints_text_or_markdown(run):
    code, out, _ = run("solve", "softmax.b")
    assert code == 0
    assert out.startswith("Backpropagation through softmax, part b\n===")
    code, out, _ = run("solve", "softmax.b", "--format", "md")
    assert out.startswith("# Backpropagation through softmax, part b\n")
    assert "```loops\n" in out


def test_solve_writes_a_file(run, tmp_path):
    path = tmp_path / "b.md"
    code, out, _ = run("solve", "softmax.b", "--format", "md", "-o", path)
    assert (code, out) == (0, "")
    assert path.read_text(encoding="utf-8") == run("solve", "softmax.b", "--format", "md")[1]
    code, _, err = run("solve", "softmax.b", "-o", tmp_path / "none" / "b.md")
    assert code == 2
    assert "cannot write" in err


def test_solve_as_json(run):
    code, out, _ = run("solve", "softmax-optimized", "--json")
    found = json.loads(out)
    assert (code, found["format"], found["status"]) == (0, 1, "proved")
    assert {"heading", "sentence", "listing", "equations"} == {block["kind"] for block in found["blocks"]}


def test_files_and_their_parts_are_solved(run, folder):
    assert run("solve", folder / "mine.toml")[0] == 0
    assert run("solve", f"{folder / 'mine.toml'}.a")[0] == 0
    code, out, _ = run("solve", "wrong.a", "--problems", folder)
    assert code == 1
    assert "REFUTED" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["solve", "sofmax"], "did you mean softmax?"),
        (["solve", "softmax.z"], "its parts are a, b, c"),
        (["solve", "softmax-optimized.a"], "write softmax-optimized alone"),
        (["verify", "sofmax"], "did you mean softmax?"),
        (["list", "--problems", "no such folder"], "cannot read the folder"),
        (["solve", "nowhere.toml"], "cannot read"),
    ],
)
def test_what_is_not_there_is_refused(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    code, out, _ = run(*words, "--json")
    assert code == 2
    assert json.loads(out)["error"]


def test_a_malformed_file_is_refused_with_all_its_errors(run, tmp_path):
    (tmp_path / "bad.toml").write_text(HEAD.replace("title", "tittle") + PART + "answer = '('\n", encoding="utf-8")
    code, _, err = run("verify", "bad", "--problems", tmp_path)
    assert code == 2
    assert "bad.toml:2:1: a problem has no key 'tittle'" in err
    assert "bad.toml:16:11: " in err
