"""Why a backward statement is as it is: a sentence for each rule that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symgrad.calculus.activity import active
from symgrad.calculus.derivatives import ROWS
from symgrad.calculus.occurrences import Contribution, Occurrences
from symgrad.calculus.scope import Scope
from symgrad.language.build import ZERO, neg
from symgrad.language.dependence import output_names
from symgrad.language.program import (
    Add,
    Call,
    Expr,
    FunctionDecl,
    Inv,
    Mul,
    Neg,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Statement,
    Update,
)
from symgrad.language.walk import expr_children, walk_expr, walk_statements
from symgrad.language.write import write_expr

EVERY_UPDATE = (
    "Every `+=` is treated on its own: for each cell that it reads, the gradient of the cell that it adds to, "
    "times the derivative of what it adds, goes to the gradient of the cell that is read."
)
"""The rule of reverse mode, once for all statements."""

EVERY_EQUATION = (
    "Every statement is treated on its own; an equation adds its right side to a cell that is 0. For each cell that is "
    "read there, the gradient of the cell on the left side, times the derivative of the right side, goes to the "
    "gradient of the cell that is read."
)
"""The same where there are definitions among the statements."""


@dataclass(frozen=True)
class Step:
    """One backward statement, with the loops around it, and how it comes about.

    `by` is the cell that the forward statement reads, `derivative` that of the forward value by it
    (its sign included), `reason` the rules that gave the derivative. A tensor that is read several times
    has a step for each of its occurrences, whose sum is the derivative: this one is number `occurrence`
    of `occurrences`.
    """

    ranges: tuple[Range, ...]
    statement: Statement
    by: Ref
    derivative: Expr
    reason: str
    occurrence: int = 1
    occurrences: int = 1


@dataclass(frozen=True)
class Group:
    """What one forward statement gives: its number (from 1), the statement in its loops, the backward statements."""

    number: int
    ranges: tuple[Range, ...]
    statement: Statement
    steps: tuple[Step, ...]


def groups(forward: Program, program: Program, backward: Program, averaged: bool = False) -> Iterator[Group]:
    """The forward statements with the backward statements that each of them gives, last statement first.

    Args:
        forward: the whole forward program, by which statements are counted.
        program: the statements that were differentiated, with what is given to them.
        backward: what `vjp` made of `program`.
        averaged: whether it was told to average the gradients of params.
    """
    numbers = {id(statement): at for at, (_, statement) in enumerate(walk_statements(forward.body), start=1)}
    asked = [name.removesuffix(".grad") for name in backward.outputs]
    through = active(program, asked, output_names(program))
    occurrences = Occurrences(through, Scope(program))
    found = list(walk_statements(backward.body))
    for ranges, statement in reversed(list(walk_statements(program.body))):
        own = [(around, made) for around, made in found if made.place == statement.place]
        contributions = list(occurrences.of(statement, ranges))
        paths = _paths(statement.value, through)
        origins = [(made, path) for made, path in zip(contributions, paths, strict=True) if made.derivative != ZERO]
        params = {t.name for t in program.tensors if averaged and t.role is Role.PARAM}
        steps = tuple(_steps(statement, own, origins, params, program.function_named))
        yield Group(numbers[id(statement)], ranges, statement, steps)


def _steps(
    statement: Statement,
    own: list[tuple[tuple[Range, ...], Statement]],
    origins: list[tuple[Contribution, Around]],
    averaged: set[str],
    functions: Mapping[str, FunctionDecl],
) -> Iterator[Step]:
    """The backward statements of one forward statement, each with the occurrence that it comes from.

    Both are in the order of the occurrences; one whose derivative is literally 0 has no statement.
    """
    negative = isinstance(statement, Update) and statement.sign < 0
    remaining = iter(origins)
    read = Counter(found.ref.name for found, _ in origins)
    seen: Counter[str] = Counter()
    for ranges, made in own:
        for found, path in remaining:
            ref = found.ref
            seen[ref.name] += 1
            if ref.name + ".grad" == made.target.name:
                derivative = neg(found.derivative) if negative else found.derivative
                reason = _sentence(path, ref.name in averaged, functions)
                yield Step(ranges, made, ref, derivative, reason, seen[ref.name], read[ref.name])
                break


Around = list[tuple[Expr, Expr]]
"""What stands around an occurrence, outermost first: pairs of a node and the child on the way to it."""


def _paths(value: Expr, through: frozenset[str]) -> list[Around]:
    """For each occurrence of an active tensor, in order, what stands around it."""
    found: list[Around] = []

    def visit(expr: Expr, path: Around) -> None:
        if isinstance(expr, Ref):
            if expr.name in through:
                found.append(path)
            return
        children = (expr.body,) if isinstance(expr, Reduce) else expr_children(expr)
        for child in children:
            if any(isinstance(part, Ref) and part.name in through for part in walk_expr(child)):
                visit(child, [*path, (expr, child)])

    visit(value, [])
    return found


def _sentence(path: Around, averaged: bool, functions: Mapping[str, FunctionDecl]) -> str:
    """The rules along a path, each once, without a capital: `in a product the other factors stay as they are.`"""
    rules = list(dict.fromkeys(words for parent, child in path if (words := _rule(parent, child, functions))))
    rules = rules or ["the value is the cell itself, so its derivative is 1"]
    if averaged:
        rules.append("the gradient of a parameter is averaged over the batch")
    return f"{'; '.join(rules)}."


def _rule(parent: Expr, child: Expr, functions: Mapping[str, FunctionDecl]) -> str:
    """What happens to a gradient on its way from a node to one of its children."""
    match parent:
        case Mul():
            return "in a product the other factors stay as they are"
        case Inv():
            return "`1/x` has the derivative `-1/x^2`"
        case Add():
            return "in a sum each term is differentiated by itself"
        case Neg():
            return "a minus sign stays"
        case Pow(base, Number() as exponent) if base is child:
            lowered = write_expr(Number(exponent.value - 1))
            power = "2 x" if exponent.value == 2 else f"{write_expr(exponent)} x^{_braced(lowered)}"
            return f"`x^{_braced(write_expr(exponent))}` has the derivative `{power}`"
        case Pow(base, _) if base is child:
            return "`x^n` has the derivative `n x^(n - 1)`"
        case Pow():
            return "`a^x` has the derivative `a^x log(a)`"
        case Reduce("sum", ranges, _):
            return f"the sum over {', '.join(f'`{r.index}`' for r in ranges)} becomes a loop"
        case Reduce(op, _, _):
            return f"{op} passes the gradient to the cells that attain it"
        case Call(function, args):
            return _call_rule(function, args, child, functions.get(function))
    return ""


def _call_rule(function: str, args: tuple[Expr, ...], child: Expr, declared: FunctionDecl | None) -> str:
    slot = next(at for at, arg in enumerate(args) if arg is child)
    if declared is not None:
        return f"`{function}` is differentiated by its argument `{declared.parameters[slot]}`"
    row = ROWS[function][slot] if function in ROWS else ""
    if not row:
        return f"`{function}` is differentiated"
    by = f" by `{'xy'[slot]}`" if len(args) > 1 else ""
    return f"`{function}({', '.join('xy'[: len(args)])})` has the derivative `{row}`{by}"


def _braced(text: str) -> str:
    return text if text.isalnum() else f"({text})"
