"""Equations between sums over integer sets that must be shown, and near misses that must not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pytest

from symgrad.algebra.ranges.form import Form
from symgrad.algebra.ranges.guards import TRUE, Guard
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget, OutOfReachError, Sign

ZERO = Linear()


@dataclass
class Board:
    """A space with some free atoms, and short ways to write forms over them."""

    space: Space

    def __post_init__(self) -> None:
        self.b, self.i, self.j, self.k, self.t, self.u, self.w, self.x, self.d = (
            Linear.of(self.space.atom(name)) for name in "bijktuwxd"
        )

    def cell(self, name: str, *slots: Linear) -> Form:
        return self.space.cell(name, slots)

    def sum(self, form: Form, *over: Linear, where: Guard) -> Form:
        return self.space.sum(form, [one.atoms[0] for one in over], where)

    def product(self, *forms: Form) -> Form:
        return self.space.product(forms)

    def inverse(self, form: Form) -> Form:
        return self.space.power(form, -1)

    def of(self, function: str, *args: Form) -> Form:
        return self.space.call(function, args)

    def equal(self, one: Form, other: Form, context: Guard = TRUE) -> bool:
        return self.space.is_zero(self.space.sub(one, other), context)


@pytest.fixture
def on() -> Board:
    return Board(Space(Budget(20.0), {"T": 1}))


def within(index: Linear, size: str, less: int = 1) -> Guard:
    return Guard.between(ZERO, index, Linear.of(size) - less)


# Sums of products


def test_a_scattered_convolution_is_a_gathered_one(on: Board) -> None:
    def weight(at: Linear) -> Form:
        return on.cell("W", at)

    domain = within(on.x, "X") & within(on.d, "D")
    hit = Guard.equals(2 * on.x + on.d, on.i)
    scatter = on.sum(on.product(on.cell("g", on.x), weight(on.d)), on.x, on.d, where=domain & hit)
    tap = on.i - 2 * on.u
    gather = on.product(on.cell("g", on.u), weight(tap))
    context = Guard.between(ZERO, on.i, 2 * Linear.of("X") + Linear.of("D") - 3)
    assert on.equal(scatter, on.sum(gather, on.u, where=within(on.u, "X") & within(tap, "D")), context)
    assert not on.equal(scatter, on.sum(gather, on.u, where=within(on.u, "X") & within(tap, "D", 2)), context)
    assert not on.equal(scatter, on.sum(gather, on.u, where=within(on.u, "X", 2) & within(tap, "D")), context)


def test_a_square_is_its_triangles(on: Board) -> None:
    pair = on.product(on.cell("y", on.u), on.cell("y", on.t))
    box = within(on.u, "T") & within(on.t, "T")
    whole = on.sum(pair, on.u, on.t, where=box)
    lower = on.sum(pair, on.u, on.t, where=box & Guard.at_least(on.t, on.u))
    strict = on.sum(pair, on.u, on.t, where=box & Guard.at_least(on.t, on.u + 1))
    diagonal = on.sum(on.product(on.cell("y", on.u), on.cell("y", on.u)), on.u, where=within(on.u, "T"))
    assert on.equal(whole, on.space.add(lower, strict))
    assert on.equal(whole, on.space.add(on.space.scale(strict, 2), diagonal))
    assert not on.equal(whole, on.space.scale(lower, 2))


def test_what_is_not_in_a_cell_is_counted(on: Board) -> None:
    triangle = within(on.t, "T") & Guard.between(ZERO, on.u, on.t)
    counted = on.product(on.space.position(on.t + 1), on.cell("z", on.t))
    assert on.equal(
        on.sum(on.cell("z", on.t), on.t, on.u, where=triangle), on.sum(counted, on.t, where=within(on.t, "T"))
    )
    size = on.space.size("T")
    number = on.sum(on.space.number(1), on.t, on.u, where=triangle)
    half = on.space.scale(on.space.mul(size, on.space.add(size, on.space.number(1))), Fraction(1, 2))
    assert on.equal(number, half)
    assert not on.equal(number, on.space.mul(size, size))


def test_constant_divisors(on: Board) -> None:
    """A sum over 3 N cells is one over pairs (quotient, remainder)."""
    flat = on.sum(on.cell("z", on.t), on.t, where=Guard.between(ZERO, on.t, 3 * Linear.of("N") - 1))
    pairs = within(on.u, "N") & Guard.between(ZERO, on.d, Linear(2))
    assert on.equal(flat, on.sum(on.cell("z", 3 * on.u + on.d), on.u, on.d, where=pairs))
    short = within(on.u, "N") & Guard.between(ZERO, on.d, Linear(1))
    assert not on.equal(flat, on.sum(on.cell("z", 3 * on.u + on.d), on.u, on.d, where=short))


def test_least_sizes_are_used() -> None:
    def first_two(least: int) -> bool:
        on = Board(Space(Budget(5.0), {"N": least}))
        two = on.sum(on.cell("z", on.t), on.t, where=Guard.between(ZERO, on.t, Linear(1)))
        some = on.sum(on.cell("z", on.t), on.t, where=Guard.between(ZERO, on.t, Linear(1)) & within(on.t, "N"))
        return on.equal(two, some)

    assert first_two(2)
    assert not first_two(1)


def test_a_sum_without_end_is_refused(on: Board) -> None:
    with pytest.raises(OutOfReachError, match="infinitely many"):
        on.sum(on.cell("z", on.t), on.u, where=Guard.at_least(on.u, ZERO))


# Functions


def exponential(on: Board, row: Linear, column: Linear) -> Form:
    return on.of("exp", on.cell("s", row, column))


def causal(row: Linear, column: Linear) -> Guard:
    return Guard.between(ZERO, column, row)


def window(row: Linear, column: Linear) -> Guard:
    return within(column, "T") & Guard.between(row - 3, column, row)


@pytest.mark.parametrize("rows", [causal, window])
def test_a_guarded_softmax(on: Board, rows: Callable[[Linear, Linear], Guard]) -> None:
    total = on.sum(exponential(on, on.t, on.u), on.u, where=rows(on.t, on.u))
    share = on.product(exponential(on, on.t, on.w), on.inverse(total))
    context = within(on.t, "T")
    assert on.equal(on.sum(share, on.w, where=rows(on.t, on.w)), on.space.number(1), context)
    assert not on.equal(on.sum(share, on.w, where=rows(on.t, on.w + 1)), on.space.number(1), context)
    everything = on.sum(share, on.t, on.w, where=context & rows(on.t, on.w))
    assert on.equal(everything, on.space.size("T"))


def test_a_denominator_that_is_a_cell_with_a_rule(on: Board) -> None:
    total = on.sum(exponential(on, on.t, on.u), on.u, where=causal(on.t, on.u))
    context = within(on.t, "T")
    on.space.declare_equation(on.space.sub(on.cell("Z", on.t), total), context)
    share = on.product(exponential(on, on.t, on.w), on.inverse(on.cell("Z", on.t)))
    assert on.equal(on.sum(share, on.w, where=causal(on.t, on.w)), on.space.number(1), context)
    assert not on.equal(on.sum(share, on.w, where=causal(on.t, on.w + 1)), on.space.number(1), context)


def test_exponentials(on: Board) -> None:
    one, other = on.cell("a", on.i), on.cell("b", on.j)
    assert on.equal(on.of("exp", on.space.add(one, other)), on.product(on.of("exp", one), on.of("exp", other)))
    assert on.equal(on.of("log", on.of("exp", one)), one)
    shifted = on.product(on.of("exp", on.space.sub(one, other)), on.of("exp", other))
    assert on.equal(shifted, on.of("exp", one))
    assert not on.equal(on.of("exp", one), on.of("exp", other))


def test_hyperbolic_relations(on: Board) -> None:
    x, one = on.cell("a", on.i), on.space.number(1)
    twice = on.of("sigmoid", on.space.scale(x, 2))
    tanh = on.of("tanh", x)
    assert on.equal(tanh, on.space.sub(on.space.scale(twice, 2), one))
    falling = on.of("sigmoid", on.space.scale(x, -2))
    assert on.equal(on.space.sub(one, on.space.mul(tanh, tanh)), on.space.scale(on.product(twice, falling), 4))
    assert not on.equal(on.space.sub(one, on.space.mul(tanh, tanh)), on.space.scale(on.product(twice, falling), 2))


def test_functions_of_sums_that_are_written_in_two_ways(on: Board) -> None:
    whole = on.sum(on.cell("y", on.i), on.i, where=within(on.i, "N"))
    rest = Guard.between(Linear(1), on.i, Linear.of("N") - 1)
    split = on.space.add(on.cell("y", ZERO), on.sum(on.cell("y", on.i), on.i, where=rest))
    for function in ("exp", "tanh", "sigmoid", "relu", "sin", "log", "gamma"):
        assert on.equal(on.of(function, whole), on.of(function, split)), function
        assert not on.equal(on.of(function, whole), on.of(function, on.space.add(split, whole))), function
    for exponent in (-1, -2, Fraction(1, 2), Fraction(-3, 2)):
        assert on.equal(on.space.power(whole, exponent), on.space.power(split, exponent))


def test_equal_where_they_are_used(on: Board) -> None:
    """A sum up to min(t, 2) is one up to t where t <= 2."""
    up_to = on.of("exp", on.sum(on.cell("y", on.u), on.u, where=Guard.between(ZERO, on.u, on.t)))
    capped = Guard.between(ZERO, on.u, on.t) & Guard.at_least(Linear(2), on.u)
    other = on.of("exp", on.sum(on.cell("y", on.u), on.u, where=capped))
    assert on.equal(up_to, other, Guard.between(ZERO, on.t, Linear(2)))
    assert not on.equal(up_to, other, Guard.between(ZERO, on.t, Linear(3)))


def test_roots_and_logarithms_need_signs(on: Board) -> None:
    x, t = on.cell("x", on.i), on.cell("t", on.i)
    half = Fraction(1, 2)
    assert not on.equal(on.space.power(on.space.mul(x, x), half), x)
    assert not on.equal(on.of("log", on.space.mul(x, t)), on.space.add(on.of("log", x), on.of("log", t)))
    on.space.declare_sign("p", Sign.POSITIVE)
    p = on.cell("p", on.i)
    assert on.equal(on.space.power(on.space.mul(p, p), half), p)
    assert on.equal(on.of("log", on.space.mul(p, t)), on.space.add(on.of("log", p), on.of("log", t)))
    assert on.equal(on.space.mul(on.space.power(p, half), on.space.power(p, half)), p)


def test_roots_of_inverse_squares_are_not_inverses(on: Board) -> None:
    x = on.cell("x", on.i)
    inverse_square = on.space.power(x, -2)
    assert not on.equal(on.space.power(inverse_square, Fraction(1, 2)), on.inverse(x))
    assert not on.equal(on.of("log", inverse_square), on.space.scale(on.of("log", x), -2))


def test_powers_with_an_index_in_the_exponent(on: Board) -> None:
    """The sum over u <= t of a^(t - u) x[u] is x[t] and a times the same sum for t - 1."""
    on.space.declare_sign("a", Sign.POSITIVE)
    a = on.cell("a")

    def decayed(last: Linear) -> Form:
        power = on.of("exp", on.space.mul(on.space.position(last - on.u), on.of("log", a)))
        return on.sum(on.product(power, on.cell("x", on.u)), on.u, where=Guard.between(ZERO, on.u, last))

    step = on.space.add(on.cell("x", on.t), on.space.mul(a, decayed(on.t - 1)))
    context = within(on.t, "T") & Guard.at_least(on.t, Linear(1))
    assert on.equal(decayed(on.t), step, context)
    assert not on.equal(decayed(on.t), on.space.mul(a, step), context)


def test_squares_of_cosines(on: Board) -> None:
    def square(function: str, at: Linear) -> Form:
        return on.space.power(on.of(function, on.cell("a", at)), 2)

    both = on.sum(on.space.add(square("sin", on.i), square("cos", on.i)), on.i, where=within(on.i, "N"))
    assert on.equal(both, on.space.size("N"))
    assert not on.equal(square("cos", on.i), square("sin", on.i))


def test_functions_of_constants_and_of_equal_subscripts(on: Board) -> None:
    """exp(x[0]) is exp(x[i]) at i = 0, and exp(s[t, t]) is exp(s[t, u]) at u = t."""
    whole = on.sum(on.of("exp", on.cell("x", on.i)), on.i, where=within(on.i, "N"))
    rest = on.sum(on.of("exp", on.cell("x", on.i)), on.i, where=Guard.between(Linear(1), on.i, Linear.of("N") - 1))
    assert on.equal(whole, on.space.add(on.of("exp", on.cell("x", ZERO)), rest))
    row = on.sum(exponential(on, on.t, on.u), on.u, where=causal(on.t, on.u))
    before = on.sum(exponential(on, on.t, on.u), on.u, where=causal(on.t - 1, on.u))
    assert on.equal(row, on.space.add(before, exponential(on, on.t, on.t)), within(on.t, "T"))


def test_an_inverse_of_a_product_of_sums(on: Board) -> None:
    total = on.sum(exponential(on, on.i, on.j), on.j, where=within(on.j, "N"))
    other = on.space.add(on.cell("a", on.i), on.cell("b", on.i))
    for part in (total, other):
        square = on.space.mul(part, part)
        assert on.equal(on.inverse(square), on.space.power(part, -2))
        assert on.equal(on.space.mul(on.inverse(square), part), on.inverse(part))
    assert on.equal(on.inverse(on.space.mul(total, other)), on.space.mul(on.inverse(total), on.inverse(other)))


def test_roots_of_sums(on: Board) -> None:
    total = on.sum(on.product(on.cell("x", on.i), on.cell("x", on.i)), on.i, where=within(on.i, "N"))
    norm = on.space.power(on.space.add(total, on.cell("e")), Fraction(1, 2))
    back = on.product(norm, norm, norm, on.space.power(on.space.add(on.cell("e"), total), Fraction(-3, 2)))
    assert on.equal(back, on.space.number(1))


def test_zero_padding_and_functions(on: Board) -> None:
    at = on.x + on.d - 1
    inside = within(at, "X")
    padded = on.space.guarded(on.cell("L", at), inside)
    context = within(on.x, "X") & Guard.between(ZERO, on.d, Linear(2))
    one = on.space.number(1)
    exp = on.of("exp", on.cell("L", at))
    assert on.equal(on.of("exp", padded), on.space.add(one, on.space.guarded(on.space.sub(exp, one), inside)), context)
    assert on.equal(on.of("relu", padded), on.space.guarded(on.of("relu", on.cell("L", at)), inside), context)
    assert not on.equal(on.of("exp", padded), on.space.guarded(exp, inside), context)


def test_steps_do_not_change_sides_where_their_argument_is_zero_by_its_form(on: Board) -> None:
    """1[a_i > a_j] and 1 - 1[a_j > a_i] differ at i = j, whatever a is."""
    on.space.free.add("a")
    up = on.of("step", on.space.sub(on.cell("a", on.i), on.cell("a", on.j)))
    down = on.of("step", on.space.sub(on.cell("a", on.j), on.cell("a", on.i)))
    context = within(on.i, "N") & within(on.j, "N")
    assert not on.equal(on.space.add(up, down), on.space.number(1), context)
    plain = on.cell("a", on.i)
    steps = on.space.add(on.of("step", plain), on.of("step", on.space.scale(plain, -1)))
    assert on.equal(steps, on.space.number(1), context)


def test_steps_do_not_change_sides_of_what_may_be_bound(on: Board) -> None:
    """A cell that is no input of its own may be 0 wherever the others have values."""
    plain = on.cell("a", on.i)
    steps = on.space.add(on.of("step", plain), on.of("step", on.space.scale(plain, -1)))
    assert not on.equal(steps, on.space.number(1), within(on.i, "N"))


def test_a_step_of_a_rectified_value(on: Board) -> None:
    x = on.space.sub(on.cell("x", on.i), on.cell("b"))
    assert on.equal(on.of("step", on.of("relu", x)), on.of("step", x))
    assert on.equal(on.of("relu", on.of("relu", x)), on.of("relu", x))
    assert not on.equal(on.of("step", on.of("abs", x)), on.of("step", x))


def test_steps_of_what_is_zero_without_showing_it(on: Board) -> None:
    """sigmoid(a) + sigmoid(-a) - 1 is 0 everywhere: neither it nor its opposite is positive."""
    a = on.cell("a", on.i)
    nothing = on.space.add(on.of("sigmoid", a), on.of("sigmoid", on.space.scale(a, -1)))
    nothing = on.space.sub(nothing, on.space.number(1))
    steps = on.space.add(on.of("step", nothing), on.of("step", on.space.scale(nothing, -1)))
    assert not on.equal(steps, on.space.number(1))


def test_a_value_that_does_not_exist_is_not_zero(on: Board) -> None:
    nowhere = on.space.power(on.space.guarded(on.cell("a", on.i), Guard.at_least(on.i, Linear(1))), -1)
    product = on.space.mul(nowhere, on.cell("a", on.i))
    assert on.equal(product, on.space.number(1), Guard.at_least(on.i, Linear(1)))
    assert not on.equal(product, on.space.number(1), Guard.at_least(on.i, ZERO))


def test_denominators_are_not_cleared_where_they_are_not_divided_by(on: Board) -> None:
    """1[i = 0] is not 0, although 1[i = 0] times an empty sum is."""
    empty_at_zero = on.sum(on.cell("y", on.u), on.u, where=Guard.between(ZERO, on.u, on.i - 1))
    inner = on.space.mul(on.cell("g", on.i), on.inverse(empty_at_zero))
    form = on.space.sub(on.space.guarded(inner, Guard.at_least(on.i, Linear(1))), inner)
    form = on.space.add(
        on.space.guarded(form, Guard.at_least(on.i, Linear(1))),
        on.space.guarded(on.space.number(1), Guard.equals(on.i, ZERO)),
    )
    assert not on.space.is_zero(form, Guard.at_least(on.i, ZERO))


# Integer tensors


@pytest.fixture
def labelled(on: Board) -> Board:
    on.space.declare_labels("y", ZERO, Linear.of("J") - 1)
    return on


def chosen(on: Board, form: Callable[[Linear], Form]) -> Form:
    """form(y[b]) as a sum over labels."""
    return on.sum(on.product(on.space.label("y", (on.b,), on.w), form(on.w)), on.w, where=within(on.w, "J"))


def test_labels_choose_one_value(labelled: Board) -> None:
    on, context = labelled, within(labelled.b, "B")
    ones = on.sum(on.space.label("y", (on.b,), on.j), on.j, where=within(on.j, "J"))
    assert on.equal(ones, on.space.number(1), context)
    score = chosen(on, lambda v: on.cell("s", on.b, v))
    assert on.equal(on.space.mul(score, score), chosen(on, lambda v: on.space.power(on.cell("s", on.b, v), 2)), context)
    assert on.equal(on.of("exp", score), chosen(on, lambda v: exponential(on, on.b, v)), context)
    assert not on.equal(score, on.cell("s", on.b, ZERO), context)


def test_cross_entropy_with_labels(labelled: Board) -> None:
    on, context = labelled, within(labelled.b, "B")
    total = on.sum(exponential(on, on.b, on.u), on.u, where=within(on.u, "J"))
    share = chosen(on, lambda v: on.product(exponential(on, on.b, v), on.inverse(total)))
    score = chosen(on, lambda v: on.cell("s", on.b, v))
    assert on.equal(on.of("log", share), on.space.sub(score, on.of("log", total)), context)
    gradient = on.space.sub(
        on.product(exponential(on, on.b, on.j), on.inverse(total)), on.space.label("y", (on.b,), on.j)
    )
    assert on.equal(on.sum(gradient, on.j, where=within(on.j, "J")), on.space.number(0), context)
    assert not on.equal(gradient, on.space.number(0), context & within(on.j, "J"))


def test_masks_by_labels(labelled: Board) -> None:
    """The sum of the first y[b] + 1 values is that of all less that of the others."""
    on, context = labelled, within(labelled.b, "B")

    def masked(where: Guard) -> Form:
        body = on.product(on.space.label("y", (on.b,), on.w), on.cell("x", on.b, on.t))
        return on.sum(body, on.w, on.t, where=within(on.w, "J") & within(on.t, "J") & where)

    everything = on.sum(on.cell("x", on.b, on.t), on.t, where=within(on.t, "J"))
    first, others = masked(Guard.at_least(on.w, on.t)), masked(Guard.at_least(on.t, on.w + 1))
    assert on.equal(on.space.add(first, others), everything, context)
    assert not on.equal(on.space.add(first, first), everything, context)


def test_declared_equations(on: Board) -> None:
    weight = on.cell("q", on.b, on.j)
    whole = on.sum(weight, on.j, where=within(on.j, "J"))
    on.space.declare_equation(on.space.sub(whole, on.space.number(1)), within(on.b, "B"))
    every = on.sum(weight, on.b, on.j, where=within(on.b, "B") & within(on.j, "J"))
    assert on.equal(every, on.space.size("B"))
    assert not on.equal(every, on.space.size("J"))


# Witnesses


def test_a_sample_where_a_form_is_not_zero(on: Board) -> None:
    longer = on.sum(on.cell("y", on.u), on.u, where=within(on.u, "T"))
    shorter = on.sum(on.cell("y", on.u), on.u, where=within(on.u, "T", 3))
    point = on.space.nonzero_at(on.space.sub(longer, shorter))
    assert point is not None
    assert point["T"] >= 1
    late = on.space.guarded(on.cell("y", on.i), Guard.at_least(on.i, Linear(5)))
    at = on.space.nonzero_at(late, within(on.i, "T"))
    assert at is not None
    assert 5 <= at[on.i.atoms[0]] < at["T"]
    assert on.space.nonzero_at(on.space.sub(longer, longer)) is None


def test_work_is_bounded() -> None:
    on = Board(Space(Budget(0.0)))

    def work() -> None:
        for _ in range(100):
            on.sum(on.cell("y", on.u), on.u, where=within(on.u, "T"))

    with pytest.raises(OutOfReachError, match="longer than 0 s"):
        work()
