"""Random inputs: valid by the declarations, away from kinks, inside domains, the same for the same seed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

from symgrad.errors import UsageError
from symgrad.evaluate import Sample, sample
from symgrad.evaluate.cells import Cell
from symgrad.evaluate.sample import Regularity
from symgrad.language.read import read_program
from tests.programs import PROGRAMS, Case

SEEDS = range(5)


def samples(text: str) -> list[Sample]:
    return [sample(read_program(text), seed=seed) for seed in SEEDS]


def rows(cells: Mapping[Cell, float]) -> list[list[float]]:
    first = sorted({cell[0] for cell in cells})
    return [[value for cell, value in cells.items() if cell[0] == row] for row in first]


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_every_program_has_a_point(case: Case) -> None:
    program = case.program
    found = sample(program)
    assert Regularity(program, found.sizes)(found.values)
    assert all(value >= 3 for name, value in found.sizes.items())


def test_sizes_are_distinct_small_and_fit_their_definitions() -> None:
    text = """
    size H = G*K, Y = X - D + 1
    index h in H, g in G, x in X, d in D, y in Y
    input a[h, g], L[x], M[d]
    for y, d: o[y] += L[y + d] M[d]
    for h, g: s += a[h, g]
    """
    (found, *_) = samples(text)
    sizes = found.sizes
    assert sizes["H"] == sizes["G"] * sizes["K"]
    assert sizes["Y"] == sizes["X"] - sizes["D"] + 1 >= 3
    assert len({sizes[name] for name in "GKXD"}) == 4


def test_minimums_and_given_sizes_are_respected() -> None:
    program = read_program("size B >= 7\nindex b in B, j in J\ninput x[b, j]\nfor b, j: y += x[b, j]")
    assert sample(program).sizes["B"] >= 7
    assert sample(program, sizes={"J": 1}).sizes["J"] == 1
    with pytest.raises(UsageError, match="size B is 2, but at least 7 is needed"):
        sample(program, sizes={"B": 2, "J": 2})


def test_many_sizes_stay_cheap() -> None:
    indices = ", ".join(f"{letter} in {letter.upper()}" for letter in "abcdefgh")
    every = ", ".join("abcdefgh")
    found = sample(read_program(f"index {indices}\ninput x[{every}]\nfor {every}: y += x[{every}]"))
    assert len(found.values["x"]) < 20_000


def test_signs_labels_and_slices() -> None:
    text = """
    index b in B, j in J
    size T >= 2
    input a[b] > 0, c[b] != 0, s[b, j], h[0, b]
    integer y[b] in J, n[b] in 1..J
    for t in 1..T: for b: h[t, b] += a[b] c[b] s[b, y[b]]/n[b] + h[t-1, b]
    """
    for found in samples(text):
        assert all(value > 0 for value in found.values["a"].values())
        assert all(abs(value) > 0.1 for value in found.values["c"].values())
        assert all(0 <= value < found.sizes["J"] for value in found.values["y"].values())
        assert all(1 <= value <= found.sizes["J"] for value in found.values["n"].values())
        assert set(found.values["h"]) == {(0, b) for b in range(found.sizes["B"])}


def test_distributions_sum_to_one() -> None:
    text = "index b in B, x in X\ndistribution P[x], R[b, x] over x\nl = sum_x P[x] log(P[x])\nfor b, x: m += R[b, x]"
    for found in samples(text):
        assert sum(found.values["P"].values()) == pytest.approx(1)
        assert [sum(row) for row in rows(found.values["R"])] == pytest.approx([1] * found.sizes["B"])
        assert all(value > 0 for value in found.values["R"].values())


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("input t[b, j]\nconstraint sum_j t[b, j] = 1", lambda t, w: [sum(row) - 1 for row in t]),
        ("input t[b, j] > 0\nconstraint sum_j t[b, j] = 1", lambda t, w: [sum(row) - 1 for row in t]),
        (
            "input t[b, j] > 0\nconstraint sum_j t[b, j] = 1/B\nconstraint sum_b t[b, j] = 1/J",
            lambda t, w: [sum(row) - 1 / len(t) for row in t] + [sum(c) - 1 / len(t[0]) for c in zip(*t, strict=True)],
        ),
        (
            "input t[b, j]\nconstraint 2 t[b, 0] = 1 + t[b, 1]^2",
            lambda t, w: [2 * row[0] - 1 - row[1] ** 2 for row in t],
        ),
        (
            "input t[b, j]\ninput w[j] > 0\nconstraint sum_j w[j] t[b, j] = 3",
            lambda t, w: [sum(x * y for x, y in zip(row, w, strict=True)) - 3 for row in t],
        ),
        ("input t[b, j]\nconstraint t[b, 0] > t[b, 1]", lambda t, w: [min(0, row[0] - row[1]) for row in t]),
    ],
    ids=["sum", "positive sum", "rows and columns", "pivot", "weighted sum", "inequality"],
)
def test_constraints_hold(declared: str, holds: Callable[[list[list[float]], list[float]], list[float]]) -> None:
    for found in samples(f"size J >= 2\nindex b in B, j in J\n{declared}\nfor b, j: y += t[b, j]"):
        residuals = holds(rows(found.values["t"]), list(found.values.get("w", {}).values()))
        assert residuals == pytest.approx([0] * len(residuals), abs=1e-12)


@pytest.mark.parametrize(
    "value",
    [
        "log(x[b])",
        "sqrt(1 - x[b])",
        "acosh(x[b])",
        "atanh(x[b])",
        "1/(x[b] - x[b]^2)",
        "log(log(x[b] + 1))",
        "x[b]^(1/3)",
    ],
)
def test_points_lie_inside_the_domain(value: str) -> None:
    samples(f"index b in B\ninput x[b]\nfor b: y[b] += {value}")


def test_points_keep_away_from_kinks() -> None:
    text = """
    index b in B, j in J
    input x[b, j]
    for b: m[b] = max_j x[b, j]
    for b, j: y[b] += relu(x[b, j]) + 1[x[b, j] > 1/2]
    """
    for found in samples(text):
        for row in rows(found.values["x"]):
            best, second = sorted(row, reverse=True)[:2]
            assert best - second >= 1e-3
            assert all(abs(value) >= 1e-3 and abs(value - 0.5) >= 1e-3 for value in row)


def test_many_kinks_and_deep_sums_leave_room() -> None:
    lines = ["index b in B, i, j in H", "input h0[b, i]", "param W[i, j]"]
    lines += [f"for b, i: h{n + 1}[b, i] = relu(sum_j W[i, j] h{n}[b, j])" for n in range(12)]
    program = read_program("\n".join(lines))
    found = sample(program, sizes={"B": 8, "H": 20})
    assert Regularity(program, found.sizes)(found.values)


def test_ties_that_the_program_makes_are_no_kinks() -> None:
    samples("index x in X\ninput L[x] zero outside\nfor x: y[x] += max(relu(L[x + 5]), 0) + relu(x)")


def test_a_maximum_that_is_always_attained_twice_has_no_derivative() -> None:
    with pytest.raises(UsageError, match="no values were found"):
        samples("index b in B, t in T\ninput x[b]\nfor b, t: p[b, t] += x[b]\ny = max_{b, t} p[b, t]")


def test_where_there_is_no_point_it_says_so() -> None:
    with pytest.raises(UsageError, match="no values were found in 120 attempts"):
        sample(read_program("input x\ny = log(-x^2)"))
    with pytest.raises(UsageError, match="no values were found"):
        sample(read_program("index b in B\ninput x[b] > 0\nconstraint sum_b x[b] = -1\nfor b: y += x[b]"))


@pytest.mark.parametrize("loop", ["y = x[0]", "for b: y += x[0]", "y = sum_b x[0]"])
def test_too_much_work_is_refused_at_once(loop: str) -> None:
    with pytest.raises(UsageError, match="is too much work for a check on numbers"):
        sample(read_program(f"size B >= 1000000000\nindex b in B\ninput x[b]\n{loop}"))


def test_labels_must_be_declared() -> None:
    from symgrad.language.build import number
    from symgrad.language.program import Axis, Program, Role, Tensor

    with pytest.raises(UsageError, match="no range of labels is declared for y"):
        sample(Program(tensors=(Tensor("y", (Axis("", number(2)),), Role.INTEGER),)))


def test_the_same_seed_gives_the_same_point_in_every_process() -> None:
    code = """
from symgrad.evaluate import sample
from symgrad.language.read import read_program
print(sample(read_program("input x\\ny = log(x)"), seed=3).values)
"""
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    here = sample(read_program("input x\ny = log(x)"), seed=3).values
    assert runs == {f"{here}\n"}


def test_seeds_differ() -> None:
    text = "input x\ny = exp(x)"
    assert sample(read_program(text), seed=1).values != sample(read_program(text), seed=2).values
