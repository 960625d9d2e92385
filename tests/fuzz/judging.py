"""What the provers say of a pair, and whether that can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.clock import now
from symgrad.errors import SymgradError, UsageError
from symgrad.evaluate import Sample, sample
from symgrad.evaluate.run import run_on_cells
from symgrad.evidence import Verdict, prove, prove_equation
from symgrad.evidence.numbers import Comparison
from symgrad.language.program import Program
from symgrad.language.write import write_program
from tests.fuzz.pairs import Pair, pair_of

_SEEDS = 6
_CLOSE = 1e-7
CONTRADICTION, SLOW, ERROR, FINE = "contradiction", "slow", "error", ""


@dataclass(frozen=True)
class Judged:
    """A verdict on a pair: its status, what is wrong with it ("" if nothing is), why, and the seconds it took."""

    pair: Pair
    status: str
    fault: str
    reason: str
    seconds: float


def judged(seed: int, number: int, budget: float) -> Judged:
    """The pair of a number, made and judged."""
    pair = pair_of(seed, number)
    start = now()
    try:
        verdict = verdict_on(pair, budget)
    except AssertionError as error:
        return Judged(pair, "error", CONTRADICTION, f"{type(error).__name__}: {error}", now() - start)
    except SymgradError as error:
        return Judged(pair, "refused", ERROR, f"{type(error).__name__}: {error}", now() - start)
    except Exception as error:
        return Judged(pair, "error", ERROR, f"{type(error).__name__}: {error}", now() - start)
    seconds = now() - start
    fault, reason = fault_of(pair, verdict)
    if not fault and seconds > 2 * budget + 0.5:
        fault, reason = SLOW, f"took {seconds:.1f} s of {budget} s"
    return Judged(pair, verdict.status, fault, reason or verdict.reason, seconds)


def verdict_on(pair: Pair, budget: float) -> Verdict:
    """What the provers say of it, asked as a user would ask."""
    if pair.equation is not None:
        return prove_equation(pair.equation.left, pair.equation.right, pair.equation.context, budget=budget)
    return prove(pair.left, pair.right, tensors=pair.tensors, budget=budget)


def fault_of(pair: Pair, verdict: Verdict) -> tuple[str, str]:
    """What is wrong with a verdict: a proof of what numbers refute, a refutation of what they confirm."""
    if pair.equal and verdict.status == "refuted":
        told = "numbers agree" if agree_on_floats(pair) else "numbers differ too: the rule is wrong, or not everywhere"
        return CONTRADICTION, f"equal by construction, but refuted ({told})"
    if not pair.equal and verdict.status in ("proved", "probable"):
        if not agree_on_floats(pair):
            return CONTRADICTION, f"{verdict.status}, but numbers differ"
        if Comparison(pair.left, pair.right, pair.tensors).search(1.0, 12).witness is not None:
            return CONTRADICTION, f"{verdict.status}, but exact points differ"
    return FINE, ""


def agree_on_floats(pair: Pair) -> bool:
    """Whether both sides agree at every one of many points at which either has values, by plain floats."""
    return all(_difference(pair, point) < _CLOSE for point in points_of(pair.left, pair.right))


def points_of(*programs: Program) -> Iterator[Sample]:
    """Points at which one of the programs has values."""
    for seed in range(_SEEDS):
        for program in programs:
            try:
                yield sample(program, seed=seed)
            except UsageError:
                continue


def _difference(pair: Pair, point: Sample) -> float:
    """The largest relative difference at a point; 0 where one has no values there."""
    try:
        left, right = (_run(program, point) for program in (pair.left, pair.right))
    except (UsageError, ArithmeticError, ValueError, KeyError):
        return 0.0
    worst = 0.0
    for name in pair.tensors:
        for cell, value in left[name].items():
            other = right[name][cell]
            if math.isfinite(value) and math.isfinite(other):
                worst = max(worst, abs(value - other) / max(abs(value), abs(other), 1))
    return worst


def _run(program: Program, point: Sample) -> dict[str, dict[tuple[int, ...], float]]:
    given = {tensor.name: point.values[tensor.name] for tensor in program.tensors if tensor.given}
    return run_on_cells(program, point.sizes, given)


def reproducer(found: Judged) -> str:
    """All that is needed to see a verdict again."""
    pair = found.pair
    seed, _, number = pair.seed.partition(":")
    return "\n".join(
        [
            f"{found.fault or found.status}: {found.reason}",
            f"  python -m tests.fuzz --seed {seed} --only {number}",
            f"  {pair.kind}, {'equal' if pair.equal else 'mutated'}: {', '.join(pair.steps)}; {found.seconds:.2f} s",
            f"  compared: {', '.join(pair.tensors)}",
            *(f"  | {line}" for line in write_program(pair.left).splitlines()),
            "  against",
            *(f"  | {line}" for line in write_program(pair.right).splitlines()),
        ]
    )
