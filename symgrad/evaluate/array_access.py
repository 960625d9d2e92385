"""Reading and writing a tensor's cells at all points of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symgrad.evaluate.cells import outside
from symgrad.evaluate.grid import Array, Grid
from symgrad.language.program import Index, Ref


@dataclass(frozen=True)
class Access:
    """A reference to a tensor and the array of its cells.

    `subscripts`, wherever they are asked for, are the values of the reference's subscripts over a
    grid: integers, or integer arrays that broadcast over it. An access outside of the extents is a
    UsageError; if the tensor is zero outside, reads give 0 there and what is written is dropped.
    """

    ref: Ref
    array: Array
    zero_outside: bool = False

    def read(self, grid: Grid, subscripts: Sequence[Any]) -> Any:
        """The cells' values over the grid; a view of the array where that is possible."""
        basic = self._basic(grid, subscripts)
        if basic is None:
            return self.read_at(subscripts)
        index, axes = basic
        found = self.array[index]
        if not axes:
            return found
        order = np.argsort(axes)
        return np.expand_dims(found.transpose(order), [axis for axis in range(grid.rank) if axis not in axes])

    def read_at(self, subscripts: Sequence[Any]) -> Any:
        """The cells' values at subscripts that broadcast against each other."""
        inside = self._inside(subscripts)
        if inside is None:
            return self.array[tuple(subscripts)]
        if not self.zero_outside:
            raise self._error(subscripts, inside)
        safe = [np.where(inside, subscript, 0) for subscript in subscripts]
        return np.where(inside, self.array[tuple(safe)], self.array.dtype.type(0))

    def add(self, grid: Grid, subscripts: Sequence[Any], amount: Any) -> None:
        """Add to the cells; a cell that several points mean gets the sum of theirs."""
        basic = self._basic(grid, subscripts)
        if basic is None:
            np.add.at(self.array, *self._written(subscripts, amount))
        else:
            index, axes = basic
            self.array[index] += self._arranged(amount, axes)

    def assign(self, grid: Grid, subscripts: Sequence[Any], amount: Any) -> None:
        """Overwrite the cells; no two points may mean one cell."""
        basic = self._basic(grid, subscripts)
        if basic is None:
            index, values = self._written(subscripts, amount)
            self.array[index] = values
        else:
            slices, axes = basic
            self.array[slices] = self._arranged(amount, axes)

    def _written(self, subscripts: Sequence[Any], amount: Any) -> tuple[tuple[Any, ...], Any]:
        """The index arrays and values of what is written inside the extents."""
        inside = self._inside(subscripts)
        if inside is None:
            return tuple(subscripts), amount
        if not self.zero_outside:
            raise self._error(subscripts, inside)
        *full, values, kept = np.broadcast_arrays(*subscripts, amount, inside)
        return tuple(part[kept] for part in full), values[kept]

    def _basic(self, grid: Grid, subscripts: Sequence[Any]) -> tuple[tuple[int | slice, ...], list[int]] | None:
        """The access as slices and numbers, with the grid's axis for each slice, if it is one."""
        index: list[int | slice] = []
        axes: list[int] = []
        for part, value, extent in zip(self.ref.subscripts, subscripts, self.array.shape, strict=True):
            axis = grid.plain.get(part.name) if isinstance(part, Index) else None
            if axis is not None and axis not in axes:
                track = grid.tracks[axis]
                start, stop = track.start or 0, (track.start or 0) + track.length
                if start < 0 or stop > extent:
                    return None
                index.append(slice(start, stop))
                axes.append(axis)
            elif np.ndim(value) == 0 and 0 <= value < extent:
                index.append(int(value))
            else:
                return None
        return tuple(index), axes

    @staticmethod
    def _arranged(amount: Any, axes: list[int]) -> Any:
        """Values over a grid with the tensor's axes only, in the tensor's order. Others must have length 1."""
        if np.ndim(amount) == 0:
            return amount
        order = [*axes, *(axis for axis in range(np.ndim(amount)) if axis not in axes)]
        moved = np.transpose(amount, order)
        return moved.reshape(moved.shape[: len(axes)])

    def _inside(self, subscripts: Sequence[Any]) -> Any:
        """Where the subscripts are within the extents; None if they are everywhere."""
        inside: Any = True
        for value, extent in zip(subscripts, self.array.shape, strict=True):
            inside = inside & (np.greater_equal(value, 0) & np.less(value, extent))
        return None if np.all(inside) else inside

    def _error(self, subscripts: Sequence[Any], inside: Any) -> Exception:
        full = np.broadcast_arrays(*subscripts, inside)
        first = tuple(np.argwhere(~full[-1])[0]) if np.ndim(inside) else ()
        return outside(self.ref, [int(values[first]) for values in full[:-1]], self.array.shape)
