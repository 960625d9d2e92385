"""The audit of a derivation: reverse mode against forward mode, which shares no sweep with it.

For upstream gradients g of the outputs y and tangents v of what is differentiated by,

    sum g y.dot = sum x.grad v

holds for all g and v exactly if the loops that give x.grad are the transpose of those that give y.dot,
x.grad starting at zero. Gradients of computed tensors on the way are part of what gives x.grad.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.calculus import jvp
from symgrad.calculus.activity import join, written
from symgrad.course.problem import Part
from symgrad.course.question import batch_index, concerned, derived, starts
from symgrad.errors import UsageError
from symgrad.language.affine import as_affine
from symgrad.language.build import ONE, ZERO, add, fresh_name, mul, neg, number
from symgrad.language.program import Expr, Index, IndexDecl, Program, Range, Reduce, Ref, Role, Tensor

if TYPE_CHECKING:
    from symgrad.evidence import Verdict


def audit(part: Part) -> Verdict:
    """Whether the part's derived loops are proved to be the transpose of the tangent loops, for all sizes."""
    from symgrad.evidence import Verdict, prove_equation

    try:
        left, right, context = _pairings(part)
        return prove_equation(left, right, context)
    except UsageError as error:
        return Verdict("unknown", reason=error.message)


def _pairings(part: Part) -> tuple[Expr, Expr, Program]:
    """Both sums, and the program that computes what they are of."""
    program = concerned(part)
    backward = replace(derived(part), forward=program)
    given = [name.removesuffix(".grad") for name in starts(part)[0]]
    computed = written(program.body)
    asked = [name for name in (adjoint.removesuffix(".grad") for adjoint in backward.outputs) if name not in computed]
    if not asked:
        raise UsageError("only gradients of computed tensors are asked for, whose tangents are not free")
    tangent = jvp(program, wrt=asked, of=given)
    first, second = join(backward), join(tangent)
    known = first.tensor_named
    added = tuple(t for t in second.tensors if t.name not in known)
    tensors = tuple(replace(t, role=Role.COMPUTED) if t.name in backward.outputs else t for t in first.tensors)
    indices = (*first.indices, *(i for i in second.indices if i.name not in first.index_named))
    context = replace(
        first, tensors=(*tensors, *added), indices=indices, body=(*first.body, *second.body[len(program.body) :])
    )
    sums = _Sums(context, batch_index(part))
    left = add(
        *(sums.product(f"{name}.grad", f"{name}.dot") for name in given if f"{name}.dot" in context.tensor_named)
    )
    right = add(*(sums.product(f"{name}.grad", f"{name}.dot", name) for name in asked))
    return left, right, replace(context, indices=tuple(sums.indices))


class _Sums:
    """Makes sums over all cells of products of two tensors of one shape."""

    def __init__(self, context: Program, average: str | None) -> None:
        self.context = context
        self.average = average
        self.indices: list[IndexDecl] = list(context.indices)

    def product(self, one: str, other: str, base: str = "") -> Expr:
        """The sum; times the size of the batch where the gradient of `base` was divided by it."""
        tensor = self.context.tensor_named[one]
        names: list[str] = []
        for axis in tensor.axes:
            own = axis.label not in names and self._runs_over(axis.label, axis.extent)
            names.append(axis.label if own else self._new(axis.extent))
        cells = tuple(Index(name) for name in names)
        value = mul(Ref(one, cells), Ref(other, cells))
        whole = Reduce("sum", tuple(Range(name) for name in names), value) if names else value
        return mul(self._weight(self.context.tensor_named.get(base)), whole)

    def _weight(self, base: Tensor | None) -> Expr:
        if base is None or base.role is not Role.PARAM or self.average is None:
            return ONE
        index = self.context.index_named[self.average]
        count = as_affine(add(index.high, neg(index.low), ONE))
        if count is None:
            raise UsageError("the size of the batch is not a simple one")
        return count.to_expr()

    def _runs_over(self, label: str, extent: Expr) -> bool:
        """Whether an index takes each value from 0 up to, not including, the extent."""
        index = self.context.index_named.get(label)
        return index is not None and index.low == ZERO and as_affine(add(index.high, ONE)) == as_affine(extent)

    def _new(self, extent: Expr) -> str:
        """A new index over all cells of an axis."""
        taken: Iterable[str] = [i.name for i in self.indices]
        name = fresh_name("n", {*taken, *self.context.tensor_named, *self.context.size_named})
        high = as_affine(add(extent, number(-1)))
        if high is None:
            raise UsageError("the extent of an axis is not a simple one")
        self.indices.append(IndexDecl(name, ZERO, high.to_expr()))
        return name
