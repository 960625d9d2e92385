"""The ends and the direction of ranges.

A range may begin at the largest of several bounds and end at the smallest: `t2 in max(0, t - 2)..min(T - 1, t + 2)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from itertools import islice, product

from symgrad.language.build import ONE, ZERO, add, neg, number
from symgrad.language.naming import size_letter
from symgrad.language.program import Add, Call, Expr, IndexDecl, Number, Range, Size


def own_range(index: str, indices: Mapping[str, IndexDecl]) -> IndexDecl:
    """What an index runs over: as declared, else from 0 to one less than the size named after it."""
    return indices.get(index) or IndexDecl(index, ZERO, add(Size(size_letter(index)), neg(ONE)))


def ends(r: Range, indices: Mapping[str, IndexDecl]) -> tuple[Expr, Expr]:
    """The least and the greatest value of a range, both included; `indices` are those declared.

    >>> ends(Range("t"), {})
    (Number(value=Fraction(0, 1)), Add(args=(Size(name='T'), Number(value=Fraction(-1, 1)))))
    """
    own = own_range(r.index, indices)
    return own.low if r.low is None else r.low, own.high if r.high is None else r.high


def runs_down(first: Expr, last: Expr) -> bool:
    """Whether `first..last` is descending: `T..1` and `5..0` are; with names on both sides it is not."""
    if isinstance(first, Number) and isinstance(last, Number):
        return first.value > last.value
    return isinstance(last, Number) and not isinstance(first, Number)


LARGEST, SMALLEST = "max", "min"
"""The functions that make one bound of several: of where a range begins, and of where it ends."""

_MOST_CHOICES = 32


def bounds_in(function: str, end: Expr | None) -> tuple[Expr, ...]:
    """The bounds of which an end is the largest or the smallest, as the function says; itself if it is one bound.

    >>> from symgrad.language.program import Index
    >>> bounds_in("max", Call("max", (ZERO, Index("t"))))
    (Number(value=Fraction(0, 1)), Index(name='t'))
    """
    if isinstance(end, Call) and end.function == function:
        return tuple(bound for arg in end.args for bound in bounds_in(function, arg))
    return () if end is None else (end,)


def all_ends(r: Range, indices: Mapping[str, IndexDecl]) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The bounds of a range's values below and above."""
    low, high = ends(r, indices)
    return bounds_in(LARGEST, low), bounds_in(SMALLEST, high)


def joined(function: str, bounds: Sequence[Expr]) -> Expr:
    """The end that is the largest or the smallest of bounds."""
    first, *others = dict.fromkeys(bounds)
    return reduce(lambda end, bound: Call(function, (end, bound), place=first.place), others, first)


def simple_sum(*terms: Expr) -> Expr:
    """The sum with its integers gathered at the end, and without a 0."""
    flat = [part for term in terms for part in (term.args if isinstance(term, Add) else (term,))]
    constant = sum((part.value for part in flat if isinstance(part, Number)), Fraction(0))
    rest = [part for part in flat if not isinstance(part, Number)]
    return add(*rest, *([number(constant)] if constant or not rest else []))


def spread(function: str, end: Expr) -> Expr:
    """An end like `min(B, J) - 1` as `min(B - 1, J - 1)`; any other as it is."""
    if isinstance(end, Add):
        for at, arg in enumerate(end.args):
            if isinstance(arg, Call) and arg.function == function:
                rest = (*end.args[:at], *end.args[at + 1 :])
                return joined(function, [simple_sum(bound, *rest) for bound in bounds_in(function, arg)])
    return end


def relaxed(scope: Sequence[Range]) -> Iterator[tuple[Range, ...]]:
    """The ranges with one bound at each end, in every choice: each has all values that the ranges have, or more."""
    choices = [
        [
            replace(r, low=low, high=high)
            for low in bounds_in(LARGEST, r.low) or (None,)
            for high in bounds_in(SMALLEST, r.high) or (None,)
        ]
        for r in scope
    ]
    return islice(product(*choices), _MOST_CHOICES)
