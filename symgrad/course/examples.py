"""Counterexamples that people write: formulas for functions, perhaps inputs, perhaps the values of both sides.

f(y, z) = y z; g(x) = x; h(x) = x; x = 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symgrad.calculus.instances import Formula, program_with_formulas, with_formulas
from symgrad.course.chains import read_answer_chains
from symgrad.course.claims import PROVED, REFUTED, UNKNOWN, prove_after
from symgrad.errors import Finding, LegalityError, Place, ReadingError, SymgradError
from symgrad.evidence import Verdict
from symgrad.evidence.verdict import shown_value
from symgrad.language.build import map_expr, mul
from symgrad.language.program import Call, Define, Expr, FunctionDecl, Number, Program, Ref, Role
from symgrad.language.read import read_expression
from symgrad.language.walk import values_read, walk_body, walk_expr

MAX_LENGTH = 10_000
"""The longest text of an answer."""

_LEAD = re.compile(r"\s*(?:(?:take|let|for|so|choose|we|have|is|here)\b[\s:]*)*", re.IGNORECASE)
_WORDS = re.compile(r"\b(?:and|then|where|with|at)\b|\.(?=\s|$)", re.IGNORECASE)
_HEAD = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*(?:\((?P<parameters>[\w\s,]*)\))?\s*")
_POINT = re.compile(r"\s*(?P<name>[^\W\d][\w']*)\s*")


@dataclass(frozen=True)
class Example:
    """Formulas for functions, values for scalar inputs, and what else is said of them."""

    formulas: Mapping[str, Formula]
    inputs: Mapping[str, Expr]
    said: tuple[str, ...]


@dataclass(frozen=True)
class _Piece:
    text: str
    place: Place


def read_example(text: str, context: Program) -> Example | None:
    """The example that a text is; None where it gives no function a formula.

    Raises:
        ReadingError: a formula cannot be read.
        LegalityError: it names what the function does not have.
    """
    if len(text) > MAX_LENGTH:
        raise ReadingError(f"the text is longer than {MAX_LENGTH} characters", hint="write the example alone")
    functions = {f.name: f for f in context.functions}
    scalars = {t.name for t in context.tensors if t.given and not t.axes}
    formulas: dict[str, Formula] = {}
    inputs: dict[str, Expr] = {}
    said: list[str] = []
    pieces = list(_pieces(text))
    if not any(_functions(piece, functions) for piece in pieces):
        return None
    for piece in pieces:
        named = _functions(piece, functions)
        sides = piece.text.split("=")
        point = _POINT.fullmatch(_LEAD.sub("", sides[0], count=1)) if len(sides) == 2 else None
        if named:
            for function, parameters in named:
                if function.name in formulas:
                    raise LegalityError(f"{function.name} has two formulas", piece.place, "give it one of them")
                formulas[function.name] = _formula(function, parameters, sides[-1], piece)
        elif point and point["name"] in scalars:
            if point["name"] in inputs:
                raise LegalityError(f"{point['name']} has two values", piece.place, "give it one of them")
            inputs[point["name"]] = _number(sides[1], piece)
        elif piece.text.strip():
            said.append(_LEAD.sub("", piece.text, count=1))
    return Example(formulas, inputs, tuple(said))


def judged_example(
    example: Example, left: Expr, right: Expr, context: Program, spellings: Mapping[str, str]
) -> Verdict:
    """Whether the two sides of a false equation differ for these functions, and whether what is said of them holds."""
    instance = program_with_formulas(context, example.formulas)
    instance = _at(instance, example.inputs)
    sides = [with_formulas(side, example.formulas) for side in (left, right)]
    missing = _open(sides, instance)
    if missing:
        for text in example.said:  # what cannot be read is told first: a formula may be hidden in it
            read_answer_chains(text, context, spellings)
        return Verdict(
            REFUTED, reason=f"the example has no formula for {' and '.join(missing)}: give every function one"
        )
    verdict = prove_after(sides[0], sides[1], instance)
    at = ", ".join(f"{name} = {value.value}" for name, value in example.inputs.items() if isinstance(value, Number))
    where = f" at {at}" if at else ""
    if verdict:
        return Verdict(REFUTED, reason=f"for these functions both sides are equal{where}")
    if verdict.witness is None:
        return Verdict(UNKNOWN, reason=f"the two sides could not be compared for these functions{where}")
    fault = _fault(example, context, spellings)
    if fault:
        return Verdict(REFUTED, reason=fault, witness=verdict.witness)
    values = [shown_value(value) for value in (verdict.witness.left, verdict.witness.right)]
    found = ", ".join(
        f"{name} = {shown_value(v)}" for name, v in verdict.witness.inputs.items() if not isinstance(v, list)
    )
    where = where or (f" at {found}" if found else "")
    words = f"for these functions the left side is {values[0]} and the right side {values[1]}{where}"
    return Verdict(PROVED, evidence=(words,), witness=verdict.witness)


def _open(sides: Sequence[Expr], program: Program) -> list[str]:
    """The functions that are left open on which two expressions depend."""
    from symgrad.evidence.inequalities.context import needed

    parts = [*walk_body(needed(program, sides).body), *(part for side in sides for part in walk_expr(side))]
    called = {part.function for part in parts if isinstance(part, Call)}
    return [function.name for function in program.functions if function.name in called]


def _fault(example: Example, context: Program, spellings: Mapping[str, str]) -> str:
    """What is said of the example and does not hold; "" where all of it holds."""
    for text in example.said:
        for chain in read_answer_chains(text, context, spellings):
            instance = _at(program_with_formulas(chain.context, example.formulas), example.inputs)
            for one, other in pairwise(chain.sides):
                sides = [with_formulas(side.expr, example.formulas) for side in (one, other)]
                verdict = prove_after(sides[0], sides[1], instance)
                if verdict.status != (REFUTED if other.sign == "≠" else PROVED):
                    return f"for these functions `{one.text} {other.sign} {other.text}` does not hold"
    return ""


def _at(program: Program, inputs: Mapping[str, Expr]) -> Program:
    """The program with values for some of its scalar inputs."""
    tensors = tuple(replace(t, role=Role.COMPUTED, sign="") if t.name in inputs else t for t in program.tensors)
    values = tuple(Define(Ref(name), value) for name, value in inputs.items())
    return replace(program, tensors=tensors, body=(*values, *program.body))


def _pieces(text: str) -> Iterator[_Piece]:
    """What line ends, semicolons, and commas outside of brackets part."""
    for number, line in enumerate(text.splitlines(), start=1):
        depth, start = 0, 0
        code = _WORDS.sub(lambda word: ";".ljust(len(word[0])), line.partition("#")[0]) + ";"
        for at, char in enumerate(code):
            depth += (char in "([{") - (char in ")]}")
            if depth <= 0 and (char == ";" or (char == "," and "=" in code[start:at])):
                if code[start:at].strip():
                    yield _Piece(code[start:at].strip(), Place(number, start + 1, max(1, at - start)))
                start = at + 1
        if code[start:].strip():  # a bracket that is never closed
            yield _Piece(code[start:-1].strip(), Place(number, start + 1, max(1, len(code) - 1 - start)))


def _functions(piece: _Piece, functions: Mapping[str, FunctionDecl]) -> list[tuple[FunctionDecl, tuple[str, ...]]]:
    """The functions that a piece gives a formula, with the letters it uses for their parameters: `g(x) = h(x) = x`."""
    heads = _LEAD.sub("", piece.text, count=1).split("=")[:-1]
    named: list[tuple[FunctionDecl, tuple[str, ...]]] = []
    for head in heads:
        found = _HEAD.fullmatch(head)
        if found is None or found["name"] not in functions:
            return []
        function = functions[found["name"]]
        listed = function.parameters
        if found["parameters"] is not None:
            listed = tuple(name.strip() for name in found["parameters"].split(","))
        named.append((function, listed))
    return named


def _formula(function: FunctionDecl, parameters: Sequence[str], text: str, piece: _Piece) -> Formula:
    if len(parameters) != len(function.parameters) or len(set(parameters)) != len(parameters):
        known = f"{function.name}({', '.join(function.parameters)})"
        raise LegalityError(f"{function.name} has {len(function.parameters)} parameters", piece.place, f"write {known}")
    value = _split_letters(_expression(text, piece), set(parameters))
    unknown = sorted(values_read(value) - set(parameters))
    if unknown:
        hint = f"its parameters are {', '.join(parameters)}"
        raise LegalityError(f"the formula of {function.name} names {unknown[0]}", piece.place, hint)
    return Formula(tuple(parameters), value)


def _split_letters(expr: Expr, parameters: set[str]) -> Expr:
    """`yz` as y z, where these are parameters and `yz` is none."""
    if isinstance(expr, Ref) and expr.name not in parameters and set(expr.name) <= parameters and not expr.subscripts:
        return mul(*(Ref(letter) for letter in expr.name))
    return map_expr(expr, lambda part: _split_letters(part, parameters))


def _number(text: str, piece: _Piece) -> Expr:
    value = _expression(text, piece)
    if any(isinstance(part, Ref) for part in walk_expr(value)):
        raise LegalityError("the value of an input is a number", piece.place)
    return value


def _expression(text: str, piece: _Piece) -> Expr:
    try:
        return read_expression(text.strip())
    except ReadingError as error:
        raise ReadingError("", findings=[Finding(f.message, piece.place, f.hint) for f in error.findings]) from None
    except SymgradError as error:
        raise ReadingError(error.message, piece.place, error.hint) from None
