"""What expressions look like when the names of their indices do not count: so that equal work is seen as equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from symgrad.cost.tally import READ, is_known, tally
from symgrad.language.build import add, map_expr, mul, rename
from symgrad.language.program import Add, Call, Constant, Expr, Index, Inv, Mul, Neg, Number, Pow, Reduce, Ref, Size
from symgrad.language.walk import expr_children, free_indices, walk_expr
from symgrad.optimise.letters import Letters

Price = tuple[int, int, int]


class Looks:
    """Numbers for expressions, the same for those that differ in names of indices and in order only."""

    def __init__(self, letters: Letters) -> None:
        self.letters = letters
        self._numbers: dict[Expr, int] = {}
        self._expressions: list[Expr] = []
        self._of: dict[Expr, tuple[int, list[str]]] = {}
        self._inside: dict[Expr, Counter[int]] = {}

    def of(self, expr: Expr) -> tuple[int, list[str]]:
        """The expression's number, and its indices in the order that goes with the number."""
        found = self._of.get(expr)
        if found is None:
            ordered = _sorted(expr)
            order = free_indices(ordered)
            names = {name: Index(f"{self.letters.sort_of(name)} {at}") for at, name in enumerate(order)}
            plain = rename(ordered, names)
            number = self._numbers.setdefault(plain, len(self._numbers))
            if number == len(self._expressions):
                self._expressions.append(plain)
            found = self._of[expr] = (number, order)
        return found

    def keys_in(self, expr: Expr) -> Counter[int]:
        """How often what has a number occurs in an expression, pairs of factors and of terms included."""
        found = self._inside.get(expr)
        if found is None:
            found = self._inside[expr] = Counter(self.of(part)[0] for part in _shareable(expr))
        return found

    def example(self, key: int, expr: Expr) -> Expr:
        """A part of the expression that has the number."""
        return next(part for part in _shareable(expr) if self.of(part)[0] == key)

    def price(self, key: int) -> Price:
        """What it takes to compute once: calls, divisions, other operations."""
        return _price(self._expressions[key])


@lru_cache(maxsize=20_000)
def has_operations(expr: Expr) -> bool:
    """Whether anything is computed at run time; a sign is free."""
    if isinstance(expr, Neg):
        return has_operations(expr.arg)
    return any(kind != READ and times for (kind, _), times in tally(expr).items())


@lru_cache(maxsize=20_000)
def _price(expr: Expr) -> Price:
    counted = Counter[str]()
    for (kind, _), times in tally(expr).items():
        counted[kind] += times
    del counted[READ]
    calls = sum(times for kind, times in counted.items() if kind not in ("addition", "multiplication", "division"))
    return calls, counted["division"], counted["addition"] + counted["multiplication"]


def is_shareable(expr: Expr) -> bool:
    """Whether an expression is worth a tensor of its own where it is used twice."""
    return isinstance(expr, Call | Pow | Inv | Add | Mul) and not is_known(expr) and has_operations(expr)


def _shareable(expr: Expr) -> Iterator[Expr]:
    """What might be computed once for several lines: subexpressions, and pairs of factors or terms."""
    for part in walk_expr(expr):
        if isinstance(part, Reduce):
            return
        if is_shareable(part):
            yield part
            if isinstance(part, Mul | Add):
                join = mul if isinstance(part, Mul) else add
                yield from (join(*pair) for pair in pairs(part))


def pairs(expr: Mul | Add) -> Iterator[tuple[Expr, Expr]]:
    """The pairs of factors or terms of a longer product or sum."""
    if len(expr.args) > 2:
        yield from combinations([a for a in expr.args if not is_known(a)], 2)


@lru_cache(maxsize=20_000)
def _sorted(expr: Expr) -> Expr:
    """The expression with the arguments of sums and products in an order that does not depend on names of indices."""
    inner = map_expr(expr, _sorted)
    if isinstance(inner, Mul | Add):
        join = mul if isinstance(inner, Mul) else add
        return join(*sorted(inner.args, key=_look))
    return inner


@lru_cache(maxsize=20_000)
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
