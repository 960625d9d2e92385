"""Texts of people with notation in it: paragraphs, fenced programs and equations.

A fence is a line of three backquotes with `loops`, `equations` or `costs` behind them, up to the next line of
three backquotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.errors import Place, ReadingError

KINDS = ("loops", "equations", "costs")
"""What may stand in a fence."""

_FENCE = re.compile(r"\s*```\s*(\S*)\s*$")


@dataclass(frozen=True)
class Piece:
    """A paragraph ("prose"), a program ("loops"), "equations" or columns of "costs", from `line` on."""

    kind: str
    text: str
    line: int


def pieces(text: str) -> tuple[Piece, ...]:
    """The paragraphs and fences of a text.

    Raises ReadingError for a fence of another kind, without content or without end.

    >>> [(piece.kind, piece.text) for piece in pieces("See:\\n```loops\\nc = 2\\n```\\nDone.")]
    [('prose', 'See:'), ('loops', 'c = 2'), ('prose', 'Done.')]
    """
    found: list[Piece] = []
    lines = text.splitlines()
    start, kind = 0, "prose"
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if kind == "prose":
            found += _paragraphs(lines, start, at)
            kind = fence[1]
            if kind not in KINDS:
                hint = f"write ``` and one of {', '.join(KINDS)}"
                raise ReadingError(f"a fence of kind {kind!r}", Place(at + 1, 1, len(line)), hint, source=text)
        else:
            body = "\n".join(lines[start:at])
            if fence[1] or not body.strip():
                said = "this fence begins inside another" if fence[1] else "there is nothing in this fence"
                raise ReadingError(said, Place(at + 1, 1, len(line)), source=text)
            found.append(Piece(kind, body, start + 1))
            kind = "prose"
        start = at + 1
    if kind != "prose":
        raise ReadingError("this fence has no end", Place(start, 1), "end it with a line of ```", source=text)
    return (*found, *_paragraphs(lines, start, len(lines)))


def _paragraphs(lines: list[str], start: int, end: int) -> Iterator[Piece]:
    """The paragraphs of some lines: what blank lines part, each on one line."""
    words: list[str] = []
    first = start
    for at in range(start, end + 1):
        line = lines[at].strip() if at < end else ""
        if line:
            first = first if words else at
            words.append(line)
        elif words:
            yield Piece("prose", " ".join(words), first + 1)
            words = []
