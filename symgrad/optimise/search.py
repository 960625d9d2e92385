"""The search for the cheapest form: which facts to use, which adjoints to put into others.

Both are tried by coordinate descent: within a window of a few adjacent adjoints every choice of those that are put
into their readers, then for each definition every fact that it may give. A choice is judged by the program that comes
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import Kind, Monomial, OutOfReachError, Poly
from symgrad.cost.operations import Cost, operations
from symgrad.language.program import Program, Role
from symgrad.optimise.emission import Emitter
from symgrad.optimise.facts import Fact, choices, completed
from symgrad.optimise.lines import Line
from symgrad.optimise.model import Model, Value
from symgrad.optimise.pricing import Price, Pricing, price
from symgrad.optimise.replacing import all_generators, expanded
from symgrad.optimise.rewriting import Rewriter
from symgrad.optimise.safety import Safety
from symgrad.optimise.writing import shown

if TYPE_CHECKING:
    from symgrad.algebra.terms import Generator

_WINDOW = 2


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


class Search:
    """The search over one model."""

    def __init__(self, model: Model) -> None:
        self.model, self.ring = model, model.ring
        self.safety = Safety(model)
        self.emitter = Emitter(model, self.safety)
        self.pricing = Pricing()
        self.options = [choices(self.ring, definition) for definition in model.definitions]
        self._rewriters: dict[tuple[int, ...], Rewriter | None] = {}
        self._judged: dict[State, Candidate | None] = {}
        self.best: Candidate | None = None

    def run(self) -> Candidate | None:
        """The best candidate, or None if no choice leads to a program."""
        for start in self._starts():
            self._try(start)
        improved = self.best is not None
        while improved:
            before = self.best
            for state in self._neighbours():
                self._try(state)
            improved = self.best is not before
        return self.best

    def _starts(self) -> Iterator[State]:
        preferred = tuple(self._preferred(options) for options in self.options)
        nothing = tuple(-1 for _ in self.options)
        first = tuple(min(0, len(options) - 1) for options in self.options)
        light = frozenset(name for name in self._inner() if not self._is_contracted(name))
        for facts in dict.fromkeys((preferred, first, nothing)):
            for inlined in dict.fromkeys((light, frozenset[str]())):
                yield State(facts, inlined)

    def _is_contracted(self, name: str) -> bool:
        """Whether an adjoint is a product of matrices: a sum of which no factor has all indices."""
        for monomial in self.model.adjoints[name].poly:
            for number, _ in monomial:
                generator = self.ring.generators[number]
                if generator.kind is Kind.SUM:
                    bound, body = cast("tuple[tuple[int, ...], Monomial]", generator.content)
                    every = generator.free | set(bound)
                    if all(self.ring.generators[g].free != every for g, _ in body):
                        return True
        return False

    def _preferred(self, options: list[Fact]) -> int:
        """The first fact that does away with a function or a root."""
        kinds = (Kind.EXP, Kind.CALL, Kind.LOG, Kind.BASE)
        return 0 if options and self.ring.generators[options[0].number].kind in kinds else -1

    def _inner(self) -> list[str]:
        """The adjoints that may be put into others."""
        tensors = self.model.whole.tensor_named
        return [n for n in self.model.adjoints if n not in self.model.wanted and tensors[n].role is Role.COMPUTED]

    def _neighbours(self) -> Iterator[State]:
        """The present best with one or two adjacent adjoints treated otherwise, or with another fact."""
        names = self._inner()
        for width in range(1, _WINDOW + 1):
            for at in range(len(names) - width + 1):
                state = cast("Candidate", self.best).state
                yield State(state.facts, state.inlined ^ set(names[at : at + width]))
        for at, options in enumerate(self.options):
            for choice in range(-1, len(options)):
                state = cast("Candidate", self.best).state
                yield State((*state.facts[:at], choice, *state.facts[at + 1 :]), state.inlined)

    def _try(self, state: State) -> None:
        if state not in self._judged:
            try:
                self._judged[state] = self._candidate(state)
            except (OutOfReachError, RecursionError):
                self._judged[state] = None
            found = self._judged[state]
            if found is not None and found.better_than(self.best):
                self.best = found

    def _candidate(self, state: State) -> Candidate | None:
        rewriter = self._rewriter(state.facts)
        if rewriter is None:
            return None
        values, used, zero = self.values(state, rewriter)
        if self.safety.refuses((value.poly for value in values), rewriter.facts):
            return None
        lines = tuple(self.emitter.lines(values))
        price = self.pricing.of(lines, self.emitter.declarations())
        return Candidate(state, lines, price, self.emitter.losses, used, tuple(values), zero, self.emitter)

    def values(self, state: State, rewriter: Rewriter) -> tuple[list[Value], tuple[Fact, ...], frozenset[str]]:
        """The values of the adjoints that are kept, the facts that were used, and the adjoints that are 0."""
        inlined: dict[str, Value] = {}
        kept: list[Value] = []
        zero: set[str] = set()
        rewriter.used = {}

        def value(generator: Generator) -> Poly | None:
            if generator.kind is not Kind.CELL:
                return None
            held = inlined.get(shown(cast("str", generator.content[0])))
            if held is None:
                return None
            atoms = cast("tuple[int, ...]", generator.content[1])
            return self.ring.substitute(held.poly, dict(zip(held.slots, atoms, strict=True)))

        for name, adjoint in self.model.adjoints.items():
            poly = rewriter(expanded(self.ring, adjoint.poly, value))
            found = Value(name, adjoint.slots, poly)
            if not poly:
                zero.add(name)
            if name in state.inlined or (not poly and name not in self.model.wanted):
                inlined[name] = found
            else:
                kept.append(found)
        return self._needed(kept), tuple(rewriter.used), frozenset(zero)

    def _needed(self, kept: list[Value]) -> list[Value]:
        """The values that are asked for or read by others that are needed."""
        wanted = set(self.model.wanted)
        found = []
        for value in reversed(kept):
            if value.name in wanted:
                if value.poly or value.name not in self.model.program.outputs:
                    found.append(value)
                for number in all_generators(self.ring, value.poly):
                    generator = self.ring.generators[number]
                    if generator.kind is Kind.CELL:
                        wanted.add(shown(cast("str", generator.content[0])))
        return found[::-1]

    def _rewriter(self, chosen: tuple[int, ...]) -> Rewriter | None:
        """What rewrites with the chosen facts and all that follows from them; None if they contradict one another."""
        if chosen not in self._rewriters:
            try:
                self._rewriters[chosen] = self._made(chosen)
            except (OutOfReachError, RecursionError):
                self._rewriters[chosen] = None
        return self._rewriters[chosen]

    def _made(self, chosen: tuple[int, ...]) -> Rewriter:
        facts = [options[at] for options, at in zip(self.options, chosen, strict=True) if at >= 0]
        rewriter = Rewriter(self.ring, facts)
        equations = [(value.name, self._equation(value)) for value in self.model.definitions]
        equations += [("", relation) for relation in self.model.relations]
        for name, equation in equations:
            fact = completed(self.ring, rewriter(equation), name)
            if fact is not None and not self.safety.refuses((fact.value,), facts):
                rewriter.add(fact)
        return rewriter

    def _equation(self, value: Value) -> Poly:
        from symgrad.algebra.closed_forms import final

        return self.ring.sub(value.poly, self.ring.cell(final(value.name), value.slots))
