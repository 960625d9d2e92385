"""The reverse sweep: what it writes, in which order, and what it declares."""

import pytest

from symgrad.calculus import vjp
from symgrad.errors import UsageError
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program
from symgrad.language.write import write_program


def backward_lines(text: str, **options: object) -> list[str]:
    return lines(vjp(read_program(text), **options))  # type: ignore[arg-type]


def lines(program: Program) -> list[str]:
    return write_program(program, declarations=False).strip().splitlines()


TWO_LOOPS = """
for b, j: Z[b] += exp(s[b, j])
for b, j: p[b, j] += exp(s[b, j])/Z[b]
"""

STANDARDISE = """
for b, j: μ[j] += 1/B x[b, j]
for b, j: s[j] += 1/(B - 1) (x[b, j] - μ[j])^2
for b, j: x'[b, j] += (x[b, j] - μ[j])/√s[j]
"""

LINEAR = """
index i in I, j in J, b in B
input h[b, i]
param W[j, i], bias[j]
for b, j, i: y[b, j] += W[j, i] h[b, i]
for b, j: y[b, j] -= bias[j]
"""

RECURRENT = """
index b in B, i in H, j in H
input h[0, b, i], x[t, b, i]
param W[j, i]
for t in 1..T:
    for b, j, i: a[t, b, j] += W[j, i] h[t - 1, b, i]
    for b, j: h[t, b, j] += tanh(a[t, b, j] + x[t, b, j])
"""


def test_one_statement_for_each_occurrence_in_reverse_order() -> None:
    assert backward_lines(TWO_LOOPS) == [
        "for b, j: s.grad[b, j] += p.grad[b, j] exp(s[b, j])/Z[b]",
        "for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2",
        "for b, j: s.grad[b, j] += Z.grad[b] exp(s[b, j])",
    ]


def test_occurrences_of_one_statement_in_the_order_they_are_written() -> None:
    assert backward_lines(STANDARDISE) == [
        "for b, j: x.grad[b, j] += x'.grad[b, j]/sqrt(s[j])",
        "for b, j: μ.grad[j] -= x'.grad[b, j]/sqrt(s[j])",
        "for b, j: s.grad[j] -= 1/2 x'.grad[b, j] (x[b, j] - μ[j]) s[j]^(-3/2)",
        "for b, j: x.grad[b, j] += 2/(B - 1) s.grad[j] (x[b, j] - μ[j])",
        "for b, j: μ.grad[j] -= 2/(B - 1) s.grad[j] (x[b, j] - μ[j])",
        "for b, j: x.grad[b, j] += 1/B μ.grad[j]",
    ]


def test_params_are_averaged_over_the_batch_on_request_and_nothing_else_is() -> None:
    assert backward_lines(LINEAR, average="b") == [
        "for b, j: bias.grad[j] -= 1/B y.grad[b, j]",
        "for b, j, i: W.grad[j, i] += 1/B y.grad[b, j] h[b, i]",
        "for b, j, i: h.grad[b, i] += y.grad[b, j] W[j, i]",
    ]


def test_roles_of_the_adjoints() -> None:
    roles = {t.name: t.role for t in vjp(read_program(TWO_LOOPS)).tensors}
    assert roles["p.grad"] is Role.INPUT
    assert roles["Z.grad"] is Role.COMPUTED
    assert roles["s.grad"] is Role.ACCUMULATOR
    assert roles["Z"] is Role.INPUT
    assert "p" not in roles


def test_only_what_is_asked_for() -> None:
    assert backward_lines(TWO_LOOPS, wrt="Z") == ["for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2"]
    asked = vjp(read_program(TWO_LOOPS), wrt="Z").tensor_named
    assert asked["Z.grad"].role is Role.COMPUTED
    assert backward_lines(TWO_LOOPS, of="Z") == ["for b, j: s.grad[b, j] += Z.grad[b] exp(s[b, j])"]


def test_time_runs_backwards_and_the_output_that_is_read_again_is_added_to() -> None:
    backward = vjp(read_program(RECURRENT))
    text = write_program(backward, declarations=False)
    assert text.splitlines()[0] == "for t in T..1:"
    assert backward.tensor_named["h.grad"].role is Role.ACCUMULATOR
    assert backward.tensor_named["a.grad"].role is Role.COMPUTED
    assert text.index("a.grad[t, b, j] +=") < text.index("h.grad[t-1, b, i] +=")


def test_a_gather_becomes_a_scatter_and_a_shifted_read_a_shifted_accumulation() -> None:
    gather = """
        index n in N, v in V, d in D
        input E[v, d]
        integer word[n] in V
        for n, d: y[n, d] += E[word[n], d]
    """
    assert backward_lines(gather) == ["for n, d: E.grad[word[n], d] += y.grad[n, d]"]
    shifted = "for x, k: y[x] += w[k] L[2*x + k]"
    assert backward_lines(shifted, wrt="L") == ["for x, k: L.grad[2*x + k] += y.grad[x] w[k]"]


def test_a_sum_inside_a_function_becomes_a_loop_and_its_copy_gets_another_index() -> None:
    assert backward_lines("for b: L[b] += log(sum_j exp(s[b, j]))") == [
        "for b, j: s.grad[b, j] += L.grad[b] exp(s[b, j])/(sum_{j2} exp(s[b, j2]))"
    ]


def test_a_maximum_passes_to_the_cell_that_attains_it() -> None:
    assert backward_lines("m[b] = max_j s[b, j]") == [
        "for b, j: s.grad[b, j] += m.grad[b] 1[s[b, j] >= max_{j2} s[b, j2]]"
    ]


def test_uninterpreted_functions_are_differentiated_by_name() -> None:
    text = """
        function f(y, z), g(x), h(x)
        input x
        y = g(x)
        z = h(x)
        u = f(y, z)
    """
    assert backward_lines(text) == [
        "y.grad += u.grad f_y(y, z)",
        "z.grad += u.grad f_z(y, z)",
        "x.grad += z.grad h'(x)",
        "x.grad += y.grad g'(x)",
    ]


def test_the_derivative_of_a_derived_program_takes_the_forward_program_with_it() -> None:
    second = vjp(vjp(read_program(TWO_LOOPS)), wrt="s")
    text = write_program(second, declarations=False)
    assert "s.grad2[b, j] +=" in text
    assert "Z.grad2[b] " in text  # Z depends on s; a derivative that took it for a constant would be wrong


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"wrt": "q"}, "no tensor q"),
        ({"of": ["nothing"]}, "no tensor nothing"),
        ({"average": "k"}, "no index k"),
        ({"average": "b"}, "declared a param"),
    ],
)
def test_bad_requests_are_told_in_a_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        vjp(read_program(TWO_LOOPS), **options)  # type: ignore[arg-type]


def test_a_program_whose_gradients_are_all_zero_reads_back() -> None:
    backward = vjp(read_program("input x[b]\nconst c[b]\nfor b: y[b] += c[b] + step(x[b])"))
    assert backward.body == ()
    assert read_program(str(backward)).outputs == backward.outputs


def test_an_output_whose_given_slice_nothing_reads_is_no_reason_to_refuse() -> None:
    text = "size T\ninput x[0..T], h[0]\nfor t in 1..T: h[t] += x[t]"
    assert backward_lines(text) == ["for t in 1..T: x.grad[t] += h.grad[t]"]
    with pytest.raises(UsageError, match=r"h\.grad is given"):
        backward_lines(text, wrt="h")


def test_a_derivative_that_would_be_too_long_is_refused_with_its_place() -> None:
    program = read_program("for b: y[b] += " + "x[b] " * 2000)
    with pytest.raises(UsageError, match="would be too long") as caught:
        vjp(program)
    assert caught.value.place is not None
    assert caught.value.source


@pytest.mark.parametrize(
    ("wrt", "message", "hint"),
    [
        ("x,z", "“x,z” is no tensor but several", "['x', 'z']"),
        (["x, z"], "is no tensor but several", "a list"),
        ("", "an empty name stands for no tensor", "x"),
        ([""], "an empty name stands for no tensor", "x"),
        ([], "no tensor is named as an input to differentiate by", "name one"),
    ],
)
def test_lists_that_are_no_lists_and_empty_names(wrt: object, message: str, hint: str) -> None:
    program = read_program("input x[b], z[b]\nfor b: y[b] += x[b] z[b]")
    with pytest.raises(UsageError) as caught:
        vjp(program, wrt=wrt)  # type: ignore[arg-type]
    assert message in caught.value.message
    assert hint in caught.value.hint
