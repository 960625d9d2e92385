"""A worked solution as data, and its writers: plain text, and Markdown as code hosts show it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

WIDTH = 100
"""The width of plain text; programs and equations keep their lines."""

_WIDEST = 120
"""The width of an equation and what is said of it, if both are to stand on one line."""


@dataclass(frozen=True)
class Heading:
    """A heading; 1 is the whole solution's."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Sentence:
    """A paragraph. What stands between backquotes is notation."""

    text: str


@dataclass(frozen=True)
class Listing:
    """A program, as text in the loop language, or in another one."""

    text: str
    language: str = "loops"


@dataclass(frozen=True)
class Line:
    """One line of a calculation: `sign` is "" for the first. `reason` says why, `verdict` what is known of the step."""

    sign: str
    text: str
    reason: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Equations:
    """A calculation; `head` is the loops for which it holds, as "for b", or ""."""

    head: str
    lines: tuple[Line, ...]


Block = Heading | Sentence | Listing | Equations


@dataclass(frozen=True)
class Solution:
    """A worked solution. `status` is the worst of the verdicts in it: "proved", "probable", "unknown" or "refuted";
    "derived" where nothing is claimed of the loops and they agree with numbers."""

    title: str
    blocks: tuple[Block, ...]
    status: str

    def text(self) -> str:
        """The solution as plain text."""
        return "\n\n".join("\n".join(_plain(block)) for block in self.blocks)

    def markdown(self) -> str:
        """The solution as Markdown."""
        return "\n\n".join("\n".join(_markdown(block)) for block in self.blocks)

    def to_json(self) -> dict[str, Any]:
        """The solution for JSON: its blocks as they are, each with its kind."""
        blocks = [{"kind": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]
        return {"title": self.title, "status": self.status, "blocks": blocks}

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Solution {self.title}: {self.status}>"

    def _repr_markdown_(self) -> str:
        return self.markdown()


_RULES = {1: "=", 2: "-"}


def _plain(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield text
            if level in _RULES:
                yield _RULES[level] * len(text)
        case Sentence(text):
            yield from textwrap.wrap(text.replace("`", ""), WIDTH, break_long_words=False, break_on_hyphens=False)
        case Listing(text, _):
            yield from (f"    {line}".rstrip() for line in text.splitlines())
        case Equations(head, lines):
            yield from (f"    {line}" for line in _calculation(head, lines))


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {text}"
        case Sentence(text):
            yield text
        case Listing(text, language):
            yield from (f"```{language}", *text.splitlines(), "```")
        case Equations(head, lines):
            yield from ("```text", *_calculation(head, lines), "```")


def _calculation(head: str, lines: tuple[Line, ...]) -> Iterator[str]:
    """The lines of a calculation, their signs below one another, reasons and verdicts behind them, or below."""
    if head:
        yield f"{head}:"
    indent = "  " if head else ""
    rows = [
        (f"{indent}{'  ' if line.sign else ''}{line.sign}{' ' if line.sign else ''}{line.text}", line) for line in lines
    ]
    width = max(len(row) for row, _ in rows)
    remarks = ["; ".join(words for words in (line.verdict, line.reason) if words) for line in lines]
    beside = width + 5 + max(map(len, remarks)) <= _WIDEST
    for (row, _), remark in zip(rows, remarks, strict=True):
        yield f"{row:<{width}}   # {remark}" if remark and beside else row
        if remark and not beside:
            yield f"{indent}        # {remark}"
