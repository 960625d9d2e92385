"""`symgrad solve`: the worked solution of a problem or of a part of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from symgrad.commands.output import FORMAT, OK, REFUTED, UNDECIDED, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.course import Part, Problem


def solve(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.course import solve as solution_of

    question = _question(args.problem, args.folder)
    solution = solution_of(question)
    if args.json:
        print_json({"format": FORMAT, "problem": args.problem, **solution.to_json()})
    else:
        text = solution.markdown() if args.format == "md" else solution.text()
        if args.output is None or args.output == "-":
            print(text)
        else:
            _write(args.output, text)
    return {"proved": OK, "derived": OK, "refuted": REFUTED}.get(solution.status, UNDECIDED)


def _question(name: str, folder: str | None) -> Problem | Part:
    """The problem of this name, or the part of it that is named behind a dot."""
    from symgrad.course import load_problem, problem_names

    problem, _, part = name.rpartition(".")
    whole = not problem or part == "toml" or "/" in part or name in problem_names(folder)
    return load_problem(name, folder) if whole else load_problem(problem, folder).part(part)


def _write(file: str, text: str) -> None:
    from symgrad.errors import UsageError

    try:
        Path(file).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {file!r}: {(error.strerror or str(error)).lower()}") from error
