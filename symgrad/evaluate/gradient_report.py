"""What a numeric check of gradients found, and when a difference counts as an error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from symgrad.evaluate.cells import Cell

COMPLEX_TOLERANCE = 1e-6
CENTRAL_TOLERANCE = 1e-4

_COMPLEX_NOISE, _CENTRAL_NOISE = 1e-8, 1e-4  # of the objective's magnitude: below it a relative error says nothing
_OF_THE_LARGEST = 1e-3  # of the tensor's largest gradient: smaller ones are judged on this scale


@dataclass(frozen=True)
class GradientError:
    """How one gradient compares with numeric derivatives.

    Errors are the largest over the cells checked; a relative one is of the larger of the two values,
    or of a thousandth of the tensor's largest gradient where both are smaller. `worst` is the cell
    with the largest error by complex step, None for a random direction through all cells. Where a
    gradient `vanishes`, both derivatives are 0 in all cells checked: there is little that was checked.
    """

    name: str
    cells: int
    checked: int
    complex_absolute: float
    complex_relative: float
    central_absolute: float
    central_relative: float
    worst: Cell | None
    expected: float
    got: float
    ok: bool
    vanishes: bool

    def __str__(self) -> str:
        where = "a random direction" if self.worst is None else "[" + ", ".join(map(str, self.worst)) + "]"
        line = (
            f"{self.name}: {'ok' if self.ok else 'WRONG'}, {self.checked} of {self.cells} cells, relative and absolute "
            f"error {self.complex_relative:.1e}, {self.complex_absolute:.1e} by complex step, "
            f"{self.central_relative:.1e}, {self.central_absolute:.1e} by central differences"
        )
        if self.vanishes:
            return f"{self.name}: ok, {self.checked} of {self.cells} cells, all derivatives are 0"
        return line if self.ok else f"{line}; worst at {where}: {self.got:.9g}, expected {self.expected:.9g}"


@dataclass(frozen=True)
class GradientReport:
    """What a numeric check of a backward program found; true only if every gradient is right."""

    gradients: tuple[GradientError, ...]
    sizes: Mapping[str, int]
    seed: int
    method: str

    @property
    def ok(self) -> bool:
        """Whether every gradient agrees with both derivatives."""
        return all(gradient.ok for gradient in self.gradients)

    @property
    def largest_error(self) -> float:
        """The largest relative error by complex step."""
        return max(gradient.complex_relative for gradient in self.gradients)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes.items())
        return "\n".join([f"at {sizes or 'no sizes'}, seed {self.seed}:", *map(str, self.gradients)])


@dataclass
class Comparison:
    """The values compared for one gradient: of the derivative by complex step, or by central differences, and its own.

    With a derivative by central differences goes its doubt: it judges nothing that is less than that.
    The first of `pairs` is the cell, None for a random direction. `cells` is how many cells the gradient has.
    `noise` bounds what rounding may have made of the gradient along each direction, where that was asked for.
    """

    name: str
    cells: int
    pairs: list[tuple[Cell | None, float, float]] = field(default_factory=list)
    central: list[tuple[float, float, float]] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)

    def result(self, magnitude: float) -> GradientError:
        """The errors, where `magnitude` is that of the objective's terms, which bounds its rounding errors."""
        largest = max((abs(expected) for _, expected, _ in self.pairs), default=0.0)
        floor = max(_OF_THE_LARGEST * largest, 1e-300)
        near, far = max(floor, _COMPLEX_NOISE * magnitude), max(floor, _CENTRAL_NOISE * magnitude)
        noise = self.noise or [0.0] * len(self.pairs)
        judged = [
            _badness(e, g, max(near, n / COMPLEX_TOLERANCE)) for (_, e, g), n in zip(self.pairs, noise, strict=True)
        ]
        by_complex = max(judged)
        worst, expected, got = self.pairs[judged.index(by_complex)]
        by_central = max(
            _badness(e, g, max(far, max(doubt, n) / CENTRAL_TOLERANCE))
            for (e, g, doubt), n in zip(self.central, noise, strict=False)
        )
        return GradientError(
            name=self.name,
            cells=self.cells,
            checked=sum(place is not None for place, _, _ in self.pairs),
            complex_absolute=max(abs(e - g) for _, e, g in self.pairs),
            complex_relative=by_complex,
            central_absolute=max(abs(e - g) for e, g, _ in self.central),
            central_relative=by_central,
            worst=worst,
            expected=expected,
            got=got,
            ok=by_complex <= COMPLEX_TOLERANCE and by_central <= CENTRAL_TOLERANCE,
            vanishes=all(value == 0 for _, *values in self.pairs for value in values),
        )


def _badness(expected: float, got: float, floor: float) -> float:
    """The relative error; infinite where a value is no number."""
    if not all(map(math.isfinite, (expected, got, floor))):
        return math.inf
    return abs(expected - got) / max(abs(expected), abs(got), floor)
