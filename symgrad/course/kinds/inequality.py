"""Questions that ask to show an inequality: chains whose steps are judged, and which have to come to the claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symgrad.course.checks import collected
from symgrad.course.claims import PROVED, REFUTED, Claim, Link, related
from symgrad.course.equations import read_chains
from symgrad.course.form import NEEDED_TEXT, TEXTS, Form, Key
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page, one_line
from symgrad.course.problem import Part
from symgrad.course.solution import Block, Heading, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import ReadingError
from symgrad.language.build import ZERO, add, neg
from symgrad.language.program import Expr, Program
from symgrad.language.walk import written

if TYPE_CHECKING:
    from symgrad.evidence import Verdict
    from symgrad.evidence.chain_text import ChainText
    from symgrad.evidence.inequalities.facts import Fact


class Inequality(Kind):
    """The answer is chains of equations and inequalities; `facts` may be cited in them, everything else is proved."""

    words = "asks to show an inequality"
    keys: Mapping[str, Key] = MappingProxyType({"claim": NEEDED_TEXT, "facts": TEXTS})

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if "claim" not in part.more:
            return
        collected(form, (*path, "claim"), lambda: _claim(part), sound)
        for at, fact in enumerate(part.more.get("facts", ())):
            single = isinstance(form.value((*path, "facts")), str)
            collected(form, (*path, "facts", *(() if single else (at,))), lambda: _one(part, fact), sound)  # noqa: B023 - called at once
        if part.answer:
            collected(form, (*path, "answer"), lambda: self.read(part, part.answer), sound)

    def read(self, part: Part, text: str) -> Any:
        return read_chains(text, part.setting.forward, part.setting.aliases)

    def judged(self, part: Part, text: str) -> Verdict:
        chains = self.read(part, text)
        return _reached(part, chains, [links for _, links in _related(part, chains)])

    def claims(self, part: Part) -> Iterator[Claim]:
        yield Claim("claim", one_line(part.more["claim"]), PROVED, _proved(part, part.more["claim"]))
        for fact in part.more.get("facts", ()):
            yield Claim("fact", one_line(fact), PROVED, _proved(part, fact))
        if part.answer:
            chains = self.read(part, part.answer)
            steps = [links for _, links in _related(part, chains)]
            yield from (link.claim() for links in steps for link in links)
            yield Claim("answer", "", PROVED, _reached(part, chains, steps))

    def derived(self, part: Part) -> str:
        verdict = _proved(part, part.more["claim"])
        return "" if verdict.certificate is None else str(verdict.certificate)

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        verdict = _proved(part, part.more["claim"])
        if verdict.certificate is not None:
            yield Heading("A certificate", page.level)
            yield from page.certificate(verdict)
        yield Sentence(f"`{one_line(part.more['claim'])}`: {page.said(verdict)}")
        if not part.answer:
            return
        facts = ", ".join(f"`{one_line(fact)}`" for fact in part.more.get("facts", ()))
        said = f"What may be used without a proof: {facts}." if facts else ""
        yield from page.step_by_step(_related(part, self.read(part, part.answer)), said)


def _related(part: Part, chains: tuple[ChainText, ...]) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """The links of chains, judged with the facts that the part allows."""
    yield from related(chains, _facts(part))


def _facts(part: Part) -> list[Fact]:
    """The facts that the part allows."""
    return [_one(part, text)[0] for text in part.more.get("facts", ())]


def _claim(part: Part) -> tuple[Fact, Program]:
    """What is to be shown, and the program after which it is meant."""
    return _one(part, part.more["claim"])


def _one(part: Part, text: str) -> tuple[Fact, Program]:
    """A text of one relation. Raises ReadingError for any other."""
    from symgrad.evidence.inequalities.facts import Fact

    chains = read_chains(text, part.setting.forward, part.setting.aliases)
    if len(chains) != 1 or len(chains[0].sides) != 2:
        place = chains[-1].sides[-1].place
        raise ReadingError("this is more than one relation", place, "write `left >= right`", source=text)
    left, right = chains[0].sides
    shown = f"{left.text} {right.relation} {right.text}"
    return Fact(left.expr, right.relation, right.expr, shown), chains[0].context


def _proved(part: Part, text: str) -> Verdict:
    """What is known of a claim, without any fact."""
    from symgrad.evidence import prove_inequality

    claim, context = _one(part, text)
    return prove_inequality(claim.left, claim.relation, claim.right, context)


def _reached(part: Part, chains: tuple[ChainText, ...], steps: list[tuple[Link, ...]]) -> Verdict:
    """Whether all steps hold, and reach what is to be shown: the first that does not hold is named."""
    from symgrad.evidence import Verdict

    claim, _ = _claim(part)
    links = [link for chain in steps for link in chain]
    for link in links:
        if not link.verdict:
            said = "is wrong" if link.verdict.status == REFUTED else "is not proved"
            grounds = f": {link.verdict.reason}" if link.verdict.reason else ""
            reason = f"`{link.left} {link.relation} {link.right}` {said}{grounds}"
            return replace(link.verdict, compared=(claim.text,), reason=reason, certificate=None)
    facts = _facts(part)
    steps_to_it = [chain for chain in chains if not _restates(chain, claim, facts)]
    if not steps_to_it:
        return Verdict(REFUTED, compared=(claim.text,), reason="it states what is to be shown, and does not show it")
    concluding = [chain for chain in steps_to_it if _is_conclusion(chain, claim)]
    if not concluding:
        return Verdict(REFUTED, compared=(claim.text,), reason=f"its steps hold, but do not come to {claim.text}")
    missing = _unlinked(steps_to_it, claim)
    if missing:
        names = " and ".join(missing)
        reason = f"its steps hold, but none of them says what {names} {'have' if missing[1:] else 'has'} to do with it"
        worked = any(step.relation == "=" for chain in concluding for step in _pairs(chain))
        return Verdict("unknown" if worked else REFUTED, compared=(claim.text,), reason=reason)
    assumptions = dict.fromkeys(words for link in links for words in link.verdict.assumptions)
    count = f"{len(links)} steps, each of them proved" if len(links) > 1 else "one step, which is proved"
    return Verdict(PROVED, tuple(assumptions), (count,), (claim.text,))


def _pairs(chain: ChainText) -> Iterator[Fact]:
    """The steps of a chain in which something is done."""
    from symgrad.evidence.inequalities.facts import Fact
    from symgrad.evidence.inequalities.restated import is_idle

    for left, right in pairwise(chain.sides):
        if not is_idle(left.expr, right.expr):
            yield Fact(left.expr, right.relation, right.expr, "")


def _restates(chain: ChainText, claim: Fact, facts: list[Fact]) -> bool:
    """Whether a chain does nothing, or takes the claim itself for one of its steps.

    Where it goes from one end to the other as a fact does, as in KL = H(P,Q) - H(P) >= 0, that step is known from it.
    """
    from symgrad.evidence.inequalities.facts import Fact, composed
    from symgrad.evidence.inequalities.restated import restates

    steps = list(_pairs(chain))
    if not steps or not any(restates(step, claim) for step in steps):
        return not steps
    relation = composed(side.relation for side in chain.sides[1:])
    ends = Fact(chain.sides[0].expr, relation, chain.sides[-1].expr, "") if relation else None
    return ends is None or len(steps) == 1 or not any(restates(ends, fact) for fact in facts)


def _unlinked(chains: list[ChainText], claim: Fact) -> list[str]:
    """The computed tensors of a claim of which no step says anything."""
    from symgrad.evidence.inequalities.restated import told_of

    told: set[str] = set()
    for chain in chains:
        for step in _pairs(chain):
            told |= told_of(step.left, step.right)
    asked = told_of(claim.left, claim.right) & written(chains[0].context.body)
    return sorted(asked - told)


def _is_conclusion(chain: ChainText, claim: Fact) -> bool:
    """Whether a chain goes from one side of the claim to the other, or from their difference to 0."""
    from symgrad.evidence import prove_equation
    from symgrad.evidence.inequalities.facts import Fact, composed

    relation = composed(side.relation for side in chain.sides[1:])
    first, last = chain.sides[0].expr, chain.sides[-1].expr
    if not relation:
        return False
    if claim.relation == "=":
        difference = add(claim.left, neg(claim.right))
        ends: list[set[Expr]] = [{claim.left, claim.right}, {difference, ZERO}]
        return relation == "=" and {first, last} in ends
    concluded = Fact(first, relation, last, "")
    if claim.is_strict and not concluded.is_strict:
        return False
    ways = [concluded, Fact(last, "=", first, "")] if relation == "=" else [concluded]
    return any(prove_equation(way.nonnegative, claim.nonnegative, chain.context) for way in ways)


KINDS = {"inequality": Inequality()}
