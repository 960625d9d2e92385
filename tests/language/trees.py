"""Short ways to write the trees that texts must be read as."""

from __future__ import annotations

from symgrad.language.build import number
from symgrad.language.program import Expr, Index, Loop, Node, Range, Reduce, Ref, Update


def of(name: str, *subscripts: str | int | Expr) -> Ref:
    """A cell; strings are indices, integers numbers."""
    return Ref(name, tuple(as_subscript(subscript) for subscript in subscripts))


def as_subscript(subscript: str | int | Expr) -> Expr:
    if isinstance(subscript, str):
        return Index(subscript)
    return number(subscript) if isinstance(subscript, int) else subscript


def total(index: str, body: Expr, op: str = "sum") -> Reduce:
    return Reduce(op, tuple(Range(name) for name in index.split()), body)


def over(indices: str, *body: Node) -> Loop:
    return Loop(tuple(Range(name) for name in indices.split()), body)


def plus(target: Ref, value: Expr | int = 1) -> Update:
    """target += value"""
    return Update(target, 1, number(value) if isinstance(value, int) else value)
