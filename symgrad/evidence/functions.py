"""Polynomials that stand in for uninterpreted functions: exact on every kind of number, and easily written down.

What holds of all functions holds of these; so a claim that fails for one of them is refuted. A
polynomial of degree 3 with all its terms has no symmetry that a wrong claim could hide behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import perm
from random import Random
from typing import Any

from symgrad.language.build import ONE, add, mul, number, power
from symgrad.language.program import Add, Expr, FunctionDecl, Mul, Neg, Number, Pow, Ref
from symgrad.language.write import write_expr

_DEGREE, _HIGHEST = 3, 100


@dataclass(frozen=True)
class Polynomial:
    """A polynomial with whole coefficients: for each monomial's exponents its coefficient."""

    parameters: tuple[str, ...]
    coefficients: tuple[tuple[tuple[int, ...], int], ...]

    def __call__(self, args: Sequence[Any], orders: tuple[int, ...] = ()) -> Any:
        """The value of the derivative of these orders (none: of the polynomial itself)."""
        total: Any = args[0] * 0
        for exponents, coefficient in self.coefficients:
            times = orders or (0,) * len(exponents)
            if any(n < k for n, k in zip(exponents, times, strict=True)):
                continue
            term: Any = coefficient
            for arg, n, k in zip(args, exponents, times, strict=True):
                term = term * perm(n, k) * arg ** (n - k)
            total = total + term
        return total

    def __str__(self) -> str:
        terms: list[Expr] = []
        for exponents, coefficient in reversed(self.coefficients):
            factors: list[Expr] = [number(coefficient)]
            for name, n in zip(self.parameters, exponents, strict=True):
                if n:
                    factors.append(Ref(name) if n == 1 else power(Ref(name), n))
            terms.append(mul(*factors))
        return write_expr(add(*terms))


def polynomial(function: FunctionDecl) -> Polynomial:
    """The polynomial that stands in for a function; it follows from the function's name.

    >>> print(polynomial(FunctionDecl("g", ("x",))).parameters)
    ('x',)
    """
    draw = Random(f"{function.name}/{len(function.parameters)}")
    monomials = sorted(_exponents(len(function.parameters)), key=lambda n: (sum(n), n))
    return Polynomial(function.parameters, tuple((n, draw.randint(1, 4)) for n in monomials))


def _exponents(arity: int) -> Iterator[tuple[int, ...]]:
    """The exponents of all monomials, of degree 3 or, in many variables, less."""
    most = _DEGREE if arity <= 3 else 2 if arity <= 10 else 1
    for degree in range(most + 1):
        for chosen in combinations_with_replacement(range(arity), degree):
            yield tuple(chosen.count(at) for at in range(arity))


def read_polynomial(function: FunctionDecl, formula: str) -> Polynomial:
    """The polynomial in a function's parameters that a formula is, as `str` of one writes it.

    >>> print(read_polynomial(FunctionDecl("g", ("x",)), "3 x^2 + 1"))
    3 x^2 + 1

    Raises UsageError where it is no polynomial with whole coefficients.
    """
    from symgrad.errors import SymgradError, UsageError
    from symgrad.language.read import read_expression

    parameters = ", ".join(function.parameters)
    wrong = UsageError(f"the formula of {function.name} is no polynomial in {parameters}: {formula}")
    try:
        expr = read_expression(formula)
    except SymgradError:
        raise wrong from None
    coefficients: dict[tuple[int, ...], int] = {}
    for term in expr.args if isinstance(expr, Add) else (expr,):
        found = _term(term, function.parameters)
        if found is None:
            raise wrong
        coefficients[found[0]] = coefficients.get(found[0], 0) + found[1]
    ordered = sorted(coefficients.items(), key=lambda item: (sum(item[0]), item[0]))
    return Polynomial(function.parameters, tuple(ordered))


def _term(expr: Expr, parameters: tuple[str, ...]) -> tuple[tuple[int, ...], int] | None:
    """A term's exponents and coefficient; None if it is no product of a whole number and powers of parameters."""
    exponents, coefficient = [0] * len(parameters), 1
    if isinstance(expr, Neg):
        expr, coefficient = expr.arg, -1
    for factor in expr.args if isinstance(expr, Mul) else (expr,):
        base, power = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, ONE)
        if isinstance(factor, Number) and factor.value.denominator == 1:
            coefficient *= int(factor.value)
        elif isinstance(base, Ref) and base.name in parameters and isinstance(power, Number):
            if power.value.denominator != 1 or not 0 <= power.value <= _HIGHEST:
                return None
            exponents[parameters.index(base.name)] += int(power.value)
        else:
            return None
    return tuple(exponents), coefficient
