"""The search for the cheapest form: which facts to use, which adjoints to put into others.

Both are tried by coordinate descent: within a window of a few adjacent adjoints every choice of those that are put
into their readers, then for each definition every fact that it may give. A choice is judged by the program that comes
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, cast

from symgrad.algebra.terms import Kind, OutOfReachError, Poly
from symgrad.cost.operations import Cost, operations
from symgrad.cost.polynomials import Monomial, degree_of
from symgrad.language.program import Program, Role
from symgrad.optimise.emission import Emitter
from symgrad.optimise.facts import Fact, choices, completed
from symgrad.optimise.lines import Line
from symgrad.optimise.model import Model, Value
from symgrad.optimise.replacing import all_generators, expanded
from symgrad.optimise.rewriting import Rewriter
from symgrad.optimise.safety import Safety
from symgrad.optimise.writing import shown

if TYPE_CHECKING:
    from symgrad.algebra.terms import Generator

_WINDOW = 3
_DEGREES = range(9, -1, -1)


@dataclass(frozen=True)
class State:
    """A choice: for each definition the number of its fact, or -1; the adjoints that are put into their readers."""

    facts: tuple[int, ...]
    inlined: frozenset[str]


@dataclass(frozen=True)
class Candidate:
    """What a choice leads to."""

    state: State
    program: Program
    lines: tuple[Line, ...]
    cost: Cost
    losses: int
    facts: tuple[Fact, ...]
    values: tuple[Value, ...]

    def better_than(self, other: Candidate | None) -> bool:
        """Whether this is cheaper, or loses fewer digits."""
        return other is None or (self.losses, price(self.cost)) < (other.losses, price(other.cost))


def price(cost: Cost) -> tuple[object, ...]:
    """What costs are compared by.

    The operations by their degree, the highest first: calls, divisions, others; where these are the same, those with
    the highest power of one size; then passes over memory, temporaries and statements.
    """
    kinds = (cost.functions, cost.divisions, cost.other)
    by_degree = tuple(sum((c for m, c in k.terms.items() if _degree(m) == d), Fraction(0)) for d in _DEGREES for k in kinds)
    powers = {(_degree(m), max((e for _, e in m), default=0)) for k in kinds for m in k.terms}
    by_power = tuple(
        (p, sum(c for k in kinds for m, c in k.terms.items() if (_degree(m), max((e for _, e in m), default=0)) == p))
        for p in sorted(powers, reverse=True)
    )
    return by_degree, by_power, cost.passes, cost.temporaries, cost.statements


def _degree(monomial: Monomial) -> int:
    return min(degree_of(monomial)[0], _DEGREES[0])


class Search:
    """The search over one model."""

    def __init__(self, model: Model) -> None:
        self.model, self.ring = model, model.ring
        self.safety = Safety(model)
        self.emitter = Emitter(model, self.safety)
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
        inner = frozenset(self._inner())
        for facts in (preferred, nothing, tuple(min(0, len(options) - 1) for options in self.options)):
            for inlined in (inner, frozenset[str]()):
                yield State(facts, inlined)

    def _preferred(self, options: list[Fact]) -> int:
        """The first fact that does away with a function or a root."""
        kinds = (Kind.EXP, Kind.CALL, Kind.LOG, Kind.BASE)
        return 0 if options and self.ring.generators[options[0].number].kind in kinds else -1

    def _inner(self) -> list[str]:
        """The adjoints that may be put into others."""
        wanted = set(self.model.program.outputs)
        tensors = self.model.whole.tensor_named
        return [n for n in self.model.adjoints if n not in wanted and tensors[n].role is Role.COMPUTED]

    def _neighbours(self) -> Iterator[State]:
        names = self._inner()
        for at in range(max(len(names) - _WINDOW + 1, min(len(names), 1))):
            window = names[at : at + _WINDOW]
            for choice in product((True, False), repeat=len(window)):
                state = cast("Candidate", self.best).state
                inside = {name for name, taken in zip(window, choice, strict=True) if taken}
                yield State(state.facts, state.inlined - set(window) | inside)
        for at, options in enumerate(self.options):
            for choice_of_fact in range(-1, len(options)):
                state = cast("Candidate", self.best).state
                facts = (*state.facts[:at], choice_of_fact, *state.facts[at + 1 :])
                for inlined in (state.inlined, frozenset(names)):
                    yield State(facts, inlined)

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
        values, used = self.values(state, rewriter)
        if self.safety.refuses((value.poly for value in values), rewriter.facts):
            return None
        program, lines = self.emitter.program(values)
        return Candidate(
            state, program, tuple(lines), operations(program), self.emitter.losses, used, tuple(values)
        )

    def values(self, state: State, rewriter: Rewriter) -> tuple[list[Value], tuple[Fact, ...]]:
        """The values of the adjoints that are kept, and the facts that were used."""
        inlined: dict[str, Value] = {}
        kept: list[Value] = []
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
            is_inner = name not in self.model.program.outputs
            if name in state.inlined or (not poly and is_inner):
                inlined[name] = found
            else:
                kept.append(found)
        return self._needed(kept), tuple(rewriter.used)

    def _needed(self, kept: list[Value]) -> list[Value]:
        """The values that are asked for or read by others that are needed."""
        wanted = set(self.model.program.outputs)
        for node in self.model.left:
            from symgrad.language.dependence import node_reads

            wanted |= {read.ref.name for read in node_reads(node)}
        found = []
        for value in reversed(kept):
            if value.name in wanted:
                if value.poly:
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
            if fact is not None:
                rewriter.add(fact)
        return rewriter

    def _equation(self, value: Value) -> Poly:
        from symgrad.algebra.closed_forms import final

        return self.ring.sub(value.poly, self.ring.cell(final(value.name), value.slots))
