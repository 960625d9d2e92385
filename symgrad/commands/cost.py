"""`symgrad cost`: the operations, passes and depth of programs, beside one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.commands.output import FORMAT, OK, print_json

if TYPE_CHECKING:
    import argparse

    from symgrad.language.program import Program


def cost(args: argparse.Namespace) -> int:
    """Run the command; give its exit code."""
    from symgrad.commands.prove import read_program_file
    from symgrad.cost.operations import operations
    from symgrad.cost.span import span
    from symgrad.files import load

    forward = None if args.forward is None else load(args.forward)
    programs = {path: read_program_file(path, forward, []) for path in args.files}
    if args.json:
        found = [
            {"file": path, **operations(program).to_json(), "span": span(program).to_json()}
            for path, program in programs.items()
        ]
        print_json({"format": FORMAT, "programs": found})
    else:
        print("\n".join(_table(programs)))
    return OK


def _table(programs: dict[str, Program]) -> list[str]:
    """The rows of operations, and below them passes and depth, in columns."""
    from symgrad.cost.operations import operations, table
    from symgrad.cost.span import span

    costs = [operations(program) for program in programs.values()]
    spans = [span(program) for program in programs.values()]
    rows = table(programs)
    rows.append(("passes", *(str(cost.passes) for cost in costs)))
    rows.append(("depth, sums as trees", *(f"at most {found.tree}" for found in spans)))
    rows.append(("depth, sums term by term", *(f"at most {found.sequential}" for found in spans)))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [line.rstrip() for line in lines]
