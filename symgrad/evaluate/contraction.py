"""Sums of values over a grid's axes: of one array, or of a product that never stands in memory."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

_OPTIMISE_FROM = 1 << 14  # below this many cells, planning the contraction costs more than it saves


def sum_over(value: Any, shape: Sequence[int], axes: frozenset[int]) -> Any:
    """A value over a grid of the given shape, summed over some axes, which keep the length 1.

    Where the value does not vary along such an axis (length 1), it counts as often as the grid has points there.
    """
    if not axes:
        return value
    return contract([value], shape, axes)


def contract(factors: Sequence[Any], shape: Sequence[int], axes: frozenset[int]) -> Any:
    """The product of values over a grid, summed over some axes, which keep the length 1."""
    arrays = [factor for factor in factors if np.ndim(factor)]
    scale = prod((factor for factor in factors if not np.ndim(factor)), start=1)
    varying = [[axis for axis, length in enumerate(array.shape) if length != 1] for array in arrays]
    met = frozenset().union(*varying)
    scale = scale * prod(shape[axis] for axis in axes - met)
    if not arrays:
        return scale
    kept = sorted(met - axes)
    if len(arrays) == 1:
        (array,) = arrays
        total = array.sum(axis=tuple(axes & met), keepdims=True)
    else:
        total = _einsum(arrays, varying, kept).reshape(
            [shape[axis] if axis in kept else 1 for axis in range(len(shape))]
        )
    return total if isinstance(scale, int) and scale == 1 else total * scale


def _einsum(arrays: Sequence[Any], varying: Sequence[list[int]], kept: list[int]) -> Any:
    operands: list[Any] = []
    for array, axes in zip(arrays, varying, strict=True):
        operands += [array.reshape([array.shape[axis] for axis in axes]), axes]
    optimise = len(arrays) > 2 or sum(array.size for array in arrays) > _OPTIMISE_FROM
    return np.einsum(*operands, kept, optimize=optimise)
