"""The program as an object: it shows itself as its text, and equality looks at the tree alone."""

from symgrad.language.program import Program
from symgrad.language.read import read_program

TEXT = "index b in B\ninput x[b]\nfor b: y[b] += x[b]^2"


def test_a_program_shows_itself() -> None:
    program = read_program(TEXT)
    assert repr(program) == str(program) == TEXT
    assert repr(Program()) == ""


def test_places_remarks_and_sources_do_not_matter_for_equality() -> None:
    spaced = read_program(TEXT.replace("+=", "  += "))
    assert read_program(TEXT) == spaced
    assert hash(read_program(TEXT)) == hash(spaced)
    assert read_program(TEXT.replace("^2", "^3")) != spaced
