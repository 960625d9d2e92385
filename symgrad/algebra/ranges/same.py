"""Functions of forms that are equal without being written alike are given one head.

Two bodies are equal if the zero test says so, for all parameters or at least where the one is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import normal, weights
from symgrad.algebra.ranges.form import Factor, Form, Head, Kind, Raw, Shape
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import OutOfReachError, OutOfTimeError

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_ORDERS = 24
_DEEPEST = 6

Order = tuple[int, ...]


def merged(space: Space, form: Form) -> Form:
    """The form with equal functions under one head, as far as they are found."""
    renamed = _Everywhere(space).of(form)
    return _where_used(space, _with_more_slots(space, renamed))


def _look(space: Space, head: Head) -> object:
    """What equal heads have in common, however they are written."""
    known = space.looks.get(head.number)
    if known is None:
        bodies = tuple(frozenset(_look_of_term(space, shape) for shape in body.terms) for body in head.bodies)
        known = space.looks[head.number] = (head.kind, head.name, head.orders, bodies)
    return known


def _look_of_term(space: Space, shape: Shape) -> object:
    counts: dict[object, object] = {}
    for head, _, exponent in shape.factors:
        key = (_look(space, space.heads[head]), exponent > 0)
        counts[key] = counts.get(key, 0) + exponent  # type: ignore[operator]
    return frozenset(counts.items())


def _orders(space: Space, one: Head, other: Head) -> Iterator[Order]:
    """Parameters of `one`, as many as `other` has, in an order in which the two may be equal."""
    if one.arity < other.arity:
        return
    mine, theirs = _uses(space, one), _uses(space, other)
    options = [[k for k in range(one.arity) if mine[k] == uses] for uses in theirs]
    if other.kind is Kind.GROWTH:
        options[-1] = [one.arity - 1]  # the last slot is no parameter of the body
    yield from islice(_choices(options), _MOST_ORDERS)


def _choices(options: list[list[int]], taken: Order = ()) -> Iterator[Order]:
    """One of each of the options, no two alike."""
    if len(taken) == len(options):
        yield taken
        return
    for k in options[len(taken)]:
        if k not in taken:
            yield from _choices(options, (*taken, k))


def _uses(space: Space, head: Head) -> list[frozenset[object]]:
    """For each parameter the cells and places in whose slots it stands; places that may be swapped count as one."""
    found: list[set[object]] = [set() for _ in range(head.arity)]
    places = {name.atoms[0]: k for k, name in enumerate(space.parameters(head.arity))}
    for body in head.bodies:
        for shape in body.terms:
            for number, slots, _ in shape.factors:
                swapped = symmetries(space, number)
                for at, slot in enumerate(slots):
                    for key, c in slot.terms:
                        if key in places:
                            least = min(order[at] for order in swapped)
                            found[places[key]].add((_look(space, space.heads[number]), least, c))
    return [frozenset(uses) for uses in found]


def _equal(space: Space, one: Head, slots: tuple[Linear, ...], *, other: Head, order: Order, guard: Guard) -> bool:
    """Whether `one` at the slots is `other` at the slots in another order, where the guard holds."""
    if space.depth >= _DEEPEST:
        return False
    atoms = sorted({a for slot in slots for a in slot.atoms} | {k for k in guard.keys if isinstance(k, int)})
    free: dict[Key, Linear] = {a: Linear.of(space.atom(("opened", space.depth, -a))) for a in atoms if a < 0}
    slots = tuple(slot.substituted(free) for slot in slots)
    guard = guard.substituted(free)
    moved = tuple(slots[k] for k in order)
    space.depth += 1
    try:
        for mine, theirs in zip(one.bodies, other.bodies, strict=True):
            left, right = (
                normal.form_of(space, normal.times_body(space, Raw(weights.ONE, [], TRUE), body, at))
                for body, at in ((mine, slots), (theirs, moved))
            )
            if not space.is_zero(space.sub(left, right), guard, left):
                return False
    except OutOfTimeError:
        raise
    except OutOfReachError:
        return False
    finally:
        space.depth -= 1
    return True


def over_atoms(space: Space, form: Form) -> Form:
    """The form with functions over the atoms that they depend on, and no longer over what their slots are."""
    raws = []
    for shape, weight in form:
        factors = [_over_atoms(space, factor) for factor in shape.factors]
        raws.append(Raw(weight, factors, shape.guard))
    return normal.form_of(space, raws)


def _over_atoms(space: Space, factor: Factor) -> Factor:
    head, slots, exponent = factor
    mine = space.heads[head]
    if not mine.bodies or mine.kind is Kind.GROWTH:
        return factor
    free, back = opened_dummies(space, slots)
    at = tuple(slot.substituted(free) for slot in slots)
    bodies = tuple(space.applied(body, at) for body in mine.bodies)
    atoms = sorted(set().union(*(body.free for body in bodies)))
    values = dict(zip(atoms, space.parameters(len(atoms)), strict=True))
    bodies = tuple(space.substitute(body, values) for body in bodies)
    new = space.head(mine.kind, bodies, name=mine.name, orders=mine.orders, arity=len(atoms))
    return new.number, tuple(Linear.of(atom).substituted(back) for atom in atoms), exponent


def opened_dummies(space: Space, slots: tuple[Linear, ...]) -> tuple[dict[Key, Linear], dict[Key, Linear]]:
    """Free atoms for the dummies of slots, and the way back."""
    dummies = {a for slot in slots for a in slot.dummies}
    free: dict[Key, Linear] = {a: Linear.of(space.atom(("opened", space.depth, -a))) for a in dummies}
    return free, {value.atoms[0]: Linear.of(a) for a, value in free.items() if isinstance(a, int)}


class _Everywhere:
    """Heads that are equal for all values of their parameters, also inside of other functions."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._first: dict[object, list[Head]] = {}
        self._known: dict[int, tuple[int, Order]] = {}

    def of(self, form: Form) -> Form:
        """The form with renamed heads."""
        raws = []
        changed = False
        for shape, weight in form:
            factors = [self._factor(factor) for factor in shape.factors]
            changed |= any(new is not old for new, old in zip(factors, shape.factors, strict=True))
            raws.append(Raw(weight, factors, shape.guard))
        return normal.form_of(self._space, raws) if changed else form

    def _factor(self, factor: Factor) -> Factor:
        head, slots, exponent = factor
        if not self._space.heads[head].bodies:
            return factor
        number, order = self._renamed(head)
        return factor if number == head else (number, tuple(slots[k] for k in order), exponent)

    def _renamed(self, number: int) -> tuple[int, Order]:
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self._find(self._space.heads[number])
        return found

    def _find(self, head: Head) -> tuple[int, Order]:
        space = self._space
        bodies = tuple(self.of(body) for body in head.bodies)
        plain = tuple(range(head.arity))
        if bodies != head.bodies:
            head = space.head(head.kind, bodies, name=head.name, orders=head.orders, arity=head.arity)
        listed = self._first.setdefault(_look(space, head), [])
        parameters = tuple(space.parameters(head.arity))
        for other in listed:
            if other is head:
                return head.number, plain
            for order in _orders(space, head, other):
                if _equal(space, head, parameters, other=other, order=order, guard=TRUE):
                    return other.number, order
        listed.append(head)
        return head.number, plain


def _where_used(space: Space, form: Form) -> Form:
    """The form with a head replaced by another that is equal to it where it stands."""
    alike: dict[object, list[Head]] = {}
    used = {space.heads[number] for shape in form.terms for number, _, _ in shape.factors}
    for head in sorted(used, key=lambda one: (one.arity, one.number)):
        if head.bodies:
            alike.setdefault(_look(space, head), []).append(head)
    if all(len(listed) == 1 for listed in alike.values()):
        return form
    raws = []
    for shape, weight in form:
        factors = [_used(space, factor, shape.guard, alike) for factor in shape.factors]
        raws.append(Raw(weight, factors, shape.guard))
    return normal.form_of(space, raws)


def _with_more_slots(space: Space, form: Form) -> Form:
    """The form with a head replaced by another of more slots, some of them equal: f(x_p^2) as f(x_p x_q) at q = p."""
    used = sorted((space.heads[n] for n in {f[0] for s in form.terms for f in s.factors}), key=lambda one: one.arity)
    found: dict[int, tuple[int, Order]] = {}
    for head in used:
        for other in reversed(used):
            if head.bodies and head.kind is not Kind.GROWTH and other.arity > head.arity and head.number not in found:
                order = _repeated(space, head, other) if _look(space, head) == _look(space, other) else None
                if order is not None:
                    found[head.number] = other.number, order
    if not found:
        return form
    raws = []
    for shape, weight in form:
        factors: list[Factor] = []
        for number, slots, exponent in shape.factors:
            new, order = found.get(number, (number, tuple(range(len(slots)))))
            factors.append((new, tuple(slots[k] for k in order), exponent))
        raws.append(Raw(weight, factors, shape.guard))
    return normal.form_of(space, raws)


def _repeated(space: Space, head: Head, other: Head) -> Order | None:
    """The parameters of `head`, some of them repeated, at which `other` is equal to it."""
    parameters = tuple(space.parameters(head.arity))
    for order in islice(product(range(head.arity), repeat=other.arity), _MOST_ORDERS):
        if _equal(space, head, parameters, other=other, order=order, guard=TRUE):
            return order
    return None


def _used(space: Space, factor: Factor, guard: Guard, alike: dict[object, list[Head]]) -> Factor:
    head, slots, exponent = factor
    mine = space.heads[head]
    if mine.bodies and mine.kind is not Kind.UNDEFINED:
        for other in alike[_look(space, mine)]:
            if other is mine:
                break
            for order in _orders(space, mine, other):
                if _equal(space, mine, slots, other=other, order=order, guard=guard):
                    return other.number, tuple(slots[k] for k in order), exponent
    return factor


def symmetries(space: Space, number: int) -> list[Order]:
    """The orders of a function's parameters that leave its values the same, the plain one first."""
    found = space.symmetries.get(number)
    if found is None:
        head = space.heads[number]
        found = [tuple(range(head.arity))]
        if head.bodies and head.kind is not Kind.GROWTH and head.arity > 1:
            uses = _uses(space, head)
            options = [[k for k in range(head.arity) if uses[k] == own] for own in uses]
            found += [
                o for o in islice(_choices(options), _MOST_ORDERS) if o != found[0] and _is_symmetry(space, head, o)
            ]
        space.symmetries[number] = found
    return found


def _is_symmetry(space: Space, head: Head, order: Order) -> bool:
    parameters = tuple(space.parameters(head.arity))
    moved = tuple(parameters[k] for k in order)
    if all(space.applied(body, moved) == body for body in head.bodies):
        return True
    return _equal(space, head, parameters, other=head, order=order, guard=TRUE)
