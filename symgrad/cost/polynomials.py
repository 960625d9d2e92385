"""Polynomials in sizes and in logarithms of sizes: the numbers of operations and steps that a program takes.

They are ordered by how they grow when all sizes grow alike: the highest degree counts first, a size more than any power
of its logarithm. Faulhaber's formula sums them over an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, total_ordering
from itertools import groupby, product
from math import comb
from typing import Any

Monomial = tuple[tuple[str, int], ...]
"""Names with their exponents in the order of the names; "log T" is the name of a logarithm."""

Degree = tuple[int, int]
"""How often a monomial has a size and a logarithm as factors."""

LOG = "log "


@total_ordering
@dataclass(frozen=True)
class Polynomial:
    """A polynomial with rational coefficients, none of them 0."""

    terms: Mapping[Monomial, Fraction]

    def __add__(self, other: Polynomial) -> Polynomial:
        return _collected([*self.terms.items(), *other.terms.items()])

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.scaled(-1)

    def __mul__(self, other: Polynomial) -> Polynomial:
        pairs = product(self.terms.items(), other.terms.items())
        return _collected((_joined(m, n), c * d) for (m, c), (n, d) in pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __lt__(self, other: Polynomial) -> bool:
        for _, coefficient in (self - other).degrees():
            if coefficient:
                return coefficient < 0
        return str(self) < str(other)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def scaled(self, factor: int | Fraction) -> Polynomial:
        """The multiple by a number."""
        return _collected((m, c * factor) for m, c in self.terms.items())

    def power(self, exponent: int) -> Polynomial:
        """The polynomial multiplied by itself."""
        total = number(1)
        for _ in range(exponent):
            total *= self
        return total

    def put(self, name: str, value: Polynomial) -> Polynomial:
        """The polynomial with another one in place of a name."""
        total = number(0)
        for monomial, coefficient in self.terms.items():
            rest = Polynomial({tuple(f for f in monomial if f[0] != name): coefficient})
            total += rest * value.power(dict(monomial).get(name, 0))
        return total

    def value(self, values: Mapping[str, int | Fraction]) -> Fraction:
        """The number that comes out with these values of the names; a name without a value raises KeyError."""
        total = Fraction(0)
        for monomial, coefficient in self.terms.items():
            term = coefficient
            for name, exponent in monomial:
                term *= Fraction(values[name]) ** exponent
            total += term
        return total

    @property
    def names(self) -> set[str]:
        """The names that occur."""
        return {name for monomial in self.terms for name, _ in monomial}

    @property
    def constant(self) -> Fraction | None:
        """The value of a polynomial without names, else None."""
        return None if self.names else self.terms.get((), Fraction(0))

    @property
    def degree(self) -> Degree:
        """The highest degree."""
        return max(map(degree_of, self.terms), default=(0, 0))

    def degrees(self) -> list[tuple[Degree, Fraction]]:
        """The sum of the coefficients of each degree, the highest degree first.

        >>> (size("B") * size("J") - size("H") * size("H") + number(2)).degrees()
        [((2, 0), Fraction(0, 1)), ((0, 0), Fraction(2, 1))]
        """
        ordered = sorted(((degree_of(m), c) for m, c in self.terms.items()), key=lambda pair: pair[0], reverse=True)
        return [(d, sum((c for _, c in group), Fraction(0))) for d, group in groupby(ordered, key=lambda p: p[0])]

    def leading(self) -> Polynomial:
        """The terms that no other term outgrows, whatever sizes grow.

        >>> print((size("B") * size("J") + size("B").scaled(2) + size("H")).leading())
        B J + H
        """
        kept = {m: c for m, c in self.terms.items() if not any(_outgrows(n, m) for n in self.terms)}
        return Polynomial(kept)

    def order(self) -> Polynomial:
        """What stands in O(...): the leading terms without their coefficients."""
        return Polynomial({m: Fraction(1) for m in self.leading().terms})

    def growth(self, name: str) -> Degree:
        """The highest exponents of a size and of its logarithm, the size first, all else fixed.

        >>> (size("T") * logarithm(size("H")) + logarithm(size("T"))).growth("T")
        (1, 0)
        """
        found = (dict(monomial) for monomial in self.terms)
        return max(((f.get(name, 0), f.get(LOG + name, 0)) for f in found), default=(0, 0))

    def positive(self) -> Polynomial:
        """The terms with positive coefficients: no less than the polynomial where all names are positive."""
        return Polynomial({m: c for m, c in self.terms.items() if c > 0})

    def upper(self, other: Polynomial) -> Polynomial:
        """A polynomial that is no less than either, and no more than both together, where neither is negative."""
        if self.covers(other):
            return self
        if other.covers(self):
            return other
        names = {**self.terms, **other.terms}
        largest = {m: max(self.terms.get(m, Fraction(0)), other.terms.get(m, Fraction(0))) for m in names}
        return Polynomial({m: c for m, c in largest.items() if c})

    def covers(self, other: Polynomial) -> bool:
        """Whether it is shown to be no less than the other where all sizes are 1 or more.

        >>> size("T").covers(number(1)), size("T").covers(size("B"))
        (True, False)
        """
        rest = self - other
        if all(c >= 0 for c in rest.terms.values()):
            return True
        for name in rest.names:
            if not name.startswith(LOG):
                rest = rest.put(name, size(name) + number(1))
        return all(c >= 0 for c in rest.terms.values())

    def __str__(self) -> str:
        ordered = sorted(self.terms.items(), key=lambda item: _place(item[0]))
        text = " + ".join(_term(monomial, coefficient) for monomial, coefficient in ordered)
        return text.replace("+ -", "- ") or "0"

    def to_json(self) -> dict[str, Any]:
        """The polynomial for JSON: as text, and term by term."""
        terms = [{"coefficient": str(c), "factors": dict(m)} for m, c in self.terms.items()]
        return {"text": str(self), "terms": terms}


def number(value: int | Fraction) -> Polynomial:
    """A number as a polynomial."""
    return Polynomial({(): Fraction(value)} if value else {})


def size(name: str) -> Polynomial:
    """A name as a polynomial."""
    return Polynomial({((name, 1),): Fraction(1)})


def logarithm(count: Polynomial) -> Polynomial:
    """No less than the logarithm to base 2, rounded up, of a number of things, in logarithms of sizes.

    Sizes are 1 or more, so every term is at most the product of the highest powers of the names.

    >>> print(logarithm(size("J") * size("K") - number(1)), "and", logarithm(size("T") + number(1)))
    log J + log K and log T + 1
    """
    bound = count.positive()
    highest: dict[str, int] = {}
    for monomial in bound.terms:
        for name, exponent in monomial:
            highest[name] = max(exponent, highest.get(name, 0))
    total = -(-sum(bound.terms.values(), Fraction(0)) // 1)
    levels = number(max(int(total) - 1, 0).bit_length())
    for name, exponent in highest.items():
        levels += size(LOG + name).scaled(exponent)
    return levels


def summed(term: Polynomial, name: str, low: Polynomial, high: Polynomial) -> Polynomial:
    """The sum of a polynomial over the integers from low to high; right where high >= low - 1.

    >>> print(summed(size("t"), "t", number(0), size("T") - number(1)))
    1/2 T^2 - 1/2 T
    """
    total = number(0)
    below = low - number(1)
    for monomial, coefficient in term.terms.items():
        exponent = dict(monomial).get(name, 0)
        rest = Polynomial({tuple(f for f in monomial if f[0] != name): coefficient})
        up_to = _power_sum(exponent)
        total += rest * (up_to.put("n", high) - up_to.put("n", below))
    return total


@cache
def _power_sum(exponent: int) -> Polynomial:
    """0^k + 1^k + ... + n^k: (n+1)^(k+1) is the sum of all (i+1)^(k+1) - i^(k+1), in which lower powers are known."""
    total = (size("n") + number(1)).power(exponent + 1)
    for lower in range(exponent):
        total -= _power_sum(lower).scaled(comb(exponent + 1, lower))
    return total.scaled(Fraction(1, exponent + 1))


def degree_of(monomial: Monomial) -> Degree:
    """How many sizes and how many logarithms are multiplied."""
    logs = sum(exponent for name, exponent in monomial if name.startswith(LOG))
    return sum(exponent for _, exponent in monomial) - logs, logs


def _collected(terms: Iterable[tuple[Monomial, Fraction]]) -> Polynomial:
    total: dict[Monomial, Fraction] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    return Polynomial({m: c for m, c in total.items() if c})


def _joined(one: Monomial, other: Monomial) -> Monomial:
    exponents = dict(one)
    for name, exponent in other:
        exponents[name] = exponents.get(name, 0) + exponent
    return tuple(sorted(exponents.items()))


def _outgrows(one: Monomial, other: Monomial) -> bool:
    """Whether one grows with every size as the other does or more, and is another one."""
    ours, theirs = dict(one), dict(other)
    sizes = {name.removeprefix(LOG) for name in (*ours, *theirs)}
    return one != other and all(
        (ours.get(name, 0), ours.get(LOG + name, 0)) >= (theirs.get(name, 0), theirs.get(LOG + name, 0))
        for name in sizes
    )


def _place(monomial: Monomial) -> tuple[int, int, Monomial]:
    plain, logs = degree_of(monomial)
    return -plain, -logs, monomial


def _term(monomial: Monomial, coefficient: Fraction) -> str:
    factors = [name if exponent == 1 else f"{_base(name)}^{exponent}" for name, exponent in _sizes_first(monomial)]
    if not factors:
        return str(coefficient)
    if abs(coefficient) == 1:
        return ("-" if coefficient < 0 else "") + " ".join(factors)
    return " ".join([str(coefficient), *factors])


def _base(name: str) -> str:
    return f"({name})" if name.startswith(LOG) else name


def _sizes_first(monomial: Monomial) -> list[tuple[str, int]]:
    return sorted(monomial, key=lambda factor: factor[0].startswith(LOG))
