"""The batch axis: values with one and values without it meet in one component.

A tensor whose declaration has the batch index takes an array with that axis, one place for each
member of the batch, or an array without it. If all arrays come without it, they are a batch of
one, and the results lose that axis again. If some have it, an array without it is the same for
every member, and its gradient is the sum of what all members add.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.errors import UsageError
from symgrad.language.program import Tensor

Array = NDArray[Any]


@dataclass(frozen=True)
class Layout:
    """How the arrays of one tensor lie: the number of axes, and which of them is the batch's (None: none is)."""

    rank: int
    batch: int | None

    def lacks_batch(self, array: Array) -> bool:
        """Whether an array comes without the batch axis that it could have."""
        return self.batch is not None and array.ndim == self.rank - 1


def layout(tensor: Tensor, batch: str, *, given: bool) -> Layout:
    """The layout of a tensor's arrays; of its given slice where only that is given."""
    fixed = tensor.initial if given and tensor.initial else (None,) * len(tensor.axes)
    labels = [axis.label for axis, at in zip(tensor.axes, fixed, strict=True) if at is None]
    return Layout(len(labels), labels.index(batch) if labels.count(batch) == 1 else None)


@dataclass(frozen=True)
class Batch:
    """How many members there are (None: the arrays come without a batch axis), and which tensors lack the axis."""

    members: int | None
    lacking: frozenset[str]

    @property
    def count(self) -> int:
        """The number of members; a batch of one where there is no batch axis."""
        return 1 if self.members is None else self.members


def batch_of(layouts: Mapping[str, Layout], arrays: Mapping[str, Array]) -> Batch:
    """The batch that arrays make. Different lengths are left for the check of the shapes to find."""
    lacking = frozenset(name for name, array in arrays.items() if layouts[name].lacks_batch(array))
    counts = [
        arrays[name].shape[found.batch]
        for name, found in layouts.items()
        if found.batch is not None and arrays[name].ndim == found.rank
    ]
    return Batch(counts[0] if counts else None, lacking)


def widened(array: Array, found: Layout, count: int) -> Array:
    """An array without a batch axis as one that has it: the same for each member."""
    axis = _axis(found)
    one = np.expand_dims(array, axis)
    return one if count == 1 else np.broadcast_to(one, (*one.shape[:axis], count, *one.shape[axis + 1 :]))


def narrowed(array: Array, found: Layout) -> Array:
    """The sum over the batch axis, which goes."""
    axis = _axis(found)
    return array.reshape(array.shape[:axis] + array.shape[axis + 1 :]) if array.shape[axis] == 1 else array.sum(axis)


def _axis(found: Layout) -> int:
    if found.batch is None:
        raise ValueError("this tensor has no batch axis")
    return found.batch


def members_of(losses: Sequence[tuple[str, Array, Layout]]) -> int:
    """Over how many members losses are averaged. Each is a number, or one number for each member of one batch.

    Raises UsageError for what is no loss.
    """
    for name, array, found in losses:
        if array.ndim > (found.batch is not None) or found.rank > (found.batch is not None):
            message = f"{name} has shape {array.shape}, but a loss is a number, or one for each member of the batch"
            raise UsageError(message, hint='sum up each row first, as the component "total" does')
    if len({array.shape for _, array, _ in losses}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array, _ in losses)
        raise UsageError(f"the losses differ in shape: {shapes}", hint="all must be numbers, or all of one batch")
    return max((array.size for _, array, _ in losses), default=1)
