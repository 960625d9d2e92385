"""Steps that change how the ranges of an affine program are written and keep what it computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from symgrad.language.affine import as_affine
from symgrad.language.build import (
    ONE,
    add,
    loop,
    map_expr,
    map_range,
    mul,
    neg,
    number,
    rename,
)
from symgrad.language.program import (
    Expr,
    FloorDiv,
    Index,
    Indicator,
    Mod,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
    Update,
)
from symgrad.language.walk import walk_expr, walk_ranges

Rule = Callable[["Nest"], "list[Node] | None"]
RULES: dict[str, Rule] = {}
"""Steps on one nest with one statement: the nodes that take its place, or None where it does not fit."""

TWO = number(2)


@dataclass(frozen=True)
class Nest:
    """Loops around one statement; `timely`: it reads nothing that it writes, so that its order is free."""

    program: Program
    draw: Random
    ranges: tuple[Range, ...]
    update: Update

    @property
    def timely(self) -> bool:
        names = {part.name for part in walk_expr(self.update.value) if isinstance(part, Ref)}
        return self.update.target.name not in names

    def ends(self, r: Range) -> tuple[Expr, Expr]:
        """The least and the greatest value of a range; of an index alone, its own."""
        declared = self.program.index_named.get(r.index)
        assert declared is not None or (r.low is not None and r.high is not None)
        low = r.low if r.low is not None else declared.low  # type: ignore[union-attr]  # one of both is there
        high = r.high if r.high is not None else declared.high  # type: ignore[union-attr]  # one of both is there
        return low, high

    def fresh(self) -> str:
        """A letter that is used nowhere."""
        taken = {r.index for r in walk_ranges(self.program.body)} | {r.index for r in self.ranges}
        taken |= {r.index for part in walk_expr(self.update.value) if isinstance(part, Reduce) for r in part.ranges}
        return self.draw.choice([name for name in ("l", "m", "p", "q", "r", "b", "d", "e", "f") if name not in taken])

    def any_range(self) -> int | None:
        """The place of one of the ranges."""
        return self.draw.randrange(len(self.ranges)) if self.ranges else None

    def replaced(self, at: int, new: Sequence[Range], value: Expr, factor: Expr = ONE) -> list[Node]:
        """The nest with other ranges in the place of one, and its index replaced behind it."""
        names = {self.ranges[at].index: value}
        later = [map_range(r, lambda e: tidy(rename(e, names))) for r in self.ranges[at + 1 :]]
        update = renamed(self.update, names)
        update = replace(update, value=mul(factor, update.value)) if factor != ONE else update
        return [loop((*self.ranges[:at], *new, *later), update)]


def a_rule(rule: Rule) -> Rule:
    """Lists a rule under its name."""
    RULES[rule.__name__.strip("_").replace("_", " ")] = rule
    return rule


def tidy(expr: Expr) -> Expr:
    """An affine form with like terms collected, as a person writes it."""
    form = as_affine(expr)
    return expr if form is None else form.to_expr()


def renamed(update: Update, names: dict[str, Expr]) -> Update:
    """The statement with indices replaced, and its subscripts tidied."""

    def change(expr: Expr) -> Expr:
        expr = map_expr(expr, change)
        match expr:
            case Ref(_, subscripts):
                return replace(expr, subscripts=tuple(map(tidy, subscripts)))
            case FloorDiv() | Mod():
                return replace(expr, left=tidy(expr.left))
            case Indicator():
                return replace(expr, left=tidy(expr.left), right=tidy(expr.right))
            case Reduce():
                return replace(expr, ranges=tuple(map_range(r, tidy) for r in expr.ranges))
        return expr

    target = change(rename(update.target, names))
    assert isinstance(target, Ref)
    return replace(update, target=target, value=change(rename(update.value, names)))


# One range


@a_rule
def _shifted(nest: Nest) -> list[Node] | None:
    if (at := nest.any_range()) is None:
        return None
    r, c = nest.ranges[at], nest.draw.choice((number(1), number(2), number(-1), Size("N")))
    low, high = nest.ends(r)
    new = Range(nest.fresh(), tidy(add(low, c)), tidy(add(high, c)), r.descending)
    return nest.replaced(at, [new], tidy(add(Index(new.index), neg(c))))


@a_rule
def _another_letter(nest: Nest) -> list[Node] | None:
    if (at := nest.any_range()) is None:
        return None
    r = nest.ranges[at]
    low, high = nest.ends(r)
    new = Range(nest.fresh(), low, high, r.descending)
    return nest.replaced(at, [new], Index(new.index))


@a_rule
def _flipped(nest: Nest) -> list[Node] | None:
    if (at := nest.any_range()) is None:
        return None
    r = nest.ranges[at]
    low, high = nest.ends(r)
    turned = not nest.timely
    new = Range(nest.fresh(), low, high, r.descending != turned)
    return nest.replaced(at, [new], tidy(add(low, high, neg(Index(new.index)))))


@a_rule
def _split(nest: Nest) -> list[Node] | None:
    """Below and above a bound, told apart by indicators."""
    if (at := nest.any_range()) is None or not nest.timely:
        return None
    index, bound = Index(nest.ranges[at].index), nest.draw.choice((number(1), number(2), Size("M")))
    if nest.draw.random() < 0.5:
        below, above = Indicator("<", index, bound), Indicator(">=", index, bound)
    else:
        below, above = (Indicator("=", Mod(index, TWO), number(n)) for n in (0, 1))
    parts = (replace(nest.update, value=mul(part, nest.update.value)) for part in (below, above))
    return [loop(nest.ranges, part) for part in parts]


@a_rule
def _first_apart(nest: Nest) -> list[Node] | None:
    """The first value of a range that is not empty, and the rest."""
    places = [at for at, r in enumerate(nest.ranges) if _is_filled(nest, r)]
    if not places or not nest.timely:
        return None
    at = nest.draw.choice(places)
    low, high = nest.ends(nest.ranges[at])
    rest = (*nest.ranges[:at], Range(nest.ranges[at].index, tidy(add(low, ONE)), high), *nest.ranges[at + 1 :])
    return [*nest.replaced(at, [], low), loop(rest, nest.update)]


def _is_filled(nest: Nest, r: Range) -> bool:
    """Whether a range has a first value, whatever the sizes: from a to a + n, or the whole of an index."""
    low, high = nest.ends(r)
    form = as_affine(add(high, neg(low)))
    if form is None:
        return False
    least = {size.name: size.minimum for size in nest.program.sizes}
    if not all(isinstance(atom, Size) and c > 0 for atom, c in form.coefficients.items()):
        return False
    return (
        form.constant + sum(c * least[atom.name] for atom, c in form.coefficients.items() if isinstance(atom, Size))
        >= 0
    )


@a_rule
def _unrolled(nest: Nest) -> list[Node] | None:
    """A range of two or three numbers, each in a statement of its own."""
    for at, r in enumerate(nest.ranges):
        low, high = nest.ends(r)
        form = as_affine(add(high, neg(low)))
        if nest.timely and form is not None and not form.coefficients and 0 <= form.constant <= 2:
            values = (tidy(add(low, number(n))) for n in range(form.constant + 1))
            return [node for value in values for node in nest.replaced(at, [], value)]
    return None


@a_rule
def _widened(nest: Nest) -> list[Node] | None:
    """A longer range under an indicator, where the accesses allow it."""
    if (at := nest.any_range()) is None or not nest.timely:
        return None
    r = nest.ranges[at]
    low, high = nest.ends(r)
    index = Index(r.index)
    if nest.draw.random() < 0.5 or low == number(0):
        new, guard = Range(r.index, low, tidy(add(high, ONE))), Indicator("<=", index, high)
    else:
        new, guard = Range(r.index, tidy(add(low, number(-1))), high), Indicator(">=", index, low)
    update = replace(nest.update, value=mul(guard, nest.update.value))
    return [loop((*nest.ranges[:at], new, *nest.ranges[at + 1 :]), update)]


@a_rule
def _bound_as_indicator(nest: Nest) -> list[Node] | None:
    """`j in 0..N-1` under `1[j <= i]` for `j <= i`, where that is the same."""
    if (at := nest.any_range()) is None or not nest.timely:
        return None
    r = nest.ranges[at]
    outer = {bound.index: bound for bound in nest.ranges[:at]}
    if r.low is None and isinstance(r.high, Index) and r.high.name in outer and is_whole(nest, outer[r.high.name]):
        guard = Indicator("<=", Index(r.index), r.high)
        new = Range(r.index, number(0), tidy(add(Size("N"), number(-1))))
        update = replace(nest.update, value=mul(guard, nest.update.value))
        return [loop((*nest.ranges[:at], new, *nest.ranges[at + 1 :]), update)]
    return None


def is_whole(nest: Nest, r: Range) -> bool:
    """Whether a range goes from 0 to N - 1."""
    return tuple(map(tidy, nest.ends(r))) == (number(0), tidy(add(Size("N"), number(-1))))


# Two ranges


@a_rule
def _interchanged(nest: Nest) -> list[Node] | None:
    """Two neighbouring ranges in the other order; triangles become triangles."""
    if len(nest.ranges) < 2 or not nest.timely:
        return None
    at = nest.draw.randrange(len(nest.ranges) - 1)
    one, other = nest.ranges[at : at + 2]
    low, high = nest.ends(other)
    uses = {part.name for end in (low, high) for part in walk_expr(end) if isinstance(part, Index)}
    if one.index not in uses:
        swapped = (other, one)
    elif (low, high) == (number(0), Index(one.index)) and is_whole(nest, one):
        swapped = (
            replace(other, low=number(0), high=nest.ends(one)[1]),
            Range(one.index, Index(other.index), nest.ends(one)[1]),
        )
    elif low == Index(one.index) and high == nest.ends(one)[1] and is_whole(nest, one):
        swapped = (replace(other, low=number(0), high=high), Range(one.index, number(0), Index(other.index)))
    else:
        return None
    return [loop((*nest.ranges[:at], *swapped, *nest.ranges[at + 2 :]), nest.update)]


@a_rule
def _merged(nest: Nest) -> list[Node] | None:
    """One range with a floor and a remainder for two, of which the second one has two or three values."""
    if len(nest.ranges) < 2 or not nest.timely:
        return None
    at = nest.draw.randrange(len(nest.ranges) - 1)
    one, other = nest.ranges[at : at + 2]
    low, high = nest.ends(other)
    form = as_affine(high)
    if (
        low != number(0)
        or form is None
        or form.coefficients
        or not 1 <= form.constant <= 2
        or nest.ends(one)[0] != number(0)
    ):
        return None
    count = number(form.constant + 1)
    q = Index(nest.fresh())
    top = tidy(add(mul(count, nest.ends(one)[1]), high))
    names: dict[str, Expr] = {one.index: FloorDiv(q, count), other.index: Mod(q, count)}
    later = [map_range(r, lambda e: tidy(rename(e, names))) for r in nest.ranges[at + 2 :]]
    return [loop((*nest.ranges[:at], Range(q.name, number(0), top), *later), renamed(nest.update, names))]
