"""A polynomial without sums as an expression with few operations.

What all terms share is taken out. Then every generator that stands in several terms is tried as a divisor, with all
that these terms share; so is every quotient that occurs with several cofactors (weak division by kernels, R. K.
Brayton and C. McMullen, The decomposition and factorization of Boolean expressions, 1982), and the factorisation
over the rational numbers. The way with the least weight is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra.factors import factored
from symgrad.algebra.powers import content
from symgrad.algebra.reduction import divides
from symgrad.algebra.terms import UNIT, Kind, Monomial, Poly, Scalar, exact, items, merge, scaled
from symgrad.optimise.letters import Letters
from symgrad.optimise.weights import HIGHEST, UNSAFE, Weighed, operation, together
from symgrad.optimise.writing import Writer

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_LONG = 9
"""Sums of more terms are divided by the best generator only."""

Pair = tuple[Monomial, Monomial]


class Factoring:
    """Writes polynomials over one choice of names; `unsafe` tells which terms must not be subtracted."""

    def __init__(
        self, ring: Ring, letters: Letters, names: Mapping[int, str], unsafe: Callable[[Monomial, Monomial], bool]
    ) -> None:
        self.ring = ring
        self.unsafe = unsafe
        self.writer = Writer(ring, letters, names, self.best)
        self._known: dict[object, Weighed] = {}

    def best(self, p: Poly) -> Weighed:
        """The polynomial as an expression."""
        key = items(p)
        if key not in self._known:
            self._known[key] = self._best(p)
        return self._known[key]

    def _best(self, p: Poly) -> Weighed:
        if len(p) < 2:
            return self.writer.term(*next(iter(p.items()), (UNIT, 0)))
        if self._is_turned(p):
            return self.writer.product([self.writer.term(UNIT, -1), self.best(scaled(p, -1))])
        shared, number = _shared(p), _number(p)
        if shared or number != 1:
            return self.writer.product([self.writer.term(shared, number), self.best(_quotient(p, shared, number))])
        return min(self._ways(p), key=lambda way: way.weight)

    def _is_turned(self, p: Poly) -> bool:
        """Whether -p is written instead: what is simplest in a sum is not subtracted; of sizes, what grows fastest."""
        if not any(self.ring.generators[g].kind is not Kind.SIZE for m in p for g, _ in m):
            return p[max(p, key=lambda m: (sum(e for _, e in m), m))] < 0
        return p[min(p, key=lambda m: (len(m), -len(self.ring.free({m: 1})), not self._is_computed(m), m))] < 0

    def _is_computed(self, monomial: Monomial) -> bool:
        """Whether a term is a tensor that the forward pass computes."""
        return any(str(self.ring.generators[g].content[0]).endswith(" at the end") for g, _ in monomial)

    def _ways(self, p: Poly) -> Iterator[Weighed]:
        yield self._sum(p, [self.writer.term(m, c) for m, c in p.items()])
        divisors = sorted(self._divisors(p), key=lambda d: (len(d[1]), len(d[0])), reverse=True)
        for shared, part in divisors[: 1 if len(p) > _LONG else None]:
            quotient = _quotient(part, shared, 1)
            product = self.writer.product([self.writer.term(shared, 1), self.best(quotient)])
            yield self._with_rest(p, part, product)
            yield from self._by_kernel(p, quotient)
        yield from self._by_factors(p)

    def _divisors(self, p: Poly) -> Iterator[tuple[Monomial, Poly]]:
        """What several terms share, with these terms."""
        seen = set()
        for generator in {g for m in p for g, _ in m}:
            for sign in (1, -1):
                part = {m: c for m, c in p.items() if any(g == generator and e * sign > 0 for g, e in m)}
                shared = _shared(part) if len(part) > 1 else UNIT
                if shared and (shared, items(part)) not in seen and len(part) < len(p):
                    seen.add((shared, items(part)))
                    yield shared, part

    def _by_kernel(self, p: Poly, kernel: Poly) -> Iterator[Weighed]:
        """p as cofactor * kernel + rest, where the cofactor has several terms."""
        cofactor, part = _weakly_divided(p, kernel)
        if len(cofactor) > 1:
            yield self._with_rest(p, part, self.writer.product([self.best(cofactor), self.best(kernel)]))

    def _by_factors(self, p: Poly) -> Iterator[Weighed]:
        if any(e < 0 for m in p for _, e in m):
            return
        number = Fraction(content(p))
        sign, factors = factored(self.ring, scaled(p, exact(1 / number)))
        found = list(factors)
        if len(found) > 1 or any(k > 1 for _, k in found):
            for at, (q, k) in enumerate(found):
                first = Fraction(q.get(UNIT, 1))
                number *= first**k
                found[at] = (scaled(q, exact(1 / first)), k)
            parts = [self.writer.power(self.best(q), k) for q, k in found]
            yield self.writer.product([self.writer.term(UNIT, exact(sign * number)), *parts])

    def _with_rest(self, p: Poly, part: Poly, product: Weighed) -> Weighed:
        rest = {m: c for m, c in p.items() if m not in part}
        return self._sum(p, [product, self.best(rest)]) if rest else product

    def _sum(self, p: Poly, terms: list[Weighed]) -> Weighed:
        """The sum of what p was written as; a difference that loses digits weighs more than all else."""
        total = self.writer.total(terms)
        if len(terms) == len(p):
            unsafe = sum(p[m] * p[n] < 0 and self.unsafe(m, n) for m in p for n in p if m < n)
            if unsafe:
                total.weight = together([total.weight, operation(HIGHEST, UNSAFE, unsafe)])
        return total


def _shared(p: Poly) -> Monomial:
    """The monomial that all terms share: of powers with one sign, the one nearest to 0."""
    monomials = [dict(m) for m in p]
    shared = []
    for g in sorted(set(monomials[0]).intersection(*monomials)):
        exponents = [m[g] for m in monomials]
        if min(exponents) > 0:
            shared.append((g, min(exponents)))
        elif max(exponents) < 0:
            shared.append((g, max(exponents)))
    return tuple(shared)


def _number(p: Poly) -> Scalar:
    """The number to take out: what whole coefficients share, else the size that most coefficients have."""
    sizes = Counter(abs(Fraction(c)) for c in p.values())
    if all(size.denominator == 1 for size in sizes):
        return content(p)
    size, times = max(sizes.items(), key=lambda pair: (pair[1], pair[0]))
    return exact(size) if times > 1 or len(p) == 1 else 1


def _quotient(p: Poly, monomial: Monomial, number: Scalar) -> Poly:
    inverse = tuple((g, -e) for g, e in monomial)
    return scaled({merge(m, inverse): c for m, c in p.items()}, exact(1 / Fraction(number)))


def _weakly_divided(p: Poly, kernel: Poly) -> tuple[Poly, Poly]:
    """The cofactor c for which c * kernel consists of terms of p, and these terms."""
    first, first_coefficient = next(iter(kernel.items()))
    cofactor: Poly = {}
    part: Poly = {}
    for monomial, coefficient in p.items():
        if monomial in part or not divides(tuple(pair for pair in first if pair[1] > 0), monomial):
            continue
        by = merge(monomial, tuple((g, -e) for g, e in first))
        factor = exact(Fraction(coefficient) / Fraction(first_coefficient))
        product = {merge(by, m): exact(c * factor) for m, c in kernel.items()}
        if all(m not in part and p.get(m) == c for m, c in product.items()):
            cofactor[by] = factor
            part.update(product)
    return cofactor, part
