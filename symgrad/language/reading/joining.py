"""Names and the sub- and superscripts that belong to them: `W^{h,R}` is one name, `x^2` a power."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.language.reading.lexer import DELTAS, REDUCERS, Token, glued, script

if TYPE_CHECKING:
    from symgrad.language.reading.vocabulary import Vocabulary

ASSIGNING = frozenset({"EQUAL", "UPDATE"})


def join_names(tokens: list[Token], vocabulary: Vocabulary, always: bool = False) -> list[Token]:
    """The tokens with superscripts that belong to names joined to them.

    `W^{h,R}` is a name; `B^R` is one directly before a bracket or a suffix, unless B is declared
    and `B^R` is not (a size B only where R is a tensor); all else is a power. With `always`, as in
    declarations, every such thing is a name.
    """
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token, used = tokens[at], 1
        if token.type == "NAME":
            token, used = _joined(tokens, at, vocabulary, always)
            stem, dot, suffix = token.value.partition(".")
            token.value = vocabulary.aliases.get(stem, stem) + dot + suffix
        out.append(token)
        at += used
    return out


def _joined(tokens: list[Token], at: int, vocabulary: Vocabulary, always: bool) -> tuple[Token, int]:
    """The name at `at` with what is joined to it, and how many tokens that takes."""
    base, end = tokens[at], at + 1
    name, suffix = base.value, ""
    if (name in REDUCERS or name in DELTAS) and (rejoined := _rejoined(tokens, at, vocabulary, always)):
        return rejoined, 3
    if not _glued_type(tokens, end, "POWER") or "." in name:
        return base, 1
    content, end = _script_at(tokens, end + 1)
    if not content:
        return base, 1
    content, _, suffix = content.partition(".")
    below = ""
    if _glued_type(tokens, end, "UNDERSCORE"):
        below, end = _script_at(tokens, end + 1)
        below, _, suffix = below.partition(".")
    if not suffix and _glued_type(tokens, end, "SUFFIX"):
        suffix, end = tokens[end].value[1:], end + 1
    joined = name + (f"_{script(below)}" if below else "") + "^" + script(content)
    indexed = bool(suffix) or _glued_type(tokens, end, "_LSQB")
    if not (always or "," in content or joined in vocabulary.tensors or joined in vocabulary.aliases):
        euler = name == "e" and not vocabulary.is_scalar("e")
        power = vocabulary.declared(name) and (name not in vocabulary.sizes or content in vocabulary.tensors)
        if euler or not indexed or power:
            return base, 1
    value = joined + ("." + suffix if suffix and suffix != "value" else "")
    return Token("NAME", value, base.start, tokens[end - 1].end, base.place), end - at


def _glued_type(tokens: list[Token], at: int, type_: str) -> bool:
    return at < len(tokens) and tokens[at].type == type_ and glued(tokens[at - 1], tokens[at])


def _script_at(tokens: list[Token], at: int) -> tuple[str, int]:
    """The text of a sub- or superscript of a name that starts at `at`, and the position after it."""
    if _glued_type(tokens, at, "NAME"):
        return tokens[at].value, at + 1
    if not _glued_type(tokens, at, "_OPEN") or tokens[at].value != "{":
        return "", at
    content, end = "", at + 1
    while end < len(tokens) and tokens[end].type in {"NAME", "NUMBER", "_COMMA", "PLUS", "MINUS"}:
        content += tokens[end].value
        end += 1
    names = any(token.type == "NAME" for token in tokens[at:end])
    closed = end < len(tokens) and tokens[end].type == "_CLOSE"
    return (content, end + 1) if closed and names and "." not in content else ("", at)


def _rejoined(tokens: list[Token], at: int, vocabulary: Vocabulary, always: bool) -> Token | None:
    """`max_val` as one name, where it is used as a tensor's: indexed, assigned or declared."""
    if not (_glued_type(tokens, at + 1, "UNDERSCORE") and _glued_type(tokens, at + 2, "NAME")):
        return None
    below = tokens[at + 2]
    name = f"{tokens[at].value}_{below.value}"
    assigned = at + 3 < len(tokens) and tokens[at + 3].type in ASSIGNING
    known = always or name in vocabulary.tensors or name in vocabulary.targets or "." in below.value
    if known or assigned or _glued_type(tokens, at + 3, "_LSQB"):
        return Token("NAME", name, tokens[at].start, below.end, tokens[at].place)
    return None
