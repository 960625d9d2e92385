"""Replacing indices in a polynomial, and the one place that knows what each kind of generator holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import Generator, Items, Kind, Monomial, OutOfReachError, Poly, Scalar, collect, merge

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


@dataclass(frozen=True, slots=True)
class Atoms:
    """Indices that a generator holds."""

    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """A polynomial that a generator holds."""

    terms: Items


def parts(kind: Kind, content: tuple[object, ...]) -> Iterator[Atoms | Terms | object]:
    """What a generator holds: indices, polynomials, and anything else as it is."""
    match kind:
        case Kind.CELL:
            yield content[0]
            yield Atoms(cast("tuple[int, ...]", content[1]))
        case Kind.POSITION | Kind.DELTA:
            yield Atoms(cast("tuple[int, ...]", content))
        case Kind.EXP:
            yield Terms(((cast("Monomial", content[0]), 1),))
        case Kind.SUM:
            yield Atoms(cast("tuple[int, ...]", content[0]))
            yield Terms(((cast("Monomial", content[1]), 1),))
        case Kind.EXTREME:
            yield content[0]
            yield Atoms(cast("tuple[int, ...]", content[1]))
            yield Terms(cast("Items", content[2]))
        case Kind.CALL:
            yield content[:2]
            for argument in cast("tuple[Items, ...]", content[2]):
                yield Terms(argument)
        case Kind.LOG | Kind.ABS | Kind.BASE | Kind.TEST | Kind.STEP:
            yield Terms(cast("Items", content[0]))
        case _:
            yield content


@dataclass(frozen=True)
class Change:
    """What is to be replaced: free atoms by atoms of the same sort, steps (by number) by 0 or 1."""

    atoms: Mapping[int, int]
    steps: Mapping[int, int] = field(default_factory=dict)

    def touches(self, generator: Generator) -> bool:
        """Whether the generator holds anything that is replaced."""
        return not (generator.free.isdisjoint(self.atoms) and generator.steps.isdisjoint(self.steps))

    def key(self, generator: Generator) -> tuple[object, ...]:
        """What is replaced in this generator."""
        atoms = tuple(sorted((a, b) for a, b in self.atoms.items() if a in generator.free))
        steps = tuple(sorted((g, v) for g, v in self.steps.items() if g in generator.steps))
        return atoms, steps


def substitute(ring: Ring, p: Poly, atoms: Mapping[int, int]) -> Poly:
    """p with free atoms replaced, all at once; what they are replaced by has the same sort."""
    atoms = {a: b for a, b in atoms.items() if a != b}
    return changed(ring, p, Change(atoms)) if atoms else p


def decide(ring: Ring, p: Poly, steps: Mapping[int, int]) -> Poly:
    """p where each of the given step generators is known to be 0 or 1."""
    return changed(ring, p, Change({}, steps))


def changed(ring: Ring, p: Poly, change: Change) -> Poly:
    """p after a change, in normal form."""
    out: Poly = {}
    for monomial, coefficient in p.items():
        collect(out, in_monomial(ring, monomial, change), coefficient)
    return out


def in_monomial(ring: Ring, monomial: Monomial, change: Change) -> Poly:
    """The monomial after a change."""
    kept: list[tuple[int, Scalar]] = []
    images: list[Poly] = []
    for number, exponent in monomial:
        generator = ring.generators[number]
        if not change.touches(generator):
            kept.append((number, exponent))
            continue
        image = in_generator(ring, generator, change)
        if generator.kind is Kind.ABS:
            image, exponent = ring.power(image, 2), exponent * Fraction(1, 2)  # noqa: PLW2901
        images.append(image if exponent == 1 else ring.power(image, exponent))
    plain = _joined(tuple(kept), images)
    if plain is not None:
        return ring.normal(plain)
    return ring.mul(ring.normal(tuple(kept)), ring.product(images))


def _joined(kept: Monomial, factors: list[Poly]) -> Monomial | None:
    """The product of factors that are all monomials with coefficient 1."""
    for factor in factors:
        if len(factor) != 1:
            return None
        ((monomial, coefficient),) = factor.items()
        if coefficient != 1:
            return None
        kept = merge(kept, monomial)
    return kept


def in_generator(ring: Ring, generator: Generator, change: Change) -> Poly:
    """The generator after a change: again in normal form, so perhaps something else."""
    key = ("changed", generator.number, change.key(generator))
    found = ring.cache.get(key)
    if found is None:
        ring.budget.tick()
        found = ring.cache[key] = _rebuilt(ring, generator, change)
    return cast("Poly", found)


def _rebuilt(ring: Ring, generator: Generator, change: Change) -> Poly:
    if generator.number in change.steps:
        return ring.number(change.steps[generator.number])
    content, atoms = generator.content, change.atoms

    def of(terms: object) -> Poly:
        return changed(ring, dict(cast("Items", terms)), change)

    match generator.kind:
        case Kind.CELL:
            held = cast("tuple[int, ...]", content[1])
            return ring.cell(cast("str", content[0]), tuple(atoms.get(a, a) for a in held))
        case Kind.DELTA:
            one, other = cast("tuple[int, int]", content)
            return ring.delta(atoms.get(one, one), atoms.get(other, other))
        case Kind.POSITION:
            (atom,) = cast("tuple[int]", content)
            return ring.of(ring.generator(Kind.POSITION, atoms[atom]))
        case Kind.EXP:
            return ring.call("exp", (in_monomial(ring, cast("Monomial", content[0]), change),))
        case Kind.LOG:
            return ring.call("log", (of(content[0]),))
        case Kind.ABS:
            return of(content[0])
        case Kind.STEP:
            return ring.call("is positive", (of(content[0]),))
        case Kind.TEST:
            return ring.call("is zero", (of(content[0]),))
        case Kind.BASE:
            return _base(ring, of(content[0]))
        case Kind.CALL:
            name, orders, args = cast("tuple[str, tuple[int, ...], tuple[Items, ...]]", content)
            return ring.call(name, tuple(of(argument) for argument in args), orders)
        case Kind.EXTREME:
            op, dummies, terms = cast("tuple[str, tuple[int, ...], Items]", content)
            return ring.extreme(op, of(terms), dummies)
        case Kind.SUM:
            dummies, body = cast("tuple[tuple[int, ...], Monomial]", content)
            return ring.sum(in_monomial(ring, body, change), dummies)
    raise AssertionError(f"a generator of kind {generator.kind.name} holds nothing to replace")


def _base(ring: Ring, p: Poly) -> Poly:
    """A base after a change. Where it became 0, its negative powers are not defined: give up."""
    if not p:
        raise OutOfReachError("a denominator that is zero in a special case")
    return p
