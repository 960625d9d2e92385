"""The ends and the direction of ranges."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.language.build import ONE, ZERO, add, neg
from symgrad.language.naming import size_letter
from symgrad.language.program import Expr, IndexDecl, Number, Range, Size


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
