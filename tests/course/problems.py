"""Problems that tests make up."""

from __future__ import annotations

from symgrad.course.load import read_problem
from symgrad.course.problem import Part, Problem

SETTING = """\
format = 1
title = "Squares"
{more}
forward = '''
{forward}
'''
"""

FORWARD = """
index b in B, j in J
input x[b, j]
param w[j]
for b, j: y[b, j] += w[j] x[b, j]^2
for b, j: c[b] += y[b, j]
"""


RECURRENT = """
size T
index b in B, i, j in H
input x[0..T, b, j], h[0, b, i]
param W[j, i]
for t in 1..T:
    for b, j, i: a[t, b, j] += W[j, i] h[t-1, b, i]
    for b, j: h[t, b, j] += tanh(a[t, b, j] + x[t, b, j])
"""


def problem(parts: str, forward: str = FORWARD, name: str = "squares") -> Problem:
    """The problem with these parts, as they stand in a file."""
    more = """average = "b"\naliases = { weight = "w" }""" if forward == FORWARD else ""
    return read_problem(SETTING.format(forward=forward, more=more) + parts, name)


def part(keys: str, forward: str = FORWARD) -> Part:
    """The only part of a problem, with these keys."""
    return problem(f"[[part]]\ntext = 'What?'\n{keys}", forward).parts[0]
