"""What the second judge adds to a verdict: both sides run exactly in finite fields, as they are written.

First at a few small sizes, which finds nearly all that is wrong. Then, where some sizes decide all (`cutoff`), at all
of these: agreement there means agreement at all sizes, but for a chance with a bound (`field_test`). What is proved
is audited so; what the first judge leaves undecided is then `probable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.clock import now
from symgrad.evaluate.footprint import Footprint
from symgrad.evaluate.sizes import complete_sizes
from symgrad.evidence.cutoff import Cutoff, cutoff
from symgrad.evidence.field_test import AGREE, DIFFER, NO_TIME, FieldTest, field_test
from symgrad.evidence.numbers import Comparison

_MOST_SIZES, _MOST_WORK = 100, 20_000
"""Up to so many choices of sizes, and so much work (see `Footprint.work`) at all of them, the deciding ones are run."""

_REASONS_TOLD = 2


@dataclass(frozen=True)
class Audit:
    """What the finite fields say of a claim.

    Attributes:
        words: where they were asked and what they found, or why they were not.
        bits: the claim holds formally, for all sizes, but for a chance of at most 2^-bits; 0 where that is not known.
        differ: where the sides certainly differ, if they do.
    """

    words: str
    bits: int = 0
    differ: FieldTest | None = None


def first_look(comparison: Comparison, seconds: float) -> FieldTest:
    """Both sides in finite fields at a few small sizes."""
    return field_test(comparison.left, comparison.right, comparison.tensors, budget=seconds)


def audit(comparison: Comparison, look: FieldTest, seconds: float) -> Audit:
    """Both sides in finite fields at the sizes that decide all, where there are such and they are not too many.

    Args:
        comparison: the claim.
        look: what the first look found; it is repeated if it had no time.
        seconds: how long it may take.
    """
    start = now()
    if look.reason == NO_TIME:
        look = first_look(comparison, seconds)
    if look.status == DIFFER:
        return _differing(look)
    if look.status != AGREE:
        return Audit(f"not checked in finite fields: {look.reason}")
    at_small = f"equal in finite fields{_at(look.sizes)}"
    if look.limits:
        return Audit(f"{at_small}; {', '.join(look.limits)}")
    found = cutoff(comparison.left, comparison.right, comparison.tensors)
    if not found.rigorous:
        return Audit(f"{at_small}; no sizes decide all: {', '.join(found.reasons[:_REASONS_TOLD])}")
    sizes = _affordable(comparison, found)
    if not sizes:
        return Audit(f"{at_small}; {_spans(found)} would decide all, which is too much work")
    left = max(0.0, start + seconds - now())
    decided = field_test(comparison.left, comparison.right, comparison.tensors, sizes, budget=left, bound=True)
    if decided.status == DIFFER:
        return _differing(decided)
    if decided.status != AGREE or decided.limits:
        return Audit(f"{at_small}; {_spans(found)} would decide all: {decided.reason or ', '.join(decided.limits)}")
    where = f" at {_spans(found)}, which decides all sizes" if found.least else ""
    return Audit(f"equal in finite fields{where}", decided.bits)


def _affordable(comparison: Comparison, found: Cutoff) -> list[dict[str, int]]:
    """The deciding sizes; none if to run them all is too much work."""
    if found.count > _MOST_SIZES:
        return []
    sides = (comparison.left, comparison.right)
    sizes = [complete_sizes(comparison.left, chosen) for chosen in found.sizes()]
    work = sum(Footprint(side, chosen).work() for side in sides for chosen in sizes)
    return sizes if work <= _MOST_WORK else []


def _differing(found: FieldTest) -> Audit:
    """Sides that differ in finite fields: for certain only if nothing was taken for granted."""
    if found.limits:
        return Audit(f"not decided in finite fields: {', '.join(found.limits)}")
    return Audit(f"the sides differ in finite fields{_at(found.sizes[-1:])}", differ=found)


def _at(choices: Sequence[Mapping[str, int]]) -> str:
    """Choices of sizes in words, if there are any sizes: ` at B = 2, J = 3 and B = 3, J = 2`."""
    words = [", ".join(f"{name} = {value}" for name, value in sizes.items()) for sizes in choices if sizes]
    return f" at {' and '.join(words)}" if words else ""


def _spans(found: Cutoff) -> str:
    """The deciding sizes in words: `B = 1, J = 6..11`."""
    return ", ".join(
        f"{name} = {least}" if least == found.greatest[name] else f"{name} = {least}..{found.greatest[name]}"
        for name, least in found.least.items()
    )
