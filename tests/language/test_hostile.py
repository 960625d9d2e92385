"""Texts that are too long, too deep, deceptive or random: a clear refusal, soon, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.clock import now
from symgrad.errors import ReadingError, SymgradError
from symgrad.language.read import read_draft, read_expression

SECONDS = 3.0
"""What a refusal may take on a slow machine; it takes well below one second on an ordinary one."""


def refused(text: str) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read_draft(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "a" * 70_000, "longer than 64 kB"),
        ("x = " + "+y" * 21_000, "20000 names"),
        ("x = " + "(" * 201 + "1" + ")" * 201, "200 levels deep"),
        ("x = " + "exp(" * 201 + "1" + ")" * 201, "200 levels deep"),
        ("x = " + "-" * 300 + "y", "200 levels deep"),
        ("x = " + "exp " * 300 + "y", "200 levels deep"),
        ("x = " + "sum_j " * 300 + "y[j]", "200 levels deep"),
        ("x = y" + "^y" * 300, "200 levels deep"),
        ("\n".join(" " * depth + f"for i{depth}:" for depth in range(300)), "200 levels deep"),
        ("for b: " * 150 + "x = 1", "nested more than 100"),
        ("x = y^1001", "greater than 1000"),
        ("x = y^-1001", "greater than 1000"),
        ("x = y^(9^9^9)", "greater than 1000"),
        ("x = y^{2^{11}}", "greater than 1000"),
        ("x = " + "9" * 400, "300 digits"),
        ("x = 1e999999999", "300 digits"),
    ],
)
def test_bound(text: str, message: str) -> None:
    start = now()
    assert message in refused(text).message
    assert now() - start < SECONDS


@pytest.mark.parametrize("depth", [50, 150, 200])
def test_what_is_within_the_bounds_is_read(depth: int) -> None:
    assert read_draft("x = " + "(" * depth + "y" + ")" * depth).body
    assert read_draft("x = " + "exp(" * (depth - 1) + "y" + ")" * (depth - 1)).body
    assert read_draft("x = y^1000 + y^(10^3)").body


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("x = а + 1", "Cyrillic letter that looks like the Latin “a”", 5),
        ("Ѕ = 1", "Cyrillic", 1),
        ("x = Β + B", "Greek letter that looks like the Latin “B”", 5),
        ("x = aж", "stands among Latin letters", 6),
        ("x = \u202ey", "text direction (U+202E)", 5),
        ("x\u200e = y", "text direction (U+200E)", 2),
        ("x = \x00", "control character (U+0000)", 5),
        ("x = y\x7f²", "unknown character (U+007F)", 6),
        ("x = \u200dy", "U+200D", 5),
        ("x = \ue000{1}{2}", "U+E000", 5),
        ("x = \ud800", "U+D800", 5),
    ],
)
def test_deception_is_refused_with_its_place(text: str, message: str, column: int) -> None:
    error = refused(text)
    assert message in error.message
    assert error.place is not None
    assert error.place.column == column


def test_greek_and_other_letters_are_names() -> None:
    assert read_draft("Λ = Δx + σ + μ + ж + ñ + ℓ + 变").body


UNITS = [
    *"()[]{}-+^_.,;:#$~|'\"\\/*=<>&%\t\n",
    *["x ", "x_{", "x^", "sum_j ", "for b ", "for b: ", "for b:\n", "1[", "E_{", "E_{x ~ P} ", "δ_", "∂L/∂", "√"],
    *["\\frac{", "\\tilde{", "\\text{", "tanh^2(x)", "sum_{j=1}^{n} ", "W^{a,b}", "index b in B,", "x̃", "x²", "ₜ"],
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_repetition_ends_soon(unit: str) -> None:
    text = "x = " + unit * (65_000 // len(unit.encode()))
    start = now()
    try:
        read_draft(text)
    except SymgradError as error:
        assert str(error)  # noqa: PT017
    assert now() - start < SECONDS


PIECES = [
    *["for ", "For ", "b", "j", "t", "Z", "s.grad", "x'", "p", "[b]", "[b, j]", " ", ", ", ":", ";", "\n"],
    *["\n  ", "\n\t", " += ", " -= ", " = ", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "^", "**", "2"],
    *["0.5", "1/2x", "//", "%", "sum_j ", "sum_", "Σ_{j,k}", "mean_b ", "max_j ", "max(", "exp(", "ln ", "√"],
    *["δ_{ij}", "δ(", "1[", "I[", "i=j", "<=", "<", "!=", "==", "..", "in ", "T..1", "e^", "E_{x ~ P}", "~"],
    *["_", "'", ".grad", "#", "$", "&", "²", "ₜ", "R̃", "index ", "size ", "input ", "integer ", "constraint "],
    *["distribution ", "function ", "output ", " over ", "f(", "f_y", "\\frac{", "\\sqrt{", "}{", "\\tilde{"],
    *["\\mu", "\\text{", "\\grad", "\\pluseq", "\\\\", "∂L/∂x", "W^{h,R}", "h_{t-1}"],
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.booleans())
def test_random_text_is_read_or_refused(text: str, capital_sums: bool) -> None:
    prefix = "function f(y, z), g(x)\ninput h[t, b]\n" if capital_sums else ""
    for read in (read_expression, lambda t: read_draft(prefix + t, capital_sums=capital_sums, aliases={"Wh,R": "W"})):
        try:
            read(text)
        except SymgradError as error:
            assert error.hint in str(error)  # noqa: PT017


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_draft(text, aliases={text[:3]: "W", "Wh,R": text[3:6]} if "a" not in text else None)
    except SymgradError as error:
        assert str(error)  # noqa: PT017
