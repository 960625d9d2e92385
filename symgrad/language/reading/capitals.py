"""Repeated capital letters in index positions are summed: `W[j, I] h[b, I]` is `sum_i W[j, i] h[b, i]`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from symgrad.language.build import fresh_name, map_expr, neg
from symgrad.language.program import Expr, Index, Neg, Range, Reduce, Ref
from symgrad.language.walk import walk_expr

_CAPITAL = re.compile(r"[A-Z][0-9]*'*")


def sum_capitals(term: Expr, bound: frozenset[str], kept: frozenset[str]) -> Expr:
    """The term, summed over each capital letter that stands in two or more of its index positions.

    The letters become the small ones, or others where those are among the `bound` indices. The
    letters in `kept`, those of a statement's target, are left alone.

    >>> from symgrad.language.build import mul
    >>> term = mul(Ref("W", (Ref("I"),)), Ref("h", (Ref("I"),)))
    >>> sum_capitals(term, frozenset(), frozenset()).ranges[0].index
    'i'
    """
    counts = Counter(
        subscript.name
        for part in walk_expr(term)
        if isinstance(part, Ref)
        for subscript in part.subscripts
        if isinstance(subscript, Ref) and not subscript.subscripts and _CAPITAL.fullmatch(subscript.name)
    )
    capitals = [name for name, count in counts.items() if count > 1 and name not in kept]
    if not capitals:
        return term
    taken = set(bound) | {part.name for part in walk_expr(term) if isinstance(part, Index)}
    letters: dict[str, str] = {}
    for name in capitals:
        letters[name] = fresh_name(name.lower(), taken)
        taken.add(letters[name])
    ranges = tuple(Range(letter) for letter in letters.values())
    body = _rename_subscripts(term.arg if isinstance(term, Neg) else term, letters)
    total = Reduce("sum", ranges, body, place=term.place)
    return neg(total) if isinstance(term, Neg) else total


def _rename_subscripts(expr: Expr, letters: Mapping[str, str]) -> Expr:
    if isinstance(expr, Ref):
        return replace(expr, subscripts=tuple(_renamed(subscript, letters) for subscript in expr.subscripts))
    return map_expr(expr, lambda part: _rename_subscripts(part, letters))


def _renamed(subscript: Expr, letters: Mapping[str, str]) -> Expr:
    if isinstance(subscript, Ref) and subscript.name in letters:
        return Index(letters[subscript.name], place=subscript.place)
    return subscript
