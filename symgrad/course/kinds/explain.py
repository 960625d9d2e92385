"""Questions that ask to explain: a worked text whose programs and equations are proved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symgrad.course.checks import check_program, collected
from symgrad.course.claims import PROVED, Claim, linked
from symgrad.course.costs import columns, cost_claims, cost_table, programs
from symgrad.course.equations import read_chains, shifted
from symgrad.course.form import Form
from symgrad.course.judge import judged_program
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.prose import pieces
from symgrad.course.question import read_answer
from symgrad.course.solution import Block, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import ReadingError, SymgradError
from symgrad.language.program import Program

if TYPE_CHECKING:
    from symgrad.evidence import Verdict


class Explain(Kind):
    """The answer is prose, with programs that compute the same as the forward program and equations that hold in it."""

    words = "asks to explain"

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if not part.answer:
            form.say(path, "a part that asks to explain needs the key 'answer': the worked text")
        collected(form, (*path, "answer"), lambda: _check(part), sound)

    def read(self, part: Part, text: str) -> Program:
        return read_answer(part, text)

    def judged(self, part: Part, text: str) -> Verdict:
        return judged_program(part, text)

    def claims(self, part: Part) -> Iterator[Claim]:
        for piece in pieces(part.answer):
            if piece.kind == "loops":
                yield Claim("program", "", PROVED, judged_program(part, piece.text))
            elif piece.kind == "equations":
                for _, links in linked(part, piece.text, part.setting.forward):
                    yield from (link.claim() for link in links)
            elif piece.kind == "costs":
                yield from cost_claims(part, piece.text)

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        for piece in pieces(part.answer):
            if piece.kind == "prose":
                yield Sentence(piece.text)
            elif piece.kind == "loops":
                yield Listing(piece.text)
                said = page.said(judged_program(part, piece.text))
                yield Sentence(f"It computes the same as the forward program: {said}")
            elif piece.kind == "costs":
                yield from _costs(part, piece.text, page)
            else:
                for head, links in linked(part, piece.text, part.setting.forward):
                    yield from page.equations(head, links)


def _costs(part: Part, text: str, page: Page) -> Iterator[Block]:
    """A table of operations, and what is proved of the author's own loops in it."""
    yield Listing(cost_table(part, text), "text")
    for column, claim in zip((c for c in columns(text) if c.loops), cost_claims(part, text), strict=True):
        yield Sentence(f"The loops {column.name} add the same as the derived ones: {page.said(claim.verdict)}")


def _check(part: Part) -> None:
    """Raise all that is wrong with a worked text and the programs and equations in it."""
    findings = []
    for piece in pieces(part.answer):
        try:
            if piece.kind == "loops":
                check_program(part, piece.text)
            elif piece.kind == "equations":
                read_chains(piece.text, part.setting.forward, part.setting.aliases)
            elif piece.kind == "costs":
                programs(part, piece.text)
        except SymgradError as error:
            findings += [shifted(finding, piece.line - 1) for finding in error.findings]
    if findings:
        raise ReadingError("", findings=findings)


KINDS = {"explain": Explain()}
