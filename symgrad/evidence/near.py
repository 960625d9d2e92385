"""Irrational inputs: numbers of which so many digits are known, and that a constraint fixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

DIGITS = 80
"""Digits after the point."""

_TEXT = re.compile(r"([+-]?\d{1,100}\.\d{1,200}) \+/- 1e-(\d{1,3})")
_SHOWN = 20


@dataclass(frozen=True)
class Near:
    """A number that lies within `radius` of a fraction. It compares with a number outside of there as it must."""

    middle: Fraction
    radius: Fraction

    def __float__(self) -> float:
        return float(self.middle)

    def __gt__(self, other: Fraction | int) -> bool:
        return self.middle - self.radius > other

    def __lt__(self, other: Fraction | int) -> bool:
        return self.middle + self.radius < other

    __ge__, __le__ = __gt__, __lt__

    def __str__(self) -> str:
        return f"{_decimal(self.middle, _SHOWN)}..."

    @property
    def text(self) -> str:
        """All that is known of it, as `read_near` reads it."""
        return f"{_decimal(self.middle, DIGITS)} +/- 1e-{DIGITS}"


def near(low: Fraction, high: Fraction) -> Near:
    """A number between two that are equal in nearly DIGITS digits."""
    unit = Fraction(1, 10**DIGITS)
    return Near(round((low + high) / 2 / unit) * unit, unit)


def read_near(text: str) -> Near | None:
    """What `Near.text` wrote; None for another text.

    >>> float(read_near("1.5 +/- 1e-3"))
    1.5
    """
    found = _TEXT.fullmatch(text)
    return None if found is None else Near(Fraction(found[1]), Fraction(1, 10 ** int(found[2])))


def _decimal(value: Fraction, digits: int) -> str:
    """The first digits, cut off."""
    scaled = abs(value.numerator) * 10**digits // value.denominator
    whole, rest = divmod(scaled, 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{digits}d}"
