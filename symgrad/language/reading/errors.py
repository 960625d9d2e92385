"""Sentences for texts that cannot be parsed: a table from where the parser stands to what to say.

A row is a name, a condition on the situation, what is wrong and what to do. The first row whose
condition holds speaks. The names of the rows are used by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from symgrad.errors import ReadingError
from symgrad.language.reading.lexer import REDUCERS, Token
from symgrad.language.reading.source import Source

_BREAKS = frozenset({"_NEWLINE", "_INDENT", "_DEDENT", "_SEMICOLON"})
_OPERATORS = frozenset(
    {"PLUS", "MINUS", "TIMES", "POWER", "EQUAL", "UPDATE", "COMPARE", "IN", "DOTS", "_COMMA", "_OPEN", "_LSQB", "TILDE"}
)
_OPERAND_ENDS = frozenset({"NAME", "NUMBER", "_CLOSE", "_RSQB", "SUFFIX"})
_ENDS = _BREAKS | {"_CLOSE", "_RSQB", "_COLON", "$END"}
_NOTHING = Token("", "", 0, 0, None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Situation:
    """Where the parser stopped: the tokens of the text and the position of the one that does not fit."""

    source: Source
    tokens: Sequence[Token]
    at: int

    @property
    def token(self) -> Token:
        """The token that does not fit."""
        return self.tokens[self.at] if self.at < len(self.tokens) else _NOTHING

    @property
    def before(self) -> Token:
        """The token before it."""
        return self.tokens[self.at - 1] if self.at else _NOTHING

    @cached_property
    def start(self) -> int:
        """The position of the first token of its statement."""
        at = self.at
        while at and self.tokens[at - 1].type not in _BREAKS | {"_COLON"}:
            at -= 1
        return at

    @cached_property
    def statement(self) -> list[Token]:
        """The tokens of its statement, as far as a line or a semicolon ends it."""
        end = self.at
        while end < len(self.tokens) and self.tokens[end].type not in _BREAKS:
            end += 1
        return list(self.tokens[self.start : end])

    @property
    def previous_line_end(self) -> Token:
        """The last token of the line before."""
        at = self.start
        while at and self.tokens[at - 1].type in _BREAKS:
            at -= 1
        return self.tokens[at - 1] if at else _NOTHING

    def has(self, *types: str) -> bool:
        """Whether the statement has a token of one of these types."""
        return any(token.type in types for token in self.statement)

    def has_before(self, *types: str) -> bool:
        """Whether the statement has one before the token that does not fit."""
        return any(token.type in types for token in self.tokens[self.start : self.at])

    @property
    def is_behind_reduction(self) -> bool:
        """Whether the token before closes the indices under a reduction."""
        depth, at = 0, self.at - 1
        while at > self.start:
            depth += (self.tokens[at].type == "_CLOSE") - (self.tokens[at].type == "_OPEN")
            if depth == 0:
                break
            at -= 1
        return self.before.type == "_CLOSE" and at > 0 and self.tokens[at - 1].type == "REDUCE"

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


Text = str | Callable[[Situation], str]


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    name: str
    applies: Callable[[Situation], bool]
    message: Text
    hint: Text
    at_before: bool = False  # whether the place is the token before


def _number_behind(s: Situation) -> bool:
    return s.token.type == "NUMBER" and s.before.type in {"NAME", "_RSQB", "_CLOSE", "SUFFIX"}


def _no_assignment(s: Situation) -> bool:
    return bool(s.statement) and not s.has("EQUAL", "UPDATE", "FOR", "DECLARE", "CONSTRAINT", "EXPRESSION", "COMPARE")


def _bad_target(s: Situation) -> bool:
    outside = not s.has("FOR", "DECLARE", "CONSTRAINT", "EXPRESSION") and not s.opened()
    return outside and s.has("EQUAL", "UPDATE") and not s.has_before("EQUAL", "UPDATE")


def _lost_bar(s: Situation) -> bool:
    return _no_assignment(s) and s.previous_line_end.type == "NUMBER"


ROWS: tuple[Row, ...] = (
    Row(
        "empty expression",
        lambda s: s.before.type == "EXPRESSION",
        lambda s: f"an expression is missing before {_shown(s.token)}",
        "write an expression",
    ),
    Row(
        "two numbers",
        lambda s: s.token.type == "NUMBER" and s.before.type == "NUMBER",
        "two numbers stand side by side",
        "write one number, or * between them",
    ),
    Row(
        "lost fraction bar",
        _lost_bar,
        "this line is no statement, and the line above ends in a number: a fraction bar seems to be lost",
        lambda s: f"did you mean {_restored(s)}? write the fraction and what it multiplies on one line",
    ),
    Row(
        "number behind",
        _number_behind,
        lambda s: f"the number {s.token.value} stands directly behind {s.operand_before()}",
        lambda s: (
            f"did you mean {s.operand_before()}^{s.token.value}? write {s.token.value} "
            f"{s.operand_before()} for a multiple"
        ),
    ),
    Row(
        "indicator without comparison",
        lambda s: s.token.type == "_LSQB" and s.before.value == "1",
        "these brackets behind a 1 hold no comparison",
        "write an indicator as 1[i = j] or 1[a >= b]",
    ),
    Row(
        "brackets behind a power",
        lambda s: s.token.type == "_LSQB" and s.before.type in {"NUMBER", "_CLOSE", "_RSQB"},
        "these brackets stand behind no name",
        "write the indices behind the tensor's name, and the power behind them: Z[b]^2",
    ),
    Row(
        "slice",
        lambda s: s.token.type == "_COLON" and s.opened() == "_LSQB",
        "slices are not in the language",
        "name the index that the : stands for",
    ),
    Row(
        "colon without for",
        lambda s: s.token.type == "_COLON" and not s.has("FOR"),
        "a colon stands here, but no for",
        "begin the line with for and its indices",
    ),
    Row(
        "comparison as statement",
        lambda s: s.token.type == "COMPARE" and not s.opened() and not s.has("FOR", "DECLARE"),
        lambda s: f"“{s.token.value}” compares; a statement assigns or adds",
        "write = or += for a statement, 1[a >= b] for an indicator",
    ),
    Row(
        "second assignment",
        lambda s: s.token.type in {"EQUAL", "UPDATE"} and s.has_before("EQUAL", "UPDATE") and not s.opened(),
        lambda s: f"a second “{s.token.value}” in one statement",
        "begin each statement on a line of its own or behind a semicolon; give both sides of a chain a statement",
    ),
    Row(
        "bad target",
        _bad_target,
        "the left side of this statement is not one cell",
        "write the cell that is updated alone on the left, as in Z[b] += ...",
    ),
    Row(
        "comparison in brackets",
        lambda s: (
            s.token.type in {"EQUAL", "UPDATE", "COMPARE"} and s.opened() != "" and s.before.type in _OPERAND_ENDS
        ),
        lambda s: f"“{s.token.value}” stands inside brackets",
        "write an indicator for a comparison: 1[i = j]",
    ),
    Row(
        "missing function argument",
        lambda s: s.before.type in {"FUNCTION", "CALL"},
        lambda s: f"the function {s.before.value} has no argument",
        lambda s: f"write {s.before.value}(x)",
        at_before=True,
    ),
    Row(
        "missing summand",
        lambda s: s.is_behind_reduction,
        "nothing stands behind these indices to be reduced",
        "write what is summed behind them, as in sum_j x[j]",
        at_before=True,
    ),
    Row(
        "loop inside",
        lambda s: s.token.type == "FOR" and s.before.type not in _OPERATORS,
        "a loop begins in the middle of a statement",
        "write the for in front of its statement",
    ),
    Row(
        "missing index",
        lambda s: s.before.type == "FOR",
        "this for has no index",
        "write for b, j: and the statement",
        at_before=True,
    ),
    Row(
        "missing expression",
        lambda s: s.before.type in _OPERATORS and s.token.type in _ENDS | _OPERATORS | {"FOR", "DECLARE", "CONSTRAINT"},
        lambda s: f"an expression is missing between “{s.before.value}” and {_shown(s.token)}",
        "write what is meant there",
        at_before=True,
    ),
    Row(
        "missing left side",
        lambda s: s.token.type in _OPERATORS and s.at == s.start,
        lambda s: f"this line begins with “{s.token.value}”",
        "to go on with the line above, end that line with the operator; a statement begins with a cell",
    ),
    Row(
        "no statement",
        _no_assignment,
        "this line is no statement",
        "write the cell that is updated and = or +=, as in Z[b] += exp(s[b, j])",
    ),
    Row(
        "tilde",
        lambda s: s.token.type == "TILDE",
        "“~” stands only under an expectation",
        "write E_{x ~ P} f",
    ),
    Row(
        "dots",
        lambda s: s.token.type == "DOTS",
        "a range “..” stands only in for and in declarations",
        "write for t in 1..T",
    ),
    Row(
        "in a declaration",
        lambda s: s.has("DECLARE"),
        lambda s: f"{_shown(s.token)} does not fit in this declaration",
        "separate what is declared by commas, as in input s[b, j], q[j] > 0",
    ),
    Row(
        "comma between statements",
        lambda s: s.token.type == "_COMMA" and not s.opened() and s.has_before("EQUAL", "UPDATE"),
        "a comma stands behind a statement",
        "put a semicolon between statements",
    ),
)


def explain(source: Source, tokens: Sequence[Token], at: int) -> ReadingError:
    """The error for the token at position `at`, where the parser could not go on."""
    situation = Situation(source, tokens, at)
    for row in ROWS:
        if row.applies(situation):
            message = row.message if isinstance(row.message, str) else row.message(situation)
            hint = row.hint if isinstance(row.hint, str) else row.hint(situation)
            token = situation.before if row.at_before else situation.token
            return source.error(message, _place(situation, token), hint)
    return source.error(
        f"{_shown(situation.token)} does not fit here",
        _place(situation, situation.token),
        "put an operator before it, or begin a new line",
    )


def _place(situation: Situation, token: Token):  # type: ignore[no-untyped-def]
    return token.place or (situation.tokens[-1].place if situation.tokens else None)


def _shown(token: Token) -> str:
    """A token in a sentence."""
    if token.type in {"_NEWLINE", "_INDENT", "_DEDENT", "", "$END"}:
        return "the end of the line"
    if token.type == "REDUCE":
        return f"the reduction {token.value}" if token.value in REDUCERS else "the expectation"
    return f"“{token.value}”"


def _restored(s: Situation) -> str:
    """The line with the number above it as its first factor's numerator."""
    statement = s.statement
    below, _, rest = s.source.plain[statement[0].start : statement[-1].end].partition(" ")
    below = f"({below})" if any(sign in below for sign in "+-") else below
    return f"{s.previous_line_end.value}/{below} {rest}".strip()
