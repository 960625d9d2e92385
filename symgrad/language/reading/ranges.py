"""From the syntax tree of ranges to the ranges: `b`, `t2 <= t`, `i in 1..n-1`, `t in T..1`, `x ~ P`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from symgrad.language.build import add, neg, number
from symgrad.language.program import Expr, Index, Number, Range, Ref
from symgrad.language.ranges import LARGEST, SMALLEST, bounds_in, joined, simple_sum, spread
from symgrad.language.reading.lexer import Token
from symgrad.language.reading.source import Source
from symgrad.language.reading.syntax import bare_name, first, rule
from symgrad.language.reading.vocabulary import Vocabulary
from symgrad.language.walk import walk_expr

Scope = frozenset[str]
"""The indices that are bound where an expression stands."""

Bounds = tuple[Expr, Expr]
"""The least and the greatest value of an index."""

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


MAX_PARTS = 32
"""How many indices one loop may bind, how many a tensor may have, and how many arguments a function."""


class RangeReader:
    """Reads the ranges of loops and reductions; `read` reads the expressions in them.

    `bounds` are the ranges of the indices that are declared, here or in the context, or whose range
    a first `for b in B` has told; `told` lists the latter.
    """

    def __init__(
        self, source: Source, vocabulary: Vocabulary, bounds: Mapping[str, Bounds], read: Callable[[Any, Scope], Expr]
    ) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.bounds = dict(bounds)
        self.told: list[str] = []
        self.read = read

    def count(self, r: Range) -> Expr:
        """How many values a range has."""
        if r.index in self.bounds:
            low, high = self.bounds[r.index]
        else:
            low, high = number(0), add(Ref(r.index.upper()), number(-1))
        low, high = r.low or low, r.high or high
        return simple_sum(high, neg(low), number(1))

    def read_all(self, tree: Any, scope: Scope) -> tuple[tuple[Range, ...], list[Expr], Scope]:
        """The ranges of a loop or reduction, the weights of an expectation, and the scope inside.

        Later ranges may refer to earlier ones (`t, t2 <= t`); two conditions on one index are one range.
        """
        found: dict[str, Range] = {}
        weights: list[Expr] = []
        if len(tree.children) > MAX_PARTS:
            place = first(tree.children[MAX_PARTS]).place
            raise self.source.error(f"more than {MAX_PARTS} indices are bound at once", place, "use fewer loops")
        for child in tree.children:
            r = self._range(child, scope, weights, found)
            self._check_own_bound(r)
            scope |= {r.index}
            found[r.index] = self._both(found[r.index], r) if r.index in found else r
        return tuple(found.values()), weights, scope

    def _check_own_bound(self, r: Range) -> None:
        for bound in (r.low, r.high):
            for part in walk_expr(bound) if bound is not None else ():
                if isinstance(part, Index | Ref) and part.name == r.index:
                    raise self.source.error(
                        f"the index {r.index} is bounded by itself", part.place, "name another index or a size"
                    )

    def _both(self, first: Range, second: Range) -> Range:
        if first.whole != second.whole:
            return second if first.whole else first
        if first.whole or first.descending or second.descending:
            raise self.source.error(
                f"the index {second.index} is named twice", second.place, "give the second another name"
            )
        lows = [bound for r in (first, second) for bound in bounds_in(LARGEST, r.low)]
        highs = [bound for r in (first, second) for bound in bounds_in(SMALLEST, r.high)]
        return replace(
            first,
            low=joined(LARGEST, lows) if lows else None,
            high=joined(SMALLEST, highs) if highs else None,
        )

    def _range(self, tree: Any, scope: Scope, weights: list[Expr], named: Mapping[str, Range]) -> Range:
        first, *rest = tree.children
        if rest:
            token = self._index_name(first)
            if rest[0].type == "TILDE":
                drawn = [name for name in named if name not in indices_of(weights)]  # x, y ~ P draws both
                weights.append(self._weight(rest[1], (*drawn, token.value), scope))
                return Range(token.value, place=token.place)
            return self._range_in(token, rest[1], scope)
        parts = first.children
        if len(parts) == 1:
            token = self._index_name(parts[0])
            return Range(token.value, place=token.place)
        if len(parts) == 3 and self._is_mirrored(parts[0], parts[2], scope, named):
            parts = [parts[2], parts[1].like("COMPARE", _MIRRORED.get(parts[1].value, parts[1].value)), parts[0]]
        if len(parts) == 3:
            token = self._index_name(parts[0])
            return self._bounded(Range(token.value, place=token.place), parts[1], parts[2], scope)
        if len(parts) == 5:
            token = self._index_name(parts[2])
            below = parts[1].like("COMPARE", _MIRRORED.get(parts[1].value, parts[1].value))
            lower = self._bounded(Range(token.value, place=token.place), below, parts[0], scope)
            both = self._both(lower, self._bounded(Range(token.value, place=token.place), parts[3], parts[4], scope))
            return replace(both, descending=parts[1].value in {">", ">="})  # T >= t >= n runs down
        raise self.source.error("a chain of comparisons", parts[5].place, "write 0 <= t <= n, or two conditions")

    def _is_mirrored(self, left: Any, right: Any, scope: Scope, named: Mapping[str, Range]) -> bool:
        """Whether a condition names its index on the right: `t <= t2` where t is bound already, `0 <= t`."""
        token, new = bare_name(left), bare_name(right)
        if new is None or new.value in scope or not self.vocabulary.is_index(new.value):
            return False
        return token is None or (token.value in scope and token.value not in named)

    def _index_name(self, tree: Any) -> Token:
        token = bare_name(tree)
        if token is not None:
            return token
        parts = tree.children if rule(tree) == "product" else []
        names = [name for name in map(bare_name, parts) if name is not None]
        if len(names) == len(parts) > 1:
            raise self.source.error(
                f"a comma is missing between the indices {names[0].value} and {names[1].value}",
                names[1].place,
                f"write for {', '.join(name.value for name in names)}:",
            )
        place = first(tree).place
        raise self.source.error("an index is expected here", place, "write the index first: for i in 1..n, for t2 <= t")

    def _bounded(self, r: Range, op: Token, tree: Any, scope: Scope) -> Range:
        bound = self.read(tree, scope)
        match op.value:
            case "<=":
                return replace(r, high=spread(SMALLEST, bound))
            case "<":
                return replace(r, high=spread(SMALLEST, simple_sum(bound, number(-1))))
            case ">=":
                return replace(r, low=spread(LARGEST, bound))
            case ">":
                return replace(r, low=spread(LARGEST, simple_sum(bound, number(1))))
        raise self.source.error(
            f"an index cannot range over {r.index} {op.value} ...",
            op.place,
            f"write a range ({r.index} in 0..n), or an indicator 1[{r.index} {op.value} ...] in the statement",
        )

    def _range_in(self, token: Token, tree: Any, scope: Scope) -> Range:
        """`t in 1..T`, `t in T..1` (descending), `b in B`."""
        name = token.value
        low, high = self.extent(tree, scope)
        descending = _descends(low, high)
        if descending:
            low, high = high, low
        if name not in self.bounds and not self.vocabulary.declared(name) and tree.data != "extent":
            self.bounds[name] = (low, high)
            self.told.append(name)
        low, high = spread(LARGEST, low), spread(SMALLEST, high)
        if self.bounds.get(name) == (low, high) and not descending:
            return Range(name, place=token.place)
        return Range(name, low, high, descending, place=token.place)

    def extent(self, tree: Any, scope: Scope) -> Bounds:
        """The least and the greatest value of `B` (0 to B - 1) or of `1..T`."""
        if tree.data == "extent":
            left, _, right = tree.children
            return self.read(left, scope), self.read(right, scope)
        size = self.read(tree, scope)
        return number(0, size.place), simple_sum(size, number(-1))

    def _weight(self, tree: Any, outcome: tuple[str, ...], scope: Scope) -> Expr:
        """The probability of an outcome: of `y ~ P` it is P[y]; a conditional one is written in full, `y ~ P[x, y]`."""
        if tree.data != "cell":
            raise self.source.error("a distribution is expected behind ~", first(tree).place, "write E_{x ~ P} f")
        name: Token = tree.children[0]
        if len(tree.children) == 1:
            return Ref(name.value, tuple(Index(index, place=name.place) for index in outcome), place=name.place)
        written = self.read(tree, scope | set(outcome))
        if not set(outcome) <= indices_of((written,)):
            drawn = ", ".join(outcome)
            hint = f"write {name.value} with all its indices, {drawn} among them"
            raise self.source.error(f"which index of {name.value} is {drawn}?", name.place, hint)
        return written


def indices_of(exprs: Iterable[Expr]) -> set[str]:
    """The indices that occur in expressions."""
    return {part.name for expr in exprs for part in walk_expr(expr) if isinstance(part, Index)}


def _descends(low: Expr, high: Expr) -> bool:
    """Whether a range runs down: `T..1`, `5..0`; with names on both sides it runs up."""
    if isinstance(low, Number) and isinstance(high, Number):
        return low.value > high.value
    return isinstance(high, Number) and not isinstance(low, Number)
