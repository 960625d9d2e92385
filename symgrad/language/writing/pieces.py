"""A line of text in the making: the pieces and subexpressions it consists of, and what goes between factors."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from symgrad.language.program import Expr
from symgrad.language.writing.notation import Notation


class Level(enum.IntEnum):
    """How tightly an expression holds together, and how tightly a place asks it to."""

    SUM = 0  # a + b
    SIGNED = 1  # -a b, a // b: the first term of a sum, the body of a reduction
    PRODUCT = 2  # a b/c, 3/4: a later term of a sum
    LAST = 3  # sum_j a: it takes all factors that follow, so it may only be the last one
    FACTOR = 4  # a^b
    ATOM = 5  # x[b], exp(x), 3


class Kind(enum.Enum):
    """What a piece is to its neighbours in a product."""

    WORD = enum.auto()  # a name that would look like a call if a parenthesis followed
    FUNCTION = enum.auto()  # a name that would be applied to what follows
    NUMBER = enum.auto()  # would be a lost exponent or index if it followed a factor
    INDICATOR = enum.auto()  # starts with a digit, but reads well behind anything other than a number
    OPEN = enum.auto()
    CLOSE = enum.auto()
    GAP = enum.auto()  # becomes the notation's gap or its product sign
    OTHER = enum.auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text."""

    text: str
    kind: Kind = Kind.OTHER


@dataclass(frozen=True, slots=True)
class Sub:
    """A subexpression, the level its place asks for, and whether it stands in a subscript."""

    expr: Expr
    level: Level
    subscript: bool = False


Part = Piece | Sub

GAP = Piece("", Kind.GAP)
SLASH, COMMA = Piece("/"), Piece(", ")


class Line:
    """The text so far and what is needed to place the next piece."""

    def __init__(self, notation: Notation) -> None:
        self.texts: list[str] = []
        self._notation = notation
        self._last = Kind.OTHER
        self._before_gap = Kind.OTHER
        self._tall = 0  # how many tall pieces there are so far
        self._open: list[tuple[int, int]] = []  # of each open parenthesis: its piece, and `_tall` then

    def put(self, piece: Piece) -> None:
        """Add a piece; a gap is decided when the piece behind it comes."""
        if piece.kind is Kind.GAP:
            self._before_gap = self._last
        elif not piece.text:
            return
        else:
            if self._last is Kind.GAP:
                self.texts.append(self._between(self._before_gap, piece.kind))
            self._put_text(piece)
        self._last = piece.kind

    def _between(self, left: Kind, right: Kind) -> str:
        apart = (
            right is Kind.NUMBER
            or left is Kind.FUNCTION
            or (left is Kind.WORD and right is Kind.OPEN)
            or (left is Kind.NUMBER and right is Kind.INDICATOR)
        )
        return self._notation.times if apart else self._notation.gap

    def _put_text(self, piece: Piece) -> None:
        text = piece.text
        if piece.kind is Kind.OPEN:
            self._open.append((len(self.texts), self._tall))
        elif piece.kind is Kind.CLOSE:
            opened, tall = self._open.pop()
            if tall < self._tall:
                self.texts[opened], text = self._notation.parentheses
        elif text.startswith((r"\frac", r"\sum")):
            self._tall += 1
        self.texts.append(text)


def number_text(value: Fraction) -> str:
    """A number without loss: an integer, a decimal where that is exact and shorter, else a fraction.

    >>> number_text(Fraction(3, 4)), number_text(Fraction(44715, 1000000))
    ('3/4', '0.044715')
    """
    fraction, twos, fives = str(value), 0, 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or not places or places > len(fraction):
        return fraction
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    decimal = f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return decimal if len(decimal) < len(fraction) else fraction
