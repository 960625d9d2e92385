"""A proof in parts, for programs that are long.

The gradients that both programs compute under one name cut them into parts. For each part it is proved that both
compute its gradients alike, whatever the gradients are that come from other parts, and whatever the forward tensors
are whose definitions do not concern it. By induction along the order of the program both then compute the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from symgrad.calculus.adjoints import derived
from symgrad.evidence import Verdict, prove
from symgrad.evidence.verdict import PROVED, UNKNOWN
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.naming import derivative_of
from symgrad.language.program import Node, Program, Role, Tensor
from symgrad.optimise.candidate import Candidate
from symgrad.optimise.emission import in_order
from symgrad.optimise.model import Model, pieces


def prove_in_parts(model: Model, found: Candidate, settled: Sequence[str], budget: float) -> Verdict:
    """The verdict on all parts; where one is not proved, that one's.

    Args:
        model: what the plain program is.
        found: what takes its place.
        settled: gradients that are compared together, because nothing about them was changed.
        budget: seconds for each part.
    """
    assumptions: dict[str, None] = {}
    count = 0
    kept = {value.name for value in found.values} | model.reasons.keys()
    single = [(name,) for name in model.adjoints if name in kept | set(model.program.outputs) and name not in settled]
    for compared in [*single, *([tuple(settled)] if settled else [])]:
        verdict = _part(model, found, compared, kept, budget)
        if not verdict:
            return verdict
        assumptions |= dict.fromkeys(verdict.assumptions)
        count += 1
    free = [s for s in model.whole.sizes if s.definition is None]
    sizes = tuple(s.name if s.minimum <= 1 else f"{s.name} >= {s.minimum}" for s in free)
    evidence = (f"{count} parts are proved, each for any gradients that come from the others",)
    return Verdict(PROVED, tuple(assumptions), evidence, compared=model.program.outputs, sizes=sizes)


def _part(model: Model, found: Candidate, compared: tuple[str, ...], kept: set[str], budget: float) -> Verdict:
    """The verdict on some gradients: with the definitions that facts come from, else with all that concern them.

    What the plain part does not read is computed in the other part too.
    """
    cut = kept - set(compared)
    plain = in_order(_nodes_for(pieces(model.program.body), compared, cut))
    read = {access.ref.name for node in plain for access in node_reads(node)}
    other = in_order(_nodes_for([line.node() for line in found.lines], compared, cut & read))
    names = {access.ref.name for node in (*plain, *other) for access in node_reads(node)}
    names |= {derivative_of(name) for name in names}
    sources = {fact.source for fact in found.facts}
    verdict = Verdict(UNKNOWN)
    for definitions in dict.fromkeys((frozenset(names & sources), frozenset(names))):
        forward = _forward(model, definitions)
        first = _program(model.program, forward, plain, compared)
        second = _program(found.program, forward, other, compared)
        verdict = prove(first, second, forward, compared, budget=budget)
        if verdict:
            break
    return verdict


def _nodes_for(nodes: Iterable[Node], names: Iterable[str], cut: set[str]) -> list[Node]:
    """The nodes that compute the tensors, from what is given and from the tensors of the cut."""
    nodes = list(nodes)
    needed = set(names)
    chosen: set[int] = set()
    while True:
        more = {at for at, node in enumerate(nodes) if any(t.name in needed for t in node_writes(node))} - chosen
        if not more:
            return [nodes[at] for at in sorted(chosen)]
        chosen |= more
        needed |= {read.ref.name for at in more for read in node_reads(nodes[at])} - cut


def _forward(model: Model, names: frozenset[str]) -> Program:
    """The forward program with the definitions of these tensors alone; the others are given."""
    source = model.program.forward or model.whole
    body = tuple(node for node in source.body if all(target.name in names for target in node_writes(node)))
    computed = {target.name for node in body for target in node_writes(node)}
    tensors = tuple(t if t.name in computed else _given(t) for t in source.tensors)
    return replace(source, body=body, tensors=tensors, outputs=())


def _given(tensor: Tensor) -> Tensor:
    return replace(tensor, role=Role.INPUT, initial=None) if tensor.role is Role.COMPUTED else tensor


def _program(whole: Program, forward: Program, nodes: Sequence[Node], compared: tuple[str, ...]) -> Program:
    """The nodes as a program of their own, in which gradients of other parts are given."""
    written = {target.name for node in nodes for target in node_writes(node)}
    read = {access.ref.name for node in nodes for access in node_reads(node)}
    own = [
        t if t.name in written or t.role is not Role.COMPUTED else replace(t, role=Role.INPUT)
        for t in whole.tensors
        if t.name in written | read | set(compared) and t.name not in forward.tensor_named
    ]
    return derived(forward, tuple(nodes), whole.indices, own, compared)
