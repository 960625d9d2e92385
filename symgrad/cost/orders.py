"""How fast functions of one size grow: T^a (log T)^b, and what grows faster than any power."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering

from symgrad.cost.polynomials import Polynomial


@total_ordering
@dataclass(frozen=True)
class Order:
    """The growth of c T^power (log T)^logs; with `exponential` of c^T, to which the others are nothing.

    >>> Order(Fraction(1)) < Order(Fraction(1), Fraction(1)) < Order(Fraction(2))
    True
    """

    power: Fraction = Fraction(0)
    logs: Fraction = Fraction(0)
    exponential: bool = False

    def __lt__(self, other: Order) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[bool, Fraction, Fraction]:
        return self.exponential, self.power, self.logs

    def __mul__(self, other: Order) -> Order:
        return Order(self.power + other.power, self.logs + other.logs, self.exponential or other.exponential)

    def __pow__(self, exponent: Fraction) -> Order:
        return Order(self.power * exponent, self.logs * exponent, self.exponential)

    def logarithm(self) -> Order | None:
        """The growth of the logarithm of such a function; None where it is of another kind."""
        if self.exponential:
            return Order(Fraction(1))
        if self.power > 0:
            return Order(Fraction(0), Fraction(1))
        return Order() if self == Order() else None

    def written(self, name: str) -> str:
        """The function as text.

        >>> Order(Fraction(1), Fraction(2)).written("T"), Order().written("T")
        ('T (log T)^2', '1')
        """
        if self.exponential:
            return f"c^{name}"
        factors = []
        if self.power:
            factors.append(name if self.power == 1 else f"{name}^{_exponent(self.power)}")
        if self.logs:
            factors.append(f"log {name}" if self.logs == 1 else f"(log {name})^{_exponent(self.logs)}")
        return " ".join(factors) or "1"


def _exponent(value: Fraction) -> str:
    return str(value) if value.denominator == 1 and value > 0 else f"{{{value}}}"


def order_of(polynomial: Polynomial, name: str) -> Order:
    """How a polynomial grows in one size, all other sizes fixed."""
    power, logs = polynomial.growth(name)
    return Order(Fraction(power), Fraction(logs))


CONSTANT, LINEAR = Order(), Order(Fraction(1))
EXPONENTIAL = Order(exponential=True)
