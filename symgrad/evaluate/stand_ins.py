"""Concrete functions that stand in for uninterpreted ones, so that programs with `function f(y, z)` have numbers.

A stand-in is a sum of sines of linear forms. It is smooth, its derivatives of every order are
exact, and it has no symmetry that a wrong derivative could hide behind. Its coefficients follow
from its name, so every run sees the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import pi
from random import Random
from typing import Any

from symgrad.language.program import Program

UserFunction = Callable[[Sequence[Any], tuple[int, ...]], Any]
"""An uninterpreted function's values: called with the arguments and the order of the derivative by each."""

_WAVES = 3


@dataclass(frozen=True)
class Wave:
    """amplitude * sin(frequencies . x + phase)"""

    amplitude: float
    frequencies: tuple[float, ...]
    phase: float


@dataclass(frozen=True)
class StandIn:
    """A sum of waves, evaluated with the sine of the kind of number it is given."""

    waves: tuple[Wave, ...]
    sine: Callable[[Any], Any]

    def __call__(self, args: Sequence[Any], orders: tuple[int, ...]) -> Any:
        """The value of the derivative of the given orders (none: of the function itself)."""
        total: Any = 0.0
        turn = sum(orders) * pi / 2  # each derivative of a sine is a sine a quarter turn ahead
        for wave in self.waves:
            factor, angle = wave.amplitude, wave.phase + turn
            for frequency, order in zip(wave.frequencies, orders, strict=False):
                factor *= frequency**order
            for frequency, arg in zip(wave.frequencies, args, strict=True):
                angle = angle + frequency * arg
            total = total + factor * self.sine(angle)
        return total


def stand_in(name: str, arity: int, sine: Callable[[Any], Any]) -> StandIn:
    """The function that stands in for an uninterpreted one of this name.

    >>> from math import sin
    >>> f = stand_in("f", 2, sin)
    >>> step = (f((0.3, 0.500001), ()) - f((0.3, 0.5), ())) / 1e-6
    >>> abs(step - f((0.3, 0.5), (0, 1))) < 1e-5
    True
    """
    draw = Random(f"{name}/{arity}")
    waves = []
    for _ in range(_WAVES):
        frequencies = tuple(draw.choice((-1, 1)) * draw.uniform(0.4, 1.1) for _ in range(arity))
        waves.append(Wave(draw.uniform(0.5, 1.5), frequencies, draw.uniform(0, 2 * pi)))
    return StandIn(tuple(waves), sine)


def concrete_functions(
    program: Program, sine: Callable[[Any], Any], given: Mapping[str, UserFunction] | None = None
) -> dict[str, UserFunction]:
    """A concrete function for each uninterpreted one of the program: the given one, else its stand-in."""
    made: dict[str, UserFunction] = {f.name: stand_in(f.name, len(f.parameters), sine) for f in program.functions}
    return {**made, **(given or {})}
