"""Questions that ask to explain: a worked text whose programs and equations are proved."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from symgrad.course.checks import check_program, collected
from symgrad.course.claims import PROVED, Claim, chains_of, related
from symgrad.course.costs import columns, cost_claims, cost_table, programs
from symgrad.course.equations import shifted
from symgrad.course.form import Form
from symgrad.course.judge import judged_program
from symgrad.course.kinds.loops import Loops
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.prose import pieces
from symgrad.course.question import is_backward
from symgrad.course.solution import Block, Heading, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import ReadingError, SymgradError

if TYPE_CHECKING:
    pass


class Explain(Loops):
    """The answer is prose, with equations and inequalities that hold, and programs that compute what the part is about.

    That is the forward program; with `wrt` the derived loops.
    """

    words = "asks to explain"
    uses = frozenset(("statements", "wrt"))
    keys = MappingProxyType({})

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if not part.answer:
            form.say(path, "a part that asks to explain needs the key 'answer': the worked text")
        collected(form, (*path, "answer"), lambda: _check(part), sound)

    def claims(self, part: Part) -> Iterator[Claim]:
        for piece in pieces(part.answer):
            if piece.kind == "loops":
                yield Claim("program", "", PROVED, judged_program(part, piece.text))
            elif piece.kind == "equations":
                for _, links in related(chains_of(part, piece.text)):
                    yield from (link.claim() for link in links)
            elif piece.kind == "costs":
                yield from cost_claims(part, piece.text)

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        backward = is_backward(part)
        against = "the derived loops" if backward else "the forward program"
        for piece in pieces(part.answer):
            if piece.kind == "prose":
                yield Sentence(piece.text)
            elif piece.kind == "loops":
                yield Listing(piece.text)
                said = page.said(judged_program(part, piece.text))
                yield Sentence(f"It computes the same as {against}: {said}")
            elif piece.kind == "costs":
                yield from _costs(part, piece.text, page)
            else:
                for head, links in related(chains_of(part, piece.text)):
                    yield from page.equations(head, links)
        if backward:
            yield Heading("The derived loops", page.level)
            yield Listing(self.derived(part))
            yield from self.checked(part, page)


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
                chains_of(part, piece.text)
            elif piece.kind == "costs":
                programs(part, piece.text)
        except SymgradError as error:
            findings += [shifted(finding, piece.line - 1) for finding in error.findings]
    if findings:
        raise ReadingError("", findings=findings)


KINDS = {"explain": Explain()}
