"""Reads how something is said to grow with a size: `T`, `O(T)`, `2T + 1`, `linear in T`, `it does not depend on T`.

What is said is looked for in the text: orders in O, Θ and Ω, words such as linear, and expressions behind words such
as "proportional to" or before words such as "steps"; a text that is an expression as a whole is one too. What stands
behind "not" or "rather than" is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.cost.orders import CONSTANT, EXPONENTIAL, LINEAR, Order
from symgrad.errors import Place, ReadingError

MOST_CHARACTERS = 2000
"""The longest answer that is read."""

EXACT, UPPER, LOWER, BELOW, ABOVE = "Θ", "O", "Ω", "o", "ω"
"""What is said of an order: that it is exact, an upper or lower bound, or more or less than the growth."""


@dataclass(frozen=True)
class Said:
    """One statement: which bound it is, of which order, and its text."""

    bound: str
    order: Order
    text: str
    place: Place


_LATEX = (
    (r"\\(?:mathcal|mathrm|text|operatorname)\s*\{([^{}]*)\}", r"\1"),
    (r"\\(?:left|right|,|;|!|quad| )", " "),
    (r"\\sim\b|∼", "~"),
    (r"\\propto|∝|(?<=[\w)])\s*~", " proportional to "),
    (r"\\(?:cdot|times)|[·×⋅]", " * "),
    (r"\\sqrt\s*\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"(\1)/(\2)"),
    (r"\\Theta", "Θ"),
    (r"\\Omega", "Ω"),
    (r"\\omega", "ω"),
    (r"\\(log|ln|lg)", r" \1 "),
    (r"\blog\s*_\s*\{?e\}?", "ln "),
    (r"\blog\s*_\s*\{?(?:2|10)\}?", "log "),
    (r"[$`]", " "),
    (r"²", "^2"),
    (r"³", "^3"),
    (r"√", " sqrt "),
)

_LANDAU = re.compile(
    r"(?P<exact>Θ|(?i:\b(?:big[- ])?theta\b(?: of)?))|(?P<lower>Ω|(?i:\b(?:big[- ])?omega\b(?: of)?))|(?P<above>ω)"
    r"|(?P<upper>(?i:\bbig[- ]o\b(?: of)?|\border\b(?: of)?)|\bO\b|𝒪)|(?P<below>\bo\b(?=\s*\())"
)

_BOUNDS = {"exact": EXACT, "lower": LOWER, "above": ABOVE, "upper": UPPER, "below": BELOW}

_WORDS: tuple[tuple[str, Order], ...] = (
    (r"\b(?:sub-?linear)\w*", Order(Fraction(-1))),
    (r"\blinear(?:ly)?\b(?! (?:layer|transformer|map))", LINEAR),
    (r"\bquadratic(?:ally)?\b", Order(Fraction(2))),
    (r"\bcubic(?:ally)?\b", Order(Fraction(3))),
    (r"\blogarithmic(?:ally)?\b", Order(Fraction(0), Fraction(1))),
    (r"\bexponential(?:ly)?\b", EXPONENTIAL),
    (r"\bconstant\b", CONSTANT),
)

_FIXED = (
    r"\bindependent of {size}(?!\w)",
    r"\b(?:does not|doesn't|do not|don't) (?:depend|grow|increase|change|vary)(?: (?:on|with) {size}(?!\w))?",
    r"\bnot depend(?:ent)? on {size}(?!\w)",
)

_LIKE = re.compile(
    r"\b(?:proportional(?:ly)? (?:to|with)|(?:grows?|scales?|increases?|rises?) (?:as|like|with|proportionally to)"
    r"|(?:needs?|takes?|requires?|has|have|is|are|be|=)(?: about| exactly)?(?: time| depth)?)\s+"
)

_STEPS = re.compile(
    r"\s*(?:sequential |serial |parallel |time |dependent )*(?:steps?|operations?|calls?|cells?|applications?|units?)\b"
    r"|\s*(?:in (?:total|all)|altogether|overall)\b"
)

_LENGTH = re.compile(
    r"\b(?:the )?(?:(?:sequence |input )?length|number of (?:time[- ]?)?steps)(?: of (?:the|a) (?:input )?sequence)?"
)

_NOT = re.compile(
    r"(?:\bnot|n't|\brather than|\binstead of|\bunlike|\bno longer|\bnever|\bwrong\w*|\bfalse\w*|\bincorrect\w*)"
    r"(?:\W+(?!(?:but|since|because)\b)\w+){0,3}\W*$",
    re.I,
)

_WRONG = re.compile(
    r"(?: +(?!(?:and|but|so|which|since|because)\b)\w+){0,3}"
    r"(?: +(?:is|are|was|were|would be|seems?)(?: +\w+)? +(?:wrong|false|incorrect|impossible|nonsense|not\b)"
    r"|\s*(?:isn't|aren't|cannot be|can't be|would not be|is not|are not)\b)",
    re.I,
)

_EACH = r"(?:per|(?:for |in |at )?(?:each|every|a single|one))"

_PART = r"(?:time[- ]?steps?|steps?|cells?|calls?|applications?|units?|layers?|items?|positions?|iterations?)"

_OF_EACH = re.compile(rf"(?:[ -]+(?:time|work|cost|depth|steps?|operations?)){{0,2}}[ -]+{_EACH} {_PART}\b", re.I)

_EACH_BEFORE = re.compile(rf"\b{_EACH} (?:(?:\w+ )?{_PART}|(?:taking|costing|needing)\b)(?: \w+){{0,4}}\W*$", re.I)

_OF_ANOTHER = re.compile(r"(?: +(?:growth|time|depth|running time))? *\b(?:in|on|with|to)\b +(?:(?:the|its) +)?", re.I)

_MEANT = (
    r"(?:number of )?(?:time|length|sequence|inputs?|size|steps?|tokens?|words?|symbols?|cells?)\b"
    r"|(?:total|all|general|parallel|practice)\b"
)

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([^\W\d_]\w*)|(\*\*|[-+*/^(){}\[\]]))")


def read_growth(text: str, name: str) -> tuple[Said, ...]:
    """What a text says of the growth in a size, each statement once.

    Raises ReadingError for a text that is too long, or empty.

    >>> [(s.bound, s.order.written("T")) for s in read_growth("It is proportional to T, so O(T).", "T")]
    [('Θ', 'T'), ('O', 'T')]
    >>> read_growth("It scales badly.", "T")
    ()
    """
    if len(text) > MOST_CHARACTERS:
        raise ReadingError(f"the answer is longer than {MOST_CHARACTERS} characters", Place(1, 1), "say it shortly")
    if not text.strip():
        raise ReadingError("there is nothing here", Place(1, 1), f"say how it grows, as in O({name}^3)")
    plain = _plain(text, name)
    whole = _whole(plain, name)
    if whole is not None:
        return (whole,)
    found = sorted(_found(plain, name), key=lambda said: (said.place.line, said.place.column))
    return tuple({(said.bound, said.order): said for said in found}.values())


def _plain(text: str, name: str) -> str:
    for pattern, instead in _LATEX:
        text = re.sub(pattern, instead, text)
    if name.isupper() and len(name) == 1:
        text = re.sub(rf"(?<![A-Za-z_\\])([b-hj-np-z])(?={name}\b)", r"\1 ", text)
    named = re.sub(rf"{_LENGTH.pattern}(?:,? {re.escape(name)}\b)?", f" {name} ", text)
    return named if _LENGTH.search(text) else text


def _whole(text: str, name: str) -> Said | None:
    """A text that is nothing but an expression."""
    bare = text.strip().rstrip(".").lstrip("~≈ ").strip()
    reader = _Expression(bare, name)
    order = reader.read()
    if order is None or reader.at < len(bare) or reader.unclear:
        return None
    return Said(EXACT, order, bare, Place(1, 1))


def _found(text: str, name: str) -> Iterator[Said]:
    for found in _LANDAU.finditer(text):
        order, end = _bracketed(text, found.end(), name)
        denied = _denied(text, found.start(), name) or _WRONG.match(text, end)
        if order is not None and not denied and not _of_each(text, found.start(), end):
            bound = _BOUNDS[str(found.lastgroup)]
            yield Said(bound, order, text[found.start() : end].strip(), _place(text, found.start()))
    for pattern, order in _WORDS:
        for found in re.finditer(pattern, text, re.I):
            if not _denied(text, found.start(), name) and not _of_another(text, *found.span(), name):
                bound = BELOW if order.power < 0 else EXACT
                yield Said(bound, LINEAR if order.power < 0 else order, found[0], _place(text, found.start()))
    for pattern in _FIXED:
        for found in re.finditer(pattern.format(size=re.escape(name)), text, re.I):
            if not _of_another(text, *found.span(), name):
                yield Said(EXACT, CONSTANT, found[0], _place(text, found.start()))
    yield from _counted(text, name)


def _counted(text: str, name: str) -> Iterator[Said]:
    """Expressions that are said to be the number of something: "proportional to T", "T + 1 steps"."""
    for found in _LIKE.finditer(text):
        reader = _Expression(text, name, found.end())
        like = reader.read()
        behind = text[reader.at : reader.at + 1]
        denied = (
            _denied(text, found.start(), name) or behind.isalnum() or behind == "!" or _WRONG.match(text, reader.at)
        )
        if like is not None and reader.named and not denied:
            yield Said(EXACT, like, text[found.start() : reader.at].strip(), _place(text, found.start()))
    for found in re.finditer(rf"(?<![\w^(.])(?<![-/^] )(?<![-/^])(?=\d|{re.escape(name)}\b)", text):
        reader = _Expression(text, name, found.end())
        count = reader.read()
        if count is not None and reader.named and _STEPS.match(text, reader.at):
            yield Said(EXACT, count, text[found.start() : reader.at], _place(text, found.start()))


def _denied(text: str, at: int, name: str) -> bool:
    """Whether what stands at a place is said not to be so: "not O(1)", "rather than constant"."""
    before = re.split(r"[.;,\n]", text[:at])[-1]
    return _NOT.search(before.replace(f"({name})", "").replace("(1)", "")) is not None


def _of_another(text: str, start: int, end: int, name: str) -> bool:
    """Whether what stands there is said of another quantity, as in "linear in the number of layers", or wrong."""
    behind = _OF_ANOTHER.match(text, end)
    meant = rf"{re.escape(name)}\b|{_MEANT}"
    if behind is not None and not re.match(meant, text[behind.end() :]):
        return True
    return _WRONG.match(text, end) is not None or _of_each(text, start, end)


def _of_each(text: str, start: int, end: int) -> bool:
    """Whether what stands there is said of one step: "O(1) per step", "each step takes constant time"."""
    before = re.split(r"[.;,\n]", text[:start])[-1]
    return _OF_EACH.match(text, end) is not None or _EACH_BEFORE.search(before) is not None


def _bracketed(text: str, at: int, name: str) -> tuple[Order | None, int]:
    """The order in brackets behind O, or without brackets, and where it ends."""
    reader = _Expression(text, name, at)
    order = reader.atom() if text[at:].lstrip()[:1] in ("(", "[") else reader.read()
    return None if reader.unclear else order, reader.at


def _place(text: str, at: int) -> Place:
    return Place(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


class _Expression:
    """Reads an expression in a size from a place of a text on, as far as it goes, and keeps its growth alone."""

    def __init__(self, text: str, name: str, at: int = 0) -> None:
        self.text = text
        self.name = name
        self.at = at
        self.named = False
        self.others = False
        self.depth = 0

    @property
    def unclear(self) -> bool:
        """Whether the expression is about other names alone, such as n, and not about the size."""
        return self.others and not self.named

    def peek(self) -> str:
        """The next token, "" where there is none."""
        found = _TOKEN.match(self.text, self.at)
        return (found[1] or found[2] or found[3]) if found else ""

    def take(self) -> str:
        """Take the next token."""
        found = _TOKEN.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return str(found[1] or found[2] or found[3])

    def read(self) -> Order | None:
        """A sum; None where no expression stands here."""
        total = self.product()
        while total is not None and self.peek() in ("+", "-"):
            before, sign = self.at, self.take()
            term = self.product()
            if term is None:
                self.at = before
                break
            if sign == "-" and term >= total and term != CONSTANT:
                return None  # what is left of terms that grow alike is not known here
            total = max(total, term)
        return total

    def product(self) -> Order | None:
        """A product, with or without signs between the factors."""
        if self.peek() == "+":
            self.take()
        total = self.power()
        while total is not None:
            before, sign = self.at, self.peek()
            if sign in ("*", "/"):
                self.take()
            elif not (sign == "(" or sign[:1].isdigit() or self._is_factor(sign)):
                break
            factor = self.power()
            if factor is None:
                self.at = before
                break
            if sign == "/" and factor.exponential:
                return None
            total = total * (factor ** Fraction(-1) if sign == "/" else factor)
        return total

    def _is_factor(self, word: str) -> bool:
        return word == self.name or word.lower() in _FUNCTIONS or _is_name(word)

    def power(self) -> Order | None:
        """An atom with its exponent."""
        first = self.peek()
        base = self.atom()
        if base is None or self.peek() not in ("^", "**"):
            return base
        self.take()
        start = self.at
        exponent = self._number()
        if exponent is not None:
            return base**exponent
        self.at = start
        inner = self.atom()
        if inner is None or not self.named or not first[:1].isalnum():
            return None
        return _raised(first, base, inner, self.text[start : self.at])

    def _number(self) -> Fraction | None:
        """A number as an exponent, perhaps a fraction in brackets."""
        found = _EXPONENT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return Fraction(found[1]) / int(found[2] or 1) if found[1] else Fraction(found[3])

    def atom(self) -> Order | None:
        """A number, the size, a fixed name, a function, or something in brackets."""
        token = self.peek()
        if not token or self.depth > 20:
            return None
        if token in ("(", "[", "{"):
            return self._brackets()
        if token[:1].isdigit():
            self.take()
            return CONSTANT if token.strip("0.") else None
        if token.lower() in _FUNCTIONS:
            self.take()
            return self._function(token.lower())
        if token == self.name or _is_name(token):
            self.take()
            self.named = self.named or token == self.name
            self.others = self.others or token != self.name
            return LINEAR if token == self.name else CONSTANT
        return None

    def _brackets(self) -> Order | None:
        closing = {"(": ")", "[": "]", "{": "}"}[self.take()]
        self.depth += 1
        inner = self.read()
        self.depth -= 1
        if inner is None or self.peek() != closing:
            return None
        self.take()
        return inner

    def _function(self, word: str) -> Order | None:
        exponent = Fraction(1)
        if word != "sqrt":
            if self.peek() == "_":
                self.take()
            if self.peek() == "^":
                self.take()
                exponent = self._number() or Fraction(1)
        self.depth += 1
        inner = self.atom() if self.depth <= 20 else None
        self.depth -= 1
        if inner is None:
            return None
        if word == "sqrt":
            return inner ** Fraction(1, 2)
        logarithm = inner.logarithm()
        return None if logarithm is None else logarithm**exponent


def _raised(base: str, order: Order, inner: Order, exponent: str) -> Order | None:
    """The growth of a number or fixed name to a power that grows; None where it depends on more than the orders."""
    if inner == CONSTANT:
        return order
    if order != CONSTANT or base in ("0", "1") or base.startswith("0."):
        return None
    if inner == LINEAR:
        return EXPONENTIAL
    return LINEAR if base == "e" and _NATURAL.fullmatch(exponent.strip("^*{}() ")) else None


_NATURAL = re.compile(r"ln\s*\(?\s*[^\W\d_]\w*")

_FUNCTIONS = ("log", "ln", "lg", "log2", "sqrt")

_EXPONENT = re.compile(
    r"\s*(?:[({]\s*(-?\d{1,3}(?:\.\d{1,3})?)(?:\s*/\s*([1-9]\d{0,2}))?\s*[)}]|(-?\d{1,3}(?:\.\d{1,3})?))"
)


def _is_name(word: str) -> bool:
    """Whether a word may be the name of something that is fixed: one letter, but for those that are words."""
    return len(word) == 1 and word.isalpha() and word not in "oOaAIΘΩω"
