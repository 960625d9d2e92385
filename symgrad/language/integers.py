"""Integer expressions as polynomials over sizes and indices, and what can be proved of them by intervals.

This is how subscripts are shown to stay inside their tensors, and how an extent is found from the
accesses that need it: the bounds of each index are put in for it, innermost loop first, until only
sizes are left; and a polynomial in sizes is known to be nonnegative if none of its coefficients is
negative once every size is written as its least value plus something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from symgrad.language.accesses import binding
from symgrad.language.build import add, mul, number
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    FloorDiv,
    Index,
    IndexDecl,
    Mod,
    Mul,
    Neg,
    Number,
    Pow,
    Range,
    Ref,
    Size,
    SizeDecl,
    Tensor,
)
from symgrad.language.ranges import relaxed
from symgrad.language.walk import range_bounds, walk_expr

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
        return self + Form({m: -c for m, c in other.terms.items()})

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

    def to_expr(self) -> Expr:
        """The expression, its constant last."""
        terms = [mul(number(c), *m) for m, c in self.terms.items() if m]
        if () in self.terms or not terms:
            terms.append(number(self.terms.get((), 0)))
        return add(*terms)


def _order(atom: Expr) -> tuple[int, str]:
    if isinstance(atom, Size | Index):
        return isinstance(atom, Index), atom.name
    return 2, repr(atom)


def integer(value: int) -> Form:
    """The form of a number."""
    return Form({(): value} if value else {})


ONE = integer(1)

_TERMS, _DEGREE, _STEPS = 64, 6, 100  # beyond these nothing is proved: no sensible subscript gets there


def _manageable(form: Form) -> bool:
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
                if total is None or not _manageable(total):
                    return None
            return total
        case Call("max" | "min", args):
            return None if None in map(form_of, args) else Form({(expr,): 1})
        case Pow(base, Number(exponent)) if exponent.denominator == 1 and 0 <= exponent <= 4:
            return form_of(mul(*[base] * int(exponent)))
    return None


@dataclass(frozen=True)
class Bounds:
    """What is known of sizes, indices and integer tensors when forms are compared.

    `own` holds the first and last value of each index over its own range, `labels` those of each
    integer tensor's cells, `minimums` the least value of each size (1 where none is given),
    `definitions` the sizes that are defined by others, in terms of those that are not.
    """

    own: Mapping[str, tuple[Form, Form]] = field(default_factory=dict)
    labels: Mapping[str, tuple[Form, Form]] = field(default_factory=dict)
    minimums: Mapping[str, int] = field(default_factory=dict)
    definitions: Mapping[Expr, Form] = field(default_factory=dict)

    def expanded(self, form: Form) -> Form:
        """The form over sizes that are not defined by others."""
        return form.put(self.definitions) if any(atom in self.definitions for atom in form.atoms) else form

    def limits(self, r: Range) -> tuple[Form | None, Form | None]:
        """The first and last value of the index of a range, in terms of what is around it."""
        low, high = self.own.get(r.index, (None, None))
        low = low if r.low is None else form_of(r.low)
        high = high if r.high is None else form_of(r.high)
        return low, high

    def greatest(self, form: Form, scope: Sequence[Range]) -> Form | None:
        """A form in sizes that the form never exceeds in the scope's loops (outermost first), if one is found."""
        found = list(self._extremes(form, scope, True))
        return next((a for a in found if all(self.is_nonnegative(b - a) for b in found)), found[0] if found else None)

    def least(self, form: Form, scope: Sequence[Range]) -> Form | None:
        """A form in sizes that the form never falls below in the scope's loops, if one is found."""
        found = list(self._extremes(form, scope, False))
        return next((a for a in found if all(self.is_nonnegative(a - b) for b in found)), found[0] if found else None)

    def is_never_above(self, form: Form, limit: Form, scope: Sequence[Range]) -> bool:
        """Whether the form is shown not to exceed a form in sizes in the scope's loops."""
        return any(self.is_nonnegative(limit - found) for found in self._extremes(form, scope, True))

    def is_never_below(self, form: Form, limit: Form, scope: Sequence[Range]) -> bool:
        """Whether the form is shown not to fall below a form in sizes in the scope's loops."""
        return any(self.is_nonnegative(found - limit) for found in self._extremes(form, scope, False))

    def is_nonnegative(self, form: Form) -> bool:
        """Whether the form is shown to be at least 0 for all sizes; False means not shown."""
        form = self.expanded(form)
        if form.constant is not None:
            return form.constant >= 0
        if not all(isinstance(atom, Size) for atom in form.atoms):
            return False
        raised = {a: Form({(a,): 1}) + integer(self.minimums.get(_name(a), 1)) for a in form.atoms}
        return all(c >= 0 for c in form.put(raised).terms.values())

    def is_positive(self, form: Form) -> bool:
        """Whether the form is shown to be at least 1 for all sizes."""
        return self.is_nonnegative(form - ONE)

    def _extremes(self, form: Form, scope: Sequence[Range], up: bool) -> Iterator[Form]:
        """Limits of the form: by each choice of bounds where a range has several, and with k (e // k) = e - e % k."""
        exprs = [*form.atoms, *range_bounds(tuple(scope))]
        floors = any(isinstance(part, FloorDiv) for expr in exprs for part in walk_expr(expr))
        for ranges in relaxed(scope):
            for whole in (False, True) if floors else (False,):
                found = self._extreme(form, ranges, up, whole)
                if found is not None:
                    yield found

    def _extreme(self, form: Form, scope: Sequence[Range], up: bool, whole: bool = False) -> Form | None:
        depth = {r.index: position for position, r in enumerate(scope)}
        for _ in range(_STEPS):  # ranges that are bounded by one another would go round for ever
            form = _without_floors(form) if whole else form
            atom = _innermost(form.atoms, depth)
            if atom is None:
                return form
            parts = form.split(atom)
            if parts is None:
                return None
            slope, rest = parts
            if self.is_nonnegative(slope):
                limit = self._limit(atom, scope, up)
            elif self.is_nonnegative(integer(0) - slope):
                limit = self._limit(atom, scope, not up)
            else:
                return None
            if limit is None:
                return None
            form = rest + slope * limit
            if not _manageable(form):
                return None
        return None

    def _limit(self, atom: Expr, scope: Sequence[Range], up: bool) -> Form | None:
        """The greatest or least value of one atom, in terms of what is around it."""
        match atom:
            case Index(name):
                return self.limits(binding(name, scope))[up]
            case Ref(name):
                return self.labels[name][up] if name in self.labels else None
            case Mod(_, right):
                divisor = form_of(right)
                return None if divisor is None else divisor - ONE if up else Form({})
            case FloorDiv(left, right):
                inner, divisor = form_of(left), form_of(right)
                if inner is None or divisor is None:
                    return None
                reached = self._extreme(inner, scope, up)
                return None if reached is None else self._floor(reached, divisor)
        return None

    def _floor(self, form: Form, divisor: Form) -> Form | None:
        """The floor of form/divisor, where the divisor is one monomial and the remainder's size is plain."""
        form, divisor = self.expanded(form), self.expanded(divisor)
        if len(divisor.terms) != 1:
            return None
        ((by, times),) = divisor.terms.items()
        quotient: dict[Monomial, int] = {}
        for monomial, coefficient in form.terms.items():
            left = _without(monomial, by)
            if left is not None and coefficient // times:
                quotient[left] = coefficient // times
        whole = Form(quotient)
        remainder = form - whole * divisor
        if self.is_nonnegative(remainder) and self.is_positive(divisor - remainder):
            return whole
        if self.is_nonnegative(remainder + divisor) and self.is_positive(integer(0) - remainder):
            return whole - ONE
        return None


def _without_floors(form: Form) -> Form:
    """The form with k (e // k) written as e - e % k."""
    for atom in form.atoms:
        if isinstance(atom, FloorDiv):
            inner, divisor, parts = form_of(atom.left), form_of(atom.right), form.split(atom)
            slope = None if parts is None else parts[0].constant
            by = None if divisor is None else divisor.constant
            if inner is not None and parts is not None and slope and by and slope % by == 0:
                remainder = Form({(Mod(atom.left, atom.right),): 1})
                form = parts[1] + integer(slope // by) * (inner - remainder)
    return form


def _name(atom: Expr) -> str:
    return atom.name if isinstance(atom, Size) else ""


def _innermost(atoms: Iterable[Expr], depth: Mapping[str, int]) -> Expr | None:
    """The atom to put bounds in for next: whatever is no size, indices last, from the innermost loop out."""
    best, best_depth = None, -1
    for atom in atoms:
        if isinstance(atom, Index):
            here = depth.get(atom.name, 0)
            if here > best_depth:
                best, best_depth = atom, here
        elif not isinstance(atom, Size):
            return atom
    return best


def _without(monomial: Monomial, factors: Monomial) -> Monomial | None:
    rest = list(monomial)
    for factor in factors:
        if factor not in rest:
            return None
        rest.remove(factor)
    return tuple(rest)


def bounds_of(sizes: Iterable[SizeDecl], indices: Iterable[IndexDecl], tensors: Iterable[Tensor]) -> Bounds:
    """What declarations say of sizes, indices and integer tensors."""
    listed = tuple(sizes)
    return Bounds(
        own=_known((i.name, i.low, i.high) for i in indices),
        labels=_known((t.name, *t.labels) for t in tensors if t.labels is not None),
        minimums={s.name: s.minimum for s in listed},
        definitions=size_definitions({s.name: s.definition for s in listed if s.definition is not None}),
    )


def size_definitions(written: Mapping[str, Expr]) -> dict[Expr, Form]:
    """Each defined size in terms of sizes that are not defined.

    Definitions in a circle are left out, and those that are no polynomials: such a size stands for itself.
    """
    forms = {name: form_of(expr) for name, expr in written.items()}
    found: dict[Expr, Form] = {}
    for _ in range(len(forms) + 1):
        for name, form in forms.items():
            if form is not None and Size(name) not in found:
                inner = form.put(found)
                if _manageable(inner) and all(isinstance(a, Size) and a.name not in written for a in inner.atoms):
                    found[Size(name)] = inner
    return found


def _known(spans: Iterable[tuple[str, Expr, Expr]]) -> dict[str, tuple[Form, Form]]:
    forms = [(name, form_of(low), form_of(high)) for name, low, high in spans]
    return {name: (low, high) for name, low, high in forms if low is not None and high is not None}
