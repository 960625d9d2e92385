"""Chains of equations: every link is judged, and what cannot be read is shown where it stands."""

from __future__ import annotations

import pytest

from symgrad import vjp
from symgrad.calculus.activity import join
from symgrad.errors import ReadingError, SymgradError
from symgrad.evidence import prove_chain
from symgrad.evidence.chain_text import read_chains
from symgrad.language.program import Program
from symgrad.language.read import read_program

FORWARD = """index b in B, j, k in J
input s[b, j]
for b, j: Z[b] += exp(s[b, j])
for b, j: p[b, j] += exp(s[b, j]) / Z[b]
"""


@pytest.fixture(scope="module")
def context() -> Program:
    backward = join(vjp(read_program(FORWARD)))
    return read_program("for b, j: e[b] -= p[b, j] p.grad[b, j]", context=backward)


CHAIN = """
Z.grad[b] = -sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2
          = -(sum_j p[b, j] p.grad[b, j])/Z[b]        # since exp(s[b, j]) = p[b, j] Z[b]
          = e[b]/Z[b]
"""


def test_a_chain_is_proved_link_by_link(context):
    chain = prove_chain(CHAIN, context)
    assert chain
    assert [(link.left, link.right) for link in chain.links] == [
        ("Z.grad[b]", "-sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2"),
        ("-sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2", "-(sum_j p[b, j] p.grad[b, j])/Z[b]"),
        ("-(sum_j p[b, j] p.grad[b, j])/Z[b]", "e[b]/Z[b]"),
    ]
    assert [(link.place.line, link.place.column) for link in chain.links] == [(2, 13), (3, 13), (4, 13)]


def test_the_link_that_fails_is_the_one_that_is_refuted(context):
    chain = prove_chain(CHAIN.replace("-(sum_j p[b", "(sum_j p[b"), context)
    assert not chain.ok
    assert [link.verdict.status for link in chain.links] == ["proved", "refuted", "refuted"]
    assert chain.to_json()["links"][1]["line"] == 3
    assert "line 3: -sum_j p.grad[b, j] exp(s[b, j])/Z[b]^2 = (sum_j p[b, j] p.grad[b, j])/Z[b]" in str(chain)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Z[b] = Z[b] = Z[b]", ["Z[b]", "Z[b]"]),
        ("Z[b] = Z[b]\ne[b] = e[b]", ["Z[b]", "e[b]"]),
        ("Z[b] =\n  Z[b] +\n  0\n  + 0", ["Z[b] + 0 + 0"]),
        ("Z[b]\n  = Z[b]", ["Z[b]"]),
        ("# a remark = no equation\n\nZ[b] = Z[b]", ["Z[b]"]),
        ("Z[b] = sum_{j, k} 1[j = k] exp(s[b, j])", ["sum_{j, k} 1[j = k] exp(s[b, j])"]),
        ("Z[b] = sum_{j} (exp(s[b, j])\n + 0)", ["sum_{j} (exp(s[b, j]) + 0)"]),
    ],
)
def test_where_links_begin_and_end(context, text, sides):
    chain = prove_chain(text, context)
    assert [link.right for link in chain.links] == sides
    assert chain.ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no equation"),
        ("# nothing", "there is no equation"),
        ("Z[b]", "1:1: there is no equation here\n    Z[b]\n    ^"),
        ("Z[b] = = 1", "1:6: a side of the equation is missing\n    Z[b] = = 1\n         ^"),
        ("Z[b] = ", "1:6: a side of the equation is missing"),
        ("Z.grad[b] += 1", "1:11: this is an update, not an equation\n    Z.grad[b] += 1\n              ^^"),
        ("Z[b] = Z[b]\n  = 1 + foo[b]", "2:9: unknown tensor foo\n      = 1 + foo[b]\n            ^^^"),
        ("Z[b] = Z[b] +\n  (1", "2:3: “(” is never closed\n      (1\n      ^"),
        ("Z[b] = p[b]", "1:8: p has 2 indices, here it is given 1"),
    ],
)
def test_what_cannot_be_read_is_shown_in_the_chain(context, text, said):
    with pytest.raises(SymgradError) as caught:
        prove_chain(text, context)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Z[b] >= e[b] + 0 > 1", [(">=", "e[b] + 0"), (">", "1")]),
        ("Z[b] ≤ e[b]\n  ≥ 1", [("<=", "e[b]"), (">=", "1")]),
        (r"Z[b] \leq e[b] \ge 1", [("<=", "e[b]"), (">=", "1")]),
        ("sum_j 1[j >= k] <= B", [("<=", "B")]),
        ("for b: Z[b]\n  >= 0   # a sum of exponentials", [(">=", "0")]),
        ("so Z[b] = e[b]\nhence: e[b] = 1 since it is given", [("=", "e[b]"), ("=", "1")]),
        ("Z[b] = 1 => e[b] = 2 ⇒ B = 3", [("=", "1"), ("=", "2"), ("=", "3")]),
        ("\\begin{align*}\nZ[b] &= e[b] \\\\\n&\\le 1\n\\end{align*}", [("=", "e[b]"), ("<=", "1")]),
        ("$Z[b] = 1$ ∎", [("=", "1")]),
        ("Z[b] = 1\n\n  = e[b]", [("=", "1"), ("=", "e[b]")]),
    ],
)
def test_relations_and_what_stands_around_chains(context, text, links):
    chains = read_chains(text, context)
    assert [(side.relation, side.text) for chain in chains for side in chain.sides[1:]] == links


def test_reasons_of_sides(context):
    (chain,) = read_chains("Z[b] = e[b]  # one\n  # two\n  <= 1 since three", context)
    assert [side.reason for side in chain.sides] == ["", "one", "two three"]


@pytest.mark.parametrize(
    "text",
    [
        "=" * 300,
        "Z[b] = " + "(" * 5000,
        "\x00 = 1",
        "a\n" * 5000,
        "[" * 100 + "=",
        "=>" * 30_000,
        ";" * 60_000,
        "Z[b] = 1" + " = 1" * 15_000,
    ],
)
def test_hostile_text_is_refused(context, text):
    with pytest.raises(ReadingError):
        prove_chain(text, context)
