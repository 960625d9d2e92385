"""Verifying: what a file says is right is proved, what it says is wrong is refuted, and a wrong file fails."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from symgrad.course import Part, Row, load_problem, problem_names, verify
from symgrad.course.audit import audit
from symgrad.course.judge import judged_program as judged
from symgrad.course.load import read_problem
from symgrad.course.question import concerned, derived
from symgrad.course.verify import verify_part
from symgrad.errors import UsageError
from symgrad.evaluate import GradientReport, check_gradients
from symgrad.language.program import Program
from tests.course.problems import FORWARD, RECURRENT, SETTING, part, problem

ADJOINT = "ask = 'adjoint'\nstatements = [1]\nwrt = ['x']\n"
RIGHT = "for b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]"
WRONG = "for b, j: x.grad[b, j] += y.grad[b, j] w[j] x[b, j]"


@pytest.mark.parametrize("name", problem_names())
def test_shipped_problems_are_as_they_say(name):
    rows = list(verify(load_problem(name)))
    assert [row.note for row in rows] == [""] * len(rows)
    assert all(row.ok and row.verdict == "proved" and row.claims for row in rows)
    assert all(row.error is None or row.error < 1e-9 for row in rows)


def test_a_row_says_what_was_found():
    row = verify_part(load_problem("softmax").part("b"))[0]
    assert (row.problem, row.part) == ("softmax", "b")
    assert row.source.startswith("TTIC 31230")
    assert row.derived == "for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2"
    assert [claim.kind for claim in row.claims].count("mistake") == 6
    assert row.claims[0].verdict.sizes == ("B", "J")
    assert 0 < row.seconds < 20
    found = row.to_json()
    assert list(found)[:7] == ["problem", "part", "source", "derived", "verdict", "published", "error"]


def test_a_loop_that_adds_zero_may_be_left_out():
    asked = load_problem("batchnorm").part("")
    loops = asked.answer.strip().splitlines()
    without = [line for line in loops if "µ.grad[j] -= 2/(B-1)" not in line]
    assert len(without) == len(loops) - 1
    assert judged(asked, "\n".join(without)).status == "proved"
    for line in without:
        assert judged(asked, "\n".join(other for other in without if other != line)).status == "refuted", line


def row_of(keys: str, forward: str = FORWARD) -> Row:
    (row,) = verify_part(part(keys, forward))
    return row


@pytest.mark.parametrize(
    ("keys", "verdict", "said"),
    [
        (f"{ADJOINT}answer = '{WRONG}'", "refuted", "answer: refuted, but should be proved"),
        (
            f"{ADJOINT}answer = '{RIGHT}'\n[[part.mistake]]\nname = 'm'\nfeedback = 'f'\nanswer = '{RIGHT}'",
            "refuted",
            "mistake 'm': proved, but should be refuted",
        ),
        (
            f"{ADJOINT}derivation = 'x.grad[b, j] = 2 y.grad[b, j] w[j] x[b, j] = 2 y.grad[b, j] x[b, j]'",
            "refuted",
            "equation '2 y.grad[b, j] w[j] x[b, j] = 2 y.grad[b, j] x[b, j]': refuted, but should be proved",
        ),
        (
            f"{ADJOINT}[[part.published]]\nverdict = 'proved'\nsource = 'A book'\nanswer = '{WRONG}'",
            "refuted",
            "published 'A book': refuted, but should be proved",
        ),
        (
            f"{ADJOINT}[[part.published]]\nverdict = 'refuted'\nanswer = '{RIGHT}'",
            "refuted",
            "published: proved, but should be refuted",
        ),
        (
            "ask = 'explain'\nanswer = '''\nSo:\n```loops\nc[b] = sum_j w[j] x[b, j]\n```\n'''",
            "refuted",
            "program: refuted, but should be proved",
        ),
        (
            "ask = 'explain'\nanswer = '''\n```equations\ny[b, j] = x[b, j]^2\n```\n'''",
            "refuted",
            "equation 'y[b, j] = x[b, j]^2': refuted, but should be proved",
        ),
    ],
)
def test_a_file_that_says_what_is_not_so_fails(keys, verdict, said):
    row = row_of(keys)
    assert (row.ok, row.verdict) == (False, verdict)
    assert row.note.startswith(said)


def test_a_part_that_claims_nothing_is_derived_and_checked():
    row = row_of(ADJOINT)
    assert (row.ok, row.verdict, row.claims, row.audited) == (True, "proved", (), "proved")
    assert row.error is not None
    row = row_of("ask = 'loops'", RECURRENT)
    assert (row.ok, row.verdict, row.audited) == (True, "proved", "proved")


def test_loops_that_forward_mode_contradicts_fail(monkeypatch):
    monkeypatch.setattr(sys.modules["symgrad.course.audit"], "derived", lambda asked: _doubled(derived(asked)))
    row = row_of(ADJOINT)
    assert (row.ok, row.audited) == (False, "refuted")
    assert row.note == "internal error: the derived loops are contradicted"


def _doubled(backward: Program) -> Program:
    return replace(backward, body=backward.body * 2)


@pytest.mark.parametrize("name", ["softmax.a", "softmax.b", "softmax.c", "softmax-optimized"])
def test_shipped_loops_are_proved_against_forward_mode(name):
    problem_name, _, part_name = name.partition(".")
    asked = load_problem(problem_name).part(part_name)
    assert audit(asked)


def test_no_audit_of_gradients_whose_tangents_are_not_free():
    verdict = audit(part("ask = 'loops'\nwrt = ['y']"))
    assert (verdict.status, verdict.reason.startswith("only gradients of computed tensors")) == ("unknown", True)


def test_a_part_that_cannot_be_checked_on_numbers_fails():
    row = row_of("ask = 'loops'", "input x\ny = log(-1 - x^2)")
    assert not row.ok
    assert row.note.startswith("no check on numbers could be made: ")


def test_a_derivation_that_numbers_contradict_fails(monkeypatch):
    asked = part(ADJOINT)

    def emptied(_kind: object, _part: Part) -> GradientReport:
        return check_gradients(concerned(asked), replace(derived(asked), body=()))

    monkeypatch.setattr("symgrad.course.kinds.loops.Loops.numeric", emptied)
    (row,) = verify_part(asked)
    assert not row.ok
    assert row.note.startswith("internal error: the numbers contradict the derivation")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("for b: x.grad[b, j] += 2 y.grad[b, j]", "it does not fit: no loop binds the index j"),
        ("for b, j: x.grad[b, j] += 2 z[b, j]", "it does not fit: unknown tensor z"),
        (
            "constraint w[j] = 1\nfor b, j: x.grad[b, j] += 2 y.grad[b, j] x[b, j]",
            "it does not fit: an answer puts no conditions on what is given",
        ),
        (
            "constraint y.grad[b, j] = 0\nfor b, j: x.grad[b, j] += 0",
            "it does not fit: an answer puts no conditions on what is given",
        ),
        ("for b, j, k: x.grad[b, j] += y.grad[b, k]\nindex k in B", "it does not fit: "),
    ],
)
def test_an_answer_that_does_not_fit_is_refuted_with_the_reason(answer, said):
    verdict = judged(part(ADJOINT), answer)
    assert verdict.status == "refuted"
    assert verdict.reason.startswith(said)


def test_a_program_that_computes_too_little_is_refuted():
    verdict = judged(part("ask = 'show'\nanswer = 'c[b] = sum_j w[j] x[b, j]^2'"), "y[b, j] = w[j] x[b, j]^2")
    assert (verdict.status, verdict.reason) == ("refuted", "it does not compute c")


ORDERS = [
    ("for b, j: x.grad[b, j] = 2 c.grad[b] w[j] x[b, j]", "refuted"),  # throws away what was there
    ("for b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]\nfor b, j: y.grad[b, j] += c.grad[b]", "refuted"),
    ("for b, j: y.grad[b, j] += c.grad[b]\nfor b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]", "proved"),
    ("y.grad[b, j] = c.grad[b]\nfor b, j: x.grad[b, j] += 2 y.grad[b, j] w[j] x[b, j]", "proved"),
    ("for b, j: x.grad[b, j] += c.grad[b] w[j] x[b, j]\nfor b, j: x.grad[b, j] += c.grad[b] w[j] x[b, j]", "proved"),
]


@pytest.mark.parametrize(("answer", "status"), ORDERS)
def test_order_is_meaning(answer, status):
    assert judged(part("ask = 'loops'\nwrt = ['x']"), answer).status == status


def test_declarations_that_contradict_the_problem_decide_nothing():
    verdict = judged(part(ADJOINT), f"size J >= 2, K = J\nindex j in 1..K\n{RIGHT}")
    assert verdict.status != "proved"


def test_an_answer_may_add_nothing_where_nothing_is_to_be_added():
    asked = part("ask = 'loops'\nwrt = ['x']", "input x, z\ny = 2 z + x^0")
    assert judged(asked, "for b: d[b] += z\nindex b in B").status == "proved"
    assert judged(asked, "x.grad += y.grad").status == "refuted"


def test_the_average_is_part_of_the_question():
    asked = part("ask = 'adjoint'\nstatements = [1]\nwrt = ['w']")
    assert judged(asked, "for b, j: w.grad[j] += 1/B y.grad[b, j] x[b, j]^2")
    assert judged(asked, "for b, j: w.grad[j] += y.grad[b, j] x[b, j]^2").status == "refuted"


def test_rows_come_part_by_part():
    two = problem(f"[[part]]\nid = 'a'\ntext = '?'\n{ADJOINT}[[part]]\nid = 'b'\ntext = '?'\nask = 'loops'\n")
    assert [(row.part, row.verdict) for row in verify(two)] == [("a", "proved"), ("b", "proved")]


TWO_BOOKS = 'source = ["A book", "A leaflet"]\n'
ANSWERED = f"[[part]]\nid = 'a'\ntext = '?'\n{ADJOINT}answer = '{RIGHT}'\n"
SHORT = "for b, j: y[b, j] += w[j] x[b, j]^2\nfor b, j: c[b] += y[b, j]"


def of_two_books(parts: str) -> list[Row]:
    """The rows of a problem that two documents state."""
    text = SETTING.format(forward=FORWARD, more=f'{TWO_BOOKS}average = "b"') + parts
    return list(verify(read_problem(text, "squares")))


def wording(source: str, verdict: str, forward: str) -> str:
    return f"[[stated]]\nsource = '{source}'\nverdict = '{verdict}'\nnote = 'n'\nforward = '''{forward}'''\n"


def printed(source: str, verdict: str, answer: str) -> str:
    return f"[[part.published]]\nsource = '{source}'\nverdict = '{verdict}'\nnote = 'n'\nanswer = '{answer}'\n"


def test_a_row_for_each_document_with_what_it_prints():
    rows = of_two_books(ANSWERED + printed("A book", "proved", RIGHT) + printed("A leaflet", "refuted", WRONG))
    assert [(row.source, row.ok, row.verdict, row.published) for row in rows] == [
        ("A book", True, "proved", "proved"),
        ("A leaflet", True, "proved", "refuted"),
    ]
    assert [[(c.kind, c.name) for c in row.printed] for row in rows] == [
        [("published", "A book")],
        [("published", "A leaflet")],
    ]


def test_an_answer_that_names_no_document_goes_with_the_first():
    rows = of_two_books(ANSWERED + f"[[part.published]]\nverdict = 'proved'\nanswer = '{RIGHT}'\n")
    assert [row.published for row in rows] == ["proved", ""]


def test_what_one_document_prints_fails_its_row_alone():
    rows = of_two_books(ANSWERED + printed("A book", "proved", RIGHT) + printed("A leaflet", "proved", WRONG))
    assert [(row.ok, row.verdict) for row in rows] == [(True, "proved"), (False, "refuted")]
    assert rows[1].note == "published 'A leaflet': refuted, but should be proved"


@pytest.mark.parametrize(
    ("verdict", "forward", "note"),
    [
        ("proved", SHORT.replace("^2", ""), "stated 'A leaflet': refuted, but should be proved"),
        ("refuted", SHORT, "stated 'A leaflet': proved, but should be refuted"),
        ("proved", "c[b] = sum_j w[j] x[b, j]^2", ""),
        ("refuted", "for b, j: y[b, j] += w[j] x[b, j]^2", ""),  # c is missing
        ("refuted", SHORT.replace("w[j]", "v[j]"), ""),
    ],
)
def test_a_wording_that_is_not_as_the_file_says_fails_the_first_row_of_its_document(verdict, forward, note):
    parts = ANSWERED + ANSWERED.replace("'a'", "'b'")
    rows = of_two_books(wording("A leaflet", verdict, forward) + parts)
    assert [(row.part, row.source) for row in rows] == [(p, s) for p in "ab" for s in ("A book", "A leaflet")]
    assert [row.note for row in rows] == ["", note, "", ""]
    assert [row.ok for row in rows] == [True, not note, True, True]
    status = rows[1].printed[0].verdict.status
    assert [row.published for row in rows] == ["", "" if status == "proved" else status, "", ""]


def test_a_row_that_fails_keeps_its_verdict_where_the_wording_fails_as_well():
    parts = ANSWERED.replace(RIGHT, WRONG)
    rows = of_two_books(wording("A book", "refuted", SHORT) + parts)
    assert rows[0].verdict == "refuted"
    assert rows[0].note.count("but should be") == 2


@pytest.mark.parametrize(
    ("source", "documents"),
    [
        ("", ["A book", "A leaflet"]),
        ("source = 'A leaflet'\n", ["A leaflet"]),
        ("source = []\n", [""]),
    ],
)
def test_a_part_has_rows_for_the_documents_that_ask_it(source, documents):
    assert [row.source for row in of_two_books(ANSWERED.replace("text", f"{source}text", 1))] == documents


def test_documents_are_taken_from_answers_where_the_problem_names_none():
    rows = list(verify(problem(ANSWERED + printed("A book", "proved", RIGHT) + printed("A map", "refuted", WRONG))))
    assert [(row.source, row.published) for row in rows] == [("A book", "proved"), ("A map", "refuted")]


def test_the_first_part_may_have_no_name():
    two = problem(ANSWERED.replace("id = 'a'\n", "") + ANSWERED)
    assert [part.name for part in two.parts] == ["squares", "squares.a"]
    assert two.part("") is two.parts[0]
    with pytest.raises(UsageError, match="has several parts"):
        problem(ANSWERED + ANSWERED.replace("'a'", "'b'")).part("")


def test_mistakes_need_no_simple_witness():
    row = row_of(f"{ADJOINT}answer = '{RIGHT}'\n[[part.mistake]]\nname = 'm'\nfeedback = 'f'\nanswer = '{WRONG}'")
    (mistake,) = (claim for claim in row.claims if claim.kind == "mistake")
    as_found, simple = mistake.verdict.witness, judged(part(ADJOINT), WRONG).witness
    assert as_found is not None
    assert simple is not None
    assert sum(simple.sizes.values()) < sum(as_found.sizes.values())
