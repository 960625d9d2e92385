"""State that loops carry, unfolded in a difference: the latest of its cells by their equations, once or twice.

Where one side says h[t] and the other one what h[t] is computed from, with h[t-1] in it, the cells of one step are
brought down to those of the step before.
"""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.algebra.ranges import normal
from symgrad.algebra.ranges.equations import System, final
from symgrad.algebra.ranges.form import Form, Kind, Raw
from symgrad.algebra.ranges.linear import Linear
from symgrad.language.affine import as_affine

Steps = dict[str, tuple[int, int]]
"""By tensor: the axis along which it is computed from earlier cells, and +1, or -1 where it goes down."""


def steps_of(system: System, names: Iterable[str]) -> Steps:
    """Where each tensor's equation, with others of its loop unfolded, comes to cells of its own."""
    found: Steps = {}
    for name in names:
        targets = [one.target for one in system.unrolled.writers(name)]
        for _, access in system.unrolled.reads_of([name]):
            for target in targets:
                for axis, pair in enumerate(zip(target.subscripts, access.ref.subscripts, strict=True)):
                    there, here = map(as_affine, pair)
                    distance = None if there is None or here is None else there - here
                    if distance is not None and not distance.coefficients and distance.constant:
                        found.setdefault(name, (axis, 1 if distance.constant > 0 else -1))
    return found


def unfolded(system: System, form: Form, steps: Steps) -> Form:
    """The form with the latest cells of the state replaced by what they are computed from.

    Cells are of one time if they are a number of steps apart; of each such family the latest ones are unfolded.
    """
    space = system.space
    names = {final(name): name for name in steps}
    heads = {head.number: names[head.name] for head in space.heads if head.kind is Kind.CELL and head.name in names}
    if not any(head in heads for shape in form.terms for head, _, _ in shape.factors):
        return form
    latest: dict[object, int] = {}
    for shape in form.terms:
        for head, slots, _ in shape.factors:
            if head in heads:
                family, time = _place(slots, steps[heads[head]])
                latest[family] = max(time, latest.get(family, time))
    bodies = {head: _body(system, name) for head, name in heads.items()}
    raws: list[Raw] = []
    for shape, weight in form:
        terms = [Raw(weight, [], shape.guard)]
        for head, slots, exponent in shape.factors:
            family, time = _place(slots, steps[heads[head]]) if head in heads else (None, 0)
            if head in heads and latest[family] == time and isinstance(exponent, int) and exponent > 0:
                for _ in range(exponent):
                    terms = [new for one in terms for new in normal.times_body(space, one, bodies[head], slots)]
            else:
                for one in terms:
                    one.factors.append((head, slots, exponent))
        raws += terms
    return normal.form_of(space, raws)


def _body(system: System, name: str) -> Form:
    """A tensor's equation over parameters in place of its slots."""
    own = system.slots(name)
    places = zip(own, system.space.parameters(len(own)), strict=True)
    return system.space.substitute(system.equation(name), {slot.atoms[0]: p for slot, p in places})


def _place(slots: tuple[Linear, ...], step: tuple[int, int]) -> tuple[object, int]:
    axis, direction = step
    return slots[axis].terms, direction * slots[axis].constant
