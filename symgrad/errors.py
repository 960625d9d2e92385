"""What goes wrong, said to people: a sentence, a place with a caret, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a source text: line and column count from 1, length in characters."""

    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the sentence, where, and a hint at the remedy."""

    message: str
    place: Place | None = None
    hint: str = ""


class SymgradError(Exception):
    """Base of all errors a user can cause.

    `message` says what is wrong, `place` where (or None), `hint` what to do (or ""). An error may
    carry several findings; the first one gives message, place and hint. `str(error)` shows every
    finding with its source line and a caret.
    """

    def __init__(
        self,
        message: str,
        place: Place | None = None,
        hint: str = "",
        *,
        source: str = "",
        name: str = "",
        findings: Sequence[Finding] = (),
    ) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings) or (Finding(message, place, hint),)
        self.message = self.findings[0].message
        self.place = self.findings[0].place
        self.hint = self.findings[0].hint
        self.source = source
        self.name = name
        super().__init__(self.message)

    def __str__(self) -> str:
        return "\n".join(show_finding(finding, self.source, self.name) for finding in self.findings)


class ReadingError(SymgradError):
    """The text cannot be read as the loop language."""


class LegalityError(SymgradError):
    """The text reads, but what it says has no meaning: an unbound index, an unknown tensor, ..."""


class UsageError(SymgradError):
    """A function or command was asked for something that it cannot do with what it was given."""


def show_finding(finding: Finding, source: str = "", name: str = "") -> str:
    """The finding as text: `name:line:column: sentence`, the source line, a caret, the hint.

    >>> print(show_finding(Finding("unknown tensor q", Place(1, 9), "declare it"), "Z[b] += q[b]"))
    1:9: unknown tensor q
        Z[b] += q[b]
                ^
      hint: declare it
    """
    head = [part for part in (name, str(finding.place) if finding.place else "") if part]
    lines = [": ".join([":".join(head), finding.message]) if head else finding.message]
    if finding.place is not None and source:
        lines += _caret(finding.place, source)
    if finding.hint:
        lines.append(f"  hint: {finding.hint}")
    return "\n".join(lines)


_WINDOW = 100  # characters of a source line that are shown at most


def _caret(place: Place, source: str) -> list[str]:
    rows = source.splitlines()
    if not 1 <= place.line <= len(rows):
        return []
    row, at = rows[place.line - 1].replace("\t", " "), place.column - 1
    start = max(0, at - _WINDOW // 2) if len(row) > _WINDOW else 0
    shown, at = row[start : start + _WINDOW], at - start
    marks = "^" * max(1, min(place.length, len(shown) - at))
    return [f"    {shown}", f"    {' ' * _width(shown[:at])}{marks}"]


def _width(text: str) -> int:
    """How many columns the text takes in a terminal; combining marks take none."""
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 1 for c in text)
