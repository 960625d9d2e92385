"""Whether every subscript and bound is an integer, and every access inside its tensor's extents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symgrad.errors import Finding
from symgrad.language.accesses import Access, accesses, binding, expr_reads
from symgrad.language.affine import as_affine
from symgrad.language.build import ZERO, add, number
from symgrad.language.integers import ONE, Form, bounds_of, form_of, integer
from symgrad.language.legal.points import Points, TooLarge, Undefined, Values, compiled, largest_number, sizes_in
from symgrad.language.program import (
    Axis,
    Call,
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Inv,
    Mod,
    Mul,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
)
from symgrad.language.ranges import LARGEST, SMALLEST, bounds_in
from symgrad.language.resolving.declared import shape
from symgrad.language.walk import expr_children, range_bounds, walk_body, walk_expr, walk_ranges
from symgrad.language.write import write_expr

_POINTS, _POINTS_AT_ONCE = 16_000, 4_000  # that are looked at for examples of accesses outside: in all, and for one


def subscript_findings(program: Program) -> Iterator[Finding]:
    """Subscripts and bounds that are no integers, integer divisions of values, accesses that leave an extent.

    The program's names must be sound: see `legal_names`.
    """
    broken = set()
    for expr, role in _integer_places(program):
        for finding in _not_an_integer(expr, role, program):
            broken.add(id(expr))
            yield finding
    yield from _misplaced(program)
    checker = _ExtentChecker(program)
    yield from checker.tensors()
    found = [*accesses(program.body)]
    for constraint in program.constraints:
        found += [*expr_reads(constraint.left), *expr_reads(constraint.right)]
    seen: set[tuple[Ref, tuple[Range, ...]]] = set()
    for access in found:
        key = (access.ref, access.bound)
        if key not in seen and not any(id(subscript) in broken for subscript in access.ref.subscripts):
            seen.add(key)
            yield from checker.access(access)


def _integer_places(program: Program) -> Iterator[tuple[Expr, str]]:
    """Every expression that must be an integer, and what it is."""
    for part in walk_body(program.body):
        if isinstance(part, Ref):
            for subscript in part.subscripts:
                yield subscript, "a subscript"
    for r in walk_ranges(program.body):
        for bound in (*bounds_in(LARGEST, r.low), *bounds_in(SMALLEST, r.high)):
            yield bound, "a bound"


def _not_an_integer(expr: Expr, what: str, program: Program) -> Iterator[Finding]:
    """Why the expression cannot be a subscript or bound; nothing if it can."""
    for name, place in ((part.name, part.place) for part in walk_expr(expr) if isinstance(part, Ref)):
        tensor = program.tensor_named[name]
        if tensor.role is not Role.INTEGER:
            hint = f"if it does, declare it: `integer {shape(tensor)} in J` for 0 to J - 1"
            yield Finding(f"{name} does not hold integers, so it cannot stand in {what}", place, hint)
            return
        if tensor.labels is None:
            hint = f"declare them: `integer {shape(tensor)} in J` for 0 to J - 1"
            yield Finding(f"which integers {name} holds is not known", place, hint)
            return
    has_choice = any(isinstance(part, Call) for part in walk_expr(expr))
    if as_affine(expr) is None and (what == "a subscript" or has_choice or form_of(expr) is None):
        reason = _why_not_affine(expr)
        hint = "a sum of indices, sizes and integer multiples of them can; `//` divides without a remainder"
        if what == "a bound" and isinstance(expr, Call) and expr.function in {LARGEST, SMALLEST}:
            hint = "a range begins at the largest of bounds, max(a, b), and ends at the smallest, min(a, b)"
        yield Finding(f"{reason} cannot stand in {what}", expr.place, hint)


def _is_divisor(expr: Expr) -> bool:
    match expr:
        case Number(value):
            return value.denominator == 1 and value > 0
        case Size():
            return True
        case Mul(args):
            return all(map(_is_divisor, args))
    return False


def _why_not_affine(expr: Expr) -> str:
    for part in walk_expr(expr):
        match part:
            case Number(value) if value.denominator != 1:
                return "a fraction"
            case Call(function):
                return f"the function {function}"
            case Pow():
                return "a power"
            case Reduce(op):
                return f"a {op}"
            case Indicator():
                return "an indicator"
            case Mul(args) if not any(isinstance(arg, Call) for arg in args):
                indices = [arg.name for arg in args if isinstance(arg, Index)]
                if any(isinstance(arg, Number) and arg.value.denominator != 1 for arg in args):
                    return "a fraction"
                if len(indices) > 1:
                    return f"the product of the indices {' and '.join(indices[:2])}"
                if any(not isinstance(arg, Index | Size | Number) for arg in args):
                    return "a quotient"
                return "an index times a size" if indices else "a product of sizes"
    return "a quotient"


def _misplaced(program: Program) -> Iterator[Finding]:
    """Floors and remainders of values, divisions by 0, constraints on what is computed or by indices."""
    for part in walk_body(program.body):
        yield from _misplaced_part(part, program)
    for constraint in program.constraints:
        for part in (*walk_expr(constraint.left), *walk_expr(constraint.right)):
            yield from _misplaced_part(part, program)
            if isinstance(part, Ref) and program.tensor_named[part.name].role is Role.COMPUTED:
                message = f"{part.name} is computed: a constraint relates inputs only"
                yield Finding(message, part.place, "state what must hold of the inputs it is computed from")
        for index in (*_index_values(constraint.left), *_index_values(constraint.right)):
            message = f"the index {index.name} stands in a constraint as a value"
            yield Finding(message, index.place, "a constraint relates the values of inputs")


def _misplaced_part(part: Expr, program: Program) -> Iterator[Finding]:
    match part:
        case FloorDiv(left, right) | Mod(left, right):
            cells = [inner for inner in walk_expr(left) if isinstance(inner, Ref)]
            real = any(program.tensor_named[cell.name].role is not Role.INTEGER for cell in cells)
            if real or form_of(left) is None or not _is_divisor(right):
                sign, hint = ("//", "write `/` to divide values") if isinstance(part, FloorDiv) else ("%", "")
                yield Finding(f"`{sign}` divides integers, such as indices, by a number or size", part.place, hint)
        case Inv(Number(value)) if not value:
            yield Finding("this divides by 0", part.place)
        case Pow(Number(base), Number(exponent)) if not base and exponent < 0:
            yield Finding("this divides by 0", part.place)


def _index_values(expr: Expr) -> Iterator[Index]:
    """The indices in an expression that do not stand in subscripts."""
    if isinstance(expr, Index):
        yield expr
    elif not isinstance(expr, Ref):
        for child in expr_children(expr):
            yield from _index_values(child)


@dataclass(frozen=True)
class _Question:
    """Does a subscript stay inside an extent in all passes of the ranges, those on which its value depends?"""

    subscript: Expr
    extent: Expr
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class _Example:
    """A subscript's value that is outside a length, and the values of the sizes, `chosen` by name, and indices."""

    at: int
    length: int
    values: Values
    chosen: frozenset[str]


class _ExtentChecker:
    """Shows that accesses stay inside, by intervals, or finds an example of one that does not."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._bounds = bounds_of(program.sizes, program.indices, program.tensors)
        self._left = _POINTS
        self._shown: dict[_Question, bool] = {}  # most questions come several times
        self._examples: dict[_Question, _Example | None] = {}
        self._empty: set[str] = set()

    def tensors(self) -> Iterator[Finding]:
        """The findings about tensors that have no cell, whatever the sizes; what is given may make others so."""
        for tensor in sorted(self._program.tensors, key=lambda tensor: not tensor.given):
            forms = [form_of(axis.extent) for axis in tensor.axes]
            none = [form is not None and self._bounds.is_nonnegative(integer(0) - form) for form in forms]
            if any(none) and (tensor.given or not self._empty):
                position = none.index(True)
                where, there = (f" at position {position + 1}", " there") if len(none) > 1 else ("", "")
                extent = write_expr(tensor.axes[position].extent)
                message = f"{tensor.name} has no cell{where}: its extent{there} is {extent}"
                hint = "a number in a declaration is how many cells there are: `1`, or `0..0`, for cell 0 alone"
                yield Finding(message, tensor.place, hint)
            if any(none):
                self._empty.add(tensor.name)

    def access(self, access: Access) -> Iterator[Finding]:
        """The findings at one access.

        Reads of a tensor that is 0 outside may leave it, and so may what is added to its adjoint:
        the adjoint of a read that is 0 whatever is stored is dropped.
        """
        tensor = self._program.tensor_named[access.ref.name]
        if tensor.zero_outside and (not access.is_target or "." in tensor.name or tensor.role is Role.ACCUMULATOR):
            return
        for position, (subscript, axis) in enumerate(zip(access.ref.subscripts, tensor.axes, strict=True)):
            question = _Question(subscript, axis.extent, _ranges_for(subscript, access.bound))
            if tensor.name not in self._empty and not self._is_shown_inside(question):
                finding = self._wrong_size(access, position, axis) or self._outside(access, position, question)
                if finding is not None:
                    yield finding

    def _is_shown_inside(self, question: _Question) -> bool:
        if question not in self._shown:
            known = self._bounds.is_nonnegative
            self._shown[question] = all(any(map(known, margins)) for margins in self._margins(question))
        return self._shown[question]

    def _margins(self, question: _Question) -> tuple[Iterable[Form], Iterable[Form]]:
        """Forms in sizes for both ends: the access is inside where one of each end's is not negative."""
        form, extent = form_of(question.subscript), form_of(question.extent)
        if form is None or extent is None:
            return (), ()
        margins = self._bounds.margins
        return margins(form, question.ranges), margins(extent - ONE - form, question.ranges)

    def _wrong_size(self, access: Access, position: int, axis: Axis) -> Finding | None:
        """An index over its own range where the axis has another extent."""
        subscript = access.ref.subscripts[position]
        if not isinstance(subscript, Index):
            return None
        around = binding(subscript.name, access.bound)
        own = self._program.index_named.get(subscript.name)
        if not around.whole or own is None or own.low != ZERO:
            return None
        last = form_of(own.high)
        count = write_expr(add(own.high, number(1)) if last is None else (last + ONE).to_expr())
        name, extent = access.ref.name, write_expr(axis.extent)
        where = f" at position {position + 1}" if len(access.ref.subscripts) > 1 else ""
        message = f"the index {subscript.name} runs over {count} values, but {name} has {extent} cells{where}"
        hint = f"its index there is {axis.label}" if axis.label and axis.label != subscript.name else ""
        return Finding(message, subscript.place or access.ref.place, hint)

    def _outside(self, access: Access, position: int, question: _Question) -> Finding | None:
        """What is said of an access where it leaves the axis, or None if no example is found."""
        if question not in self._examples:
            points = Points(self._program, min(self._left, _POINTS_AT_ONCE))
            try:
                self._examples[question] = self._example(question, points)
            except (TooLarge, Undefined):
                self._examples[question] = None
            self._left -= min(self._left, _POINTS_AT_ONCE) - max(points.left, 0)
        example = self._examples[question]
        return None if example is None else self._left_at(access, position, example)

    def _example(self, question: _Question, points: Points) -> _Example | None:
        """The access at the smallest sizes found where it leaves the axis, or None if none is found."""
        subscript, extent, ranges = question.subscript, question.extent, question.ranges
        exprs = [subscript, extent, *range_bounds(ranges)]
        cells = [part for expr in exprs for part in walk_expr(expr) if isinstance(part, Ref)]
        exprs += [label for cell in cells for label in self._program.tensor_named[cell.name].labels or ()]
        names = self._sizes_of(exprs, ranges)
        at, length, may_leave = compiled(subscript), compiled(extent), self._may_leave(question)
        known = points.with_labels_of((subscript,))
        for sizes in points.small_sizes(names, largest_number(exprs)):
            if may_leave(sizes):
                here = length(sizes)
                for values in points.within(ranges, sizes):
                    for labelled in known(values):
                        if not 0 <= at(labelled) < here:
                            return _Example(at(labelled), here, labelled, frozenset(names))
        return None

    def _may_leave(self, question: _Question) -> Callable[[Values], bool]:
        """A test that is false for sizes at which the intervals show that the access stays inside."""
        below, above = ([compiled(m.to_expr()) for m in margins] for margins in self._margins(question))
        return lambda sizes: not all(any(margin(sizes) >= 0 for margin in end) for end in (below, above))

    def _left_at(self, access: Access, position: int, example: _Example) -> Finding:
        ref, at, length = access.ref, example.at, example.length
        subscripts = (*ref.subscripts[:position], number(at), *ref.subscripts[position + 1 :])
        shown = write_expr(replace(ref, subscripts=subscripts))
        sizes = [s.name for s in self._program.sizes if s.name in example.chosen]
        chosen = ", ".join(f"{name} = {example.values[name]}" for name in sizes)
        there = " there" if len(subscripts) > 1 else ""
        cells = f"{length} cells{there}, 0 to {length - 1}" if length > 1 else f"only cell 0{there}"
        cells = cells if length > 0 else f"no cell{there}"
        message = f"this {'writes' if access.is_target else 'reads'} {shown}; {ref.name} has {cells}"
        hint = _how_to_stay_inside(ref.subscripts[position], at < 0)
        if not access.is_target:
            hint += f", or declare {ref.name} `zero outside`"
        if chosen:
            message = f"at {chosen} {message}"
        return Finding(message, ref.subscripts[position].place or ref.place, hint)

    def _sizes_of(self, exprs: Sequence[Expr], ranges: Sequence[Range]) -> set[str]:
        """The free sizes on which expressions depend, by the indices' own ranges and sizes' definitions too."""
        own = [self._program.index_named[r.index] for r in ranges if r.index in self._program.index_named]
        names = {name for expr in (*exprs, *(e for i in own for e in (i.low, i.high))) for name in sizes_in(expr)}
        for _ in self._program.sizes:
            for size in self._program.sizes:
                if size.name in names and size.definition is not None:
                    names |= sizes_in(size.definition)
        return names


def _how_to_stay_inside(subscript: Expr, is_below: bool) -> str:
    parts = list(walk_expr(subscript))
    labels = [part.name for part in parts if isinstance(part, Ref)]
    if labels:
        return f"declare the values of {labels[0]} so that they fit, or a longer axis"
    if not any(isinstance(part, Index) for part in parts):
        return "cells are numbered from 0; declare a longer axis"
    return "begin the loop later" if is_below else "end the loop earlier or declare a longer axis"


def _ranges_for(expr: Expr, bound: Sequence[Range]) -> tuple[Range, ...]:
    """The ranges on which the expression's value depends, outermost first."""
    needed = {part.name for part in walk_expr(expr) if isinstance(part, Index)}
    chosen: list[Range] = []
    for r in reversed(bound):
        if r.index in needed:
            inside = (part for limit in range_bounds((r,)) for part in walk_expr(limit))
            needed |= {part.name for part in inside if isinstance(part, Index)}
            chosen.append(r)
    missing = needed - {r.index for r in chosen}  # free indices of constraints
    return (*(Range(name) for name in sorted(missing)), *reversed(chosen))
