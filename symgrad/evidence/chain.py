"""Chains of equations and inequalities, as a proof is written down: each side judged against the one before.

See `chain_text` for how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symgrad.errors import Place
from symgrad.evidence.chain_text import read_chains
from symgrad.evidence.inequalities.facts import Fact
from symgrad.evidence.inequalities.judge import prove_inequality
from symgrad.evidence.verdict import Verdict
from symgrad.language.program import Program


@dataclass(frozen=True)
class Link:
    """One step of a chain: both sides as they are written, the sign between, and where the right side stands."""

    left: str
    right: str
    verdict: Verdict
    place: Place
    relation: str = "="
    reason: str = ""


@dataclass(frozen=True)
class Chain:
    """Judged chains. True only where every link is proved."""

    links: tuple[Link, ...]

    @property
    def ok(self) -> bool:
        """Whether every link is proved."""
        return all(link.verdict for link in self.links)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = []
        for link in self.links:
            words = str(replace(link.verdict, compared=())).splitlines()
            head = f"line {link.place.line}: {link.left} {link.relation} {link.right}"
            lines += [head, *(f"  {text}" for text in words)]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The chain for JSON."""
        links = [
            {
                "left": link.left,
                "relation": link.relation,
                "right": link.right,
                "line": link.place.line,
                "column": link.place.column,
                **link.verdict.to_json(),
            }
            for link in self.links
        ]
        return {"ok": self.ok, "links": links}


def prove_chain(
    text: str,
    context: Program,
    *,
    budget: float = 2.0,
    aliases: Mapping[str, str] | None = None,
    facts: Iterable[str] = (),
) -> Chain:
    """Judge every link of the chains in a text; `prove_inequality` says what is compared.

    Args:
        text: one or more chains, with the signs =, >=, <=, > and <.
        context: the program whose tensors they name.
        budget: seconds that the search for a proof of one link may take.
        aliases: other spellings of tensors.
        facts: equations and inequalities that a link may use without a proof of them.

    Raises:
        ReadingError, LegalityError: with the place in the text.
    """
    from symgrad.calculus.activity import join

    whole = join(context)
    known, whole = read_facts(facts, whole, aliases)
    chains = read_chains(text, whole, aliases)
    links = []
    for chain in chains:
        for left, right in zip(chain.sides, chain.sides[1:], strict=False):
            verdict = prove_inequality(left.expr, right.relation, right.expr, chain.context, facts=known, budget=budget)
            links.append(Link(left.text, right.text, verdict, right.place, right.relation, right.reason))
    return Chain(tuple(links))


def read_facts(
    texts: Iterable[str], context: Program, aliases: Mapping[str, str] | None = None
) -> tuple[tuple[Fact, ...], Program]:
    """Facts of one relation each, and the context with the indices that they bring along.

    Raises ReadingError for a text that is no relation, or one of more than two sides.
    """
    found = []
    for text in texts:
        for chain in read_chains(text, context, aliases):
            context = chain.context
            for left, right in zip(chain.sides, chain.sides[1:], strict=False):
                shown = f"{left.text} {right.relation} {right.text}"
                found.append(Fact(left.expr, right.relation, right.expr, shown))
    return tuple(found), context
