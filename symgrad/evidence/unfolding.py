"""A program as written, statement by statement, to the terms of each tensor that it computes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from symgrad.evidence.terms import (
    UNIT,
    Atom,
    Term,
    Terms,
    added,
    exponential,
    in_exponent,
    multiplied,
    opposite,
    raised,
)
from symgrad.language.affine import as_affine
from symgrad.language.build import ZERO, rename
from symgrad.language.dependence import shared_length
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Define,
    Expr,
    Index,
    Indicator,
    Inv,
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
    Size,
    Statement,
    Tensor,
    Update,
)
from symgrad.language.walk import free_indices, values_read, walk_expr, walk_statements

_MOST_ATOMS = 200
"""So many inverses and functions, those of different terms and those inside of one another, a tensor may be made of."""


def unfolded(left: Program, right: Program, tensors: Sequence[str]) -> tuple[Unfolding, Unfolding]:
    """Two programs unfolded, as far as these tensors are made of it; what both begin with is gone through once."""
    shared = shared_length(left, right)
    needed = sources(left, tensors) | sources(right, tensors)
    first, second = (Unfolding(program, side, shared, needed) for side, program in enumerate((left, right)))
    first.run(0, shared)
    second.begin_like(first)
    for unfolding in (first, second):
        unfolding.run(shared, len(unfolding.program.body))
    return first, second


def sources(program: Program, tensors: Sequence[str]) -> frozenset[str]:
    """The tensors of which these are made, themselves among them."""
    found, before = set(tensors), set[str]()
    while len(before) < len(found):  # once more for what loops read of earlier steps
        before = set(found)
        for _, statement in reversed([*walk_statements(program.body)]):
            if statement.target.name in found:
                found |= values_read(statement.value) | values_read(statement.target)
    return frozenset(found)


@dataclass
class Unfolding:
    """What each tensor of a program is after the statements so far.

    Attributes:
        program: the program.
        side: which of two it is.
        shared: how many nodes both begin with.
        needed: the tensors that are asked for; what others are is not found.
        known: the terms of each tensor; the indices of its axes are called #0, #1, ...
    """

    program: Program
    side: int
    shared: int
    needed: frozenset[str]
    known: dict[str, Terms] = field(init=False)
    _state: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {tensor.name: _at_first(tensor) for tensor in self.program.tensors}

    def begin_like(self, other: Unfolding) -> None:
        """Take over what the nodes that both programs begin with have computed."""
        self.known |= {name: other.known[name] for name in other._state}
        self._state |= other._state

    def run(self, start: int, end: int) -> None:
        """Go through some of the program's nodes."""
        for at in range(start, end):
            self._node(self.program.body[at], str(at) if at < self.shared else f"{self.side}:{at}")

    def axes(self, name: str) -> Iterator[str]:
        """The extent of each axis of a tensor: a size, digits, or "" for what is neither."""
        for axis in self.program.tensor_named[name].axes:
            yield extent_of(axis.extent)

    def _node(self, node: Node, state: str) -> None:
        """Take up the statements of a loop nest that reads nothing that it writes."""
        statements = list(walk_statements((node,)))
        written = {statement.target.name for _, statement in statements}
        read = {part.name for _, s in statements for part in walk_expr(s.value) if isinstance(part, Ref)}
        reasons = [f"a loop that reads {name}, which it writes" for name in sorted(written & read)]
        for around, statement in statements:
            if statement.target.name in self.needed:
                self._statement(statement, around, [*reasons, *_order_matters(statement, around, statements)])
        for name in written:
            self._state[name] = state

    def _statement(self, statement: Statement, around: Sequence[Range], reasons: list[str]) -> None:
        target = statement.target
        free = [part.name if isinstance(part, Index) else "" for part in target.subscripts]
        if "" in free or len({*free}) < len(free):
            reasons.append(f"a target {target.name} whose subscripts are not distinct indices")
        extents = {r.index: self._extent(r) for r in around}
        reasons += [_not_all(index) for index, extent in extents.items() if not extent]
        reasons += self._misfits(target, extents)
        value = self._bind(self.term(statement.value), [r for r in around if r.index not in free])
        if isinstance(statement, Update) and statement.sign < 0:
            value = value.mapped(Term.negated)
        value = value.renamed(dict(zip(free, positions(len(free)), strict=True))).refused(*reasons)
        if value.weight > _MOST_ATOMS:
            value = value.refused("too many functions and inverses to count")
        if value.reasons:  # nothing else is asked of it any more
            value = Terms((UNIT,)).refused(*value.reasons)
        whole = [extents.get(index, "") for index in free] == list(self.axes(target.name))
        if isinstance(statement, Define) and whole:
            self.known[target.name] = value
        else:
            both = added([self.known[target.name], value])
            self.known[target.name] = replace(both, guarded=both.guarded or not whole)

    def term(self, expr: Expr) -> Terms:
        """The terms of an expression."""
        match expr:
            case Number(value):
                return Terms((Term(sign=(1 if value > 0 else -1, ""), unit=True),) if value else ())
            case Constant():
                return Terms((UNIT,))
            case Size(name):
                return Terms((Term(powers=((name, 1),)),))
            case Index():
                return Terms((UNIT,)).refused("an index as a number")
            case Ref():
                return self._ref(expr)
            case Neg(arg):
                return self.term(arg).mapped(Term.negated)
            case Add(args):
                return added([self.term(arg) for arg in args])
            case Mul(args):
                return multiplied([self.term(arg) for arg in args])
            case Inv(arg):
                return self._inverse(arg, 1)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call("exp", (arg,)):
                return self._exponential(arg)
            case Call(_, args):
                return multiplied([self._call(arg) for arg in args])
            case Indicator(op, left, right):
                found = Terms((UNIT,), guarded=True)
                if op in ("=", "!=") and isinstance(left, Index) and isinstance(right, Index):
                    return found
                return found.refused("comparisons other than of two indices for equality")
            case Reduce("sum", ranges, body):
                return self._bind(self.term(body), ranges)
        return Terms((UNIT,)).refused("a maximum, a minimum, or a whole part")

    def _ref(self, ref: Ref) -> Terms:
        own, reasons = [], []
        for part, extent in zip(ref.subscripts, self.axes(ref.name), strict=True):
            if isinstance(part, Index):
                own.append(part.name)
            elif isinstance(part, Number) and extent.isdigit():
                own.append(f"={part.value}")
            else:
                own.append("")
                reasons.append(f"subscripts of {ref.name} that are not indices")
                reasons += [reason for inner in walk_expr(part) for reason in self._reasons_of(inner)]
        indices = {part.name: self._extent(Range(part.name)) for part in ref.subscripts if isinstance(part, Index)}
        known = self.known[ref.name]
        names = dict(zip(positions(len(own)), own, strict=True))
        return known.renamed(names).refused(*reasons, *self._misfits(ref, indices))

    def _reasons_of(self, expr: Expr) -> tuple[str, ...]:
        return self.known[expr.name].reasons if isinstance(expr, Ref) else ()

    def _misfits(self, ref: Ref, extents: dict[str, str]) -> Iterator[str]:
        """Indices over so many numbers on an axis of another kind tell some values of its indices from others."""
        for part, extent in zip(ref.subscripts, self.axes(ref.name), strict=True):
            if isinstance(part, Index) and extents.get(part.name, "").isdigit() and not extent.isdigit():
                yield f"subscripts of {ref.name} that are not indices over all of an axis"

    def _bind(self, terms: Terms, ranges: Iterable[Range]) -> Terms:
        """The terms summed over ranges."""
        for r in ranges:
            extent = self._extent(r)
            terms = terms.summed(r.index, extent) if extent else terms.refused(_not_all(r.index))
        return terms

    def _extent(self, r: Range) -> str:
        """The size over all of whose values a range runs, or how many numbers it runs over; "" if neither."""
        own = self.program.index_named.get(r.index)
        if own is None or not r.whole or own.low != ZERO:
            return ""
        return f"{int(own.high.value) + 1}" if isinstance(own.high, Number) else plain_size(own.high, -1)

    def _inverse(self, arg: Expr, times: int) -> Terms:
        """The terms of arg ^ -times: an inverse for each factor."""
        match arg:
            case Mul(args):
                return multiplied([self._inverse(factor, times) for factor in args])
            case Neg(positive):
                return self._inverse(positive, times)
            case Inv(inverted):
                return raised(self.term(inverted), times)
            case Pow(base, Number(value)) if value.denominator == 1 and value > 0:
                return self._inverse(base, times * int(value))
        inner = self.term(arg)
        if len(inner.terms) == 1 and inner.terms[0].unit and not inner.guarded:
            used = frozenset(name for n in inner.used for name in ((n, opposite(n)) if in_exponent(n) else (n,)))
            return replace(raised(inner.mapped(Term.inverse), times), used=used)
        return self._atom("inverse", arg, inner, times)

    def _call(self, arg: Expr) -> Terms:
        return self._atom("call", arg, self.term(arg))

    def _exponential(self, arg: Expr) -> Terms:
        """exp of a sum of cells is seen in a monomial like the cells are; exp of anything else is a function."""
        inner = self.term(arg)
        if inner.reasons or inner.guarded or any(term.sign is None for term in inner.terms):
            return self._atom("call", arg, inner)
        signed = [(term, exponential(*term.sign)) for term in inner.terms if term.sign and term.sign[1]]
        cells = frozenset((index, name) for term, name in signed for index, _ in term.cells)
        return Terms((Term(cells, unit=True),), frozenset(name for _, name in signed))

    def _atom(self, kind: str, arg: Expr, inner: Terms, times: int = 1) -> Terms:
        """An inverse or a function of an expression."""
        inside = inner.digest() if kind == "call" else inner
        own = Atom(kind, self._text(arg), tuple(free_indices(arg)), inside, expression=arg)
        return Terms((Term(atoms=((own, times),), unit=True),), inner.used, inner.reasons, inner.guarded)

    def _power(self, base: Expr, exponent: Expr) -> Terms:
        if isinstance(exponent, Neg) and isinstance(exponent.arg, Number):
            exponent = Number(-exponent.arg.value)
        if not isinstance(exponent, Number):
            return multiplied([self._call(base), self._call(exponent)])
        if exponent.value.denominator != 1:
            return self._call(base)
        if exponent.value < 0:
            return self._inverse(base, int(-exponent.value))
        return raised(self.term(base), int(exponent.value))

    def _text(self, expr: Expr) -> str:
        """The expression, the ranges of its sums, and after which statements it reads its tensors."""
        from symgrad.language.write import write_expr

        text = write_expr(rename(expr, {name: Index(f"#{at}") for at, name in enumerate(free_indices(expr))}))
        parts = list(walk_expr(expr))
        ranges = [f"{r.index} in {self._extent(r)}" for part in parts if isinstance(part, Reduce) for r in part.ranges]
        states = sorted({f"{p.name} {self._state.get(p.name, '')}" for p in parts if isinstance(p, Ref)})
        return "; ".join([text, *ranges, *states])


def _at_first(tensor: Tensor) -> Terms:
    """What a tensor holds before the program."""
    if tensor.role is Role.COMPUTED and tensor.initial is None:
        found = Terms()
    else:
        cells = frozenset((name, tensor.name) for name in positions(len(tensor.axes)))
        found = Terms((Term(cells, sign=(1, tensor.name)),), frozenset((tensor.name,)))
    if tensor.role is Role.INTEGER:
        found = found.refused(f"the integers {tensor.name}")
    if tensor.over:
        found = found.refused(f"the distribution {tensor.name}")
    if tensor.initial is not None or tensor.zero_outside:
        found = found.refused(f"the given slice or the padding of {tensor.name}")
    return found


def _order_matters(
    statement: Statement, around: Sequence[Range], statements: Sequence[tuple[tuple[Range, ...], Statement]]
) -> Iterator[str]:
    """Why the value of a cell is not what the statements of a nest give one after the other, each run to its end."""
    names = [r.index for r in around]
    if len({*names}) < len(names):
        yield "loops over the same index within one another"
    target = statement.target
    if isinstance(statement, Define) and any(Index(name) not in target.subscripts for name in names):
        yield f"a definition of {target.name} in a loop that it does not depend on"
    others = [s for _, s in statements if s.target.name == target.name]
    if any(isinstance(s, Define) for s in others) and any(s.target != target for s in others):
        yield f"a loop that writes {target.name} twice"


def _not_all(index: str) -> str:
    return f"the range of {index}, which is not all of a size"


def extent_of(expr: Expr) -> str:
    """A size, or the digits of a number; "" for what is neither."""
    return f"{int(expr.value)}" if isinstance(expr, Number) else plain_size(expr, 0)


def plain_size(expr: Expr, more: int) -> str:
    """The size that an expression is, up to a number that is added; "" if it is none."""
    form = as_affine(expr)
    if form is None or form.constant != more or list(form.coefficients.values()) != [1]:
        return ""
    (atom,) = form.coefficients
    return atom.name if isinstance(atom, Size) else ""


def positions(count: int) -> list[str]:
    """Names that stand for the axes of a tensor."""
    return [f"#{at}" for at in range(count)]
