"""How a claim is written does not matter: by other names, letters, axes, orders and loops it has the same verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.language.program import Number, Role
from symgrad.language.read import read_program
from tests.algebra import transformations as t
from tests.algebra.claims import LISTED, Listed, claim_of, outcome_of
from tests.algebra.transformations import Claim
from tests.second_forms import Form
from tests.test_second_forms import forward_of

Transformation = Callable[[Claim, Random], Claim]


# Both sides at once


def other_tensor_names(claim: Claim, draw: Random) -> Claim:
    """All tensors under other names, in another alphabetical order."""
    old = sorted({tensor.name for program in (claim.left, claim.right) for tensor in program.tensors})
    numbers = draw.sample(range(len(old)), len(old))
    names = {name: f"t{number:03}" for name, number in zip(old, numbers, strict=True)}
    changed = claim.changed(lambda program: t.renamed_tensors(program, names))
    return Claim(changed.left, changed.right, tuple(names[name] for name in claim.tensors))


def other_index_names(claim: Claim, draw: Random) -> Claim:
    """All indices under other names, in another alphabetical order."""
    old = sorted({index.name for program in (claim.left, claim.right) for index in program.indices})
    numbers = draw.sample(range(len(old)), len(old))
    names = {name: f"k{number:03}" for name, number in zip(old, numbers, strict=True)}
    return claim.changed(lambda program: t.renamed_indices(program, names))


def other_axes(claim: Claim, draw: Random) -> Claim:
    """The axes of all tensors in another order, those of one name alike on both sides."""
    orders: dict[tuple[str, int], list[int]] = {}
    for program in (claim.left, claim.right):
        for tensor in program.tensors:
            rank = len(tensor.axes)
            orders.setdefault((tensor.name, rank), draw.sample(range(rank), rank))

    def change(program: t.Program) -> t.Program:
        for tensor in program.tensors:
            program = t.swapped_axes(program, tensor.name, orders[tensor.name, len(tensor.axes)])
        return program

    return claim.changed(change)


def temporaries_inlined(claim: Claim, draw: Random) -> Claim:
    """Some of the temporaries of both sides unfolded into their uses."""
    kept = set(claim.tensors)
    common = set(dict(t.temporaries(claim.left))) & set(dict(t.temporaries(claim.right)))
    here = {n for node in claim.left.body[: claim.shared] for n in _writes(node)}
    chosen = [name for name in sorted((common & here) - kept) if draw.random() < 0.5]
    for name in chosen[:4]:
        possible = [name in dict(t.temporaries(program)) for program in (claim.left, claim.right)]
        if all(possible):
            claim = claim.changed(lambda program, name=name: t.inlined(program, name))
    return claim


def _writes(node: t.Node) -> list[str]:
    return [target.name for target in t.node_writes(node)]


# One side, behind what both have in common


def on_one_side(change: Callable[[t.Program, Random, int], t.Program]) -> Transformation:
    """The transformation of the left side, the right side, or each in its own way."""

    def of(claim: Claim, draw: Random) -> Claim:
        start, which = claim.shared, draw.choice(("left", "right", "both"))
        left = claim.left if which == "right" else change(claim.left, draw, start)
        right = claim.right if which == "left" else change(claim.right, draw, start)
        return Claim(left, right, claim.tensors)

    return of


def own_temporaries_inlined(claim: Claim, draw: Random) -> Claim:
    """Some of one side's own temporaries unfolded into their uses."""
    left = claim.left
    own = [n for n, temporary in t.temporaries(left) if temporary.place >= claim.shared and n not in claim.tensors]
    for name in draw.sample(own, min(len(own), 3)):
        if name in dict(t.temporaries(left)):
            left = t.inlined(left, name)
    return Claim(left, claim.right, claim.tensors)


TRANSFORMATIONS: dict[str, Transformation] = {
    "tensor names": other_tensor_names,
    "index names": other_index_names,
    "axes": other_axes,
    "temporaries inlined": temporaries_inlined,
    "own temporaries inlined": own_temporaries_inlined,
    "reordered": on_one_side(t.reordered),
    "own letters": on_one_side(t.own_letters),
    "turned loops and factors": on_one_side(t.turned_loops),
    "sums as loops": on_one_side(lambda program, _, start: t.sums_as_loops(program, start)),
    "loops as sums": on_one_side(lambda program, _, start: t.loops_as_sums(program, start)),
    "in one loop": on_one_side(t.in_one_loop),
}

seeds = st.integers(0, 10**6)


def judge(listed: Listed, claim: Claim) -> None:
    """The verdict on the claim must be what is known of it."""
    outcome = outcome_of(claim, budget=2.0 if listed.right else 0.3)
    assert outcome.equal is listed.right, f"{listed}: {outcome.reason}"


RARE = ("temporaries inlined", "sums as loops")
"""Transformations that leave most claims as they are."""


@cache
def concerned(name: str) -> list[Listed]:
    """Of every third claim, those that a transformation changes."""
    return [listed for listed in LISTED[::3] if TRANSFORMATIONS[name](claim_of(listed), Random(1)) != claim_of(listed)]


@pytest.mark.parametrize("name", [name for name in TRANSFORMATIONS if name not in RARE])
@given(listed=st.sampled_from(LISTED), seed=seeds)
def test_the_verdict_does_not_change(name, listed, seed):
    judge(listed, TRANSFORMATIONS[name](claim_of(listed), Random(seed)))


@pytest.mark.parametrize("name", RARE)
def test_the_verdict_does_not_change_of_the_few_claims_that_do(name):
    assert len(concerned(name)) >= 20
    for listed in concerned(name)[::4]:
        judge(listed, TRANSFORMATIONS[name](claim_of(listed), Random(1)))


@given(
    listed=st.sampled_from([listed for listed in LISTED if listed.right]),
    names=st.lists(st.sampled_from(sorted(TRANSFORMATIONS)), min_size=2, max_size=4),
    seed=seeds,
)
def test_several_changes_at_once(listed, names, seed):
    claim = claim_of(listed)
    for name in names:
        claim = TRANSFORMATIONS[name](claim, Random(seed))
    judge(listed, claim)


def has_eps(listed: Listed) -> bool:
    """Whether a claim names a tensor eps; of forms that is known without reading all of their variants."""
    if "eps" not in listed.text:
        return False
    program = forward_of(listed.about) if isinstance(listed.about, Form) else claim_of(listed).left
    return "eps" in program.tensor_named


WITH_EPS = [listed for listed in LISTED if has_eps(listed)]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("listed", WITH_EPS, ids=str)
def test_eps_may_be_a_number_or_a_symbol(listed):
    claim = claim_of(listed)
    assert claim.left.tensor_named["eps"].role is not Role.COMPUTED
    for text in ("0.00001", "1/3"):
        value = read_program(f"y = {text}").body[0].value
        assert isinstance(value, Number)
        judge(listed, claim.changed(lambda program, value=value: t.fixed_scalar(program, "eps", value)))


def test_there_are_claims_with_eps():
    assert sum(listed.right for listed in WITH_EPS) >= 3
    assert sum(not listed.right for listed in WITH_EPS) >= 6
