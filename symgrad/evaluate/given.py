"""What a caller gives to be run on: arrays of numbers, complete, and labels within their bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Number
from typing import TYPE_CHECKING, Any

from symgrad.errors import UsageError
from symgrad.evaluate.cells import must_be_given
from symgrad.evaluate.exact import size_value
from symgrad.language.program import Program, Role, Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_arrays(program: Program, values: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """The values as arrays of numbers, whole ones for integer tensors. Raises UsageError for what is none."""
    import numpy as np

    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise UsageError("values are given as a dictionary, by the tensors' names", hint="{'x': [1.0, 2.0]}")
    own, below = program.tensor_named, program.forward.tensor_named if program.forward else {}
    arrays = {}
    for name, value in values.items():
        tensor = own.get(name)
        if tensor is not None and tensor.role is Role.COMPUTED and tensor.initial is None:
            raise UsageError(f"{name} is computed by the program, so no values can be given for it")
        tensor = tensor or below.get(name)
        if tensor is None:
            near = _nearest(name, {**below, **own})
            hint = f"did you mean {near}?" if near else _needs(program)
            raise UsageError(f"the program has no tensor {name}", hint=hint)
        arrays[name] = _as_array(np, tensor, value)
    return arrays


def check_given(program: Program, given: Iterable[str]) -> None:
    """Raise UsageError where a tensor that the program needs is not among the given ones."""
    lacking = missing(program, given)
    if lacking:
        raise UsageError(f"no values are given for {', '.join(lacking)}", hint=_needs(program))


def _nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that someone may have meant."""
    from difflib import get_close_matches

    by_case = [other for other in known if other.casefold() == name.casefold()]
    return next(iter(by_case or get_close_matches(name, known, 1)), None)


def _as_array(np: Any, tensor: Tensor, value: Any) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.asarray(value)
    except ValueError:
        raise UsageError(f"the rows given for {tensor.name} differ in length") from None
    if array.dtype.kind == "O":
        array = _as_floats(np, array)
    if array.dtype.kind not in "biufc":
        raise UsageError(f"the values given for {tensor.name} are not numbers")
    if tensor.role is not Role.INTEGER:
        return array
    whole = array.astype(int, copy=False)
    if whole is not array and not np.array_equal(array, whole):
        raise UsageError(f"{tensor.name} is declared integer, but it is given values that are not whole numbers")
    return whole


def _as_floats(np: Any, array: NDArray[Any]) -> NDArray[Any]:
    """Python's own numbers (fractions, large integers) as float64; the array itself where some are none."""
    if not all(isinstance(value, Number) for value in array.flat):
        return array
    try:
        return np.asarray(array, dtype=float)  # type: ignore[no-any-return]
    except (OverflowError, TypeError, ValueError):
        return array


def missing(program: Program, given: Iterable[str]) -> list[str]:
    """The tensors that a run needs values of and that are not given."""
    have = set(given)
    return [tensor.name for tensor in program.tensors if must_be_given(tensor) and tensor.name not in have]


def _needs(program: Program) -> str:
    names = [tensor.name for tensor in program.tensors if must_be_given(tensor)]
    return f"it needs values for: {', '.join(names)}" if names else "it needs no values"


def check_labels(program: Program, arrays: Mapping[str, NDArray[Any]], sizes: Mapping[str, int]) -> None:
    """Check that integer tensors stay within their declared labels."""
    for tensor in program.tensors:
        if tensor.labels is None or tensor.name not in arrays or not arrays[tensor.name].size:
            continue
        low, high = (size_value(end, sizes) for end in tensor.labels)
        least, greatest = int(arrays[tensor.name].min()), int(arrays[tensor.name].max())
        if least < low or greatest > high:
            wrong = least if least < low else greatest
            raise UsageError(f"{tensor.name} holds {wrong}, but its values must lie in {low}..{high}")


def common_type(program: Program, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The type of the results: that of the real tensors given, where integers count as float64."""
    import numpy as np

    types = [a.dtype for name, a in arrays.items() if program.tensor_named[name].role is not Role.INTEGER]
    inexact = [dtype for dtype in types if dtype.kind in "fc"]
    return np.result_type(*inexact) if inexact else np.dtype(float)
