"""Two programs side by side: what both declare means the same, and what only looks the same has names of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from symgrad.errors import UsageError
from symgrad.language.build import map_expr, map_node
from symgrad.language.integers import bounds_of, form_of
from symgrad.language.program import (
    Axis,
    Constraint,
    Expr,
    FunctionDecl,
    Index,
    Program,
    Reduce,
    Ref,
    Role,
    SizeDecl,
    Tensor,
)
from symgrad.language.walk import walk_expr

Sides = tuple[Program, Program]


def aligned(sides: Sides, compared: Iterable[str]) -> Sides:
    """Two complete programs with the same sizes, functions and constraints, and what both are given declared alike.

    A temporary of one side that has the name of something the other side is given gets a prime.

    Raises UsageError where the two contradict each other.
    """
    left, right = _apart(sides, set(compared))
    sizes, functions = common_sizes(left, right), _common_functions(left, right)
    shared = {t.name: t for t in left.tensors if t.given and _given(right, t.name)}
    merged = {name: _merged((left, right), t, right.tensor_named[name]) for name, t in shared.items()}
    both = []
    for program, other in ((left, right), (right, left)):
        tensors = tuple(_with_facts(t, merged[t.name]) if t.name in merged else t for t in program.tensors)
        whole = replace(program, sizes=sizes, functions=functions, tensors=tensors)
        for constraint in other.constraints:
            whole = _with_constraint(whole, constraint, other)
        both.append(whole)
    return both[0], both[1]


def with_tensor(program: Program, tensor: Tensor) -> Program:
    """The program with this declaration in place of its own, or added; its axes keep labels the program knows."""
    known = program.tensor_named.get(tensor.name)
    if known is not None:
        changed = replace(tensor, axes=known.axes)
        return replace(program, tensors=tuple(changed if t is known else t for t in program.tensors))
    axes = tuple(Axis(axis.label if axis.label in program.index_named else "", axis.extent) for axis in tensor.axes)
    return replace(program, tensors=(*program.tensors, replace(tensor, axes=axes)))


def shape_difference(sides: Sides, name: str) -> str:
    """How a tensor's shapes in two programs differ, in words; "" where they do not or only one declares it."""
    shapes = [program.tensor_named[name].axes for program in sides if name in program.tensor_named]
    if len(shapes) < 2 or _same_shape(sides, *shapes):
        return ""
    first, second = (_shape_text(axes) for axes in shapes)
    return f"{name} has {first} in the one program and {second} in the other"


def _same_shape(sides: Sides, left: tuple[Axis, ...], right: tuple[Axis, ...]) -> bool:
    if len(left) != len(right):
        return False
    sizes = {size.name: size for program in sides for size in program.sizes}
    bounds = bounds_of(sizes.values(), (), ())
    for one, other in zip(left, right, strict=True):
        forms = form_of(one.extent), form_of(other.extent)
        if forms[0] is None or forms[1] is None:
            if one.extent != other.extent:
                return False
        elif bounds.expanded(forms[0] - forms[1]).constant != 0:
            return False
    return True


def _shape_text(axes: tuple[Axis, ...]) -> str:
    from symgrad.language.write import write_expr

    extents = ", ".join(write_expr(axis.extent) for axis in axes)
    return f"the extents {extents}" if len(axes) > 1 else f"the extent {extents}" if axes else "no axis"


def _apart(sides: Sides, compared: set[str]) -> Sides:
    """The programs with primes on temporaries whose name is something given in the other one."""
    taken = {t.name for program in sides for t in program.tensors}
    result = []
    for program, other in (sides, sides[::-1]):
        names = {}
        for tensor in program.tensors:
            if not tensor.given and _given(other, tensor.name) and tensor.name not in compared:
                new = tensor.name + "'"
                while new in taken:
                    new += "'"
                taken.add(new)
                names[tensor.name] = new
        result.append(_renamed(program, names) if names else program)
    return result[0], result[1]


def _given(program: Program, name: str) -> bool:
    tensor = program.tensor_named.get(name)
    return tensor is not None and tensor.given


def _renamed(program: Program, names: Mapping[str, str]) -> Program:
    """The program with other names for some of its computed tensors."""

    def change(expr: Expr) -> Expr:
        inside = map_expr(expr, change)
        return replace(inside, name=names.get(inside.name, inside.name)) if isinstance(inside, Ref) else inside

    return replace(
        program,
        tensors=tuple(replace(t, name=names.get(t.name, t.name)) for t in program.tensors),
        body=tuple(map_node(node, change) for node in program.body),
        outputs=tuple(names.get(name, name) for name in program.outputs),
    )


def common_sizes(left: Program, right: Program) -> tuple[SizeDecl, ...]:
    """The sizes of both, with the greater of their least values. Raises UsageError for two definitions."""
    found = dict(left.size_named)
    for size in right.sizes:
        own = found.get(size.name)
        if own is None:
            found[size.name] = size
            continue
        if own.definition is not None and size.definition is not None and own.definition != size.definition:
            raise UsageError(f"the two programs define size {size.name} differently")
        definition = own.definition or size.definition
        found[size.name] = replace(own, minimum=max(own.minimum, size.minimum), definition=definition)
    return tuple(found.values())


def _common_functions(left: Program, right: Program) -> tuple[FunctionDecl, ...]:
    found = dict(left.function_named)
    for function in right.functions:
        own = found.setdefault(function.name, function)
        if len(own.parameters) != len(function.parameters):
            raise UsageError(f"the function {function.name} has different numbers of arguments in the two programs")
    return tuple(found.values())


def _merged(sides: Sides, one: Tensor, other: Tensor) -> Tensor:
    """What is declared of a given tensor by either side: the claim is about inputs that both accept."""
    difference = shape_difference(sides, one.name)
    if difference:
        raise UsageError(difference, hint="declare what is given alike in both programs, over indices of the same name")
    if (one.role is Role.INTEGER) != (other.role is Role.INTEGER):
        raise UsageError(f"{one.name} holds integers in the one program only")
    if one.labels != other.labels and one.labels is not None and other.labels is not None:
        raise UsageError(f"the integers of {one.name} have different ranges in the two programs")
    over = one.over or other.over
    return replace(one, sign=_stronger(one.sign, other.sign), labels=one.labels or other.labels, over=over)


def _with_facts(own: Tensor, merged: Tensor) -> Tensor:
    """A declaration with what either side knows of the values; shape and role stay its own."""
    over = own.over or tuple(
        axis.label for axis, known in zip(own.axes, merged.axes, strict=True) if known.label in merged.over
    )
    return replace(own, sign=merged.sign, labels=merged.labels, over=over)


def _stronger(one: str, other: str) -> str:
    """The sign that has both."""
    signs = {one, other} - {""}
    if len(signs) < 2:
        return next(iter(signs), "")
    return "> 0"  # any two different ones of > 0, >= 0 and != 0


def _with_constraint(program: Program, constraint: Constraint, source: Program) -> Program:
    """The program with another one's constraint, where it is about tensors that this one is given too."""
    parts = [part for side in (constraint.left, constraint.right) for part in walk_expr(side)]
    if constraint in program.constraints or not all(_given(program, p.name) for p in parts if isinstance(p, Ref)):
        return program
    names = {p.name for p in parts if isinstance(p, Index)}
    names |= {r.index for p in parts if isinstance(p, Reduce) for r in p.ranges}
    added = []
    for index in source.indices:
        if index.name not in names:
            continue
        own = program.index_named.get(index.name)
        if own is None:
            added.append(index)
        elif own != index:
            hint = "give the indices the same ranges in both"
            raise UsageError(f"index {index.name} of a constraint runs differently in the two programs", hint=hint)
    return replace(program, indices=(*program.indices, *added), constraints=(*program.constraints, constraint))
