"""How long proofs take. Run with `make bench`; pytest does not collect this file by itself.

The last test prints the medians over all forms, pairs and identities, and what takes longest.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

import symgrad as sg
from symgrad.algebra.compare import compare_expressions, compare_programs
from symgrad.evidence.claims import Claim, equal_programs
from symgrad.evidence.cutoff import cutoff
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.field_test import AGREE, field_test
from symgrad.evidence.numbers import Comparison, Search
from tests.identities import IDENTITIES, Identity
from tests.second_forms import FORMS, FORWARD_PAIRS, Form, ForwardPair
from tests.test_proofs import derived_of
from tests.test_second_forms import WRONG_FORMS, backward_of, context_of, first_of, forward_of, read_edited

ROOT = Path(__file__).parent.parent.parent
TRUE = [identity for identity in IDENTITIES if identity.true]
RECTANGULAR = [form for form in FORMS if not form.labels]
NORMALISED = [form for form in FORMS if form.name in ("softmax", "batch_norm", "layer_norm")]
SOFTMAX = next(form for form in FORMS if form.name == "softmax")

LONG = 0.020
"""Seconds from which on the summary lists a proof by its name."""

Proof = Callable[[], object]


def proof_of_form(form: Form) -> Proof:
    """The normal form's proof that a form computes what is derived, programs read and derived already."""
    claim = equal_programs(backward_of(form), derived_of(form), forward_of(form))
    return lambda: compare_programs(claim.left, claim.right, claim.tensors)


def proof_of_pair(pair: ForwardPair) -> Proof:
    claim = equal_programs(first_of(pair), sg.parse(pair.second), tensors=pair.tensors)
    return lambda: compare_programs(claim.left, claim.right, claim.tensors)


def proof_of_identity(identity: Identity) -> Proof:
    equation = read_equation(identity.left, identity.right, context_of(identity.declarations))
    return lambda: compare_expressions(equation.left, equation.right, equation.context)


def test_softmax(benchmark):
    assert benchmark(proof_of_form(SOFTMAX)).equal


def test_softmax_by_both_judges(benchmark):
    backward, derived, forward = backward_of(SOFTMAX), derived_of(SOFTMAX), forward_of(SOFTMAX)
    assert benchmark(lambda: sg.prove(backward, derived, forward))


def claim_of(form: Form) -> Claim:
    return equal_programs(backward_of(form), derived_of(form), forward_of(form))


@pytest.mark.parametrize("form", NORMALISED, ids=str)
def test_finite_fields(benchmark, form):
    claim = claim_of(form)
    assert benchmark(lambda: field_test(claim.left, claim.right, claim.tensors)).status == AGREE


@pytest.mark.parametrize("form", NORMALISED, ids=str)
def test_both_judges_and_audit(benchmark, form):
    """The finite fields at small sizes, the normal form, and the finite fields at the sizes that decide all."""
    claim = claim_of(form)
    what = (claim.left, claim.right, claim.tensors)

    def judge() -> bool:
        looks = [field_test(*what)]
        deciding = cutoff(*what)
        if deciding.rigorous:
            looks.append(field_test(*what, deciding.sizes(), bound=True))
        return all(look.status == AGREE for look in looks) and compare_programs(*what).equal

    assert benchmark.pedantic(judge, rounds=10, warmup_rounds=1)


@pytest.mark.parametrize("shrunk", [True, False], ids=["shrunk", "as found"])
def test_refutations(monkeypatch, capsys, shrunk):
    """Not a benchmark of its own: the times that wrong answers take to be refuted, of one answer in three."""
    if not shrunk:
        monkeypatch.setattr("symgrad.evidence.numbers.simpler", lambda comparison, point, end: point)
    claims = {
        f"{form}: {edit}": equal_programs(
            read_edited(form.edited(edit), edit, forward_of(form)), derived_of(form), forward_of(form)
        )
        for form, edit in WRONG_FORMS[::3]
    }
    gc.collect()
    gc.freeze()  # of one answer nobody keeps hundreds
    times = {}
    for name, claim in claims.items():
        start = time.perf_counter()
        found = search(claim)
        times[name] = time.perf_counter() - start
        assert found.witness is not None, name
    gc.unfreeze()
    slowest = sorted(times.items(), key=lambda item: -item[1])[:3]
    with capsys.disabled():
        kind = "shrunk" if shrunk else "as found"
        print(f"\nrefutations, {kind}: median {1000 * median(times.values()):.1f} ms of {len(times)}")
        print(*(f"  {1000 * taken:7.1f} ms  {name}" for name, taken in slowest), sep="\n")
    assert median(times.values()) < (0.050 if shrunk else 0.010), "twice what it takes on two cores"


def search(claim: Claim) -> Search:
    """What exact points find."""
    return Comparison(claim.left, claim.right, claim.tensors).search(2.0, 10)


@pytest.mark.parametrize("form", RECTANGULAR, ids=str)
def test_form(benchmark, form):
    assert benchmark.pedantic(proof_of_form(form), rounds=5, warmup_rounds=1).equal


@pytest.mark.parametrize("identity", TRUE, ids=str)
def test_identity(benchmark, identity):
    assert benchmark.pedantic(proof_of_identity(identity), rounds=5, warmup_rounds=1).equal


def run(*words: str) -> None:
    """The command as a process of its own."""
    subprocess.run([sys.executable, "-m", "symgrad.cli", *words], check=True, capture_output=True, cwd=ROOT)


def test_prove_process(benchmark, tmp_path):
    files = {"forward": SOFTMAX.case.text, "a": SOFTMAX.text, "b": sg.write(derived_of(SOFTMAX), declarations=False)}
    for name, text in files.items():
        (tmp_path / f"{name}.loops").write_text(text, encoding="utf-8")
    first, second, forward = (str(tmp_path / f"{name}.loops") for name in ("a", "b", "forward"))
    benchmark.pedantic(run, ("prove", first, second, "--forward", forward), rounds=5, warmup_rounds=1)


def test_verify_process(benchmark):
    benchmark.pedantic(run, ("verify",), rounds=2)


def seconds(proof: Proof) -> float:
    """The median of five runs after a first one."""
    proof()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        proof()
        times.append(time.perf_counter() - start)
    return median(times)


def test_summary(capsys):
    """Not a benchmark of its own: the medians of all."""
    lists = {
        "forms": {form.name: proof_of_form(form) for form in RECTANGULAR},
        "pairs": {pair.name: proof_of_pair(pair) for pair in FORWARD_PAIRS},
        "identities": {identity.name: proof_of_identity(identity) for identity in TRUE},
    }
    lines = []
    for kind, proofs in lists.items():
        times = {name: seconds(proof) for name, proof in proofs.items()}
        lines.append(f"{kind}: median {1000 * median(times.values()):.2f} ms of {len(times)}")
        slowest = sorted(times.items(), key=lambda item: -item[1])
        lines += [f"  {1000 * taken:7.1f} ms  {name}" for name, taken in slowest if taken > LONG]
    with capsys.disabled():
        print("", *lines, sep="\n")
