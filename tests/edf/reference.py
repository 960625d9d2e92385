"""Losses of a graph computed once more, on complex numbers, and their derivatives by a complex step.

Nothing of the framework is used but the list of nodes: each component's program is run by itself, for
one member of the batch after the other, so that the batch axis is handled in another way.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from typing import Any

import numpy as np

from symgrad import edf
from symgrad.evaluate import Prepared, prepare
from symgrad.language.program import Program

STEP = 1e-30

Data = Mapping[edf.Value, Any]


@cache
def prepared(program: Program) -> Prepared:
    """A program that is run many times."""
    return prepare(program)


def loss_of(model: edf.Model, data: Data, batched: Container[edf.Value], members: int | None) -> complex:
    """The sum of the model's outputs over all members; `batched` are the leaves that have a batch axis, their first."""
    if members is None:
        return _member(model, data)
    return sum(
        _member(model, {leaf: array[member] if leaf in batched else array for leaf, array in data.items()})
        for member in range(members)
    )


def _member(model: edf.Model, data: Data) -> complex:
    known = {leaf: np.asarray(array) for leaf, array in data.items()}
    known |= {value: value.value for value in model.values if isinstance(value, edf.Constant)}
    for node in model.nodes:
        program, batch = node.component.program, node.component.batch
        arrays = {}
        for slot, value in zip(node.component.slots, node.inputs, strict=True):
            at = [axis.label for axis in slot.axes].index(batch) if batch in {a.label for a in slot.axes} else None
            arrays[slot.name] = known[value] if at is None else np.expand_dims(known[value], at)
        results = prepared(program)(arrays, node.component.sizes)
        for name, value in zip(node.component.outputs, node.outputs, strict=True):
            labels = [axis.label for axis in program.tensor_named[name].axes]
            known[value] = np.squeeze(results[name], labels.index(batch)) if batch in labels else results[name]
    return complex(sum(known[output] for output in model.outputs))


def derivative(
    model: edf.Model, data: Data, batched: Container[edf.Value], members: int | None, leaf: edf.Value, direction: Any
) -> float:
    """The derivative of the sum of the losses in a direction of one leaf."""
    moved = {**data, leaf: data[leaf] + 1j * STEP * direction}
    return loss_of(model, moved, batched, members).imag / STEP


def gradient(
    model: edf.Model, data: Data, batched: Container[edf.Value], members: int | None, leaf: edf.Value
) -> np.ndarray:
    """The derivative of the sum of the losses by each cell of a leaf."""
    grad = np.zeros(np.shape(data[leaf]))
    for cell in np.ndindex(grad.shape):
        direction = np.zeros(grad.shape)
        direction[cell] = 1
        grad[cell] = derivative(model, data, batched, members, leaf, direction)
    return grad
