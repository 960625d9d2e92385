"""Programs that are run many times: what has to be found out of shapes is found once, and the program compiled.

`evaluate` looks at everything anew at each call, which is right for one call and slow for a
thousand. A prepared program keeps one compiled form for each combination of shapes and types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.evaluate.given import as_arrays, check_given, check_labels, common_type
from symgrad.evaluate.sizes import infer_sizes
from symgrad.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from symgrad.evaluate.compiled import CompiledProgram

_KEPT = 64
"""Compiled forms that are kept at most; the one that was made first goes first."""


@dataclass(frozen=True)
class Bound:
    """A compiled program with values that fit it, and the sizes that these have."""

    compiled: CompiledProgram
    arrays: Mapping[str, NDArray[Any]]
    sizes: Mapping[str, int]

    def run(self) -> dict[str, NDArray[Any]]:
        """The values of all tensors, those that are given included."""
        return self.compiled.run(self.arrays)


class Prepared:
    """A program to be run many times; call it with values."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._forms: dict[Any, tuple[CompiledProgram, dict[str, int]]] = {}

    def __call__(self, values: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> dict[str, NDArray[Any]]:
        """Run the program and give the values of all its tensors, those that are given included.

        Args:
            values: an array for each tensor that the program is given; where it reads tensors of
                its forward program, these too: that program is not run. As for `evaluate` otherwise.
            sizes: the sizes that do not follow from the arrays' shapes.

        Raises:
            UsageError: as `evaluate`.
        """
        return self.bind(values, sizes).run()

    def bind(self, values: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> Bound:
        """The program compiled for these values, which are checked. Arguments and errors are those of a call."""
        known = self.program.tensor_named
        arrays = {name: array for name, array in as_arrays(self.program, values).items() if name in known}
        shapes = tuple((name, array.shape, array.dtype) for name, array in arrays.items())
        key = (shapes, tuple((sizes or {}).items()))
        if key not in self._forms:
            self._forms[key] = self._compile(arrays, sizes or {})
        compiled, found = self._forms[key]
        check_labels(self.program, arrays, found)
        return Bound(compiled, arrays, found)

    def _compile(
        self, arrays: Mapping[str, NDArray[Any]], sizes: Mapping[str, int]
    ) -> tuple[CompiledProgram, dict[str, int]]:
        from symgrad.evaluate.compiled import CompiledProgram

        check_given(self.program, arrays)
        found = infer_sizes(self.program, {name: array.shape for name, array in arrays.items()}, sizes)
        if len(self._forms) >= _KEPT:
            del self._forms[next(iter(self._forms))]
        return CompiledProgram(self.program, found, common_type(self.program, arrays)), found


def prepare(program: Program) -> Prepared:
    """A program ready to be run many times.

    >>> from symgrad.language.read import read_program
    >>> run = prepare(read_program("index i in N\\ninput x[i]\\nfor i: y[i] += x[i]^2"))
    >>> run({"x": [1.0, 2.0]})["y"], run({"x": [3.0]})["y"]
    (array([1., 4.]), array([9.]))
    """
    return Prepared(program)
