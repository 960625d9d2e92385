"""Bodies of functions are written over parameters, not over the atoms at hand: so they meet as one function."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, islice
from typing import TYPE_CHECKING, TypeGuard

from symgrad.algebra.ranges import normal, weights
from symgrad.algebra.ranges.form import Factor, Form, Raw, Shape, replaced
from symgrad.algebra.ranges.linear import Key, Linear
from symgrad.algebra.terms import Scalar

if TYPE_CHECKING:
    from symgrad.algebra.ranges.space import Space

_MOST_CHOICES = 20


def abstracted(space: Space, forms: tuple[Form, ...]) -> tuple[tuple[Form, ...], tuple[Linear, ...]]:
    """Forms as functions of parameters, and the slots to set the parameters to.

    Every slot without a dummy is a parameter of its own: exp(s[2 x + d, 0]) is exp(s[p, q]) at p = 2 x + d
    and q = 0, so that it is known again wherever these have the same values. What stands elsewhere, beside
    dummies and in guards, is written by these parameters or is one more.
    """
    slots: list[Linear] = []
    opened = [_with_parameters(space, form, slots) for form in forms]
    solved = _known_by_slots(space, slots)
    forms = tuple(normal.form_of(space, [replaced(raw, solved) for raw in raws]) for raws in opened)
    made = {name.atoms[0] for name in _making(space, len(slots))}
    free = set().union(*(form.free for form in forms)) - made
    if free:
        basis = _basis(forms, made)
        valued = any(a in free for form in forms for w in form.terms.values() for a in weights.atoms(w))
        found = None if valued else _by_parameters(space, basis, free, len(slots))
        if found is None:
            basis = [Linear.of(atom) for atom in sorted(free)]
            found = dict(zip(sorted(free), _making(space, len(slots) + len(free))[len(slots) :], strict=True))
        forms = tuple(space.substitute(form, found) for form in forms)
        slots += basis
    final = {
        new.atoms[0]: name for new, name in zip(_making(space, len(slots)), space.parameters(len(slots)), strict=True)
    }
    return tuple(space.substitute(form, final) for form in forms), tuple(slots)


def _making(space: Space, count: int) -> list[Linear]:
    """Names for parameters that no form has, while these are made: a form may depend on parameters itself."""
    return [_name(space, k) for k in range(count)]


def _name(space: Space, place: int) -> Linear:
    return Linear.of(space.atom(("making", place)))


def _with_parameters(space: Space, form: Form, slots: list[Linear]) -> list[Raw]:
    """The terms with parameters in place of their slots without dummies, which are added to `slots`."""
    raws = []
    for shape in sorted(form.terms, key=look):
        space.budget.tick()
        factors: list[Factor] = []
        for head, block, exponent in shape.factors:
            new = []
            for slot in block:
                if slot.dummies:
                    new.append(slot)
                else:
                    new.append(_name(space, len(slots)))
                    slots.append(slot)
            factors.append((head, tuple(new), exponent))
        raws.append(Raw(form.terms[shape], factors, shape.guard))
    return raws


def _known_by_slots(space: Space, slots: list[Linear]) -> dict[Key, Linear]:
    """Atoms as affine forms in the parameters, as far as one slot determines one of them."""
    out: dict[Key, Linear] = {}
    for name, slot in zip(_making(space, len(slots)), slots, strict=True):
        atoms = slot.atoms
        if len(atoms) == 1 and atoms[0] not in out and abs(slot.coefficient(atoms[0])) == 1:
            out[atoms[0]] = (name - slot.without(atoms[0])).scaled(slot.coefficient(atoms[0]))
    return out


def _basis(forms: tuple[Form, ...], known: set[int]) -> list[Linear]:
    """What stands besides dummies and known atoms, each that is no rational combination of those before it."""
    basis: list[Linear] = []
    rows: list[dict[int, Fraction]] = []
    for form in forms:
        for shape in sorted(form.terms, key=look):
            for slot in [*(s for _, slots, _ in shape.factors for s in slots), *shape.guard.conditions]:
                part = {k: Fraction(c) for k, c in slot.terms if _is_unknown(k, known)}
                if _reduced(part, rows):
                    rest = [(k, c) for k, c in slot.terms if isinstance(k, str) or _is_unknown(k, known)]
                    basis.append(Linear.make(slot.constant, rest))
                    rows.append(part)
    return basis


def _is_unknown(key: Key, known: set[int]) -> TypeGuard[int]:
    return isinstance(key, int) and key >= 0 and key not in known


def look(shape: Shape) -> list[tuple[int, Scalar, tuple[int, ...]]]:
    """What terms are put in order by before their atoms have names."""
    return [(head, e, tuple(len(slot.dummies) for slot in slots)) for head, slots, e in shape.factors]


def _reduced(part: dict[int, Fraction], rows: list[dict[int, Fraction]]) -> bool:
    """Take multiples of rows away from a vector, in place; whether something is left. Rows have a 1 in front."""
    for row in rows:
        lead = next(iter(row))
        factor = part.get(lead, Fraction(0))
        if factor:
            for key, c in row.items():
                part[key] = part.get(key, Fraction(0)) - factor * c
    for key in [k for k, c in part.items() if not c]:
        del part[key]
    if part:
        scale = next(iter(part.values()))
        for key in part:
            part[key] /= scale
        return True
    return False


def _by_parameters(space: Space, basis: list[Linear], free: set[int], first: int) -> dict[int, Linear] | None:
    """Values of the free atoms at which the basis has the parameters from the `first` on as values, if integral."""
    names = _making(space, first + len(basis))[first:]
    for chosen in islice(combinations(sorted(free), len(basis)), _MOST_CHOICES):
        inverse = _inverse([[Fraction(form.coefficient(a)) for a in chosen] for form in basis])
        if inverse is None or any(c.denominator != 1 for row in inverse for c in row):
            continue
        out = {atom: Linear() for atom in free}
        for atom, row in zip(chosen, inverse, strict=True):
            for c, name, form in zip(row, names, basis, strict=True):
                rest = Linear.make(form.constant, [(k, x) for k, x in form.terms if isinstance(k, str)])
                out[atom] = out[atom].plus(name - rest, int(c))
        return out
    return None


def _inverse(rows: list[list[Fraction]]) -> list[list[Fraction]] | None:
    """The inverse of a square matrix."""
    n = len(rows)
    work = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(rows)]
    for column in range(n):
        pivot = next((r for r in range(column, n) if work[r][column]), None)
        if pivot is None:
            return None
        work[column], work[pivot] = work[pivot], work[column]
        lead = work[column][column]
        work[column] = [x / lead for x in work[column]]
        for r in range(n):
            if r != column and work[r][column]:
                factor = work[r][column]
                work[r] = [x - factor * y for x, y in zip(work[r], work[column], strict=True)]
    return [row[n:] for row in work]
