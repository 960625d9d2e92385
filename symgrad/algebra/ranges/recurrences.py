"""Closed forms of tensors that are computed from earlier cells of themselves, where these are of the first order.

    S[t] = f(t) + c S[t-1]  for low <= t <= high,   S[t] = f(t) elsewhere          (or t+1)

has the solution S[t] = f(t) + sum_{low-1 <= t' < t} c^(t-t') f(t'), f being what is added and the start value.
It is only proposed here: that it satisfies the equation is proved like any other equality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.algebra.ranges.frames import Frame
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.instances import Instances
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import OutOfReachError
from symgrad.language.affine import as_affine
from symgrad.language.build import ONE, mul
from symgrad.language.program import Add, Expr, Index, Mul, Neg, Ref
from symgrad.language.walk import free_indices, values_read

if TYPE_CHECKING:
    from symgrad.algebra.ranges.equations import System
    from symgrad.algebra.ranges.form import Form


@dataclass(frozen=True)
class Recurrence:
    """The statement adds `factor` times the cell one step back along an axis, or one step ahead."""

    statement: Instances
    axis: int
    step: int
    factor: Expr


def close(system: System, name: str, graph: Mapping[str, set[str]]) -> None:
    """Let a system read a tensor as a closed form of its recurrence.

    Raises OutOfReachError where none is found, with the reason.
    """
    found = None if _is_mutual(name, graph, system) else _recurrence(system, name)
    if found is None:
        raise OutOfReachError(f"{name}, which one side alone computes from earlier cells, follows no plain recurrence")
    form = _proposed(system, name, found)
    system.known[name] = lambda: form
    difference = system.space.sub(system.total(name), form)
    if not system.space.is_zero(difference, system.inside(name, system.slots(name))):
        del system.known[name]
        raise OutOfReachError(f"no closed form was found for {name}, which one side alone computes from earlier cells")


def _is_mutual(name: str, graph: Mapping[str, set[str]], system: System) -> bool:
    """Whether the tensor is computed from itself through other tensors as well."""
    stops = {name, *system.opaque, *system.known}
    reached: set[str] = set()
    pending = list(graph[name] - stops)
    while pending:
        one = pending.pop()
        if name in graph.get(one, ()):
            return True
        if one not in reached:
            reached.add(one)
            pending += graph.get(one, set()) - stops
    return False


def _recurrence(system: System, name: str) -> Recurrence | None:
    own = [one for one in system.unrolled.writers(name) if any(a.ref.name == name for a in one.reads)]
    if len(own) != 1:
        return None
    (one,) = own
    value = one.statement.value
    terms = value.args if isinstance(value, Add) else (value,)
    carried = [term for term in terms if name in values_read(term)]
    split = _split(carried[0], name) if len(carried) == 1 else None
    if split is None:
        return None
    factor, cell = split
    axis_step = _step(one, cell)
    if axis_step is None:
        return None
    return Recurrence(one, *axis_step, factor if one.sign == 1 else mul(Neg(ONE), factor))


def _split(term: Expr, name: str) -> tuple[Expr, Ref] | None:
    """The factor and the cell of a term that is a multiple of a tensor's cell."""
    match term:
        case Ref():
            return ONE, term
        case Neg(arg):
            inner = _split(arg, name)
            return None if inner is None else (mul(Neg(ONE), inner[0]), inner[1])
        case Mul(args):
            cells = [arg for arg in args if name in values_read(arg)]
            if len(cells) == 1 and isinstance(cells[0], Ref):
                return mul(*(arg for arg in args if arg is not cells[0])), cells[0]
    return None


def _step(one: Instances, cell: Ref) -> tuple[int, int] | None:
    """The axis along which the cell is next to the target, and on which side; None if it is not so simple."""
    subscripts = one.target.subscripts
    different = [at for at, (s, c) in enumerate(zip(subscripts, cell.subscripts, strict=True)) if s != c]
    indices = [found[0] for found in map(_shifted, subscripts) if found is not None]
    if len(different) != 1 or len(indices) < len(subscripts) or sorted(indices) != sorted(r.index for r in one.ranges):
        return None
    here, there = as_affine(subscripts[different[0]]), as_affine(cell.subscripts[different[0]])
    if here is None or there is None or (there - here).coefficients or abs((there - here).constant) != 1:
        return None
    return different[0], (there - here).constant


def _shifted(subscript: Expr) -> tuple[str, int] | None:
    """The index and the number of a subscript that is their sum."""
    form = as_affine(subscript)
    if form is None or len(form.coefficients) != 1:
        return None
    ((atom, coefficient),) = form.coefficients.items()
    return (atom.name, form.constant) if isinstance(atom, Index) and coefficient == 1 else None


def _proposed(system: System, name: str, found: Recurrence) -> Form:
    space, slots = system.space, system.slots(name)
    system.known[name] = lambda: space.number(0)
    try:
        base = system.total(name)
    finally:
        del system.known[name]
    frame, places = Frame(), {}
    for subscript, slot in zip(found.statement.target.subscripts, slots, strict=True):
        index, shift = _shifted(subscript) or ("", 0)
        places[index] = slot - shift
    scope = system.translator.bind(found.statement.ranges, {}, frame, places)
    here, other = slots[found.axis], Linear.of(space.fresh())
    low, high = _limits(system, found, scope)
    first, last = (low - 1, here - 1) if found.step < 0 else (here + 1, high + 1)
    earlier = space.substitute(base, {here.atoms[0]: other})
    earlier = space.mul(earlier, _weight(system, found, scope, here, other))
    total = space.sum(earlier, other.atoms, Guard.between(first, other, last))
    return space.add(base, space.guarded(total, frame.guard))


def _limits(system: System, found: Recurrence, scope: Mapping[str, Linear]) -> tuple[Linear, Linear]:
    """The first and last place along the axis at which the statement adds something."""
    index, shift = _shifted(found.statement.target.subscripts[found.axis]) or ("", 0)
    r = next(r for r in found.statement.ranges if r.index == index)
    lows, highs = system.translator.limits(r, scope)
    if len(lows) + len(highs) > 2:
        raise OutOfReachError(f"the steps of {found.statement.target.name} end at the smallest of several bounds")
    return lows[0] + shift, highs[0] + shift


def _weight(system: System, found: Recurrence, scope: Mapping[str, Linear], here: Linear, other: Linear) -> Form:
    """factor^(number of steps)"""
    space = system.space
    if found.factor == ONE:
        return space.number(1)
    moved = set(free_indices(found.statement.target.subscripts[found.axis]))
    moving = bool(moved & set(free_indices(found.factor)))
    system.conditions.at(found.statement)
    if moving or not system.conditions.is_positive(found.factor):
        raise OutOfReachError(
            f"the factor of {found.statement.target.name}'s earlier cell changes on the way or may be negative"
        )
    steps = here - other if found.step < 0 else other - here
    factor = system.translator.form(found.factor, scope)
    return space.call("exp", (space.mul(space.position(steps), space.call("log", (factor,))),))
