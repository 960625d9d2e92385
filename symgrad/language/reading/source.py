"""A text before it is cut into tokens: its bounds, what may not stand in it, and its plain form.

The plain form is what the lexer reads: dashes are `-`, thin spaces are spaces, `µ` is `μ`, `x²` is
`x^{2}`, `hₜ` is `h_{t}`, and the LaTeX of `latex.py` is the notation it stands for. Each of its
characters remembers where in the author's text it comes from, so every place that is shown to the
author is a place in what the author wrote.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.errors import Place, ReadingError, UsageError
from symgrad.language.reading.latex import FRACTION, LatexState

MAX_BYTES = 64 * 1024
"""The longest text that is read."""

_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""The characters at which `str.splitlines` cuts, so that lines are counted as errors show them."""

_PLAIN: dict[str, str] = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-"),
    **dict.fromkeys("\u00a0\u202f\u205f\u3000\u200b\ufeff\u2060\u2061\u2062\u2063\u2064", " "),
    **{chr(code): " " for code in range(0x2000, 0x200B)},
    **dict.fromkeys("\u2032\u2019\u02b9\u00b4", "'"),
    "\u2033": "''",
    "\u2034": "'''",
    "\u00b5": "μ",
    "ϵ": "ε",
    "ϕ": "φ",
    "ϑ": "θ",
    "ϱ": "ρ",
    "\u2126": "Ω",
    "ℯ": "e",
    **dict.fromkeys("×∗⊙∘", "*"),
    **dict.fromkeys("⋅∙•‧", "·"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("≤⩽≦", "<="),
    **dict.fromkeys("≥⩾≧", ">="),
    "≠": "!=",
    **dict.fromkeys("←⟵⇐≔", "="),
    "∑": "Σ",
    **dict.fromkeys("∼∽", "~"),
    "∈": " in ",
    "∀": " for ",
    **dict.fromkeys("…⋯", ".."),
    "½": "(1/2)",
    "⅓": "(1/3)",
    "¼": "(1/4)",
    "¾": "(3/4)",
}
"""Characters and what they look like in plain notation."""

_FRACTIONS = ("½", "⅓", "¼", "¾")

_RAISED = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        "0123456789+-=()niabcdefghjklmoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        strict=True,
    )
)
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))

_TWINS = dict(
    zip(
        "аеорсхуіјѕһԁԛԝӏАВЕКМНОРСТУХІЈЅԚԜҮօսոհցքՕՍԼᎪᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᎢᏙᎳᏃ",
        "aeopcxyijshdqwlABEKMHOPCTYXIJSQWYounhgpOULACDEHJKLMPRTVWZ",
        strict=True,
    )
)
"""Cyrillic, Armenian and Cherokee letters that cannot be told from Latin ones."""

_GREEK_TWINS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True))
"""Greek letters that cannot be told from Latin ones."""

_UNUSUAL = re.compile(
    rf"\\[A-Za-z]+|\\.|[{{}}]|[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+|\$|&|[^\x20-\x7e\n]", re.DOTALL
)

_COMMENT = re.compile(r"#[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]*")

_UNUSUAL_ASCII = re.compile(r"[\\$&\r\x0b\x0c\x1c-\x1e]")


@dataclass(frozen=True)
class Source:
    """A text and its plain form; `origin[i]` is the offset in `text` that `plain[i]` comes from."""

    text: str
    name: str
    plain: str
    origin: Sequence[int]
    line_starts: Sequence[int] = field(repr=False)

    def place(self, start: int, end: int | None = None) -> Place:
        """The author's place of the plain characters from `start` up to, not including, `end`."""
        first = self._offset(start)
        last = self._offset(end - 1) if end is not None and end > start else first
        line = bisect_right(self.line_starts, first)
        return Place(line, first - self.line_starts[line - 1] + 1, max(1, last - first + 1))

    def _offset(self, at: int) -> int:
        return self.origin[at] if at < len(self.origin) else len(self.text)

    def error(self, message: str, place: Place | None = None, hint: str = "") -> ReadingError:
        """A reading error at a place of this text."""
        return ReadingError(message, place, hint, source=self.text, name=self.name)


def read_source(text: str, name: str = "") -> Source:
    """The text with its plain form.

    Raises UsageError for what is no text; ReadingError where it is longer than MAX_BYTES or holds something that
    cannot be seen for what it is: marks of text direction, control characters, look-alikes of Latin letters.

    >>> read_source("x² − µ").plain
    'x^{2} - μ'
    """
    if not isinstance(text, str):
        hint = "decode it: text.decode()" if isinstance(text, bytes) else "give it as a string"
        raise UsageError(f"what is read must be text, not {type(text).__name__}", hint=hint)
    starts = _line_starts(text)
    raw = Source(text, name, text, range(len(text)), starts)
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise raw.error(f"the text is longer than {MAX_BYTES // 1024} kB", hint="read it in smaller pieces")
    if text.isascii() and not _UNUSUAL_ASCII.search(text):
        _refuse_control_characters(raw)
        return raw
    _refuse_look_alikes(raw)
    plain = _Plain(raw)
    plain.write()
    return Source(text, name, "".join(plain.pieces), plain.origin, starts)


def plain_text(text: str) -> str:
    """The plain form alone, for spellings that are given beside a text."""
    return read_source(text).plain


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _refuse_control_characters(source: Source) -> None:
    found = re.search(r"[\x00-\x08\x0e-\x1b\x1f\x7f]", source.text)
    if found:
        at = found.start()
        raise source.error(
            f"an invisible control character (U+{ord(source.text[at]):04X}) stands here", source.place(at), "delete it"
        )


def _refuse_look_alikes(source: Source) -> None:
    text = _COMMENT.sub(lambda comment: " " * len(comment.group()), source.text)  # anything may be said there
    for at, char in enumerate(text):
        if char < "\u0370":
            continue
        twin = _TWINS.get(char) or _GREEK_TWINS.get(char)
        if twin:
            script = unicodedata.name(char).split()[0].capitalize()
            raise source.error(
                f"“{char}” is a {script} letter that looks like the Latin “{twin}”",
                source.place(at),
                f"type the Latin letter {twin}",
            )
    for word in re.finditer(r"[^\W\d_]+", text):
        foreign = next((char for char in word.group() if _is_foreign(char)), "")
        if foreign and re.search("[A-Za-z]", word.group()):
            raise source.error(
                f"“{foreign}” stands among Latin letters, but is none",
                source.place(word.start() + word.group().index(foreign)),
                "write a name in letters of one script; Greek ones are welcome",
            )


def _is_foreign(char: str) -> bool:
    """Whether a letter belongs to an alphabet that is neither Latin nor Greek nor of mathematics."""
    if char < "\u0400" or char in _PLAIN or char in _RAISED or char in _LOWERED:
        return False
    script = unicodedata.name(char, "").split(" ")[0]
    return script not in {"LATIN", "GREEK", "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK", "BLACK-LETTER", "FULLWIDTH"}


class _Plain:
    """Writes the plain form of a text, character by character with its origin."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pieces: list[str] = []
        self.origin: list[int] = []
        self.latex = LatexState(self)

    @property
    def last(self) -> str:
        """The last character written, or a space at the start."""
        return self.pieces[-1] if self.pieces else " "

    def put(self, characters: str, offset: int) -> None:
        """Writes characters that all stand for what is at one offset of the text."""
        self.pieces += characters
        self.origin += [offset] * len(characters)

    def copy(self, start: int, end: int) -> None:
        """Writes a part of the text as it stands."""
        if start < end:
            self.pieces += self.source.text[start:end]
            self.origin += range(start, end)

    def write(self) -> None:
        """Writes the whole text."""
        text, done = self.source.text, 0
        while found := _UNUSUAL.search(text, done):
            start = found.start()
            self.copy(done, start)
            done = self._unusual(found.group(), start)
        self.copy(done, len(text))

    def _unusual(self, found: str, start: int) -> int:
        """Writes what stands for an unusual piece of text; returns the offset where to go on."""
        first = found[0]
        if first == "\\":
            return self.latex.command(self.source.text, found, start)
        if first in "{}":
            self.latex.brace(first, self.source.text, start)
        elif first in _RAISED:
            self._run("^", [_RAISED[char] for char in found], start)
        elif first in _LOWERED:
            self._run("_", [_LOWERED[char] for char in found], start)
        elif first in "$&":
            self._check_alignment(start)
            self.put(" ", start)
        else:
            self._character(first, start)
        return start + len(found)

    def _check_alignment(self, start: int) -> None:
        """Refuses an & that does not align lines of LaTeX, but joins conditions."""
        text = self.source.text
        if text.startswith("&&", start) or (text[start] == "&" and "\\" not in text and "&=" not in text):
            hint = "write a condition for each as a factor: 1[a < b] 1[b < c]"
            raise self.source.error("“&” is no sign of this language", self.source.place(start), hint)

    def _run(self, mark: str, characters: list[str], start: int) -> None:
        self.put(mark + "{", start)
        for position, char in enumerate(characters):
            self.put(char, start + position)
        self.put("}", start + len(characters) - 1)

    def _character(self, char: str, start: int) -> None:
        if char in _LINE_ENDS:
            follows_return = char == "\r" and self.source.text[start + 1 : start + 2] == "\n"
            self.put("" if follows_return else "\n", start)
        elif char == "⊤":
            self.put("T" if self.last in "^{" else "^T", start)
        elif char in _PLAIN:
            self._check_fraction(char, start)
            self.put(_PLAIN[char], start)
        elif char == "\t" or char >= "\U0001d400" or 0xFF01 <= ord(char) <= 0xFF5E:
            self.put(unicodedata.normalize("NFKC", char), start)  # mathematical and wide letters
        else:
            self._check(char, start)
            self.put(char, start)

    def _check_fraction(self, char: str, start: int) -> None:
        """Refuse ½ directly behind what it may multiply, be added to, or be the power of: 2½, Z[b]½."""
        before = self.source.text[start - 1 : start]
        if char in _FRACTIONS and (before.isalnum() or before in tuple("])}'") or before in _FRACTIONS):
            hint = f"write {_PLAIN[char]} and the sign between them, as in Z[b]^{_PLAIN[char]} or 2 + {_PLAIN[char]}"
            raise self.source.error(f"{char} stands directly behind something", self.source.place(start), hint)

    def _check(self, char: str, start: int) -> None:
        code = f"U+{ord(char):04X}"
        if char in _DIRECTION_MARKS:
            raise self.source.error(
                f"an invisible mark of text direction ({code}) stands here", self.source.place(start), "delete it"
            )
        if char == FRACTION or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "No"}:
            raise self.source.error(
                f"an invisible or unknown character ({code}) stands here", self.source.place(start), "delete it"
            )
