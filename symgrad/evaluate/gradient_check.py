"""Checking a backward program on numbers: its gradients against derivatives taken of the forward program's values.

Two independent derivatives are taken of <upstream, outputs> by input cells. The complex step,
Im f(x + ih)/h, has no cancellation, so it is exact to rounding (Squire and Trapp, Using Complex
Variables to Estimate Derivatives of Real Functions, 1998). Central differences of plain floats
guard against a complex function that is wrong. Neither uses the table of derivatives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, Cells, cells_of, starts_at_zero
from symgrad.evaluate.exact import size_value
from symgrad.evaluate.gradient_report import Comparison, GradientReport
from symgrad.evaluate.intermediate import with_starts
from symgrad.evaluate.objective import Objective, Point, Shift, objective_at, seconds
from symgrad.evaluate.rounding import Rounded, finite_error, rounding_errors
from symgrad.evaluate.run import run_on_cells
from symgrad.evaluate.sample import sample
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import Program, Range, Role
from symgrad.language.ranges import ends

_COMPLEX_STEP, _CENTRAL_STEP = 1e-30, 1e-6
_LEAST_MAGNITUDE = 0.1  # gradients are added to start values near 1, whose rounding they share
_LONG, _TOO_LONG = 1.0, 3.0  # seconds, by rough costs, for a plan and for the shortest one
_SLACK = 4  # times the bound of the gradient's rounding error: the derivative that it is compared with has one too
_LEAST_SHARE = 3  # cells of each tensor, however many tensors there are
_BY_CENTRAL = 16  # cells of each tensor at most by central differences, where all are checked


def check_gradients(
    forward: Program,
    backward: Program,
    *,
    seed: int = 0,
    sizes: Mapping[str, int] | None = None,
    average: str | None = None,
    functions: Mapping[str, UserFunction] | None = None,
    cells: int = 64,
    method: str = "auto",
) -> GradientReport:
    """Compare the gradients that a backward program gives with numeric derivatives.

    Args:
        forward: the program that is differentiated.
        backward: a program over its adjoints `x.grad`: those of computed tensors that it is given
            are the upstream gradients; those of inputs, and of computed tensors that are among its
            outputs, are compared. It may be one made by `vjp` or one written by hand.
        seed: of the random point, upstream gradients and start values.
        sizes: sizes to use; small distinct ones are chosen for the others.
        average: the batch index by whose size the gradients of params are divided.
        functions: values of uninterpreted functions; smooth stand-ins by default.
        cells: about how many input cells to perturb in all. Where a tensor has more than its
            share, some of them are drawn, and one random direction through all is checked too.
        method: "interpret", "numpy", or "auto".

    Raises:
        UsageError: nothing to compare, a tensor of `backward` that `forward` does not have, or no
            values at which the forward program is defined.
    """
    forward = _joined(forward, backward)
    draw = Random(f"check {seed}")
    found = sample(forward, seed=seed, sizes=sizes, functions=functions)
    check = _Check(forward, backward, Point(forward, found.sizes, found.values, functions or {}), draw)
    point = check.point_to_shift()
    plans, faster = _plans(point, list(check.compared), cells, draw)
    method = faster if method == "auto" else method
    numeric = _derivatives(objective_at(point, check.upstream, method), plans)
    batch = _batch_size(forward, average, found.sizes)
    results = []
    for name, plan in plans.items():
        scale = 1 / batch if forward.tensor_named[name].role is Role.PARAM else 1.0
        magnitude = max(check.magnitude * scale, _LEAST_MAGNITUDE)
        comparison = _comparison(check.compared[name], plan, numeric[name], check.gradient(name), scale)
        result = comparison.result(magnitude)
        if not result.ok:  # rounding may be why: its bounds take long, and only here they can matter
            comparison.noise = check.noise(name, plan.directions)
            result = comparison.result(magnitude)
        results.append(result)
    return GradientReport(tuple(results), found.sizes, seed, method)


Central = tuple[float, float]
"""A derivative by central differences, and its doubt: what a step of twice the length changes."""

Direction = Mapping[Cell, float]


@dataclass(frozen=True)
class _Plan:
    """Along which directions to differentiate by a tensor of so many cells; by both methods along the first few."""

    cells: int
    directions: list[Direction]
    by_central: int

    @property
    def runs(self) -> int:
        """How often the forward program is run."""
        return len(self.directions) + 2 * self.by_central


def _plans(point: Point, names: Sequence[str], cells: int, draw: Random) -> tuple[dict[str, _Plan], str]:
    """A plan for each tensor, and the method that is faster: only one direction by each where more would take long."""
    for share in (max(_LEAST_SHARE, cells // len(names)), 0):
        plans = {name: _plan(list(point.values[name]), share, draw) for name in names}
        method, time = next(iter(seconds(point, sum(plan.runs for plan in plans.values())).items()))
        if time <= _LONG:
            return plans, method
    if time > _TOO_LONG:
        message = f"to check the gradients of {len(names)} tensors of such a program on numbers takes too long"
        raise UsageError(message, hint="differentiate by fewer tensors, or check the program in parts")
    return plans, method


def _plan(cells: list[Cell], share: int, draw: Random) -> _Plan:
    """Single cells, all or a share of them; where not all, a random direction through all comes first."""
    if len(cells) <= max(share, 1):
        return _Plan(len(cells), [{cell: 1.0} for cell in cells], min(len(cells), _BY_CENTRAL))
    everywhere: Direction = {cell: draw.choice((-1.0, 1.0)) for cell in cells}
    some: list[Direction] = [{cell: 1.0} for cell in draw.sample(cells, share)]
    return _Plan(len(cells), [everywhere, *some], 1 + share // 4)


@dataclass(frozen=True)
class _Derivatives:
    """Numeric derivatives by one tensor, along the directions of its plan."""

    by_complex_step: list[float]
    by_central_difference: list[Central]


def _derivatives(objective: Objective, plans: Mapping[str, _Plan]) -> dict[str, _Derivatives]:
    """Both kinds of derivatives, by all tensors together: many shifts at once cost little more than one."""
    every = [(name, direction) for name, plan in plans.items() for direction in plan.directions]
    few = [(name, direction) for name, plan in plans.items() for direction in plan.directions[: plan.by_central]]
    stepped = iter(objective.shifted([_moved(name, d, complex(0, _COMPLEX_STEP)) for name, d in every]))
    steps = (_CENTRAL_STEP, -_CENTRAL_STEP, 2 * _CENTRAL_STEP, -2 * _CENTRAL_STEP)
    values = (objective.shifted([_moved(name, d, step) for name, d in few]) for step in steps)
    central = iter([_central(*(complex(v).real for v in at)) for at in zip(*values, strict=True)])
    return {
        name: _Derivatives(
            [complex(next(stepped)).imag / _COMPLEX_STEP for _ in plan.directions],
            [next(central) for _ in range(plan.by_central)],
        )
        for name, plan in plans.items()
    }


def _central(above: float, below: float, far_above: float, far_below: float) -> Central:
    """The difference quotient, and how far that of twice the step is from it: three times its own error."""
    near = (above - below) / (2 * _CENTRAL_STEP)
    return near, abs(near - (far_above - far_below) / (4 * _CENTRAL_STEP))


def _moved(tensor: str, direction: Direction, step: complex) -> Shift:
    return tensor, {cell: length * step for cell, length in direction.items()}


def _comparison(
    adjoint: str, plan: _Plan, numeric: _Derivatives, gradient: Mapping[Cell, float], scale: float
) -> Comparison:
    """The numeric derivatives, times `scale`, beside the gradient's component along each direction."""
    comparison = Comparison(adjoint, plan.cells)
    components = [sum(length * gradient[cell] for cell, length in d.items()) for d in plan.directions]
    for direction, derivative, got in zip(plan.directions, numeric.by_complex_step, components, strict=True):
        place = next(iter(direction)) if len(direction) == 1 else None
        comparison.pairs.append((place, scale * derivative, got))
    for (derivative, doubt), got in zip(numeric.by_central_difference, components, strict=False):
        comparison.central.append((scale * derivative, got, scale * doubt))
    return comparison


def _joined(forward: Program, backward: Program) -> Program:
    """The forward program, together with the one that it needs itself where it is a derived one."""
    if forward.forward is not None and backward.forward is not None:
        return backward.forward
    return forward


def _batch_size(program: Program, average: str | None, sizes: Mapping[str, int]) -> int:
    if average is None:
        return 1
    if average not in program.index_named:
        raise UsageError(f"there is no index {average} to average over")
    low, high = ends(Range(average), program.index_named)
    return size_value(high, sizes) - size_value(low, sizes) + 1


class _Check:
    """One run of both programs at a point, and what is compared."""

    def __init__(self, forward: Program, backward: Program, point: Point, draw: Random) -> None:
        self.point = point
        adjoints = _adjoints(forward, backward)
        self.compared = _compared(forward, backward, adjoints)
        results = run_on_cells(forward, point.sizes, point.values, point.functions)
        self._forward, self._backward = forward, backward
        self._rounded: dict[str, Cells[Rounded]] | None = None
        self._start = {
            name: _draw(cells_of(backward.tensor_named[name], point.sizes), draw)
            for name in adjoints.values()
            if backward.tensor_named[name].role in (Role.INPUT, Role.ACCUMULATOR)
        }
        computed = {t.name for t in forward.tensors if starts_at_zero(t)}
        self.upstream = {base: self._start[a] for base, a in adjoints.items() if base in computed and a in self._start}
        self.magnitude = sum(abs(w * results[n][cell]) for n, ws in self.upstream.items() for cell, w in ws.items())
        self._end = run_on_cells(backward, point.sizes, self._values(backward, results), point.functions)

    def point_to_shift(self) -> Point:
        """The point, with the compared tensors that are computed starting at zeros that can be shifted."""
        forward, values = self.point.program, self.point.values
        computed = [name for name in self.compared if name not in values]
        zeros = {name: dict.fromkeys(cells_of(forward.tensor_named[name], self.point.sizes), 0.0) for name in computed}
        return replace(self.point, program=with_starts(forward, computed), values={**values, **zeros})

    def _values(self, backward: Program, results: Mapping[str, Cells[Any]]) -> dict[str, Cells[Any]]:
        """What the backward program is given: forward tensors, upstream gradients, start values."""
        values: dict[str, Cells[Any]] = {**results, **self._start}
        unknown = [t.name for t in backward.tensors if t.given and t.name not in values]
        if unknown:
            raise UsageError(f"the forward program has no tensor that gives the backward program {', '.join(unknown)}")
        return {t.name: values[t.name] for t in backward.tensors if t.given}

    def gradient(self, name: str) -> Cells[float]:
        """What the backward program added to the gradient of an input.

        Where the input is a slice of a computed tensor, the start value is upstream and belongs to it.
        """
        adjoint = self.compared[name]
        end = self._end[adjoint]
        if name in self.upstream or adjoint not in self._start:
            return end
        return {cell: value - self._start[adjoint][cell] for cell, value in end.items()}

    def noise(self, name: str, directions: Sequence[Direction]) -> list[float]:
        """How far from its value rounding may have led the gradient along each direction."""
        if self._rounded is None:
            point = self.point
            results = rounding_errors(self._forward, point.sizes, point.values, point.functions)
            given = self._values(self._backward, results)
            self._rounded = rounding_errors(self._backward, point.sizes, given, point.functions)
        cells = self._rounded[self.compared[name]]
        return [_SLACK * sum(abs(w) * finite_error(cells[cell]) for cell, w in d.items()) for d in directions]


def _adjoints(forward: Program, backward: Program) -> dict[str, str]:
    """The name of each forward tensor's gradient in the backward program, where it has one."""
    found = {}
    for tensor in backward.tensors:
        match = re.fullmatch(r"(.+)\.grad\d*", tensor.name)
        if match and match[1] in forward.tensor_named and tensor.name not in forward.tensor_named:
            found[match[1]] = tensor.name
    return found


def _compared(forward: Program, backward: Program, adjoints: Mapping[str, str]) -> dict[str, str]:
    """The tensors whose gradients are compared, and the names of these: inputs, and whatever else is an output."""
    computed = {base: a for base, a in adjoints.items() if backward.tensor_named[a].role is not Role.INPUT}
    if backward.outputs:
        wanted = {base: adjoint for base, adjoint in computed.items() if adjoint in backward.outputs}
    else:
        wanted = {base: adjoint for base, adjoint in computed.items() if forward.tensor_named[base].differentiable}
    if not wanted:
        raise UsageError("the backward program computes no gradient, so there is nothing to check")
    return wanted


def _draw(cells: Iterable[Cell], draw: Random) -> Cells[float]:
    return {cell: draw.choice((-1, 1)) * draw.uniform(0.3, 1.5) for cell in cells}
