"""Terms brought into one shape: equations solved, equal factors merged, idle dummies counted out, the others named.

Shapes that are equal as objects are equal terms; the converse is what `zero.py` decides.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from symgrad.algebra.ranges import weights
from symgrad.algebra.ranges.form import Factor, Form, Kind, Raw, Shape, lowest, opened, replaced
from symgrad.algebra.ranges.guards import FALSE, Guard
from symgrad.algebra.ranges.linear import Key, Linear, Order
from symgrad.algebra.ranges.weights import Weight
from symgrad.algebra.terms import OutOfReachError, Scalar, exact

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_TERMS = 4000


def form_of(space: Space, raws: list[Raw]) -> Form:
    """The form that is the sum of these terms."""
    out: dict[Shape, Weight] = {}
    for raw in raws:
        space.budget.tick()
        if not raw.weight or raw.guard == FALSE:
            continue
        if weights.atoms(raw.weight):
            _collect(space, out, raw)
            continue
        key = (tuple(raw.factors), raw.guard)
        known = space.normals.get(key)
        if known is None:
            known = {}
            _collect(space, known, Raw(weights.ONE, raw.factors, raw.guard))
            space.normals[key] = known
        for shape, weight in known.items():
            _add(out, shape, weights.times(raw.weight, weight))
    return Form(out)


def _collect(space: Space, out: dict[Shape, Weight], raw: Raw) -> None:
    """Add the normal form of a term to `out`."""
    waiting = [raw]
    while waiting:
        space.budget.tick()
        raw = waiting.pop()
        if not raw.weight or raw.guard == FALSE:
            continue
        more = _next(space, raw)
        if more is not None:
            waiting += more
            continue
        shape, weight = _named(raw)
        more = _counted(Raw(weight, list(shape.factors), shape.guard))
        if more is not None:
            waiting += more
        elif shape.guard != FALSE:
            _add(out, shape, weight)
        if len(out) + len(waiting) > _MOST_TERMS:
            raise OutOfReachError("sums with too many terms")


def _add(out: dict[Shape, Weight], shape: Shape, weight: Weight) -> None:
    total = weights.plus(out[shape], weight) if shape in out else weight
    if total:
        out[shape] = total
    else:
        out.pop(shape, None)


def _next(space: Space, raw: Raw) -> list[Raw] | None:
    """Terms that are together the given one and simpler, or None if it cannot be made simpler."""
    values = _solved(raw)
    if values:
        new = replaced(raw, values)
        new.guard = new.guard & Guard.of(
            equal=[Linear.of(key) - value for key, value in values.items() if not _is_dummy(key)]
        )
        return [new]
    labelled = _one_label_each(space, raw)
    if labelled is not None:
        return [labelled]
    raw.factors = _merged(space, raw.factors)
    for place, (head, _, exponent) in enumerate(raw.factors):
        if exponent >= 1 and space.heads[head].kind is Kind.BASE:
            return _expanded(space, raw, place)
        if exponent >= 2 and space.heads[head].name == "cos" and space.heads[head].kind is Kind.CALL:
            return _by_sine(space, raw, place)
    raw.guard = space.tidy(raw.guard)
    if raw.guard == FALSE:
        return []
    if raw.guard.equal and _solved(raw):
        return [raw]
    return _counted(raw)


def _solved(raw: Raw) -> dict[Key, Linear]:
    """The value of one atom by an equation: a dummy if it has one, else its last atom if that stands elsewhere too."""
    for form in raw.guard.equal:
        key = max((k for k, c in form.terms if isinstance(k, int) and abs(c) == 1), key=_rank, default=None)
        if key is not None and (key < 0 or _stands_elsewhere(raw, key, form)):
            return {key: form.without(key).scaled(-form.coefficient(key))}
    return {}


def _is_dummy(key: Key) -> bool:
    return isinstance(key, int) and key < 0


def _rank(atom: int) -> tuple[bool, int]:
    return atom < 0, abs(atom)


def _stands_elsewhere(raw: Raw, atom: int, form: Linear) -> bool:
    if any(other.coefficient(atom) for other in raw.guard.conditions if other is not form):
        return True
    if atom in weights.keys(raw.weight):
        return True
    return any(slot.coefficient(atom) for _, slots, _ in raw.factors for slot in slots)


def _one_label_each(space: Space, raw: Raw) -> Raw | None:
    """A cell of an integer tensor has one value: two labels of it are one, with their values equal."""
    first: dict[tuple[int, tuple[Linear, ...]], Linear] = {}
    for place, (head, slots, _) in enumerate(raw.factors):
        if space.heads[head].kind is not Kind.LABEL:
            continue
        known = first.setdefault((head, slots[:-1]), slots[-1])
        if known != slots[-1]:
            rest = raw.factors[:place] + raw.factors[place + 1 :]
            return Raw(raw.weight, rest, raw.guard & Guard.equals(known, slots[-1]))
    return None


def _merged(space: Space, factors: list[Factor]) -> list[Factor]:
    """Equal factors merged: exponents added, but for values that are 0 or 1."""
    if len(factors) < 2 and all(e == 1 for _, _, e in factors):
        return factors
    total: dict[tuple[int, tuple[Linear, ...]], Scalar] = {}
    for head, slots, exponent in factors:
        if space.heads[head].kind in _IDEMPOTENT:
            total[head, slots] = 1
        else:
            total[head, slots] = exact(total.get((head, slots), 0) + exponent)
    return _grown(space, [(head, slots, e) for (head, slots), e in total.items() if e])


def _grown(space: Space, factors: list[Factor]) -> list[Factor]:
    """Whole powers of a^t as one: (a^t)^2 a^k is a^(2 t + k); roots of a^t stay beside it."""
    if all(space.heads[head].kind is not Kind.GROWTH for head, _, _ in factors):
        return factors
    times: dict[tuple[int, tuple[Linear, ...]], Linear] = {}
    out = []
    for head, slots, exponent in factors:
        root = exponent
        if space.heads[head].kind is Kind.GROWTH:
            key, count = (head, slots[:-1]), floor(exponent)
            root = exact(exponent - count)
            if count:
                times[key] = times.get(key, Linear()).plus(slots[-1], count)
        if root:
            out.append((head, slots, root))
    return [*out, *((head, (*slots, last), 1) for (head, slots), last in times.items())]


_IDEMPOTENT = (Kind.LABEL, Kind.STEP, Kind.UNDEFINED)


def _expanded(space: Space, raw: Raw, place: int) -> list[Raw]:
    """The term with one whole power of a base replaced by what the base is."""
    head, slots, exponent = raw.factors[place]
    rest = raw.factors[:place] + raw.factors[place + 1 :]
    left = exact(exponent - floor(exponent))
    if left:
        rest.append((head, slots, left))
    out = [Raw(raw.weight, rest, raw.guard)]
    for _ in range(floor(exponent)):
        out = [new for one in out for new in times_body(space, one, space.heads[head].bodies[0], slots)]
    return out


def _by_sine(space: Space, raw: Raw, place: int) -> list[Raw]:
    """cos^2 = 1 - sin^2"""
    head, slots, exponent = raw.factors[place]
    rest = raw.factors[:place] + raw.factors[place + 1 :]
    if exponent != 2:
        rest.append((head, slots, exact(exponent - 2)))
    sine = space.head(Kind.CALL, space.heads[head].bodies, name="sin", arity=len(slots))
    less = Raw(weights.scaled(raw.weight, -1), [*rest, (sine.number, slots, 2)], raw.guard)
    return [Raw(raw.weight, rest, raw.guard), less]


def times_body(space: Space, raw: Raw, body: Form, slots: tuple[Linear, ...]) -> list[Raw]:
    """The product of a term and a form over parameters, these set to the slots, which may hold dummies of the term."""
    values = space.arguments(slots)
    below = min(lowest(raw), *(a for slot in slots for a in slot.atoms), 0) if slots else lowest(raw)
    out = []
    for shape, weight in body:
        space.budget.tick()
        other = opened(shape, weight, below, values)
        out.append(times(raw, other))
    return out


def times(one: Raw, other: Raw) -> Raw:
    """The product of two terms that have no dummy in common."""
    return Raw(weights.times(one.weight, other.weight), one.factors + other.factors, one.guard & other.guard)


def _counted(raw: Raw) -> list[Raw] | None:
    """The terms with one dummy counted out that stands in no slot; None if there is none that can be."""
    held = {a for _, slots, _ in raw.factors for slot in slots for a in slot.atoms}
    loose = {k for k in (*raw.guard.keys, *weights.keys(raw.weight)) if isinstance(k, int) and k < 0} - held
    for dummy in sorted(loose):
        if all(abs(form.coefficient(dummy)) <= 1 for form in raw.guard.conditions) and not any(
            form.coefficient(dummy) for form in raw.guard.equal
        ):
            return _without(raw, dummy)
    return None


def _without(raw: Raw, dummy: int) -> list[Raw]:
    """The sum over a dummy that stands in no slot, by its first and last value."""
    for form in raw.guard.different:
        if form.coefficient(dummy):
            rest = Guard(raw.guard.equal, raw.guard.nonneg, tuple(f for f in raw.guard.different if f is not form))
            there = Raw(weights.scaled(raw.weight, -1), raw.factors, rest & Guard.of(equal=(form,)))
            return [Raw(raw.weight, raw.factors, rest), there]
    lows = [-form.without(dummy) for form in raw.guard.nonneg if form.coefficient(dummy) > 0]
    highs = [form.without(dummy) for form in raw.guard.nonneg if form.coefficient(dummy) < 0]
    if not lows or not highs:
        raise OutOfReachError("a sum over infinitely many values")
    kept = Guard(raw.guard.equal, tuple(f for f in raw.guard.nonneg if not f.coefficient(dummy)), raw.guard.different)
    out = []
    for i, low in enumerate(lows):
        greatest = [low - other - (k < i) for k, other in enumerate(lows) if k != i]
        for j, high in enumerate(highs):
            least = [other - high - (k < j) for k, other in enumerate(highs) if k != j]
            guard = kept & Guard.of(nonneg=[*greatest, *least, high - low])
            if guard != FALSE:
                out.append(Raw(weights.summed(raw.weight, dummy, low, high), raw.factors, guard))
    return out


def _named(raw: Raw) -> tuple[Shape, Weight]:
    """The term with its factors in order and its dummies named, which leaves its guard as tidy as it is."""
    factors = ordered(raw.factors)
    least = lowest(raw)
    if least == 0:
        return Shape(tuple(factors), raw.guard), raw.weight
    values = _names(factors, least)
    held = {a for _, slots, _ in factors for slot in slots for a in slot.atoms if a < 0} | values.keys()
    loose = {k for k in (*raw.guard.keys, *weights.keys(raw.weight)) if isinstance(k, int) and k < 0}
    left = sorted((held | loose) - values.keys(), reverse=True)
    others: dict[Key, Linear] = {old: Linear.of(least - len(values) - k) for k, old in enumerate(left, 1)}
    values = {key: value.substituted(others) for key, value in values.items()} | others
    final: dict[Key, Linear] = {least - count: Linear.of(-count) for count in range(1, len(values) + 1)}
    named = {key: value.substituted(final) for key, value in values.items()}
    new = replaced(Raw(raw.weight, factors, raw.guard), named)
    return Shape(tuple(new.factors), new.guard), new.weight


def _names(factors: list[Factor], least: int) -> dict[Key, Linear]:
    """Dummies by new ones, numbered down from `least`, that are the values of slots in order."""
    values: dict[Key, Linear] = {}
    slots = [slot for _, listed, _ in factors for slot in listed if slot.dummies]
    for alone in (True, False):
        for slot in slots:
            now = slot.substituted(values)
            old = [a for a in now.dummies if a >= least]
            found = next((a for a in old if abs(now.coefficient(a)) == 1), None)
            if found is None or (alone and len(now.dummies) > 1):
                continue
            new = Linear.of(least - len(values) - 1)
            value = (new - now.without(found)).scaled(now.coefficient(found))
            for key, known in values.items():
                values[key] = known.substituted({found: value})
            values[found] = value
    return values


def ordered(factors: list[Factor]) -> list[Factor]:
    """Factors in an order that hangs as little as can be on the names of dummies."""
    if len(factors) < 2:
        return factors
    keyed = sorted(((_pattern(f), _plain(f), f) for f in factors), key=lambda item: item[:2])
    if len({key for key, _, _ in keyed}) == len(keyed):
        return [f for _, _, f in keyed]
    colours: dict[int, list[tuple[int, int, int]]] = {}
    classes = {key: at for at, key in enumerate(dict.fromkeys(key for key, _, _ in keyed))}
    for key, _, (_, slots, _) in keyed:
        for place, slot in enumerate(slots):
            for dummy in slot.dummies:
                colours.setdefault(dummy, []).append((classes[key], place, slot.coefficient(dummy)))
    return [
        f
        for *_, f in sorted(
            (
                (
                    classes[key],
                    [sorted(sorted(colours[d]) for d in slot.dummies) for slot in f[1]],
                    plain,
                    f,
                )
                for key, plain, f in keyed
            ),
            key=lambda item: item[:3],
        )
    ]


_Pattern = tuple[int, Scalar, tuple[tuple[int, tuple[int, ...], Order], ...]]


def _pattern(factor: Factor) -> _Pattern:
    head, slots, exponent = factor
    marks = []
    for slot in slots:
        dummies = slot.dummies
        shown = (0, ()) if dummies else slot.order
        marks.append((len(dummies), tuple(sorted(abs(slot.coefficient(d)) for d in dummies)), shown))
    return head, exponent, tuple(marks)


def _plain(factor: Factor) -> tuple[Order, ...]:
    return tuple(slot.order for slot in factor[1])
