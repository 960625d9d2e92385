"""Verifying a problem: everything that its file says is derived, proved, refuted or checked on numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from symgrad.course.claims import PROVED, REFUTED, Claim
from symgrad.course.judge import judged_program
from symgrad.course.kinds import kind
from symgrad.course.kinds.kind import Kind
from symgrad.course.problem import Part, Problem, Setting
from symgrad.errors import UsageError

DERIVED = "derived"
"""The verdict on a part that claims nothing and whose loops are not proved: they are checked on numbers."""


@dataclass(frozen=True)
class Row:
    """What is known of one part, as one document states it.

    Attributes:
        problem: the problem's name.
        part: the part's id, "" for the only one.
        source: the document, "" where the file names none.
        derived: what was derived, as text; "" where nothing is asked for that could be.
        verdict: "proved" where every claim is as it should be, or where there is none and the audit proves the
            loops, "derived" where it does not; else the status of the first claim that is not as it should be:
            "refuted", "probable" or "unknown". A known mistake that is proved makes it "refuted" too, since the
            file is contradicted.
        published: the status of what the document prints: "proved" where its solution is equal to what is derived,
            else that of the first thing which is not; "" where it prints no solution.
        error: the largest relative error of the derived loops on numbers; None where there was no such check.
        seconds: how long all of it took. What several documents have in common is counted in the first row.
        claims: the claims one by one: the author's, and the document's.
        audited: what another way says of the derived loops: for gradients forward mode, see `audit`; "" without loops.
        ok: whether everything is as it should be.
        note: why it is not, "" otherwise.
    """

    problem: str
    part: str
    source: str
    derived: str
    verdict: str
    published: str
    error: float | None
    seconds: float
    claims: tuple[Claim, ...]
    audited: str
    ok: bool
    note: str = ""

    @property
    def printed(self) -> tuple[Claim, ...]:
        """The claims about what the document prints."""
        return tuple(claim for claim in self.claims if claim.kind in ("published", "stated"))

    def to_json(self) -> dict[str, Any]:
        """The row for JSON, which has no infinity."""
        return {
            "problem": self.problem,
            "part": self.part,
            "source": self.source,
            "derived": self.derived,
            "verdict": self.verdict,
            "published": self.published,
            "error": self.error if self.error is None or self.error < float("inf") else None,
            "seconds": round(self.seconds, 3),
            "ok": self.ok,
            "audited": self.audited,
            "note": self.note,
            "claims": [
                {
                    "kind": c.kind,
                    "name": c.name,
                    "expected": c.expected,
                    "ok": c.ok,
                    "note": c.note,
                    **c.verdict.to_json(),
                }
                for c in self.claims
            ],
        }


def verify(problem: Problem) -> Iterator[Row]:
    """The rows of the problem's parts, one for each document that states the part, made when they are asked for.

    What a document says of the forward program stands in its first row.
    """
    left = list(problem.setting.stated)
    for part in problem.parts:
        for row in verify_part(part):
            own = [printed for printed in left if printed.source == row.source]
            left = [printed for printed in left if printed.source != row.source]
            yield _with(row, tuple(_stated_claims(problem.setting, own))) if own else row


def verify_part(part: Part) -> tuple[Row, ...]:
    """Derive what the part asks for, judge all it claims, and check the derived loops on numbers.

    A row for each document that states the part, in the order of the file.
    """
    began = time.perf_counter()
    question = kind(part.ask)
    derived, audited = question.derived(part), question.audited(part)
    common = (*question.claims(part), *_mistakes(part, question))
    error, fault = _on_numbers(part, question)
    faults = [fault] if fault else []
    if audited == REFUTED:
        faults.insert(0, "internal error: the derived loops are contradicted")
    rows: list[Row] = []
    for source in part.documents or ("",):
        printed = tuple(_published(part, question, source, first=not rows))
        verdict, notes = _summary((*common, *printed), audited)
        rows.append(
            Row(
                problem=part.setting.name,
                part=part.id,
                source=source,
                derived=derived,
                verdict=verdict,
                published=_status(printed),
                error=error,
                seconds=time.perf_counter() - began,
                claims=(*common, *printed),
                audited=audited,
                ok=not (notes or faults),
                note="; ".join((*notes, *faults)),
            )
        )
        began = time.perf_counter()
    return tuple(rows)


def _mistakes(part: Part, question: Kind) -> Iterator[Claim]:
    from symgrad.evidence.simpler import witnesses_as_found

    for mistake in part.mistakes:
        with witnesses_as_found():
            verdict = question.judged(part, mistake.answer)
        yield Claim("mistake", mistake.name, REFUTED, verdict, note=mistake.feedback)


def _published(part: Part, question: Kind, source: str, first: bool) -> Iterator[Claim]:
    """What a document prints; what names none goes with the first document."""
    for printed in part.published:
        if printed.source == source or (first and not printed.source):
            verdict = question.judged(part, printed.answer)
            yield Claim("published", printed.source, printed.verdict, verdict, source, printed.note)


def _stated_claims(setting: Setting, wordings: list[Any]) -> Iterator[Claim]:
    asked = Part(setting, id="", ask="show")
    for printed in wordings:
        verdict = judged_program(asked, printed.answer)
        yield Claim("stated", printed.source, printed.verdict, verdict, printed.source, printed.note)


def _with(row: Row, claims: tuple[Claim, ...]) -> Row:
    """The row with further claims about what its document prints."""
    verdict, notes = _summary(claims, "")
    return replace(
        row,
        claims=(*row.claims, *claims),
        published=_status((*row.printed, *claims)),
        verdict=row.verdict if not notes or not row.ok else verdict,
        ok=row.ok and not notes,
        note="; ".join((*((row.note,) if row.note else ()), *notes)),
    )


def _summary(claims: tuple[Claim, ...], audited: str) -> tuple[str, list[str]]:
    """The verdict on some claims, and what is not as it should be."""
    wrong = [claim for claim in claims if not claim.ok]
    if wrong:
        return REFUTED if wrong[0].verdict.status == PROVED else wrong[0].verdict.status, [str(c) for c in wrong]
    return PROVED if claims or audited == PROVED else DERIVED, []


def _status(printed: tuple[Claim, ...]) -> str:
    """What is known of what a document prints: the first status that is not "proved".

    A wording of the question that is right is no solution, and does not count.
    """
    statuses = [c.verdict.status for c in printed if c.kind == "published" or c.verdict.status != PROVED]
    return next((status for status in statuses if status != PROVED), PROVED) if statuses else ""


def _on_numbers(part: Part, question: Kind) -> tuple[float | None, str]:
    """The largest error of the derived loops on numbers, and what is wrong with them or the check."""
    try:
        report = question.numeric(part)
    except UsageError as error:
        return None, f"no check on numbers could be made: {error.message}"
    if report is None:
        return None, ""
    return report.largest_error, "" if report.ok else f"internal error: the numbers contradict the derivation {report}"
