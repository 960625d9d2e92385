"""Sentences for texts that cannot be parsed: a table from where the parser stands to what to say.

A row is a name, a condition on the situation, what is wrong and what to do. The first row whose
condition holds speaks. The names of the rows are used by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symgrad.errors import ReadingError
from symgrad.language.reading.lexer import REDUCERS, Token, glued
from symgrad.language.reading.situation import ENDS, OPERAND_ENDS, OPERATORS, Situation
from symgrad.language.reading.source import Source

Text = str | Callable[[Situation], str]


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    name: str
    applies: Callable[[Situation], bool]
    message: Text
    hint: Text
    at_before: bool = False  # whether the place is the token before
    at_start: bool = False  # whether the place is the first token of the statement


def _number_behind(s: Situation) -> bool:
    return s.token.type == "NUMBER" and s.before.type in {"NAME", "_RSQB", "_CLOSE", "SUFFIX"}


def _no_assignment(s: Situation) -> bool:
    return bool(s.statement) and not s.has("EQUAL", "UPDATE", "FOR", "DECLARE", "CONSTRAINT", "EXPRESSION", "COMPARE")


def _bad_target(s: Situation) -> bool:
    outside = not s.has("FOR", "DECLARE", "CONSTRAINT", "EXPRESSION") and not s.opened()
    return outside and s.has("EQUAL", "UPDATE") and not s.has_before("EQUAL", "UPDATE")


def _is_arrow(s: Situation) -> bool:
    return s.token.value == "<" and s.following.type == "MINUS" and glued(s.token, s.following)


def _lost_bar(s: Situation) -> bool:
    return _no_assignment(s) and s.previous_line_end.type == "NUMBER"


def _range_with_colon(s: Situation) -> bool:
    """Whether the statement begins behind a colon that stands where a range has its dots: `for i in 1:n`."""
    if s.start < 3 or s.tokens[s.start - 1].type != "_COLON" or s.tokens[s.start - 2].type not in OPERAND_ENDS:
        return False
    end = next(
        (token.type for token in s.statement if token.type in {"_COLON", "_COMMA", "EQUAL", "UPDATE", "_LSQB"}), ""
    )
    return s.tokens[s.start - 3].type in {"IN", "EQUAL"} and (end in {"_COLON", "_COMMA"} or s.token.type == "_COLON")


ROWS: tuple[Row, ...] = (
    Row(
        "range with a colon",
        _range_with_colon,
        "a colon stands here where a range has two dots",
        "write a range as 1..n, both ends included; slices of other languages end before their last value",
        at_start=True,
    ),
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
        at_start=True,
    ),
    Row(
        "one group of a fraction",
        lambda s: s.before.type == "FRACTION" or s.is_behind("FRACTION"),
        "this fraction has not two groups in braces",
        "write \\frac{a}{b}, or a/b",
        at_before=True,
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
        "double brackets",
        lambda s: s.token.type == "_LSQB" and s.before.type == "_LSQB",
        "a second “[” stands directly behind the first",
        "write the indices in one pair of brackets: x[b, j]",
    ),
    Row(
        "brackets behind brackets",
        lambda s: s.token.type == "_LSQB" and s.before.type == "_RSQB",
        "a second pair of brackets stands behind the first",
        "write all indices in one pair of brackets: x[b, j]",
    ),
    Row(
        "grouping brackets",
        lambda s: s.token.type == "_LSQB" and (s.is_behind("REDUCE") or s.before.type in OPERATORS),
        "square brackets index a tensor, and none stands before these",
        "write round brackets around a part of an expression, 1[a >= b] for an indicator",
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
        "arrow",
        lambda s: _is_arrow(s) and not s.opened() and not s.has("FOR", "DECLARE"),
        "“<-” is read as “less than minus”, which is no statement",
        "did you mean = or +=?",
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
        lambda s: s.token.type in {"EQUAL", "UPDATE", "COMPARE"} and s.opened() != "" and s.before.type in OPERAND_ENDS,
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
        lambda s: s.is_behind("REDUCE"),
        "nothing stands behind these indices to be reduced",
        lambda s: (
            "write several indices in braces: sum_{b, j} x[b, j]"
            if s.token.type == "_COMMA"
            else "write what is summed behind them, as in sum_j x[j]"
        ),
        at_before=True,
    ),
    Row(
        "loop inside",
        lambda s: s.token.type == "FOR" and s.before.type not in OPERATORS,
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
        "comma before a colon",
        lambda s: s.token.type == "_COLON" and s.before.type == "_COMMA",
        "a comma stands behind the last index",
        "delete the comma, or name another index",
        at_before=True,
    ),
    Row(
        "in without range",
        lambda s: s.before.type == "IN" and s.token.type in ENDS,
        "nothing stands behind this “in”",
        "name the values: integer y[b] in J, index b in B, for t in 1..T",
        at_before=True,
    ),
    Row(
        "missing expression",
        lambda s: s.before.type in OPERATORS and s.token.type in ENDS | OPERATORS | {"FOR", "DECLARE", "CONSTRAINT"},
        lambda s: f"an expression is missing between “{s.before.value}” and {_shown(s.token)}",
        "write what is meant there",
        at_before=True,
    ),
    Row(
        "missing left side",
        lambda s: s.token.type in OPERATORS and s.at == s.start,
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
        "decimal comma",
        lambda s: s.token.type == "_COMMA" and s.before.type == s.following.type == "NUMBER" and not s.opened(),
        "a comma stands between two numbers",
        lambda s: (
            f"did you mean {s.before.value}.{s.following.value} or {s.before.value}{s.following.value}? "
            "decimals are written with a point, thousands without a sign"
        ),
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
            token = situation.tokens[situation.start] if row.at_start else token
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
    """The line with the number above it as its first factor's numerator, and numbers behind brackets as powers."""
    statement, text, done = s.statement, "", s.statement[0].start
    for before, token in pairwise(statement):
        if token.type == "NUMBER" and before.type in {"_CLOSE", "_RSQB"} and glued(before, token):
            text += s.source.plain[done : token.start] + "^"
            done = token.start
    below, _, rest = (text + s.source.plain[done : statement[-1].end]).partition(" ")
    below = f"({below})" if any(sign in below for sign in "+-") else below
    return f"{s.previous_line_end.value}/{below} {rest}".strip()
