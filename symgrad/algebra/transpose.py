"""Whether a backward program is the transpose of a tangent program, statement by statement.

A tangent program computes v_X = v0_X + L_X(v) for each tensor X, a backward program w_X = w0_X + M_X(w), each
linear in what was computed before, v0 and w0 being what is given. If for all v and w

    sum_X <w_X, L_X(v)> = sum_X <M_X(w), v_X>

then, <w_X, v_X> taken from both sides, sum_X <w0_X, v_X> = sum_X <w_X, v0_X>: the outputs' upstream gradients
times their tangents are the inputs' gradients times theirs. So it is enough to compare the two sums once, with v and
w as unknowns: nothing is unfolded, and the work grows with the length of the programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from symgrad.algebra import zero
from symgrad.algebra.closed_forms import Run, declare, final
from symgrad.algebra.compare import Outcome, assumptions, first_proof, in_turn
from symgrad.algebra.ring import Ring
from symgrad.algebra.steps import complete_before_read, run_with_signs, summed
from symgrad.algebra.terms import ZERO, Budget, OutOfReachError, Poly
from symgrad.language.dependence import shared_length
from symgrad.language.program import Expr, Node, Program
from symgrad.language.walk import written

DIFFERENT = "the transposes of some statements have different normal forms"


@dataclass(frozen=True)
class Transpose:
    """The claim that a complete backward program is the transpose of a complete tangent program.

    Both begin with the same forward program. `pairs` are the names of the adjoint and of the
    tangent of each tensor, which not both programs need to have. `weights` says by what the
    gradients of some inputs, named by adjoint, are to be multiplied first: the size of the batch
    that they were averaged over.
    """

    backward: Program
    tangent: Program
    pairs: Sequence[tuple[str, str]]
    weights: Mapping[str, Expr]


def compare_transpose(claim: Transpose, *, budget: float = 2.0) -> Outcome:
    """Whether the claim is proved, for all sizes, in `budget` seconds."""

    def over_sets(seconds: float) -> Outcome:
        from symgrad.algebra.ranges import transpose

        return transpose.compare_transpose(claim, seconds)

    return in_turn(budget, (claim.backward, claim.tangent), lambda seconds: _rectangular(claim, seconds), over_sets)


def _rectangular(claim: Transpose, budget: float) -> Outcome:
    """What the normal form of rectangular loops says. Raises NotRectangularError where there is more than that."""
    shared = shared_length(claim.backward, claim.tangent)

    def way(kept: set[str], seconds: float) -> Outcome:
        ring, difference, runs = _difference(claim, kept, seconds)
        if zero.is_zero(ring, difference):
            return Outcome(True, assumptions((claim.backward, claim.tangent), runs))
        return Outcome(False, reason=DIFFERENT)

    return first_proof([partial(way, kept) for kept in (summed(claim.backward.body[:shared]), set[str]())], budget)


def _difference(claim: Transpose, kept: set[str], seconds: float) -> tuple[Ring, Poly, list[Run]]:
    """The ring, the difference of the two sums, and the runs that it was made of."""
    ring = Ring(Budget(seconds))
    declare(ring, claim.backward, claim.tangent)
    shared = shared_length(claim.backward, claim.tangent)
    demand_apart(claim, shared)
    before = run_with_signs(ring, claim.backward, claim.backward.body[:shared], kept)
    back = _Side(ring, claim.backward, claim.backward.body[shared:], before, kept)
    forth = _Side(ring, claim.tangent, claim.tangent.body[shared:], before, kept)
    total: Poly = {}
    for adjoint, dot in claim.pairs:
        w, v = back.reading(adjoint), forth.reading(dot)
        if not w and not v:
            continue
        slots = (back if w else forth).run.slots(adjoint if w else dot)
        total = ring.add(total, ring.sum(ring.mul(w, forth.added(dot)), slots))
        gradient = back.added(adjoint)
        if adjoint in claim.weights:
            if forth.added(dot):
                raise OutOfReachError(f"{adjoint} is averaged, but its tensor is computed")
            gradient = ring.mul(gradient, back.run.translator.poly(claim.weights[adjoint], {}))
        total = ring.sub(total, ring.sum(ring.mul(gradient, v), slots))
    return ring, total, [before, back.run, forth.run]


def demand_apart(claim: Transpose, shared: int) -> None:
    """Raise OutOfReachError if a tensor has two values, one for each program: as an unknown it would be one."""
    both = written(claim.backward.body[shared:]) & written(claim.tangent.body[shared:])
    if both:
        raise OutOfReachError(f"both programs compute {min(both)} after what they have in common")


class _Side:
    """What one program does after the common part, each tensor that it computes an unknown when it is read."""

    def __init__(self, ring: Ring, program: Program, nodes: Sequence[Node], before: Run, kept: set[str]) -> None:
        self._written = written(nodes)
        early = self._written - complete_before_read(nodes)
        if early:
            raise OutOfReachError(f"{min(early)} is read before it is complete")
        self.run = Run(ring, program, (kept & before.state.keys()) | self._written)
        self.run.state.update(before.state)
        self.run.run(nodes)

    def reading(self, name: str) -> Poly:
        """The tensor as it is read once it is complete; 0 if the program does not have it."""
        if name not in self.run.program.tensor_named:
            return ZERO
        slots = self.run.slots(name)
        return self.run.ring.cell(final(name) if name in self._written else name, slots)

    def added(self, name: str) -> Poly:
        """What the statements add to the tensor."""
        if name not in self._written:
            return ZERO
        return self.run.ring.sub(self.run.value(name), self.run.start(name))
