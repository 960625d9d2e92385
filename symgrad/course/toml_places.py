"""A TOML file as data together with where everything in it stands.

`tomllib` reads TOML, but tells no places. After it has accepted a text, a scan of the same text finds
the line and column of every key, and where the first character of every string stands, so that
what is wrong inside a string is shown at its line of the file.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from symgrad.errors import Finding, Place, ReadingError

Path = tuple[str | int, ...]
"""The way to a value: keys of tables and positions in arrays, such as ("part", 0, "answer")."""


@dataclass(frozen=True)
class Spot:
    """Where a value stands. For a string, `text` is the place of its first character, and `escaped` says
    whether the file writes it with backslashes, so that places inside it cannot be told."""

    key: Place
    text: Place | None = None
    escaped: bool = False


@dataclass(frozen=True)
class Document:
    """A TOML text as data, with the places of its parts; `name` names it in errors."""

    name: str
    source: str
    data: dict[str, Any]
    spots: dict[Path, Spot]

    def place(self, path: Path) -> Place:
        """Where the value at a path stands: its key, or that of the nearest table around it."""
        while path and path not in self.spots:
            path = path[:-1]
        return self.spots[path].key if path else Place(1, 1)

    def moved(self, path: Path, findings: Iterable[Finding]) -> list[Finding]:
        """Findings about the string at a path, with places in the string made places in the file."""
        return [Finding(f.message, self._in_file(path, f.place), f.hint) for f in findings]

    def _in_file(self, path: Path, inside: Place | None) -> Place:
        spot = self.spots.get(path)
        if spot is None or spot.text is None or spot.escaped or inside is None:
            return self.place(path)
        shift = spot.text.column - 1 if inside.line == 1 else 0
        return Place(spot.text.line + inside.line - 1, inside.column + shift, inside.length)


def read_toml(text: str, name: str = "") -> Document:
    """The document that a TOML text says.

    Raises ReadingError with the place of what is not TOML.

    >>> read_toml("a = 1\\nb.c = 'x'").spots["b", "c"].text
    Place(line=2, column=8, length=1)
    """
    source = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(source)
        spots = _Scan(source).spots()
    except RecursionError:
        raise ReadingError("this file is nested too deeply", name=name, hint="arrays need two levels") from None
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), source, name) from None
    except ValueError:  # Python refuses to read them
        raise ReadingError("a number in this file has too many digits", name=name) from None
    return Document(name, source, data, spots)


_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _not_toml(message: str, source: str, name: str) -> ReadingError:
    at = _AT.search(message)
    rows = source.splitlines() or [""]
    place = Place(1, 1)
    if at:
        message = message[: at.start()]
        # The reader names the last line and column of a document by its end.
        place = Place(int(at[1]), int(at[2])) if at[1] else Place(len(rows), max(1, len(rows[-1])))
    said = f"this is not TOML: {message[:1].lower()}{message[1:]}"
    hint = "a text goes between two lines of ''', a key and its value are `key = value`"
    return ReadingError(said, place, hint, source=source, name=name)


_SPACE = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]+")
_STRINGS = (
    ("'''", re.compile(r"'''\n?(?P<text>.*?'{0,2})'''(?!')", re.DOTALL)),
    ('"""', re.compile(r'"""\n?(?P<text>(?:\\.|[^\\])*?"{0,2})"""(?!")', re.DOTALL)),
    ("'", re.compile(r"'(?P<text>[^'\n]*)'")),
    ('"', re.compile(r'"(?P<text>(?:\\.|[^"\\\n])*)"')),
)


@dataclass
class _Scan:
    """Goes once through a text that is known to be TOML."""

    source: str
    _at: int = 0
    _spots: dict[Path, Spot] = field(default_factory=dict)
    _counts: dict[Path, int] = field(default_factory=dict)
    _starts: Sequence[int] = ()

    def spots(self) -> dict[Path, Spot]:
        """The spots of all keys and array elements, by their paths."""
        starts = [0]
        for row in self.source.splitlines(keepends=True):
            starts.append(starts[-1] + len(row))
        self._starts = starts
        table: Path = ()
        self._skip(_SPACE)
        while self._at < len(self.source):
            if self.source[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)
        return self._spots

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; the path of the table that it begins."""
        start = self._at
        double = self.source.startswith("[[", start)
        self._at += 2 if double else 1
        path: Path = ()
        keys = self._keys()
        for position, key in enumerate(keys):
            path = (*path, key)
            if double and position == len(keys) - 1:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                self._spots.setdefault(path, Spot(self._place(start, self.source.index("]", start))))
                path = (*path, self._counts[path])
        self._skip(_BLANK)
        self._at += 2 if double else 1
        self._spots.setdefault(path, Spot(self._place(start, self._at)))
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        keys = self._keys()
        place = self._place(start, self._at)
        self._skip(_BLANK)
        self._at += 1  # the sign =
        self._skip(_BLANK)
        for length in range(1, len(keys)):
            self._spots.setdefault((*table, *keys[:length]), Spot(place))
        self._value((*table, *keys), place)

    def _keys(self) -> list[str]:
        """A dotted key, without what stands around it."""
        keys = []
        while True:
            self._skip(_BLANK)
            bare = _BARE.match(self.source, self._at)
            if bare:
                keys.append(bare[0])
                self._at = bare.end()
            else:
                start = self._at
                self._string()
                keys.append(next(iter(tomllib.loads(f"{self.source[start : self._at]} = 0"))))
            end = self._at
            self._skip(_BLANK)
            if not self.source.startswith(".", self._at):
                self._at = end
                return keys
            self._at += 1

    def _value(self, path: Path, key: Place) -> None:
        sign = self.source[self._at]
        if sign in "'\"":
            text, escaped = self._string()
            self._spots[path] = Spot(key, text, escaped)
        elif sign == "[":
            self._spots[path] = Spot(key)
            self._elements(path)
        elif sign == "{":
            self._spots[path] = Spot(key)
            self._inline(path)
        else:
            self._spots[path] = Spot(key)
            self._skip(_PLAIN)

    def _elements(self, path: Path) -> None:
        self._at += 1
        count = 0
        self._skip(_SPACE)
        while self.source[self._at] != "]":
            self._value((*path, count), self._place(self._at, self._at + 1))
            count += 1
            self._after_element()
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._skip(_SPACE)
        while self.source[self._at] != "}":
            self._pair(path)
            self._after_element()
        self._at += 1

    def _after_element(self) -> None:
        self._skip(_SPACE)
        if self.source[self._at] == ",":
            self._at += 1
            self._skip(_SPACE)

    def _string(self) -> tuple[Place, bool]:
        """Passes a string; where its first character stands, and whether it holds escapes."""
        for quote, pattern in _STRINGS:
            if self.source.startswith(quote, self._at):
                found = pattern.match(self.source, self._at)
                if found is None:
                    break
                self._at = found.end()
                return self._place(found.start("text")), quote[0] == '"' and "\\" in found["text"]
        raise ValueError(f"a string without end (at line {self._place(self._at).line}, column 1)")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.source, self._at)
        self._at = found.end() if found else self._at

    def _place(self, start: int, end: int | None = None) -> Place:
        line = bisect_right(self._starts, start)
        last = self._starts[line - 1]
        return Place(line, start - last + 1, max(1, (end or start + 1) - start))
