"""From a plain backward program to the form that experts write by hand, or a cheaper one, with a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.cost.operations import Cost, operations
from symgrad.errors import UsageError
from symgrad.evidence import Verdict, prove
from symgrad.language.program import Program
from symgrad.language.walk import values_read, walk_statements, written
from symgrad.optimise.candidate import Candidate, price_of
from symgrad.optimise.composed import prove_in_parts
from symgrad.optimise.model import Model, model
from symgrad.optimise.regions import Region
from symgrad.optimise.search import search
from symgrad.optimise.steps import Step, steps


@dataclass(frozen=True)
class Optimised:
    """What the optimiser found.

    Attributes:
        program: the cheaper program, or the plain one where `kept`.
        steps: what was done, in an order in which it can be followed.
        cost_before: the operations of the plain program.
        cost_after: those of `program`.
        verdict: what the judges say of the two programs being equal.
        reason: why the plain program was kept, or why some of its statements were; "" if neither.
    """

    program: Program
    steps: tuple[Step, ...]
    cost_before: Cost
    cost_after: Cost
    verdict: Verdict
    reason: str = ""

    @property
    def kept(self) -> bool:
        """Whether the plain program was kept."""
        return not self.steps

    def to_json(self, style: str = "plain") -> dict[str, Any]:
        """The result for JSON, its loops in one of the notations of `write_program`."""
        from symgrad.language.write import write_program

        return {
            "program": write_program(self.program, style),
            "steps": [step.to_json() for step in self.steps],
            "cost_before": self.cost_before.to_json(),
            "cost_after": self.cost_after.to_json(),
            "verdict": self.verdict.to_json(),
            "kept": self.kept,
            "reason": self.reason,
        }


def optimise(
    backward: Program,
    forward: Program | None = None,
    saved: Sequence[str] | None = None,
    *,
    budget: float = 20.0,
    proof_budget: float = 20.0,
) -> Optimised:
    """The cheapest form of a backward program that is found, proved equal to it.

    Facts come from the definitions of the forward program alone: see docs/optimiser.md.

    Args:
        backward: a derived backward program.
        forward: the program that it was derived from, where it does not carry it itself.
        saved: the computed tensors that the forward pass saved; all by default. Others are computed again.
        budget: seconds for the search.
        proof_budget: seconds for the proof.

    Returns:
        The program with its costs, the steps to it, and the verdict of `prove`. Without a proof the plain program is
        kept, with the reason.

    Raises:
        UsageError: no forward program, or a saved tensor that it does not compute.

    >>> from symgrad.calculus import vjp; from symgrad.language.read import read_program
    >>> found = optimise(vjp(read_program("for b: y[b] += tanh(x[b])")))
    >>> print(found.verdict.status, found.cost_after)
    proved 2 B multiplications, 2 B additions
    """
    source = _source(backward, forward)
    hidden = _hidden(source, saved)
    return _optimised(replace(backward, forward=source), hidden, budget, proof_budget)


def _optimised(backward: Program, hidden: frozenset[str], budget: float, proof_budget: float) -> Optimised:
    plain = operations(backward)
    if not backward.body:
        return _plain(backward, plain, "every gradient is zero")
    try:
        found = model(backward, hidden, Budget(budget))
        best, regions = search(found)
    except (OutOfReachError, RecursionError) as reason:
        return _plain(backward, plain, str(reason) or "expressions nested too deeply")
    left, unsaved = _why_left(found), sorted(hidden & _read(backward))
    said = (left, f"the plain loops read what was not saved: {', '.join(unsaved)}" if unsaved else "")
    if best is None:
        return _plain(backward, plain, "no form was found that follows from the definitions", *said)
    refusal = _refusal(best, plain, needed=bool(unsaved))
    if refusal:
        return _plain(backward, plain, refusal, *said)
    verdict = _verdict(found, best, regions, proof_budget)
    if not verdict:
        return _plain(backward, plain, f"a cheaper form was found, but it is {verdict.status}: {verdict.reason}", *said)
    return Optimised(best.program, tuple(steps(best)), plain, best.cost, verdict, left)


def _source(backward: Program, forward: Program | None) -> Program:
    source = backward.forward or forward
    if source is None:
        raise UsageError("the forward program is missing", hint="its definitions are what the optimiser works with")
    return source


def _refusal(best: Candidate, plain: Cost, needed: bool) -> str:
    """Why what was found is not taken; `needed`: the plain program reads what was not saved."""
    if best.losses:
        return "every form that was found loses digits in a difference"
    return "no cheaper form was found" if not needed and price_of(plain) <= price_of(best.cost) else ""


def _verdict(found: Model, best: Candidate, regions: list[Region], budget: float) -> Verdict:
    """The verdict on both programs as wholes; long ones are proved in parts first."""
    if len(regions) > 1:
        inside = {name for region in regions for name in region.adjoints}
        verdict = prove_in_parts(found, best, [name for name in found.adjoints if name not in inside], budget)
        if verdict:
            return verdict
    return prove(found.program, best.program, found.program.forward, budget=budget)


def _plain(backward: Program, cost: Cost, *reasons: str) -> Optimised:
    same = Verdict("proved", evidence=("no loop is changed",))
    return Optimised(backward, (), cost, cost, same, "; ".join(reason for reason in reasons if reason))


def _why_left(found: Model) -> str:
    """Why some statements stay as they are."""
    return "; ".join(f"what is added to {name} stays as it is: {reason}" for name, reason in found.reasons.items())


def _hidden(forward: Program, saved: Sequence[str] | None) -> frozenset[str]:
    computed = written(forward.body)
    if saved is None:
        return frozenset()
    unknown = sorted(set(saved) - computed)
    if unknown:
        names = ", ".join(sorted(computed))
        raise UsageError(f"the forward program does not compute {unknown[0]}", hint=f"it computes {names}")
    return frozenset(computed - set(saved))


def _read(program: Program) -> frozenset[str]:
    return frozenset().union(*(values_read(statement.value) for _, statement in walk_statements(program.body)))
