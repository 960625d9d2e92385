"""Cuts the plain form of a text into tokens.

This is the first of three passes; it knows no names. `layout.py` then makes logical lines and
blocks, and `words.py` tells what each name is. The token types are those of `grammar.lark`, besides
a few that only live between the passes (UNDERSCORE, PARTIAL, BAR, COLON, brackets not yet told apart).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from symgrad.errors import Place
from symgrad.language.reading.latex import FRACTION
from symgrad.language.reading.source import Source, plain_text

MAX_NODES = 20_000
"""The most nodes of one program; a name or number is one at least."""

MAX_TOKENS = 2 * MAX_NODES
"""The most words and signs that are parsed."""

MAX_DIGITS = 300
"""The most digits of a number, and the greatest power of ten in its exponent."""

REDUCERS = {"sum": "sum", "Σ": "sum", "mean": "mean", "max": "max", "min": "min"}
"""Words that reduce over the indices written below them: `sum_j`, `Σ_{j,k}`."""

FOR_WORDS = frozenset({"for", "For", "FOR", "forall", "foreach", "Forall", "Foreach"})
"""Words that open a loop."""

DELTAS = frozenset({"δ", "delta"})

_MARK = r"[\u0300-\u036f\u20d0-\u20ff]*"
_SEGMENT = rf"[^\W\d_]{_MARK}(?:[^\W_]{_MARK})*"
_NAME = re.compile(_SEGMENT)
_TAIL = re.compile(rf"(?:_+[^\W_]{_MARK}(?:[^\W_]{_MARK})*)+")
_BRACED_TAIL = re.compile(rf"_\{{((?:[\w\s,+\-']{_MARK})*)\}}")
_SUFFIX = re.compile(r"(?:\.[^\W\d_]\w*'*)+")
_SUFFIX_FIRST = re.compile(r"(\.(value|grad))(_[^.]+)$")
_PRIMES = re.compile(r"'*")
_EXPECTATION = re.compile(r"_\{[^{}]*~|_\{[^{}]*\{[^{}]*\}[^{}]*~")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+|\.(?![.\w]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SKIPPED = re.compile(r"[^\S\n]+|#[^\n]*")

_SIGNS = {
    "...": "DOTS",
    "..": "DOTS",
    "+=": "UPDATE",
    "-=": "UPDATE",
    "**": "POWER",
    "^": "POWER",
    "//": "TIMES",
    "<=": "COMPARE",
    ">=": "COMPARE",
    "!=": "COMPARE",
    "==": "COMPARE",
    "<": "COMPARE",
    ">": "COMPARE",
    ":=": "EQUAL",
    "=": "EQUAL",
    "+": "PLUS",
    "-": "MINUS",
    "*": "TIMES",
    "·": "TIMES",
    "/": "TIMES",
    "%": "TIMES",
    "@": "TIMES",
    "√": "FUNCTION",
    "~": "TILDE",
    "|": "BAR",
    "∂": "PARTIAL",
    FRACTION: "FRACTION",
    "_": "UNDERSCORE",
    ":": "_COLON",
    ";": "_SEMICOLON",
    ",": "_COMMA",
    "(": "_OPEN",
    ")": "_CLOSE",
    "{": "_OPEN",
    "}": "_CLOSE",
    "[": "_LSQB",
    "]": "_RSQB",
    "\n": "_NEWLINE",
}
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)))

_REFUSED_SIGNS = {
    "*=": "only =, += and -= are statements; write x = x_before * ... with a tensor of its own",
    "/=": "only =, += and -= are statements; write x = x_before / ... with a tensor of its own",
    "^=": "only =, += and -= are statements",
    "=+": "did you mean +=?",
    "!": "write != for “is not equal”; there is no factorial",
    '"': "a program holds no quoted text",
    "'": "a prime stands directly behind a name, as in x'",
    "\\": "this LaTeX command is not known; write the plain notation",
    "?": "a text to be read has no blanks left in it",
    ".": "write a number with its digits (0.5), and s.grad for an adjoint",
    "⊗": "write the product with its indices: x[i] y[j]",
    "∏": "products over an index are not in the language; use exp(sum_j log(x[j]))",
    "∫": "integrals are not in the language",
    "∇": "write x.grad for the gradient with respect to x",
    "→": "a statement is written target = value",
}
_REFUSED = re.compile("|".join(re.escape(sign) for sign in sorted(_REFUSED_SIGNS, key=len, reverse=True)))


@dataclass(slots=True)
class Token:
    """One token. `start` and `end` count characters of the plain form; `orders` is for derivatives."""

    type: str
    value: str
    start: int
    end: int
    place: Place
    orders: tuple[int, ...] = ()

    # lark asks the last token for these to place the end of the text; places are our own business.
    start_pos = end_pos = line = column = end_line = end_column = 0

    def like(self, type_: str, value: str | None = None) -> Token:
        """A token of another type at the same place."""
        return Token(type_, self.value if value is None else value, self.start, self.end, self.place)


def glued(left: Token, right: Token) -> bool:
    """Whether nothing stands between two tokens."""
    return left.end == right.start


def bracket_step(token: Token) -> int:
    """How a token changes the depth of brackets: 1 where it opens one, -1 where it closes one."""
    return (token.type in {"_OPEN", "_LSQB"}) - (token.type in {"_CLOSE", "_RSQB"})


class Scanner:
    """Cuts one source into tokens. `aliases` maps other spellings of names to the names."""

    def __init__(self, source: Source, aliases: Mapping[str, str] | None = None) -> None:
        self.source = source
        self.text = source.plain
        self.at = 0
        self.tokens: list[Token] = []
        self.operands = 0
        self.aliases = {
            _unspaced(plain_text(spelling)): canonical(name) for spelling, name in (aliases or {}).items() if spelling
        }
        self._alias = _alias_pattern(self.aliases)

    def scan(self) -> list[Token]:
        """All tokens, newlines among them, brackets neither matched nor told apart."""
        while self.at < len(self.text):
            skipped = _SKIPPED.match(self.text, self.at)
            if skipped:
                self.at = skipped.end()
            elif not (self._read_alias() or self._read_name() or self._read_number() or self._read_sign()):
                self._refuse()
            if self.operands > MAX_NODES or len(self.tokens) > MAX_TOKENS:
                raise self.source.error(
                    f"the text has more than {MAX_NODES} names and numbers, or {MAX_TOKENS} words and signs",
                    self.tokens[-1].place,
                    "read it in smaller pieces",
                )
        return self.tokens

    def _add(self, type_: str, value: str, end: int) -> None:
        self.tokens.append(Token(type_, value, self.at, end, self.source.place(self.at, end)))
        self.operands += type_ in {"NAME", "NUMBER"}
        self.at = end

    def _read_alias(self) -> bool:
        if self._alias is None or (self.at and _is_name_part(self.text[self.at - 1])):
            return False
        found = self._alias.match(self.text, self.at)
        if not found:
            return False
        self._add_name(self.aliases[_unspaced(found.group())], found.end())
        return True

    def _read_name(self) -> bool:
        found = _NAME.match(self.text, self.at)
        if not found:
            return False
        name, end = found.group(), found.end()
        reduces = name in REDUCERS or name in DELTAS or (name == "E" and _EXPECTATION.match(self.text, end))
        if not (reduces and self.text[end : end + 1] == "_"):
            name, end = self._name_parts(name, end)
        self._add_name(name, end)
        return True

    def _name_parts(self, name: str, end: int) -> tuple[str, int]:
        """The name with the primes and subscripts that follow it, subscripts first, and its end."""
        primes = ""
        while True:
            if tail := _TAIL.match(self.text, end):
                name, end = name + tail.group(), tail.end()
            elif (braced := _BRACED_TAIL.match(self.text, end)) and braced.group(1).strip():
                name, end = name + "_" + script(braced.group(1)), braced.end()
            elif self.text.startswith("'", end):
                stroke = _PRIMES.match(self.text, end)
                primes, end = primes + stroke.group() if stroke else primes, stroke.end() if stroke else end
            else:
                return name + primes, end

    def _add_name(self, name: str, end: int) -> None:
        suffix = _SUFFIX.match(self.text, end)
        if suffix:
            name, end = name + suffix.group(), suffix.end()
            if braced := _BRACED_TAIL.match(self.text, end):
                name, end = name + "_" + script(braced.group(1)), braced.end()
        self._add("NAME", canonical(name), end)

    def _read_number(self) -> bool:
        found = _NUMBER.match(self.text, self.at)
        if not found:
            return False
        digits, _, exponent = found.group().lower().partition("e")
        if len(digits) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_DIGITS:
            place = self.source.place(self.at, found.end())
            raise self.source.error(f"this number has more than {MAX_DIGITS} digits", place, "use a shorter number")
        self._add("NUMBER", found.group(), found.end())
        return True

    def _read_sign(self) -> bool:
        if self.text.startswith(("=+", "*=", "/=", "^="), self.at) and not self.text.startswith("=+=", self.at):
            return False
        found = _SIGN.match(self.text, self.at)
        if not found:
            suffix = _SUFFIX.match(self.text, self.at)
            if suffix and self.tokens and self.tokens[-1].type in {"_RSQB", "_CLOSE"}:
                self._add("SUFFIX", suffix.group(), suffix.end())
                return True
            return False
        if found.group() == "~" and "\\" in self.source.text and not self._under_expectation():
            self.at = found.end()  # a space of LaTeX
        else:
            self._add(_SIGNS[found.group()], found.group(), found.end())
        return True

    def _under_expectation(self) -> bool:
        """Whether the last tokens open the subscript of an expectation: `E_{x`."""
        for at in range(len(self.tokens) - 1, max(0, len(self.tokens) - 16), -1):
            if self.tokens[at].type == "UNDERSCORE":
                return self.tokens[at - 1].value == "E"
        return False

    def _refuse(self) -> None:
        known = _REFUSED.match(self.text, self.at)
        sign = known.group() if known else self.text[self.at]
        if sign == "\\":
            command = re.compile(r"\\[A-Za-z]*").match(self.text, self.at)
            sign = command.group() if command else sign
        hint = _REFUSED_SIGNS.get(sign, "") or _REFUSED_SIGNS.get(sign[0], "delete it, or write what it stands for")
        if sign == "'" and self.tokens and self.tokens[-1].type == "_RSQB":
            hint = "write the prime behind the name, as in x'[b]; for a transpose exchange the indices"
        if sign == "." and self.text[self.at + 1 :].partition("\n")[0].strip() == "":
            hint = "delete the full stop"
        place = self.source.place(self.at, self.at + len(sign))
        raise self.source.error(f"“{sign}” means nothing here", place, hint)


def script(content: str) -> str:
    """A sub- or superscript without spaces; braces only where it is more than letters and digits.

    >>> script("t - 1"), script("t"), script("h, R")
    ('{t-1}', 't', '{h,R}')
    """
    content = re.sub(r"\s+", "", content)
    return content if re.fullmatch(rf"(?:[^\W_]{_MARK})+", content) else "{" + content + "}"


def canonical(name: str) -> str:
    """The one form of a name: composed characters, values without their suffix, indices in front of a suffix.

    >>> canonical("x.value"), canonical("x.grad"), canonical("x.value_i"), canonical("x.grad_{t-1}")
    ('x', 'x.grad', 'x_i', 'x_{t-1}.grad')
    """
    name = _SUFFIX_FIRST.sub(r"\3\1", unicodedata.normalize("NFC", name))
    return name.removesuffix(".value")


def _is_name_part(char: str) -> bool:
    return char.isalnum() or char in "_'." or bool(unicodedata.combining(char))


def _unspaced(spelling: str) -> str:
    return re.sub(r"\s+", "", spelling)


def _alias_pattern(aliases: Mapping[str, str]) -> re.Pattern[str] | None:
    if not aliases:
        return None
    spellings = sorted(aliases, key=len, reverse=True)
    parts = [_spaced(s) + (r"(?![\w'\u0300-\u036f])" if s[-1:].isalnum() else "(?![_'])") for s in spellings]
    return re.compile("|".join(parts))


def _spaced(spelling: str) -> str:
    """A pattern for a spelling with blanks after commas, and about the brackets of one like `H(P, Q)`."""
    pattern = re.escape(spelling)
    if "(" not in spelling:
        return pattern.replace(",", r",\s*")
    return re.sub(r"(\\[()|]|[,‖])", r"\\s*\1\\s*", pattern)
