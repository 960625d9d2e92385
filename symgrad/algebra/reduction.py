"""The normal form of one monomial: what its generators do to one another.

Rules are tried in the order of the monomial's generators until none applies:

- a delta renames the other factors' indices; it and a zero test are their own squares;
- integer parts of prime powers, of absolute values and of bases with a positive exponent are taken out;
- sin^2 = 1 - cos^2;
- a base D with a negative exponent is divided into what stands beside it: with L the leading
  monomial of D and D = c L + rest, `L m D^e = (m D^(e+1) - rest m D^e)/c`. Where another term of
  D differs from L in its indices only there is no rule: renaming indices would make one go round
  in circles;
- the same with D at h = 0 in the place of D, where a negative power of h stands beside it:
  `1/(E (1 + E)) = 1/E - 1/(1 + E)`.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import (
    ZERO,
    Generator,
    Items,
    Kind,
    Monomial,
    OutOfReachError,
    Poly,
    Scalar,
    collect,
    exact,
    items,
    merge,
    scaled,
    without,
)

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_SPECIAL = {Kind.DELTA, Kind.PRIME, Kind.ABS, Kind.TEST, Kind.STEP, Kind.BASE}


def is_special(generator: Generator) -> bool:
    """Whether there are rules for the generator."""
    return generator.kind in _SPECIAL or (generator.kind is Kind.CALL and generator.content[0] in ("sin", "cos"))


def reduce(ring: Ring, monomial: Monomial) -> Poly:
    """The monomial's normal form."""
    found = ring.reduced.get(monomial)
    if found is None:
        ring.budget.tick()
        step = _step(ring, monomial)
        found = {monomial: 1} if step is None else step
        ring.reduced[monomial] = found
    return found


def _step(ring: Ring, monomial: Monomial) -> Poly | None:
    """What the first rule that applies makes of the monomial, in normal form; None if none applies."""
    for number, exponent in monomial:
        if number not in ring.special:
            continue
        generator = ring.generators[number]
        rest = without(monomial, number)
        match generator.kind:
            case Kind.DELTA:
                result = _delta(ring, generator, exponent, rest)
            case Kind.TEST:
                result = _idempotent(ring, generator, exponent, rest)
            case Kind.STEP:
                result = _step_function(ring, generator, exponent, rest)
            case Kind.PRIME:
                result = _prime(ring, generator, exponent, rest)
            case Kind.ABS:
                result = _absolute(ring, generator, exponent, rest)
            case Kind.CALL:
                result = _circular(ring, generator, exponent, rest)
            case _:
                result = _base(ring, generator, exponent, rest)
        if result is not None:
            return result
    return None


def _delta(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    kept, replaced = cast("tuple[int, int]", generator.content)
    if any(replaced in ring.generators[g].free for g, _ in rest):
        image = ring.substitute({rest: 1}, {replaced: kept})
        return ring.mul({((generator.number, exponent),): 1}, image)
    return _idempotent(ring, generator, exponent, rest)


def _idempotent(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    if exponent == 1:
        return None
    if exponent < 0:
        raise OutOfReachError("a denominator that is zero unless two things are equal")
    return ring.normal(merge(rest, ((generator.number, 1),)))


def _step_function(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    """1[u > 0] 1[-u > 0] = 0; where u is not piecewise, the second is written 1 - 1[u > 0] in the first place."""
    if rest:
        opposite = items(scaled(dict(cast("Items", generator.content[0])), -1))
        if any(ring.generators[g].content == (opposite,) and ring.generators[g].kind is Kind.STEP for g, _ in rest):
            return ZERO
    return _idempotent(ring, generator, exponent, rest)


def _prime(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    whole = floor(exponent)
    if not whole:
        return None
    (prime,) = cast("tuple[int]", generator.content)
    left = ((generator.number, exponent - whole),) if exponent != whole else ()
    return scaled(ring.normal(merge(rest, left)), exact(Fraction(prime) ** whole))


def _absolute(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    """|u|^e with 0 < e < 1, and a power of |u| = u sign(u) beside it."""
    whole = floor(exponent)
    if not whole:
        return None
    argument = dict(cast("Items", generator.content[0]))
    left = ((generator.number, exponent - whole),) if exponent != whole else ()
    taken = ring.mul(ring.normal(merge(rest, left)), ring.power(argument, whole))
    return ring.mul(taken, ring.call("sign", (argument,))) if whole % 2 else taken


def _circular(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    """sin^2 = 1 - cos^2, and the other way round beside a negative power of the sine."""
    name, orders, args = generator.content
    if exponent.denominator != 1 or exponent < 2:
        return None
    other = ring.generator(Kind.CALL, "cos" if name == "sin" else "sin", orders, args)
    if name == "cos" and not any(g == other.number and e < 0 for g, e in rest):
        return None
    square = {((other.number, 2),): -1, (): 1}
    left = ((generator.number, exponent - 2),) if exponent != 2 else ()
    return ring.mul(ring.normal(merge(rest, left)), cast("Poly", square))


def _base(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    if exponent >= 1:
        whole = floor(exponent)
        left = ((generator.number, exponent - whole),) if exponent != whole else ()
        expanded = ring.power(dict(cast("Items", generator.content[0])), whole)
        return ring.mul(ring.normal(merge(rest, left)), expanded)
    if exponent > 0:
        return None
    split = leading(ring, generator)
    if split is not None and divides(split[0], rest):
        return _divided(ring, generator, exponent, rest, split)
    return _beside_negative(ring, generator, exponent, rest)


def _beside_negative(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial) -> Poly | None:
    terms = dict(cast("Items", generator.content[0]))
    for number, power in rest:
        if power >= 0 or not any(g == number for monomial in terms for g, _ in monomial):
            continue
        constant = {m: c for m, c in terms.items() if all(g != number for g, _ in m)}
        first = _leading_term(ring, constant) if constant else None
        if first is None or not divides(first, without(rest, number)):
            continue
        tail = {m: c for m, c in terms.items() if m != first}
        return _divided(ring, generator, exponent, rest, (first, terms[first], tail))
    return None


Split = tuple[Monomial, Scalar, Poly]


def _divided(ring: Ring, generator: Generator, exponent: Scalar, rest: Monomial, split: Split) -> Poly:
    """L m D^e with D = c L + tail as (m D^(e+1) - tail m D^e)/c."""
    first, coefficient, tail = split
    beside = merge(rest, tuple((g, -e) for g, e in first))
    raised = ((generator.number, exponent + 1),) if exponent != -1 else ()
    out: Poly = {}
    collect(out, ring.normal(merge(beside, raised)))
    same = merge(beside, ((generator.number, exponent),))
    for monomial, factor in tail.items():
        collect(out, ring.normal(merge(same, monomial)), -factor)
    return scaled(out, exact(Fraction(1) / coefficient))


def leading(ring: Ring, generator: Generator) -> Split | None:
    """The leading monomial of a base, its coefficient and the other terms; None where names of indices decide it."""
    key = ("leading", generator.number)
    if key not in ring.cache:
        terms = dict(cast("Items", generator.content[0]))
        first = _leading_term(ring, terms)
        tail = {m: c for m, c in terms.items() if m != first}
        ring.cache[key] = None if first is None else (first, terms[first], tail)
    return cast("Split | None", ring.cache[key])


def _leading_term(ring: Ring, terms: Poly) -> Monomial | None:
    """The largest monomial, or None where two are largest but for their indices."""
    ordered = sorted(((order(ring, m), m) for m in terms), reverse=True)
    if len(ordered) > 1 and ordered[0][0] == ordered[1][0]:
        return None
    return ordered[0][1]


def order(ring: Ring, monomial: Monomial) -> tuple[Scalar, list[tuple[int, Scalar]], list[tuple[int, Scalar]]]:
    """The place of a monomial among others: by degree, then by shapes; sizes and constants last."""
    constants = (Kind.SIZE, Kind.PRIME, Kind.CONSTANT)
    heavy: list[tuple[int, Scalar]] = []
    light: list[tuple[int, Scalar]] = []
    for g, e in monomial:
        generator = ring.generators[g]
        (light if generator.kind in constants else heavy).append((generator.shape, e))
    heavy.sort(reverse=True)
    light.sort(reverse=True)
    return sum((e for _, e in heavy), start=0), heavy, light


def divides(divisor: Monomial, monomial: Monomial) -> bool:
    """Whether every generator of the divisor has at least its exponent in the monomial."""
    exponents = dict(monomial)
    return all(exponents.get(g, 0) >= e for g, e in divisor)
