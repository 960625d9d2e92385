"""Proofs of inequalities: certificates are searched for in a ring, written down, and checked as they are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symgrad.algebra.closed_forms import Run, declare
from symgrad.algebra.domain import declared
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget, OutOfReachError, OutOfTimeError, Poly
from symgrad.evidence.inequalities.boundary import Continuity, reaches_boundary
from symgrad.evidence.inequalities.certificate import Certificate
from symgrad.evidence.inequalities.check import checked, is_positive, scope_of
from symgrad.evidence.inequalities.context import interior, nonnegative_tensors
from symgrad.evidence.inequalities.facts import Fact
from symgrad.evidence.inequalities.names import Writer
from symgrad.evidence.inequalities.scalar import LOGARITHM, TANGENT
from symgrad.evidence.inequalities.search import Found, certificates
from symgrad.evidence.inequalities.written import written_certificate
from symgrad.evidence.judge import prove_equation
from symgrad.evidence.verdict import PROVED, Verdict
from symgrad.language.build import add, neg
from symgrad.language.program import Expr, Program
from symgrad.language.write import write_expr

CONVENTIONS = (
    "where cells are 0: 0 log(..) = 0, log 0 = -infinity, and only points at which both sides have values count"
)
"""What values are there, said with a verdict on points at which what is declared nonnegative is 0."""

_MOST_CERTIFICATES = 6
_KINK = "no kink of"


class Prover:
    """Proves that one expression is at least another one.

    Args:
        left: the greater side.
        right: the smaller one.
        program: after which they are meant: what they depend on, and no more.
    """

    def __init__(self, left: Expr, right: Expr, program: Program) -> None:
        self._left, self._right, self._program = left, right, program
        self._interior = interior(program)
        self._loose = nonnegative_tensors(program)

    def by_fact(self, fact: Fact, seconds: float) -> Verdict | None:
        """The verdict that follows from a fact: both differences are equal, wherever the sides have values."""
        difference = add(self._left, neg(self._right))
        try:
            search = _Search(self._left, self._right, self._interior, Budget(seconds))
            verdict = prove_equation(difference, fact.nonnegative, self._interior, budget=seconds)
        except (OutOfReachError, RecursionError):
            return None
        if not verdict or not search.asks_no_more(verdict):
            return None
        boundary = bool(self._loose) and reaches_boundary(self._program, (self._left, self._right))
        assumed = (*self._assumed(search.conditions), *self._at_boundary(boundary))
        return Verdict(
            PROVED,
            assumptions=(*assumed, f"{fact.text}, a fact that was cited"),
            evidence=(f"the difference of the sides is that of the fact {fact.text}",),
        )

    def by_certificate(self, seconds: float, *, strict: bool) -> tuple[Verdict | None, str]:
        """The verdict with a certificate, or why there is none."""
        budget = Budget(seconds)
        reason = "no certificate was found"
        try:
            search = _Search(self._left, self._right, self._interior, budget)
            for _, found in zip(range(_MOST_CERTIFICATES), certificates(search.ring, search.difference), strict=False):
                certificate = self._with_declared_signs(search.written(found, self._left, self._right, self._loose))
                if strict and not certificate.strict:
                    reason = "both sides may be equal, as far as can be told"
                    continue
                verdict = checked(certificate, search.context, max(0.2, budget.left))
                if verdict is not None and search.asks_no_more(verdict):
                    kinks = (words for words in verdict.assumptions if words.startswith(_KINK))
                    return self._proved(certificate, verdict, (*search.conditions, *kinks)), ""
        except OutOfTimeError:
            return None, f"no certificate was found within {seconds:.1f} s"
        except OutOfReachError as error:
            return None, f"{reason}: {error}"
        except RecursionError:
            return None, f"{reason}: expressions nested too deeply"
        return None, reason

    def _with_declared_signs(self, certificate: Certificate) -> Certificate:
        """The certificate, called strict only if its rest is positive where cells that may be 0 are 0."""
        rest = certificate.rest
        if not certificate.strict or not self._loose or is_positive(rest.value, self._program):
            return certificate
        return replace(certificate, strict=False, equality=(f"{write_expr(rest.value)} = 0",))

    def _proved(self, certificate: Certificate, identity: Verdict, conditions: Iterable[str]) -> Verdict:
        ways = [words for words in identity.evidence if words.startswith("equal")]
        boundary = bool(self._loose) and reaches_boundary(self._program, (self._left, self._right))
        certificate = replace(certificate, boundary=boundary)
        if certificate.equality and self._loose and not (boundary and self._equality_reaches_boundary(certificate)):
            certificate = replace(certificate, equality_where=f"where {_positive(self._loose)}")
        return Verdict(
            PROVED,
            assumptions=(*self._assumed(conditions), *self._at_boundary(boundary)),
            evidence=("a certificate, whose identity was checked: " + "; ".join(ways),),
            certificate=certificate,
        )

    def _equality_reaches_boundary(self, certificate: Certificate) -> bool:
        """Whether the case of equality holds where cells are 0 too.

        For w (r - 1 - ln r) with v = w r that takes w and v that are continuous there: its limit is that of v where w
        goes to 0, and 0 where both do, +infinity where v alone does.
        """
        if not certificate.rest.is_zero or certificate.steps:
            return False
        known = Continuity(self._program)
        for term in certificate.terms:
            other = term.ratio if term.at_most_one else term.product
            if term.phi not in (TANGENT, LOGARITHM) or not all(map(known.holds, (term.weight, other))):
                return False
        return True

    def _at_boundary(self, boundary: bool) -> tuple[str, ...]:
        if not self._loose:
            return ()
        if boundary:
            return (CONVENTIONS,)
        return (_positive(self._loose),)

    def _assumed(self, conditions: Iterable[str]) -> tuple[str, ...]:
        """What is declared of the tensors that both sides depend on, and what the sides ask of their values."""
        known = dict.fromkeys(declared(self._program))
        return tuple(known | dict.fromkeys(conditions))


class _Search:
    """The difference of two sides in a ring, and how what is found there is written."""

    def __init__(self, left: Expr, right: Expr, program: Program, budget: Budget) -> None:
        self.ring = Ring(budget)
        declare(self.ring, program)
        run = Run(self.ring, program)
        scope = scope_of(run.translator, (left, right))
        run.run(program.body)
        self.difference: Poly = self.ring.sub(run.translator.poly(left, scope), run.translator.poly(right, scope))
        self.conditions = tuple(run.translator.domain.conditions)
        self._known = {*self.conditions, *declared(program)}
        self._program = program
        self._writer = Writer(run, {atom: name for name, atom in scope.items()})

    def written(self, found: Found, left: Expr, right: Expr, loose: frozenset[str]) -> Certificate:
        """The certificate that was found, as expressions."""
        return written_certificate(self._writer, found, (left, right), loose)

    @property
    def context(self) -> Program:
        """The program with the indices that certificates need."""
        return self._writer.context(self._program)

    def asks_no_more(self, identity: Verdict) -> bool:
        """Whether an identity holds wherever both sides have values: kinks aside it has no conditions of its own."""
        return all(words in self._known or words.startswith(_KINK) for words in identity.assumptions)


def _positive(tensors: Iterable[str]) -> str:
    names = sorted(tensors)
    return (
        f"all cells of {', '.join(names[:-1])} and {names[-1]} are positive"
        if names[1:]
        else f"all cells of {names[0]} are positive"
    )
