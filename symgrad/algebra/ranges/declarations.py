"""What programs declare of given tensors as equations: constraints, and that distributions sum to 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.algebra.ranges.conditions import Conditions
from symgrad.algebra.ranges.frames import Frame, size_form
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.instances import unrolled
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.translate import Translator
from symgrad.algebra.terms import Budget, OutOfReachError, OutOfTimeError
from symgrad.language.program import Constraint, Program, Range, Ref, Tensor
from symgrad.language.walk import free_indices, values_read, walk_expr, written

if TYPE_CHECKING:
    from symgrad.algebra.ranges.form import Form
    from symgrad.algebra.ranges.space import Space


def declare_equations(space: Space, budget: Budget, *programs: Program) -> None:
    """Tell the space the constraints of given tensors; those that no form covers are left out.

    They hold of what is given, so tensors that a program writes are left out too.
    """
    changed = {name for program in programs for name in written(program.body)}
    known: set[tuple[Form, Guard]] = set()
    for program in programs:
        for names, found in _equations(space, program, budget):
            if found not in known and changed.isdisjoint(names):
                known.add(found)
                space.declare_equation(*found)


def _equations(space: Space, program: Program, budget: Budget) -> Iterator[tuple[set[str], tuple[Form, Guard]]]:
    """Forms that are zero within a guard, each with the tensors that it is of."""
    for tensor in program.tensors:
        if tensor.over:
            yield {tensor.name}, _distribution(space, program, tensor)
    for constraint in program.constraints:
        if constraint.op == "=":
            names = values_read(constraint.left) | values_read(constraint.right)
            try:
                found = _constraint(space, program, constraint, budget)
            except OutOfTimeError:
                raise
            except OutOfReachError:
                pass
            else:
                yield names, found


def _distribution(space: Space, program: Program, tensor: Tensor) -> tuple[Form, Guard]:
    """The sum over the axes that it is declared over is 1."""
    slots = tuple(space.atom(("declared", place)) for place in range(len(tensor.axes)))
    over, outside, inside = [], TRUE, TRUE
    for slot, axis in zip(slots, tensor.axes, strict=True):
        limits = Guard.between(Linear(), Linear.of(slot), size_form(axis.extent, program) - 1)
        if axis.label in tensor.over:
            over.append(slot)
            inside &= limits
        else:
            outside &= limits
    total = space.sum(space.cell(tensor.name, tuple(map(Linear.of, slots))), over, inside)
    return space.sub(total, space.number(1)), outside


def _constraint(space: Space, program: Program, constraint: Constraint, budget: Budget) -> tuple[Form, Guard]:
    """The difference of the sides, wherever the free indices range."""
    listed = unrolled(replace(program, body=()))
    if any(listed.tensors[cell.name].zero_outside for cell in _cells(constraint)):
        raise OutOfReachError("a constraint on a tensor that is zero outside")
    translator = Translator(space, listed, space.cell, Conditions(listed, budget), lambda name: name)
    names = sorted({name for side in (constraint.left, constraint.right) for name in free_indices(side)})
    atoms = {name: Linear.of(space.atom(("declared", name))) for name in names}
    frame = Frame()
    scope = translator.bind(tuple(Range(name) for name in names), {}, frame, atoms)
    sides = (translator.form(side, scope, frame) for side in (constraint.left, constraint.right))
    difference = space.sub(*sides)
    if frame.dummies:
        raise OutOfReachError("a constraint within ranges that are not affine")
    return difference, frame.guard


def _cells(constraint: Constraint) -> Iterator[Ref]:
    for side in (constraint.left, constraint.right):
        yield from (part for part in walk_expr(side) if isinstance(part, Ref))
