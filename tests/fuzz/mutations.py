"""Small changes of an expression or a program after which its values are others, nearly always."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from symgrad.language.build import ONE, add, inv, mul, neg, number, power, rename
from symgrad.language.program import (
    Add,
    Call,
    Define,
    Expr,
    Index,
    Indicator,
    Inv,
    Loop,
    Mul,
    Neg,
    Node,
    Number,
    Pow,
    Program,
    Range,
    Reduce,
    Ref,
    Size,
    Update,
)
from symgrad.language.walk import walk_statements
from tests.fuzz.trees import put, spots, values_of, with_statement, with_value

OTHER_FUNCTION = {
    "exp": "softplus",
    "tanh": "sigmoid",
    "sigmoid": "tanh",
    "softplus": "exp",
    "log": "sqrt",
    "sqrt": "log",
    "relu": "abs",
    "abs": "relu",
    "step": "sign",
    "sign": "step",
    "max": "min",
    "min": "max",
    "sin": "cos",
    "cos": "sin",
    "erf": "tanh",
    "silu": "relu",
}


@dataclass(frozen=True)
class Mutant:
    """What was changed (its kind), and what came of it."""

    kind: str
    program: Program


Letters = Mapping[str, Sequence[str]]
"""For each index the indices over the same range, itself too."""


def letters_of(program: Program) -> dict[str, list[str]]:
    """The indices over the same range, for each index."""
    of: dict[tuple[Expr, Expr], list[str]] = {}
    for index in program.indices:
        of.setdefault((index.low, index.high), []).append(index.name)
    return {index.name: of[index.low, index.high] for index in program.indices}


def expression_mutants(expr: Expr, scope: tuple[str, ...], letters: Letters) -> Iterator[tuple[str, Expr]]:
    """Every expression that one small change makes of this one, with the kind of the change."""
    for spot in spots(expr, scope):
        for kind, new in _of_part(spot.part, spot.scope, letters):
            if new != spot.part:
                yield kind, put(expr, spot.path, new)


def _of_part(part: Expr, scope: tuple[str, ...], letters: Letters) -> Iterator[tuple[str, Expr]]:
    match part:
        case Add(args):
            yield from _of_sum(args)
        case Mul(args):
            for n in range(len(args)):
                yield "dropped factor", mul(*args[:n], *args[n + 1 :])
        case Neg(arg):
            yield "sign", arg
        case Inv(Add((Size() as size, Number(value)))) if value == -1:
            yield "size", inv(size)
        case Inv(Size() as size):
            yield "size", inv(add(size, ONE))
        case Inv(arg):
            yield "exponent", arg
            yield "exponent", inv(power(arg, number(2)))
        case Size():
            yield "size", add(part, ONE)
        case Pow(base, Number(value)):
            yield "exponent", power(base, number(value + 1))
            yield "exponent", power(base, number(value - Fraction(1, 2) if value.denominator == 1 else -value))
        case Call(function, args):
            if function in OTHER_FUNCTION:
                yield "function", replace(part, function=OTHER_FUNCTION[function])
            yield "dropped function", args[0]
        case Ref():
            yield from _of_cell(part, scope, letters)
        case Indicator("=", left, right):
            yield "delta", Indicator("!=", left, right)
            yield "delta", ONE
        case Reduce():
            yield from _of_reduction(part, letters, scope)
    if not isinstance(part, Number | Neg):
        yield "factor", mul(number(2), part)
        yield "sign", neg(part)


def _of_sum(args: tuple[Expr, ...]) -> Iterator[tuple[str, Expr]]:
    for n, arg in enumerate(args):
        yield "dropped term", add(*args[:n], *args[n + 1 :])
        yield "doubled term", add(*args, arg)


def _of_cell(cell: Ref, scope: tuple[str, ...], letters: Letters) -> Iterator[tuple[str, Expr]]:
    subscripts = cell.subscripts
    for n, subscript in enumerate(subscripts):
        if isinstance(subscript, Index):
            for letter in letters.get(subscript.name, ()):
                if letter in scope and letter != subscript.name:
                    yield "index", replace(cell, subscripts=(*subscripts[:n], Index(letter), *subscripts[n + 1 :]))
    if len(subscripts) == 2:
        first, second = (s.name if isinstance(s, Index) else "" for s in subscripts)
        if first != second and second in letters.get(first, ()):
            yield "transposed", replace(cell, subscripts=subscripts[::-1])


def _of_reduction(part: Reduce, letters: Letters, scope: tuple[str, ...]) -> Iterator[tuple[str, Expr]]:
    first, *rest = part.ranges
    if part.op == "sum" and first.whole:
        low = number(1)
        yield "range", replace(part, ranges=(Range(first.index, low, None), *rest))
    if first.whole and not rest:
        for letter in letters.get(first.index, ()):
            if letter in scope:
                yield "no sum", part.body if first.index not in letters else _renamed(part.body, first.index, letter)
                break


def _renamed(expr: Expr, old: str, new: str) -> Expr:
    return rename(expr, {old: Index(new)})


def program_mutants(program: Program, start: int = 0) -> Iterator[Mutant]:
    """Every program that one small change makes of this one, from the statement of that number on."""
    letters = letters_of(program)
    for at, scope, statement in values_of(program)[start:]:
        for kind, value in expression_mutants(statement.value, scope, letters):
            yield Mutant(kind, with_value(program, at, value))
        yield Mutant("dropped statement", with_statement(program, at, lambda _: ()))
        if isinstance(statement, Update):
            yield Mutant("doubled statement", with_statement(program, at, lambda s: (s, s)))
            yield Mutant("sign", with_statement(program, at, _other_sign))
            yield Mutant("= for +=", with_statement(program, at, _assigned))
        elif isinstance(statement, Define):
            yield Mutant("+= for =", with_statement(program, at, lambda s: (s, Update(s.target, 1, s.value))))
    yield from _orders(program)


def _other_sign(statement: Update | Define) -> tuple[Update | Define, ...]:
    assert isinstance(statement, Update)
    return (replace(statement, sign=-statement.sign),)


def _assigned(statement: Update | Define) -> tuple[Update | Define, ...]:
    assert isinstance(statement, Update)
    value = statement.value if statement.sign > 0 else neg(statement.value)
    return (Define(statement.target, value),)


def _orders(program: Program) -> Iterator[Mutant]:
    """Two neighbouring nodes have changed places where the second reads what the first writes; loops have turned."""
    body = program.body
    for at in range(len(body) - 1):
        if _names_written(body[at]) & _names_read(body[at + 1]):
            swapped = (*body[:at], body[at + 1], body[at], *body[at + 2 :])
            yield Mutant("order", replace(program, body=swapped))


def _names_written(node: Node) -> set[str]:
    return {s.target.name for _, s in walk_statements((node,))}


def _names_read(node: Node) -> set[str]:
    found: set[str] = set()
    for _, statement in walk_statements((node,)):
        found |= {spot.part.name for spot in spots(statement.value, ()) if isinstance(spot.part, Ref)}
    return found


def has_empty_loop(program: Program) -> bool:
    """Whether nothing is left in the program or in one of its loops."""
    return not program.body or any(isinstance(node, Loop) and not node.body for node in program.body)
