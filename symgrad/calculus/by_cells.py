"""The derivative of an expression by a cell of a tensor, as people write it in equations: ∂ℓ/∂x, ∂y[i]/∂x[j].

What is differentiated is a value after a program has run. The program goes on with statements for the derivatives of
its tensors; of `ell` by `x` it is the tensor `∂ell/∂x`, a name that no text can have. By a tensor that the program
computes, the derivative is that of what comes after it, as if it were given.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from symgrad.calculus.activity import active
from symgrad.calculus.forward_mode import Columns, Tangents
from symgrad.calculus.length import check_length
from symgrad.calculus.product import product
from symgrad.calculus.scope import Scope
from symgrad.errors import UsageError
from symgrad.language.program import Expr, Indicator, Loop, Node, Program, Ref, Role, Statement, Tensor
from symgrad.language.walk import free_indices, values_read, walk_expr, written

MAX_PARTS = 5000
"""The most parts of an expression that is differentiated, and of its derivative."""


def derivative(expr: Expr, cell: Ref, program: Program) -> tuple[Expr, Program]:
    """The derivative of an expression by a cell, after a program.

    Args:
        expr: an expression over the tensors and indices of the program.
        cell: the cell by which it is differentiated; its subscripts may name indices.
        program: a complete program, without `forward`.

    Returns:
        The derivative, and the program with statements for the derivatives that it names.

    Raises:
        UsageError: a cell of integers, or of a tensor that depends on itself; a derivative that would be too long.
    """
    x = program.tensor_named[cell.name]
    cut = replace(program, body=_without(program.body, x.name))
    _check(x, program, cut)
    scope = Scope(program)
    expr = scope.freshen(expr, frozenset(free_indices(cell)))
    through = active(cut, (x.name,), sorted(values_read(expr)))
    check_length(cut, through)
    known = [name for name in sorted(through) if _name(name, x.name) in program.tensor_named]
    missing = replace(cut, body=_only(cut.body, through - set(known)))
    columns = Columns(scope, replace(x, initial=None))

    def target_of(ref: Ref) -> Ref:
        return Ref(_name(ref.name, x.name), ref.subscripts + columns.indices)

    def within(ref: Ref) -> Expr:
        return columns.same(ref.subscripts) if ref.name == x.name else target_of(ref)

    def outside(ref: Ref) -> Expr:
        if ref.name != x.name:
            return Ref(_name(ref.name, x.name), ref.subscripts + cell.subscripts)
        return product(*(Indicator("=", a, b) for a, b in zip(ref.subscripts, cell.subscripts, strict=True)))

    _check_length(expr, cell)
    tangents = Tangents(scope, through, within, target_of, columns.ranges)
    body, through = tangents.of_program(missing, (x.name, *known))
    found = Tangents(scope, through, outside, target_of).of(expr)
    _check_length(found, cell)
    made = [
        Tensor(_name(t.name, x.name), t.axes + columns.axes, Role.COMPUTED)
        for t in program.tensors
        if t.name in through - {x.name, *known}
    ]
    more = replace(program, indices=scope.indices, tensors=(*program.tensors, *made), body=program.body + body)
    return found, more


def _name(tensor: str, by: str) -> str:
    return f"∂{tensor}/∂{by}"


def _check_length(expr: Expr, cell: Ref) -> None:
    """Refuse to go on with an expression that is too long."""
    if sum(1 for _ in islice(walk_expr(expr), MAX_PARTS + 1)) > MAX_PARTS:
        hint = "give parts of what is differentiated names of their own"
        raise UsageError(f"this derivative by {cell.name} has more than {MAX_PARTS} parts", hint=hint)


def _check(x: Tensor, program: Program, cut: Program) -> None:
    """Refuse a tensor by which no derivative is taken."""
    if x.role is Role.INTEGER:
        raise UsageError(f"{x.name} holds integers; there is no derivative by it")
    computed = x.name in written(program.body)
    before = frozenset().union(*(values_read(s.value) for s in _statements(program.body) if s.target.name == x.name))
    after = active(cut, (x.name,), [t.name for t in program.tensors])
    if computed and before & (after | {x.name}):
        raise UsageError(
            f"{x.name} depends on itself; its derivative by one of its cells is not defined here",
            hint="take the derivative by what it begins with",
        )


def _statements(body: tuple[Node, ...]) -> list[Statement]:
    found: list[Statement] = []
    for node in body:
        found += _statements(node.body) if isinstance(node, Loop) else [node] if isinstance(node, Statement) else []
    return found


def _without(body: tuple[Node, ...], name: str) -> tuple[Node, ...]:
    """The nodes without the statements that write a tensor."""
    return _only(body, frozenset(written(body)) - {name})


def _only(body: tuple[Node, ...], names: frozenset[str]) -> tuple[Node, ...]:
    """The nodes with those statements that write one of the tensors."""
    kept: list[Node] = []
    for node in body:
        if isinstance(node, Loop):
            inner = _only(node.body, names)
            kept += [replace(node, body=inner)] if inner else []
        elif isinstance(node, Statement) and node.target.name in names:
            kept.append(node)
    return tuple(kept)
