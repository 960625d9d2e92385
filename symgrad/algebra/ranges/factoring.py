"""Factors of forms over the rational numbers: sums that stand for themselves are taken as unknowns.

A sum over several dummies that nothing connects is a product of sums, so that the square of a sum is
known as a square.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import normal, weights
from symgrad.algebra.ranges.form import ONE, Factor, Form, Raw, Shape, lowest
from symgrad.algebra.ranges.guards import TRUE, Guard

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_TERMS = 200
_HIGHEST = 64
"""Exponents up to which FLINT is asked, whose work cannot be interrupted."""

Exponents = dict[int, int]


def factored(space: Space, form: Form) -> list[tuple[Form, int]]:
    """Forms with exponents whose product is the form. Its coefficients are whole numbers."""
    if len(form) > _MOST_TERMS:
        return [(form, 1)]
    table = _Unknowns(space)
    terms = table.polynomial(form)
    if terms is None or _is_irreducible(terms) or any(e > _HIGHEST for row, _ in terms for e in row.values()):
        return [(form, 1)]
    return [(table.form(part), exponent) for part, exponent in _by_flint(terms, len(table.forms))]


class _Unknowns:
    """Forms that count as unknowns of a polynomial."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._numbers: dict[Form, int] = {}
        self.forms: list[Form] = []

    def number(self, form: Form) -> int:
        """The number of an unknown."""
        found = self._numbers.setdefault(form, len(self.forms))
        if found == len(self.forms):
            self.forms.append(form)
        return found

    def polynomial(self, form: Form) -> list[tuple[Exponents, int]] | None:
        """The terms as exponents of unknowns and coefficients; None if it is no polynomial in them."""
        out = []
        for shape, weight in form:
            parts = self._parts(shape)
            if parts is None or any(k < 0 for k in weights.atoms(weight)):
                return None
            for monomial, c in weight.items():
                exponents = dict(parts)
                for key, e in monomial:
                    if not isinstance(e, int) or e < 0:
                        return None
                    unknown = self.number(self._space.weighted(weights.power_of(key)))
                    exponents[unknown] = exponents.get(unknown, 0) + e
                out.append((exponents, int(c)))
        return out

    def _parts(self, shape: Shape) -> Exponents | None:
        exponents: Exponents = {}
        for part, exponent in _components(self._space, shape):
            if not isinstance(exponent, int) or exponent < 0:
                return None
            unknown = self.number(part)
            exponents[unknown] = exponents.get(unknown, 0) + exponent
        return exponents

    def form(self, terms: list[tuple[Exponents, int]]) -> Form:
        """The form of a polynomial in the unknowns."""
        total = Form({})
        for exponents, c in terms:
            powers = (self.forms[unknown] for unknown, e in exponents.items() for _ in range(e))
            total = self._space.add(total, self._space.scale(self._space.product(powers), c))
        return total


def _components(space: Space, shape: Shape) -> Iterator[tuple[Form, object]]:
    """The factors without dummies, and the parts of the rest that have no dummy in common, as forms with exponents."""
    groups: list[tuple[set[int], list[Factor], list[Guard]]] = []
    for factor in shape.factors:
        dummies = {d for slot in factor[1] for d in slot.dummies}
        if dummies:
            groups = _joined(groups, dummies, [factor], [])
        else:
            yield Form({Shape(((*factor[:2], 1),), TRUE): weights.ONE}), factor[2]
    for part in shape.guard.parts():
        groups = _joined(groups, {d for form in part.conditions for d in form.dummies}, [], [part])
    for _, factors, conditions in groups:
        guard = TRUE
        for condition in conditions:
            guard = guard & condition
        raw = Raw(weights.ONE, factors, guard)
        yield normal.form_of(space, [raw]) if lowest(raw) < 0 or guard != TRUE else ONE, 1


def _joined(
    groups: list[tuple[set[int], list[Factor], list[Guard]]],
    dummies: set[int],
    factors: list[Factor],
    conditions: list[Guard],
) -> list[tuple[set[int], list[Factor], list[Guard]]]:
    apart = []
    for group in groups:
        if group[0].isdisjoint(dummies):
            apart.append(group)
        else:
            dummies, factors, conditions = dummies | group[0], group[1] + factors, group[2] + conditions
    return [*apart, (dummies, factors, conditions)]


def _is_irreducible(terms: list[tuple[Exponents, int]]) -> bool:
    """Whether some unknown occurs in one term only, alone and once."""
    seen: dict[int, int] = {}
    for exponents, _ in terms:
        for unknown in exponents:
            seen[unknown] = seen.get(unknown, 0) + 1
    return any(len(e) == 1 and seen[next(iter(e))] == 1 and next(iter(e.values())) == 1 for e, _ in terms)


def _by_flint(terms: list[tuple[Exponents, int]], count: int) -> list[tuple[list[tuple[Exponents, int]], int]]:
    from flint import fmpz_mpoly_ctx

    context = fmpz_mpoly_ctx.get([f"x{k}" for k in range(count)], "lex")
    polynomial = context.from_dict({tuple(e.get(k, 0) for k in range(count)): c for e, c in terms})
    sign, found = polynomial.factor()
    out = [(_terms_of(part), int(exponent)) for part, exponent in found]
    return out if sign == 1 else [([({}, int(sign))], 1), *out]


def _terms_of(polynomial: object) -> list[tuple[Exponents, int]]:
    listed = polynomial.to_dict()  # type: ignore[attr-defined]
    return [({k: int(e) for k, e in enumerate(exponents) if e}, int(c)) for exponents, c in listed.items()]
