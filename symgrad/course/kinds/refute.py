"""Questions that ask to show that an equation is false: by an example, by the difference, or by the right equation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symgrad.calculus.activity import join
from symgrad.course.checks import collected
from symgrad.course.claims import PROVED, REFUTED, Claim, linked
from symgrad.course.equations import read_chains
from symgrad.course.examples import judged_example, read_example
from symgrad.course.form import NEEDED_TEXT, TEXT, TEXTS, Form, Key
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page, assumed, one_line
from symgrad.course.problem import Part
from symgrad.course.question import defined
from symgrad.course.refutations import Refutation, refutation_of
from symgrad.course.second import Second, second_of
from symgrad.course.solution import Block, Equations, Heading, Line, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError, UsageError
from symgrad.language.program import Program
from symgrad.language.write import write_program

if TYPE_CHECKING:
    from symgrad.evidence import Verdict

SECOND = {"forward": TEXT, "wrt": TEXTS, "text": NEEDED_TEXT, "equations": NEEDED_TEXT}
"""The keys of a table `second`: a program whose backward program is differentiated again."""


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


class Refute(Kind):
    """The answer is a counterexample, or equations that end in what makes the claim false."""

    words = "asks to refute"
    uses = frozenset(("derivation",))
    keys = MappingProxyType(
        {
            "claim": NEEDED_TEXT,
            "define": TEXT,
            "second": Key('tables that begin with a line "[[part.second]]"', _is_tables),
        }
    )

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        for at in range(len(part.more.get("second", ()))):
            here = (*path, "second", at)
            form.table(here, SECOND, "a table of second derivatives")
            collected(form, here, lambda: _seconds(part)[at].equated, sound)  # noqa: B023 - called at once
        definitions, setting = part.more.get("define", ""), part.setting
        here = (*path, "define")
        if sound and definitions:
            sound = collected(form, here, lambda: defined(definitions, join(setting.forward), setting.aliases))
        if not sound or "claim" not in part.more or not collected(form, (*path, "claim"), lambda: _question(part)):
            return
        if part.answer:
            collected(form, (*path, "answer"), lambda: self.read(part, part.answer))
        if part.derivation:
            context = _question(part).context
            collected(form, (*path, "derivation"), lambda: read_chains(part.derivation, context, part.setting.aliases))

    def read(self, part: Part, text: str) -> object:
        question = _question(part)
        return read_example(text, question.context) or question.read(text)

    def judged(self, part: Part, text: str) -> Verdict:
        from symgrad.evidence import Verdict

        question = _question(part)
        try:
            example = read_example(text, question.context)
            if example is None:
                return question.judged_chains(question.read(text))
            context = question.claim.context
            return judged_example(example, question.left, question.right, context, dict(question.spellings))
        except LegalityError as error:
            return Verdict(REFUTED, reason=f"it does not fit: {error.message}")

    def derived(self, part: Part) -> str:
        question = _question(part)
        return f"{question.difference_text} = {question.shown(question.difference)}"

    def claims(self, part: Part) -> Iterator[Claim]:
        question = _question(part)
        yield Claim("claim", part.more["claim"].strip(), REFUTED, question.verdict)
        yield from (link.claim() for link in question.links())
        for second in _seconds(part):
            yield from (link.claim() for _, links in second.chains() for link in links)
        yield from super().claims(part)
        if part.derivation:
            for _, links in linked(part, part.derivation, question.context):
                yield from (link.claim() for link in links)

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        question = _question(part)
        yield from _difference(question, page)
        yield from _example(question, page)
        if part.derivation:
            yield from page.step_by_step(linked(part, part.derivation, question.context))
        for at, second in enumerate(_seconds(part)):
            if not at:
                yield Heading("The right way: differentiate the backward program", page.level)
            yield from _second(second, page)
        if part.answer:
            yield Heading("The answer", page.level)
            for paragraph in part.answer.strip().split("\n\n"):
                yield Equations("", tuple(Line("", line.strip()) for line in paragraph.splitlines()))
            verdict = self.judged(part, part.answer)
            page.statuses.append(verdict.status)
            grounds = "; ".join(verdict.evidence) or verdict.reason
            said = "It refutes the claim" if verdict.status == PROVED else "It does not refute the claim"
            yield Sentence(f"{said}: {grounds}.")


@lru_cache(maxsize=64)
def _cached(forward: Program, claim: str, define: str, aliases: tuple[tuple[str, str], ...]) -> Refutation:
    return refutation_of(forward, claim=claim, define=define, aliases=dict(aliases))


def _question(part: Part) -> Refutation:
    """What the part asks, worked out; kept, since every text of the part is held against it."""
    more, setting = part.more, part.setting
    if "claim" not in more:
        raise UsageError("the part has no claim to refute")
    return _cached(setting.forward, more["claim"], more.get("define", ""), tuple(sorted(setting.aliases.items())))


def _seconds(part: Part) -> list[Second]:
    return [second_of(table, part.setting) for table in part.more.get("second", ())]


def _difference(question: Refutation, page: Page) -> Iterator[Block]:
    """Both sides, their difference, and what makes it."""
    yield Heading("The two sides", page.level)
    yield Sentence(question.at_points())
    links = question.links()
    for link in links[:2]:
        yield from page.equations("", (link,))
    yield Heading("Their difference", page.level)
    yield from page.equations("", links[2:])
    alone, extra, other = question.missing()
    for terms, words in (
        (alone, "on the left alone"),
        (extra, "on the right alone"),
        (other, "on both sides, not as often"),
    ):
        if terms:
            yield Sentence(f"{'The terms' if len(terms) > 1 else 'The term'} {_listed(terms)} {_stand(terms)} {words}.")
    verdict = question.verdict
    page.statuses.append(PROVED if verdict.status == REFUTED else verdict.status)


def _example(question: Refutation, page: Page) -> Iterator[Block]:
    witness = question.witness
    if witness is None:
        return
    yield Heading("The smallest example", page.level)
    yield Sentence(
        "Functions that show it, found by trying polynomials in the order of their sizes (degrees, coefficients and "
        "number of terms), each of them with all of its parameters:"
        if witness.functions
        else "Inputs that show it:"
    )
    yield Listing("\n".join(f"{name} = {formula}" for name, formula in witness.functions.items()) or str(witness))
    at = ", ".join(f"`{name} = {value}`" for name, value in witness.inputs.items())
    left, right = (side.text for side in question.claim.sides)
    where = f"At {at} " if at else "There "
    yield Sentence(f"{where}the left side `{left}` is {witness.left}, and the right side `{right}` is {witness.right}.")
    if question.verdict.assumptions:
        yield Sentence(assumed(question.verdict.assumptions))


def _second(second: Second, page: Page) -> Iterator[Block]:
    """The backward program differentiated again, and what it computes."""
    yield Sentence(one_line(second.text))
    if second.own:
        yield Listing(write_program(second.forward).rstrip())
    yield Sentence(second.introduction)
    yield Listing(second.listing())
    for head, links in second.chains():
        yield from page.equations(head, links)


def _listed(terms: list[str]) -> str:
    written = [f"`{term}`" for term in terms]
    return ", ".join(written[:-1]) + (" and " if len(written) > 1 else "") + written[-1]


def _stand(terms: list[str]) -> str:
    return "stand" if len(terms) > 1 else "stands"


KINDS = {"refute": Refute()}
