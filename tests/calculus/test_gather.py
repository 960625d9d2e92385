"""Loops in gather form compute the same, are legal and read back, and sum up each cell in one place."""

from __future__ import annotations

import pytest

import symgrad as sg
from symgrad.calculus import gather
from symgrad.language.legality import findings
from symgrad.language.program import Index
from symgrad.language.read import read_program
from symgrad.language.walk import walk_statements
from symgrad.language.write import write_program
from tests.programs import PROGRAMS

CHANGED = [case for case in PROGRAMS if gather(case.backward).body != case.backward.body]


def loops(text: str) -> str:
    return write_program(gather(read_program(text)), declarations=False).strip()


def test_there_are_such_programs():
    assert len(CHANGED) >= 15


@pytest.mark.parametrize("case", CHANGED, ids=str)
def test_the_gathered_loops_compute_the_same(case):
    scattered = case.backward
    gathered = gather(scattered)
    assert not findings(gathered)
    again = read_program(write_program(gathered, declarations=False), context=scattered.forward)
    assert write_program(again, declarations=False) == write_program(gathered, declarations=False)
    verdict = sg.prove(scattered, again, scattered.forward, budget=5.0)
    assert verdict, verdict


@pytest.mark.parametrize("case", CHANGED, ids=str)
def test_to_gather_twice_changes_nothing_more(case):
    once = gather(case.backward)
    assert gather(once).body == once.body


@pytest.mark.parametrize("case", CHANGED, ids=str)
def test_every_target_is_named_by_indices(case):
    for node in gather(case.backward).body:
        nests = list(walk_statements((node,)))
        if len(nests) == 1:
            assert all(isinstance(part, Index) for part in nests[0][1].target.subscripts)


@pytest.mark.parametrize(
    ("scatter", "expected"),
    [
        (
            "index x in X, d in D\ninput g[x], w[d]\nfor x, d: y[2*x + d] += g[x] w[d]",
            "for z, x in max(0, (z - D + 2) // 2)..min(X - 1, z // 2): y[z] += g[x] w[z - 2*x]",
        ),
        (
            "index x in X, d in D\ninput g[x], w[d]\nfor x, d: y[2*x + 3*d] += g[x] w[d]",
            "for z, d in max(0, (z - 2 X + 4) // 3)..min(D - 1, z // 3): "
            "y[z] += 1[(z - 3 d) % 2 = 0] g[(z - 3*d) // 2] w[d]",
        ),
        (
            "index x in X, d in D\ninput g[x], w[d]\nfor x, d: y[x - d + D - 1] -= g[x] w[d]",
            "for z, d in max(0, -z + D - 1)..min(D - 1, -z + D + X - 2): y[z] -= g[z+d-D+1] w[d]",
        ),
        ("index x in 4*X\ninput g[x]\nfor x: y[x // 4] += g[x]", "for z, x in 4 z..4 z + 3: y[z] += g[x]"),
        (
            "index x in X\ninput g[2*X]\nfor x, d in 0..1: y[2*x + d] += g[2*x + d]",
            "for z: y[z] += g[z]",
        ),
        ("index t, t2 in T\ninput g[t]\nfor t, t2 < t: y[t2] += g[t]", "for t2, t > t2: y[t2] += g[t]"),
        (
            "index t, t2 in T\ninput g[t]\nfor t, t2 in max(0, t - 2)..t: y[t2] += g[t]",
            "for t2, t in t2..min(T - 1, t2 + 2): y[t2] += g[t]",
        ),
        ("index i, j in N\ninput g[i, j]\nfor i, j: y[j, i] += g[i, j]", "for i, j: y[j, i] += g[i, j]"),
        ("index i in N\ninput g[i]\nfor i: y[2*i] += g[i]", "for i: y[2*i] += g[i]"),
        (
            "index i in N, j in M\ninteger k[i] in M\ninput g[i]\nfor i: y[k[i]] += g[i]\nfor j: z[j] += y[j]",
            "for i: y[k[i]] += g[i]\nfor j: z[j] += y[j]",
        ),
    ],
)
def test_forms(scatter, expected):
    assert loops(scatter) == expected
    verdict = sg.prove(read_program(scatter), gather(read_program(scatter)), budget=5.0)
    assert verdict, verdict


def test_the_command_prints_them_with_a_verdict(capsys, tmp_path):
    from symgrad.cli import main

    file = tmp_path / "sum.loops"
    file.write_text("index t, t2 in T\ninput x[t]\nfor t, t2 <= t: y[t] += x[t2]\n", encoding="utf-8")
    code = main(["derive", str(file), "--gather"])
    out = capsys.readouterr().out
    assert "# backward, gathered\nfor t2, t >= t2: x.grad[t2] += y.grad[t]\n# proved: x.grad" in out
    assert code == 0
    rectangular = tmp_path / "square.loops"
    rectangular.write_text("index t in T\ninput x[t]\nfor t: y[t] += x[t]^2\n", encoding="utf-8")
    assert main(["derive", str(rectangular), "--gather"]) == 0
    assert "no loop is changed" in capsys.readouterr().out


def test_it_can_be_called_from_python():
    forward = sg.parse("index t, t2 in T\ninput x[t]\nfor t, t2 <= t: y[t] += x[t2]")
    assert gather(sg.vjp(forward)).outputs == sg.vjp(forward).outputs
