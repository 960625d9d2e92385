"""Small edits of a program's text that make it wrong, written short."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FORMS_FOLDER = Path(__file__).parent

Written = tuple[str, str, str] | tuple[str, int] | tuple[str, int, int] | tuple[str, str, str, Literal["illegal"]]
"""An edit as it is written in a list: what is wrong, and old and new text, or the numbers of one or two statements.

One statement is left out, two change places, after which something is read before it is complete.
"""


@dataclass(frozen=True)
class Edit:
    """What is wrong after `old` has everywhere become `new`.

    What is `illegal` after it is refused when it is read, and wrong when it is run as it is written.
    """

    what: str
    old: str
    new: str
    illegal: bool = False

    def of(self, text: str) -> str:
        """The text after the edit, which must change something."""
        assert self.old in text, f"{self.what}: there is no {self.old!r}"
        changed = text.replace(self.old, self.new)
        assert changed != text, f"{self.what}: nothing changes"
        return changed

    def __str__(self) -> str:
        return self.what


def statements_of(text: str) -> list[str]:
    """The lines that are no comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def edits_of(text: str, written: Iterable[Written]) -> tuple[Edit, ...]:
    """Edits of a text whose statements stand on one line each; a statement's number counts from 1."""
    edits = tuple(_edit(statements_of(text), entry) for entry in written)
    assert len({edit.what for edit in edits}) == len(edits), "two edits have one name"
    for edit in edits:
        edit.of(text)
    return edits


def _edit(lines: list[str], written: Written) -> Edit:
    match written:
        case (str(what), str(old), str(new)):
            return Edit(what, old, new)
        case (str(what), str(old), str(new), "illegal"):
            return Edit(what, old, new, illegal=True)
        case (str(what), int(at)):
            return Edit(what, lines[at - 1] + "\n", "")
        case (str(what), int(first), int(second)):
            assert first < second
            between = lines[first - 1 : second]
            swapped = [between[-1], *between[1:-1], between[0]]
            return Edit(what, "\n".join(between) + "\n", "\n".join(swapped) + "\n", illegal=True)
    raise TypeError(f"not an edit: {written!r}")
