"""The parser's tables are those of the grammar, and the parser made from them is the grammar's."""

import pytest

from symgrad.language.read import tokenize
from symgrad.language.reading import grammar_tables
from symgrad.language.reading.lexer import Token
from symgrad.language.reading.parser import GRAMMAR, TokenList, build, fingerprint, parser, tables_text
from symgrad.language.reading.source import read_source
from symgrad.language.reading.vocabulary import Vocabulary
from tests.programs import PROGRAMS, Case

TEXT = GRAMMAR.read_text(encoding="utf-8")


def test_the_tables_are_up_to_date() -> None:
    remedy = "run `python -m symgrad.language.reading.parser`"
    assert fingerprint(TEXT) == grammar_tables.GRAMMAR, remedy


def test_tables_can_be_made_again() -> None:
    made: dict[str, object] = {}
    for line in tables_text(TEXT).splitlines()[2:]:
        name, _, value = line.partition(" = ")
        made[name] = value
    assert made["GRAMMAR"] == repr(grammar_tables.GRAMMAR)


def tokens(case: Case) -> list[Token]:
    source = read_source(case.text, case.name)
    return tokenize(source, Vocabulary())


@pytest.mark.parametrize("case", PROGRAMS[::6], ids=str)
def test_both_parsers_give_the_same_tree(case: Case) -> None:
    assert parser().parse(TokenList(tokens(case))) == build(TEXT).parse(TokenList(tokens(case)))  # type: ignore[arg-type]
