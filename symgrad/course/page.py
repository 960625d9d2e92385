"""Verdicts and equations put into words for a worked solution; what is said is kept, for the solution's status."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from symgrad.course.claims import Link
from symgrad.course.solution import Block, Equations, Heading, Line, Sentence

if TYPE_CHECKING:
    from symgrad.evidence import Verdict


class Page:
    """A part's place in a worked solution.

    Attributes:
        level: the level of its headings.
        part: what the part is called in a sentence: "part a".
        shown: what other parts have shown already, each with the name of that part.
        statuses: those of all verdicts on the page, "derived" for what only numbers confirm.
    """

    def __init__(self, level: int, part: str = "this part", shown: dict[Hashable, str] | None = None) -> None:
        self.level, self.part = level, part
        self.shown: dict[Hashable, str] = {} if shown is None else shown
        self.statuses: list[str] = []

    def earlier(self, what: Hashable) -> str:
        """The part that has shown this already; "" where this one is the first to do so."""
        name = self.shown.setdefault(what, self.part)
        return "" if name == self.part else name

    def said(self, verdict: Verdict) -> str:
        """A verdict as sentences."""
        self.statuses.append(verdict.status)
        if verdict.status == "proved":
            sizes = f" {', '.join(verdict.sizes)}" if verdict.sizes else ""
            text = f"proved for all sizes{sizes} and all inputs at which both are defined."
            return f"{text} {assumed(verdict.assumptions)}" if verdict.assumptions else text
        grounds = f" ({verdict.reason})" if verdict.reason else ""
        return f"{word(verdict)}{grounds}." + (f" {verdict.witness}" if verdict.witness else "")

    def step_by_step(self, chains: Iterable[tuple[str, tuple[Link, ...]]], said: str = "") -> Iterator[Block]:
        """The author's chains under a heading of their own; `said` is a sentence in front of them."""
        yield Heading("Step by step", self.level)
        if said:
            yield Sentence(said)
        for head, links in chains:
            yield from self.equations(head, links)

    def equations(self, head: str, links: tuple[Link, ...]) -> Iterator[Block]:
        """A chain of equations, each line with its verdict, and what they assume."""
        lines = [Line("", links[0].left)]
        for link in links:
            self.statuses.append(link.verdict.status)
            lines.append(Line(link.relation, link.right, link.reason, word(link.verdict)))
        yield Equations(head, tuple(lines))
        assumptions = dict.fromkeys(words for link in links for words in link.verdict.assumptions)
        if assumptions:
            yield Sentence(assumed(assumptions))
        for link in links:
            if link.verdict.certificate is not None:
                yield from self.equality(f"{link.left} {link.relation} {link.right}", link.verdict)

    def certificate(self, verdict: Verdict) -> Iterator[Block]:
        """Why an inequality holds, line by line, and where both sides are equal."""
        if verdict.certificate is not None:
            yield Equations("", tuple(Line("", line) for line in verdict.certificate.lines()))

    def equality(self, claim: str, verdict: Verdict) -> Iterator[Block]:
        """Where both sides of an inequality are equal."""
        certificate = verdict.certificate
        if certificate is not None and certificate.strict:
            yield Sentence(f"In `{claim}` both sides are never equal.")
        elif certificate is not None and certificate.equality:
            where = " and ".join(f"`{words}`" for words in certificate.equality)
            told = f" (told {certificate.equality_where})" if certificate.equality_where else ""
            yield Sentence(f"In `{claim}` both sides are equal exactly where {where}{told}.")


def word(verdict: Verdict) -> str:
    """A verdict in a word or two."""
    return {"proved": "proved", "refuted": "REFUTED", "probable": "probable, not proved"}.get(
        verdict.status, "NOT DECIDED"
    )


def assumed(assumptions: Iterable[str]) -> str:
    """What a verdict assumes, as a sentence; what the rest implies is left out."""
    words = list(assumptions)
    positive = [text.removesuffix(" > 0") for text in words if text.endswith(" > 0")]
    implied = {text for value in positive for text in (f"{value} >= 0", f"{value} != 0", f"sqrt({value}) != 0")}
    assumptions = [text for text in words if text not in implied]
    return f"Assumed: {'; '.join(f'`{words}`' for words in assumptions)}."


def one_line(text: str) -> str:
    """A text of several lines as a paragraph."""
    return " ".join(text.split())
