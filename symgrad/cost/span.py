"""The depth of a program: how many operations must follow one another with processors enough for all others.

Statements go from top to bottom; each tensor has the longest path to any of its cells. A loop in which nothing reads
what it writes costs one turn; a loop with an order costs as many turns as it has, of the longest path from what a turn
takes over from earlier ones to what it leaves. Values are added up by a tree of additions (`tree`), one after the
other (`sequential`), or all in one step (`whole`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symgrad.cost.iterations import Iterations
from symgrad.cost.paths import SEQUENTIAL, START, SUMS, Path, inputs, joined, reduction, steps
from symgrad.cost.polynomials import Polynomial, number
from symgrad.language.affine import as_affine
from symgrad.language.dependence import carried_indices, has_internal_reads, node_reads, node_writes
from symgrad.language.program import Define, Expr, Index, Loop, Node, Program, Range, Reduce, Ref, Update
from symgrad.language.walk import written

ONE = number(1)


@dataclass(frozen=True)
class Span:
    """How many steps a program takes with processors enough; both numbers are upper bounds.

    Attributes:
        tree: with sums added up by trees, n values in log n steps (to base 2, rounded up).
        sequential: with sums added up one value after the other.
        whole: with each sum counted as one step, however many values it has.
    """

    tree: Polynomial
    sequential: Polynomial
    whole: Polynomial

    def __str__(self) -> str:
        return f"at most {self.tree} steps; {self.sequential} if sums are added up one term after the other"

    def to_json(self) -> dict[str, Any]:
        """The span for JSON."""
        return {
            "tree": self.tree.to_json(),
            "sequential": self.sequential.to_json(),
            "whole": self.whole.to_json(),
            "tree_order": str(self.tree.order()),
            "sequential_order": str(self.sequential.order()),
        }


def span(program: Program) -> Span:
    """The depth of a program as it is written, as polynomials in sizes and logarithms of sizes.

    A step is one operation on two values, or one call of a function. Where two paths are compared of which neither is
    longer for all sizes, the bound is no less than either and no more than both together.

    Raises UsageError for a loop of which no bound is known.

    >>> from symgrad.language.read import read_program
    >>> print(span(read_program("for b, j: Z[b] += exp(s[b, j])")))
    at most log J + 2 steps; J + 1 if sums are added up one term after the other
    """
    return Span(*(_Depth(program, sums).longest() for sums in SUMS))


@dataclass(frozen=True)
class _Turn:
    """A loop with an order that is being gone through: its range, and what is read and written in it."""

    marker: int
    range: Range
    carried: frozenset[str]


class _Depth:
    """Goes through a program from top to bottom and keeps the longest path to each tensor."""

    def __init__(self, program: Program, sums: str) -> None:
        self.program = program
        self.sums = sums
        self.counted = Iterations(program)
        self.paths: dict[str, Path] = {}
        self.turns: list[_Turn] = []
        self.ordered: frozenset[str] = frozenset()
        self.markers = START

    def longest(self) -> Polynomial:
        """The longest path to any tensor that the program writes."""
        self._nodes(self.program.body, ())
        return joined(self.paths.values()).lengths[START]

    def _nodes(self, nodes: Sequence[Node], around: tuple[Range, ...]) -> None:
        for node in nodes:
            match node:
                case Loop():
                    self._loop(node, around)
                case Update() | Define():
                    self._statement(node, around)

    def _loop(self, loop: Loop, around: tuple[Range, ...]) -> None:
        """A loop over several ranges: up to the first that carries something, all turns are at once."""
        if not around and not self.turns:
            self.ordered = carried_indices((loop,))
        ordered = has_internal_reads(loop)
        for at, r in enumerate(loop.ranges):
            if ordered and r.index in self.ordered:
                outer = around + loop.ranges[:at]
                rest = loop.ranges[at + 1 :]
                body = (replace(loop, ranges=rest),) if rest else loop.body
                self._turns(r, body, outer)
                return
        self._nodes(loop.body, around + loop.ranges)

    def _turns(self, r: Range, body: tuple[Node, ...], around: tuple[Range, ...]) -> None:
        """A loop whose turns follow one another."""
        self.markers += 1
        carried = frozenset(_carried(r.index, body))
        turn = _Turn(self.markers, r, carried)
        before = {name: self.paths.get(name, Path()) for name in written(body)}
        for name in carried:
            self.paths[name] = Path({**before[name].lengths, turn.marker: number(0)})
        self.turns.append(turn)
        self._nodes(body, around)
        self.turns.pop()
        count = self.counted.most(r, self._scope(around))
        entry = joined(before[name] for name in carried)
        onward = joined(self.paths[name] for name in carried)
        for name, earlier in before.items():
            path = self._after(self.paths[name], entry, onward, count, turn)
            if name not in carried and not _pinned(name, r.index, body):
                path = path.longer(reduction(count, self.sums))
            self.paths[name] = path.join(earlier)

    def _after(self, path: Path, entry: Path, onward: Path, count: Polynomial, turn: _Turn) -> Path:
        """The path when all turns are done.

        A chain that comes from before the loop goes through all turns but the last, each as long as the longest path
        from what a turn takes over to what it hands on, and through the last one. One that begins in a turn (at what
        is given) is handed on by that turn, and goes through one turn fewer.
        """
        last = path.lengths.get(turn.marker)
        kept = Path(_without(path, turn.marker))
        if last is None:
            return kept
        period = onward.lengths.get(turn.marker, number(0))
        through = period * (count - ONE) + last
        return joined(
            (
                kept,
                Path(_without(entry, turn.marker)).longer(through),
                Path(_without(onward, turn.marker)).longer(through - period),
            )
        )

    def _statement(self, statement: Update | Define, around: tuple[Range, ...]) -> None:
        target = statement.target
        value = self._value(statement.value, around)
        before = self._current(target)
        if isinstance(statement, Update):
            loose = self._loose(target, around)
            if self.sums == SEQUENTIAL:
                path = before.join(value).longer(loose)
            else:
                path = joined((before, value.longer(reduction(loose, self.sums)))).longer(ONE)
            self.paths[target.name] = path
        else:
            self.paths[target.name] = before.join(value)

    def _current(self, cell: Ref) -> Path:
        return self.paths.get(cell.name, Path())

    def _loose(self, target: Ref, around: tuple[Range, ...]) -> Polynomial:
        """How many values are added to one cell: the turns of loops that its subscripts do not tell apart."""
        turning = {turn.range.index for turn in self.turns}
        loose = {r.index: self.counted.most(r, around[:at]) for at, r in enumerate(around)}
        for subscript in target.subscripts:
            form = as_affine(subscript)
            named = [a.name for a in form.coefficients if isinstance(a, Index)] if form is not None else []
            held = [name for name in named if name in loose]
            if held and not (set(named) & turning and len(named) > 1):
                del loose[min(held, key=lambda name: loose[name])]
        total = ONE
        for count in loose.values():
            total *= count
        return total

    def _value(self, expr: Expr, around: tuple[Range, ...]) -> Path:
        """The path to the value of an expression."""
        if isinstance(expr, Ref):
            return joined([self._current(expr), *(self._value(part, around) for part in inputs(expr))])
        if isinstance(expr, Reduce):
            count = ONE
            for at, r in enumerate(expr.ranges):
                count *= self.counted.most(r, around + expr.ranges[:at])
            return self._value(expr.body, around + expr.ranges).longer(reduction(count, self.sums))
        return joined(self._value(part, around) for part in inputs(expr)).longer(number(steps(expr)))

    def _scope(self, around: tuple[Range, ...]) -> tuple[Range, ...]:
        return tuple(turn.range for turn in self.turns) + around


def _without(path: Path, marker: int) -> dict[int, Polynomial]:
    return {start: length for start, length in path.lengths.items() if start != marker}


def _carried(index: str, body: tuple[Node, ...]) -> set[str]:
    """The tensors of which a turn of the loop may read what earlier turns wrote."""
    targets: dict[str, list[Ref]] = {}
    for node in body:
        for target in node_writes(node):
            targets.setdefault(target.name, []).append(target)
    reads = [read.ref for node in body for read in node_reads(node) if read.ref.name in targets]
    return {ref.name for ref in reads if not all(_same_turn(ref, target, index) for target in targets[ref.name])}


def _same_turn(one: Ref, other: Ref, index: str) -> bool:
    """Whether both name the loop's index in one and the same way along some axis."""
    return any(
        left == right and _names(left, index) for left, right in zip(one.subscripts, other.subscripts, strict=False)
    )


def _pinned(name: str, index: str, body: tuple[Node, ...]) -> bool:
    """Whether every write to a tensor in the loop is to cells of the turn alone."""
    targets = [target for node in body for target in node_writes(node) if target.name == name]
    return all(any(_names(subscript, index) for subscript in target.subscripts) for target in targets)


def _names(subscript: Expr, index: str) -> bool:
    form = as_affine(subscript)
    return form is not None and Index(index) in form.coefficients
