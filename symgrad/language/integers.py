"""What can be proved of integer expressions by intervals.

This is how subscripts are shown to stay inside their tensors, and how an extent is found from the
accesses that need it: the bounds of each index are put in for it, innermost loop first, until only
sizes are left; and a polynomial in sizes is known to be nonnegative if none of its coefficients is
negative once every size is written as its least value plus something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from symgrad.language.accesses import binding
from symgrad.language.forms import ONE, Form, Monomial, form_of, integer, is_manageable, without
from symgrad.language.program import Expr, FloorDiv, Index, IndexDecl, Mod, Range, Ref, Size, SizeDecl, Tensor
from symgrad.language.ranges import relaxed
from symgrad.language.walk import range_bounds, walk_expr

__all__ = ["ONE", "Bounds", "Form", "Monomial", "bounds_of", "form_of", "integer", "size_definitions"]

_STEPS = 100  # beyond these nothing is proved: no sensible subscript gets there
_MULTIPLES = 32  # ways to bound a form without floors
_ALONE = 4  # of so many remainders each may have another bound than the others


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
        return any(map(self.is_nonnegative, self.margins(limit - form, scope)))

    def is_never_below(self, form: Form, limit: Form, scope: Sequence[Range]) -> bool:
        """Whether the form is shown not to fall below a form in sizes in the scope's loops."""
        return any(map(self.is_nonnegative, self.margins(form - limit, scope)))

    def margins(self, form: Form, scope: Sequence[Range]) -> Iterator[Form]:
        """Forms in sizes: where one of them is not negative, the form is not either, in all of the scope's loops.

        Beside what the form never falls below, these are the same for multiples of it without floors. With k the
        product of all divisors, k form is an integer in which every k (e // d) is a multiple of e - e % d; and
        a form of integers is at least 0 as soon as k form is more than -k.
        """
        parts = [part for expr in (*form.atoms, *range_bounds(tuple(scope))) for part in walk_expr(expr)]
        choices = list(relaxed(scope))
        for ranges in choices:
            yield from _if_any(self._extreme(form, ranges, False))
        remainders = dict.fromkeys(Mod(part.left, part.right) for part in parts if isinstance(part, FloorDiv | Mod))
        scale = _common_multiple(part for part in parts if isinstance(part, FloorDiv)) if remainders else None
        if scale is not None:
            multiple = form * scale + scale - ONE
            for by_value, ranges in islice(product(_choices(tuple(remainders)), choices), _MULTIPLES):
                yield from _if_any(self._extreme(multiple, ranges, False, True, by_value))

    def is_nonnegative(self, form: Form) -> bool:
        """Whether the form is shown to be at least 0 for all sizes; False means not shown."""
        form = self.expanded(form)
        if form.constant is not None:
            return form.constant >= 0
        if not all(isinstance(atom, Size) for atom in form.atoms):
            return False
        if all(c >= 0 for c in form.terms.values()):
            return True
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

    def _extreme(
        self,
        form: Form,
        scope: Sequence[Range],
        up: bool,
        whole: bool = False,
        by_value: Collection[Expr] = (),
    ) -> Form | None:
        """A limit of the form: `whole` with k (e // k) = e - e % k, `by_value` with e % k <= e for these remainders."""
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
            grows = self.is_nonnegative(slope)
            if not grows and not self.is_nonnegative(integer(0) - slope):
                return None
            limit = self._value(atom, scope, up == grows) if atom in by_value else None
            limit = limit or self._limit(atom, scope, up == grows)
            if limit is None:
                return None
            form = rest + slope * limit
            if not is_manageable(form):
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

    def _value(self, remainder: Expr, scope: Sequence[Range], up: bool) -> Form | None:
        """The e of e % k where the remainder is shown to be at most it (`up`), or at least: 0 <= e, or e < k."""
        inner = form_of(remainder.left) if isinstance(remainder, Mod) else None
        divisor = form_of(remainder.right) if isinstance(remainder, Mod) else None
        if inner is None or divisor is None:
            return None
        end = self._extreme(inner if up else divisor - ONE - inner, scope, False)
        return inner if end is not None and self.is_nonnegative(end) else None

    def _floor(self, form: Form, divisor: Form) -> Form | None:
        """The floor of form/divisor, where the divisor is one monomial and the remainder's size is plain."""
        form, divisor = self.expanded(form), self.expanded(divisor)
        if len(divisor.terms) != 1:
            return None
        ((by, times),) = divisor.terms.items()
        quotient: dict[Monomial, int] = {}
        for monomial, coefficient in form.terms.items():
            left = without(monomial, by)
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
            times = None if divisor is None or parts is None else parts[0].by(divisor)
            if inner is not None and parts is not None and times is not None:
                remainder = Form({(Mod(atom.left, atom.right),): 1})
                form = parts[1] + times * (inner - remainder)
    return form


def _common_multiple(floors: Iterable[FloorDiv]) -> Form | None:
    """A product of which floors' divisors are factors, those of floors in floors at once; None if it is too large."""
    divisors: list[Form] = []
    for floor in dict.fromkeys(floors):
        chain = [form_of(part.right) for part in walk_expr(floor) if isinstance(part, FloorDiv)]
        left = list(divisors)
        for divisor in chain:
            if divisor is None:
                return None
            if divisor in left:
                left.remove(divisor)
            else:
                divisors.append(divisor)
    total = ONE
    for divisor in divisors:
        total *= divisor
    return total if is_manageable(total) else None


def _if_any(form: Form | None) -> tuple[Form, ...]:
    return () if form is None else (form,)


def _choices(remainders: tuple[Expr, ...]) -> Iterator[tuple[Expr, ...]]:
    """Which remainders e % k are bounded by e rather than by k: none, all, one."""
    yield ()
    if remainders:
        yield remainders
    if 1 < len(remainders) <= _ALONE:
        yield from ((one,) for one in remainders)


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
                if is_manageable(inner) and all(isinstance(a, Size) and a.name not in written for a in inner.atoms):
                    found[Size(name)] = inner
    return found


def _known(spans: Iterable[tuple[str, Expr, Expr]]) -> dict[str, tuple[Form, Form]]:
    forms = [(name, form_of(low), form_of(high)) for name, low, high in spans]
    return {name: (low, high) for name, low, high in forms if low is not None and high is not None}
