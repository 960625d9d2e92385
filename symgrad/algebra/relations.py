"""Equations between what one program computes on its way and what the other one does.

Where a tensor of one side is a tensor of the other times a product of powers, that is how the one
came from the other: `Z.grad[b] = e[b]/Z[b]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import cast

from symgrad.algebra.closed_forms import Run
from symgrad.algebra.factors import leading_coefficient
from symgrad.algebra.powers import common, divided
from symgrad.algebra.terms import Generator, Kind, Monomial, Poly, Scalar, Sign, exact, merge, scaled
from symgrad.language.build import inv, mul, neg, number, power
from symgrad.language.program import Expr, Index, Ref, Size
from symgrad.language.walk import walk_statements
from symgrad.language.write import write_expr


def relations(first: Run, second: Run, ours: Iterable[str], theirs: Iterable[str]) -> Iterator[str]:
    """Equations, as text, between tensors that only the first program computes and such of the second."""
    named = _Named(first, second)
    for name in _in_order(first, set(ours)):
        for other in _in_order(second, set(theirs)):
            text = _relation(first, second, name, other, named)
            if text:
                yield text


def _in_order(run: Run, names: set[str]) -> list[str]:
    return [tensor.name for tensor in run.program.tensors if tensor.name in names]


def _relation(first: Run, second: Run, name: str, other: str, named: _Named) -> str:
    """The equation that gives one tensor by another; "" if there is none of this kind."""
    slots = first.slots(name)
    left, right = first.value(name), second.value(other)
    if not left or len(left) != len(right) or set(second.slots(other)) != set(slots):
        return ""
    (shared, factor, rest), (other_shared, other_factor, other_rest) = _split(first, left), _split(first, right)
    if rest != other_rest:
        return ""
    ratio = merge(shared, tuple((g, -e) for g, e in other_shared))
    letters = _letters(first, name)
    cell = Ref(other, tuple(Index(letters[atom]) for atom in second.slots(other)))
    beside = named.expr(ratio, letters)
    if beside is None:
        return ""
    value = mul(cell, *_number(exact(Fraction(factor) / other_factor)), *beside)
    own = Ref(name, tuple(Index(letters[atom]) for atom in slots))
    return f"{write_expr(own)} = {write_expr(value)}"


def _split(run: Run, p: Poly) -> tuple[Monomial, Scalar, Poly]:
    """p as a monomial, a number, and a rest in which neither is left."""
    shared = common(p)
    rest = divided(run.ring, p, shared) if shared else p
    factor = leading_coefficient(run.ring, rest) if rest else 1
    return shared, factor, scaled(rest, exact(1 / Fraction(factor)))


def _number(value: Scalar) -> list[Expr]:
    return [] if value == 1 else [neg(number(-value))] if value < 0 else [number(value)]


def _letters(run: Run, name: str) -> dict[int, str]:
    """The index letters that a tensor's axes have in the statement that computes it."""
    for _, statement in walk_statements(run.program.body):
        if statement.target.name == name:
            pairs = zip(run.slots(name), statement.target.subscripts, strict=True)
            return {atom: subscript.name for atom, subscript in pairs if isinstance(subscript, Index)}
    return {}


class _Named:
    """Which generators are cells of tensors: given ones, and those that the common part computes."""

    def __init__(self, first: Run, second: Run) -> None:
        self._ring = first.ring
        self._cells: dict[int, tuple[str, tuple[int, ...]]] = {}
        for name, value in first.state.items():
            if second.state.get(name) is value and len(value) == 1:
                ((monomial, coefficient),) = value.items()
                if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
                    self._cells.setdefault(monomial[0][0], (name, first.slots(name)))

    def expr(self, monomial: Monomial, letters: dict[int, str]) -> list[Expr] | None:
        """The factors of a monomial as expressions over tensors; None if one is no tensor's cell."""
        factors: list[Expr] = []
        for number_of_generator, exponent in monomial:
            generator = self._ring.generators[number_of_generator]
            base = self._base(generator, letters)
            if base is None or (exponent < 0 and generator.sign is not Sign.POSITIVE):
                return None  # what might be zero is not divided by
            raised = Fraction(exponent if exponent > 0 else -exponent)
            factor = base if raised == 1 else power(base, raised)
            factors.append(inv(factor) if exponent < 0 else factor)
        return factors

    def _base(self, generator: Generator, letters: dict[int, str]) -> Expr | None:
        if generator.kind is Kind.SIZE:
            return Size(cast("str", generator.content[0]))
        name, atoms = self._cells.get(generator.number, ("", ()))
        if generator.kind is Kind.CELL and not name:
            name, atoms = cast("tuple[str, tuple[int, ...]]", generator.content)
        if not name or not set(atoms) <= set(letters):
            return None
        return Ref(name, tuple(Index(letters[atom]) for atom in atoms))
