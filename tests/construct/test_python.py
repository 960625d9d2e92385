"""The interpreter against Python itself: the same texts, the same lists, the same errors."""

from __future__ import annotations

from typing import ClassVar

import pytest

from symgrad.construct.python import read_python
from symgrad.construct.run import build
from symgrad.construct.terms import Term, Terms
from symgrad.construct.values import Array
from tests.construct.setting import SETTING, TASK, examples

LAST = 4

SNIPPETS = examples("python.txt")


class Object:
    """What stands for an object where Python itself runs a text."""

    known: ClassVar[dict[tuple[object, ...], Object]] = {}

    def __new__(cls, *key: object) -> Object:
        if key not in cls.known:
            cls.known[key] = super().__new__(cls)
            cls.known[key].key = key
        return cls.known[key]

    def __repr__(self) -> str:
        head, *args = self.key
        return f"{head}({', '.join(map(repr, args))})" if args else str(head)


def by_python(text: str) -> object:
    def CELL(Phi, X, H):  # the names of the question
        return Object("CELL", Phi, X, H)

    names = {name: Object(name) for name in ("Phi", "ZERO")}
    names |= {"X": [Object(f"X[{t}]") for t in range(LAST + 1)], "T": LAST, "CELL": CELL, "print": lambda *_: None}
    exec(text, names)
    return names["H"]


def plain(value: object) -> object:
    match value:
        case Term():
            return repr(value) if not value.args else f"CELL({', '.join(str(plain(arg)) for arg in value.args)})"
        case Object():
            head, *args = value.key
            return f"CELL({', '.join(str(plain(arg)) for arg in args)})" if args else str(head)
        case Array():
            return [plain(item) for item in value.items]
        case list():
            return [plain(item) for item in value]
        case tuple():
            return tuple(plain(item) for item in value)
    return value


@pytest.mark.parametrize("text", SNIPPETS)
def test_what_python_does_with_it(text):
    construction = read_python(text)
    assert construction is not None
    built = build(construction, TASK, LAST, Terms())
    try:
        expected = by_python(text)
    except Exception:
        assert built.failure is not None
        assert built.failure.place is not None
        return
    assert built.failure is None
    assert [plain(item) for item in built.items] == [plain(item) for item in expected]


def test_the_setting_gives_what_it_says():
    assert SETTING.names == ("CELL", "Phi", "ZERO", "X", "T")
