"""Programs as equations, over forms: what each statement adds, start values, closed forms of recurrences."""

import pytest

import symgrad as sg
from symgrad.algebra.closed_forms import Run
from symgrad.algebra.ranges.dependence import with_start_values
from symgrad.algebra.ranges.equations import System, cut, recursive, sources, under_functions
from symgrad.algebra.ranges.instances import unrolled
from symgrad.algebra.ranges.radix import with_digits
from symgrad.algebra.ranges.reach import is_beyond_rectangles, is_surely_beyond_rectangles
from symgrad.algebra.ranges.recurrences import close
from symgrad.algebra.ranges.spaces import space_of
from symgrad.algebra.ring import Ring
from symgrad.algebra.terms import Budget, NotRectangularError, OutOfReachError
from symgrad.language.read import read_program
from symgrad.language.write import write_program
from tests.programs import PROGRAMS


def system(text: str, *opaque: str, check: bool = True) -> System:
    program = read_program(text, check=check)
    budget = Budget(10.0)
    side = with_start_values(unrolled(program), budget)
    return System(space_of(budget, program), side, opaque, budget)


def same(first: System, second: System, name: str) -> bool:
    """Whether two systems have the same equation of a tensor; the second's forms are made anew in the first's space."""
    other = System(first.space, second.unrolled, second.opaque, Budget(10.0))
    other.known |= second.known
    inside = first.inside(name, first.slots(name))
    return first.space.is_zero(first.space.sub(first.equation(name), other.equation(name)), inside)


def agree(declarations: str, one: str, other: str, *opaque: str, name: str = "y") -> bool:
    return same(system(declarations + one, *opaque), system(declarations + other, *opaque), name)


ROW = "index x, z in X\nsize X >= 4\ninput L[x]\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("for x: y[x] += 2 L[x]", "for x: y[x] += L[x]\nfor x: y[x] -= -L[x]"),
        ("for x in 1..X-1: y[x] += L[x-1]", "for x in 0..X-2: y[x+1] += L[x]"),
        ("for x: y[X-1-x] += L[x]", "for x: y[x] += L[X-1-x]"),
        ("for x, z <= x: y[x] += L[z]", "for x, z: y[x] += 1[z <= x] L[z]"),
        ("for x, z < x: y[x] += L[z]", "for x: y[x] += sum_{z in 0..x-1} L[z]"),
        ("for x, z: y[x] += 1[z != x] L[z]", "for x, z: y[x] += 1[z < x] L[z] + 1[z > x] L[z]"),
        ("for x: y[x] += L[x // 2]", "for x, z: y[x] += 1[2*z = x] L[z] + 1[2*z + 1 = x] L[z]"),
        ("computed y[x]\nfor x: y[x // 3] += L[x]", "for x, z: y[z] += 1[x // 3 = z] L[x]"),
        ("for x: y[x] += L[x - x % 2]", "for x: y[x] += L[2*(x // 2)]"),
        ("for x: y[(x + 1) % X] += L[x]", "for x in 1..X-1: y[x] += L[x-1]\ny[0] += L[X-1]"),
        ("for x: y[x] += exp(L[x // 2])", "for x: y[x] += sum_z 1[z = x // 2] exp(L[z])"),
        ("for x: y[x] = L[x]", "for x: y[x] += L[x]"),
        ("for x: y[x] += x L[x]", "for x, z < x: y[x] += L[x]"),
        ("for x: y[x] += L[x] (x + 1) / (x + 1)", "for x: y[x] += L[x]"),
    ],
)
def test_equal_equations(one: str, other: str):
    assert agree(ROW, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("for x: y[x] += 2 L[x]", "for x: y[x] += L[x]"),
        ("for x in 1..X-1: y[x] += L[x-1]", "for x in 1..X-1: y[x] += L[x]"),
        ("for x, z <= x: y[x] += L[z]", "for x, z: y[x] += 1[z < x] L[z]"),
        ("for x, z <= x: y[x] += L[z]", "for x, z: y[x] += L[z]"),
        ("for x: y[x] += L[x // 2]", "for x, z: y[x] += 1[2*z = x] L[z]"),
        ("for x: y[(x + 1) % X] += L[x]", "for x in 1..X-1: y[x] += L[x-1]"),
        ("for x: y[x] += L[x - x % 2]", "for x: y[x] += L[x]"),
        ("for x: y[x] += x L[x]", "for x, z <= x: y[x] += L[x]"),
        ("for x in 1..3: y[x] += L[x]", "for x in 0..3: y[x] += L[x]"),
    ],
)
def test_equations_that_differ(one: str, other: str):
    assert not agree(ROW, one, other)


def test_a_label_is_a_sum_over_what_it_may_be():
    head = "index b in B, v in V, d in D\ninteger w[b] in V\ninput E[v, d], e[b]\n"
    assert agree(head, "for b, d: y[b, d] += E[w[b], d]", "for b, v, d: y[b, d] += 1[w[b] = v] E[v, d]")
    assert agree(head, "for b: y[w[b]] += e[b]", "for b, v: y[v] += 1[v = w[b]] e[b]")
    assert agree(head, "for b: y[b] += tanh(E[w[b], 0])", "for b, v: y[b] += 1[w[b] = v] tanh(E[v, 0])")
    assert not agree(head, "for b: y[w[b]] += e[b]", "for b, v: y[v] += 1[v <= w[b]] e[b]")


def test_lengths_bound_ranges():
    head = "index b in B, t in T\ninteger n[b] in 1..T\ninput x[b, t]\n"
    assert agree(head, "for b, t in 0..n[b]-1: y[b] += x[b, t]", "for b, t: y[b] += 1[t < n[b]] x[b, t]")
    assert not agree(head, "for b, t in 0..n[b]-1: y[b] += x[b, t]", "for b, t: y[b] += 1[t <= n[b]] x[b, t]")


def test_padding_is_zero_outside():
    head = "index x in X\ninput L[x] zero outside\n"
    assert agree(head, "for x: y[x] += L[x-1]", "for x in 1..X-1: y[x] += L[x-1]")
    assert agree(head, "for x: y[x] += exp(L[x-1])", "for x in 1..X-1: y[x] += exp(L[x-1])\ny[0] += 1")
    assert not agree(head, "for x: y[x] += exp(L[x-1])", "for x in 1..X-1: y[x] += exp(L[x-1])")


def test_start_values_are_part_of_the_equation():
    head = "size T\nindex t in 0..T\ninput x[t], h[0]\n"
    step = "for t in 1..T: h[t] += x[t] h[t-1]"
    assert agree(head, step, "for t in 1..T: h[t] -= -h[t-1] x[t]", "h", name="h")
    assert not agree(head, step, "for t in 2..T: h[t] += x[t] h[t-1]", "h", name="h")


def test_what_is_computed_from_itself_has_no_closed_form_of_its_own():
    with pytest.raises(OutOfReachError, match="h is computed from earlier cells of itself"):
        system("size T\ninput h[0]\nfor t in 1..T: h[t] += sin(h[t-1])").equation("h")


GIVEN = "size T\nindex b in B\ninput x[0..T, b], h[0, b]\n"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("for t in 1..T: for b: h[t, b] = h[t-1, b] x[t, b]", "for t in 1..T: for b: h[t, b] += h[t-1, b] x[t, b]"),
        ("for t in 0..T-1: for b: h[t+1, b] = h[t, b]", "for t in 1..T: for b: h[t, b] = h[t-1, b]"),
    ],
)
def test_definitions_beside_the_given_slice_are_what_is_added_to_zero(one: str, other: str):
    assert sg.prove(read_program(GIVEN + one), read_program(GIVEN + other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("for t in 0..T: for b: h[t, b] = x[t, b]", "for t in 0..T: for b: h[t, b] += x[t, b]"),
        ("for t in 0..T-1: for b: h[T-t-1, b] = x[t, b]", "for t in 0..T-1: for b: h[T-t-1, b] += x[t, b]"),
    ],
)
def test_definitions_of_the_given_slice_replace_it(one: str, other: str):
    left, right = (read_program(GIVEN + text, check=False) for text in (one, other))
    assert sg.prove(left, right, tensors=["h"]).status == "refuted"
    with pytest.raises(OutOfReachError, match="which starts at given values"):
        system(GIVEN + one, check=False).equation("h")


def test_a_definition_of_what_starts_at_given_values_is_refused():
    text = "index j in J\ninput x[j]\naccumulator y[j]\nfor j: y[j] = x[j]"
    with pytest.raises(OutOfReachError, match="starts at given values"):
        system(text, check=False).equation("y")


CARRIED = "size T\nindex t in 0..T, t2 in 0..T\ninput x[t], c\nparam a > 0\n"


@pytest.mark.parametrize(
    ("steps", "sums"),
    [
        ("for t in 1..T: S[t] += S[t-1] + x[t]", "for t, t2 in 1..t: S[t] += x[t2]"),
        ("S[0] += c\nfor t in 1..T: S[t] += S[t-1] + x[t]", "for t, t2 in 1..t: S[t] += x[t2]\nfor t: S[t] += c"),
        ("for t in T-1..0: S[t] += S[t+1] + x[t]", "for t in 0..T-1, t2 in t..T-1: S[t] += x[t2]"),
        ("for t in 0..T-1: S[t+1] += S[t] + x[t]", "for t in 1..T, t2 in 0..t-1: S[t] += x[t2]"),
        ("for t in 1..T:\n    S[t] += S[t-1]\n    S[t] += x[t]", "for t, t2 in 1..t: S[t] += x[t2]"),
    ],
    ids=["up", "with a start", "down", "one ahead", "two statements"],
)
def test_closed_forms_of_running_sums(steps: str, sums: str):
    first, second = system(CARRIED + "computed S[t]\n" + steps), system(CARRIED + "computed S[t]\n" + sums)
    close(first, "S", sources(first.unrolled))
    form = first.known["S"]()
    other = System(first.space, second.unrolled, (), Budget(10.0)).equation("S")
    assert first.space.is_zero(first.space.sub(form, other), first.inside("S", first.slots("S")))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("for t in 1..T: S[t] += x[t] S[t-1]", "changes on the way or may be negative"),
        ("for t in 1..T: S[t] += c S[t-1]", "changes on the way or may be negative"),
        ("for t in 1..T: S[t] += sin(S[t-1])", "follows no plain recurrence"),
        ("for t in 1..T: S[t] += S[t-1]^2", "follows no plain recurrence"),
        ("for t in 2..T: S[t] += S[t-1] + S[t-2]", "follows no plain recurrence"),
        ("for t in 2..T: S[t] += S[t-2]", "follows no plain recurrence"),
        ("for t in 1..T, t2 < t: S[t] += S[t2] + x[t]", "follows no plain recurrence"),
        ("for t in 1..T:\n    S[t] += u[t-1] + x[t]\n    u[t] += S[t-1]", "follows no plain recurrence"),
    ],
)
def test_other_recurrences_have_none(steps: str, words: str):
    one = system(CARRIED + "computed S[t]\n" + steps)
    with pytest.raises(OutOfReachError, match=words):
        close(one, "S", sources(one.unrolled))


def test_the_state_that_a_loop_carries():
    text = "size T\nindex t in 0..T\ninput x[t], h[0], c[0]\nfor t in 1..T:\n    a[t] += h[t-1]\n"
    text += "    c[t] += c[t-1] + tanh(a[t])\n    h[t] += c[t] x[t]\nfor t: y[t] += h[t]"
    graph = sources(unrolled(read_program(text)))
    assert recursive(graph) == {"a", "c", "h"}
    assert cut(graph) == {"c"}
    assert not recursive(graph, cut(graph))
    assert recursive(graph, {"h"}) == {"c"}


def test_what_stands_under_functions():
    text = "index j in J\ninput x[j]\nfor j: a[j] += x[j]\nfor j: b[j] += a[j]^2\nfor j: y[j] += exp(b[j]) x[j]"
    assert under_functions(unrolled(read_program(text))) == {"b"}


def test_digits_of_a_divided_index():
    program = read_program(
        "size H = G*R\nindex h in H, g in G\ninput k[g], a[h]\nfor h: y[h] += a[h] k[h // R] (h % R)"
    )
    (split,) = with_digits(program)
    assert "y[h // R, h % R] += a[h // R, h % R] k[h // R] h % R" in write_program(split)


@pytest.mark.parametrize(
    "statement",
    [
        "for h: y[h] += k[h // R] k[h % G]",
        "for h: y[h] += k[h // R] a[H - 1 - h]",
        "for h in 1..H-1: y[h] += k[h // R]",
        "for h: y[h] += k[h // R] 1[h <= 2]",
        "for h: y[h] += k[h // R]\nfor g, r in 0..2*R-1: z[(R + r) // R] += k[g]",
    ],
)
def test_mixed_uses_of_a_divided_index_are_refused(statement: str):
    program = read_program("size H = G*R\nindex h in H, g in G, r in R\ninput k[0..H], a[h]\n" + statement, check=False)
    with pytest.raises(OutOfReachError, match=r"divided|digits"):
        with_digits(program)


def test_rectangular_programs_are_told_from_others():
    beyond = {case.name for case in PROGRAMS if is_beyond_rectangles(case.program)}
    assert {"convolution_1d", "attention_causal", "rnn", "embedding", "group_norm", "max_pooling"} <= beyond
    assert not {"softmax", "attention", "batch_norm", "lstm_cell", "perceptron_20", "huber_loss"} & beyond
    surely = {case.name for case in PROGRAMS if is_surely_beyond_rectangles(case.program)}
    assert surely < beyond
    assert {"rnn", "cumulative_sum", "convolution_transposed"} <= surely


def test_closed_forms_refuse_what_is_beyond_rectangles():
    refused = set()
    for case in PROGRAMS:
        program = case.program
        try:
            run = Run(Ring(), program)
            run.run(program.body)
        except NotRectangularError as reason:
            refused.add(str(reason).split(" of ")[0])
            assert is_beyond_rectangles(program)
        else:
            assert not is_beyond_rectangles(program)
    assert len(refused) >= 5
