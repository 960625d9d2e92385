"""Random pairs of affine programs, and what the provers say of them.

What a mutant is, equal or not, is what exact numbers at many sizes say of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from symgrad.algebra.compare import compare_programs
from symgrad.clock import now
from symgrad.errors import LegalityError, SymgradError, UsageError
from symgrad.evidence import prove
from symgrad.evidence.balls import Undefined, precision
from symgrad.evidence.numbers import Comparison
from symgrad.language.walk import written
from symgrad.language.write import write_program
from tests.fuzz.affine_mutations import affine_mutants
from tests.fuzz.affine_programs import AffineWorld
from tests.fuzz.affine_steps import rewritten
from tests.fuzz.judging import CONTRADICTION, ERROR, FINE, SLOW, Judged, agree_on_floats
from tests.fuzz.mutations import has_empty_loop
from tests.fuzz.pairs import Pair
from tests.fuzz.trees import pruned

AFFINE = "affine"
SHARE_MUTATED = 0.4
_TRIES = 60
_MOST_SIZES = 14
_READING = 5.0
"""Seconds that it may take to find out whether all subscripts stay inside, which is no part of the budget."""


@dataclass(frozen=True)
class Sides:
    """Whether two programs differ at a point, and at how many points they have values."""

    differ: bool
    points: int


def is_equal(seed: int, number: int) -> bool:
    """Whether the pair of a number is equal by construction."""
    return Random(f"{seed}:{number}").random() >= SHARE_MUTATED


def affine_pair(seed: int, number: int) -> Pair:
    """The pair of a number; two of five are mutated."""
    name = f"{seed}:{number}"
    for attempt in range(_TRIES):
        draw = Random(f"{AFFINE} {name}:{attempt}")
        pair = _made(draw, name, is_equal(seed, number))
        if pair is not None:
            return pair
    raise AssertionError(f"no pair was made from seed {name}")


def _made(draw: Random, name: str, equal: bool) -> Pair | None:
    left = AffineWorld(draw).program()
    right, steps = rewritten(left, draw, draw.choice((1, 2, 3, 4) if equal else (0, 1, 2)))
    if not equal:
        mutants = list(affine_mutants(right))
        kind = draw.choice(sorted({mutant.kind for mutant in mutants}))
        right = draw.choice([mutant.program for mutant in mutants if mutant.kind == kind])
        steps = (*steps, f"mutated: {kind}")
    if not steps or has_empty_loop(right) or left.body == right.body:
        return None
    both = written(left.body) & written(right.body)
    tensors = tuple(tensor.name for tensor in left.tensors if tensor.name in both)
    tensors = tensors if draw.random() < 0.7 else tensors[-1:]
    pair = Pair(name, AFFINE, equal, steps, pruned(left), pruned(right), tensors)
    return pair if tensors and _runs(pair) else None


def _runs(pair: Pair) -> bool:
    """Whether all cells that are read and written are there, and have values, at one of the first choices of sizes."""
    comparison = Comparison(pair.left, pair.right, pair.tensors)
    draw = Random(0)
    with precision():
        for sizes in islice(comparison.domain.sizes(), 2):
            try:
                point = comparison.domain.point(sizes, 0, draw)
                if point is not None:
                    comparison.tables(point)
                    return True
            except Undefined:
                continue
            except UsageError:
                return False
    return False


def differ(pair: Pair) -> Sides:
    """Whether the sides differ at an exact point of many sizes, the least ones among them."""
    comparison = Comparison(pair.left, pair.right, pair.tensors)
    least = {size.name: size.minimum for size in pair.left.sizes}
    draw, points = Random(0), 0
    with precision():
        for at in range(_MOST_SIZES):
            sizes = {name: low + (at % 5 if name == "N" else at // 5) for name, low in least.items()}
            for kind in (6, 0):
                try:
                    point = comparison.domain.point(sizes, kind, draw)
                    if point is not None and comparison.refuted_at(point) is not None:
                        return Sides(True, points + 1)
                    points += 1
                except (Undefined, UsageError):
                    continue
    return Sides(False, points)


def affine_judged(seed: int, number: int, budget: float) -> Judged:
    """The pair of a number, made and judged: by the provers, and by the algebra alone where they refute it."""
    pair = affine_pair(seed, number)
    start = now()
    try:
        verdict = prove(pair.left, pair.right, tensors=pair.tensors, budget=budget)
    except AssertionError as error:
        return Judged(pair, "error", CONTRADICTION, f"{type(error).__name__}: {error}", now() - start)
    except LegalityError as error:  # a cell that is not there, in a mutant or under an indicator
        return Judged(pair, "refused", FINE, error.message, now() - start)
    except SymgradError as error:
        return Judged(pair, "error", ERROR, f"{type(error).__name__}: {error}", now() - start)
    except Exception as error:
        return Judged(pair, "error", ERROR, f"{type(error).__name__}: {error}", now() - start)
    seconds = now() - start
    fault, reason = FINE, verdict.reason
    if verdict.status == "refuted":
        if pair.equal:
            told = "floats agree" if agree_on_floats(pair) else "floats differ too: the rule is wrong"
            fault, reason = CONTRADICTION, f"equal by construction, but refuted ({told})"
        elif _algebra_proves(pair, budget):
            fault, reason = CONTRADICTION, "refuted, and proved by the algebra alone"
    elif not pair.equal:
        if not differ(pair).differ:
            pair = replace(pair, equal=True, steps=(*pair.steps, "equal after all"))
        elif verdict.status in ("proved", "probable"):
            fault, reason = CONTRADICTION, f"{verdict.status}, but exact points differ"
    if not fault and seconds > 2 * budget + _READING:
        fault, reason = SLOW, f"took {seconds:.1f} s of {budget} s"
    return Judged(pair, verdict.status, fault, reason, seconds)


def _algebra_proves(pair: Pair, budget: float) -> bool:
    return compare_programs(pair.left, pair.right, pair.tensors, budget=budget / 2).equal


def affine_report(found: Sequence[Judged], seconds: float) -> str:
    """The shares of verdicts by how a pair was made, why some are undecided, all faults and missed mutants."""
    lines = []
    for made in ("equal", "mutated", "equal after all"):
        rows = [one for one in found if _made_as(one.pair) == made]
        counts = Counter(one.status for one in rows)
        shares = (f"{n} {status} ({100 * n / len(rows):.1f}%)" for status, n in counts.most_common())
        lines.append(f"{made:16} {len(rows):6}: " + ", ".join(shares))
    times = sorted(one.seconds for one in found)
    lines.append(
        f"pairs {len(found)}, {seconds:.1f} s; a verdict: median {times[len(times) // 2] * 1e3:.1f} ms, "
        f"99% {times[int(len(times) * 0.99)] * 1e3:.0f} ms, worst {times[-1]:.2f} s"
    )
    faults = Counter(one.fault for one in found if one.fault)
    lines.append("faults: " + (", ".join(f"{n} {fault}" for fault, n in faults.items()) or "none"))
    undecided = [one for one in found if one.status == "unknown"]
    for what, counts in (
        ("by step", Counter(step for one in undecided for step in set(one.pair.steps))),
        ("by reason", Counter(_why(one.reason) for one in undecided)),
    ):
        lines.append(f"undecided, {what}: " + ", ".join(f"{name} {n}" for name, n in counts.most_common(14)))
    shown = [one for one in found if one.fault or (one.status == "unknown" and not one.pair.equal)]
    return "\n".join([*lines, *(affine_reproducer(one) + "\n" for one in shown)])


def _why(reason: str) -> str:
    """The last reason that the algebra gives, without names and numbers of points."""
    parts = [part for part in reason.split("; ") if not part.startswith("both sides agree")]
    return re.sub(r"for \S+$", "", parts[-1]).strip() if parts else reason


def _made_as(pair: Pair) -> str:
    if pair.steps[-1] == "equal after all":
        return pair.steps[-1]
    return "equal" if pair.equal else "mutated"


def affine_reproducer(found: Judged) -> str:
    """All that is needed to see a verdict again."""
    pair = found.pair
    seed, _, number = pair.seed.partition(":")
    return "\n".join(
        [
            f"{found.fault or found.status}: {found.reason}",
            f"  python -m tests.fuzz --affine --seed {seed} --only {number}",
            f"  {_made_as(pair)}: {', '.join(pair.steps)}; {found.seconds:.2f} s",
            f"  compared: {', '.join(pair.tensors)}",
            *(f"  | {line}" for line in write_program(pair.left).splitlines()),
            "  against",
            *(f"  | {line}" for line in write_program(pair.right).splitlines()),
        ]
    )
