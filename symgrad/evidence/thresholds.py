"""Numbers that lie on both sides of those that are written in programs: where `max(x, -5)` is not x, and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from math import ceil, floor

from symgrad.errors import UsageError
from symgrad.evaluate.exact import depends_on_sizes_only, exact_value, sizes_in
from symgrad.language.program import Expr, Program
from symgrad.language.walk import expr_children, walk_statements

_LONGEST = 10**6
"""The largest numerator and denominator of a threshold: exp and powers of larger ones take long."""

_NEAR = 2
"""Up to here simple numbers lie on both sides of everything."""


def thresholds(programs: Iterable[Program]) -> tuple[Fraction, ...]:
    """The absolute values of the numbers that programs are made with, the least first; 0 and long ones left out.

    >>> from symgrad.language.read import read_program
    >>> [str(c) for c in thresholds([read_program("y = max(x, -5) + 3/2 * 10^3 t")])]
    ['3/2', '5', '1000']
    """
    found: set[Fraction] = set()
    for program in programs:
        for _, statement in walk_statements(program.body):
            found |= set(_numbers(statement.value))
        for constraint in program.constraints:
            found |= {*_numbers(constraint.left), *_numbers(constraint.right)}
    return tuple(sorted(c for c in found if c and max(c.numerator, c.denominator) <= _LONGEST))


def _numbers(expr: Expr) -> Iterator[Fraction]:
    """The values of the parts of an expression that are made of numbers alone."""
    if depends_on_sizes_only(expr) and not sizes_in(expr):
        with suppress(UsageError):  # it divides by zero or is too long
            yield abs(Fraction(exact_value(expr, {})))
        return
    for child in expr_children(expr):
        yield from _numbers(child)


def around(threshold: Fraction) -> list[Fraction]:
    """Numbers on both sides of a positive one, and beyond.

    >>> [str(x) for x in around(Fraction(5))]
    ['5/2', '4', '9/2', '11/2', '6', '10']
    """
    if threshold < _NEAR:
        return [threshold / 2, threshold * Fraction(3, 2), threshold * 2]
    half = Fraction(1, 2)
    return [threshold / 2, threshold - 1, threshold - half, threshold + half, threshold + 1, threshold * 2]


def beside(known: Iterable[Fraction]) -> tuple[Fraction, ...]:
    """The whole numbers next to thresholds and to their opposites, the least first.

    >>> [str(x) for x in beside([Fraction(1), Fraction(9, 2)])]
    ['4', '-4', '5', '-5']
    """
    ends = [end for c in known if c >= _NEAR for end in (ceil(c) - 1, floor(c) + 1)]
    return tuple(Fraction(sign * end) for end in dict.fromkeys(ends) for sign in (1, -1))
