"""Keys that are found to belong together, class by class (union-find)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Partition(Generic[Key]):
    """Disjoint classes of keys; a key that was never joined is a class of its own.

    >>> letters = Partition(["a", "b", "c"])
    >>> letters.join("a", "c")
    >>> letters.members("c"), letters.members("b")
    (['a', 'c'], ['b'])
    """

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._order: dict[Key, int] = {}
        self._root: dict[Key, Key] = {}
        self._members: dict[Key, list[Key]] = {}
        for key in keys:
            self._see(key)

    def __contains__(self, key: object) -> bool:
        return key in self._root

    def root(self, key: Key) -> Key:
        """The key that stands for the class."""
        return self._root.get(key, key)

    def join(self, left: Key, right: Key) -> None:
        """Make one class of two; the left one's root stands for it."""
        self._see(left)
        self._see(right)
        keep, drop = self._root[left], self._root[right]
        if keep != drop:
            moved = self._members.pop(drop)
            self._members[keep] += moved
            self._root.update(dict.fromkeys(moved, keep))

    def members(self, key: Key) -> list[Key]:
        """The keys of the class, in the order in which they were first seen."""
        return sorted(self._members.get(self.root(key), [key]), key=lambda member: self._order.get(member, 0))

    def _see(self, key: Key) -> None:
        if key not in self._root:
            self._order[key] = len(self._order)
            self._root[key] = key
            self._members[key] = [key]
