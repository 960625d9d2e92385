"""Numbers that are polynomials in the cells of what is given: what a constraint says, written out at given sizes.

What is not a polynomial (a root, a logarithm, an inverse) is one more unknown; of some of these
the sign is known. So every constraint is linear in monomials, and contradictions between linear
forms in these are contradictions between the constraints.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symgrad.errors import UsageError

Monomial = tuple[tuple[Hashable, int], ...]
"""Unknowns with their exponents, in a fixed order; () is 1."""

Poly = Mapping[Monomial, Fraction]

_MOST_TERMS = 300
_HIGHEST = 8  # exponent that is multiplied out
_LONGEST = 2000  # bits of a coefficient

_POSITIVE = ("exp", "cosh", "sigmoid", "softplus", "sech", "gamma")
_NOT_NEGATIVE = ("abs", "sqrt", "relu", "step")


class Monomials:
    """Polynomials over the rationals for the interpreter (see `evaluate.numbers.Numbers`).

    Attributes:
        signs: for each unknown whose sign is known, `>` or `>=`: it is above zero, or at least zero.
    """

    def __init__(self) -> None:
        self.signs: dict[Hashable, str] = {}

    def unknown(self, name: Hashable, sign: str = "") -> Poly:
        """An unknown; `sign` is "", `>` or `>=`."""
        if sign:
            self.signs[name] = sign
        return {((name, 1),): Fraction(1)}

    def from_rational(self, value: int | Fraction) -> Poly:
        """The number, as a constant."""
        if value and max(value.numerator.bit_length(), value.denominator.bit_length()) > _LONGEST:
            raise UsageError("a number is too long")
        return {(): Fraction(value)} if value else {}

    def constant(self, name: str) -> Poly:
        """pi or e, of which no more is known than that they are above zero."""
        return self.unknown(("constant", name), ">")

    @staticmethod
    def add(x: Poly, y: Poly, /) -> Poly:
        """x + y"""
        total = dict(x)
        for monomial, c in y.items():
            total[monomial] = total.get(monomial, Fraction(0)) + c
        return {monomial: c for monomial, c in total.items() if c}

    @staticmethod
    def negate(x: Poly, /) -> Poly:
        """-x"""
        return {monomial: -c for monomial, c in x.items()}

    @staticmethod
    def multiply(x: Poly, y: Poly, /) -> Poly:
        """x * y; UsageError where that is very long."""
        if len(x) * len(y) > _MOST_TERMS:
            raise UsageError("a product is too long")
        total: dict[Monomial, Fraction] = {}
        for one, c in x.items():
            for other, d in y.items():
                both = _product(one, other)
                total[both] = total.get(both, Fraction(0)) + c * d
        return {monomial: c for monomial, c in total.items() if c}

    def invert(self, x: Poly) -> Poly:
        """1/x"""
        if not x:
            raise UsageError("division by zero")
        if x.keys() == {()}:
            return {(): 1 / x[()]}
        return self.unknown(("inverse", _key(x)), ">" if self.sign(x) == ">" else "")

    def power(self, base: Poly, exponent: Fraction) -> Poly:
        """A power: multiplied out where it is a low whole one."""
        if exponent < 0:
            return self.invert(self.power(base, -exponent))
        if exponent.denominator == 1 and exponent <= _HIGHEST:
            result: Poly = {(): Fraction(1)}
            for _ in range(int(exponent)):
                result = self.multiply(result, base)
            return result
        even = exponent.denominator > 1 or exponent.numerator % 2 == 0
        return self.unknown(("power", _key(base), exponent), ">=" if even else "")

    def general_power(self, base: Poly, exponent: Poly) -> Poly:
        """The power of a positive number."""
        return self.unknown(("power", _key(base), _key(exponent)), ">")

    def call(self, function: str, args: Sequence[Poly], orders: tuple[int, ...]) -> Poly:
        """The value of a function: an unknown."""
        sign = ">" if function in _POSITIVE else ">=" if function in _NOT_NEGATIVE else ""
        return self.unknown((function, orders, *map(_key, args)), sign)

    def compare(self, op: str, x: Poly, y: Poly) -> bool:
        """Whether a comparison holds is not known: UsageError."""
        raise UsageError("the values of a comparison are not known")

    def sign(self, x: Poly) -> str:
        """`>` or `>=` where all of the polynomial's terms have that sign, else ""."""
        signs = {self.sign_of(monomial) if c > 0 else "" for monomial, c in x.items()}
        return "" if "" in signs or not signs else ">" if ">" in signs else ">="

    def sign_of(self, monomial: Monomial) -> str:
        """`>` or `>=` where a monomial is known to be above, or not below, zero."""
        strict = True
        for name, exponent in monomial:
            sign = self.signs.get(name, "")
            if not sign and exponent % 2:
                return ""
            strict = strict and sign == ">"
        return ">" if strict else ">="


def _product(one: Monomial, other: Monomial) -> Monomial:
    exponents = dict(one)
    for name, exponent in other:
        exponents[name] = exponents.get(name, 0) + exponent
    return tuple(sorted(exponents.items(), key=repr))


def _key(x: Poly) -> Any:
    return frozenset(x.items())
