"""The task that the tests of constructions share: the states of a recurrence."""

from __future__ import annotations

from pathlib import Path

from symgrad.construct.given import read_given
from symgrad.construct.judge import Judgement, judge
from symgrad.construct.read import read_construction
from symgrad.construct.run import Task

SETTING = read_given("Phi, ZERO, X[0..T], CELL(Phi, X, H)")

DEFINITION = """
h_0 = CELL(Phi, x_0, ZERO)
h_t = CELL(Phi, x_t, h_{t-1}) for 1 <= t <= T
"""

TASK = Task(SETTING, read_construction(DEFINITION, SETTING), ("H", "h"), (0, 1), {"xs": "X", "params": "Phi"})


def examples(name: str) -> list[str]:
    """The texts of a file, parted by lines of five signs."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return [example.rstrip("\n") for example in text.split("\n=====\n")]


def judged(text: str) -> Judgement:
    return judge(TASK, read_construction(text, SETTING))
