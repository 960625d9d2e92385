"""What a text and its context say about names, gathered before any of it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from symgrad.errors import ReadingError
from symgrad.language.draft import as_drafted
from symgrad.language.functions import CONSTANTS
from symgrad.language.program import Call, Expr, Program, Ref
from symgrad.language.reading.joining import ASSIGNING, join_names
from symgrad.language.reading.layout import Line
from symgrad.language.reading.lexer import REDUCERS, Scanner, Token, bracket_step
from symgrad.language.reading.source import read_source
from symgrad.language.walk import walk_body

DECLARATION_WORDS = frozenset(
    {
        "index",
        "size",
        "input",
        "param",
        "const",
        "integer",
        "constraint",
        "distribution",
        "function",
        "output",
        "accumulator",
        "computed",
    }
)
_NOT_TENSORS = frozenset({"index", "size", "function", "constraint", "output"})
_STATEMENT_BREAKS = frozenset({"_SEMICOLON", "_COLON"})
_LETTER = re.compile(r"[^\W\d_][\u0300-\u036f]*[0-9]*'*")


def begins_declaration(tokens: Sequence[Token], at: int) -> bool:
    """Whether a declaration word stands at `at` as such, not as a tensor's name."""
    if tokens[at].type != "NAME" or tokens[at].value not in DECLARATION_WORDS or at + 1 >= len(tokens):
        return False
    after = tokens[at + 1]
    if tokens[at].value == "constraint":
        return after.type not in {"EQUAL", "UPDATE", "COMPARE", "_LSQB", "_COMMA"}
    return after.type == "NAME"


def closing(tokens: Sequence[Token]) -> dict[int, int]:
    """Where each opening bracket is closed, by positions."""
    opened: list[int] = []
    close: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.type in {"_OPEN", "_LSQB"}:
            opened.append(at)
        elif token.type in {"_CLOSE", "_RSQB"} and opened:
            close[opened.pop()] = at
    return close


class Vocabulary:
    """The names of a text: what its declarations and its context say, and how it uses them.

    `tensors` gives the number of subscripts of each declared tensor (0 for a scalar, -1 unknown), `functions` the
    parameters of each declared function. `derives` says that derivatives of any expression may be written, `vectors`
    that tensors may stand without their indices.
    """

    def __init__(
        self,
        context: Program | None = None,
        aliases: Mapping[str, str] | None = None,
        *,
        derives: bool = False,
        vectors: bool = False,
    ) -> None:
        self.context = context
        self.derives = derives
        self.vectors = vectors
        self.aliases: dict[str, str] = {}
        for spelling, name in (aliases or {}).items():
            self.aliases[canonical_spelling(spelling)] = canonical_spelling(name)
        self.tensors: dict[str, int] = {}
        self.functions: dict[str, tuple[str, ...]] = {}
        self.calls: dict[str, set[tuple[Expr, ...]]] = {}
        self.sizes: set[str] = set()
        self.indices: set[str] = set()
        self.bracketed: set[str] = set()
        self.targets: set[str] = set()
        self.bound: set[str] = set()
        self.subscripts: set[str] = set()
        if context is not None:
            self._add_context(context)

    def _add_context(self, context: Program) -> None:
        self.tensors |= {tensor.name: len(tensor.axes) for tensor in context.tensors}
        self.functions |= {function.name: function.parameters for function in context.functions}
        self.sizes |= {size.name for size in context.sizes}
        self.indices |= {index.name for index in context.indices}
        for part in walk_body(context.body) if context.functions else ():
            if isinstance(part, Call) and part.function in self.functions:
                self.calls.setdefault(part.function, set()).add(part.args)
        if context.forward is not None:
            self._add_context(context.forward)

    def gather(self, lines: Sequence[Line]) -> None:
        """Learns from all lines of a text; joins their names with superscripts on the way."""
        declaring = [(line, begins_declaration(line.tokens, 0)) for line in lines if line.tokens]
        for line, declares in declaring:
            if declares:
                line.tokens = join_names(line.tokens, self, always=line.tokens[0].value != "constraint")
                self._declarations(line.tokens)
        for line, declares in declaring:
            if not declares:
                line.tokens = join_names(line.tokens, self)
            self._uses(line.tokens)

    def _declarations(self, tokens: list[Token]) -> None:
        close, word, at, expected = closing(tokens), "", 0, False
        while at < len(tokens):
            token = tokens[at]
            if begins_declaration(tokens, at) and not expected:
                word, expected = token.value, True
            elif expected and token.type == "NAME":
                self._declare(word, token.value, tokens[at + 1 : close.get(at + 1, at) + 1])
                expected = False
            elif token.type == "_COMMA":
                expected = word != "constraint"
            elif token.type == "_SEMICOLON":
                expected = False
            at = close.get(at, at) + 1

    def _declare(self, word: str, name: str, brackets: list[Token]) -> None:
        inside = brackets[1:-1]
        if word == "index":
            self.indices.add(name)
        elif word == "size":
            self.sizes.add(name)
        elif word == "function":
            self.functions[name] = tuple(token.value for token in inside if token.type == "NAME")
        elif word not in _NOT_TENSORS and (inside or word != "distribution"):
            self.tensors[name] = _count(inside)
            self.subscripts |= {token.value for token in inside if token.type == "NAME"}

    def _uses(self, tokens: list[Token]) -> None:
        depth, ranging = 0, False
        for at, token in enumerate(tokens):
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            depth += bracket_step(token)
            if token.type == "FOR":
                ranging = True
            elif token.type == "_COLON":
                ranging = False
            elif token.type == "UNDERSCORE" and at and tokens[at - 1].value in {*REDUCERS, "E"}:
                self.bound |= set(_reduced(tokens, at + 1))
            elif token.type == "NAME":
                if ranging and depth == 0 and tokens[at - 1].type in {"FOR", "_COMMA"}:
                    self.bound.add(token.value)
                if following is not None and following.type == "_LSQB":
                    self.bracketed.add(token.value)
                if at and tokens[at - 1].type in {"_LSQB", "_COMMA"} and depth and following is not None:
                    self.subscripts.add(token.value)
        self._find_targets(tokens)

    def _find_targets(self, tokens: list[Token]) -> None:
        close = closing(tokens)
        for at, token in enumerate(tokens):
            if token.type == "NAME" and (at == 0 or tokens[at - 1].type in _STATEMENT_BREAKS):
                after = close.get(at + 1, at) + 1
                if after < len(tokens) and tokens[after].type in ASSIGNING:
                    self.targets.add(token.value)

    # Questions.

    def declared(self, name: str) -> bool:
        """Whether a declaration of the text or of its context says what the name is."""
        return name in self.tensors or name in self.functions or name in self.sizes or name in self.indices

    def is_tensor(self, name: str) -> bool:
        """Whether the name is a tensor with subscripts, by declaration or by use."""
        stem = name.partition(".")[0]
        return self.tensors.get(name, self.tensors.get(stem, 0)) != 0 or name in self.bracketed

    def is_own(self, name: str) -> bool:
        """Whether the text uses the name for something of its own, so it is no function of the table."""
        return name in self.tensors or name in self.bracketed or name in self.targets or name in self.functions

    def is_scalar(self, name: str) -> bool:
        """Whether the name is declared or assigned as a scalar."""
        return self.tensors.get(name) == 0 or (name in self.targets and name not in self.bracketed)

    def is_index(self, name: str) -> bool:
        """Whether a name that is bound by nothing around it would be an index: by declaration, use or letter case."""
        if name in self.indices or name in self.bound:
            return True
        if name in self.sizes or self.tensors.get(name) == 0 or name in CONSTANTS:
            return False
        return name[:1].islower()

    def derivative(self, name: str) -> tuple[str, tuple[int, ...]] | None:
        """The declared function that a name means, and how often it is differentiated by each parameter.

        `f` is (f, ()), `g''` is (g, (2,)), `f_y` and `f_{yz}` count the parameters named.
        """
        if name in self.tensors or name in self.bracketed:
            return None
        if name in self.functions:
            return name, ()
        stem = name.rstrip("'")
        if stem in self.functions and len(self.functions[stem]) == 1:
            return stem, (len(name) - len(stem),)
        stem, _, below = name.partition("_")
        if stem not in self.functions or not below:
            return None
        parameters = self.functions[stem]
        named = _split_into(below.strip("{}").replace(",", ""), parameters)
        return (stem, tuple(named.count(parameter) for parameter in parameters)) if named else None

    def point(self, function: str) -> tuple[Expr, ...] | None:
        """The arguments at which a declared function is taken where none are written, as a draft has them.

        They are those of the only place where the context calls it, else the scalars named as its parameters.
        """
        calls = self.calls.get(function, set())
        if len(calls) == 1:
            return tuple(as_drafted(arg) for arg in next(iter(calls)))
        parameters = self.functions[function]
        if all(self.is_scalar(parameter) for parameter in parameters):
            return tuple(Ref(parameter) for parameter in parameters)
        return None

    def adjoint(self, name: str, bracketed: bool) -> str:
        """The name `x.grad` for the other ways to write it, where they have no meaning of their own.

        `x_grad`, `grad_x` and `dx[...]` are read so where x is known and they are not declared; in
        a text without a context, a target `dx` or `grad_x` stays a tensor of the text's own.
        """
        if name in self.tensors or "." in name:
            return name
        if name.endswith("_grad") and self._known(stem := self.aliases.get(name[:-5], name[:-5])):
            return stem + ".grad"
        if self.context is None and name in self.targets:
            return name
        if name.startswith("grad_") and self._known(stem := self.aliases.get(name[5:], name[5:])):
            return stem + ".grad"
        scalar = self.context is not None and self.tensors.get(name[1:]) == 0 and name not in self.bound | self.indices
        if name[0] == "d" and ((bracketed and self._known(name[1:])) or scalar):
            return name[1:] + ".grad"
        return name

    def _known(self, name: str) -> bool:
        return name in self.tensors or name in self.bracketed or name in self.targets

    def before_bracket(self, name: str, inside: Sequence[Token], is_glued: bool) -> str:
        """What a name before "(" means: "access" of a tensor, "call" of a function, or "product".

        A tensor is indexed, a scalar or size multiplied. An unknown name is a tensor before indices,
        a function nobody declared before other bare names or when it is a word, else a scalar.
        """
        names = [token.value for token in inside if token.type == "NAME"]
        if self.vectors and not (names and all(map(self._is_known_index, names))):
            return "product" if self.is_tensor(name) or not is_glued or self.declared(name) else "call"
        if self.is_tensor(name):
            return "access"
        if name in self.sizes or self.is_scalar(name) or name in self.indices or name in self.bound or not is_glued:
            return "product"
        if {token.type for token in inside} <= {"NAME", "_COMMA"}:
            known = all(self._is_known_index(token.value) for token in inside if token.type == "NAME")
            return "access" if known else "call"
        return "call" if len(name.partition("_")[0].rstrip("'")) > 1 and name.isidentifier() else "product"

    def _is_known_index(self, name: str) -> bool:
        return name in self.indices or name in self.bound

    def split_letters(self, name: str) -> list[str]:
        """The letters of a name, each with its digits and primes: `ij` is i, j."""
        return _LETTER.findall(name)

    def split_indices(self, name: str) -> list[str]:
        """The indices that a name under a sum stands for: itself, or its letters where only they are indices."""
        letters = self.split_letters(name)
        if name in self.indices or name in self.subscripts or "".join(letters) != name or len(letters) < 2:
            return [name]
        return letters if all(letter in self.indices or letter in self.subscripts for letter in letters) else [name]


def _count(inside: list[Token]) -> int:
    """How many subscripts stand between brackets."""
    depth, commas = 0, 0
    for token in inside:
        depth += bracket_step(token)
        commas += depth == 0 and token.type == "_COMMA"
    return commas + 1 if inside else 0


def _reduced(tokens: list[Token], at: int) -> Iterator[str]:
    """The names that a reduction's subscript binds."""
    if at < len(tokens) and tokens[at].type == "NAME":
        yield tokens[at].value
    elif at < len(tokens) and tokens[at].type == "_OPEN":
        while tokens[at].type != "_CLOSE":
            if tokens[at].type in {"_OPEN", "_COMMA"} and tokens[at + 1].type == "NAME":
                yield tokens[at + 1].value
            at += 1


def _split_into(letters: str, parameters: Sequence[str]) -> list[str]:
    """The parameters' names that make up `letters`, longest first; empty where they do not."""
    found: list[str] = []
    while letters:
        best = max((p for p in parameters if letters.startswith(p)), key=len, default="")
        if not best:
            return []
        found.append(best)
        letters = letters[len(best) :]
    return found


@lru_cache(maxsize=4096)
def canonical_spelling(spelling: str) -> str:
    """The canonical form of a name as it may be spelled: `W^{h, R}` is `W^{h,R}`; other text is left as it is.

    >>> canonical_spelling("h_{t}"), canonical_spelling("Wh,R")
    ('h_t', 'Wh,R')
    """
    try:
        tokens = join_names(Scanner(read_source(spelling)).scan(), Vocabulary(), always=True)
    except ReadingError:
        return spelling
    return tokens[0].value if len(tokens) == 1 and tokens[0].type == "NAME" else spelling
