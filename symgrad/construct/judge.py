"""Whether a construction builds what it should: the terms of both are compared, for each length up to a bound.

Whole numbers in the text up to `MOST_LENGTH` are tried as lengths too, with their neighbours. For texts of a plain form
the rest is shown by induction (`induction.py`); of others nothing is claimed for longer sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.construct import syntax as s
from symgrad.construct.diagnosis import Case, explained
from symgrad.construct.induction import for_every_length
from symgrad.construct.run import Built, Task, build
from symgrad.construct.terms import Terms, written
from symgrad.construct.values import Event, Value
from symgrad.errors import Finding

LENGTHS = range(13)
"""The last numbers of the given sequences for which a construction is run."""

MOST_LENGTH = 30

_TELLING = 4
"""A length at which mistakes can be told apart."""


@dataclass(frozen=True)
class Found:
    """A mistake: its kind, and what is said of it."""

    kind: str
    finding: Finding


@dataclass(frozen=True)
class Judgement:
    """What is known of a construction.

    Attributes:
        right: whether it builds what it should for all lengths that were tried; None where that cannot be told.
        lengths: the lengths that were tried, in words; for a wrong one the first at which it is wrong.
        mistakes: what is wrong, the first one first.
        remarks: what is worth saying of a right one.
        difference: where a wrong one differs first, in words.
        first: the number of the item that a right result begins with.
        always: why a right one is right for every length; "" where that is not shown.
    """

    right: bool | None
    lengths: str
    mistakes: tuple[Found, ...] = ()
    remarks: tuple[Finding, ...] = ()
    difference: str = ""
    first: int = 0
    always: str = ""


def judge(task: Task, construction: s.Construction) -> Judgement:
    """Run a construction for each length, compare what it builds, and find out what is wrong with it.

    Raises Failure where the task's own definition fails.
    """
    terms = Terms()
    lengths = lengths_for(task, construction)
    accepted = set(task.first)
    remarks: dict[Event, None] = {}
    for last in lengths:
        expected = task.sequence(last, terms)
        built = build(construction, task, last, terms)
        remarks |= dict.fromkeys(built.events)
        fitting = {first for first in task.first if built.failure is None and built.items == expected[first:]}
        if not fitting:
            return _wrong(task, construction, last, terms, built)
        accepted &= fitting
    if not accepted:
        message = "the list begins with another item for some lengths than for others"
        return Judgement(False, in_words(task, lengths), (Found("begin", Finding(message)),), difference=message)
    said = tuple(Finding(e.message, e.place, e.hint) for e in remarks if e.kind in ("grown", "wrapped"))
    said += tuple(Finding(remark) for remark in construction.remarks)
    always = for_every_length(task, construction)
    return Judgement(True, in_words(task, lengths), remarks=said, first=min(accepted), always=always)


def lengths_for(task: Task, construction: s.Construction) -> tuple[int, ...]:
    """The last numbers that are tried: all small ones, and those about whole numbers of the text."""
    literals = {n.value for n in s.walk(construction.body) if isinstance(n, s.Literal) and type(n.value) is int}
    near = {n + d for n in literals if isinstance(n, int) and n <= MOST_LENGTH for d in (-2, -1, 0, 1, 2)}
    return tuple(sorted({*LENGTHS, *(n for n in near if n > LENGTHS[-1])}))


def in_words(task: Task, lengths: Sequence[int]) -> str:
    """The lengths, as `T = 0 .. 12`."""
    text = f"{task.setting.length} = {LENGTHS[0]} .. {LENGTHS[-1]}"
    more = [str(n) for n in lengths if n not in LENGTHS]
    return f"{text} and {', '.join(more)}" if more else text


def _wrong(task: Task, construction: s.Construction, last: int, terms: Terms, built: Built) -> Judgement:
    """What is wrong with a construction that fails, or builds something else, for one length."""
    tried = f"{task.setting.length} = {last}"
    if built.failure is not None and built.failure.kind == "result":
        return Judgement(None, tried, (Found("result", built.failure.finding),))
    expected = task.sequence(last, terms)
    difference = _difference(f"at {tried}", built, expected, task)
    mistakes = _explained(task, construction, last, terms, built) or [Found("different", Finding(difference))]
    return Judgement(False, tried, tuple(mistakes), difference=difference)


def _explained(task: Task, construction: s.Construction, last: int, terms: Terms, built: Built) -> list[Found]:
    """The mistakes of a wrong construction: what stopped it, what it overwrote, and how its result differs."""
    failure = built.failure
    if failure is not None and failure.kind in ("endless", "size"):
        return [Found(failure.kind, failure.finding)]
    forgiven = build(construction, task, last, terms, forgiving=True)
    said: dict[str, Found] = {}
    for event in built.events:
        if event.kind == "overwritten" and (failure is not None or forgiven.items != built.items):
            said["overwritten"] = _of_event(event)
    if failure is not None and ("overwritten" not in said or forgiven.failure is not None):
        said[failure.kind] = Found(failure.kind, failure.finding)
    for event in (*built.events, *forgiven.events):
        if event.kind in ("none", "wrapped") or (event.kind == "grown" and "assign" not in said):
            said.setdefault(event.kind, _of_event(event))
    if forgiven.failure is not None and failure is not None:
        said.setdefault(forgiven.failure.kind, Found(forgiven.failure.kind, forgiven.failure.finding))
    for length in (max(last, _TELLING), last):
        case = _case(task, construction, length, terms)
        if case is not None:
            for kind, finding in explained(case):
                said.setdefault(kind, Found(kind, finding))
            break
    return list(said.values())


def _of_event(event: Event) -> Found:
    return Found(event.kind, Finding(event.message, event.place, event.hint))


def _case(task: Task, construction: s.Construction, last: int, terms: Terms) -> Case | None:
    """What a forgiven run builds beside what it should, for a length; None where it fails."""
    built = build(construction, task, last, terms, forgiving=True)
    if built.failure is not None:
        return None
    return Case(task.setting, construction, task.first, last, terms, built.items, task.sequence(last, terms))


def _difference(at: str, built: Built, expected: Sequence[Value], task: Task) -> str:
    """Where a result differs first."""
    if built.failure is not None:
        return f"{at}: {built.failure.message}"
    first = min(task.first, key=lambda n: abs(len(expected) - n - len(built.items)))
    wanted = expected[first:]
    for number, (got, want) in enumerate(zip(built.items, wanted, strict=False), start=first):
        if got is not want:
            return f"{at}: item {number} should be {written(want)}, but is {written(got)}"
    count = f"{len(built.items)} item{'' if len(built.items) == 1 else 's'}"
    return f"{at}: {count} where there should be {len(wanted)}, up to {written(wanted[-1]) if wanted else 'none'}"
