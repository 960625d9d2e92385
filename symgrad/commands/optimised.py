"""What `symgrad derive --optimise` prints: the cheaper loops, the steps to them, both costs, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.language.program import Program
    from symgrad.optimise import Optimised


def lines_of(found: Optimised, plain: Program, style: str) -> list[str]:
    """The lines that are printed after the plain loops."""
    from symgrad.language.write import write_program

    loops = write_program(found.program, style, declarations=False).rstrip()
    steps = [f"# {number}. {step}" for number, step in enumerate(found.steps, start=1)]
    said = [f"# {line}" for line in str(found.verdict).splitlines()]
    lines = ["", "# backward, optimised", loops or "# nothing to add"]
    if found.reason:
        lines.append(f"# {found.reason}")
    lines += ["", "# steps", *steps] if steps else []
    lines += ["", "# equal to the plain loops", *said]
    return [*lines, "", "# cost", *_costs(found, plain)]


def _costs(found: Optimised, plain: Program) -> list[str]:
    """Both costs side by side."""
    from symgrad.cost.operations import table

    costs = (found.cost_before, found.cost_after)
    rows = table({"plain": plain, "optimised": found.program})
    rows += [("passes", *(str(cost.passes) for cost in costs))]
    rows += [("temporaries", *(str(cost.temporaries) for cost in costs))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [f"# {line}".rstrip() for line in padded]
