"""Equations between expressions, true ones and near misses, by which provers of equality are judged.

They stand in `tests/forms/true_identities.txt` and `false_identities.txt`, in blocks between blank lines: declarations,
then one equation a line, `name: left == right`. To add one, add its line.

An equation is meant for all sizes and all values that its declarations allow, off kinks and poles. The declarations may
hold statements too: then it is one of values after these have run. Free indices run over their own ranges.

What is false is false at almost every point of some part of the domain. An equation whose two sides are not defined at
the same points (`log(x y) = log(x) + log(y)` without signs) counts as false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.forms.edits import FORMS_FOLDER


@dataclass(frozen=True)
class Identity:
    """An equation, what it is about, and whether it holds."""

    name: str
    declarations: str
    left: str
    right: str
    true: bool

    def __str__(self) -> str:
        return f"{'true' if self.true else 'false'}: {self.name}"


def _stored(file: str, *, true: bool) -> Iterator[Identity]:
    text = (FORMS_FOLDER / file).read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for block in lines.split("\n\n"):
        rows = [line for line in block.splitlines() if line]
        declarations = "".join(f"{row}\n" for row in rows if " == " not in row)
        for row in rows:
            name, _, equation = row.partition(": ")
            left, found, right = equation.partition(" == ")
            if found:
                yield Identity(name, declarations, left, right, true)


IDENTITIES: list[Identity] = [
    *_stored("true_identities.txt", true=True),
    *_stored("false_identities.txt", true=False),
]
"""All equations."""
