"""What is compared, and from which start values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad import vjp
from symgrad.errors import LegalityError, UsageError
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.numbers import Comparison
from symgrad.language.program import Program, Role
from symgrad.language.read import read_program

FORWARD = """index b in B, j in J
input s[b, j], t[j]
for b, j: Z[b] += exp(s[b, j])
for b, j: p[b, j] += exp(s[b, j]) / Z[b]
for b, j: l[b] -= t[j] log(p[b, j])
"""


@pytest.fixture
def forward() -> Program:
    return read_program(FORWARD)


def answer(text: str, forward: Program) -> Program:
    return read_program(text, context=forward, check=False)


def differ(a: Program, b: Program, **options: object) -> str:
    """The cell and both values where two programs differ; "" where no difference is found."""
    claim = equal_programs(a, b, **options)
    witness = Comparison(claim.left, claim.right, claim.tensors).search(5.0, 2).witness
    return "" if witness is None else f"{witness.tensor}: {witness.left}, {witness.right}"


def test_without_a_forward_program_all_tensors_that_both_write(forward):
    other = read_program(FORWARD.replace("p[", "q["))
    assert equal_programs(forward, other).tensors == ("Z", "l")


def test_with_a_forward_program_the_gradients_of_its_inputs(forward):
    backward = vjp(forward)
    assert equal_programs(backward, backward, forward).tensors == ("s.grad", "t.grad")
    assert equal_programs(vjp(forward, wrt=["s"]), backward, forward).tensors == ("s.grad", "t.grad")
    assert equal_programs(vjp(forward, wrt=["s"]), vjp(forward, wrt=["s"])).tensors == ("s.grad",)


def test_the_tensors_that_are_named(forward):
    backward = vjp(forward)
    assert equal_programs(backward, backward, tensors=["Z.grad", "s.grad", "Z.grad"]).tensors == ("Z.grad", "s.grad")
    assert equal_programs(backward, backward, tensors="p.grad").tensors == ("p.grad",)


@pytest.mark.parametrize(
    ("tensors", "said", "hint"),
    [
        ([], "nothing to compare", ""),
        (["s.gard"], "neither program has a tensor s.gard", "did you mean s.grad?"),
        (["qqq"], "neither program has a tensor qqq", "the first writes"),
        (["l.grad"], "neither program writes l.grad", "the first writes"),
        (["p"], "neither program writes p", ""),
    ],
)
def test_names_that_cannot_be_compared(forward, tensors, said, hint):
    backward = vjp(forward)
    with pytest.raises(UsageError) as caught:
        equal_programs(backward, backward, forward, tensors)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_nothing_to_compare_is_refused(forward):
    only_z = answer("for b, j: Z.grad[b] += p.grad[b, j]", forward)
    with pytest.raises(UsageError, match="neither program writes a gradient of the forward program's inputs"):
        equal_programs(only_z, only_z, forward)
    with pytest.raises(UsageError, match="no tensor is written by both"):
        equal_programs(read_program("y = x"), read_program("z = x"))


def test_a_tensor_only_one_side_computes_is_refused():
    with pytest.raises(UsageError, match="the second program does not compute y"):
        equal_programs(read_program("y = x"), read_program("z = x"), tensors=["y"])


def test_what_a_side_does_not_write_it_leaves_as_it_is(forward):
    full, part = vjp(forward), vjp(forward, wrt=["s"])
    assert differ(full, part, forward=forward) != ""
    nothing = answer("for b, j: s.grad[b, j] += 0 s[b, j]", forward)
    silent = answer("for j: t.grad[j] += 0", forward)
    assert differ(nothing, silent, forward=forward) == ""


def test_an_assignment_throws_a_start_value_away(forward):
    added = answer("for b, j: s.grad[b, j] += p.grad[b, j]", forward)
    assigned = answer("for b, j: s.grad[b, j] = p.grad[b, j]", forward)
    assert differ(added, assigned, forward=forward) == "s.grad: 1, 0"


def test_the_adjoint_of_a_computed_tensor_starts_at_zero(forward):
    added = answer("for b, j: Z.grad[b] += p[b, j]", forward)
    assigned = answer("for b: Z.grad[b] = sum_j p[b, j]", forward)
    claim = equal_programs(added, assigned, forward, ["Z.grad"])
    assert {program.tensor_named["Z.grad"].role for program in (claim.left, claim.right)} == {Role.COMPUTED}
    assert differ(added, assigned, forward=forward, tensors=["Z.grad"]) == ""
    unwritten = answer("for b, j: s.grad[b, j] += Z.grad[b]", forward)
    assert differ(added, unwritten, forward=forward, tensors=["Z.grad"]) == "Z.grad: 1, 0"


def test_both_sides_declare_a_compared_tensor_alike(forward):
    claim = equal_programs(vjp(forward), vjp(forward, wrt=["t"]), forward)
    for name in claim.tensors:
        left, right = claim.left.tensor_named[name], claim.right.tensor_named[name]
        assert left.role is right.role is Role.ACCUMULATOR
        assert [axis.extent for axis in left.axes] == [axis.extent for axis in right.axes]


def test_another_shape_is_a_reason_of_its_own():
    first = "index b in B, j in J\ninput x[b, j]\n"
    claim = equal_programs(
        read_program(first + "for b, j: y[b, j] += x[b, j]"), read_program(first + "for b, j: y[j, b] += x[b, j]")
    )
    assert claim.mismatch == "y has the extents B, J in the one program and the extents J, B in the other"
    claim = equal_programs(read_program(first + "for b, j: y[b] += x[b, j]"), read_program("y = x"), tensors=["y"])
    assert claim.mismatch == "y has the extent B in the one program and no axis in the other"


def test_equal_extents_may_be_written_differently():
    first = "size H = 2*D\nindex d in D, h in H\ninput x[h], w[d]\nfor h: y[h] += x[h]\nfor d: v += w[d]"
    second = "index d in D, h in 2*D\ninput x[h], w[d]\nfor h: y[h] += x[h]\nfor d: v += w[d]"
    assert equal_programs(read_program(first), read_program(second)).mismatch == ""


def test_temporaries_do_not_meet_what_the_other_side_is_given():
    first = read_program("input e, x\ny = x + e")
    second = read_program("input x\ne = x\ny = x + e")
    claim = equal_programs(first, second, tensors=["y"])
    assert "e'" in claim.right.tensor_named
    assert differ(first, second, tensors=["y"]) != ""


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("input x\ny = x", "index b in B\ninput x[b]\ny = sum_b x[b]", "x has no axis in the one program"),
        (
            "function f(a)\ninput x\ny = f(x)",
            "function f(a, b)\ninput x\ny = f(x, x)",
            "different numbers of arguments",
        ),
        (
            "size H = 2*D\nindex h in H, d in D\ninput x[h], w[d]\ny = sum_h x[h] + sum_d w[d]",
            "size H = 3*D\nindex h in H, d in D\ninput x[h], w[d]\ny = sum_h x[h] + sum_d w[d]",
            "define size H differently",
        ),
        (
            "index i in N\ninteger k[i] in 1..2\ny = sum_i k[i]",
            "index i in N\ninteger k[i] in 1..3\ny = sum_i k[i]",
            "different ranges",
        ),
    ],
)
def test_contradicting_declarations_are_refused(first, second, said):
    with pytest.raises(UsageError) as caught:
        equal_programs(read_program(first), read_program(second))
    assert said in str(caught.value)


def test_the_claim_is_about_inputs_that_both_accept():
    claim = equal_programs(
        read_program("input x >= 0\nsize B >= 2\ny = x B"), read_program("input x != 0\nsize B >= 3\ny = x B")
    )
    for program in (claim.left, claim.right):
        assert program.tensor_named["x"].sign == "> 0"
        assert program.size_named["B"].minimum == 3
    constrained = read_program("index j in J\ninput t[j]\nconstraint sum_j t[j] = 1\ny = sum_j t[j]")
    free = read_program("index j in J\ninput t[j]\ny = sum_j t[j]")
    claim = equal_programs(constrained, free)
    assert claim.right.constraints == claim.left.constraints != ()
    assert differ(constrained, read_program("index j in J\ninput t[j]\ny = 1 + 0 sum_j t[j]")) == ""


def test_unknown_names_and_impossible_subscripts_are_refused(forward):
    for text in ("for b: s.grad[b, k] += 1", "for b, j: s.grad[b, j] += q[j]", "for b, j: s.grad[b, j+1] += 1"):
        with pytest.raises(LegalityError):
            equal_programs(answer(text, forward), vjp(forward), forward)


def test_a_program_that_computes_all_itself_needs_no_forward_program(forward):
    whole = read_program(FORWARD + "for b, j: e[b, j] += p[b, j] s[b, j]")
    claim = equal_programs(whole, answer("for b, j: e[b, j] += s[b, j] p[b, j]", forward), forward, ["e"])
    assert Comparison(claim.left, claim.right, claim.tensors).search(5.0, 1).witness is None
    assert claim.left.body[:3] == claim.right.body[:3] == forward.body


def test_a_witness_of_an_answer_has_exact_values(forward):
    backward = vjp(forward, wrt=["s"])
    wrong = answer("for b, j: s.grad[b, j] += l.grad[b] p[b, j]", forward)
    claim = equal_programs(backward, wrong)
    witness = Comparison(claim.left, claim.right, claim.tensors).search(5.0, 1).witness
    assert isinstance(witness.left, Fraction)
    assert isinstance(witness.right, Fraction)
