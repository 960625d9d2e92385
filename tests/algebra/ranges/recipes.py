"""Small expressions with two meanings: a form of a space, and a number at given sizes.

A recipe is evaluated by nothing but loops over its ranges, on random numbers, so that it can be held
against what the zero test says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath

from symgrad.algebra.ranges.form import Form
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Scalar

Point = Mapping[Key, int]
SIZES = ("M", "N")


class UndefinedError(Exception):
    """The value does not exist at this point, as 1/0."""


class Tensors:
    """Random values for cells, the same whenever they are asked for: small fractions."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._cells: dict[object, Fraction] = {}

    def cell(self, name: str, at: tuple[int, ...]) -> Any:
        key = (name, at)
        if key not in self._cells:
            self._cells[key] = Fraction(self._random.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7]), 4)
        return self._cells[key]

    def label(self, name: str, at: tuple[int, ...], size: int) -> int:
        key = (name, at, "label")
        if key not in self._cells:
            self._cells[key] = Fraction(self._random.randrange(size))
        return int(self._cells[key])


class Recipe:
    def form(self, space: Space) -> Form:
        raise NotImplementedError

    def value(self, at: Point, tensors: Tensors) -> Any:
        raise NotImplementedError


@dataclass(frozen=True)
class Cell(Recipe):
    name: str
    slots: tuple[Linear, ...]

    def form(self, space: Space) -> Form:
        return space.cell(self.name, self.slots)

    def value(self, at: Point, tensors: Tensors) -> Any:
        return tensors.cell(self.name, tuple(slot.value(at) for slot in self.slots))


@dataclass(frozen=True)
class Number(Recipe):
    number: Scalar

    def form(self, space: Space) -> Form:
        return space.number(self.number)

    def value(self, at: Point, tensors: Tensors) -> Any:
        return Fraction(self.number)


@dataclass(frozen=True)
class Position(Recipe):
    linear: Linear

    def form(self, space: Space) -> Form:
        return space.position(self.linear)

    def value(self, at: Point, tensors: Tensors) -> Any:
        return Fraction(self.linear.value(at))


@dataclass(frozen=True)
class Label(Recipe):
    """1 where the label y[slot] (of 0 .. size - 1) is the value."""

    slot: Linear
    chosen: Linear
    size: str

    def form(self, space: Space) -> Form:
        return space.label("y", (self.slot,), self.chosen)

    def value(self, at: Point, tensors: Tensors) -> Any:
        size = at[self.size]
        return Fraction(tensors.label("y", (self.slot.value(at),), size) == self.chosen.value(at))


@dataclass(frozen=True)
class Add(Recipe):
    parts: tuple[Recipe, ...]
    factors: tuple[Scalar, ...]

    def form(self, space: Space) -> Form:
        total = space.number(0)
        for part, factor in zip(self.parts, self.factors, strict=True):
            total = space.add(total, space.scale(part.form(space), factor))
        return total

    def value(self, at: Point, tensors: Tensors) -> Any:
        return sum(
            (_times(part.value(at, tensors), factor) for part, factor in zip(self.parts, self.factors, strict=True)),
            Fraction(0),
        )


@dataclass(frozen=True)
class Mul(Recipe):
    parts: tuple[Recipe, ...]

    def form(self, space: Space) -> Form:
        return space.product(part.form(space) for part in self.parts)

    def value(self, at: Point, tensors: Tensors) -> Any:
        result: Any = Fraction(1)
        for part in self.parts:
            result = _times(result, part.value(at, tensors))
        return result


@dataclass(frozen=True)
class Sum(Recipe):
    """The sum over atoms within boxes (low, high) of outer values, where the guard holds."""

    atoms: tuple[int, ...]
    boxes: tuple[tuple[Linear, Linear], ...]
    guard: Guard
    body: Recipe

    @property
    def domain(self) -> Guard:
        domain = self.guard
        for atom, (low, high) in zip(self.atoms, self.boxes, strict=True):
            domain = domain & Guard.between(low, Linear.of(atom), high)
        return domain

    def form(self, space: Space) -> Form:
        return space.sum(self.body.form(space), self.atoms, self.domain)

    def value(self, at: Point, tensors: Tensors) -> Any:
        total: Any = Fraction(0)
        ranges = [range(low.value(at), high.value(at) + 1) for low, high in self.boxes]
        for chosen in product(*ranges):
            here = {**at, **dict(zip(self.atoms, chosen, strict=True))}
            if self.guard.holds(here):
                total = total + self.body.value(here, tensors)
        return total


@dataclass(frozen=True)
class Guarded(Recipe):
    body: Recipe
    guard: Guard

    def form(self, space: Space) -> Form:
        return space.guarded(self.body.form(space), self.guard)

    def value(self, at: Point, tensors: Tensors) -> Any:
        return self.body.value(at, tensors) if self.guard.holds(at) else Fraction(0)


@dataclass(frozen=True)
class Power(Recipe):
    body: Recipe
    exponent: Scalar

    def form(self, space: Space) -> Form:
        return space.power(self.body.form(space), self.exponent)

    def value(self, at: Point, tensors: Tensors) -> Any:
        value = self.body.value(at, tensors)
        if isinstance(value, Fraction) and isinstance(self.exponent, int):
            if not value and self.exponent < 0:
                raise UndefinedError
            return value**self.exponent
        number = _float(value)
        if (abs(number) < 1e-20 and self.exponent < 0) or (number < 0 and self.exponent.denominator != 1):
            raise UndefinedError
        return mpmath.power(number, _float(Fraction(self.exponent)))


@dataclass(frozen=True)
class Call(Recipe):
    function: str
    body: Recipe

    def form(self, space: Space) -> Form:
        return space.call(self.function, (self.body.form(space),))

    def value(self, at: Point, tensors: Tensors) -> Any:
        return _FUNCTIONS[self.function](_float(self.body.value(at, tensors)))


def _log(x: Any) -> Any:
    if x <= 0:
        raise UndefinedError
    return mpmath.log(x)


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp,
    "log": _log,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "abs": abs,
    "sin": mpmath.sin,
    "atan": mpmath.atan,
}


def _float(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, (Fraction, int)) else value


def _times(one: Any, other: Any) -> Any:
    if isinstance(one, (Fraction, int)) and isinstance(other, (Fraction, int)):
        return Fraction(one) * other
    return _float(one) * _float(other)


@mpmath.workdps(50)  # type: ignore[untyped-decorator]
def agree(one: Recipe, other: Recipe, context: Guard, free: tuple[int, ...], *, seed: int = 0) -> bool:
    """Whether both have equal values at all points of the context with sizes from 1 to 3, where both have values."""
    for sizes in product((1, 2, 3), repeat=len(SIZES)):
        named = dict(zip(SIZES, sizes, strict=True))
        for chosen in product(range(-1, 4), repeat=len(free)):
            at: dict[Key, int] = {**named, **dict(zip(free, chosen, strict=True))}
            if not context.holds(at):
                continue
            tensors = Tensors(seed + sum(sizes) * 31)
            try:
                left, right = one.value(at, tensors), other.value(at, tensors)
            except UndefinedError:
                continue
            if abs(_float(left) - _float(right)) > mpmath.mpf(10) ** -25 * (1 + abs(_float(left))):
                return False
    return True
