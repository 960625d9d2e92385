"""Inequalities judged: a point that refutes, or a certificate that is found and checked.

Points come first, as with equations. The search for a certificate and its check are at points where everything that is
declared nonnegative is positive; `boundary` says when that decides the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evidence.contradictions import refuse_contradictions
from symgrad.evidence.disagreement import contradiction
from symgrad.evidence.expressions import Equation
from symgrad.evidence.inequalities.context import needed
from symgrad.evidence.inequalities.facts import RELATIONS, Fact
from symgrad.evidence.inequalities.witness import Ordered
from symgrad.evidence.judge import equation_after, prove_equation, sizes_of, without_name
from symgrad.evidence.verdict import REFUTED, UNKNOWN, Verdict, Witness
from symgrad.language.program import Expr, Program
from symgrad.language.walk import values_read
from symgrad.language.write import write_expr

_FIRST_SHARE, _SEARCH_SHARE = 0.25, 0.5
_FIRST_POINTS = 20
_AUDIT_POINTS, _AUDIT_SECONDS = 24, 0.1
_WRONG = "values that are certainly in the wrong order"


def prove_inequality(
    left: Expr | str,
    relation: str,
    right: Expr | str,
    context: Program,
    *,
    facts: Sequence[Fact] = (),
    budget: float = 2.0,
) -> Verdict:
    """Whether a relation holds between two expressions after a program has run, for all values of their free indices.

    Args:
        left: an expression, or its text in the context's language.
        relation: `>=`, `<=`, `>`, `<` or `=`.
        right: the other expression.
        context: the program whose tensors they name; with its `forward` in front, if it has one.
        facts: inequalities that may be used without being proved; the verdict names one that was.
        budget: seconds that the verdict may take.

    Returns:
        The verdict; where it is proved, with a certificate that was found and checked, or refuted with a witness.

    Raises:
        ReadingError, LegalityError: a text that cannot be read, or with unknown names.
        UsageError: there is no such relation, or no inputs are as declared.
    """
    op = RELATIONS.get(relation)
    if op is None:
        raise UsageError(f"there is no relation {relation!r}", hint="write one of >=, <=, >, < and =")
    if op == "=":
        return prove_equation(left, right, context, budget=budget)
    end = now() + budget
    turned = op in ("<=", "<")
    sides = (right, left) if turned else (left, right)
    equation, fixed = equation_after(*sides, context)
    equation = replace(equation, context=needed(equation.context, (equation.left, equation.right, *_facts(facts))))
    text = f" {op} ".join(write_expr(side) for side in (equation.left, equation.right)[:: -1 if turned else 1])
    read = values_read(equation.left) | values_read(equation.right)
    blank = Verdict(
        UNKNOWN, compared=(text,), assumptions=tuple(f"{name} starts at 0" for name in fixed if name in read)
    )
    claim = _Claim(equation, op in (">", "<"), facts)
    verdict = without_name(claim.judged(blank, end), equation)
    return replace(verdict, witness=_turned(verdict.witness)) if turned else verdict


def _facts(facts: Sequence[Fact]) -> list[Expr]:
    return [side for fact in facts for side in (fact.left, fact.right)]


def _turned(witness: Witness | None) -> Witness | None:
    return witness and replace(witness, left=witness.right, right=witness.left)


class _Claim:
    """That the left side of a pair is at least the right one, or with `strict` greater."""

    def __init__(self, equation: Equation, strict: bool, facts: Sequence[Fact]) -> None:
        self._equation, self._strict, self._facts = equation, strict, facts
        self._comparison = Ordered(*equation.programs(), (equation.name,), strict=strict)

    def judged(self, blank: Verdict, end: float) -> Verdict:
        """The verdict, until a time."""
        budget = max(0.0, end - now())
        found = self._comparison.search(_FIRST_SHARE * budget, 100, _FIRST_POINTS)
        if found.witness is not None:
            return replace(blank, status=REFUTED, witness=found.witness, evidence=(_WRONG,))
        if not found.points:
            refuse_contradictions((self._comparison.left, self._comparison.right))
        points = found.points
        proof, reason = self._proof(end)
        if proof is not None and not points:
            proof, reason = None, "no inputs were found that are as declared and at which both sides have values"
        if proof is None or self._strict:
            found = self._comparison.search(end - now(), 1000)
        else:
            found = self._comparison.search(min(_AUDIT_SECONDS, end - now()), 1000, points + _AUDIT_POINTS)
        if found.witness is not None:
            if proof is not None:
                raise contradiction(
                    "a certificate",
                    "exact points",
                    (self._comparison.left, self._comparison.right),
                    self._comparison.tensors,
                    witness=found.witness,
                )
            return replace(blank, status=REFUTED, witness=found.witness, evidence=(_WRONG,))
        if proof is None:
            agreed = (
                f"; it holds at {found.points} points" if found.points else f"; {found.trouble}" * bool(found.trouble)
            )
            return replace(blank, reason=reason + agreed)
        known = replace(proof, compared=blank.compared, sizes=sizes_of(self._comparison.left))
        return replace(
            known,
            assumptions=(*blank.assumptions, *proof.assumptions),
            evidence=(*proof.evidence, f"in the right order at {found.points} exact points"),
        )

    def _proof(self, end: float) -> tuple[Verdict | None, str]:
        """What proves the claim, or why nothing does."""
        from symgrad.evidence.inequalities.proof import Prover

        seconds = _SEARCH_SHARE * max(0.0, end - now())
        prover = Prover(self._equation.left, self._equation.right, self._equation.context)
        for fact in self._facts:
            verdict = prover.by_fact(fact, seconds)
            if verdict is not None and not self._strict:
                return verdict, ""
        return prover.by_certificate(seconds, strict=self._strict)
