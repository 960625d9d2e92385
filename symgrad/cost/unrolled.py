"""A program gone through iteration by iteration at given sizes: its operations, and the longest chain of them.

This knows nothing of polynomials: it is what they are held against. Sums are added up by the best tree for the
moments at which their terms are known, so the depth is the least that any order of additions reaches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from symgrad.cost.paths import inputs, steps
from symgrad.cost.tally import ADD, COMPARE, DIVIDE, READ, WRITE, is_known, operands, own_operations
from symgrad.errors import UsageError
from symgrad.language.program import (
    Add,
    Call,
    Define,
    Expr,
    FloorDiv,
    Index,
    Inv,
    Loop,
    Mod,
    Mul,
    Neg,
    Node,
    Number,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    Update,
)
from symgrad.language.ranges import ends

MOST_VALUES = 30_000
"""Values that are looked at, at most."""

Cell = tuple[str, tuple[int, ...]]


@dataclass
class Unrolled:
    """What was done: the values of all sizes, how often each kind of operation, the longest chain of operations."""

    sizes: dict[str, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    depth: int = 0


def unrolled(program: Program, sizes: Mapping[str, int]) -> Unrolled:
    """The operations and the depth of a program at these sizes.

    Labels (cells of integer tensors) are taken to have their least values.

    Raises UsageError where that would take too long, or a size has no value.
    """
    walk = _Walk(program, sizes)
    walk.nodes(program.body, {})
    walk.found.depth = max((walk.read(cell) for cell in walk.cells), default=0)
    return walk.found


class _Walk:
    """Goes through the iterations, with the moments at which each cell's terms are known."""

    def __init__(self, program: Program, sizes: Mapping[str, int]) -> None:
        self.program = program
        self.sizes = dict(sizes)
        self.indices = program.index_named
        self.tensors = program.tensor_named
        if program.forward is not None:
            self.indices = {**program.forward.index_named, **self.indices}
            self.tensors = {**program.forward.tensor_named, **self.tensors}
        for declared in (program.forward.sizes if program.forward is not None else ()) + program.sizes:
            if declared.definition is not None:
                self.sizes[declared.name] = self.integer(declared.definition, {})
        self.cells: dict[Cell, list[int]] = {}
        self.found = Unrolled(self.sizes)
        self.left = MOST_VALUES

    def nodes(self, nodes: tuple[Node, ...], at: dict[str, int]) -> None:
        """Execute nodes with these values of the indices."""
        for node in nodes:
            match node:
                case Loop(ranges, body):
                    for inner in self.points(ranges, at):
                        self.nodes(body, inner)
                case Update(target, _, value):
                    moment = self.value(value, at)
                    self.found.done.update((ADD, READ, WRITE))
                    self.labels(target, at)
                    start = [0] if self.tensors[target.name].role is Role.ACCUMULATOR else []
                    self.cells.setdefault(self.cell(target, at), start).append(moment)
                case Define(target, value):
                    moment = self.value(value, at)
                    self.found.done.update((WRITE,))
                    self.labels(target, at)
                    self.cells[self.cell(target, at)] = [moment]

    def labels(self, target: Ref, at: dict[str, int]) -> None:
        """Read the labels that say which cell is written."""
        for part in operands(target):
            self.value(part, at)

    def points(self, ranges: tuple[Range, ...], at: dict[str, int]) -> Iterator[dict[str, int]]:
        """The values of the indices of nested loops."""
        if not ranges:
            yield at
            return
        r = ranges[0]
        low, high = (self.integer(end, at) for end in ends(r, self.indices))
        values = range(high, low - 1, -1) if r.descending else range(low, high + 1)
        for value in values:
            yield from self.points(ranges[1:], {**at, r.index: value})

    def value(self, expr: Expr, at: dict[str, int]) -> int:
        """The moment at which the value of an expression is known."""
        self.left -= 1
        if self.left < 0:
            raise UsageError("there are too many iterations to go through one by one", hint="take smaller sizes")
        if isinstance(expr, Index | Size | FloorDiv | Mod) or is_known(expr):
            return 0
        for kind, times in own_operations(expr):
            self.found.done[kind] += times
        if isinstance(expr, Reduce):
            moments = [self.value(expr.body, inner) for inner in self.points(expr.ranges, at)]
            self.found.done[ADD if expr.op == "sum" else COMPARE] += len(moments)
            return merged(moments)
        if isinstance(expr, Mul):
            self.found.done[DIVIDE] += sum(1 for arg in expr.args if isinstance(arg, Inv) and not is_known(arg))
        known = [self.value(part, at) for part in inputs(expr)]
        if isinstance(expr, Ref):
            known.append(self.read(self.cell(expr, at)))
        return max(known, default=0) + steps(expr)

    def read(self, cell: Cell) -> int:
        """The moment at which a cell is complete."""
        moments = self.cells.get(cell)
        if not moments:
            return 0
        self.cells[cell] = [merged(moments)]
        return self.cells[cell][0]

    def cell(self, ref: Ref, at: dict[str, int]) -> Cell:
        """The cell that a reference names."""
        return ref.name, tuple(self.integer(subscript, at) for subscript in ref.subscripts)

    def integer(self, expr: Expr, at: Mapping[str, int]) -> int:
        """The value of a subscript or of a range's end."""
        match expr:
            case Number(value) if value.denominator == 1:
                return int(value)
            case Index(name):
                return at[name]
            case Size(name):
                return self._size(name)
            case Neg(arg):
                return -self.integer(arg, at)
            case Add(args):
                return sum(self.integer(arg, at) for arg in args)
            case Mul(args):
                product = 1
                for arg in args:
                    product *= self.integer(arg, at)
                return product
            case FloorDiv(left, right):
                return self.integer(left, at) // self.integer(right, at)
            case Mod(left, right):
                return self.integer(left, at) % self.integer(right, at)
            case Call("max" | "min" as function, args):
                values = [self.integer(arg, at) for arg in args]
                return max(values) if function == "max" else min(values)
            case Ref(name):
                labels = self.tensors[name].labels
                return 0 if labels is None else self.integer(labels[0], at)
        raise UsageError("this is no whole number that can be computed", expr.place)

    def _size(self, name: str) -> int:
        if name not in self.sizes:
            raise UsageError(f"size {name} has no value", hint=f"give one, as in {{'{name}': 3}}")
        return self.sizes[name]


def merged(moments: list[int]) -> int:
    """When the sum of values is known that are known at these moments: the two that are known first are added first.

    >>> merged([0, 0, 0, 5])
    6
    """
    heap = list(moments)
    heapify(heap)
    while len(heap) > 1:
        heappop(heap)
        heappush(heap, heappop(heap) + 1)
    return heap[0] if heap else 0
