"""Which programs are more than rectangular loops, each of which can be taken apart into one nest for each statement."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.language.build import ONE, ZERO, add
from symgrad.language.dependence import carried_indices
from symgrad.language.integers import form_of
from symgrad.language.program import Define, Expr, FloorDiv, Index, Indicator, Mod, Program, Reduce, Ref, Role
from symgrad.language.ranges import own_range
from symgrad.language.walk import free_indices, walk_body, walk_expr, walk_ranges, walk_statements


def is_beyond_rectangles(program: Program, exprs: Sequence[Expr] = ()) -> bool:
    """Whether subscripts, ranges, labels, comparisons of indices or loops through time need sums over integer sets.

    `exprs` are expressions that are read after the program.
    """
    parts = [*walk_body(program.body), *(part for expr in exprs for part in walk_expr(expr))]
    ranges = [*walk_ranges(program.body), *(r for part in parts if isinstance(part, Reduce) for r in part.ranges)]
    tensors = [program.tensor_named[name] for name in {part.name for part in parts if isinstance(part, Ref)}]
    return (
        any(not r.whole for r in ranges)
        or any(own_range(name, program.index_named).low != ZERO for name in {r.index for r in ranges})
        or any(map(_is_beyond, parts))
        or any(_is_partial(part, program) for part in parts if isinstance(part, Ref))
        or any(t.role is Role.INTEGER or t.zero_outside or t.initial is not None for t in tensors)
        or _is_repeated(program)
        or bool(carried_indices(program.body))
    )


def is_surely_beyond_rectangles(program: Program) -> bool:
    """Whether that shows in the loops and targets alone, which is found at once."""
    return any(
        not all(r.whole for r in around) or not all(isinstance(s, Index) for s in statement.target.subscripts)
        for around, statement in walk_statements(program.body)
    )


def _is_beyond(expr: Expr) -> bool:
    match expr:
        case Ref(_, subscripts):
            return not all(isinstance(subscript, Index) for subscript in subscripts)
        case FloorDiv() | Mod():
            return True
        case Indicator(op, left, right):
            plain = op in ("=", "!=") and isinstance(left, Index) and isinstance(right, Index)
            reads = any(isinstance(part, Ref) for side in (left, right) for part in walk_expr(side))
            return not plain and not reads
    return False


def _is_partial(cell: Ref, program: Program) -> bool:
    """Whether an index runs over another range than the axis that it stands at."""
    axes = program.tensor_named[cell.name].axes
    highs = (
        (own_range(subscript.name, program.index_named).high, axis.extent)
        for subscript, axis in zip(cell.subscripts, axes, strict=True)
        if isinstance(subscript, Index)
    )
    return any(high is not None and form_of(add(high, ONE)) != form_of(extent) for high, extent in highs)


def _is_repeated(program: Program) -> bool:
    """Whether a definition stands in a loop whose index its target does not have."""
    for around, statement in walk_statements(program.body):
        if isinstance(statement, Define):
            held = {name for subscript in statement.target.subscripts for name in free_indices(subscript)}
            if any(r.index not in held for r in around):
                return True
    return False
