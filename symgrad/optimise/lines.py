"""Statements on their way to a program: one line for each, with the loops around it; what lines share and hoist.

What an iteration computes from fewer indices than its loops have is *hoisted*: it gets a line of its own in fewer
loops. What several lines compute is *shared*: computed once. What is used once, in the same loops, goes back to where
it is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from symgrad.cost.tally import READ, is_known, tally
from symgrad.language.build import add, loop, map_expr, mul, neg, rename
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Define,
    Expr,
    Index,
    Inv,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Range,
    Reduce,
    Ref,
    Size,
    Update,
)
from symgrad.language.walk import expr_children, free_indices, values_read, walk_expr
from symgrad.optimise.letters import Letters, TemporaryNames


@dataclass(frozen=True)
class Line:
    """`for indices: target = value`, or with a sign target += value; `note` says what the line is there for."""

    target: Ref
    indices: tuple[str, ...]
    value: Expr
    sign: int = 0
    temporary: bool = False
    note: str = ""

    def node(self) -> Node:
        """The line as a loop."""
        ranges = tuple(Range(name) for name in self.indices)
        value, sign = self.value, self.sign
        if sign and isinstance(value, Neg):
            value, sign = value.arg, -sign
        statement = Update(self.target, sign, value) if sign else Define(self.target, value)
        return loop(ranges, statement)


class Lines:
    """The lines of a program while they are made shorter."""

    def __init__(self, letters: Letters, names: TemporaryNames, lines: Iterable[Line]) -> None:
        self.letters, self.names = letters, names
        self.lines = list(lines)
        self._made: dict[Expr, tuple[str, tuple[int, ...]]] = {}

    def shortened(self) -> list[Line]:
        """The lines with everything hoisted and shared, in no order."""
        self.lines = [replace(line, value=self._hoisted(line.value, line.indices)) for line in self.lines]
        while self._share_one():
            pass
        self.lines = [replace(line, value=self._hoisted(line.value, line.indices)) for line in self.lines]
        while self._put_back_one():
            pass
        return self.lines

    # Hoisting

    def _hoisted(self, expr: Expr, indices: Sequence[str]) -> Expr:
        """The expression with lines made for what needs fewer indices."""
        free = free_indices(expr)
        if set(free) < set(indices) and has_operations(expr):
            return self._temporary(expr, [name for name in indices if name in free], "does not depend on all indices")
        match expr:
            case Mul(args):
                return mul(*self._grouped(args, indices, mul))
            case Add(args):
                return add(*self._grouped(args, indices, add))
            case Reduce():
                return expr
        return map_expr(expr, lambda e: self._hoisted(e, indices))

    def _grouped(self, args: Sequence[Expr], indices: Sequence[str], join: Callable[..., Expr]) -> list[Expr]:
        """Factors or terms, those over fewer indices joined and hoisted."""
        whole = set(indices)
        narrow = [a for a in args if not is_known(a) and set(free_indices(a)) < whole]
        sets = {frozenset(free_indices(a)) for a in narrow}
        largest = sorted((s for s in sets if not any(s < t for t in sets)), key=lambda s: (len(s), sorted(s)))
        known = [a for a in args if is_known(a)]
        result = [self._hoisted(a, indices) for a in args if a not in narrow and a not in known]
        for at, group in enumerate(largest):
            members = [a for a in narrow if next(s for s in largest if set(free_indices(a)) <= s) == group]
            if at == 0:
                members, known = known + members, []
            joined = join(*members)
            hoisted = self._negated(joined, indices) if has_operations(joined) else joined
            result.append(hoisted)
        return _in_order(known + result)

    def _negated(self, expr: Expr, indices: Sequence[str]) -> Expr:
        if isinstance(expr, Neg):
            return neg(self._hoisted(expr.arg, indices)) if has_operations(expr.arg) else expr
        return self._hoisted(expr, indices)

    def _temporary(self, expr: Expr, indices: Sequence[str], note: str) -> Expr:
        """The cell of a line that computes the expression, which is made if there is none."""
        if isinstance(expr, Neg):
            return neg(self._temporary(expr.arg, indices, note))
        key, order = self._canonical(expr)
        if key not in self._made:
            name = self.names.next()
            self._made[key] = (name, tuple(order.index(i) for i in indices))
            target = Ref(name, tuple(map(Index, indices)))
            value = self._hoisted(expr, indices)
            self.lines.append(Line(target, tuple(indices), value, temporary=True, note=note))
        name, places = self._made[key]
        return Ref(name, tuple(Index(order[place]) for place in places))

    def _canonical(self, expr: Expr) -> tuple[Expr, list[str]]:
        """The expression with its indices renamed in the order in which they occur, and that order."""
        expr = _sorted(expr)
        order = free_indices(expr)
        names = {name: Index(f"{self.letters.sort_of(name)} {at}") for at, name in enumerate(order)}
        return rename(expr, names), order

    # Sharing

    def _share_one(self) -> bool:
        """Give what occurs most often a line of its own; False if nothing occurs twice."""
        count: Counter[Expr] = Counter()
        example: dict[Expr, tuple[Expr, Line]] = {}
        for line in self.lines:
            for part in _shareable(line.value):
                key, _ = self._canonical(part)
                count[key] += 1
                example.setdefault(key, (part, line))
        best = max(
            (key for key, times in count.items() if times > 1),
            key=lambda key: (_price(key), count[key]),
            default=None,
        )
        if best is None:
            return False
        part, line = example[best]
        free = free_indices(part)
        indices = [name for name in line.indices if name in free]
        before = len(self.lines)
        if best not in self._made:
            self._adopt(best)
        self._temporary(part, indices, "is used more than once")
        name = self._made[best][0]
        self.lines = [
            line if line.target.name == name and line.temporary else replace(line, value=self._replaced(line.value, best))
            for line in self.lines[:before]
        ] + self.lines[before:]
        return True

    def _adopt(self, key: Expr) -> None:
        """Where some line computes just this, its tensor serves."""
        for line in self.lines:
            if line.temporary and not line.sign:
                found, order = self._canonical(line.value)
                subscripts = [s.name for s in line.target.subscripts if isinstance(s, Index)]
                if found == key and set(subscripts) == set(order):
                    self._made[key] = (line.target.name, tuple(order.index(name) for name in subscripts))
                    return

    def _replaced(self, expr: Expr, key: Expr) -> Expr:
        """The expression with the temporary in the place of everything that is written like the key."""
        if _is_shareable(expr) and self._canonical(expr)[0] == key:
            return self._temporary(expr, free_indices(expr), "")
        if isinstance(expr, Mul | Add):
            join = mul if isinstance(expr, Mul) else add
            for pair in _pairs(expr):
                if self._canonical(join(*pair))[0] == key:
                    rest = list(expr.args)
                    for member in pair:
                        rest.remove(member)
                    return self._replaced(join(self._temporary(join(*pair), (), ""), *rest), key)
        return map_expr(expr, lambda e: self._replaced(e, key))

    # Putting back

    def _put_back_one(self) -> bool:
        reads: Counter[str] = Counter()
        for line in self.lines:
            reads.update(part.name for part in walk_expr(line.value) if isinstance(part, Ref))
        writes = Counter(line.target.name for line in self.lines)
        for line in self.lines:
            name = line.target.name
            if not line.temporary or line.sign or writes[name] > 1 or reads[name] != 1:
                continue
            user = next(other for other in self.lines if name in values_read(other.value))
            if set(user.indices) != set(line.indices):
                continue
            value = map_refs(user.value, line)
            self.lines = [replace(o, value=value) if o is user else o for o in self.lines if o is not line]
            return True
        return False


def map_refs(expr: Expr, line: Line) -> Expr:
    """The expression with a line's value in the place of its target."""
    if isinstance(expr, Ref) and expr.name == line.target.name:
        names = {a.name: b for a, b in zip(line.target.subscripts, expr.subscripts, strict=True) if isinstance(a, Index)}
        return rename(line.value, names)
    return map_expr(expr, lambda e: map_refs(e, line))


def has_operations(expr: Expr) -> bool:
    """Whether anything is computed at run time; a sign is free."""
    if isinstance(expr, Neg):
        return has_operations(expr.arg)
    return any(kind != READ and times for (kind, _), times in tally(expr).items())


@lru_cache(maxsize=4096)
def _sorted(expr: Expr) -> Expr:
    """The expression with the arguments of sums and products in an order that does not depend on names of indices."""
    inner = map_expr(expr, _sorted)
    if isinstance(inner, Mul | Add):
        join = mul if isinstance(inner, Mul) else add
        return join(*sorted(inner.args, key=_look))
    return inner


@lru_cache(maxsize=4096)
def _look(expr: Expr) -> str:
    """What an expression looks like when all indices are taken for one another."""
    inner = ",".join(map(_look, expr_children(expr)))
    match expr:
        case Index():
            return "i"
        case Ref(name) | Call(name) | Size(name) | Constant(name):
            return f"{name}({inner})"
        case Number(value):
            return str(value)
    return f"{type(expr).__name__}({inner})"


def _price(expr: Expr) -> tuple[int, int, int]:
    counted = Counter[str]()
    for (kind, _), times in tally(expr).items():
        counted[kind] += times
    del counted[READ]
    calls = sum(times for kind, times in counted.items() if kind not in ("addition", "multiplication", "division"))
    return calls, counted["division"], counted["addition"] + counted["multiplication"]


def _is_shareable(expr: Expr) -> bool:
    return isinstance(expr, Call | Pow | Inv | Add | Mul) and not is_known(expr) and has_operations(expr)


def _shareable(expr: Expr) -> Iterator[Expr]:
    """What might be computed once for several lines: subexpressions, and pairs of factors or terms."""
    for part in walk_expr(expr):
        if isinstance(part, Reduce):
            return
        if _is_shareable(part):
            yield part
            if isinstance(part, Mul | Add) and len(part.args) > 2:
                join = mul if isinstance(part, Mul) else add
                yield from (join(*pair) for pair in _pairs(part))


def _pairs(expr: Mul | Add) -> Iterator[tuple[Expr, Expr]]:
    if len(expr.args) > 2:
        yield from combinations([a for a in expr.args if not is_known(a)], 2)


def _in_order(parts: Sequence[Expr]) -> list[Expr]:
    """Numbers first, then what is added or multiplied by, then what is subtracted or divided by."""
    return sorted(parts, key=lambda e: (isinstance(e, Neg | Inv) or _is_negative(e), not is_known(e)))


def _is_negative(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value < 0

