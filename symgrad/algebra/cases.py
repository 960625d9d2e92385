"""Zero by distinguishing cases: where steps 1[u > 0] stand in a polynomial, u > 0 and u < 0 are looked at apart.

A step is decided for all indices at once, so only steps of the free indices are taken, not those
under a sum. Cases that contradict one another as linear inequalities are left out: the monomials
count as unknowns, of which only the known signs are used (Fourier and Motzkin's elimination).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra import signs, vanishing
from symgrad.algebra.substitution import decide
from symgrad.algebra.terms import UNIT, ZERO, Items, Monomial, OutOfReachError, Poly, Sign, scaled

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_DECISIONS = 8
_MOST_ROWS = 400

Row = tuple[Poly, bool]
"""A polynomial that is positive (True), or not negative (False)."""


def is_zero_in_every_case(ring: Ring, p: Poly, is_zero: Callable[[Poly], bool], facts: Sequence[Row] = ()) -> bool:
    """Whether p is zero in every case of its steps that does not contradict `facts`.

    False says nothing.
    """
    if is_zero(p):
        return True
    step = _next_step(ring, p)
    if step is None or len(facts) >= _MOST_DECISIONS:
        return False
    inside = dict(cast("Items", ring.generators[step].content[0]))
    strict = vanishing.zeros(ring, inside) == ZERO
    for value, fact in ((1, (inside, True)), (0, (scaled(inside, -1), strict))):
        known = (*facts, fact)
        if is_feasible(ring, known) and not is_zero_in_every_case(ring, decide(ring, p, {step: value}), is_zero, known):
            return False
    return True


def _next_step(ring: Ring, p: Poly) -> int | None:
    """A step of free indices alone, in which no other step stands."""
    free = ring.free(p)
    found = {g for monomial in p for number, _ in monomial for g in ring.generators[number].steps}
    simple = (g for g in found if len(ring.generators[g].steps) == 1 and ring.generators[g].free <= free)
    return min(simple, default=None)


def is_feasible(ring: Ring, facts: Sequence[Row]) -> bool:
    """False if inequalities contradict one another or the known signs."""
    rows = list(facts)
    for monomial in {m for p, _ in facts for m in p} - {UNIT}:
        sign = signs.sign_of_monomial(ring, monomial)
        if sign is not Sign.UNKNOWN:
            rows.append(({monomial: 1}, sign is Sign.POSITIVE))
    while True:
        if any(_is_impossible(row) for row in rows):
            return False
        unknown = min((m for p, _ in rows for m in p if m != UNIT), default=None)
        if unknown is None:
            return True
        rows = _without(unknown, rows)
        if len(rows) > _MOST_ROWS:
            raise OutOfReachError("too many cases of comparisons")


def _is_impossible(row: Row) -> bool:
    p, strict = row
    constant = p.get(UNIT, 0)
    return set(p) <= {UNIT} and (constant < 0 or (strict and constant == 0))


def _without(unknown: Monomial, rows: list[Row]) -> list[Row]:
    """What follows for the other unknowns: each lower bound of the unknown with each upper one."""
    kept = [row for row in rows if unknown not in row[0]]
    lower = [row for row in rows if row[0].get(unknown, 0) > 0]
    upper = [row for row in rows if row[0].get(unknown, 0) < 0]
    for p, one in lower:
        for q, other in upper:
            total: Poly = {}
            for part, factor in ((p, Fraction(1) / p[unknown]), (q, Fraction(-1) / q[unknown])):
                for m, c in part.items():
                    total[m] = total.get(m, 0) + c * factor
            kept.append(({m: c for m, c in total.items() if c}, one or other))
    return kept
