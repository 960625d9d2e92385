"""Reads the loop language: text to Draft, text to Program.

The way of a text, by the modules of `reading`: `source.py` (plain form) -> `lexer.py` (tokens) ->
`habits.py` (other notations) -> `layout.py` (lines, blocks) -> `words.py` (what each name is) ->
`grammar.lark` (syntax tree) -> this module, `expressions.py` and `declarations.py` (draft) ->
`resolve.py` (program).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symgrad.language.build import accumulate, neg
from symgrad.language.draft import Draft, as_drafted
from symgrad.language.program import Define, Expr, FunctionDecl, Index, IndexDecl, Loop, Node, Program, Range, Ref
from symgrad.language.reading.declarations import DeclarationReader
from symgrad.language.reading.expressions import ExpressionReader
from symgrad.language.reading.habits import plain_notation
from symgrad.language.reading.layout import MAX_NESTING, Line, blocks, logical_lines
from symgrad.language.reading.lexer import Scanner, Token
from symgrad.language.reading.parser import TokenList, parser
from symgrad.language.reading.ranges import Bounds, Scope
from symgrad.language.reading.source import Source, read_source
from symgrad.language.reading.syntax import bare_name
from symgrad.language.reading.vocabulary import Vocabulary, canonical_spelling
from symgrad.language.reading.words import Words


def read_program(
    text: str,
    *,
    name: str = "",
    aliases: Mapping[str, str] | None = None,
    capital_sums: bool = False,
    context: Program | None = None,
    check: bool = True,
    derives: bool = False,
) -> Program:
    """The program that a text describes, its names resolved and, with `check`, its legality checked.

    `name` names the text in errors; `aliases` maps other spellings to names of tensors;
    `capital_sums` sums over repeated capital letters in index positions; `context` is the program
    whose tensors, indices and sizes the text may use; with `derives`, derivatives of expressions stand as
    calls of `partials.OPERATOR`, which only equations have a use for.

    Raises ReadingError for what cannot be parsed and LegalityError for what has no meaning.
    """
    from symgrad.language.legality import check as check_legality
    from symgrad.language.resolve import resolve

    draft = read_draft(text, name=name, aliases=aliases, capital_sums=capital_sums, context=context, derives=derives)
    program = resolve(draft, context)
    if check:
        check_legality(program, name)
    return program


def read_draft(
    text: str,
    *,
    name: str = "",
    aliases: Mapping[str, str] | None = None,
    capital_sums: bool = False,
    context: Program | None = None,
    derives: bool = False,
) -> Draft:
    """The text as declarations and nodes, before sizes and extents are known; parameters as `read_program`.

    Raises ReadingError with the place of what cannot be read.

    >>> read_draft("for b, j Z[b] += exp(s[b, j])").body[0].ranges[1].index
    'j'
    """
    source = read_source(text, name)
    vocabulary = Vocabulary(context, aliases, derives=derives)
    spellings = {spelling: canonical_spelling(to) for spelling, to in (aliases or {}).items()}
    tokens = tokenize(source, vocabulary, spellings)
    tree = _parse(source, tokens)
    expressions = ExpressionReader(source, vocabulary, _known_bounds(context), capital_sums=capital_sums)
    return ProgramReader(expressions).read(tree)


def read_expression(text: str, *, indices: Sequence[str] = (), functions: Sequence[FunctionDecl] = ()) -> Expr:
    """One expression; names in `indices` are indices, other bare names are cells without subscripts.

    >>> read_expression("2 x[i] + n", indices=["i"]).args[1]
    Ref(name='n', subscripts=())
    """
    source = read_source(text)
    vocabulary = Vocabulary()
    vocabulary.indices |= set(indices)
    vocabulary.functions |= {function.name: function.parameters for function in functions}
    lines = logical_lines(source, plain_notation(source, Scanner(source).scan()))
    tree = parsed_expression(source, lines, vocabulary)
    return ExpressionReader(source, vocabulary, {}).read(tree, frozenset(indices))


def parsed_expression(source: Source, lines: list[Line], vocabulary: Vocabulary) -> Any:
    """The syntax tree of one expression, from the lines of its tokens; teaches `vocabulary` the names of the text."""
    start = Token("EXPRESSION", "", 0, 0, source.place(0))
    return _parse(source, [start, *_typed(source, lines, vocabulary)]).children[1]


def tokenize(source: Source, vocabulary: Vocabulary, aliases: Mapping[str, str] | None = None) -> list[Token]:
    """All tokens of a source as the grammar knows them; teaches `vocabulary` the names of the text."""
    return _typed(source, logical_lines(source, plain_notation(source, Scanner(source, aliases).scan())), vocabulary)


def _typed(source: Source, lines: list[Line], vocabulary: Vocabulary) -> list[Token]:
    """The tokens of some lines as the grammar knows them."""
    vocabulary.gather(lines)
    words = Words(source, vocabulary)
    for line in lines:
        line.tokens = words.line(line.tokens)
    return list(blocks(source, [line for line in lines if line.tokens]))


def _parse(source: Source, tokens: list[Token]) -> Any:
    from lark.exceptions import UnexpectedToken

    from symgrad.language.reading.errors import explain

    try:
        return parser().parse(TokenList(tokens))
    except UnexpectedToken as error:
        unexpected = error.token
        at = next((at for at, token in enumerate(tokens) if token is unexpected), len(tokens))
        raise explain(source, tokens, at) from None


def _known_bounds(context: Program | None) -> dict[str, Bounds]:
    """The ranges of the context's indices, in a draft's terms."""
    if context is None:
        return {}
    known = _known_bounds(context.forward)
    return known | {index.name: (as_drafted(index.low), as_drafted(index.high)) for index in context.indices}


class ProgramReader:
    """Reads the statements and declarations of one text."""

    def __init__(self, expressions: ExpressionReader) -> None:
        self.expressions = expressions
        self.declarations = DeclarationReader(expressions)
        self.depth = 0

    def read(self, tree: Any) -> Draft:
        """The draft of a whole text."""
        body = self._body(tree.children, frozenset())
        found, source = self.declarations.found, self.expressions.source
        ranges = self.expressions.ranges
        told = [IndexDecl(name, *ranges.bounds[name]) for name in ranges.told]
        return Draft(
            tuple(found.sizes),
            (*found.indices, *told),
            tuple(found.tensors),
            tuple(found.functions),
            tuple(found.constraints),
            body,
            tuple(found.outputs),
            tuple(self.expressions.remarks),
            source.text,
            source.name,
        )

    def _body(self, trees: Sequence[Any], scope: Scope) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for tree in trees:
            if tree.data == "loop":
                nodes.append(self._loop(tree, scope))
            elif tree.data == "assignment":
                nodes.append(self._assignment(tree, scope))
            elif scope:
                token = tree.children[0]
                hint = "declare at the start of the program, before its loops"
                raise self.expressions.error("a declaration stands inside a loop", token.place, hint)
            else:
                self.declarations.read(tree)
        return tuple(nodes)

    def _loop(self, tree: Any, scope: Scope) -> Loop:
        heading, ranges_tree, *body = tree.children
        self.depth += 1
        if self.depth > MAX_NESTING // 2:
            raise self.expressions.error(
                f"loops are nested more than {MAX_NESTING // 2} levels deep", heading.place, "use fewer loops"
            )
        ranges, weights, inner = self.expressions.ranges.read_all(ranges_tree, scope)
        if weights:
            raise self.expressions.error("~ stands only under an expectation", heading.place, "write E_{x ~ P} f")
        nodes = self._body(body, inner)
        self.depth -= 1
        return Loop(ranges, nodes, place=heading.place)

    def _assignment(self, tree: Any, scope: Scope) -> Node:
        target_tree, sign, value_tree = tree.children
        ranges: tuple[Range, ...] = ()
        if sign.type == "EQUAL":
            ranges = self._implied_ranges(target_tree, scope)
            scope |= {r.index for r in ranges}
        target = self._target(target_tree, scope)
        self.expressions.capitals_kept = frozenset(sub.name for sub in target.subscripts if isinstance(sub, Ref))
        value = self.expressions.read(value_tree, scope)
        statement: Node
        if sign.type == "EQUAL":
            statement = Define(target, value, place=target.place)
        else:
            statement = accumulate(target, value if sign.value == "+=" else neg(value), target.place)
        return Loop(ranges, (statement,), place=target.place) if ranges else statement

    def _target(self, tree: Any, scope: Scope) -> Ref:
        target = self.expressions.read(tree, scope)
        if isinstance(target, Index):
            target = Ref(target.name, place=target.place)
        if not isinstance(target, Ref):
            raise self.expressions.error(
                "this is no cell that could be updated",
                tree.children[0].place,
                "write the name of a tensor on the left",
            )
        return target

    def _implied_ranges(self, tree: Any, scope: Scope) -> tuple[Range, ...]:
        """A definition loops over the bare indices of its target that no loop around it binds, in order.

        That is so where the target has the indices of all loops around: `R[t, b] = ...` for a t. Any
        other definition would overwrite, so an index that is not bound is a slip.
        """
        found: dict[str, Range] = {}
        for argument in tree.children[1].children if len(tree.children) > 1 else ():
            token = bare_name(argument)
            if token is not None and self.expressions.vocabulary.is_index(token.value):
                found.setdefault(token.value, Range(token.value, place=token.place))
        return tuple(r for r in found.values() if r.index not in scope) if scope <= found.keys() else ()
