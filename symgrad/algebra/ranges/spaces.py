"""A space that knows what programs declare."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.algebra.domain import declared_sign
from symgrad.algebra.ranges.frames import size_form
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget
from symgrad.language.program import Program, Role
from symgrad.language.walk import values_read


def space_of(budget: Budget, *programs: Program) -> Space:
    """A space with the least sizes, signs and ranges of labels that the programs declare."""
    minimum: dict[str, int] = {}
    for program in programs:
        for size in program.sizes:
            minimum[size.name] = max(size.minimum, minimum.get(size.name, 1))
    space = Space(budget, minimum)
    for program in programs:
        for tensor in program.tensors:
            sign = declared_sign(tensor)
            if sign:
                space.declare_sign(tensor.name, sign)
            if tensor.labels is not None:
                low, high = (size_form(limit, program) for limit in tensor.labels)
                space.declare_labels(tensor.name, low, high)
    space.free |= _free(programs)
    return space


def _free(programs: Iterable[Program]) -> set[str]:
    """The given real tensors that no constraint names and no distribution is."""
    given: set[str] = set()
    bound: set[str] = set()
    for program in programs:
        for tensor in program.tensors:
            real = tensor.given and tensor.role is not Role.INTEGER and not tensor.over
            (given if real else bound).add(tensor.name)
        for constraint in program.constraints:
            bound |= values_read(constraint.left) | values_read(constraint.right)
    return given - bound
