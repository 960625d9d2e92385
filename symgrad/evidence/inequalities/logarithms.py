"""Certificates for what is linear in logarithms: ln t <= t - 1, with one t for each weight.

The logarithms of a difference D are collected by their weights: D = sum_k sum w_k (-ln t_k) + rest, where a sum of
logarithms is the logarithm of a product. A weight that is the sum of a finer one (a marginal of its joint distribution,
1 of any distribution) is written as that sum, so that its logarithms come beside those of the finer weight. Then

    D = sum_k sum w_k (t_k - 1 - ln t_k) + rest + sum_k sum w_k (1 - t_k),

and of what stands behind the first sum the logarithms are gone. Where t_k <= 1 is known, -ln t_k >= 0 will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING

from symgrad.algebra import signs
from symgrad.algebra.terms import ONE, Kind, Monomial, OutOfReachError, Poly, Scalar, exact, plus, scaled
from symgrad.evidence.inequalities.candidate import Candidate, Part
from symgrad.evidence.inequalities.nonnegative import is_one_at_most, nonnegative
from symgrad.evidence.inequalities.scalar import LOGARITHM, TANGENT
from symgrad.evidence.inequalities.summands import Summand, renamed, renamings, summands

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

_MOST_PLANS = 48
_MOST_SCALES = 6


@dataclass(frozen=True)
class _Group:
    """The sum over dummies of weight times `logs`, a linear combination of logarithms."""

    dummies: tuple[int, ...]
    weight: Monomial
    logs: Poly


def by_logarithms(ring: Ring, difference: Poly) -> Iterator[Candidate]:
    """Certificates that a difference is nowhere negative, simple ones first."""
    terms = summands(ring, difference)
    for unknown_too in (False, True):
        split = _split(ring, terms, unknown_too=unknown_too)
        if split is None:
            continue
        groups, rest = split
        if not groups:
            continue
        for plan in _plans(ring, groups):
            yield from _tangents(ring, plan, rest)


def _split(ring: Ring, terms: Sequence[Summand], *, unknown_too: bool) -> tuple[list[_Group], Poly] | None:
    """The logarithms by their weights, and the rest.

    With `unknown_too` a factor u of unknown sign is taken for ln e^u.
    """
    groups: list[_Group] = []
    rest: Poly = {}
    for term in terms:
        logs = tuple(pair for pair in term.monomial if ring.generators[pair[0]].kind is Kind.LOG)
        unknown = tuple(pair for pair in term.monomial if not ring.generators[pair[0]].sign and pair not in logs)
        if logs and (unknown or len(logs) > 1 or logs[0][1] != 1):
            return None
        taken = logs or (unknown if unknown_too else ())
        if not taken:
            rest = plus(rest, term.closed(ring))
            continue
        weight = tuple(pair for pair in term.monomial if pair not in taken)
        _collect(ring, groups, _Group(term.dummies, weight, {taken: term.coefficient}))
    return [group for group in groups if group.logs], rest


def _collect(ring: Ring, groups: list[_Group], new: _Group) -> None:
    """Add a group to those there are, to the one with its weight if there is one."""
    for at, group in enumerate(groups):
        for names in _onto(ring, new, group):
            logs = ring.substitute(new.logs, names)
            groups[at] = replace(group, logs=plus(group.logs, logs))
            return
    groups.append(new)


def _onto(ring: Ring, new: _Group, group: _Group) -> Iterator[dict[int, int]]:
    """The namings of a group's dummies that give it the weight of another one."""
    if len(new.dummies) == len(group.dummies):
        for names in renamings(ring, new.dummies, group.dummies):
            if renamed(ring, new.weight, names) == {group.weight: 1}:
                yield names


# Weights that are sums of finer ones


def _plans(ring: Ring, groups: list[_Group]) -> Iterator[list[_Group]]:
    """Ways to write coarse weights by finer ones: as many as possible first."""
    choices: list[list[tuple[int, ...]]] = []
    for at, group in enumerate(groups):
        finer = [other for other in range(len(groups)) if other != at and _merged(ring, group, groups[other])]
        ways: list[tuple[int, ...]] = [(other,) for other in sorted(finer, key=lambda o: -len(groups[o].dummies))]
        choices.append([*ways, *([tuple(finer)] if len(finer) > 1 else []), ()])
    seen: list[list[_Group]] = []
    for chosen in islice(product(*choices), _MOST_PLANS):
        plan = _carried_out(ring, groups, chosen)
        if plan is not None and plan not in seen:
            seen.append(plan)
            yield plan


def _carried_out(ring: Ring, groups: list[_Group], chosen: Sequence[tuple[int, ...]]) -> list[_Group] | None:
    """The groups with each one that has targets shared out over them; coarse ones first, step by step.

    The shares are as the greatest coefficients of the targets' logarithms.
    """
    found: dict[int, _Group] = dict(enumerate(groups))
    for at in sorted(found, key=lambda n: len(groups[n].dummies)):
        targets = chosen[at]
        if not targets:
            continue
        group = found.pop(at)
        if any(target not in found for target in targets):
            return None
        parts = {target: max(abs(Fraction(c)) for c in found[target].logs.values()) for target in targets}
        for target, part in parts.items():
            share = replace(group, logs=scaled(group.logs, exact(part / sum(parts.values()))))
            merged = _merged(ring, share, found[target])
            if merged is None:
                return None
            found[target] = merged
    return [group for group in found.values() if group.logs]


def _merged(ring: Ring, coarse: _Group, fine: _Group) -> _Group | None:
    """The fine group with the logarithms of the coarse one, whose weight is a sum of the fine one's; else None."""
    if len(coarse.dummies) >= len(fine.dummies):
        return None
    for names in renamings(ring, coarse.dummies, fine.dummies):
        if len(names) < len(coarse.dummies):
            return None
        total = ring.sum({fine.weight: 1}, [a for a in fine.dummies if a not in names.values()])
        weight = renamed(ring, coarse.weight, names)
        share = _multiple(total, weight)
        if share is not None and share > 0:
            logs = scaled(ring.substitute(coarse.logs, names), exact(1 / Fraction(share)))
            return replace(fine, logs=plus(fine.logs, logs))
    return None


def _multiple(p: Poly, q: Poly) -> Scalar | None:
    """The number c with p = c q, if there is one."""
    if p.keys() != q.keys() or not q:
        return None
    found = {Fraction(p[m]) / Fraction(q[m]) for m in q}
    return found.pop() if len(found) == 1 else None


# Tangents


def _tangents(ring: Ring, groups: Sequence[_Group], rest: Poly) -> Iterator[Candidate]:
    """Certificates with -ln t >= 0 for each group, or with -ln t >= 1 - t, for several scales of t."""
    if any(not signs.sign_of_monomial(ring, group.weight) for group in groups):
        return
    options = [list(_scaled_parts(ring, group)) for group in groups]
    bounded = [next((p for p in parts if p.at_most_one), None) for parts in options]
    if all(bounded):
        remainder = nonnegative(ring, rest)
        if remainder is not None:
            yield Candidate(tuple(p for p in bounded if p is not None), rest, remainder)
    for chosen in islice(product(*options), _MOST_PLANS):
        left = rest
        parts = tuple(replace(p, phi=TANGENT, at_most_one=False) for p in chosen)
        for part in parts:
            weights = {part.weight: part.scale}
            left = plus(left, ring.sum(ring.mul(weights, ring.sub(ONE, part.ratio)), part.dummies))
        remainder = nonnegative(ring, left)
        if remainder is not None:
            yield Candidate(parts, left, remainder)


def _scaled_parts(ring: Ring, group: _Group) -> Iterator[Part]:
    """The group as weight times -ln t: t may be t^k, and the weight the k-th part of it."""
    scales = dict.fromkeys([Fraction(1), *(abs(Fraction(c)) for c in group.logs.values())])
    scales |= dict.fromkeys([2 * max(scales), 2 * min(scales)])
    for scale in list(scales)[:_MOST_SCALES]:
        try:
            t = ring.call("exp", (scaled(group.logs, exact(-1 / scale)),))
        except OutOfReachError:
            continue
        below_one = is_one_at_most(ring, t)
        phi = LOGARITHM if below_one else TANGENT
        yield Part(group.dummies, group.weight, exact(scale), t, phi, below_one)
