"""What a problem file claims, one statement at a time, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from symgrad.course.equations import read_chains
from symgrad.course.problem import Part
from symgrad.course.question import chain_context
from symgrad.language.program import Expr, Program

if TYPE_CHECKING:
    from symgrad.evidence import Verdict
    from symgrad.evidence.chain_text import ChainText, Side
    from symgrad.evidence.inequalities.facts import Fact

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


@dataclass(frozen=True)
class Claim:
    """Something a problem file says.

    Attributes:
        kind: "answer", "program" (in a worked text), "equation", "mistake", "published" (a document's answer) or
            "stated" (a document's wording of the question).
        name: which one: a mistake's name, an equation's text, a document's name.
        expected: the status its verdict must have, "proved" or "refuted".
        verdict: what is known of it.
        source: the document that says it; "" for what the author of the file says.
        note: the author's words on it, for people.
    """

    kind: str
    name: str
    expected: str
    verdict: Verdict
    source: str = ""
    note: str = ""

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
    """One step of a chain: how a side is related to the one before, `=` or an inequality."""

    left: str
    right: str
    reason: str
    verdict: Verdict
    relation: str = "="

    def claim(self) -> Claim:
        """The step as a claim of the file."""
        return Claim("equation", f"{self.left} {self.relation} {self.right}", PROVED, self.verdict)


@lru_cache(maxsize=256)
def chains_of(part: Part, text: str) -> tuple[ChainText, ...]:
    """The chains of a text of the part, which hold after `chain_context(part)`; read once for all who ask.

    Raises ReadingError with everything that cannot be read or has no meaning.
    """
    return read_chains(text, chain_context(part), part.setting.aliases)


def linked(part: Part, text: str, context: Program) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """The chains of a text: the loops in front of each, and its links, judged after `context` has run."""
    yield from related(read_chains(text, context, part.setting.aliases))


def related(chains: Iterable[ChainText], facts: Sequence[Fact] = ()) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """The loops in front of each chain, and its links, judged; these may use facts, which are not proved again."""
    for chain in chains:
        pairs = zip(chain.sides, chain.sides[1:], strict=False)
        yield (
            chain.head,
            tuple(
                Link(
                    left.text, right.text, right.reason, judged_side(left, right, chain.context, facts), right.relation
                )
                for left, right in pairs
            ),
        )


def judged_side(left: Side, right: Side, context: Program, facts: Sequence[Fact] = ()) -> Verdict:
    """Whether a side of a chain is related to the one before as its sign says."""
    from symgrad.evidence import prove_inequality
    from symgrad.evidence.inequalities.context import needed

    if right.relation == "=":
        return prove_after(left.expr, right.expr, context)
    cited = (side for fact in facts for side in (fact.left, fact.right))
    program = needed(context, (left.expr, right.expr, *cited))
    return prove_inequality(left.expr, right.relation, right.expr, program, facts=facts)


def prove_after(left: Expr, right: Expr, context: Program) -> Verdict:
    """Whether two expressions are equal after those statements of a complete program on which they depend."""
    from symgrad.evidence import prove_equation
    from symgrad.evidence.inequalities.context import needed

    return prove_equation(left, right, needed(context, (left, right)))
