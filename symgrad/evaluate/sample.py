"""Random values for what a program is given: valid by its declarations, and at which it has values and derivatives.

Everything is drawn with Python's own generator from a seed, without NumPy, so that a small check
starts at once and every run sees the same values.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, given_cells, given_shape
from symgrad.evaluate.constraints import satisfy
from symgrad.evaluate.exact import integer_names, is_exact, shape_of, size_value
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import COMPARISONS, Floats
from symgrad.evaluate.run import runner, to_array
from symgrad.evaluate.small_sizes import choose_sizes
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Call, Expr, Indicator, Program, Reduce, Role, Tensor
from symgrad.language.walk import walk_expr, walk_statements

if TYPE_CHECKING:
    from numpy.typing import NDArray

ATTEMPTS = 120
"""How often values are drawn before it is said that there seem to be none."""

_GENERAL, _POSITIVE, _UNIT, _ABOVE_ONE = (-1.5, 1.5), (0.4, 1.6), (0.1, 0.9), (1.1, 2.2)
_SCALED = (-2.0, 2.0)  # over the root of the longest axis, so that chains of sums do not blow up
_LADDER = (_GENERAL, _SCALED, _POSITIVE, _UNIT, _ABOVE_ONE)
_TRIES_ON_A_RUNG = 4

_MARGIN, _LEAST_MARGIN = 1e-3, 1e-6
"""How far from kinks a point must be; less far where there are so many kinks that some are always near."""

_TIE = 1e-13  # values this close are equal for a reason of the program's, not by chance
_LARGE = 1e6

_TOO_MUCH = 400_000  # cells and operations of one run; a check takes many
_WORK, _FEWEST = 3_000_000, 24  # of all attempts together, which are fewer where a run takes long; but so many at least


@dataclass(frozen=True)
class Sample:
    """Sizes, and the cells of each tensor that a program is given."""

    sizes: dict[str, int]
    values: dict[str, Cells[Any]]

    def arrays(self, program: Program) -> dict[str, NDArray[Any]]:
        """The values as NumPy arrays, as `evaluate` takes them."""
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
    attempts = min(ATTEMPTS, max(_FEWEST, _WORK // _work(program, known)))
    is_regular = Regularity(program, known, functions)
    for attempt in range(attempts):
        values = {t.name: _draw_tensor(t, known, draw, attempt) for t in program.tensors if t.given}
        if not satisfy(program, known, values, draw):
            continue
        if is_regular(values):
            return Sample(known, values)
    raise UsageError(
        f"no values were found in {attempts} attempts at which the program has finite values away from its kinks",
        hint="declare what its inputs must satisfy, as in `input x[b] > 0`",
    )


def _work(program: Program, sizes: Mapping[str, int]) -> int:
    """The work of one run, its cells included. UsageError where that is too much."""
    work = sum(prod(shape_of(tensor, sizes)) for tensor in program.tensors) + Footprint(program, sizes).work()
    if work > _TOO_MUCH:
        shown = ", ".join(f"{name} = {value}" for name, value in sizes.items())
        where = f"at {shown}" if shown else "of it"
        raise UsageError(f"a run {where} is too much work for a check on numbers", hint="use smaller sizes")
    return max(work, 1)


def _draw_tensor(tensor: Tensor, sizes: Mapping[str, int], draw: Random, attempt: int) -> Cells[Any]:
    cells = list(given_cells(tensor, sizes))
    if tensor.role is Role.INTEGER:
        if tensor.labels is None:
            raise UsageError(f"no range of labels is declared for {tensor.name}", tensor.place)
        low, high = (size_value(end, sizes) for end in tensor.labels)
        return {cell: draw.randint(low, high) for cell in cells}
    real = _distribution(tensor, max(given_shape(tensor, sizes), default=1), draw, attempt)
    values = {cell: real() for cell in cells}
    if tensor.over:
        _normalise(tensor, values)
    return values


def _distribution(tensor: Tensor, longest: int, draw: Random, attempt: int) -> Callable[[], float]:
    """How to draw a cell: over all signs at first; where that leads nowhere, over what functions' domains ask for."""
    rung = attempt // _TRIES_ON_A_RUNG
    low, high = _LADDER[rung] if rung < len(_LADDER) else draw.choice(_LADDER)
    if tensor.role is Role.ACCUMULATOR:
        low, high = _GENERAL
    if (low, high) == _SCALED:
        low, high = (end / math.sqrt(longest) for end in _SCALED)
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


class Regularity:
    """Tells whether a program runs on values, stays finite, and keeps away from its kinks: made once, called often."""

    def __init__(
        self, program: Program, sizes: Mapping[str, int], functions: Mapping[str, UserFunction] | None = None
    ) -> None:
        self._run = runner(program, sizes, functions)
        self._kinks = _Kinks()
        values = [part for _, s in walk_statements(program.body) for part in walk_expr(s.value)]
        self._watched: Interpreter[float] | None = None
        if any(_may_branch(program, part) for part in values):
            self._watched = Interpreter(program, sizes, Floats(program, functions), self._kinks)

    def __call__(self, values: Mapping[str, Cells[Any]]) -> bool:
        """Whether all that holds at these values of what is given."""
        results = self._run(values)
        if not all(abs(value) < _LARGE for cells in results.values() for value in cells.values()):
            return False
        if self._watched is None:
            return True
        self._kinks.start()
        self._watched.run(values)
        return self._kinks.nearest >= self._kinks.margin


def _may_branch(program: Program, expr: Expr) -> bool:
    """Whether the expression itself decides by comparing values that depend on inputs."""
    match expr:
        case Call(function):
            return function in FUNCTIONS and FUNCTIONS[function].kinked
        case Reduce(op):
            return op != "sum"
        case Indicator(_, left, right):
            integers = integer_names(program)
            return not (is_exact(left, integers) and is_exact(right, integers))
    return False


class _Kinks:
    """An observer that notes how near a run came to a kink, and how many there were."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew, for another run."""
        self.nearest = math.inf
        self._count = 0

    @property
    def margin(self) -> float:
        """How far away the nearest kink should be; with so many of them, a random point is with good chance."""
        return max(_LEAST_MARGIN, min(_MARGIN, 0.25 / max(self._count, 1)))

    def read(self, tensor: str, cell: Cell) -> None:
        """Reads do not matter."""

    def write(self, tensor: str, cell: Cell) -> None:
        """Writes do not matter."""

    def branch(self, kind: str, values: Sequence[float]) -> None:
        """Note how far these values are from where the branch would change."""
        if kind in FUNCTIONS and not FUNCTIONS[kind].kinked:
            return
        if not all(map(math.isfinite, values)):
            self.nearest = 0.0
            return
        tie = _TIE * (1 + abs(values[0]))
        for gap in _gaps(kind, values):
            self._count += 1
            if gap > tie or _is_tied_maximum(kind, values):
                self.nearest = min(self.nearest, gap)


def _is_tied_maximum(kind: str, values: Sequence[float]) -> bool:
    """Whether a maximum or minimum is attained twice, where it has no derivative.

    Ties at 0 are left out: they are those of zeros that padding or relu make, through which no
    derivative passes.
    """
    return kind in ("max", "min") and (max(values) if kind == "max" else min(values)) != 0


def _gaps(kind: str, values: Sequence[float]) -> Iterator[float]:
    if kind in ("max", "min"):
        first, second = sorted(values, reverse=kind == "max")[:2] if len(values) > 1 else (values[0], math.inf)
        yield abs(first - second)
    elif kind in COMPARISONS:
        yield abs(values[0] - values[1])
    elif kind in FUNCTIONS:
        yield abs(values[0])
