"""Longest chains of operations that each must wait for the one before, as polynomials in sizes.

Inside loops with an order a chain may begin at what an earlier turn of the loop left. A `Path` keeps such chains
apart, by the loop whose earlier turn they begin at, so that what one turn adds to them can be multiplied by the number
of turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from symgrad.cost.polynomials import Polynomial, logarithm, number
from symgrad.cost.tally import factors, is_known, operands, power_operations
from symgrad.language.program import Add, Call, Expr, Indicator, Inv, Mul, Number, Pow

TREE, SEQUENTIAL, WHOLE = SUMS = ("tree", "sequential", "whole")
"""Ways to add up values: by a tree of additions, one after the other, all in one step."""

START = 0
"""Where chains begin that come from no earlier turn of a loop."""


@dataclass(frozen=True)
class Path:
    """The lengths of the longest chains to a value, by the loop at whose earlier turn they begin, or `START`."""

    lengths: Mapping[int, Polynomial] = field(default_factory=lambda: {START: number(0)})

    def longer(self, steps: Polynomial) -> Path:
        """The path to what is computed from the value in so many steps."""
        return Path({start: length + steps for start, length in self.lengths.items()})

    def join(self, other: Path) -> Path:
        """The path to what needs both values."""
        return joined((self, other))


def joined(paths: Iterable[Path]) -> Path:
    """The path to what needs all of the values."""
    lengths: dict[int, dict[Polynomial, None]] = {START: {number(0): None}}
    for path in paths:
        for start, length in path.lengths.items():
            lengths.setdefault(start, {})[length] = None
    return Path({start: longest(list(found)) for start, found in lengths.items()})


def longest(lengths: list[Polynomial]) -> Polynomial:
    """The largest of polynomials; no less than any of them where none is the largest for all sizes."""
    kept: list[Polynomial] = []
    for length in lengths:
        if not any(other.covers(length) for other in kept):
            kept = [other for other in kept if not length.covers(other)] + [length]
    return reduce(Polynomial.upper, kept)


def levels(operands: int) -> int:
    """The depth of a tree of operations on two values that makes one value of so many."""
    return max(operands - 1, 0).bit_length()


def steps(expr: Expr) -> int:
    """How many operations after one another a node adds to its operands, with processors enough."""
    match expr:
        case Add(args):
            return levels(len(args))
        case Mul():
            above, below = factors(expr)
            return max(levels(len(above) + len(below)), 1 if below else 0)
        case Inv() | Call() | Indicator():
            return 1
        case Pow(_, Number(exponent)):
            return sum(times for _, times in power_operations(exponent))
        case Pow():
            return 1
    return 0


def inputs(expr: Expr) -> tuple[Expr, ...]:
    """The operands of a node, those that are known beforehand left out; a division's own step is its product's."""
    if is_known(expr):
        return ()
    if isinstance(expr, Mul):
        above, below = factors(expr)
        return (*above, *(inner for part in below for inner in operands(part)))
    return operands(expr)


def reduction(count: Polynomial, sums: str) -> Polynomial:
    """The steps that add up so many values, by the way in which sums are added up."""
    return {TREE: logarithm(count), SEQUENTIAL: count, WHOLE: number(0 if count == number(1) else 1)}[sums]
