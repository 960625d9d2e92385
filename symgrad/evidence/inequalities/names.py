"""Polynomials of a ring written as expressions in the language of a program, for certificates that people read.

A closed sum that a tensor of the program computes is written by that tensor's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, cast

from symgrad.algebra import powers
from symgrad.algebra.terms import Generator, Items, Kind, Monomial, OutOfReachError, Poly, Scalar
from symgrad.language.build import ONE, ZERO, add, call, fresh_name, inv, mul, number, power
from symgrad.language.program import (
    Call,
    Constant,
    Expr,
    Index,
    IndexDecl,
    Indicator,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
)

if TYPE_CHECKING:
    from symgrad.algebra.closed_forms import Run

Letters = Mapping[int, str]
"""The names of atoms."""


class Writer:
    """Writes polynomials of the ring of a run.

    Args:
        run: the program's run, by which its tensors have closed forms.
        free: the names of the atoms that are free in what is written.

    Attributes:
        ring: the ring.
        indices: indices that the program lacks and that were needed.
    """

    def __init__(self, run: Run, free: Letters) -> None:
        self._run, self.ring = run, run.ring
        self._free = dict(free)
        self.indices: dict[str, IndexDecl] = {}
        self._named = self._closed_forms()
        self._products = self._monomials()

    def context(self, program: Program) -> Program:
        """The program with the indices that were needed."""
        return replace(program, indices=(*program.indices, *self.indices.values()))

    def letters(self, atoms: Iterable[int], known: Letters | None = None) -> dict[int, str]:
        """Names for atoms, beside those that are known."""
        letters = {**self._free, **(known or {})}
        for atom in atoms:
            if atom not in letters:
                letters[atom] = self._letter(self.ring.atom_sorts[atom], set(letters.values()))
        return letters

    def expr(self, p: Poly, known: Letters | None = None) -> Expr:
        """The polynomial as an expression; `known` names atoms beside the free ones."""
        if not p:
            return ZERO
        letters = self.letters(sorted(self.ring.free(p)), known)
        terms = sorted(p.items(), key=lambda term: term[1] < 0)
        return add(*(self._term(monomial, coefficient, letters) for monomial, coefficient in terms))

    def fraction(self, p: Poly, known: Letters | None = None) -> Expr:
        """The polynomial as an expression, its terms over one denominator."""
        numerator, denominators = powers.cleared(self.ring, p)
        below = self.ring.product(self.ring.power(powers.itself(self.ring, g), k) for g, k in denominators)
        shared = tuple((g, e) for g, e in powers.common(numerator) if e < 0) if len(numerator) > 1 else ()
        if not denominators and not shared:
            return self.expr(p, known)
        numerator = powers.divided(self.ring, numerator, shared)
        letters = self.letters(sorted(self.ring.free(p)), known)
        above = (
            mul(self.expr(numerator, letters), inv(self.expr(below, letters)))
            if denominators
            else self.expr(numerator, letters)
        )
        return mul(above, self._term(shared, 1, letters)) if shared else above

    def _letter(self, sort: int, taken: set[str]) -> str:
        """An index of the sort that is not taken: one of the program's own, if it has one left."""
        program, first = self._run.program, None
        for index in (*program.indices, *self.indices.values()):
            try:
                if self._run.translator.sort(index.name) != sort:
                    continue
            except (OutOfReachError, KeyError):
                if index.name not in self.indices or self._sort_of_own(index) != sort:
                    continue
            first = first or index
            if index.name not in taken:
                return index.name
        if first is None:
            raise OutOfReachError("an index that has no name")
        used = {*taken, *program.index_named, *self.indices, *program.tensor_named, *program.size_named}
        name = fresh_name(first.name, used)
        self.indices[name] = replace(first, name=name)
        return name

    def _sort_of_own(self, index: IndexDecl) -> int:
        return self.ring.sort(self._run.translator.poly(add(index.high, ONE), {}))

    def _term(self, monomial: Monomial, coefficient: Scalar, letters: Letters) -> Expr:
        above: list[Expr] = []
        below: list[Expr] = []
        named = self._product(monomial, letters)
        if named is not None:
            cell, monomial = named
            above.append(cell)
        for g, e in monomial:
            base = self._generator(self.ring.generators[g], letters)
            if base == ONE:
                continue
            raised = abs(Fraction(e))
            (above if e > 0 else below).append(base if raised == 1 else power(base, raised))
        above.sort(key=_rank)
        return mul(number(Fraction(coefficient)), *above, *map(inv, below))

    def _generator(self, generator: Generator, letters: Letters) -> Expr:
        named = self._tensor(generator, letters)
        if named is not None:
            return named
        content = generator.content
        match generator.kind:
            case Kind.CELL:
                name, atoms = cast("tuple[str, tuple[int, ...]]", content)
                return self._cell(name, atoms, letters)
            case Kind.SIZE:
                return Size(cast("str", content[0]))
            case Kind.CONSTANT:
                return Constant(cast("str", content[0]))
            case Kind.PRIME:
                return number(cast("int", content[0]))
            case Kind.POSITION:
                return Index(letters[cast("int", content[0])])
            case Kind.DELTA:
                one, other = cast("tuple[int, int]", content)
                return Indicator("=", Index(letters[one]), Index(letters[other]))
            case Kind.EXP:
                return call("exp", self._term(cast("Monomial", content[0]), 1, letters))
            case Kind.SUM:
                return self._sum(cast("tuple[int, ...]", content[0]), cast("Monomial", content[1]), letters)
            case kind:
                return self._of_items(kind, content, letters)

    def _of_items(self, kind: Kind, content: tuple[object, ...], letters: Letters) -> Expr:
        """What holds one polynomial or several."""
        if kind is Kind.CALL:
            name, orders, arguments = cast("tuple[str, tuple[int, ...], tuple[Items, ...]]", content)
            args = tuple(self.expr(dict(argument), letters) for argument in arguments)
            return Call(name.removeprefix("declared "), args, orders)
        if kind not in (Kind.LOG, Kind.BASE, Kind.ABS, Kind.STEP, Kind.TEST):
            raise OutOfReachError("a value that is not written as an expression")
        inside = self.expr(dict(cast("Items", content[0])), letters)
        match kind:
            case Kind.LOG:
                return call("log", inside)
            case Kind.ABS:
                return call("abs", inside)
            case Kind.STEP:
                return Indicator(">", inside, ZERO)
            case Kind.TEST:
                return Indicator("=", inside, ZERO)
        return inside

    def _cell(self, name: str, atoms: tuple[int, ...], letters: Letters) -> Expr:
        if name not in self._run.program.tensor_named:
            raise OutOfReachError(f"a value of {name} that is not its last one")
        return Ref(name, tuple(Index(letters[atom]) for atom in atoms))

    def _sum(self, dummies: tuple[int, ...], body: Monomial, letters: Letters) -> Expr:
        around = {**self._free, **letters}
        inner = {atom: name for atom, name in around.items() if atom not in dummies}
        for atom in dummies:
            inner[atom] = self._letter(self.ring.atom_sorts[atom], {*around.values(), *inner.values()})
        return Reduce("sum", tuple(Range(inner[atom]) for atom in dummies), self._term(body, 1, inner))

    # Names of tensors for closed sums, and for products such as exp(s[x])/Z

    def product(self, monomial: Monomial, known: Letters) -> tuple[Expr, Monomial] | None:
        """A tensor's cell that is a part of a monomial, and the other factors; None if there is none."""
        return self._product(monomial, self.letters(sorted(self.ring.free({monomial: 1})), known))

    def _product(self, monomial: Monomial, letters: Letters) -> tuple[Expr, Monomial] | None:
        exponents = dict(monomial)
        for name, value, slots in self._products:
            atoms = sorted(set().union(*(self.ring.generators[g].free for g in exponents)))
            for chosen in self._fitting(slots, atoms):
                image = self.ring.substitute({value: 1}, dict(zip(slots, chosen, strict=True)))
                part = next(iter(image))
                if len(image) == 1 and image[part] == 1 and all(exponents.get(g) == e for g, e in part):
                    rest = tuple((g, e) for g, e in monomial if g not in dict(part))
                    return Ref(name, tuple(Index(letters[atom]) for atom in chosen)), rest
        return None

    def _monomials(self) -> list[tuple[str, Monomial, tuple[int, ...]]]:
        """Tensors that are products of two factors or more, with their slots."""
        found = []
        for name, value in self._run.state.items():
            if len(value) == 1 and name not in self._run.opaque:
                ((monomial, coefficient),) = value.items()
                if coefficient == 1 and len(monomial) > 1:
                    found.append((name, monomial, self._run.slots(name)))
        return found

    def _closed_forms(self) -> list[tuple[str, Generator, tuple[int, ...]]]:
        """Tensors that are one generator each, with their slots."""
        found = []
        for name, value in self._run.state.items():
            if len(value) == 1:
                ((monomial, coefficient),) = value.items()
                if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
                    generator = self.ring.generators[monomial[0][0]]
                    if generator.kind in (Kind.SUM, Kind.BASE):
                        found.append((name, generator, self._run.slots(name)))
        return found

    def _tensor(self, generator: Generator, letters: Letters) -> Expr | None:
        if generator.kind not in (Kind.SUM, Kind.BASE):
            return None
        for name, closed, slots in self._named:
            if closed.shape != generator.shape:
                continue
            for atoms in self._fitting(slots, sorted(generator.free)):
                image = self.ring.substitute({((closed.number, 1),): 1}, dict(zip(slots, atoms, strict=True)))
                if image == {((generator.number, 1),): 1}:
                    return Ref(name, tuple(Index(letters[atom]) for atom in atoms))
        return None

    def _fitting(self, slots: tuple[int, ...], atoms: list[int]) -> Iterator[tuple[int, ...]]:
        sorts = self.ring.atom_sorts
        for chosen in permutations(atoms, len(slots)):
            if all(sorts[a] == sorts[b] for a, b in zip(slots, chosen, strict=True)):
                yield chosen


def _rank(factor: Expr) -> int:
    """The order of factors, as people write them: numbers, scalars, cells, functions, sums."""
    base = factor.base if isinstance(factor, Pow) else factor
    match base:
        case Number() | Size() | Constant():
            return 0
        case Ref(_, ()):
            return 1
        case Ref():
            return 2
        case Reduce():
            return 4
    return 3
