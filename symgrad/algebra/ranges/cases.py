"""Functions of forms with conditions, f(g u) = g f(u) + (1 - g) f(0), and with labels, f(Y u + ...) = Y f(u) + ....

What is under a function afterwards has no condition and no label that is the same for the whole sum,
so that functions meet as functions of values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import normal, weights
from symgrad.algebra.ranges.floors import determined
from symgrad.algebra.ranges.form import Form, Kind, Raw, Shape, replaced
from symgrad.algebra.ranges.guards import FALSE, TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import OutOfReachError

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_CASES = 64

Forms = tuple[Form, ...]


def in_every_case(space: Space, args: Forms, context: Guard, function: Callable[[Forms], Form]) -> Form:
    """The function of the arguments, made in each case of their conditions and labels on its own."""
    found = _label(space, args)
    if found is not None:
        return _by_label(space, args, context, function, found)
    floor = _floor(args)
    if floor is not None:
        return _by_floor(space, args, context, function, floor)
    total = Form({})
    for count, (guard, forms) in enumerate(_cases(space, args, context)):
        if count > _MOST_CASES:
            raise OutOfReachError("a function of a sum with too many conditions")
        total = space.add(total, space.guarded(function(forms), guard))
    return total


def _cases(space: Space, args: Forms, context: Guard) -> Iterator[tuple[Guard, Forms]]:
    """Guards of which exactly one holds at each point of the context, and what the arguments are there."""
    stripped = tuple(_stripped(space, form, context) for form in args)
    condition = next((g for form in stripped for g in map(_own, form.terms) if g != TRUE), None)
    if condition is None:
        yield TRUE, stripped
        return
    for case in (condition, *condition.negated()):
        if space.tidy(context & case) == FALSE or space.sets.is_empty(context & case):
            continue
        for guard, forms in _cases(space, stripped, context & case):
            yield case & guard, forms


def _own(shape: Shape) -> Guard:
    """The conditions of a term that do not depend on its dummies."""
    listed = (shape.guard.equal, shape.guard.nonneg, shape.guard.different)
    if not any(listed):
        return TRUE
    return Guard(*(tuple(form for form in forms if not form.dummies) for forms in listed))


def _stripped(space: Space, form: Form, context: Guard) -> Form:
    """The form without terms that the context excludes, and without conditions that follow from it."""
    if all(_own(shape) == TRUE for shape in form.terms):
        return form
    raws = []
    for shape, weight in form:
        own = _own(shape)
        if own == TRUE:
            raws.append(Raw(weight, list(shape.factors), shape.guard))
            continue
        if space.tidy(context & own) == FALSE or space.sets.is_empty(context & own):
            continue
        left = [part for part in own.parts() if not _follows(space, context, part)]
        bound = Guard(*(tuple(f for f in forms if f.dummies) for forms in _lists(shape.guard)))
        guard = bound
        for part in left:
            guard = guard & part
        raws.append(Raw(weight, list(shape.factors), guard))
    return normal.form_of(space, raws)


def _lists(guard: Guard) -> tuple[tuple[Linear, ...], ...]:
    return guard.equal, guard.nonneg, guard.different


def _follows(space: Space, context: Guard, part: Guard) -> bool:
    if context & part == context:
        return True
    return (context != TRUE and space.sets.follows(context, part)) or space.tidy(part) == TRUE


def _label(space: Space, args: Forms) -> tuple[int, tuple[Linear, ...]] | None:
    """An integer tensor's cell, the same throughout, on which an argument depends."""
    for form in args:
        for shape in form.terms:
            for head, slots, _ in shape.factors:
                if space.heads[head].kind is Kind.LABEL and not any(slot.dummies for slot in slots[:-1]):
                    return head, slots[:-1]
    return None


def _by_label(
    space: Space,
    args: Forms,
    context: Guard,
    function: Callable[[Forms], Form],
    label: tuple[int, tuple[Linear, ...]],
) -> Form:
    head, cell = label
    name = space.heads[head].name
    if name not in space.label_ranges:
        raise OutOfReachError(f"a function of a value that depends on {name}, of which no range is known")
    low, high = space.label_ranges[name]
    atom = space.fresh()
    value = Linear.of(atom)
    domain = Guard.between(low, value, high)
    chosen = tuple(_at_label(space, form, head, cell, value) for form in args)
    inner = in_every_case(space, chosen, context & domain, function)
    chooser = Form({Shape(((head, (*cell, value), 1),), TRUE): weights.ONE})
    return space.sum(space.mul(chooser, inner), [atom], domain)


def _floor(args: Forms) -> tuple[Linear, int] | None:
    """A form of free atoms and a divisor whose floor is what a dummy of an argument is, if it is anything."""
    for form in args:
        for shape in form.terms:
            found = _dummy_floor(shape)
            if found is not None:
                return found[1:]
    return None


def _dummy_floor(shape: Shape) -> tuple[Key, Linear, int] | None:
    dummies = {key for key in shape.guard.keys if isinstance(key, int) and key < 0}
    return determined(shape.guard, dummies) if dummies else None


def _by_floor(
    space: Space, args: Forms, context: Guard, function: Callable[[Forms], Form], floor: tuple[Linear, int]
) -> Form:
    """The function for the one integer that the floor is: f(sum_q 1[q = floor] u) = sum_q 1[q = floor] f(u)."""
    form, divisor = floor
    atom = space.fresh()
    start = Linear.of(atom).scaled(divisor)
    domain = Guard.between(start, form, start + (divisor - 1))
    chosen = tuple(_at_floor(space, arg, floor, atom) for arg in args)
    return space.sum(in_every_case(space, chosen, context & domain, function), [atom], domain)


def _at_floor(space: Space, form: Form, floor: tuple[Linear, int], atom: int) -> Form:
    """The form with the atom for all dummies that are the floor."""
    raws = []
    for shape, weight in form:
        found = _dummy_floor(shape)
        values = {found[0]: Linear.of(atom)} if found is not None and found[1:] == floor else {}
        raws.append(replaced(Raw(weight, list(shape.factors), shape.guard), values))
    return normal.form_of(space, raws)


def _at_label(space: Space, form: Form, head: int, cell: tuple[Linear, ...], value: Linear) -> Form:
    """The form where the cell has the value."""
    raws = []
    for shape, weight in form:
        guard = shape.guard
        factors = []
        for factor in shape.factors:
            if factor[0] == head and factor[1][:-1] == cell:
                guard = guard & Guard.equals(factor[1][-1], value)
            else:
                factors.append(factor)
        raws.append(Raw(weight, factors, guard))
    return normal.form_of(space, raws)
