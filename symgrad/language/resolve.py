"""From a draft to a complete program: every size, index and tensor declared, so that nothing is left to infer.

Names become what they are (`names.py`), tensors get their roles and axes here, sizes and extents
follow from the accesses (`extents.py`). What a text may not say is refused in `legality.py`; here
only what cannot be completed is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symgrad.errors import Finding, LegalityError
from symgrad.language.accesses import accesses, expr_reads
from symgrad.language.build import ZERO, map_expr, map_node
from symgrad.language.draft import Draft
from symgrad.language.integers import ONE, Form, bounds_of, form_of
from symgrad.language.program import (
    Axis,
    Constraint,
    Expr,
    Index,
    IndexDecl,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
)
from symgrad.language.resolving.declared import declaration_findings
from symgrad.language.resolving.extents import Extents, Facts, Key, axis_key, index_key, labels_key
from symgrad.language.resolving.names import Names, classify
from symgrad.language.resolving.outlines import Outline, Outliner, arranged
from symgrad.language.resolving.own_ranges import with_own_ranges
from symgrad.language.walk import walk_body, walk_expr, walk_ranges


def resolve(draft: Draft, context: Program | None = None) -> Program:
    """The complete program that a draft stands for.

    Args:
        draft: a text as read.
        context: a forward program whose tensors, adjoints (`x.grad`, of the shape of `x`), sizes
            and indices are known where the draft does not declare them. The result's `forward`.

    Returns:
        A program that declares every tensor that is known, with all its axes, every size, and every
        index with a range of its own. It may still be illegal: see `legality.findings`.

    Raises:
        LegalityError: a name with two meanings, or an extent that cannot be told.
    """
    problems = declaration_findings(draft, context)
    if not problems:
        names = Names(draft, context)
        resolver = _Resolver(classify(draft, names), names, context)
        program = resolver.program()
        problems = resolver.problems
    if problems:
        raise LegalityError("", findings=problems, source=draft.source, name=draft.name)
    return program


class _Resolver:
    """Completes a draft whose names are classified."""

    def __init__(self, draft: Draft, names: Names, context: Program | None) -> None:
        self._draft, self._names, self._context = draft, names, context
        self._accesses = list(accesses(draft.body))
        for constraint in draft.constraints:
            self._accesses += [*expr_reads(constraint.left), *expr_reads(constraint.right)]
        self._refs: dict[str, list[Ref]] = {}
        for access in self._accesses:
            self._refs.setdefault(access.ref.name, []).append(access.ref)
        self._ranges = [*walk_ranges(draft.body), *_ranges_of(draft.constraints)]
        outliner = Outliner(draft, context, self._accesses)
        self._outlines = {outline.tensor.name: outline for outline in outliner.outlines()}
        self._shadows = outliner.shadows
        self._sizes = {s.name: s for s in (*(context.sizes if context else ()), *draft.sizes)}
        self._indices = {i.name: i for i in (*(context.indices if context else ()), *draft.indices)}
        for copy, original in names.copies.items():
            if original in self._indices:
                self._indices[copy] = replace(self._indices[original], name=copy)
        tensors = [outline.tensor for outline in self._outlines.values()]
        self._bounds = bounds_of(self._sizes.values(), self._indices.values(), tensors)
        self._extents = Extents(self._facts())
        self._meanings = self._extents.meanings()
        self.problems: list[Finding] = self._extents.findings

    def program(self) -> Program:
        """The program; `problems` holds what could not be completed."""
        draft = self._draft
        tensors = arranged((self._tensor(outline) for outline in self._outlines.values()), draft.body)
        body, constraints = draft.body, draft.constraints
        if self._meanings:
            body = tuple(map_node(node, self._meant) for node in body)
            constraints = tuple(replace(c, left=self._meant(c.left), right=self._meant(c.right)) for c in constraints)
        indices = tuple(self._all_indices(tensors))
        if any(r.low is not None and r.high is not None for r in self._ranges):
            own = {index.name: (form_of(index.low), form_of(index.high)) for index in indices}
            body = tuple(with_own_ranges(node, own) for node in body)
        functions, forward = draft.functions, self._context
        if forward is not None:
            functions = (*(f for f in forward.functions if f not in functions), *functions)
            known = {t.name for t in tensors}
            constraints = (*(c for c in forward.constraints if _tensors_in(c) <= known), *constraints)
        return Program(
            sizes=tuple(self._all_sizes(indices, tensors, (*walk_body(body), *_exprs_of(constraints)))),
            indices=indices,
            tensors=tensors,
            functions=functions,
            constraints=constraints,
            body=body,
            outputs=draft.outputs,
            forward=forward,
            remarks=(*draft.remarks, *self._remarks()),
            source=draft.source,
        )

    # What is known before sizes are found.

    def _facts(self) -> Facts:
        axes: dict[Key, Form | None] = {}
        sliced: dict[Key, Form] = {}
        linked = [(index_key(copy), index_key(one)) for copy, one in self._names.copies.items()]
        for name, outline in self._outlines.items():
            for position, (label, extent) in enumerate(zip(outline.labels, outline.extents, strict=True)):
                key = axis_key(name, position)
                axes[key] = self._declared_extent(label, extent)
                if label and axes[key] is None:
                    linked.append((key, index_key(label)))
            for position, at in enumerate(outline.tensor.initial or ()):
                form = None if at is None else form_of(at)
                if form is not None:
                    sliced[axis_key(name, position)] = form + ONE
        ranges: dict[str, list[Range]] = {}
        for r in self._ranges:
            if r.index not in self._indices:
                ranges.setdefault(r.index, []).append(r)
        taken = {*self._outlines, *self._indices, *ranges, *(f.name for f in self._draft.functions)}
        return Facts(
            self._bounds, axes, sliced, linked, self._accesses, ranges, self._names.index_letters, frozenset(taken)
        )

    def _declared_extent(self, label: str, extent: Expr | None) -> Form | None:
        if extent is not None:
            return form_of(extent)
        own = self._bounds.own.get(label)
        return None if own is None else own[1] + ONE

    # What is found.

    def _tensor(self, outline: Outline) -> Tensor:
        tensor = outline.tensor
        axes = tuple(self._axis(outline, position) for position in range(len(outline.labels)))
        labels = tensor.labels
        if tensor.role is Role.INTEGER and labels is None and self._extents.is_used(labels_key(tensor.name)):
            labels = (ZERO, self._expr(self._extents.label_count(tensor.name) - ONE))
        return replace(tensor, axes=axes, labels=labels and (self._meant(labels[0]), self._meant(labels[1])))

    def _axis(self, outline: Outline, position: int) -> Axis:
        key, label = axis_key(outline.tensor.name, position), outline.labels[position]
        extent = self._extents.extent(key) or ONE
        if not label:
            label = next((n for n in self._indices_at(key) if self._runs_over(n, extent)), "")
        return Axis(label, self._expr(extent))

    def _indices_at(self, key: Key) -> Iterator[str]:
        """The indices that the program's accesses have at an axis, as they are."""
        _, tensor, position = key
        if self._outlines[tensor].extents[position] is not None:
            return
        for ref in self._refs.get(tensor, ()):
            if position < len(ref.subscripts):
                subscript = ref.subscripts[position]
                if isinstance(subscript, Index):
                    yield subscript.name

    def _runs_over(self, index: str, extent: Form) -> bool:
        """Whether the last value of the index's own range is the axis's last cell."""
        own = self._bounds.own.get(index)
        end = own[1] if own is not None else self._extents.own_end(index)
        return end is not None and self._bounds.expanded(end + ONE - extent).constant == 0

    def _all_indices(self, tensors: tuple[Tensor, ...]) -> Iterator[IndexDecl]:
        """The declarations of all indices that have a range of their own, in order of first appearance."""
        names = dict.fromkeys(i.name for i in self._draft.indices)
        names |= dict.fromkeys(axis.label for t in tensors for axis in t.axes if axis.label)
        names |= dict.fromkeys(r.index for r in self._ranges if r.low is None or r.high is None)
        names |= dict.fromkeys(part.name for part in _exprs_of(self._draft.constraints) if isinstance(part, Index))
        for name in names:
            declared = self._indices.get(name)
            if declared is None:
                yield IndexDecl(name, ZERO, self._expr(self._extents.size_of_index(name) - ONE))
            else:
                yield replace(declared, low=self._meant(declared.low), high=self._meant(declared.high))

    def _all_sizes(
        self, indices: tuple[IndexDecl, ...], tensors: tuple[Tensor, ...], exprs: tuple[Expr, ...]
    ) -> Iterator[SizeDecl]:
        """The declarations of all sizes: in the order in which indices, tensors and statements name them.

        Where a `size` line stands does not matter: it may be left out when it says nothing more.
        """
        pending = [part for i in indices for limit in (i.low, i.high) for part in _sizes_in(limit)]
        for tensor in tensors:
            written = (*(axis.extent for axis in tensor.axes), *(tensor.labels or ()), *(tensor.initial or ()))
            pending += [part for expr in written if expr is not None for part in _sizes_in(expr)]
        pending += [part for part in exprs if isinstance(part, Size)]
        pending += [Size(s.name) for s in self._draft.sizes]
        done: set[str] = set()
        pending.reverse()
        while pending:
            name = pending.pop().name
            if name not in done:
                done.add(name)
                size = self._sizes.get(name) or SizeDecl(name)
                yield size
                if size.definition is not None:
                    pending += reversed(_sizes_in(size.definition))

    def _expr(self, form: Form) -> Expr:
        return form.put(self._meanings).to_expr() if self._meanings else form.to_expr()

    def _meant(self, expr: Expr) -> Expr:
        """The expression with size symbols that mean another size replaced by it."""
        if isinstance(expr, Size):
            form = self._meanings.get(expr)
            return expr if form is None else replace(form.to_expr(), place=expr.place)
        return map_expr(expr, self._meant)

    def _remarks(self) -> Iterator[str]:
        for name in self._shadows:
            yield f"from here on {name} is what this text assigns, not the forward program's {name}"
        for copy, original in self._names.copies.items():
            yield f"{original} is bound twice, around the sum and by it: the inner one is read as {copy}"
        from symgrad.language.write import write_expr

        explicit = {r.index for r in self._ranges if r.low is not None and r.high is not None}
        for name in dict.fromkeys(r.index for r in self._ranges if r.whole and r.index in explicit):
            if name not in self._indices:
                last = write_expr(self._expr(self._extents.size_of_index(name) - ONE))
                yield f"where no range is written, {name} runs from 0 to {last}: declare it to change that"


def _sizes_in(expr: Expr) -> list[Size]:
    return [part for part in walk_expr(expr) if isinstance(part, Size)]


def _exprs_of(constraints: tuple[Constraint, ...]) -> Iterator[Expr]:
    for constraint in constraints:
        yield from walk_expr(constraint.left)
        yield from walk_expr(constraint.right)


def _ranges_of(constraints: tuple[Constraint, ...]) -> Iterator[Range]:
    for part in _exprs_of(constraints):
        if isinstance(part, Reduce):
            yield from part.ranges


def _tensors_in(constraint: Constraint) -> set[str]:
    return {part.name for part in _exprs_of((constraint,)) if isinstance(part, Ref)}
