"""Floors of affine forms by numbers, as integers with names: equal floors have one name within one question.

q = floor(form / divisor)        divisor * q <= form <= divisor * q + divisor - 1
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import gcd

from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear

_FIRST = -2_000_000
"""The name of the first floor: below all dummies and coordinates."""


def is_floor(key: Key) -> bool:
    """Whether a key is the name of a floor."""
    return isinstance(key, int) and key <= _FIRST


def determined(guard: Guard, dummies: Collection[Key]) -> tuple[Key, Linear, int] | None:
    """A dummy that can but be the floor of a form without dummies, with that form and its divisor."""
    listed = [*guard.equal, *(-form for form in guard.equal), *guard.nonneg]
    ends = {form.terms: form.constant for form in listed}
    for form in listed:
        inside = [(k, c) for k, c in form.terms if k in dummies]
        if len(inside) != 1 or inside[0][1] > 0:
            continue
        key, c = inside[0]
        other = ends.get(tuple((k, -x) for k, x in form.terms))
        if other is not None and form.constant + other < -c:  # -c key <= rest and -c key > rest - (-c)
            return key, form.without(key), -c
    return None


class Floors:
    """The floors of one question.

    >>> floors = Floors()
    >>> n = Linear.of("N")
    >>> floors.floor(n + 1, 2) == floors.floor(n - 1, 2) + 1
    True
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[Linear, int], int] = {}
        self._forms: dict[Key, tuple[Linear, int]] = {}

    def floor(self, form: Linear, divisor: int) -> Linear:
        """The floor of form / divisor; what the divisor divides stands outside of it."""
        common = gcd(divisor, *(c for _, c in form.terms))
        form = Linear.make(form.constant // common, [(k, c // common) for k, c in form.terms])
        divisor //= common
        whole = Linear.make(form.constant // divisor, [(k, c // divisor) for k, c in form.terms])
        rest = form.plus(whole, -divisor)
        if not rest.terms:
            return whole
        known = self._numbers.get((rest, divisor))
        if known is None:
            known = self._numbers[rest, divisor] = _FIRST - len(self._numbers)
            self._forms[known] = rest, divisor
        return whole + Linear.of(known)

    def definition(self, key: Key) -> tuple[Linear, int]:
        """The form and the divisor of a floor."""
        return self._forms[key]

    def among(self, keys: Iterable[Key]) -> set[Key]:
        """The floors among keys, and those in their forms."""
        waiting, found = [key for key in keys if key in self._forms], set[Key]()
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += [k for k in self._forms[key][0].keys if k in self._forms]
        return found

    def guard(self, keys: Iterable[Key]) -> Guard:
        """What makes floors, and those in their forms, what they are."""
        total = TRUE
        for key in sorted(self.among(keys), key=repr):
            form, divisor = self._forms[key]
            start = Linear.of(key).scaled(divisor)
            total = total & Guard.between(start, form, start + (divisor - 1))
        return total
