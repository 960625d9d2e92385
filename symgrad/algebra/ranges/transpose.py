"""Transposes of programs with affine subscripts, dependent ranges, labels or time: see `algebra/transpose.py`.

The two sums of products are compared as there. What the statements of a program add up to is linear in unknowns, its
own tensors' final values, because every read of a cell follows all writes of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from symgrad.algebra.compare import Outcome, first_proof
from symgrad.algebra.ranges.compare import assumptions
from symgrad.algebra.ranges.dependence import demand_equations
from symgrad.algebra.ranges.equations import System, final, state, under_functions
from symgrad.algebra.ranges.form import Form
from symgrad.algebra.ranges.frames import Frame
from symgrad.algebra.ranges.instances import unrolled
from symgrad.algebra.ranges.radix import with_digits
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.ranges.spaces import space_of
from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.algebra.transpose import DIFFERENT, Transpose, demand_apart
from symgrad.language.dependence import shared_length
from symgrad.language.program import Program
from symgrad.language.walk import written

_SHARE = 0.6
"""The part of the time that is left that each way may take."""


def compare_transpose(claim: Transpose, budget: float) -> Outcome:
    """Whether the claim is proved, for all sizes, in `budget` seconds."""
    clock = Budget(budget)
    shared = shared_length(claim.backward, claim.tangent)
    before = written(claim.backward.body[:shared])
    try:
        demand_apart(claim, shared)
        programs = with_digits(claim.backward, claim.tangent)
        sides = [unrolled(program) for program in programs]
        for side, known in zip(sides, (0, shared), strict=True):
            demand_equations(side, clock, known)
        carried = state(sides[0], before)
    except OutOfReachError as reason:
        return Outcome(False, reason=str(reason))
    under = {name for side in sides for name in under_functions(side)} & before | carried

    def way(kept: frozenset[str], seconds: float) -> Outcome:
        inner = Budget(seconds)
        space = space_of(inner, *programs)
        back, forth = (_Side(space, program, shared, kept, inner) for program in programs)
        if space.is_zero(_difference(claim, space, back, forth)):
            return Outcome(True, assumptions((claim.backward, claim.tangent), (back.system, forth.system)))
        return Outcome(False, reason=DIFFERENT)

    choices = dict.fromkeys(map(frozenset, (before, under, carried)))
    return first_proof([partial(way, kept) for kept in choices], clock.left, _SHARE)


def _difference(claim: Transpose, space: Space, back: _Side, forth: _Side) -> Form:
    """The difference of the two sums."""
    total = space.number(0)
    for adjoint, dot in claim.pairs:
        w, v = back.reading(adjoint), forth.reading(dot)
        if not w and not v:
            continue
        side, name = (back, adjoint) if w else (forth, dot)
        slots = side.system.slots(name)
        dummies = [slot.atoms[0] for slot in slots]
        inside = side.system.inside(name, slots)
        gradient = back.added(adjoint)
        if adjoint in claim.weights:
            if forth.added(dot):
                raise OutOfReachError(f"{adjoint} is averaged, but its tensor is computed")
            weight = back.system.translator.form(claim.weights[adjoint], {}, Frame())
            gradient = space.mul(gradient, weight)
        here = space.sub(space.mul(w, forth.added(dot)), space.mul(gradient, v))
        total = space.add(total, space.sum(here, dummies, inside))
    return total


class _Side:
    """What one program does after the common part, each tensor that it computes an unknown when it is read."""

    def __init__(self, space: Space, program: Program, shared: int, kept: Iterable[str], budget: Budget) -> None:
        self._written = written(program.body[shared:])
        self.system = System(space, unrolled(program), {*kept, *self._written}, budget)

    def reading(self, name: str) -> Form:
        """The tensor as it is read once it is complete; 0 if the program does not have it."""
        if name not in self.system.unrolled.tensors:
            return self.system.space.number(0)
        slots = self.system.slots(name)
        return self.system.space.cell(final(name) if name in self._written else name, slots)

    def added(self, name: str) -> Form:
        """What the statements add to the tensor."""
        if name not in self._written:
            return self.system.space.number(0)
        self.system.start(name)  # refuses a definition of what starts at given values
        return self.system.added(name)
