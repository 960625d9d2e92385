"""Towers of finite fields, on which exp and log, cosine and sine are true homomorphisms.

The primes of a tower are p, 2p + 1, 2(2p + 1) + 1, ... The squares of the field of P = 2p + 1 are a group
of prime order p, so exp(x) = g^x takes the sums of the field below to the products of the squares
above, and every square is one exp only: log is its inverse. A number has independent values in all
fields of the tower in which it is defined; exp lifts them by one field, log lowers them.

    squares are what "positive" means: products, inverses and powers of squares are squares, exp is one
    of every square there is one root of each degree that is a square: the canonical one
    -1 is no square, since P = 3 mod 4; so of x and -x one is "positive"
    all primes of a tower are -1 modulo the same small primes, whence small whole numbers are squares

Angles live in one more field, whose prime t divides P + 1 for every P of the tower: the numbers
c + s i with c^2 + s^2 = 1 are a group of order P + 1, of which cos and sin take a part of order t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from random import Random


class NoValue(Exception):
    """A point at which something has no value in the fields: a zero divisor, a root of what is no square."""


class TooShort(Exception):
    """A tower with too few fields for the nested functions of a program."""


class OutOfTime(Exception):
    """The time that a run may take is over."""


class Unmodelled(Exception):
    """A function, or a way to use it, whose laws the fields do not have; the text says which."""


_TABLES = 1 << 22
"""Up to such primes logarithms are looked up in tables."""


@dataclass(frozen=True)
class Tower:
    """Primes p, 2p + 1, ... from the lowest to the highest one, and the prime of the angles, 0 for none."""

    primes: tuple[int, ...]
    angle: int = 0

    @cached_property
    def moduli(self) -> tuple[int, ...]:
        """The primes of all fields; that of the angles comes last."""
        return (*self.primes, self.angle) if self.angle else self.primes

    @cached_property
    def whole(self) -> int:
        """The product of all primes."""
        return prod(self.moduli)

    @cached_property
    def units(self) -> tuple[int, ...]:
        """For each field the number that is 1 in it and 0 in all others."""
        return tuple(part * pow(part, -1, p) for p in self.moduli for part in (self.whole // p,))

    @cached_property
    def generators(self) -> tuple[int, ...]:
        """For each field of the chain a square that gives all others as its powers, where the number of these is known.

        In every field but the lowest one that number is a prime, so any square other than 1 will do.
        """
        return (_generator(self.primes[0]), *[4 for _ in self.primes[1:]])

    @cached_property
    def rotations(self) -> tuple[tuple[int, int], ...]:
        """For each field of the chain the cosine and sine of the angle 1."""
        return tuple(_rotation(p, self.angle) for p in self.primes) if self.angle else ()


def _generator(p: int) -> int:
    """A generator of the squares modulo a small prime p; 4 modulo a large one, where nobody asks for it."""
    if p > _TABLES:
        return 4
    order = (p - 1) // 2
    factors = [q for q in range(2, order + 1) if order % q == 0 and all(q % r for r in range(2, int(q**0.5) + 1))]
    return next(g * g % p for g in range(2, p) if all(pow(g * g, order // q, p) != 1 for q in factors))


def _rotation(p: int, order: int) -> tuple[int, int]:
    """A number c + s i of norm 1 and the given prime order, modulo p = 3 mod 4."""
    for real in range(2, p):
        norm = pow(real * real + 1, -1, p)
        unit = ((real * real - 1) * norm % p, 2 * real * norm % p)  # the square of real + i over its norm
        found = turned(unit, (p + 1) // order, p)
        if found != (1, 0):
            return found
    raise AssertionError(f"there is no rotation of order {order} modulo {p}")


def turned(unit: tuple[int, int], times: int, p: int) -> tuple[int, int]:
    """A rotation carried out so many times."""
    c, s = 1, 0
    a, b = unit
    while times:
        if times & 1:
            c, s = (c * a - s * b) % p, (c * b + s * a) % p
        a, b, times = (a * a - b * b) % p, 2 * a * b % p, times >> 1
    return c, s


def _chain(lowest: int, length: int) -> tuple[int, ...]:
    primes = [lowest]
    while len(primes) < length:
        primes.append(2 * primes[-1] + 1)
    return tuple(primes)


_LARGE = (
    (7488424966638656039, 5, 0),
    (2558171346229218719, 6, 0),
    (6555443679283338839, 5, 0),
    (4642266651812429639, 5, 0),
    (8607184377842810759, 5, 0),
    (3518204782698485879, 6, 0),
    (8812386738117242279, 5, 0),
    (6293525576191013159, 5, 0),
    (8138909785376970599, 5, 41954484037),
    (5290886558644126439, 5, 136367413769),
    (381620168922169319, 12, 0),
)
"""The lowest primes of long chains, how many primes there are, and a prime for angles.

But for the last one each is -1 modulo 4 * 3 * 5 * 7 * 11 * 13 * 17 * 19.
"""

_SMALL = (
    (46199, 2, 0),
    (55439, 2, 0),
    (63839, 2, 0),
    (26879, 2, 0),
    (100799, 2, 0),
    (19319, 3, 0),
    (71399, 4, 0),
    (108359, 3, 0),
    (112559, 3, 0),
    (126839, 5, 0),
    (130439, 2, 1087),
    (123719, 2, 1031),
    (112919, 4, 941),
    (57839, 4, 241),
)
"""Chains of primes so small that logarithms are looked up; those without angles are -1 modulo 4 * 3 * 5 * 7."""


def large_towers(depth: int, angles: bool, draw: Random) -> list[Tower]:
    """Towers of primes above 2^56 with `depth` fields over the lowest one, in random order, the longest chain last."""
    towers = _towers(_LARGE, depth, angles)
    draw.shuffle(towers)
    return sorted(towers, key=lambda tower: tower.primes[0] < 1 << 60)


def small_towers(depth: int, angles: bool) -> list[Tower]:
    """Towers of primes between 2^13 and 2^21 with `depth` fields over the lowest one, the smallest first."""
    return sorted(_towers(_SMALL, depth, angles), key=lambda tower: tower.primes[-1])


def _towers(known: Sequence[tuple[int, int, int]], depth: int, angles: bool) -> list[Tower]:
    rows = [row for row in known if row[1] > depth and bool(row[2]) == angles]
    return [_tower(lowest, depth + 1, angle) for lowest, _, angle in rows]


@lru_cache(maxsize=256)
def _tower(lowest: int, length: int, angle: int) -> Tower:
    return Tower(_chain(lowest, length), angle)
