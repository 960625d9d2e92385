"""Whether two programs with affine subscripts, dependent ranges, labels or loops through time are equal.

**Why equal equations are enough.** Let every read of a cell follow all writes of it in either program
(`dependence.py`). Then the final values of the first are the only solution of its equations X[c] = F_X[c](state):
F_X[c] depends only on cells that are complete when c is, so by induction along the order of execution
no cell has a choice. The same holds of the second and its G_X. Let F_X and G_X be equal as functions of
the unknowns, for all tensors X that both compute and that are read as unknowns, wherever both are defined. Take
inputs at which both programs are defined, and go along the *first* program's order. If its final values
and those of the second agree in all cells before c, then F_X[c] is at the second's values what it is at the first's,
so it is defined there; G_X[c] is defined there too, for the second computed it; so both are equal, and
the two programs agree in c. Nothing was asked of the second one's order here but that its final values satisfy its
equations. Loops through time need no more than that: the equations of one step, and those of the start.

**Closed forms.** If the second program, or an invariant that was found, gives X as a form H without X, F
and G may read H instead of an unknown: the second's values still satisfy F if F_X(H) = H is shown,
and the induction is the same.

**Comparisons.** What stands beside a comparison that fails is not computed, so a proof that uses Z/Z = 1 must not lose
the comparison by it, nor clear a denominator that nothing divides by: see `relations.py` and `fractions.py`.

**Other names.** A tensor of the first and one of the second may be the same unknown under two names; their equations
then have to be equal as well.

Tensors that only one side computes are unfolded; those of the common beginning are unfolded, or unknowns,
for they have the same equations on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

from symgrad.algebra.compare import Outcome
from symgrad.algebra.domain import declared
from symgrad.algebra.ranges.declarations import declare_equations
from symgrad.algebra.ranges.dependence import demand_equations, with_start_values
from symgrad.algebra.ranges.equations import System, cut, recursive, sources, state, under_functions
from symgrad.algebra.ranges.instances import Unrolled, unrolled
from symgrad.algebra.ranges.radix import with_digits
from symgrad.algebra.ranges.recurrences import close
from symgrad.algebra.ranges.spaces import space_of
from symgrad.algebra.ranges.temporaries import with_own_temporaries
from symgrad.algebra.ranges.unfolding import Steps, steps_of, unfolded
from symgrad.algebra.steps import relevant, summed
from symgrad.algebra.terms import Budget, OutOfReachError, OutOfTimeError
from symgrad.language.build import ONE, add, fresh_name, loop
from symgrad.language.dependence import shared_length
from symgrad.language.program import Axis, Define, Expr, Index, Program, Range, Ref, Role, Tensor
from symgrad.language.ranges import own_range
from symgrad.language.walk import free_indices, written

if TYPE_CHECKING:
    from symgrad.algebra.ranges.form import Form
    from symgrad.algebra.ranges.guards import Guard
    from symgrad.algebra.ranges.space import Space

_FEW = 60
"""Statements of both programs up to which as little as possible is left as unknowns."""

_SHARES = (0.15, 0.5)
"""The part of the time that is left that one way may take, when the ways are tried first and again."""

_MOST_MATCHED = 3
"""Tensors of each side up to which those of one are matched with those of the other in every order."""

_UNFOLDINGS = 2
"""How often the latest cells of the state are unfolded in a difference."""


class Pair:
    """Two programs as statements, found to be systems of equations.

    Raises OutOfReachError where one of them is none.
    """

    def __init__(self, a: Program, b: Program, tensors: Sequence[str], budget: Budget) -> None:
        a, b = relevant(a, b, tensors)
        self.programs = a, b
        a, b = with_digits(a, b)
        self.tensors = tuple(tensors)
        shared = shared_length(a, b)
        self.common = a.body[:shared]
        self.before = written(self.common) - written(a.body[shared:]) - written(b.body[shared:])
        sides, made = [], set[str]()
        for program, known in ((a, 0), (b, shared)):
            side, names = with_own_temporaries(with_start_values(unrolled(program), budget), tensors, budget)
            demand_equations(side, budget, known)
            sides.append(side)
            made |= names
        self.a, self.b = sides
        self.state = state(self.a, self.before)
        tails = written(a.body[shared:]) & written(b.body[shared:])
        self.steps = [name for name in self.a.written if name in tails and name not in made]

    @property
    def sides(self) -> tuple[Unrolled, Unrolled]:
        """Both."""
        return self.a, self.b


def compare_ranges(a: Program, b: Program, tensors: Sequence[str], budget: float) -> Outcome:
    """Whether two complete programs leave the same values in the named tensors, for all sizes.

    `budget` is in seconds.
    """
    clock = Budget(budget)
    reasons: list[str] = []
    slow: list[str] = []
    suspects: list[Mapping[str, int]] = []
    try:
        pair = Pair(a, b, tensors, clock)
    except OutOfReachError as reason:
        return Outcome(False, reason=str(reason))
    tried = ways(pair)
    for share in _SHARES:  # a proof takes little time in the right way: none is tried for long before all were shortly
        late = []
        for way in tried:
            try:
                return Outcome(True, _compared(pair, way, round(max(clock.left, 0.0) * share, 2)))
            except OutOfTimeError as reason:
                late.append(way)
                slow.append(str(reason))
            except OutOfReachError as reason:
                reasons.append(str(reason))
                if isinstance(reason, DifferentError) and reason.sizes not in suspects:
                    suspects.append(reason.sizes)
            except RecursionError:
                reasons.append("expressions nested too deeply")
        tried = late
    return Outcome(False, reason=(reasons or slow)[0], suspects=tuple(suspects))


class DifferentError(OutOfReachError):
    """Two equations are not shown to be equal; `sizes` are some at which terms of them do not cancel."""

    def __init__(self, message: str, sizes: Mapping[str, int]) -> None:
        super().__init__(message)
        self.sizes = sizes


def compare_values(left: Expr, right: Expr, context: Program, budget: float) -> Outcome:
    """Whether two expressions are equal after a complete program, for all sizes and values of their free indices.

    Each is taken for the definition of one tensor after the program; `budget` is in seconds.
    """
    names = sorted({name for expr in (left, right) for name in free_indices(expr)})
    name = fresh_name("value", set(context.tensor_named))
    axes = tuple(Axis(index, add(own_range(index, context.index_named).high, ONE)) for index in names)
    tensors = (*context.tensors, Tensor(name, axes, Role.COMPUTED))
    target = Ref(name, tuple(Index(index) for index in names))
    ends = (loop(tuple(map(Range, names)), Define(target, expr)) for expr in (left, right))
    one, other = (replace(context, tensors=tensors, body=(*context.body, end)) for end in ends)
    outcome = compare_ranges(one, other, (name,), budget)
    return replace(outcome, reason=outcome.reason.removesuffix(f" for {name}"))


@dataclass(frozen=True)
class Way:
    """Which tensors are unknowns: of the common part, and of what both compute after it, `steps`.

    `matches` are tensors of the first that one of the second, by another name, is equal to.
    """

    opaque: frozenset[str]
    steps: tuple[str, ...]
    matches: tuple[tuple[str, str], ...] = ()


def ways(pair: Pair) -> list[Way]:
    """What to try, in this order.

    Unknowns of the common part are: what stands under functions; nothing; sums; everything. Of what both compute
    after it: the state that loops carry; or all, which comes first where there is much of it.
    """
    carried = pair.state
    under = frozenset(name for side in pair.sides for name in under_functions(side)) & pair.before | carried
    sums = frozenset(summed(pair.common) & pair.before) | carried
    read = {name for side in pair.sides for names in sources(side).values() for name in names}
    steps = [_least_steps(pair, carried), tuple(name for name in pair.steps if name in read)]
    if len(pair.a.listed) + len(pair.b.listed) > _FEW:
        steps.reverse()
    choices = [(under, steps[0]), (under, steps[1]), (carried, steps[0]), (sums, steps[0])]
    choices.append((frozenset(pair.before), steps[1]))
    asked = tuple(name for name in pair.steps if name in pair.tensors)
    matched = [Way(opaque, asked, match) for match in _matches(pair, asked) for opaque in (under, carried)]
    return list(dict.fromkeys([*(Way(*choice) for choice in choices), *matched]))


def _matches(pair: Pair, steps: tuple[str, ...]) -> list[tuple[tuple[str, str], ...]]:
    """How the state of one side may be that of the other under other names."""
    left, right = (sorted(cut(sources(side), {*pair.state, *steps})) for side in pair.sides)
    if not left or len(left) != len(right) or len(left) > _MOST_MATCHED:
        return []
    return [tuple(zip(left, order, strict=True)) for order in permutations(right)]


def _least_steps(pair: Pair, carried: frozenset[str]) -> tuple[str, ...]:
    """The state of loops that both have after the common part, what is asked for before others."""
    chosen: set[str] = set()
    for side in pair.sides:
        chosen |= cut(sources(side), carried | chosen, sorted(pair.steps, key=lambda name: name not in pair.tensors))
    return tuple(name for name in pair.steps if name in chosen)


def _compared(pair: Pair, way: Way, seconds: float) -> tuple[str, ...]:
    """What a proof assumes, found in one way. Raises OutOfReachError without a proof.

    A tensor that both compute on the way need not be equal on both sides; then each side unfolds its own.
    """
    budget = Budget(seconds)
    space = space_of(budget, pair.a.program, pair.b.program)
    declare_equations(space, budget, pair.a.program, pair.b.program)
    steps = list(way.steps)
    while True:
        systems = _systems(pair, space, way, steps, budget)
        wrong = _first_difference(pair, systems, steps, way.matches)
        if wrong is None:
            return assumptions(pair.programs, systems)
        if wrong in pair.tensors:
            message = f"the two sides have different normal forms for {wrong}"
            raise DifferentError(message, _sizes_of_difference(systems, wrong))
        steps.remove(wrong)


def _systems(pair: Pair, space: Space, way: Way, steps: Sequence[str], budget: Budget) -> list[System]:
    """Both systems, reading the steps as unknowns or as the closed form that one of them has."""
    graphs = [sources(side) for side in pair.sides]
    loops = [recursive(graph) for graph in graphs]
    opaque = way.opaque | set(steps)
    own = [{names[at] for names in way.matches} for at in (0, 1)]
    systems = [System(space, side, opaque | names, budget) for side, names in zip(pair.sides, own, strict=True)]
    systems[1].same |= {theirs: ours for ours, theirs in way.matches}
    for one, other in ((0, 1), (1, 0)):
        closed = [name for name in steps if name in loops[one] and name not in loops[other]]
        if closed:
            for name in closed:
                give(systems, name, systems[other])
            break
    for system, graph in zip(systems, graphs, strict=True):
        for name in recursive(graph, system.opaque | system.known.keys()):
            close(system, name, graph)
    return systems


def give(systems: Sequence[System], name: str, source: System) -> None:
    """Let all systems read a tensor as what its equation is in one of them."""
    for system in systems:
        system.known[name] = lambda: source.equation(name)


def _first_difference(
    pair: Pair, systems: Sequence[System], steps: Sequence[str], matches: Sequence[tuple[str, str]]
) -> str | None:
    """The first tensor whose equations are not shown to be equal; those on the way before those that are asked for.

    Raises OutOfReachError where a tensor has another shape on the other side, or a match is none.
    """
    first, second = systems
    moves = steps_of(first, pair.state)
    both = [(name, name) for name in (*sorted(steps, key=lambda step: step in pair.tensors), *pair.tensors)]
    for ours, theirs in (*matches, *dict.fromkeys(both)):
        slots = first.slots(ours)
        inside = first.inside(ours, slots)
        alike = len(second.slots(theirs)) == len(slots) and second.inside(theirs, slots) == inside
        if not alike and ours in pair.tensors:
            raise OutOfReachError(f"{ours} has another shape on the other side")
        if alike:
            difference = first.space.sub(first.equation(ours), second.equation(theirs))
            if is_zero_after(first, difference, inside, moves):
                continue
        if (ours, theirs) in matches:
            raise OutOfReachError(f"{ours} and {theirs} are not shown to be the same")
        return ours
    return None


def _sizes_of_difference(systems: Sequence[System], name: str) -> dict[str, int]:
    """Sizes at which some terms of the difference of two equations do not cancel, if that is found."""
    first, second = systems
    difference = first.space.sub(first.equation(name), second.equation(name))
    try:
        found = first.space.nonzero_at(difference, first.inside(name, first.slots(name))) or {}
    except OutOfReachError:
        return {}
    declared_sizes = first.unrolled.program.size_named
    return {key: value for key, value in found.items() if isinstance(key, str) and key in declared_sizes}


def is_zero_after(system: System, form: Form, inside: Guard, moves: Steps) -> bool:
    """Whether a difference is zero inside a guard, perhaps with the latest state unfolded; short forms first."""
    forms = [form]
    while form and moves and len(forms) <= _UNFOLDINGS:
        form = unfolded(system, form, moves)
        if form in forms:
            break
        forms.append(form)
    return any(system.space.is_zero(one, inside) for one in sorted(forms, key=len))


def assumptions(programs: Iterable[Program], systems: Iterable[System]) -> tuple[str, ...]:
    """What is declared, and what the expressions that were translated ask of their values."""
    known = dict.fromkeys(words for program in programs for words in declared(program))
    for system in systems:
        known |= system.conditions.conditions
    return tuple(known)
