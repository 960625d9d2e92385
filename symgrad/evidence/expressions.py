"""Equations between expressions: read in the language of a program, and as programs that can be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symgrad.errors import Finding, LegalityError, ReadingError, SymgradError, UsageError
from symgrad.evidence.alignment import common_sizes
from symgrad.language.build import ONE, add, fresh_name, loop
from symgrad.language.program import Axis, Define, Expr, Index, Program, Range, Ref, Role, Tensor
from symgrad.language.walk import free_indices, walk_statements


@dataclass(frozen=True)
class Equation:
    """Two expressions after a complete program.

    `free` are the indices that either leaves free, `name` is that of a tensor the program does not
    have, which can hold either side.
    """

    left: Expr
    right: Expr
    context: Program
    free: tuple[str, ...]
    name: str

    def programs(self) -> tuple[Program, Program]:
        """The context with a definition of the new tensor by the left side, and by the right side."""
        known = self.context.index_named
        axes = tuple(Axis(name, add(known[name].high, ONE)) for name in self.free)
        target = Ref(self.name, tuple(Index(name) for name in self.free))
        ranges = tuple(Range(name) for name in self.free)
        whole = replace(self.context, tensors=(*self.context.tensors, Tensor(self.name, axes, Role.COMPUTED)))
        left, right = (
            replace(whole, body=(*whole.body, loop(ranges, Define(target, side)))) for side in (self.left, self.right)
        )
        return left, right


def read_equation(
    left: Expr | str, right: Expr | str, context: Program, aliases: Mapping[str, str] | None = None
) -> Equation:
    """The equation of two expressions, or of their texts.

    Raises ReadingError or LegalityError for a text that cannot be read or names what is unknown.
    """
    first, context = _expression(left, context, aliases)
    second, context = _expression(right, context, aliases)
    return equation_of(first, second, context)


def _expression(side: Expr | str, context: Program, aliases: Mapping[str, str] | None) -> tuple[Expr, Program]:
    return read_side(side, context, aliases) if isinstance(side, str) else (side, context)


def equation_of(left: Expr, right: Expr, context: Program) -> Equation:
    """The equation of two expressions over the tensors and indices of a complete program.

    Raises UsageError where an index has no range.
    """
    free = tuple(dict.fromkeys((*free_indices(left), *free_indices(right))))
    for name in free:
        if name not in context.index_named:
            raise UsageError(f"index {name} has no range", hint=f"declare it in the program: `index {name} in ...`")
    taken = {t.name for t in context.tensors} | set(context.index_named) | set(context.size_named)
    return Equation(left, right, context, free, fresh_name("side", taken))


def read_side(text: str, context: Program, aliases: Mapping[str, str] | None = None) -> tuple[Expr, Program]:
    """One expression in the language of a complete program.

    Returns:
        The expression, and the program with the indices and sizes that the text brings along.

    Raises:
        ReadingError, LegalityError: with places in the text.
    """
    from symgrad.language.legal.names import name_findings
    from symgrad.language.legal.subscripts import subscript_findings

    if not text.strip():
        raise ReadingError("there is no expression", source=text)
    taken = {t.name for t in context.tensors} | set(context.index_named) | set(context.size_named)
    name, head = fresh_name("side", taken), ""
    free: list[str] = []
    for _ in range(2):  # once to see the free indices, once in a loop over them, which tells what they run over
        listed = ", ".join(free)
        head = f"for {listed}: {name}[{listed}] = " if free else f"{name} = "
        program, value = _read(head, text, context, aliases)
        free = free_indices(value)
    findings = list(name_findings(program)) or list(subscript_findings(program))
    if findings:
        raise LegalityError("", findings=[_moved(f, len(head)) for f in findings], source=text)
    return value, _with_indices(context, program)


def _read(head: str, text: str, context: Program, aliases: Mapping[str, str] | None) -> tuple[Program, Expr]:
    """The expression as the value of the one statement that begins with `head`."""
    from symgrad.language.read import read_program

    try:
        program = read_program(head + text, context=context, aliases=aliases, check=False)
    except SymgradError as error:
        raise type(error)("", findings=[_moved(f, len(head)) for f in error.findings], source=text) from None
    statements = list(walk_statements(program.body))
    if len(statements) != 1:
        raise ReadingError("this is more than one expression", source=text)
    return program, statements[0][1].value


def _moved(finding: Finding, by: int) -> Finding:
    """The finding about the text without the head that was put before it."""
    place = finding.place
    if place is None or place.line != 1:
        return finding
    return replace(finding, place=replace(place, column=max(1, place.column - by)))


def _with_indices(context: Program, program: Program) -> Program:
    """The context with what an expression read in it says of indices and sizes."""
    added = []
    for index in program.indices:
        own = context.index_named.get(index.name)
        if own is None:
            added.append(index)
        elif own != index:
            raise UsageError(f"index {index.name} runs over different ranges on the two sides of the equation")
    return replace(context, indices=(*context.indices, *added), sizes=common_sizes(context, program))
