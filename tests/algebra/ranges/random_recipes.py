"""Random recipes, rewritings that keep their values, and mutations that mostly do not."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.space import Space
from tests.algebra.ranges.recipes import Add, Call, Cell, Guarded, Label, Mul, Number, Position, Power, Recipe, Sum

NAMES = {"x": 1, "w": 1, "s": 2, "g": 2}


class Maker:
    """Makes recipes over the free atoms 0 and 1; dummies come from the space."""

    def __init__(self, seed: int, *, functions: bool = False, labels: bool = False) -> None:
        self.random = random.Random(seed)
        self.functions, self.labels = functions, labels
        self.count = 100

    def dummy(self) -> int:
        self.count += 1
        return self.count

    def linear(self, atoms: list[int], *, wide: bool = True) -> Linear:
        choose = self.random
        form = Linear.of(choose.choice(atoms)) if atoms else Linear(choose.randrange(2))
        if wide and choose.random() < 0.35:
            form = form.plus(Linear.of(choose.choice(atoms)), choose.choice([1, -1, 2])) if atoms else form
        if wide and choose.random() < 0.3:
            form = form + choose.choice([-1, 1])
        if wide and choose.random() < 0.1:
            form = Linear.of(choose.choice("MN")) - 1 - form
        return form

    def guard(self, atoms: list[int]) -> Guard:
        if not atoms or self.random.random() < 0.5:
            return TRUE
        one, other = self.linear(atoms), self.linear(atoms, wide=False)
        kind = self.random.random()
        if kind < 0.6:
            return Guard.at_least(one, other)
        return Guard.equals(one, other) if kind < 0.8 else Guard.differs(one, other)

    def recipe(self, atoms: list[int], depth: int = 3) -> Recipe:
        roll = self.random.random()
        if depth == 0 or roll < 0.15:
            return self.leaf(atoms)
        if roll < 0.4:
            parts = tuple(self.recipe(atoms, depth - 1) for _ in range(2))
            return Add(parts, tuple(self.random.choice([1, -1, 2, Fraction(1, 2)]) for _ in parts))
        if roll < 0.6:
            return Mul(tuple(self.recipe(atoms, depth - 1) for _ in range(2)))
        if roll < 0.85:
            return self.sum(atoms, depth)
        if roll < 0.92 or not self.functions:
            return Guarded(self.recipe(atoms, depth - 1), self.guard(atoms))
        return self.function(self.recipe(atoms, depth - 1), atoms)

    def sum(self, atoms: list[int], depth: int) -> Sum:
        new = [self.dummy() for _ in range(self.random.choice([1, 1, 2]))]
        boxes = []
        known = list(atoms)
        for atom in new:
            high = Linear.of(self.random.choice("MN")) - 1
            if known and self.random.random() < 0.3:
                high = Linear.of(self.random.choice(known)) - self.random.randrange(2)
            boxes.append((Linear(self.random.choice([0, 0, 0, 1])), high))
            known.append(atom)
        boxes = [(low, high) for low, high in boxes]
        if len(new) == 2 and new[0] in boxes[1][1].atoms:
            return Sum(
                (new[0],),
                (boxes[0],),
                TRUE,
                Sum((new[1],), (boxes[1],), self.guard(known), self.recipe(known, depth - 1)),
            )
        return Sum(tuple(new), tuple(boxes), self.guard(known), self.recipe(known, depth - 1))

    def leaf(self, atoms: list[int]) -> Recipe:
        roll = self.random.random()
        if roll < 0.1:
            return Position(self.linear(atoms))
        if roll < 0.15:
            return Number(self.random.choice([1, 2, -1]))
        if self.labels and roll < 0.4:
            return Label(self.linear(atoms, wide=False), self.linear(atoms, wide=False), "N")
        name = self.random.choice(list(NAMES))
        return Cell(name, tuple(self.linear(atoms) for _ in range(NAMES[name])))

    def function(self, body: Recipe, atoms: list[int]) -> Recipe:
        choice = self.random.choice(
            ["exp", "exp", "tanh", "sigmoid", "relu", "abs", "inverse", "inverse", "root", "atan", "square", "growth"]
        )
        if choice == "inverse":
            return Power(body, self.random.choice([-1, -1, -2]))
        if choice == "square":
            square = Power(body, self.random.choice([2, -2]))
            return self.random.choice(
                [Power(square, Fraction(1, 2)), Call("log", square), Power(square, Fraction(-1, 2))]
            )
        if choice == "growth":
            return Call("exp", Mul((Position(self.linear(atoms, wide=False)), body)))
        if choice == "root":
            return Power(
                Add((Mul((body, body)), Number(1)), (1, 1)), self.random.choice([Fraction(1, 2), Fraction(-1, 2)])
            )
        return Call(choice, body)

    # Rewritings

    def rewritten(self, recipe: Recipe) -> Recipe:
        """The recipe with some of its parts rewritten, its values kept."""
        recipe = _mapped(recipe, self.rewritten)
        match recipe:
            case Sum() if self.random.random() < 0.7:
                return self.random.choice([self.shifted, self.flipped, self.split, self.as_scatter, self.guarded_box])(
                    recipe
                )
            case Mul(parts) if self.random.random() < 0.5:
                return Mul(parts[::-1])
            case Add(parts, factors) if self.random.random() < 0.5:
                return Add(parts[::-1], factors[::-1])
            case Guarded(body, guard) if self.random.random() < 0.5:
                pieces = tuple(Guarded(body, away) for away in guard.negated())
                return Add((body, *pieces), (1, *(-1 for _ in pieces)))
        return recipe

    def shifted(self, recipe: Sum) -> Recipe:
        atom, new, by = recipe.atoms[0], self.dummy(), self.random.choice([-2, -1, 1, 2])
        return self._renamed(recipe, atom, new, Linear.of(new) - by, lambda low, high: (low + by, high + by))

    def flipped(self, recipe: Sum) -> Recipe:
        atom, new = recipe.atoms[0], self.dummy()
        low, high = recipe.boxes[0]
        return self._renamed(recipe, atom, new, high - Linear.of(new), lambda _l, _h: (Linear(), high - low))

    def _renamed(self, recipe: Sum, atom: int, new: int, value: Linear, box: Any) -> Sum:
        values = {atom: value}
        boxes = [(low.substituted(values), high.substituted(values)) for low, high in recipe.boxes]
        boxes[0] = box(*recipe.boxes[0])
        return Sum(
            (new, *recipe.atoms[1:]), tuple(boxes), recipe.guard.substituted(values), substituted(recipe.body, values)
        )

    def split(self, recipe: Sum) -> Recipe:
        cut = Linear.of(recipe.atoms[0]) - self.random.randrange(3)
        if len(recipe.atoms) > 1 and self.random.random() < 0.5:
            cut = Linear.of(recipe.atoms[0]) - Linear.of(recipe.atoms[1])
        first = replace(recipe, guard=recipe.guard & Guard.of(nonneg=[cut]))
        second = replace(recipe, guard=recipe.guard & Guard.of(nonneg=[-cut - 1]))
        return Add((first, second), (1, 1))

    def as_scatter(self, recipe: Sum) -> Recipe:
        """Another dummy that is set equal to the first one."""
        new = self.dummy()
        atom = recipe.atoms[0]
        body = substituted(recipe.body, {atom: Linear.of(new)})
        guard = recipe.guard & Guard.equals(Linear.of(new), Linear.of(atom))
        return Sum((*recipe.atoms, new), (*recipe.boxes, recipe.boxes[0]), guard, body)

    def guarded_box(self, recipe: Sum) -> Recipe:
        """A wider box, with the old one as a guard."""
        (low, high), *rest = recipe.boxes
        inside = Guard.between(low, Linear.of(recipe.atoms[0]), high)
        return replace(recipe, boxes=((low - 1, high + 2), *rest), guard=recipe.guard & inside)

    # Mutations

    def mutated(self, recipe: Recipe) -> Recipe:
        """The recipe with one place changed."""
        places = _size(recipe)
        return self._mutate(recipe, [self.random.randrange(places)])

    def _mutate(self, recipe: Recipe, countdown: list[int]) -> Recipe:
        countdown[0] -= 1
        if countdown[0] == -1:
            return self._changed(recipe)
        return _mapped(recipe, lambda part: self._mutate(part, countdown))

    def _changed(self, recipe: Recipe) -> Recipe:
        match recipe:
            case Cell(name, slots):
                at = self.random.randrange(len(slots))
                return Cell(name, (*slots[:at], slots[at] + self.random.choice([-1, 1]), *slots[at + 1 :]))
            case Add(parts, factors):
                return Add(parts, (*factors[:-1], -factors[-1]))
            case Sum(_, boxes):
                (low, high), *rest = boxes
                changed = self.random.choice([(low + 1, high), (low, high - 1), (low - 1, high), (low, high + 1)])
                return replace(recipe, boxes=(changed, *rest))
            case Position(linear):
                return Position(linear + 1)
            case Label():
                return replace(recipe, chosen=recipe.chosen + 1)
            case Guarded(body):
                return body
            case Power(Power(body), _) | Call("log", Power(body)):
                return body
            case Power(body, exponent):
                return Power(body, exponent - 1)
        return Add((recipe, recipe), (1, 1))


def substituted(recipe: Recipe, values: dict[int, Linear]) -> Recipe:
    """The recipe with free atoms replaced."""

    def change(part: Any) -> Any:
        if isinstance(part, (Linear, Guard)):
            return part.substituted(values)
        if isinstance(part, Recipe):
            return substituted(part, values)
        return tuple(change(one) for one in part) if isinstance(part, tuple) else part

    assert is_dataclass(recipe)
    return replace(recipe, **{f.name: change(getattr(recipe, f.name)) for f in fields(recipe)})


def _mapped(recipe: Recipe, function: Any) -> Recipe:
    def change(part: Any) -> Any:
        if isinstance(part, Recipe):
            return function(part)
        return tuple(change(one) for one in part) if isinstance(part, tuple) else part

    assert is_dataclass(recipe)
    return replace(recipe, **{f.name: change(getattr(recipe, f.name)) for f in fields(recipe)})


def _size(recipe: Recipe) -> int:
    count = [1]

    def visit(part: Recipe) -> Recipe:
        count[0] += 1
        return _mapped(part, visit)

    _mapped(recipe, visit)
    return count[0]


def space_with_atoms(space: Space) -> Space:
    """The space, of which the atoms 0 .. 400 are free for recipes."""
    for number in range(400):
        space.atom(("recipe", number))
    return space
