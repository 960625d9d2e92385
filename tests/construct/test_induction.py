"""For which texts it is shown that they are right for every length, and for which it must not be."""

from __future__ import annotations

import pytest

from symgrad.construct.given import read_given
from symgrad.construct.judge import judge
from symgrad.construct.read import read_construction
from symgrad.construct.run import Task
from tests.construct.setting import SETTING, TASK, examples, judged

FIRST = "H = [CELL(Phi, X[0], ZERO)]\n"
LOOP = "for t in range(1, T + 1):\n    "
STEP = "H.append(CELL(Phi, X[t], H[t - 1]))"

SHOWN = [
    FIRST + LOOP + STEP,
    FIRST + LOOP + "H.append(CELL(Phi, X[t], H[-1]))",
    FIRST + LOOP + "H += [CELL(Phi, X[t], H[-1])]",
    FIRST + "for x in X[1:]:\n    H.append(CELL(Phi, x, H[-1]))",
    "H = []\nh = ZERO\nfor x in X:\n    h = CELL(Phi, x, h)\n    H.append(h)",
    "H = []\nh = CELL(Phi, X[0], ZERO)\n" + LOOP + "h = CELL(Phi, X[t], h)\n    H.append(h)",
    "H = [ZERO] * (T + 1)\nfor t in range(T + 1):\n    H[t] = CELL(Phi, X[t], H[t - 1])",
    "H = [None] * len(X)\nfor t in range(len(X)):\n    H[t] = CELL(Phi, X[t], ZERO if t == 0 else H[t - 1])",
    "H = []\nfor t, x in enumerate(X):\n    H.append(CELL(Phi, x, H[-1] if H else ZERO))",
    "H = []\nfor t in range(T + 1):\n    if not t > 0:\n        p = ZERO\n    else:\n        p = H[t - 1]\n"
    "    H.append(CELL(Phi, X[t], p))",
    FIRST + "t = 1\nwhile t <= T:\n    " + STEP + "\n    t += 1",
    FIRST + "k = 0\n" + LOOP + "k = k + 1\n    H.append(CELL(Phi, X[k], H[k - 1]))",
    "H = [ZERO]\nfor x in X:\n    H.append(CELL(Phi, x, H[-1]))\nreturn H[1:]",
    "def f(Phi, X, ZERO, T):\n    H = []\n    h = ZERO\n    for x in X:\n        h = CELL(Phi, x, h)\n"
    "        H.append(h)\n    return H",
    "def f(params, xs, n):\n    H = [CELL(params, xs[0], ZERO)]\n    for t in range(1, n + 1):\n"
    "        H.append(CELL(params, xs[t], H[t - 1]))\n    return H\nH = f(Phi, X, T)",
    "h_0 = CELL(Phi, x_0, ZERO)\nh_t = CELL(Phi, x_t, h_{t-1}) for t = 1, ..., T",
    "a = b = c = 0\n" + FIRST + LOOP + STEP + "\n    a = b\n    b = t",
]

TESTED = LOOP + "if t == 1:\n        if {}:\n            H.append(ZERO)\n    " + STEP

WRONG_FOR_SOME_LENGTH = [
    FIRST + LOOP + STEP.replace("))", ") if t < 99 else ZERO)"),
    FIRST + LOOP + STEP.replace("))", ") if T < 99 else ZERO)"),
    FIRST + LOOP + STEP + "\nif T > 100:\n    H.pop()",
    FIRST + "n = T\n" + TESTED.format("n == 50"),
    FIRST + TESTED.format("T == 50"),
    FIRST + TESTED.format("len(X) == 50"),
    FIRST + "late = T > 50\n" + TESTED.format("late"),
    FIRST + "g = lambda: T == 50\n" + TESTED.format("g()"),
    FIRST + "n = [ZERO] * (T // 50)\n" + TESTED.format("n"),
    "def f(Phi, X, ZERO, T, late=T > 50):\n    "
    + (FIRST + TESTED.format("late")).replace("\n", "\n    ")
    + "\n    return H",
    FIRST + "m = 0\n" + LOOP + "m = m + m + 1\n    " + STEP.replace("))", ") if m < 10**9 else ZERO)"),
    FIRST + "c = 0\n" + LOOP + "c = c + 1\n    " + STEP.replace("))", ") if c < 40 else ZERO)"),
    FIRST + "for t in range(1, min(T, 50) + 1):\n    " + STEP,
    FIRST + "t = 1\nwhile t <= T and t < 50:\n    " + STEP + "\n    t += 1",
    FIRST + "for x in X[1:50]:\n    H.append(CELL(Phi, x, H[-1]))",
    FIRST + "d = [0]\n" + LOOP + "d.append(0)\n    " + STEP.replace("))", ") if d != [0] * 50 else ZERO)"),
    "a = "
    + " = ".join(f"v{n}" for n in range(20))
    + " = ZERO\nh = ZERO\nH = []\nfor x in X:\n    h = CELL(Phi, x, h)\n"
    "    H.append(h)\n    if a == Phi:\n        h = ZERO\n"
    + "".join(f"    v{n} = v{n + 1}\n" for n in range(19))
    + "    v19 = Phi\n    a = v0",
]


@pytest.mark.parametrize("text", SHOWN)
def test_it_is_shown_for_every_length(text):
    found = judged(text)
    assert found.right
    assert found.always.startswith("by induction over the turns of the loop in line ")


@pytest.mark.parametrize("text", WRONG_FOR_SOME_LENGTH)
def test_it_is_never_shown_of_what_is_wrong_for_some_length(text):
    assert judged(text).always == ""


def test_most_pseudo_code_is_shown():
    shown = [text for text in examples("right_pseudo_code.txt") if judged(text).always]
    assert len(shown) >= 20


def test_other_definitions():
    setting = read_given("a, Y[0..n], f(y, z), g(z, y, a)")
    for name, step in (("f", "f(y_m, z_{m-1})"), ("g", "g(z_{m-1}, y_m, a)")):
        start = step.replace("z_{m-1}", "a").replace("y_m", "y_0")
        definition = read_construction(f"z_0 = {start}\nz_m = {step} for 1 <= m <= n", setting)
        task = Task(setting, definition, ("Z",))
        text = f"Z = [{start}]\nfor m in range(1, n + 1):\n    Z.append({step})".replace("z_{m-1}", "Z[-1]")
        found = judge(task, read_construction(text.replace("y_0", "Y[0]").replace("y_m", "Y[m]"), setting))
        assert found.right, name
        assert found.always, name


def test_a_definition_of_another_form_is_compared_for_small_lengths_alone():
    definition = read_construction("h_t = CELL(Phi, x_t, ZERO) for 0 <= t <= T", SETTING)
    found = judge(
        Task(SETTING, definition, ("H", "h")), read_construction("H = [CELL(Phi, x, ZERO) for x in X]", SETTING)
    )
    assert found.right
    assert found.always == ""


def test_what_is_wrong_is_not_shown():
    assert TASK.first == (0, 1)
    assert judged(FIRST + LOOP.replace("T + 1", "T") + STEP).always == ""
