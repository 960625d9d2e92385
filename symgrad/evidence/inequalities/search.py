"""The search for a certificate that one expression is at least another one.

The difference may be a product that is nowhere negative, linear in logarithms, or a function of one ratio under a sum.
Else both sides go through an increasing function first: the logarithm of positive sides, the square of nonnegative
ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

from symgrad.algebra import signs
from symgrad.algebra.terms import OutOfReachError, OutOfTimeError, Poly
from symgrad.evidence.inequalities.candidate import Candidate
from symgrad.evidence.inequalities.logarithms import by_logarithms
from symgrad.evidence.inequalities.nonnegative import nonnegative
from symgrad.evidence.inequalities.one_variable import by_one_variable

if TYPE_CHECKING:
    from symgrad.algebra.ring import Ring

LOG, SQUARE = "log", "square"

_DEEPEST = 2


@dataclass(frozen=True)
class Step:
    """That left >= right follows from function(left) >= function(right). `exact`: equality does so too, both ways."""

    function: str
    left: Poly
    right: Poly
    exact: bool


@dataclass(frozen=True)
class Found:
    """A certificate for the difference that is left after some steps."""

    steps: tuple[Step, ...]
    candidate: Candidate


def certificates(ring: Ring, difference: Poly, deepest: int = _DEEPEST) -> Iterator[Found]:
    """Certificates that a difference is nowhere negative; ends when the ring's budget does."""
    yield from (Found((), candidate) for candidate in _plain(ring, difference))
    if not deepest:
        return
    for step, after in _steps(ring, difference):
        for found in certificates(ring, after, deepest - 1):
            yield Found((step, *found.steps), found.candidate)


def _plain(ring: Ring, difference: Poly) -> Iterator[Candidate]:
    direct = _quietly(_direct(ring, difference))
    yield from chain(direct, _quietly(by_logarithms(ring, difference)), _quietly(by_one_variable(ring, difference)))


def _direct(ring: Ring, difference: Poly) -> Iterator[Candidate]:
    found = nonnegative(ring, difference)
    if found is not None:
        yield Candidate((), difference, found)


def _quietly(found: Iterator[Candidate]) -> Iterator[Candidate]:
    """What is found before something is out of reach of the normal form; being out of time is told."""
    try:
        yield from found
    except OutOfTimeError:
        raise
    except (OutOfReachError, RecursionError):
        return


def _steps(ring: Ring, difference: Poly) -> Iterator[tuple[Step, Poly]]:
    """Increasing functions of both sides, and the difference after each."""
    left = {m: c for m, c in difference.items() if c > 0}
    right = {m: -c for m, c in difference.items() if c < 0}
    if not left or not right or not signs.sign(ring, left):
        return
    exact = bool(signs.sign(ring, right))
    try:
        if any(Fraction(e).denominator == 2 for side in (left, right) for m in side for _, e in m):
            squares = ring.sub(ring.power(left, 2), ring.power(right, 2))
            yield Step(SQUARE, left, right, exact), squares
        if signs.is_positive(ring, left) and signs.is_positive(ring, right):
            logs = ring.sub(ring.call("log", (left,)), ring.call("log", (right,)))
            yield Step(LOG, left, right, exact), logs
    except OutOfTimeError:
        raise
    except OutOfReachError:
        return
