"""What is legal passes, what is not is refused, and both agree with loops that are simply run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import LegalityError
from symgrad.language.accesses import expr_reads
from symgrad.language.build import number
from symgrad.language.dependence import carried_indices, has_internal_reads, output_names
from symgrad.language.legal.points import compiled
from symgrad.language.legality import check, findings
from symgrad.language.program import Define, Index, Loop, Node, Program, Range, Ref, Role, Tensor, Update
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements
from symgrad.language.write import write_program
from tests.programs import PROGRAMS, SEED_TEXTS, Case, Published

LEGAL = [
    # Reads inside the nest that writes, of what an earlier step has completed.
    "for t in 1..T, b: h[t, b] += a[b] h[t-1, b]",
    "for t: h[t+1] = x[t] h[t]",
    "for b, t in 1..T: h[t, b] = h[t-1, b] + x[t, b]",
    "size T\ninput r[0..T], R[T+1]\nfor t in T..0: R[t] += r[t] + R[t+1]",
    "for t:\n    for j: a[t, j] += x[t, j]\n    for j: y[t, j] += a[t, j]\n    for j: S[t] += y[t, j]",
    "index t in T\ninput x[t]\ny[0] = x[0]\nfor t in 1..T-1: y[t] = x[t] + sum_{t2 < t} y[t2]",
    "input u[0], w[0]\nfor t in 1..T:\n    u[t] += w[t-1]\n    w[t] += u[t-1] + u[t]",
    "index i in N\ninput x[i]\nfor i:\n    y[2*i] = x[i]\n    y[2*i + 1] = y[2*i]^2",
    "index i in N\ninput x[i]\nfor i: y[N - 1 - i] += x[i]\nfor i: z[i] += y[i]",
    # An assignment that comes before all updates, and assignments of different cells.
    "index b in B, j in J\ninput x[b, j]\nfor b: y[b] = 1\nfor b, j: y[b] += x[b, j]",
    "index b in B, j in J\ninput x[b, j]\nfor b:\n    y[b] = 1\n    for j: y[b] += x[b, j]",
    "index t in T\ninput x[t]\nfor t: y[2*t] = x[t]\nfor t: y[2*t + 1] = -x[t]",
    "index i in I, d in 0..0\ninput x[i]\nfor i, d: y[i] = x[i + d]",
    # Extents.
    "index x in X, d in D\ninput L[X + D - 1]\nfor x, d: y[x] += L[x + d]",
    "index x in X, d in 0..2\ninput L[x] zero outside\nfor x, d: y[x] += L[x + d - 1]",
    "size T >= 3\nindex t in T\ninput x[t]\nfor t in 1..T-2: y[t] += x[t-1] + x[t+1]",
    "index t in T\ninput x[t]\nfor t, t2 <= t: y[t] += x[t - t2]",
    "index t, t2 in T\ninput x[0..T]\nfor t, t2 > t: y[t] += x[t2 - t] + x[T]",
    "size H = G*R\nindex h in H\ninput k[G], m[R]\nfor h: y[h] += k[h // R] m[h % R]",
    "index b in B, j in J\ninteger y[b] in J\ninput s[b, j]\nfor b: z[y[b]] += s[b, y[b]] + y[b]",
    "integer n[b] in 1..T\ninput x[b, t]\nfor b, t < n[b]: y[b] += x[b, n[b] - 1 - t]",
    "index i in 0..5\ninput x[6]\nfor i: y[i] += x[5 - i]",
    # Names.
    "index b in B, j in J\ninput s[b, j]\nfor b, j: p[b, j] = exp(s[b, j])/sum_j exp(s[b, j])",
    "param gamma[j]\ninput x[j]\nfor j: y[j] += gamma[j] x[j]",
    "function f(x, y)\ninput a, b0\nz = f(a, b0)",
]


@pytest.mark.parametrize("text", LEGAL)
def test_legal(text: str) -> None:
    assert findings(read_program(text, check=False)) == []


@pytest.mark.parametrize("case", [*PROGRAMS, *SEED_TEXTS], ids=str)
def test_stored_programs_are_legal(case: Case | Published) -> None:
    check(read_program(case.text, check=False))


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_derived_programs_are_legal_and_so_is_their_text(case: Case) -> None:
    forward, backward = case.program, case.backward
    assert findings(backward) == []
    again = read_program(write_program(backward), context=forward)
    assert again.body == backward.body


def test_all_findings_of_a_text_are_reported_in_its_order() -> None:
    text = "index b in B, j in J\ninput s[b, j]\nfor b: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += q[b, j] + foo(s[b])"
    with pytest.raises(LegalityError) as caught:
        read_program(text, name="mine.loops")
    assert [finding.message for finding in caught.value.findings] == [
        "no loop binds the index j",
        "unknown tensor q",
        "unknown function foo",
        "s has 2 indices, here it is given 1",
    ]
    assert str(caught.value).startswith("mine.loops:3:25: no loop binds the index j\n")


def test_what_is_wrong_several_times_in_a_line_is_said_once() -> None:
    found = findings(read_program("input x\ny = q + q^2", check=False))
    assert [finding.message for finding in found] == ["unknown name q"]


# Answers to a forward program.

SOFTMAX = "index b in B, j in J\ninput s[b, j]\nfor b, j: Z[b] += exp(s[b, j])\nfor b, j: p[b, j] += exp(s[b, j])/Z[b]"

ANSWERS = [
    ("for b, j: s.grad[b, j] = p.grad[b, j]", "s.grad starts at a given value, which `=` would throw away"),
    ("for b, j: p.grad[b, j] += s.grad[b, j]", "p.grad is given: it can be read, not written"),
    ("for b, j: Z[b] += p.grad[b, j]", "Z is a tensor of the forward program: it can be read, not written"),
    ("for b, j: s.grad[b, j] += p.gard[b, j]", "unknown tensor p.gard"),
    ("for b, j: s.grad[b, j] += w[b]", "unknown tensor w"),
    ("for b, j: s.grad[b, j] += p.grad[j, b]", "the index j runs over J values, but p.grad has B cells at position 1"),
    ("for b: s.grad[b, j] += p.grad[b, j]", "no loop binds the index j"),
    ("for b, j: Z.grad[b] = p.grad[b, j]", "`=` in a loop over j overwrites Z.grad[b], which has no index j"),
    (
        "for b, j:\n    e[b] -= p[b, j] p.grad[b, j]\n    s.grad[b, j] += p[b, j] (p.grad[b, j] + e[b])",
        "e[b] is read before it is complete: at b = 0, j = 0 it is e[0], "
        "and the statement in line 2 writes it at b = 0, j = 1",
    ),
]


@pytest.mark.parametrize(("answer", "sentence"), ANSWERS)
def test_an_answer_is_refused(answer: str, sentence: str) -> None:
    with pytest.raises(LegalityError) as caught:
        read_program(answer, context=read_program(SOFTMAX))
    assert caught.value.message == sentence


@pytest.mark.parametrize(
    ("name", "close"),
    [("p.gard", "did you mean p.grad?"), ("Z.grd", "did you mean Z.grad?"), ("w", "the forward program has s, Z, p")],
)
def test_an_unknown_name_is_answered_with_a_near_one(name: str, close: str) -> None:
    program = read_program(f"for b: Z.grad[b] += {name}[b]", context=read_program(SOFTMAX), check=False)
    assert [finding.hint for finding in findings(program)] == [close]


def test_a_program_built_by_hand_is_checked_too() -> None:
    b = Index("b")
    nest = Loop((Range("b"),), (Update(Ref("y", (b,)), 1, Ref("x", (b, b))),))
    program = Program(tensors=(Tensor("y", (), Role.COMPUTED),), body=(nest,))
    assert [finding.message for finding in findings(program)] == [
        "what b runs over is not known",
        "y has no index, here it is given 1",
        "unknown tensor x",
    ]


# Which loops carry a dependence.


def nodes(text: str) -> tuple[Node, ...]:
    """The nodes of a program that need not be legal."""
    return read_program(text, check=False).body


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("for b, j: Z[b] += x[b, j]", set()),
        ("for t in 1..T, b: h[t, b] += a[b] h[t-1, b]", {"t"}),
        ("for b, t in 1..T: h[t, b] += a[b] h[t-1, b]", {"t"}),
        ("for t: h[t+1] = x[t] h[t]", {"t"}),
        ("for t:\n    h[t+1] = x[t]\n    y[t] = h[t+1]", set()),
        ("for b, j:\n    Z[b] += x[b, j]\n    p[b, j] += Z[b]", {"j"}),
        (
            "for t in 1..T:\n"
            "    for b, j, i: a[t, b, j] += W[j, i] h[t-1, b, i]\n"
            "    for b, j: h[t, b, j] += tanh(a[t, b, j])",
            {"t"},
        ),
        ("for t:\n    c += x[t]\n    y[t] += c", {"t"}),
        ("for t:\n    for i: c[t] += x[t, i]\n    for i: y[t, i] += c[t]", set()),
        ("for i, j:\n    A[i, j] = x[i]\n    B0[i, j] = A[j, i]", {"i", "j"}),
        ("for i:\n    A[i] = x[i]\n    y[i] = sum_i A[i]", {"i"}),
    ],
)
def test_carried_indices(text: str, carried: set[str]) -> None:
    assert carried_indices(nodes(text)) == carried
    assert has_internal_reads(nodes(text)[0]) == (bool(carried) or "c[t]" in text or "h[t+1]\n" in text + "\n")


def test_loops_inside_a_step_carry_nothing_of_what_earlier_steps_wrote() -> None:
    assert carried_indices(nodes("for t in 1..T:\n    for b: h[t, b] = tanh(sum_i W[b, i] h[t-1, i])")) == {"t"}
    assert carried_indices(nodes("for t in 1..T, s: d[t, s] = sum_{r <= s} d[t-1, r]")) == {"t"}
    assert carried_indices(nodes("for t in 1..T, s in 1..S: d[t, s] = d[t, s-1]")) == {"s"}


def test_carried_indices_of_separate_nests_are_joined() -> None:
    text = "for t in 1..T: h[t] += h[t-1]\nfor u in 1..U: g[u] += g[u-1] + h[0]"
    assert carried_indices(nodes(text)) == {"t", "u"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SOFTMAX, ("p",)),
        ("for t in 1..T: h[t] += x[t] h[t-1]", ("h",)),
        ("for t in 1..T: h[t] += x[t] h[t-1]\ny = h[T]", ("y",)),
        ("input x\ny = x\nz = y\noutput y, z", ("y", "z")),
        ("for b:\n    for j: a[b, j] += W[j] x[b]\n    for k: h[b] += a[b, k]^2", ("h",)),
        ("for b:\n    for j: a[b, j] += W[j] x[b]\n    h[b] = a[b, 0]^2", ("h",)),
        ("for b:\n    for j: a[b, j] += W[j] x[b]\n    h[b] = sum_k a[b, k]^2", ("h",)),
        ("input x[t]\nfor t in 1..T: h[t] = x[t] + sum_{r < t} h[r]", ("h",)),
    ],
)
def test_output_names(text: str, names: tuple[str, ...]) -> None:
    assert output_names(read_program(text)) == names


# Against loops that are simply run.

_SUBSCRIPTS = {"t": ("t", "t-1", "t+1", "T-t", "0", "2*t"), "i": ("i", "i-1", "i+1", "0", "t")}


_EVERYWHERE = "\nu[2*T+1, 0] += x\nw[2*T+1, 0] += x"  # cells of their own, so that no tensor is never written


@st.composite
def nests(draw: st.DrawFn) -> str:
    """Two tensors that are written and read in loops over t and i, in some order."""

    def cell() -> str:
        name = draw(st.sampled_from("uw"))
        return f"{name}[{draw(st.sampled_from(_SUBSCRIPTS['t']))}, {draw(st.sampled_from(_SUBSCRIPTS['i']))}]"

    def statement() -> str:
        head = draw(st.sampled_from(("", "for i in 1..I: ", "for i in I..1: ")))
        sign = draw(st.sampled_from(("+=", "+=", "=")))
        text = f"{head}{cell()} {sign} x + {cell()}"
        return text if head else text.replace("i-1", "1").replace("i+1", "2").replace("i]", "1]")

    lines = []
    for _ in range(draw(st.integers(1, 2))):
        lines.append(draw(st.sampled_from(("for t in 1..T:", "for t in T..1:"))))
        lines += [f"    {statement()}" for _ in range(draw(st.integers(1, 2)))]
    return (
        "size T, I\ninput x\ncomputed u[0..2*T+1, 0..T+I+2], w[0..2*T+1, 0..T+I+2]\n" + "\n".join(lines) + _EVERYWHERE
    )


@given(nests())
def test_order_agrees_with_loops_that_are_run(text: str) -> None:
    program = read_program(text, check=False)
    sizes = itertools.product((1, 2, 3, 4, 5), (1, 2, 3, 4))
    goes_wrong = any(_goes_wrong(program, {"T": t_size, "I": i_size}) for t_size, i_size in sizes)
    assert bool(findings(program)) == goes_wrong, text


def _goes_wrong(program: Program, sizes: dict[str, int]) -> bool:
    """Whether some read comes before the last write of its cell, or some assignment after another write of its."""
    written: dict[tuple[str, tuple[int, ...]], int] = {}
    reads = []
    for time, (statement, values) in enumerate(_run(program.body, sizes)):
        reads += [(time, _cell(access.ref, values)) for access in expr_reads(statement.value)]
        cell = _cell(statement.target, values)
        if isinstance(statement, Define) and cell in written:
            return True
        written[cell] = time
    return any(written.get(cell, -1) >= time for time, cell in reads)


def _run(body: Sequence[Node], values: dict[str, int]) -> Iterator[tuple[Update | Define, dict[str, int]]]:
    for node in body:
        if isinstance(node, Loop):
            r, *inner = node.ranges
            low, high = compiled(r.low or number(0))(dict(values)), compiled(r.high or number(0))(dict(values))
            steps = range(low, high + 1)
            for step in reversed(steps) if r.descending else steps:
                inside = {**values, r.index: step}
                yield from _run((Loop(tuple(inner), node.body),) if inner else node.body, inside)
        elif isinstance(node, Update | Define):
            yield node, values


def _cell(ref: Ref, values: dict[str, int]) -> tuple[str, tuple[int, ...]]:
    return ref.name, tuple(compiled(subscript)(dict(values)) for subscript in ref.subscripts)


@given(
    a=st.integers(-2, 2),
    c=st.integers(-2, 2),
    k=st.integers(-3, 3),
    extent=st.sampled_from(("X", "X + 1", "2*X + 2", "X + D", "5", "X + 2*D + 4")),
    lower=st.sampled_from(("0..X-1", "1..X", "d..X-1", "0..d")),
)
def test_extents_agree_with_loops_that_are_run(a: int, c: int, k: int, extent: str, lower: str) -> None:
    program = read_program(
        f"size X, D\ninput L[{extent}]\nfor d in 0..D-1, x in {lower}: S += L[{a}*x + {c}*d + {k}]", check=False
    )
    (read,) = expr_reads(next(statement.value for _, statement in walk_statements(program.body)))
    length, at = compiled(program.tensor_named["L"].axes[0].extent), compiled(read.ref.subscripts[0])
    points = (
        values
        for x_size, d_size in itertools.product(range(1, 9), repeat=2)
        for _, values in _run(program.body, {"X": x_size, "D": d_size})
    )
    leaves = any(not 0 <= at(dict(values)) < length(dict(values)) for values in points)
    assert bool(findings(program)) == leaves
