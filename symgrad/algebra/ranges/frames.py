"""Integers in expressions: affine forms, and the sums that bind those which are not affine in what is around.

What stands in a subscript, a bound or a comparison and is not affine is an integer of its own, bound by a sum around
the term it occurs in:

    p[b, y[b]]     sum over j with y[b] = j of p[b, j]
    x[u // 2]      sum over q with 2 q <= u <= 2 q + 1 of x[q]

There is exactly one such j and one such q, so that the sum may stand outside of any function: f(p[b, y[b]]) is
the sum over j with y[b] = j of f(p[b, j]).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING

from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.terms import OutOfReachError
from symgrad.language.integers import Monomial, form_of
from symgrad.language.program import Expr, FloorDiv, Index, Mod, Number, Program, Range, Ref, Role, Size
from symgrad.language.ranges import all_ends
from symgrad.language.write import write_expr

if TYPE_CHECKING:
    from symgrad.algebra.ranges.form import Form
    from symgrad.algebra.ranges.instances import Unrolled
    from symgrad.algebra.ranges.space import Space

Scope = Mapping[str, Linear]
"""What each index that is bound here is."""

_QUOTIENTS = (-1, 0, 1)
"""What a floor of a division by a size may be."""


@dataclass
class Frame:
    """Integers that are bound by a sum around a term, with the conditions on them.

    Of each of the `choices` one guard holds as well. `known` finds an integer again by what it is: a label's cell, or
    a floor.
    """

    outer: Frame | None = None
    dummies: list[int] = field(default_factory=list)
    guard: Guard = TRUE
    factors: list[Form] = field(default_factory=list)
    choices: list[list[Guard]] = field(default_factory=list)
    known: dict[object, Linear] = field(default_factory=dict)

    @property
    def context(self) -> Guard:
        """Where the terms inside are used."""
        return self.guard if self.outer is None else self.outer.context & self.guard

    def find(self, key: object) -> Linear | None:
        """The integer of a key, here or in a frame around."""
        here: Frame | None = self
        while here is not None:
            if key in here.known:
                return here.known[key]
            here = here.outer
        return None


class Integers:
    """Translates what is an integer in the expressions of one program."""

    def __init__(self, space: Space, unrolled: Unrolled) -> None:
        self.space, self._program, self._tensors = space, unrolled.program, unrolled.tensors
        self._own: dict[str, tuple[list[Linear], list[Linear]]] = {}

    def linear(self, expr: Expr, scope: Scope, frame: Frame) -> Linear:
        """A subscript, bound or side of a comparison as an affine form; what is not affine in it goes to the frame."""
        match expr:  # most are one index or number
            case Index(name):
                return scope[name]
            case Number(value) if value.denominator == 1:
                return Linear(value.numerator)
        written = form_of(expr)
        if written is None:
            raise OutOfReachError(f"{write_expr(expr)} is not an integer expression")
        total = Linear()
        for monomial, coefficient in written.terms.items():
            total = total.plus(self._monomial(monomial, scope, frame), coefficient)
        return total

    def _monomial(self, monomial: Monomial, scope: Scope, frame: Frame) -> Linear:
        match monomial:
            case (Index(name),):
                return scope[name]
            case (Ref() as cell,):
                return self._label(cell, scope, frame)
            case (FloorDiv(left, right) | Mod(left, right) as divided,):
                return self._divided(left, right, isinstance(divided, Mod), scope, frame)
        return _size_monomial(monomial, self._program)

    def _label(self, cell: Ref, scope: Scope, frame: Frame) -> Linear:
        tensor = self._tensors[cell.name]
        if tensor.role is not Role.INTEGER or tensor.labels is None:
            raise OutOfReachError(f"{write_expr(cell)} is no integer")
        slots = tuple(self.linear(subscript, scope, frame) for subscript in cell.subscripts)
        found = frame.find((cell.name, slots))
        if found is None:
            low, high = (size_form(limit, self._program) for limit in tensor.labels)
            found = self._bound(frame, (cell.name, slots))
            frame.guard &= Guard.between(low, found, high)
            frame.factors.append(self.space.label(cell.name, slots, found))
        return found

    def _divided(self, left: Expr, right: Expr, remainder: bool, scope: Scope, frame: Frame) -> Linear:
        inner, divisor = self.linear(left, scope, frame), self.linear(right, {}, frame)
        key = ("//", inner, divisor)
        quotient = frame.find(key)
        if divisor.terms:
            rest = frame.find(("%", inner, divisor))
            if quotient is None or rest is None:
                self._demand_near(inner, divisor, frame, expr=FloorDiv(left, right))
                quotient, rest = self._bound(frame, key), self._bound(frame, ("%", inner, divisor))
                frame.guard &= Guard.between(Linear(), rest, divisor - 1)
                choices = ((inner - rest).plus(divisor, -q) for q in _QUOTIENTS)
                frame.choices.append(
                    [Guard.of((quotient - q, form)) for q, form in zip(_QUOTIENTS, choices, strict=True)]
                )
            return rest if remainder else quotient
        if divisor.constant < 1:
            raise OutOfReachError(f"a floor or remainder by {write_expr(right)}")
        if quotient is None:
            quotient = self._bound(frame, key)
            start = quotient.scaled(divisor.constant)
            frame.guard &= Guard.between(start, inner, start + (divisor.constant - 1))
        return inner - quotient.scaled(divisor.constant) if remainder else quotient

    def _demand_near(self, inner: Linear, divisor: Linear, frame: Frame, expr: Expr) -> None:
        """Raise OutOfReachError unless the quotient is one of few numbers, and the divisor positive, in every case."""
        low, high = _QUOTIENTS[0], _QUOTIENTS[-1] + 1
        one, context = self.space.number(1), frame.context
        for outside in (divisor.scaled(low) - inner - 1, inner.plus(divisor, -high), -divisor):
            if not self.space.is_zero(self.space.guarded(one, Guard.of(nonneg=(outside,))), context):
                raise OutOfReachError(f"{write_expr(expr)}, of which the divisor is no number")

    def _bound(self, frame: Frame, key: object) -> Linear:
        dummy = self.space.fresh()
        frame.dummies.append(dummy)
        frame.known[key] = Linear.of(dummy)
        return frame.known[key]

    def bind(self, ranges: tuple[Range, ...], scope: Scope, frame: Frame, known: Scope | None = None) -> Scope:
        """The scope inside of ranges. Their indices are new integers of the frame, but for those that are known."""
        inner = dict(scope)
        for r in ranges:
            lows, highs = self.limits(r, inner, frame)
            here = None if known is None else known.get(r.index)
            if here is None:
                dummy = self.space.fresh()
                frame.dummies.append(dummy)
                here = Linear.of(dummy)
            inner[r.index] = here
            for low, high in zip_longest(lows, highs):
                frame.guard &= Guard.between(lows[0] if low is None else low, here, highs[0] if high is None else high)
        return inner

    def limits(self, r: Range, scope: Scope, frame: Frame | None = None) -> tuple[list[Linear], list[Linear]]:
        """The bounds of a range's values below and above."""
        known = self._own.get(r.index) if r.whole else None
        if known is not None:
            return known
        lows, highs = all_ends(r, self._program.index_named)
        frame = frame or Frame()
        found = [self.linear(low, scope, frame) for low in lows], [self.linear(high, scope, frame) for high in highs]
        if r.whole and not any(form.atoms for forms in found for form in forms):
            self._own[r.index] = found
        return found

    def close(self, frame: Frame, body: Form) -> Form:
        """The sum of the body over what the frame has bound."""
        if not frame.dummies:
            return body if frame.guard == TRUE else self.space.guarded(body, frame.guard)
        for factor in frame.factors:
            body = self.space.mul(body, factor)
        guards = [frame.guard]
        for choice in frame.choices:
            guards = [one & other for one in guards for other in choice]
        total = self.space.sum(body, frame.dummies, guards[0])
        for guard in guards[1:]:
            total = self.space.add(total, self.space.sum(body, frame.dummies, guard))
        return total


def size_form(expr: Expr, program: Program) -> Linear:
    """An extent, or another integer expression in sizes. A product of sizes counts as a size of its own."""
    written = form_of(expr)
    if written is None:
        raise OutOfReachError(f"{write_expr(expr)} is not an integer expression")
    total = Linear()
    for monomial, coefficient in written.terms.items():
        total = total.plus(_size_monomial(monomial, program), coefficient)
    return total


def _size_monomial(monomial: Monomial, program: Program) -> Linear:
    match monomial:
        case ():
            return Linear(1)
        case (Size(name),):
            definition = program.size_named[name].definition
            return Linear.of(name) if definition is None else size_form(definition, program)
    if all(isinstance(atom, Size) for atom in monomial):
        return Linear.of("*".join(atom.name for atom in monomial if isinstance(atom, Size)))
    raise OutOfReachError(f"a product of indices: {' '.join(map(write_expr, monomial))}")
