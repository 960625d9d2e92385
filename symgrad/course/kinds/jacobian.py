"""Questions about a Jacobian: its cells, the matrix as a whole, or a row vector times the matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symgrad.course.chains import Chain
from symgrad.course.checks import collected
from symgrad.course.claims import REFUTED, Claim, linked
from symgrad.course.equations import read_chains
from symgrad.course.form import TEXT, Form, Key
from symgrad.course.jacobian_answers import Answer
from symgrad.course.jacobians import Question, question_of
from symgrad.course.judge import judged_program
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.question import read_answer
from symgrad.course.solution import Block, Equations, Heading, Line, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError, UsageError
from symgrad.language.dependence import output_names
from symgrad.language.program import Program

if TYPE_CHECKING:
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict

_SIZE = 3
"""The value of every size at which the matrix is written out, where the part does not say another."""


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= 6


_LOOPS = re.compile(r"^\s*for\b[^\n]*\.grad[^\n]*[+\-−]=", re.MULTILINE | re.IGNORECASE)
"""Loops that add to a gradient: an answer that is a program."""


class JacobianQuestion(Kind):
    """The answer is an equation or a chain of equations, with indices or without, that ends in what is asked for."""

    words = "asks for a Jacobian"
    uses = frozenset(("wrt", "derivation"))
    keys = MappingProxyType(
        {
            "of": TEXT,
            "name": TEXT,
            "row": TEXT,
            "define": TEXT,
            "size": Key("a whole number from 2 to 6", _is_size),
        }
    )

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if not sound:
            return
        for key, known in (("ask", ()), ("define", ("define",)), ("ask", ("define", "row"))):
            asked = _with_keys(part, known)
            if not collected(form, (*path, key if key in part.more else "ask"), lambda: _question(asked)):  # noqa: B023 - called at once
                return
        if part.answer:
            collected(form, (*path, "answer"), lambda: self.read(part, part.answer))
        if part.derivation:
            context = _question(part).context
            collected(form, (*path, "derivation"), lambda: read_chains(part.derivation, context, part.setting.aliases))

    def read(self, part: Part, text: str) -> tuple[Chain, ...] | Program:
        if _is_loops(part, text):
            return read_answer(_as_loops(part), text)
        return _question(part).read(text, part.setting.aliases)

    def judged(self, part: Part, text: str) -> Verdict:
        from symgrad.evidence import Verdict

        if _is_loops(part, text):
            return judged_program(_as_loops(part), text)
        try:
            question = _question(part)
            return Answer(question, question.read(text, part.setting.aliases)).judged()
        except LegalityError as error:
            return Verdict(REFUTED, reason=f"it does not fit: {error.message}")

    def derived(self, part: Part) -> str:
        question = _question(part)
        return "\n".join(question.results())

    def audited(self, part: Part) -> str:
        return _question(part).audit().status

    def numeric(self, part: Part) -> GradientReport | None:
        from symgrad.evaluate import check_gradients

        question = _question(part)
        return check_gradients(part.setting.forward, question.backward)

    def claims(self, part: Part) -> Iterator[Claim]:
        question = _question(part)
        for derivation in question.derivations:
            for _, links in question.proved_steps(derivation):
                yield from (link.claim() for link in links)
        yield from (link.claim() for links in question.vector_chains() for link in links)
        yield from super().claims(part)
        if part.derivation:
            for _, links in linked(part, part.derivation, question.context):
                yield from (link.claim() for link in links)

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        question = _question(part)
        yield Heading("Derivation", page.level)
        yield Sentence(question.introduction)
        for derivation in question.derivations:
            for head, links in question.proved_steps(derivation):
                yield from page.equations(head, links)
        chains = question.vector_chains()
        if chains:
            yield Heading("Without indices", page.level)
            yield Sentence(question.about_vectors)
            for links in chains:
                yield from page.equations("", links)
        yield from _explicit(question, part.more.get("size", _SIZE), page)
        if part.derivation:
            yield from page.step_by_step(linked(part, part.derivation, question.context))
        if part.answer:
            yield from self._answered(part, page)
        yield from _checked(question, page)

    def _answered(self, part: Part, page: Page) -> Iterator[Block]:
        yield Heading("The answer", page.level)
        for paragraph in part.answer.strip().split("\n\n"):
            yield Equations("", tuple(Line("", line.strip()) for line in paragraph.splitlines()))
        yield Sentence(f"It is what was derived: {page.said(self.judged(part, part.answer))}")


def _with_keys(part: Part, known: tuple[str, ...]) -> Part:
    """The part with those only of the keys `define` and `row` that are named: the first fault is found at its key."""
    more = {key: value for key, value in part.more.items() if key not in ("define", "row") or key in known}
    return replace(part, more=MappingProxyType(more))


def _is_loops(part: Part, text: str) -> bool:
    """Whether an answer is loops that add to the gradient, which is asked for where the tensor is the only output."""
    return bool(_LOOPS.search(text)) and output_names(part.setting.forward) == (_question(part).jacobian.of,)


def _as_loops(part: Part) -> Part:
    """The part as a question about the loops that add to the gradient."""
    question = _question(part)
    return replace(part, ask="loops", wrt=(question.jacobian.wrt,), more=MappingProxyType({}))


@lru_cache(maxsize=64)
def _cached(forward: Program, keys: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> Question:
    of, wrt, name, row, define = keys
    return question_of(forward, of=of, wrt=wrt, name=name, row=row, define=define, aliases=dict(aliases))


def _question(part: Part) -> Question:
    """What the part asks, worked out; kept, since every text of the part is held against it."""
    if len(part.wrt) > 1:
        raise UsageError("a Jacobian is taken by one tensor", hint='name it, as in wrt = ["x"]')
    more, setting = part.more, part.setting
    wrt = part.wrt[0] if part.wrt else ""
    keys = (more.get("of", ""), wrt, more.get("name", "J"), more.get("row", ""), more.get("define", ""))
    return _cached(setting.forward, keys, tuple(sorted(setting.aliases.items())))


def _explicit(question: Question, size: int, page: Page) -> Iterator[Block]:
    """The matrix written out at a small size, and SymPy's opinion of it."""
    rows, at, agreed = question.explicit(size)
    yield Heading(f"Written out at {at}", page.level)
    yield Equations("", tuple(Line("", row) for row in rows))
    page.statuses.append("proved" if agreed else "refuted")
    yield Sentence(
        "SymPy, given the forward program written out at this size, derives the same matrix."
        if agreed
        else "SymPy derives another matrix. This is an error of symgrad."
    )


def _checked(question: Question, page: Page) -> Iterator[Block]:
    yield Heading("Check against reverse mode", page.level)
    verdict = question.audit()
    said = page.said(verdict)
    yield Sentence(
        f"The Jacobian comes from forward mode. That `{question.audit_text}` is what reverse mode adds: {said}"
    )


KINDS = {"jacobian": JacobianQuestion()}
