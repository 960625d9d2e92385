"""Terms reduced by what their letters have to do with each other, after their ranges are split where slots meet.

- x and 1/x, and roots of x, at equal slots are merged; so are steps, which are 0 or 1, and labels.
- 1/B and the pivot of B are replaced by the rest of B; a declared equation's pivot by its rest.
- a label of the least value is 1 minus all other labels of its cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import letters, normal, relations, signs, weights
from symgrad.algebra.ranges.form import Factor, Form, Kind, Raw, Shape
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.letters import Block, Unit
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.relations import Relation
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError, Scalar

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_STEPS = 3000


@dataclass(slots=True)
class Reduction:
    """One run over a form. `with_relations`: whether pivots are replaced as well."""

    space: Space
    with_relations: bool
    _of_head: dict[int, Relation | None] = field(default_factory=dict)
    _steps: int = 0

    def of(self, form: Form) -> Form:
        """The form, reduced."""
        if self.with_relations:
            self._choose_pivots(form)
        done: dict[Shape, Weight] = {}
        waiting = dict(form.terms)
        while waiting:
            shape, weight = waiting.popitem()
            more = self._step(shape, weight)
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise OutOfReachError("sums of fractions with too many cases")
            target = done if more is None else waiting
            for new, value in {shape: weight}.items() if more is None else normal.form_of(self.space, more):
                total = weights.plus(target.get(new, weights.NOTHING), value)
                if total:
                    target[new] = total
                else:
                    target.pop(new, None)
        return Form(done)

    def _choose_pivots(self, form: Form) -> None:
        uses: dict[int, list[tuple[Block, Guard]]] = {}
        for shape in form.terms:
            for head, slots, exponent in shape.factors:
                if exponent < 0 and self.space.heads[head].kind is Kind.BASE:
                    uses.setdefault(head, []).append((slots, shape.guard))
        for head, found in uses.items():
            self._of_head[head] = relations.of_head(self.space, self.space.heads[head], found)

    def _relation(self, head: int) -> Relation | None:
        if head not in self._of_head:
            self._of_head[head] = relations.of_head(self.space, self.space.heads[head], ())
        return self._of_head[head]

    def _step(self, shape: Shape, weight: Weight) -> list[Raw] | None:
        """Terms that are together the given one, or None if it is reduced."""
        self.space.budget.tick()
        raw = Raw(weight, list(shape.factors), shape.guard)
        if shape.guard.different and self.space.sets.is_empty(shape.guard):
            return []
        for at, other, blocks in self._pairs(raw.factors):
            met = letters.equal_slots(*blocks)
            if met != FALSE and self._possible(raw.guard & met):
                return self._merged(raw, at, other, met)
        if not self.with_relations:
            return None
        for found in (self._inverse(raw), self._declared(raw), self._label(raw)):
            if found is not None:
                return found
        return None

    def _possible(self, guard: Guard) -> bool:
        return not self.space.sets.is_empty(guard)

    def _pairs(self, factors: list[Factor]) -> Iterator[tuple[int, int, tuple[Block, Block]]]:
        """Places of factors that are merged where their slots are equal."""
        for other, (head, slots, e2) in enumerate(factors):
            kind = self.space.heads[head].kind
            for at, (same, block, e1) in enumerate(factors[:other]):
                if same != head:
                    continue
                if kind is Kind.LABEL:
                    yield at, other, (block[:-1], slots[:-1])
                elif kind is Kind.STEP or _meet(e1, e2) or self._is_cosine(head):
                    yield at, other, (block, slots)

    def _is_cosine(self, head: int) -> bool:
        return self.space.heads[head].name == "cos" and self.space.heads[head].kind is Kind.CALL

    def _merged(self, raw: Raw, at: int, other: int, met: Guard) -> list[Raw]:
        """The term split by whether two factors have equal slots."""
        head, slots, exponent = raw.factors[other]
        block = raw.factors[at][1]
        same = (*block[:-1], slots[-1]) if self.space.heads[head].kind is Kind.LABEL else block
        there = [*raw.factors]
        there[other] = (head, same, exponent)
        return [Raw(raw.weight, there, raw.guard & met), *self._elsewhere(raw, met)]

    def _elsewhere(self, raw: Raw, guard: Guard) -> list[Raw]:
        """The term where the guard does not hold."""
        pieces = (raw.guard & away for away in guard.negated())
        return [Raw(raw.weight, raw.factors, piece) for piece in pieces if piece != FALSE and self._possible(piece)]

    def _inverse(self, raw: Raw) -> list[Raw] | None:
        listed = letters.units(raw.factors)
        for at, ((head, exponent), slots) in enumerate(listed):
            if exponent != -1 or self.space.heads[head].kind is not Kind.BASE:
                continue
            relation = self._relation(head)
            if relation is None:
                continue
            for places, guard in relations.matches(self.space, relation, slots, listed):
                if self._possible(raw.guard & guard):
                    used = tuple(place for place in places if not self._is_choice(listed[place]))
                    left = [unit for place, unit in enumerate(listed) if place not in (*used, at)]
                    constant = weights.times(raw.weight, relation.constant)
                    rest = self._by_rest(raw, guard, relation, slots, listed=listed, used=used)
                    return [Raw(constant, letters.factors(left), raw.guard & guard), *rest]
        return None

    def _is_choice(self, unit: Unit) -> bool:
        (head, _), _ = unit
        return signs.is_choice(self.space.heads[head])

    def _by_rest(
        self,
        raw: Raw,
        guard: Guard,
        relation: Relation,
        slots: Block,
        *,
        listed: list[Unit],
        used: tuple[int, ...],
    ) -> list[Raw]:
        """The term with the rest of a relation instead of the pivot, where the guard holds; elsewhere as it is."""
        left = letters.factors(unit for place, unit in enumerate(listed) if place not in used)
        kept = Raw(raw.weight, left, raw.guard & guard)
        return [*normal.times_body(self.space, kept, relation.rest, slots), *self._elsewhere(raw, guard)]

    def _declared(self, raw: Raw) -> list[Raw] | None:
        listed = letters.units(raw.factors)
        for arity, relation in self.space.relations:
            for slots in relations.solved(self.space, relation, arity, listed):
                for used, guard in relations.matches(self.space, relation, slots, listed):
                    if self._possible(raw.guard & guard):
                        return self._by_rest(raw, guard, relation, slots, listed=listed, used=used)
        return None

    def _label(self, raw: Raw) -> list[Raw] | None:
        """A label of the least value by all others of its cell."""
        for at, (head, slots, _) in enumerate(raw.factors):
            name = self.space.heads[head].name
            if self.space.heads[head].kind is not Kind.LABEL or name not in self.space.label_ranges:
                continue
            low, high = self.space.label_ranges[name]
            met = Guard.equals(slots[-1], low)
            if met == FALSE or not self._possible(raw.guard & met):
                continue
            left = raw.factors[:at] + raw.factors[at + 1 :]
            dummy = Linear.of(min(a for a in (0, *_atoms(raw))) - 1)
            others = [*left, (head, (*slots[:-1], dummy), 1)]
            guard = raw.guard & met
            return [
                Raw(raw.weight, left, guard),
                Raw(weights.scaled(raw.weight, -1), others, guard & Guard.between(low + 1, dummy, high)),
                *self._elsewhere(raw, met),
            ]
        return None


def _atoms(raw: Raw) -> set[int]:
    named = {k for k in (*raw.guard.keys, *weights.keys(raw.weight)) if isinstance(k, int)}
    return named | {a for _, slots, _ in raw.factors for slot in slots for a in slot.atoms}


def _meet(one: Scalar, other: Scalar) -> bool:
    """Whether powers of one value are merged: of opposite signs, or both with roots."""
    signs = letters.whole(one), letters.whole(other)
    return min(signs) < 0 < max(signs) or bool(letters.fraction(one) and letters.fraction(other))
