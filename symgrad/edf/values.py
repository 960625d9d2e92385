"""The objects of a computation: each has a value and, after a backward pass, a gradient of the same shape."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from symgrad.edf.nodes import Node

_numbers = count()
_NAMING = 'x = edf.Input("x"), then x.value = array; or edf.Param(array, "W")'


class Value:
    """An object with a value and a gradient.

    Attributes:
        name: what it is called in messages.
        inputs: the values that it is computed from; none for inputs, parameters and constants.
        node: the call of a component that computes it, or None.
        differentiable: whether a gradient is taken with respect to it.
        number: counts values in the order in which they were made.
    """

    kind = "value"

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise UsageError(f"the name of an object is text, not a {type(name).__name__}", hint=_NAMING)
        self.name = name
        self.number = next(_numbers)
        self.node: Node | None = None
        self.differentiable = True
        self.batched: bool | None = None  # whether it has a batch axis, where that is known
        self._value: NDArray[Any] | None = None
        self._grad: NDArray[Any] | None = None
        self._swept = False

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The values that this one is computed from."""
        return () if self.node is None else self.node.inputs

    @property
    def value(self) -> NDArray[Any]:
        """The array that it holds. Raises UsageError where it holds none yet."""
        if self._value is None:
            raise UsageError(f"{self.name} has no value yet", hint=self._remedy())
        return self._value

    @value.setter
    def value(self, data: ArrayLike) -> None:
        self._set(as_array(data, self.name))

    @property
    def grad(self) -> NDArray[Any]:
        """The gradient, of the value's shape: zero where the loss does not depend on it.

        Raises UsageError before the first backward pass.
        """
        if not self._swept:
            raise UsageError(f"{self.name} has no gradient yet", hint="run backward() of a model that it is part of")
        if self._grad is None:
            self._grad = np.zeros(self.value.shape, _gradient_type(self.value))
        return self._grad

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    def forget_gradient(self) -> None:
        """Begin a backward pass: nothing is added up yet."""
        self._grad, self._swept = None, True

    def gradient_so_far(self) -> NDArray[Any] | None:
        """What was added up in this backward pass, None where it is nothing."""
        return self._grad

    def add_gradient(self, amount: NDArray[Any]) -> None:
        """Add to the gradient, in a backward pass."""
        amount = amount.astype(_gradient_type(self.value), copy=False)
        self._grad = amount if self._grad is None else self._grad + amount

    def divide_gradient(self, by: int) -> None:
        """Divide the gradient by a number."""
        if self._grad is not None and by != 1:
            self._grad = self._grad / self._grad.dtype.type(by)

    def _set(self, array: NDArray[Any]) -> None:
        self._value = array
        self._grad, self._swept = None, False

    def _remedy(self) -> str:
        return f"set it: {self.name}.value = array"

    def __repr__(self) -> str:
        if self._value is None:
            return f"<{self.kind} {self.name}, without a value yet>"
        return f"<{self.kind} {self.name} of shape {self._value.shape}>"


class Input(Value):
    """What is given from outside: set its value before each forward pass."""

    kind = "input"

    def __init__(self, name: str = "input") -> None:
        super().__init__(name)


class Param(Value):
    """A parameter: it starts at a given value and is changed by updates."""

    kind = "parameter"

    def __init__(self, start: ArrayLike, name: str = "parameter") -> None:
        super().__init__(name)
        self.value = start

    def _set(self, array: NDArray[Any]) -> None:
        kept = self._grad, self._swept  # an update leaves the gradient to be looked at
        same = self._value is not None and self._value.shape == array.shape
        super()._set(array.astype(_gradient_type(array)))  # a copy, of real numbers
        if same:
            self._grad, self._swept = kept


class Constant(Value):
    """A value that stays as it is; no gradient is taken with respect to it.

    `plain` says that it is one of Python's own numbers, which takes on the precision of what it meets.
    """

    kind = "constant"

    def __init__(self, data: ArrayLike, name: str = "constant") -> None:
        super().__init__(name)
        self.differentiable = False
        self.plain = isinstance(data, int | float) and not isinstance(data, np.generic)
        self._value = as_array(data, name)

    @property
    def grad(self) -> NDArray[Any]:
        """There is none: raises UsageError."""
        raise UsageError(f"{self.name} is a constant: no gradient is taken", hint="make it an Input if you want one")

    def _set(self, array: NDArray[Any]) -> None:
        raise UsageError(f"{self.name} is a constant: its value stays", hint="make it an Input if it is to change")


class Computed(Value):
    """What a component computes."""

    def _set(self, array: NDArray[Any]) -> None:
        raise UsageError(f"{self.name} is computed, so its value cannot be set", hint="set the inputs of its model")

    def hold(self, array: NDArray[Any], batched: bool) -> None:
        """Take the value that a forward pass computed."""
        self._value, self.batched = array, batched
        self._grad, self._swept = None, False

    def _remedy(self) -> str:
        return f"run forward() of a model that computes it: edf.Model({self.name}).forward()"

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, computed by {self.node}>"


class Values(tuple[Value, ...]):
    """Several values with names: the parameters of a component, or what one computes.

    They are got by place (`H[0]`), by name (`H["h_new"]`) or, where the name allows, as attributes (`H.h_new`).
    """

    names: tuple[str, ...]

    def __new__(cls, names: Iterable[str], values: Iterable[Value]) -> Values:
        """The values, each with its name."""
        made = super().__new__(cls, values)
        made.names = tuple(names)
        return made

    def __getitem__(self, key: Any) -> Any:
        """By place or slice as of a tuple, or by name."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self.names:
            raise UsageError(f"there is no {key} here", hint=f"there are: {', '.join(self.names)}")
        return self[self.names.index(key)]

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__") or name not in self.names:
            raise AttributeError(f"there is no {name} here; there are: {', '.join(self.names)}")
        return self[self.names.index(name)]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {value!r}" for name, value in zip(self.names, self, strict=True))


def as_array(data: ArrayLike, name: str) -> NDArray[Any]:
    """Data as a new array of real numbers: whole, float32 or float64. Raises UsageError for anything else.

    It is a copy: a backward pass must not meet other values than the forward pass did.
    """
    try:
        array = np.array(data)
    except ValueError:
        raise UsageError(f"the rows given for {name} differ in length") from None
    if array.dtype.kind not in "biuf":
        what = "complex numbers" if array.dtype.kind == "c" else f"of type {array.dtype}"
        raise UsageError(f"the values given for {name} are {what}", hint="give an array of real numbers")
    if array.dtype.kind == "f" and array.dtype not in (np.float32, np.float64):
        return array.astype(float)
    return array


def _gradient_type(array: NDArray[Any]) -> Any:
    return array.dtype if array.dtype.kind == "f" else np.dtype(float)
