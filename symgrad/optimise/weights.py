"""What an expression costs while it is being made: operations by the number of indices that their operands have.

An operation is counted where it may stand: one whose operands have fewer indices than the loop around it moves out of
that loop. The program that comes out is counted by `symgrad.cost`; this is for choosing between ways to write a sum.
"""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.language.program import Expr

HIGHEST = 8
"""Beyond so many indices operations are counted alike."""

CALL, DIVISION, OTHER, UNSAFE = 10**6, 10**3, 1, 10**9

Weight = tuple[int, ...]
"""The operations for each number of indices, the highest first: calls count before divisions, these before others."""

NOTHING: Weight = (0,) * (HIGHEST + 1)


def operation(indices: int, price: int = OTHER, times: int = 1) -> Weight:
    """One kind of operation on operands with so many indices."""
    place = HIGHEST - min(indices, HIGHEST)
    return tuple(price * times if at == place else 0 for at in range(HIGHEST + 1))


def together(weights: Iterable[Weight]) -> Weight:
    """All of them."""
    return tuple(map(sum, zip(NOTHING, *weights, strict=True)))


class Weighed:
    """An expression with the atoms of its indices and its weight; `known` if it consists of numbers and sizes alone."""

    __slots__ = ("atoms", "expr", "known", "weight")

    def __init__(self, expr: Expr, atoms: frozenset[int], weight: Weight, known: bool = False) -> None:
        self.expr, self.atoms, self.weight, self.known = expr, atoms, weight, known
