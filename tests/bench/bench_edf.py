"""How long a step of training takes, beside the same step written by hand in NumPy.

    python -m pytest tests/bench/bench_edf.py -o python_files='bench_*.py'

Set OMP_NUM_THREADS=1 for one core. Each pair starts from the same parameters and must end at the same loss.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import pytest

from symgrad import edf

Step = Callable[[], float]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def log_loss(scores: Any, labels: Any) -> tuple[float, Any]:
    """The loss of all rows and its gradient by the scores."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.log(p[rows, labels])
    p[rows, labels] -= 1
    return float(loss.sum()), p


class Perceptron:
    """One hidden layer."""

    def __init__(self, inputs: int = 64, hidden: int = 128, classes: int = 10, members: int = 64) -> None:
        draw = np.random.default_rng(0)
        self.images, self.labels = draw.normal(size=(members, inputs)), draw.integers(0, classes, members)
        self.shapes = {"I": inputs, "H": hidden, "J": classes}
        affine = edf.component("affine")
        self.first, self.second = affine.params(1, I=inputs, J=hidden), affine.params(2, I=hidden, J=classes)

    def framework(self) -> Step:
        affine, relu, cross_entropy = (edf.component(name) for name in ("affine", "relu", "cross_entropy"))
        x, label = edf.Input("x"), edf.Input("label")
        model = edf.Model(cross_entropy(affine(self.second, relu(affine(self.first, x))), label))

        def step() -> float:
            x.value, label.value = self.images, self.labels
            model.forward()
            model.backward()
            model.update(0.1)
            return model.loss

        return step

    def by_hand(self) -> Step:
        (W, c), (V, d) = ([param.value.copy() for param in params] for params in (self.first, self.second))

        def step() -> float:
            members = len(self.labels)
            a = self.images @ W.T + c
            h = np.maximum(a, 0)
            loss, scores_grad = log_loss(h @ V.T + d, self.labels)
            h_grad = (scores_grad @ V) * (a > 0)
            V_grad, d_grad = scores_grad.T @ h, scores_grad.sum(axis=0)
            W[:] -= 0.1 / members * (h_grad.T @ self.images)
            c[:] -= 0.1 / members * h_grad.sum(axis=0)
            V[:] -= 0.1 / members * V_grad
            d[:] -= 0.1 / members * d_grad
            return loss / members

        return step


class Recurrent:
    """A gated recurrent unit over some steps; the loss is taken of the last state."""

    def __init__(
        self, inputs: int = 16, hidden: int = 64, classes: int = 10, members: int = 64, steps: int = 12
    ) -> None:
        draw = np.random.default_rng(0)
        self.sequence, self.labels = draw.normal(size=(steps, members, inputs)), draw.integers(0, classes, members)
        self.steps, self.hidden = steps, hidden
        self.Phi = edf.component("gru").params(1, D=inputs, H=hidden)
        self.Psi = edf.component("affine").params(2, I=hidden, J=classes)

    def framework(self) -> Step:
        cell, affine, cross_entropy = (edf.component(name) for name in ("gru", "affine", "cross_entropy"))
        X, label = [edf.Input(f"x{t}") for t in range(self.steps)], edf.Input("label")
        H: Any = np.zeros(self.hidden)
        for x in X:
            H = cell(self.Phi, x, H)
        model = edf.Model(cross_entropy(affine(self.Psi, H), label))

        def step() -> float:
            label.value = self.labels
            for x, value in zip(X, self.sequence, strict=True):
                x.value = value
            model.forward()
            model.backward()
            model.update(0.1)
            return model.loss

        return step

    def by_hand(self) -> Step:
        params = [param.value.copy() for param in (*self.Phi, *self.Psi)]
        W_hr, W_xr, c_r, W_hz, W_xz, c_z, W_hn, W_xn, c_n, V, d = params

        def step() -> float:
            members = len(self.labels)
            h, saved = np.zeros((members, self.hidden)), []
            for x in self.sequence:
                r = sigmoid(h @ W_hr.T + x @ W_xr.T + c_r)
                z = sigmoid(h @ W_hz.T + x @ W_xz.T + c_z)
                n = np.tanh((r * h) @ W_hn.T + x @ W_xn.T + c_n)
                saved.append((x, h, r, z, n))
                h = z * h + (1 - z) * n
            loss, scores_grad = log_loss(h @ V.T + d, self.labels)
            grads = [np.zeros_like(param) for param in params]
            gW_hr, gW_xr, gc_r, gW_hz, gW_xz, gc_z, gW_hn, gW_xn, gc_n, gV, gd = grads
            gV += scores_grad.T @ h
            gd += scores_grad.sum(axis=0)
            h_grad = scores_grad @ V
            for x, h, r, z, n in reversed(saved):
                gn = h_grad * (1 - z) * (1 - n * n)
                gz = h_grad * (h - n) * z * (1 - z)
                grh = gn @ W_hn
                gr = grh * h * r * (1 - r)
                h_grad = h_grad * z + grh * r + gz @ W_hz + gr @ W_hr
                gW_hr += gr.T @ h
                gW_hz += gz.T @ h
                gW_hn += gn.T @ (r * h)
                gW_xr += gr.T @ x
                gW_xz += gz.T @ x
                gW_xn += gn.T @ x
                gc_r += gr.sum(axis=0)
                gc_z += gz.sum(axis=0)
                gc_n += gn.sum(axis=0)
            for param, grad in zip(params, grads, strict=True):
                param[:] -= 0.1 / members * grad
            return loss / members

        return step


CASES = {"perceptron": Perceptron, "recurrent": Recurrent}


@pytest.mark.parametrize("case", CASES)
def test_both_train_alike(case: str) -> None:
    framework, by_hand = CASES[case]().framework(), CASES[case]().by_hand()
    for _ in range(5):
        assert framework() == pytest.approx(by_hand(), rel=1e-9)


def test_ratio() -> None:
    """Prints how many times as long a step takes (with -s): the shortest of many, one way after the other."""
    for case, make in CASES.items():
        steps = make().framework(), make().by_hand()
        best = [float("inf")] * 2
        for _ in range(60):
            for at, step in enumerate(steps):
                start = process_time()
                step()
                best[at] = min(best[at], process_time() - start)
        print(f"\n{case}: {best[0] * 1e3:.2f} ms, by hand {best[1] * 1e3:.2f} ms, ratio {best[0] / best[1]:.1f}")


@pytest.mark.parametrize("way", ["framework", "by_hand"])
@pytest.mark.parametrize("case", CASES)
def test_a_step(benchmark: Any, case: str, way: str) -> None:
    step = getattr(CASES[case](), way)()
    step()
    benchmark(step)
