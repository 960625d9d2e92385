"""Automatic mutants of every second form, pair and identity, and the usual mistakes: each is refuted or equivalent.

What is refuted has a witness that plain floats confirm. What is not refuted agrees at many random points and is
proved, but for a few that nobody decides. Figures, and more mutants of each: `python -m tests.test_mutants --each 20`.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from statistics import median
from typing import Any

import pytest

from symgrad import evaluate
from symgrad.calculus import vjp
from symgrad.errors import LegalityError, UsageError
from symgrad.evaluate.run import run_on_cells
from symgrad.evidence import Verdict, prove
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.functions import read_polynomial
from symgrad.evidence.numbers import Comparison
from symgrad.evidence.verdict import Witness
from symgrad.language.program import Program
from symgrad.language.read import read_program
from symgrad.language.walk import written
from tests.fuzz.judging import points_of
from tests.fuzz.mistakes import MISTAKES, Mistake
from tests.fuzz.mutations import Mutant, has_empty_loop, program_mutants
from tests.identities import IDENTITIES, Identity
from tests.second_forms import FORMS, FORWARD_PAIRS, Form, ForwardPair
from tests.test_second_forms import backward_of, first_of, forward_of, sides_of

LONGEST = 900
"""Characters of a form up to which it is mutated here; longer ones take as long as all others."""

A_FORM, AN_IDENTITY = 2, 1
"""How many mutants of each, of as many kinds."""

BUDGET = 2.0
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
        kinds = sorted({mutant.kind for mutant in found})
        draw.shuffle(kinds)
        draw.shuffle(found)
        seen: Counter[str] = Counter()
        ranked = []
        for at, mutant in enumerate(found):
            ranked.append((seen[mutant.kind], kinds.index(mutant.kind), at))
            seen[mutant.kind] += 1
        return [found[at] for _, _, at in sorted(ranked)[:count]]


def of_form(form: Form) -> Original:
    """A form against the derived program."""
    forward = forward_of(form)
    derived = vjp(forward, wrt=form.wrt, average=form.case.average)
    return Original(f"form {form.name}", derived, backward_of(form), forward, None)


def of_pair(pair: ForwardPair) -> Original:
    """The second program of a pair against the first."""
    return Original(f"pair {pair.name}", first_of(pair), read_program(pair.second), None, pair.tensors)


def of_identity(identity: Identity) -> Original:
    """The right side of an equation against the left one."""
    return Original(f"identity {identity.name}", *sides_of(identity), None, ("side",))


@cache
def original_of(about: About) -> Original:
    """What is mutated, of a form, a pair or a true identity."""
    match about:
        case Form():
            return of_form(about)
        case ForwardPair():
            return of_pair(about)
    return of_identity(about)


About = Form | ForwardPair | Identity
FROM: list[About] = [
    *(form for form in FORMS if len(form.text) <= LONGEST),
    *FORWARD_PAIRS,
    *(identity for identity in IDENTITIES if identity.true),
]


# Verdicts


@dataclass(frozen=True)
class Judged:
    """A mutant's verdict, the claim it is about, and the seconds it took."""

    kind: str
    claim: Claim
    verdict: Verdict
    seconds: float


def judged(about: About, count: int = 0) -> tuple[Judged, ...]:
    """What becomes of so many mutants; as many as the tests look at if nothing is said."""
    return _judged(about, count or (AN_IDENTITY if isinstance(about, Identity) else A_FORM))


@cache
def _judged(about: About, count: int) -> tuple[Judged, ...]:
    original, found = original_of(about), []
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
    return "" if why_undecided(found.claim) else f"{verdict.status}: {verdict.reason}"


_INFINITE = 1e9  # what floats make of one over a zero that they miss by a rounding error
NOWHERE, EQUIVALENT = "has no values", "equivalent, but not proved"


def why_undecided(claim: Claim) -> str:
    """Why a mutant may be undecided: it has no values where its original has, or it is equivalent; "" if neither."""
    if is_nowhere_defined(claim):
        return NOWHERE
    return EQUIVALENT if is_equivalent(claim) else ""


def is_nowhere_defined(claim: Claim) -> bool:
    """Whether one of the mutant's tensors has no values at the points at which the original has all of them."""
    for point in points_of(claim.left):
        try:
            tables = _run(claim.right, point.sizes, point.values)
        except (ArithmeticError, ValueError, UsageError):
            continue
        if all(abs(value) < _INFINITE for cells in tables.values() for value in cells.values()):
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
    search = Comparison(claim.left, claim.right, claim.tensors).search(1.0, 5)
    return search.witness is None and search.points > 2


def _run(program: Program, sizes: Any, values: Any) -> dict[str, dict[tuple[int, ...], float]]:
    return run_on_cells(program, sizes, {t.name: values[t.name] for t in program.tensors if t.given})


# Tests


@pytest.mark.sampled(2)
@pytest.mark.parametrize("about", FROM, ids=str)
def test_a_mutant_is_refuted_or_equivalent(about):
    faults = [(found.kind, fault) for found in judged(about) if (fault := fault_of(found))]
    assert not faults


def all_judged(each: int = 0) -> list[Judged]:
    """Every original's mutants with their verdicts."""
    return [found for about in FROM for found in judged(about, each)]


@pytest.fixture
def thorough(request: pytest.FixtureRequest) -> None:
    """What looks at all mutants again, in whichever process it runs, is for runs with --thorough."""
    if not request.config.getoption("--thorough"):
        pytest.skip("only with --thorough")


@pytest.mark.usefixtures("thorough")
def test_there_are_many_mutants_of_every_kind():
    refuted = [found for found in all_judged() if found.verdict.status == "refuted"]
    assert len(refuted) >= 300
    kinds = {
        "sign",
        "index",
        "factor",
        "exponent",
        "size",
        "dropped statement",
        "doubled statement",
        "order",
        "= for +=",
    }
    assert kinds <= {found.kind for found in refuted}


@pytest.mark.usefixtures("thorough")
def test_hardly_any_mutant_stays_undecided_that_has_values():
    undecided = [found for found in all_judged() if found.verdict.status == "unknown"]
    equivalent = [found for found in undecided if not is_nowhere_defined(found.claim)]
    assert len(equivalent) <= len(all_judged()) / 100


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_usual_mistake_is_refuted(mistake: Mistake):
    found = judged_mistake(mistake)
    if not mistake.right:
        assert found.verdict.status == "refuted", str(found.verdict)
    elif not mistake.through_time:
        assert found.verdict.status == "proved", str(found.verdict)
    assert not fault_of(found)


def judged_mistake(mistake: Mistake) -> Judged:
    forward = _forward(mistake.forward)
    derived = vjp(forward, wrt=mistake.wrt, average=mistake.average)
    answer = read_program(mistake.answer, context=forward, check=False)
    start = time.perf_counter()
    verdict = prove(derived, answer, budget=2 * BUDGET if mistake.right else BUDGET)
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
    parser = argparse.ArgumentParser(prog="python -m tests.test_mutants")
    parser.add_argument("--each", type=int, default=0, help="mutants of each form, pair and identity")
    each = parser.parse_args().each
    mistakes = [replace(judged_mistake(mistake), kind="usual mistake") for mistake in MISTAKES if not mistake.right]
    found = [*all_judged(each), *mistakes]
    counts = Counter((row.verdict.status, row.kind) for row in found)
    for status in sorted({status for status, _ in counts}):
        kinds = {kind: n for (own, kind), n in counts.items() if own == status}
        print(f"{sum(kinds.values())} {status}: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    undecided = Counter(why_undecided(row.claim) for row in found if row.verdict.status == "unknown")
    print("unknown: " + ", ".join(f"{n} {why}" for why, n in undecided.items()))
    times = sorted(row.seconds for row in found if row.verdict.status == "refuted")
    print(f"a refutation with its witness: median {median(times) * 1e3:.1f} ms, worst {times[-1] * 1e3:.0f} ms")
    for row in found:
        if fault := fault_of(row):
            print(f"fault: {row.kind}: {fault}\n{row.claim.left}\nagainst\n{row.claim.right}")


if __name__ == "__main__":
    main()
