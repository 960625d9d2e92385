"""The interpreter: what each construct of the language means, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from symgrad.errors import UsageError
from symgrad.evaluate.cells import Cell, given_cells
from symgrad.evaluate.interpreter import Interpreter
from symgrad.evaluate.numbers import Rationals
from symgrad.evaluate.sizes import complete_sizes
from symgrad.language.build import number
from symgrad.language.program import Program, Ref, Role, Tensor, Update
from symgrad.language.read import read_program


def run(
    text: str, sizes: dict[str, int] | None = None, observer: Any = None, **values: Any
) -> dict[str, list[Fraction]]:
    """Every tensor's cells, flat and exact. Values are given as flat lists."""
    program = read_program(text, check=False)
    known = complete_sizes(program, sizes or {})
    cells = {
        name: dict(zip(given_cells(program.tensor_named[name], known), flat, strict=True))
        for name, flat in values.items()
    }
    results = Interpreter(program, known, Rationals(), observer).run(cells)
    return {name: list(table.values()) for name, table in results.items()}


def test_updates_add_and_definitions_assign() -> None:
    found = run(
        "index i in N\ninput x[i]\nfor i: y[i] = 2 x[i]\nfor i: y[i] += 1\nfor i: z -= y[i]", {"N": 2}, x=[1, 2]
    )
    assert found["y"] == [3, 5]
    assert found["z"] == [-8]


def test_exact_rationals() -> None:
    found = run("index i in N\ninput x[i]\nm = 1/N sum_i x[i]\nv = 1/(N - 1) sum_i (x[i] - m)^2", {"N": 3}, x=[1, 2, 4])
    assert found["m"] == [Fraction(7, 3)]
    assert found["v"] == [Fraction(7, 3)]


def test_statements_run_in_order_and_rows_major() -> None:
    found = run("index i in N\ninput x[i]\nfor i:\n  s += x[i]\n  y[i] += s", {"N": 3}, x=[1, 2, 3])
    assert found["y"] == [1, 3, 6]


def test_a_definition_without_the_loop_index_keeps_the_last() -> None:
    assert run("index i in N\ninput x[i]\nfor i: y = x[i]", {"N": 3}, x=[1, 2, 3])["y"] == [3]


def test_time_runs_from_a_given_slice() -> None:
    text = "input h[0], x[0..T]\nfor t in 1..T: h[t] += 2 h[t-1] + x[t]"
    assert run(text, {"T": 3}, h=[1], x=[0, 1, 1, 1])["h"] == [1, 3, 7, 15]


def test_time_runs_backwards() -> None:
    text = "input x[0..T]\ncomputed g[0..T]\nfor t in T..1: g[t-1] += x[t] + 2 g[t]"
    assert run(text, {"T": 3}, x=[0, 1, 2, 3])["g"] == [17, 8, 3, 0]


def test_accumulators_start_where_they_are_given() -> None:
    text = "index i in N\ninput x[i]\naccumulator g[i]\nfor i: g[i] += x[i]"
    assert run(text, {"N": 2}, x=[1, 2], g=[10, 20])["g"] == [11, 22]
    assert run(text, {"N": 2}, x=[1, 2])["g"] == [1, 2]


def test_dependent_ranges() -> None:
    text = "index t, t2 in T\ninput x[t]\nfor t, t2 <= t: c[t] += x[t2]\nfor t: d[t] = sum_{t2 < t} x[t2]"
    found = run(text, {"T": 3}, x=[1, 10, 100])
    assert found["c"] == [1, 11, 111]
    assert found["d"] == [0, 1, 11]


def test_subscripts_shift_stride_divide_and_gather() -> None:
    text = """
    index x in X, d in 0..1
    input L[2*X + 1], M[X]
    integer y[x] in X
    for x, d: a[x] += L[2*x + d]
    for x: q[x] += M[x // 2] + 10 M[(x + 1) % X]
    for x: s[y[x]] += M[x]
    """
    found = run(text, {"X": 3}, L=[1, 2, 3, 4, 5, 6, 7], M=[1, 2, 3], y=[2, 0, 2])
    assert found["a"] == [3, 7, 11]
    assert found["q"] == [21, 31, 12]
    assert found["s"] == [2, 0, 4]


def test_zero_outside_reads_zero_and_drops_writes() -> None:
    text = """
    index x in X
    input L[x] zero outside
    accumulator g[x] zero outside
    for x: y[x] += L[x - 1]
    for x: g[x - 1] += L[x]
    """
    found = run(text, {"X": 3}, L=[1, 2, 3])
    assert found["y"] == [0, 1, 2]
    assert found["g"] == [2, 3, 0]


def test_reductions() -> None:
    text = "index i, j in N\ninput x[i], A[i, j]\nm = max_i x[i]\nn = -max_i (-x[i])\ns = sum_{i, j} A[i, j] x[i]"
    found = run(text, {"N": 2}, x=[3, -1], A=[1, 2, 3, 4])
    assert (found["m"], found["n"], found["s"]) == ([3], [-1], [2])


def test_an_indicator_that_is_zero_makes_a_product_zero() -> None:
    text = "index i, j in N\ninput x[i]\nfor i, j: y[i] += 1[i != j]/(x[i] - x[j])"
    assert run(text, {"N": 2}, x=[1, 3])["y"] == [Fraction(-1, 2), Fraction(1, 2)]


def test_indices_and_sizes_as_values() -> None:
    found = run("index i in N\nfor i: y[i] = i^2/N + 1[i >= N - 1]\nfor i: z[i] = 2^i", {"N": 3})
    assert found["y"] == [0, Fraction(1, 3), Fraction(7, 3)]
    assert found["z"] == [1, 2, 4]


def test_sizes_by_other_sizes() -> None:
    text = "size H = 2*D\nindex h in H\ninput x[h]\ns = sum_h x[h]"
    assert run(text, {"D": 2}, x=[1, 2, 3, 4])["s"] == [10]


class Log:
    """An observer that keeps everything."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def read(self, tensor: str, cell: Cell) -> None:
        self.seen.append((f"read {tensor}", cell))

    def write(self, tensor: str, cell: Cell) -> None:
        self.seen.append((f"write {tensor}", cell))

    def branch(self, kind: str, values: Sequence[Any]) -> None:
        self.seen.append((kind, list(values)))


def test_an_observer_sees_reads_writes_and_branches() -> None:
    log = Log()
    run("index i in N\ninput x[i]\nfor i: y += relu(x[i]) 1[x[i] > 1]\nm = max_i x[i]", {"N": 2}, log, x=[3, -1])
    assert log.seen[:5] == [("read x", (0,)), (">", [3, 1]), ("read x", (0,)), ("relu", [3]), ("write y", ())]
    assert ("max", [3, -1]) in log.seen
    assert log.seen[-1] == ("write m", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("index i in N\ninput x[i]\nfor i: y[i] += x[i + 1]", r"x\[2\] is outside of x, whose extents are 2"),
        ("index i in N\ninput x[i]\ncomputed y[i]\nfor i: y[i - 1] += x[i]", r"y\[-1\] is outside of y"),
        ("index i, j in N\ninput x[i]\nfor i: y[i] = max_{j < i} x[j]", "the max over j is taken over no value"),
    ],
)
def test_what_has_no_meaning_is_a_sentence(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run(text, {"N": 2}, x=[1, 2])


def test_a_missing_tensor_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="no values are given for x"):
        run("index i in N\ninput x[i]\nfor i: y[i] += x[i]", {"N": 2})


@pytest.mark.parametrize(
    ("ref", "message"), [(Ref("q"), "there is no tensor q"), (Ref("x", (number(0),)), "x has 0 axes, but 1 subscripts")]
)
def test_a_reference_that_no_declaration_fits_is_a_sentence(ref: Ref, message: str) -> None:
    scalars = (Tensor("x", (), Role.INPUT), Tensor("y", (), Role.COMPUTED))
    with pytest.raises(UsageError, match=message):
        Interpreter(Program(tensors=scalars, body=(Update(Ref("y"), 1, ref),)), {}, Rationals())


def test_a_compiled_program_runs_at_other_sizes_like_one_that_is_compiled_for_them() -> None:
    text = (
        "index i, j in N\ninput x[i], K[0..2]\n"
        "for i: y[i] += 1/N sum_j x[j] + (N - 1) x[N - 1 - i] + x[i]^N + N i\n"
        "for i in 1..N-1: z[i] += y[i - 1] + sum_{j <= i} x[j] 1[j < N - 1]"
    ).replace(", K[0..2]", "")
    program = read_program(text, check=False)

    def cells(n: int) -> dict[str, dict[Cell, Fraction]]:
        return {"x": {(at,): Fraction(at + 2, 3) for at in range(n)}}

    resized = Interpreter(program, {"N": 3}, Rationals())
    for n in (3, 5, 2, 3):
        resized.resize({"N": n})
        assert resized.run(cells(n)) == Interpreter(program, {"N": n}, Rationals()).run(cells(n))


def test_a_power_that_is_too_long_at_other_sizes_only_is_computed_from_its_parts() -> None:
    program = read_program("index i in N\ninput x[i]\ny = sum_i (1 + 0 * (N^1000)^100) x[i]", check=False)
    resized = Interpreter(program, {"N": 2}, Rationals())
    resized.resize({"N": 3})
    assert resized.run({"x": {(at,): Fraction(1) for at in range(3)}})["y"] == {(): 3}


def test_a_name_that_is_not_declared_is_told_of() -> None:
    program = Program(body=(Update(Ref("y"), 1, number(1)),))
    with pytest.raises(UsageError, match="there is no tensor y"):
        Interpreter(program, {}, Rationals())
