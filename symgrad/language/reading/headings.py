"""Ranges of other notations in the heading of a loop.

`b in range(B)` is `b in B`, `t in range(1, T)` is `t in 1..T - 1`; `i = 1, ..., n`, `i = 1 to n`,
`i in {1, ..., n}` are `i in 1..n`; `for (b, j)` is `for b, j`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.language.reading.lexer import Token, bracket_step
from symgrad.language.reading.source import Source


def plain_heading(source: Source, tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a heading with its ranges in the notation of the language.

    Raises ReadingError for a range with another step than 1, or than -1 down to a number.
    """
    if tokens and tokens[0].value == "(" and _end(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    at = 0
    while at < len(tokens):
        token, before = tokens[at], tokens[at - 1] if at else None
        following = tokens[at + 1].type if at + 1 < len(tokens) else ""
        behind_in = before is not None and before.type in {"IN", "EQUAL"}
        if behind_in and token.value == "range" and following == "_OPEN":
            end = _end(tokens, at + 1)
            yield from _range(source, token, list(_arguments(tokens[at + 2 : end])))
            at = end
        elif behind_in and token.value in {"{", "["} and any(t.type == "DOTS" for t in tokens[at : _end(tokens, at)]):
            end = _end(tokens, at)
            yield from plain_heading(source, tokens[at + 1 : end])
            at = end
        elif _is_second_value(tokens, at):
            at += 1  # i = 1, 2, ..., n
        elif token.type == "_COMMA" and before is not None and "DOTS" in {before.type, following}:
            pass  # i = 1, ..., n
        elif token.type == "NAME" and before is not None and before.type not in {"_COMMA", "IN"} and following:
            _refuse_steps(source, tokens[at], tokens[at + 1], tokens[:at])
            yield token.like("DOTS", "..") if token.value == "to" else token
        else:
            yield token
        at += 1


def _refuse_steps(source: Source, word: Token, following: Token, before: Sequence[Token]) -> None:
    """Refuses `T downto 1`, `T down to 1`, `0..n step 2`, `0..n by 2`."""
    if word.value == "downto" or (word.value == "down" and following.value == "to"):
        said = "downto" if word.value == "downto" else "down to"
        hint = "a range that ends in a number runs down by its ends: write for t in T..1"
        raise source.error(f"“{said}” is no part of a range here", word.place, hint)
    ranged = any(token.type in {"DOTS", "IN", "EQUAL"} for token in before)
    if ranged and word.value in {"step", "by"} and following.type in {"NUMBER", "NAME", "MINUS"}:
        hint = "put a factor into the indices for another step: x[2*i]; write for t in T..1 to go down"
        raise source.error("a range goes by ones here", word.place, hint)


def _is_second_value(tokens: Sequence[Token], at: int) -> bool:
    """Whether the comma at `at` and the number behind it only show the step 1 of a range."""
    part = tokens[max(at - 1, 0) : at + 4]
    if [token.type for token in part] != ["NUMBER", "_COMMA", "NUMBER", "_COMMA", "DOTS"]:
        return False
    first, second = part[0].value, part[2].value
    return first.isdecimal() and second.isdecimal() and int(second) == int(first) + 1


def _end(tokens: Sequence[Token], opening: int) -> int:
    """Where the bracket that opens at `opening` is closed."""
    depth = 0
    for at in range(opening, len(tokens)):
        depth += bracket_step(tokens[at])
        if depth == 0:
            return at
    return len(tokens)


def _arguments(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    argument: list[Token] = []
    depth = 0
    for token in tokens:
        depth += bracket_step(token)
        if token.type == "_COMMA" and depth == 0:
            yield argument
            argument = []
        else:
            argument.append(token)
    yield argument


def _range(source: Source, word: Token, arguments: list[list[Token]]) -> list[Token]:
    dots, minus, one = word.like("DOTS", ".."), word.like("MINUS", "-"), word.like("NUMBER", "1")
    values = ["".join(token.value for token in argument) for argument in arguments]
    if len(arguments) == 3 and values[2] == "1":
        arguments.pop()
    if not all(values) or len(arguments) > 3:
        raise source.error("a range has one end or two", word.place, "write range(B), range(1, T) or 1..T")
    if len(arguments) == 1:
        return arguments[0]
    if len(arguments) == 2:
        return arguments[1] if values[0] == "0" else [*arguments[0], dots, *arguments[1], minus, one]
    last = values[1].removeprefix("-")
    if values[2] != "-1" or not (last.isascii() and last.isdigit() and values[1] in {"-1", last}):
        hint = "write for t in T..1 to go down by ones; put a factor into the indices for another step: x[2*t]"
        raise source.error("this range has a step that cannot be read", word.place, hint)
    return [*arguments[0], dots, arguments[1][-1].like("NUMBER", str(int(values[1]) + 1))]
