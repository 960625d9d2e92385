"""Forms: sums of terms, each a product of tensor cells and functions summed over the integer points of a set.

    form    =  {shape: weight}                 a sum of terms
    shape   =  factors, guard                  sum over the integer points of the guard of the product of the factors
    factor  =  head, slots, exponent           a tensor's cell, or a function, at affine subscripts
    weight  =  polynomial in sizes and atoms   see `weights.py`

Negative atoms in a shape are its dummies: they are summed over all integers that the guard admits.
All other atoms are free. Dummies are numbered -1, -2, ... as they come in the slots, and where that
can be they *are* the values of slots, so that shifted, flipped and renamed sums are one shape.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symgrad.algebra.ranges import weights
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import Scalar, Sign


class Kind(enum.Enum):
    """What a head stands for. All but cells, labels and what is undefined have bodies over parameters."""

    CELL = "a tensor's cell"
    LABEL = "1 where a cell of an integer tensor (all slots but the last) has a value (the last slot), else 0"
    UNDEFINED = "a value where there is none, such as 1/0: nothing is known of it"
    EXP = "exp of the body"
    GROWTH = "exp of the body times the last slot"
    LOG = "log of the body"
    STEP = "1 where the body is positive, else 0"
    BASE = "the body itself, to stand under exponents"
    CALL = "another function of the bodies"


@dataclass(eq=False, slots=True)
class Head:
    """What stands before slots. `name` is a tensor or function; `bodies` are forms over the parameters."""

    number: int
    kind: Kind
    name: str
    orders: tuple[int, ...]
    bodies: tuple[Form, ...]
    arity: int
    sign: Sign = Sign.UNKNOWN


Factor = tuple[int, tuple[Linear, ...], Scalar]
"""The number of a head, its slots, and an exponent that is not 0."""


class Shape:
    """The factors and the guard of a term; equal content makes equal shapes."""

    __slots__ = ("_hash", "factors", "guard")

    def __init__(self, factors: tuple[Factor, ...], guard: Guard) -> None:
        """Made by `normal.py`, which sees to the numbers of the dummies and the order of the factors."""
        self.factors, self.guard = factors, guard
        self._hash = hash((factors, guard))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Shape):
            return NotImplemented
        return self._hash == other._hash and self.factors == other.factors and self.guard == other.guard

    @property
    def atoms(self) -> set[int]:
        """All atoms, bound ones included."""
        found = {a for _, slots, _ in self.factors for slot in slots for a in slot.atoms}
        return found | {k for k in self.guard.keys if isinstance(k, int)}

    def __repr__(self) -> str:
        shown = " ".join(f"{h}{list(s)}^{e}" for h, s, e in self.factors)
        return f"<{shown} | {self.guard}>"


UNIT = Shape((), TRUE)


class Form:
    """An immutable sum of terms of one Space. Two forms may be equal functions and still differ as objects."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Shape, Weight]) -> None:
        """No weight may be zero."""
        self.terms: dict[Shape, Weight] = dict(terms)
        self._hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset((s, frozenset(w.items())) for s, w in self.terms.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return self.terms == other.terms if isinstance(other, Form) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def __iter__(self) -> Iterator[tuple[Shape, Weight]]:
        return iter(self.terms.items())

    @property
    def free(self) -> set[int]:
        """The atoms on which the value depends."""
        found = {a for shape in self.terms for a in shape.atoms if a >= 0}
        return found.union(*({a for a in weights.atoms(w) if a >= 0} for w in self.terms.values()))

    @property
    def constant(self) -> Weight | None:
        """The weight of a form without factors, guards and dummies; None for others."""
        if not self.terms:
            return weights.NOTHING
        return self.terms.get(UNIT) if len(self.terms) == 1 else None

    def __repr__(self) -> str:
        return " + ".join(f"{_shown(w)} {s}" for s, w in self.terms.items()) or "0"


def _shown(weight: Weight) -> str:
    parts = []
    for monomial, c in weight.items():
        parts.append(" ".join([str(c), *(f"{k}^{e}" for k, e in sorted(monomial, key=repr))]))
    return "(" + " + ".join(parts) + ")"


ZERO = Form({})
ONE = Form({UNIT: weights.ONE})


@dataclass(slots=True)
class Raw:
    """A term on its way to a form: dummies of any negative numbers, factors in any order, repeated ones too."""

    weight: Weight
    factors: list[Factor]
    guard: Guard


def lowest(raw: Raw) -> int:
    """The least atom that occurs, or 0."""
    least = min((k for k in weights.keys(raw.weight) if isinstance(k, int)), default=0)
    for form in (*raw.guard.conditions, *(slot for _, slots, _ in raw.factors for slot in slots)):
        for dummy in form.dummies:
            least = min(least, dummy)
    return min(least, 0)


def replaced(raw: Raw, values: Mapping[Key, Linear]) -> Raw:
    """The term with atoms or sizes replaced by affine forms, all at once."""
    if not values:
        return raw
    return Raw(
        weights.substituted(raw.weight, values),
        [(head, tuple(slot.substituted(values) for slot in slots), e) for head, slots, e in raw.factors],
        raw.guard.substituted(values),
    )


def opened(shape: Shape, weight: Weight, below: int = 0, values: Mapping[Key, Linear] | None = None) -> Raw:
    """A term of a form, its dummies renamed to atoms less than `below`, its free atoms replaced by `values`."""
    raw = Raw(weight, list(shape.factors), shape.guard)
    names: dict[Key, Linear] = dict(values or {})
    if below < 0:
        least = lowest(raw)
        names |= {dummy: Linear.of(below + dummy) for dummy in range(least, 0)}
    return replaced(raw, names)
