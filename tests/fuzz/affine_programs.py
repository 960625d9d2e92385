"""Random programs with affine subscripts, dependent ranges, integer tensors and small recurrences through time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from symgrad.language.program import Program
from symgrad.language.read import read_program
from tests.fuzz.trees import pruned

EXTENT, SIDE = "3*N + 2*M + 6", "2*N + M + 4"
"""Extents of what is given and computed, beyond what subscripts need: shifts hardly ever leave them."""

DECLARATIONS = f"""
index i, j in N, a in M
input x[{EXTENT}], u[{EXTENT}], A[{SIDE}, {SIDE}], g
integer w[i] in N, n[i] in 1..N
"""
NAMES = "yzsh"


Most = tuple[int, int, int]
"""A bound from above: multiples of N, of M, and of 1."""

_SHARE_FLOORS = 0.12
"""Of subscripts."""

WIDEST: Most = (3, 2, 5)


@dataclass(frozen=True)
class Bound:
    """An index in scope: how its range is written, and the most that its values, which are not negative, can be.

    `inside`: it stays below N.
    """

    name: str
    written: str
    most: Most
    inside: bool = False


_BELOW_N: Most = (1, 0, -1)


@dataclass
class AffineWorld:
    """A generator of programs as text: `computed` are the tensors that may be read, with their statements above."""

    draw: Random
    computed: list[str] = field(default_factory=list)
    least: int = 1

    def program(self) -> Program:
        """A legal program of one to three blocks."""
        self.least = self.draw.choice((1, 2, 3, 3))
        lines: list[str] = []
        for name in NAMES[: self.draw.choice((1, 1, 2, 2, 3))]:
            lines += self._block(name)
            self.computed.append(name)
        names = (name for one in NAMES for name in (one, f"Z{one}", f"r{one}"))
        written = [name for name in names if any(f" {name}[" in line for line in lines)]
        computed = "computed " + ", ".join(f"{name}[0..{EXTENT}]" for name in written) + "\n"
        sizes = f"size N >= {self.least}, M >= {self.draw.choice((1, 2))}"
        text = sizes + DECLARATIONS + computed + "\n".join(line.removeprefix(" ") for line in lines)
        return pruned(replace(read_program(text, check=False), source=""))

    # Blocks

    def _block(self, name: str) -> list[str]:
        kinds = (self._plain, self._cumulative, self._recurrence, self._softmax)
        return self.draw.choices(kinds, (7, 2, 2, 2))[0](name)

    def _plain(self, name: str) -> list[str]:
        scope = self.scope(self.draw.choice((1, 2, 2, 3)))
        header = ", ".join(bound.written for bound in scope)
        lines = []
        for _ in range(self.draw.choice((1, 1, 1, 2))):
            sign = self.draw.choice(("+=", "+=", "-="))
            lines.append(f"for {header}: {name}[{self.subscript(scope)}] {sign} {self.value(scope)}")
        return lines

    def _cumulative(self, name: str) -> list[str]:
        up = self.draw.random() < 0.6
        body = self.term([Bound("j", "j", _BELOW_N, inside=True)])
        decay = self.draw.choice(("", "", f"exp({'-' if up else ''}g (i - j)) "))
        return [f"for i, j {'<=' if up else '>='} i: {name}[i] += {decay}({body})"]

    def _recurrence(self, name: str) -> list[str]:
        time = Bound("t", "t in 1..N-1", _BELOW_N, inside=True)
        added, start = self.term([time]), self.term([])
        cell = f"{name}[t-1]"
        if self.draw.random() < 0.2:
            last = f"{name}[{self.draw.choice(('t-2', 't-1'))}]"
            body = f"{cell} + {self.coefficient()}{last} + {added}"
            return [f" {name}[0] += {start}", f" {name}[1] += {self.term([])}", f"for t in 2..N-1: {name}[t] += {body}"]
        step = self.draw.choice((cell, f"g {cell}", f"tanh({cell})", f"{self.ref([time])} {cell}", f"sin({cell} + g)"))
        lines = [f" {name}[0] += {start}", f"for t in 1..N-1: {name}[t] += {step} + {added}"]
        if self.draw.random() < 0.4:
            lines.append(f"for t in 1..N-1: r{name}[t] += {self.ref([time])} {name}[{self.draw.choice(('t', 't-1'))}]")
        return lines

    def _softmax(self, name: str) -> list[str]:
        inner = self.draw.choice(("j <= i", "j >= i", "j in i..i+2", "j", "j in 0..2"))
        most = {"j in i..i+2": (1, 0, 1), "j in 0..2": (0, 0, 2)}.get(inner, _BELOW_N)
        scope = [Bound("i", "i", _BELOW_N, inside=True), Bound("j", inner, most, inside=most == _BELOW_N)]
        score = self.draw.choice(("A[i, j]", "x[j]", "x[i] u[j]", "A[i, j] g", "u[i + j]", "x[j] - u[i]"))
        target = self.draw.choice(("i", "j", "i", "i + 1"))
        return [
            f"for i, {inner}: Z{name}[i] += exp({score})",
            f"for i, {inner}: {name}[{target}] += exp({score}) / Z{name}[i] {self.ref(scope)}",
        ]

    # Ranges and subscripts

    def scope(self, count: int) -> list[Bound]:
        """Nested ranges."""
        found = [self._outer("i")]
        for name in ("j", "k")[: count - 1]:
            found.append(self._inner(name, found) if self.draw.random() < 0.65 else self._outer(name))
        return found

    def _outer(self, name: str) -> Bound:
        choices: list[tuple[str, Most, bool]] = [
            (name, _BELOW_N, True),
            (f"{name} in 1..N-2", _BELOW_N, True),
            (f"{name} in 0..N-2", _BELOW_N, True),
            (f"{name} in 1..N-1", _BELOW_N, True),
            (f"{name} in 0..2", (0, 0, 2), self.least > 2),
            (f"{name} in 0..2*N-1", (2, 0, -1), False),
            (f"{name} in 0..M-1", (0, 1, -1), False),
            (f"{name} in 0..N+M-1", (1, 1, -1), False),
        ]
        weights = [4 if name in "ij" else 0, 1, 1, 1, 2, 1, 1, 1]
        return Bound(name, *self.draw.choices(choices, weights)[0])

    def _inner(self, name: str, scope: list[Bound]) -> Bound:
        outer = self.draw.choice(scope)
        k = outer.name
        choices: list[tuple[str, Most, bool]] = [
            (f"0..{k}", outer.most, outer.inside),
            (f"0..{k}-1", outer.most, outer.inside),
            (f"{k}..{k}+2", _sum(outer.most, (0, 0, 2)), False),
            ("0..1", (0, 0, 1), self.least > 1),
            ("0..N-1", _BELOW_N, True),
            (f"{k}..N-1", _BELOW_N, True),
        ]
        if outer.inside:
            choices.append((f"{k}..2*{k}", (2, 0, -2), False))
        low_high, most, inside = self.draw.choice(choices)
        return Bound(name, f"{name} in {low_high}", most, inside)

    def subscript(self, scope: list[Bound]) -> str:
        """An affine form of the indices in scope, or a floor, a remainder, a label."""
        if not scope:
            return self.draw.choice(("0", "1", "N", "N - 1"))
        one, other = self.draw.choice(scope), self.draw.choice(scope)
        k, m = one.name, other.name
        if self.draw.random() < _SHARE_FLOORS:
            return self.draw.choice(
                (f"{k} // 2", f"{k} % 2", f"({k} + 1) // 2", f"({k} + 1) % 3", f"{k} // 3 + {m} % 3")
            )
        further: list[tuple[str, Most]] = [
            (f"{k} + 1", _sum(one.most, (0, 0, 1))),
            (f"{k} + 2", _sum(one.most, (0, 0, 2))),
            (f"2*{k}", _sum(one.most, one.most)),
            (f"2*{k} + 1", _sum(one.most, one.most, (0, 0, 1))),
        ]
        if k != m:
            both = _sum(one.most, other.most)
            further += 2 * [(f"{k} + {m}", both), (f"{k} + {m} + 1", _sum(both, (0, 0, 1)))]
            further += 2 * [(f"2*{k} + {m}", _sum(one.most, both))]
            further += [(f"{k} - {m} + N", _sum(one.most, (1, 0, 0)))] if other.inside else []
        inside = [f"N - 1 - {k}", f"N - {k}", f"w[{k}]"] if one.inside else []
        return self.draw.choice([k, k, k, *inside, *(form for form, most in further if _fits(most, WIDEST))])

    # Values

    def coefficient(self) -> str:
        """A factor in front."""
        return self.draw.choice(("", "", "", "2 ", "1/2 ", "-", "g "))

    def ref(self, scope: list[Bound]) -> str:
        """A cell of something that is given or computed."""
        name = self.draw.choice(("x", "x", "u", "A", *self.computed, *self.computed))
        if name == "A":
            return f"A[{self._short(scope)}, {self._short(scope)}]"
        return f"{name}[{self.subscript(scope)}]"

    def _short(self, scope: list[Bound]) -> str:
        narrow = [bound for bound in scope if _fits(bound.most, (1, 0, 2))]
        if not narrow:
            return self.draw.choice(("0", "1"))
        bound = self.draw.choice(narrow)
        k = bound.name
        return self.draw.choice((k, k, f"{k} + 1", f"2*{k}", *((f"N - 1 - {k}",) if bound.inside else ())))

    def factor(self, scope: list[Bound]) -> str:
        """A cell, a function of cells, an indicator, a sum."""
        kind = self.draw.choices(("ref", "function", "indicator", "sum", "index"), (8, 3, 2, 2, 1))[0]
        if kind == "function":
            inner = self.ref(scope) + self.draw.choice(("", f" + {self.ref(scope)}", f" - {self.ref(scope)}"))
            return f"{self.draw.choice(('exp', 'tanh', 'sin', 'sigmoid'))}({inner})"
        if kind == "sum":
            bound = self._inner("c", scope) if scope else Bound("c", "c in 0..N-1", _BELOW_N, inside=True)
            return f"sum_{{{bound.written}}} {self.ref([*scope, bound])} {self.ref([bound])}"
        if kind == "indicator" and scope:
            return self._indicator(scope)
        if kind == "index" and scope:
            return f"({self.draw.choice(scope).name} + 1)"
        return self.ref(scope)

    def _indicator(self, scope: list[Bound]) -> str:
        one, other = self.draw.choice(scope), self.draw.choice(scope)
        k, m = one.name, other.name
        forms = [f"{k} >= 1", f"{k} <= N - 2", f"{k} % 2 = 0", f"{k} = 1", f"{k} != 0"]
        if k != m:
            forms += [f"{k} <= {m}", f"{k} = {m}", f"{k} < {m} + 2", f"{k} + {m} <= N", f"{k} = 2*{m}"]
        if one.inside:
            forms += [f"{m} < n[{k}]", f"w[{k}] = {m}"]
        return f"1[{self.draw.choice(forms)}]"

    def term(self, scope: list[Bound]) -> str:
        """A product of one or two factors; a sum comes last, since it takes in what follows."""
        factors = [self.factor(scope) for _ in range(self.draw.choice((1, 1, 2)))]
        return self.coefficient() + " ".join(sorted(factors, key=lambda factor: factor.startswith("sum")))

    def value(self, scope: list[Bound]) -> str:
        """A term or two."""
        return self.draw.choice((" + ", " - ")).join(self.term(scope) for _ in range(self.draw.choice((1, 1, 1, 2))))


def _sum(*bounds: Most) -> Most:
    n, m, c = (sum(parts) for parts in zip(*bounds, strict=True))
    return n, m, c


def _fits(most: Most, widest: Most) -> bool:
    """Whether a bound is below another one for all sizes."""
    return all(one <= other for one, other in zip(most, widest, strict=True))
