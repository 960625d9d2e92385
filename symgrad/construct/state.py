"""The bounds within which a construction runs, and what is noted on the way."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.construct import syntax as s
from symgrad.construct.terms import Terms
from symgrad.construct.values import Event, Failure, Value, described

MOST_STEPS = 15_000
"""Statements and expressions that are evaluated in one run."""

MOST_CELLS = 50_000
"""Items that all lists of one run may be given."""

MOST_DEPTH = 40
"""Calls of procedures within one another."""

LARGEST = 10**15
"""The largest whole number."""


class State:
    """What one run of a construction has used up, and the events in it."""

    def __init__(self, construction: s.Construction, terms: Terms) -> None:
        self.construction = construction
        self.strict = construction.strict
        self.terms = terms
        self.lines = construction.source.splitlines()
        self.steps = MOST_STEPS
        self.cells = MOST_CELLS
        self.depth = 0
        self.events: dict[Event, None] = {}

    def tick(self, node: s.Node) -> None:
        """Count a step; too many of them are taken for a loop without end."""
        self.steps -= 1
        if self.steps < 0:
            hint = "is there a loop that never ends?"
            raise Failure("endless", f"this does not end within {MOST_STEPS} steps", node.place, hint)

    def take(self, count: int, node: s.Node) -> None:
        """Count items that a list is given."""
        self.cells -= count
        if self.cells < 0:
            raise Failure("size", f"the lists have more than {MOST_CELLS} items", node.place, "make shorter lists")

    def number(self, value: int, node: s.Node) -> int:
        """The number, if it is not too large."""
        if abs(value) > LARGEST:
            raise Failure("size", "this number is too large", node.place, f"numbers go up to {LARGEST}")
        return value

    def note(self, kind: str, message: str, node: s.Node, hint: str = "") -> None:
        """Keep an event, once."""
        self.events.setdefault(Event(kind, message, node.place, hint))

    def text(self, node: s.Node) -> str:
        """How a node is written."""
        place = node.place
        row = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        return row[place.column - 1 : place.column - 1 + place.length].strip()

    def integer(self, value: Value, node: s.Node, what: str = "a whole number") -> int:
        """The value as a whole number."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise Failure("type", f"this is {described(value)}, but {what} is needed", node.place)
        return value

    def listed(self, values: Iterable[Value], node: s.Node) -> list[Value]:
        """The values as a list, within bounds."""
        found = []
        for value in values:
            self.take(1, node)
            found.append(value)
        return found
