"""The ring of one claim: its tables of indices and generators, and the operations that keep polynomials normal.

Every polynomial that leaves an operation is in normal form: the rewriting of `reduction.py` has
been done on its monomials, sums are closed, connected and canonically labelled. Two expressions
with one normal form are equal for all sizes wherever both are defined. The converse does not
hold in general; see `docs/proofs.md`.

The operations stand in modules of their own, each of which takes the ring as its first argument:
`reduction`, `powers`, `elementary` (functions), `sums`, `labelling`, `substitution`, `signs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import cast

from symgrad.algebra import elementary, labelling, powers, reduction, signs, substitution, sums
from symgrad.algebra.rules import Rule, by_rule
from symgrad.algebra.terms import (
    ONE,
    UNIT,
    ZERO,
    Budget,
    Generator,
    Items,
    Kind,
    Monomial,
    Poly,
    Scalar,
    Sign,
    collect,
    exact,
    items,
    merge,
    plus,
)

_PIECEWISE = {Kind.POSITION, Kind.DELTA, Kind.TEST, Kind.STEP, Kind.ABS, Kind.EXTREME}


class Ring:
    """Tables and operations. `budget` bounds the time that all operations of the ring take together."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget(2.0)
        self.generators: list[Generator] = []
        self.atom_sorts: list[int] = []
        self.minimum: dict[str, int] = {}  # least values of sizes
        self.cell_signs: dict[str, Sign] = {}  # declared signs of tensors
        self.rules: list[Rule] = []
        self.given: set[str] = set()  # tensors whose values come from outside
        self.constrained: set[str] = set()  # tensors that constraints name
        self.special: set[int] = set()  # generators that reduction has rules for
        self.reduced: dict[Monomial, Poly] = {}
        self.cache: dict[object, object] = {}  # results of operations, keyed by what they were asked
        self._numbers: dict[tuple[object, ...], Generator] = {}
        self._shapes: dict[object, int] = {}
        self._atoms: dict[object, int] = {}
        self._sorts: dict[Items, int] = {}
        self.sort_sizes: list[Poly] = []  # for each sort of index, its number of values

    # Indices

    def sort(self, size: Poly) -> int:
        """The sort of the indices that run over `size` values."""
        key = items(size)
        found = self._sorts.get(key)
        if found is None:
            found = self._sorts[key] = len(self.sort_sizes)
            self.sort_sizes.append(size)
        return found

    def atom(self, label: object, sort: int) -> int:
        """The atom of a label and a sort; one is made at first use."""
        key = (label, sort)
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = len(self.atom_sorts)
            self.atom_sorts.append(sort)
        return found

    def fresh(self, sort: int, taken: Iterable[int]) -> int:
        """A working atom that is not among those taken."""
        used, count = set(taken), 0
        while (atom := self.atom(("work", count), sort)) in used:
            count += 1
        return atom

    def fresh_for(self, atoms: Iterable[int], taken: Iterable[int]) -> dict[int, int]:
        """A working atom of the same sort for each of the atoms, none of them among those taken."""
        used = set(taken)
        names: dict[int, int] = {}
        for atom in atoms:
            names[atom] = self.fresh(self.atom_sorts[atom], used)
            used.add(names[atom])
        return names

    def size_of(self, atom: int) -> Poly:
        """The number of values an index takes."""
        return self.sort_sizes[self.atom_sorts[atom]]

    # Generators

    def generator(self, kind: Kind, *content: object) -> Generator:
        """The generator of a kind and content, made at first use. Content is as `Kind` says, and in normal form."""
        key = (kind, *content)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = self._make(kind, content)
        return found

    def _make(self, kind: Kind, content: tuple[object, ...]) -> Generator:
        self.budget.tick()
        number = len(self.generators)
        atoms: set[int] = set()
        inside: set[int] = set()
        key: list[object] = [kind]
        for part in substitution.parts(kind, content):
            match part:
                case substitution.Atoms(held):
                    atoms |= set(held)
                    key.append(tuple(self.atom_sorts[a] for a in held))
                case substitution.Terms(terms):
                    inside |= {g for monomial, _ in terms for g, _ in monomial}
                    key.append(tuple(sorted((self.shape(m), c) for m, c in terms)))
                case other:
                    key.append(other)
        held_in = [self.generators[g] for g in inside]
        bound = content[0] if kind is Kind.SUM else content[1] if kind is Kind.EXTREME else ()
        generator = Generator(
            number,
            kind,
            content,
            free=frozenset(atoms.union(*(g.free for g in held_in))) - frozenset(cast("tuple[int, ...]", bound)),
            height=max((g.height for g in held_in), default=0) + bool(bound),
            shape=self.number_of(tuple(key)),
            steps=frozenset({number} if kind is Kind.STEP else ()).union(*(g.steps for g in held_in)),
            piecewise=kind in _PIECEWISE or any(g.piecewise for g in held_in),
            sign=Sign.UNKNOWN,
        )
        self.generators.append(generator)
        generator.sign = signs.sign_of_generator(self, generator)
        if reduction.is_special(generator):
            self.special.add(number)
        return generator

    def number_of(self, key: object) -> int:
        """A number for a key that means the same throughout the ring."""
        return self._shapes.setdefault(key, len(self._shapes))

    def shape(self, monomial: Monomial) -> tuple[tuple[int, Scalar], ...]:
        """The monomial with all indices of a size taken for one another."""
        return tuple(sorted(((self.generators[g].shape, e) for g, e in monomial), reverse=True))

    def of(self, generator: Generator, exponent: Scalar = 1) -> Poly:
        """The generator to an exponent, as a polynomial."""
        return self.normal(((generator.number, exponent),))

    def free(self, p: Poly) -> frozenset[int]:
        """The free atoms of a polynomial."""
        return frozenset().union(*(self.generators[g].free for monomial in p for g, _ in monomial))

    def add_rule(self, pattern: Generator, value: Poly) -> None:
        """From now on the generator, under whatever indices it stands, is replaced by `value`."""
        self.rules.append(Rule(pattern, tuple(sorted(pattern.free)), value))
        self.cache.clear()

    # Operations

    def number(self, value: Scalar) -> Poly:
        """A rational number as a polynomial."""
        return {UNIT: exact(Fraction(value))} if value else ZERO

    def size(self, name: str) -> Poly:
        """A size symbol as a polynomial."""
        return self.of(self.generator(Kind.SIZE, name))

    def cell(self, name: str, atoms: tuple[int, ...]) -> Poly:
        """A tensor's cell as a polynomial."""
        return by_rule(self, self.generator(Kind.CELL, name, atoms))

    def delta(self, one: int, other: int) -> Poly:
        """1 where two atoms are equal, else 0."""
        if one == other:
            return ONE
        return self.of(self.generator(Kind.DELTA, min(one, other), max(one, other)))

    def normal(self, monomial: Monomial) -> Poly:
        """A monomial of generators in normal form."""
        special = self.special
        for generator, _ in monomial:
            if generator in special:
                return reduction.reduce(self, monomial)
        return {monomial: 1}

    def mul(self, p: Poly, q: Poly) -> Poly:
        """p * q"""
        if not p or not q:
            return ZERO
        if p == ONE:
            return q
        if q == ONE:
            return p
        out: Poly = {}
        for m1, c1 in p.items():
            self.budget.tick()
            for m2, c2 in q.items():
                collect(out, self.normal(merge(m1, m2)), exact(c1 * c2))
        return out

    def product(self, factors: Iterable[Poly]) -> Poly:
        """The product of polynomials."""
        result = ONE
        for factor in factors:
            result = self.mul(result, factor)
        return result

    def add(self, p: Poly, q: Poly) -> Poly:
        """p + q"""
        return plus(p, q)

    def sub(self, p: Poly, q: Poly) -> Poly:
        """p - q"""
        return plus(p, q, -1)

    def power(self, p: Poly, exponent: Scalar) -> Poly:
        """p to a rational exponent; see `powers.power`."""
        return powers.power(self, p, exponent)

    def call(self, function: str, args: tuple[Poly, ...], orders: tuple[int, ...] = ()) -> Poly:
        """A function of the language's table, or an uninterpreted one; see `elementary.call`."""
        return elementary.call(self, function, args, orders)

    def sum(self, p: Poly, dummies: Iterable[int]) -> Poly:
        """The sum of p over all values of the dummies."""
        return sums.sum_over(self, p, frozenset(dummies))

    def extreme(self, op: str, p: Poly, dummies: Iterable[int]) -> Poly:
        """The maximum or minimum of p over all values of the dummies; see `labelling.extreme`."""
        return labelling.extreme(self, op, p, dummies)

    def substitute(self, p: Poly, atoms: Mapping[int, int]) -> Poly:
        """p with free atoms replaced, all at once."""
        return substitution.substitute(self, p, atoms)
