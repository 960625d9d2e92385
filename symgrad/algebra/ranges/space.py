"""The space of one claim: its tables of atoms and heads, and the operations on forms.

It plays the part for sums over integer sets that `Ring` plays for rectangular ones. A form's value is
a function of the sizes, the free atoms and the tensors; `is_zero` decides whether it is 0 wherever it
is defined, which includes that no denominator is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import accumulate, repeat
from operator import mul
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import functions, normal, signs, weights
from symgrad.algebra.ranges.form import ONE, ZERO, Factor, Form, Head, Kind, Raw, Shape, lowest, opened, replaced
from symgrad.algebra.ranges.guards import FALSE, TRUE, Guard
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import Budget, Scalar, Sign

if TYPE_CHECKING:
    from symgrad.algebra.ranges.relations import Relation
    from symgrad.algebra.ranges.sets import Sets


class Space:
    """Tables and operations. `budget` bounds the time that all of them take together.

    `minimum` gives least values of sizes; the others are at least 1.

    >>> space = Space(Budget(2.0), {})
    >>> i, d, size = space.atom("i"), space.atom("d"), Linear.of("T")
    >>> x = space.cell("x", (Linear.of(i),))
    >>> whole = space.sum(x, [i], Guard.between(Linear(0), Linear.of(i), size - 1))
    >>> shifted = space.cell("x", (Linear.of(d) - 3,))
    >>> shifted = space.sum(shifted, [d], Guard.between(Linear(3), Linear.of(d), size + 2))
    >>> space.is_zero(space.sub(whole, shifted))
    True
    """

    def __init__(self, budget: Budget, minimum: Mapping[str, int] | None = None) -> None:
        self.budget = budget
        self.minimum: dict[str, int] = dict(minimum or {})
        self.heads: list[Head] = []
        self.head_numbers: dict[object, Head] = {}
        self.cell_signs: dict[str, Sign] = {}
        self.free: set[str] = set()  # tensors whose cells take values of their own, bound by nothing
        self.label_ranges: dict[str, tuple[Linear, Linear]] = {}
        self.relations: list[tuple[int, Relation]] = []  # declared equations, each with its number of parameters
        self.normals: dict[tuple[tuple[Factor, ...], Guard], dict[Shape, weights.Weight]] = {}  # see `normal.py`
        self.looks: dict[int, object] = {}  # see `same.py`
        self.symmetries: dict[int, list[tuple[int, ...]]] = {}  # see `same.py`
        self.depth = 0  # how deep questions are nested
        self._atoms: dict[object, int] = {}
        self._tidied: dict[Guard, Guard] = {}

    # Integer unknowns

    def atom(self, label: object) -> int:
        """The atom of a label; one is made at first use."""
        return self._atoms.setdefault(label, len(self._atoms))

    def fresh(self) -> int:
        """A new atom."""
        return self.atom(("fresh", len(self._atoms)))

    def parameters(self, count: int) -> list[Linear]:
        """The atoms over which bodies of functions are written."""
        return [Linear.of(self.atom(("parameter", k))) for k in range(count)]

    def arguments(self, slots: tuple[Linear, ...]) -> dict[Key, Linear]:
        """The slots by the parameters that they are set to."""
        return {self.atom(("parameter", k)): slot for k, slot in enumerate(slots)}

    @cached_property
    def sets(self) -> Sets:
        """The library of integer sets, loaded where it is first asked."""
        from symgrad.algebra.ranges.sets import Sets

        return Sets(self)

    # What is known of tensors

    def declare_sign(self, name: str, sign: Sign) -> None:
        """All cells of a tensor have a sign; to be told before the tensor is used."""
        self.cell_signs[name] = sign

    def declare_labels(self, name: str, low: Linear, high: Linear) -> None:
        """The cells of an integer tensor lie between two forms in sizes."""
        self.label_ranges[name] = (low, high)

    def declare_equation(self, form: Form, domain: Guard) -> None:
        """The form is 0 wherever the domain holds of its free atoms, as `sum_j y[b, j] - 1` of a distribution."""
        from symgrad.algebra.ranges import relations

        atoms = sorted(form.free)
        names: dict[Key, Linear] = dict(zip(atoms, self.parameters(len(atoms)), strict=True))
        body, limits = self.substitute(form, names), domain.substituted(names)
        for relation in relations.pivots(self, body, inverse=False):
            if self.sets.follows(limits, relation.member) and relations.determines(self, relation, len(atoms)):
                self.relations.append((len(atoms), relation.within(limits)))
                return

    def head(
        self,
        kind: Kind,
        bodies: tuple[Form, ...] = (),
        *,
        name: str = "",
        orders: tuple[int, ...] = (),
        arity: int = 0,
    ) -> Head:
        """The head of this content, made at first use; see `form.Head`."""
        key = (kind, name, orders, bodies, arity)
        found = self.head_numbers.get(key)
        if found is None:
            found = Head(len(self.heads), kind, name, orders, bodies, arity)
            self.heads.append(found)
            self.head_numbers[key] = found
            found.sign = signs.of_head(self, found)
        return found

    # Forms

    def number(self, value: Scalar) -> Form:
        """A rational number."""
        return self.weighted(weights.number(value))

    def size(self, name: str) -> Form:
        """A size as a value."""
        return self.weighted(weights.power_of(name))

    def position(self, linear: Linear) -> Form:
        """An affine form as a value."""
        return self.weighted(weights.of_linear(linear))

    def weighted(self, weight: weights.Weight) -> Form:
        """A polynomial in sizes and atoms."""
        return Form({Shape((), TRUE): weight}) if weight else ZERO

    def cell(self, name: str, slots: tuple[Linear, ...]) -> Form:
        """A tensor's cell, as an unknown."""
        head = self.head(Kind.CELL, name=name, arity=len(slots))
        return Form({Shape(((head.number, slots, 1),), TRUE): weights.ONE})

    def label(self, name: str, slots: tuple[Linear, ...], value: Linear) -> Form:
        """1 where the cell of an integer tensor has this value, else 0."""
        head = self.head(Kind.LABEL, name=name, arity=len(slots) + 1)
        return Form({Shape(((head.number, (*slots, value), 1),), TRUE): weights.ONE})

    def undefined(self, guard: Guard) -> Form:
        """A value that does not exist where the guard holds; no form with it there is shown to be zero."""
        head = self.head(Kind.UNDEFINED)
        return normal.form_of(self, [Raw(weights.ONE, [(head.number, (), 1)], guard)])

    def add(self, one: Form, other: Form) -> Form:
        """one + other"""
        return _plus(one, other, 1)

    def sub(self, one: Form, other: Form) -> Form:
        """one - other"""
        return _plus(one, other, -1)

    def scale(self, form: Form, factor: Scalar) -> Form:
        """factor * form"""
        if not factor:
            return ZERO
        return form if factor == 1 else Form({s: weights.scaled(w, factor) for s, w in form.terms.items()})

    def mul(self, one: Form, other: Form) -> Form:
        """one * other"""
        if one == ONE:
            return other
        if other == ONE:
            return one
        raws = []
        for shape, weight in one:
            self.budget.tick()
            first = Raw(weight, list(shape.factors), shape.guard)
            below = lowest(first)
            raws += [normal.times(first, opened(s, w, below)) for s, w in other]
        return normal.form_of(self, raws)

    def product(self, forms: Iterable[Form]) -> Form:
        """The product of forms."""
        result = ONE
        for form in forms:
            result = self.mul(result, form)
        return result

    def guarded(self, form: Form, guard: Guard) -> Form:
        """The form where the guard holds, 0 elsewhere."""
        if guard == TRUE:
            return form
        return normal.form_of(self, [Raw(w, list(s.factors), s.guard & guard) for s, w in form])

    def sum(self, form: Form, dummies: Iterable[int], domain: Guard) -> Form:
        """The sum over the integer points (values of the dummies) that lie in the domain."""
        bound = list(dict.fromkeys(dummies))
        raws = []
        for shape, weight in form:
            raw = Raw(weight, list(shape.factors), shape.guard & domain)
            least = lowest(raw)
            raws.append(replaced(raw, {atom: Linear.of(least - k) for k, atom in enumerate(bound, 1)}))
        return normal.form_of(self, raws)

    def substitute(self, form: Form, values: Mapping[int, Linear] | Mapping[Key, Linear]) -> Form:
        """The form with free atoms replaced by affine forms, all at once."""
        known: dict[Key, Linear] = {key: value for key, value in values.items()}  # noqa: C416
        return normal.form_of(self, [opened(s, w, values=known) for s, w in form]) if known else form

    def applied(self, body: Form, slots: tuple[Linear, ...]) -> Form:
        """A form over parameters with these set to slots of free atoms."""
        return normal.form_of(self, [opened(s, w, values=self.arguments(slots)) for s, w in body]) if slots else body

    def power(self, form: Form, exponent: Scalar, context: Guard = TRUE) -> Form:
        """The form to a rational exponent. `context`: where the value is used; conditions that follow from it go."""
        return functions.power(self, form, exponent, context)

    def call(self, function: str, args: tuple[Form, ...], orders: tuple[int, ...] = (), context: Guard = TRUE) -> Form:
        """A function of the language's table, or an uninterpreted one with the orders of its derivatives."""
        return functions.call(self, function, args, orders, context)

    # Questions

    def tidy(self, guard: Guard) -> Guard:
        """The guard without conditions that follow from two others and the least sizes."""
        found = self._tidied.get(guard)
        if found is None:
            found = self._tidied[guard] = _tidied(guard, self.minimum)
        return found

    def is_zero(self, form: Form, context: Guard = TRUE, defined: Form | None = None) -> bool:
        """Whether the form is shown to be 0 at all integer points of the context, for all sizes from their least on.

        That is asked where the form is defined; or, if given, wherever `defined` is, which may be at more points.
        False says nothing. Raises OutOfReachError with the reason where the question is too much.
        """
        from symgrad.algebra.ranges import zero

        return zero.is_zero(self, form, context, defined)

    def nonzero_at(self, form: Form, context: Guard = TRUE) -> dict[Key, int] | None:
        """Sizes and free atoms at which the form is not zero for most values of the tensors, if some are found."""
        from symgrad.algebra.ranges import zero

        return zero.nonzero_at(self, form, context)


def _plus(one: Form, other: Form, factor: int) -> Form:
    if not other.terms:
        return one
    out = dict(one.terms)
    for shape, weight in other:
        total = weights.plus(out[shape], weight, factor) if shape in out else weights.scaled(weight, factor)
        if total:
            out[shape] = total
        else:
            del out[shape]
    return Form(out)


def _tidied(guard: Guard, minimum: Mapping[str, int]) -> Guard:
    """See `Space.tidy`: a condition goes if it is the sum of two others and of a number >= 0.

    A form without its constant is told by one number, in which the coefficients are digits: no three add up to another
    number than their sum.
    """
    keys = list(guard.keys)
    base = 8 * max((abs(c) for form in guard.nonneg for _, c in form.terms), default=0) + 8
    digit = dict(zip(keys, accumulate(repeat(base, len(keys)), mul, initial=1), strict=False))
    marks = [(sum([c * digit[key] for key, c in form.terms]), form) for form in guard.nonneg]
    least = {digit[key]: -minimum.get(key, 1) for key in keys if isinstance(key, str)}
    bounds = dict(least)  # sum of terms + bound >= 0
    for mark, form in marks:
        bounds[mark] = min(form.constant, bounds.get(mark, form.constant))
    kept = []
    for mark, form in marks:
        bound = bounds.pop(mark)
        if mark in least and form.constant >= least[mark]:
            bounds[mark] = least[mark]
        elif mark in least or not _is_sum(mark, bound, bounds):
            bounds[mark] = bound
            kept.append(form)
    if _contradict(list(bounds.items()), bounds):
        return FALSE
    return guard if len(kept) == len(marks) else Guard(guard.equal, tuple(kept), guard.different)


def _is_sum(mark: int, bound: int, others: Mapping[int, int]) -> bool:
    for one, c in others.items():
        known = others.get(mark - one)
        if known is not None and known + c <= bound:
            return True
    return False


def _contradict(rows: list[tuple[int, int]], bounds: Mapping[int, int]) -> bool:
    """Whether two conditions, perhaps with a third, cannot hold together."""
    for at, (one, c) in enumerate(rows):
        for other, c2 in rows[:at]:
            total = one + other
            known = bounds.get(-total) if total else 0
            if known is not None and known + c + c2 < 0:
                return True
    return False
