"""Random pairs, each made from its own seed: a left side, and a right side that is equal by construction or mutated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from symgrad.calculus import vjp
from symgrad.calculus.activity import join
from symgrad.errors import SymgradError
from symgrad.evidence.expressions import Equation, equation_of
from symgrad.language.legality import findings
from symgrad.language.program import Expr, IndexDecl, Program, Update
from symgrad.language.walk import walk_expr, written
from tests.algebra import transformations as t
from tests.fuzz.function_rules import RULES
from tests.fuzz.mutations import expression_mutants, has_empty_loop, letters_of, program_mutants
from tests.fuzz.programs import random_expression, random_program, split_statement, turned_sign
from tests.fuzz.rules import ADDING, Where
from tests.fuzz.trees import pruned, put, spots, values_of, with_statement, with_value
from tests.fuzz.world import CONTEXT, World

EXPRESSIONS, PROGRAMS, GRADIENTS = "expressions", "programs", "gradients"
_TRIES = 40
_LONGEST = 90
"""Nodes of an expression up to which it is rewritten."""


@dataclass(frozen=True)
class Pair:
    """Two complete programs that are to leave equal values in some tensors.

    `equal`: by construction; else the right one was mutated. `steps` are the rules and the mutation that
    made the right side. `equation` is there where two expressions are compared.
    """

    seed: str
    kind: str
    equal: bool
    steps: tuple[str, ...]
    left: Program
    right: Program
    tensors: tuple[str, ...]
    forward: Program | None = None
    equation: Equation | None = None


def pair_of(seed: int, number: int) -> Pair:
    """The pair of a number; every other one is mutated."""
    name = f"{seed}:{number}"
    for attempt in range(_TRIES):
        draw = Random(f"{name}:{attempt}")
        make = draw.choices((_of_expressions, _of_programs, _of_gradients), (5, 5, 2))[0]
        pair = make(World(draw), name, number % 2 == 0)
        if pair is not None:
            return pair
    raise AssertionError(f"no pair was made from seed {name}")


# Expressions


def _of_expressions(world: World, seed: str, equal: bool) -> Pair | None:
    left, scope = random_expression(world, world.draw.choice((2, 3, 3)))
    right, steps = rewritten(left, scope, world, _count(world, equal))
    if not equal:
        mutants = list(expression_mutants(right, scope, letters_of(CONTEXT)))
        if not mutants:
            return None
        kind = world.draw.choice(sorted({kind for kind, _ in mutants}))
        right = world.draw.choice([new for found, new in mutants if found == kind])
        steps = (*steps, f"mutated: {kind}")
    if not steps or left == right:
        return None
    equation = equation_of(left, right, pruned(CONTEXT, (left, right)))
    return Pair(seed, EXPRESSIONS, equal, steps, *equation.programs(), (equation.name,), equation=equation)


def _count(world: World, equal: bool) -> int:
    """How many rules are applied."""
    return world.draw.choice((1, 2, 3, 4) if equal else (0, 0, 1, 2))


def rewritten(expr: Expr, scope: tuple[str, ...], world: World, count: int) -> tuple[Expr, tuple[str, ...]]:
    """The expression after so many rules at random places, and the rules' names."""
    steps: list[str] = []
    while len(steps) < count and sum(1 for _ in walk_expr(expr)) <= _LONGEST:
        adding = world.draw.random() < 0.3
        names = [name for name in RULES if (name in ADDING) == adding]
        found = _step(expr, scope, world, world.draw.sample(names, len(names)))
        if found is None and not adding:
            found = _step(expr, scope, world, world.draw.sample(sorted(ADDING), len(ADDING)))
        if found is None:
            break
        expr = found[0]
        steps.append(found[1])
    return expr, tuple(steps)


def _step(expr: Expr, scope: tuple[str, ...], world: World, names: list[str]) -> tuple[Expr, str] | None:
    """The expression after the first of the rules that fits somewhere, and its name."""
    places = list(spots(expr, scope))
    for name in names:
        for spot in world.draw.sample(places, len(places)):
            new = RULES[name](spot.part, Where(world, spot.scope))
            if new is not None and new != spot.part:
                return put(expr, spot.path, new), name
    return None


# Programs


def _of_programs(world: World, seed: str, equal: bool) -> Pair | None:
    left = random_program(world, world.draw.choice((2, 2, 3, 4)), 2)
    world.only(left)
    right, steps = rewritten_program(left, world, _count(world, equal))
    right, steps = (right, steps) if equal else _mutated(right, steps, world)
    if not steps or has_empty_loop(right) or left.body == right.body:
        return None
    tensors = _compared(left, right, world)
    return Pair(seed, PROGRAMS, equal, steps, pruned(left), pruned(right), tensors) if tensors else None


def _compared(left: Program, right: Program, world: World) -> tuple[str, ...]:
    """The tensors that both compute, or the last of them."""
    both = written(left.body) & written(right.body)
    names = tuple(tensor.name for tensor in left.tensors if tensor.name in both)
    return names if world.draw.random() < 0.7 else names[-1:]


def _mutated(program: Program, steps: tuple[str, ...], world: World) -> tuple[Program, tuple[str, ...]]:
    mutants = list(program_mutants(program))
    kind = world.draw.choice(sorted({mutant.kind for mutant in mutants}))
    chosen = world.draw.choice([mutant for mutant in mutants if mutant.kind == kind])
    return chosen.program, (*steps, f"mutated: {kind}")


Change = Callable[[Program, World], Program]


def rewritten_program(program: Program, world: World, count: int) -> tuple[Program, tuple[str, ...]]:
    """The program after so many changes that keep its values: of its statements, and of its expressions."""
    steps: list[str] = []
    program = replace(program, indices=_all_indices(program))
    for _ in range(_TRIES):
        if len(steps) >= count:
            break
        if world.draw.random() < 0.5:
            name = world.draw.choice(list(CHANGES))
            new, names = CHANGES[name](program, world), (name,)
        else:
            at, scope, statement = world.draw.choice(values_of(program))
            value, names = rewritten(statement.value, scope, world, 1)
            new = with_value(program, at, value)
        if names and new.body != program.body:
            program = new
            steps += names
    return program, tuple(steps)


def _some_inlined(program: Program, world: World) -> Program:
    names = [name for name, _ in t.temporaries(program)]
    read = {name for name in names if name in _last(program)}
    left = [name for name in names if name not in read]
    return t.inlined(program, world.draw.choice(left)) if left else program


def _last(program: Program) -> set[str]:
    """What is not to be put into others: the last tensor, and gradients."""
    names = [statement.target.name for _, _, statement in values_of(program)]
    return {names[-1]} | {name for name in names if name.endswith(".grad")}


def _split(program: Program, world: World) -> Program:
    at = world.draw.randrange(len(values_of(program)))
    return with_statement(program, at, split_statement)


def _turned_sign(program: Program, world: World) -> Program:
    at, _, statement = world.draw.choice(values_of(program))
    return with_statement(program, at, lambda s: (turned_sign(s),)) if isinstance(statement, Update) else program


CHANGES: dict[str, Change] = {
    "reordered": lambda program, world: t.reordered(program, world.draw),
    "own letters": lambda program, world: t.own_letters(program, world.draw),
    "turned loops": lambda program, world: t.turned_loops(program, world.draw),
    "in one loop": lambda program, world: t.in_one_loop(program, world.draw),
    "sums as loops": lambda program, _: t.sums_as_loops(program),
    "loops as sums": lambda program, _: t.loops_as_sums(program),
    "inlined": _some_inlined,
    "split statement": _split,
    "turned sign": _turned_sign,
}


# Gradients


def _of_gradients(world: World, seed: str, equal: bool) -> Pair | None:
    forward = pruned(random_program(world, world.draw.choice((1, 2)), 2))
    forward = replace(forward, functions=CONTEXT.functions)  # which steps may bring in
    world.only(forward)
    wrt = [t.name for t in forward.tensors if t.differentiable][:2]
    if not wrt:
        return None
    try:
        backward = vjp(forward, wrt=wrt)
    except SymgradError:
        return None
    if not backward.body:
        return None
    right, steps = rewritten_program(backward, world, _count(world, equal))
    right, steps = (right, steps) if equal else _mutated(right, steps, world)
    if not steps or has_empty_loop(right) or backward.body == right.body:
        return None
    right = replace(right, indices=_all_indices(right))
    if equal and findings(right):
        return None
    names = tuple(n for n in (f"{name}.grad" for name in wrt) if n in written(backward.body))
    return Pair(seed, GRADIENTS, equal, steps, join(backward), join(right), names, forward=forward) if names else None


def _all_indices(program: Program) -> tuple[IndexDecl, ...]:
    known = program.index_named
    return (*program.indices, *(index for index in CONTEXT.indices if index.name not in known))
