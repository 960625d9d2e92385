"""Places in TOML: every value has one, and what stands there is the value."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.course.toml_places import Path, read_toml
from symgrad.errors import Finding, Place, ReadingError

EVERYTHING = '''
a = 1 # "c" = 2
b.c = 'x'
"q k".'l.m' = "ab\\n"
numbers = [1, 'two', [3, "x"], # [4]
  1_000, -inf,
]
inline = {x = 1, y = 'z', "W^{h,R}" = "q"}
date = 1979-05-27T07:32:00Z
empty = ''
[t."u v"]
text = \'\'\'
one
  'two\'\'\'\'
[[part]]
id = "a"
[[part.mistake]]
name = \'\'\'n\'\'\'
[[part.mistake]]
name = """
z""q\\
  w"""
[part.sub]
x = true
[[part]]
id = "b"
[[part.mistake]]
name = "m"
'''


def paths(value: object, path: Path = ()) -> list[Path]:
    """The paths of all values below one."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for step, inner in steps for found in ((*path, step), *paths(inner, (*path, step)))]


def value_at(data: object, path: Path) -> object:
    for step in path:
        data = data[step]
    return data


def test_every_value_has_its_place():
    document = read_toml(EVERYTHING)
    assert document.data == tomllib.loads(EVERYTHING)
    implied = {("t",), ("part", 0, "mistake"), ("part", 1, "mistake")}
    assert set(paths(document.data)) - implied <= set(document.spots)


def test_a_string_begins_where_its_place_says():
    document = read_toml(EVERYTHING)
    rows = EVERYTHING.splitlines()
    strings = [path for path in paths(document.data) if isinstance(value_at(document.data, path), str)]
    assert len(strings) >= 12
    for path in strings:
        spot, value = document.spots[path], str(value_at(document.data, path))
        assert spot.text is not None
        first = value.splitlines()[0] if value else ""
        if not spot.escaped:
            assert rows[spot.text.line - 1][spot.text.column - 1 :].startswith(first)


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        (("a",), 2, 1),
        (("b", "c"), 3, 1),
        (("q k", "l.m"), 4, 1),
        (("numbers", 2, 1), 5, 26),
        (("numbers", 4), 6, 10),
        (("inline", "W^{h,R}"), 8, 27),
        (("t", "u v", "text"), 12, 1),
        (("part", 0), 15, 1),
        (("part", 0, "mistake", 1), 19, 1),
        (("part", 1, "mistake", 0, "name"), 28, 1),
        (("part", 1, "no such key"), 25, 1),
        (("nothing",), 1, 1),
    ],
)
def test_keys(path, line, column):
    place = read_toml(EVERYTHING).place(path)
    assert (place.line, place.column) == (line, column)


def test_a_finding_in_a_string_is_moved_to_the_file():
    document = read_toml("a = 'one line'\nb = '''\nfirst\nsecond'''\nc = \"with\\tescape\"\n")
    inside = [Finding("here", Place(1, 3, 2)), Finding("there", Place(2, 3, 2))]
    assert [f.place for f in document.moved(("a",), inside[:1])] == [Place(1, 8, 2)]
    assert [f.place for f in document.moved(("b",), inside)] == [Place(3, 3, 2), Place(4, 3, 2)]
    assert [f.place for f in document.moved(("c",), inside[:1])] == [Place(5, 1, 1)]


def test_line_ends_of_windows_change_no_place():
    assert read_toml(EVERYTHING.replace("\n", "\r\n")).spots == read_toml(EVERYTHING).spots


quotable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="'\"\\#[]={},"))


@given(st.lists(quotable, min_size=1, max_size=4), st.sampled_from(["'", "'''", "'''\n"]))
def test_whatever_stands_in_literal_strings(texts, quote):
    """Signs of TOML in a string do not confuse the places of what follows."""
    kept = [text.replace("'", "") for text in texts]
    source = "".join(f"k{at} = {quote}{text}{quote.strip()}\n" for at, text in enumerate(kept)) + "last = 1\n"
    document = read_toml(source)
    assert list(document.data) == [*(f"k{at}" for at in range(len(kept))), "last"]
    rows = source.splitlines()
    for key in document.data:
        place = document.place((key,))
        assert rows[place.line - 1].startswith(key)


def test_what_is_not_toml_is_refused_with_its_place():
    with pytest.raises(ReadingError) as caught:
        read_toml("a = 1\nb = [1,\n", "f.toml")
    assert caught.value.place is not None
    assert str(caught.value).startswith("f.toml:2:")
