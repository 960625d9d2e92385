"""Affine forms with integer coefficients over atoms (integer unknowns) and sizes: subscripts, bounds, index values.

    key  =  an atom's number (int)  |  a size's name (str)

Negative atoms are the bound names of one term of a `Form`; see `form.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Key = int | str
Terms = tuple[tuple[Key, int], ...]
Order = tuple[int, tuple[tuple[str, int, int], ...]]


class Linear:
    """An immutable affine form: a constant and (key, coefficient) pairs, sorted by key, none of them 0.

    >>> 2 * Linear.of("T") - Linear(3) + 1
    -2 + 2 T
    """

    __slots__ = ("_dummies", "_hash", "_order", "constant", "terms")

    def __init__(self, constant: int = 0, terms: Terms = ()) -> None:
        """The terms have to be sorted and without zeros: `Linear.make` sees to that."""
        self.constant = constant
        self.terms = terms
        self._hash = hash((constant, terms))
        self._dummies: tuple[int, ...] | None = None
        self._order: Order | None = None

    @staticmethod
    def make(constant: int, coefficients: Mapping[Key, int] | Iterable[tuple[Key, int]] = ()) -> Linear:
        """The form of a constant and coefficients, each key once."""
        pairs = coefficients.items() if isinstance(coefficients, Mapping) else coefficients
        kept = [pair for pair in pairs if pair[1]]
        if len(kept) > 1:
            kept.sort(key=_place)
        return Linear(constant, tuple(kept))

    @staticmethod
    def of(key: Key) -> Linear:
        """One atom or size."""
        return Linear(0, ((key, 1),))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Linear):
            return NotImplemented
        return self._hash == other._hash and self.constant == other.constant and self.terms == other.terms

    def plus(self, other: Linear, factor: int = 1) -> Linear:
        """self + factor * other"""
        if not other.terms:
            return Linear(self.constant + factor * other.constant, self.terms) if other.constant else self
        total = dict(self.terms)
        for key, coefficient in other.terms:
            total[key] = total.get(key, 0) + factor * coefficient
        return Linear.make(self.constant + factor * other.constant, total)

    def __add__(self, other: Linear | int) -> Linear:
        return Linear(self.constant + other, self.terms) if isinstance(other, int) else self.plus(other)

    def __sub__(self, other: Linear | int) -> Linear:
        return Linear(self.constant - other, self.terms) if isinstance(other, int) else self.plus(other, -1)

    def __neg__(self) -> Linear:
        return self.scaled(-1)

    def __rmul__(self, factor: int) -> Linear:
        return self.scaled(factor)

    def scaled(self, factor: int) -> Linear:
        """The multiple by an integer."""
        if factor == 1:
            return self
        return Linear(factor * self.constant, tuple([(k, factor * c) for k, c in self.terms]) if factor else ())

    def coefficient(self, key: Key) -> int:
        """The coefficient of an atom or size."""
        for known, c in self.terms:
            if known == key:
                return c
        return 0

    def without(self, key: Key) -> Linear:
        """The form with one key left out."""
        return Linear(self.constant, tuple([pair for pair in self.terms if pair[0] != key]))

    def substituted(self, values: Mapping[Key, Linear]) -> Linear:
        """The form with keys replaced by forms, all at once."""
        for key, _ in self.terms:
            if key in values:
                break
        else:
            return self
        if len(self.terms) == 1:
            only = values[key].scaled(self.terms[0][1])
            return only + self.constant if self.constant else only
        constant = self.constant
        total: dict[Key, int] = {}
        for key, coefficient in self.terms:
            value = values.get(key)
            if value is None:
                total[key] = total.get(key, 0) + coefficient
                continue
            constant += coefficient * value.constant
            for inner, c in value.terms:
                total[inner] = total.get(inner, 0) + coefficient * c
        return Linear.make(constant, total)

    def value(self, point: Mapping[Key, int]) -> int:
        """The number that it is at a point."""
        return self.constant + sum(c * point[k] for k, c in self.terms)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The atoms and sizes that it depends on."""
        return tuple([k for k, _ in self.terms])

    @property
    def atoms(self) -> tuple[int, ...]:
        """The atoms that it depends on."""
        return tuple([k for k, _ in self.terms if isinstance(k, int)])

    @property
    def dummies(self) -> tuple[int, ...]:
        """The bound atoms that it depends on."""
        if self._dummies is None:
            self._dummies = tuple([k for k, _ in self.terms if isinstance(k, int) and k < 0])
        return self._dummies

    @property
    def order(self) -> Order:
        """What forms are sorted by."""
        if self._order is None:
            places = [("", k, c) if isinstance(k, int) else (k, 0, c) for k, c in self.terms]
            self._order = self.constant, tuple(places)
        return self._order

    def __repr__(self) -> str:
        parts = [str(self.constant)] if self.constant or not self.terms else []
        for key, c in self.terms:
            parts.append(f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)} '}{key}")
        return " ".join(parts).removeprefix("+ ")


def _place(pair: tuple[Key, int]) -> tuple[str, int]:
    key = pair[0]
    return ("", key) if isinstance(key, int) else (key, 0)


ZERO = Linear()
