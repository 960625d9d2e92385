"""From a claim to a verdict, by two judges that share the programs and nothing else.

Exact points come first, two of them: they catch nearly every wrong claim in milliseconds, and they show that the
declarations leave real inputs at all, without which nothing is called proved; constraints that contradict each other
are refused. Both sides are also run at two small sizes in finite fields. Then the first judge, the normal form of
`algebra`, is asked for a proof. What it proves is audited in finite fields at the sizes that decide all; what it cannot
prove is searched at more points, and is probable where the finite fields decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.calculus.activity import join
from symgrad.clock import now
from symgrad.evidence.audit import audit, first_look
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.contradictions import refuse_contradictions
from symgrad.evidence.disagreement import Contradiction, contradiction
from symgrad.evidence.expressions import Equation, read_equation
from symgrad.evidence.field_test import DIFFER, FieldTest
from symgrad.evidence.numbers import Comparison, Search
from symgrad.evidence.verdict import PROBABLE, PROVED, REFUTED, UNKNOWN, Verdict, Witness
from symgrad.language.naming import base_of
from symgrad.language.program import Expr, Program, Role
from symgrad.language.walk import values_read, written
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.compare import Outcome

Algebra = Callable[[float], "Outcome"]
"""What asks the first judge, which may take so many seconds."""

_FIRST_POINTS, _FIRST_SIZES, _MORE_SIZES = 2, 2, 10
_FIRST_POINTS_SHARE, _FIRST_LOOK_SHARE, _LAST_SHARE = 0.3, 0.2, 0.2
"""The shares of the budget for points and for finite fields before a proof, and at least for all that follows it."""

_LEAST_BITS, _POINTS_FOR_PROBABLE = 20, 5
"""The least bound, and the least number of exact points, for a claim that is called probable."""


def prove(
    a: Program,
    b: Program,
    forward: Program | None = None,
    tensors: Sequence[str] | str | None = None,
    *,
    budget: float = 2.0,
) -> Verdict:
    """Whether two programs compute the same, for all sizes and all inputs at which both are defined.

    Args:
        a: a program; its order is kept, untimely reads are run as they are written.
        b: the other one.
        forward: the program whose tensors both read, where they do not carry it themselves.
        tensors: what to compare. By default, with a forward program, the adjoint of every
            differentiable input of it that either side writes; else all tensors that both write.
        budget: seconds that the verdict may take.

    Returns:
        The verdict; it is true only where the claim is proved.

    Raises:
        UsageError: there is nothing to compare, a name is unknown, or the programs contradict each
            other in what they are given.
        LegalityError: a program with unknown names or impossible subscripts.
    """
    end = now() + budget
    claim = equal_programs(a, b, forward, tensors)
    if claim.mismatch:
        return Verdict(REFUTED, compared=claim.tensors, reason=claim.mismatch)

    def algebra(seconds: float) -> Outcome:
        from symgrad.algebra.compare import compare_programs

        return compare_programs(claim.left, claim.right, claim.tensors, budget=seconds)

    comparison = Comparison(claim.left, claim.right, claim.tensors)
    return judged(comparison, algebra, Verdict(UNKNOWN, compared=claim.tensors), end)


def prove_equation(
    left: Expr | str,
    right: Expr | str,
    context: Program,
    *,
    budget: float = 2.0,
) -> Verdict:
    """Whether two expressions have equal values after a program has run, for all values of their free indices.

    Args:
        left: an expression, or its text in the context's language.
        right: the other one.
        context: the program whose tensors they name; with its `forward` in front, if it has one.
        budget: seconds that the verdict may take.

    Returns:
        The verdict. Gradients of inputs that the context adds to are taken to start at zero, which
        is among the assumptions where they occur.

    Raises:
        ReadingError, LegalityError: a text that cannot be read, or with unknown names.
    """
    end = now() + budget
    equation, fixed = equation_after(left, right, context)

    def algebra(seconds: float) -> Outcome:
        from symgrad.algebra.compare import compare_expressions

        return compare_expressions(equation.left, equation.right, equation.context, budget=seconds)

    read = values_read(equation.left) | values_read(equation.right)
    text = f"{write_expr(equation.left)} = {write_expr(equation.right)}"
    assumptions = tuple(f"{name} starts at 0" for name in fixed if name in read)
    blank = Verdict(UNKNOWN, compared=(text,), assumptions=assumptions)
    comparison = Comparison(*equation.programs(), (equation.name,))
    return without_name(judged(comparison, algebra, blank, end), equation)


def equation_after(left: Expr | str, right: Expr | str, context: Program) -> tuple[Equation, tuple[str, ...]]:
    """The equation after a program and its `forward`, and the gradients of inputs that start at zero in it."""
    whole, fixed = _from_zero(join(context))
    return read_equation(left, right, whole), fixed


def judged(comparison: Comparison, algebra: Algebra, blank: Verdict, end: float) -> Verdict:
    """The verdict on a claim, until a time; `blank` is what it says of the claim itself.

    Raises:
        UsageError: no inputs are as declared, because constraints contradict each other.
        Contradiction: the judges contradict each other, which is a fault of one of them.
    """
    budget = max(0.0, end - now())
    found = comparison.search(_FIRST_POINTS_SHARE * budget, _FIRST_SIZES, _FIRST_POINTS)
    if found.witness is not None:
        return _refuted(blank, found)
    if not found.points:
        refuse_contradictions((comparison.left, comparison.right))
    look = first_look(comparison, _FIRST_LOOK_SHARE * budget)
    if look.status == DIFFER:
        found = comparison.search(_FIRST_POINTS_SHARE * budget, _MORE_SIZES)
        if found.witness is not None:
            return _refuted(blank, found)
    outcome = algebra(max(0.0, end - _LAST_SHARE * budget - now()))
    if not (outcome.equal and found.points):
        for sizes in outcome.suspects:
            comparison.suspect(sizes)
        found = comparison.search(end - now(), _MORE_SIZES)
    if found.witness is not None:
        if outcome.equal:
            raise _contradiction(comparison, "exact points", found.witness)
        return _refuted(blank, found)
    audited = audit(comparison, look, max(0.0, end - now()))
    if outcome.equal and audited.differ is not None:
        raise _contradiction(comparison, "exact values in finite fields", None, audited.differ)
    chance = f"; wrong with a chance below 2^-{audited.bits}" if audited.bits else ""
    known = replace(
        blank,
        assumptions=(*blank.assumptions, *outcome.assumptions),
        relations=outcome.relations,
        evidence=(f"equal at {found.points} exact points", audited.words + chance),
        sizes=sizes_of(comparison.left),
    )
    if outcome.equal and found.points:
        return replace(known, status=PROVED, evidence=(outcome.method, *known.evidence))
    if audited.bits >= _LEAST_BITS and found.points >= _POINTS_FOR_PROBABLE and not found.one_sided:
        return replace(known, status=PROBABLE, bits=audited.bits, reason=outcome.reason)
    return replace(blank, status=UNKNOWN, reason=_undecided(outcome, found), evidence=(audited.words,))


def _contradiction(
    comparison: Comparison, refuting: str, witness: Witness | None, differ: FieldTest | None = None
) -> Contradiction:
    sides = (comparison.left, comparison.right)
    sizes = None if differ is None else differ.sizes[-1]
    return contradiction("the normal form", refuting, sides, comparison.tensors, witness=witness, sizes=sizes)


def _undecided(outcome: Outcome, search: Search) -> str:
    """Why a claim is neither proved nor refuted."""
    if search.points:
        agreed = f"both sides agree at {search.points} points"
    elif search.trouble:
        agreed = f"they cannot be compared on numbers: {search.trouble}"
    else:
        agreed = "no inputs were found that are as declared and at which both sides have values"
    reasons = [outcome.reason, agreed]
    if search.one_sided:
        reasons.append(f"{search.one_sided}: if other inputs are meant, declare so (`input x > 0`)")
    return "; ".join(reason for reason in reasons if reason)


def sizes_of(program: Program) -> tuple[str, ...]:
    """The free sizes, with their least values where these are above 1."""
    return tuple(
        s.name if s.minimum <= 1 else f"{s.name} >= {s.minimum}" for s in program.sizes if s.definition is None
    )


def _refuted(blank: Verdict, search: Search) -> Verdict:
    return replace(blank, status=REFUTED, witness=search.witness, evidence=("values that certainly differ",))


def _from_zero(program: Program) -> tuple[Program, tuple[str, ...]]:
    """The program with gradients of its inputs that start at zero, and the names of these gradients."""
    computed = written(program.body)
    fixed = {
        t.name
        for t in program.tensors
        if t.role is Role.ACCUMULATOR and base_of(t.name) in program.tensor_named and base_of(t.name) not in computed
    }
    tensors = tuple(replace(t, role=Role.COMPUTED) if t.name in fixed else t for t in program.tensors)
    return replace(program, tensors=tensors), tuple(t.name for t in tensors if t.name in fixed)


def without_name(verdict: Verdict, equation: Equation) -> Verdict:
    """The verdict with a witness that speaks of the two sides, not of a tensor that holds them."""
    if verdict.witness is None:
        return verdict
    return replace(verdict, witness=replace(verdict.witness, tensor="", indices=equation.free))
