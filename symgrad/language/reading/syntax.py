"""Looking into lark's syntax trees. Brackets and separators leave no trace in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.language.reading.lexer import Token

if TYPE_CHECKING:
    from lark import Tree

    Syntax = Tree[Token] | Token


def rule(tree: Any) -> str:
    """The rule of the grammar that a tree was made by; of a token, ""."""
    return "" if isinstance(tree, Token) else str(tree.data)


def first(tree: Any) -> Token:
    """The first token of a tree."""
    while not isinstance(tree, Token):
        tree = tree.children[0]
    return tree


def last(tree: Any) -> Token:
    """The last token of a tree."""
    while not isinstance(tree, Token):
        tree = tree.children[-1]
    return tree


def bare_name(tree: Any) -> Token | None:
    """The name that a tree consists of, or None if it is more than a name."""
    if rule(tree) == "cell" and len(tree.children) == 1:
        token: Token = tree.children[0]
        return token
    return None


def is_number(tree: Any) -> bool:
    """Whether a tree is a number, perhaps with a sign."""
    return is_number(tree.children[1]) if rule(tree) == "signed" else rule(tree) == "number"
