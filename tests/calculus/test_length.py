"""A derivative that would be too long is refused before it is made, soon and with its place; others are made soon."""

from __future__ import annotations

import time

import pytest

from symgrad.calculus import jacobian, jvp, vjp
from symgrad.calculus.length import LONGEST, length
from symgrad.errors import UsageError
from symgrad.language.program import Program
from symgrad.language.read import read_program
from symgrad.language.walk import walk_body, walk_statements
from symgrad.language.write import write_program
from tests.programs import PROGRAMS, Case, perceptron

SECONDS = 2.0
"""What each of these may take on a busy machine; on an ordinary one it is far below one second."""

TOO_LONG = {
    "tower": "^".join(["x[b]"] * 90),
    "tower of sums": "(".join(["x[b]^"] * 60) + "x[b]" + "+1)" * 59,
    "product": " ".join(["x[b]"] * 2000),
    "product of brackets": "*".join(["(x[b]+1)"] * 1000),
    "sum": " + ".join(["x[b]"] * 4500),
    "functions": "gelu_tanh(" * 150 + "x[b]" + ")" * 150,
    "maxima": "max(x[b], " * 60 + "x[b]" + ")" * 60,
    "maxima over indices": "".join(f"max_i{k} (x[i{k}] + " for k in range(30)) + "x[b]" + ")" * 30,
    "uninterpreted": "f(x[b], " * 150 + "x[b]" + ")" * 150,
    "nested divisions": "x[b]/(" * 150 + "x[b]" + ")" * 150,
}

LONG_ENOUGH = {
    "short tower": "^".join(["x[b]"] * 12),
    "divisions": "/".join(["x[b]"] * 190) + "/2",
    "exponentials": "exp(" * 150 + "x[b]" + ")" * 150,
    "sums in sums": "".join(f"sum_i{k} (x[i{k}] + " for k in range(60)) + "x[b]" + ")" * 60,
    "loops": "sum_{c, d, e, f, g, h, i, j, k, l, m, n} x[c] x[n]",
}


@pytest.mark.parametrize("name", TOO_LONG)
@pytest.mark.parametrize("derive", [vjp, jvp, jacobian])
def test_what_would_be_too_long_is_refused_soon_with_its_place(name: str, derive: object) -> None:
    program = read_program(f"function f(y, z)\ninput x[b]\nfor b: y[b] += {TOO_LONG[name]}")
    start = time.process_time()
    with pytest.raises(UsageError, match=r"too long|too deep") as caught:
        derive(program)  # type: ignore[operator]
    assert time.process_time() - start < SECONDS
    assert caught.value.place is not None
    assert caught.value.place.line == 3
    assert "break it up" in caught.value.hint
    assert caught.value.source


@pytest.mark.parametrize("name", LONG_ENOUGH)
def test_what_is_within_the_bounds_is_derived_soon(name: str) -> None:
    program = read_program(f"input x[b]\nfor b: y[b] += {LONG_ENOUGH[name]}")
    start = time.process_time()
    assert write_program(vjp(program))
    assert time.process_time() - start < SECONDS


def test_many_statements_are_too_long_together() -> None:
    line = "for b: y{}[b] += " + " + ".join(f"x{k}[b]" for k in range(60))
    program = read_program("\n".join(line.format(k) for k in range(70)))
    with pytest.raises(UsageError, match=r"up to this statement for y\d+ is too long") as caught:
        vjp(program)
    assert caught.value.place is not None
    assert caught.value.place.line > 10
    assert vjp(program, wrt="x1").body


def nodes(program: Program) -> int:
    """How many expressions a program has in its values."""
    return sum(1 for _ in walk_body(program.body))


def estimated(program: Program, wrt: tuple[str, ...] | None) -> int:
    """The length of the derivative by the estimate, the loops and targets included."""
    through = frozenset(t.name for t in program.tensors if wrt is None or t.name in wrt or not t.given)
    total = 0
    for _, statement in walk_statements(program.body):
        found = length(statement.value, through)
        total += found.derivative + found.occurrences * (4 * length(statement.target, through).nodes + 1)
    return total


@pytest.mark.parametrize("case", PROGRAMS, ids=str)
def test_the_estimate_is_of_the_derivative_that_is_made(case: Case) -> None:
    program = read_program(case.text)
    made, guess = nodes(vjp(program, wrt=case.wrt)), estimated(program, case.wrt)
    assert made <= 2 * guess + 10
    assert guess <= 4 * made + 40


@pytest.mark.parametrize("factors", [3, 10, 25])
@pytest.mark.parametrize("sign", ["^", " ", "/", " + "])
def test_the_estimate_grows_as_the_derivative_does(factors: int, sign: str) -> None:
    program = read_program("input x[b]\nfor b: y[b] += " + sign.join(["x[b]"] * factors))
    made, guess = nodes(vjp(program)), estimated(program, None)
    assert made / 3 <= guess <= 3 * made


def test_second_derivatives_of_deep_networks_are_well_within_the_bounds() -> None:
    assert nodes(vjp(vjp(read_program(perceptron(30))))) < LONGEST


def test_a_long_chain_of_derivatives_that_are_0_is_left_out_at_once() -> None:
    lines = ["input x[b]", "for b: y0[b] += x[b]^0"]
    lines += [f"for b: y{k}[b] += y{k - 1}[b]" for k in range(1, 600)]
    lines += ["for b: y600[b] += y599[b]^0 + x[b]"]
    program = read_program("\n".join(lines))
    start = time.process_time()
    assert len(vjp(program).body) == 1
    assert time.process_time() - start < SECONDS
