"""Polynomials of a ring that are nowhere negative: all terms have one sign, or it factors into what has.

A difference of two positive products is known where one is part of the other: a cell of a distribution is at most 1,
a sum of positive terms at least as large as each of them. What is more is written as one sum, symmetric in its
dummies, whose body is factored over the rational numbers: squares, and factors that are known to be nonnegative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, cast

from symgrad.algebra import factors, powers, signs, substitution, zero
from symgrad.algebra.terms import ONE, UNIT, Generator, Items, Kind, Monomial, Poly, Sign, exact, plus, scaled
from symgrad.evidence.inequalities.summands import Measure, measures, renamed, renamings, summands

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_TERMS, _MOST_STEPS = 60, 3
_ONE_AT_MOST = {Kind.DELTA, Kind.TEST, Kind.STEP}


@dataclass(frozen=True)
class Product:
    """A sum over dummies of a positive weight times factors, each under an even power or nowhere negative."""

    dummies: tuple[int, ...]
    weight: Poly
    factors: tuple[tuple[Poly, int], ...] = ()


def nonnegative(ring: Ring, p: Poly) -> Product | None:
    """p as a product that is nowhere negative; None where that is not found. The empty polynomial is one too."""
    if not p or is_nonnegative(ring, p):
        return Product((), p)
    if zero.is_zero(ring, p):
        return Product((), {})
    for body, dummies, front in _bodies(ring, p):
        if len(body) > _MOST_TERMS:
            continue
        found = _factored(ring, body)
        if found is not None:
            weight, parts = found
            return Product(tuple(dummies), ring.mul(front, weight), parts)
    return None


def is_nonnegative(ring: Ring, p: Poly) -> bool:
    """Whether p is known to be nowhere negative as it stands: each negative term is part of a positive one.

    With steps 1[u > 0] that is asked in both cases of each, off its kinks.
    """
    if signs.sign(ring, p):
        return True
    steps = sorted({g for monomial in p for g, _ in monomial if ring.generators[g].kind is Kind.STEP})
    if steps:
        return len(steps) <= _MOST_STEPS and _in_both_cases(ring, p, steps[0])
    if any(not signs.sign_of_monomial(ring, monomial) for monomial in p):
        return False
    left = {m: Fraction(c) for m, c in p.items() if c > 0}
    for monomial, coefficient in sorted(p.items()):
        needed = -Fraction(coefficient)
        for other, there in left.items():
            if needed <= 0:
                break
            if there > 0 and is_at_most(ring, monomial, other):
                taken = min(needed, there)
                left[other] = there - taken
                needed -= taken
        if needed > 0:
            return False
    return True


def _in_both_cases(ring: Ring, p: Poly, step: int) -> bool:
    """Whether p is nowhere negative, where a step 1[u > 0] is 1 and where it is 0."""
    u = dict(cast("Items", ring.generators[step].content[0]))
    for value, known in ((1, u), (0, scaled(u, -1))):
        case = substitution.decide(ring, p, {step: value})
        multiples = {Fraction(case[m]) / Fraction(known[m]) for m in known if m in case}
        rests = (plus(case, known, exact(-c)) for c in sorted(multiples) if c > 0)
        if not (is_nonnegative(ring, case) or any(is_nonnegative(ring, rest) for rest in rests)):
            return False
    return True


def is_at_most(ring: Ring, one: Monomial, other: Monomial) -> bool:
    """Whether a product of what is not negative is known to be at most another one."""
    exponents = {**dict(one)}
    for g, e in other:
        exponents[g] = exponents.get(g, 0) - e
    above = {g: Fraction(e) for g, e in exponents.items() if e > 0}
    for g, e in exponents.items():
        generator = ring.generators[g]
        if e >= 0 or generator.kind is Kind.SIZE:  # a size is 1 or more
            continue
        if generator.sign is not Sign.POSITIVE or e.denominator != 1:
            return False
        for _ in range(-int(e)):
            rest = _without_part(ring, above, generator)
            if rest is None:
                return False
            above = rest
    return all(e >= 1 and _is_one_at_most(ring, ring.generators[g]) for g, e in above.items())


def _without_part(ring: Ring, above: dict[int, Fraction], generator: Generator) -> dict[int, Fraction] | None:
    """The product that is left when a part of it, at most as large as the generator, is taken away."""
    for part in _parts(ring, above, generator):
        if all(above.get(g, 0) >= e for g, e in part):
            left = {**above}
            for g, e in part:
                left[g] -= e
            return {g: e for g, e in left.items() if e}
    return None


def _parts(ring: Ring, above: dict[int, Fraction], generator: Generator) -> Iterator[Monomial]:
    """Products that are at most as large as a generator: terms of the sum that it is."""
    if generator.kind is Kind.SUM:
        dummies, body = cast("tuple[tuple[int, ...], Monomial]", generator.content)
        atoms = sorted(set().union(*(ring.generators[g].free for g in above)) - generator.free)
        for names in renamings(ring, dummies, tuple(atoms)):
            image = renamed(ring, body, names)
            if len(image) == 1 and 1 in image.values():
                yield next(iter(image))
    elif generator.kind is Kind.BASE:
        terms = cast("Items", generator.content[0])
        if all(c >= 1 and signs.sign_of_monomial(ring, m) for m, c in terms):
            yield from (m for m, _ in terms)


def _is_one_at_most(ring: Ring, generator: Generator) -> bool:
    """Whether a generator is at most 1: a cell of what sums to 1, or a sum of such cells."""
    if generator.kind in _ONE_AT_MOST:
        return True
    content = generator.content
    if generator.kind is Kind.SUM:
        summed, body = cast("tuple[tuple[int, ...], Monomial]", content)
        if len(body) != 1 or body[0][1] != 1:
            return False
        content = ring.generators[body[0][0]].content
    elif generator.kind is Kind.CELL:
        summed = ()
    else:
        return False
    return any(_is_part(ring, content, summed, rule.pattern) for rule in ring.rules if rule.value == ONE)


def is_one_at_most(ring: Ring, t: Poly) -> bool:
    """Whether a positive value is known to be at most 1, as a fraction whose numerator is not the greater part."""
    if is_nonnegative(ring, ring.sub(ONE, t)):
        return True
    if len(t) != 1:
        return False
    ((monomial, coefficient),) = t.items()
    above = tuple((g, e) for g, e in monomial if e > 0)
    below = tuple((g, -e) for g, e in monomial if e < 0)
    if any(e.denominator != 1 for _, e in monomial):
        return False
    whole = Fraction(coefficient)
    top = ring.product([ring.number(whole.numerator), *(ring.power(powers.itself(ring, g), e) for g, e in above)])
    bottom = ring.product([ring.number(whole.denominator), *(ring.power(powers.itself(ring, g), e) for g, e in below)])
    return is_nonnegative(ring, ring.sub(bottom, top))


def _is_part(ring: Ring, cell: tuple[object, ...], summed: tuple[int, ...], pattern: Generator) -> bool:
    """Whether a cell, summed over some dummies, is part of a pattern: the sum of such cells over more of them."""
    if pattern.kind is not Kind.SUM or len(cell) != 2:
        return False
    over, body = cast("tuple[tuple[int, ...], Monomial]", pattern.content)
    if len(body) != 1 or body[0][1] != 1 or ring.generators[body[0][0]].sign is Sign.UNKNOWN:
        return False
    whole = ring.generators[body[0][0]].content
    if len(whole) != 2 or whole[0] != cell[0]:
        return False
    pairs = zip(cast("tuple[int, ...]", whole[1]), cast("tuple[int, ...]", cell[1]), strict=True)
    return all(there in over for there, here in pairs if here in summed)


def _bodies(ring: Ring, p: Poly) -> Iterator[tuple[Poly, list[int], Poly]]:
    """p as one sum over dummies, in several ways: body, dummies, and a positive factor in front."""
    p, front = _cleared(ring, p)
    yield p, [], front
    sorts = {ring.atom_sorts[a] for s in summands(ring, p) for a in s.dummies}
    found = zero.one_sum(ring, p)
    if found is not None:
        yield *found, front
    for measure in measures(ring, ()):
        if len(measure.dummies) == 1 and ring.atom_sorts[measure.dummies[0]] in sorts:
            found = zero.one_sum(ring, p, lambda atom, m=measure: _weight(ring, m, atom))  # type: ignore[misc]
        else:
            found = _beside(ring, p, measure)
        if found is not None:
            yield *found, front

    yield from ((*found, front) for found in _between(ring, p))


def _weight(ring: Ring, measure: Measure, atom: int) -> Poly:
    """The weight of a measure over one dummy, at an atom; equal weights where the atom is of another sort."""
    (dummy,) = measure.dummies
    if ring.atom_sorts[dummy] != ring.atom_sorts[atom]:
        return ring.power(ring.size_of(atom), -1)
    return renamed(ring, measure.weight, {dummy: atom})


def _beside(ring: Ring, p: Poly, measure: Measure) -> tuple[Poly, list[int]] | None:
    """p as one sum over the dummies of a measure, which stands beside the terms without dummies."""
    total: Poly = {}
    for summand in summands(ring, p):
        if not summand.dummies:
            part = ring.mul({summand.monomial: summand.coefficient}, {measure.weight: 1})
        else:
            names = next(renamings(ring, summand.dummies, measure.dummies), None)
            if names is None or len(names) != len(measure.dummies):
                return None
            part = scaled(renamed(ring, summand.monomial, names), summand.coefficient)
        total = ring.add(total, part)
    return total, list(measure.dummies)


def _between(ring: Ring, p: Poly) -> Iterator[tuple[Poly, list[int]]]:
    """p as one sum over the dummies of two measures, which share the terms without dummies.

    The shares are those with which the body has a double zero where both weights are equal.
    """
    known = [m for m in measures(ring, ()) if len(m.weight) == 1 and m.weight[0][1] == 1]
    terms = summands(ring, p)
    fixed = {s.monomial: s.coefficient for s in terms if not s.dummies}
    if not set(fixed) <= {UNIT}:
        return
    for one, other in permutations(known, 2):
        sums = [t for t in terms if t.dummies]
        lengths = {len(other.dummies), *(len(t.dummies) for t in sums)}
        names = next(renamings(ring, other.dummies, one.dummies), {})
        placed = [next(renamings(ring, t.dummies, one.dummies), {}) for t in sums]
        if lengths != {len(one.dummies)} or any(len(n) != len(one.dummies) for n in (names, *placed)):
            continue
        weight = renamed(ring, other.weight, names)
        body: Poly = {}
        for term, naming in zip(sums, placed, strict=True):
            body = ring.add(body, scaled(renamed(ring, term.monomial, naming), term.coefficient))
        slope = _slope(ring, body, next(iter(weight))[0][0])
        if slope is None:
            continue
        constant = Fraction(fixed.get(UNIT, 0))
        body = ring.sub(body, scaled(weight, exact(slope)))
        yield ring.add(body, scaled({one.weight: 1}, exact(constant + slope))), list(one.dummies)


def _slope(ring: Ring, p: Poly, generator: int) -> Fraction | None:
    """The derivative by a cell where all cells are 1; None where that is no rational number."""
    total = Fraction(0)
    for monomial, coefficient in p.items():
        value, logarithmic = Fraction(coefficient), Fraction(0)
        for g, e in monomial:
            found = ring.generators[g]
            if found.kind is Kind.BASE and e.denominator == 1:
                inside = dict(cast("Items", found.content[0]))
                at_one = sum((Fraction(c) for c in inside.values()), Fraction(0))
                slope = _slope(ring, inside, generator)
                if slope is None or not at_one:
                    return None
                value *= at_one ** int(e)
                logarithmic += Fraction(e) * slope / at_one
            elif found.kind is not Kind.CELL:
                return None
            elif g == generator:
                logarithmic += Fraction(e)
        total += value * logarithmic
    return total


def _cleared(ring: Ring, p: Poly) -> tuple[Poly, Poly]:
    """p without positive denominators, and what they are, as a factor."""
    numerator, denominators = powers.cleared(ring, p)
    if not numerator or any(ring.generators[g].sign is not Sign.POSITIVE and k % 2 for g, k in denominators):
        return p, ONE
    front = ring.product(ring.of(ring.generators[g], -k) for g, k in denominators)
    shared = tuple((g, e) for g, e in powers.common(numerator) if ring.generators[g].sign is Sign.POSITIVE)
    return powers.divided(ring, numerator, shared), ring.mul(front, {shared: 1} if shared else ONE)


def _factored(ring: Ring, body: Poly) -> tuple[Poly, tuple[tuple[Poly, int], ...]] | None:
    """A body as a weight times even powers and other factors, none of which is negative; None if it is none."""
    if is_nonnegative(ring, body):
        return body, ()
    body, front = _cleared(ring, body)
    number = powers.content(body)
    sign, found = factors.factored(ring, scaled(body, exact(1 / Fraction(number))))
    if sign < 0:
        found = _turned(ring, found)
    elif any(k % 2 and not is_nonnegative(ring, q) for q, k in found):
        found = _turned(ring, _turned(ring, found))
    if not found or any(k % 2 and not is_nonnegative(ring, q) for q, k in found):
        return None
    return scaled(front, number), tuple(found)


def _turned(ring: Ring, found: Sequence[tuple[Poly, int]]) -> list[tuple[Poly, int]]:
    """The factors with the sign of one changed, which is negative as it stands; [] if there is none."""
    for at, (q, k) in enumerate(found):
        if k % 2 and not is_nonnegative(ring, q) and is_nonnegative(ring, scaled(q, -1)):
            return [*found[:at], (scaled(q, -1), k), *found[at + 1 :]]
    return []
