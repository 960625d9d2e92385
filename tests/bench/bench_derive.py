"""How long things take. Run with `make bench`; pytest does not collect this file by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from symgrad.calculus import vjp
from symgrad.evaluate import check_gradients
from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.programs import perceptron

ROOT = Path(__file__).parent.parent.parent
SOFTMAX = ROOT / "problems" / "softmax.loops"
DEEP = perceptron(20)


def test_read_softmax(benchmark):
    benchmark(read_program, SOFTMAX.read_text(encoding="utf-8"))


def test_read_deep(benchmark):
    benchmark(read_program, DEEP)


def test_derive_deep(benchmark):
    benchmark(vjp, read_program(DEEP))


def test_write_deep(benchmark):
    benchmark(write_program, vjp(read_program(DEEP)))


def test_check_softmax(benchmark):
    forward = read_program(SOFTMAX.read_text(encoding="utf-8"))
    benchmark(check_gradients, forward, vjp(forward))


@pytest.mark.parametrize("words", [["--help"], ["derive", str(SOFTMAX)]], ids=["help", "derive"])
def test_process(benchmark, words):
    command = [sys.executable, "-m", "symgrad.cli", *words]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT), rounds=5)
