"""The points of nested loops as broadcast arrays, without points that the loops do not visit.

A grid has one array axis for each independent index. Indices whose ranges depend on one another
(`t2 <= t`) share an axis that lists the pairs that occur, so nothing is ever evaluated at a masked
point, and an axis that does not take part in a dependence stays a plain broadcast axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Track:
    """One axis of a grid: the values of its indices at each position, each an integer array of one axis."""

    values: Mapping[str, Array]
    length: int
    start: int | None = None  # the first value, where one index runs through consecutive values


@dataclass(frozen=True)
class Grid:
    """Points of loops: `fixed` indices have one value, the others vary along the tracks, one axis each."""

    fixed: Mapping[str, int]
    tracks: tuple[Track, ...] = ()

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.tracks)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The number of points along each axis."""
        return tuple(track.length for track in self.tracks)

    @cached_property
    def env(self) -> dict[str, Any]:
        """The value of each index: an integer, or an array that broadcasts over the grid."""
        env: dict[str, Any] = dict(self.fixed)
        for axis, track in enumerate(self.tracks):
            shape = [1] * self.rank
            shape[axis] = track.length
            for name, values in track.values.items():
                env[name] = values.reshape(shape)
        return env

    @cached_property
    def plain(self) -> dict[str, int]:
        """The axis of each index that has an axis to itself and runs through consecutive values."""
        return {
            name: axis for axis, track in enumerate(self.tracks) if track.start is not None for name in track.values
        }

    def with_range(self, name: str, low: Any, high: Any) -> Extension:
        """The grid with one more index, running from low to high at each point, both included.

        `low` and `high` are integers, or arrays over this grid where they depend on its indices.
        """
        involved = self._involved(low, high)
        if not involved:
            first, last = int(np.ravel(low)[0]), int(np.ravel(high)[0])
            values = np.arange(first, last + 1)
            track = Track({name: values}, len(values), first)
            return Extension(self, Grid(self.fixed, (*self.tracks, track)), (), None)
        lows, highs = self._along(low, involved), self._along(high, involved)
        counts = np.maximum(highs - lows + 1, 0)
        owner = np.repeat(np.arange(len(counts)), counts)
        offsets = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._merged(involved, owner, {name: lows[owner] + offsets})

    def where(self, mask: Any) -> Extension:
        """The points of the grid at which the mask, a boolean array over it, holds."""
        involved = self._involved(mask)
        return self._merged(involved, np.flatnonzero(self._along(mask, involved)), {})

    def _involved(self, *arrays: Any) -> tuple[int, ...]:
        """The axes along which one of the arrays varies."""
        shapes = [np.shape(array) for array in arrays]
        return tuple(axis for axis in range(self.rank) if any(len(s) > axis and s[axis] != 1 for s in shapes))

    def _along(self, array: Any, axes: tuple[int, ...]) -> Array:
        """The array's values at all points of some axes, flat; it must not vary along others."""
        ranked = np.reshape(array, np.shape(array) or (1,) * self.rank)
        others = tuple(axis for axis in range(self.rank) if axis not in axes)
        return np.broadcast_to(np.squeeze(ranked, others), [self.shape[axis] for axis in axes]).ravel()

    def _merged(self, axes: tuple[int, ...], owner: Array, added: Mapping[str, Array]) -> Extension:
        """The grid with some axes merged into a last one; `owner` says which of their points each position has."""
        positions = np.unravel_index(owner, [self.shape[axis] for axis in axes])
        values = {
            name: column[position]
            for axis, position in zip(axes, positions, strict=True)
            for name, column in self.tracks[axis].values.items()
        }
        kept = tuple(track for axis, track in enumerate(self.tracks) if axis not in axes)
        track = Track({**values, **added}, len(owner))
        return Extension(self, Grid(self.fixed, (*kept, track)), axes, owner)


@dataclass(frozen=True)
class Extension:
    """A grid made from another one, its last axis new; knows the way back.

    `merged` are the axes of `before` that the last axis of `grid` takes in, and `owner` the point
    of theirs, numbered row by row, that each of its positions belongs to, in ascending order.
    """

    before: Grid
    grid: Grid
    merged: tuple[int, ...]
    owner: Array | None

    def collapse(self, values: Any, combine: np.ufunc, start: Any) -> Array:
        """Values over `grid` combined along its last axis to values over `before`; `start` where there are none."""
        ranked = np.reshape(values, np.shape(values) or (1,) * self.grid.rank)
        length = self.grid.shape[-1]
        full = np.broadcast_to(ranked, (*ranked.shape[:-1], length))
        if self.owner is None:
            return np.asarray(combine.reduce(full, axis=-1, initial=start))
        lengths = [self.before.shape[axis] for axis in self.merged]
        moved = np.moveaxis(full, -1, 0)
        out = np.full((prod(lengths), *moved.shape[1:]), start, dtype=full.dtype)
        if length:
            present, starts = np.unique(self.owner, return_index=True)
            out[present] = combine.reduceat(moved, starts, axis=0)
        shaped = out.reshape(*lengths, *moved.shape[1:])
        return np.moveaxis(shaped, range(len(lengths)), self.merged)

    @property
    def leaves_gaps(self) -> bool:
        """Whether some point of `before` has no point in `grid`."""
        if self.owner is None:
            return self.grid.shape[-1] == 0
        return len(np.unique(self.owner)) < prod(self.before.shape[axis] for axis in self.merged)
