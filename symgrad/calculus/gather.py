"""From scatter to gather: each cell of a target is summed in one place, over what contributes to it.

    for b, x, d: L.grad[b, 2*x + d] += y.grad[b, x] W[d]
    for b, z, x in max(0, (z - D + 2) // 2)..min(X - 1, z // 2): L.grad[b, z] += y.grad[b, x] W[z - 2*x]

A nest's passes are the integer points of linear inequalities. A subscript such as 2*x + d becomes an index z of its
own, one loop's index is expressed by it (d = z - 2*x), and the inequalities are put at the innermost of the loops that
they name, the target's loops being the outer ones. The passes stay the same, so the sums do, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symgrad.language.build import fresh_name, loop, map_expr, mul, number, rename
from symgrad.language.integers import ONE, Bounds, Form, bounds_of, form_of, integer
from symgrad.language.program import (
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Indicator,
    Mod,
    Node,
    Program,
    Range,
    Ref,
    Size,
    Statement,
    Update,
)
from symgrad.language.ranges import LARGEST, SMALLEST, bounds_in, ends, joined
from symgrad.language.walk import values_read, walk_expr, walk_statements

_LETTERS = "zuvw"


def gather(program: Program) -> Program:
    """The program with loops in gather form, where it has one.

    Changed are loops of one `+=` or `-=` in which several passes add to one cell at different places of the loops:
    a target's subscript is made of several indices or of a floor division, or the target's loops depend on others
    (`for t, t2 <= t: x.grad[t2] += ...` becomes `for t2, t >= t2`). Kept as they are: subscripts by integer tensors and
    remainders, products of indices, and loops of several statements.

    Args:
        program: any program, a backward one usually.

    Returns:
        A program that computes the same.

    >>> from symgrad.language.read import read_program
    >>> from symgrad.language.write import write_program
    >>> scatter = read_program("index t, t2 in T\\ninput g[t]\\nfor t, t2 <= t: x[t2] += g[t]")
    >>> print(write_program(gather(scatter), declarations=False).strip())
    for t2, t >= t2: x[t2] += g[t]
    """
    known = (program, *([program.forward] if program.forward else []))
    names = {name for p in known for name in (*p.index_named, *p.size_named, *p.tensor_named, *p.function_named)}
    maker = _Maker(program, bounds_of(program.sizes, program.indices, program.tensors), names)
    body = tuple(maker.node(node) for node in program.body)
    return replace(program, body=body, indices=(*program.indices, *maker.added))


class _Kept(Exception):
    """A loop has no gather form that is made here."""


@dataclass
class _Maker:
    program: Program
    bounds: Bounds
    taken: set[str]
    added: list[IndexDecl] = field(default_factory=list)

    def node(self, node: Node) -> Node:
        """The loop in gather form, or as it is."""
        nests = list(walk_statements((node,)))
        if len(nests) != 1:
            return node
        around, statement = nests[0]
        if not isinstance(statement, Update) or statement.target.name in values_read(statement.value):
            return node
        if self._gathers(around, statement):
            return node
        try:
            return _Nest(self, around, statement).gathered()
        except _Kept:
            return node

    def _gathers(self, around: Sequence[Range], statement: Statement) -> bool:
        """Whether each of the target's subscripts is made of one loop's index, and these loops depend on no others."""
        loops, own = {r.index for r in around}, set[str]()
        for subscript in statement.target.subscripts:
            form = form_of(subscript)
            named = {part.name for part in walk_expr(subscript) if isinstance(part, Index)} & loops
            if form is None or len(named) != 1 or named & own or not _slope(form, *named):
                return False
            own |= named
        limits = [limit for r in around if r.index in own for limit in (r.low, r.high) if limit is not None]
        return {part.name for limit in limits for part in walk_expr(limit) if isinstance(part, Index)} <= own

    def index_over(self, ref: Ref, position: int, avoid: set[str]) -> str:
        """An index over an axis of a tensor: the axis's own, or a new one."""
        axis = self.program.tensor_named[ref.name].axes[position]
        length = form_of(axis.extent)
        if length is None:
            raise _Kept
        own = self.bounds.own.get(axis.label)
        if axis.label not in avoid and own is not None and own == (integer(0), length - ONE):
            return axis.label
        for known in self.added:
            if known.name not in avoid and form_of(known.high) == length - ONE:
                return known.name
        letter = next((name for name in _LETTERS if name not in self.taken), "") or fresh_name("z", self.taken)
        self.taken.add(letter)
        high = (length - ONE).to_expr()
        self.added.append(IndexDecl(letter, number(0), high))
        self.bounds = replace(self.bounds, own={**self.bounds.own, letter: (integer(0), length - ONE)})
        return letter


class _Nest:
    """One statement in its loops, while it is taken apart."""

    def __init__(self, maker: _Maker, around: Sequence[Range], statement: Update) -> None:
        self._maker, self._statement = maker, statement
        self._loops = [r.index for r in around]
        self._places = {r.index: r.place for r in around}
        self._conditions: list[Form] = []  # none of them is negative in any pass
        self._values: dict[str, Expr] = {}  # of indices that are no loops any more
        self._known: dict[Expr, Expr] = {}  # other names of what became an index
        self._whole: list[Expr] = []  # what must be divisible, as indicators
        for r in around:
            low, high = ends(r, maker.program.index_named)
            for bound in bounds_in(LARGEST, low):
                self._conditions.append(_form(Index(r.index)) - _form(bound))
            for bound in bounds_in(SMALLEST, high):
                self._conditions.append(_form(bound) - _form(Index(r.index)))

    def gathered(self) -> Node:
        """The statement in the loops of its target and, inside of these, of what contributes."""
        target = self._statement.target
        names: list[str] = []
        plain = {part.name for part in target.subscripts if isinstance(part, Index)}
        for position, subscript in enumerate(target.subscripts):
            if isinstance(subscript, Index) and subscript.name in self._loops and subscript.name not in names:
                names.append(subscript.name)
                continue
            name = self._maker.index_over(target, position, {*names, *self._loops, *self._values})
            self._place(name, subscript, plain | {*names})
            names.append(name)
        inner = [name for name in self._loops if name not in names]
        ranges = self._ranges([*names, *inner], len(names))
        value = rename(_put_names(self._statement.value, self._known), self._values)
        cell = replace(target, subscripts=tuple(Index(name) for name in names))
        return loop(ranges, replace(self._statement, target=cell, value=mul(*self._whole, value)))

    def _place(self, name: str, subscript: Expr, kept: set[str]) -> None:
        """Let a subscript be an index of its own."""
        form, new = _form(subscript), _form(Index(name))
        self._known[subscript] = Index(name)
        floors = [atom for atom in form.atoms if isinstance(atom, FloorDiv)]
        if len(floors) == 1 and form.split(floors[0]) is not None:
            self._place_floor(new, floors[0], form)
            return
        if not all(isinstance(atom, Index | Size) for atom in form.atoms):
            raise _Kept
        slopes = {i: _slope(form, i) for i in self._loops if i not in kept}
        useful = [(abs(slope), i) for i, slope in slopes.items() if slope]
        if not useful:
            raise _Kept
        least = min(slope for slope, _ in useful)
        self._replace(next(i for slope, i in useful if slope == least), form, new)

    def _place_floor(self, new: Form, floor: FloorDiv, form: Form) -> None:
        """e // k + c = z where k (z - c) <= e < k (z - c) + k."""
        parts = form.split(floor)
        if parts is None or parts[0] != ONE:
            raise _Kept
        inner, divisor, least = _form(floor.left), _form(floor.right), new - parts[1]
        self._known[floor] = least.to_expr()
        self._conditions += [inner - divisor * least, divisor * least + divisor - ONE - inner]

    def _replace(self, index: str, form: Form, new: Form) -> None:
        """Express an index by the others where form = new."""
        atom = Index(index)
        parts = form.split(atom)
        slope = _slope(form, index)
        if parts is None or not slope:
            raise _Kept
        sign, times = (1, slope) if slope > 0 else (-1, -slope)
        multiple = integer(sign) * (new - parts[1])  # times * index
        value = multiple.to_expr()
        if times > 1:
            self._whole.append(Indicator("=", Mod(value, number(times)), number(0)))
            value = FloorDiv(value, number(times))
        self._conditions = [_put(condition, atom, multiple, times) for condition in self._conditions]
        self._settle(index, value)
        self._loops.remove(index)

    def _settle(self, index: str, value: Expr) -> None:
        """From now on the index has a value."""
        self._values = {name: rename(expr, {index: value}) for name, expr in self._values.items()} | {index: value}

    def _ranges(self, order: Sequence[str], outer: int) -> tuple[Range, ...]:
        """The ranges of loops in this order, the target's first: each condition is put at the innermost it names."""
        lows: dict[str, list[Form]] = {name: [] for name in order}
        highs: dict[str, list[Form]] = {name: [] for name in order}
        for condition in self._conditions:
            named = {p.name for atom in condition.atoms for p in walk_expr(atom) if isinstance(p, Index)}
            if not named:
                if self._maker.bounds.is_nonnegative(condition):
                    continue
                raise _Kept
            name = max(named, key=order.index)
            parts = condition.split(Index(name))
            slope = _slope(condition, name)
            if parts is None or not slope:
                raise _Kept
            if slope > 0:
                lows[name].append(_quotient(integer(slope - 1) - parts[1], slope))
            else:
                highs[name].append(_quotient(parts[1], -slope))
        found: list[Range] = []
        for at, name in enumerate(order):
            new = self._range(name, lows[name], highs[name], found)
            later = [form for inner in order[at + 1 :] for form in (*lows[inner], *highs[inner])]
            used = any(Index(name) in walk_expr(atom) for form in later for atom in form.atoms)
            if new.low is not None and new.low == new.high and not used and at >= outer:
                self._settle(name, new.low)  # one pass only
            else:
                found.append(new)
        return tuple(found)

    def _range(self, name: str, lows: list[Form], highs: list[Form], outer: Sequence[Range]) -> Range:
        """One range, without the bounds that others imply."""
        bounds = self._maker.bounds
        own = bounds.own.get(name)
        if own is not None:
            lows, highs = [own[0], *lows], [own[1], *highs]

        def is_above(one: Form, other: Form) -> bool:
            return bounds.is_never_below(one - other, integer(0), outer)

        low = _needed(lows, is_above)
        high = _needed(highs, lambda one, other: is_above(other, one))
        return Range(
            name,
            None if own is not None and low == [own[0]] else joined(LARGEST, [form.to_expr() for form in low]),
            None if own is not None and high == [own[1]] else joined(SMALLEST, [form.to_expr() for form in high]),
            place=self._places.get(name),
        )


def _needed(forms: Sequence[Form], implies: Callable[[Form, Form], bool]) -> list[Form]:
    """The forms that no other one implies; of those that imply one another, the first."""
    found: list[Form] = []
    for form in forms:
        if not any(implies(other, form) for other in found):
            found = [other for other in found if not implies(form, other)] + [form]
    return found


def _put_names(expr: Expr, names: Mapping[Expr, Expr]) -> Expr:
    return names.get(expr) or map_expr(expr, lambda inner: _put_names(inner, names))


def _put(condition: Form, atom: Index, multiple: Form, times: int) -> Form:
    """The condition, some times, with `multiple` for so many times an index."""
    parts = condition.split(atom)
    hidden = any(atom in walk_expr(inner) for inner in condition.atoms if inner != atom)
    slope = None if parts is None else parts[0].constant
    if parts is None or hidden or slope is None:
        raise _Kept
    return integer(slope) * multiple + integer(times) * parts[1] if slope else condition


def _slope(form: Form, index: str) -> int:
    """The coefficient of an index, 0 if it is none or no number."""
    parts = form.split(Index(index))
    return 0 if parts is None else parts[0].constant or 0


def _quotient(form: Form, divisor: int) -> Form:
    """The floor of form/divisor."""
    return form if divisor == 1 else Form({(FloorDiv(form.to_expr(), number(divisor)),): 1})


def _form(expr: Expr) -> Form:
    form = form_of(expr)
    if form is None:
        raise _Kept
    return form
