"""What cannot be read, with the sentence and the place: the rows of the reader's table and all other refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from symgrad.errors import ReadingError, UsageError
from symgrad.language.read import read_draft, read_expression, read_program
from symgrad.language.reading import errors as read_errors


def refused(text: str, read: Callable[..., object] = read_draft, **options: object) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read(text, **options)
    assert caught.value.source == text
    return caught.value


# Mistakes are a table, and the table is the test.

SAMPLES: dict[str, tuple[str, tuple[int, int]]] = {
    "range with a colon": ("for i in 1:n: x[i] += 1", (1, 12)),
    "empty expression": ("", (1, 1)),
    "two numbers": ("x = 2 3", (1, 7)),
    "lost fraction bar": ("for b: x[b] += 1\nB y[b]", (2, 1)),
    "one group of a fraction": (r"x = \frac{y}", (1, 12)),
    "number behind": ("for b: x[b] -= p[b]/Z[b]2", (1, 25)),
    "indicator without comparison": ("x = 1[i]", (1, 6)),
    "double brackets": ("x = y[[b]]", (1, 7)),
    "brackets behind brackets": ("x = y[b][j]", (1, 9)),
    "grouping brackets": ("x = [y + 1] z", (1, 5)),
    "brackets behind a power": ("x = Z^2[b]", (1, 8)),
    "slice": ("x = y[:, b]", (1, 7)),
    "colon without for": ("x = y: z", (1, 6)),
    "arrow": ("x <- y", (1, 3)),
    "comparison as statement": ("x == 2", (1, 3)),
    "second assignment": ("x = y = z", (1, 7)),
    "bad target": ("x + y = 2", (1, 3)),
    "comparison in brackets": ("x = (y = z)", (1, 8)),
    "missing function argument": ("x = exp", (1, 5)),
    "missing summand": ("x = sum_j", (1, 9)),
    "loop inside": ("x = y for b: z = 1", (1, 7)),
    "missing index": ("for: x = 1", (1, 1)),
    "comma before a colon": ("for b, : x = 1", (1, 6)),
    "in without range": ("index b in", (1, 9)),
    "missing expression": ("x = y +", (1, 7)),
    "missing left side": ("x = y\n+ z", (2, 1)),
    "no statement": ("exp(x)", (1, 1)),
    "tilde": ("x = y ~ z", (1, 7)),
    "dots": ("x = 3..4", (1, 6)),
    "in a declaration": ("index b B", (1, 9)),
    "decimal comma": ("x = 2,5 y", (1, 6)),
    "comma between statements": ("x = 1, y = 2", (1, 6)),
}


def test_every_row_of_the_table_of_mistakes_has_a_sample() -> None:
    assert [row.name for row in read_errors.ROWS] == list(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_mistake_is_told_by_its_row(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, (line, column) = SAMPLES[name]
    read = read_draft if text else read_expression
    error = refused(text, read)
    assert error.place is not None
    assert (error.place.line, error.place.column) == (line, column)
    assert error.hint
    monkeypatch.setattr(read_errors, "ROWS", tuple(row for row in read_errors.ROWS if row.name == name))
    assert refused(text, read).message == error.message
    assert "does not fit here" not in error.message


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("x = 1/0", "divides by 0", (1, 6)),
        (r"x = \frac{y}{0}", "divides by 0", (1, 5)),
        ("x = ln P[x]/Q[x]", "what does this / divide", (1, 12)),
        ("x = sin^-1(y)", "power of sin or its inverse", (1, 5)),
        ("x = sum y", "sum needs the index", (1, 5)),
        ("x = sum_j + 1", "nothing stands between", (1, 5)),
        ("x = 1[a < b < c]", "chain of comparisons", (1, 13)),
        ("for t <= t: x = 1", "bounded by itself", (1, 10)),
        ("for b, b: x = 1", "named twice", (1, 8)),
        ("for b + 1: x = 1", "an index is expected", (1, 5)),
        ("x = sum_{j != k} y", "cannot range over", (1, 12)),
        ("x = (y", "“(” is never closed", (1, 5)),
        ("x = exp(y[b)]", "“[” is closed by “)”", (1, 10)),
        ("x = y)", "“)” closes nothing", (1, 6)),
        ("for b:", "nothing to do", (1, 1)),
        ("for b:\nx = 1", "nothing to do", (1, 1)),
        ("x = h[t] for t in 1..T", "behind its statement", (1, 10)),
        ("x = 1\n  y = 1", "no loop is open", (2, 3)),
        ("for b: x[b] = 1\n  y[b] = 1", "body on its own line", (2, 3)),
        ("for b:\n    x[b] = 1\n  y = 1", "indented like no line", (3, 3)),
        ("for b:\n\tx[b] = 1\n    y[b] = 1", "tabs and spaces", (2, 2)),
        ("x *= 2", "“*=” means nothing", (1, 3)),
        ("x =+ 2", "“=+” means nothing", (1, 3)),
        ("x = |y", "has no partner", (1, 5)),
        ("x = A @ y", "“@” means nothing", (1, 7)),
        (r"x = \foo{y}", r"“\foo” means nothing", (1, 5)),
        ("x = y if z", "“if” is no word", (1, 7)),
        ("index b", "has no range", (1, 7)),
        ("size B <= 3", "least value only", (1, 8)),
        ("size B[2]", "has no brackets", (1, 6)),
        ("input x > 1", "only its sign", (1, 9)),
        ("input x = 1", "does not fit a declaration", (1, 9)),
        ("integer y[b]", "which values", (1, 9)),
        ("function f", "has no parameters", (1, 10)),
        ("distribution P[x] over y", "sums over none", (1, 14)),
        ("constraint x", "a comparison is expected", (1, 12)),
        ("for b: input x[b]", "inside a loop", (1, 8)),
        ("function f(y)\nx = ∂f/∂w(a)", "has no parameter w", (2, 9)),
        ("input p[b]\nx = ∂p/∂q[b]", "with a scalar L", (2, 5)),
        ("x = ∂L/q", "partial derivative is written", (1, 5)),
        ("x = _y", "subscript stands here without", (1, 5)),
    ],
)
def test_refusal(text: str, message: str, place: tuple[int, int]) -> None:
    error = refused(text)
    assert message in error.message
    assert error.hint
    assert error.place is not None
    assert (error.place.line, error.place.column) == place


def test_the_caret_stands_under_the_mistake_whatever_stands_before_it() -> None:
    error = refused("x = 1\n\\tilde{R}² − µ 2 = 1", name="answer")
    assert str(error).splitlines()[0].startswith("answer:2:1")
    assert error.place is not None
    assert error.place.column == len("\\tilde{R}") + 1


@pytest.mark.parametrize("text", ["", "   \n\n", "# only a comment"])
def test_nothing_is_an_empty_program(text: str) -> None:
    assert read_draft(text).body == ()


def test_an_empty_expression_is_refused() -> None:
    with pytest.raises(ReadingError, match="missing"):
        read_expression("")


def test_an_expression_is_one_expression() -> None:
    with pytest.raises(ReadingError):
        read_expression("x\ny")


def test_a_lost_fraction_bar_is_asked_back() -> None:
    error = refused("For b, j µ[j] += 1\nB−1 x[b, j]")
    assert "fraction bar" in error.message
    assert "1/(B-1) x[b, j]" in error.hint
    assert error.place is not None
    assert error.place.line == 2
    both = refused("For b, j s[j] += 1\nB−1 (x[b, j]− µ[j])2")
    assert "1/(B-1) (x[b, j]- μ[j])^2" in both.hint
    assert "root sign" in refused("for b: y[b] += x[b]√\n\ns[b]").message


@pytest.mark.parametrize(
    ("text", "message", "hint", "column"),
    [
        ("for t = T downto 1: x[t] += y[t]", "“downto” is no part of a range", "for t in T..1", 11),
        ("for t in T down to 1: x[t] += y[t]", "“down to” is no part of a range", "for t in T..1", 12),
        ("for i in 0..n-1 step 2: x[i] += y[i]", "a range goes by ones", "x[2*i]", 17),
        ("for i in 0..n-1 by 2, j: x[i] += y[i]", "a range goes by ones", "x[2*i]", 17),
        ("for i in 1:n: x[i] += y[i]", "two dots", "1..n", 12),
        ("for i = 0:n-1: x[i] += y[i]", "two dots", "1..n", 11),
        ("for i = 1:n, j = 1:m: x[i] += y[j]", "two dots", "1..n", 11),
    ],
)
def test_ranges_of_other_languages(text: str, message: str, hint: str, column: int) -> None:
    with pytest.raises(ReadingError) as caught:
        read_draft(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.place is not None
    assert caught.value.place.column == column


@pytest.mark.parametrize(
    "text", ["for by: x[by] += y[by]", "for step in S: x[step] += y[step]", "for i in 3: x[i] += 1"]
)
def test_indices_may_bear_the_names_of_such_words(text: str) -> None:
    assert read_draft(text).body


@pytest.mark.parametrize(("thing", "kind"), [(None, "NoneType"), (b"x = 1", "bytes"), (3, "int")])
def test_what_is_no_text_is_refused(thing: object, kind: str) -> None:
    for read in (read_program, read_draft, read_expression):
        with pytest.raises(UsageError, match=f"must be text, not {kind}"):
            read(thing)  # type: ignore[operator]
