"""Stand-ins for uninterpreted functions: the same in every run, with exact derivatives, replaceable."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from symgrad.evaluate import check_gradients, evaluate
from symgrad.evaluate.stand_ins import stand_in
from symgrad.language.read import read_program

SCALARS = "function f(y, z), g(x)\ninput x\ny = g(x)\nz = x^2\nu = f(y, z)\noutput u"


@pytest.mark.parametrize("orders", [(0, 0), (1, 0), (0, 2), (2, 1)])
@pytest.mark.parametrize("slot", [0, 1])
def test_derivatives_are_those_of_the_function(orders: tuple[int, int], slot: int) -> None:
    f, at, step = stand_in("f", 2, math.sin), [0.4, -1.1], 1e-5
    raised = tuple(order + (position == slot) for position, order in enumerate(orders))
    above, below = (f([x + s * (p == slot) for p, x in enumerate(at)], orders) for s in (step, -step))
    assert f(at, raised) == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-9)


def test_mixed_derivatives_tell_the_arguments_apart() -> None:
    f = stand_in("f", 2, math.sin)
    assert f((0.4, -1.1), (1, 0)) != pytest.approx(f((0.4, -1.1), (0, 1)))
    assert f((0.4, -1.1), ()) != pytest.approx(stand_in("g", 2, math.sin)((0.4, -1.1), ()))


def test_every_process_sees_the_same_function() -> None:
    code = "import math; from symgrad.evaluate.stand_ins import stand_in; print(stand_in('f', 1, math.sin)([0.5], ()))"
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in "ab"
    }
    assert runs == {f"{stand_in('f', 1, math.sin)([0.5], ())}\n"}


def test_a_caller_may_give_its_own() -> None:
    program = read_program(SCALARS)
    functions = {
        "g": lambda args, orders: args[0] + 1 if not any(orders) else 1.0,
        "f": lambda args, orders: args[0] * args[1],
    }
    for method in ("interpret", "numpy"):
        assert evaluate(program, {"x": 3.0}, method=method, functions=functions)["u"] == (3 + 1) * 9


def test_programs_with_uninterpreted_functions_are_checked() -> None:
    from symgrad.calculus import vjp

    program = read_program(SCALARS)
    assert check_gradients(program, vjp(program)).ok
