"""Pseudo-code as constructions: loops and procedures as lecturers write them.

Blocks are told by indentation, braces or `end`. A heading may end with a colon, `do`, `then`, a brace, or nothing.
Where nothing is indented and no `end` follows, the lines up to a blank line or a `return` are taken for the body, and
a remark says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.construct import syntax as s
from symgrad.construct.phrases import Phrases
from symgrad.construct.sentences import ASSIGN, AUGMENT, Statements
from symgrad.construct.tokens import Line, lines_of
from symgrad.errors import ReadingError
from symgrad.language.reading.source import Source

_PROCEDURE = ("procedure", "function", "def", "algorithm", "define", "proc")
_HEADINGS = ("for", "foreach", "while", "if", *_PROCEDURE)
_ELSE = ("else", "elif", "elseif", "elsif")
_END = ("end", "endfor", "endwhile", "endif", "endprocedure", "endfunction", "od", "fi", "done", "next")
_BEGIN = ("do", "then", ":", "begin")
_MOST_BLOCKS = 20


def read_pseudo(source: Source, sequences: Sequence[str], length: str) -> s.Construction:
    """The construction that pseudo-code describes.

    Args:
        source: the text.
        sequences: names of given sequences, which may be written with subscripts, as x_t.
        length: the name of the last number of their items, the upper end of `for t >= 1`.

    Raises:
        ReadingError: what cannot be read, with its place.
    """
    lines = [line for line in lines_of(source) if [token.word for token in line.tokens] != ["begin"]]
    reader = _Reader(lines, source, _bases(lines, sequences), length)
    body = reader.block(-1, gaps=True)
    if reader.at < len(lines):
        raise reader.error("this ends a block that was not begun")
    return s.Construction(tuple(body), source.text, strict=False, remarks=tuple(reader.remarks))


def _bases(lines: list[Line], sequences: Sequence[str]) -> frozenset[str]:
    """The names that stand with subscripts: those of given sequences, those with a brace behind their stroke (h_{t-1}),
    and those with an index behind it that the same line ranges over (h_t for t = 1..T)."""
    found = {name for given in sequences for name in (given, given.lower())}
    for line in lines:
        for token, after in zip(line.tokens, line.tokens[1:], strict=False):
            if token.kind == "name" and token.text.endswith("_") and after.text == "{":
                found.add(token.text[:-1])
        words = {token.text for token in line.tokens}
        for token in line.tokens:
            base, _, suffix = token.text.rpartition("_")
            if base and len(suffix) == 1 and suffix in words and words & {"for", "..", "...", "<="}:
                found.add(base)
    return frozenset(found)


class _Reader(Statements):
    """Reads lines into statements; `at` is the next line."""

    def __init__(self, lines: list[Line], source: Source, bases: frozenset[str], length: str) -> None:
        super().__init__(source, bases, _bound(lines), length)
        self.lines = lines
        self.at = 0

    def error(self, message: str, hint: str = "") -> ReadingError:
        """A reading error at the next line, or at the last one."""
        line = self.lines[min(self.at, len(self.lines) - 1)] if self.lines else None
        return ReadingError(message, line.place if line else None, hint, source=self.source.text)

    def block(self, indent: int, gaps: bool) -> list[s.Statement]:
        """The statements of lines with more than an indent, up to the block's end or, without `gaps`, a blank line."""
        found: list[s.Statement] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.indent <= indent or _ends(line) or (found and line.gap and not gaps):
                break
            if not gaps and found and line.first in _PROCEDURE:
                break
            found += self.statement()
            if not gaps and isinstance(found[-1], s.Return):
                break
        return found

    def statement(self) -> list[s.Statement]:
        """The statements of the next line, with the block that it heads."""
        line = self.lines[self.at]
        phrases = self.phrases(line.tokens)
        if line.first in _HEADINGS:
            self.depth += 1
            if self.depth > _MOST_BLOCKS:
                raise self.error(f"blocks are nested more than {_MOST_BLOCKS} deep", "use fewer of them")
            found = self.heading(line, phrases)
            self.depth -= 1
            return [found]
        self.at += 1
        if line.opens:
            raise phrases.error("a brace opens a block here, but no heading stands before it")
        return self.simple(phrases)

    def heading(self, line: Line, p: Phrases) -> s.Statement:
        """A loop, a condition or a procedure with its body."""
        place = line.place
        word = line.first
        p.at = 1
        if word == "if":
            return self.condition(line, p)
        if word == "while":
            test = p.expr()
            return s.While(test, self.body(line, p), place=place)
        if word in _PROCEDURE:
            name, parameters = self.procedure(p)
            return s.Define(name, parameters, self.body(line, p), place=place)
        if p.peek("(") and any(token.text == ";" for token in line.tokens):
            target, over = self.counting(p)
        else:
            p.accept("each", "all")
            target, over = self.ranging(p)
        return s.For(target, over, self.body(line, p), place=place)

    def procedure(self, p: Phrases) -> tuple[str, tuple[s.Parameter, ...]]:
        """The name and the parameters of a procedure."""
        name = p.token
        if name is None or name.kind != "name":
            raise p.error("a procedure's name is expected here")
        p.at += 1
        parameters: list[s.Parameter] = []
        if p.accept("("):
            while not p.accept(")"):
                parameters.append(self.parameter(p))
                if not p.peek(")"):
                    p.expect(",")
        return name.text, tuple(parameters)

    def parameter(self, p: Phrases) -> s.Parameter:
        """A parameter, perhaps with brackets behind it (X[]) or a default."""
        token = p.token
        if token is None or token.kind != "name":
            raise p.error("a parameter's name is expected here")
        p.at += 1
        if p.accept("["):
            while not p.accept("]"):
                if p.token is None:
                    raise p.error("“]” is expected here")
                p.at += 1
        default = p.expr() if p.accept("=") else None
        return s.Parameter(token.text, default)

    def condition(self, line: Line, p: Phrases) -> s.If:
        """if, with all its branches."""
        test = p.expr()
        body = self.body(line, p, branches=True)
        orelse: s.Body = ()
        if p.token is not None and p.peek("else"):  # on the same line
            p.at += 1
            p.accept(":")
            return s.If(test, body, tuple(self.simple(p)), place=line.place)
        after = self.lines[self.at] if self.at < len(self.lines) else None
        if after is not None and after.first in _ELSE and after.indent <= line.indent:
            orelse = self.otherwise(after)
        return s.If(test, body, orelse, place=line.place)

    def otherwise(self, line: Line) -> s.Body:
        """The branch that a line with else begins."""
        p = self.phrases(line.tokens)
        p.at = 1
        if line.first != "else" or p.peek("if"):
            p.at += 1 if p.peek("if") else 0
            return (self.condition(line, p),)
        return self.body(line, p)

    def body(self, line: Line, p: Phrases, branches: bool = False) -> s.Body:
        """The body of the heading that a line is, up to where `p` has read it."""
        begun = False
        while p.accept(*_BEGIN):
            begun = True
        if p.token is not None and not p.peek("{"):
            if not begun and p.token.kind != "name":
                raise p.error("the heading should end here")
            self.at += 1
            return tuple(self.simple(p, stop="else" if branches else ""))
        self.at += 1
        if p.accept("{"):
            found = self.simple(p, stop="}")
            p.expect("}")
            return tuple(found)
        opens = line.opens
        if self.at < len(self.lines) and self.lines[self.at].tokens[0].text == "{":
            self.open_alone()
            opens = True
        found = self.braced() if opens else self.plain(line)
        if not found:
            message = "nothing stands below this heading that it could be for"
            raise ReadingError(message, line.place, "write the body below it", source=self.source.text)
        return tuple(found)

    def open_alone(self) -> None:
        """Take a brace that stands at the beginning of a line."""
        line = self.lines[self.at]
        line.tokens = line.tokens[1:]
        if not line.tokens:
            self.at += 1

    def braced(self) -> list[s.Statement]:
        """A body up to its closing brace."""
        found: list[s.Statement] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.tokens[0].text == "}":
                line.tokens = line.tokens[1:]
                if not line.tokens:
                    self.at += 1
                return found
            if line.tokens[-1].text == "}" and sum((t.text == "{") - (t.text == "}") for t in line.tokens) < 0:
                line.tokens = line.tokens[:-1]
                return found + self.statement()
            found += self.statement()
        raise self.error("this block has no closing brace")

    def plain(self, line: Line) -> list[s.Statement]:
        """A body without braces: what is indented, what stands up to `end`, or else the lines that follow at once."""
        after = self.lines[self.at] if self.at < len(self.lines) else None
        if after is None:
            return []
        if after.indent > line.indent:
            found = self.block(line.indent, gaps=True)
            self.close(line)
            return found
        if self.ended():
            found = self.block(-1, gaps=True)
            self.close(line)
            return found
        first = self.at
        found = self.block(-1, gaps=False)
        if found:
            last = self.lines[self.at - 1].tokens[-1].place.line
            lines = self.lines[first].place.line
            which = f"line {lines} is" if last == lines else f"lines {lines} to {last} are"
            self.remarks.append(f"{which} taken for the body of line {line.place.line}, though nothing is indented")
        return found

    def ended(self) -> bool:
        """Whether an `end` follows that closes the block that begins here."""
        open_blocks = 1
        for line in self.lines[self.at :]:
            if line.first in _HEADINGS:
                open_blocks += 1
            if line.first in _END:
                open_blocks -= 1
            if open_blocks == 0:
                return True
        return False

    def close(self, line: Line) -> None:
        """Take the `end` of a block, if one stands there at the level of its heading."""
        if self.at >= len(self.lines):
            return
        after = self.lines[self.at]
        if after.first in _END and after.indent <= line.indent:
            self.at += 1


def _bound(lines: list[Line]) -> frozenset[str]:
    """The names that get a value somewhere: by an assignment, a loop or as parameters."""
    found: set[str] = set()
    for line in lines:
        if line.first in _PROCEDURE:
            found |= {token.text for token in line.tokens if token.kind == "name"}
        for token, after in zip(line.tokens, line.tokens[1:], strict=False):
            if token.kind == "name" and (after.word or after.text) in (*ASSIGN, *AUGMENT, "in", "from"):
                found.add(token.text)
    return frozenset(found)


def _ends(line: Line) -> bool:
    return line.first in _END or line.first in _ELSE or line.tokens[0].text == "}"
