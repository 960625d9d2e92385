"""Products as derivatives want them: numbers and sizes in front, one power of each base.

Only what is true wherever the factors are defined is done: numbers are multiplied, powers of one
base are merged (Z^-1 Z^-1 to Z^-2, s^-1 s^(-1/2) ... to s^(-3/2)). Nothing is expanded and no
definition is used; that is the optimiser's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from symgrad.language.build import ZERO, add, call, inv, mul, number, power
from symgrad.language.program import Call, Expr, Index, Inv, Mul, Neg, Number, Pow, Ref
from symgrad.language.walk import walk_expr

HALF = Fraction(1, 2)


def product(*factors: Expr) -> Expr:
    """The product of the factors: constants first, then the others in their order, divisions last.

    >>> from symgrad.language.write import write_expr
    >>> from symgrad.language.build import neg
    >>> Z, g = Ref("Z"), Ref("g")
    >>> write_expr(product(g, inv(Z), neg(inv(Z)), number(3)))
    '-3 g/Z^2'
    """
    coefficient, powers = Fraction(1), dict[Expr, Fraction]()
    for factor in factors:
        for base, exponent in _powers(factor, Fraction(1)):
            if isinstance(base, Number) and exponent.denominator == 1 and (base.value or exponent > 0):
                coefficient *= base.value ** int(exponent)
            else:
                powers[base] = powers.get(base, Fraction(0)) + exponent
    if coefficient == 0:
        return ZERO
    _join_signs(powers)
    made = [_power(base, exponent) for base, exponent in powers.items() if exponent]
    constants = _fraction([factor for factor in made if _constant(factor)])
    return mul(number(coefficient), *constants, *_fraction([factor for factor in made if not _constant(factor)]))


def total(*terms: Expr) -> Expr:
    """The sum of the terms without those that are literally 0."""
    return add(*(term for term in terms if term != ZERO))


def _powers(factor: Expr, exponent: Fraction) -> Iterator[tuple[Expr, Fraction]]:
    """The factor to the exponent as (base, exponent) pairs whose product it is."""
    match factor:
        case Mul(args) if exponent.denominator == 1:
            for arg in args:
                yield from _powers(arg, exponent)
        case Neg(arg) if exponent.denominator == 1:
            yield number(-1), exponent
            yield from _powers(arg, exponent)
        case Inv(arg) if exponent.denominator == 1:
            yield from _powers(arg, -exponent)
        case Pow(base, Number(value)) if exponent.denominator == 1 and value.denominator == 1:
            yield from _powers(base, value * exponent)
        case Pow(base, Number(value)) if exponent.denominator == 1:
            yield base, value * exponent
        case Call("sqrt", (arg,)) if exponent.denominator == 1:
            yield arg, exponent / 2
        case _:
            yield factor, exponent


def _join_signs(powers: dict[Expr, Fraction]) -> None:
    """Replace sign(u) |u|^k by u^k where k is odd: what log|u| and |u|^3 give."""
    for base, exponent in list(powers.items()):
        match base:
            case Call("abs", (arg,)) if (
                exponent.denominator == 1 and exponent % 2 and powers.get(call("sign", arg)) == 1
            ):
                del powers[base], powers[call("sign", arg)]
                powers[arg] = powers.get(arg, Fraction(0)) + exponent


def _power(base: Expr, exponent: Fraction) -> Expr:
    """base^exponent as people write it: 1/Z^2, sqrt(s), s^(-3/2)."""
    if exponent == 1:
        return base
    if abs(exponent) == HALF:
        root = call("sqrt", base)
        return root if exponent > 0 else inv(root)
    if exponent.denominator == 1 and exponent < 0:
        return inv(_power(base, -exponent))
    return power(base, exponent)


def _fraction(factors: Sequence[Expr]) -> list[Expr]:
    """The factors with all divisions made one, behind the others: a/b c/d becomes a c/(b d)."""
    below = [factor.arg for factor in factors if isinstance(factor, Inv)]
    above = [factor for factor in factors if not isinstance(factor, Inv)]
    return [*above, inv(mul(*below))] if below else above


def _constant(expr: Expr) -> bool:
    """Whether the expression is made of numbers and sizes only."""
    return not any(isinstance(part, Ref | Index) for part in walk_expr(expr))
