"""From equations to loops of `+=` and `-=`: no statement of the result has a sum on its right side.

    h[b, j] = sum_i W[j, i] x[b, i] - c[j]        for b, j, i: h[b, j] += W[j, i] x[b, i]
                                                  for b, j: h[b, j] -= c[j]

    p[b, j] = exp(s[b, j])/sum_k exp(s[b, k])     for b, k: p_sum[b] += exp(s[b, k])
                                                  for b, j: p[b, j] += exp(s[b, j])/p_sum[b]

Computed tensors start at zero, so what is added to a cell once is what it is assigned. A sum is additive: where
it stands as a term or as a plain factor of one, its index becomes a loop, and every term a statement of its own. A sum
inside anything else is added up before, in a tensor of its own over the indices that it depends on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from symgrad.calculus.scope import Scope
from symgrad.errors import UsageError
from symgrad.language.build import accumulate, add, fresh_name, loop, map_expr, map_range, mul, neg, number, rename
from symgrad.language.dependence import carried_indices
from symgrad.language.integers import ONE, Form, bounds_of, form_of
from symgrad.language.program import (
    Add,
    Axis,
    Call,
    Expr,
    Index,
    Indicator,
    Inv,
    Loop,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Statement,
    Tensor,
    Update,
)
from symgrad.language.walk import free_indices, range_bounds, values_read, walk_expr, written

_TOTAL = frozenset(
    (
        *("exp", "expm1", "abs", "sin", "cos", "sinh", "cosh", "tanh", "asinh", "atan", "sigmoid", "softplus"),
        *("relu", "sign", "step", "erf", "erfc", "gelu", "gelu_tanh", "silu", "max", "min"),
    )
)
"""Functions that have a value everywhere."""


@dataclass(frozen=True)
class Accumulation:
    """What became of one statement.

    Attributes:
        ranges: the loops around the statement, outermost first.
        statement: the statement as it was.
        updates: the loops in its place, without those around that it shares with other statements.
        before: loops for the sums inside its functions and denominators, which run before.
    """

    ranges: tuple[Range, ...]
    statement: Statement
    updates: tuple[Node, ...]
    before: tuple[Node, ...] = ()


def as_updates(program: Program) -> Program:
    """The program as loops that add: every statement is `+=` or `-=`, and no value has a sum in it.

    Args:
        program: a legal program.

    Returns:
        A program that computes the same tensors, and further ones for sums that cannot be written otherwise. Maxima
        and minima stay as they are.

    Raises:
        UsageError: the extent of a further tensor is not found.

    >>> from symgrad.language.read import read_program
    >>> from symgrad.language.write import write_program
    >>> equations = read_program("y[b] = q[b] (sum_j x[b, j]) - 1/sum_k x[b, k]^2")
    >>> print(write_program(as_updates(equations), declarations=False).strip())
    for b, k: y_sum[b] += x[b, k]^2
    for b, j: y[b] += q[b] x[b, j]
    for b: y[b] -= 1/y_sum[b]
    """
    return accumulated(program)[0]


def accumulated(program: Program) -> tuple[Program, tuple[Accumulation, ...]]:
    """What `as_updates` makes of a program, and of each of its statements, in order."""
    maker = _Maker(program)
    body = tuple(made for node in program.body for made in maker.top(node))
    bound = (*program.indices, *(i for i in maker.scope.indices if i.name not in program.index_named))
    tensors = (*program.tensors, *maker.tensors)
    return replace(program, body=body, indices=bound, tensors=tensors, source=""), tuple(maker.records)


def has_sum(expr: Expr) -> bool:
    """Whether a sum stands in the expression."""
    return any(_is_sum(part) for part in walk_expr(expr))


Piece = tuple[tuple[Range, ...], Expr]
"""A term without sums, and the loops that its sums became."""


@dataclass
class _Place:
    """Where a statement stands, while it is taken apart.

    `kept` are loops that stay around all that is made of it, `own` those that each of its terms gets.
    """

    kept: tuple[Range, ...]
    own: tuple[Range, ...]
    name: str
    before: list[Node] = field(default_factory=list)
    known: dict[object, Ref] = field(default_factory=dict)


class _Maker:
    def __init__(self, program: Program) -> None:
        self.scope = Scope(program)
        self.tensors: list[Tensor] = []
        self.records: list[Accumulation] = []
        self._program = program
        self._bounds = bounds_of(program.sizes, program.indices, program.tensors)
        self._taken = {*program.tensor_named, *program.index_named, *program.size_named, *program.function_named}
        self._hoisted: list[Node] = []
        self._known: dict[object, Ref] = {}
        self._carried: frozenset[str] = frozenset()
        self._written: set[str] = set()

    def top(self, node: Node) -> Iterator[Node]:
        """The loops in place of one of the program's outermost nodes."""
        self._carried, self._written, self._hoisted = carried_indices((node,)), written((node,)), []
        made = list(self._node(node, ()))
        yield from self._hoisted
        yield from made

    def _node(self, node: Node, around: tuple[Range, ...]) -> Iterator[Node]:
        own: tuple[Range, ...] = ()
        while isinstance(node, Loop) and len(node.body) == 1:
            own, node = own + node.ranges, node.body[0]
        if isinstance(node, Loop):
            inside = around + own + node.ranges
            yield loop(own + node.ranges, *(made for inner in node.body for made in self._node(inner, inside)))
        else:
            assert isinstance(node, Statement)
            yield from self._statement(node, around, own)

    def _statement(self, statement: Statement, around: tuple[Range, ...], own: tuple[Range, ...]) -> Iterator[Node]:
        """The loops in place of a statement. Loops whose order matters stay around all of them."""
        count = max((at + 1 for at, r in enumerate(own) if r.index in self._carried), default=0)
        shared, own = own[:count], own[count:]
        place = _Place(around + shared, own, statement.target.name)
        hoisted = len(self._hoisted)
        negative = isinstance(statement, Update) and statement.sign < 0
        scope = around + shared + own
        updates = []
        for ranges, value in self._pieces(statement.value, scope, (), place):
            added = accumulate(statement.target, neg(value) if negative else value, statement.place)
            updates.append(loop(own + ranges, added))
        before = (*self._hoisted[hoisted:], *place.before)
        self.records.append(Accumulation(scope, statement, tuple(updates), before))
        body = (*place.before, *updates)
        yield from (loop(shared, *body),) if shared else body

    def _pieces(self, expr: Expr, scope: tuple[Range, ...], guards: tuple[Expr, ...], place: _Place) -> Iterator[Piece]:
        """The terms of an expression in loops over `scope`, each with the loops that its sums became."""
        if not has_sum(expr):
            yield (), expr
            return
        match expr:
            case Neg(arg):
                for ranges, value in self._pieces(arg, scope, guards, place):
                    yield ranges, neg(value)
            case Add(args):
                for arg in args:
                    yield from self._pieces(arg, scope, guards, place)
            case Reduce("sum", own, body):
                own, body = self.scope.unbind(own, body, _names(scope))
                for ranges, value in self._pieces(body, scope + own, guards, place):
                    yield own + ranges, value
            case Mul(args):
                yield from self._product(args, scope, guards, place)
            case _:
                yield (), self._without_sums(expr, scope, guards, place)

    def _product(
        self, args: tuple[Expr, ...], scope: tuple[Range, ...], guards: tuple[Expr, ...], place: _Place
    ) -> Iterator[Piece]:
        """A product with sums in it: the plain factors become loops, one sum of several terms is multiplied out."""
        guards += tuple(arg for arg in args if isinstance(arg, Indicator))
        summed = [at for at, arg in enumerate(args) if has_sum(arg)]
        plain = [at for at in summed if _is_sum(args[at])]
        plain = [at for at in plain if at == plain[0] or not has_sum(_body(args[at]))]  # these are one term each
        if len(summed) == 1 and isinstance(args[summed[0]], Add | Neg):
            plain = summed
        fixed = tuple(
            self._without_sums(arg, scope, guards, place) if at in summed and at not in plain else arg
            for at, arg in enumerate(args)
        )
        pending: list[tuple[tuple[Range, ...], tuple[Expr, ...]]] = [((), fixed)]
        for at in plain:
            pending = [
                (ranges + more, (*factors[:at], value, *factors[at + 1 :]))
                for ranges, factors in pending
                for more, value in self._pieces(factors[at], scope + ranges, guards, place)
            ]
        for ranges, factors in pending:
            yield ranges, mul(*factors)

    def _without_sums(self, expr: Expr, scope: tuple[Range, ...], guards: tuple[Expr, ...], place: _Place) -> Expr:
        """The expression with a cell of a further tensor for each of its sums."""
        if not has_sum(expr):
            return expr
        match expr:
            case Reduce("sum"):
                return self._cell(expr, scope, guards, place)
            case Reduce(_, own, body):
                own, body = self.scope.unbind(own, body, _names(scope))
                return replace(expr, ranges=own, body=self._without_sums(body, scope + own, guards, place))
            case Mul(args):
                guards += tuple(arg for arg in args if isinstance(arg, Indicator))
        return map_expr(expr, lambda part: self._without_sums(part, scope, guards, place))

    def _cell(self, expr: Reduce, scope: tuple[Range, ...], guards: tuple[Expr, ...], place: _Place) -> Ref:
        """The cell that holds a sum, after loops that add it up.

        They run before the outermost loop where that computes nothing they read, else in the loops that
        stay. Where the sum may be without a value, what makes its product 0 there makes it 0, too.
        """
        guards = guards if _may_be_undefined(expr) else ()
        read = values_read(expr).union(*map(values_read, guards))
        inside = place.kept if read & self._written else ()
        ranges = _needed(scope, [expr, *guards], inside)
        known = place.known if inside else self._known
        key = (_canonical(expr, self._own), ranges, guards)
        if key not in known:
            pieces = list(self._pieces(expr, ranges, (), place))
            known[key] = cell = self._declared(ranges, place.name)
            local = tuple(r for r in ranges if r not in inside)
            made = (loop(local + more, accumulate(cell, mul(*guards, value), expr.place)) for more, value in pieces)
            (place.before if inside else self._hoisted).extend(made)
        return known[key]

    def _own(self, index: str) -> tuple[Expr, Expr] | str:
        """What an index runs over by itself; its name where that is not declared."""
        found = next((i for i in self.scope.indices if i.name == index), None)
        return index if found is None else (found.low, found.high)

    def _declared(self, ranges: tuple[Range, ...], target: str) -> Ref:
        """The cell, at the indices of the ranges, of a new tensor for a sum in what is computed for `target`."""
        name = fresh_name(f"{_stem(target)}_sum", self._taken)
        self._taken.add(name)
        axes, subscripts = [], []
        for at, r in enumerate(ranges):
            low, high = self._limits(r, ranges[: at + 1])
            axes.append(Axis(r.index, (high - low + ONE).to_expr()))
            start = low.to_expr()
            subscripts.append(Index(r.index) if start == number(0) else add(Index(r.index), neg(start)))
        self.tensors.append(Tensor(name, tuple(axes), Role.COMPUTED))
        return Ref(name, tuple(subscripts))

    def _limits(self, r: Range, scope: Sequence[Range]) -> tuple[Form, Form]:
        """Where cells for the values of an index begin and end; they begin at 0 unless values may be negative."""
        index = form_of(Index(r.index))
        assert index is not None
        zero = index - index
        low, high = self._bounds.least(index, scope), self._bounds.greatest(index, scope)
        if low is None or high is None:
            raise UsageError(
                f"it is not found how far {r.index} runs", hint=f"declare it, as in `index {r.index} in N`"
            )
        return (zero if self._bounds.is_nonnegative(low) else low), high


def _is_sum(expr: Expr) -> bool:
    return isinstance(expr, Reduce) and expr.op == "sum"


def _body(expr: Expr) -> Expr:
    return expr.body if isinstance(expr, Reduce) else expr


def _names(ranges: Sequence[Range]) -> frozenset[str]:
    return frozenset(r.index for r in ranges)


def _needed(scope: tuple[Range, ...], exprs: list[Expr], inside: tuple[Range, ...]) -> tuple[Range, ...]:
    """The ranges of a scope on which expressions depend, and on which these depend; those of `inside` anyway."""
    names = {name for expr in exprs for name in free_indices(expr)} | _names(inside)
    for r in reversed(scope):
        if r.index in names:
            names.update(name for bound in range_bounds((r,)) for name in free_indices(bound))
    return tuple(r for r in scope if r.index in names)


def _canonical(expr: Expr, own: Callable[[str], object]) -> object:
    """The expression with numbers for the indices that its reductions bind, and what these run over by themselves."""
    bound: list[object] = []

    def numbered(part: Expr) -> Expr:
        if isinstance(part, Reduce):
            names: dict[str, Expr] = {}
            ranges = []
            for r in part.ranges:
                moved = map_range(r, lambda e: rename(e, names))  # noqa: B023 - called at once
                new = f"#{len(bound)}"
                bound.append(own(r.index))
                names = {**names, r.index: Index(new)}
                ranges.append(replace(moved, index=new))
            part = replace(part, ranges=tuple(ranges), body=rename(part.body, names))
        return map_expr(part, numbered)

    return numbered(expr), tuple(bound)


def _may_be_undefined(expr: Expr) -> bool:
    """Whether a part of the expression may be without a value at some points."""
    return any(
        isinstance(part, Inv)
        or (isinstance(part, Call) and part.function not in _TOTAL)
        or (isinstance(part, Pow) and not _is_natural(part.exponent))
        for part in walk_expr(expr)
    )


def _is_natural(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value.denominator == 1 and expr.value >= 0


def _stem(name: str) -> str:
    """The letters that a name begins with, without accents: R for R̃_t."""
    letters = "".join(
        takewhile(str.isalnum, (c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)))
    )
    return letters or "the"
