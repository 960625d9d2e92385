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
        self._parent: dict[Key, Key] = {key: key for key in keys}

    def __contains__(self, key: object) -> bool:
        return key in self._parent

    def root(self, key: Key) -> Key:
        """The key that stands for the class."""
        while (up := self._parent.get(key, key)) != key:
            key = up
        return key

    def join(self, left: Key, right: Key) -> None:
        """Make one class of two; the left one's root stands for it."""
        keep, drop = self.root(left), self.root(right)
        self._parent.setdefault(keep, keep)
        self._parent[drop] = keep

    def members(self, key: Key) -> list[Key]:
        """The keys of the class, in the order in which they were first seen."""
        root = self.root(key)
        return [other for other in self._parent if self.root(other) == root] or [key]
