"""From generators, monomials and sums of them to expressions of the loop language, with their weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from symgrad.algebra.sums import opened_sum
from symgrad.algebra.terms import Generator, Items, Kind, Monomial, Poly, Scalar, exact
from symgrad.language.build import add, call, inv, mul, number, power
from symgrad.language.program import Constant, Expr, Index, Indicator, Inv, Neg, Number, Range, Reduce, Ref, Size
from symgrad.optimise.letters import Letters
from symgrad.optimise.model import function_of
from symgrad.optimise.weights import CALL, DIVISION, NOTHING, OTHER, Weighed, Weight, operation, together

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_HALF = Fraction(1, 2)

_CONSTANTS = {Kind.SIZE, Kind.PRIME, Kind.CONSTANT}


class Writer:
    """Writes with one choice of names for atoms; `inside` writes the polynomials that generators hold."""

    def __init__(
        self, ring: Ring, letters: Letters, names: Mapping[int, str], inside: Callable[[Poly], Weighed] | None = None
    ) -> None:
        self.ring, self.letters, self.names = ring, letters, dict(names)
        self.inside = inside or self.plain

    def plain(self, p: Poly) -> Weighed:
        """A polynomial term by term."""
        return self.total([self.term(m, c) for m, c in p.items()]) if p else self.term((), 0)

    def term(self, monomial: Monomial, coefficient: Scalar) -> Weighed:
        """A monomial with its coefficient."""
        exponentials = [(g, e) for g, e in monomial if self.ring.generators[g].kind is Kind.EXP]
        factors = [self._power_of(g, e) for g, e in monomial if (g, e) not in exponentials]
        if exponentials:
            factors.append(self._exponential(exponentials))
        return self.product([*self._number(coefficient), *factors])

    def _number(self, coefficient: Scalar) -> list[Weighed]:
        return [] if coefficient == 1 else [Weighed(number(Fraction(coefficient)), frozenset(), NOTHING, True)]

    def _exponential(self, exponentials: Iterable[tuple[int, Scalar]]) -> Weighed:
        """exp(a) exp(b)^2 as exp(a + 2 b)"""
        generators = self.ring.generators
        inner = self.inside({cast("Monomial", generators[g].content[0]): exact(e) for g, e in exponentials})
        return self._called("exp", [inner])

    def _power_of(self, g: int, exponent: Scalar) -> Weighed:
        return self.power(self.generator(self.ring.generators[g]), exponent)

    def power(self, base: Weighed, exponent: Scalar) -> Weighed:
        """base^exponent: 1/Z^2, sqrt(s), 1/sqrt(s), s^(3/2)."""
        exponent = Fraction(exponent)
        if exponent == 1:
            return base
        if exponent < 0:
            below = self.power(base, -exponent)
            return Weighed(inv(below.expr), below.atoms, self._plus(below, DIVISION, 1), base.known)
        if exponent == _HALF:
            return Weighed(call("sqrt", base.expr), base.atoms, self._plus(base, CALL, 1), base.known)
        if exponent.denominator > 2:
            raised = power(base.expr, exponent)
            return Weighed(raised, base.atoms, self._plus(base, CALL, 1), base.known)
        whole = exponent.numerator // exponent.denominator
        times = max(whole.bit_length() - 1, 0) + max(whole.bit_count() - 1, 0) + (exponent.denominator == 2)
        weight = self._plus(base, OTHER, times)
        if exponent.denominator == 2:
            weight = together([weight, operation(len(base.atoms), CALL)])
        return Weighed(power(base.expr, exponent), base.atoms, weight, base.known)

    def _plus(self, base: Weighed, price: int, times: int) -> Weight:
        return base.weight if base.known else together([base.weight, operation(len(base.atoms), price, times)])

    def product(self, factors: Sequence[Weighed]) -> Weighed:
        """A product: what is known beforehand is one factor, others are multiplied by how many indices they have."""
        given = [f for f in factors if not (isinstance(f.expr, Number) and f.expr.value == 1)]
        known = [f for f in given if f.known]
        ordered = sorted((f for f in given if not f.known), key=lambda f: len(f.atoms))
        weights = [f.weight for f in ordered]
        sign_only = all(isinstance(f.expr, Number) and abs(f.expr.value) == 1 for f in known)
        everywhere = frozenset[int]().union(*(f.atoms for f in ordered))
        atoms: frozenset[int] = frozenset()
        for at, factor in enumerate(ordered):
            atoms |= factor.atoms
            divides = at > 0 and isinstance(factor.expr, Inv) and factor.atoms == everywhere
            if (at or not sign_only) and not divides:
                weights.append(operation(len(atoms)))
        expr = mul(*(f.expr for f in known), *(f.expr for f in given if not f.known))
        return Weighed(expr, atoms, together(weights), not ordered)

    def total(self, terms: Sequence[Weighed]) -> Weighed:
        """A sum, what is added first, then what is subtracted."""
        weights = [t.weight for t in terms]
        atoms: frozenset[int] = frozenset()
        for at, term in enumerate(sorted(terms, key=lambda t: len(t.atoms))):
            atoms |= term.atoms
            if at:
                weights.append(operation(len(atoms)))
        ordered = sorted((t.expr for t in terms), key=_is_subtracted)
        known = all(t.known for t in terms)
        return Weighed(add(*ordered), atoms, NOTHING if known else together(weights), known)

    def generator(self, generator: Generator) -> Weighed:
        """One generator by itself."""
        content = generator.content
        match generator.kind:
            case Kind.CELL:
                name, atoms = cast("str", content[0]), cast("tuple[int, ...]", content[1])
                return Weighed(Ref(shown(name), tuple(map(self._index, atoms))), frozenset(atoms), NOTHING)
            case Kind.SIZE:
                return Weighed(Size(cast("str", content[0])), frozenset(), NOTHING, True)
            case Kind.CONSTANT:
                return Weighed(Constant(cast("str", content[0])), frozenset(), NOTHING, True)
            case Kind.PRIME:
                return Weighed(number(cast("int", content[0])), frozenset(), NOTHING, True)
            case Kind.POSITION:
                (atom,) = cast("tuple[int]", content)
                return Weighed(self._index(atom), frozenset((atom,)), NOTHING)
            case Kind.EXP:
                return self._exponential([(generator.number, 1)])
            case Kind.LOG:
                return self._called("log", [self._held(content[0])])
            case Kind.ABS:
                return self._called("abs", [self._held(content[0])])
            case Kind.BASE:
                return self._held(content[0])
            case Kind.CALL:
                name, orders, args = cast("tuple[str, tuple[int, ...], tuple[Items, ...]]", content)
                return self._called(function_of(name), [self._held(argument) for argument in args], orders)
        return self._compared_or_reduced(generator)

    def _compared_or_reduced(self, generator: Generator) -> Weighed:
        content = generator.content
        match generator.kind:
            case Kind.DELTA:
                one, other = cast("tuple[int, int]", content)
                expr: Expr = Indicator("=", self._index(one), self._index(other))
                return Weighed(expr, frozenset((one, other)), operation(2))
            case Kind.STEP | Kind.TEST:
                held = self._held(content[0])
                expr = Indicator(">" if generator.kind is Kind.STEP else "=", held.expr, number(0))
                return Weighed(expr, held.atoms, self._plus(held, OTHER, 1))
            case Kind.SUM:
                body, dummies = opened_sum(self.ring, generator, self.names)
                return self._reduced("sum", body, dummies)
            case _:
                op, bound, terms = cast("tuple[str, tuple[int, ...], Items]", content)
                fresh = self.ring.fresh_for(bound, {*self.names, *generator.free})
                return self._reduced(op, self.ring.substitute(dict(terms), fresh), list(fresh.values()))

    def _reduced(self, op: str, body: Poly, dummies: Sequence[int]) -> Weighed:
        """A reduction as it is written inside an expression."""
        named = self.letters.named(dummies, self.names)
        inner = Writer(self.ring, self.letters, named)
        held = inner.plain(body)
        atoms = held.atoms - frozenset(dummies)
        weight = together([held.weight, operation(len(held.atoms))])
        return Weighed(Reduce(op, tuple(Range(named[atom]) for atom in dummies), held.expr), atoms, weight)

    def _held(self, terms: object) -> Weighed:
        return self.inside(dict(cast("Items", terms)))

    def _index(self, atom: int) -> Index:
        return Index(self.names[atom])

    def _called(self, function: str, args: Sequence[Weighed], orders: tuple[int, ...] = ()) -> Weighed:
        atoms = frozenset().union(*(a.atoms for a in args))
        known = all(a.known for a in args)
        weight = NOTHING if known else together([*(a.weight for a in args), operation(len(atoms), CALL)])
        return Weighed(call(function, *(a.expr for a in args), orders=orders), atoms, weight, known)


def shown(name: str) -> str:
    """The name of a tensor whose final value an unknown stands for."""
    return name.removesuffix(" at the end")


def _is_subtracted(expr: Expr) -> bool:
    return isinstance(expr, Neg) or (isinstance(expr, Number) and expr.value < 0)
