"""The values of all functions of the language, from a few that every kind of number brings along.

A kind of number (floats, complex numbers, arrays of either) gives its base functions; what is made
of them is written here once. The forms are stable ones: nothing overflows or cancels that need not.
On complex numbers the kinked functions branch on the real part, so that a complex step passes
through them: f(x + ih) = f(x) + ih f'(x) on either side of the kink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

Unary = Callable[[Any], Any]

BASE_NAMES = (
    *("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
    *("asinh", "acosh", "atanh", "erf", "erfc", "erfi", "gamma", "loggamma", "digamma", "lambertw"),
)
"""The functions that each kind of number defines itself."""


@dataclass(frozen=True)
class Elementary:
    """What a kind of number brings along: its base functions, a choice, and the real part that choices look at."""

    base: Mapping[str, Unary]
    where: Callable[[Any, Any, Any], Any]
    real: Unary


def function_table(kind: Elementary) -> dict[str, Callable[..., Any]]:
    """Every function of the language on one kind of number, by its name."""
    return {**kind.base, **_kinked(kind), **_activations(kind), **_reciprocals(kind)}


def _kinked(kind: Elementary) -> dict[str, Callable[..., Any]]:
    """abs, relu, ...; at the kink itself relu and step are 0. What is not a number stays so."""
    where, real = kind.where, kind.real

    def sign(x: Any) -> Any:
        return where(real(x) > 0, 1.0, where(real(x) < 0, -1.0, real(x)))

    return {
        "abs": lambda x: where(real(x) < 0, -x, x),
        "sign": sign,
        "step": lambda x: where(real(x) > 0, 1.0, where(real(x) <= 0, 0.0, real(x))),
        "relu": lambda x: where(real(x) <= 0, 0.0, x),
        "max": lambda x, y: where(real(x) >= real(y), x, where(real(x) < real(y), y, x + y)),
        "min": lambda x, y: where(real(x) <= real(y), x, where(real(x) > real(y), y, x + y)),
    }


def _activations(kind: Elementary) -> dict[str, Callable[..., Any]]:
    """sigmoid and what is made of it. exp is taken of numbers with a negative real part only."""
    where, real, base = kind.where, kind.real, kind.base
    exp, log1p, erfc = base["exp"], base["log1p"], base["erfc"]

    def decay(x: Any) -> Any:
        return exp(where(real(x) < 0, x, -x))

    def sigmoid(x: Any) -> Any:
        small = decay(x)
        return where(real(x) < 0, small, 1.0) / (1 + small)

    def softplus(x: Any) -> Any:
        return where(real(x) < 0, 0.0, x) + log1p(decay(x))

    def gelu_tanh(x: Any) -> Any:  # (1 + tanh u)/2 = sigmoid(2 u), which does not cancel in the left tail
        return x * sigmoid(2 * sqrt(2 / pi) * (x + 0.044715 * x * x * x))

    return {
        "sigmoid": sigmoid,
        "softplus": softplus,
        "silu": lambda x: x * sigmoid(x),
        "gelu": lambda x: 0.5 * x * erfc(-x / sqrt(2)),  # x Phi(x), which does not cancel in the left tail
        "gelu_tanh": gelu_tanh,
    }


def _reciprocals(kind: Elementary) -> dict[str, Callable[..., Any]]:
    """1/tan and the like."""

    def one_over(name: str) -> Unary:
        function, where, real = kind.base[name], kind.where, kind.real

        def reciprocal(x: Any) -> Any:
            below = function(x)
            pole = real(below) == 0
            return where(pole, float("inf"), 1 / where(pole, 1.0, below))

        return reciprocal

    pairs = {"cot": "tan", "sec": "cos", "csc": "sin", "coth": "tanh", "sech": "cosh", "csch": "sinh"}
    return {name: one_over(below) for name, below in pairs.items()}
