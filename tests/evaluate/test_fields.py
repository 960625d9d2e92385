"""Finite fields as a kind of number: true homomorphisms, canonical roots, tables, and points of a domain."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from symgrad.evaluate import fields
from symgrad.evaluate.cells import given_cells
from symgrad.evaluate.fields import NoValue, TooShort, Tower, Unmodelled, large_towers, small_towers
from symgrad.evaluate.fields_degrees import Degrees
from symgrad.evaluate.fields_lanes import LaneNumbers
from symgrad.evaluate.fields_numbers import Residues
from symgrad.evaluate.fields_points import draw_point
from symgrad.evaluate.interpreter import Interpreter
from symgrad.language.read import read_program

HALF = Fraction(1, 2)
ROWS = [*fields._LARGE, *fields._SMALL]


def large(depth: int = 1, *, angles: bool = False, seed: int = 0, free: bool = False) -> Residues:
    tower = large_towers(depth, angles, Random(seed))[0]
    return Residues(tower, seed, frozenset({"f"}), free=free)


def small(depth: int = 1, *, angles: bool = False, seed: int = 0, free: bool = False) -> LaneNumbers:
    tower = small_towers(depth, angles)[0]
    return LaneNumbers(tower, 128, seed, frozenset({"f"}), free=free)


KINDS = [large, small]
each_kind = pytest.mark.parametrize("make", KINDS)


# Towers


@pytest.mark.parametrize(("lowest", "length", "angle"), ROWS)
def test_the_towers_are_what_they_are_said_to_be(lowest, length, angle):
    flint = pytest.importorskip("flint")
    tower = Tower(fields._chain(lowest, length), angle)
    assert all(flint.fmpz(p).is_prime() for p in tower.moduli)
    assert all(q == 2 * p + 1 for p, q in zip(tower.primes, tower.primes[1:], strict=False))
    assert all(p % 24 == 23 for p in tower.primes), "2 and 3 are squares, -1 is none, cube roots are unique"
    assert all(pow(g, p // 2, p) == 1 != g for p, g in zip(tower.primes, tower.generators, strict=True))
    assert all((p + 1) % angle == 0 for p in tower.primes if angle)
    for (c, s), p in zip(tower.rotations, tower.primes, strict=bool(angle)):
        assert (c * c + s * s) % p == 1
        assert fields.turned((c, s), angle, p) == (1, 0) != (c, s)


def test_there_are_several_towers_for_what_is_common_and_some_for_what_is_rare():
    for depth in (0, 1):
        assert len(large_towers(depth, False, Random(0))) > 5 < len(small_towers(depth, False))
        assert large_towers(depth, True, Random(0))
        assert small_towers(depth, True)
    assert large_towers(11, False, Random(0))
    assert not large_towers(12, False, Random(0))


@pytest.mark.parametrize("prime", [p for lowest, length, a in fields._SMALL if not a for p in fields._chain(lowest, 1)])
def test_small_whole_numbers_are_squares(prime):
    assert all(pow(n, prime // 2, prime) == 1 for n in (*range(1, 11), 12, 14, 15, 16))


# Laws


@each_kind
def test_exp_is_a_homomorphism_and_log_its_inverse_on_squares(make):
    n = make(2)
    x, y = n.draw(""), n.draw("")
    assert not n.differ(n.exp(n.add(x, y)), n.multiply(n.exp(x), n.exp(y)))
    assert not n.differ(n.exp(n.negate(x)), n.invert(n.exp(x)))
    assert not n.differ(n.power(n.exp(x), HALF), n.exp(n.multiply(n.from_rational(HALF), x)))
    assert n.differ(n.exp(x), n.exp(y))
    if make is small:
        u, v = n.draw("> 0"), n.draw("> 0")
        assert not n.differ(n.log(n.exp(x)), x)
        assert not n.differ(n.exp(n.log(u)), u)
        assert not n.differ(n.log(n.multiply(u, v)), n.add(n.log(u), n.log(v)))
        assert not n.differ(n.general_power(u, y), n.exp(n.multiply(y, n.log(u))))


@each_kind
def test_roots_of_positive_numbers_are_canonical(make):
    n = make()
    u, v = n.draw("> 0"), n.draw("> 0")
    assert not n.differ(n.power(n.multiply(u, u), HALF), u)
    for exponent in (HALF, Fraction(1, 3), Fraction(-3, 2), Fraction(5, 7)):
        product = n.power(n.multiply(u, v), exponent)
        assert not n.differ(product, n.multiply(n.power(u, exponent), n.power(v, exponent)))
        assert not n.differ(n.power(n.power(u, exponent), 1 / exponent), u)
    assert not n.differ(
        n.power(n.from_rational(12), HALF), n.multiply(n.from_rational(2), n.power(n.from_rational(3), HALF))
    )


def test_the_root_of_a_square_has_a_sign_of_its_own():
    n = small(0)
    x, u, v = n.draw(""), n.draw("> 0"), n.draw("> 0")
    assert n.differ(n.power(n.multiply(x, x), HALF), x)
    total = n.add(u, v)
    assert not n.differ(n.power(n.multiply(total, total), HALF), total), "a sum of positive numbers is positive"
    assert 20 < n.samples(n.invert(total), u) < 108, "in about half of the lanes it is a square"


@each_kind
def test_angles_add_up(make):
    n = make(1, angles=True)
    x, y = n.draw(""), n.draw("")
    (c, s), (a, b) = n.rotation(x), n.rotation(y)
    both = n.rotation(n.add(x, y))
    assert not n.differ(both[0], n.add(n.multiply(c, a), n.negate(n.multiply(s, b))))
    assert not n.differ(both[1], n.add(n.multiply(s, a), n.multiply(c, b)))
    assert not n.differ(n.add(n.multiply(c, c), n.multiply(s, s)), n.from_rational(1))
    assert n.differ(c, a)
    with pytest.raises(Unmodelled, match="angles"):
        n.rotation(n.multiply(n.constant("pi"), x))
    with pytest.raises(Unmodelled, match="angles"):
        n.rotation(n.exp(x))


@each_kind
def test_functions_without_laws_are_tables(make):
    n = make()
    x, y = n.draw(""), n.draw("")
    value = n.call("f", (x, y), ())
    assert not n.differ(value, n.call("f", (x, y), ()))
    for other in (n.call("f", (y, x), ()), n.call("f", (x, y), (1, 0)), n.call("f", (x, n.exp(y)), ())):
        assert n.differ(value, other)
    assert not n.differ(n.call("erf", (n.negate(x),), ()), n.negate(n.call("erf", (x,), ())))
    assert n.differ(n.call("gamma", (n.negate(x),), ()), n.negate(n.call("gamma", (x,), ())))


@each_kind
@pytest.mark.parametrize("function", ["sinh", "tanh", "sigmoid", "expm1", "silu"])
def test_what_is_made_of_exp_needs_a_field_below(make, function):
    assert make(1).call(function, (make(1).draw(""),), ())
    with pytest.raises(TooShort):
        make(0).call(function, (make(0).draw(""),), ())


@each_kind
def test_without_a_field_below_exp_may_be_any_function(make):
    n = make(0, free=True)
    x, y = n.draw(""), n.draw("")
    assert not n.differ(n.exp(x), n.exp(x))
    assert n.differ(n.exp(n.add(x, y)), n.multiply(n.exp(x), n.exp(y)))


@each_kind
def test_nothing_is_compared_where_nothing_is_defined(make):
    n = make(2)
    high = n.exp(n.exp(n.draw("")))
    with pytest.raises(TooShort):
        n.exp(high)
    low = large(1).from_rational(Fraction(1, 7)) if make is large else n.log(n.draw("> 0"))
    if make is small:
        with pytest.raises(TooShort):
            n.differ(n.add(n.log(low), n.draw("")), high)


@each_kind
def test_division_by_zero_has_no_value(make):
    n = make()
    x = n.draw("")
    zero = n.add(x, n.negate(x))
    if make is large:
        with pytest.raises(NoValue):
            n.invert(zero)
    else:
        assert n.samples(n.invert(zero), x) == 0


@each_kind
def test_comparisons_come_out_as_at_the_real_point(make):
    n = make()
    x, y = n.draw(""), n.draw("")
    n.branches = iter([1, -1, 1, 0])
    assert n.call("max", (x, y), ()) is x
    assert n.call("relu", (x,), ()) is not x
    assert n.compare(">", x, y)
    with pytest.raises(NoValue):
        n.compare("=", x, y)  # the real numbers tie there, these do not


def test_a_branch_that_a_lane_contradicts_leaves_the_lane_out():
    n = small(0)
    x = n.draw("")
    before = n.samples(x, x)
    n.branches = iter([-1])
    found = n.call("abs", (x,), ())
    assert not n.differ(found, n.power(n.multiply(x, x), HALF))
    assert n.samples(x, x) < before


# Points


@each_kind
def test_points_are_as_declared(make):
    program = read_program(
        "index b in B, j in J\ninput t[b, j], u[b] > 0, w[b]\ninteger y[b] in J\ndistribution P[j] over j\n"
        "constraint sum_j t[b, j] = 1\nconstraint 2 w[b] + u[b] = 3\nfor b, j: z[b] += t[b, j] u[b] P[j]"
    )
    n, sizes = make(), {"B": 2, "J": 3}
    cells = {t.name: list(given_cells(t, sizes)) for t in program.tensors if t.given}
    labels = {"y": {(0,): 1, (1,): 2}}
    values = draw_point([program, program], cells, sizes, n, labels)
    one = n.from_rational(1)
    for b in range(2):
        total = n.add(n.add(values["t"][b, 0], values["t"][b, 1]), values["t"][b, 2])
        assert not n.differ(total, one)
        line = n.add(n.multiply(n.from_rational(2), values["w"][b,]), values["u"][b,])
        assert not n.differ(line, n.from_rational(3))
    assert not n.differ(n.add(n.add(values["P"][0,], values["P"][1,]), values["P"][2,]), one)
    assert values["y"] == labels["y"]
    assert Interpreter(program, sizes, n).run(values)["z"].keys() == {(0,), (1,)}


@each_kind
def test_a_constraint_that_is_not_linear_is_named(make):
    program = read_program("index j in J\ninput t[j]\nconstraint sum_j t[j]^2 = 1\nfor j: z[j] += t[j]")
    with pytest.raises(Unmodelled, match="linear"):
        draw_point([program], {"t": [(0,), (1,)]}, {"J": 2}, make(), {})


@each_kind
def test_constraints_that_contradict_each_other_have_no_point(make):
    text = "index j in J\ninput t[j]\nconstraint sum_j t[j] = 1\nconstraint sum_j t[j] = 2\nfor j: z[j] += t[j]"
    with pytest.raises(NoValue):
        draw_point([read_program(text)], {"t": [(0,), (1,)]}, {"J": 2}, make(), {})


# Degrees


def test_degrees_bound_numerator_and_denominators():
    n = Degrees()
    x, y = n.draw(""), n.draw("")
    share = n.multiply(x, n.invert(n.add(x, y)))
    assert n.difference(n.power(n.add(x, y), Fraction(3)), y) == 3
    assert n.difference(share, share) == 1
    assert n.difference(share, n.invert(n.add(x, y))) == 2, "another sum may be another denominator"
    shared = n.invert(n.add(x, y))
    assert n.difference(n.multiply(x, shared), n.multiply(y, shared)) == 1
    assert n.difference(n.add(n.exp(x), n.call("erf", (x,), ())), x) == 1
