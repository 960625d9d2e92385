"""A program that runs on many copies of its values at once: every real tensor gets one more axis, its first."""

from __future__ import annotations

from dataclasses import replace

from symgrad.evaluate.exact import integer_names
from symgrad.language.build import add, fresh_name, loop, map_expr, map_node, number
from symgrad.language.program import (
    Axis,
    Expr,
    Index,
    IndexDecl,
    Loop,
    Node,
    Program,
    Range,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
)


def with_copies(program: Program) -> tuple[Program, str]:
    """The program over copies, and the name of the size that counts them.

    Integer tensors, on which loops and subscripts depend, are shared by all copies. The loop over
    the copies is the innermost one, so sequential loops stay outside of it. Constraints are dropped.
    """
    taken = {*program.size_named, *program.index_named, *program.tensor_named, *program.function_named}
    index = fresh_name("copy", taken)
    size = fresh_name("copies", taken)
    shared = integer_names(program)

    def copied(expr: Expr) -> Expr:
        inner = map_expr(expr, copied)
        if isinstance(inner, Ref) and inner.name not in shared:
            return replace(inner, subscripts=(Index(index), *inner.subscripts))
        return inner

    return (
        replace(
            program,
            sizes=(*program.sizes, SizeDecl(size)),
            indices=(*program.indices, IndexDecl(index, number(0), add(Size(size), number(-1)))),
            tensors=tuple(_copied_tensor(tensor, size) for tensor in program.tensors),
            body=tuple(_inside(map_node(node, copied), Range(index)) for node in program.body),
            constraints=(),
            forward=None,
        ),
        size,
    )


def _copied_tensor(tensor: Tensor, size: str) -> Tensor:
    if tensor.role is Role.INTEGER:
        return tensor
    initial = None if tensor.initial is None else (None, *tensor.initial)
    return replace(tensor, axes=(Axis("", Size(size)), *tensor.axes), initial=initial)


def _inside(node: Node, copies: Range) -> Node:
    """The node with every statement in a loop over the copies."""
    if isinstance(node, Loop):
        return replace(node, body=tuple(_inside(inner, copies) for inner in node.body))
    return loop((copies,), node)
