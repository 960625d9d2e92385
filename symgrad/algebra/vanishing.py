"""Where a polynomial is zero whatever the values: at indices that coincide, at certain sizes.

Off its kinks a comparison has no ties. But x_i - x_j is zero for every x where i = j, x_j - sum_i x_i is
where there is one term only, and B - 3 is at B = 3. Such zeros are no exceptions that could be left
out, and 1[-u > 0] = 1 - 1[u > 0] does not hold there. So this is used only of a u with a certificate
that it is not zero throughout, whatever the sizes and indices:

- some given tensor stands in one term only, linearly, and the other factors of that term are not
  zero throughout: u then changes with that tensor;
- or u is known to be positive, or negative, where some tensors are zero.

What a constraint binds gives no certificate. Where a cell stands for a computed tensor there is none either: it is a
function of what is given, and may be equal to what stands beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from symgrad.algebra import signs
from symgrad.algebra.substitution import Terms, parts
from symgrad.algebra.terms import ZERO, Generator, Kind, Monomial, Poly, Sign, scaled, without

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_CONSTANT = (Kind.SIZE, Kind.CONSTANT, Kind.PRIME)


def zeros(ring: Ring, p: Poly) -> Poly | None:
    """1 where p is zero whatever the values, else 0: a delta, or 0 itself; None where that is not known."""
    if any(ring.generators[g].piecewise for monomial in p for g, _ in monomial):
        return None
    if not tensors(ring, p) <= ring.given:
        return None
    names = [name for name in tensors(ring, p) if _is_free(ring, name)]
    if any(_is_linear_in_one_term(ring, p, name) for name in names):
        return ZERO
    if any(_has_sign_without(ring, p, gone) for gone in (*([name] for name in names), names)):
        return ZERO
    return _zero_of_difference(ring, p)


def tensors(ring: Ring, p: Poly) -> frozenset[str]:
    """The names of the tensors whose cells stand in p, however deep."""
    return frozenset[str]().union(*(_tensors_in(ring, g) for monomial in p for g, _ in monomial))


def _tensors_in(ring: Ring, g: int) -> frozenset[str]:
    key = ("tensors", g)
    if key not in ring.cache:
        generator = ring.generators[g]
        found = {cast("str", generator.content[0])} if generator.kind is Kind.CELL else set[str]()
        for part in parts(generator.kind, generator.content):
            if isinstance(part, Terms):
                found |= tensors(ring, dict(part.terms))
        ring.cache[key] = frozenset(found)
    return cast("frozenset[str]", ring.cache[key])


def _is_free(ring: Ring, name: str) -> bool:
    """Whether the tensor is given and no constraint binds it, so that its cells take values of an open set."""
    return name in ring.given and name not in ring.constrained


def _is_linear_in_one_term(ring: Ring, p: Poly, name: str) -> bool:
    holding = [monomial for monomial in p if any(name in _tensors_in(ring, g) for g, _ in monomial)]
    if len(holding) != 1:
        return False
    (monomial,) = holding
    inside = [(g, e) for g, e in monomial if name in _tensors_in(ring, g)]
    if len(inside) != 1 or inside[0][1] != 1:
        return False
    generator = ring.generators[inside[0][0]]
    rest = without(monomial, generator.number)
    return _is_generic(ring, rest) and _is_linear(ring, generator, name)


def _is_linear(ring: Ring, generator: Generator, name: str) -> bool:
    """Whether the generator is a cell of the tensor, or a sum of products with one such cell."""
    if generator.kind is Kind.CELL:
        return True
    if generator.kind is not Kind.SUM:
        return False
    body = cast("Monomial", generator.content[1])
    own = [(g, e) for g, e in body if name in _tensors_in(ring, g)]
    if len(own) != 1 or own[0][1] != 1 or ring.generators[own[0][0]].kind is not Kind.CELL:
        return False
    others = without(body, own[0][0])
    return all(e > 0 for _, e in others) and _is_generic(ring, others)


def _is_generic(ring: Ring, monomial: Monomial) -> bool:
    """Whether a product of powers is zero on exceptional values only: of positive factors and of free cells."""
    for g, e in monomial:
        generator = ring.generators[g]
        if signs.sign_of_monomial(ring, ((g, e),)) is Sign.POSITIVE:
            continue
        if generator.kind is Kind.CELL and e.denominator == 1 and _is_free(ring, cast("str", generator.content[0])):
            continue
        return False
    return True


def _has_sign_without(ring: Ring, p: Poly, names: list[str]) -> bool:
    """Whether p is known to be positive, or negative, where the named tensors are zero."""
    names = [name for name in names if ring.cell_signs.get(name) is not Sign.POSITIVE]
    gone = {monomial for monomial in p if any(_vanishes(ring, g, names) and e > 0 for g, e in monomial)}
    if not all(_is_polynomial(ring, monomial) for monomial in gone):
        return False
    left = {monomial: c for monomial, c in p.items() if monomial not in gone}
    return bool(left) and (signs.is_positive(ring, left) or signs.is_positive(ring, scaled(left, -1)))


def _vanishes(ring: Ring, g: int, names: list[str]) -> bool:
    """Whether the generator is a cell of a named tensor, or a sum of products with one."""
    generator = ring.generators[g]
    if generator.kind is Kind.SUM:
        body = cast("Monomial", generator.content[1])
        return any(_vanishes(ring, inner, names) for inner, e in body if e > 0)
    return generator.kind is Kind.CELL and generator.content[0] in names


def _is_polynomial(ring: Ring, monomial: Monomial) -> bool:
    """Whether a monomial is made of cells, sizes and sums of such, without division."""
    for g, e in monomial:
        generator = ring.generators[g]
        if generator.kind is Kind.SUM:
            if e < 0 or not _is_polynomial(ring, cast("Monomial", generator.content[1])):
                return False
        elif generator.kind not in _CONSTANT and (generator.kind is not Kind.CELL or e < 0):
            return False
    return True


def _zero_of_difference(ring: Ring, p: Poly) -> Poly | None:
    """The delta of i and j for a difference of two cells of a free tensor that differ in one index: x_i - x_j."""
    if len(p) != 2:
        return None
    first, second = p.values()
    cells = [ring.generators[m[0][0]] for m in p if len(m) == 1 and m[0][1] == 1]
    if first + second or len(cells) != 2 or any(cell.kind is not Kind.CELL for cell in cells):
        return None
    (name, ours), (other, theirs) = (cast("tuple[str, tuple[int, ...]]", cell.content) for cell in cells)
    apart = [(a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
    if name != other or not _is_free(ring, name) or len(apart) != 1:
        return None
    return ring.delta(*apart[0])
