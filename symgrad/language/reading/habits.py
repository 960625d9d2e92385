"""Habits of other notations: what they mean where that is certain, and a sentence where they mean nothing here.

Works on the tokens of the first pass, before lines and brackets are matched: `|x|` is abs(x); a label
in front of a statement, a module's name before a function, `+ =` and the like are told as what they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from symgrad.errors import ReadingError
from symgrad.language.reading.lexer import FOR_WORDS, REDUCERS, Token, bracket_step, glued
from symgrad.language.reading.source import Source
from symgrad.language.reading.vocabulary import DECLARATION_WORDS

_OPERAND_ENDS = frozenset({"NAME", "NUMBER", "_CLOSE", "_RSQB", "SUFFIX"})
_UNFINISHED = frozenset({"PLUS", "MINUS", "TIMES", "POWER", "EQUAL", "UPDATE", "COMPARE", "_COMMA"})
_MODULES = frozenset({"np", "numpy", "torch", "math", "jnp", "jax", "tf", "F"})
_REDUCING = frozenset({"sum", "mean", "max", "min"})
_METHODS = _REDUCING | {"exp", "log", "sqrt", "tanh", "item", "backward", "transpose", "reshape", "view", "numpy"}

_CONDITION = "write a condition as a factor: 1[a >= b] x"
_STATEMENTS = "a program is declarations and loops of statements: for b: Z[b] += ..."
FOREIGN_WORDS: dict[str, str] = (
    dict.fromkeys(("if", "else", "elif", "and", "or", "not", "then"), _CONDITION)
    | dict.fromkeys(("return", "import", "def", "lambda", "print", "class", "pass", "break", "continue"), _STATEMENTS)
    | {
        "while": "write a loop over a range: for t in 1..T: ...",
        "prod": "write exp(sum_j log(x[j]))",
        "argmax": "declare labels for it: integer k in J",
        "argmin": "declare labels for it: integer k in J",
        "mod": "write the remainder of an index as i % 2",
        "where": "write the loop in front of its statement: for b in B: y[b] = ...",
        "let": "delete it; a definition is written y = ...",
    }
)
"""Words of other languages, and what is written in place of them here."""

_FOREIGN_REDUCERS = frozenset({"prod", "argmax", "argmin"})

_CELL_BELOW = ("FRACTION", "_OPEN", "PARTIAL", "NAME", "_CLOSE", "_OPEN", "PARTIAL", "NAME", "_LSQB")

_NOTHING = Token("_NEWLINE", "", 0, 0, None)  # type: ignore[arg-type]

FORMS = {
    "index": "index b in B, j in J",
    "size": "size B >= 2, H = 2*D",
    "input": "input s[b, j], q[j] > 0",
    "param": "param W[j, i]",
    "const": "const eps > 0",
    "integer": "integer y[b] in J",
    "constraint": "constraint sum_j t[b, j] = 1",
    "distribution": "distribution P[x] over x",
    "function": "function f(y, z), g(x)",
    "output": "output p, h",
    "accumulator": "accumulator s.grad[b, j]",
    "computed": "computed Z[b]",
}
"""How each declaration is written."""


def foreign_word(name: str) -> str:
    """The name without what it runs over.

    >>> foreign_word("prod_j"), foreign_word("if"), foreign_word("let_b")
    ('prod', 'if', 'let_b')
    """
    word = name.partition("_")[0]
    return word if word in _FOREIGN_REDUCERS else name


def plain_notation(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with every `|x|` as a call of abs.

    Raises ReadingError for what belongs to another notation and has no certain meaning in this one.
    """
    for at in _line_starts(tokens):
        _refuse_label(source, tokens, at)
        _refuse_bare_declaration(source, tokens, at)
    _refuse_equation_numbers(source, tokens)
    for at in range(len(tokens) - 1):
        _refuse_arrow(source, tokens[at], tokens[at + 1])
        _refuse_split_sign(source, tokens[at], tokens[at + 1])
        _refuse_method(source, tokens[at], tokens[at + 1])
    return _absolute_values(source, _bracketed_bodies(_partials_of_cells(tokens)))


def _bracketed_bodies(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens with `E_{x ~ P}[f]` and `sum_{j}[f]` in round brackets."""
    out: list[Token] | None = None
    for at, token in enumerate(tokens):
        if token.type != "UNDERSCORE" or not at or tokens[at - 1].value not in {"E", *REDUCERS}:
            continue
        if _at(tokens, at + 1).value != "{":
            continue
        start = _closed(tokens, at + 1) + 1
        if _at(tokens, start).type == "_LSQB":
            out = list(tokens) if out is None else out
            end = _closed(tokens, start)
            out[start] = out[start].like("_OPEN", "(")
            if end < len(tokens):
                out[end] = out[end].like("_CLOSE", ")")
    return tokens if out is None else out


def _closed(tokens: Sequence[Token], opening: int) -> int:
    """Where a bracket is closed; behind the end if it is not."""
    depths = accumulate(bracket_step(token) for token in tokens[opening:])
    return next((opening + step for step, depth in enumerate(depths) if not depth), len(tokens))


def _partials_of_cells(tokens: Sequence[Token]) -> Sequence[Token]:
    r"""The tokens with `\frac{∂L}{∂w[b]}` as `\frac{∂L}{∂w}[b]`: a cell of the adjoint."""
    if not any(token.type == "FRACTION" for token in tokens):
        return tokens
    out = list(tokens)
    for at in range(len(out) - len(_CELL_BELOW)):
        if tuple(token.type for token in out[at : at + len(_CELL_BELOW)]) != _CELL_BELOW:
            continue
        start = at + len(_CELL_BELOW) - 1
        depths = accumulate(bracket_step(token) for token in out[start:])
        end = next((start + step for step, depth in enumerate(depths) if not depth), len(out))
        if _at(out, end + 1).type == "_CLOSE":
            out[start : end + 2] = [out[end + 1], *out[start : end + 1]]
    return out


def _line_starts(tokens: Sequence[Token]) -> Iterator[int]:
    """Where a line begins that does not continue another."""
    depth, before = 0, _NOTHING
    for at, token in enumerate(tokens):
        first = at == 0 or tokens[at - 1].type == "_NEWLINE"
        if first and token.type != "_NEWLINE" and depth <= 0 and before.type not in _UNFINISHED:
            yield at
        depth += bracket_step(token)
        before = before if token.type == "_NEWLINE" else token


def _at(tokens: Sequence[Token], at: int) -> Token:
    return tokens[at] if at < len(tokens) else _NOTHING


def _refuse_label(source: Source, tokens: Sequence[Token], start: int) -> None:
    """Refuses `Solution:`, `(a)`, `a)`, `1.`, `-` in front of a statement."""
    first, end = tokens[start], start
    while _at(tokens, end).type in {"NAME", "NUMBER", "_COMMA"} and tokens[end].value not in FOR_WORDS:
        end += 1
    if (
        end > start
        and _at(tokens, end).type == "_COLON"
        and first.value not in DECLARATION_WORDS | FOREIGN_WORDS.keys()
    ):
        raise _label_or_indices(source, tokens[start : end + 1])
    if first.type == "_OPEN" and _at(tokens, start + 2).type == "_CLOSE":
        end = start + 3
    elif first.type in {"NAME", "NUMBER"} and _at(tokens, start + 1).value == ")":
        end = start + 2
    elif (first.type == "NUMBER" and first.value.endswith(".")) or first.type in {"MINUS", "TIMES"}:
        end = start + 1
    else:
        return
    following = _at(tokens, end)
    if following.type == "NAME" and (first.type not in {"MINUS", "TIMES"} or following.value in FOR_WORDS):
        text = source.plain[first.start : tokens[end - 1].end]
        raise source.error(f"the label “{text}” is no part of a program", first.place, "delete the label")


def _label_or_indices(source: Source, tokens: Sequence[Token]) -> ReadingError:
    """The error for names in front of a colon: a label, or the indices of a `for` that is missing."""
    first, text = tokens[0], source.plain[tokens[0].start : tokens[-1].end]
    names = [token.value for token in tokens if token.type == "NAME"]
    if any(len(name.rstrip("'0123456789")) > 1 for name in names) or not names or first.value.isupper():
        return source.error(f"the label “{text}” is no part of a program", first.place, "delete the label")
    hint = f"write for {text} for a loop, or delete it if it is a label"
    return source.error(f"“{text}” stands here without a for", first.place, hint)


def _refuse_bare_declaration(source: Source, tokens: Sequence[Token], start: int) -> None:
    word, following = tokens[start], _at(tokens, start + 1)
    bare = {"_NEWLINE", "_COLON"} if word.value == "constraint" else {"_NEWLINE", "_COLON", "NUMBER"}
    if word.type == "NAME" and word.value in DECLARATION_WORDS and following.type in bare:
        raise source.error(f"“{word.value}” declares no name here", word.place, f"write it as {FORMS[word.value]}")


def _refuse_split_sign(source: Source, sign: Token, equal: Token) -> None:
    if sign.value == equal.value == "-" and glued(sign, equal) and source.plain[equal.end : equal.end + 1] == " ":
        raise source.error(
            "two minus signs stand here", sign.place, "write # before a comment, - (-x) for a difference"
        )
    if sign.type in {"PLUS", "MINUS"} and equal.value == "=":
        text = sign.value + equal.value
        raise source.error(f"“{sign.value}” and “=” stand apart", sign.place, f"did you mean {text}? write it in one")


def _refuse_equation_numbers(source: Source, tokens: Sequence[Token]) -> None:
    """Refuses a `(2)` that stands apart at the end of a line, behind an operand."""
    for at in range(1, len(tokens) - 2):
        before, opening, number = tokens[at - 1 : at + 2]
        bracketed = opening.value == "(" and number.type == "NUMBER" and tokens[at + 2].type == "_CLOSE"
        apart = before.type in _OPERAND_ENDS and not glued(before, opening)
        if bracketed and apart and _at(tokens, at + 3).type == "_NEWLINE":
            hint = f"delete it, or write the factor in front: {number.value} x[b]"
            raise source.error(f"is this ({number.value}) the number of an equation or a factor?", opening.place, hint)


def _refuse_arrow(source: Source, left: Token, right: Token) -> None:
    if left.value in {"-", "="} and right.value == ">" and glued(left, right):
        hint = "a statement is written target = value, a comparison >="
        raise source.error(f"“{left.value}>” is no sign of this language", left.place, hint)


def _refuse_method(source: Source, name: Token, opening: Token) -> None:
    """Refuses `x.sum()` and `np.exp(x)`."""
    if opening.type != "_OPEN" or name.type not in {"NAME", "SUFFIX"} or "." not in name.value:
        return
    module, _, last = name.value.rpartition(".")
    if module not in _MODULES and last not in _METHODS:
        return
    if last in _REDUCING:
        hint = f"write the index it runs over: {last}_j x[j]"
    elif last in _METHODS or module in _MODULES:
        hint = f"write functions alone: {last}(x)"
    raise source.error(f"“{name.value}” is no function of this language", name.place, hint)


def _absolute_values(source: Source, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with bars in pairs as brackets behind a call of abs.

    A bar closes where one is open in the same brackets and an operand ends before it; else it opens.
    """
    out: list[Token] = []
    opened: list[Token] = []
    inner = _NOTHING  # the bar that opened what was closed last
    for token in tokens:
        if token.type == "BAR":
            if opened and opened[-1].type == "BAR" and out[-1].type in _OPERAND_ENDS:
                if out[-1].value == "|" and glued(out[-1], token) and glued(opened[-1], inner):
                    raise source.error(
                        "a norm is not in the language", opened[-1].place, "write it out: sqrt(sum_i x[i]^2)"
                    )
                inner = opened.pop()
                out.append(token.like("_CLOSE"))
            else:
                opened.append(token)
                out += [token.like("CALL", "abs"), token.like("_OPEN")]
            continue
        step = bracket_step(token)
        if opened and opened[-1].type == "BAR" and (step < 0 or token.type == "_NEWLINE"):
            raise _lone_bar(source, opened[-1])
        if step > 0:
            opened.append(token)
        elif step < 0 and opened:
            opened.pop()
        out.append(token)
    lone = next((token for token in opened if token.type == "BAR"), None)
    if lone is not None:
        raise _lone_bar(source, lone)
    return out


def _lone_bar(source: Source, bar: Token) -> ReadingError:
    return source.error(
        "this “|” has no partner on its line",
        bar.place,
        "write |x| or abs(x) for the absolute value, P[x, y] for P(x|y)",
    )
