"""The tensors of a draft with their roles and the extents that are declared, before others are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symgrad.language.accesses import Access, accesses
from symgrad.language.build import ONE, add
from symgrad.language.dependence import output_names
from symgrad.language.draft import Draft, DraftTensor
from symgrad.language.naming import base_of, derivative_of, is_tangent
from symgrad.language.program import Define, Expr, Index, Node, Program, Range, Ref, Role, Statement, Tensor
from symgrad.language.walk import range_bounds, walk_expr, walk_ranges, walk_statements

_GIVEN = {Role.INPUT, Role.PARAM, Role.CONST, Role.INTEGER}


@dataclass(frozen=True)
class Outline:
    """A tensor without its axes, and what is declared of each axis: an index's name or "", an extent or None."""

    tensor: Tensor
    labels: tuple[str, ...]
    extents: tuple[Expr | None, ...]


class Outliner:
    """Finds the tensors of a draft; those it cannot know are left out, for `legality` to name."""

    def __init__(self, draft: Draft, context: Program | None, found: Sequence[Access]) -> None:
        self._draft, self._context, self._accesses = draft, context, found
        self._written: dict[str, Statement] = {}  # each tensor's first statement
        for _, statement in walk_statements(draft.body):
            self._written.setdefault(statement.target.name, statement)
        self._implied = context is None and not any(t.role in _GIVEN for t in draft.tensors)
        integers = [subscript for access in found for subscript in access.ref.subscripts]
        integers += range_bounds(tuple(walk_ranges(draft.body)))
        self._integers = {part.name for expr in integers for part in walk_expr(expr) if isinstance(part, Ref)}
        self._outputs = set(output_names(context)) if context else set()
        self._read_again = {a.ref.name for a in accesses(context.body if context else ()) if not a.is_target}
        self.shadows: list[str] = []  # forward tensors whose names the draft gives to tensors of its own

    def outlines(self) -> Iterator[Outline]:
        """The tensors: declared ones first, then the others in the order they occur."""
        names = set()
        for declared in self._draft.tensors:
            names.add(declared.name)
            yield self._declared(declared)
        for access in self._accesses:
            if access.ref.name not in names:
                names.add(access.ref.name)
                known = self._from_context(access.ref.name, self._context) if self._context else None
                outline = known or self._inferred(access)
                if outline is not None:
                    yield outline

    def _declared(self, declared: DraftTensor) -> Outline:
        labels, extents, fixed = [], [], []
        sliced = declared.name in self._written
        for axis in declared.axes:
            label, extent, at = "", None, None
            match axis:
                case Range(_, _, high):
                    extent = None if high is None else add(high, ONE)
                case Index(name):
                    label = name
                case _ if sliced:  # input h[0, b]: the program computes the other slices
                    at = axis
                case _:
                    extent = axis
            labels.append(label)
            extents.append(extent)
            fixed.append(at)
        is_slice = any(at is not None for at in fixed)
        tensor = Tensor(
            declared.name,
            (),
            Role.COMPUTED if is_slice else declared.role,
            sign=declared.sign,
            labels=declared.labels,
            zero_outside=declared.zero_outside,
            over=declared.over,
            initial=tuple(fixed) if is_slice else None,
            place=declared.place,
        )
        return Outline(tensor, tuple(labels), tuple(extents))

    def _from_context(self, name: str, context: Program) -> Outline | None:
        """A tensor of the forward program, or an adjoint of the shape of one."""
        known = context.tensor_named.get(name)
        if known is not None:
            if self._is_defined_first(name):
                self.shadows.append(name)
                return None
            tensor = replace(known, role=Role.INPUT, initial=None) if known.role is Role.COMPUTED else known
        else:
            known = context.tensor_named.get(derivative_of(name)) or context.tensor_named.get(base_of(name))
            if known is None:
                return None
            if is_tangent(name):
                initial = known.initial if name in self._written else None
                tensor = Tensor(name, (), self._tangent_role(name, known), initial=initial)
            else:
                tensor = Tensor(name, (), self._adjoint_role(name, known))
            tensor = replace(tensor, zero_outside=known.zero_outside)
        labels, extents = tuple(a.label for a in known.axes), tuple(a.extent for a in known.axes)
        return Outline(replace(tensor, axes=()), labels, extents)

    def _tangent_role(self, name: str, base: Tensor) -> Role:
        """How a tangent starts: it is computed as its tensor is, from zero or from the same slice; others are given."""
        if name not in self._written:
            return Role.INPUT
        return Role.COMPUTED if base.role is Role.COMPUTED else Role.ACCUMULATOR

    def _adjoint_role(self, name: str, base: Tensor) -> Role:
        """How an adjoint starts that the text does not declare.

        Given where it is only read; at zero where the forward program computes its tensor on the
        way; at a given value where that is an input, or an output that is read again. The adjoint
        of any other output is given.
        """
        if name not in self._written:
            return Role.INPUT
        if base.role is not Role.COMPUTED:
            return Role.ACCUMULATOR
        if base.name not in self._outputs:
            return Role.COMPUTED
        return Role.ACCUMULATOR if base.name in self._read_again else Role.INPUT

    def _is_defined_first(self, name: str) -> bool:
        return isinstance(self._written.get(name), Define)

    def _inferred(self, access: Access) -> Outline | None:
        ref = access.ref
        if ref.name in self._written:
            role, ref = Role.COMPUTED, self._written[ref.name].target
        elif self._implied:
            role = Role.INTEGER if ref.name in self._integers else Role.INPUT
        else:
            return None
        rank = len(ref.subscripts)
        return Outline(Tensor(ref.name, (), role, place=ref.place), ("",) * rank, (None,) * rank)


def arranged(tensors: Iterable[Tensor], body: tuple[Node, ...]) -> tuple[Tensor, ...]:
    """The tensors in a program's usual order: given ones as declared, computed ones as they occur in its body.

    The order then says nothing that the text does not, so that a program that is written and read
    back is the same.
    """
    occurring = {access.ref.name: position for position, access in reversed(list(enumerate(accesses(body))))}
    listed, last = list(tensors), max(occurring.values(), default=0) + 1
    given = [t for t in listed if t.role is not Role.COMPUTED]
    computed = [t for t in listed if t.role is Role.COMPUTED]
    return (*given, *sorted(computed, key=lambda t: occurring.get(t.name, last)))
