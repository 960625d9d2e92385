"""Integer expressions as polynomials over sizes and indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from symgrad.language.build import add, mul, number
from symgrad.language.program import Add, Call, Expr, FloorDiv, Index, Mod, Mul, Neg, Number, Pow, Ref, Size

Monomial = tuple[Expr, ...]
"""A product of atoms in a fixed order; the empty one stands for 1."""


@dataclass(frozen=True)
class Form:
    """A polynomial with integer coefficients, none of them 0.

    Atoms are indices, sizes, floors, remainders, the larger or smaller of two, and cells of integer tensors.
    """

    terms: Mapping[Monomial, int]

    def __add__(self, other: Form) -> Form:
        total = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total[monomial] = total.get(monomial, 0) + coefficient
        return Form({m: c for m, c in total.items() if c})

    def __sub__(self, other: Form) -> Form:
        total = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total[monomial] = total.get(monomial, 0) - coefficient
        return Form({m: c for m, c in total.items() if c})

    def __mul__(self, other: Form) -> Form:
        total: dict[Monomial, int] = {}
        for (m, c), (n, d) in product(self.terms.items(), other.terms.items()):
            joined = tuple(sorted(m + n, key=_order))
            total[joined] = total.get(joined, 0) + c * d
        return Form({m: c for m, c in total.items() if c})

    @property
    def constant(self) -> int | None:
        """The value of a form without atoms, else None."""
        if not self.terms:
            return 0
        return self.terms.get((), None) if len(self.terms) == 1 else None

    @property
    def atoms(self) -> list[Expr]:
        """The atoms, each once, in the order they came."""
        return list(dict.fromkeys(atom for monomial in self.terms for atom in monomial))

    def split(self, atom: Expr) -> tuple[Form, Form] | None:
        """(a, b) with the form = a * atom + b and no atom in either; None if it is not linear in it."""
        slope: dict[Monomial, int] = {}
        rest: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            if atom not in monomial:
                rest[monomial] = coefficient
                continue
            at = monomial.index(atom)
            others = monomial[:at] + monomial[at + 1 :]
            if atom in others:
                return None
            slope[others] = coefficient
        return Form(slope), Form(rest)

    def put(self, values: Mapping[Expr, Form]) -> Form:
        """The form with forms in place of atoms."""
        total = Form({})
        for monomial, coefficient in self.terms.items():
            term = Form({(): coefficient})
            for atom in monomial:
                term *= values.get(atom) or Form({(atom,): 1})
            total += term
        return total

    def by(self, divisor: Form) -> Form | None:
        """The form divided by one of a single term, if nothing is left."""
        if len(divisor.terms) != 1:
            return None
        ((factors, times),) = divisor.terms.items()
        quotient: dict[Monomial, int] = {}
        for monomial, coefficient in self.terms.items():
            rest = without(monomial, factors)
            if rest is None or coefficient % times:
                return None
            quotient[rest] = coefficient // times
        return Form(quotient)

    def to_expr(self) -> Expr:
        """The expression, its constant last."""
        terms = [mul(number(c), *m) for m, c in self.terms.items() if m]
        if () in self.terms or not terms:
            terms.append(number(self.terms.get((), 0)))
        return add(*terms)


def without(monomial: Monomial, factors: Monomial) -> Monomial | None:
    """The product without some of its factors; None if they are not among them."""
    rest = list(monomial)
    for factor in factors:
        if factor not in rest:
            return None
        rest.remove(factor)
    return tuple(rest)


def _order(atom: Expr) -> tuple[int, str]:
    if isinstance(atom, Size | Index):
        return isinstance(atom, Index), atom.name
    return 2, repr(atom)


def integer(value: int) -> Form:
    """The form of a number."""
    return Form({(): value} if value else {})


ONE = integer(1)

_TERMS, _DEGREE = 64, 6


def is_manageable(form: Form) -> bool:
    """Whether the form is of a size that sensible subscripts have; of larger ones nothing is proved."""
    return len(form.terms) <= _TERMS and all(len(monomial) <= _DEGREE for monomial in form.terms)


def form_of(expr: Expr) -> Form | None:
    """The expression as a form, or None if it is not an integer polynomial.

    >>> X, D = Size("X"), Size("D")
    >>> form_of(mul(add(X, number(2)), D)).terms[(D,)]
    2
    """
    match expr:
        case Number(value):
            return integer(int(value)) if value.denominator == 1 else None
        case Index() | Size() | Ref() | FloorDiv() | Mod():
            return Form({(expr,): 1})
        case Neg(arg):
            inner = form_of(arg)
            return None if inner is None else Form({}) - inner
        case Add(args):
            parts = [form_of(arg) for arg in args]
            return sum((p for p in parts if p is not None), Form({})) if None not in parts else None
        case Mul(args):
            total: Form | None = ONE
            for arg in args:
                factor = form_of(arg)
                total = None if total is None or factor is None else total * factor
                if total is None or not is_manageable(total):
                    return None
            return total
        case Call("max" | "min", args):
            return None if None in map(form_of, args) else Form({(expr,): 1})
        case Pow(base, Number(exponent)) if exponent.denominator == 1 and 0 <= exponent <= 4:
            return form_of(mul(*[base] * int(exponent)))
    return None
