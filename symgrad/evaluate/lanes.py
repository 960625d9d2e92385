"""A number modulo a few primes at many random points at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRIMES = 1 << 21
"""All primes of small towers are below; what is below this is taken modulo its prime already."""


class Lanes:
    """A number in all lanes.

    `mask` are the rows in which it is defined as bits, `needs` for each row the checks on which it
    depends as bits. `sign` is that of its form, 0 if that does not tell; `square`: whether it was
    checked that the value (of a negative number: its opposite) is a square. `above`: whether it is
    at least 1 by its form, so that its logarithm is positive. The values are at least 0
    and below `bound`; those modulo the primes are only taken where that is needed.
    """

    __slots__ = ("above", "bound", "mask", "needs", "sign", "square", "values")

    def __init__(
        self,
        values: NDArray[Any],
        mask: int,
        needs: tuple[int, ...],
        sign: int = 0,
        square: bool = False,
        *,
        above: bool = False,
        bound: int = PRIMES,
    ) -> None:
        self.values, self.mask, self.needs, self.sign, self.square = values, mask, needs, sign, square
        self.above, self.bound = above, bound


class Checks:
    """Which of the random points pass the checks that were made. A check is a bit; several are a whole number.

    Attributes:
        always: the checks of comparisons, on which everything depends.
    """

    def __init__(self, lanes: int) -> None:
        import numpy as np

        self.always = 0
        self._reduce: Any = np.logical_and.reduce
        self._broadcast: Any = np.broadcast_arrays
        self._checks: list[NDArray[Any]] = []
        self._passing: dict[int, NDArray[Any]] = {0: np.ones(lanes, dtype=bool)}

    def note(self, passing: NDArray[Any]) -> int:
        """A check, by the lanes that pass it, as a bit; 0 if all do."""
        if passing.all():
            return 0
        self._checks.append(passing)
        return 1 << len(self._checks) - 1

    def having(self, needs: int) -> NDArray[Any]:
        """The lanes that pass these checks, and those of all comparisons."""
        needs |= self.always
        known = self._passing.get(needs)
        if known is None:
            chosen = [self._checks[at] for at, bit in enumerate(reversed(bin(needs))) if bit == "1"]
            known = self._passing[needs] = self._reduce(self._broadcast(self._passing[0], *chosen))
        return known
