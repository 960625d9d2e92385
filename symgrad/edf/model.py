"""A model: the graph that computes some values, run forward and backward, its parameters updated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from symgrad.edf.batches import Layout, members_of
from symgrad.edf.nodes import Node
from symgrad.edf.optimisers import as_rate
from symgrad.edf.values import Input, Param, Value
from symgrad.errors import UsageError

_SHOWN = 40  # lines of a graph


class Model:
    """The graph above some values.

    A value is made of values that were there before, so the order in which the components were
    called is one in which they can be computed, and a graph has no cycles.

    Attributes:
        outputs: the values that the model is made for, its losses if it is to be trained.
        nodes: the calls of components, in the order in which they were made.
        inputs, params: the inputs and the parameters that take part, in that order too.
        depth: the number of components on the longest way through the graph: how many steps a
            forward pass takes at least, whatever runs in parallel.
    """

    def __init__(self, *outputs: Value | Sequence[Value]) -> None:
        self.outputs = tuple(_flat(outputs))
        if not self.outputs:
            raise UsageError("a model is made for at least one value", hint="give its loss: edf.Model(loss)")
        values = _ancestors(self.outputs)
        self.values = tuple(sorted(values, key=lambda value: value.number))
        self.nodes = tuple(dict.fromkeys(value.node for value in self.values if value.node is not None))
        self.inputs = tuple(value for value in self.values if isinstance(value, Input))
        self.params = tuple(value for value in self.values if isinstance(value, Param))
        self.depth = _depth(self.nodes)

    def forward(self) -> None:
        """Compute all values, in order. Raises UsageError for an input without a value, and where shapes do not fit."""
        for node in self.nodes:
            node.forward()

    def backward(self, *losses: Value) -> None:
        """Compute the gradient of the sum of the losses with respect to all values; what they held before is gone.

        `x.grad` is the derivative of the sum over the batch, so that in it each member has the
        gradient of its own loss. The gradient of a parameter is divided by the number of members:
        it is the average over the batch.

        Args:
            losses: values of the model, by default all that it is made for. Each is a number, or
                one number for each member of the batch.

        Raises:
            UsageError: forward() has to be run before; or something is no loss.
        """
        chosen = losses or self.outputs
        known = set(map(id, self.values))
        for loss in chosen:
            if id(loss) not in known:
                raise UsageError(f"{loss.name} is not part of this model", hint="make a model for it: edf.Model(loss)")
        for node in self.nodes:
            node.saved()
        members = _members(chosen)
        for value in self.values:
            value.forget_gradient()
        for loss in chosen:
            loss.add_gradient(np.ones(loss.shape))
        for node in reversed(self.nodes):
            node.backward()
        for param in self.params:
            param.divide_gradient(members)

    @property
    def loss(self) -> float:
        """The sum of the outputs, averaged over the batch: what updates make smaller.

        Raises UsageError before a forward pass, and where an output is no loss.
        """
        members = _members(self.outputs)
        return float(sum(np.sum(output.value) for output in self.outputs)) / members

    def update(self, rate: float) -> None:
        """Gradient descent: move every parameter against its gradient, times the rate.

        Raises UsageError for a rate that is not finite.
        """
        if not np.isfinite(rate):
            raise UsageError(f"a rate of {rate} would leave no parameter a number", hint="give a finite rate, as 0.1")
        step = as_rate(rate)
        for param in self.params:
            param.value = param.value - step * param.grad

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        numbers = sum(param.value.size for param in self.params)
        parts = [_many(len(self.nodes), "component"), f"depth {self.depth}", _many(len(self.params), "parameter")]
        names = ", ".join(output.name for output in self.outputs)
        return f"<model of {names}: {', '.join(parts)} with {_many(numbers, 'number')}>"

    def _lines(self) -> Iterator[str]:
        """The graph as a list of calls, each value with a name of its own."""
        names = _distinct(self.values)
        for at, node in enumerate(self.nodes):
            if at == _SHOWN:
                yield f"... and {len(self.nodes) - at} more"
                return
            inputs = ", ".join(names[id(value)] for value in node.inputs)
            yield f"{', '.join(names[id(value)] for value in node.outputs)} = {node.component.name}({inputs})"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _members(losses: Sequence[Value]) -> int:
    return members_of([(loss.name, loss.value, _layout(loss)) for loss in losses])


def _layout(loss: Value) -> Layout:
    return Layout(loss.value.ndim, 0 if loss.value.ndim else None) if loss.node is None else loss.node.layout_of(loss)


def _flat(outputs: Iterable[Any]) -> Iterator[Value]:
    for output in outputs:
        if isinstance(output, Value):
            yield output
        elif isinstance(output, tuple | list):
            yield from _flat(output)
        else:
            raise UsageError(f"a model is made for values, not for something of type {type(output).__name__}")


def _ancestors(outputs: Sequence[Value]) -> list[Value]:
    """The values, and all that they are computed from."""
    found: dict[int, Value] = {}
    pending = list(outputs)
    while pending:
        value = pending.pop()
        if id(value) not in found:
            found[id(value)] = value
            pending += value.inputs
            pending += value.node.outputs if value.node else ()
    return list(found.values())


def _depth(nodes: Sequence[Node]) -> int:
    depths: dict[int, int] = {}
    for node in nodes:
        depths[id(node)] = 1 + max((depths[id(value.node)] for value in node.inputs if value.node), default=0)
    return max(depths.values(), default=0)


def _distinct(values: Sequence[Value]) -> dict[int, str]:
    """A name for each value: its own, with a number where several have that."""
    counts = Counter(value.name for value in values)
    seen: Counter[str] = Counter()
    names = {}
    for value in values:
        seen[value.name] += 1
        names[id(value)] = value.name if counts[value.name] == 1 else f"{value.name}#{seen[value.name]}"
    return names
