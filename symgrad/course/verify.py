"""Verifying a problem: everything that its file says is derived, proved, refuted or checked on numbers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symgrad.course.audit import audit
from symgrad.course.judge import PROVED, REFUTED, Claim, claims, numeric_check
from symgrad.course.problem import Part, Problem
from symgrad.course.question import derived, is_backward
from symgrad.errors import UsageError
from symgrad.language.write import write_program

DERIVED = "derived"
"""The verdict on a part that claims nothing and whose loops are not proved: they are checked on numbers."""


@dataclass(frozen=True)
class Row:
    """What is known of one part.

    Attributes:
        problem: the problem's name.
        part: the part's id, "" for the only one.
        source: the documents it comes from.
        derived: the loops that were derived, as text; "" where none are asked for.
        verdict: "proved" where every claim is as it should be, or where there is none and the audit proves the
            loops, "derived" where it does not; else the status of the first claim that is not as it should be:
            "refuted", "probable" or "unknown". A known mistake that is proved makes it "refuted" too, since the
            file is contradicted.
        error: the largest relative error of the derived loops on numbers; None where there was no such check.
        seconds: how long all of it took.
        claims: the claims one by one.
        audited: what reverse against forward mode says of the derived loops, see `audit`; "" without loops.
        ok: whether everything is as it should be.
        note: why it is not, "" otherwise.
    """

    problem: str
    part: str
    source: str
    derived: str
    verdict: str
    error: float | None
    seconds: float
    claims: tuple[Claim, ...]
    audited: str
    ok: bool
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The row for JSON, which has no infinity."""
        return {
            "problem": self.problem,
            "part": self.part,
            "source": self.source,
            "derived": self.derived,
            "verdict": self.verdict,
            "error": self.error if self.error is None or self.error < float("inf") else None,
            "seconds": round(self.seconds, 3),
            "ok": self.ok,
            "audited": self.audited,
            "note": self.note,
            "claims": [
                {"kind": c.kind, "name": c.name, "expected": c.expected, "ok": c.ok, **c.verdict.to_json()}
                for c in self.claims
            ],
        }


def verify(problem: Problem) -> Iterator[Row]:
    """A row for each part of the problem, made when it is asked for."""
    return map(verify_part, problem.parts)


def verify_part(part: Part) -> Row:
    """Derive what the part asks for, judge all it claims, and check the derived loops on numbers."""
    began = time.perf_counter()
    loops, audited = "", ""
    if is_backward(part):
        loops, audited = write_program(derived(part), declarations=False).rstrip(), audit(part).status
    made = tuple(claims(part))
    wrong = [claim for claim in made if not claim.ok]
    verdict, notes = PROVED if made or audited == PROVED else DERIVED, [str(claim) for claim in wrong]
    if wrong:
        verdict = REFUTED if wrong[0].verdict.status == PROVED else wrong[0].verdict.status
    if audited == REFUTED:
        notes.append("internal error: forward mode contradicts the derived loops")
    error, fault = _on_numbers(part)
    notes += [fault] if fault else []
    return Row(
        problem=part.setting.name,
        part=part.id,
        source="; ".join(part.setting.source),
        derived=loops,
        verdict=verdict,
        error=error,
        seconds=time.perf_counter() - began,
        claims=made,
        audited=audited,
        ok=not notes,
        note="; ".join(notes),
    )


def _on_numbers(part: Part) -> tuple[float | None, str]:
    """The largest error of the derived loops on numbers, and what is wrong with them or the check."""
    try:
        report = numeric_check(part)
    except UsageError as error:
        return None, f"no check on numbers could be made: {error.message}"
    if report is None:
        return None, ""
    return report.largest_error, "" if report.ok else f"internal error: the numbers contradict the derivation {report}"
