"""Random values for what a program is given: valid by its declarations, and at which it has values and derivatives.

Everything is drawn with Python's own generator from a seed, without NumPy, so that a small check
starts at once and every run sees the same values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, given_cells
from symgrad.evaluate.constraints import satisfy
from symgrad.evaluate.exact import size_value
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import COMPARISONS, Floats
from symgrad.evaluate.small_sizes import choose_sizes
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Program, Role, Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

ATTEMPTS = 120
"""How often values are drawn before it is said that there seem to be none."""

_GENERAL, _POSITIVE, _UNIT, _ABOVE_ONE = (-1.5, 1.5), (0.4, 1.6), (0.1, 0.9), (1.1, 2.2)
_LADDER = (_GENERAL, _POSITIVE, _UNIT, _ABOVE_ONE)
_TRIES_ON_A_RUNG = 5

_MARGINS = (1e-3, 1e-4, 1e-5)
"""How far from kinks a point must be; less is asked for when a program with many kinks leaves no such room."""

_TIE = 1e-13  # values this close are equal for a reason of the program's, not by chance
_LARGE = 1e6


@dataclass(frozen=True)
class Sample:
    """Sizes, and the cells of each tensor that a program is given."""

    sizes: dict[str, int]
    values: dict[str, Cells[Any]]

    def arrays(self, program: Program) -> dict[str, NDArray[Any]]:
        """The values as NumPy arrays, as `evaluate` takes them."""
        from symgrad.evaluate.run import to_array

        return {name: to_array(program.tensor_named[name], cells, self.sizes) for name, cells in self.values.items()}


def sample(
    program: Program,
    *,
    seed: int = 0,
    sizes: Mapping[str, int] | None = None,
    functions: Mapping[str, UserFunction] | None = None,
) -> Sample:
    """Values at which the program is defined and differentiable.

    Sizes that are not given are distinct and at least 3 where that is possible. Declared signs,
    labels, distributions and constraints hold (equations up to rounding). Points near kinks are
    drawn again, and so are points where something computed is no finite number.

    Raises UsageError when no sizes or no such point is found.
    """
    draw = Random(seed)
    known = choose_sizes(program, sizes or {}, draw)
    for attempt in range(ATTEMPTS):
        values = {t.name: _draw_tensor(t, known, draw, attempt) for t in program.tensors if t.given}
        if not satisfy(program, known, values, draw):
            continue
        margin = _MARGINS[attempt * len(_MARGINS) // ATTEMPTS]
        if is_regular(program, known, values, margin, functions):
            return Sample(known, values)
    raise UsageError(
        f"no values were found in {ATTEMPTS} attempts at which the program has finite values away from its kinks",
        hint="declare what its inputs must satisfy, as in `input x[b] > 0`",
    )


def _draw_tensor(tensor: Tensor, sizes: Mapping[str, int], draw: Random, attempt: int) -> Cells[Any]:
    cells = list(given_cells(tensor, sizes))
    if tensor.role is Role.INTEGER:
        if tensor.labels is None:
            raise UsageError(f"no range of labels is declared for {tensor.name}", tensor.place)
        low, high = (size_value(end, sizes) for end in tensor.labels)
        return {cell: draw.randint(low, high) for cell in cells}
    real = _distribution(tensor, draw, attempt)
    values = {cell: real() for cell in cells}
    if tensor.over:
        _normalise(tensor, values)
    return values


def _distribution(tensor: Tensor, draw: Random, attempt: int) -> Callable[[], float]:
    """How to draw a cell: over all signs at first; where that leads nowhere, over what functions' domains ask for."""
    rung = attempt // _TRIES_ON_A_RUNG
    low, high = _LADDER[rung] if rung < len(_LADDER) else draw.choice(_LADDER)
    if tensor.role is Role.ACCUMULATOR:
        low, high = _GENERAL
    if tensor.sign in ("> 0", ">= 0") and low < 0:
        low, high = _POSITIVE
    if tensor.sign == "!= 0" and low < 0:
        return lambda: draw.choice((-1, 1)) * draw.uniform(*_POSITIVE)
    return lambda: draw.uniform(low, high)


def _normalise(tensor: Tensor, values: Cells[float]) -> None:
    """Scale nonnegative values so that they sum to 1 over the axes of the distribution."""
    outer = [at for at, axis in enumerate(tensor.axes) if axis.label not in tensor.over]

    def row(cell: Cell) -> Cell:
        return tuple(cell[at] for at in outer)

    for _, cells in groupby(sorted(values, key=row), key=row):
        members = list(cells)
        total = sum(values[cell] for cell in members)
        for cell in members:
            values[cell] /= total


def is_regular(
    program: Program,
    sizes: Mapping[str, int],
    values: Mapping[str, Cells[Any]],
    margin: float,
    functions: Mapping[str, UserFunction] | None = None,
) -> bool:
    """Whether the program runs on the values, stays finite, and keeps the margin to its kinks."""
    kinks = _Kinks(margin)
    results = Interpreter(program, sizes, Floats(program, functions), kinks).run(values)
    return not kinks.near and all(abs(value) < _LARGE for cells in results.values() for value in cells.values())


class _Kinks:
    """An observer that notes whether a run came near a kink."""

    def __init__(self, margin: float) -> None:
        self.margin = margin
        self.near = False

    def read(self, tensor: str, cell: Cell) -> None:
        """Reads do not matter."""

    def write(self, tensor: str, cell: Cell) -> None:
        """Writes do not matter."""

    def branch(self, kind: str, values: Sequence[float]) -> None:
        """Note how far these values are from where the branch would change."""
        if kind in FUNCTIONS and not FUNCTIONS[kind].kinked:
            return
        tie = _TIE * (1 + abs(values[0]))
        near = any(tie < gap < self.margin for gap in _gaps(kind, values))
        self.near = self.near or near or not all(map(math.isfinite, values))


def _gaps(kind: str, values: Sequence[float]) -> Iterator[float]:
    if kind in ("max", "min"):
        first, second = sorted(values, reverse=kind == "max")[:2] if len(values) > 1 else (values[0], math.inf)
        yield abs(first - second)
    elif kind in COMPARISONS:
        yield abs(values[0] - values[1])
    elif kind in FUNCTIONS:
        yield abs(values[0])
