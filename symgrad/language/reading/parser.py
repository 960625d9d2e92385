"""The parser of `grammar.lark`, from tables made beforehand.

Building the tables takes lark four times as long as everything else that reading a short program
needs, so they are kept in `grammar_tables.py`, which is generated:

    python -m symgrad.language.reading.parser

They belong to one text of the grammar, which a test compares, and to one version of lark. With
another version the parser is built from the grammar, which is slower and gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

    from symgrad.language.reading.lexer import Token

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("grammar_tables.py")


class TokenList:
    """What the parser is given in place of a text."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens


@cache
def parser() -> Lark:
    """The parser, made once in a process. It parses a TokenList."""
    import lark

    from symgrad.language.reading.grammar_tables import LARK_VERSION, TABLE

    if lark.__version__ != LARK_VERSION:
        return build(GRAMMAR.read_text(encoding="utf-8"))
    source = _token_source()
    options = {**TABLE["data"]["options"], "lexer": source}
    lexer_conf = {**TABLE["data"]["parser"]["lexer_conf"], "lexer_type": source}
    tables = {**TABLE["data"]["parser"], "lexer_conf": lexer_conf}
    data = {**TABLE["data"], "options": options, "parser": tables}
    loaded: Lark = lark.Lark.load({"data": data, "memo": TABLE["memo"]})
    return loaded


def build(grammar: str) -> Lark:
    """The parser of a grammar's text, from nothing."""
    from lark import Lark

    return Lark(grammar, parser="lalr", lexer=_token_source(), start="program", maybe_placeholders=False)


def _token_source() -> type:
    """The lexer that hands lark the tokens which are made already."""
    from lark.lexer import Lexer

    class TokenSource(Lexer):
        """Gives the tokens of a TokenList."""

        __future_interface__ = 1

        def __init__(self, lexer_conf: object) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Any]:
            tokens: TokenList = lexer_state.text
            return iter(tokens.tokens)

    return TokenSource


def tables_text(grammar: str) -> str:
    """The text of `grammar_tables.py` for a grammar and the lark that is installed."""
    import lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = build(grammar).memo_serialize([TerminalDef, Rule])
    del data["options"]["lexer"], data["parser"]["lexer_conf"]["lexer_type"]  # classes; put back by `parser`
    table = {"data": data, "memo": memo}
    return (
        '"""Generated from grammar.lark by parser.py. Do not edit."""\n\nfrom typing import Any\n\n'
        f"LARK_VERSION = {lark.__version__!r}\nGRAMMAR = {fingerprint(grammar)!r}\nTABLE: Any = {table!r}\n"
    )


def fingerprint(grammar: str) -> str:
    """What tells one text of the grammar from another."""
    from hashlib import sha256

    return sha256(grammar.encode()).hexdigest()


if __name__ == "__main__":
    TABLES.write_text(tables_text(GRAMMAR.read_text(encoding="utf-8")), encoding="utf-8")
