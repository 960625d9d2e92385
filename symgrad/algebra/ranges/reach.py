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
    return any(map(_compares_indices, _parts(program, exprs))) or is_out_of_rectangles(program, exprs)


def is_out_of_rectangles(program: Program, exprs: Sequence[Expr] = ()) -> bool:
    """Whether the rectangular normal form refuses the program: for all of these reasons but comparisons of indices.

    Those it takes as unknowns where it can.
    """
    parts = _parts(program, exprs)
    ranges = [*walk_ranges(program.body), *(r for part in parts if isinstance(part, Reduce) for r in part.ranges)]
    refs = [part for part in parts if isinstance(part, Ref)]
    tensors = [program.tensor_named[name] for name in {ref.name for ref in refs}]
    return (
        any(not r.whole for r in ranges)
        or any(isinstance(part, FloorDiv | Mod) for part in parts)
        or any(not isinstance(subscript, Index) for ref in refs for subscript in ref.subscripts)
        or any(t.role is Role.INTEGER or t.zero_outside or t.initial is not None for t in tensors)
        or any(own_range(name, program.index_named).low != ZERO for name in {r.index for r in ranges})
        or _is_partial(refs, program)
        or _is_repeated(program)
        or bool(carried_indices(program.body))
    )


def _parts(program: Program, exprs: Sequence[Expr]) -> list[Expr]:
    return [*walk_body(program.body), *(part for expr in exprs for part in walk_expr(expr))]


def _compares_indices(expr: Expr) -> bool:
    """Whether an expression compares indices or sizes in another way than two indices for equality."""
    match expr:
        case Indicator(op, left, right):
            plain = op in ("=", "!=") and isinstance(left, Index) and isinstance(right, Index)
            reads = any(isinstance(part, Ref) for side in (left, right) for part in walk_expr(side))
            return not plain and not reads
    return False


def _is_partial(refs: Sequence[Ref], program: Program) -> bool:
    """Whether an index runs over another range than an axis that it stands at."""
    places = {
        (subscript.name, axis.extent)
        for ref in refs
        for subscript, axis in zip(ref.subscripts, program.tensor_named[ref.name].axes, strict=True)
        if isinstance(subscript, Index)
    }
    highs = ((own_range(name, program.index_named).high, extent) for name, extent in places)
    return any(high is not None and form_of(add(high, ONE)) != form_of(extent) for high, extent in highs)


def _is_repeated(program: Program) -> bool:
    """Whether a definition stands in a loop whose index its target does not have."""
    for around, statement in walk_statements(program.body):
        if isinstance(statement, Define):
            held = {name for subscript in statement.target.subscripts for name in free_indices(subscript)}
            if any(r.index not in held for r in around):
                return True
    return False
