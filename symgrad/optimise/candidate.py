"""What a choice of facts and of adjoints that are put into others leads to, and which of two is better."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symgrad.cost.operations import Cost, operations
from symgrad.language.program import Program
from symgrad.optimise.emission import Emitter
from symgrad.optimise.facts import Fact
from symgrad.optimise.lines import Line
from symgrad.optimise.model import Value
from symgrad.optimise.pricing import Price, price


@dataclass(frozen=True)
class State:
    """A choice: for each definition the number of its fact, or -1; the adjoints that are put into their readers."""

    facts: tuple[int, ...]
    inlined: frozenset[str]


@dataclass(frozen=True)
class Candidate:
    """What a choice leads to."""

    state: State
    lines: tuple[Line, ...]
    price: Price
    losses: int
    facts: tuple[Fact, ...]
    values: tuple[Value, ...]
    zero: frozenset[str]
    emitter: Emitter

    @cached_property
    def program(self) -> Program:
        """The program of the lines."""
        return self.emitter.program(self.lines)

    @cached_property
    def cost(self) -> Cost:
        """The program's cost."""
        return operations(self.program)

    def better_than(self, other: Candidate | None) -> bool:
        """Whether this loses fewer digits, or else is cheaper."""
        if other is None:
            return True
        if (self.losses, self.price) != (other.losses, other.price):
            return (self.losses, self.price) < (other.losses, other.price)
        ours, theirs = self.cost, other.cost
        return (ours.passes, ours.temporaries, ours.statements) < (theirs.passes, theirs.temporaries, theirs.statements)


def price_of(cost: Cost) -> tuple[object, ...]:
    """What costs of whole programs are compared by: as `Pricing` does, then passes, temporaries and statements."""
    kinds = (cost.functions, cost.divisions, cost.other)
    terms = {(at, m): c for at, kind in enumerate(kinds) for m, c in kind.terms.items()}
    return price(terms), cost.passes, cost.temporaries, cost.statements
