"""Parts of a backward program that are searched one after the other, each with the facts that concern it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import Generator, Kind, Monomial, Poly
from symgrad.language.naming import derivative_of
from symgrad.language.program import Role
from symgrad.optimise.model import Model, Value
from symgrad.optimise.replacing import all_generators, expanded
from symgrad.optimise.writing import shown

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_LARGE = 8
"""A region ends at the next adjoint that stays a tensor of its own after so many that may be put into others."""


@dataclass(frozen=True)
class Region:
    """Adjoints that are searched together.

    Attributes:
        adjoints: their values, in order.
        movable: those that may be put into their readers.
        wanted: those that are asked for, or read outside.
        definitions: the forward values that concern them.
        relations: the declared relations that do.
    """

    adjoints: dict[str, Value]
    movable: tuple[str, ...]
    wanted: frozenset[str]
    definitions: tuple[Value, ...]
    relations: tuple[Poly, ...]

    def without(self, ring: Ring, zero: set[str]) -> Region:
        """The region where some adjoints are known to be 0."""
        return replace(self, adjoints={n: without(ring, value, zero) for n, value in self.adjoints.items()})


def without(ring: Ring, value: Value, zero: set[str]) -> Value:
    """A value where some adjoints are known to be 0."""

    def image(generator: Generator) -> Poly | None:
        is_zero = generator.kind is Kind.CELL and shown(cast("str", generator.content[0])) in zero
        return {} if is_zero else None

    return replace(value, poly=expanded(ring, value.poly, image)) if zero else value


def movable_in(model: Model) -> list[str]:
    """The adjoints that may be put into their readers."""
    fixed = set(model.wanted).union(*(_read_by_products(model.ring, value.poly) for value in model.adjoints.values()))
    tensors = model.whole.tensor_named
    return [n for n in model.adjoints if n not in fixed and tensors[n].role is Role.COMPUTED]


def settled(model: Model, movable: list[str]) -> list[str]:
    """The adjoints that are asked for and are products of matrices that nothing is put into: no choice changes them."""
    return [
        name
        for name, value in model.adjoints.items()
        if name in model.program.outputs
        and all(_is_product_alone(model.ring, monomial) for monomial in value.poly)
        and not names_in(model.ring, value.poly) & set(movable)
    ]


def _is_product_alone(ring: Ring, monomial: Monomial) -> bool:
    generator = ring.generators[monomial[0][0]] if len(monomial) == 1 else None
    return generator is not None and generator.kind is Kind.SUM and is_product(ring, generator)


def regions(model: Model, movable: list[str], left_out: list[str]) -> Iterator[Region]:
    """The regions of a model, in order, without some of its adjoints."""
    group: list[str] = []
    for name in model.adjoints:
        if name in left_out:
            continue
        group.append(name)
        if name not in movable and sum(n in movable for n in group) >= _LARGE:
            yield _region(model, group, movable)
            group = []
    if group:
        yield _region(model, group, movable)


def _region(model: Model, group: list[str], movable: list[str]) -> Region:
    ring = model.ring
    outside = (value for name, value in model.adjoints.items() if name not in group)
    read = frozenset[str]().union(*(names_in(ring, value.poly) for value in outside))
    adjoints = {name: model.adjoints[name] for name in group}
    concerned = set(group).union(*(names_in(ring, value.poly) for value in adjoints.values()))
    concerned |= {derivative_of(name) for name in concerned}
    definitions = [v for v in model.definitions if _concerns(model, v, concerned)]
    relations = [p for p in model.relations if names_in(ring, p) & concerned]
    wanted = frozenset(name for name in group if name in model.wanted or name in read)
    mine = tuple(name for name in group if name in movable and name not in wanted)
    return Region(adjoints, mine, wanted, tuple(definitions), tuple(relations))


def _concerns(model: Model, value: Value, names: Iterable[str]) -> bool:
    """Whether a definition is of one of the tensors, or made of them."""
    return value.name in names or names_in(model.ring, value.poly) <= set(names)


def _read_by_products(ring: Ring, p: Poly) -> set[str]:
    """The tensors that stand in products of matrices."""
    found: set[str] = set()
    for number in all_generators(ring, p):
        generator = ring.generators[number]
        if generator.kind is Kind.SUM and is_product(ring, generator):
            found |= names_in(ring, {cast("Monomial", generator.content[1]): 1})
    return found


def is_contracted(ring: Ring, p: Poly) -> bool:
    """Whether a value holds a product of matrices."""
    generators = [ring.generators[g] for m in p for g, _ in m]
    return any(g.kind is Kind.SUM and is_product(ring, g) for g in generators)


def is_product(ring: Ring, generator: Generator) -> bool:
    """Whether a sum is a product of matrices: no factor has all of its indices."""
    bound, body = cast("tuple[tuple[int, ...], Monomial]", generator.content)
    every = generator.free | set(bound)
    return all(ring.generators[g].free != every for g, _ in body)


def names_in(ring: Ring, p: Poly) -> frozenset[str]:
    """The tensors in a polynomial."""
    generators = (ring.generators[number] for number in all_generators(ring, p))
    return frozenset(shown(cast("str", g.content[0])) for g in generators if g.kind is Kind.CELL)
