"""Declared relations: a constraint replaces a sum, or a cell, by what it says that this is equal to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from symgrad.algebra.terms import Generator, Poly

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


@dataclass(frozen=True)
class Rule:
    """A declared relation: the generator `pattern`, over the atoms `free`, is equal to `value`."""

    pattern: Generator
    free: tuple[int, ...]
    value: Poly


def by_rule(ring: Ring, generator: Generator) -> Poly:
    """The generator, or what a declared relation says that it is equal to."""
    for rule in ring.rules:
        pattern = rule.pattern
        if pattern is generator and not rule.free:
            return rule.value
        if pattern.shape != generator.shape or pattern.kind is not generator.kind:
            continue
        for chosen in permutations(sorted(generator.free), len(rule.free)):
            names = dict(zip(rule.free, chosen, strict=True))
            if any(ring.atom_sorts[a] != ring.atom_sorts[b] for a, b in names.items()):
                continue
            if _image(ring, pattern, names) == {((generator.number, 1),): 1}:
                return ring.substitute(rule.value, names)
    return {((generator.number, 1),): 1}


def _image(ring: Ring, pattern: Generator, names: dict[int, int]) -> Poly:
    """The pattern over other indices, the rules set aside: they would replace it at once."""
    rules, ring.rules = ring.rules, []
    cache, ring.cache = ring.cache, {}
    try:
        return ring.substitute({((pattern.number, 1),): 1}, names)
    finally:
        ring.rules, ring.cache = rules, cache
