"""Declarations that contradict one another or say nothing: names with two meanings, extents that are no integers."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.errors import Finding, Place
from symgrad.language.draft import Draft
from symgrad.language.integers import ONE, Bounds, form_of
from symgrad.language.program import Axis, Expr, Index, Number, Program, Range, Ref, Tensor
from symgrad.language.ranges import LARGEST, SMALLEST
from symgrad.language.walk import range_bounds, walk_body, walk_expr, walk_ranges, walk_statements

MOST_DEFINITIONS = 100
"""How many sizes a text may define by others; their values multiply."""


def declaration_findings(draft: Draft, context: Program | None = None) -> list[Finding]:
    """What is wrong with a draft's declarations, and with names that it uses for two things.

    `context` is the forward program whose tensors the draft may use.
    """
    sizes = list(_bad_sizes(draft))
    return [*_two_meanings(draft, context), *(sizes or _bad_extents(draft))]


def _two_meanings(draft: Draft, context: Program | None) -> Iterator[Finding]:
    kinds: dict[str, str] = {}
    reported: set[str] = set()
    for kind, name, place in _declarations(draft):
        if name in kinds and name not in reported:
            reported.add(name)
            if kinds[name] == kind:
                yield Finding(f"{name} is declared twice", place, "keep one of the declarations")
            else:
                yield _clash(name, kinds[name], kind, place)
        kinds.setdefault(name, kind)
    for name in context.tensor_named if context is not None else ():
        kinds.setdefault(name, "a tensor")
    for kind, name, place in _uses(draft):
        if kinds.setdefault(name, kind) != kind and name not in reported:
            reported.add(name)
            yield _clash(name, kinds[name], kind, place)


def _clash(name: str, one: str, other: str, place: Place | None) -> Finding:
    return Finding(f"{name} has two meanings: {one} and {other}", place, "give one of them another name")


def _declarations(draft: Draft) -> Iterator[tuple[str, str, Place | None]]:
    for size in draft.sizes:
        yield "a size", size.name, size.place
    for index in draft.indices:
        yield "an index", index.name, index.place
    for tensor in draft.tensors:
        yield "a tensor", tensor.name, tensor.place
    for function in draft.functions:
        yield "a function", function.name, function.place


def _uses(draft: Draft) -> Iterator[tuple[str, str, Place | None]]:
    """What the text uses names as, where that cannot be taken in two ways."""
    bound = {r.index for r in walk_ranges(draft.body)}
    for _, expr in _size_expressions(draft):
        for part in walk_expr(expr):
            if isinstance(part, Ref) and not part.subscripts and part.name not in bound:
                yield "a size", part.name, part.place
    for r in walk_ranges(draft.body):
        yield "an index", r.index, r.place
    for _, statement in walk_statements(draft.body):
        yield "a tensor", statement.target.name, statement.target.place
    for part in walk_body(draft.body):
        if isinstance(part, Ref) and part.subscripts:
            yield "a tensor", part.name, part.place


def _size_expressions(draft: Draft) -> Iterator[tuple[str, Expr]]:
    """Every expression that is made of sizes, with the words for what it is."""
    for size in draft.sizes:
        if size.definition is not None:
            yield f"the size {size.name}", size.definition
    for index in draft.indices:
        yield f"the range of {index.name}", index.low
        yield f"the range of {index.name}", index.high
    for tensor in draft.tensors:
        for limit in tensor.labels or ():
            yield f"the values of {tensor.name}", limit
        for axis in tensor.axes:
            if isinstance(axis, Range):
                yield from ((f"the extent of {tensor.name}", limit) for limit in range_bounds((axis,)))
            elif not isinstance(axis, Ref | Index):
                yield f"the extent of {tensor.name}", axis


def _bad_sizes(draft: Draft) -> Iterator[Finding]:
    needs = {
        size.name: {part.name for part in walk_expr(size.definition) if isinstance(part, Ref)}
        for size in draft.sizes
        if size.definition is not None
    }
    if len(needs) > MOST_DEFINITIONS:
        place = next(size.place for size in draft.sizes if size.definition is not None)
        yield Finding(f"more than {MOST_DEFINITIONS} sizes are defined by others", place, "use fewer sizes")
        return
    for size in draft.sizes:
        if size.minimum < 1:
            yield Finding(f"the size {size.name} must be at least 1", size.place, f"write `size {size.name}`")
        reached: set[str] = set()
        pending = [size.name]
        while pending:
            new = needs.get(pending.pop(), set()) - reached
            reached |= new
            pending += new
        if size.name in reached:
            message = f"the size {size.name} is defined by itself"
            yield Finding(message, size.place, "define it by sizes that are not defined by it")
            return


def _bad_extents(draft: Draft) -> Iterator[Finding]:
    indices = {r.index for r in walk_ranges(draft.body)}
    for what, expr in _size_expressions(draft):
        if form_of(expr) is None:
            fraction = any(isinstance(part, Number) and part.value.denominator > 1 for part in walk_expr(expr))
            hint = "write `//` to divide without a remainder" if fraction else "make it of sizes and integers"
            yield Finding(f"{what} must be an integer", expr.place, hint)
            continue
        for part in walk_expr(expr):
            if isinstance(part, Ref) and part.name in {LARGEST, SMALLEST}:  # not yet known as functions
                message = f"{what} cannot be the {part.name} of several bounds"
                yield Finding(message, part.place or expr.place, "only the range of a loop or sum can")
                break
            kind = _no_size(part, indices)
            if kind:
                yield Finding(
                    f"{what} cannot depend on {kind}", part.place or expr.place, "make it of sizes and integers"
                )
                break
    for index in draft.indices:
        low, high = form_of(index.low), form_of(index.high)
        if low is not None and high is not None and Bounds().is_positive(low - high):
            yield Finding(f"the range of {index.name} is empty", index.place, "write the smaller end first")


def _no_size(part: Expr, indices: set[str]) -> str:
    """What the part is that cannot be part of a size; "" if it can. `indices` are those that loops bind."""
    match part:
        case Index():
            return "an index"
        case Ref(name, subscripts) if subscripts or name in indices:
            return "a tensor" if subscripts else "an index"
    return ""


def shape(tensor: Tensor) -> str:
    """How the tensor is declared and written: `s[b, j]`, with an interval where an axis has no index."""
    from symgrad.language.write import write_expr

    def axis_text(axis: Axis) -> str:
        form = form_of(axis.extent)
        return axis.label or f"0..{write_expr(axis.extent if form is None else (form - ONE).to_expr())}"

    return f"{tensor.name}[{', '.join(map(axis_text, tensor.axes))}]" if tensor.axes else tensor.name
