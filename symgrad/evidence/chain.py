"""Chains of equations, as a derivation is written down: each side judged against the one before.

    Z.grad[b] = -sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2
              = -(sum_j p[b, j] p.grad[b, j])/Z[b]
              = e[b]/Z[b]

A line that begins with `=`, or with an operator, goes on with the line above, and so does what
follows an open bracket, an operator or `=` at a line's end. Any other line begins another chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symgrad.errors import Finding, Place, ReadingError, SymgradError
from symgrad.evidence.expressions import read_side
from symgrad.evidence.judge import prove_equation
from symgrad.evidence.verdict import Verdict
from symgrad.language.program import Expr, Program

_OPEN, _CLOSE = "([{", ")]}"
_GOES_ON = "=+-−*·/^" + _OPEN
_CONTINUES = "=+-−*·/^" + _CLOSE


@dataclass(frozen=True)
class Link:
    """One equation of a chain: both sides as they are written, the verdict, and where the right side stands."""

    left: str
    right: str
    verdict: Verdict
    place: Place


@dataclass(frozen=True)
class Chain:
    """A judged chain of equations. True only where every link is proved."""

    links: tuple[Link, ...]

    @property
    def ok(self) -> bool:
        """Whether every link is proved."""
        return all(link.verdict for link in self.links)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = []
        for link in self.links:
            words = str(replace(link.verdict, compared=())).splitlines()
            lines += [f"line {link.place.line}: {link.left} = {link.right}", *(f"  {text}" for text in words)]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The chain for JSON."""
        links = [
            {
                "left": link.left,
                "right": link.right,
                "line": link.place.line,
                "column": link.place.column,
                **link.verdict.to_json(),
            }
            for link in self.links
        ]
        return {"ok": self.ok, "links": links}


def prove_chain(text: str, context: Program, *, budget: float = 2.0, aliases: Mapping[str, str] | None = None) -> Chain:
    """Judge every link of the chains of equations in a text; `prove_equation` says what is compared.

    Args:
        text: one or more chains.
        context: the program whose tensors they name.
        budget: seconds that the search for a proof of one link may take.
        aliases: other spellings of tensors.

    Raises:
        ReadingError, LegalityError: with the place in the text.
    """
    from symgrad.calculus.activity import join

    whole = join(context)
    links = []
    for sides in _chains(text):
        exprs: list[Expr] = []
        for side in sides:
            expr, whole = side.read(whole, aliases)
            exprs.append(expr)
        for at in range(1, len(sides)):
            verdict = prove_equation(exprs[at - 1], exprs[at], whole, budget=budget)
            links.append(Link(sides[at - 1].shown, sides[at].shown, verdict, sides[at].place))
    return Chain(tuple(links))


@dataclass(frozen=True)
class _Side:
    """One side: the whole text, and from where to where in it the side stands."""

    text: str
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where the side begins."""
        return self.at(0)

    @property
    def shown(self) -> str:
        """The side in one line."""
        return " ".join(self._line().split())

    def at(self, offset: int, length: int = 1) -> Place:
        """The place of a character of the side."""
        before = self.text[: self.start + offset]
        return Place(before.count("\n") + 1, len(before) - before.rfind("\n"), length)

    def read(self, context: Program, aliases: Mapping[str, str] | None) -> tuple[Expr, Program]:
        """The side's expression and the context with the indices it brings along."""
        try:
            return read_side(self._line(), context, aliases)
        except SymgradError as error:
            findings = [self._moved(finding) for finding in error.findings]
            raise type(error)("", findings=findings, source=self.text) from None

    def _line(self) -> str:
        """The side with line breaks and comments as blanks, so that columns stay offsets."""
        lines = self.text[self.start : self.end].split("\n")
        return " ".join(line.partition("#")[0].ljust(len(line)) for line in lines)

    def _moved(self, finding: Finding) -> Finding:
        place = finding.place
        return finding if place is None else replace(finding, place=self.at(place.column - 1, place.length))


def _chains(text: str) -> Iterator[list[_Side]]:
    """The sides of each chain of a text."""
    found = False
    for start, end in _blocks(text):
        marks = list(_equal_signs(text, start, end))
        if not marks:
            side = _trimmed(text, start, end)
            raise ReadingError(
                "there is no equation here", side.place, "write `left = right`, and more sides if you like", source=text
            )
        ends = zip([start, *(at + 1 for at in marks)], [*marks, end], strict=True)
        sides = [_trimmed(text, first, last) for first, last in ends]
        for side, mark in zip(sides, [marks[0], *marks], strict=True):
            if side.start >= side.end:
                raise ReadingError("a side of the equation is missing", _Side(text, mark, mark).place, source=text)
        yield sides
        found = True
    if not found:
        raise ReadingError("there is no equation", hint="write `left = right`", source=text)


def _trimmed(text: str, start: int, end: int) -> _Side:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return _Side(text, start, end)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each chain goes."""
    blocks: list[list[int]] = []
    at, depth, last = 0, 0, ""
    for line in text.split("\n"):
        code = line.partition("#")[0].strip()
        if code:
            if not blocks or not (depth > 0 or code[0] in _CONTINUES or last in _GOES_ON):
                blocks.append([at, at])
            last = code[-1]
            depth += sum(c in _OPEN for c in code) - sum(c in _CLOSE for c in code)
            blocks[-1][1] = at + len(line)
        at += len(line) + 1
    return ((start, end) for start, end in blocks)


def _equal_signs(text: str, start: int, end: int) -> Iterator[int]:
    """Where `=` stands between two sides: outside of brackets, comments and other signs."""
    depth, at = 0, start
    while at < end:
        here = text[at]
        if here == "#":
            at = text.find("\n", at) if "\n" in text[at:end] else end
            continue
        depth += (here in _OPEN) - (here in _CLOSE)
        if here == "=" and depth <= 0:
            before = text[at - 1] if at > start else ""
            if before and before in "+-−*/":
                hint = "an equation says that two sides are equal; loops stand in a program"
                raise ReadingError(
                    "this is an update, not an equation", _Side(text, at - 1, at).at(0, 2), hint, source=text
                )
            if before not in ("<", ">", "!", "=") and text[at + 1 : at + 2] != "=":
                yield at
        at += 1
