"""Whole programs as they are written, against golden files: what a change of the writer changes is seen there."""

from __future__ import annotations

import pytest

from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.conftest import Golden
from tests.programs import PROGRAMS

TEXTS = {case.name: case.text for case in PROGRAMS}
STORED = ["softmax", "ugrnn_cell", "rnn", "attention_window_range", "convolution_padded", "group_norm", "kl_of_softmax"]

NORMALISATION_BACKWARD = """
size B >= 2
index b in B, j in J
input x[b, j], µ[j], s[j], x'.grad[b, j]
accumulator x.grad[b, j]
for b, j: x.grad[b, j] += x'.grad[b, j]/sqrt(s[j])
for b, j: µ.grad[j] -= x'.grad[b, j]/sqrt(s[j])
for b, j: s.grad[j] -= 1/2 (x[b, j] - µ[j]) s[j]^{-3/2} x'.grad[b, j]
for b, j: x.grad[b, j] += 2/(B-1) (x[b, j] - µ[j]) s.grad[j]
for b, j: µ.grad[j] -= 2/(B-1) (x[b, j] - µ[j]) s.grad[j]
for b, j: x.grad[b, j] += 1/B µ.grad[j]
"""

EVERYTHING = """
size B >= 2, H = 2*D
index b in B, i, j in H, t in 1..T, k in 0..2
function f(y, z), g(x)
input s[b, j], q[j] > 0, c, h[0, b]
input L[b, 2*B + 1] zero outside
const eps > 0
param W^{h,R}[j, i], B^R[j]
integer y[b] in H, n[b] in 1..T
distribution P[j], R[b, j] over j
constraint sum_j q[j] = 1
for t in 1..T:
    for b: h[t, b] += tanh(h[t-1, b]) + L[b, 2*b - 1] W^{h,R}[y[b], 0]
    for b, j: a[t, b] += s[b, j] h[t, b] B^R[j]/(eps + q[j]^2)
for t in T..1, b: z[b] -= a[t, b] (max_{j < 3} q[j]) f_{yz}(c, g'(c)) 1[n[b] >= t]
for b, i, j < i, k: w[b, i] += R[b, j] P[i]^k sqrt(q[j]) sigmoid(pi q[i])
u[b] = mean_j R[b, j] - sum_{j in 0..H-1} -2^(-j)
output z, w
"""

SPECIMENS = {"normalisation_backward": NORMALISATION_BACKWARD, "everything": EVERYTHING}


@pytest.mark.parametrize("style", ["plain", "unicode", "latex"])
@pytest.mark.parametrize("name", STORED)
def test_stored_programs(name: str, style: str, golden: Golden) -> None:
    golden(f"{name}.{style}.txt", write_program(read_program(TEXTS[name]), style))


@pytest.mark.parametrize("style", ["plain", "unicode", "latex"])
@pytest.mark.parametrize("name", SPECIMENS)
def test_specimens(name: str, style: str, golden: Golden) -> None:
    golden(f"{name}.{style}.txt", write_program(read_program(SPECIMENS[name], check=False), style))


def test_loops_alone(golden: Golden) -> None:
    golden("normalisation_backward.loops.txt", write_program(read_program(NORMALISATION_BACKWARD), declarations=False))
