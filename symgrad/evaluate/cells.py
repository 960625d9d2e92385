"""Tensors as plain Python: their cells in a dictionary, by subscripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Protocol, TypeVar

from symgrad.errors import UsageError
from symgrad.evaluate.exact import shape_of, size_value
from symgrad.language.program import Program, Ref, Role, Tensor
from symgrad.language.walk import walk_expr, walk_statements

N = TypeVar("N")

Cell = tuple[int, ...]
"""The subscripts of a cell; () for a scalar."""

Cells = dict[Cell, N]
"""The values of a tensor by their subscripts."""


class Observer(Protocol):
    """What wants to see a run: which cells it reads and writes, and where it branches."""

    def read(self, tensor: str, cell: Cell) -> None:
        """A cell was read."""

    def write(self, tensor: str, cell: Cell) -> None:
        """A cell was written."""

    def branch(self, kind: str, values: Sequence[Any]) -> None:
        """A function, a max or min over a range, or a comparison is about to be taken of these values."""


def cells_of(tensor: Tensor, sizes: Mapping[str, int]) -> Iterator[Cell]:
    """All cells of a tensor, the last subscript running fastest."""
    return product(*(range(extent) for extent in shape_of(tensor, sizes)))


def given_cells(tensor: Tensor, sizes: Mapping[str, int]) -> Iterator[Cell]:
    """The cells whose values, or start values, come from outside: all of a tensor, or those of its given slice."""
    if tensor.initial is None:
        return cells_of(tensor, sizes)
    runs: list[Sequence[int]] = [
        range(extent) if fixed is None else (size_value(fixed, sizes),)
        for fixed, extent in zip(tensor.initial, shape_of(tensor, sizes), strict=True)
    ]
    return product(*runs)


def given_shape(tensor: Tensor, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The shape in which a tensor's values are given: its own, or that of its given slice."""
    shape = shape_of(tensor, sizes)
    if tensor.initial is None:
        return shape
    return tuple(extent for extent, fixed in zip(shape, tensor.initial, strict=True) if fixed is None)


def starts_at_zero(tensor: Tensor) -> bool:
    """Whether cells that nobody gives a start value have one: zero."""
    return tensor.role in (Role.COMPUTED, Role.ACCUMULATOR)


def must_be_given(tensor: Tensor) -> bool:
    """Whether a run needs values of this tensor. An accumulator may be left out: it starts at zero then."""
    return tensor.initial is not None or not starts_at_zero(tensor)


def outside(ref: Ref, cell: Sequence[int], shape: Sequence[int]) -> UsageError:
    """The error of an access beyond a tensor's extents."""
    shown, extents = ", ".join(map(str, cell)), ", ".join(map(str, shape))
    return UsageError(
        f"{ref.name}[{shown}] is outside of {ref.name}, whose extents are {extents}",
        ref.place,
        "declare it `zero outside` if it is meant to be padded with zeros",
    )


def check_references(program: Program) -> None:
    """Raise UsageError where a statement names a tensor that is not declared, or with a wrong number of subscripts."""
    for _, statement in walk_statements(program.body):
        for part in (*walk_expr(statement.target), *walk_expr(statement.value)):
            if isinstance(part, Ref):
                declared(program, part)


def declared(program: Program, ref: Ref) -> Tensor:
    """The tensor that a reference names. Raises UsageError where there is none, or one with other axes."""
    tensor = program.tensor_named.get(ref.name)
    if tensor is None:
        raise UsageError(f"there is no tensor {ref.name}", ref.place)
    if len(ref.subscripts) != len(tensor.axes):
        count, wanted = len(ref.subscripts), len(tensor.axes)
        raise UsageError(f"{ref.name} has {wanted} axes, but {count} subscripts stand here", ref.place)
    return tensor
