"""A certificate checked as it is written: nothing of the search is used, only the expressions that it ended with.

The difference of both sides has to equal the certificate for all sizes, which both judges of equations are asked;
weights and ratios must have their signs, and each function of one variable its minimum. A certificate may not ask for
more than the sides do: a denominator that only it has must be known not to be 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from symgrad.algebra import powers, signs
from symgrad.algebra.closed_forms import Run, declare
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget, OutOfReachError, Poly
from symgrad.evidence.inequalities.certificate import Certificate, applied, minus
from symgrad.evidence.inequalities.nonnegative import is_nonnegative, is_one_at_most
from symgrad.evidence.inequalities.scalar import LOGARITHM, minimum
from symgrad.evidence.judge import prove_equation
from symgrad.evidence.verdict import Verdict
from symgrad.language.program import Expr, Program
from symgrad.language.walk import free_indices

if TYPE_CHECKING:
    from symgrad.algebra.translate import Translator


def checked(certificate: Certificate, program: Program, seconds: float) -> Verdict | None:
    """The verdict on the identity that a certificate states, if all that it states holds; else None.

    Args:
        certificate: what was found.
        program: after which the sides are meant, with what is declared nonnegative declared positive.
        seconds: how long it may take.
    """
    budget = Budget(seconds)
    try:
        if not _Signs(program, certificate, budget).hold():
            return None
        for left, right in _identities(certificate):
            verdict = prove_equation(left, right, program, budget=max(0.1, budget.left))
            if not verdict:
                return None
    except OutOfReachError:
        return None
    return verdict


def _identities(certificate: Certificate) -> Iterator[tuple[Expr, Expr]]:
    """The equations that a certificate states, the last one that of what is left after its steps."""
    difference = minus(certificate.left, certificate.right)
    for step in certificate.steps:
        yield difference, minus(step.left, step.right)
        difference = minus(applied(step.function, step.left), applied(step.function, step.right))
    yield difference, certificate.value


class _Signs:
    """What a certificate says of signs, in a ring of its own."""

    def __init__(self, program: Program, certificate: Certificate, budget: Budget) -> None:
        self._certificate = certificate
        exprs = list(_expressions(certificate))
        self._ring = Ring(budget)
        declare(self._ring, program)
        self._run = Run(self._ring, program)
        self._run.run(program.body)
        self._scope = scope_of(self._run.translator, exprs)

    def hold(self) -> bool:
        """Whether all of it holds."""
        return self._steps_hold() and self._terms_hold() and self._rest_holds()

    def _steps_hold(self) -> bool:
        for step in self._certificate.steps:
            left, right = self._poly(step.left), self._poly(step.right)
            if step.function == "log" and not (
                signs.is_positive(self._ring, left) and signs.is_positive(self._ring, right)
            ):
                return False
            if not signs.sign(self._ring, left):
                return False
        return True

    def _terms_hold(self) -> bool:
        for term in self._certificate.terms:
            if not signs.sign(self._ring, self._poly(term.weight)):
                return False
            ratio = self._poly(term.ratio)
            if not powers.is_positive(self._ring, ratio):
                return False
            if term.at_most_one:
                if term.phi != LOGARITHM or not is_one_at_most(self._ring, ratio):
                    return False
            elif minimum(term.phi) is None:
                return False
        return True

    def _rest_holds(self) -> bool:
        rest = self._certificate.rest
        odd = [factor.base for factor in rest.factors if factor.exponent % 2]
        return all(is_nonnegative(self._ring, self._poly(base)) for base in (rest.weight, *odd))

    def _poly(self, expr: Expr) -> Poly:
        return self._run.translator.poly(expr, self._scope)


def _expressions(certificate: Certificate) -> Iterator[Expr]:
    yield from (certificate.left, certificate.right)
    for step in certificate.steps:
        yield from (step.left, step.right)
    for term in certificate.terms:
        yield from (term.weight, term.ratio)
    yield from (certificate.rest.weight, *(factor.base for factor in certificate.rest.factors))


def is_positive(expr: Expr, program: Program) -> bool:
    """Whether an expression is known to be positive, with the signs that the program declares."""
    ring = Ring()
    declare(ring, program)
    run = Run(ring, program)
    run.run(program.body)
    try:
        return powers.is_positive(ring, run.translator.poly(expr, scope_of(run.translator, (expr,))))
    except OutOfReachError:
        return False


def scope_of(translator: Translator, exprs: Iterable[Expr]) -> dict[str, int]:
    """An atom for each index that is free in an expression, as those of a certificate's sums are in its parts."""
    names = sorted({name for expr in exprs for name in free_indices(expr)})
    return {name: translator.ring.atom(("free", name), translator.sort(name)) for name in names}
