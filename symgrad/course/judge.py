"""What a part claims, and what is known of each claim: its answer, its equations, known and published answers.

What the author says is right has to be proved, what the author says is wrong has to be refuted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.course.equations import read_chains
from symgrad.course.problem import Part
from symgrad.course.prose import Piece, pieces
from symgrad.course.question import (
    batch_index,
    chain_context,
    compared,
    concerned,
    derived,
    is_backward,
    misfits,
    read_answer,
    unanswered,
)
from symgrad.errors import LegalityError, UsageError
from symgrad.language.program import Program
from symgrad.language.walk import written

if TYPE_CHECKING:
    from symgrad.evaluate import GradientReport
    from symgrad.evidence import Verdict

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


@dataclass(frozen=True)
class Claim:
    """Something a problem file says.

    Attributes:
        kind: "answer", "program" (in a worked text), "equation", "mistake" or "published".
        name: which one: a mistake's name, an equation's text.
        expected: the status its verdict must have, "proved" or "refuted".
        verdict: what is known of it.
    """

    kind: str
    name: str
    expected: str
    verdict: Verdict

    @property
    def ok(self) -> bool:
        """Whether the claim is as the file says."""
        return self.verdict.status == self.expected

    def __str__(self) -> str:
        label = " ".join(words for words in (self.kind, repr(self.name) if self.name else "") if words)
        if self.ok:
            return f"{label}: {self.verdict.status}"
        said = f"{label}: {self.verdict.status}, but should be {self.expected}"
        return f"{said}: {self.verdict.reason}" if self.verdict.reason else said


@dataclass(frozen=True)
class Link:
    """One step of a chain: that a side equals the one before."""

    left: str
    right: str
    reason: str
    verdict: Verdict


def claims(part: Part) -> Iterator[Claim]:
    """All claims of a part, judged one after the other."""
    if part.ask == "explain":
        for piece in pieces(part.answer):
            yield from piece_claims(part, piece)
    else:
        if part.answer:
            yield Claim("answer", "", PROVED, judged(part, part.answer))
        yield from (_of_link(link) for _, links in derivation(part) for link in links)
    for mistake in part.mistakes:
        yield Claim("mistake", mistake.name, REFUTED, judged(part, mistake.answer))
    for printed in part.published:
        yield Claim("published", printed.source, printed.verdict, judged(part, printed.answer))


def piece_claims(part: Part, piece: Piece) -> Iterator[Claim]:
    """The claims of one piece of a worked text: its program equals the forward one, its equations hold."""
    if piece.kind == "loops":
        yield Claim("program", "", PROVED, judged(part, piece.text))
    elif piece.kind == "equations":
        yield from (_of_link(link) for _, links in linked(part, piece.text, part.setting.forward) for link in links)


def judged(part: Part, text: str) -> Verdict:
    """Whether an answer gives what the part asks for: for all sizes and inputs, in every tensor asked for.

    An answer that reads but does not fit, such as one with an unbound index, is refuted with that reason.
    """
    from symgrad.evidence import Verdict, prove

    try:
        program = read_answer(part, text)
    except LegalityError as error:
        return Verdict(REFUTED, reason=f"it does not fit: {error.message}")
    found = misfits(program)
    if found:
        return Verdict(REFUTED, reason=f"it does not fit: {found[0].message}")
    missing = unanswered(part, program)
    if missing:
        return Verdict(REFUTED, reason=f"it does not compute {missing[0]}")
    forward = part.setting.forward
    expected, before = (derived(part), forward) if is_backward(part) else (forward, None)
    touched = written(expected.body) | written(program.body)
    tensors = [name for name in compared(part, program) if name in touched]
    if not tensors:
        return Verdict(PROVED, evidence=("neither adds anything to what is asked for",))
    try:
        return prove(expected, program, before, tensors)
    except UsageError as error:  # declarations of its own that contradict those of the problem
        return Verdict(UNKNOWN, reason=f"it cannot be compared: {error.message}")


def derivation(part: Part) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """The chains of the part's derivation: the loops in front of each, and its links, judged."""
    if part.derivation:
        yield from linked(part, part.derivation, chain_context(part))


def linked(part: Part, text: str, context: Program) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """The chains of a text: the loops in front of each, and its links, judged after `context` has run."""
    from symgrad.evidence import prove_equation

    for chain in read_chains(text, context, part.setting.aliases):
        yield (
            chain.head,
            tuple(
                Link(left.text, right.text, right.reason, prove_equation(left.expr, right.expr, chain.context))
                for left, right in zip(chain.sides, chain.sides[1:], strict=False)
            ),
        )


def numeric_check(part: Part) -> GradientReport | None:
    """The derived loops against derivatives taken of numbers; None where nothing is derived.

    Raises UsageError where no point is found at which the program has a value.
    """
    from symgrad.evaluate import check_gradients

    if not is_backward(part):
        return None
    return check_gradients(concerned(part), derived(part), average=batch_index(part))


def _of_link(link: Link) -> Claim:
    return Claim("equation", f"{link.left} = {link.right}", PROVED, link.verdict)
