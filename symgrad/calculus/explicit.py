"""A Jacobian at chosen sizes, cell by cell, as a matrix of SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from symgrad.calculus.worked_jacobian import Jacobian, jacobian_steps
from symgrad.errors import UsageError
from symgrad.language.build import loop
from symgrad.language.program import Define, Index, Program, Range, Role, Tensor
from symgrad.language.walk import values_read, written

if TYPE_CHECKING:
    import sympy

MAX_CELLS = 400
"""The most cells of a matrix that is written out."""


def explicit_matrix(program: Program, sizes: Mapping[str, int], of: str, wrt: str) -> sympy.ImmutableMatrix:
    """The Jacobian d of / d wrt at these sizes, in terms of what the program computes as far as it is found there.

    Args:
        program: a complete program.
        sizes: a number for every size.
        of: the tensor that is differentiated.
        wrt: the tensor by whose cells.

    Returns:
        A row for each cell of `of` and a column for each cell of `wrt`, both in the order of their indices.

    Raises:
        UsageError: a size is missing or too large, or there is no such derivative.
    """
    return written_out(jacobian_steps(program, of, wrt), sizes)


def written_out(jacobian: Jacobian, sizes: Mapping[str, int]) -> sympy.ImmutableMatrix:
    """A Jacobian that was derived, cell by cell at these sizes; parameters and errors as `explicit_matrix`."""
    import sympy

    from symgrad.language.sympy_bridge import to_sympy

    program, cell = jacobian.program, jacobian.parts[-1].cell
    rows, columns = (prod(_extents(program, name, sizes)) for name in (jacobian.of, jacobian.wrt))
    if rows * columns > MAX_CELLS:
        raise UsageError(f"this matrix has more than {MAX_CELLS} cells", hint="choose smaller sizes")
    ranges = tuple(Range(s.name) for s in cell.subscripts if isinstance(s, Index))
    read = values_read(jacobian.value)
    given = tuple(t if t.given else Tensor(t.name, t.axes, Role.INPUT) for t in program.tensors if t.name in read)
    own = program.tensor_named[cell.name]
    only = replace(
        program,
        tensors=(*given, own),
        constraints=(),
        outputs=(own.name,),
        body=(loop(ranges, Define(cell, jacobian.value)),),
    )
    cells = to_sympy(only, sizes)
    return sympy.ImmutableMatrix(rows, columns, list(cells.values()))


def agrees(jacobian: Jacobian, matrix: sympy.ImmutableMatrix, sizes: Mapping[str, int]) -> bool:
    """Whether SymPy's own derivatives of the program, written out at these sizes, are the cells of the matrix."""
    import sympy

    from symgrad.language.sympy_bridge import cell, to_sympy

    program = jacobian.program
    forward = [name for name in written(program.body) if not name.startswith("∂")]
    values = to_sympy(program, sizes, of=sorted(forward))
    ys = [at for at in values if _base(at) == jacobian.of]
    columns = _cells(program, jacobian.wrt, sizes)
    return all(
        sympy.simplify(values[y].diff(cell(jacobian.wrt, *x)) - matrix[at, to].subs(values)) == 0
        for at, y in enumerate(ys)
        for to, x in enumerate(columns)
    )


def _base(cell: sympy.Expr) -> str:
    return str(getattr(cell, "base", cell))


def _cells(program: Program, name: str, sizes: Mapping[str, int]) -> list[tuple[int, ...]]:
    """The places of a tensor's cells at these sizes, row by row."""
    return list(product(*map(range, _extents(program, name, sizes))))


def _extents(program: Program, name: str, sizes: Mapping[str, int]) -> list[int]:
    """The extents of a tensor at these sizes."""
    from symgrad.language.sympy_bridge import to_sympy

    extents = [to_sympy(axis.extent, sizes) for axis in program.tensor_named[name].axes]
    missing = next((str(extent) for extent in extents if not extent.is_Integer), "")
    if missing:
        raise UsageError(f"there is no number for the size {missing}", hint="give a number for every size")
    return [int(extent) for extent in extents]
