"""Certificates of inequalities, for people and as JSON: weights, ratios, functions, the case of equality."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from symgrad.evidence.inequalities.scalar import Scalar, derivative, expression, minimum
from symgrad.language.build import ZERO, add, call, mul, neg, number, power
from symgrad.language.program import Expr, Range, Reduce, Ref
from symgrad.language.walk import free_indices
from symgrad.language.write import write_expr


@dataclass(frozen=True)
class Step:
    """left >= right holds since function(left) >= function(right) does, for an increasing function: log or square."""

    function: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Term:
    """sum over `indices` of weight * phi(ratio), which is not negative.

    Attributes:
        weight: at least 0.
        ratio: above 0; at most 1 too, where `at_most_one` says so.
        phi: at least 0 there.
        linear: what the weights and the weights times the ratio come to: their difference is the multiple of the
            constraints that was added to make phi a function with its minimum at 1; "" where nothing was added.
        equality: where the term is 0.
        product: weight * ratio, what cancels being cancelled.
    """

    indices: tuple[str, ...]
    weight: Expr
    ratio: Expr
    product: Expr
    phi: Scalar
    at_most_one: bool
    linear: str
    equality: str

    @property
    def value(self) -> Expr:
        """The term as an expression."""
        return summed(self.indices, mul(self.weight, expression(self.phi, self.ratio)))

    def lines(self) -> list[str]:
        """The term for people."""
        head = f"sum_{{{', '.join(self.indices)}}} " if self.indices else ""
        second = write_expr(expression(derivative(derivative(self.phi)), Ref("r")))
        lines = [
            f"{head}w phi(r) with w = {write_expr(self.weight)} >= 0, r = {write_expr(self.ratio)}",
            f"phi(r) = {write_expr(expression(self.phi, Ref('r')))}",
        ]
        found = minimum(self.phi)
        if self.at_most_one:
            lines.append("phi(r) >= 0 since 0 < r <= 1")
        elif found is not None and found.only_at_one:
            if found.convex:
                lines.append(
                    f"phi(1) = phi'(1) = 0 and phi''(r) = {second} >= 0 for r > 0, so phi(r) >= 0, and 0 at r = 1 only"
                )
            else:
                lines.append(
                    "phi(1) = 0, phi falls on 0 < r < 1 and rises on r > 1, so phi(r) >= 0, and 0 at r = 1 only"
                )
        else:
            lines.append("phi(r) > 0 for r > 0")
        return [*lines, *([self.linear] if self.linear else [])]


@dataclass(frozen=True)
class Factor:
    """A factor that is not negative: it is known to be so, or the exponent is even."""

    base: Expr
    exponent: int


@dataclass(frozen=True)
class Rest:
    """What is left beside the terms: a sum of a weight times factors, none of them negative."""

    indices: tuple[str, ...]
    weight: Expr
    factors: tuple[Factor, ...]

    @property
    def value(self) -> Expr:
        """The rest as an expression."""
        raised = [f.base if f.exponent == 1 else power(f.base, f.exponent) for f in self.factors]
        return summed(self.indices, mul(self.weight, *raised))

    @property
    def is_zero(self) -> bool:
        """Whether nothing is left."""
        return self.weight == number(0)


@dataclass(frozen=True)
class Certificate:
    """Why left >= right holds: after the steps, the difference of the sides is the sum of the terms and the rest.

    Attributes:
        left: the greater side.
        right: the smaller one.
        steps: increasing functions that both sides went through.
        terms: sums of weights times functions with a certified minimum 0.
        rest: what is left.
        equality: the conditions under which both sides are equal, one after the other; all of them are needed.
            Empty where that is not told.
        equality_where: at which points that is told, as `where all cells of P are positive`; "" at all of them.
        strict: whether the sides are never equal.
        boundary: whether the certificate covers points at which what is declared nonnegative is 0.
    """

    left: Expr
    right: Expr
    steps: tuple[Step, ...]
    terms: tuple[Term, ...]
    rest: Rest
    equality: tuple[str, ...] = ()
    equality_where: str = ""
    strict: bool = False
    boundary: bool = False

    @property
    def value(self) -> Expr:
        """The sum of the terms and the rest."""
        parts = [term.value for term in self.terms]
        return add(*parts, *(() if self.rest.is_zero else (self.rest.value,)))

    @property
    def difference(self) -> Expr:
        """The difference that the terms and the rest come to, after the steps."""
        if not self.steps:
            return minus(self.left, self.right)
        last = self.steps[-1]
        return minus(applied(last.function, last.left), applied(last.function, last.right))

    def lines(self) -> list[str]:
        """The certificate for people, line by line."""
        lines = [_step_line(step) for step in self.steps]
        shown = [f"T{at}" for at in range(1, len(self.terms) + 1)]
        if not self.rest.is_zero:
            shown.append(write_expr(self.rest.value))
        lines.append(f"{write_expr(self.difference)} = {' + '.join(shown) or '0'}")
        for name, term in zip(shown, self.terms, strict=False):
            first, *others = term.lines()
            lines += [f"{name} = {first}", *(f"  {line}" for line in others)]
        if not self.rest.is_zero:
            lines.append(f"{write_expr(self.rest.value)} >= 0, since no factor of it is negative")
        if self.strict:
            lines.append("the two sides are never equal")
        elif self.equality:
            beyond = f"; told {self.equality_where}" if self.equality_where else ""
            lines.append(f"equality exactly where {' and '.join(self.equality)}{beyond}")
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def to_json(self) -> dict[str, Any]:
        """The certificate for JSON."""
        return {
            "left": write_expr(self.left),
            "right": write_expr(self.right),
            "steps": [
                {"function": s.function, "left": write_expr(s.left), "right": write_expr(s.right)} for s in self.steps
            ],
            "terms": [
                {
                    "indices": list(t.indices),
                    "weight": write_expr(t.weight),
                    "ratio": write_expr(t.ratio),
                    "phi": write_expr(expression(t.phi, Ref("r"))),
                    "second_derivative": write_expr(expression(derivative(derivative(t.phi)), Ref("r"))),
                    "ratio_at_most_one": t.at_most_one,
                    "linear": t.linear,
                    "equality": t.equality,
                }
                for t in self.terms
            ],
            "rest": write_expr(self.rest.value),
            "equality": list(self.equality),
            "equality_where": self.equality_where,
            "strict": self.strict,
            "boundary": self.boundary,
        }


def _step_line(step: Step) -> str:
    words = {
        "log": "both sides are positive, and the logarithm increases",
        "square": "the left side is not negative, and the square increases there",
    }[step.function]
    return f"{write_expr(step.left)} >= {write_expr(step.right)}: {words}"


def applied(function: str, side: Expr) -> Expr:
    """The increasing function of a step, applied to a side."""
    return call("log", side) if function == "log" else power(side, 2)


def minus(left: Expr, right: Expr) -> Expr:
    """left - right; the left side alone where the right one is 0."""
    return left if right == ZERO else neg(right) if left == ZERO else add(left, neg(right))


def summed(indices: Iterable[str], body: Expr) -> Expr:
    """The sum of an expression over indices."""
    ranges = tuple(Range(name) for name in indices)
    return Reduce("sum", ranges, body) if ranges else body


def for_all(names: Iterable[str], expr: Expr) -> str:
    """`for all x`, for those of the indices that an expression leaves free; "" where it has none."""
    free = set(free_indices(expr))
    said = [name for name in names if name in free]
    return f" for all {', '.join(said)}" if said else ""
