"""Whether two programs, or two expressions, are equal for all sizes: the first judge's answer.

Two ways are tried. *Unfolded*: every tensor becomes a closed form over what is given. *Step by
step*: what both programs compute under one name is compared tensor by tensor, each as a function of
those before it, so that the work grows with the length of the programs and not with what they
unfold to; it needs both to compute these tensors in one order, each complete before it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from symgrad.algebra import zero
from symgrad.algebra.closed_forms import Run, declare, final, free_scope
from symgrad.algebra.domain import declared
from symgrad.algebra.relations import relations
from symgrad.algebra.ring import Ring
from symgrad.algebra.signs import sign
from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import Expr, Index, Node, Program, Reduce
from symgrad.language.walk import walk_expr, walk_statements

_FEW = 12
"""Statements up to which programs are unfolded before they are compared step by step."""


@dataclass(frozen=True)
class Outcome:
    """What the normal form says of a claim.

    `equal`: proved for all sizes, on the common domain of both sides. Else `reason` says why not:
    no common normal form, or outside what the normal form covers, or too long; it never means
    that the two differ. `relations` are equations between tensors that both sides have on the way.
    """

    equal: bool
    assumptions: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    reason: str = ""


def compare_programs(a: Program, b: Program, tensors: Sequence[str], *, budget: float = 2.0) -> Outcome:
    """Whether two complete programs leave the same values in the named tensors, for all sizes.

    A tensor that both are given is the same in both, its start value too; `budget` is in seconds.
    """
    shared = _shared_length(a, b)
    ways: list[Callable[[float], Outcome]] = [
        lambda seconds: _unfolded(a, b, tensors, seconds),
        lambda seconds: _step_by_step(a, b, tensors, seconds, _summed),
        lambda seconds: _step_by_step(a, b, tensors, seconds, _written),
    ]
    if len(a.body) + len(b.body) - shared > _FEW:
        ways.append(ways.pop(0))
    clock = Budget(budget)
    reasons = []
    for way in ways:
        try:
            return way(clock.left / 2)
        except (OutOfReachError, RecursionError) as reason:
            reasons.append(str(reason) if isinstance(reason, OutOfReachError) else "expressions nested too deeply")
    return Outcome(False, reason=reasons[0])


def compare_expressions(left: Expr, right: Expr, context: Program, *, budget: float = 2.0) -> Outcome:
    """Whether two expressions are equal, for all sizes, after a complete program has run.

    Their free indices run over their own ranges; `budget` is in seconds.
    """
    try:
        ring = Ring(Budget(budget))
        declare(ring, context)
        run = Run(ring, context)
        scope = free_scope(run.translator, (left, right))
        run.run(context.body)
        difference = ring.sub(run.translator.poly(left, scope), run.translator.poly(right, scope))
        if zero.is_zero(ring, difference):
            return Outcome(True, _assumptions((context,), (run,)))
        return Outcome(False, reason="the two sides have different normal forms")
    except OutOfReachError as reason:
        return Outcome(False, reason=str(reason))
    except RecursionError:
        return Outcome(False, reason="expressions nested too deeply")


def _shared_length(a: Program, b: Program) -> int:
    """How many nodes at the beginning both programs have in common."""
    count = 0
    for one, other in zip(a.body, b.body, strict=False):
        if one is not other and one != other:
            break
        count += 1
    return count


def _unfolded(a: Program, b: Program, tensors: Sequence[str], seconds: float) -> Outcome:
    """Compare closed forms. Raises OutOfReachError where they are not shown to be equal."""
    ring = Ring(Budget(seconds))
    declare(ring, a, b)
    first, second = Run(ring, a), Run(ring, b)
    shared = _shared_length(a, b)
    first.run(a.body[:shared])
    second.state.update(first.state)
    first.run(a.body[shared:])
    second.run(b.body[shared:])
    _demand_equal(first, second, tensors)
    tails = _written(a.body[shared:]), _written(b.body[shared:])
    found = relations(first, second, tails[0] - tails[1] - {*tensors}, tails[1] - tails[0] - {*tensors})
    return Outcome(True, _assumptions((a, b), (first, second)), tuple(found))


def _assumptions(programs: Iterable[Program], runs: Iterable[Run]) -> tuple[str, ...]:
    """What is declared, and what the expressions that were translated ask of their values."""
    known = dict.fromkeys(words for program in programs for words in declared(program))
    for run in runs:
        known |= run.translator.domain.conditions
    return tuple(known)


def _demand_equal(first: Run, second: Run, tensors: Iterable[str]) -> None:
    ring = first.ring
    for name in tensors:
        if first.slots(name) != second.slots(name):
            raise OutOfReachError(f"{name} has another shape on the other side")
        if not zero.is_zero(ring, ring.sub(first.value(name), second.value(name))):
            raise OutOfReachError(f"the two sides have different normal forms for {name}")


def _step_by_step(
    a: Program, b: Program, tensors: Sequence[str], seconds: float, kept: Callable[[Sequence[Node]], set[str]]
) -> Outcome:
    """Compare tensor by tensor. Raises OutOfReachError where that does not show the programs equal.

    Of the tensors of the common part those are left as they are that `kept` names; the others are unfolded.
    """
    shared = _shared_length(a, b)
    ring = Ring(Budget(seconds))
    declare(ring, a, b)
    common, tails = _written(a.body[:shared]), (a.body[shared:], b.body[shared:])
    if common & (_written(tails[0]) | _written(tails[1])):
        raise OutOfReachError("tensors of the common part are written again")
    before = _run_with_signs(ring, a, a.body[:shared], kept(a.body[:shared]))
    steps = _common_steps(*tails)
    opaque = kept(a.body[:shared]) | set(steps)
    first, second = Run(ring, a, opaque), Run(ring, b, opaque)
    for run, nodes in zip((first, second), tails, strict=True):
        run.state.update(before.state)
        run.run(nodes)
    _demand_equal(first, second, [*steps, *(name for name in tensors if name not in steps)])
    return Outcome(True, _assumptions((a, b), (before, first, second)))


def _run_with_signs(ring: Ring, program: Program, nodes: Sequence[Node], kept: set[str]) -> Run:
    """Every tensor as a function of the kept ones before it; what is known of its sign is told to the ring."""
    run = Run(ring, program)
    for node in nodes:
        run.opaque = frozenset(kept & run.state.keys())
        run.run((node,))
        for name in {target.name for target in node_writes(node)}:
            ring.cell_signs[final(name)] = sign(ring, run.value(name))
    return run


def _written(nodes: Iterable[Node]) -> set[str]:
    return {target.name for node in nodes for target in node_writes(node)}


def _summed(nodes: Sequence[Node]) -> set[str]:
    """The tensors that are sums over an index, in their loops or inside their expressions."""
    found = set()
    for around, statement in walk_statements(tuple(nodes)):
        own = set(statement.target.subscripts)
        looped = any(Index(r.index) not in own for r in around)
        if looped or any(isinstance(part, Reduce) for part in walk_expr(statement.value)):
            found.add(statement.target.name)
    return found


def _common_steps(a: Sequence[Node], b: Sequence[Node]) -> list[str]:
    """Tensors that both compute, complete before they are read, in an order that suits both."""
    names = _written(a) & _written(b) & _complete_before_read(a) & _complete_before_read(b)
    graph: dict[str, set[str]] = {name: set() for name in names}
    for nodes in (a, b):
        for name, sources in _dependencies(nodes, names).items():
            graph[name] |= sources
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return []


def _complete_before_read(nodes: Sequence[Node]) -> set[str]:
    """Tensors of which no node reads anything before the last node that writes them."""
    last: dict[str, int] = {}
    for position, node in enumerate(nodes):
        for target in node_writes(node):
            last[target.name] = position
    early = {
        read.ref.name
        for position, node in enumerate(nodes)
        for read in node_reads(node)
        if position <= last.get(read.ref.name, -1)
    }
    return last.keys() - early


def _dependencies(nodes: Sequence[Node], names: set[str]) -> dict[str, set[str]]:
    """Which of the names each of them is computed from, through whatever lies between."""
    through: dict[str, set[str]] = {}
    for node in nodes:
        sources: set[str] = set()
        for read in node_reads(node):
            name = read.ref.name
            sources |= {name} if name in names else through.get(name, set())
        for target in node_writes(node):
            through.setdefault(target.name, set()).update(sources)
    return {name: through.get(name, set()) - {name} for name in names}
