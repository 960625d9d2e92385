"""Whether every name in a program is known, bound and used as what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from symgrad.errors import Finding, Place
from symgrad.language.functions import ELSEWHERE, FUNCTIONS, SPELLINGS
from symgrad.language.naming import is_derived
from symgrad.language.program import (
    Call,
    Define,
    Expr,
    Index,
    Loop,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Statement,
    Update,
)
from symgrad.language.resolving.declared import shape
from symgrad.language.walk import expr_children, walk_body, walk_expr
from symgrad.language.write import write_expr

_READ_ONLY = {
    Role.INPUT: "an input",
    Role.PARAM: "a param",
    Role.CONST: "a const",
    Role.INTEGER: "an integer input",
}


def name_findings(program: Program) -> Iterator[Finding]:
    """Unbound and shadowed indices, unknown tensors and functions, wrong numbers of indices, written inputs."""
    if not program.body and program.forward is None and not program.outputs:  # outputs may all stay as they are
        yield Finding("the program has no statement", hint="write one, as in `for b, j: Z[b] += exp(s[b, j])`")
    checker = _NameChecker(program)
    for node in program.body:
        yield from checker.node(node, ())
    for name in program.outputs:
        if name not in program.tensor_named:
            yield Finding(f"unknown tensor {name} among the outputs", hint=_close(name, program.tensor_named))
    for constraint in program.constraints:
        free = tuple(i.name for i in program.indices)  # a constraint holds for all values of its free indices
        for side in (constraint.left, constraint.right):
            bound_here = {r.index for part in walk_expr(side) if isinstance(part, Reduce) for r in part.ranges}
            yield from checker.expr(side, tuple(name for name in free if name not in bound_here))


class _NameChecker:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._tensors = program.tensor_named
        self._loopless: list[str] = []  # the free indices of a statement that stands in no loop
        self._known = dict.fromkeys(name for name in self._tensors if not _has_unknown_suffix(name))
        if program.forward is not None:
            forward = program.forward.tensor_named
            self._known |= dict.fromkeys([*forward, *(f"{name}.grad" for name in forward)])

    def node(self, node: Node, bound: tuple[str, ...]) -> Iterator[Finding]:
        """The findings in a loop or statement inside loops over `bound`."""
        match node:
            case Loop(ranges, body):
                yield from self.ranges(ranges, bound, "the loop")
                inside = (*bound, *(r.index for r in ranges))
                for inner in body:
                    yield from self.node(inner, inside)
            case Update(target, _, value) | Define(target, value):
                self._loopless = [] if bound else _free_indices(node)
                yield from self._target(target)
                yield from self.expr(target, bound)
                yield from self.expr(value, bound)

    def ranges(self, ranges: Iterable[Range], bound: tuple[str, ...], what: str) -> Iterator[Finding]:
        """The findings in the ranges of a loop or a reduction."""
        for r in ranges:
            for limit in (r.low, r.high):
                if limit is not None:
                    yield from self.expr(limit, bound)
            if r.index in bound:
                message = f"{what} over {r.index} stands inside another over {r.index}"
                yield Finding(message, r.place, f"use another index that runs over the same size, such as {r.index}2")
            elif (r.low is None or r.high is None) and r.index not in self._program.index_named:
                yield Finding(f"what {r.index} runs over is not known", r.place, f"declare it: `index {r.index} in N`")
            bound = (*bound, r.index)

    def expr(self, expr: Expr, bound: tuple[str, ...]) -> Iterator[Finding]:
        """The findings in an expression inside loops and reductions over `bound`."""
        match expr:
            case Index(name) if name not in bound:
                yield self._unbound(name, expr.place)
            case Ref():
                yield from self._ref(expr)
            case Call():
                yield from self._call(expr)
            case Reduce(op, ranges, body):
                yield from self.ranges(ranges, bound, f"the {op}")
                yield from self.expr(body, (*bound, *(r.index for r in ranges)))
                return
        for child in expr_children(expr):
            yield from self.expr(child, bound)

    def _unbound(self, name: str, place: Place | None) -> Finding:
        hint = f"add {name} to the indices of the loop, or write `sum_{name}` around the term"
        if self._loopless:
            hint = f"begin the statement with `for {', '.join(self._loopless)}:`"
        elif name not in self._program.index_named:
            hint = _close(name, self._known) or hint
        return Finding(f"no loop binds the index {name}", place, hint)

    def _ref(self, ref: Ref) -> Iterator[Finding]:
        tensor = self._tensors.get(ref.name)
        if tensor is None or _has_unknown_suffix(ref.name):
            kind = "tensor" if ref.subscripts else "name"
            yield Finding(f"unknown {kind} {ref.name}", ref.place, _close(ref.name, self._known) or self._advice(ref))
        elif len(tensor.axes) != len(ref.subscripts):
            found, has = len(ref.subscripts), len(tensor.axes)
            indices = "no index" if has == 0 else "1 index" if has == 1 else f"{has} indices"
            message = f"{ref.name} has {indices}, here it is given {found or 'none'}"
            yield Finding(message, ref.place, f"write it as {shape(tensor)}")

    def _advice(self, ref: Ref) -> str:
        if self._program.forward is None:
            return f"declare it: `input {write_expr(ref)}`"
        return f"the forward program has {', '.join(self._program.forward.tensor_named)}"

    def _call(self, call: Call) -> Iterator[Finding]:
        row, declared = FUNCTIONS.get(call.function), self._program.function_named.get(call.function)
        if declared is not None:
            arity = len(declared.parameters)
        elif row is not None:
            arity = row.arity
        else:
            known = [*SPELLINGS, *self._program.function_named]
            parameters = ", ".join("xyzuvw"[: len(call.args)]) if len(call.args) <= 6 else "x1, x2, ..."
            instead = ELSEWHERE.get(call.function)
            hint = f"write {instead}" if instead else _close(call.function, known)
            hint = hint or f"declare it, if it may stay unknown: `function {call.function}({parameters})`"
            yield Finding(f"unknown function {call.function}", call.place, hint)
            return
        if len(call.args) != arity:
            count = "1 argument" if arity == 1 else f"{arity} arguments"
            hint = f"it is {declared.name}({', '.join(declared.parameters)})" if declared is not None else ""
            yield Finding(f"{call.function} takes {count}, here it is given {len(call.args)}", call.place, hint)

    def _target(self, target: Ref) -> Iterator[Finding]:
        tensor = self._tensors.get(target.name)
        if tensor is None or tensor.role not in _READ_ONLY:
            return
        forward = self._program.forward
        if forward is not None and target.name in forward.tensor_named:
            kind = "a tensor of the forward program" if tensor.role is Role.INPUT else _READ_ONLY[tensor.role]
        elif "." in target.name:
            kind = "given"
        else:
            kind = _READ_ONLY[tensor.role]
        yield Finding(f"{target.name} is {kind}: it can be read, not written", target.place, "write to another tensor")


def _close(name: str, known: Iterable[str]) -> str:
    """`did you mean exp?` for the known name that is closest, "" if none is close."""
    import difflib  # takes a while, and most programs are legal

    same = [other for other in known if other.lower() == name.lower()]
    found = same or difflib.get_close_matches(name, list(known), 1, cutoff=0.7)
    if not found and len(longer := list(_longer(name, known))) <= _FEW:
        found = [" or ".join(longer)] if longer else []
    return f"did you mean {found[0]}?" if found else ""


_FEW = 3


def _longer(name: str, known: Iterable[str]) -> Iterator[str]:
    """The known names of which this one has the letter without what stands behind: x_t for x, W^{h,R} for W."""
    letters, dot, suffix = name.partition(".")
    pattern = re.compile(rf"{re.escape(letters)}[_^'{{][^.]*{re.escape(dot + suffix)}")
    yield from (other for other in known if letters and pattern.fullmatch(other))


def _has_unknown_suffix(name: str) -> bool:
    """Whether the name is written like an adjoint, x.something, and is none."""
    return "." in name and not is_derived(name)


def _free_indices(statement: Statement) -> list[str]:
    """The indices of a statement that no reduction in it binds, in order."""
    parts = list(walk_body((statement,)))
    bound = {r.index for part in parts if isinstance(part, Reduce) for r in part.ranges}
    return [name for name in dict.fromkeys(p.name for p in parts if isinstance(p, Index)) if name not in bound]
