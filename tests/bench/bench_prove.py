"""How long proofs take. Run with `make bench`; pytest does not collect this file by itself.

The last test prints the medians over all forms, pairs and identities, and what takes longest.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

import symgrad as sg
from symgrad.algebra.compare import compare_expressions, compare_programs
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.expressions import read_equation
from tests.identities import IDENTITIES, Identity
from tests.second_forms import FORMS, FORWARD_PAIRS, Form, ForwardPair
from tests.test_proofs import derived_of
from tests.test_second_forms import backward_of, context_of, first_of, forward_of

ROOT = Path(__file__).parent.parent.parent
TRUE = [identity for identity in IDENTITIES if identity.true]
RECTANGULAR = [form for form in FORMS if not form.labels]
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
