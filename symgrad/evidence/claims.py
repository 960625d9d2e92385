"""What is compared: which tensors of two programs, and what they start from.

    the tensors that are named; else, with a forward program, the adjoint of every differentiable
    input of it that either side writes; else all tensors that both write

A side that does not write a compared tensor leaves it as it is. Both sides start it equally: at
zero where the forward program computes what it is the adjoint of, else at any value, so that an
`=` that throws the start value away differs from a `+=`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from weakref import ref

from symgrad.calculus.activity import differentiable, join
from symgrad.calculus.scope import suffix_for
from symgrad.errors import LegalityError, UsageError
from symgrad.evidence.alignment import Sides, aligned, shape_difference, with_tensor
from symgrad.language.naming import base_of
from symgrad.language.program import Program, Role, Tensor
from symgrad.language.walk import walk_statements, written

ORDINALS = ("first", "second")


@dataclass(frozen=True)
class Claim:
    """That two complete programs give equal values of some tensors, which both declare alike.

    `mismatch` says why they cannot: the tensors differ in shape. "" where they do not.
    """

    left: Program
    right: Program
    tensors: tuple[str, ...]
    mismatch: str = ""


def equal_programs(
    a: Program, b: Program, forward: Program | None = None, tensors: Sequence[str] | str | None = None
) -> Claim:
    """The claim that two programs compute the same.

    Args:
        a: a program, with or without the `forward` that runs before it.
        b: the other one.
        forward: the program before both, where they do not carry it themselves. By default that
            which both carry.
        tensors: the names of what is compared, instead of what follows from the programs.

    Raises:
        UsageError: there is nothing to compare, a name is unknown, or the two say contradicting
            things of what they are given.
        LegalityError: a program with unknown names or impossible subscripts.
    """
    if forward is None and a.forward is not None and a.forward == b.forward:
        forward = a.forward
    own = (_behind(a, forward), _behind(b, forward))
    for program in own:
        _check_usable(program)
    names = _named(own, forward, tensors) if tensors is not None else _implied(own, forward)
    sides = (join(own[0]), join(own[1]))
    differences = [text for name in names if (text := shape_difference(sides, name))]
    if differences:
        return Claim(*sides, names, differences[0])
    for name in names:
        sides = _started_equally(sides, own, name, forward)
    left, right = aligned(sides, names)
    return Claim(left, right, names)


def _behind(program: Program, forward: Program | None) -> Program:
    """The program with its forward program, unless it carries one or computes itself what that would."""
    if forward is None or program.forward is not None or written(program.body) & written(join(forward).body):
        return program
    for tensor in program.tensors:
        if tensor.name in forward.tensor_named:
            difference = shape_difference((forward, program), tensor.name)
            if difference:
                raise UsageError(f"the program does not fit its forward program: {difference}")
    return replace(program, forward=forward)


_usable: dict[int, ref[Program]] = {}
"""Programs that have been looked at and are still in use, by identity: one is compared with many others."""


def _check_usable(program: Program) -> None:
    """Refuse names that are unknown and subscripts that are impossible; an untimely read is run as it is written."""
    from symgrad.language.legal.names import name_findings
    from symgrad.language.legal.subscripts import subscript_findings

    key = id(program)
    if key in _usable and _usable[key]() is program:
        return
    findings = list(name_findings(program)) or list(subscript_findings(program))
    if findings:
        raise LegalityError("", findings=findings, source=program.source)
    _usable[key] = ref(program, lambda _: _forget(key))


def _forget(key: int) -> None:
    _usable.pop(key, None)


def _named(own: Sides, forward: Program | None, tensors: Sequence[str] | str) -> tuple[str, ...]:
    """The tensors asked for by name."""
    from symgrad.language.reading.vocabulary import canonical_spelling

    spelled = (tensors,) if isinstance(tensors, str) else tuple(tensors)
    if not spelled:
        raise UsageError("there is nothing to compare: no tensor is named")
    writers = [written(program.body) for program in own]
    known = {t.name for program in own for t in join(program).tensors}
    names = []
    for spelling in spelled:
        name = spelling if spelling in known else canonical_spelling(spelling)
        if not any(name in names_written for names_written in writers):
            if name in known or (forward is not None and base_of(name) in forward.tensor_named):
                raise UsageError(f"there is nothing to compare: neither program writes {name}", hint=_what(writers))
            close = get_close_matches(name, sorted(known), 1)
            hint = f"did you mean {close[0]}?" if close else _what(writers)
            raise UsageError(f"neither program has a tensor {spelling}", hint=hint)
        names.append(name)
    return tuple(dict.fromkeys(names))


def _implied(own: Sides, forward: Program | None) -> tuple[str, ...]:
    """What is compared where nothing is said."""
    writers = [written(program.body) for program in own]
    if forward is None:
        order = dict.fromkeys(s.target.name for _, s in walk_statements(own[0].body))
        both = tuple(name for name in order if name in writers[1])
        if not both:
            raise UsageError("there is nothing to compare: no tensor is written by both programs", hint=_what(writers))
        return both
    whole = join(forward)
    adjoints = [name + suffix_for(whole, "grad") for name in differentiable(whole)]
    found = tuple(name for name in adjoints if any(name in names for names in writers))
    if not found:
        message = "there is nothing to compare: neither program writes a gradient of the forward program's inputs"
        raise UsageError(message, hint=f"say what to compare; {_what(writers)}")
    return found


def _what(writers: Sequence[set[str]]) -> str:
    said = [
        f"the {which} writes {', '.join(sorted(names)) or 'nothing'}"
        for which, names in zip(ORDINALS, writers, strict=True)
    ]
    return ", ".join(said)


def _started_equally(sides: Sides, own: Sides, name: str, forward: Program | None) -> Sides:
    """Both programs with declarations of the tensor that let it start at the same value."""
    declared = [program.tensor_named.get(name) for program in sides]
    writes = [name in written(program.body) for program in own]
    starts = {t.role for t, writing in zip(declared, writes, strict=True) if t is not None and writing}
    role = Role.ACCUMULATOR if Role.ACCUMULATOR in starts else Role.COMPUTED
    known = [t for t in declared if t is not None]
    if role is Role.COMPUTED and not all(writes) and not _is_adjoint(name, forward):
        which = ORDINALS[writes.index(False)]
        raise UsageError(f"the {which} program does not compute {name}", hint="name tensors that both of them write")
    if len({t.initial for t, writing in zip(declared, writes, strict=True) if t is not None and writing}) > 1:
        raise UsageError(f"the two programs are given different slices of {name}")
    model = next(t for t, writing in zip(declared, writes, strict=True) if t is not None and writing)
    padded = any(t.zero_outside for t in known)
    changed = Tensor(name, model.axes, role, zero_outside=padded, initial=model.initial)
    return (with_tensor(sides[0], changed), with_tensor(sides[1], changed))


def _is_adjoint(name: str, forward: Program | None) -> bool:
    return forward is not None and base_of(name) in join(forward).tensor_named
