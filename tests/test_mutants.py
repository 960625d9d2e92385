"""Automatic mutants of every second form, pair and identity, and the usual mistakes: each is refuted or equivalent.

What is refuted has a witness that plain floats confirm. What is not refuted agrees at many random points and is
proved. Figures: `python -m tests.test_mutants`.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from statistics import median
from typing import Any

import pytest

from symgrad import evaluate
from symgrad.calculus import vjp
from symgrad.calculus.activity import written
from symgrad.errors import LegalityError, UsageError
from symgrad.evaluate.run import run_on_cells
from symgrad.evidence import Verdict, prove
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.functions import read_polynomial
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.verdict import Witness
from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.fuzz.judging import points_of
from tests.fuzz.mistakes import MISTAKES, Mistake
from tests.fuzz.mutations import Mutant, has_empty_loop, program_mutants
from tests.identities import IDENTITIES
from tests.second_forms import FORMS, FORWARD_PAIRS
from tests.test_second_forms import backward_of, first_of, forward_of, sides_of

LONGEST = 900
"""Characters of a form up to which it is mutated here; longer ones take as long as all others."""

A_FORM, AN_IDENTITY = 5, 2
"""How many mutants of each, of as many kinds."""

BUDGET = 1.0
"""Seconds for a verdict."""


@dataclass(frozen=True)
class Original:
    """Two programs that are equal; the right one is mutated."""

    name: str
    left: Program
    right: Program
    forward: Program | None
    tensors: tuple[str, ...] | None

    def __str__(self) -> str:
        return self.name

    def may_be_judged(self, mutant: Mutant) -> bool:
        """Whether something is left of it, and it still computes what is compared."""
        computed = written(mutant.program.body)
        return not has_empty_loop(mutant.program) and set(self.tensors or ()) <= computed

    def mutants(self, count: int) -> list[Mutant]:
        """So many of its mutants, of different kinds if possible, always the same ones."""
        draw = Random(self.name)
        found = [mutant for mutant in program_mutants(self.right) if self.may_be_judged(mutant)]
        draw.shuffle(found)
        seen: Counter[str] = Counter()
        ranked = []
        for mutant in found:
            ranked.append((seen[mutant.kind], len(ranked), mutant))
            seen[mutant.kind] += 1
        return [mutant for _, _, mutant in sorted(ranked, key=lambda row: row[:2])[:count]]


def _forms() -> Iterator[Original]:
    for form in FORMS:
        if len(form.text) <= LONGEST:
            forward = forward_of(form)
            derived = vjp(forward, wrt=form.wrt, average=form.case.average)
            yield Original(f"form {form.name}", derived, backward_of(form), forward, None)


def _pairs() -> Iterator[Original]:
    for pair in FORWARD_PAIRS:
        yield Original(f"pair {pair.name}", first_of(pair), read_program(pair.second), None, pair.tensors)


def _identities() -> Iterator[Original]:
    for identity in IDENTITIES:
        if identity.true:
            yield Original(f"identity {identity.name}", *sides_of(identity), None, ("side",))


ORIGINALS = [*_forms(), *_pairs()]
EQUATIONS = list(_identities())


# Verdicts


@dataclass(frozen=True)
class Judged:
    """A mutant's verdict, the claim it is about, and the seconds it took."""

    kind: str
    claim: Claim
    verdict: Verdict
    seconds: float


@cache
def judged(original: Original, count: int) -> tuple[Judged, ...]:
    """What becomes of an original's mutants."""
    found = []
    for mutant in original.mutants(count):
        start = time.perf_counter()
        verdict = prove(original.left, mutant.program, original.forward, original.tensors, budget=BUDGET)
        seconds = time.perf_counter() - start
        claim = equal_programs(original.left, mutant.program, original.forward, original.tensors)
        found.append(Judged(mutant.kind, claim, verdict, seconds))
    return tuple(found)


def fault_of(found: Judged) -> str:
    """What is wrong with a verdict; "" if nothing is."""
    verdict = found.verdict
    if verdict.status == "refuted":
        if verdict.witness is None:
            return "" if verdict.reason else "refuted without a witness and without a reason"
        return "" if is_confirmed(found.claim, verdict.witness) else f"floats do not confirm {verdict.witness}"
    if verdict.status in ("proved", "probable"):
        return "" if is_equivalent(found.claim) else f"{verdict.status}, but numbers differ"
    return "" if is_nowhere_defined(found.claim) else f"{verdict.status}: {verdict.reason}"


def is_nowhere_defined(claim: Claim) -> bool:
    """Whether the mutant has no values at points at which the original has."""
    for point in points_of(claim.left):
        try:
            cells = _run(claim.right, point.sizes, point.values)
        except (ArithmeticError, ValueError, UsageError):
            continue
        if all(math.isfinite(value) for name in claim.tensors for value in cells[name].values()):
            return False
    return True


def is_confirmed(claim: Claim, witness: Witness) -> bool:
    """Whether a run on floats at the point of a witness gives different values, those of the witness."""
    left, right = (_value(program, witness) for program in (claim.left, claim.right))
    told = all(
        math.isclose(value, exact, rel_tol=1e-5, abs_tol=1e-9)
        for value, exact in ((left, witness.left), (right, witness.right))
    )
    return told and abs(left - right) > 1e-7 * (1 + max(abs(left), abs(right)))


def _value(program: Program, witness: Witness) -> float:
    known = program.tensor_named
    given = {n: _floats(v) for n, v in witness.inputs.items() if n in known and known[n].given}
    formulas = {name.partition("(")[0]: formula for name, formula in witness.functions.items()}
    stand_ins = {f.name: read_polynomial(f, formulas[f.name]) for f in program.functions if f.name in formulas}
    return float(evaluate(program, given, witness.sizes, functions=stand_ins)[witness.tensor][witness.cell])


def _floats(cells: Any) -> Any:
    return [_floats(cell) for cell in cells] if isinstance(cells, list) else float(cells)


def is_equivalent(claim: Claim) -> bool:
    """Whether both sides agree at many random points, on floats and exactly."""
    for point in points_of(claim.left, claim.right):
        try:
            left, right = (_run(program, point.sizes, point.values) for program in (claim.left, claim.right))
        except (ArithmeticError, ValueError):
            continue
        for name in claim.tensors:
            if any(abs(v - right[name][cell]) > 1e-7 * (1 + abs(v)) for cell, v in left[name].items()):
                return False
    search = Comparison(claim.left, claim.right, claim.tensors).search(2.0, 12)
    return search.witness is None and search.points > 2


def _run(program: Program, sizes: Any, values: Any) -> dict[str, dict[tuple[int, ...], float]]:
    return run_on_cells(program, sizes, {t.name: values[t.name] for t in program.tensors if t.given})


# Tests


@pytest.mark.parametrize("original", ORIGINALS, ids=str)
def test_a_mutant_of_a_form_is_refuted_or_equivalent(original):
    faults = [(found.kind, fault) for found in judged(original, A_FORM) if (fault := fault_of(found))]
    assert not faults


@pytest.mark.parametrize("original", EQUATIONS, ids=str)
def test_a_mutant_of_an_identity_is_refuted_or_equivalent(original):
    faults = [(found.kind, fault) for found in judged(original, AN_IDENTITY) if (fault := fault_of(found))]
    assert not faults


def all_judged() -> list[Judged]:
    return [f for o in ORIGINALS for f in judged(o, A_FORM)] + [f for o in EQUATIONS for f in judged(o, AN_IDENTITY)]


def test_there_are_many_mutants_of_every_kind():
    refuted = [found for found in all_judged() if found.verdict.status == "refuted"]
    assert len(refuted) >= 300
    kinds = {"sign", "index", "factor", "exponent", "size", "dropped statement", "doubled statement", "order", "= for +="}
    assert kinds <= {found.kind for found in refuted}


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_usual_mistake_is_refuted(mistake: Mistake):
    found = judged_mistake(mistake)
    if mistake.right:
        assert found.verdict.status in ("proved", "unknown"), str(found.verdict)
    else:
        assert found.verdict.status == "refuted", str(found.verdict)
    assert found.verdict.status == "unknown" or not fault_of(found)


def judged_mistake(mistake: Mistake) -> Judged:
    forward = _forward(mistake.forward)
    derived = vjp(forward, wrt=mistake.wrt, average=mistake.average)
    answer = read_program(mistake.answer, context=forward, check=False)
    start = time.perf_counter()
    verdict = prove(derived, answer, budget=BUDGET)
    seconds = time.perf_counter() - start
    return Judged(mistake.what, equal_programs(derived, answer), verdict, seconds)


@cache
def _forward(text: str) -> Program:
    return read_program(text)


def test_an_index_that_no_loop_binds_is_refused():
    forward = _forward(next(m.forward for m in MISTAKES))
    with pytest.raises(LegalityError, match="j2"):
        read_program("for b, j: s.grad[b, j] += p[b, j] p.grad[b, j2]", context=forward)


def main() -> None:
    """Print how many there are and how long a refutation takes."""
    found = [*all_judged(), *(judged_mistake(mistake) for mistake in MISTAKES)]
    counts = Counter((row.verdict.status, row.kind) for row in found)
    for status in sorted({status for status, _ in counts}):
        kinds = {kind: n for (own, kind), n in counts.items() if own == status}
        print(f"{sum(kinds.values())} {status}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    times = sorted(row.seconds for row in found if row.verdict.status == "refuted")
    print(f"a refutation with its witness: median {median(times) * 1e3:.1f} ms, worst {times[-1] * 1e3:.0f} ms")
    for row in found:
        if fault := fault_of(row):
            print(f"fault: {row.kind}: {fault}\n{row.claim.left}\nagainst\n{row.claim.right}")


if __name__ == "__main__":
    main()
