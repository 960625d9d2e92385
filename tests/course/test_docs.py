"""The page about problem files tells the truth: its example holds, and its tables have all keys."""

from __future__ import annotations

from pathlib import Path

from symgrad.course.form import MISTAKE, PART, PROBLEM, PUBLISHED, STATED
from symgrad.course.kinds import ASKS, kind
from symgrad.course.load import read_problem
from symgrad.course.problem import RELEASES
from symgrad.course.verify import verify

PAGE = (Path(__file__).parents[2] / "docs" / "problems.md").read_text(encoding="utf-8")


def test_the_example_is_verified():
    _, _, after = PAGE.partition("````toml\n")
    example, _, _ = after.partition("````\n")
    rows = list(verify(read_problem(example, "example")))
    assert [(row.part, row.verdict, row.note) for row in rows] == [(id, "proved", "") for id in "abc"]
    assert [len(row.claims) for row in rows] == [2, 4, 3]


def test_every_key_is_documented():
    for keys in (PROBLEM, PART):
        for key in keys:
            assert f"| `{key}` |" in PAGE or f"| `[[{key}]]` |" in PAGE or f"| `[[part.{key}]]` |" in PAGE, key
    for key in (*MISTAKE, *PUBLISHED, *STATED, *RELEASES, *ASKS, *(key for ask in ASKS for key in kind(ask).keys)):
        assert f"`{key}`" in PAGE, key
