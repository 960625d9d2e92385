"""Tables of costs in worked texts: what the forward program takes, the derived loops, and loops of the author's own.

A fence `costs` names the columns of its table, one a line: `forward`, `derived`, or a name with a colon and indented
loops below it, which have to add the same gradients as the derived ones:

    derived
    by hand:
        for b, j: s.grad[b, j] += ...
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symgrad.cost.operations import operations, table
from symgrad.course.claims import PROVED, Claim
from symgrad.course.judge import judged_program
from symgrad.course.problem import Part
from symgrad.course.question import derived, read_answer
from symgrad.errors import Finding, Place, ReadingError, SymgradError
from symgrad.language.program import Program

FORWARD, DERIVED = "forward", "derived"
"""The columns that need no loops."""


@dataclass(frozen=True)
class Column:
    """A column of the table: its heading, the loops of the author ("" where it needs none), the line they begin in."""

    name: str
    loops: str
    line: int


def columns(text: str) -> tuple[Column, ...]:
    """The columns that the text of a fence names.

    Raises ReadingError for what is none.

    >>> [(c.name, c.loops) for c in columns("derived\\nby hand:\\n  c = 2")]
    [('derived', ''), ('by hand', 'c = 2')]
    """
    found: list[Column] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        heading = lines[at].strip()
        start = at = at + 1
        if not heading:
            continue
        while at < len(lines) and (lines[at][:1].isspace() or not lines[at].strip()):
            at += 1
        loops = textwrap.dedent("\n".join(lines[start:at])).strip("\n")
        name = heading.removesuffix(":").strip()
        if bool(loops.strip()) != heading.endswith(":") or (not loops.strip() and name not in (FORWARD, DERIVED)):
            hint = "write forward, derived, or a name with a colon and indented loops below it"
            raise ReadingError("this names no column of costs", Place(start, 1, len(heading)), hint, source=text)
        found.append(Column(name, loops if loops.strip() else "", start + 1))
    names = [column.name for column in found]
    for column in found:
        if names.count(column.name) > 1:
            message = f"two columns have the name {column.name!r}"
            raise ReadingError(message, Place(column.line - 1, 1), source=text)
    return tuple(found)


def programs(part: Part, text: str) -> dict[str, Program]:
    """The programs of the columns.

    Raises ReadingError or LegalityError for loops that are not right, with places in the text of the fence.
    """
    asked = _backward(part)
    return {column.name: _program(asked, column, text) for column in columns(text)}


def cost_claims(part: Part, text: str) -> Iterator[Claim]:
    """That the author's own loops add the same gradients as the derived ones."""
    for column in columns(text):
        if column.loops:
            yield Claim("program", column.name, PROVED, judged_program(_backward(part), column.loops))


def cost_table(part: Part, text: str) -> str:
    """The table as text, its columns below one another."""
    named = programs(part, text)
    rows = [*table(named), *_memory(named)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)


def _memory(named: Mapping[str, Program]) -> Iterator[tuple[str, ...]]:
    """The rows that tell how memory is used: cells read and written, passes over the largest arrays."""
    costs = [operations(program) for program in named.values()]
    yield ("cells read", *(str(cost.reads) for cost in costs))
    yield ("cells written", *(str(cost.writes) for cost in costs))
    yield ("passes", *(str(cost.passes) for cost in costs))


def _backward(part: Part) -> Part:
    """The question for the gradients of all that the forward program is given."""
    return replace(part, ask="loops", answer="", statements=(), wrt=())


def _program(asked: Part, column: Column, text: str) -> Program:
    if not column.loops:
        return asked.setting.forward if column.name == FORWARD else derived(asked)
    try:
        return read_answer(asked, column.loops, check=True)
    except SymgradError as error:
        moved = [_moved(finding, column, text) for finding in error.findings]
        raise type(error)("", findings=moved, source=text) from None


def _moved(finding: Finding, column: Column, text: str) -> Finding:
    """A finding about a column's loops, with its place in the whole text."""
    if finding.place is None:
        return finding
    line = finding.place.line + column.line - 1
    row = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    indent = len(row) - len(row.lstrip())
    first = column.loops.splitlines()[finding.place.line - 1] if finding.place.line else ""
    return replace(finding, place=Place(line, finding.place.column + indent - _indent(first), finding.place.length))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
