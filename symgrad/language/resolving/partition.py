"""Keys that are found to belong together, class by class (union-find)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass
class _Class(Generic[Key]):
    """Keys that belong together, and the one that stands for them."""

    root: Key
    members: list[Key]


class Partition(Generic[Key]):
    """Disjoint classes of keys; a key that was never joined is a class of its own.

    >>> letters = Partition(["a", "b", "c"])
    >>> letters.join("a", "c")
    >>> letters.members("c"), letters.members("b")
    (['a', 'c'], ['b'])
    """

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._order: dict[Key, int] = {}
        self._class: dict[Key, _Class[Key]] = {}
        for key in keys:
            self._see(key)

    def __contains__(self, key: object) -> bool:
        return key in self._class

    def root(self, key: Key) -> Key:
        """The key that stands for the class."""
        found = self._class.get(key)
        return key if found is None else found.root

    def join(self, left: Key, right: Key) -> None:
        """Make one class of two; the left one's root stands for it."""
        self._see(left)
        self._see(right)
        keep, drop = self._class[left], self._class[right]
        if keep is drop:
            return
        root = keep.root
        if len(keep.members) < len(drop.members):  # the fewer are moved
            keep, drop = drop, keep
        keep.members += drop.members
        keep.root = root
        self._class.update(dict.fromkeys(drop.members, keep))

    def members(self, key: Key) -> list[Key]:
        """The keys of the class, in the order in which they were first seen."""
        found = self._class.get(key)
        return [key] if found is None else sorted(found.members, key=lambda member: self._order.get(member, 0))

    def _see(self, key: Key) -> None:
        if key not in self._class:
            self._order[key] = len(self._order)
            self._class[key] = _Class(key, [key])
