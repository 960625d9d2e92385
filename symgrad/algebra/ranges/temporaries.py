"""Temporaries of a loop's body: one that is defined anew in each iteration gets the loop's indices as axes.

    for t in T..1:                                  for t in T..1:
        for j: d[j] = h.grad[t, j] g[t, j]              for j: d[t, j] = h.grad[t, j] g[t, j]
        for j, i: W.grad[j, i] += d[j] x[t, i]          for j, i: W.grad[j, i] += d[t, j] x[t, i]

(Scalar expansion: D. Padua, M. Wolfe, Advanced compiler optimizations for supercomputers, 1986.) Nothing changes if
in each iteration a cell is defined before it is read or added to, and nothing after the loop asks for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from symgrad.algebra.ranges.dependence import covered, late_definition
from symgrad.algebra.ranges.instances import Instances, Unrolled
from symgrad.algebra.terms import Budget
from symgrad.language.accesses import Access
from symgrad.language.build import ONE, add
from symgrad.language.program import Axis, Index, Range, Ref, Role
from symgrad.language.ranges import all_ends


def with_own_temporaries(unrolled: Unrolled, kept: Collection[str], budget: Budget) -> tuple[Unrolled, frozenset[str]]:
    """The statements with temporaries of loops' bodies expanded, and the names that these got.

    Those are left as they are whose final values are asked for, `kept`, and those that this does not help.
    """
    made: set[str] = set()
    for name in unrolled.written:
        tensor = unrolled.tensors[name]
        temporary = name not in kept and tensor.role is Role.COMPUTED and tensor.initial is None
        if temporary and any(one.defines for one in unrolled.writers(name)) and late_definition(unrolled, name, budget):
            expanded = _expanded(unrolled, name, budget)
            if expanded is not None:
                unrolled, names = expanded
                made |= names
    return unrolled, frozenset(made)


def _expanded(unrolled: Unrolled, name: str, budget: Budget) -> tuple[Unrolled, set[str]] | None:
    """The statements with one temporary expanded: apart for each node of the program that uses it."""
    groups: dict[object, list[Instances]] = {}
    for one in unrolled.listed:
        if one.target.name == name or any(access.ref.name == name for access in one.reads):
            groups.setdefault(one.order[0], []).append(one)
    made = set()
    for place, users in groups.items():
        loops = _around_all(users)
        new = f"{name} of each {', '.join(r.index for r in loops)}" + (f" ({place})" if len(groups) > 1 else "")
        unrolled = _renamed(unrolled, users, name, new, loops)
        made.add(new)
        if not loops or not _defined_before_use(unrolled, new, budget):
            return None
    return unrolled, made


def _around_all(users: list[Instances]) -> tuple[Range, ...]:
    loops = users[0].ranges
    for other in users[1:]:
        loops = loops[: len(users[0].shares(other)[0])]
    return loops


def _renamed(unrolled: Unrolled, users: list[Instances], name: str, new: str, loops: tuple[Range, ...]) -> Unrolled:
    """The statements with the loops' indices in front of the subscripts of a tensor, in some of them."""

    def renamed(ref: Ref) -> Ref:
        if ref.name != name:
            return ref
        return replace(ref, name=new, subscripts=(*(Index(r.index) for r in loops), *ref.subscripts))

    tensor = unrolled.tensors[name]
    declared = unrolled.program.index_named
    axes = tuple(Axis("", add(all_ends(r, declared)[1][0], ONE)) for r in loops)
    tensors = {**unrolled.tensors, new: replace(tensor, name=new, axes=(*axes, *tensor.axes))}
    listed = tuple(one.with_refs(renamed) if one in users else one for one in unrolled.listed)
    return replace(unrolled, listed=listed, tensors=tensors)


def _defined_before_use(unrolled: Unrolled, name: str, budget: Budget) -> bool:
    """Whether definitions cover all that is read of a tensor and added to it, each before that."""
    writers = unrolled.writers(name)
    definitions = [one for one in writers if one.defines]
    if late_definition(unrolled, name, budget):
        return False
    used = [*unrolled.reads_of([name]), *((one, Access(one.target)) for one in writers if not one.defines)]
    return all(covered(unrolled, definitions, reader, access, budget) for reader, access in used)
