"""Equations as a student or a document writes them for an answer: chains of sides, each judged against the one before.

A line that begins with a sign goes on with the chain above, and so does what follows an open bracket or a sign at a
line's end. A chain may go on with ≠ where two sides are said to differ. What cannot be read is told apart from what
reads but has no meaning: the first is a ReadingError, the second a LegalityError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symgrad.errors import Finding, LegalityError, Place, ReadingError, SymgradError
from symgrad.language.affine import as_affine
from symgrad.language.build import ONE, add, loop
from symgrad.language.program import Axis, Define, Expr, Index, Program, Range, Ref, Role, Tensor
from symgrad.language.reading.source import MAX_BYTES
from symgrad.language.walk import free_indices, values_read, walk_statements

MAX_SIDES = 100
"""The most sides of all equations of an answer."""

_SIGN = re.compile(r"≠|!=|\\neq?\b|[+\-−]=|(?<![<>:=])=(?!=)")
_FULL_STOP = re.compile(r"(?<=[^\s.])\.\s*$")
_NAME = re.compile(r"([^\W\d]\w*'*)(\[[\w\s,]*\])?")
_HEAD = re.compile(r"\s*for\s+[^:=\[]*:", re.IGNORECASE)
_ENDS_OPEN = re.compile(r"[=+\-−*·/^(\[{,]\s*$")
_GOES_ON = re.compile(r"\s*(=|≠|!=|\\neq?\b|[+\-−*·/^)\]}])")


@dataclass(frozen=True)
class Side:
    """A side: its text in one line, what it is read as, the sign in front of it ("" for the first), and its place."""

    text: str
    expr: Expr
    sign: str
    place: Place


@dataclass(frozen=True)
class Chain:
    """The sides of a chain, and the program after which they are said to be equal."""

    sides: tuple[Side, ...]
    context: Program


@dataclass(frozen=True)
class _Raw:
    text: str
    sign: str
    line: int
    column: int


def read_answer_chains(
    text: str, context: Program, aliases: Mapping[str, str] | None = None, *, alone: bool = False
) -> tuple[Chain, ...]:
    """The chains of a text.

    Args:
        text: equations; with `alone` true, also expressions without a sign.
        context: the complete program whose tensors they name.
        aliases: other spellings of tensors.
        alone: whether a chain may have one side.

    Raises:
        ReadingError: with every side that cannot be read.
        LegalityError: with every side that reads but has no meaning.
    """
    from symgrad.evidence.expressions import read_side

    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ReadingError(f"the text is longer than {MAX_BYTES // 1024} kB", hint="give it in smaller pieces")
    chains: list[Chain] = []
    findings: dict[type[SymgradError], list[Finding]] = {ReadingError: [], LegalityError: []}
    count, told = 0, context
    for raws in _chains(text):
        count += len(raws)
        if count > MAX_SIDES:
            raise ReadingError(f"this has more than {MAX_SIDES} sides of equations", Place(raws[0].line, 1))
        own, sides = told, []
        if len(raws) < 2 and not alone:
            place = Place(raws[0].line, raws[0].column, len(raws[0].text))
            findings[ReadingError].append(Finding("there is no equation here", place, "write `left = right`"))
            continue
        left, own, named = _definition(raws, own, aliases)
        sides += named
        for raw in left:
            try:
                expr, own = read_side(raw.text, own, aliases)
                place = Place(raw.line, raw.column, max(1, len(raw.text.rstrip())))
                sides.append(Side(" ".join(raw.text.split()), expr, raw.sign, place))
            except SymgradError as error:
                kind = ReadingError if isinstance(error, ReadingError) else LegalityError
                findings[kind] += [_moved(finding, raw) for finding in error.findings]
        told = own if named else told
        chains.append(Chain(tuple(sides), own))
    for fault, found in findings.items():
        if found:
            raise fault("", findings=found, source=text)
    if not chains:
        raise ReadingError("there is no equation here", hint="write `left = right`", source=text)
    return tuple(chains)


def names_behind(expr: Expr, context: Program, known: Program) -> frozenset[str]:
    """The tensors that an expression names, those behind definitions of the answer's own among them.

    `context` is the program of the answer, `known` that of the question.
    """
    names, pending = set[str](), set(values_read(expr))
    while pending - names:
        names |= pending
        own = names - known.tensor_named.keys()
        pending = {
            name
            for _, statement in walk_statements(context.body)
            if statement.target.name in own and not statement.target.name.startswith("∂")
            for name in values_read(statement.value)
        }
    return frozenset(names)


def _definition(
    raws: list[_Raw], context: Program, aliases: Mapping[str, str] | None
) -> tuple[list[_Raw], Program, list[Side]]:
    """What a chain defines that begins with a name which nothing has: `e = y.grad · y`.

    Returns the sides that are left to be read, the program with the definition, and the side of the name.
    """
    from symgrad.evidence.expressions import read_side

    found = _NAME.fullmatch(raws[0].text.strip())
    if found is None or len(raws) < 2 or raws[1].sign != "=" or _is_known(found[1], context, aliases):
        return raws, context, []
    try:
        value, own = read_side(raws[1].text, context, aliases)
    except SymgradError:
        return raws, context, []  # told when the side is read
    free = free_indices(value)
    listed = [name.strip() for name in (found[2] or "").strip("[]").split(",") if name.strip()] or free
    if set(listed) != set(free) or len(set(listed)) != len(listed):
        return raws, context, []
    indices = own.index_named
    extents = [as_affine(add(indices[name].high, ONE)) for name in listed]
    if None in extents:
        return raws, context, []
    axes = tuple(Axis(name, e.to_expr()) for name, e in zip(listed, extents, strict=True) if e is not None)
    cell = Ref(found[1], tuple(map(Index, listed)))
    node = loop(tuple(map(Range, listed)), Define(cell, value))
    tensors = (*own.tensors, Tensor(found[1], axes, Role.COMPUTED))
    place = Place(raws[0].line, raws[0].column, len(raws[0].text))
    side = Side(raws[0].text, cell, "", place)
    return raws[1:], replace(own, tensors=tensors, body=(*own.body, node)), [side]


def _is_known(name: str, context: Program, aliases: Mapping[str, str] | None) -> bool:
    """Whether a name means something already: as it stands, or as another spelling of what does."""
    from symgrad.evidence.expressions import read_side

    if name in (aliases or {}) or name in context.function_named or name in context.size_named:
        return True
    if name in context.index_named or name in context.tensor_named:
        return True
    try:
        read_side(name, context, aliases)
    except LegalityError as error:
        return "unknown name" not in error.message
    except SymgradError:
        pass
    return True


def _chains(text: str) -> Iterator[list[_Raw]]:
    """The sides of each chain, as texts."""
    block: list[tuple[str, int]] = []
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        code = _FULL_STOP.sub("", line.partition("#")[0])
        if not code.strip():
            continue
        if block and not (depth > 0 or _GOES_ON.match(code) or _ENDS_OPEN.search(block[-1][0])):
            yield _sides(block)
            block = []
        block.append((code, number))
        depth = max(0, depth + _steps(code))
    if block:
        yield _sides(block)


def _sides(block: list[tuple[str, int]]) -> list[_Raw]:
    """What the signs outside of brackets part."""
    whole = "\n".join(line for line, _ in block)
    head = _HEAD.match(whole)
    begin = head.end() if head else 0
    cuts, depth, last = [], 0, begin
    for found in _SIGN.finditer(whole, begin):
        depth, last = depth + _steps(whole[last : found.start()]), found.start()
        if not depth:
            cuts.append(found)
            _refuse_update(found[0], block, whole, found.start())
    starts = [begin, *(found.end() for found in cuts)]
    ends = [*(found.start() for found in cuts), len(whole)]
    signs = ["", *("=" if found[0].endswith("=") and found[0] != "!=" else "≠" for found in cuts)]
    made = []
    for start, end, sign in zip(starts, ends, signs, strict=True):
        part = whole[start:end]
        ahead = start + len(part) - len(part.lstrip())
        line = whole.count("\n", 0, ahead)
        column = ahead - (whole.rfind("\n", 0, ahead) + 1) + 1
        made.append(_Raw(part.strip().replace("\n", " "), sign, block[min(line, len(block) - 1)][1], column))
    if len(made) > 1 and not made[0].text:
        made = [replace(made[1], sign=""), *made[2:]]
    missing = next((raw for raw in made if not raw.text), None)
    if missing is not None:
        raise ReadingError("a side of the equation is missing", Place(missing.line, missing.column))
    return made


def _refuse_update(sign: str, block: list[tuple[str, int]], whole: str, at: int) -> None:
    """Refuses `-=`; `+=` onto what starts at 0 is an equation."""
    if sign in ("-=", "−="):
        line = block[whole.count("\n", 0, at)][1]
        column = at - (whole.rfind("\n", 0, at) + 1) + 1
        hint = "an equation says that two sides are equal: write = and the minus sign behind it"
        raise ReadingError("this is an update, not an equation", Place(line, column, 2), hint)


def _steps(text: str) -> int:
    return sum(map(text.count, "([{")) - sum(map(text.count, ")]}"))


def _moved(finding: Finding, raw: _Raw) -> Finding:
    """The finding about a side, at its place in the whole text (exact where the side stands on one line)."""
    place = finding.place or Place(1, 1)
    return replace(finding, place=Place(raw.line, raw.column + place.column - 1, place.length))
