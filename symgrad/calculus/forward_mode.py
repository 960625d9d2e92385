"""Forward mode: tangent programs, and Jacobians as tangents by every input cell at once.

Independent of the reverse sweep but for the table of derivatives: here the value's tangent is
built from the bottom up, by the sum and product rules, so that each can audit the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.calculus.activity import active, chosen, differentiable, join
from symgrad.calculus.adjoints import derived
from symgrad.calculus.length import check_length
from symgrad.calculus.occurrences import by_argument, by_base, by_exponent
from symgrad.calculus.product import product, total
from symgrad.calculus.scope import Scope, suffix_for, suffixed
from symgrad.errors import UsageError
from symgrad.language.affine import as_affine
from symgrad.language.build import ZERO, accumulate, add, inv, loop, number, power
from symgrad.language.dependence import output_names
from symgrad.language.program import (
    Add,
    Axis,
    Call,
    Define,
    Expr,
    Index,
    Indicator,
    Inv,
    Loop,
    Mul,
    Neg,
    Node,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Tensor,
    Update,
)
from symgrad.language.walk import values_read, walk_statements, written


def jvp(program: Program, wrt: Sequence[str] | str | None = None, of: Sequence[str] | str | None = None) -> Program:
    """The tangent program: forward-mode differentiation of a legal program.

    Args:
        program: any legal program.
        wrt: the tensors whose tangents `x.dot` are given; by default all inputs and params.
        of: the tensors whose tangents are wanted; by default the outputs.

    Returns:
        A program that computes `y.dot[...] = sum over x, cells of dy/dx x.dot`, statement by
        statement in the order of the program's, reading its tensors by name.

    Raises:
        UsageError: a name the program does not have, or nothing to differentiate.
    """
    forward = join(program)
    asked = chosen(forward, wrt, differentiable(forward), "an input to differentiate by")
    wanted = chosen(forward, of, output_names(forward), "an output to differentiate")
    suffix, through, scope = suffix_for(forward, "dot"), active(forward, asked, wanted), Scope(forward)
    check_length(forward, through)

    def tangent_of(ref: Ref) -> Expr:
        return suffixed(ref, suffix)

    tangents = Tangents(scope, through, tangent_of, lambda target: suffixed(target, suffix))
    body, through = tangents.of_program(forward, asked)
    computed = written(body)

    def tangent(tensor: Tensor) -> Tensor:
        name, given = tensor.name + suffix, tensor.name in asked
        if given and tensor.initial is not None:
            return replace(tensor, name=name)
        role = (Role.ACCUMULATOR if name in computed else Role.INPUT) if given else Role.COMPUTED
        return Tensor(name, tensor.axes, role, zero_outside=tensor.zero_outside)

    declared = [tangent(t) for t in forward.tensors if t.name in through | set(wanted) | set(asked)]
    return derived(forward, body, scope.indices, declared, tuple(name + suffix for name in wanted))


def jacobian(program: Program, of: str | None = None, wrt: str | None = None) -> Program:
    """The program of a whole Jacobian: `y.jac[f..., e...]` is d y[f...] / d x[e...].

    Args:
        program: any legal program.
        of: the tensor y that is differentiated; may be left out where there is one output.
        wrt: the tensor x by whose cells, or by those of its given slice; may be left out where
            there is one input.

    Returns:
        A program with one Jacobian tensor for y and each tensor between x and y, named with `.jac`,
        whose last axes are those of what is given of x.

    Raises:
        UsageError: more than one output or input and none was named.
    """
    forward = join(program)
    y = _single(chosen(forward, of, output_names(forward), "an output to differentiate"), "output", "of")
    x = _single(chosen(forward, wrt, differentiable(forward), "an input to differentiate by"), "input", "wrt")
    suffix, through, scope = suffix_for(forward, "jac"), active(forward, (x,), (y,)), Scope(forward)
    check_length(forward, through)
    columns = Columns(scope, forward.tensor_named[x])

    def target_of(ref: Ref) -> Ref:
        return Ref(ref.name + suffix, ref.subscripts + columns.indices)

    own_steps = x == y or any(
        s.target.name == x and values_read(s.value) & through for _, s in walk_statements(forward.body)
    )

    def tangent_of(ref: Ref) -> Expr:
        return columns.same(ref.subscripts) if ref.name == x and not own_steps else target_of(ref)

    body, through = Tangents(scope, through, tangent_of, target_of, columns.ranges).of_program(forward, (x,))
    seeds = (loop(columns.ranges, accumulate(target_of(Ref(x, columns.diagonal)), number(1))),) if own_steps else ()
    declared = [
        Tensor(t.name + suffix, t.axes + columns.axes, Role.COMPUTED)
        for t in forward.tensors
        if t.name in through | {y} and (t.name != x or own_steps)
    ]
    return derived(forward, seeds + body, scope.indices, declared, (y + suffix,))


class Columns:
    """The cells of a tensor, or of its given slice, by which a Jacobian is taken: an index of its own for each axis."""

    def __init__(self, scope: Scope, tensor: Tensor) -> None:
        ranges: list[Range] = []
        axes: list[Axis] = []
        diagonal: list[Expr] = []
        for axis, at in zip(tensor.axes, tensor.initial or (None,) * len(tensor.axes), strict=True):
            if at is None:
                column = _column(scope, axis)
                ranges.append(column)
                axes.append(replace(axis, label=column.index if axis.label else ""))
            diagonal.append(Index(ranges[-1].index) if at is None else at)
        self.ranges, self.axes, self.diagonal = tuple(ranges), tuple(axes), tuple(diagonal)
        self.indices = tuple(Index(r.index) for r in ranges)

    def same(self, subscripts: tuple[Expr, ...]) -> Expr:
        """1 where the subscripts are those of the column, else 0."""
        return product(*(Indicator("=", s, e) for s, e in zip(subscripts, self.diagonal, strict=True)))


def _single(names: Sequence[str], what: str, option: str) -> str:
    if len(names) > 1:
        raise UsageError(f"the program has more than one {what}: {', '.join(names)}", hint=f"name one with `{option}`")
    return names[0]


def _column(scope: Scope, axis: Axis) -> Range:
    """A loop over the axis with an index of its own."""
    if axis.label:
        return Range(scope.fresh(axis.label))
    last = add(axis.extent, number(-1))
    simple = as_affine(last)
    return Range(scope.fresh("n"), number(0), last if simple is None else simple.to_expr())


class Tangents:
    """Tangents of values and of statements.

    `through` are the tensors that have tangents, `tangent_of` gives that of a cell which is read,
    `target_of` that of a cell which is written, `columns` are loops added inside.
    """

    def __init__(
        self,
        scope: Scope,
        through: frozenset[str],
        tangent_of: Callable[[Ref], Expr],
        target_of: Callable[[Ref], Ref],
        columns: tuple[Range, ...] = (),
    ) -> None:
        self.scope = scope
        self.through = through
        self.tangent_of = tangent_of
        self.target_of = target_of
        self.columns = columns

    def of_program(self, program: Program, asked: Sequence[str]) -> tuple[tuple[Node, ...], frozenset[str]]:
        """The tangent nodes of a program, and the tensors that have tangents.

        A tensor has none where each of its statements' is literally zero, as that of x^0.
        """
        while True:
            body = tuple(self.nodes(program.body))
            computed = written(body)
            made = {name for name in written(program.body) if self.target_of(Ref(name)).name in computed}
            if self.through <= made | set(asked):
                return body, self.through
            self.through &= made | set(asked)

    def nodes(self, body: Sequence[Node]) -> list[Node]:
        """The tangent nodes, in the order of the nodes; what has no tangent is left out."""
        made: list[Node] = []
        for node in body:
            match node:
                case Loop(ranges, inner):
                    deeper = self.nodes(inner)
                    if deeper:
                        made.append(loop(ranges, *deeper))
                case Update(target, sign, value) if target.name in self.through:
                    tangent = product(number(sign), self.of(value))
                    if tangent != ZERO:
                        made.append(loop(self.columns, accumulate(self.target_of(target), tangent, node.place)))
                case Define(target, value) if target.name in self.through:
                    tangent = self.of(value)
                    if tangent != ZERO:
                        made.append(loop(self.columns, Define(self.target_of(target), tangent, place=node.place)))
        return made

    def of(self, expr: Expr) -> Expr:
        """The tangent of a value."""
        match expr:
            case Ref(name):
                return self.tangent_of(expr) if name in self.through else ZERO
            case Neg(arg):
                return product(number(-1), self.of(arg))
            case Inv(arg):
                return product(number(-1), self.of(arg), inv(power(arg, 2)))
            case Add(args):
                return total(*(self.of(arg) for arg in args))
            case Mul(args):
                terms = (product(*args[:i], self.of(arg), *args[i + 1 :]) for i, arg in enumerate(args))
                return total(*terms)
            case Pow(base, exponent):
                by_each = ((by_base(base, exponent), base), (by_exponent(base, exponent), exponent))
                return total(*(product(d, self.of(part)) for d, part in by_each))
            case Call(_, args):
                return total(*(self._by_slot(expr, slot, self.of(arg)) for slot, arg in enumerate(args)))
            case Reduce(op, ranges, body):
                return self._reduction(op, ranges, body)
        return ZERO

    def _by_slot(self, expr: Call, slot: int, tangent: Expr) -> Expr:
        return ZERO if tangent == ZERO else product(by_argument(expr, slot), tangent)

    def _reduction(self, op: str, ranges: tuple[Range, ...], body: Expr) -> Expr:
        """A sum's tangent is the sum of tangents; a maximum's is that of the cell that attains it."""
        bound = frozenset(r.index for r in ranges)
        tangent = self.of(body)
        if tangent == ZERO:
            return ZERO
        if op != "sum":
            extreme = self.scope.freshen(Reduce(op, ranges, body), bound)
            tangent = product(Indicator(">=" if op == "max" else "<=", body, extreme), tangent)
        return Reduce("sum", ranges, self.scope.freshen(tangent, bound))
