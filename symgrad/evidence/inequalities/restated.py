"""Steps that only move terms about: a side written again, and a claim with its terms brought to other sides.

Sides are compared as sums of terms. No product is multiplied out and no definition is put in, so that the square of a
difference is not the sum of its terms here: to say that they are equal is a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.evidence.inequalities.facts import RELATIONS, Fact
from symgrad.language.build import add, mul, neg
from symgrad.language.program import Add, Expr, Inv, Mul, Neg, Number
from symgrad.language.walk import values_read
from symgrad.language.write import write_expr


def is_idle(left: Expr, right: Expr) -> bool:
    """Whether two sides are the same sum of terms, so that nothing is done from one to the other.

    >>> from symgrad.language.build import number
    >>> is_idle(add(number(1), number(2)), number(3)), is_idle(mul(number(2), number(3)), number(5))
    (True, False)
    """
    return not _moved(left, right)


def restates(step: Fact, claim: Fact) -> bool:
    """Whether a step is the claim itself, with its terms moved to other sides or all multiplied by a number."""
    if (RELATIONS[step.relation] == "=") != (RELATIONS[claim.relation] == "="):
        return False
    one, other = _terms(step.nonnegative), _terms(claim.nonnegative)
    if not one or one.keys() != other.keys():
        return False
    ratios = {one[term] / other[term] for term in one}
    return len(ratios) == 1 and (ratios.pop() > 0 or RELATIONS[claim.relation] == "=")


def told_of(left: Expr, right: Expr) -> set[str]:
    """The tensors that an equation or inequality says something of: those that are not the same on both sides."""
    return {name for _, expr in _moved(left, right).values() for name in values_read(expr)}


def _terms(expr: Expr) -> dict[str, Fraction]:
    return {text: factor for text, (factor, _) in _moved(expr, Number(Fraction(0))).items()}


def _moved(left: Expr, right: Expr) -> dict[str, tuple[Fraction, Expr]]:
    """The terms of a difference by their texts, each with the number in front of it."""
    found: dict[str, tuple[Fraction, Expr]] = {}
    for factor, term in _summands(add(left, neg(right)), Fraction(1)):
        text = write_expr(term)
        total = found.get(text, (Fraction(0), term))[0] + factor
        found[text] = (total, term)
    return {text: entry for text, entry in found.items() if entry[0]}


def _summands(expr: Expr, factor: Fraction) -> Iterator[tuple[Fraction, Expr]]:
    """The terms of a sum, with the numbers in front of them."""
    match expr:
        case Number(value):
            yield factor * value, Number(Fraction(1))
        case Neg(arg):
            yield from _summands(arg, -factor)
        case Add(args):
            for arg in args:
                yield from _summands(arg, factor)
        case Inv(Number(value)) if value:
            yield factor / value, Number(Fraction(1))
        case Mul(args):
            rest = []
            for arg in args:
                scale = _number(arg)
                if scale is None:
                    rest.append(arg)
                else:
                    factor *= scale
            if len(rest) == 1:
                yield from _summands(rest[0], factor)
            else:
                yield factor, mul(*sorted(rest, key=write_expr)) if rest else Number(Fraction(1))
        case _:
            yield factor, expr


def _number(expr: Expr) -> Fraction | None:
    match expr:
        case Number(value):
            return value
        case Inv(Number(value)) if value:
            return 1 / value
        case Neg(arg):
            inner = _number(arg)
            return None if inner is None else -inner
    return None
