"""What an expression and its normal form are worth at a point, each reckoned by itself, in numbers of 40 digits.

The expression is gone through as it is written, the normal form generator by generator, after what `Kind`
says that they stand for. Nothing of how one came from the other is used, so where both have a value and
the values differ, the normal form is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any, cast
from unittest.mock import patch

import mpmath

from symgrad.algebra import powers, reduction, relations, ring, substitution, sums, terms
from symgrad.algebra.closed_forms import Run, declare, free_scope
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget, Generator, Items, Kind, Monomial, Poly, Scalar
from symgrad.language.program import (
    Add,
    Call,
    Constant,
    Expr,
    Index,
    Indicator,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Reduce,
    Ref,
    Size,
)

NUMBERS = mpmath.MPContext()
NUMBERS.dps = 40

Real = Any
"""A number of the context NUMBERS."""

_TINY = NUMBERS.mpf(10) ** -25  # smaller is zero
_HUGE = NUMBERS.mpf(10) ** 60
_CLOSE = NUMBERS.mpf(10) ** -12
_MOST_EXPONENT = 100


class Undefined(Exception):
    """There is no real value here, or none of a usable size."""


def agree(one: Real, other: Real) -> bool:
    """Whether two values are equal but for rounding."""
    return bool(abs(one - other) <= _CLOSE * (1 + max(abs(one), abs(other))))


# Arithmetic that says where there is no value


def _real(value: Real) -> Real:
    if isinstance(value, NUMBERS.mpc):
        if abs(value.imag) > _TINY:
            raise Undefined
        value = value.real
    if not NUMBERS.isfinite(value) or abs(value) > _HUGE:
        raise Undefined
    return value


def _number(value: Scalar) -> Real:
    return NUMBERS.mpf(value.numerator) / value.denominator


def _total(values: Sequence[Real]) -> Real:
    return _real(sum(values, NUMBERS.mpf(0)))


def _product(values: Sequence[Real]) -> Real:
    result = NUMBERS.mpf(1)
    for value in values:
        result *= value
    return _real(result)


def _power(base: Real, exponent: Scalar) -> Real:
    """base^exponent: for a fraction the base may not be negative, below 0 it may not be zero."""
    if exponent < 0 and abs(base) < _TINY:
        raise Undefined
    if exponent.denominator == 1:
        return _real(base ** int(exponent))
    if base < -_TINY:
        raise Undefined
    return NUMBERS.mpf(0) if base < _TINY else _real(base ** _number(exponent))


def _power_of(base: Real, exponent: Real) -> Real:
    """A power with a value in its exponent, which may be a whole number."""
    whole = int(NUMBERS.nint(exponent))
    return _power(base, whole) if _is_zero(exponent - whole) else _exp(exponent * _log(base))


def _exp(u: Real) -> Real:
    if u > _MOST_EXPONENT:
        raise Undefined
    return NUMBERS.exp(u)


def _log(u: Real) -> Real:
    if u < _TINY:
        raise Undefined
    return NUMBERS.log(u)


def _step(u: Real) -> Real:
    return NUMBERS.mpf(1 if u > _TINY else 0)


def _is_zero(u: Real) -> bool:
    return bool(abs(u) < _TINY)


_FUNCTIONS: dict[str, Callable[..., Real]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": lambda u: _power(u, Fraction(1, 2)),
    "abs": abs,
    "relu": lambda u: u * _step(u),
    "sign": lambda u: _step(u) - _step(-u),
    "step": _step,
    "tanh": NUMBERS.tanh,
    "sigmoid": lambda u: 1 / (1 + _exp(-u)),
    "softplus": lambda u: NUMBERS.log(1 + _exp(u)),
    "sin": NUMBERS.sin,
    "cos": NUMBERS.cos,
    "sinh": NUMBERS.sinh,
    "erf": NUMBERS.erf,
    "max": max,
    "min": min,
    "f": lambda u: NUMBERS.sin(u * 13 / 10) + u * u / 7,  # stands for any function
}

_COMPARISONS: dict[str, Callable[[Real], bool]] = {
    "=": _is_zero,
    "!=": lambda d: not _is_zero(d),
    "<": lambda d: bool(d < -_TINY),
    "<=": lambda d: bool(d < _TINY),
    ">": lambda d: bool(d > _TINY),
    ">=": lambda d: bool(d > -_TINY),
}


def _applied(function: str, args: Sequence[Real]) -> Real:
    return _real(_FUNCTIONS[function.removeprefix("declared ")](*args))


# Points, and expressions at a point


class Point:
    """Sizes, and cells of the tensors that a program is given: random, and of the declared sign."""

    def __init__(self, program: Program, sizes: Mapping[str, int], draw: Random) -> None:
        self.program, self.sizes = program, sizes
        self._draw = draw
        self._cells: dict[tuple[str, tuple[int, ...]], Real] = {}

    def cell(self, name: str, places: tuple[int, ...]) -> Real:
        """The value of a cell, chosen when it is first asked for; never zero."""
        key = (name, places)
        if key not in self._cells:
            value = NUMBERS.mpf(self._draw.randint(1, 8_000_000)) / 4_000_037
            signed = self.program.tensor_named[name].sign or self._draw.random() < 0.5
            self._cells[key] = value if signed else -value
        return self._cells[key]

    def values_of(self, index: str) -> range:
        """The values that an index takes."""
        declared = self.program.index_named[index]
        low, high = (int(self.expression(end, {})) for end in (declared.low, declared.high))
        return range(low, high + 1)

    def size(self, name: str) -> Real:
        """The value of a size symbol."""
        definition = self.program.size_named[name].definition
        return NUMBERS.mpf(self.sizes[name]) if definition is None else self.expression(definition, {})

    def expression(self, expr: Expr, at: Mapping[str, int]) -> Real:
        """The value of an expression where its free indices have these values. Raises Undefined."""

        def of(part: Expr) -> Real:
            return self.expression(part, at)

        match expr:
            case Number(value):
                return _number(value)
            case Constant(name):
                return NUMBERS.mpf(getattr(NUMBERS, name))
            case Size(name):
                return self.size(name)
            case Index(name):
                return NUMBERS.mpf(at[name])
            case Ref(name, subscripts):
                return self.cell(name, tuple(int(of(s)) for s in subscripts))
            case Call(function, args, ()):
                return _applied(function, [of(arg) for arg in args])
            case Neg(arg):
                return -of(arg)
            case Inv(arg):
                return _power(of(arg), -1)
            case Add(args):
                return _total([of(arg) for arg in args])
            case Mul(args):
                return _product([of(arg) for arg in args])
            case Pow(base, Number(exponent)):
                return _power(of(base), exponent)
            case Pow(base, exponent):
                return _power_of(of(base), of(exponent))
            case Indicator(op, left, right):
                return NUMBERS.mpf(_COMPARISONS[op](of(left) - of(right)))
            case Reduce():
                return self._reduced(expr, at)
        raise NotImplementedError(type(expr))

    def _reduced(self, expr: Reduce, at: Mapping[str, int]) -> Real:
        names = [r.index for r in expr.ranges]
        places = product(*(self.values_of(name) for name in names))
        values = [self.expression(expr.body, {**at, **dict(zip(names, place, strict=True))}) for place in places]
        return _reduction(expr.op, values)


def _reduction(op: str, values: Sequence[Real]) -> Real:
    return _total(values) if op == "sum" else max(values) if op == "max" else min(values)


# Normal forms at a point

Places = Mapping[int, int]
"""The values of atoms."""


class NormalForms:
    """The polynomials of a ring at a point."""

    def __init__(self, ring: Ring, point: Point) -> None:
        self._ring, self._point = ring, point
        self._found: dict[object, Real] = {}

    def polynomial(self, p: Poly, at: Places) -> Real:
        """The value of a polynomial where its free atoms have these values. Raises Undefined."""
        return _total([_number(c) * self.monomial(m, at) for m, c in p.items()])

    def monomial(self, monomial: Monomial, at: Places) -> Real:
        """The value of a product of powers."""
        return _product([self._raised(self._ring.generators[g], e, at) for g, e in monomial])

    def _raised(self, generator: Generator, exponent: Scalar, at: Places) -> Real:
        if generator.kind is Kind.EXP:  # exp(m)^e would be out of bounds sooner than exp(e m)
            return _exp(_number(exponent) * self.monomial(cast("Monomial", generator.content[0]), at))
        key = (generator.number, tuple(sorted((atom, at[atom]) for atom in generator.free)))
        if key not in self._found:
            self._found[key] = self._generator(generator, at)
        return _power(self._found[key], exponent)

    def _generator(self, generator: Generator, at: Places) -> Real:
        """What `Kind` says of the generator's content."""
        content: tuple[Any, ...] = generator.content

        def inside(held: Items = content[0]) -> Real:
            return self.polynomial(dict(held), at)

        match generator.kind:
            case Kind.CELL:
                return self._point.cell(content[0], tuple(at[atom] for atom in content[1]))
            case Kind.SIZE:
                return self._point.size(content[0])
            case Kind.CONSTANT:
                return NUMBERS.mpf(getattr(NUMBERS, content[0]))
            case Kind.PRIME:
                return NUMBERS.mpf(content[0])
            case Kind.POSITION:
                return NUMBERS.mpf(at[content[0]])
            case Kind.DELTA:
                return NUMBERS.mpf(at[content[0]] == at[content[1]])
            case Kind.TEST:
                return NUMBERS.mpf(_is_zero(inside()))
            case Kind.LOG:
                return _log(inside())
            case Kind.STEP:
                return _step(inside())
            case Kind.ABS:
                return abs(inside())
            case Kind.BASE:
                return inside()
            case Kind.CALL:
                return _applied(content[0], [inside(arg) for arg in content[2]])
            case Kind.SUM:
                dummies, body = content
                return _total([self.monomial(body, place) for place in self._places(dummies, at)])
            case Kind.EXTREME:
                op, dummies, held = content
                return _reduction(op, [self.polynomial(dict(held), place) for place in self._places(dummies, at)])
        raise NotImplementedError(generator.kind)

    def _places(self, dummies: tuple[int, ...], at: Places) -> Iterator[Places]:
        sizes = [int(NUMBERS.nint(self.polynomial(self._ring.size_of(atom), {}))) for atom in dummies]
        for place in product(*map(range, sizes)):
            yield {**at, **dict(zip(dummies, place, strict=True))}


# An expression and its normal form


class Translated:
    """An expression over what a program is given, with its normal form.

    Raises OutOfReachError where there is no normal form.
    """

    def __init__(self, expr: Expr, program: Program, budget: float) -> None:
        self.expr, self.program = expr, program
        self.ring = Ring(Budget(budget))
        declare(self.ring, program)
        run = Run(self.ring, program)
        self.scope = free_scope(run.translator, (expr,))
        self.form = run.translator.poly(expr, self.scope)

    def values(self, sizes: Mapping[str, int], draw: Random) -> tuple[Real, Real | None]:
        """The value of the expression and that of its normal form at a random point.

        Raises Undefined where the expression has none; None where only the normal form has none.
        """
        point = Point(self.program, sizes, draw)
        at = {name: draw.choice(point.values_of(name)) for name in self.scope}
        value = point.expression(self.expr, at)
        try:
            atoms = {self.scope[name]: place for name, place in at.items()}
            return value, NormalForms(self.ring, point).polynomial(self.form, atoms)
        except Undefined:
            return value, None

    def monomials(self) -> Iterator[Monomial]:
        """Every monomial of the normal form and of what the generators of the ring hold."""
        yield from self.form
        for generator in self.ring.generators:
            for part in substitution.parts(generator.kind, generator.content):
                if isinstance(part, substitution.Terms):
                    yield from (monomial for monomial, _ in part.terms)


def is_sorted(monomial: Monomial) -> bool:
    """Whether the generators' numbers rise strictly, and no exponent is zero."""
    numbers = [number for number, _ in monomial]
    return numbers == sorted(set(numbers)) and all(exponent for _, exponent in monomial)


@contextmanager
def watched_merge() -> Iterator[None]:
    """Within, multiplying monomials that are not sorted is an AssertionError."""

    def merge(one: Monomial, other: Monomial) -> Monomial:
        assert is_sorted(one), one
        assert is_sorted(other), other
        return terms.merge(one, other)

    users = [module for module in (powers, reduction, relations, ring, substitution, sums) if hasattr(module, "merge")]
    patches = [patch.object(module, "merge", merge) for module in users]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()
