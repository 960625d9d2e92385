"""Lines and blocks: the second pass over the tokens.

A logical line goes on inside open brackets and after a trailing operator. The list of indices of a
`for` ends at its colon or where a name follows a name. Blocks are told by indentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.errors import ReadingError
from symgrad.language.reading.headings import plain_heading
from symgrad.language.reading.lexer import FOR_WORDS, REDUCERS, Token, bracket_step
from symgrad.language.reading.source import Source

MAX_NESTING = 200
"""The deepest nesting of brackets, of loops and of expressions."""

_OPENERS = {"_OPEN": "_CLOSE", "_LSQB": "_RSQB"}
_PARTNERS = {"(": ")", "{": "}", "[": "]", "|": "|"}
_CONTINUED = frozenset(
    {
        "PLUS",
        "MINUS",
        "TIMES",
        "POWER",
        "EQUAL",
        "UPDATE",
        "COMPARE",
        "_COMMA",
        "FOR",
        "DOTS",
        "FRACTION",
        "TILDE",
    }
)
_OPERAND_ENDS = frozenset({"NAME", "NUMBER", "_CLOSE", "_RSQB"})
_STATEMENT_STARTS = frozenset({"NAME", "PARTIAL", "FRACTION", "FOR"})


@dataclass
class Line:
    """A logical line: its tokens without the newline, and the width of its indentation."""

    indent: int
    tokens: list[Token]


def logical_lines(source: Source, tokens: Sequence[Token]) -> list[Line]:
    """The logical lines, their `for` and `in` told from names and every loop's heading closed by a colon.

    Raises ReadingError for brackets that do not match or nest too deeply, and for indentation that
    mixes tabs and spaces.
    """
    lines = [Line(_indent(source, line[0]), line) for line in _cut(source, tokens)]
    if len({_indent_char(source, line) for line in lines} - {""}) > 1:
        tabbed = next(line for line in lines if _indent_char(source, line) == "\t")
        raise _mixed_tabs(source, tabbed.tokens[0])
    for line in lines:
        line.tokens = list(_close_headings(source, line.tokens))
    return lines


def _cut(source: Source, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    opened: list[Token] = []
    for token in tokens:
        if token.type == "NAME" and token.value in FOR_WORDS:
            token.type = "FOR"
        elif token.type == "NAME" and token.value == "in":
            token.type = "IN"
        if token.type == "_NEWLINE":
            if line and not opened and not _goes_on(source, line):
                yield line
                line = []
            continue
        _track_bracket(source, token, opened)
        line.append(token)
    if opened:
        raise source.error(
            f"“{opened[-1].value}” is never closed",
            opened[-1].place,
            f"add the missing “{_PARTNERS[opened[-1].value]}”",
        )
    if line:
        yield line


def _track_bracket(source: Source, token: Token, opened: list[Token]) -> None:
    if token.type in _OPENERS:
        opened.append(token)
        if len(opened) > MAX_NESTING:
            raise too_deep(source, token)
    elif token.type in _OPENERS.values():
        if not opened:
            raise source.error(f"“{token.value}” closes nothing", token.place, "delete it, or open the bracket before")
        if _PARTNERS[opened[-1].value] != token.value:
            partner = _PARTNERS[opened[-1].value]
            raise source.error(
                f"“{opened[-1].value}” is closed by “{token.value}” in line {token.place.line}, "
                f"column {token.place.column}",
                opened[-1].place,
                f"close it with “{partner}”",
            )
        opened.pop()


def too_deep(source: Source, token: Token) -> ReadingError:
    """The error for what nests deeper than MAX_NESTING."""
    return source.error(
        f"this is nested more than {MAX_NESTING} levels deep", token.place, "give parts of it names of their own"
    )


def _goes_on(source: Source, line: list[Token]) -> bool:
    """Whether the next line continues this one: after an operator or the indices under a sum."""
    last = line[-1]
    if last.value == "√":
        raise source.error(
            "a root sign ends this line: a fraction bar or a line seems to be lost here",
            last.place,
            "write (numerator)/sqrt(denominator) on one line",
        )
    if last.type in _CONTINUED:
        return True
    under = len(line) - 2
    if last.type == "_CLOSE":
        depth = 0
        for under in range(len(line) - 1, -1, -1):
            depth += (line[under].type == "_CLOSE") - (line[under].type == "_OPEN")
            if depth == 0:
                break
        under -= 1
    return under >= 1 and line[under].type == "UNDERSCORE" and line[under - 1].value in {*REDUCERS, "E"}


def _indent(source: Source, token: Token) -> int:
    return len(_margin(source, token))


def _margin(source: Source, token: Token) -> str:
    start = source.line_starts[token.place.line - 1]
    before = source.text[start : start + token.place.column - 1]
    return before[: len(before) - len(before.lstrip())]


def _indent_char(source: Source, line: Line) -> str:
    margin = _margin(source, line.tokens[0])
    if "\t" in margin and margin.strip("\t"):
        raise _mixed_tabs(source, line.tokens[0])
    return margin[:1] and ("\t" if margin[0] == "\t" else " ")


def _mixed_tabs(source: Source, token: Token) -> ReadingError:
    return source.error("indentation mixes tabs and spaces", token.place, "indent every line with spaces only")


def _close_headings(source: Source, tokens: list[Token]) -> Iterator[Token]:
    """The tokens with a colon after the indices of every `for` that lacks one."""
    at = 0
    while at < len(tokens):
        yield tokens[at]
        if tokens[at].type != "FOR":
            at += 1
            continue
        start, end, colon = at + 1, *_heading_end(tokens, at + 1)
        if start < end and tokens[start].value in {"each", "all", "every"} and tokens[start].type == "NAME":
            start += 1
        yield from _ranges_by_in(list(plain_heading(source, tokens[start:end])))
        yield colon
        at = end + (colon in tokens[end : end + 1])


def _heading_end(tokens: list[Token], start: int) -> tuple[int, Token]:
    """Where the indices of a `for` end, and the colon there, written or not."""
    depth, implied = 0, 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        depth += bracket_step(token)
        if depth == 0 and token.type == "_COLON":
            return at, token
        if depth == 0 and not implied and at > start and _follows(tokens[at - 1], token):
            implied = at
        if token.type in {"FOR", "UPDATE", "_SEMICOLON"} or (token.type == "EQUAL" and implied):
            end = implied or at
            return end, tokens[end].like("_COLON", ":")
    end = implied or len(tokens)
    return end, (tokens[end] if end < len(tokens) else tokens[-1]).like("_COLON", ":")


def _follows(left: Token, right: Token) -> bool:
    """Whether a statement seems to begin with `right`, straight after the indices of a `for`."""
    if left.type == "NUMBER" and left.end == right.start:
        return False  # a coefficient in a bound: 2n
    if left.type == "NAME" and left.value in {"each", "all", "every"}:
        return False
    return left.type in _OPERAND_ENDS and right.type in _STATEMENT_STARTS


def _ranges_by_in(tokens: list[Token]) -> list[Token]:
    """`t = 1..T` in a heading is `t in 1..T`."""
    out, in_range = list(tokens), False
    for at in range(len(tokens) - 1, -1, -1):
        if tokens[at].type in {"DOTS", "_COMMA"}:
            in_range = tokens[at].type == "DOTS"
        elif tokens[at].type == "EQUAL" and in_range:
            out[at] = tokens[at].like("IN", "in")
    return out


def blocks(source: Source, lines: Sequence[Line]) -> Iterator[Token]:
    """All tokens with _NEWLINE, _INDENT and _DEDENT between the lines.

    Raises ReadingError for a `for` without a body and for indentation that fits no block.
    """
    margins = [lines[0].indent] if lines else []
    previous: Line | None = None
    for line in lines:
        first = line.tokens[0]
        if previous is not None:
            yield from _between(source, previous, line, margins)
        if len(margins) > MAX_NESTING:
            raise too_deep(source, first)
        yield from line.tokens
        previous = line
    if previous is not None:
        if previous.tokens[-1].type == "_COLON":
            raise _no_body(source, previous)
        yield previous.tokens[-1].like("_NEWLINE")
        yield from (previous.tokens[-1].like("_DEDENT") for _ in margins[1:])


def _between(source: Source, previous: Line, line: Line, margins: list[int]) -> Iterator[Token]:
    last, first = previous.tokens[-1], line.tokens[0]
    if last.type == "_COLON":
        if line.indent > margins[-1]:
            margins.append(line.indent)
            yield last.like("_NEWLINE")
            yield first.like("_INDENT")
        elif not (line.indent == margins[-1] and first.type == "FOR"):
            raise _no_body(source, previous)
        return
    yield last.like("_NEWLINE")
    if line.indent > margins[-1]:
        raise _stray_indent(source, previous, line)
    while line.indent < margins[-1] and len(margins) > 1:
        margins.pop()
        yield first.like("_DEDENT")
    if line.indent != margins[-1]:
        raise source.error(
            "this line is indented like no line above it", first.place, "line it up with the block it belongs to"
        )


def _no_body(source: Source, line: Line) -> ReadingError:
    heading = next((token for token in reversed(line.tokens) if token.type == "FOR"), None)
    if heading is None:
        return source.error("a colon stands here, but no for", line.tokens[-1].place, "begin the line with for b, j:")
    before = line.tokens[line.tokens.index(heading) - 1]
    if heading is not line.tokens[0] and before.type not in {"_COLON", "_SEMICOLON"}:
        return source.error(
            "this for stands behind its statement", heading.place, "write it in front, as in for t in 1..T: h[t] = ..."
        )
    return source.error(
        "this for has nothing to do",
        heading.place,
        "write its statement on the same line, or indent the lines below it",
    )


def _stray_indent(source: Source, previous: Line, line: Line) -> ReadingError:
    if any(token.type == "FOR" for token in previous.tokens):
        message = "this line is indented, but the loop above has its body on its own line already"
        hint = "break the line above after its colon, or join the statements with a semicolon"
    else:
        message, hint = "this line is indented, but no loop is open above it", "begin it where the line above begins"
    return source.error(message, line.tokens[0].place, hint)
