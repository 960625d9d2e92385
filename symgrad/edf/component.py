"""Components: programs that can be applied to values, with the backward programs that are derived from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symgrad.calculus import vjp
from symgrad.edf.batches import layout
from symgrad.edf.nodes import Node
from symgrad.edf.starts import start_values
from symgrad.edf.values import Constant, Param, Value, Values
from symgrad.errors import UsageError
from symgrad.evaluate import Prepared, prepare
from symgrad.evaluate.exact import size_value
from symgrad.language.dependence import output_names
from symgrad.language.program import Program, Role, Tensor
from symgrad.language.walk import written

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Component:
    """A program made to be applied to values.

    Attributes:
        name: what it is called in messages.
        program: the forward program.
        slots: the tensors that the program is given, in the order of their declarations.
        outputs: the names of the tensors that it is there to compute.
        batch: the name of the batch index; `has_batch` says whether the program has an index of this name.
    """

    def __init__(self, program: Program, name: str, batch: str = "b", sizes: Mapping[str, int] | None = None) -> None:
        self.name = name
        self.program = program
        self.batch = batch
        self.has_batch = batch in program.index_named
        self.sizes = dict(sizes or {})
        self.slots = tuple(_slots(program, name))
        self.outputs = _outputs(program, name)
        self.layouts = {slot.name: layout(slot, batch, given=True) for slot in self.slots}
        self.result_layouts = {n: layout(program.tensor_named[n], batch, given=False) for n in self.outputs}
        self.prepared = prepare(program)
        self._backward: dict[tuple[str, ...], tuple[Prepared, dict[str, str]]] = {}

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """Apply the component: nothing is computed yet, that is for a model's `forward` to do.

        Args:
            args: values for the slots in their order. Several values together (parameters as
                `params` makes them, what a component with several outputs gives, lists and
                tuples) take as many slots. Arrays and numbers become constants.
            named: values for the other slots, by name.

        Returns:
            The output's Value, or `Values` where there are several outputs.

        Raises:
            UsageError: too few or too many values, an unknown name, something that is no value.
        """
        node = Node(self, tuple(self._arranged(list(_spread(args)), named)))
        return node.outputs[0] if len(node.outputs) == 1 else Values(self.outputs, node.outputs)

    def _arranged(self, args: list[Any], named: Mapping[str, Any]) -> Iterator[Value]:
        names = [slot.name for slot in self.slots]
        if len(args) > len(names):
            raise UsageError(f"{self.name} takes {_counted(names)}, but {len(args)} are given", hint=str(self))
        given = dict(zip(names, args, strict=False))
        for name in named:
            if name not in names:
                near = get_close_matches(name, names, 1)
                hint = f"did you mean {near[0]}?" if near else str(self)
                raise UsageError(f"{self.name} has no {name} to be given", hint=hint)
            if name in given:
                raise UsageError(f"{name} of {self.name} is given twice, by place and by name", hint=str(self))
        given |= named
        lacking = [name for name in names if name not in given]
        if lacking:
            message = (
                f"{self.name} takes {_counted(names)}, but {len(given)} are given: {', '.join(lacking)} is missing"
            )
            raise UsageError(message, hint=str(self))
        return (as_value(given[name], f"{name} of {self.name}") for name in names)

    def params(self, seed: Any = 0, *, name: str = "", dtype: Any = float, **sizes: int) -> Values:
        """New parameters: one for each tensor that is declared `param`, at random start values.

        Args:
            seed: a number, or a NumPy generator to draw from.
            name: what messages call them together; then W is called `name.W`.
            dtype: float64 or float32.
            sizes: the sizes that the parameters' shapes have, by name.

        A parameter that stands under a sum of n terms starts at normal numbers of standard
        deviation 1/sqrt(n), so that the sum keeps its terms' scale; rows that labels look up
        start at standard deviation 1; all else starts at 0.

        Raises:
            UsageError: a size is unknown, or not given; no such seed or type.
        """
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise UsageError(f"parameters are of type float64 or float32, not {np.dtype(dtype)}")
        try:
            draw = np.random.default_rng(seed)
        except (TypeError, ValueError):
            raise UsageError(f"{seed!r} is no seed", hint="give a whole number, or np.random.default_rng(0)") from None
        wanted = [slot for slot in self.slots if slot.role is Role.PARAM]
        starts = start_values(self.program, wanted, {**self.sizes, **sizes}, draw)
        before = f"{name}." if name else ""
        return Values(starts, (Param(array.astype(dtype), before + own) for own, array in starts.items()))

    def backward(self, wrt: Sequence[str] | None = None) -> Program:
        """The derived backward program: it adds to the gradients of slots, of all by default."""
        wanted = tuple(slot.name for slot in self.slots if slot.differentiable) if wrt is None else tuple(wrt)
        return self.prepared_backward(wanted)[0].program

    def prepared_backward(self, wanted: tuple[str, ...]) -> tuple[Prepared, dict[str, str]]:
        """The backward program for some slots, ready to run, and what it calls each tensor's gradient."""
        if wanted not in self._backward:
            program = vjp(self.program, wrt=wanted)
            suffix = program.outputs[0].removeprefix(wanted[0])
            names = {name: name + suffix for name in (*self.outputs, *wanted) if name + suffix in program.tensor_named}
            self._backward[wanted] = (prepare(program), names)
        return self._backward[wanted]

    def given_part(self, name: str, array: NDArray[Any], sizes: Mapping[str, int]) -> NDArray[Any]:
        """The slice of a tensor's array that is given, where the rest is computed; else all of it."""
        initial = self.program.tensor_named[name].initial
        if initial is None:
            return array
        part: NDArray[Any] = array[tuple(slice(None) if at is None else size_value(at, sizes) for at in initial)]
        return part

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(slot.name for slot in self.slots)}) -> {', '.join(self.outputs)}"


def _slots(program: Program, name: str) -> Iterator[Tensor]:
    if program.functions:
        raise UsageError(f"{name} has a function without values: {program.functions[0].name}")
    for tensor in program.tensors:
        if tensor.role is Role.ACCUMULATOR and tensor.name in written(program.body):
            message = f"{tensor.name} of {name} is given and added to"
            raise UsageError(message, hint="a component computes new tensors: declare it an input and write another")
        if tensor.given:
            yield tensor


def _outputs(program: Program, name: str) -> tuple[str, ...]:
    found = output_names(program)
    if not found:
        raise UsageError(f"{name} computes nothing", hint="its program needs a statement")
    return found


def _spread(args: Sequence[Any]) -> Iterator[Any]:
    for arg in args:
        if isinstance(arg, tuple | list):
            yield from _spread(arg)
        else:
            yield arg


def _counted(names: Sequence[str]) -> str:
    return f"{len(names)} value{'s' * (len(names) != 1)} ({', '.join(names)})"


def as_value(thing: Any, name: str) -> Value:
    """A value as it is; an array or a number as a constant. Raises UsageError for anything else."""
    if isinstance(thing, Value):
        return thing
    if isinstance(thing, np.ndarray | np.generic | int | float):
        data: ArrayLike = thing
        return Constant(data, name)
    what = "None" if thing is None else f"something of type {type(thing).__name__}"
    raise UsageError(
        f"{name} is given {what}, which is no value",
        hint="give an Input, a Param, what a component computes, an array or a number",
    )
