"""Chains of equations, as an author writes them to show something step by step.

    for b: Z.grad[b] = sum_j -p.grad[b, j] p[b, j]/Z[b]   # what stands behind # is the reason
                     = e[b]/Z[b]

A blank line ends a chain. Loops in front say for which indices it holds; a chain without holds for all values
of the indices that no sum in it binds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symgrad.calculus.activity import join
from symgrad.errors import Finding, Place, ReadingError, SymgradError
from symgrad.language.program import Expr, Program


@dataclass(frozen=True)
class Side:
    """One side of an equation: as written, as read, and why it equals the side before ("" where nothing is said)."""

    text: str
    expr: Expr
    reason: str = ""


@dataclass(frozen=True)
class Chain:
    """Sides that are said to be equal after `context` has run; `head` is the loops in front, as "for b, j"."""

    head: str
    sides: tuple[Side, ...]
    context: Program


def read_chains(text: str, context: Program, aliases: Mapping[str, str] | None = None) -> tuple[Chain, ...]:
    """The chains of a text, in terms of the tensors of a program; `aliases` are other spellings of these.

    Raises ReadingError with everything that cannot be read or has no meaning.

    >>> from symgrad.language.read import read_program
    >>> context = read_program("for b: y[b] += 2 x[b]")
    >>> (chain,) = read_chains("y[b]/2 = x[b]  # halved", context)
    >>> [(side.text, side.reason) for side in chain.sides]
    [('y[b]/2', ''), ('x[b]', 'halved')]
    """
    from symgrad.evidence.expressions import read_side

    found: list[Chain] = []
    findings: list[Finding] = []
    for piece in _paragraphs(text):
        sides: list[Side] = []
        own = join(context)
        ill_formed = list(_ill_formed(piece))
        findings += ill_formed
        for raw in () if ill_formed else piece.sides:
            try:
                expr, own = read_side(raw.text.replace("\n", " "), own, aliases)
                sides.append(Side(" ".join(raw.text.split()), expr, raw.reason if sides else ""))
            except SymgradError as error:
                findings += [_moved(finding, raw) for finding in error.findings]
        found.append(Chain(piece.head, tuple(sides), own))
    if not found:
        findings.append(Finding("there is no equation here", Place(1, 1), "write `left = right`"))
    if findings:
        raise ReadingError("", findings=findings, source=text)
    return tuple(found)


def _ill_formed(piece: _Paragraph) -> Iterator[Finding]:
    """What is wrong with a chain as a whole."""
    place = piece.sides[0].place if piece.sides else Place(piece.line, 1)
    if any(side.text.endswith(("+", "-", "−", "*", "/")) for side in piece.sides[:-1]):
        yield Finding("this is an update, not an equation", place, "an equation says that two sides are equal")
    elif len(piece.sides) < 2:
        yield Finding("this is no equation", place, "write `left = right`")
    if not _PLAIN_HEAD.fullmatch(piece.head):
        hint = "write `for b, j:`; what holds only for some values of an index is shown in another way"
        yield Finding("loops in front of an equation only name indices", Place(piece.line, 1), hint)


def shifted(finding: Finding, lines: int) -> Finding:
    """The finding, in a text that begins so many lines further down."""
    place = finding.place
    return replace(finding, place=place and replace(place, line=place.line + lines))


@dataclass(frozen=True)
class _Raw:
    """A side before it is read."""

    text: str
    place: Place
    reason: str


@dataclass(frozen=True)
class _Paragraph:
    head: str
    sides: tuple[_Raw, ...]
    line: int


_HEAD = re.compile(r"\s*for\s+(?P<colon>[^:=\[]*):|\s*for\s+(?P<bare>\w+(?:\s*,\s*\w+)*)(?=\s+\S)", re.IGNORECASE)
_PLAIN_HEAD = re.compile(r"(for \w+(\s*,\s*\w+)*)?")
_SIGN = re.compile(r"(?<![<>!=:])=(?!=)")


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """What blank lines part; a line of remarks alone gives the reason of the line below it."""
    rows: list[tuple[str, str]] = []
    above = ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        row, _, remark = line.partition("#")
        if row.strip():
            rows.append((row, f"{above} {remark.strip()}".strip()))
            above = ""
        elif remark:
            rows.append(("", ""))
            above = f"{above} {remark.strip()}".strip()
        else:
            if any(row.strip() for row, _ in rows):
                yield _split(rows, number - len(rows))
            rows, above = [], ""


def _split(rows: list[tuple[str, str]], line: int) -> _Paragraph:
    """The sides of a chain: what the signs = outside of brackets part."""
    whole = "\n".join(row for row, _ in rows)
    head = _HEAD.match(whole)
    begin = head.end() if head else 0
    cuts = [at.start() for at in _SIGN.finditer(whole, begin) if not _depth(whole, begin, at.start())]
    starts, ends = [begin, *(at + 1 for at in cuts)], [*cuts, len(whole)]
    spans = list(zip(starts, ends, strict=True))
    if not whole[begin : ends[0]].strip():
        spans = spans[1:]  # a chain that begins with = has no left side
    sides = tuple(_raw(whole, rows, line, *span) for span in spans)
    named = (head["colon"] or head["bare"]) if head else ""
    return _Paragraph(f"for {named.strip()}" if head else "", sides, line)


def _raw(whole: str, rows: list[tuple[str, str]], line: int, start: int, end: int) -> _Raw:
    """The side that stands between two offsets of the whole chain, which begins at `line` of the text."""
    part = whole[start:end]
    start += len(part) - len(part.lstrip())
    above = whole.count("\n", 0, start)
    last = whole.count("\n", 0, start + len(part.strip()))
    place = Place(line + above, start - (whole.rfind("\n", 0, start) + 1) + 1)
    reason = " ".join(remark for _, remark in rows[above : last + 1] if remark)
    return _Raw(part.strip(), place, reason)


def _depth(text: str, start: int, end: int) -> int:
    """How many brackets are open."""
    part = text[start:end]
    return sum(map(part.count, "([{")) - sum(map(part.count, ")]}"))


def _moved(finding: Finding, raw: _Raw) -> Finding:
    """The finding about a side that was read on one line, at its place in the chain's text."""
    inside = finding.place or Place(1, 1)
    before = raw.text[: inside.column - 1]
    below = before.count("\n")
    column = len(before) - before.rfind("\n") if below else raw.place.column + len(before)
    return replace(finding, place=Place(raw.place.line + below, column, inside.length))
