"""From values with sums in them to statements: each sum becomes a temporary, equal ones the same.

A sum over several indices is contracted step by step where that is cheaper: the factors that hold one index are summed
over it first. A sum that stands alone in a value is added to the tensor itself, without a temporary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symgrad.algebra.sums import opened_sum
from symgrad.algebra.terms import Generator, Kind, Monomial, Poly, Scalar, plus
from symgrad.optimise.letters import Letters, TemporaryNames
from symgrad.optimise.matching import matches
from symgrad.optimise.model import Value
from symgrad.optimise.replacing import inner, rebuilt
from symgrad.optimise.weights import CALL, HIGHEST, Weight, operation, together

_CALLED = {Kind.EXP, Kind.LOG, Kind.CALL}


@dataclass(frozen=True)
class Step:
    """One statement: a value without sums, summed over `dummies`, is given to a tensor or, with `sign`, added to it."""

    name: str
    slots: tuple[int, ...]
    dummies: tuple[int, ...]
    poly: Poly
    sign: int = 0
    temporary: bool = False


class Schedule:
    """The statements of several values in order. `names` gives names to temporaries."""

    def __init__(
        self, letters: Letters, names: TemporaryNames, computed: Iterable[str], known: Iterable[Value] = ()
    ) -> None:
        self.ring, self.letters, self.names = letters.ring, letters, names
        self.computed = frozenset(computed)  # tensors that start at zero
        self._known: dict[int, list[tuple[Generator, Value]]] = {}  # sums that the plain program has a name for
        for value in known:
            self._know(value)
        self.steps: list[Step] = []
        self.taken: set[str] = set()
        self._kept: dict[int, list[tuple[Generator, str, tuple[int, ...]]]] = {}  # sums by shape: their tensors
        self._count: dict[int, list[tuple[Generator, int]]] = {}

    def run(self, values: Iterable[Value]) -> list[Step]:
        """The statements of the values, in their order."""
        values = list(values)
        self.taken = {value.name for value in values}
        for value in values:
            self._count_sums(value.poly)
        for value in values:
            self._value(value)
        return self.steps

    def _count_sums(self, p: Poly) -> None:
        for number in [g for m in p for g, _ in m]:
            generator = self.ring.generators[number]
            if generator.kind is Kind.SUM:
                seen = self._count.setdefault(generator.shape, [])
                for at, (pattern, times) in enumerate(seen):
                    if matches(self.ring, pattern, generator):
                        seen[at] = (pattern, times + 1)
                        break
                else:
                    seen.append((generator, 1))
            for part in {number, *inner(self.ring, generator)} - {number}:
                if self.ring.generators[part].kind is Kind.SUM:
                    self._count_sums({((part, 1),): 1})

    def _times(self, generator: Generator) -> int:
        seen = self._count.get(generator.shape, [])
        return next((times for pattern, times in seen if matches(self.ring, pattern, generator)), 1)

    def _value(self, value: Value) -> None:
        direct: list[tuple[Generator, Scalar]] = []
        rest: Poly = {}
        whole = len(value.poly) == 1 and value.name in self.computed
        for monomial, coefficient in value.poly.items():
            generator = self.ring.generators[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None
            if generator is not None and self._is_direct(generator, coefficient, whole):
                direct.append((generator, coefficient))
                if whole and coefficient == 1 and generator.free == frozenset(value.slots):
                    entry = (generator, f"{value.name} at the end", value.slots)
                    self._kept.setdefault(generator.shape, []).append(entry)
            else:
                rest[monomial] = coefficient
        sums = [(*self._contracted(*self._open(generator, value.slots)), c) for generator, c in direct]
        merged = self._merged(sums)
        several = len(merged) + bool(rest) > 1 or value.name not in self.computed
        parts = [Step(value.name, value.slots, (), self.flat(rest), int(several))] if rest or not direct else []
        parts += [Step(value.name, value.slots, dummies, self.flat(body), 1) for body, dummies in merged]
        self.steps += parts

    def _is_direct(self, generator: Generator, coefficient: Scalar, whole: bool) -> bool:
        """Whether a term is a sum that is added to the tensor itself, without a temporary."""
        if generator.kind is not Kind.SUM or coefficient not in (1, -1) or self._kept_as(generator) is not None:
            return False
        return (whole and coefficient == 1) or self._times(generator) == 1

    def _merged(self, sums: Iterable[tuple[Poly, tuple[int, ...], Scalar]]) -> list[tuple[Poly, tuple[int, ...]]]:
        """Sums over the same indices as one, where no two of these run over the same size."""
        merged: dict[object, tuple[Poly, tuple[int, ...]]] = {}
        for place, (body, dummies, coefficient) in enumerate(sums):
            sorts = [self.ring.atom_sorts[d] for d in dummies]
            key: object = frozenset(sorts) if len(set(sorts)) == len(sorts) else place
            total, names = merged.get(key, ({}, dummies))
            if key in merged:
                by_sort = {self.ring.atom_sorts[d]: d for d in names}
                renamed = {d: by_sort[sort] for d, sort in zip(dummies, sorts, strict=True)}
                body = self.ring.substitute(body, renamed)  # noqa: PLW2901
            merged[key] = (plus(total, body, coefficient), names)
        return list(merged.values())

    def _open(self, generator: Generator, taken: Iterable[int]) -> tuple[Monomial, tuple[int, ...]]:
        body, dummies = opened_sum(self.ring, generator, taken)
        ((monomial, _),) = body.items()
        return monomial, tuple(dummies)

    def flat(self, p: Poly) -> Poly:
        """The polynomial with the cell of a tensor in the place of every sum; their statements come first."""
        out: Poly = {}
        for monomial, coefficient in p.items():
            factors: list[Poly] = []
            kept = []
            for number, exponent in monomial:
                generator = self.ring.generators[number]
                image = self._flat_generator(generator)
                if image is None:
                    kept.append((number, exponent))
                else:
                    factors.append(self.ring.power(image, exponent))
            term = self.ring.mul({tuple(kept): coefficient}, self.ring.product(factors))
            out = self.ring.add(out, term)
        return out

    def _flat_generator(self, generator: Generator) -> Poly | None:
        if generator.kind is Kind.SUM:
            return self._kept_as(generator) or self._temporary(generator)
        if any(self.ring.generators[g].kind is Kind.SUM for g in inner(self.ring, generator)):
            return rebuilt(self.ring, generator, self.flat)
        return None

    def _kept_as(self, generator: Generator) -> Poly | None:
        """The cell that holds the sum already."""
        for pattern, name, slots in self._kept.get(generator.shape, []):
            for names in matches(self.ring, pattern, generator):
                return self.ring.cell(name, tuple(names[slot] for slot in slots))
        return None

    def _temporary(self, generator: Generator) -> Poly:
        body, dummies = self._contracted(*self._open(generator, generator.free))
        flat = self.flat(body)
        name, slots = self._named(generator)
        self.steps.append(Step(name, slots, dummies, flat, temporary=True))
        self._kept.setdefault(generator.shape, []).append((generator, name, slots))
        return self.ring.cell(name, slots)

    def _know(self, value: Value) -> None:
        if len(value.poly) == 1:
            ((monomial, coefficient),) = value.poly.items()
            generator = self.ring.generators[monomial[0][0]]
            if coefficient == 1 and len(monomial) == 1 and generator.kind is Kind.SUM:
                self._known.setdefault(generator.shape, []).append((generator, value))

    def _named(self, generator: Generator) -> tuple[str, tuple[int, ...]]:
        """A temporary's name and axes: those of the plain program's tensor that it is, else new ones."""
        for pattern, value in self._known.get(generator.shape, []):
            for names in matches(self.ring, pattern, generator):
                if value.name not in self.taken and frozenset(value.slots) == pattern.free:
                    self.taken.add(value.name)
                    return value.name, tuple(names[slot] for slot in value.slots)
        return self.names.next(), self.letters.in_order(generator.free)

    def _contracted(self, body: Monomial, dummies: tuple[int, ...]) -> tuple[Poly, tuple[int, ...]]:
        """The body with inner sums closed where it is cheaper to sum over some indices first, and the other indices."""
        first = self._first(body, frozenset(dummies))
        if first is None:
            return {body: 1}, dummies
        moving = tuple(pair for pair in body if self._free(pair[0]) & first)
        still = tuple(pair for pair in body if pair not in moving)
        part = self.ring.mul({still: 1}, self.ring.sum({moving: 1}, first))
        if len(part) != 1:
            return {body: 1}, dummies
        ((following, _),) = part.items()
        return self._contracted(following, tuple(d for d in dummies if d not in first))

    def _first(self, body: Monomial, dummies: frozenset[int]) -> frozenset[int] | None:
        """The indices to sum over first, or None to sum over all at once."""
        best, chosen = self._weight(body, dummies), None
        for dummy in sorted(dummies) if len(dummies) > 1 else ():
            moving = tuple(pair for pair in body if dummy in self._free(pair[0]))
            alone = frozenset(d for d in dummies if all(p in moving for p in body if d in self._free(p[0])))
            inside = frozenset({dummy}) if alone == dummies else alone
            still = tuple(pair for pair in body if pair not in moving)
            left = self._all_free(moving) - inside
            weight = together([self._weight(moving, inside), self._weight(still, dummies - inside, left)])
            if weight < best:
                best, chosen = weight, inside
        return chosen

    def _weight(self, body: Monomial, dummies: frozenset[int], other: frozenset[int] | None = None) -> Weight:
        """What a sum costs, with one more factor over `other`; factors over fewer indices are joined first."""
        sets = {self._free(g) for g, _ in body} | ({other} if other is not None else set())
        everywhere = frozenset[int]().union(*sets)
        largest = [s for s in sets if not any(s < t for t in sets)]
        calls = [operation(len(self._free(g)), CALL) for g, _ in body if self._is_call(g)]
        joined = [operation(len(self._free(g))) for g, _ in body]
        return together([operation(min(len(everywhere), HIGHEST), times=len(largest)), *calls, *joined])

    def _is_call(self, number: int) -> bool:
        return self.ring.generators[number].kind in _CALLED

    def _free(self, number: int) -> frozenset[int]:
        return self.ring.generators[number].free

    def _all_free(self, body: Monomial) -> frozenset[int]:
        return frozenset[int]().union(*(self._free(g) for g, _ in body))
