"""Reads a construction: Python where the text is Python, pseudo-code otherwise."""

from __future__ import annotations

from symgrad.construct.given import Setting
from symgrad.construct.pseudo import read_pseudo
from symgrad.construct.python import read_python
from symgrad.construct.syntax import Construction
from symgrad.errors import Place, ReadingError
from symgrad.language.reading.source import Source, read_source

MOST_CHARACTERS = 10_000
"""The longest text of a construction."""

_RANGE = ".."  # 0..T reads as an attribute of a number in Python

MOST_BRACKETS = 60
"""Brackets that may be open at one moment."""


def read_construction(text: str, setting: Setting) -> Construction:
    """The construction that a text describes.

    Raises ReadingError for what cannot be read, with its place; UsageError for what is no text.

    >>> from symgrad.construct.given import read_given
    >>> setting = read_given("ZERO, X[0..T], f(x, h)")
    >>> read_construction("h_t = f(x_t, h_{t-1}) for t = 1..T", setting).strict
    False
    """
    plain = text if not isinstance(text, str) else text.replace("\r\n", "\n").expandtabs(4)
    source = _checked(plain)
    if not source.plain.strip():
        raise source.error("there is nothing here", Place(1, 1), "write the procedure")
    found = None if _RANGE in source.plain else read_python(source.text)
    if found is not None:
        return found
    return read_pseudo(source, [name for name, _ in setting.sequences], setting.length)


def _checked(text: str) -> Source:
    """The text in its plain form, within bounds that a parser can take."""
    if isinstance(text, str) and len(text) > MOST_CHARACTERS:
        hint = "a construction takes a few lines"
        raise ReadingError(f"the text is longer than {MOST_CHARACTERS} characters", Place(1, 1), hint)
    source = read_source(text)
    depth = 0
    for at, char in enumerate(text):
        depth = max(0, depth + (char in "([{") - (char in ")]}"))
        if depth > MOST_BRACKETS:
            line = text.count("\n", 0, at) + 1
            place = Place(line, at - text.rfind("\n", 0, at))
            raise source.error("brackets are nested too deeply here", place, "give parts of it names of their own")
    return source
