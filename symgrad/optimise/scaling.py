"""Factors of numbers and sizes that every reader of a temporary has: put into the temporary where that is cheaper.

If both q.grad and k.grad are sums over s.grad, each divided by sqrt(D), a tensor s.grad/sqrt(D) saves one of the two
divisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from symgrad.algebra.closed_forms import final
from symgrad.algebra.terms import Kind, Monomial, Poly
from symgrad.optimise.model import Model, Value
from symgrad.optimise.regions import names_in
from symgrad.optimise.replacing import expanded

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring
    from symgrad.algebra.terms import Generator

_KNOWN = {Kind.SIZE, Kind.CONSTANT, Kind.PRIME}


def rescaled(model: Model, values: Sequence[Value], name: str) -> Iterator[list[Value]]:
    """The values with one inner gradient replaced by a multiple of it, a tensor of that name, in every way there is."""
    for at, value in enumerate(values):
        if value.name not in model.wanted:
            factor = _shared_factor(model.ring, value.name, values)
            if factor:
                yield _with_factor(model.ring, values, at, factor, name)


def _shared_factor(ring: Ring, name: str, values: Sequence[Value]) -> Monomial:
    """What numbers and sizes are multiplied with a tensor wherever it is read; () for nothing or different things."""
    found: set[Monomial] = set()
    for value in values:
        for monomial in value.poly:
            if name in names_in(ring, {monomial: 1}):
                if not _is_linear(ring, name, monomial):
                    return ()
                found.add(tuple((g, e) for g, e in monomial if ring.generators[g].kind in _KNOWN))
    return found.pop() if len(found) == 1 else ()


def _is_linear(ring: Ring, name: str, monomial: Monomial) -> bool:
    """Whether a tensor stands once in a term, as a factor of it or of a sum in it."""
    holding = [(ring.generators[g], e) for g, e in monomial if name in names_in(ring, {((g, 1),): 1})]
    if len(holding) != 1 or holding[0][1] != 1:
        return False
    generator = holding[0][0]
    if generator.kind is Kind.SUM:
        return _is_linear(ring, name, cast("Monomial", generator.content[1]))
    return generator.kind is Kind.CELL


def _with_factor(ring: Ring, values: Sequence[Value], at: int, factor: Monomial, name: str) -> list[Value]:
    inverse: Poly = {tuple((g, -e) for g, e in factor): 1}
    old = final(values[at].name)

    def renamed(generator: Generator) -> Poly | None:
        if generator.kind is not Kind.CELL or generator.content[0] != old:
            return None
        return ring.cell(final(name), cast("tuple[int, ...]", generator.content[1]))

    result = []
    for place, value in enumerate(values):
        if place == at:
            result.append(replace(value, name=name, poly=ring.mul(value.poly, {factor: 1}), multiple_of=value.name))
            continue
        reading = {m: c for m, c in value.poly.items() if values[at].name in names_in(ring, {m: 1})}
        rest = {m: c for m, c in value.poly.items() if m not in reading}
        poly = ring.add(rest, expanded(ring, ring.mul(reading, inverse), renamed)) if reading else value.poly
        result.append(replace(value, poly=poly))
    return result
