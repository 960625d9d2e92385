"""Programs taken step by step: which tensors may stand for themselves while the others are unfolded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from symgrad.algebra.closed_forms import Run, final
from symgrad.algebra.ring import Ring
from symgrad.algebra.signs import sign
from symgrad.language.dependence import node_reads, node_writes, shared_length
from symgrad.language.program import Index, Node, Program, Reduce
from symgrad.language.walk import walk_expr, walk_statements, written


def relevant(a: Program, b: Program, tensors: Iterable[str]) -> tuple[Program, Program]:
    """Both programs without the nodes of which the tensors do not depend; what they have in common stays common."""
    shared = shared_length(a, b)
    kept = _depended_on(a.body, tensors), _depended_on(b.body, tensors)
    either = {position for positions in kept for position in positions if position < shared}
    bodies = [
        tuple(node for at, node in enumerate(program.body) if at in (either if at < shared else positions))
        for program, positions in zip((a, b), kept, strict=True)
    ]
    return replace(a, body=bodies[0]), replace(b, body=bodies[1])


def _depended_on(nodes: Sequence[Node], tensors: Iterable[str]) -> set[int]:
    """The positions of the nodes that the tensors' values come from."""
    needed, kept = set(tensors), set[int]()
    for position in reversed(range(len(nodes))):
        if any(target.name in needed for target in node_writes(nodes[position])):
            kept.add(position)
            needed |= {read.ref.name for read in node_reads(nodes[position])}
    return kept


def run_with_signs(ring: Ring, program: Program, nodes: Sequence[Node], kept: set[str]) -> Run:
    """Every tensor as a function of the kept ones before it; what is known of its sign is told to the ring."""
    run = Run(ring, program)
    last = {target.name: position for position, node in enumerate(nodes) for target in node_writes(node)}
    for position, node in enumerate(nodes):
        run.opaque = frozenset(name for name in kept if last.get(name, position) < position)
        run.run((node,))
        for name in {target.name for target in node_writes(node)}:
            ring.cell_signs[final(name)] = sign(ring, run.value(name))
    return run


def summed(nodes: Sequence[Node]) -> set[str]:
    """The tensors that are sums over an index, in their loops or inside their expressions."""
    found = set()
    for around, statement in walk_statements(tuple(nodes)):
        own = set(statement.target.subscripts)
        looped = any(Index(r.index) not in own for r in around)
        if looped or any(isinstance(part, Reduce) for part in walk_expr(statement.value)):
            found.add(statement.target.name)
    return found


def common_steps(a: Sequence[Node], b: Sequence[Node]) -> list[str]:
    """Tensors that both compute, complete before they are read, in an order that suits both."""
    names = written(a) & written(b) & complete_before_read(a) & complete_before_read(b)
    graph: dict[str, set[str]] = {name: set() for name in names}
    for nodes in (a, b):
        for name, sources in dependencies(nodes, names).items():
            graph[name] |= sources
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return []


def complete_before_read(nodes: Sequence[Node]) -> set[str]:
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


def dependencies(nodes: Sequence[Node], names: set[str]) -> dict[str, set[str]]:
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
