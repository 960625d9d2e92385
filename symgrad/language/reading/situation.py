"""Where the parser stopped: what the rows of `errors.py` ask about the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from symgrad.language.reading.lexer import Token
from symgrad.language.reading.source import Source

BREAKS = frozenset({"_NEWLINE", "_INDENT", "_DEDENT", "_SEMICOLON"})
OPERATORS = frozenset(
    {"PLUS", "MINUS", "TIMES", "POWER", "EQUAL", "UPDATE", "COMPARE", "IN", "DOTS", "_COMMA", "_OPEN", "_LSQB", "TILDE"}
)
OPERAND_ENDS = frozenset({"NAME", "NUMBER", "_CLOSE", "_RSQB", "SUFFIX"})
ENDS = BREAKS | {"_CLOSE", "_RSQB", "_COLON", "$END"}
NOTHING = Token("", "", 0, 0, None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Situation:
    """Where the parser stopped: the tokens of the text and the position of the one that does not fit."""

    source: Source
    tokens: Sequence[Token]
    at: int

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.at] if self.at < len(self.tokens) else NOTHING

    @property
    def before(self) -> Token:
        """The token before it."""
        return self.tokens[self.at - 1] if self.at else NOTHING

    @property
    def following(self) -> Token:
        """The token after it."""
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else NOTHING

    @cached_property
    def start(self) -> int:
        """The position of the first token of its statement."""
        at = self.at
        while at and self.tokens[at - 1].type not in BREAKS | {"_COLON"}:
            at -= 1
        return at

    @cached_property
    def statement(self) -> list[Token]:
        """The tokens of its statement, as far as a line or a semicolon ends it."""
        end = self.at
        while end < len(self.tokens) and self.tokens[end].type not in BREAKS:
            end += 1
        return list(self.tokens[self.start : end])

    @property
    def previous_line_end(self) -> Token:
        """The last token of the line before."""
        at = self.start
        while at and self.tokens[at - 1].type in BREAKS:
            at -= 1
        return self.tokens[at - 1] if at else NOTHING

    def has(self, *types: str) -> bool:
        """Whether the statement has a token of one of these types."""
        return any(token.type in types for token in self.statement)

    def has_before(self, *types: str) -> bool:
        """Whether the statement has one before the token that does not fit."""
        return any(token.type in types for token in self.tokens[self.start : self.at])

    def is_behind(self, type_: str) -> bool:
        """Whether the token before closes brackets that follow a token of this type."""
        depth, at = 0, self.at - 1
        while at > self.start:
            depth += (self.tokens[at].type == "_CLOSE") - (self.tokens[at].type == "_OPEN")
            if depth == 0:
                break
            at -= 1
        return self.before.type == "_CLOSE" and at > 0 and self.tokens[at - 1].type == type_

    def opened(self) -> str:
        """The innermost bracket that is open here: its type, or ""."""
        depth = 0
        for at in range(self.at - 1, self.start - 1, -1):
            kind = self.tokens[at].type
            if kind in {"_CLOSE", "_RSQB"}:
                depth += 1
            elif kind in {"_OPEN", "_LSQB"}:
                if not depth:
                    return kind
                depth -= 1
        return ""

    def operand_before(self) -> str:
        """The text of the cell or bracket that ends before the token that does not fit."""
        depth, at = 0, self.at - 1
        while at > self.start:
            kind = self.tokens[at].type
            depth += (kind in {"_CLOSE", "_RSQB"}) - (kind in {"_OPEN", "_LSQB"})
            if depth == 0 and not (kind == "_LSQB" and self.tokens[at - 1].type == "NAME"):
                break
            at -= 1
        return self.source.plain[self.tokens[at].start : self.tokens[self.at - 1].end]
