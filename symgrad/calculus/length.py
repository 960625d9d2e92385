"""How long a derivative will be, estimated before it is made.

The chain rule writes around each occurrence of a tensor the derivatives of all that it stands in,
and most of these repeat what they differentiate: the derivative of a product of n factors has n * n
of them, that of a tower of n powers n * n * n. The estimate follows the rules of `occurrences.py`,
one case a kind of node, but counts instead of making anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from symgrad.calculus.derivatives import partial
from symgrad.errors import UsageError
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Add, Call, Expr, Inv, Mul, Neg, Pow, Program, Reduce, Ref
from symgrad.language.walk import expr_children, walk_expr, walk_statements

LONGEST = 20_000
"""How many nodes the expressions of a derived program may have: some 80 kB of text."""

MOST_FACTORS = 120_000
"""How many nodes may be put together to make them: more where equal factors become powers."""

DEEPEST = 200
"""How many expressions may stand one within the other where they are differentiated."""

_ARGUMENTS = (Ref("x"), Ref("y"))


@dataclass(frozen=True)
class Length:
    """Of an expression: its nodes and levels; the occurrences in it, and the nodes of its derivatives by all of them.

    `handled` are the nodes of these derivatives before equal factors in them become powers.
    """

    nodes: int
    levels: int
    occurrences: int = 0
    derivative: int = 0
    handled: int = 0


def check_length(program: Program, through: frozenset[str]) -> None:
    """Refuse a program whose derivative through these tensors would be too long to be made and read.

    Raises UsageError with the place of the statement whose derivative is, or with which all of them are.
    """
    total = handled = 0
    for _, statement in walk_statements(program.body):
        if statement.target.name not in through:
            continue
        found = length(statement.value, through)
        ends = 4 * length(statement.target, through).nodes + 1  # loops, what is added to, the upstream adjoint
        own = found.derivative + found.occurrences * ends
        total, handled = total + own, handled + found.handled
        message = hint = ""
        if found.levels > DEEPEST and found.occurrences:
            message = f"this statement for {statement.target.name} is nested too deep to be differentiated"
            hint = "break it up: give what is inside names of its own"
        elif own > LONGEST or found.handled > MOST_FACTORS:
            message = f"the derivative of this statement for {statement.target.name} would be too long"
            hint = "break it up: give its parts names of their own"
        elif total > LONGEST or handled > MOST_FACTORS:
            message = f"the derivative of the program up to this statement for {statement.target.name} is too long"
            hint = "differentiate by fewer tensors, or take the program in parts"
        if message:
            raise UsageError(message, statement.place, hint, source=program.source)


def length(expr: Expr, through: frozenset[str]) -> Length:
    """The length of an expression and of its derivatives by the cells of these tensors in it.

    >>> x = Ref("x")
    >>> length(Mul((x, x, x)), frozenset({"x"})).handled
    6
    """
    nodes, levels, occurrences, derivative, handled = 1, 0, 0, 0, 0
    parts = [length(child, through) for child in expr_children(expr)]
    for part in parts:
        nodes += part.nodes
        levels = max(levels, part.levels)
    if isinstance(expr, Ref):
        return Length(nodes, levels + 1, int(expr.name in through))
    merged = _merged(expr.args, parts) if isinstance(expr, Mul) else ()
    for at, (part, factor) in enumerate(_factors(expr, parts, nodes)):
        occurrences += part.occurrences
        handled += part.handled + part.occurrences * factor
        derivative += part.derivative + part.occurrences * (merged[at] if merged else factor)
    return Length(nodes, levels + 1, occurrences, derivative, handled)


def _merged(args: Sequence[Expr], parts: Sequence[Length]) -> list[int]:
    """The nodes beside each factor of a product when equal ones, and those divided by, have become powers."""
    bases = [arg.arg if isinstance(arg, Inv) else arg for arg in args]
    counts = Counter(bases)
    total = sum({base: part.nodes for base, part in zip(bases, parts, strict=True)}.values())
    return [total - part.nodes * (counts[base] == 1) for base, part in zip(bases, parts, strict=True)]


def _factors(expr: Expr, parts: list[Length], nodes: int) -> Iterator[tuple[Length, int]]:
    """Each part of an expression that a derivative passes into, and the nodes of the factor that it then gets."""
    match expr:
        case Add() | Neg():
            yield from ((part, 0) for part in parts)
        case Mul():
            yield from ((part, nodes - 1 - part.nodes) for part in parts)
        case Inv():
            yield parts[0], nodes + 2
        case Pow():
            yield parts[0], nodes + parts[1].nodes + 2
            yield parts[1], nodes + parts[0].nodes + 1
        case Call(function) if function in FUNCTIONS:
            for slot, part in enumerate(parts):
                if part.occurrences:
                    row, *times = _row_length(function, slot)
                    yield part, row + sum(n * arg.nodes for n, arg in zip(times, parts, strict=False))
        case Call():
            yield from ((part, nodes) for part in parts)
        case Reduce(op):
            yield parts[-1], nodes - parts[-1].nodes if op == "sum" else nodes + parts[-1].nodes


@cache
def _row_length(function: str, slot: int) -> tuple[int, ...]:
    """The nodes of a function's derivative besides its arguments, and how often it has each of these."""
    row = list(walk_expr(partial(function, _ARGUMENTS[: FUNCTIONS[function].arity], slot)))
    times = [row.count(argument) for argument in _ARGUMENTS]
    return len(row) - sum(times), *times
