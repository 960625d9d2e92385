"""What keeps an optimised program as accurate as the plain one.

Equal in real numbers is not equal in floats. Three things are not allowed, unless the plain program or the forward
program does the same:

- a difference of two forward values of which one was computed from the other, or of a number and a forward value: its
  digits may cancel, where the plain program has both apart;
- a divisor that neither program divides by: it may be tiny, or 0 in floats;
- an exponential of something that neither program takes the exponential of, and that is not known to be bounded
  because its sum over some index is: it may overflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from symgrad.algebra.substitution import Terms, parts
from symgrad.algebra.terms import Kind, Monomial, Poly, Scalar, merge
from symgrad.language.build import neg
from symgrad.language.program import Add, Expr, Neg, Program, Update
from symgrad.language.walk import values_read, walk_expr, walk_statements
from symgrad.optimise.facts import Fact
from symgrad.optimise.model import Model, Value
from symgrad.optimise.replacing import all_generators, inner
from symgrad.optimise.writing import shown

Pair = frozenset[frozenset[str]]
Exponentials = frozenset[tuple[int, Scalar]]


class Safety:
    """What is allowed in programs that take the place of a plain one."""

    def __init__(self, model: Model) -> None:
        self.model, self.ring = model, model.ring
        self._forward = {value.name for value in model.definitions} | _given(model)
        self._before = _ancestors(model)
        self._functions = {v.name: self._names(m) for v in model.definitions for m in v.poly if self._is_function(v)}
        self._differences = set(_differences(model.whole))
        self._divisors: set[int] = set()
        self._exponentials: set[Exponentials] = set()
        for value in (*model.definitions, *model.adjoints.values()):
            for part in self._all(value.poly):
                self._exponentials |= {self._exponentials_of(m) for m in part}
                self._divisors |= {self.ring.generators[g].shape for m in part for g, e in m if e < 0}

    def _all(self, p: Poly) -> Iterator[Poly]:
        """The polynomial and all that its generators hold."""
        yield p
        for number in all_generators(self.ring, p):
            generator = self.ring.generators[number]
            for part in parts(generator.kind, generator.content):
                if isinstance(part, Terms):
                    yield dict(part.terms)

    def loses_digits(self, one: Monomial, other: Monomial) -> bool:
        """Whether the difference of two terms may lose digits that the plain program keeps."""
        pair = self._pair(one, other)
        if len(pair) < 2 or pair in self._differences:
            return False
        left, right = pair
        if not (left | right) <= self._forward:
            return False
        if not left or not right:
            ((single, *more),) = [tuple(left | right)]
            whole = self._functions.get(single, frozenset()) if not more else frozenset()
            return frozenset((frozenset(), whole)) not in self._differences
        return any(a in self._before[b] or b in self._before[a] for a in left for b in right)

    def _pair(self, one: Monomial, other: Monomial) -> Pair:
        """The tensors in two terms, without the factors that both have."""
        first, second = dict(one), dict(other)
        shared = {g: min(first[g], second[g]) for g in first.keys() & second.keys() if first[g] * second[g] > 0}
        without = tuple((g, -e) for g, e in shared.items())
        return frozenset(self._names(merge(m, without)) for m in (one, other))

    def _names(self, monomial: Monomial) -> frozenset[str]:
        found = set()
        for number, _ in monomial:
            for part in {number, *inner(self.ring, self.ring.generators[number])}:
                generator = self.ring.generators[part]
                if generator.kind is Kind.CELL:
                    found.add(shown(cast("str", generator.content[0])))
        return frozenset(found)

    def _is_function(self, value: Value) -> bool:
        """Whether a tensor is the value of one function that stays whole."""
        generators = [self.ring.generators[g] for m in value.poly for g, _ in m]
        return len(generators) == 1 and generators[0].kind is Kind.CALL

    def refuses(self, polys: Iterable[Poly], facts: Iterable[Fact]) -> bool:
        """Whether a value divides by something new, or takes a new exponential that may overflow."""
        bounded = {self._exponentials_of(body) for body in self._bounded_sums(facts)}
        for p in polys:
            for part in self._all(p):
                for monomial in part:
                    if any(e < 0 and self._is_new_divisor(g) for g, e in monomial):
                        return True
                    exponentials = self._exponentials_of(monomial)
                    if exponentials and exponentials not in self._exponentials | bounded:
                        return True
        return False

    def _is_new_divisor(self, number: int) -> bool:
        generator = self.ring.generators[number]
        if not generator.free and all(
            self.ring.generators[g].kind in (Kind.SIZE, Kind.CONSTANT) for g in inner(self.ring, generator)
        ):
            return generator.kind is Kind.CELL and generator.shape not in self._divisors
        return generator.kind is not Kind.EXP and generator.shape not in self._divisors

    def _bounded_sums(self, facts: Iterable[Fact]) -> Iterator[Monomial]:
        """The terms of sums that a fact says are the same whatever is put in; no term of them is negative."""
        for fact in facts:
            generator = self.ring.generators[fact.number]
            kinds = {self.ring.generators[g].kind for m in fact.value for g, _ in m}
            if generator.kind is Kind.SUM and kinds <= {Kind.SIZE, Kind.CONSTANT}:
                body = cast("Monomial", generator.content[1])
                if all(self.ring.generators[g].kind is Kind.EXP for g, _ in body):
                    yield body

    def _exponentials_of(self, monomial: Monomial) -> Exponentials:
        generators = self.ring.generators
        return frozenset((generators[g].shape, e) for g, e in monomial if generators[g].kind is Kind.EXP)


def _differences(program: Program) -> Iterator[Pair]:
    """What a program subtracts from one another: the tensors in both terms, without those that both have.

    All that is added to one tensor counts as one sum.
    """
    sums: dict[str, list[Expr]] = {}
    for _, statement in walk_statements(program.body):
        sign = statement.sign if isinstance(statement, Update) else 1
        sums.setdefault(statement.target.name, []).append(statement.value if sign > 0 else neg(statement.value))
        for part in walk_expr(statement.value):
            if isinstance(part, Add):
                yield from _pairs(part.args)
    for terms in sums.values():
        yield from _pairs([term for value in terms for term in (value.args if isinstance(value, Add) else (value,))])


def _pairs(terms: Sequence[Expr]) -> Iterator[Pair]:
    for one in terms:
        for other in terms:
            if isinstance(one, Neg) is not isinstance(other, Neg):
                left, right = frozenset(values_read(one)), frozenset(values_read(other))
                yield frozenset((left - right, right - left))


def _given(model: Model) -> set[str]:
    forward = model.program.forward
    return {t.name for t in forward.tensors} if forward is not None else set()


def _ancestors(model: Model) -> dict[str, frozenset[str]]:
    """For each tensor of the forward pass, what it is computed from, on whatever way."""
    found: dict[str, set[str]] = {}
    forward = model.program.forward
    for _, statement in walk_statements(forward.body if forward is not None else ()):
        sources = values_read(statement.value)
        own = found.setdefault(statement.target.name, set())
        own |= sources.union(*(found.get(name, set()) for name in sources))
    for value in model.parts.values():
        found[value.name] = _read(model, value)
        found[value.name] |= set().union(*(found.get(name, set()) for name in found[value.name]))
    names = set(found).union(*found.values(), _given(model))
    return {name: frozenset(found.get(name, set())) for name in names}


def _read(model: Model, value: Value) -> set[str]:
    generators = [model.ring.generators[g] for g in all_generators(model.ring, value.poly)]
    return {shown(cast("str", g.content[0])) for g in generators if g.kind is Kind.CELL}
