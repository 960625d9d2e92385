"""Running a program on NumPy arrays: what a caller gives is checked, sizes are found, a way to run it is chosen."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cells, cells_of, given_cells, given_shape, starts_at_zero
from symgrad.evaluate.exact import shape_of
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.given import as_arrays, check_given, check_labels, common_type, missing
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import ComplexNumbers, Floats
from symgrad.evaluate.sizes import infer_sizes, known_sizes
from symgrad.evaluate.stand_ins import UserFunction
from symgrad.language.program import Program, Role, Tensor
from symgrad.language.walk import walk_statements

if TYPE_CHECKING:
    from numpy.typing import NDArray

METHODS = ("auto", "interpret", "numpy")

_LARGE = 300_000  # from this much work on NumPy's import is worth it, whatever comes after
_SMALL = 5000  # up to this much work the interpreter is done before NumPy's overhead is paid


def evaluate(
    program: Program,
    values: Mapping[str, Any],
    sizes: Mapping[str, int] | None = None,
    method: str = "auto",
    functions: Mapping[str, UserFunction] | None = None,
) -> dict[str, NDArray[Any]]:
    """Run a program and give the values of its computed tensors and accumulators.

    Args:
        program: any program. If it reads another one's tensors (`program.forward`), those may be
            given themselves, or the inputs of that program, which is then run first.
        values: an array, number or nested list for each given tensor by its name, of the tensor's
            shape; where only a slice is given (`input h[0, b, i]`), of that slice's shape.
            Accumulators may be left out and then start at zero.
        sizes: the sizes that do not follow from the arrays' shapes.
        method: "interpret" (cell by cell, exactly as written), "numpy", or "auto".
        functions: values of uninterpreted functions, called with the arguments and the order of
            the derivative by each; without it smooth stand-ins are used.

    Returns:
        One array for each computed tensor and accumulator. Their type is that of the inputs:
        float64 unless all are float32 or some are complex.

    Raises:
        UsageError: a tensor is missing, unknown or has the wrong shape, sizes contradict each
            other, a label is out of range, or a cell outside of a tensor is asked for.
    """
    if method not in METHODS:
        raise UsageError(f"there is no method {method!r}", hint="the methods are " + ", ".join(METHODS))
    return _evaluate(program, values, _Options(sizes or {}, method, functions or {}))


@dataclass(frozen=True)
class _Options:
    """How a caller wants a program run."""

    sizes: Mapping[str, int]
    method: str
    functions: Mapping[str, UserFunction]


def _evaluate(program: Program, values: Mapping[str, Any], options: _Options) -> dict[str, NDArray[Any]]:
    arrays = as_arrays(program, values)
    forward = program.forward
    if forward is not None:
        options = replace(options, sizes={**_forward_sizes(program, forward, arrays, options), **options.sizes})
        starts = {name for name, array in arrays.items() if _is_start(forward, name, array)}
        if missing(program, arrays.keys() - starts):
            arrays = {**_forward_values(program, forward, arrays, options), **_without(arrays, starts)}
    check_given(program, arrays)
    own = {name: array for name, array in arrays.items() if name in program.tensor_named}
    sizes = infer_sizes(program, {name: array.shape for name, array in own.items()}, options.sizes)
    check_labels(program, own, sizes)
    return _run(program, own, replace(options, sizes=sizes))


def _is_start(forward: Program, name: str, array: NDArray[Any]) -> bool:
    """Whether an array is not the values of a forward tensor, but what the forward program starts from.

    That is the given slice of a computed tensor, or the start value of one that is added to.
    """
    tensor = forward.tensor_named.get(name)
    if tensor is None:
        return False
    if tensor.initial is not None:
        return array.ndim == tensor.initial.count(None)
    return tensor.role is Role.ACCUMULATOR and any(s.target.name == name for _, s in walk_statements(forward.body))


def _forward_sizes(
    program: Program, forward: Program, arrays: Mapping[str, NDArray[Any]], options: _Options
) -> dict[str, int]:
    """The sizes that show in arrays which only the forward program needs."""
    only = {n: a.shape for n, a in arrays.items() if n in forward.tensor_named and n not in program.tensor_named}
    known = known_sizes(forward, only, {n: v for n, v in options.sizes.items() if n in forward.size_named})
    return {name: value for name, value in known.items() if name in program.size_named}


def _without(arrays: Mapping[str, NDArray[Any]], names: Container[str]) -> dict[str, NDArray[Any]]:
    return {name: array for name, array in arrays.items() if name not in names}


def _forward_values(
    program: Program, forward: Program, arrays: Mapping[str, NDArray[Any]], options: _Options
) -> dict[str, NDArray[Any]]:
    """What the forward program computes from those of the arrays that it is given."""
    given = {name: array for name, array in arrays.items() if name in forward.tensor_named}
    given = {name: array for name, array in given.items() if forward.tensor_named[name].given}
    lacking = missing(forward, given)
    if lacking and forward.forward is None:
        wanted = ", ".join(missing(program, arrays))
        hint = f"give {wanted}, or what they are computed from: {', '.join(lacking)}"
        raise UsageError(f"no values are given for {wanted}", hint=hint)
    return _evaluate(forward, given, options)


def _run(program: Program, arrays: Mapping[str, NDArray[Any]], options: _Options) -> dict[str, NDArray[Any]]:
    written = {statement.target.name for _, statement in walk_statements(program.body)}
    results = [tensor for tensor in program.tensors if starts_at_zero(tensor) or tensor.name in written]
    dtype, method = common_type(program, arrays), options.method
    if method == "auto":
        small = dtype.char in "dD" and Footprint(program, options.sizes).work() <= _SMALL
        method = "interpret" if small else "numpy"
    if method == "interpret":
        return _interpret(program, arrays, options, dtype, results)
    from symgrad.evaluate.vectorise import ArrayProgram

    tables = ArrayProgram(program, options.sizes, dtype, options.functions).run(arrays)
    return {tensor.name: tables[tensor.name] for tensor in results}


def _interpret(
    program: Program, arrays: Mapping[str, NDArray[Any]], options: _Options, dtype: Any, results: list[Tensor]
) -> dict[str, NDArray[Any]]:
    import numpy as np

    kind: Any = ComplexNumbers if dtype.kind == "c" else Floats
    sizes, cells = options.sizes, {}
    for name, array in arrays.items():
        tensor = program.tensor_named[name]
        kept = array if tensor.role is Role.INTEGER else array.astype(dtype)
        cells[name] = dict(zip(given_cells(tensor, sizes), kept.ravel().tolist(), strict=True))
    tables = Interpreter(program, sizes, kind(program, options.functions)).run(cells)
    arranged = {}
    for tensor in results:
        values = [tables[tensor.name][cell] for cell in cells_of(tensor, sizes)]
        arranged[tensor.name] = np.array(values, dtype).reshape(shape_of(tensor, sizes))
    return arranged


def to_array(tensor: Tensor, cells: Mapping[tuple[int, ...], Any], sizes: Mapping[str, int]) -> NDArray[Any]:
    """The given cells of a tensor as an array of the shape in which `evaluate` takes them."""
    import numpy as np

    return np.array([cells[cell] for cell in given_cells(tensor, sizes)]).reshape(given_shape(tensor, sizes))


def runner(
    program: Program, sizes: Mapping[str, int], functions: Mapping[str, UserFunction] | None = None
) -> Callable[[Mapping[str, Cells[Any]]], dict[str, Cells[Any]]]:
    """What gives all tensors' cells after a run on floats: the interpreter, or NumPy where that saves much time.

    It is made once for a program at given sizes, and called with the values of what is given.
    """
    if Footprint(program, sizes).work() <= _LARGE:
        return Interpreter(program, sizes, Floats(program, functions)).run
    from symgrad.evaluate.vectorise import ArrayProgram

    compiled = ArrayProgram(program, sizes, float, functions)

    def run(values: Mapping[str, Cells[Any]]) -> dict[str, Cells[Any]]:
        arrays = {name: to_array(program.tensor_named[name], cells, sizes) for name, cells in values.items()}
        tables = compiled.run(arrays)
        return {
            tensor.name: dict(zip(cells_of(tensor, sizes), tables[tensor.name].ravel().tolist(), strict=True))
            for tensor in program.tensors
        }

    return run


def run_on_cells(
    program: Program,
    sizes: Mapping[str, int],
    values: Mapping[str, Cells[Any]],
    functions: Mapping[str, UserFunction] | None = None,
) -> dict[str, Cells[Any]]:
    """All tensors' cells after a run on floats."""
    return runner(program, sizes, functions)(values)
