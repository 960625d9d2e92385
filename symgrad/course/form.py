"""The form of a problem file: which keys its tables have and what may stand there. Every fault is collected."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from symgrad.course.toml_places import Document, Path
from symgrad.errors import Finding, Place


@dataclass(frozen=True)
class Key:
    """What a key takes: a sentence's words for it, a test, and how the value is kept."""

    words: str
    fits: Callable[[Any], bool]
    needed: bool = False
    keep: Callable[[Any], Any] = lambda value: value


_SHOWN = 8
"""Items of a list of numbers that a message shows."""


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, dict) for v in value)


TEXT = Key("a text", _is_text)
NEEDED_TEXT = Key(TEXT.words, _is_text, needed=True)
TEXTS = Key("a text or a list of texts", lambda v: _is_text(v) or (_is_texts(v) and bool(v)), keep=_texts)
SOME_TEXTS = Key("a text or a list of texts, which may be empty", lambda v: _is_text(v) or _is_texts(v), keep=_texts)
FLAG = Key("true or false", lambda v: isinstance(v, bool))
NUMBER = Key("a number greater than 0", _is_number)
TABLES = Key("tables of its own", _is_tables)
NUMBERS = Key(
    "a list of whole numbers from 0 on, as in [0, 1]",
    lambda v: isinstance(v, list) and bool(v) and all(_is_whole(n) and n >= 0 for n in v),
    keep=tuple,
)
SPELLINGS = Key(
    'a table of texts, as in { W_hR = "W^{h,R}" }',
    lambda v: isinstance(v, dict) and all(_is_text(name) for name in v.values()),
    keep=dict,
)

TENSORS = Key(
    'a list of names of tensors, as in ["s"]', lambda v: _is_text(v) or (_is_texts(v) and bool(v)), keep=_texts
)

PROBLEM: dict[str, Key] = {
    "format": Key("a whole number", _is_whole, needed=True),
    "title": NEEDED_TEXT,
    "source": TEXTS,
    "text": TEXT,
    "forward": TEXT,
    "aliases": SPELLINGS,
    "average": TEXT,
    "release": TEXT,
    "capital_sums": FLAG,
    "stated": Key('tables that begin with a line "[[stated]]"', _is_tables),
    "part": Key('tables that begin with a line "[[part]]"', lambda v: _is_tables(v) and bool(v), needed=True),
}

PART: dict[str, Key] = {
    "id": TEXT,
    "ask": NEEDED_TEXT,
    "points": NUMBER,
    "text": NEEDED_TEXT,
    "statements": Key(
        "a list of statement numbers, as in [2]",
        lambda v: isinstance(v, list) and bool(v) and all(map(_is_whole, v)),
        keep=tuple,
    ),
    "wrt": TENSORS,
    "forward": TEXT,
    "source": SOME_TEXTS,
    "answer": TEXT,
    "hint": TEXT,
    "derivation": TEXT,
    "mistake": Key('tables that begin with a line "[[part.mistake]]"', _is_tables),
    "published": Key('tables that begin with a line "[[part.published]]"', _is_tables),
}

MISTAKE: dict[str, Key] = {"name": NEEDED_TEXT, "answer": NEEDED_TEXT, "feedback": NEEDED_TEXT}

STATED: dict[str, Key] = {"forward": NEEDED_TEXT, "verdict": NEEDED_TEXT, "source": NEEDED_TEXT, "note": TEXT}

PUBLISHED: dict[str, Key] = {"answer": NEEDED_TEXT, "verdict": NEEDED_TEXT, "source": TEXT, "note": TEXT}


class Form:
    """Takes tables of one document by their keys; what is wrong is added to `findings`.

    `answers` says whether the texts of answers are looked at, too.
    """

    def __init__(self, document: Document, answers: bool = True) -> None:
        self.document, self.answers = document, answers
        self.findings: list[Finding] = []

    def table(self, path: Path, keys: Mapping[str, Key], what: str) -> dict[str, Any]:
        """The values that are as they should be of the table at a path, which is `what`: "a part"."""
        values = self.value(path)
        assert isinstance(values, dict)
        kept: dict[str, Any] = {}
        for name, value in values.items():
            key = keys.get(name)
            if key is None:
                self.say((*path, name), f"{what} has no key {name!r}", _instead(name, keys))
            elif not key.fits(value):
                self.say((*path, name), f"{name} is {_described(value)}, but should be {key.words}")
            else:
                kept[name] = key.keep(value)
        for name, key in keys.items():
            if key.needed and name not in values:
                self.say(path, f"{what} needs the key {name!r}: {key.words}")
        return kept

    def value(self, path: Path) -> Any:
        """What stands at a path of the file, whatever it is; None where nothing does."""
        value: Any = self.document.data
        for step in path:
            fits = isinstance(value, dict) and step in value
            fits = fits or (isinstance(value, list) and isinstance(step, int) and step < len(value))
            if not fits:
                return None
            value = value[step]
        return value

    def say(self, path: Path, message: str, hint: str = "") -> None:
        """Add a finding about the value at a path."""
        self.findings.append(Finding(message, self.document.place(path), hint))

    def chosen(self, path: Path, value: str | None, known: tuple[str, ...], message: str) -> None:
        """Add a finding with the closest known name where a value is none of them; `message` has {} for it."""
        if value is not None and value not in known:
            self.say(path, message.format(repr(value)), _instead(value, known))

    def sorted(self) -> list[Finding]:
        """All findings in the order of the file."""
        return sorted(self.findings, key=_position)


def _instead(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    if not known:
        return "there is none"
    close = get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


def _described(value: Any) -> str:
    """What kind of value this is, in words."""
    match value:
        case bool():
            return "true or false"
        case str():
            return "a text" if value.strip() else "empty"
        case int() | float():
            return "a number" if not isinstance(value, float) or math.isfinite(value) else "no finite number"
        case list() if value and all(map(_is_whole, value)) and len(value) <= _SHOWN:
            return str(value)
        case list():
            return "a list" if value else "empty"
        case dict():
            return "a table"
    return "a date or time"


def _position(finding: Finding) -> tuple[int, int]:
    place = finding.place or Place(0, 0)
    return place.line, place.column
