"""What each word is: the third pass over the tokens, with the names that the text and its context know.

It joins names with their superscripts, gives adjoints their one spelling, and settles what a
grammar without knowledge of names cannot: a name before "(" is called, indexed or multiplied;
`1[i = j]` is an indicator; `sum_j` reduces; `f_y` is a derivative.
"""

from __future__ import annotations

from itertools import accumulate

from symgrad.errors import ReadingError
from symgrad.language.functions import SPELLINGS
from symgrad.language.reading.habits import FOREIGN_WORDS, foreign_word
from symgrad.language.reading.lexer import DELTAS, REDUCERS, Token, bracket_step, glued
from symgrad.language.reading.partials import derivatives, has_arguments
from symgrad.language.reading.source import Source
from symgrad.language.reading.vocabulary import DECLARATION_WORDS, Vocabulary, begins_declaration, closing

_OPERAND_STARTS = frozenset({"NAME", "NUMBER", "_OPEN", "FUNCTION", "FRACTION", "PARTIAL"})
_STATEMENT_BREAKS = frozenset({"_SEMICOLON", "_COLON"})
_MOSTLY_VARIABLES = frozenset({"Γ", "gamma", "step"})  # functions only directly before a bracket
_ALSO_VARIABLES = _MOSTLY_VARIABLES | {"σ", "sign"}  # variables where no operand follows


class Words:
    """Types the tokens of one logical line after the other."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.tokens: list[Token] = []
        self.close: dict[int, int] = {}
        self.out: list[Token] = []
        self.at = 0
        self.raised: dict[int, list[Token]] = {}  # powers to put behind the bracket that closes there
        self.dropped: set[int] = set()

    def line(self, tokens: list[Token]) -> list[Token]:
        """The tokens of a line with the types that the grammar knows."""
        tokens = derivatives(self.source, self.vocabulary, tokens)
        self.tokens, self.out, self.at = tokens, [], 0
        self.raised, self.dropped = {}, set()
        self.close = closing(tokens)
        while self.at < len(tokens):
            if self.at in self.dropped or self._is_empty_statement():
                self.at += 1
                continue
            starts = not self.out or self.out[-1].type in _STATEMENT_BREAKS
            if starts and begins_declaration(tokens, self.at) and tokens[self.at].value != "constraint":
                self._declaration()
            elif starts and begins_declaration(tokens, self.at):
                self._emit(tokens[self.at].like("CONSTRAINT"), 1)
            else:
                self._word()
        return self.out

    def _is_empty_statement(self) -> bool:
        """Whether a semicolon stands here that separates nothing."""
        following = self._peek()
        separates = self.out and following is not None and following.type != "_SEMICOLON"
        return self.tokens[self.at].type == "_SEMICOLON" and not separates

    def _emit(self, token: Token, used: int) -> None:
        self.out.append(token)
        self.at += used
        self.out += self.raised.pop(self.at - 1, ())

    def _peek(self, ahead: int = 1) -> Token | None:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def _follows(self, type_: str, ahead: int = 1) -> bool:
        """Whether a token of this type follows, with nothing between."""
        token = self._peek(ahead)
        return token is not None and token.type == type_ and glued(self.tokens[self.at + ahead - 1], token)

    # Declarations: names stay names; only brackets and the words of clauses are told.

    def _declaration(self) -> None:
        self._emit(self.tokens[self.at].like("DECLARE"), 1)
        depth = 0
        while self.at < len(self.tokens) and self.tokens[self.at].type not in _STATEMENT_BREAKS:
            token, before = self.tokens[self.at], self.tokens[self.at - 1]
            following = self._peek()
            depth += bracket_step(token)
            if depth == 0 and token.type == "NAME" and before.type not in {"_COMMA", "DECLARE"}:
                if token.value == "over":
                    token = token.like("OVER")
                elif token.value == "zero" and following is not None and following.value == "outside":
                    self._emit(token.like("ZERO_OUTSIDE"), 2)
                    continue
                elif token.value in DECLARATION_WORDS and begins_declaration(self.tokens, self.at):
                    self.out.append(token.like("_SEMICOLON"))
                    return  # the next word opens a declaration of its own
            if token.type == "_OPEN" and before.type == "NAME":
                self._square(self.at)
                token = self.tokens[self.at]
            self._emit(token, 1)

    def _square(self, at: int) -> None:
        """Turns round brackets into square ones, which subscripts stand in."""
        end = self.close[at]
        self.tokens[at] = self.tokens[at].like("_LSQB")
        self.tokens[end] = self.tokens[end].like("_RSQB")

    # Expressions and statements.

    def _word(self) -> None:
        token = self.tokens[self.at]
        if token.type == "NAME":
            self._name(token)
        elif token.type == "NUMBER" and token.value == "1" and self._is_indicator():
            self._indicator()
        elif token.type == "FUNCTION":
            self._function(token, "sqrt", ())
        elif token.type == "UNDERSCORE":
            raise self.source.error("a subscript stands here without its name", token.place, "write it behind a name")
        else:
            self._emit(token, 1)

    def _name(self, token: Token) -> None:
        vocabulary, name = self.vocabulary, token.value
        if token.orders:
            self._emit(token, 1)  # a derivative at its own point
            return
        if name in SPELLINGS:
            self._refuse_indexed_function(token)
        if name in REDUCERS and self._follows("UNDERSCORE"):
            self._reduction(token, REDUCERS[name])
        elif name == "E" and self._follows("UNDERSCORE"):
            self._reduction(token, "E")
        elif name in DELTAS and not vocabulary.is_tensor(name) and self._is_delta():
            self._delta(token)
        elif name == "I" and not vocabulary.declared(name) and self._is_indicator():
            self._indicator()
        elif derivative := vocabulary.derivative(name):
            self._derivative(token, *derivative)
        elif name in REDUCERS and not vocabulary.is_own(name) and self._lacks_index():
            raise self._needs_index(token)
        elif name in SPELLINGS and not vocabulary.is_own(name) and self._is_function(name):
            self._function(token, SPELLINGS[name], ())
        elif (word := foreign_word(name)) in FOREIGN_WORDS and not (
            vocabulary.is_own(name) or vocabulary.declared(name)
        ):
            raise self.source.error(f"“{word}” is no word of this language", token.place, FOREIGN_WORDS[word])
        else:
            self._cell(token)

    def _needs_index(self, token: Token) -> ReadingError:
        name = "sum" if token.value == "Σ" else token.value
        return self.source.error(
            f"{token.value} needs the index it runs over",
            token.place,
            f"which index? write {name}_j x[j], {name}_{{j, k}} or {name}_{{t2 <= t}}",
        )

    def _is_function(self, name: str) -> bool:
        """Whether a function's name means the function here; some letters and words are variables as well."""
        following = self._peek()
        if name in _MOSTLY_VARIABLES:
            return following is not None and following.type == "_OPEN" and glued(self.tokens[self.at], following)
        if name not in _ALSO_VARIABLES or self._begins_operand():
            return True
        opening = self._raised_bracket()  # σ^2(x)
        return opening is not None and glued(self.tokens[opening - 1], self.tokens[opening])

    def _lacks_index(self) -> bool:
        """Whether one operand follows a reduction's word, with no index; `max(a, b)` has two."""
        opening = self.at + 1
        if self.vocabulary.vectors and opening in self.close:
            return False
        if self.tokens[self.at].value not in {"max", "min"} or opening not in self.close:
            return self._begins_operand()
        inside = self.tokens[opening + 1 : self.close[opening]]
        depths = accumulate(bracket_step(token) for token in inside)
        commas = any(token.type == "_COMMA" and depth == 0 for token, depth in zip(inside, depths, strict=True))
        return self.tokens[opening].type == "_OPEN" and bool(inside) and not commas

    def _begins_operand(self) -> bool:
        following = self._peek()
        return following is not None and following.type in _OPERAND_STARTS

    def _cell(self, token: Token) -> None:
        following = self._peek()
        bracketed = following is not None and following.type == "_LSQB"
        token.value = self.vocabulary.adjoint(token.value, bracketed)
        if following is not None and following.type == "_OPEN" and glued(token, following):
            self._ask_about_bracket(token, following)
        if following is not None and following.type == "_OPEN" and following.value == "(":
            inside = self.tokens[self.at + 2 : self.close[self.at + 1]]
            use = self.vocabulary.before_bracket(token.value, inside, glued(token, following))
            if use == "access":
                self._square(self.at + 1)
                self._refuse_second_brackets(self.close[self.at + 1] + 1)
            elif use == "call":
                token = token.like("CALL")
        self._emit(token, 1)

    def _ask_about_bracket(self, token: Token, opening: Token) -> None:
        """Asks back what braces behind a name are, and whether `e(x)` is a product."""
        name, raised = token.value, self.at and self.tokens[self.at - 1].type == "POWER"
        inside = self.source.plain[opening.end : self.tokens[self.close[self.at + 1]].start]
        if opening.value == "{" and not raised:
            hint = f"write {name}[{inside}] for indices, {name} * ({inside}) for a product"
            raise self.source.error(f"do these braces hold indices of {name} or a factor?", opening.place, hint)
        known = self.vocabulary.declared(name) or self.vocabulary.is_scalar(name) or self.vocabulary.is_tensor(name)
        if name == "e" and opening.value == "(" and not known and name not in self.vocabulary.bound:
            hint = f"write exp({inside}) for the exponential, e * ({inside}) for a product with e"
            raise self.source.error("is this e the exponential function?", token.place, hint)

    def _refuse_second_brackets(self, at: int) -> None:
        """Refuses `x(b)(j)`, unless j is no index and so a factor may be meant."""
        inside = self.tokens[at + 1 : self.close.get(at, at)]
        known = self.vocabulary.indices | self.vocabulary.bound
        if inside and glued(self.tokens[at - 1], self.tokens[at]) and {token.value for token in inside} <= known:
            hint = "write all indices in one pair of brackets: x[b, j]"
            raise self.source.error("a second pair of brackets stands behind the first", self.tokens[at].place, hint)

    def _refuse_indexed_function(self, token: Token) -> None:
        """Refuses `exp[x]`, where the text has no tensor exp."""
        known = self.vocabulary.tensors.keys() | self.vocabulary.targets
        if self._follows("_LSQB") and token.value not in known | _ALSO_VARIABLES | REDUCERS.keys():
            raise self.source.error(
                f"{token.value} is a function, and square brackets index a tensor",
                token.place,
                f"write {token.value}(x) with round brackets, or declare a tensor {token.value}",
            )

    def _function(self, token: Token, function: str, orders: tuple[int, ...]) -> None:
        following = self._peek()
        if following is not None and following.type == "POWER":
            self._powered_function(token, function, orders)
            return
        called = following is not None and following.type == "_OPEN"
        typed = token.like("CALL" if called else "FUNCTION", function)
        typed.orders = orders
        self._emit(typed, 1)

    def _derivative(self, token: Token, function: str, orders: tuple[int, ...]) -> None:
        """A declared function or a derivative of it: called, or taken at its own point."""
        raised = self._raised_bracket()
        opening = self.at + 1 if raised is None else raised
        called = has_arguments(self.vocabulary, self.source, self.tokens, opening, function, close=self.close)
        if called or (not orders and self._begins_operand() and len(self.vocabulary.functions[function]) == 1):
            self._function(token, function, orders)
        else:
            typed = token.like("NAME", function)
            typed.orders = orders or (0,) * len(self.vocabulary.functions[function])
            self._emit(typed, 1)

    def _powered_function(self, token: Token, function: str, orders: tuple[int, ...]) -> None:
        """`tanh^2(x)` is tanh(x)^2; other exponents (an inverse?) are asked back."""
        opening = self._raised_bracket()
        if opening is None:
            raise self.source.error(
                f"is this a power of {token.value} or its inverse?",
                token.place,
                f"write {token.value}(x)^2 for a power, and an inverse by its name",
            )
        self.raised[self.close[opening]] = self.tokens[self.at + 1 : opening]
        typed = token.like("CALL", function)
        typed.orders = orders
        self._emit(typed, opening - self.at)

    def _raised_bracket(self) -> int | None:
        """Where the bracket opens that follows a power of a name: `^2(` or `^{2}(`."""
        exponent = self.at + 2
        braced = exponent in self.close and self.close[exponent] == exponent + 2
        opening = exponent + (3 if braced else 1)
        digits = self._peek(3 if braced else 2)
        raised = self._follows("POWER") and digits is not None and digits.type == "NUMBER"
        return opening if raised and opening in self.close and self.tokens[opening].type == "_OPEN" else None

    # Reductions, indicators.

    def _reduction(self, token: Token, op: str) -> None:
        self._emit(token.like("REDUCE", op), 2)
        below = self._peek(0)
        if below is None or below.type not in {"NAME", "_OPEN"}:
            raise self._needs_index(token)
        if below.type == "_OPEN":
            if self.close[self.at] == self.at + 2 and self.tokens[self.at + 1].type == "NAME":
                below = self.tokens[self.at + 1]
                self.at += 2
            elif self._limits(self.at, self.close[self.at]):
                return
            else:
                self._emit(self.tokens[self.at], 1)
                return
        self.out += [below.like("_OPEN", "{"), *self._letters(below), below.like("_CLOSE", "}")]
        self.at += 1

    def _letters(self, below: Token) -> list[Token]:
        """The index under a sum; `sum_jk` is over j and k where no index is called jk."""
        letters = self.vocabulary.split_indices(below.value)
        out: list[Token] = []
        for letter in letters:
            out += ([below.like("_COMMA", ",")] if out else []) + [below.like("NAME", letter)]
        return out

    def _limits(self, start: int, end: int) -> bool:
        """`sum_{j=1}^{n}` is read as `sum_{j in 1..n}`; returns whether such limits stand here."""
        tokens = self.tokens
        if end + 2 >= len(tokens) or tokens[end + 1].type != "POWER" or tokens[start + 2].type != "EQUAL":
            return False
        last = self.close.get(end + 2, end + 2)
        upper = tokens[end + 2 : last + 1]
        in_, dots = tokens[start + 2].like("IN", "in"), tokens[end + 1].like("DOTS", "..")
        self.out += [*tokens[start : start + 2], in_, *tokens[start + 3 : end], dots, *upper, tokens[end]]
        self.at = last + 1
        return True

    def _is_indicator(self) -> bool:
        """Whether brackets with a comparison in them follow: `1[i = j]`, `I[a >= b]`, `1_{i=j}`."""
        opening = self.at + 1 + self._follows("UNDERSCORE")
        if opening not in self.close or not self._follows(self.tokens[opening].type, opening - self.at):
            return False
        if self.tokens[opening].value == "(":
            return False
        inside = self.tokens[opening + 1 : self.close[opening]]
        depth = 0
        for token in inside:
            depth += bracket_step(token)
            if depth == 0 and token.type in {"COMPARE", "EQUAL"}:
                return True
        return len(inside) > 2 and inside[0].type == "_LSQB" and inside[-1].type == "_RSQB"

    def _indicator(self) -> None:
        opening = self.at + 1 + self._follows("UNDERSCORE")
        self.out.append(self.tokens[self.at].like("INDICATOR"))
        if self.tokens[opening + 1].type == "_LSQB" and self.close[opening + 1] == self.close[opening] - 1:
            self.dropped.add(self.close[opening])  # the braces of 1_{[i = j]}
            opening += 1
        self._round(opening)
        self.at = opening

    def _round(self, opening: int) -> None:
        end = self.close[opening]
        self.tokens[opening] = self.tokens[opening].like("_OPEN")
        self.tokens[end] = self.tokens[end].like("_CLOSE")

    def _is_delta(self) -> bool:
        """Whether two indices follow: `δ(i, j)`, `δ_{i,j}`, `δ_{ij}`."""
        if self._follows("UNDERSCORE"):
            below = self._peek(2)
            if below is None or below.type == "NAME":
                return below is not None and len(self.vocabulary.split_letters(below.value)) == 2
            return below.type == "_OPEN" and self._delta_comma(self.at + 2) is not None
        return self._follows("_OPEN") and self._delta_comma(self.at + 1) is not None

    def _delta_comma(self, opening: int) -> int | None:
        """Where the one comma between the two indices stands; -1 for the letters of `δ_{ij}`."""
        end, depth, commas = self.close[opening], 0, []
        for at in range(opening + 1, end):
            depth += bracket_step(self.tokens[at])
            if depth == 0 and self.tokens[at].type == "_COMMA":
                commas.append(at)
        if len(commas) == 1:
            return commas[0]
        inner = self.tokens[opening + 1 : end]
        if len(inner) == 1 and inner[0].type == "NAME" and len(self.vocabulary.split_letters(inner[0].value)) == 2:
            return -1
        return None

    def _delta(self, token: Token) -> None:
        opening = self.at + 1 + self._follows("UNDERSCORE")
        comma = self._delta_comma(opening) if opening in self.close else -1
        if comma is not None and comma >= 0:
            self.tokens[comma] = self.tokens[comma].like("EQUAL", "=")
            self._emit(token.like("INDICATOR"), opening - self.at)
            return
        below = self.tokens[opening] if opening not in self.close else self.tokens[opening + 1]
        left, right = (below.like("NAME", letter) for letter in self.vocabulary.split_letters(below.value))
        indicator = [token.like("INDICATOR"), token.like("_OPEN", "("), left, token.like("EQUAL", "=")]
        self.out += [*indicator, right, token.like("_CLOSE", ")")]
        self.at = self.close.get(opening, opening) + 1
