"""Derivatives by what a program computes: by something added to a tensor before the program adds to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from symgrad.language.program import Define, Loop, Node, Program, Role, Update


def with_starts(program: Program, names: Collection[str]) -> Program:
    """The program with the named computed tensors starting at given values instead of zero.

    The derivative by such a start value is the tensor's adjoint: whatever reads the tensor sees
    it, and what the tensor is computed from does not. That holds in time loops too, where fixing
    the tensor's cells would cut the way through its own later cells.
    """
    if not names:
        return program
    tensors = tuple(replace(t, role=Role.ACCUMULATOR) if t.name in names else t for t in program.tensors)
    return replace(program, tensors=tensors, body=tuple(_adding(node, names) for node in program.body))


def _adding(node: Node, names: Collection[str]) -> Node:
    """The node with definitions of the named tensors as updates: a definition would overwrite the start."""
    match node:
        case Loop(_, body):
            return replace(node, body=tuple(_adding(inner, names) for inner in body))
        case Define(target, value) if target.name in names:
            return Update(target, 1, value, place=node.place)
    return node
