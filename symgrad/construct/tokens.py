"""Pseudo-code in lines of tokens, with what is needed to see its blocks: indentation and blank lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symgrad.errors import Place, ReadingError
from symgrad.language.reading.source import Source

_TOKEN = re.compile(
    r"(?P<name>[^\W\d][\w']*)|(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<sign>:=|<-|==|!=|<>|<=|>=|//|\*\*|\.\.\.?|\+=|-=|\*=|[-+*/%^=<>()\[\]{},;:.|~])"
)

MOST_TOKENS = 500
"""Words and signs of one line."""

_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Token:
    """A word, number, text or sign, and where it stands."""

    kind: str
    text: str
    place: Place

    @property
    def word(self) -> str:
        """The word in small letters, "" of what is none: keywords may be written in any case."""
        return self.text.lower() if self.kind == "name" else ""


@dataclass
class Line:
    """The tokens of one line, or of several between brackets; `gap` says that a blank line stands before it."""

    indent: int
    tokens: list[Token] = field(default_factory=list)
    gap: bool = False
    opens: bool = False

    @property
    def first(self) -> str:
        """The first word, in small letters."""
        return self.tokens[0].word if self.tokens else ""

    @property
    def place(self) -> Place:
        """Where the line begins."""
        return self.tokens[0].place


def lines_of(source: Source) -> list[Line]:
    """The lines of a text that say something; `opens` where one ends with a brace that opens a block.

    Raises ReadingError for a character that means nothing here.
    """
    found: list[Line] = []
    offset, depth, gap = 0, 0, False
    for row in source.plain.split("\n"):
        content = _without_comment(row)
        tokens = _tokens(source, content, offset)
        offset += len(row) + 1
        if not tokens:
            gap = True
            continue
        if depth > 0:
            found[-1].tokens += tokens
        else:
            body = content.expandtabs(4)
            found.append(Line(len(body) - len(body.lstrip()), list(tokens), gap))
        if len(found[-1].tokens) > MOST_TOKENS:
            hint = "write it in several lines"
            raise ReadingError("this line is too long", tokens[0].place, hint, source=source.text)
        gap = False
        opens = tokens[-1].text == "{" and depth == 0 and not _is_subscript(tokens)
        if opens:
            found[-1].tokens.pop()
            found[-1].opens = True
            tokens.pop()
        closes = found[-1].tokens and found[-1].tokens[0].text == "}" and depth == 0
        depth = max(0, depth + _balance(tokens) + (1 if closes else 0))
    return [line for line in found if line.tokens]


def _without_comment(row: str) -> str:
    """The line without what stands behind # or, at its beginning, behind two slashes."""
    row = row.split("#", 1)[0].rstrip()
    return "" if row.lstrip().startswith("//") else row


def _tokens(source: Source, content: str, offset: int) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(content):
        if content[at].isspace() or content[at] == "$":
            at += 1
            continue
        if content[at] == "∅":
            tokens += [Token("sign", sign, source.place(offset + at, offset + at + 1)) for sign in "[]"]
            at += 1
            continue
        found = _TOKEN.match(content, at)
        place = source.place(offset + at, offset + (found.end() if found else at + 1))
        if found is None:
            raise ReadingError(f"{content[at]!r} means nothing here", place, source=source.text)
        tokens.append(Token(str(found.lastgroup), found[0], place))
        at = found.end()
    return tokens


def _is_subscript(tokens: list[Token]) -> bool:
    return len(tokens) > 1 and tokens[-2].text.endswith("_")


def _balance(tokens: list[Token]) -> int:
    return sum((t.text in _OPENING) - (t.text in _CLOSING) for t in tokens if t.kind == "sign")
