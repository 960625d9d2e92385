"""Values in one turn of a loop, relative to the number i of the turn: what holds of them for all turns at once.

`Expected(c)` is item i + c of the sequence that is to be built, `Item(X, c)` is X[i + c], `Count(c)` the number i + c;
`Fixed` is a value that no turn changes. `Filled` is the list that is built: of its first i + c items number k is item
k + `off` of the sequence, but for the first one where `off` is -1, and it has no more, unless it was `made` with its
full length before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symgrad.construct.given import Setting
from symgrad.construct.terms import Term
from symgrad.construct.values import Array, Given, Value


@dataclass(frozen=True)
class Expected:
    """Item i + c of the sequence that is to be built."""

    c: int


@dataclass(frozen=True)
class Item:
    """Item i + c of a given sequence."""

    name: str
    c: int


@dataclass(frozen=True)
class Count:
    """The number i + c."""

    c: int


@dataclass(frozen=True)
class Fixed:
    """An object or a whole number that is the same in all turns, for all lengths."""

    value: object


@dataclass(frozen=True)
class Filled:
    """The list that is built; see the module's text."""

    c: int
    off: int
    made: bool


@dataclass(frozen=True)
class Whole:
    """A given sequence itself."""

    name: str


@dataclass(frozen=True)
class Procedure:
    """A given procedure."""

    name: str


Relative = Expected | Item | Count | Fixed | Filled | Whole | Procedure


def later(value: Relative) -> Relative:
    """The value as the next turn sees it, whose number is i + 1.

    >>> later(Expected(0))
    Expected(c=-1)
    """
    return value if isinstance(value, Fixed | Whole | Procedure) else replace(value, c=value.c - 1)


@dataclass(frozen=True)
class Snapshot:
    """The variables at the beginning of turn `turn` of a run with sequences that end with item `last`."""

    turn: int
    last: int
    names: dict[str, Value]
    sequence: tuple[Value, ...]
    given: dict[str, Value]


def relative(name: str, snapshots: Sequence[Snapshot], setting: Setting) -> Relative | None:
    """What a variable is relative to the turn, as far as several snapshots agree; None where they do not."""
    values = [(shot, shot.names.get(name)) for shot in snapshots]
    if any(name not in shot.names for shot, _ in values):
        return None
    first = values[0][1]
    if isinstance(first, Given):
        return Procedure(first.name) if all(value is first or value == first for _, value in values) else None
    if isinstance(first, Array):
        for known, _ in setting.sequences:
            if all(value is shot.given[known] for shot, value in values):
                return Whole(known)
        return _list([(shot, value) for shot, value in values if isinstance(value, Array)], len(values))
    if isinstance(first, int | Term) and all(value is first or _same_number(value, first) for _, value in values):
        return Fixed(first)
    if type(first) is int:
        steps = {value - shot.turn if type(value) is int else None for shot, value in values}
        return Count(c) if len(steps) == 1 and (c := steps.pop()) is not None else None
    return _object(values, setting)


def _same_number(one: Value, other: Value) -> bool:
    return type(one) is int and type(other) is int and one == other


def _object(values: list[tuple[Snapshot, Value]], setting: Setting) -> Relative | None:
    steps = set()
    for shot, value in values:
        found = next((at for at, item in enumerate(shot.sequence) if item is value), None)
        steps.add(None if found is None else found - shot.turn)
    if len(steps) == 1 and (c := steps.pop()) is not None:
        return Expected(c)
    for name, first in setting.sequences:
        steps = set()
        for shot, value in values:
            heads = {f"{name}[{at}]": at for at in range(first, shot.last + 1)}
            at = heads.get(value.head) if isinstance(value, Term) and not value.args else None
            steps.add(None if at is None else at - shot.turn)
        if len(steps) == 1 and (c := steps.pop()) is not None:
            return Item(name, c)
    return None


def _list(values: list[tuple[Snapshot, Array]], count: int) -> Relative | None:
    """A list whose first items are those of the sequence, as many as there were turns and some more or less."""
    if len(values) < count:
        return None
    for off in (0, 1, -1):
        filled = []
        for shot, value in values:
            known = 0 if off >= 0 else 1
            wanted = shot.sequence[off:] if off >= 0 else (None, *shot.sequence)
            while known < min(len(value.items), len(wanted)) and value.items[known] is wanted[known]:
                known += 1
            filled.append((known - shot.turn, len(value.items) == known))
        if len(set(filled)) == 1 and filled[0][0] > -min(shot.turn for shot, _ in values):
            return Filled(filled[0][0], off, made=not filled[0][1])
    return None
