"""The worked solution of a part or a problem: the log of the rules that were applied, every step of it checked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from symgrad.course.kinds import kind
from symgrad.course.page import Page, one_line
from symgrad.course.problem import Part, Problem, Setting
from symgrad.course.solution import Block, Heading, Listing, Sentence, Solution
from symgrad.errors import UsageError
from symgrad.language.write import write_program

WORST_LAST = ("proved", "derived", "probable", "unknown", "refuted")
"""The statuses of verdicts, the best first."""


def solve(question: Part | Problem) -> Solution:
    """The worked solution: the statements' gradients one by one with their rules, the author's equations with a
    verdict on each line, the loops, and what is proved of them.

    Raises UsageError where a part has nothing to differentiate.
    """
    if not isinstance(question, Part | Problem):
        raise UsageError(
            f"there is nothing to solve in {type(question).__name__}",
            hint='solve a problem or a part of one, as in solve(load_problem("NAME").part("a"))',
        )
    parts = question.parts if isinstance(question, Problem) else (question,)
    setting = question.setting
    alone = len(parts) == 1
    title = f"{setting.title}, part {parts[0].id}" if alone and parts[0].id else setting.title
    blocks: list[Block] = [Heading(title, 1)]
    if setting.source:
        blocks.append(Sentence(f"From {'; '.join(setting.source)}."))
    if setting.text:
        blocks.append(Sentence(one_line(setting.text)))
    blocks += _program("The forward program:", setting)
    statuses: list[str] = []
    shown: dict[Hashable, str] = {}
    for part in parts:
        if not alone:
            blocks.append(Heading(f"Part {part.id}" if part.id else "First part", 2))
        page = Page(2 if alone else 3, f"part {part.id}" if part.id else "the first part", shown)
        blocks.append(Sentence(one_line(part.text)))
        if part.setting.forward != setting.forward:
            blocks += _program("The forward program of this part:", part.setting)
        if part.hint:
            blocks.append(Sentence(f"Hint: {one_line(part.hint)}"))
        blocks += kind(part.ask).blocks(part, page)
        statuses += page.statuses
    return Solution(title, tuple(blocks), max(statuses, key=WORST_LAST.index, default="unknown"))


def _program(words: str, setting: Setting) -> Iterator[Block]:
    if setting.forward.body:
        yield Sentence(words)
        yield Listing(write_program(setting.forward).rstrip())
