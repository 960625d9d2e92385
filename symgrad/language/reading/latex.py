"""The LaTeX that lecturers paste among plain notation, told in plain notation.

`\\frac{a}{b}` keeps a sign of its own, FRACTION; every other command becomes the letters or signs of
the plain language (`\\mu` is μ, `\\tilde{R}` is R with a combining tilde, `\\pluseq` is `+=`) or vanishes
(`\\left`, `\\mathrm`, `\\quad`). An unknown command is passed on with its backslash, which the lexer
refuses with its place.
"""

from __future__ import annotations

import re
from typing import Protocol

from symgrad.language.functions import SPELLINGS

FRACTION = "\ue000"
"""Stands for `\\frac` in the plain form; a text of an author may not hold it."""


def _words(text: str) -> list[str]:
    return text.split()


_GREEK = dict(
    zip(
        _words(
            "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi "
            "rho varrho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
            "Upsilon Phi Psi Omega"
        ),
        "αβγδεεζηθθικλμνξπρρστυφφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)

_SIGNS = {
    **{name: name for name in SPELLINGS if name.isascii()},
    **_GREEK,
    "sum": "Σ",
    "sqrt": "√",
    "partial": "∂",
    "ell": "ℓ",
    "prime": "'",
    "top": "T",
    "intercal": "T",
    "cdot": "·",
    "times": "*",
    "ast": "*",
    "odot": "*",
    "circ": "*",
    "div": "/",
    "bmod": "%",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "ne": "!=",
    "neq": "!=",
    "lt": "<",
    "gt": ">",
    "in": " in ",
    "forall": " for ",
    "sim": "~",
    "leftarrow": "=",
    "gets": "=",
    "coloneqq": "=",
    "colon": ":",
    "pluseq": "+=",
    "minuseq": "-=",
    "ldots": "..",
    "dots": "..",
    "cdots": "..",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "mid": "|",
    "Vert": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "parallel": "‖",
    "lbrace": "{",
    "rbrace": "}",
    "lbrack": "[",
    "rbrack": "]",
}

_SPACES = frozenset(_words("quad qquad enspace enskip thinspace medspace thickspace hfill newline par"))

_NOTHING = frozenset(
    _words(
        "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits "
        "nolimits nonumber"
    )
)

_UNWRAPPED = frozenset(
    _words(
        "text textrm textbf textit texttt textsf mbox mathrm mathbf mathit mathsf mathtt mathcal mathbb mathbbm mathop "
        "mathrel mathbin operatorname boldsymbol bm ensuremath"
    )
)
"""Commands whose argument stands for itself."""

_ACCENTS = {
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0304",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
}

_FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})

_SINGLE = {"\\": "\n", "{": "{", "}": "}", "_": "_", "%": "%", "#": "#", "&": " ", "!": "", "$": " ", "|": "‖"}
_SINGLE_SPACES = frozenset(" ,;:>()[]\n\t")
_ENVIRONMENT = re.compile(r"\s*\{[A-Za-z*]*\}")
_BARE_ARGUMENTS = re.compile(r"\s*([0-9A-Za-z])\s*([0-9A-Za-z])")


class PlainWriter(Protocol):
    """Where the plain form is written to."""

    pieces: list[str]
    origin: list[int]

    @property
    def last(self) -> str:
        """The last character written."""

    def put(self, characters: str, offset: int) -> None:
        """Writes characters that stand for what is at one offset of the text."""


class LatexState:
    """Turns LaTeX commands into plain notation; remembers what the closing braces belong to."""

    def __init__(self, writer: PlainWriter) -> None:
        self.writer = writer
        self.open_braces: list[int | tuple[str, int] | None] = []
        # For each open brace: None where it is kept; else dropped: the accent and where its letter
        # will stand, or only where the argument begins.
        self.pending_accent = ""  # waits for the next command's letter, as in `\\hat\\mu`

    def brace(self, brace: str, text: str, offset: int) -> None:
        """Writes a brace of the text, unless it only delimits the argument of a dropped command."""
        if brace == "{":
            self.open_braces.append(None)
            self.writer.put("{", offset)
            return
        opened = self.open_braces.pop() if self.open_braces else None
        if opened is None:
            self.writer.put("}", offset)
        elif isinstance(opened, tuple):
            self._accent(*opened)
        elif self.writer.last.isalnum() and text[offset + 1 : offset + 2].isalnum():
            self.writer.put(" ", offset)

    def command(self, text: str, found: str, offset: int) -> int:
        """Writes what the command `found` at `offset` stands for; returns the offset after it."""
        word, end = found[1:], offset + len(found)
        if word in _ACCENTS:
            return self._open_argument(text, end, offset, _ACCENTS[word])
        if word in _UNWRAPPED:
            return self._open_argument(text, end, offset, "")
        if word in _FRACTIONS:
            return self._fraction(text, end, offset)
        if word in {"begin", "end"}:
            environment = _ENVIRONMENT.match(text, end)
            return environment.end() if environment else end
        if word == "grad":
            self.writer.put("grad" if self.writer.last == "." else ".grad", offset)
        elif word in _SPACES or word in _SINGLE_SPACES:
            self.writer.put(" ", offset)
        elif word in _SINGLE:
            self.writer.put(_SINGLE[word], offset)
        elif word in _NOTHING:
            return end + 1 if text[end : end + 1] == "." else end  # `\left.` has no bracket
        else:
            self._word(_SIGNS.get(word, found), text, end, offset)
        return end

    def _word(self, characters: str, text: str, end: int, offset: int) -> None:
        self._separate(offset, characters)
        start = len(self.writer.pieces)
        self.writer.put(characters, offset)
        if self.pending_accent:
            self._accent(self.pending_accent, start)
            self.pending_accent = ""
        if characters[-1].isalnum() and text[end : end + 1].isalnum():
            self.writer.put(" ", offset)

    def _separate(self, offset: int, characters: str = "x") -> None:
        if self.writer.last.isalnum() and characters[0].isalnum():
            self.writer.put(" ", offset)

    def _open_argument(self, text: str, end: int, offset: int, accent: str) -> int:
        self._separate(offset)
        found = re.compile(r"\s*").match(text, end)
        begin = found.end() if found else end
        if text[begin : begin + 1] == "{":
            start = len(self.writer.pieces)
            self.open_braces.append((accent, start) if accent else start)
            return begin + 1
        if accent and text[begin : begin + 1].isalpha():
            start = len(self.writer.pieces)
            self.writer.put(text[begin], begin)
            self._accent(accent, start)
            return begin + 1
        self.pending_accent = accent
        return end

    def _accent(self, accent: str, start: int) -> None:
        """Puts the combining accent behind the first letter written since `start`."""
        if start < len(self.writer.pieces):
            self.writer.pieces.insert(start + 1, accent)
            self.writer.origin.insert(start + 1, self.writer.origin[start])

    def _fraction(self, text: str, end: int, offset: int) -> int:
        self.writer.put(FRACTION, offset)
        bare = _BARE_ARGUMENTS.match(text, end)
        if not bare:
            return end
        for argument in (1, 2):
            self.writer.put("{" + bare.group(argument) + "}", bare.start(argument))
        return bare.end()
