"""Expressions that are affine in indices and sizes with integer coefficients: what a subscript may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.language.build import add, mul, number
from symgrad.language.program import Add, Expr, FloorDiv, Index, Mod, Mul, Neg, Number, Ref, Size

Atom = Index | Size | FloorDiv | Mod | Ref


@dataclass(frozen=True)
class Affine:
    """A sum of integer multiples of atoms and an integer. No coefficient is 0.

    Atoms are indices, sizes, floors and remainders of affine expressions, and cells of integer tensors.
    """

    coefficients: Mapping[Atom, int]
    constant: int = 0

    def __add__(self, other: Affine) -> Affine:
        total = dict(self.coefficients)
        for atom, coefficient in other.coefficients.items():
            total[atom] = total.get(atom, 0) + coefficient
        return Affine({a: c for a, c in total.items() if c}, self.constant + other.constant)

    def __sub__(self, other: Affine) -> Affine:
        return self + other.times(-1)

    def times(self, factor: int) -> Affine:
        """The multiple by an integer."""
        scaled = {atom: factor * c for atom, c in self.coefficients.items()} if factor else {}
        return Affine(scaled, factor * self.constant)

    def to_expr(self) -> Expr:
        """The expression it stands for, atoms in the order they came."""
        terms = [mul(number(c), atom) for atom, c in self.coefficients.items()]
        if self.constant or not terms:
            terms.append(number(self.constant))
        return add(*terms)


def as_affine(expr: Expr) -> Affine | None:
    """The expression as an Affine, or None if it is not one.

    >>> as_affine(add(mul(number(2), Index("x")), number(-1))).constant
    -1
    """
    match expr:
        case Number(value):
            return Affine({}, int(value)) if value.denominator == 1 else None
        case Index() | Size() | Ref() | FloorDiv() | Mod():
            return Affine({expr: 1})
        case Neg(arg):
            inner = as_affine(arg)
            return None if inner is None else inner.times(-1)
        case Add(args):
            total = Affine({})
            for arg in args:
                part = as_affine(arg)
                if part is None:
                    return None
                total = total + part
            return total
        case Mul(args):
            return _product(args)
    return None


def _product(args: tuple[Expr, ...]) -> Affine | None:
    factor, rest = Fraction(1), []
    for arg in args:
        if isinstance(arg, Number):
            factor *= arg.value
        else:
            rest.append(arg)
    inner = as_affine(rest[0]) if len(rest) == 1 else None
    return inner.times(int(factor)) if inner is not None and factor.denominator == 1 else None
