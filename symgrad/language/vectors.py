"""Expressions of whole vectors and matrices in the terms of a program: as cells with free indices.

>>> from symgrad.language.read import read_program
>>> from symgrad.language.write import write_program
>>> context = read_program("for j: y[j] += x[j]^2")
>>> made = read_vectors("diag(y) - y y^T", context, "side")
>>> print(write_program(made, declarations=False))
side[row, column] = 1[row = column] y[row] - y[row] y[column]
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.errors import ReadingError, SymgradError
from symgrad.language.arrays import Arrays
from symgrad.language.build import add, fresh_name, loop, number
from symgrad.language.draft import Draft, as_drafted
from symgrad.language.functions import FUNCTIONS
from symgrad.language.program import Define, Expr, Index, IndexDecl, Program, Range, Ref
from symgrad.language.reading.expressions import ExpressionReader
from symgrad.language.reading.habits import plain_notation
from symgrad.language.reading.joining import join_names
from symgrad.language.reading.layout import logical_lines
from symgrad.language.reading.lexer import Scanner, Token
from symgrad.language.reading.source import Source, read_source
from symgrad.language.reading.vectors import FUNCTIONS_OF_ARRAYS, MODULES, TRANSPOSED, VectorReader
from symgrad.language.reading.vocabulary import Vocabulary, canonical_spelling

AXES = {1: ("entry",), 2: ("row", "column")}
"""What the free indices of vectors and matrices are called."""


def mentions_vectors(text: str, context: Program, aliases: Mapping[str, str] | None = None) -> bool:
    """Whether a tensor of the program that has indices stands in a text without any."""
    try:
        vocabulary = Vocabulary(context, aliases)
        tokens = join_names(_tokens(read_source(text), vocabulary, aliases), vocabulary)
    except SymgradError:
        return False
    ranks = vocabulary.tensors
    for at, token in enumerate(tokens):
        name = token.value
        if token.type != "NAME" or not ranks.get(name, ranks.get(name.removesuffix(TRANSPOSED), 0)):
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is None or following.type != "_LSQB":
            opened = following is not None and following.value == "(" and token.end == following.start
            if not (opened and _is_indexed(tokens, at + 2, context)):
                return True
    return False


def _is_indexed(tokens: list[Token], at: int, context: Program) -> bool:
    """Whether what stands behind a bracket begins with an index: `s(b, j)`."""
    return at < len(tokens) and tokens[at].value in context.index_named


def read_vectors(text: str, context: Program, name: str, aliases: Mapping[str, str] | None = None) -> Program:
    """The definition of a new tensor by an expression of vectors and matrices.

    Args:
        text: the expression.
        context: the program whose tensors it names.
        name: the new tensor's name.
        aliases: other spellings of tensors.

    Returns:
        The program `for row, column: name[row, column] = ...`, its names resolved and not checked.

    Raises:
        ReadingError: the text cannot be parsed.
        LegalityError: ranks or sizes do not fit, with the place.
    """
    from symgrad.language.read import parsed_expression
    from symgrad.language.resolve import resolve

    source = read_source(text)
    vocabulary = Vocabulary(context, aliases, derives=True, vectors=True)
    tokens = _tokens(source, vocabulary, aliases)
    tree = parsed_expression(source, logical_lines(source, plain_notation(source, tokens)), vocabulary)
    taken = {t.name for t in context.tensors} | {s.name for s in context.sizes} | {i.name for i in context.indices}
    taken |= vocabulary.bound | vocabulary.subscripts | {token.value for token in tokens if token.type == "NAME"}
    arrays = Arrays(taken | {name for names in AXES.values() for name in names})
    extents = {t.name: [as_drafted(axis.extent) for axis in t.axes] for t in context.tensors}
    array = VectorReader(ExpressionReader(source, vocabulary, {}), extents, arrays).read(tree)
    free = _free_indices(array.axes, context, source)
    at = tuple(Index(index.name) for index in free)
    define = Define(Ref(name, at), array.cell(at))
    ranges = tuple(Range(index.name) for index in free)
    declared = (*free, *arrays.declared)
    return resolve(Draft(indices=declared, body=(loop(ranges, define),), source=text), context)


def _free_indices(axes: tuple[Expr | None, ...], context: Program, source: Source) -> list[IndexDecl]:
    """The indices of the axes, named alike for every expression of one shape."""
    if None in axes:
        raise ReadingError("the size of this matrix is not known here", source.place(0), source=source.text)
    names = AXES.get(len(axes)) or tuple(f"axis{at}" for at in range(len(axes)))
    free: list[IndexDecl] = []
    for name, extent in zip(names, axes, strict=True):
        assert extent is not None
        last = add(extent, number(-1))
        new = name
        known = {i.name: as_drafted(i.high) for i in context.indices} | {t.name: None for t in context.tensors}
        while new in known and known[new] != last:
            new = fresh_name(new, {*known})
        free.append(IndexDecl(new, number(0), last))
    return free


def _tokens(source: Source, vocabulary: Vocabulary, aliases: Mapping[str, str] | None) -> list[Token]:
    """The tokens of an expression, told as this language has them."""
    spellings = {spelling: canonical_spelling(name) for spelling, name in (aliases or {}).items()}
    return [plain for token in Scanner(source, spellings).scan() for plain in _plain(token, vocabulary)]


def _plain(token: Token, vocabulary: Vocabulary) -> list[Token]:
    """`np.diag` as diag, `yy` as two vectors, a transpose behind a bracket as a power."""
    if token.type == "SUFFIX" and token.value == TRANSPOSED:
        return [token.like("POWER", "^"), token.like("NAME", "T")]
    if token.type != "NAME" or vocabulary.declared(token.value):
        return [token]
    module = next((module for module in MODULES if token.value.startswith(module)), "")
    if module and token.value.removeprefix(module) in FUNCTIONS_OF_ARRAYS | FUNCTIONS.keys():
        return [token.like("NAME", token.value.removeprefix(module))]
    adjoint = _adjoint(token.value)
    if vocabulary.tensors.get(adjoint, 0) > 0:
        return [token.like("NAME", adjoint)]
    letters = vocabulary.split_letters(token.value)
    together = "".join(letters) == token.value and all(vocabulary.tensors.get(letter, 0) > 0 for letter in letters)
    return [token.like("NAME", letter) for letter in letters] if together else [token]


def _adjoint(name: str) -> str:
    """The name `x.grad` for dx, grad_x and x_grad; "" for other names."""
    base = next((name.removeprefix(p) for p in ("grad_", "d") if name.startswith(p)), name.removesuffix("_grad"))
    return f"{base}.grad" if base and base != name else ""
