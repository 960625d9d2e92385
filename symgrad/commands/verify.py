"""`symgrad verify`: whether everything that problem files say holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from symgrad.commands.output import FORMAT, OK, REFUTED, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.course import Row

_COLUMNS = f"{'part':<24} {'verdict':<9} {'claims':<26} {'error':<8} seconds"


def verify(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.course import load_problem, problem_names
    from symgrad.course import verify as rows_of

    names = args.problems or problem_names(args.folder)
    problems = [load_problem(name, args.folder) for name in names]
    rows = []
    if not args.json:
        print(_COLUMNS)
    for problem in problems:
        for row in rows_of(problem):
            rows.append(row)
            if not args.json:
                print(_line(row), flush=True)
    wrong = sum(not row.ok for row in rows)
    if args.json:
        print_json({"format": FORMAT, "ok": not wrong, "rows": [row.to_json() for row in rows]})
    else:
        count = "1 part" if len(rows) == 1 else f"{len(rows)} parts"
        print(f"{count}, {wrong or 'none'} with something that is contradicted or undecided")
    return REFUTED if wrong else OK


def _line(row: Row) -> str:
    name = f"{row.problem}.{row.part}" if row.part else row.problem
    counts = Counter(claim.verdict.status for claim in row.claims)
    claims = ", ".join(f"{count} {status}" for status, count in counts.items()) or "none"
    error = "-" if row.error is None else f"{row.error:.0e}"
    line = f"{name:<24} {row.verdict:<9} {claims:<26} {error:<8} {row.seconds:.2f}"
    return line if row.ok else f"{line}\n  FAILS: {row.note}"
