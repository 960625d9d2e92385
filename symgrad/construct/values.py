"""What variables of a construction may hold: objects (terms), whole numbers, lists, tuples, ranges, procedures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from symgrad.construct import syntax as s
from symgrad.construct.terms import Term
from symgrad.errors import Finding, Place

Value = Any
"""A Term, int, bool, str, None, tuple, range, Array, Function, Native or Given."""


class Hole:
    """What an array has where nothing was assigned."""

    def __repr__(self) -> str:
        return "nothing"


HOLE = Hole()


@dataclass(eq=False, repr=False)
class Array:
    """A list. One that `grows` takes assignments beyond its end, as arrays of pseudo-code do.

    `below` has what was assigned at negative indices of one that grows; `begun` where an empty list was written.
    """

    items: list[Value] = field(default_factory=list)
    grows: bool = False
    below: dict[int, Value] = field(default_factory=dict)
    begun: Place | None = None

    def __repr__(self) -> str:
        return "a list"

    def __iter__(self) -> Iterator[Value]:
        at = 0
        while at < len(self.items):  # a list may grow while it is gone through
            yield self.items[at]
            at += 1


@dataclass(eq=False)
class Scope:
    """The names of one call, or of the whole text; `own` are those local to a procedure, None where it is none."""

    names: dict[str, Value] = field(default_factory=dict)
    around: Scope | None = None
    own: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class Function:
    """A procedure that the text defines, with the scope around it and the defaults of its parameters."""

    name: str
    parameters: tuple[str, ...]
    defaults: dict[str, Value]
    body: s.Body | s.Expr
    scope: Scope
    own: frozenset[str]
    yields: bool


@dataclass(frozen=True, eq=False)
class Native:
    """A procedure of the language itself."""

    name: str
    run: Callable[..., Value]


@dataclass(frozen=True)
class Given:
    """A procedure that the question gives, uninterpreted: its name and those of its parameters."""

    name: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"


class Failure(Exception):
    """What goes wrong while a construction runs: what kind of thing, in words, where, and what to do."""

    def __init__(self, kind: str, message: str, place: Place | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.place = place
        self.hint = hint

    @property
    def finding(self) -> Finding:
        """The failure as a finding."""
        return Finding(self.message, self.place, self.hint)


@dataclass(frozen=True)
class Event:
    """Something that happened while a construction ran, and that may explain its result."""

    kind: str
    message: str
    place: Place
    hint: str = ""


def described(value: Value) -> str:
    """What a value is, in words.

    >>> described(Array([1, 2]))
    'a list of 2'
    """
    match value:
        case None:
            return "None"
        case bool():
            return str(value)
        case int():
            return f"the number {value}"
        case str():
            return "a text"
        case Term():
            return "an object"
        case Array():
            return f"a list of {len(value.items)}" if value.items else "an empty list"
        case tuple():
            return f"a tuple of {len(value)}"
        case range():
            return "a range"
        case Function() | Native() | Given():
            return f"the procedure {value.name}"
    return "nothing"
