"""Facts: what may be written instead of something else, found from the definitions of the forward pass.

Every definition is an equation. Solved for something that stands in one of its terms alone, it says what this may be
replaced by: p = exp(s)/Z says that exp(s) is p Z. What definitions and declarations say once the chosen facts are put
in is *completion*: from Z = sum_j exp(s) remains Z = Z sum_j p, so that sum_j p is 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from symgrad.algebra.closed_forms import final
from symgrad.algebra.signs import sign
from symgrad.algebra.terms import Generator, Kind, Monomial, OutOfReachError, Poly, Scalar, Sign, exact, scaled
from symgrad.optimise.model import FormRing, Value
from symgrad.optimise.replacing import all_generators

_SOLVED_FOR = {Kind.EXP, Kind.LOG, Kind.CALL, Kind.BASE, Kind.CELL}


@dataclass(frozen=True, eq=False)
class Fact:
    """The pattern, a product of powers of generators, is equal to `value`, whatever the free indices are."""

    pattern: Monomial
    value: Poly
    source: str = ""  # the tensor whose definition says so

    @property
    def number(self) -> int:
        """The pattern's first generator."""
        return self.pattern[0][0]


def choices(ring: FormRing, definition: Value) -> list[Fact]:
    """The facts that one definition may give, the most useful first."""
    cell = ring.cell(final(definition.name), definition.slots)
    equation = ring.sub(definition.poly, cell)
    found = list(_solved(ring, equation, definition))
    found += _product(ring, definition, cell)
    found += _inverses(ring, definition, cell)
    found = [fact for fact in found if not _holds_pattern(ring, fact) and _is_determined(ring, fact)]
    return sorted(found, key=lambda fact: _rank(ring, fact))


def _is_determined(ring: FormRing, fact: Fact) -> bool:
    """Whether every index of the value is one of the pattern: else the value would have an index that nothing binds."""
    return ring.free(fact.value) <= ring.free({fact.pattern: 1})


def _rank(ring: FormRing, fact: Fact) -> tuple[int, int]:
    order = [Kind.EXP, Kind.CALL, Kind.LOG, Kind.BASE, Kind.CELL]
    kind = ring.generators[fact.number].kind
    return len(fact.pattern), order.index(kind)


def _solved(ring: FormRing, equation: Poly, definition: Value) -> Iterator[Fact]:
    own = final(definition.name)
    for monomial in equation:
        for number, exponent in monomial:
            generator = ring.generators[number]
            if generator.kind not in _SOLVED_FOR or generator.content[0] == own:
                continue
            value = solved(ring, equation, monomial, number)
            if value is not None:
                yield Fact(((number, exponent),), value, definition.name)


def solved(ring: FormRing, equation: Poly, monomial: Monomial, number: int) -> Poly | None:
    """What a generator's power in one term is equal to if the equation is 0; None where that may divide by 0."""
    rest = tuple(pair for pair in monomial if pair[0] != number)
    others = {m: c for m, c in equation.items() if m != monomial}
    if not all(_may_divide(ring, g, e) for g, e in rest):
        return None
    if any(number in all_generators(ring, {m: 1}) for m in others) or number in all_generators(ring, {rest: 1}):
        return None
    inverse = ring.normal(tuple((g, -e) for g, e in rest))
    return scaled(ring.mul(others, inverse), exact(Fraction(-1) / Fraction(equation[monomial])))


def _may_divide(ring: FormRing, number: int, exponent: Scalar) -> bool:
    """A factor is not 0: its sign says so, or some definition divides by it."""
    generator = ring.generators[number]
    return exponent < 0 or generator.sign is Sign.POSITIVE or generator.shape in ring.divided


def _product(ring: FormRing, definition: Value, cell: Poly) -> Iterator[Fact]:
    """A definition that is a product: the product may be written as the tensor."""
    if len(definition.poly) != 1:
        return
    ((monomial, coefficient),) = definition.poly.items()
    heavy = tuple((g, e) for g, e in monomial if ring.generators[g].free)
    light = tuple((g, -e) for g, e in monomial if not ring.generators[g].free)
    if len(heavy) > 1 and all(ring.generators[g].kind in _SOLVED_FOR for g, _ in heavy):
        value = ring.mul(cell, ring.normal(light))
        yield Fact(heavy, scaled(value, exact(1 / Fraction(coefficient))), definition.name)


def _inverses(ring: FormRing, definition: Value, cell: Poly) -> Iterator[Fact]:
    """exp of a definition with logarithms, log of one with exponentials."""
    kinds = {ring.generators[g].kind for m in definition.poly for g, _ in m}
    if Kind.LOG in kinds:
        yield from _image(ring, "exp", cell, definition)
    if Kind.EXP in kinds and sign(ring, definition.poly) is Sign.POSITIVE:
        yield from _image(ring, "log", cell, definition)


def _image(ring: FormRing, function: str, cell: Poly, definition: Value) -> Iterator[Fact]:
    ((pattern, coefficient),) = ring.call(function, (cell,)).items()
    if coefficient == 1:
        yield Fact(pattern, ring.call(function, (definition.poly,)), definition.name)


def _holds_pattern(ring: FormRing, fact: Fact) -> bool:
    """Whether the value holds what the pattern looks like: the fact could be used for ever."""
    shapes = {ring.generators[g].shape for g, _ in fact.pattern}
    inside = {ring.generators[g].shape for g in all_generators(ring, fact.value)}
    return shapes <= inside if len(fact.pattern) > 1 else bool(shapes & inside)


def completed(ring: FormRing, residue: Poly, source: str) -> Fact | None:
    """What remains of an equation as a fact about a sum: the sum of one term is replaced by all the rest.

    Of several sums the one with most factors is replaced. The others must not be of the same shape.
    """
    for number in sorted(_sums(ring, residue), key=lambda g: _weight(ring, ring.generators[g]), reverse=True):
        value = _solved_for_sum(ring, residue, number)
        if value is None or not ring.free(value) <= ring.generators[number].free:
            continue
        fact = Fact(((number, 1),), value, source)
        if not _holds_pattern(ring, fact):
            return fact
    return None


def _sums(ring: FormRing, residue: Poly) -> set[int]:
    return {g for m in residue for g, e in m if ring.generators[g].kind is Kind.SUM and e == 1}


def _weight(ring: FormRing, generator: Generator) -> tuple[int, int]:
    body = cast("Monomial", generator.content[1])
    return len(cast("tuple[int, ...]", generator.content[0])), len(body)


def _solved_for_sum(ring: FormRing, residue: Poly, number: int) -> Poly | None:
    """A sum from an equation that is linear in it, by a factor that is known to be positive."""
    factor: Poly = {}
    others: Poly = {}
    for monomial, coefficient in residue.items():
        if any(g == number for g, _ in monomial):
            rest = tuple(pair for pair in monomial if pair != (number, 1))
            factor[rest] = coefficient
        else:
            others[monomial] = coefficient
    if any(number in all_generators(ring, {m: 1}) for m in (*factor, *others)):
        return None
    for by in (1, -1):
        if _is_nonzero(ring, scaled(factor, by)):
            try:
                return scaled(ring.mul(others, ring.power(scaled(factor, by), -1)), -by)
            except OutOfReachError:
                return None
    return None


def _is_nonzero(ring: FormRing, p: Poly) -> bool:
    if len(p) == 1:
        ((monomial, coefficient),) = p.items()
        return coefficient > 0 and all(_may_divide(ring, g, e) for g, e in monomial)
    return sign(ring, p) is Sign.POSITIVE
