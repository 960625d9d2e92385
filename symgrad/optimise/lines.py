"""Statements on their way to a program: one line for each, with the loops around it; what lines share and hoist.

What an iteration computes from fewer indices than its loops have is *hoisted*: it gets a line of its own in fewer
loops. What several lines compute is *shared*: computed once. What is used once, in the same loops, goes back to where
it is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.cost.tally import is_known
from symgrad.language.build import add, loop, map_expr, mul, neg, rename
from symgrad.language.program import (
    Add,
    Define,
    Expr,
    Index,
    Inv,
    Mul,
    Neg,
    Node,
    Number,
    Range,
    Reduce,
    Ref,
    Statement,
    Update,
)
from symgrad.language.walk import free_indices, values_read, walk_expr
from symgrad.optimise.letters import TemporaryNames
from symgrad.optimise.looks import Looks, has_operations, is_shareable, pairs


@dataclass(frozen=True)
class Line:
    """`for indices: target = value`, or with a sign target += value; `note` says what the line is there for."""

    target: Ref
    indices: tuple[str, ...]
    value: Expr
    sign: int = 0
    temporary: bool = False
    note: str = ""

    def renamed(self, names: Mapping[str, str]) -> Line:
        """The line with other names of tensors."""

        def change(expr: Expr) -> Expr:
            if isinstance(expr, Ref):
                return Ref(names.get(expr.name, expr.name), expr.subscripts)
            return map_expr(expr, change)

        target = Ref(names.get(self.target.name, self.target.name), self.target.subscripts)
        return replace(self, target=target, value=change(self.value))

    def node(self) -> Node:
        """The line as a loop."""
        return loop(tuple(Range(name) for name in self.indices), self.statement())

    def statement(self) -> Statement:
        """The line without its loops."""
        value, sign = self.value, self.sign
        if sign and isinstance(value, Neg):
            value, sign = value.arg, -sign
        return Update(self.target, sign, value) if sign else Define(self.target, value)


class Lines:
    """The lines of a program while they are made shorter."""

    def __init__(self, looks: Looks, names: TemporaryNames, lines: Iterable[Line]) -> None:
        self.looks, self.names = looks, names
        self.lines = list(lines)
        self._refused: set[int] = set()
        self._made: dict[int, tuple[str, tuple[int, ...]]] = {}

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
            fewer = sorted((name for name in indices if name in free), key=self.looks.letters.place)
            return self._temporary(expr, fewer, "does not depend on all indices")
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
        key, order = self.looks.of(expr)
        if key not in self._made:
            name = self.names.next()
            self._made[key] = (name, tuple(order.index(i) for i in indices))
            target = Ref(name, tuple(map(Index, indices)))
            value = self._hoisted(expr, indices)
            self.lines.append(Line(target, tuple(indices), value, temporary=True, note=note))
        name, places = self._made[key]
        return Ref(name, tuple(Index(order[place]) for place in places))

    # Sharing

    def _share_one(self) -> bool:
        """Give what occurs most often a line of its own; False if nothing occurs twice."""
        looks = self.looks
        count: Counter[int] = Counter()
        for line in self.lines:
            count.update(looks.keys_in(line.value))
        best = max(
            (key for key, times in count.items() if times > 1 and key not in self._refused),
            key=lambda key: (looks.price(key), key in self._made, count[key], -key),
            default=None,
        )
        if best is None:
            return False
        if best not in self._made:
            self._adopt(best)
        if best not in self._made:
            line = next(line for line in self.lines if best in looks.keys_in(line.value))
            part = looks.example(best, line.value)
            free = free_indices(part)
            indices = sorted((name for name in line.indices if name in free), key=looks.letters.place)
            self._temporary(part, indices, "is used more than once")
        name = self._made[best][0]
        lines = [
            replace(line, value=self._replaced(line.value, best))
            if best in looks.keys_in(line.value) and not (line.temporary and line.target.name == name)
            else line
            for line in self.lines
        ]
        if lines == self.lines:  # it stands in its own line only
            self._refused.add(best)
        self.lines = lines
        return True

    def _adopt(self, key: int) -> None:
        """Where some line computes just this, its tensor serves."""
        for line in self.lines:
            if line.temporary and not line.sign and key in self.looks.keys_in(line.value):
                found, order = self.looks.of(line.value)
                subscripts = [s.name for s in line.target.subscripts if isinstance(s, Index)]
                if found == key and set(subscripts) == set(order):
                    self._made[key] = (line.target.name, tuple(order.index(name) for name in subscripts))
                    return

    def _replaced(self, expr: Expr, key: int) -> Expr:
        """The expression with the temporary in the place of everything that looks like the key."""
        if key not in self.looks.keys_in(expr):
            return expr
        if is_shareable(expr) and self.looks.of(expr)[0] == key:
            return self._temporary(expr, (), "")
        if isinstance(expr, Mul | Add):
            join = mul if isinstance(expr, Mul) else add
            for pair in pairs(expr):
                if self.looks.of(join(*pair))[0] == key:
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
        names = {
            a.name: b for a, b in zip(line.target.subscripts, expr.subscripts, strict=True) if isinstance(a, Index)
        }
        return rename(line.value, names)
    return map_expr(expr, lambda e: map_refs(e, line))


def _in_order(parts: Sequence[Expr]) -> list[Expr]:
    """Numbers first, then what is added or multiplied by, then what is subtracted or divided by."""
    return sorted(parts, key=lambda e: (isinstance(e, Neg | Inv) or _is_negative(e), not is_known(e)))


def _is_negative(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value < 0
