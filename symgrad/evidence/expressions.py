"""Equations between expressions: read in the language of a program, and as programs that can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symgrad.errors import Finding, LegalityError, ReadingError, SymgradError, UsageError
from symgrad.evidence.alignment import common_sizes
from symgrad.language.build import ONE, add, fresh_name, loop, map_expr, map_node
from symgrad.language.program import Axis, Call, Define, Expr, Index, Program, Range, Ref, Role, Tensor
from symgrad.language.reading.partials import OPERATOR
from symgrad.language.vectors import mentions_vectors, read_vectors
from symgrad.language.walk import free_indices, walk_expr, walk_statements


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
    vectors = mentions_vectors(text, context, aliases)
    if vectors:
        program = read_vectors(text, context, name, aliases)
        ((around, statement),) = walk_statements(program.body)
        value = statement.value
        vectors = set(free_indices(value)) <= {r.index for r in around}  # else some indices were left out
    for _ in range(0 if vectors else 2):  # to see the free indices, then in a loop over them, to see what they run over
        listed = ", ".join(free)
        head = f"for {listed}: {name}[{listed}] = " if free else f"{name} = "
        program, value = _read(head, text, context, aliases)
        before, free = free, free_indices(value)
        if free == before:
            break
    checked = _without_operators(program)
    findings = list(name_findings(checked)) or list(subscript_findings(checked)) or list(_absent(value, context))
    if findings:
        raise LegalityError("", findings=[_moved(f, len(head)) for f in findings], source=text)
    return differentiated(value, _with_indices(context, program))


def _absent(value: Expr, context: Program) -> Iterator[Finding]:
    """Gradients that the program does not have: other names are known by then."""
    for part in walk_expr(value):
        if isinstance(part, Ref) and part.name not in context.tensor_named:
            known = ", ".join(context.tensor_named)
            yield Finding(f"{part.name} is not computed here", part.place, f"here are {known}")


def differentiated(expr: Expr, context: Program) -> tuple[Expr, Program]:
    """The expression with the derivatives in it taken, and the context with statements for them.

    Raises LegalityError for a derivative by what is no tensor's cell, or that cannot be taken.
    """
    if not any(_is_operator(part) for part in walk_expr(expr)):
        return expr, context

    def inner(part: Expr) -> Expr:
        nonlocal context
        done, context = differentiated(part, context)
        return done

    expr = map_expr(expr, inner)
    if not (isinstance(expr, Call) and _is_operator(expr)):
        return expr, context
    body, cell = expr.args
    if not isinstance(cell, Ref) or cell.name not in context.tensor_named:
        raise LegalityError(
            "a derivative is taken by a tensor or by a cell of one",
            cell.place or expr.place,
            "name a tensor of the problem, as in ∂ℓ/∂x or ∂y[i]/∂x[j]",
        )
    from symgrad.calculus.by_cells import derivative

    try:
        return derivative(body, cell, context)
    except UsageError as error:
        raise LegalityError(error.message, expr.place, error.hint) from None


def _is_operator(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == OPERATOR


def _without_operators(program: Program) -> Program:
    """The program with sums for derivatives, to see whether what they are taken of and by has a meaning."""

    def plain(expr: Expr) -> Expr:
        expr = map_expr(expr, plain)
        return add(*expr.args) if isinstance(expr, Call) and _is_operator(expr) else expr

    return replace(program, body=tuple(map_node(node, plain) for node in program.body))


def _read(head: str, text: str, context: Program, aliases: Mapping[str, str] | None) -> tuple[Program, Expr]:
    """The expression as the value of the one statement that begins with `head`."""
    from symgrad.language.read import read_program

    try:
        program = read_program(head + text, context=context, aliases=aliases, check=False, derives=True)
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
