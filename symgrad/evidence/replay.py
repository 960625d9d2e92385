"""A witness seen again: both programs run at its point, every cell of what is compared shown with both values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, cells_of
from symgrad.evaluate.exact import shape_of
from symgrad.evidence.balls import Ball, Undefined, precision
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.points import Point
from symgrad.evidence.rationals import NAN
from symgrad.evidence.runs import Tables
from symgrad.evidence.verdict import Nested, Value, Witness, input_lines, plain, shown_value
from symgrad.evidence.witness_points import WitnessPoint, functions_of
from symgrad.evidence.written import value_of
from symgrad.language.program import Expr, Program, Tensor

_DIGITS = 20


@dataclass(frozen=True)
class CellValues:
    """A compared cell: both values, their difference, and whether they certainly differ."""

    tensor: str
    cell: Cell
    left: Value
    right: Value
    difference: Value
    differs: bool


@dataclass(frozen=True)
class Replay:
    """What two programs compute at the point of a witness.

    Attributes:
        witness: the point.
        forward: what both programs begin with: each tensor's cells as nested lists.
        cells: every compared cell.
        at_kink: whether they differ because numbers meet here that do not meet near it.
    """

    witness: Witness
    forward: Mapping[str, Nested]
    cells: tuple[CellValues, ...]
    at_kink: bool = False

    @property
    def refutes(self) -> bool:
        """Whether the two programs certainly differ at the point, off all kinks."""
        return not self.at_kink and any(cell.differs for cell in self.cells)

    def __str__(self) -> str:
        witness, lines = self.witness, []
        if witness.sizes:
            lines.append("at " + ", ".join(f"{name} = {value}" for name, value in witness.sizes.items()))
        lines += [f"  {text}" for text in input_lines({**witness.functions, **witness.inputs})]
        if self.forward:
            lines += ["what both begin with", *(f"  {text}" for text in input_lines(self.forward))]
        rows = [("", "first", "second", "difference"), *map(self._row, self.cells)]
        widths = [max(len(row[at]) for row in rows) for at in range(4)]
        lines += [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
        count = sum(cell.differs for cell in self.cells)
        if self.at_kink:
            lines.append("not refuted: the point lies on a kink, near which the sides are equal or have no values")
        else:
            of = f"{count} of {len(self.cells)} cells differ"
            lines.append(f"refuted: {of}" if count else "not refuted: no cell differs")
        return "\n".join(lines)

    def _row(self, found: CellValues) -> tuple[str, str, str, str]:
        at = ", ".join(map(str, found.cell))
        if found.tensor:
            name = f"{found.tensor}[{at}]" if found.cell else found.tensor
        else:
            name = ", ".join(f"{i} = {n}" for i, n in zip(self.witness.indices, found.cell, strict=False))
        mark = "  differs" if found.differs else ""
        return name, shown_value(found.left), shown_value(found.right), shown_value(found.difference) + mark

    def to_json(self) -> dict[str, Any]:
        """The replay for JSON; numbers as in `Witness.to_json`."""
        return {
            "refutes": self.refutes,
            "sizes": dict(self.witness.sizes),
            "inputs": {name: plain(cells) for name, cells in self.witness.inputs.items()},
            "functions": dict(self.witness.functions),
            "forward": {name: plain(cells) for name, cells in self.forward.items()},
            "cells": [
                {
                    "tensor": cell.tensor,
                    "cell": list(cell.cell),
                    "left": plain(cell.left),
                    "right": plain(cell.right),
                    "difference": plain(cell.difference),
                    "differs": cell.differs,
                }
                for cell in self.cells
            ],
        }


def replay(
    a: Program,
    b: Program,
    witness: Witness,
    forward: Program | None = None,
    tensors: Sequence[str] | str | None = None,
) -> Replay:
    """Run two programs at the point of a witness that they differ.

    Args:
        a: a program.
        b: the other one.
        witness: the point, as `prove` gave it or `read_witness` read it.
        forward: the program whose tensors both read, as in `prove`.
        tensors: what is compared; by default as in `prove`, or else the witness's tensor alone.

    Raises:
        UsageError: the witness is not one of these programs: a tensor is unknown or missing, has another
            shape or values outside of what is declared, or the programs have no values there.
    """
    if not witness.tensor:
        raise UsageError("this is a witness about an equation, not about two programs")
    claim = equal_programs(a, b, forward, witness.tensor if tensors is None else tensors)
    if tensors is None:
        with suppress(UsageError):  # what would be compared by default, if that is known
            usual = equal_programs(a, b, forward)
            claim = usual if witness.tensor in usual.tensors else claim
    if claim.mismatch:
        raise UsageError(claim.mismatch)
    if witness.tensor not in claim.tensors:
        compared = ", ".join(claim.tensors)
        raise UsageError(f"the witness is about {witness.tensor}, but what is compared is {compared}")
    return replayed(claim, witness)


def replay_equation(left: Expr | str, right: Expr | str, context: Program, witness: Witness) -> Replay:
    """Both sides of an equation at the point of a witness of `prove_equation`; errors as those of `replay`."""
    from symgrad.evidence.judge import equation_after

    equation, _ = equation_after(left, right, context)
    found = replayed(Claim(*equation.programs(), (equation.name,)), replace(witness, tensor=equation.name))
    cells = tuple(replace(cell, tensor="") for cell in found.cells)
    return replace(found, witness=replace(witness, indices=equation.free), cells=cells)


def replayed(claim: Claim, witness: Witness) -> Replay:
    """Both programs of a claim at the point of a witness."""
    sides = (claim.left, claim.right)
    point = WitnessPoint(sides, witness).point()
    comparison = Comparison(*sides, claim.tensors, functions=functions_of(sides, witness.functions))
    with precision():
        try:
            common, left, right = comparison.tables(point)
        except Undefined:
            raise UsageError("a program has no value at this point, or none that is certain") from None
        exact = _exact_tables(comparison, point)
        cells = [
            _compared(name, cell, (left[name][cell], right[name][cell]), tuple(side[name][cell] for side in exact[1:]))
            for name in claim.tensors
            for cell in cells_of(claim.left.tensor_named[name], point.sizes)
        ]
        begun = {name: _arranged(claim.left.tensor_named[name], common[name], exact[0][name], point) for name in common}
        kink = any(cell.differs for cell in cells) and _at_kink(comparison, point)
    return Replay(replace(witness, sizes=point.sizes), begun, tuple(cells), kink)


def _at_kink(comparison: Comparison, point: Point) -> bool:
    """Whether the difference is one at a kink only."""
    try:
        return comparison.refuted_at(point) is None
    except Undefined:
        return True


def _exact_tables(comparison: Comparison, point: Point) -> tuple[Tables, Tables, Tables]:
    """The three tables in fractions; all without numbers where something has to be known that is not rational."""
    nothing: Any = defaultdict(lambda: defaultdict(lambda: NAN))
    return comparison.exact_tables(point) or (nothing, nothing, nothing)


def _compared(name: str, cell: Cell, balls: tuple[Ball, Ball], exact: tuple[Any, ...]) -> CellValues:
    differs = not balls[0].overlaps(balls[1])
    left, right = (value_of(ball, known, _DIGITS) for ball, known in zip(balls, exact, strict=True))
    difference: Value
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        difference = left - right
    else:
        difference = value_of(balls[0] - balls[1], NAN, _DIGITS) if differs else Fraction(0)
    return CellValues(name, cell, left, right, difference, differs)


def _arranged(tensor: Tensor, balls: Cells[Ball], exact: Cells[Any], point: Point) -> Nested:
    """All of a tensor's cells as nested lists of values."""
    values: list[Nested] = [value_of(balls[cell], exact[cell], _DIGITS) for cell in cells_of(tensor, point.sizes)]
    for length in reversed(shape_of(tensor, point.sizes)):
        values = [values[at : at + length] for at in range(0, len(values), length)]
    return values[0]
