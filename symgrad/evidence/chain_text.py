"""Chains of equations and inequalities as they are written down: where they begin, their sides, signs and reasons.

    for b: Z.grad[b] = -sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2
                     = -(sum_j p[b, j] p.grad[b, j])/Z[b]        # since exp(s[b, j]) = p[b, j] Z[b]
                     = e[b]/Z[b]

    H(P,Q) - H(P) = KL(P,Q) >= 0

A line that begins with a sign or an operator goes on with the line above, and so does what follows an open bracket or
a sign at a line's end. Any other line begins another chain, and so does what follows a blank line. Loops in front of a
chain are for the reader. What stands behind `#` is the reason of the sides in its line, a line of remarks alone that
of the line below. A line break of LaTeX, two backslashes, ends a line too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeVar

from symgrad.calculus.activity import join
from symgrad.errors import Finding, Place, ReadingError, SymgradError
from symgrad.evidence.expressions import read_side
from symgrad.evidence.inequalities.facts import RELATIONS
from symgrad.language.program import Expr, Program

_OPEN, _CLOSE = "([{", ")]}"
_OPERATORS = "+-−*·/^"
_HEAD = re.compile(r"\s*for\s+(?P<colon>[^:=\[]*):|\s*for\s+(?P<bare>\w+(?:\s*,\s*\w+)*)(?=\s+\S)", re.IGNORECASE)
_PLAIN_HEAD = re.compile(r"\w+(\s*,\s*\w+)*")
_SIGN = re.compile(r"<=|>=|!=|==|:=|[-+−*/]=|[=<>≤≥⩽⩾]|\\(?:le|ge)(?:q|qslant)?(?![A-Za-z])")
_LATEX = {rf"\{word}{end}": op for word, op in (("le", "<="), ("ge", ">=")) for end in ("", "q", "qslant")}
_GOES_ON = re.compile(rf"(?:[{re.escape(_OPERATORS + _OPEN)}]|{_SIGN.pattern})$")
_CONTINUES = re.compile(rf"(?:[{re.escape(_OPERATORS + _CLOSE)}]|{_SIGN.pattern})")

_FRAME = re.compile(r"\\(?:begin|end)\{\w+\*?\}(?:\[\w*\])?|&|\\[\[\]]|\$", re.MULTILINE)
_BREAK = re.compile(r"\\\\(?:\[[\d.]+[a-z]*\])?(?=[\s&\\]|$)", re.MULTILINE)
_WORDS = re.compile(
    r"^[ \t]*(?:(?:and|so|hence|thus|therefore|then|now|also|we have|we get|note that|it follows that|that)[ \t,:]+)+"
    r"(?![ \t=+*/^<>≤≥-])|^[ \t]*(?:[∴⇒⟹]|\\(?:Rightarrow|Longrightarrow|implies|therefore)\b)",
    re.MULTILINE | re.IGNORECASE,
)
_IMPLIES = re.compile(r"=>|⇒|⟹|⟺|\\(?:Rightarrow|Longrightarrow|implies|iff)\b|;")
_END = re.compile(r"[∎□]|\\(?:qed|square|blacksquare)\b|\bq\.?e\.?d\b\.?", re.IGNORECASE)
_SINCE = re.compile(r"(?<![\w#])(?:since|because)(?=\s)", re.IGNORECASE)
_Placed = TypeVar("_Placed", Finding, "Side")
_MOST_SIGNS, _MOST_CHAINS = 500, 200
_BLACK = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Side:
    """One side: in one line as written, as read, why it stands there ("" where nothing is said), and its place.

    `relation` is the sign in front of it, "" for the first.
    """

    text: str
    expr: Expr
    relation: str
    reason: str
    place: Place


@dataclass(frozen=True)
class ChainText:
    """Sides with the signs between them, about values after `context` has run; `head` is the loops in front."""

    head: str
    sides: tuple[Side, ...]
    context: Program


def read_chains(text: str, context: Program, aliases: Mapping[str, str] | None = None) -> tuple[ChainText, ...]:
    """The chains of a text, in terms of the tensors of a program; `aliases` are other spellings of these.

    Raises ReadingError with everything that cannot be read or has no meaning, each with its place in the text.

    >>> from symgrad.language.read import read_program
    >>> context = read_program("for b: y[b] += 2 x[b]")
    >>> (chain,) = read_chains("y[b]/2 = x[b]  # halved", context)
    >>> [(side.relation, side.text, side.reason) for side in chain.sides]
    [('', 'y[b]/2', ''), ('=', 'x[b]', 'halved')]
    """
    found: list[ChainText] = []
    findings: list[Finding] = []
    whole, original = join(context), text
    text = _plain(text)
    _bound(text)
    for block in (part for paragraph in _blocks(text) for part in _parts(text, paragraph)):
        try:
            pieces = list(_pieces(text, block))
        except ReadingError as error:
            findings += error.findings
            continue
        sides: list[Side] = []
        for piece in pieces:
            try:
                expr, whole = read_side(piece.blanked, whole, aliases)
                sides.append(Side(piece.shown, expr, piece.relation, piece.reason if sides else "", piece.place))
            except SymgradError as error:
                findings += [piece.moved(finding) for finding in error.findings]
        found.append(ChainText(block.head, tuple(sides), whole))
    if not found and not findings:
        findings.append(Finding("there is no equation here", hint="write `left = right`"))
    if findings:
        raise ReadingError("", findings=[_written(finding, text, original) for finding in findings], source=original)
    placed = [tuple(_written(side, text, original) for side in chain.sides) for chain in found]
    return tuple(replace(chain, sides=own, context=whole) for chain, own in zip(found, placed, strict=True))


@dataclass
class _Block:
    """The text of a chain behind its loops: from where to where it goes, and the reasons of its lines."""

    start: int
    end: int
    head: str = ""
    head_at: int = 0
    reasons: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    """A side before it is read: the whole text, and from where to where in it the side stands."""

    text: str
    start: int
    end: int
    relation: str
    reason: str

    @property
    def place(self) -> Place:
        """Where the side begins."""
        return self.at(0)

    @property
    def shown(self) -> str:
        """The side in one line."""
        return " ".join(self.blanked.split())

    @property
    def blanked(self) -> str:
        """The side with line breaks and remarks as blanks, so that columns stay offsets."""
        lines = self.text[self.start : self.end].split("\n")
        return " ".join(line.partition("#")[0].ljust(len(line)) for line in lines)

    def at(self, offset: int, length: int = 1) -> Place:
        """The place of a character of the side."""
        return _place(self.text, self.start + offset, length)

    def moved(self, finding: Finding) -> Finding:
        """The finding about the side, at its place in the text."""
        place = finding.place
        return finding if place is None else replace(finding, place=self.at(place.column - 1, place.length))


def _place(text: str, at: int, length: int = 1) -> Place:
    before = text[:at]
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"), length)


def _written(placed: _Placed, plain: str, original: str) -> _Placed:
    """What has a place in the plain text, with that in the original: they differ in where lines end."""
    if placed.place is None or plain.count("\n") == original.count("\n"):
        return placed
    above = plain.split("\n")[: placed.place.line - 1]
    at = sum(len(line) + 1 for line in above) + placed.place.column - 1
    return replace(placed, place=_place(original, at, placed.place.length))


def _bound(text: str) -> None:
    """Refuse a text of more chains and signs than can be judged."""
    for found, most, what in (
        (_SIGN.finditer(text), _MOST_SIGNS, "signs between sides"),
        (_IMPLIES.finditer(text), _MOST_CHAINS, "chains"),
        (_blocks(text), _MOST_CHAINS, "chains"),
    ):
        if sum(1 for _ in islice(found, most + 1)) > most:
            raise ReadingError(f"the text has more than {most} {what}", hint="judge it in smaller pieces")


def _plain(text: str) -> str:
    """The text with what is about the chains and no part of them as blanks, every character at its place.

    That is the frame of LaTeX's alignments, words such as `so` in front of a chain, and a sign of the end behind it.
    What begins with `since` or `because` is a remark.
    """
    text = _BREAK.sub(_broken, text)
    for pattern in (_FRAME, _WORDS, _END):
        text = pattern.sub(lambda found: _BLACK.sub(" ", found[0]), text)
    return _SINCE.sub(lambda found: "#" + " " * (len(found[0]) - 1), text)


def _broken(found: re.Match[str]) -> str:
    """What stands for a line break of LaTeX: a new line, unless the line ends there or it stands in a remark."""
    start, end = found.span()
    before, behind = found.string[:start].rpartition("\n")[2], found.string[end:].partition("\n")[0]
    blank = " " * (end - start)
    return blank if "#" in before or not behind.strip() else f"{blank[1:]}\n"


def _blocks(text: str) -> Iterator[_Block]:
    """The chains of a text."""
    block: _Block | None = None
    at, depth, last, above, blank = 0, 0, "", "", False
    for number, line in enumerate(text.split("\n"), start=1):
        row, _, remark = line.partition("#")
        code = row.strip()
        if code:
            joined = _CONTINUES.match(code) if not depth else not blank
            if block is None or not (joined or (_GOES_ON.search(last) and not blank)):
                if block is not None:
                    yield block
                block, depth = _begun(row, at), 0
            last, blank = code, False
            depth += sum(map(code.count, _OPEN)) - sum(map(code.count, _CLOSE))
            block.end = at + len(line)
            block.reasons[number] = " ".join(f"{above} {remark}".split())
            above = ""
        else:
            above = f"{above} {remark}" if remark else ""
            blank = blank or not line.strip()
        at += len(line) + 1
    if block is not None:
        yield block


def _parts(text: str, block: _Block) -> Iterator[_Block]:
    """The chains of a block: what stands before and behind a sign that one follows from the other."""
    start = block.start
    for mark in _IMPLIES.finditer(text, block.start, block.end):
        row = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]
        behind = _SIGN.search(text, mark.end(), block.end)
        if "#" not in row and behind and _SIGN.search(text, start, mark.start()):
            yield replace(block, start=start, end=mark.start())
            start = mark.end()
    yield replace(block, start=start)


def _begun(row: str, at: int) -> _Block:
    """The block that begins with a line at an offset of the text."""
    head = _HEAD.match(row)
    if head is None:
        return _Block(at, at)
    named = (head["colon"] or head["bare"]).strip()
    return _Block(at + head.end(), at, f"for {named}", at)


def _pieces(text: str, block: _Block) -> Iterator[_Piece]:
    """The sides of a chain. Raises ReadingError for what is no chain."""
    hint = "write `left = right`, and more sides if you like"
    if block.head and not _PLAIN_HEAD.fullmatch(block.head.removeprefix("for ")):
        said = "write `for b, j:`; what holds only for some values of an index is shown in another way"
        raise ReadingError("loops in front of an equation only name indices", _place(text, block.head_at), said)
    signs = list(_signs(text, block))
    if not signs:
        raise ReadingError("there is no equation here", _place(text, _trimmed(text, block.start, block.end)[0]), hint)
    starts, ends = [block.start, *(end for _, end, _ in signs)], [*(start for start, _, _ in signs), block.end]
    relations = ["", *(relation for _, _, relation in signs)]
    for at, (first, last, relation) in enumerate(zip(starts, ends, relations, strict=True)):
        start, end = _trimmed(text, first, last)
        if start >= end:
            sign = signs[max(at - 1, 0)]
            raise ReadingError("a side of the equation is missing", _place(text, sign[0], sign[1] - sign[0]))
        lines = range(text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 2)
        reason = " ".join(words for line in lines if (words := block.reasons.get(line, "")))
        yield _Piece(text, start, end, relation, reason)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without blanks and remarks at its ends."""
    while start < end and (text[start].isspace() or text[start] == "#"):
        start = _line_end(text, start, end) if text[start] == "#" else start + 1
    code = "\n".join(line.partition("#")[0].ljust(len(line)) for line in text[start:end].split("\n"))
    return start, start + len(code.rstrip())


def _line_end(text: str, start: int, end: int) -> int:
    found = text.find("\n", start, end)
    return end if found < 0 else found


def _signs(text: str, block: _Block) -> Iterator[tuple[int, int, str]]:
    """The relations between sides, outside of brackets and remarks, with where they begin and end."""
    depth, at = 0, block.start
    while at < block.end:
        here = text[at]
        if here == "#":
            at = _line_end(text, at, block.end)
            continue
        sign = _SIGN.match(text, at, block.end)
        if sign is None or depth > 0:
            depth += (here in _OPEN) - (here in _CLOSE)
            at += 1
            continue
        if sign[0][0] in "+-−*/":
            hint = "an equation says that two sides are equal; loops stand in a program"
            raise ReadingError("this is an update, not an equation", _place(text, at, 2), hint)
        relation = _LATEX.get(sign[0], RELATIONS.get(sign[0], ""))
        if relation:
            yield at, sign.end(), relation
        at = sign.end()
