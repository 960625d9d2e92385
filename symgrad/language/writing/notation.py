"""How each style spells the parts of the language: one table of symbols a style, for one printer.

`PLAIN` is what is typed, `UNICODE` what is shown in a terminal, `LATEX` what is put into a paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symgrad.errors import UsageError
from symgrad.language.functions import Function

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Notation:
    """The symbols of a style.

    `gap` stands between the factors of a product where nothing is needed to keep them apart,
    `times` where something is. `parentheses` are the ones around what is tall. An integer exponent
    is written with `exponent`, a name as exponent inside `letter_braces`, any other inside
    `braces`. A square root is written with `root` around what is under it, or `cell_root` around a
    cell; `root_is_call` says whether that reads as a call, which holds together more tightly than
    a sign before its operand. `write_words` writes words of declarations, with `word_gap` between
    them and what they declare. `fractions` says whether quotients are drawn with a bar.
    """

    name: str
    times: str
    gap: str
    reductions: Mapping[str, str]
    comparisons: Mapping[str, str]
    element: str
    floor_division: str
    modulo: str
    updates: Mapping[int, str]
    loop: str
    loop_list: str
    loop_block: str
    indent: Callable[[int], str]
    write_name: Callable[[str], str]
    write_function: Callable[[Function], str]
    write_words: Callable[[str], str]
    word_gap: str
    constants: Mapping[str, str]
    exponent: Callable[[int], str]
    braces: tuple[str, str]
    letter_braces: tuple[str, str]
    parentheses: tuple[str, str]
    root: tuple[str, str]
    cell_root: tuple[str, str]
    root_is_call: bool
    indicator: str
    fractions: bool = False


def notation_named(style: str) -> Notation:
    """The notation of a style; UsageError if there is none of that name."""
    if style not in _STYLES:
        raise UsageError(f"there is no style {style!r}", hint=f"the styles are {', '.join(_STYLES)}")
    return _STYLES[style]


def _same(text: str) -> str:
    return text


PLAIN = Notation(
    name="plain",
    times="*",
    gap=" ",
    reductions={"sum": "sum", "max": "max", "min": "min"},
    comparisons={op: op for op in ("=", "!=", "<", "<=", ">", ">=")},
    element=" in ",
    floor_division=" // ",
    modulo=" % ",
    updates={1: " += ", -1: " -= "},
    loop="for ",
    loop_list=": ",
    loop_block=":",
    indent=lambda depth: "    " * depth,
    write_name=_same,
    write_function=lambda function: function.name,
    write_words=_same,
    word_gap=" ",
    constants={"pi": "pi", "e": "exp(1)"},
    exponent=lambda value: f"^{value}" if value >= 0 else f"^({value})",
    braces=("^(", ")"),
    letter_braces=("^", ""),
    parentheses=("(", ")"),
    root=("sqrt(", ")"),
    cell_root=("sqrt(", ")"),
    root_is_call=True,
    indicator="1[",
)


UNICODE = Notation(
    name="unicode",
    times="·",
    gap=" ",
    reductions={"sum": "Σ", "max": "max", "min": "min"},
    comparisons={"=": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"},
    element=" in ",
    floor_division=" // ",
    modulo=" % ",
    updates={1: " += ", -1: " -= "},
    loop="for ",
    loop_list=": ",
    loop_block=":",
    indent=lambda depth: "    " * depth,
    write_name=_same,
    write_function=lambda function: function.unicode or function.name,
    write_words=_same,
    word_gap=" ",
    constants={"pi": "π", "e": "exp(1)"},
    exponent=lambda value: str(value).translate(SUPERSCRIPTS),
    braces=("^(", ")"),
    letter_braces=("^", ""),
    parentheses=("(", ")"),
    root=("√(", ")"),
    cell_root=("√", ""),
    root_is_call=False,
    indicator="1[",
)


_GREEK = {
    chr(code): "\\" + word
    for code, word in (
        *enumerate(("alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta"), 0x3B1),
        *enumerate(("iota", "kappa", "lambda", "mu", "nu", "xi"), 0x3B9),
        *enumerate(("pi", "rho", "varsigma", "sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega"), 0x3C0),
        *((0x393, "Gamma"), (0x394, "Delta"), (0x398, "Theta"), (0x39B, "Lambda"), (0x39E, "Xi"), (0x3A0, "Pi")),
        *((0x3A3, "Sigma"), (0x3A5, "Upsilon"), (0x3A6, "Phi"), (0x3A8, "Psi"), (0x3A9, "Omega")),
        *((0x3F5, "epsilon"), (0x3D5, "phi"), (0x3D1, "vartheta"), (0x2113, "ell")),
    )
}

_ACCENTS = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "overline",
    "\u0306": "breve",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u030c": "check",
    "\u20d7": "vec",
}

_NAME_PART = re.compile(
    r"(?P<script>[_^](?:\{[^}]*\}|[^\W_]+[\u0300-\u036f\u20d7]*))|(?P<primes>'+)|(?P<base>(?:[^\W_][\u0300-\u036f\u20d7]*)+)"
)


def latex_name(name: str) -> str:
    r"""The name in LaTeX.

    >>> print(latex_name("R̃_t"), latex_name("W^{h,R}.grad"), latex_name("μ_hR"), latex_name("loss"))
    \tilde{R}_t W^{h,R}.\mathrm{grad} \mu_{hR} \mathrm{loss}
    """
    first, *suffixes = name.split(".")
    words = "".join(rf".\mathrm{{{suffix}}}" for suffix in suffixes)
    parts = list(_NAME_PART.finditer(first))
    scripts = [part["script"][0] for part in parts if part["script"]]
    if len(set(scripts)) < len(scripts) or "".join(part[0] for part in parts) != first:  # such as `a_b_c`
        return rf"\mathrm{{{_escaped(first)}}}{words}"
    return "".join(_latex_part(part) for part in parts) + words


def _latex_part(part: re.Match[str]) -> str:
    if part["script"]:
        mark, inner = part[0][0], part[0][1:]
        return mark + (inner if len(inner) == 1 or inner[0] == "{" else f"{{{inner}}}")
    return _latex_letters(part["base"]) if part["base"] else part[0]


def _latex_letters(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    plain = "".join(letter for letter in letters if letter not in _ACCENTS)
    written = _GREEK.get(plain) or (plain if len(plain) == 1 else rf"\mathrm{{{plain}}}")
    for accent in (letter for letter in letters if letter in _ACCENTS):
        written = rf"\{_ACCENTS[accent]}{{{written}}}"
    return written


def _escaped(text: str) -> str:
    return text.replace("_", r"\_")


LATEX = Notation(
    name="latex",
    times=r" \cdot ",
    gap=r"\, ",
    reductions={"sum": r"\sum", "max": r"\max", "min": r"\min"},
    comparisons={"=": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"},
    element=r" \in ",
    floor_division=r" \mathbin{//} ",
    modulo=r" \bmod ",
    updates={1: r" \mathrel{+}= ", -1: r" \mathrel{-}= "},
    loop=r"\mathrm{for}\;",
    loop_list=r"\colon\; ",
    loop_block=r"\colon",
    indent=lambda depth: "    " * depth + r"\quad " * depth,  # spaces for readers of the text, quads for the page
    write_name=latex_name,
    write_function=lambda function: function.latex or rf"\mathrm{{{_escaped(function.name)}}}",
    write_words=lambda words: r"\;".join(rf"\mathrm{{{word}}}" for word in words.split()),
    word_gap=r"\; ",
    constants={"pi": r"\pi", "e": "e"},
    exponent=lambda value: f"^{value}" if 0 <= value <= 9 else f"^{{{value}}}",
    braces=("^{", "}"),
    letter_braces=("^{", "}"),
    parentheses=(r"\left(", r"\right)"),
    root=(r"\sqrt{", "}"),
    cell_root=(r"\sqrt{", "}"),
    root_is_call=False,
    indicator=r"\mathbf{1}[",
    fractions=True,
)

_STYLES = {notation.name: notation for notation in (PLAIN, UNICODE, LATEX)}
