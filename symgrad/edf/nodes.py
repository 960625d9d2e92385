"""One call of a component: where values come in, and those that it computes. A graph is made of such nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symgrad.edf.batches import Batch, Layout, batch_of, narrowed, widened
from symgrad.edf.values import Computed, Constant, Value
from symgrad.errors import UsageError

if TYPE_CHECKING:
    from symgrad.edf.component import Component

Array = NDArray[Any]


class Node:
    """A component applied to values.

    Attributes:
        component: what is applied; `name` is its name.
        inputs: one value for each tensor that its program is given.
        outputs: the values that it computes.
    """

    def __init__(self, component: Component, inputs: tuple[Value, ...]) -> None:
        self.component = component
        self.name = component.name
        self._inputs = inputs
        self.outputs = tuple(self._output(name) for name in component.outputs)
        self._saved: _Saved | None = None

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The values that the component is applied to. They stay the same, so that graphs have no cycles."""
        return self._inputs

    def _output(self, name: str) -> Computed:
        value = Computed(name)
        value.node = self
        value.differentiable = bool(self._wanted())
        return value

    def _wanted(self) -> tuple[str, ...]:
        """The tensors that a gradient is passed on to."""
        slots = zip(self.component.slots, self.inputs, strict=True)
        return tuple(slot.name for slot, value in slots if slot.differentiable and value.differentiable)

    def forward(self) -> None:
        """Compute the outputs from the inputs."""
        component = self.component
        given = tuple(value.value for value in self.inputs)
        arrays = {slot.name: array for slot, array in zip(component.slots, self._as_precise(given), strict=True)}
        batch = batch_of(component.layouts, arrays)
        self._check_batch(batch)
        for name in batch.lacking:
            arrays[name] = widened(arrays[name], component.layouts[name], batch.count)
        try:
            bound = component.prepared.bind(arrays, component.sizes)
            tables = bound.run()
        except UsageError as error:
            raise UsageError(f"in {self}: {error.message}", error.place, self._shapes(error.hint)) from None
        self._saved = _Saved(given, tables, bound.sizes, batch)
        for name, value in zip(component.outputs, self.outputs, strict=True):
            found = component.result_layouts[name]
            batched = found.batch is not None and batch.members is not None
            lone = found.batch is not None and batch.members is None
            value.hold(narrowed(tables[name], found) if lone else tables[name], batched)

    def _as_precise(self, given: tuple[Array, ...]) -> Iterator[Array]:
        """The arrays, Python's own numbers in single precision where all else is."""
        plain = [isinstance(value, Constant) and value.plain for value in self.inputs]
        types = {array.dtype for array, own in zip(given, plain, strict=True) if array.dtype.kind == "f" and not own}
        single = types == {np.dtype(np.float32)}
        return (array.astype(np.float32) if own and single else array for array, own in zip(given, plain, strict=True))

    def _check_batch(self, batch: Batch) -> None:
        """Refuse a value that has a batch axis, and too few others, for one without a batch axis."""
        for slot, value in zip(self.component.slots, self.inputs, strict=True):
            if value.batched and slot.name in batch.lacking:
                axes = ", ".join(axis.label for axis in slot.axes)
                message = f"in {self}: {slot.name}[{axes}] is given {value.name} of shape {value.shape}, a batch"
                raise UsageError(message, hint="it has the batch axis already, so another axis is missing")

    def _shapes(self, hint: str) -> str:
        slots = zip(self.component.slots, self.inputs, strict=True)
        shapes = "the shapes are " + ", ".join(f"{slot.name} {value.shape}" for slot, value in slots)
        batch = "" if self.component.has_batch else f"its program has no batch index {self.component.batch}"
        return "; ".join(part for part in (hint, shapes, batch) if part)

    def backward(self) -> None:
        """Add to the gradients of the inputs what the gradients of the outputs pass on."""
        wanted, component = self._wanted(), self.component
        if not wanted or all(value.gradient_so_far() is None for value in self.outputs):
            return
        saved = self.saved()
        prepared, names = component.prepared_backward(wanted)
        upstream = {names[name]: self._upstream(name, saved) for name in component.outputs if name in names}
        known = prepared.program.tensor_named
        values = {name: array for name, array in saved.tables.items() if name in known} | upstream
        results = prepared(values, saved.sizes)
        for slot, value in zip(component.slots, self.inputs, strict=True):
            if slot.name in wanted:
                value.add_gradient(self._passed_on(slot.name, results[names[slot.name]], saved))

    def _upstream(self, name: str, saved: _Saved) -> Array:
        """The gradient of an output, in the shape that the program knows."""
        found, value = self.component.result_layouts[name], self.outputs[self.component.outputs.index(name)]
        grad = value.gradient_so_far()
        if grad is None:
            return np.zeros_like(saved.tables[name])
        return widened(grad, found, 1) if found.batch is not None and saved.batch.members is None else grad

    def _passed_on(self, name: str, result: Array, saved: _Saved) -> Array:
        """The gradient of an input, in the shape in which it was given."""
        result = self.component.given_part(name, result, saved.sizes)
        return narrowed(result, self.component.layouts[name]) if name in saved.batch.lacking else result

    def saved(self) -> _Saved:
        """What the forward pass left. Raises UsageError if there was none, or if an input changed since."""
        if self._saved is None:
            raise UsageError(f"{self} has not been computed yet", hint="run forward() before backward()")
        for value, array in zip(self.inputs, self._saved.given, strict=True):
            if value.value is not array:
                message = f"{value.name} has a new value since {self} was computed"
                raise UsageError(message, hint="run forward() again before backward()")
        return self._saved

    def layout_of(self, value: Value) -> Layout:
        """How the array of one of the outputs lies."""
        at = next(at for at, output in enumerate(self.outputs) if output is value)
        return self.component.result_layouts[self.component.outputs[at]]

    def __repr__(self) -> str:
        return f"{self.component.name}({', '.join(value.name for value in self.inputs)})"


class _Saved:
    """What a forward pass leaves for the backward pass: the arrays given, all tensors, their sizes, the batch."""

    def __init__(
        self, given: tuple[Array, ...], tables: Mapping[str, Array], sizes: Mapping[str, int], batch: Batch
    ) -> None:
        self.given = given
        self.tables = tables
        self.sizes = sizes
        self.batch = batch
