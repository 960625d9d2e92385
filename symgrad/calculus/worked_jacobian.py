"""A Jacobian derived as people do it: statement by statement, then written with what the program has computed.

Every step is an expression and the reason why it equals the one before. Whoever shows them proves them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.calculus.by_cells import derivative
from symgrad.calculus.definitions import Definition, definition, put_in
from symgrad.calculus.recognise import Stored, recognised, stored
from symgrad.calculus.terms import Algebra, Rules, merged
from symgrad.errors import UsageError
from symgrad.language.build import fresh_name, map_expr, mul, rename
from symgrad.language.program import Add, Axis, Expr, Index, IndexDecl, Mul, Program, Range, Reduce, Ref
from symgrad.language.walk import walk_expr, walk_statements, written
from symgrad.language.write import write_expr

SHORT, LONG = 60, 250
"""Parts up to which a derivative is put into others, and up to which an expression is multiplied out."""


@dataclass(frozen=True)
class Step:
    """An expression, and why it equals the one before; "" for the first."""

    value: Expr
    reason: str = ""


@dataclass(frozen=True)
class Derivation:
    """Steps to the value of a cell, after a program that has this cell's tensor."""

    cell: Ref
    steps: tuple[Step, ...]

    @property
    def value(self) -> Expr:
        """The last expression."""
        return self.steps[-1].value


@dataclass(frozen=True)
class Jacobian:
    """The Jacobian of one tensor by another.

    Attributes:
        of: the tensor that is differentiated.
        wrt: the tensor by whose cells.
        cell: what it is called, with its indices: `∂y/∂x[i, j]`.
        parts: the derivatives of what stands between the two tensors, then the Jacobian.
        program: the program with all these derivatives.
        algebra: what rearranges expressions over them.
        stored: the tensors that are recognised.
    """

    of: str
    wrt: str
    cell: Ref
    parts: tuple[Derivation, ...]
    program: Program
    algebra: Algebra
    stored: tuple[Stored, ...]

    @property
    def letters(self) -> tuple[str, ...]:
        """The indices of the Jacobian's cell: those of its rows, then those of its columns."""
        return _names(self.parts[-1].cell)

    @property
    def value(self) -> Expr:
        """The Jacobian's cell, in terms of what the program computes as far as it is found there."""
        return self.parts[-1].value


def jacobian_steps(program: Program, of: str, wrt: str, within: Collection[str] | None = None) -> Jacobian:
    """Derive d of[...] / d wrt[...], step by step.

    Args:
        program: a complete program.
        of: the tensor that is differentiated.
        wrt: the tensor by whose cells.
        within: the tensors that are recognised; by default all that the program computes.

    Raises:
        UsageError: there is no such derivative, or it passes through what is no expression in a cell's indices, as
            time is.
    """
    y, x = program.tensor_named[of], program.tensor_named[wrt]
    rows = _letters(program, y.axes, ())
    columns = _letters(program, x.axes, rows)
    program = _declaring(program, (*y.axes, *x.axes), (*rows, *columns))
    by = Ref(wrt, tuple(map(Index, columns)))
    cell, more = derivative(Ref(of, tuple(map(Index, rows))), by, program)
    if not isinstance(cell, Ref):
        raise UsageError(f"{of} does not depend on {wrt}", hint="name tensors of which one is computed from the other")
    algebra = Algebra(more, (*rows, *columns))
    known: dict[str, Definition] = {}
    parts: list[Derivation] = []
    found = tuple(stored(program, written(program.body) if within is None else within, algebra))
    for name in _between(program, more):
        value = definition(more, name, algebra.scope)
        if value is None:
            hint = "ask for the derivative of a part that has no loop through time"
            raise UsageError(f"{name} is no expression in the indices of its cells", hint=hint)
        source = name[1:].partition("/")[0]
        own = rows if name == cell.name else _letters(program, more.tensor_named[source].axes, columns)
        at = tuple(map(Index, (*own, *columns)))
        part = Derivation(Ref(name, at), tuple(simplified(value.at(at, algebra.scope), known, algebra, found)))
        if _length(part.value) <= SHORT:
            known[name] = Definition((*own, *columns), part.value)
        parts.append(part)
    whole = replace(more, indices=algebra.scope.indices)
    return Jacobian(of, wrt, cell, tuple(parts), whole, algebra, found)


def row_times(jacobian: Jacobian, row: str) -> Derivation:
    """The product of a row vector (a tensor shaped as what is differentiated) with the Jacobian, step by step."""
    known = {jacobian.cell.name: Definition(_names(jacobian.cell), jacobian.value)}
    tensor = jacobian.program.tensor_named[row]
    rows = jacobian.cell.subscripts[: len(tensor.axes)]
    ranges = tuple(Range(index.name) for index in rows if isinstance(index, Index))
    algebra = Algebra(jacobian.program, _names(jacobian.cell)[len(rows) :])
    total = Reduce("sum", ranges, mul(Ref(row, rows), jacobian.cell))
    steps = [Step(total), *simplified(total, known, algebra, jacobian.stored, out=True)[1:]]
    columns = jacobian.cell.subscripts[len(rows) :]
    return Derivation(Ref("", columns), tuple(steps))


def simplified(
    value: Expr, known: Mapping[str, Definition], algebra: Algebra, tensors: Sequence[Stored], out: bool = False
) -> list[Step]:
    """The steps from a value to one in terms of what the program computes; with `out`, shared factors in front."""
    steps = [Step(algebra.lettered(value))]
    used = sorted(name for name in known if any(isinstance(p, Ref) and p.name == name for p in walk_expr(value)))
    if used:
        _more(steps, algebra.lettered(put_in(value, known, algebra.scope)), f"{_listed(used)} put in")
    if _length(steps[-1].value) > LONG:
        return steps
    terms = algebra.terms(steps[-1].value, Rules(contract=False, pull=False))
    _more(steps, algebra.to_expr(terms), "multiplied out, each term under a sum of its own")
    terms = algebra.terms(steps[-1].value, Rules(pull=False))
    _more(steps, algebra.to_expr(terms), "of a sum with an indicator, the one term is left where its indices are equal")
    terms = algebra.terms(steps[-1].value)
    _more(steps, algebra.to_expr(terms), "what does not depend on the index of a sum stands in front of it")
    named = [recognised(term, tensors) for term in terms]
    cells = dict.fromkeys(pair for _, found in named for pair in found)
    terms = merged(term for term, _ in named)
    _more(steps, algebra.to_expr(terms), "; ".join(_said(one, cell, algebra) for one, cell in cells))
    if out:
        _more(steps, algebra.taken_out(terms), "what both terms share, taken out" if len(terms) == 2 else "taken out")
    return steps


def _length(value: Expr) -> int:
    return sum(1 for _ in walk_expr(value))


def _more(steps: list[Step], value: Expr, reason: str) -> None:
    if _ordered(value) != _ordered(steps[-1].value):
        steps.append(Step(value, reason))


def _ordered(expr: Expr) -> Expr:
    """The expression with its terms and factors in one order, to see whether more than that has changed."""
    expr = map_expr(expr, _ordered)
    if isinstance(expr, Add | Mul):
        return replace(expr, args=tuple(sorted(expr.args, key=write_expr)))
    return expr


def _said(one: Stored, cell: Ref, algebra: Algebra) -> str:
    names = {a.name: b for a, b in zip(one.cell.subscripts, cell.subscripts, strict=True) if isinstance(a, Index)}
    return f"{write_expr(rename(algebra.to_expr([one.term]), names))} is {write_expr(cell)}"


def _between(program: Program, more: Program) -> list[str]:
    """The derivatives that were made, in the order in which they are computed."""
    made = more.body[len(program.body) :]
    return list(dict.fromkeys(statement.target.name for _, statement in walk_statements(made)))


def _letters(program: Program, axes: Sequence[Axis], taken: Sequence[str]) -> tuple[str, ...]:
    """An index for each axis: its own letter, else another that runs over the same."""
    found: list[str] = []
    for axis in axes:
        own = program.index_named.get(axis.label)
        if own is None:
            raise UsageError("the axes of these tensors have no indices", hint="declare an index for each of them")
        same = [i.name for i in program.indices if (i.low, i.high) == (own.low, own.high)]
        free = [name for name in (axis.label, *same) if name not in (*found, *taken)]
        found.append(free[0] if free else fresh_name(axis.label, {*found, *taken, *same}))
    return tuple(found)


def _declaring(program: Program, axes: Sequence[Axis], letters: Sequence[str]) -> Program:
    """The program with those of the letters as indices that it does not declare."""
    added: dict[str, IndexDecl] = {}
    for axis, letter in zip(axes, letters, strict=True):
        if letter not in program.index_named:
            added[letter] = replace(program.index_named[axis.label], name=letter)
    return replace(program, indices=(*program.indices, *added.values()))


def _names(cell: Ref) -> tuple[str, ...]:
    return tuple(s.name for s in cell.subscripts if isinstance(s, Index))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)
