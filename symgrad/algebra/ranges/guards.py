"""Conditions on integer points: conjunctions of affine equations, inequalities and inequations.

A guard stands for the set of points at which all of its conditions hold; as a factor it is 1 there
and 0 elsewhere. It keeps its conditions simple, but not canonical: equal sets may have several guards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd

from symgrad.algebra.ranges.linear import Key, Linear, Order, Terms


class Guard:
    """An immutable conjunction: every form of `equal` is 0, of `nonneg` >= 0, of `different` not 0.

    Make guards with `Guard.of`, `between`, `equals` and `&`.
    """

    __slots__ = ("_hash", "different", "equal", "nonneg")

    def __init__(
        self, equal: tuple[Linear, ...] = (), nonneg: tuple[Linear, ...] = (), different: tuple[Linear, ...] = ()
    ) -> None:
        """The conditions have to be simplified and sorted: `Guard.of` sees to that."""
        self.equal, self.nonneg, self.different = equal, nonneg, different
        self._hash = hash((equal, nonneg, different))

    @staticmethod
    def of(equal: Iterable[Linear] = (), nonneg: Iterable[Linear] = (), different: Iterable[Linear] = ()) -> Guard:
        """The guard of these conditions, each brought to lowest terms; `FALSE` where they contradict plainly."""
        maker = _Maker()
        maker.take(equal, nonneg, different)
        return maker.guard()

    @staticmethod
    def equals(one: Linear, other: Linear) -> Guard:
        """one = other"""
        return Guard.of(equal=(one - other,))

    @staticmethod
    def at_least(one: Linear, other: Linear) -> Guard:
        """one >= other"""
        return Guard.of(nonneg=(one - other,))

    @staticmethod
    def differs(one: Linear, other: Linear) -> Guard:
        """one != other"""
        return Guard.of(different=(one - other,))

    @staticmethod
    def between(low: Linear, value: Linear, high: Linear) -> Guard:
        """low <= value <= high"""
        return Guard.of(nonneg=(value - low, high - value))

    def __and__(self, other: Guard) -> Guard:
        if other is self or other == TRUE or self == FALSE:
            return self
        if self == TRUE or other == FALSE:
            return other
        maker = _Maker(self)
        maker.take(other.equal, other.nonneg, other.different)
        return maker.guard()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Guard):
            return NotImplemented
        return (
            self._hash == other._hash
            and self.equal == other.equal
            and self.nonneg == other.nonneg
            and self.different == other.different
        )

    @property
    def conditions(self) -> tuple[Linear, ...]:
        """All its forms."""
        return (*self.equal, *self.nonneg, *self.different)

    @property
    def keys(self) -> set[Key]:
        """The atoms and sizes that it depends on."""
        return {key for form in self.conditions for key, _ in form.terms}

    def substituted(self, values: Mapping[Key, Linear]) -> Guard:
        """The guard with keys replaced by forms, all at once."""
        if not values or not any(key in values for form in self.conditions for key, _ in form.terms):
            return self
        return Guard.of(
            [form.substituted(values) for form in self.equal],
            [form.substituted(values) for form in self.nonneg],
            [form.substituted(values) for form in self.different],
        )

    def parts(self) -> list[Guard]:
        """Its conditions as guards of one condition each."""
        return [
            *(Guard((form,)) for form in self.equal),
            *(Guard((), (form,)) for form in self.nonneg),
            *(Guard((), (), (form,)) for form in self.different),
        ]

    def negated(self) -> list[Guard]:
        """Guards, no two of which hold together, of which one holds where this one does not."""
        out, before = [], TRUE
        for part in self.parts():
            out += [before & piece for piece in _opposite(part)]
            before = before & part
        return [guard for guard in out if guard != FALSE]

    def holds(self, point: Mapping[Key, int]) -> bool:
        """Whether all conditions hold at a point."""
        return (
            all(form.value(point) == 0 for form in self.equal)
            and all(form.value(point) >= 0 for form in self.nonneg)
            and all(form.value(point) != 0 for form in self.different)
        )

    def __repr__(self) -> str:
        listed = ((self.equal, "= 0"), (self.nonneg, ">= 0"), (self.different, "!= 0"))
        return " and ".join(f"{form} {sign}" for forms, sign in listed for form in forms) or "true"


def _opposite(part: Guard) -> list[Guard]:
    """The guards for a single condition not to hold."""
    if part.equal:
        return [Guard.of(different=part.equal)]
    if part.different:
        return [Guard.of(equal=part.different)]
    return [Guard.of(nonneg=[-part.nonneg[0] - 1])]


class _Maker:
    """Conditions being gathered, those of a guard first; each new one is divided by what its coefficients share."""

    def __init__(self, start: Guard | None = None) -> None:
        self.false = False
        self.equal: dict[Linear, None] = {} if start is None else dict.fromkeys(start.equal)
        self.least: dict[Terms, Linear] = {} if start is None else {form.terms: form for form in start.nonneg}
        self.different: dict[Linear, None] = {} if start is None else dict.fromkeys(start.different)

    def take(self, equal: Iterable[Linear], nonneg: Iterable[Linear], different: Iterable[Linear]) -> None:
        for form in equal:
            self.equation(form)
        for form in nonneg:
            self.inequality(form)
        for form in different:
            self.inequation(form)

    def equation(self, form: Linear) -> None:
        common = _common(form)
        if common == 0 or form.constant % common:
            self.false |= form.constant != 0
        else:
            self.equal[_divided(form, common if form.terms[0][1] > 0 else -common)] = None

    def inequality(self, form: Linear) -> None:
        common = _common(form)
        if common == 0:
            self.false |= form.constant < 0
            return
        form = _divided(form, common)
        known = self.least.get(form.terms)
        if known is not None and known.constant <= form.constant:
            return
        opposite = self.least.get(tuple([(k, -c) for k, c in form.terms]))
        if opposite is not None and opposite.constant + form.constant <= 0:
            self.false |= opposite.constant + form.constant < 0
            self.equation(form)
        self.least[form.terms] = form

    def inequation(self, form: Linear) -> None:
        common = _common(form)
        if common == 0 or form.constant % common:
            self.false |= common == 0 and form.constant == 0
        else:
            self.different[_divided(form, common if form.terms[0][1] > 0 else -common)] = None

    def guard(self) -> Guard:
        """The guard; an inequation at the end of an interval moves that end."""
        changed = True
        while changed and not self.false:
            changed = False
            for form in list(self.different):
                if form in self.equal:
                    return FALSE
                for side in (form, -form):
                    bound = self.least.get(side.terms)
                    if bound is None or bound.constant > side.constant:
                        continue
                    del self.different[form]
                    if bound.constant == side.constant:
                        changed = True
                        self.inequality(side - 1)
                    break
        if self.false:
            return FALSE
        for form in self.equal:
            for side in (form, -form):
                if side.terms in self.least:
                    if self.least[side.terms].constant < side.constant:
                        return FALSE
                    del self.least[side.terms]
        return Guard(
            tuple(sorted(self.equal, key=_order)),
            tuple(sorted(self.least.values(), key=_order)),
            tuple(sorted(self.different, key=_order)),
        )


def _order(form: Linear) -> Order:
    return form.order


def _common(form: Linear) -> int:
    """The greatest number that divides all coefficients; 0 if there are none."""
    common = 0
    for _, c in form.terms:
        if c in (1, -1):
            return 1
        common = gcd(common, c)
    return common


def _divided(form: Linear, by: int) -> Linear:
    return form if by == 1 else Linear(form.constant // by, tuple([(k, c // by) for k, c in form.terms]))


TRUE = Guard()
FALSE = Guard((), (Linear(-1),))
