"""Going through a polynomial and all that its generators hold, with something else in the place of some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from symgrad.algebra.substitution import Terms, parts
from symgrad.algebra.sums import opened_sum
from symgrad.algebra.terms import Generator, Items, Kind, Monomial, Poly, collect

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

Change = Callable[[Poly], Poly]


def inner(ring: Ring, generator: Generator) -> Iterator[int]:
    """The numbers of the generators that stand in what a generator holds, at any depth."""
    for part in parts(generator.kind, generator.content):
        if isinstance(part, Terms):
            for monomial, _ in part.terms:
                for number, _ in monomial:
                    yield number
                    yield from inner(ring, ring.generators[number])


def all_generators(ring: Ring, p: Poly) -> set[int]:
    """The numbers of all generators of a polynomial, at any depth."""
    found: set[int] = set()
    for monomial in p:
        for number, _ in monomial:
            if number not in found:
                found.add(number)
                found.update(inner(ring, ring.generators[number]))
    return found


def rebuilt(ring: Ring, generator: Generator, change: Change) -> Poly:
    """The generator with every polynomial that it holds changed; a base gives the polynomial itself.

    Sums are opened: what is changed has indices of its own, so that no index of a sum is taken for another.
    """
    content = generator.content

    def of(terms: object) -> Poly:
        return change(dict(cast("Items", terms)))

    match generator.kind:
        case Kind.EXP:
            return ring.call("exp", (change({cast("Monomial", content[0]): 1}),))
        case Kind.LOG:
            return ring.call("log", (of(content[0]),))
        case Kind.ABS:
            return ring.call("abs", (of(content[0]),))
        case Kind.STEP:
            return ring.call("is positive", (of(content[0]),))
        case Kind.TEST:
            return ring.call("is zero", (of(content[0]),))
        case Kind.BASE:
            return of(content[0])
        case Kind.CALL:
            name, orders, args = cast("tuple[str, tuple[int, ...], tuple[Items, ...]]", content)
            return ring.call(name, tuple(of(argument) for argument in args), orders)
        case Kind.EXTREME:
            op, dummies, terms = cast("tuple[str, tuple[int, ...], Items]", content)
            fresh = ring.fresh_for(dummies, generator.free)
            return ring.extreme(op, change(ring.substitute(dict(terms), fresh)), fresh.values())
        case Kind.SUM:
            opened, names = opened_sum(ring, generator, ())
            return ring.sum(change(opened), names)
    return {((generator.number, 1),): 1}


def expanded(ring: Ring, p: Poly, value: Callable[[Generator], Poly | None]) -> Poly:
    """p with `value(g)` in the place of every generator g for which it is not None, at any depth."""

    def change(q: Poly) -> Poly:
        return expanded(ring, q, value)

    out: Poly = {}
    for monomial, coefficient in p.items():
        images = []
        kept = []
        for number, exponent in monomial:
            generator = ring.generators[number]
            image = value(generator)
            if image is None and any(value(ring.generators[n]) is not None for n in inner(ring, generator)):
                image = rebuilt(ring, generator, change)
            if image is None:
                kept.append((number, exponent))
            else:
                images.append(ring.power(image, exponent))
        collect(out, ring.mul(ring.normal(tuple(kept)), ring.product(images)), coefficient)
    return out
