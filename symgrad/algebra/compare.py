"""Whether two programs, or two expressions, are equal for all sizes: the first judge's answer.

Two ways are tried. *Unfolded*: every tensor becomes a closed form over what is given. *Step by
step*: what both programs compute under one name is compared tensor by tensor, each as a function of
those before it, so that the work grows with the length of the programs and not with what they
unfold to; it needs both to compute these tensors in one order, each complete before it is read.
Programs that are more than rectangular loops are compared with sums over integer sets (`ranges/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.algebra import zero
from symgrad.algebra.closed_forms import Run, declare, free_scope
from symgrad.algebra.domain import declared
from symgrad.algebra.ranges.reach import is_beyond_rectangles, is_surely_beyond_rectangles
from symgrad.algebra.relations import relations
from symgrad.algebra.ring import Ring
from symgrad.algebra.steps import common_steps, relevant, run_with_signs, summed
from symgrad.algebra.terms import Budget, NotRectangularError, OutOfReachError
from symgrad.language.dependence import shared_length
from symgrad.language.program import Expr, Node, Program
from symgrad.language.walk import values_read, written

_FEW = 40
"""Statements up to which programs are unfolded before they are compared step by step."""


@dataclass(frozen=True)
class Outcome:
    """What the normal form says of a claim.

    `equal`: proved for all sizes, on the common domain of both sides. Else `reason` says why not:
    no common normal form, or outside what the normal form covers, or too long; it never means
    that the two differ. `relations` are equations between tensors that both sides have on the way,
    `method` says how equality was found. `suspects` are sizes at which the two sides seem to differ: some
    terms of the difference do not cancel there.
    """

    equal: bool
    assumptions: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    reason: str = ""
    method: str = "equal normal forms"
    suspects: tuple[Mapping[str, int], ...] = ()


def compare_programs(a: Program, b: Program, tensors: Sequence[str], *, budget: float = 2.0) -> Outcome:
    """Whether two complete programs leave the same values in the named tensors, for all sizes.

    A tensor that both are given is the same in both, its start value too; `budget` is in seconds.
    """
    a, b = relevant(a, b, tensors)

    def over_sets(seconds: float) -> Outcome:
        from symgrad.algebra.ranges.compare import compare_ranges

        return compare_ranges(a, b, tensors, seconds)

    return in_turn(budget, (a, b), lambda seconds: _rectangular(a, b, tensors, seconds), over_sets)


def in_turn(
    budget: float,
    programs: Sequence[Program],
    rectangular: Callable[[float], Outcome],
    over_sets: Callable[[float], Outcome],
    exprs: Sequence[Expr] = (),
) -> Outcome:
    """What the normal form of rectangular loops says, then sums over integer sets: each where it covers the programs.

    Without a proof the reasons of all that cover them are told. `rectangular` raises NotRectangularError where it does
    not; `exprs` are expressions that are read after the programs.
    """
    clock = Budget(budget)
    first = None
    if not any(map(is_surely_beyond_rectangles, programs)):
        try:
            first = rectangular(budget)
        except NotRectangularError:
            pass
        else:
            if first.equal or not any(is_beyond_rectangles(program, exprs) for program in programs):
                return first
    second = over_sets(clock.left)
    if second.equal:
        return replace(second, method="equal as sums over integer sets")
    if first is None or second.reason == first.reason:
        return second
    return replace(second, reason=f"{first.reason}; with sums over integer sets: {second.reason}")


def first_proof(ways: Iterable[Callable[[float], Outcome]], budget: float, share: float = 0.5) -> Outcome:
    """The first way's outcome that is a proof, each given a share of the seconds that are left; else the first reason.

    A way may raise OutOfReachError. NotRectangularError is raised on.
    """
    clock = Budget(budget)
    reasons = []
    for way in ways:
        try:
            outcome = way(round(max(clock.left, 0.0) * share, 2))
        except NotRectangularError:
            raise
        except OutOfReachError as error:
            reasons.append(str(error))
        except RecursionError:
            reasons.append("expressions nested too deeply")
        else:
            if outcome.equal:
                return outcome
            reasons.append(outcome.reason)
    return Outcome(False, reason=reasons[0])


def _rectangular(a: Program, b: Program, tensors: Sequence[str], budget: float) -> Outcome:
    """What the normal form of rectangular loops says. Raises NotRectangularError where there is more than that."""
    sides = _Sides(a, b, shared_length(a, b))
    ways: list[Callable[[float], Outcome]] = [
        lambda seconds: _unfolded(sides, tensors, seconds),
        lambda seconds: _step_by_step(sides, tensors, seconds, summed),
        lambda seconds: _step_by_step(sides, tensors, seconds, written),
    ]
    if len(a.body) + len(b.body) - sides.shared > _FEW:
        ways[:2] = reversed(ways[:2])
    return first_proof(ways, budget)


def compare_expressions(left: Expr, right: Expr, context: Program, *, budget: float = 2.0) -> Outcome:
    """Whether two expressions are equal, for all sizes, after a complete program has run.

    Their free indices run over their own ranges; `budget` is in seconds.
    """
    needed = relevant(context, context, values_read(left) | values_read(right))[0]

    def over_sets(seconds: float) -> Outcome:
        from symgrad.algebra.ranges.compare import compare_values

        return compare_values(left, right, needed, seconds)

    def rectangular(seconds: float) -> Outcome:
        return first_proof([lambda share: _same_values(left, right, needed, share)], seconds, share=1.0)

    return in_turn(budget, (needed,), rectangular, over_sets, exprs=(left, right))


def _same_values(left: Expr, right: Expr, context: Program, seconds: float) -> Outcome:
    """Compare normal forms of rectangular loops."""
    ring = Ring(Budget(seconds))
    declare(ring, context)
    run = Run(ring, context)
    scope = free_scope(run.translator, (left, right))
    run.run(context.body)
    difference = ring.sub(run.translator.poly(left, scope), run.translator.poly(right, scope))
    if zero.is_zero(ring, difference):
        return Outcome(True, assumptions((context,), (run,)))
    return Outcome(False, reason="the two sides have different normal forms")


@dataclass(frozen=True)
class _Sides:
    """Two programs, and with how many nodes both begin."""

    a: Program
    b: Program
    shared: int

    @property
    def common(self) -> Sequence[Node]:
        return self.a.body[: self.shared]

    @property
    def tails(self) -> tuple[Sequence[Node], Sequence[Node]]:
        return self.a.body[self.shared :], self.b.body[self.shared :]


def _unfolded(sides: _Sides, tensors: Sequence[str], seconds: float) -> Outcome:
    """Compare closed forms. Raises OutOfReachError where they are not shown to be equal."""
    ring = Ring(Budget(seconds))
    declare(ring, sides.a, sides.b)
    first, second = Run(ring, sides.a), Run(ring, sides.b)
    first.run(sides.common)
    second.state.update(first.state)
    for run, nodes in zip((first, second), sides.tails, strict=True):
        run.run(nodes)
    _demand_equal(first, second, tensors)
    ours, theirs = map(written, sides.tails)
    found = relations(first, second, ours - theirs - {*tensors}, theirs - ours - {*tensors})
    return Outcome(True, assumptions((sides.a, sides.b), (first, second)), tuple(found))


def assumptions(programs: Iterable[Program], runs: Iterable[Run]) -> tuple[str, ...]:
    """What is declared, and what the expressions that were translated ask of their values."""
    known = dict.fromkeys(words for program in programs for words in declared(program))
    for run in runs:
        known |= run.translator.domain.conditions
    return tuple(known)


def _demand_equal(first: Run, second: Run, tensors: Iterable[str]) -> None:
    ring = first.ring
    for name in tensors:
        if first.slots(name) != second.slots(name):
            raise OutOfReachError(f"{name} has another shape on the other side")
        if not zero.is_zero(ring, ring.sub(first.value(name), second.value(name))):
            raise OutOfReachError(f"the two sides have different normal forms for {name}")


def _step_by_step(
    sides: _Sides, tensors: Sequence[str], seconds: float, kept: Callable[[Sequence[Node]], set[str]]
) -> Outcome:
    """Compare tensor by tensor. Raises OutOfReachError where that does not show the programs equal.

    Of the tensors of the common part those are left as they are that `kept` names; the others are unfolded.
    """
    ring = Ring(Budget(seconds))
    declare(ring, sides.a, sides.b)
    if written(sides.common) & set().union(*map(written, sides.tails)):
        raise OutOfReachError("tensors of the common part are written again")
    before = run_with_signs(ring, sides.a, sides.common, kept(sides.common))
    steps = common_steps(*sides.tails)
    opaque = kept(sides.common) | set(steps)
    first, second = Run(ring, sides.a, opaque), Run(ring, sides.b, opaque)
    for run, nodes in zip((first, second), sides.tails, strict=True):
        run.state.update(before.state)
        run.run(nodes)
    _demand_equal(first, second, [*steps, *(name for name in tensors if name not in steps)])
    return Outcome(True, assumptions((sides.a, sides.b), (before, first, second)))
