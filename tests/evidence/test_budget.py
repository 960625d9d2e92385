"""Every verdict is given in its time, for long programs, deep loops and huge numbers too."""

from __future__ import annotations

import time

import pytest

from symgrad.evidence import Verdict, prove
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.field_test import field_test
from symgrad.language.read import read_program

BUDGET, MORE = 0.5, 2.0
"""Seconds, and how much later a verdict may come on a busy machine."""

LETTERS = "ijklmnopqrstuv"
DEEP = "".join(f"index {c} in {c.upper()}\ninput x{c}[{c}]\n" for c in LETTERS)
PRODUCT = f"for {', '.join(LETTERS)}: y += {' '.join(f'x{c}[{c}]' for c in LETTERS)}\n"
HUGE = "((2^1000)^1000)^1000"


def chain(step: str, last: str) -> str:
    return "h0 = x\n" + "".join(f"h{n} = {step.replace('h', f'h{n - 1}')}\n" for n in range(1, 300)) + f"y = {last}\n"


CASES = {
    "deep loops": (DEEP + PRODUCT, f"{DEEP}y = 2 {' '.join(f'(sum_{c} x{c}[{c}])' for c in LETTERS)}", "refuted"),
    "huge number": (f"y = x {HUGE}", "y = x + 0", "refuted"),
    "huge number on both sides": (f"y = x {HUGE}", f"y = {HUGE} x", "probable"),
    "huge power": ("y = ((((x + 1)^1000)^1000)^1000)^1000", "y = x", "refuted"),
    "tower": ("y = exp(exp(exp(exp(exp(x)))))", "y = x", "refuted"),
    "growth": (chain("h^2 + x", "h299"), chain("h^2 + x", "h299 + 1"), "refuted"),
    "long, equal": (chain("sin(h) + h^2", "h299"), chain("h^2 + sin(h)", "h299"), ""),
    "long, equal, other names": (
        chain("sin(h) + h^2", "h299").replace("h", "g"),
        chain("h^2 + sin(h)", "h299"),
        "",
    ),
}


SQUARES = "index i, j, k in N\ninput A[i, j] > 0\n"
CASES |= {
    "many cells that are not read": (
        "size N >= 1000\nindex i, j, k in N\ninput x[i, j, k]\ny = x[0, 0, 0]",
        "size N >= 1000\nindex i, j, k in N\ninput x[i, j, k]\ny = x[0, 0, 0] + 1",
        "unknown",
    ),
    "many roots": (
        f"size N >= 12\n{SQUARES}for i, j, k: y[i, j, k] = sqrt(A[i, j] + A[j, k]) log(A[i, j])/A[k, j]",
        f"size N >= 12\n{SQUARES}for i, j, k: y[i, j, k] = log(A[i, j]) sqrt(A[j, k] + A[i, j])/A[k, j]",
        "",
    ),
    "many roots, wrong": (
        f"size N >= 12\n{SQUARES}for i, j, k: y[i, j, k] = sqrt(A[i, j] + A[j, k]) log(A[i, j])/A[k, j]",
        f"size N >= 12\n{SQUARES}for i, j, k: y[i, j, k] = sqrt(A[i, j] + A[j, k]) log(A[i, j])/A[k, j] + 1/10^25",
        "refuted",
    ),
}


@pytest.mark.parametrize("roots", [True, False])
def test_a_run_in_finite_fields_ends_in_its_time(roots):
    value = "exp(A[i, j] A[j, k])" + (" sqrt(A[k, i] + A[j, k])" if roots else "")
    text = f"size N >= 16\n{SQUARES}y = sum_{{i, j, k}} {value}"
    claim = equal_programs(read_program(text), read_program(f"{text} + 0"), tensors=["y"])
    start = time.process_time()
    found = field_test(claim.left, claim.right, claim.tensors, budget=0.1)
    assert time.process_time() - start < 0.1 + 0.3
    assert found.status == "unknown" or not roots
    assert "time" in found.reason or not roots


@pytest.mark.parametrize("name", CASES)
def test_a_verdict_comes_in_its_time(name):
    first, second, status = CASES[name]
    sides = read_program(first), read_program(second)
    start = time.process_time()
    verdict: Verdict = prove(*sides, None, ["y"], budget=BUDGET)
    assert time.process_time() - start < BUDGET + MORE
    assert verdict.status == status or (not status and verdict.status in ("proved", "unknown"))
