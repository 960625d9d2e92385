r"""Expressions as sums of products, and the rules by which people rearrange them: for texts that show every step.

Nothing here proves anything: what is rearranged is proved equal by `evidence`, line by line.

    >>> from symgrad.language.read import read_program, read_expression
    >>> from symgrad.language.write import write_expr
    >>> algebra = Algebra(read_program("index i, k in n\nfor i: y[i] += x[i]^2"))
    >>> expr = read_expression("a (b - sum_k 1[k = i] c x[k]) + 2 a c x[i]", indices=["i", "k"])
    >>> write_expr(algebra.to_expr(algebra.terms(expr)))
    'a b + a c x[i]'
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symgrad.calculus.product import product
from symgrad.calculus.scope import Scope
from symgrad.language.build import ONE, ZERO, add, inv, map_expr, mul, neg, number, power, rename
from symgrad.language.program import (
    Add,
    Expr,
    Index,
    IndexDecl,
    Indicator,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Size,
)
from symgrad.language.walk import free_indices, walk_expr
from symgrad.language.write import write_expr

MAX_TERMS = 2000
"""The most terms that a product is multiplied out to; one with more stays a product."""

_MAX_POWER = 4


@dataclass(frozen=True)
class Term:
    """A number times powers of expressions, in the order in which they came."""

    coefficient: Fraction
    powers: tuple[tuple[Expr, Fraction], ...]

    @property
    def key(self) -> frozenset[tuple[Expr, Fraction]]:
        """What two like terms have in common."""
        return frozenset(self.powers)

    def times(self, other: Term) -> Term:
        """The product."""
        powers = dict(self.powers)
        for base, exponent in other.powers:
            powers[base] = powers.get(base, Fraction(0)) + exponent
            if isinstance(base, Indicator) and powers[base] > 1:
                powers[base] = Fraction(1)
        kept = tuple((base, exponent) for base, exponent in powers.items() if exponent)
        return Term(self.coefficient * other.coefficient, kept)

    def raised(self, exponent: Fraction) -> Term:
        """A whole power."""
        return Term(self.coefficient ** int(exponent), tuple((base, e * exponent) for base, e in self.powers))

    def divided(self, powers: Iterable[tuple[Expr, Fraction]]) -> Term | None:
        """What is left without these powers; None where the term does not have them all."""
        own = dict(self.powers)
        for base, exponent in powers:
            has = own.get(base, Fraction(0))
            if abs(has) < abs(exponent) or has * exponent <= 0:
                return None
            own[base] = has - exponent
        return Term(self.coefficient, tuple((base, e) for base, e in own.items() if e))


@dataclass(frozen=True)
class Rules:
    """Which rules are used: a sum over k with 1[k = j] is its term at j; factors without k stand in front of it."""

    contract: bool = True
    pull: bool = True


EVERY_RULE = Rules()


class Algebra:
    """Rearranges expressions over the indices of a program; `avoid` are letters that no sum may take."""

    def __init__(self, program: Program, avoid: Iterable[str] = ()) -> None:
        self.scope = Scope(program)
        self.declared = program.index_named
        self.avoid = frozenset(avoid)

    # To terms.

    def terms(self, expr: Expr, rules: Rules = EVERY_RULE) -> list[Term]:
        """The expression multiplied out, like terms added."""
        return merged(self._terms(expr, rules))

    def _terms(self, expr: Expr, rules: Rules) -> list[Term]:
        match expr:
            case Number(value):
                return [Term(value, ())] if value else []
            case Neg(arg):
                return [Term(-t.coefficient, t.powers) for t in self._terms(arg, rules)]
            case Add(args):
                return [term for arg in args for term in self._terms(arg, rules)]
            case Mul(args):
                whole = product(*args)  # equal factors above and below cancel before anything is multiplied out
                if not isinstance(whole, Mul):
                    return self._terms(whole, rules)
                return self._multiplied([self._terms(arg, rules) for arg in whole.args], expr)
            case Inv(arg):
                return self._raised(arg, Fraction(-1), rules)
            case Pow(base, Number(value)):
                return self._raised(base, value, rules)
            case Reduce("sum", ranges, body):
                terms = merged(self._terms(body, rules))
                return [self._summed(ranges, term, rules) for term in terms]
        return [Term(Fraction(1), ((self._inside(expr, rules), Fraction(1)),))]

    def _inside(self, expr: Expr, rules: Rules) -> Expr:
        """An expression that stays a factor, with what is inside of it rearranged."""
        return map_expr(expr, lambda part: self.to_expr(self.terms(part, rules)) if _is_sum_of_products(part) else part)

    def _multiplied(self, factors: Sequence[list[Term]], whole: Expr) -> list[Term]:
        made = [Term(Fraction(1), ())]
        for factor in factors:
            if len(made) * len(factor) > MAX_TERMS:
                return [Term(Fraction(1), ((whole, Fraction(1)),))]
            made = merged(a.times(b) for a in made for b in factor)
        return made

    def _raised(self, base: Expr, exponent: Fraction, rules: Rules) -> list[Term]:
        terms = merged(self._terms(base, rules))
        whole = exponent.denominator == 1
        if whole and len(terms) == 1 and (exponent > 0 or terms[0].coefficient):
            return [terms[0].raised(exponent)]
        if whole and 0 < exponent <= _MAX_POWER:
            return self._multiplied([terms] * int(exponent), power(base, exponent))
        return [Term(Fraction(1), ((self.to_expr(terms), exponent),))]

    def _summed(self, ranges: tuple[Range, ...], term: Term, rules: Rules) -> Term:
        """The sum of a term over some ranges, as a term."""
        left = list(ranges)
        for r in ranges:
            value = self._only_value(r, term) if rules.contract else None
            if value is not None:
                factor, other = value
                rest = term.divided([(factor, Fraction(1))])
                assert rest is not None
                term = self._renamed(rest, r.index, other)
                left.remove(r)
        if not left:
            return term
        bound = {r.index for r in left}
        outside = [p for p in term.powers if not bound & set(free_indices(p[0]))] if rules.pull else []
        inside = [p for p in term.powers if p not in outside]
        if not inside and all(r.whole for r in left):
            made = Term(term.coefficient, tuple(outside))
            for r in left:
                made = made.times(Term(Fraction(1), ((self._count(r), Fraction(1)),)))
            return made
        body = Term(Fraction(1) if rules.pull else term.coefficient, _sorted(inside) if rules.pull else tuple(inside))
        total = self._named(tuple(left), self._expr(body))
        return Term(term.coefficient if rules.pull else Fraction(1), (*outside, (total, Fraction(1))))

    def _only_value(self, r: Range, term: Term) -> tuple[Expr, Expr] | None:
        """The indicator that leaves one value of a summed index, and that value."""
        own = self._declared(r.index)
        if not r.whole or own is None:
            return None
        for base, _ in term.powers:
            match base:
                case Indicator("=", left, right):
                    for one, other in ((left, right), (right, left)):
                        if one == Index(r.index) and isinstance(other, Index) and other != one:
                            theirs = self._declared(other.name)
                            if theirs is not None and (theirs.low, theirs.high) == (own.low, own.high):
                                return base, other
        return None

    def _declared(self, name: str) -> IndexDecl | None:
        return self.declared.get(name) or next((i for i in self.scope.indices if i.name == name), None)

    def _renamed(self, term: Term, index: str, value: Expr) -> Term:
        names = {index: value}
        free = frozenset(free_indices(value))
        powers = [(rename(self.scope.freshen(base, free), names), exponent) for base, exponent in term.powers]
        made = Term(term.coefficient, ())
        for base, exponent in powers:
            made = made.times(Term(Fraction(1), ((base, exponent),)))
        return made

    def _count(self, r: Range) -> Expr:
        own = self._declared(r.index)
        assert own is not None
        return self.to_expr(self.terms(add(own.high, neg(own.low), ONE)))

    def lettered(self, expr: Expr) -> Expr:
        """The expression with letters of the program under its sums, where they are free."""
        expr = map_expr(expr, self.lettered)
        return self._named(expr.ranges, expr.body, expr.op) if isinstance(expr, Reduce) else expr

    def _named(self, ranges: tuple[Range, ...], body: Expr, op: str = "sum") -> Expr:
        """The sum with letters of the program that are free: sums that differ in letters alone become one."""
        if not all(r.whole for r in ranges):
            return Reduce(op, ranges, body)
        taken = set(free_indices(body)) - {r.index for r in ranges} | self.avoid
        taken |= {r.index for part in walk_expr(body) if isinstance(part, Reduce) for r in part.ranges}
        names: dict[str, str] = {}
        for r in ranges:
            own = self._declared(r.index)
            same = (name for name, i in self.declared.items() if own and (i.low, i.high) == (own.low, own.high))
            letter = next((name for name in same if name not in taken), None)
            names[r.index] = letter or self.scope.like(r.index, frozenset(taken))
            taken.add(names[r.index])
        renamed = tuple(replace(r, index=names[r.index]) for r in ranges)
        return Reduce(op, renamed, rename(body, {name: Index(letter) for name, letter in names.items()}))

    # To expressions.

    def to_expr(self, terms: Iterable[Term]) -> Expr:
        """The sum of terms, what is positive first."""
        listed = list(terms)
        ordered = [t for t in listed if t.coefficient > 0][:1]
        ordered += [t for t in listed if not ordered or t is not ordered[0]]
        return add(*(self._expr(term) for term in ordered)) if ordered else ZERO

    def _expr(self, term: Term) -> Expr:
        """A term as people write it: numbers, indicators, then the others."""
        first = [p for p in term.powers if isinstance(p[0], Indicator)]
        rest = [p for p in term.powers if not isinstance(p[0], Indicator)]
        single = [base if exponent == 1 else power(base, exponent) for base, exponent in (*first, *rest)]
        return product(number(term.coefficient), *single)

    def taken_out(self, terms: Sequence[Term]) -> Expr:
        """The sum with the factors that all terms share in front of a bracket."""
        shared = _shared(terms)
        if len(terms) < 2 or not shared:
            return self.to_expr(terms)
        rest = [term.divided(shared) for term in terms]
        bracket = self.to_expr(term for term in rest if term is not None)
        above = [(base, e) for base, e in shared if e > 0]
        below = [(base, -e) for base, e in shared if e < 0]
        front = [self._expr(Term(Fraction(1), tuple(above)))] if above else []
        under = [inv(self._expr(Term(Fraction(1), tuple(below))))] if below else []
        return mul(*front, bracket, *under)


def merged(terms: Iterable[Term]) -> list[Term]:
    """Like terms added; those that cancel are left out."""
    found: dict[frozenset[tuple[Expr, Fraction]], Term] = {}
    for term in terms:
        known = found.get(term.key)
        total = term.coefficient + (known.coefficient if known else 0)
        found[term.key] = Term(total, known.powers if known else term.powers)
    return [term for term in found.values() if term.coefficient]


def _shared(terms: Sequence[Term]) -> list[tuple[Expr, Fraction]]:
    """The powers that all terms have, with the least exponents; indicators stay where they are."""
    if not terms:
        return []
    found: list[tuple[Expr, Fraction]] = []
    for base, exponent in terms[0].powers:
        exponents = [dict(term.powers).get(base, Fraction(0)) for term in terms]
        least = min(exponents) if exponent > 0 else max(exponents)
        if least * exponent > 0 and all(e * exponent > 0 for e in exponents) and not isinstance(base, Indicator):
            found.append((base, least))
    return found


def _sorted(powers: Sequence[tuple[Expr, Fraction]]) -> tuple[tuple[Expr, Fraction], ...]:
    """Powers in an order that does not depend on how they came about."""
    return tuple(sorted(powers, key=lambda p: (isinstance(p[0], Reduce | Add), write_expr(p[0]))))


def _is_sum_of_products(expr: Expr) -> bool:
    return not isinstance(expr, Index | Size | Number)
