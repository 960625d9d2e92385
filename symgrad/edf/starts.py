"""Start values of parameters, from what a program does with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.errors import UsageError
from symgrad.evaluate.exact import expr_text, integer_names, shape_of, sizes_in
from symgrad.evaluate.sizes import apply_definitions
from symgrad.language.program import Index, Program, Ref, Tensor
from symgrad.language.walk import free_indices, values_read, walk_expr, walk_statements

_MOST = 1 << 28
"""Numbers of one parameter: 2 GB."""


def start_values(
    program: Program, params: Sequence[Tensor], sizes: Mapping[str, int], draw: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """A start value for each parameter; see `Component.params` for the rule.

    Raises UsageError for a size that is not given, or not known.
    """
    known = _checked(program, params, sizes)
    return {param.name: _start(program, param, shape_of(param, known), draw) for param in params}


def _checked(program: Program, params: Iterable[Tensor], sizes: Mapping[str, int]) -> dict[str, int]:
    known = dict(sizes)
    for name, value in known.items():
        if name not in program.size_named:
            raise UsageError(f"there is no size {name}", hint=f"the sizes are: {', '.join(program.size_named)}")
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
            raise UsageError(f"size {name} must be a positive whole number, not {value!r}")
    apply_definitions(program, known)
    for param in params:
        for axis in param.axes:
            lacking = sorted(sizes_in(axis.extent) - known.keys())
            if lacking:
                hint = f"give it, as in params({lacking[0]}=8)"
                message = f"the length of an axis of {param.name}, {expr_text(axis.extent)}, is not known"
                raise UsageError(message, hint=hint)
    return known


def _start(program: Program, param: Tensor, shape: tuple[int, ...], draw: np.random.Generator) -> NDArray[Any]:
    if prod(shape) > _MOST:
        raise UsageError(f"{param.name} would have {prod(shape):,} numbers", hint=f"at most {_MOST:,} are allowed")
    terms = max((_terms(ref, kept, shape, program) for ref, kept in _reads(program, param.name)), default=0)
    return draw.normal(size=shape) / sqrt(terms) if terms else np.zeros(shape)


def _reads(program: Program, name: str) -> Iterator[tuple[Ref, set[str]]]:
    """Every reading of a tensor, with the indices that are not summed over where it stands."""
    for _, statement in walk_statements(program.body):
        kept = {index for subscript in statement.target.subscripts for index in free_indices(subscript)}
        for part in walk_expr(statement.value):
            if isinstance(part, Ref) and part.name == name:
                yield part, kept


def _terms(ref: Ref, kept: set[str], shape: tuple[int, ...], program: Program) -> int:
    """How many cells of a tensor are summed up where it is read; 1 where labels look it up, 0 where nothing is."""
    if any(values_read(subscript) & integer_names(program) for subscript in ref.subscripts):
        return 1
    summed = [
        length
        for subscript, length in zip(ref.subscripts, shape, strict=True)
        if isinstance(subscript, Index) and subscript.name not in kept
    ]
    return prod(summed) if summed else 0
