"""What a search found, written in the language of the program: certificates with the case of equality."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.algebra import powers, signs
from symgrad.algebra.terms import Kind, Monomial, Poly, exact, scaled
from symgrad.evidence.inequalities import certificate as written
from symgrad.evidence.inequalities.candidate import Part
from symgrad.evidence.inequalities.names import Letters, Writer
from symgrad.evidence.inequalities.nonnegative import Product
from symgrad.evidence.inequalities.scalar import TANGENT
from symgrad.evidence.inequalities.search import Found
from symgrad.evidence.inequalities.summands import inverse
from symgrad.language.build import add, number
from symgrad.language.program import Expr
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring


def written_certificate(
    writer: Writer, found: Found, sides: tuple[Expr, Expr], loose: frozenset[str]
) -> written.Certificate:
    """The certificate for an inequality that a search found.

    Args:
        writer: names the polynomials of the search's ring.
        found: what was found for the difference of both sides.
        sides: the greater side and the smaller one.
        loose: tensors whose cells may be 0, and are not negative.
    """
    ring = writer.ring
    steps = tuple(written.Step(s.function, writer.expr(s.left), writer.expr(s.right)) for s in found.steps)
    terms = tuple(_term(ring, writer, part, loose) for part in found.candidate.parts)
    product = found.candidate.remainder
    rest = _rest(writer, product)
    strict = not product.factors and signs.is_positive(ring, product.weight)
    equality = [term.equality for term in terms]
    if not rest.is_zero:
        equality.append(_where_zero(ring, writer, rest, product))
    known = all(step.exact for step in found.steps)
    return written.Certificate(
        *sides, steps, terms, rest, tuple(dict.fromkeys(equality)) if known and not strict else (), strict=strict
    )


def _term(ring: Ring, writer: Writer, part: Part, loose: frozenset[str]) -> written.Term:
    letters = writer.letters(part.dummies)
    names = tuple(letters[atom] for atom in part.dummies)
    weight = writer.expr({part.weight: part.scale}, letters)
    return written.Term(
        names,
        weight,
        writer.fraction(part.ratio, letters),
        writer.expr(ring.mul({part.weight: part.scale}, part.ratio), letters),
        part.phi,
        part.at_most_one,
        _linear(ring, writer, part, letters),
        _equality(ring, writer, part, letters, loose),
    )


def _linear(ring: Ring, writer: Writer, part: Part, letters: Letters) -> str:
    """The sums whose difference was added to get phi."""
    if part.at_most_one or part.phi != TANGENT or not part.dummies:
        return ""
    whole = {part.weight: part.scale}
    names = [letters[atom] for atom in part.dummies]
    with_ratio = ring.mul(whole, part.ratio)
    sides = [written.summed(names, writer.expr(p, letters)) for p in (with_ratio, whole)]
    totals = [ring.sum(p, part.dummies) for p in (with_ratio, whole)]
    difference = writer.expr(ring.sub(*totals))
    first, second = (write_expr(side) for side in sides)
    return f"the sum of w (r - 1) is {first} - {second} = {write_expr(difference)}"


def _equality(ring: Ring, writer: Writer, part: Part, letters: Letters, loose: frozenset[str]) -> str:
    """Where a term is 0: the ratio is 1 wherever the weight is not 0."""
    equation, one = _named_equation(writer, _root(part.ratio), letters) or _equation(
        ring, writer, ring.sub(*_sides(ring, _root(part.ratio))), letters
    )
    shared = part.weight if part.at_most_one or part.phi != TANGENT else _kept(ring, part)
    cells = tuple((g, 1) for g, e in shared if _may_be_zero(ring, g, loose) and e > 0)
    if cells:
        return f"{equation} wherever {write_expr(writer.expr({cells: 1}, letters))} > 0"
    return equation + written.for_all([letters[a] for a in part.dummies], one)


def _named_equation(writer: Writer, ratio: Poly, letters: Letters) -> tuple[str, Expr] | None:
    """That a tensor's cell equals another product, where their quotient is the ratio; None where it is no such one."""
    if len(ratio) != 1 or 1 not in ratio.values():
        return None
    named = writer.product(next(iter(ratio)), letters)
    if named is None or not named[1] or any(e >= 0 for _, e in named[1]):
        return None
    cell, rest = named
    other = writer.expr({inverse(rest): 1}, letters)
    first, second = sorted((write_expr(cell), write_expr(other)))
    return f"{first} = {second}", add(cell, other)


def _root(ratio: Poly) -> Poly:
    """A ratio that is a power, without the exponent: it is 1 where the power is."""
    if len(ratio) != 1:
        return ratio
    ((monomial, coefficient),) = ratio.items()
    exponents = {abs(Fraction(e)) for _, e in monomial}
    if coefficient != 1 or len(exponents) != 1:
        return ratio
    by = exponents.pop()
    return {tuple((g, exact(e / by)) for g, e in monomial): 1}


def _equation(ring: Ring, writer: Writer, difference: Poly, letters: Letters) -> tuple[str, Expr]:
    """That a difference is 0, with no minus sign and numbers on the right; and the difference as an expression."""
    if difference:
        difference = scaled(difference, exact(1 / Fraction(powers.content(difference))))
    sides: list[Poly] = [
        {m: c for m, c in difference.items() if c > 0},
        {m: -c for m, c in difference.items() if c < 0},
    ]
    texts = [(not ring.free(side), write_expr(writer.expr(side, letters))) for side in sides]
    first, second = sorted(texts)
    return f"{first[1]} = {second[1]}", writer.expr(difference, letters)


def _kept(ring: Ring, part: Part) -> Monomial:
    """The factors of the weight that the weight times the ratio has too: where they are 0, both are."""
    product = ring.mul({part.weight: 1}, part.ratio)
    return tuple((g, e) for g, e in part.weight if all(dict(m).get(g, 0) > 0 for m in product))


def _may_be_zero(ring: Ring, number_of_generator: int, loose: frozenset[str]) -> bool:
    generator = ring.generators[number_of_generator]
    return generator.kind is Kind.CELL and generator.content[0] in loose


def _sides(ring: Ring, ratio: Poly) -> tuple[Poly, Poly]:
    """The equation ratio = 1 without a fraction bar over what has an index."""
    numerator, denominators = powers.cleared(ring, ratio)
    below = ring.product(ring.power(powers.itself(ring, g), k) for g, k in denominators)
    shared = tuple((g, e) for g, e in powers.common(numerator) if e < 0)
    below = ring.mul(below, {tuple((g, exact(-Fraction(e))) for g, e in shared): 1} if shared else {(): 1})
    if shared:
        numerator = powers.divided(ring, numerator, shared)
    plain = tuple((g, e) for g, e in powers.common(below) if ring.generators[g].kind is Kind.SIZE)
    if plain and numerator.keys() == {()}:
        numerator, below = powers.divided(ring, numerator, plain), powers.divided(ring, below, plain)
    content = powers.content(below)
    return scaled(numerator, exact(1 / Fraction(content))), scaled(below, exact(1 / Fraction(content)))


def _rest(writer: Writer, product: Product) -> written.Rest:
    letters = writer.letters(product.dummies)
    names: Sequence[str] = [letters[atom] for atom in product.dummies]
    weight = writer.expr(product.weight, letters) if product.weight else number(0)
    factors = tuple(written.Factor(writer.expr(q, letters), k) for q, k in product.factors)
    return written.Rest(tuple(names), weight, factors)


def _where_zero(ring: Ring, writer: Writer, rest: written.Rest, product: Product) -> str:
    """Where what is left is 0."""
    if signs.is_positive(ring, product.weight) and len(product.factors) == 1:
        letters = writer.letters(product.dummies)
        equation, one = _equation(ring, writer, product.factors[0][0], letters)
        return equation + written.for_all(rest.indices, one)
    return f"{write_expr(rest.value)} = 0"
