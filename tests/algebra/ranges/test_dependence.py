"""Which programs are systems of equations: every read of a cell follows all writes of it."""

import pytest

from symgrad.algebra.ranges.dependence import demand_equations, with_start_values
from symgrad.algebra.ranges.instances import unrolled
from symgrad.algebra.ranges.temporaries import with_own_temporaries
from symgrad.algebra.terms import Budget, OutOfReachError
from symgrad.calculus import vjp
from symgrad.calculus.activity import join
from symgrad.language.read import read_program
from tests.programs import PROGRAMS, Case


def read(text: str):
    return read_program(text, check=False)


def reason(text: str) -> str:
    """Why a program is no system of equations; "" if it is one."""
    try:
        demand_equations(unrolled(read(text)), Budget(5.0))
    except OutOfReachError as error:
        return str(error)
    return ""


def with_temporaries(text: str, *kept: str):
    side, made = with_own_temporaries(unrolled(read(text)), kept, Budget(5.0))
    demand_equations(side, Budget(5.0))
    return side, made


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_derived_programs_are_systems_of_equations(case: Case):
    demand_equations(unrolled(join(vjp(case.program, case.wrt))), Budget(10.0))


ROWS = "size T\nsize J >= 2\nindex t in 0..T, j in J\ninput x[t, j]\n"
STEP = "size T\nindex b in B\ninput x[0..T, b], h[0, b]\nfor t in 1..T:\n"


@pytest.mark.parametrize(
    "text",
    [
        STEP + "    for b: h[t, b] += tanh(h[t-1, b]) + x[t, b]\n    for b: y[t, b] += h[t, b]",
        "size T\ninput r[0..T], R[T+1]\nfor t in T..0: R[t] += r[t] + R[t+1]",
        "index x in X, d in 0..1\ninput L[x]\nfor x, d: y[2*x + d] = L[x]\nfor x: z[x] += y[2*x]",
        "index t, t2 in T\ninput x[t]\nfor t:\n    for t2 <= t: y[t] += x[t2]\n    for t2 <= t: z[t] += y[t2]",
        "index i in N\ninput x[i]\nfor i in 0..N-1:\n    y[2*i] += x[i]\n    y[2*i + 1] += y[2*i]",
        "index i, j in N\ninput x[i, 0..N]\ny[0, 0] += 1\nfor i in 1..N, j in 1..N: y[i, j] += y[i-1, j] + y[i, j-1]",
        "index x in X\ninput L[x] zero outside\nfor x: y[x] += L[x-1]\nfor x: z[x] += y[x] + L[x+1]",
    ],
    ids=["step", "down", "digits", "triangle", "even and odd", "plane", "padding"],
)
def test_complete_reads(text: str):
    assert reason(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            STEP + "    for b: y[t, b] += h[t, b]\n    for b: h[t, b] += x[t, b]",
            "h[t, b] is read before the last write",
        ),
        ("size T\ninput x[0..T], h[0]\nfor t in T..1: h[t] += x[t] + h[t-1]", "by h[t], as at T = 2, t = 2"),
        ("size T\ninput x[0..T], h[0]\nfor t in 1..T: h[t] += x[t] h[t]", "as at T = 1, t = 1"),
        ("index b, j in J\ninput x[b, j]\nfor b, j:\n    Z[b] += x[b, j]\n    y[b, j] += Z[b]", "Z[b] is read before"),
        ("index t, t2 in T\ninput x[t]\nfor t:\n    y[t] += x[t]\n    for t2: z[t] += y[t2]", "y[t2] is read before"),
        ("index i in N\ninput x[i]\nfor i:\n    y[2*i] += x[i]\n    y[i] += 1\nfor i: z[i] += y[i]", ""),
        (
            "index i in N\ninput x[i]\nfor i:\n    y[i] += x[i]\n    z[i] += y[2*i]",
            "y[2*i] is read before the last write",
        ),
        ("index b, j in J\ninput x[b, j]\nfor b, j: Z[b] = x[b, j]", "defined more than once"),
        ("index b in B\ninput x[b]\nfor b: Z[b] += x[b]\nfor b: Z[b] = x[b]", "defined after it was added to"),
        ("index x in X, d in 0..2\ninput L[x]\nfor x, d: y[2*x + d] = L[x]", "defined more than once"),
        ("index b in B, v in V\ninteger w[b] in V\ninput x[b]\nfor b: E[w[b]] = x[b]", "defined more than once"),
        (
            "index b in B, v in V\ninteger w[b] in V\ninput x[b]\nfor b:\n    E[w[b]] += x[b]\n    y[b] += E[0]",
            "E[0] is read",
        ),
        ("index t in T\ninput x[t]\nfor t:\n    a += x[t]\n    y[t] += a", "a is read before the last write"),
        ("index x in X\ninput L[x]\nfor x:\n    y[x % 3] += L[x]\n    z[x] += y[0]", "y[0] is read before"),
    ],
)
def test_incomplete_reads_are_told(text: str, words: str):
    assert words in reason(text)
    assert bool(words) == bool(reason(text))


def test_a_temporary_that_each_iteration_defines_gets_the_loops_index():
    text = ROWS + "for t in 1..T:\n    for j: d[j] = x[t, j]^2\n    for j: y[t] += d[j]"
    side, made = with_temporaries(text)
    assert made == {"d of each t"}
    assert [len(one.target.subscripts) for one in side.listed] == [2, 1]


def test_a_temporary_that_each_iteration_sets_to_zero_gets_the_loops_index():
    text = ROWS + "for t in 1..T:\n    a = 0\n    for j: a += x[t, j]\n    y[t] += a^2"
    assert with_temporaries(text)[1] == {"a of each t"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("for t in 1..T:\n    for j: d[j] = x[t, j]\n    for j: y[t] += d[j]", ["d"]),
        ("for t in 1..T:\n    for j: y[t] += d[j]\n    for j: d[j] = x[t, j]", []),
        ("for t in 1..T:\n    for j: d[j] = x[t, j]\nfor j: z[j] += d[j]", []),
        ("for t in 1..T:\n    for j in 1..J-1: d[j] = x[t, j]\n    for j: y[t] += d[j]", []),
        ("for t in 1..T:\n    for j: d[j] += x[t, j]\n    for j: y[t] += d[j]", []),
        ("for t in 1..T:\n    for j: d[0] = x[t, j]\n    y[t] += d[0]", []),
    ],
    ids=["asked for", "read first", "read after", "not all cells", "no definition", "defined twice"],
)
def test_other_temporaries_stay_as_they_are(text: str, kept: list[str]):
    with pytest.raises(OutOfReachError, match="d"):
        with_temporaries(ROWS + text, *kept)


def test_reads_of_a_given_slice_are_of_start_values():
    text = "size T\ninput x[0..T], y[0]\nfor t in 1..T: y[t] += y[0] + x[t]"
    (one,) = with_start_values(unrolled(read(text)), Budget(5.0)).listed
    assert [access.ref.name for access in one.reads] == ["y at the start", "x"]


def test_reads_of_a_slice_that_is_written_are_not():
    text = "size T\ninput x[0..T], y[0]\nfor t in 0..T: y[t] += x[t]\nfor t: z[t] += y[0]"
    listed = with_start_values(unrolled(read(text)), Budget(5.0)).listed
    assert "y" in {access.ref.name for access in listed[1].reads}
