"""Questions that ask to build a sequence of objects: a procedure is run, what it builds is compared with equations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from symgrad.construct.given import read_given
from symgrad.construct.judge import Found, Judgement, judge
from symgrad.construct.read import read_construction
from symgrad.construct.run import Task
from symgrad.construct.syntax import Assign, Construction, Item, Name, Return, walk
from symgrad.construct.terms import Terms, written
from symgrad.construct.values import Failure
from symgrad.course.checks import collected
from symgrad.course.form import NEEDED_TEXT, NUMBERS, SPELLINGS, TEXTS, Form, Key
from symgrad.course.kinds.kind import Kind
from symgrad.course.page import Page
from symgrad.course.problem import Part
from symgrad.course.solution import Block, Equations, Heading, Line, Listing, Sentence
from symgrad.course.toml_places import Path
from symgrad.errors import LegalityError

if TYPE_CHECKING:
    from symgrad.evidence import Verdict

_SHOWN = 2
"""The last number of the sequence that is written out."""


class Construct(Kind):
    """The answer is Python or pseudo-code; what it builds is compared with a definition, for lengths up to a bound."""

    words = "asks to build a sequence"
    keys: Mapping[str, Key] = MappingProxyType(
        {"given": NEEDED_TEXT, "definition": NEEDED_TEXT, "result": TEXTS, "first": NUMBERS, "spellings": SPELLINGS}
    )
    needs_forward = False

    def check(self, form: Form, path: Path, part: Part, sound: bool) -> None:
        if not ("given" in part.more and "definition" in part.more):
            return
        if collected(form, (*path, "given"), lambda: read_given(part.more["given"])):
            collected(form, (*path, "definition"), lambda: _sequence(part, _SHOWN))
            if part.answer:
                collected(form, (*path, "answer"), lambda: self.read(part, part.answer))

    def read(self, part: Part, text: str) -> Construction:
        return read_construction(text, read_given(part.more["given"]))

    def judged(self, part: Part, text: str) -> Verdict:
        from symgrad.evidence import Verdict

        judgement = self.judgement(part, text)
        if judgement.right is None:
            return Verdict("unknown", reason=_reason(judgement.mistakes))
        if not judgement.right:
            reason = _reason(judgement.mistakes)
            beside = () if judgement.difference in reason else (judgement.difference,)
            return Verdict("refuted", reason=reason, evidence=beside, compared=(f"the sequence {judgement.lengths}",))
        remarks = tuple(f"remark: {_place(f.place)}{f.message}" for f in judgement.remarks)
        if judgement.always:
            evidence = (f"the same objects for {judgement.lengths}, and for every length {judgement.always}", *remarks)
            return Verdict("proved", evidence=evidence, compared=("the sequence for every length",))
        evidence = (f"the same objects for {judgement.lengths}; nothing is claimed of longer sequences", *remarks)
        return Verdict("proved", evidence=evidence, compared=(f"the sequence for {judgement.lengths}",))

    def judgement(self, part: Part, text: str) -> Judgement:
        """What is known of an answer, with the mistakes one by one. Raises ReadingError for what cannot be read."""
        return judge(task(part), self.read(part, text))

    def derived(self, part: Part) -> str:
        return "\n".join(_sequence(part, _SHOWN))

    def blocks(self, part: Part, page: Page) -> Iterator[Block]:
        yield Heading("The definition", page.level)
        yield Listing(part.more["definition"].strip(), "text")
        length = read_given(part.more["given"]).length
        yield Sentence(f"For {length} = {_SHOWN} these are the objects:")
        yield Equations("", tuple(Line("", line) for line in _sequence(part, _SHOWN)))
        if part.answer:
            yield Heading("A procedure", page.level)
            answer = self.read(part, part.answer)
            yield Listing(part.answer.strip(), "python" if answer.strict else "text")
            judgement = self.judgement(part, part.answer)
            page.statuses.append(self.judged(part, part.answer).status)
            yield Sentence(_said(judgement))


def task(part: Part) -> Task:
    """What a part asks to build."""
    setting = read_given(part.more["given"])
    return Task(
        setting,
        read_construction(part.more["definition"], setting),
        part.more.get("result", ()),
        part.more.get("first", (0,)),
        part.more.get("spellings", {}),
    )


def _sequence(part: Part, last: int) -> list[str]:
    """The items of the sequence, each as an equation. Raises LegalityError where the definition gives none."""
    asked = task(part)
    try:
        items = asked.sequence(last, Terms())
    except Failure as failure:
        raise LegalityError(failure.message, failure.place, failure.hint) from None
    if len(items) != last + 1:
        hint = f"define items 0 to {asked.setting.length}"
        raise LegalityError(f"the definition gives {len(items)} items where there are {last + 1}", None, hint)
    name = _name(asked.definition, asked.names)
    return [f"{name}_{at} = {written(value)}" for at, value in enumerate(items)]


def _name(definition: Construction, names: tuple[str, ...]) -> str:
    """The name of the sequence that a definition makes: what it returns, or one of `names`, or h of h_0 and h_t."""
    nodes = list(walk(definition.body))
    returned = [n.value.name for n in nodes if isinstance(n, Return) and isinstance(n.value, Name)]
    made = {n.targets[0].name for n in nodes if isinstance(n, Assign) and isinstance(n.targets[0], Name)}
    for name in (*returned[-1:], *(name for name in names if name in made)):
        return name
    for node in nodes:
        if isinstance(node, Assign) and isinstance(target := node.targets[0], Item) and isinstance(target.base, Name):
            return target.base.name
    return "item"


def _reason(mistakes: tuple[Found, ...]) -> str:
    """The mistakes as one sentence, each with its place."""
    return "; ".join(f"{_place(m.finding.place)}{m.finding.message}" for m in mistakes)


def _place(place: object) -> str:
    line = getattr(place, "line", None)
    return f"line {line}: " if line else ""


def _said(judgement: Judgement) -> str:
    if not judgement.right:
        return f"REFUTED: {_reason(judgement.mistakes)}."
    which = "" if judgement.first == 0 else f", from item {judgement.first} on"
    longer = f"For every other length it does so {judgement.always}." if judgement.always else ""
    return (
        f"It was run for {judgement.lengths}: each time it builds the objects of the definition{which}. "
        f"{longer or 'Nothing is claimed of longer sequences.'}"
    )


KINDS = {"construct": Construct()}
