"""The interpreter: runs a program exactly as it is written, cell by cell, over any kind of number.

A program is compiled once to nested Python functions; running it again with other values, or at
other sizes, is then cheap. Nothing here needs NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from symgrad.errors import UsageError
from symgrad.evaluate.cells import (
    Cell,
    Cells,
    Observer,
    cells_of,
    declared,
    must_be_given,
    outside,
    starts_at_zero,
)
from symgrad.evaluate.exact import TooLongError, shape_of
from symgrad.evaluate.expressions import Expressions
from symgrad.evaluate.numbers import Numbers
from symgrad.language.program import Define, Loop, Node, Program, Statement, Update

N = TypeVar("N")
Action = Callable[[dict[str, int]], None]


class Interpreter(Generic[N]):
    """A program with its sizes and a kind of number, ready to run.

    Args:
        program: any program; its order is kept.
        sizes: every size symbol's value, defined ones included (see `sizes.complete_sizes`).
        numbers: the kind of number.
        observer: told of every read, write and branch, where given.

    Raises UsageError where a statement names a tensor that is not declared, or with a wrong number of subscripts.
    """

    def __init__(
        self, program: Program, sizes: Mapping[str, int], numbers: Numbers[N], observer: Observer | None = None
    ) -> None:
        self.program = program
        self.sizes = sizes
        self._numbers = numbers
        self._observer = observer
        self._tables: dict[str, Cells[Any]] = {tensor.name: {} for tensor in program.tensors}
        self._compile()

    def _compile(self) -> None:
        self._zeros = self._at_zero()
        self.expressions = Expressions(self.program, self.sizes, self._numbers, self._tables, self._observer)
        self._actions = [self._node(node) for node in self.program.body]

    def _at_zero(self) -> dict[str, Cells[N]]:
        zero = self._numbers.from_rational(0)
        tensors = [t for t in self.program.tensors if starts_at_zero(t)]
        return {t.name: dict.fromkeys(cells_of(t, self.sizes), zero) for t in tensors}

    def resize(self, sizes: Mapping[str, int]) -> None:
        """Make it ready for other sizes, or for a kind of number that has changed.

        Raises UsageError where something has no value at these sizes.
        """
        self.sizes = sizes
        try:
            self._zeros = self._at_zero()
            self.expressions.resize(sizes)
        except TooLongError:
            self._compile()

    def run(self, values: Mapping[str, Mapping[Cell, Any]]) -> dict[str, Cells[N]]:
        """Run the program on the given tensors' cells; give all tensors' cells at the end.

        A tensor of which a slice is given takes just that slice's cells. Accumulators that are not
        given start at zero. Raises UsageError for a missing tensor and for a cell out of extent.
        """
        self.load(values)
        env: dict[str, int] = {}
        for action in self._actions:
            action(env)
        return {name: dict(table) for name, table in self._tables.items()}

    def load(self, values: Mapping[str, Mapping[Cell, Any]]) -> None:
        """Set every tensor to its start values, without running anything."""
        for name, table in self._tables.items():
            table.clear()
            table.update(self._zeros.get(name, {}))
            given = values.get(name)
            if given is not None:
                table.update(given)
            elif must_be_given(self.program.tensor_named[name]):
                raise UsageError(f"no values are given for {name}")

    def _node(self, node: Node) -> Action:
        match node:
            case Loop(ranges, body):
                action = _sequence([self._node(inner) for inner in body])
                for r in reversed(ranges):
                    action = _loop(r.index, self.expressions.values_of(r), action)
                return action
            case Update() | Define():
                return self._observed(node, self._statement(node))
        raise TypeError(f"not a node: {node!r}")

    def _statement(self, statement: Statement) -> Action:
        """The statement's effect. Its value is taken before the cell is looked at.

        A cell outside of a tensor that is zero outside stays zero: what is added to it is dropped,
        as the gradient of a padded read asks for. Any other cell must exist.
        """
        target, tensor = statement.target, declared(self.program, statement.target)
        table = self._tables[target.name]
        key, value = self.expressions.key(target), self.expressions.value(statement.value)
        combine, padded = self._combination(statement), tensor.zero_outside

        def run(env: dict[str, int]) -> None:
            cell, amount = key(env), value(env)
            if cell in table:
                table[cell] = combine(table[cell], amount)
            elif not padded:
                raise outside(target, cell, shape_of(tensor, self.sizes))

        return run

    def _combination(self, statement: Statement) -> Callable[[Any, Any], Any]:
        """What becomes of a cell's old value and the statement's."""
        if isinstance(statement, Define):
            return lambda old, amount: amount
        add, negate = self._numbers.add, self._numbers.negate
        return add if statement.sign > 0 else lambda old, amount: add(old, negate(amount))

    def _observed(self, statement: Statement, action: Action) -> Action:
        if self._observer is None:
            return action
        note, name, key = self._observer.write, statement.target.name, self.expressions.key(statement.target)

        def observed(env: dict[str, int]) -> None:
            action(env)
            note(name, key(env))

        return observed


def _sequence(actions: list[Action]) -> Action:
    if len(actions) == 1:
        return actions[0]

    def run(env: dict[str, int]) -> None:
        for action in actions:
            action(env)

    return run


def _loop(index: str, values: Callable[[dict[str, int]], Iterable[int]], action: Action) -> Action:
    def run(env: dict[str, int]) -> None:
        for value in values(env):
            env[index] = value
            action(env)

    return run
