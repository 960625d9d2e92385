"""The point that a witness is, checked against the programs that it is to be replayed with."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cells, given_cells, given_shape
from symgrad.evaluate.exact import size_value
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.numbers import COMPARISONS
from symgrad.evaluate.sizes import complete_sizes
from symgrad.evidence.exact_constraints import distribution_rows, unsatisfied
from symgrad.evidence.functions import Polynomial, polynomial, read_polynomial
from symgrad.evidence.near import Near
from symgrad.evidence.points import Point
from symgrad.evidence.verdict import Nested, Witness
from symgrad.language.program import Program, Role, Tensor

_MOST_WORK = 2_000_000
"""Operations (see `Footprint.work`) of one run."""

Sides = tuple[Program, Program]


def functions_of(sides: Sides, formulas: Mapping[str, str]) -> dict[str, Polynomial]:
    """The polynomials that stand in for the programs' functions: those written down, else those that are always used.

    Raises UsageError for a formula that is no polynomial, or of a function that the programs do not have.
    """
    declared = {f"{f.name}({', '.join(f.parameters)})": f for side in sides for f in side.functions}
    found = {f.name: polynomial(f) for f in declared.values()}
    for head, formula in formulas.items():
        if head not in declared:
            known = ", ".join(declared) or "no functions"
            raise UsageError(f"the witness has a function {head}", hint=f"the programs have {known}")
        found[declared[head].name] = read_polynomial(declared[head], formula)
    return found


class WitnessPoint:
    """Reads the numbers of a witness as the input of two programs."""

    def __init__(self, sides: Sides, witness: Witness) -> None:
        self._sides, self._witness = sides, witness

    def point(self) -> Point:
        """The point. Raises UsageError where the witness does not fit the programs or what they declare."""
        given: dict[str, Tensor] = {}
        for side in self._sides:
            given |= {t.name: t for t in side.tensors if t.given and t.name not in given}
        for name in self._witness.inputs:
            if name not in given:
                listed = ", ".join(given) or "nothing"
                raise UsageError(f"the witness has values for {name}", hint=f"the programs are given {listed}")
        sizes = self._sizes()
        values = {name: self._cells(tensor, sizes) for name, tensor in given.items()}
        wrong = unsatisfied(self._sides, sizes, values)
        if wrong:
            raise UsageError(f"the inputs of the witness do not satisfy `{wrong}`")
        return Point(sizes, values, general=True)

    def _sizes(self) -> dict[str, int]:
        sizes = complete_sizes(self._sides[0], self._witness.sizes)
        for side in self._sides:
            if Footprint(side, sizes).work() > _MOST_WORK:
                raise UsageError("the sizes of the witness are too large to run the programs in exact numbers")
        return sizes

    def _cells(self, tensor: Tensor, sizes: Mapping[str, int]) -> Cells[Fraction]:
        cells, shape = list(given_cells(tensor, sizes)), given_shape(tensor, sizes)
        if tensor.name not in self._witness.inputs:
            if tensor.role is not Role.ACCUMULATOR:
                raise UsageError(f"the witness has no values for {tensor.name}")
            return dict.fromkeys(cells, Fraction(0))
        values = [self._witness.inputs[tensor.name]]
        for axis, length in enumerate(shape):
            for value in values:
                if not isinstance(value, list) or len(value) != length:
                    raise UsageError(_shape_text(tensor.name, shape, axis, value))
            values = [cell for value in values for cell in value]
        if any(isinstance(value, list) for value in values):
            raise UsageError(_shape_text(tensor.name, shape, len(shape), values[0]))
        found = dict(zip(cells, values, strict=True))
        _check_declared(tensor, found, sizes)
        return {cell: int(v) for cell, v in found.items()} if tensor.role is Role.INTEGER else found  # type: ignore[misc]


def _shape_text(name: str, shape: tuple[int, ...], axis: int, value: Nested) -> str:
    wanted = " x ".join(map(str, shape))
    needs = f"needs {wanted} values" if shape else "is one number"
    count = f"{len(value)} values" if isinstance(value, list) else "a number"
    return f"{name} {needs}, but the witness has {count} along axis {axis}"


def _check_declared(tensor: Tensor, cells: Cells[Fraction], sizes: Mapping[str, int]) -> None:
    """Raise UsageError for a value that the declaration of the tensor does not allow."""
    for cell, value in cells.items():
        where = tensor.name + (f"[{', '.join(map(str, cell))}]" if cell else "")
        if isinstance(value, Near) and (tensor.role is Role.INTEGER or tensor.over):
            raise UsageError(f"{where} is irrational in the witness, but only a rational number can stand there")
        if tensor.role is Role.INTEGER and tensor.labels is not None:
            low, high = (size_value(end, sizes) for end in tensor.labels)
            if value.denominator != 1 or not low <= value <= high:
                raise UsageError(f"{where} is {value} in the witness, but it is declared an integer in {low}..{high}")
        if tensor.over and value < 0:
            raise UsageError(f"{where} is {value} in the witness, but {tensor.name} is a distribution")
        if tensor.sign and not COMPARISONS[tensor.sign.split()[0]](value, 0):
            raise UsageError(f"{where} is {value} in the witness, but it is declared {tensor.sign}")
    if tensor.over and any(sum(cells[c] for c in row) != 1 for row in distribution_rows(tensor, cells)):
        raise UsageError(f"{tensor.name} is declared a distribution, but its values in the witness do not sum to 1")
