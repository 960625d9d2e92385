"""`symgrad verify`: whether everything that problem files say holds."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from symgrad.commands.output import FORMAT, OK, REFUTED, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.course import Row
    from symgrad.course.claims import Claim

_WIDTH = 110
_COLUMNS = (
    f"{'part':<24} {'document':<8} {'derived':<7} {'verdict':<9} {'published':<9} {'claims':<26} {'error':<7} seconds"
)


def verify(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.course import load_problem, problem_names
    from symgrad.course import verify as rows_of

    names = args.problems or problem_names(args.folder)
    problems = [load_problem(name, args.folder) for name in names]
    rows = []
    documents: dict[str, str] = {}
    if not args.json:
        print(_COLUMNS)
    for problem in problems:
        for row in rows_of(problem):
            rows.append(row)
            if not args.json:
                if row.source:
                    documents.setdefault(row.source, f"[{len(documents) + 1}]")
                print("\n".join(_lines(row, documents.get(row.source, ""))), flush=True)
    wrong = sum(not row.ok for row in rows)
    if args.json:
        print_json({"format": FORMAT, "ok": not wrong, "rows": [row.to_json() for row in rows]})
    else:
        for source, number in documents.items():
            print(f"{number} {source}")
        count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        print(f"{count}, {wrong or 'none'} with something that is contradicted or undecided")
    return REFUTED if wrong else OK


def _lines(row: Row, document: str) -> Iterator[str]:
    """The row of the table, and below it why what the document prints is refuted and what is not as it should be."""
    name = f"{row.problem}.{row.part}" if row.part else row.problem
    counts = Counter(claim.verdict.status for claim in row.claims)
    claims = ", ".join(f"{count} {status}" for status, count in counts.items()) or "none"
    error = "-" if row.error is None else f"{row.error:.0e}"
    published = {"proved": "equal", "": "-"}.get(row.published, row.published)
    derived = "yes" if row.derived else "-"
    known = f"{derived:<7} {row.verdict:<9} {published:<9} {claims:<26} {error:<7}"
    yield f"{name:<24} {document:<8} {known} {row.seconds:.2f}"
    for claim in row.printed:
        if claim.ok and claim.verdict.status != "proved":
            what = "solution" if claim.kind == "published" else "wording"
            why = "; ".join(filter(None, (claim.verdict.reason, claim.note))) or "it does not compute the same"
            yield from _wrapped(f"published {what} refuted: {why}")
    if not row.ok:
        yield from _wrapped(f"FAILS: {row.note}")
        told = (_witness(claim) for claim in row.claims if not claim.ok and claim.verdict.witness)
        yield from (f"    {line}" for line in next(told, "").splitlines())


def _witness(claim: Claim) -> str:
    """Where what a file says of a program or an equation fails."""
    witness = claim.verdict.witness
    if witness is None:
        return ""
    named = {"published": "the published answer", "stated": "the wording", "equation": ""}
    whose = named.get(claim.kind, f"the {claim.kind}")
    return witness.told("what is asked for", whose) if whose and witness.tensor else str(witness)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
