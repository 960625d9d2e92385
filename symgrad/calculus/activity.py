"""Which tensors a derivative passes through: from what is asked for to what is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from symgrad.errors import UsageError
from symgrad.language.program import Program, Role
from symgrad.language.walk import values_read, walk_statements


def active(program: Program, wrt: Sequence[str], of: Sequence[str]) -> frozenset[str]:
    """The tensors that depend on one of `wrt` and on which one of `of` depends, both included."""
    edges = [(statement.target.name, values_read(statement.value)) for _, statement in walk_statements(program.body)]
    after = _closure(set(wrt), [(source, target) for target, sources in edges for source in sources])
    before = _closure(set(of), [(target, source) for target, sources in edges for source in sources])
    return frozenset(after & before)


def _closure(start: set[str], edges: Sequence[tuple[str, str]]) -> set[str]:
    follow: dict[str, set[str]] = {}
    for a, b in edges:
        follow.setdefault(a, set()).add(b)
    found, pending = set(start), list(start)
    while pending:
        for name in follow.get(pending.pop(), set()) - found:
            found.add(name)
            pending.append(name)
    return found


def differentiable(program: Program) -> tuple[str, ...]:
    """The tensors a gradient is taken for when nothing is said: inputs and params, in order.

    Start values of accumulators are left out: their gradient is the accumulator's own.
    """
    return tuple(t.name for t in program.tensors if t.differentiable and t.role is not Role.ACCUMULATOR)


def chosen(program: Program, names: Sequence[str] | str | None, default: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The names asked for, checked against the program; `default` when none were."""
    if names is None:
        if not default:
            raise UsageError(f"the program has no tensor to take as {what}")
        return default
    spelled = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, Iterable) else names
    if not isinstance(spelled, Iterable) or not all(isinstance(name, str) for name in spelled):
        raise UsageError(f"tensors are named by text, as in wrt='x' or wrt=['x', 'y'], not by {names!r}")
    listed = tuple(_known(program, name) for name in spelled)
    if not listed:
        raise UsageError(f"no tensor is named as {what}", hint="name one, or say nothing of it to take the usual ones")
    for name in listed:
        if program.tensor_named[name].role is Role.INTEGER:
            raise UsageError(f"{name} holds integers; there is no gradient by it or of it")
    return listed


def _known(program: Program, spelling: str) -> str:
    """The program's name for a tensor that is spelled so; `W^{R}` is `W^R`."""
    from symgrad.language.reading.vocabulary import canonical_spelling

    for name in (spelling, canonical_spelling(spelling)):
        if name in program.tensor_named:
            return name
    known = [tensor.name for tensor in program.tensors]
    if not spelling.strip():
        raise UsageError("an empty name stands for no tensor", hint=f"the program has {', '.join(known)}")
    parts = [part.strip() for part in spelling.split(",")]
    if len(parts) > 1 and all(part in known for part in parts):
        hint = f"name each on its own: with an option for each, or as a list: {parts!r}"
        raise UsageError(f"“{spelling}” is no tensor but several", hint=hint)
    close = get_close_matches(spelling, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(known)}"
    raise UsageError(f"the program has no tensor {spelling}", hint=hint)


def join(program: Program) -> Program:
    """The program with the program that must run before it in front: one program, no `forward`.

    Tensors that the forward program computes are computed again, not given.
    """
    if program.forward is None:
        return program
    first = join(program.forward)
    known = first.tensor_named
    return replace(
        program,
        sizes=first.sizes + tuple(s for s in program.sizes if s.name not in first.size_named),
        indices=first.indices + tuple(i for i in program.indices if i.name not in first.index_named),
        tensors=first.tensors + tuple(t for t in program.tensors if t.name not in known),
        functions=first.functions + tuple(f for f in program.functions if f.name not in first.function_named),
        constraints=first.constraints + tuple(c for c in program.constraints if c not in first.constraints),
        body=first.body + program.body,
        forward=None,
    )
