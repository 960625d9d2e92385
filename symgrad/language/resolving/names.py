"""What each bare name of a draft is: an index, a size, or a scalar tensor.

In a draft a name that no loop binds is a `Ref` without subscripts. Here it becomes what its
surroundings make it: a name in a loop's bounds is a size, an unknown name in a subscript is an
index that nothing binds, and B is the size of an undeclared index b.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from symgrad.language.build import fresh_name, map_expr, map_node, map_range, rename
from symgrad.language.draft import Draft, DraftTensor
from symgrad.language.naming import base_of, size_letter
from symgrad.language.program import Define, Expr, Index, Loop, Node, Program, Range, Reduce, Ref, Size, Update
from symgrad.language.walk import expr_children, range_bounds, walk_body, walk_expr, walk_ranges, walk_statements


class Names:
    """The names of a draft, by what they are.

    `index_letters` maps a size symbol that is no size of its own to the undeclared index whose
    size it means; `copies` maps an index that was renamed, because a reduction bound it again, to
    the index it runs like.
    """

    def __init__(self, draft: Draft, context: Program | None) -> None:
        self.context = context
        self.declared = {t.name for t in draft.tensors}
        self.written = {statement.target.name for _, statement in walk_statements(draft.body)}
        self.bound = dict.fromkeys(r.index for r in walk_ranges(draft.body))
        self.bound |= dict.fromkeys(r.index for c in draft.constraints for r in _ranges((c.left, c.right)))
        self.own_indices = {i.name for i in draft.indices}
        self.known_indices = self.own_indices | set(context.index_named if context else ())
        self.sizes = {s.name for s in draft.sizes} | set(context.size_named if context else ())
        self.index_letters: dict[str, str] = {}
        self.copies: dict[str, str] = {}
        undeclared = [name for name in self.bound if name not in self.known_indices]
        self._letters = {size_letter(name): name for name in reversed(undeclared)}
        self.sizes |= set(self._in_size_positions(draft))

    def is_tensor(self, name: str) -> bool:
        """Whether the draft declares or writes a tensor of this name, or the context has one or its base."""
        if name in self.declared or name in self.written:
            return True
        return self.context is not None and (base_of(name) or name) in self.context.tensor_named

    def is_index(self, name: str) -> bool:
        """Whether the name is an index that is declared or that some loop or reduction binds."""
        return name in self.known_indices or name in self.bound

    def classified(self, expr: Expr, subscript: bool = False) -> Expr:
        """The expression with its bare names as indices, sizes and scalars."""
        if isinstance(expr, Ref):
            if not expr.subscripts:
                return self._bare(expr, subscript)
            inside = tuple(self.classified(s, subscript=True) for s in expr.subscripts)
            return expr if inside == expr.subscripts else replace(expr, subscripts=inside)
        return map_expr(expr, lambda e: self.classified(e, subscript))

    def _bare(self, ref: Ref, subscript: bool) -> Expr:
        name = ref.name
        if name in self.declared or name in self.written:
            return ref
        if name in self.sizes:
            return Size(name, place=ref.place)
        if self.is_tensor(name):
            return ref
        if name in self.known_indices:
            return Index(name, place=ref.place)
        if name in self._letters:
            self.index_letters[name] = self._letters[name]
            return Size(name, place=ref.place)
        return Index(name, place=ref.place) if subscript or name in self.bound else ref

    def _in_size_positions(self, draft: Draft) -> Iterator[str]:
        """Names that stand where only a size can: in bounds, extents, labels, definitions of sizes."""
        exprs: list[Expr] = [e for i in draft.indices for e in (i.low, i.high)]
        exprs += [s.definition for s in draft.sizes if s.definition is not None]
        for tensor in draft.tensors:
            exprs += tensor.labels or ()
            for axis in tensor.axes:
                if isinstance(axis, Range):
                    exprs += range_bounds((axis,))
                elif not isinstance(axis, Ref | Index):
                    exprs.append(axis)
        exprs += range_bounds(tuple(walk_ranges(draft.body)))
        for expr in exprs:
            for part in walk_expr(expr):
                if isinstance(part, Ref) and not part.subscripts and self._could_be_size(part.name):
                    yield part.name

    def _could_be_size(self, name: str) -> bool:
        return not self.is_tensor(name) and not self.is_index(name) and name not in self._letters


def classify(draft: Draft, names: Names) -> Draft:
    """The draft with every bare name as what it is, and no reduction that binds an index bound around it."""
    body = draft.body
    if any(_rebinds(node, frozenset()) for node in body):
        body = _Separation(draft, names).nodes(body, frozenset())
    return replace(
        draft,
        sizes=tuple(replace(s, definition=s.definition and names.classified(s.definition)) for s in draft.sizes),
        indices=tuple(replace(i, low=names.classified(i.low), high=names.classified(i.high)) for i in draft.indices),
        tensors=tuple(_classified_tensor(t, names) for t in draft.tensors),
        constraints=tuple(
            replace(c, left=names.classified(c.left), right=names.classified(c.right)) for c in draft.constraints
        ),
        body=tuple(map_node(node, names.classified) for node in body),
    )


def _classified_tensor(tensor: DraftTensor, names: Names) -> DraftTensor:
    labels = tensor.labels and (names.classified(tensor.labels[0]), names.classified(tensor.labels[1]))
    return replace(tensor, labels=labels, axes=tuple(_classified_axis(axis, names) for axis in tensor.axes))


def _classified_axis(axis: Expr | Range, names: Names) -> Expr | Range:
    match axis:
        case Range():
            return map_range(axis, names.classified)
        case Ref(name, ()):
            if names.is_index(name):
                return Index(name, place=axis.place)
            found = names.classified(axis, subscript=True)
            return Index(name, place=axis.place) if isinstance(found, Ref) else found
    return names.classified(axis)


def _ranges(exprs: Iterable[Expr]) -> Iterator[Range]:
    for expr in exprs:
        for part in walk_expr(expr):
            if isinstance(part, Reduce):
                yield from part.ranges


def _rebinds(node: Node | Expr, bound: frozenset[str]) -> bool:
    """Whether some reduction in it binds an index that is bound around it."""
    match node:
        case Loop(ranges, body):
            inside = bound | {r.index for r in ranges}
            return any(_rebinds(inner, inside) for inner in body)
        case Update(_, _, value) | Define(_, value):
            return _rebinds(value, bound)
        case Reduce(_, ranges, body):
            names = {r.index for r in ranges}
            return not names.isdisjoint(bound) or _rebinds(body, bound | names)
        case Expr():
            return any(_rebinds(child, bound) for child in expr_children(node))
    return False


class _Separation:
    """Gives an index that a reduction binds again a name of its own: `p[j]/sum_j p[j]` in a loop over j."""

    def __init__(self, draft: Draft, names: Names) -> None:
        self._names = names
        self._taken = {part.name for part in walk_body(draft.body) if isinstance(part, Ref | Index)}
        self._taken |= {*names.bound, *names.known_indices, *names.sizes, *names.declared}

    def nodes(self, body: tuple[Node, ...], bound: frozenset[str]) -> tuple[Node, ...]:
        return tuple(self._node(node, bound) for node in body)

    def _node(self, node: Node, bound: frozenset[str]) -> Node:
        match node:
            case Loop(ranges, body):
                return replace(node, body=self.nodes(body, bound | {r.index for r in ranges}))
            case Update(_, _, value) | Define(_, value):
                return replace(node, value=self._expr(value, bound))
        raise TypeError(f"not a node: {node!r}")

    def _expr(self, expr: Expr, bound: frozenset[str]) -> Expr:
        if isinstance(expr, Reduce):
            new: dict[str, Expr] = {}
            ranges: list[Range] = []
            for r in expr.ranges:
                moved = map_range(r, lambda e: rename(e, new))
                if r.index in bound:
                    copy = self._copy(r.index)
                    new[r.index] = Index(copy)
                    moved = replace(moved, index=copy)
                ranges.append(moved)
            if new:
                expr = replace(expr, ranges=tuple(ranges), body=rename(expr.body, new))
            bound |= {r.index for r in ranges}
        return map_expr(expr, lambda e: self._expr(e, bound))

    def _copy(self, index: str) -> str:
        new = fresh_name(index, self._taken)
        self._taken.add(new)
        self._names.copies[new] = self._names.copies.get(index, index)
        return new
