"""Names while a derivative is made: fresh indices with their own ranges, adjoints with their suffix."""

from __future__ import annotations

from dataclasses import replace

from symgrad.language.build import fresh_name, map_expr, map_range, rename
from symgrad.language.naming import index_stem
from symgrad.language.program import Expr, Index, IndexDecl, Program, Range, Reduce, Ref
from symgrad.language.walk import walk_expr


class Scope:
    """The index names of a program and those added while it is differentiated."""

    def __init__(self, program: Program) -> None:
        self._declared = dict(program.index_named)
        self._taken = {i.name for i in program.indices} | {s.name for s in program.sizes}
        self._taken |= {t.name for t in program.tensors} | {f.name for f in program.functions}
        self._added: dict[str, IndexDecl] = {}

    @property
    def indices(self) -> tuple[IndexDecl, ...]:
        """The declarations of all indices, added ones last."""
        return (*self._declared.values(), *self._added.values())

    def fresh(self, name: str, taken: frozenset[str] = frozenset()) -> str:
        """A new index that runs over what index `name` runs over."""
        new = fresh_name(name, self._taken | taken)
        self._taken.add(new)
        own = self._declared.get(name) or self._added.get(name)
        if own is not None:
            self._added[new] = replace(own, name=new)
        return new

    def like(self, name: str, avoid: frozenset[str]) -> str:
        """`name` itself, or where it is to be avoided an index that runs over the same."""
        if name not in avoid:
            return name
        own = self._declared.get(name) or self._added.get(name)
        for other in self._added.values():
            same = own is not None and replace(other, name=name) == own
            if same and other.name not in avoid and index_stem(other.name) == index_stem(name):
                return other.name
        return self.fresh(name, avoid)

    def unbind(self, ranges: tuple[Range, ...], body: Expr, avoid: frozenset[str]) -> tuple[tuple[Range, ...], Expr]:
        """A reduction's ranges and body with its indices renamed away from those to avoid."""
        new_ranges: list[Range] = []
        names: dict[str, Expr] = {}
        for r in ranges:
            moved = map_range(r, lambda e: rename(e, names))  # noqa: B023 - used at once
            new = self.like(r.index, avoid | {n.index for n in new_ranges})
            if new != r.index:
                names = {**names, r.index: Index(new)}
            new_ranges.append(replace(moved, index=new))
        return tuple(new_ranges), rename(body, names)

    def freshen(self, expr: Expr, avoid: frozenset[str]) -> Expr:
        """The expression with its bound indices renamed away from those to avoid."""
        if not any(isinstance(part, Reduce) for part in walk_expr(expr)):
            return expr
        if isinstance(expr, Reduce):
            bound = {r.index for r in expr.ranges}
            if bound & avoid:
                ranges, body = self.unbind(expr.ranges, expr.body, avoid)
                expr = replace(expr, ranges=ranges, body=body)
            avoid = avoid | {r.index for r in expr.ranges}
        return map_expr(expr, lambda e: self.freshen(e, avoid))


def suffix_for(program: Program, kind: str) -> str:
    """`.grad`, or `.grad2`, ...: the first such suffix that no tensor of the program bears."""
    count, suffix = 1, f".{kind}"
    while any(tensor.name.endswith(suffix) for tensor in program.tensors):
        count += 1
        suffix = f".{kind}{count}"
    return suffix


def suffixed(ref: Ref, suffix: str) -> Ref:
    """The cell of the tensor's adjoint or tangent: same place, the name with the suffix."""
    return Ref(ref.name + suffix, ref.subscripts, place=ref.place)
