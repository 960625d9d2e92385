"""Every mistake of the table is refused with its sentence, its place, a caret below it, and at once."""

from __future__ import annotations

import time
import unicodedata

import pytest

from symgrad.errors import LegalityError, ReadingError, SymgradError
from symgrad.language.read import read_program
from tests.language.mistakes import BOUNDS, HABITS, MISTAKES, READING, Mistake


def refusal(text: str) -> SymgradError:
    """The error with which the text is refused."""
    with pytest.raises(SymgradError) as caught:
        read_program(text)
    return caught.value


@pytest.fixture(scope="module", autouse=True)
def _grammar() -> None:
    """Load the grammar, which is done once, before times are taken."""
    read_program("for b: y[b] += x[b]")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: repr(mistake[0])[:60])
def test_sentence_and_place(mistake: Mistake) -> None:
    text, sentence, line, column = mistake
    start = time.process_time()
    error = refusal(text)
    seconds = time.process_time() - start
    assert error.message == sentence
    place = error.place
    assert (place and place.line, place and place.column) == (line, column)
    assert seconds < 2  # a second alone; beside other tests a garbage collection may fall into it


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: repr(mistake[0])[:60])
def test_the_caret_stands_below_the_place(mistake: Mistake) -> None:
    text, sentence, line, column = mistake
    shown = str(refusal(text)).splitlines()
    if line is None or column is None:
        assert shown[0] == sentence
        return
    assert shown[0] == f"{line}:{column}: {sentence}"
    row = text.splitlines()[line - 1]
    before = row[: column - 1]
    if len(row) <= 100:
        assert shown[1] == f"    {row}"
        columns = sum(not unicodedata.combining(letter) for letter in before)
        assert shown[2].startswith(f"{' ' * (4 + columns)}^")
    else:  # a window of the line: what the caret points to is still the character
        at = shown[2].index("^")
        assert shown[1][at:][:1] == row[column - 1 :][:1]


def test_what_cannot_be_read_is_told_apart_from_what_means_nothing() -> None:
    unreadable = {text for text, *_ in [*READING, *HABITS, *BOUNDS]}
    for text, *_ in MISTAKES:
        assert isinstance(refusal(text), ReadingError if text in unreadable else LegalityError), text


def test_the_table_is_of_many_different_mistakes() -> None:
    assert len(MISTAKES) >= 60
    assert len({text for text, *_ in MISTAKES}) == len(MISTAKES)
    assert len({sentence for _, sentence, *_ in MISTAKES}) >= 60
