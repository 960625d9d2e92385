"""The search for the cheapest form: which facts to use, which adjoints to put into others.

The adjoints of a program are searched region by region, so that the time grows with the length of the program only.
In a region both choices are tried by coordinate descent: every adjoint, and every two adjacent ones, are put into
their readers or kept; for each definition every fact that it may give is tried. A choice is judged by the statements
that come out.

What a product of matrices reads stays a tensor of its own: to put it in would compute it again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from symgrad.algebra.closed_forms import final
from symgrad.algebra.terms import Kind, OutOfReachError, Poly
from symgrad.optimise.candidate import Candidate, State
from symgrad.optimise.emission import Emitter
from symgrad.optimise.facts import Fact, choices, completed
from symgrad.optimise.model import Model, Value
from symgrad.optimise.pricing import Pricing
from symgrad.optimise.regions import Region, is_contracted, movable_in, names_in, regions, settled, without
from symgrad.optimise.replacing import expanded
from symgrad.optimise.rewriting import Rewriter
from symgrad.optimise.safety import Safety
from symgrad.optimise.scaling import rescaled
from symgrad.optimise.writing import shown

if TYPE_CHECKING:
    from symgrad.algebra.terms import Generator

_WINDOW = 2


def search(model: Model) -> tuple[Candidate | None, list[Region]]:
    """The best form that is found of all that the model holds, None if some region has none; and the regions."""
    safety, pricing = Safety(model), Pricing()
    emitter = Emitter(model, safety)
    values: dict[str, Value] = {}
    facts: dict[Fact, None] = {}
    zero: set[str] = set()
    movable = movable_in(model)
    left_out = settled(model, movable)
    parts = list(regions(model, movable, left_out))
    for region in parts:
        best = Search(model, region.without(model.ring, zero), safety, emitter, pricing).run()
        if best is None:
            return None, parts
        values |= {value.name: value for value in best.values}
        facts |= dict.fromkeys(best.facts)
        zero |= best.zero
    values |= {name: without(model.ring, model.adjoints[name], zero) for name in left_out}
    ordered = [values[name] for name in model.adjoints if name in values]
    best = _emitted(emitter, pricing, ordered, facts, zero)
    for number in range(len(ordered)):
        options = rescaled(model, best.values, emitter.letters.reserved(f"scaled{number or ''}"))
        cheaper = [_emitted(emitter, pricing, option, facts, zero) for option in options]
        better = min(cheaper, key=lambda found: found.price, default=best)
        if not better.better_than(best):
            break
        best = better
    return best, parts


def _emitted(
    emitter: Emitter, pricing: Pricing, values: Sequence[Value], facts: Mapping[Fact, None], zero: set[str]
) -> Candidate:
    lines = tuple(emitter.lines(values))
    price, state = pricing.of(lines, emitter.declarations()), State((), frozenset())
    return Candidate(state, lines, price, emitter.losses, tuple(facts), tuple(values), frozenset(zero), emitter)


class Search:
    """The search over one region."""

    def __init__(self, model: Model, region: Region, safety: Safety, emitter: Emitter, pricing: Pricing) -> None:
        self.model, self.region, self.ring = model, region, model.ring
        self.safety, self.emitter, self.pricing = safety, emitter, pricing
        self.options = [choices(self.ring, definition) for definition in region.definitions]
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
        adjoints = self.region.adjoints
        light = frozenset(n for n in self.region.movable if not is_contracted(self.ring, adjoints[n].poly))
        for facts in dict.fromkeys((preferred, first, nothing)):
            for inlined in dict.fromkeys((light, frozenset[str]())):
                yield State(facts, inlined)

    def _preferred(self, options: list[Fact]) -> int:
        """The first fact that does away with a function or a root."""
        kinds = (Kind.EXP, Kind.CALL, Kind.LOG, Kind.BASE)
        return 0 if options and self.ring.generators[options[0].number].kind in kinds else -1

    def _neighbours(self) -> Iterator[State]:
        """The present best with one or two adjacent adjoints treated otherwise, or with another fact."""
        names = self.region.movable
        for width in range(1, _WINDOW + 1):
            for at in range(len(names) - width + 1):
                state = cast("Candidate", self.best).state
                yield State(state.facts, state.inlined ^ set(names[at : at + width]))
        for at, options in enumerate(self.options):
            for choice in range(-1, len(options)):
                state = cast("Candidate", self.best).state
                yield State((*state.facts[:at], choice, *state.facts[at + 1 :]), state.inlined)

    def _try(self, state: State) -> None:
        """Judge a choice, if there is time; keep it if it is the best."""
        if state not in self._judged and self.ring.budget.left > 0:
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

        for name, adjoint in self.region.adjoints.items():
            poly = rewriter(expanded(self.ring, adjoint.poly, value))
            found = Value(name, adjoint.slots, poly)
            if not poly:
                zero.add(name)
            if name in state.inlined or (not poly and name not in self.region.wanted):
                inlined[name] = found
            else:
                kept.append(found)
        return self._needed(kept), tuple(rewriter.used), frozenset(zero)

    def _needed(self, kept: list[Value]) -> list[Value]:
        """The values that are asked for or read by others that are needed."""
        wanted = set(self.region.wanted)
        found = []
        for value in reversed(kept):
            if value.name in wanted:
                if value.poly or value.name not in self.model.program.outputs:
                    found.append(value)
                wanted |= names_in(self.ring, value.poly)
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
        equations = [(value.name, self._equation(value)) for value in self.region.definitions]
        equations += [("", relation) for relation in self.region.relations]
        for name, equation in equations:
            fact = completed(self.ring, rewriter(equation), name)
            if fact is not None and not self.safety.refuses((fact.value,), facts):
                rewriter.add(fact)
        return rewriter

    def _equation(self, value: Value) -> Poly:
        return self.ring.sub(value.poly, self.ring.cell(final(value.name), value.slots))
