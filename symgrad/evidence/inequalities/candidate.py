"""What a search finds: that a difference is a sum of weights times functions that are not negative, and a rest."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.algebra.terms import Monomial, Poly, Scalar
from symgrad.evidence.inequalities.nonnegative import Product
from symgrad.evidence.inequalities.scalar import Scalar as Function


@dataclass(frozen=True)
class Part:
    """The sum over dummies of scale * weight * phi(ratio).

    `at_most_one`: the ratio is at most 1, and phi is known not to be negative there alone.
    """

    dummies: tuple[int, ...]
    weight: Monomial
    scale: Scalar
    ratio: Poly
    phi: Function
    at_most_one: bool = False


@dataclass(frozen=True)
class Candidate:
    """A difference as the sum of parts and a rest, which equals a product that is nowhere negative."""

    parts: tuple[Part, ...]
    rest: Poly
    remainder: Product
