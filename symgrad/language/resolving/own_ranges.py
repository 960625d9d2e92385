"""One shape for ranges: one that is written with the ends of its index's own range is that range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symgrad.language.build import map_expr
from symgrad.language.integers import Form, form_of
from symgrad.language.program import Define, Expr, Loop, Node, Range, Reduce, Update

Ends = Mapping[str, tuple[Form | None, Form | None]]
"""The least and the greatest value of each index that has a range of its own."""


def with_own_ranges(node: Node, own: Ends) -> Node:
    """The loop or statement with every range that says just what its index's own does left unsaid."""
    match node:
        case Loop(ranges, body):
            inner = tuple(with_own_ranges(part, own) for part in body)
            return replace(node, ranges=tuple(_plain(r, own) for r in ranges), body=inner)
        case Update(_, _, value) | Define(_, value):
            return replace(node, value=_reductions(value, own))
    raise TypeError(f"not a node: {node!r}")


def _reductions(expr: Expr, own: Ends) -> Expr:
    expr = map_expr(expr, lambda part: _reductions(part, own))
    if isinstance(expr, Reduce):
        return replace(expr, ranges=tuple(_plain(r, own) for r in expr.ranges))
    return expr


def _plain(r: Range, own: Ends) -> Range:
    if r.low is None or r.high is None:
        return r
    ends = (form_of(r.low), form_of(r.high))
    return replace(r, low=None, high=None) if None not in ends and own.get(r.index) == ends else r
