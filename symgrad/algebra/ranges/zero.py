"""Whether a form is zero at all points of a context, for all sizes.

The form is tried as it stands, then after each of these steps, every time without the groups of terms
that have been found to cancel: equal functions under one head; powers with an index in the exponent
joined; letters merged where their slots meet; the relations of inverses, labels and declared equations;
denominators cleared; exponentials joined, and functions over atoms instead of slots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import access, exponentials, same
from symgrad.algebra.ranges.access import Difference
from symgrad.algebra.ranges.form import Form, Kind
from symgrad.algebra.ranges.fractions import cleared
from symgrad.algebra.ranges.guards import Guard
from symgrad.algebra.ranges.linear import Key
from symgrad.algebra.ranges.reduction import Reduction
from symgrad.algebra.terms import OutOfReachError

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space


def is_zero(space: Space, form: Form, context: Guard, defined: Form | None = None) -> bool:
    """Whether the form is shown to be zero wherever it, or `defined`, is defined. False says nothing."""
    return _left(space, form, context, defined) is None


def nonzero_at(space: Space, form: Form, context: Guard) -> dict[Key, int] | None:
    """Sizes and free atoms from a piece on which terms do not cancel."""
    found = _left(space, form, context)
    for difference in found or ():
        for piece in difference.pieces:
            point = space.sets.sample(piece.points, difference.dims)
            if point is not None:
                return {key: value for key, value in point.items() if isinstance(key, str) or key >= 0}
    return None


def _left(space: Space, form: Form, context: Guard, defined: Form | None = None) -> list[Difference] | None:
    """What does not cancel; None if all does. Raises OutOfReachError where that is not found out."""
    left = _Left(space)
    form = left.of(space.guarded(form, context))
    for step in _STEPS:
        if not form.terms or not _has_functions(space, form):
            break
        try:
            new = step(space, form, defined)
        except OutOfReachError as error:
            left.note(error)
            continue
        if new is not form:
            form = left.of(new)
    if form.terms and left.reason is not None:
        raise left.reason
    return left.found or None


@dataclass(slots=True)
class _Left:
    """What does not cancel of a form as it was tried last, and why it is not known better."""

    space: Space
    found: list[Difference] = field(default_factory=list)
    reason: OutOfReachError | None = None

    def note(self, error: OutOfReachError) -> None:
        """Keep the reason, but stop at the end of the time."""
        self.space.budget.look()
        self.reason = error

    def of(self, form: Form) -> Form:
        """The terms of the groups that do not cancel."""
        self.found, self.reason = [], None
        terms = {}
        for skeleton, group in access.groups(form):
            try:
                difference = access.remainder(self.space, skeleton, group)
            except OutOfReachError as error:
                self.note(error)
            else:
                if difference is None:
                    continue
                self.found.append(difference)
            wanted = {term.shape for term in group}
            terms.update({shape: weight for shape, weight in form if shape in wanted})
        return Form(terms)


def _has_functions(space: Space, form: Form) -> bool:
    """Whether there is anything but independent unknowns to natural powers."""
    if space.relations:
        return True
    return any(
        space.heads[head].kind is not Kind.CELL or exponent.denominator != 1 or exponent < 0
        for shape in form.terms
        for head, _, exponent in shape.factors
    )


_STEPS: tuple[Callable[[Space, Form, Form | None], Form], ...] = (
    lambda space, form, _: same.merged(space, form),
    lambda space, form, _: exponentials.grown(space, form),
    lambda space, form, _: Reduction(space, with_relations=False).of(form),
    lambda space, form, _: Reduction(space, with_relations=True).of(form),
    lambda space, form, defined: Reduction(space, with_relations=True).of(cleared(space, form, defined)),
    lambda space, form, _: same.merged(space, same.over_atoms(space, exponentials.joined(space, form))),
)
