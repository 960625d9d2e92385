"""Expressions and small instances of programs in SymPy; see `sympy_bridge.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import sympy

from symgrad.errors import UsageError
from symgrad.language.bridge.sympy_functions import IN_SYMPY
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Indicator,
    Inv,
    Loop,
    Mod,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    Statement,
    Tensor,
    Update,
)
from symgrad.language.ranges import ends
from symgrad.language.walk import walk_statements

MOST_STEPS = 2_000  # statements executed and terms reduced in one instance
_COMPARISONS = {"=": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
_REDUCTIONS = {"sum": sympy.Add, "max": sympy.Max, "min": sympy.Min}


def cell(name: str, subscripts: Sequence[sympy.Expr | int] = ()) -> sympy.Expr:
    """The symbol of a tensor's cell, or of a scalar; real."""
    if not subscripts:
        return sympy.Symbol(name, real=True)
    return sympy.IndexedBase(name, real=True)[tuple(subscripts)]


def symbolic(expr: Expr, sizes: Mapping[str, int], indices: Mapping[str, IndexDecl]) -> sympy.Expr:
    """The expression, its indices left as symbols."""
    return _Writer(sizes, indices).expr(expr)


def run_instance(
    program: Program, sizes: Mapping[str, int], of: Sequence[str] | None, integers: Mapping[str, Any]
) -> dict[sympy.Expr, sympy.Expr]:
    """Of each cell of the wanted tensors its value, by running the program on symbols."""
    instance = _Instance(program, _all_sizes(program, sizes), integers)
    instance.run(program.body)
    written = {statement.target.name for _, statement in walk_statements(program.body)}
    wanted = of or program.outputs or [tensor.name for tensor in program.tensors if tensor.name in written]
    unknown = [name for name in wanted if name not in program.tensor_named]
    if unknown:
        raise UsageError(f"the program has no tensor {unknown[0]}")
    return {cell(name, at): instance.value(name, at) for name in wanted for at in instance.positions(name)}


class _Writer:
    """Turns expressions into SymPy's. What an index, a cell or a reduction becomes can be overridden."""

    def __init__(self, sizes: Mapping[str, int], indices: Mapping[str, IndexDecl]) -> None:
        self.sizes = sizes
        self.indices = indices

    def expr(self, expr: Expr) -> sympy.Expr:
        """The expression in SymPy."""
        match expr:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Constant(name):
                return sympy.pi if name == "pi" else sympy.E
            case Index(name):
                return self.index(name)
            case Size(name):
                return self.size(name)
            case Ref(name, subscripts):
                return self.ref(name, tuple(map(self.expr, subscripts)))
            case Call():
                return self._call(expr)
            case Neg(arg):
                return -self.expr(arg)
            case Inv(arg):
                return 1 / self.expr(arg)
            case Add(args):
                return sympy.Add(*map(self.expr, args))
            case Mul(args):
                return sympy.Mul(*map(self.expr, args))
            case Pow(base, exponent):
                return self.expr(base) ** self.expr(exponent)
            case FloorDiv(left, right):
                return sympy.floor(self.expr(left) / self.expr(right))
            case Mod(left, right):
                return sympy.Mod(self.expr(left), self.expr(right))
            case Indicator(op, left, right):
                return _indicator(op, self.expr(left), self.expr(right))
            case Reduce():
                return self.reduce(expr)
        raise TypeError(f"not an expression: {expr!r}")

    def index(self, name: str) -> sympy.Expr:
        """An index as a value."""
        return sympy.Symbol(name, integer=True)

    def size(self, name: str) -> sympy.Expr:
        """A size: its number where that is given."""
        return (
            sympy.Integer(self.sizes[name]) if name in self.sizes else sympy.Symbol(name, integer=True, positive=True)
        )

    def ref(self, name: str, subscripts: tuple[sympy.Expr, ...]) -> sympy.Expr:
        """A tensor's cell."""
        return cell(name, subscripts)

    def reduce(self, reduction: Reduce) -> sympy.Expr:
        """A sum; SymPy has no other reduction over a symbolic range."""
        if reduction.op != "sum":
            raise UsageError(
                f"SymPy has no {reduction.op} over a symbolic range", hint="give a program and the sizes to take it at"
            )
        limits = [(self.index(r.index), *map(self.expr, ends(r, self.indices))) for r in reduction.ranges]
        return sympy.Sum(self.expr(reduction.body), *reversed(limits))  # SymPy's innermost sum comes first

    def _call(self, call: Call) -> sympy.Expr:
        args = [self.expr(arg) for arg in call.args]
        if call.function in IN_SYMPY:
            return IN_SYMPY[call.function](*args)
        function = sympy.Function(call.function, real=True)
        if not call.orders:
            return function(*args)
        points = [sympy.Dummy(f"xi_{n}", real=True) for n in range(1, len(args) + 1)]
        by = [(point, order) for point, order in zip(points, call.orders, strict=True) if order]
        return sympy.Subs(sympy.Derivative(function(*points), *by), points, args)


def _indicator(op: str, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    if op == "=" and left.is_integer and right.is_integer:
        return sympy.KroneckerDelta(left, right)
    return sympy.Piecewise((1, _COMPARISONS[op](left, right)), (0, True))


class _Instance(_Writer):
    """A program run at fixed sizes on symbolic inputs."""

    def __init__(self, program: Program, sizes: Mapping[str, int], integers: Mapping[str, Any]) -> None:
        super().__init__(sizes, program.index_named)
        self._program = program
        self._integers = integers
        self._at: dict[str, int] = {}  # the value of each index bound around what is evaluated
        self._cells: dict[tuple[str, tuple[int, ...]], sympy.Expr] = {}
        self._added: dict[tuple[str, tuple[int, ...]], list[sympy.Expr]] = {}  # not yet summed: that is slow
        self._steps = 0

    def run(self, body: tuple[Node, ...]) -> None:
        """Execute nodes from top to bottom."""
        for node in body:
            if isinstance(node, Loop):
                for _ in self._iterations(node.ranges):
                    self.run(node.body)
            elif isinstance(node, Statement):
                self._execute(node)

    def value(self, name: str, at: tuple[int, ...]) -> sympy.Expr:
        """A cell's present value: what was written, else what it starts at."""
        found = self._cells.get((name, at))
        value = self._start(self._program.tensor_named[name], at) if found is None else found
        if (name, at) in self._added:
            value = self._cells[name, at] = sympy.Add(value, *self._added.pop((name, at)))
        return value

    def positions(self, name: str) -> Iterator[tuple[int, ...]]:
        """The positions of all cells of a tensor."""
        return product(*map(range, self._shape(name)))

    def index(self, name: str) -> sympy.Expr:
        """The index's present value."""
        return sympy.Integer(self._at[name])

    def size(self, name: str) -> sympy.Expr:
        """The size's number."""
        if name not in self.sizes:
            raise UsageError(f"no number is given for the size {name}", hint=f"sizes={{{name!r}: 2, ...}}")
        return super().size(name)

    def ref(self, name: str, subscripts: tuple[sympy.Expr, ...]) -> sympy.Expr:
        """The present value of a cell; 0 outside a tensor that is zero there."""
        at = tuple(_whole_number(subscript, f"a subscript of {name}") for subscript in subscripts)
        inside = all(0 <= position < extent for position, extent in zip(at, self._shape(name), strict=True))
        if inside:
            return self.value(name, at)
        if self._program.tensor_named[name].zero_outside:
            return sympy.Integer(0)
        raise UsageError(f"{name}[{', '.join(map(str, at))}] is outside of {name} at these sizes")

    def reduce(self, reduction: Reduce) -> sympy.Expr:
        """The reduction, term by term."""
        terms = [self.expr(reduction.body) for _ in self._iterations(reduction.ranges)]
        if not terms and reduction.op != "sum":
            raise UsageError(f"a {reduction.op} over nothing at these sizes")
        return _REDUCTIONS[reduction.op](*terms)

    def _execute(self, statement: Statement) -> None:
        target = statement.target
        at = tuple(_whole_number(self.expr(s), f"a subscript of {target.name}") for s in target.subscripts)
        value = self.expr(statement.value)
        if isinstance(statement, Update):
            self._added.setdefault((target.name, at), []).append(statement.sign * value)
        else:
            self._added.pop((target.name, at), None)
            self._cells[target.name, at] = value

    def _iterations(self, ranges: tuple[Range, ...]) -> Iterator[None]:
        """Bind the ranges' indices to each combination of their values in turn."""
        if not ranges:
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise UsageError(f"more than {MOST_STEPS} steps at these sizes", hint="choose smaller sizes")
            yield
            return
        first, *rest = ranges
        low, high = (_whole_number(self.expr(end), f"an end of {first.index}") for end in ends(first, self.indices))
        outside = self._at.get(first.index)
        values = range(low, high + 1)
        for value in reversed(values) if first.descending else values:
            self._at[first.index] = value
            yield from self._iterations(tuple(rest))
        if outside is not None:
            self._at[first.index] = outside

    def _shape(self, name: str) -> tuple[int, ...]:
        axes = self._program.tensor_named[name].axes
        return tuple(_whole_number(self.expr(axis.extent), f"an extent of {name}") for axis in axes)

    def _start(self, tensor: Tensor, at: tuple[int, ...]) -> sympy.Expr:
        if tensor.name in self._integers:
            return _at(self._integers[tensor.name], at, tensor.name)
        if tensor.role is not Role.COMPUTED:
            return cell(tensor.name, at)
        if tensor.initial is None:
            return sympy.Integer(0)
        fixed = zip(tensor.initial, at, strict=True)
        is_given = all(wanted is None or self.expr(wanted) == position for wanted, position in fixed)
        return cell(tensor.name, at) if is_given else sympy.Integer(0)


def _at(values: Any, at: tuple[int, ...], name: str) -> sympy.Expr:
    try:
        for position in at:
            values = values[position]
        return sympy.Integer(int(values))
    except (IndexError, TypeError, ValueError):
        shown = f"{name}[{', '.join(map(str, at))}]" if at else name
        raise UsageError(f"no integer is given for {shown}") from None


def _whole_number(value: sympy.Expr, what: str) -> int:
    if not value.is_Integer:
        hint = "give the values of integer tensors: integers={'y': [0, 1]}" if value.free_symbols else ""
        raise UsageError(f"{what} is {value}, which is not a whole number at these sizes", hint=hint)
    return int(value)


def _all_sizes(program: Program, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes given and those that are defined by them; UsageError for one below its minimum."""
    known = dict(sizes)
    for size in program.sizes:
        if size.definition is not None:
            known[size.name] = _whole_number(symbolic(size.definition, known, {}), f"the size {size.name}")
        if size.name in known and known[size.name] < size.minimum:
            raise UsageError(f"the size {size.name} is {known[size.name]}, but at least {size.minimum} is declared")
    return known
