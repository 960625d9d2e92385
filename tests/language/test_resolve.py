"""What a text does not say is found from how it uses its names: sizes, extents, roles, start values."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import LegalityError
from symgrad.language.legal.points import compiled
from symgrad.language.legality import findings
from symgrad.language.program import Program, Reduce, Ref, Role, Size
from symgrad.language.read import read_draft, read_program
from symgrad.language.resolve import resolve
from symgrad.language.walk import walk_body
from symgrad.language.write import write_expr, write_program
from tests.programs import PROGRAMS, SEED_TEXTS, Case, Published, perceptron


def shapes(program: Program) -> dict[str, str]:
    """The extents of every tensor, as text."""
    return {t.name: ", ".join(write_expr(axis.extent) for axis in t.axes) for t in program.tensors}


def ranges(program: Program) -> dict[str, str]:
    """The own range of every index, as text."""
    return {i.name: f"{write_expr(i.low)}..{write_expr(i.high)}" for i in program.indices}


def roles(program: Program) -> dict[str, str]:
    """The role of every tensor."""
    return {t.name: t.role.value for t in program.tensors}


SHAPES = [
    # An index and the axes it runs over have one size, named by its letter.
    ("for b, j: Z[b] += exp(s[b, j])", {"s": "B, J", "Z": "B"}),
    ("Z[b] = sum_j exp(s[b, j])", {"s": "B, J", "Z": "B"}),
    ("for i, j: y[i] += A[i, j]\nfor k: z[k] += y[k]", {"A": "I, J", "y": "I", "z": "I"}),
    ("for i, j: S += A[i, j]\nfor k: t += A[k, k]", {"A": "I, I", "S": "", "t": ""}),
    ("for b2, b: G[b2, b] += x[b] x[b2]", {"x": "B", "G": "B, B"}),
    ("for t, t2 <= t: y[t] += x[t2]", {"x": "T", "y": "T"}),
    ("for t, t2 < t: S += w[t2]", {"w": "T", "S": ""}),
    # The letter is not free, or there is none.
    ("for j: J[j] += x[j]", {"x": "n_j", "J": "n_j"}),
    ("for α: y[α] += x[α]", {"x": "n_α", "y": "n_α"}),
    # Declared sizes win over letters.
    ("index k in N\ninput x[k]\nfor i: y[i] += x[i]", {"x": "N", "y": "N"}),
    ("index b in B, i, j in H\ninput h[b, i]\nfor b, k: y[k] += h[b, k]", {"h": "B, H", "y": "H"}),
    # Arithmetic in a subscript: the extent is what the largest access needs.
    ("for x, d: y[x] += L[x + d] W[d]", {"L": "D + X - 1", "W": "D", "y": "X"}),
    ("for x, d: y[2*x + d] += L[x] W[d]", {"L": "X", "W": "D", "y": "D + 2 X - 2"}),
    ("for t: y[t] += x[t+1] - x[t]", {"x": "T + 1", "y": "T"}),
    ("for x: y[x] += L[2*x] + L[2*x + 3]", {"L": "2 X + 2", "y": "X"}),
    ("index u in 0..2*X-1\nfor u: y[u] += L[u // 2]", {"L": "X", "y": "2 X"}),
    ("index x in X\nfor x: y[x] += L[(x + 1) % X]", {"L": "X", "y": "X"}),
    ("size H = G*K\nindex h in H, g in G\nfor h: m[h // K] += x[h]", {"x": "H", "m": "G"}),
    ("index x in X\nfor x: y[x] += L[5]", {"L": "6", "y": "X"}),
    # An index takes the extent of an axis that is found so.
    ("for z: L[z] += a[z]\nfor x, d: y[x] += L[x + d]", {"a": "D + X - 1", "L": "D + X - 1", "y": "X"}),
    # Ranges that are written out.
    ("for t in 1..T: h[t] += a[t] h[t-1]", {"a": "T + 1", "h": "T + 1"}),
    ("for t in T..1: h[t-1] += a[t] h[t]", {"a": "T + 1", "h": "T + 1"}),
    ("input x[t], h[0]\nfor t in 1..T: h[t] += x[t] h[t-1]", {"x": "T + 1", "h": "T + 1"}),
    ("input r[0..T], R[T+1]\nfor t in T..0: R[t] += r[t] + R[t+1]", {"r": "T + 1", "R": "T + 2"}),
    ("for i < n: y[i] += x[i]\nfor i in 1..n-1: z[i] += y[i] - y[i-1]", {"x": "n", "y": "n", "z": "n"}),
    ("for x in 1..X-2: y[x] += L[x-1] + L[x+1]\nfor x: z[x] += y[x]", {"L": "X", "y": "X", "z": "X"}),
    # Extents that are declared.
    ("index x in X\ninput L[2*X + 1]\nfor x: y[x] += L[2*x]", {"L": "2 X + 1", "y": "X"}),
    ("index x in X\ninput L[0..2*X]\nfor x: y[x] += L[2*x]", {"L": "2 X + 1", "y": "X"}),
    ("index x in X\ninput L[9]\nfor x in 0..3: y[x] += L[2*x]", {"L": "9", "y": "4"}),
]


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_extents(text: str, expected: dict[str, str]) -> None:
    assert shapes(read_program(text)) == expected


RANGES = [
    ("for b, j: Z[b] += s[b, j]", {"b": "0..B - 1", "j": "0..J - 1"}),
    ("index t in 1..T\nfor t: y[t] += x[t]", {"t": "1..T"}),
    ("for z: L[z] += a[z]\nfor x, d: y[x] += L[x + d]", {"z": "0..D + X - 2", "x": "0..X - 1", "d": "0..D - 1"}),
    ("for t in 1..T: h[t] += h[t-1]\nfor t: y[t] += h[t]", {"t": "0..T"}),
    ("index d in 0..1\nfor d: y[d] += sum_{d2} A[d2 + 3]", {"d": "0..1", "d2": "0..1"}),
]


@pytest.mark.parametrize(("text", "expected"), RANGES)
def test_own_ranges(text: str, expected: dict[str, str]) -> None:
    assert ranges(read_program(text)) == expected


def test_a_size_symbol_means_the_size_of_its_index() -> None:
    program = read_program("index s in N\ninput x[s]\nfor t: y[t] += 1/T x[t]")
    assert {part.name for part in walk_body(program.body) if isinstance(part, Size)} == {"N"}
    assert [size.name for size in program.sizes] == ["N"]


def test_a_written_range_whose_index_is_used_whole_is_remarked_on() -> None:
    program = read_program("for t in 1..T: h[t] += h[t-1]\nfor t: y[t] += h[t]")
    assert program.remarks == ("where no range is written, t runs from 0 to T: declare it to change that",)


def test_sizes_come_in_order_of_first_use() -> None:
    text = "size T >= 2, U\nindex b in B, h in H\nsize H = 2*D\ninput x[b, h, 0..T]\nfor b, h: y[b] += x[b, h, 0]"
    sizes = [(size.name, size.minimum, size.definition is not None) for size in read_program(text).sizes]
    assert sizes == [("B", 1, False), ("H", 1, True), ("D", 1, False), ("T", 2, False), ("U", 1, False)]


def test_roles_without_declarations() -> None:
    program = read_program("for b: loss -= w[b] log(p[b, y[b]])")
    assert roles(program) == {"w": "input", "p": "input", "y": "integer", "loss": "computed"}
    labels = program.tensor_named["y"].labels
    assert labels is not None
    assert [write_expr(end) for end in labels] == ["0", "Y - 1"]


def test_labels_of_an_integer_tensor_follow_from_the_axis_it_indexes() -> None:
    program = read_program("for b, j: Z[b] += p[b, j]\nfor b: loss -= log(p[b, y[b]])")
    labels = program.tensor_named["y"].labels
    assert labels is not None
    assert write_expr(labels[1]) == "J - 1"


def test_a_given_slice_makes_a_computed_tensor_with_start_values() -> None:
    program = read_program("index b in B\ninput h[0, b]\nfor t in 1..T, b: h[t, b] += h[t-1, b]^2")
    tensor = program.tensor_named["h"]
    assert tensor.role is Role.COMPUTED
    assert tensor.given
    assert tensor.differentiable
    assert tensor.initial is not None
    assert [at is not None for at in tensor.initial] == [True, False]


def test_a_number_as_axis_of_what_is_never_written_is_its_extent() -> None:
    program = read_program("input x[3]\nfor i: y[i] += x[i]")
    assert program.tensor_named["x"].initial is None
    assert shapes(program) == {"x": "3", "y": "3"}


@pytest.mark.parametrize(
    "others",
    [
        "y[2*i + 1] += x[i]",
        "y[i // 2] += x[i]",
        "y[2*i] += x[i]\nfor i in 0..N-1: y[i // 3 + i % 3] += x[i]",
    ],
)
def test_the_largest_need_is_found_where_others_are_only_known_to_be_less(others: str) -> None:
    program = read_program(f"size N, M\ninput x[N]\ncomputed y[3*N + 2*M + 6]\nfor i in 0..N-1: {others}", check=False)
    assert shapes(program)["y"] == "3 N + 2 M + 7"


def test_axes_are_labelled_by_the_index_that_runs_along_them() -> None:
    program = read_program("index t in 1..T, b in B\ninput x[t, b]\nfor t, b: y[t-1, b] += x[t, b]")
    assert [axis.label for axis in program.tensor_named["x"].axes] == ["t", "b"]
    assert [axis.label for axis in program.tensor_named["y"].axes] == ["", "b"]
    assert shapes(program) == {"x": "T + 1, B", "y": "T, B"}


def test_a_sum_over_the_index_of_its_loop_gets_an_index_of_its_own() -> None:
    program = read_program("for b, j: p[b, j] += exp(s[b, j])/sum_j exp(s[b, j])")
    (inner,) = [part for part in walk_body(program.body) if isinstance(part, Reduce)]
    assert [r.index for r in inner.ranges] == ["j2"]
    assert ranges(program)["j2"] == ranges(program)["j"] == "0..J - 1"
    assert len(program.remarks) == 1
    assert findings(program) == []


def test_bounds_of_the_same_sum_follow_its_own_index() -> None:
    program = read_program("index i, j in N\ninput x[i]\nfor i, j: y[i] += sum_{i, j <= i} x[j]")
    (inner,) = [part for part in walk_body(program.body) if isinstance(part, Reduce)]
    assert [r.index for r in inner.ranges] == ["i2", "j2"]
    assert inner.ranges[1].high is not None
    assert write_expr(inner.ranges[1].high) == "i2"


# With a forward program.

SOFTMAX = "index b in B, j in J\ninput s[b, j]\nfor b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]"


def test_an_answer_knows_the_forward_program() -> None:
    forward = read_program(SOFTMAX)
    answer = read_program(
        "for b, j e[b] -= p[b, j] p.grad[b, j]\nfor b, k s.grad[b, k] += p[b, k] (p.grad[b, k] + e[b])/B",
        context=forward,
    )
    assert answer.forward is forward
    assert roles(answer) == {"p": "input", "p.grad": "input", "s.grad": "accumulator", "e": "computed"}
    assert shapes(answer) == {"p": "B, J", "p.grad": "B, J", "s.grad": "B, J", "e": "B"}
    assert ranges(answer)["k"] == "0..J - 1"
    assert [size.name for size in answer.sizes] == ["B", "J"]


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("for b, j: s.grad[b, j] += p.grad[b, j]", "s.grad", Role.ACCUMULATOR),  # asked for: starts at any value
        ("for b, j: Z.grad[b] -= p.grad[b, j]", "Z.grad", Role.COMPUTED),  # on the way: starts at 0
        ("for b, j: s.grad[b, j] += Z.grad[b]", "Z.grad", Role.INPUT),  # only read: given
        ("for b, j: s.grad[b, j] += p.grad[b, j]", "p.grad", Role.INPUT),
        ("for b, j: p.grad[b, j] += s.grad[b, j]", "p.grad", Role.INPUT),  # an output read by nothing: read-only
    ],
)
def test_how_adjoints_start(text: str, name: str, role: Role) -> None:
    answer = read_program(text, context=read_program(SOFTMAX), check=False)
    assert answer.tensor_named[name].role is role


def test_the_adjoint_of_an_output_that_is_read_again_is_added_to() -> None:
    forward = read_program("input x[0..T], h[0]\nfor t in 1..T: h[t] += x[t] h[t-1]")
    answer = read_program("for t in T..1: h.grad[t-1] += x[t] h.grad[t]", context=forward)
    assert answer.tensor_named["h.grad"].role is Role.ACCUMULATOR
    assert shapes(answer) == shapes(read_program(write_program(answer), context=forward))


def test_an_answer_may_use_a_forward_name_for_its_own() -> None:
    answer = read_program("for b: Z[b] = 2\nfor b, j: s.grad[b, j] += Z[b] p.grad[b, j]", context=read_program(SOFTMAX))
    assert answer.tensor_named["Z"].role is Role.COMPUTED
    assert answer.remarks == ("from here on Z is what this text assigns, not the forward program's Z",)


def test_constraints_and_functions_of_the_forward_program_hold_in_an_answer() -> None:
    forward = read_program(
        "function f(x)\nindex j in J\ninput t[j], u[j]\n"
        "constraint sum_j t[j] = 1\nconstraint u[j] >= 0\n"
        "for j: y[j] += f(t[j]) u[j]"
    )
    answer = read_program("for j: t.grad[j] += y.grad[j] f'(t[j]) t[j]", context=forward)
    assert [f.name for f in answer.functions] == ["f"]
    assert len(answer.constraints) == 1


# All programs.


@pytest.mark.parametrize("case", [*PROGRAMS, *SEED_TEXTS], ids=str)
def test_every_program_is_complete_and_reads_back(case: Case | Published) -> None:
    program = read_program(case.text)
    names = {part.name for part in walk_body(program.body) if isinstance(part, Ref)}
    assert names <= program.tensor_named.keys()
    assert {part.name for part in walk_body(program.body) if isinstance(part, Size)} <= program.size_named.keys()
    assert read_program(write_program(program)) == program


@st.composite
def affine_reads(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, int]]]:
    """The text of a loop over x and d with reads L[a*x + c*d + k], and the coefficients."""
    coefficients = draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3)
    )
    reads = " + ".join(f"L[{a}*x + {c}*d + {k}]" for a, c, k in coefficients)
    return f"index x in X, d in D\nfor x, d: y[x, d] += {reads}", coefficients


@given(affine_reads())
def test_an_inferred_extent_is_what_the_largest_access_needs(case: tuple[str, list[tuple[int, int, int]]]) -> None:
    text, coefficients = case
    sizes = list(itertools.product(range(1, 7), repeat=2))
    needs = [{(X, D): a * (X - 1) + c * (D - 1) + k + 1 for X, D in sizes} for a, c, k in coefficients]
    longest = [need for need in needs if all(need[at] >= other[at] for other in needs for at in sizes)]
    if not longest:
        with pytest.raises(LegalityError, match="cannot be told"):
            read_program(text)
        return
    program = read_program(text)
    extent = compiled(program.tensor_named["L"].axes[0].extent)
    assert {(X, D): extent({"X": X, "D": D}) for X, D in sizes} in longest


def test_it_is_quick() -> None:
    softmax, deep = read_draft(SOFTMAX), read_draft(perceptron(30))
    for draft, seconds in ((softmax, 0.003), (deep, 0.1)):
        best = min(_seconds(draft) for _ in range(5))
        assert best < 4 * seconds  # four times, for a busy machine


def _seconds(draft: object) -> float:
    start = time.perf_counter()
    findings(resolve(draft))  # type: ignore[arg-type]
    return time.perf_counter() - start


LONG_TEXTS = {
    "statements": "\n".join(f"for b: y{k}[b] += x{k}[b]" for k in range(2000)),
    "chain": "input x0[b]\n" + "\n".join(f"for b: x{k + 1}[b] += x{k}[b]" for k in range(2000)),
    "inputs": "input " + ", ".join(f"x{k}[b]" for k in range(3000)) + "\nfor b: y[b] += x1[b]",
    "scalars": "\n".join(f"y{k} = x{k} + n" for k in range(2000)),
}


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_long_texts_are_resolved_in_time_that_grows_with_their_length(name: str) -> None:
    draft = read_draft(LONG_TEXTS[name])
    start = time.process_time()
    resolve(draft)
    assert time.process_time() - start < 2.4  # a sixth of that on an idle machine


def test_adjoints_in_long_answers_are_resolved_soon() -> None:
    forward = read_program(LONG_TEXTS["chain"])
    text = "\n".join(f"for b: x{k}.grad[b] += x{k + 1}.grad[b]" for k in range(1500, -1, -1))
    draft = read_draft(text, context=forward)
    start = time.process_time()
    resolve(draft, forward)
    assert time.process_time() - start < 1.2
