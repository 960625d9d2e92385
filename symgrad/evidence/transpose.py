"""Reverse mode against forward mode, which shares no sweep with it.

For upstream gradients g of the outputs y and tangents v of what is differentiated by,

    sum g y.dot = sum x.grad v

holds for all g and v exactly if the loops that give x.grad are the transpose of those that give y.dot,
x.grad starting at zero. Gradients of computed tensors on the way are part of what gives x.grad.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.calculus.activity import join
from symgrad.clock import now
from symgrad.errors import UsageError
from symgrad.evidence.expressions import equation_of
from symgrad.evidence.judge import judged, without_name
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.verdict import UNKNOWN, Verdict
from symgrad.language.affine import as_affine
from symgrad.language.build import ONE, ZERO, add, fresh_name, loop, mul, neg, number
from symgrad.language.naming import derivative_of
from symgrad.language.program import Define, Expr, Index, IndexDecl, Node, Program, Range, Reduce, Ref, Role, Tensor
from symgrad.language.walk import written
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.compare import Outcome


def prove_transpose(backward: Program, tangent: Program, average: str | None = None, *, budget: float = 2.0) -> Verdict:
    """Whether a backward program is the transpose of a tangent program, for all sizes.

    Args:
        backward: as `vjp` makes it, its `forward` the program that is differentiated.
        tangent: as `jvp` makes it of the same program, by the same tensors.
        average: the batch index by whose size the backward program divides gradients of params.
        budget: seconds that the verdict may take.

    Raises:
        UsageError: gradients of computed tensors alone are asked for, whose tangents are not free.
    """
    end = now() + budget
    pairing = _Pairing(backward, tangent, average)
    left, right, context = pairing.equation()
    equation = equation_of(left, right, context)
    blank = Verdict(UNKNOWN, compared=(f"{write_expr(left)} = {write_expr(right)}",))

    def algebra(seconds: float) -> Outcome:
        from symgrad.algebra.transpose import Transpose, compare_transpose

        claim = Transpose(join(backward), join(tangent), pairing.names(), pairing.weights)
        return compare_transpose(claim, budget=seconds)

    comparison = Comparison(*equation.programs(), (equation.name,))
    return without_name(judged(comparison, algebra, blank, end), equation)


class _Pairing:
    """Which adjoint of the one program belongs to which tangent of the other."""

    def __init__(self, backward: Program, tangent: Program, average: str | None) -> None:
        if backward.forward is None:
            raise UsageError("the backward program does not carry the program that it is derived from")
        self._backward, self._tangent, self._forward = backward, tangent, backward.forward
        self._known = join(self._forward).tensor_named
        self._computed = written(join(self._forward).body)
        self._adjoints = self._derivatives(backward)
        self._dots = self._derivatives(tangent)
        self._sums = _Sums(join(backward), average)
        self.weights: Mapping[str, Expr] = {
            self._adjoints[base]: self._sums.weight(self._known[base])
            for base in self._adjoints
            if base in self._known and self._sums.weight(self._known[base]) != ONE
        }

    def _derivatives(self, program: Program) -> dict[str, str]:
        """The name of each tensor's adjoint or tangent in a program."""
        own = [t.name for t in program.tensors if t.name not in self._known]
        return {derivative_of(name): name for name in own if derivative_of(name)}

    def names(self) -> list[tuple[str, str]]:
        """The adjoint and the tangent of each tensor that has either, "" for one that is missing."""
        bases = dict.fromkeys([*self._adjoints, *self._dots])
        return [(self._adjoints.get(base, ""), self._dots.get(base, "")) for base in bases]

    def equation(self) -> tuple[Expr, Expr, Program]:
        """Both sums, and the program that computes what they are of."""
        outputs = set(self._backward.outputs)
        asked = [base for base, name in self._adjoints.items() if name in outputs and base not in self._computed]
        both = self._computed & self._adjoints.keys() & self._dots.keys()
        starts = [x for x in self._dots if x in both and self._is_given(self._dots[x])]
        if not asked and not starts:
            raise UsageError("only gradients of computed tensors are asked for, whose tangents are not free")
        given = [base for base, name in self._adjoints.items() if base in self._computed and self._is_upstream(name)]
        upstream = [(y, self._upstream(self._adjoints[y])) for y in given]
        left = add(*(self._sums.product(name, self._dots[y]) for y, name in upstream if y in self._dots))
        right = add(
            *(
                mul(self.weights.get(self._adjoints[x], ONE), self._sums.product(self._adjoints[x], self._dots[x]))
                for x in asked
                if x in self._dots
            ),
            *(self._sums.product(self._adjoints[x], self._dots[x], self._slice(x)) for x in starts),
        )
        return left, right, replace(self._context(), indices=tuple(self._sums.indices))

    def _slice(self, base: str) -> tuple[Expr | None, ...] | None:
        """The start slice of a tensor of which the rest is computed; its tangent is given there."""
        return self._tangent.tensor_named[self._dots[base]].initial

    def _is_given(self, dot: str) -> bool:
        return self._tangent.tensor_named[dot].given

    def _is_upstream(self, adjoint: str) -> bool:
        return self._backward.tensor_named[adjoint].role in (Role.INPUT, Role.ACCUMULATOR)

    def _upstream(self, adjoint: str) -> str:
        """The name of what is given for an adjoint: a copy of it where the loops add to it."""
        return self._sums.copy(adjoint) if adjoint in written(self._backward.body) else adjoint

    def _context(self) -> Program:
        """Both programs after the forward program, the gradients that are asked for starting at zero."""
        first, second = join(self._backward), join(self._tangent)
        added = tuple(t for t in second.tensors if t.name not in first.tensor_named)
        asked = {name for name in self._backward.outputs if derivative_of(name) not in self._computed}
        tensors = tuple(replace(t, role=Role.COMPUTED) if t.name in asked else t for t in first.tensors)
        start = len(join(self._forward).body)
        tail = second.body[start:]
        for index in second.indices:
            if index.name not in first.index_named:
                self._sums.indices.append(index)
        body = (*first.body[:start], *self._sums.copies, *first.body[start:], *tail)
        return replace(first, tensors=(*tensors, *added, *self._sums.copied), body=body)


class _Sums:
    """Makes sums over all cells of products of two tensors of one shape."""

    def __init__(self, context: Program, average: str | None) -> None:
        self.context = context
        self.average = average
        self.indices: list[IndexDecl] = list(context.indices)
        self.copies: list[Node] = []
        self.copied: list[Tensor] = []

    def product(self, one: str, other: str, at: tuple[Expr | None, ...] | None = None) -> Expr:
        """The sum, over a slice: where an axis is at a place, over that place alone."""
        names = self._names(next(t for t in (*self.copied, *self.context.tensors) if t.name == one))
        places = at or (None,) * len(names)
        cells = tuple(Index(name) if place is None else place for name, place in zip(names, places, strict=True))
        value = mul(Ref(one, cells), Ref(other, cells))
        ranges = tuple(Range(name) for name, place in zip(names, places, strict=True) if place is None)
        return Reduce("sum", ranges, value) if ranges else value

    def copy(self, name: str) -> str:
        """The name of a new tensor that keeps what another one holds at first."""
        tensor = self.context.tensor_named[name]
        new = fresh_name(f"{name.replace('.', '_')}_given", {t.name for t in self.context.tensors})
        names = self._names(tensor)
        cells = tuple(Index(n) for n in names)
        self.copies.append(loop(tuple(Range(n) for n in names), Define(Ref(new, cells), Ref(name, cells))))
        self.copied.append(Tensor(new, tensor.axes, Role.COMPUTED))
        return new

    def _names(self, tensor: Tensor) -> list[str]:
        """An index for each axis, no two the same."""
        names: list[str] = []
        for axis in tensor.axes:
            own = axis.label not in names and self._runs_over(axis.label, axis.extent)
            names.append(axis.label if own else self._new(axis.extent))
        return names

    def weight(self, base: Tensor) -> Expr:
        """The size of the batch for a param, by which its gradient was divided; else 1."""
        if base.role is not Role.PARAM or self.average is None:
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
