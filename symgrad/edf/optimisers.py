"""Ways to update parameters besides plain gradient descent, which is `Model.update`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symgrad.edf.values import Param
from symgrad.errors import UsageError


def as_rate(rate: float) -> float:
    """A rate as a plain float, which leaves single precision as it is. Raises UsageError for what is no number."""
    try:
        return float(rate)
    except (TypeError, ValueError):
        raise UsageError(f"a rate is a number, not {rate!r}") from None


class Momentum:
    """Gradient descent with a velocity: v <- momentum v + grad, parameter <- parameter - rate v.

    Source: Polyak, Some methods of speeding up the convergence of iteration methods, 1964.
    """

    def __init__(self, params: Sequence[Param], rate: float, momentum: float = 0.9) -> None:
        self.params = tuple(params)
        self.rate = as_rate(rate)
        self.momentum = momentum
        self._velocities: list[Any] = [np.zeros_like(param.value) for param in self.params]

    def update(self) -> None:
        """Move every parameter, once its gradient is there."""
        for at, param in enumerate(self.params):
            self._velocities[at] = self.momentum * self._velocities[at] + param.grad
            param.value = param.value - self.rate * self._velocities[at]


class Adam:
    """Steps of about the same length for every cell: the mean gradient over the root of the mean squared one.

    Both means are running ones that forget by the factors `keep` and `keep_squares`; early on they
    are divided by what they lack. Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015.
    """

    def __init__(
        self,
        params: Sequence[Param],
        rate: float = 1e-3,
        keep: float = 0.9,
        keep_squares: float = 0.999,
        least: float = 1e-8,
    ) -> None:
        self.params = tuple(params)
        self.rate = as_rate(rate)
        self.keep = keep
        self.keep_squares = keep_squares
        self.least = least
        self._steps = 0
        self._means: list[Any] = [np.zeros_like(param.value) for param in self.params]
        self._squares: list[Any] = [np.zeros_like(param.value) for param in self.params]

    def update(self) -> None:
        """Move every parameter, once its gradient is there."""
        self._steps += 1
        for at, param in enumerate(self.params):
            self._means[at] = self.keep * self._means[at] + (1 - self.keep) * param.grad
            self._squares[at] = self.keep_squares * self._squares[at] + (1 - self.keep_squares) * param.grad**2
            mean = self._means[at] / (1 - self.keep**self._steps)
            square = self._squares[at] / (1 - self.keep_squares**self._steps)
            param.value = param.value - self.rate * mean / (np.sqrt(square) + self.least)
