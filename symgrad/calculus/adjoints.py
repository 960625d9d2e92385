"""The declarations of a derived program: what is given, what starts at zero, what is added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.errors import UsageError
from symgrad.language.affine import as_affine
from symgrad.language.build import add, inv, neg, number
from symgrad.language.program import Expr, IndexDecl, Node, Program, Ref, Role, Tensor
from symgrad.language.walk import values_read, walk_body, walk_ranges, written


def backward_program(
    forward: Program,
    body: tuple[Node, ...],
    indices: tuple[IndexDecl, ...],
    suffix: str,
    *,
    asked: Sequence[str],
    given: Sequence[str],
) -> Program:
    """The backward program with these nodes: forward tensors and upstream adjoints given, others declared."""

    def role(name: str) -> Role:
        if name in taken:
            return Role.ACCUMULATOR if name + suffix in added_to else Role.INPUT
        return Role.ACCUMULATOR if name in wished and name not in computed else Role.COMPUTED

    computed, added_to, wished, taken = written(forward.body), written(body), set(asked), set(given)
    asked_names = tuple(name + suffix for name in asked)
    fixed = [name for name in asked if role(name) is Role.INPUT]
    if fixed:
        raise UsageError(
            f"{fixed[0]}{suffix} is given, and nothing is added to it: {fixed[0]} is what is differentiated",
            hint="ask for the gradient of what it is computed from",
        )
    wanted = _names_in(body) | set(asked_names)
    adjoints = [_like(t, t.name + suffix, role(t.name)) for t in forward.tensors if t.name + suffix in wanted]
    return derived(forward, body, indices, adjoints, asked_names)


def derived(
    forward: Program,
    body: tuple[Node, ...],
    indices: tuple[IndexDecl, ...],
    added: Sequence[Tensor],
    wanted: tuple[str, ...],
) -> Program:
    """A program with these nodes that reads the forward program's tensors by name and adds tensors of its own."""
    used, computed = _names_in(body), written(forward.body)
    read = used - {t.name for t in added}
    saved = [_saved(t) if t.name in computed else t for t in forward.tensors if t.name in read]
    tensors = (*saved, *added)
    bound = {r.index for r in walk_ranges(body)} | {axis.label for t in tensors for axis in t.axes}
    return Program(
        sizes=forward.sizes,
        indices=tuple(i for i in indices if i.name in bound),
        tensors=tensors,
        functions=forward.functions,
        constraints=tuple(c for c in forward.constraints if values_read(c.left) | values_read(c.right) <= used),
        body=body,
        outputs=wanted,
        forward=forward,
    )


def batch_factor(program: Program, average: str | None) -> Expr:
    """1/B for the batch index b whose size is B; 1 for None."""
    if average is None:
        return number(1)
    index = program.index_named.get(average)
    if index is None:
        names = ", ".join(i.name for i in program.indices)
        raise UsageError(f"there is no index {average} to average over", hint=f"the program's indices are {names}")
    if not any(t.role is Role.PARAM for t in program.tensors):
        raise UsageError(
            "no tensor is declared a param, so there is no gradient to average",
            hint="declare the parameters, as in `param W[j, i]`",
        )
    count = as_affine(add(index.high, neg(index.low), number(1)))
    if count is None:
        raise UsageError(f"the number of values of index {average} is not a simple size")
    return inv(count.to_expr())


def _like(tensor: Tensor, name: str, role: Role) -> Tensor:
    """A real tensor of the same shape."""
    return Tensor(name, tensor.axes, role, zero_outside=tensor.zero_outside)


def _saved(tensor: Tensor) -> Tensor:
    """The declaration of a tensor that a forward program writes, in a program that finds it complete."""
    return replace(tensor, role=Role.INPUT, initial=None)


def _names_in(body: tuple[Node, ...]) -> set[str]:
    return {part.name for part in walk_body(body) if isinstance(part, Ref)}
