"""Training: digits by a perceptron, a delayed copy by a recurrent cell, and the optimisers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from symgrad import edf


def test_a_perceptron_reads_digits() -> None:
    datasets = pytest.importorskip(
        "sklearn.datasets", reason="the digits are part of scikit-learn: install symgrad[test]"
    )
    digits, draw = datasets.load_digits(), np.random.default_rng(0)
    images, labels, order = digits.data / 16, digits.target, draw.permutation(len(digits.data))
    train, test = order[:1400], order[1400:]

    affine, relu, cross_entropy = edf.component("affine"), edf.component("relu"), edf.component("cross_entropy")
    x, label = edf.Input("x"), edf.Input("label")
    hidden = relu(affine(affine.params(draw, I=64, J=32), x))
    scores = affine(affine.params(draw, I=32, J=10), hidden)
    model = edf.Model(cross_entropy(scores, label))
    for _ in range(10):
        for chosen in draw.permutation(train).reshape(-1, 50):
            x.value, label.value = images[chosen], labels[chosen]
            model.forward()
            model.backward()
            model.update(rate=0.5)

    x.value = images[test]
    edf.Model(scores).forward()
    assert np.mean(scores.value.argmax(axis=1) == labels[test]) >= 0.95


def delayed_copy(cell: edf.Component, seed: int, *, symbols: int = 3, steps: int = 7, delay: int = 2) -> float:
    """The loss for each symbol on new sequences, after a cell learned to say what it saw `delay` steps ago."""
    draw, units = np.random.default_rng(seed), 12
    affine, cross_entropy = edf.component("affine"), edf.component("cross_entropy")
    Phi, Psi = cell.params(draw, D=symbols, H=units), affine.params(draw, I=units, J=symbols)
    X = [edf.Input(f"x{t}") for t in range(steps)]
    Y = [edf.Input(f"y{t}") for t in range(delay, steps)]
    H = [cell(Phi, X[0], np.zeros(units))]
    for t in range(1, steps):
        H.append(cell(Phi, X[t], H[t - 1]))
    model = edf.Model([cross_entropy(affine(Psi, h), y) for h, y in zip(H[delay:], Y, strict=True)])

    def on_new_sequences() -> float:
        seen = draw.integers(0, symbols, size=(16, steps))
        for t in range(steps):
            X[t].value = np.eye(symbols)[seen[:, t]]
        for t in range(delay, steps):
            Y[t - delay].value = seen[:, t - delay]
        model.forward()
        return model.loss / len(Y)

    optimiser = edf.Adam(model.params, rate=0.03)
    for _ in range(100):
        on_new_sequences()
        model.backward()
        optimiser.update()
    return on_new_sequences()


def test_a_recurrent_cell_learns_a_delayed_copy() -> None:
    assert delayed_copy(edf.component("gru"), seed=0) < 0.05 * np.log(3)  # by chance it would be ln 3


# Optimisers, each against its formula on a loss whose gradient is the parameter: half its square


def descend(make: Callable[[edf.Model], Callable[[], None]], steps: int) -> list[float]:
    """What a parameter goes through that starts at 1."""
    x = edf.Param([1.0], "x")
    model = edf.Model(edf.component("squared_error")(x, np.zeros(1)))
    update, seen = make(model), []
    for _ in range(steps):
        model.forward()
        model.backward()
        update()
        seen.append(float(x.value[0]))
    return seen


def test_plain_descent() -> None:
    assert descend(lambda model: lambda: model.update(0.1), 3) == pytest.approx([0.9, 0.81, 0.729])


def test_momentum() -> None:
    seen = descend(lambda model: edf.Momentum(model.params, rate=0.1, momentum=0.5).update, 3)
    assert seen == pytest.approx([0.9, 0.9 - 0.1 * (0.5 + 0.9), 0.76 - 0.1 * (0.7 + 0.76)])


def test_adam() -> None:
    seen = descend(lambda model: edf.Adam(model.params, rate=0.1).update, 200)
    assert seen[0] == pytest.approx(0.9)  # the first step is as long as the rate, whatever the gradient
    mean, square = 0.9 * 0.1 + 0.1 * 0.9, 0.999 * 0.001 + 0.001 * 0.81
    assert seen[1] == pytest.approx(0.9 - 0.1 * (mean / (1 - 0.81)) / (square / (1 - 0.999**2)) ** 0.5)
    assert abs(seen[-1]) < 0.02


def test_the_same_seed_gives_the_same_training() -> None:
    losses = [delayed_copy(edf.component("rnn"), 3, steps=3, delay=1) for _ in range(2)]
    assert losses[0] == losses[1] < 0.05
