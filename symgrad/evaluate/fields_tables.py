"""Tables for small prime fields: exponentials, logarithms, inverses, cosines and sines, and random functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from symgrad.evaluate.fields import Tower

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MIXERS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # of splitmix64, by Sebastiano Vigna


@dataclass(frozen=True, eq=False)
class Tables:
    """What is looked up in the field of one prime p.

    Attributes:
        exps: the powers of the generator of the squares: (p - 1)/2 of them.
        logs: for each number the exponent that gives it, -1 for what is no square.
        inverses: for each number its inverse, 0 for 0.
        cosines, sines: for each angle.
    """

    exps: NDArray[Any]
    logs: NDArray[Any]
    inverses: NDArray[Any]
    cosines: NDArray[Any]
    sines: NDArray[Any]


@lru_cache(maxsize=8)
def tables_of(tower: Tower) -> tuple[Tables, ...]:
    """The tables of each field of a tower; that of the angles has inverses only."""
    import numpy as np

    nothing = np.zeros(0, dtype=np.int64)
    rows = []
    for at, p in enumerate(tower.primes):
        exps = _powers(tower.generators[at], p // 2, p)
        logs = np.full(p, -1, dtype=np.int64)
        logs[exps] = np.arange(p // 2)
        cosines, sines = _turns(tower.rotations[at], tower.angle, p) if tower.angle else (nothing, nothing)
        rows.append(Tables(exps, logs, _inverses(exps, logs, p), cosines, sines))
    if tower.angle:
        inverses = np.array([0, *(pow(x, -1, tower.angle) for x in range(1, tower.angle))], dtype=np.int64)
        rows.append(Tables(nothing, nothing, inverses, nothing, nothing))
    return tuple(rows)


def _powers(generator: int, count: int, p: int) -> NDArray[Any]:
    """The powers 0, 1, ... of a number modulo p."""
    import numpy as np

    found = np.ones(1, dtype=np.int64)
    while len(found) < count:
        found = np.concatenate([found, found * pow(generator, len(found), p) % p])
    return found[:count]


def _inverses(exps: NDArray[Any], logs: NDArray[Any], p: int) -> NDArray[Any]:
    """The inverse of a square is a square, that of another number the opposite of one."""
    import numpy as np

    found = np.zeros(p, dtype=np.int64)
    found[exps] = exps[-np.arange(len(exps))]
    others = np.flatnonzero(logs < 0)[1:]
    found[others] = p - found[p - others]
    return found


def _turns(unit: tuple[int, int], order: int, p: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The cosines and sines of the angles 0, 1, ..."""
    import numpy as np

    pairs = [(1, 0)]
    for _ in range(order - 1):
        c, s = pairs[-1]
        pairs.append(((c * unit[0] - s * unit[1]) % p, (c * unit[1] + s * unit[0]) % p))
    found = np.array(pairs, dtype=np.int64)
    return found[:, 0], found[:, 1]


def mixed(key: tuple[object, ...], points: Sequence[NDArray[Any]], p: int) -> NDArray[Any]:
    """Values between 1 and p - 1 that depend on the key and on each point as if they were random."""
    import numpy as np

    start = int.from_bytes(blake2b(repr(key).encode(), digest_size=8).digest(), "big")
    state = np.full(points[0].shape, start, dtype=np.uint64)
    for values in points:
        state = _scrambled(state + np.uint64(_MIXERS[0]) + values.astype(np.uint64))
    return (state % np.uint64(p - 1)).astype(np.int64) + 1


def _scrambled(state: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    state = (state ^ (state >> np.uint64(30))) * np.uint64(_MIXERS[1])
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_MIXERS[2])
    return state ^ (state >> np.uint64(31))  # type: ignore[no-any-return]
