"""Questions that ask to show an inequality: steps judged one by one, facts that may be cited, wrong answers."""

from __future__ import annotations

import pytest

from symgrad.course.kinds import kind
from symgrad.course.load import load_problem, read_problem
from symgrad.course.solve import solve
from symgrad.course.verify import verify
from symgrad.errors import ReadingError
from tests.course.problems import problem

ENTROPIES = """
index x in X
distribution P[x] over x, Q[x] over x
HP = E_{x ~ P} - ln P[x]
HPQ = E_{x ~ P} - ln Q[x]
KL = E_{x ~ P} ln(P[x]/Q[x])
chi = sum_x (P[x] - Q[x])^2/Q[x]
"""

PART = """
[[part]]
ask = "inequality"
text = "Show it."
claim = "HPQ >= HP"
"""


def judged(answer: str, keys: str = ""):
    part = problem(PART + keys, ENTROPIES).parts[0]
    return kind(part.ask).judged(part, answer)


@pytest.fixture(scope="module")
def shipped():
    return load_problem("kl")


def test_the_shipped_problem_is_as_it_says(shipped):
    rows = list(verify(shipped))
    assert [(row.part, row.verdict, row.ok) for row in rows] == [(name, "proved", True) for name in "abc"]
    assert all(row.source == "TTIC 31230 Backpropagation Problems, 2019" for row in rows)
    assert "w = P[x] >= 0, r = Q[x]/P[x]" in rows[0].derived
    assert rows[2].error < 1e-10


@pytest.mark.parametrize(
    "answer",
    [
        "HPQ - HP = sum_x P[x] ln(P[x]/Q[x]) >= 0",
        "HPQ - HP = KL\n         >= 0   # known",
        "0 <= KL = HPQ - HP",
        "HPQ = HP + KL\n >= HP",
        "HP - HPQ = sum_x P[x] ln(Q[x]/P[x]) <= ln(sum_x Q[x]) = 0",
        "HP - HPQ = sum_x P[x] ln(Q[x]/P[x])\n <= sum_x P[x] (Q[x]/P[x] - 1)  # ln t <= t - 1\n = 1 - 1 = 0",
        "KL >= 0\n\nHPQ - HP = KL",
        r"HPQ - HP = KL \geq 0",
        "HPQ - HP = KL ≥ 0",
        "HPQ - HP = E_{x ~ P}[-ln Q(x)] - E_{x ~ P}[-ln P(x)] = E_{x ~ P}[ln(P(x)/Q(x))] >= 0",
        "We have HPQ = HP + KL\n  ≥ HP since KL ≥ 0. ∎",
        "HPQ - HP = KL >= 0 ⇒ HPQ >= HP",
    ],
)
def test_ways_to_show_it(answer):
    verdict = judged(answer, 'facts = ["KL >= 0"]')
    assert verdict.status == "proved", verdict


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("HPQ - HP = sum_x P[x] ln(Q[x]/P[x]) >= 0", "`HPQ - HP = sum_x P[x] ln(Q[x]/P[x])` is wrong"),
        ("HPQ - HP = KL > 0", "`KL > 0` is wrong"),
        ("HPQ - HP = KL >= chi >= 0", "`KL >= chi` is wrong"),
        ("HPQ >= HP => HPQ >= HP", "it states what is to be shown, and does not show it"),
        ("HPQ >= HP", "it states what is to be shown, and does not show it"),
        ("HP = HP + 0 >= 0", "its steps hold, but do not come to HPQ >= HP"),
        ("HPQ = HP + KL", "its steps hold, but do not come to HPQ >= HP"),
        ("HPQ >= HP + KL <= HPQ", "its steps hold, but do not come to HPQ >= HP"),
        ("HP - HPQ = -KL <= 1", "its steps hold, but do not come to HPQ >= HP"),
    ],
)
def test_what_is_wrong_is_named(answer, said):
    verdict = judged(answer, 'facts = ["KL >= 0"]')
    assert (verdict.status, verdict.reason) == ("refuted", said)
    assert (verdict.witness is not None) == ("is wrong" in said)


def test_a_cited_fact_is_an_assumption_and_another_one_is_proved():
    cited = judged("HPQ - HP = KL >= 0", 'facts = ["KL >= 0"]')
    assert "KL >= 0, a fact that was cited" in cited.assumptions
    proved = judged("HPQ - HP = KL >= 0")
    assert proved.status == "proved"
    assert not any("cited" in words for words in proved.assumptions)


def test_an_author_s_facts_and_claims_are_proved_too():
    text = PART.replace("HPQ >= HP", "HPQ >= HP + chi") + 'facts = ["KL >= chi"]\nanswer = "HPQ - HP = KL >= chi"'
    (row,) = verify(problem(text, ENTROPIES))
    assert not row.ok
    wrong = [(c.kind, c.verdict.status) for c in row.claims if not c.ok]
    assert wrong == [("claim", "refuted"), ("fact", "refuted"), ("equation", "refuted"), ("answer", "refuted")]


def test_an_equation_to_be_shown():
    keys = PART.replace("HPQ >= HP", "HPQ - HP = KL")
    part = problem(keys, ENTROPIES).parts[0]
    question = kind(part.ask)
    assert question.judged(part, "HPQ - HP = sum_x P[x] (ln P[x] - ln Q[x]) = KL").status == "proved"
    assert question.judged(part, "HPQ - HP = KL").status == "refuted"
    assert question.judged(part, "1 = 1").status == "refuted"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('claim = "HPQ >= HP >= 0"', "this is more than one relation"),
        ('claim = "HPQ"', "there is no equation here"),
        ('claim = "HPQ >= foo"', "unknown name foo"),
        ('claim = "HPQ >= HP"\nfacts = ["KL"]', "there is no equation here"),
        ('claim = "HPQ >= HP"\nanswer = "HPQ += HP"', "this is an update, not an equation"),
        ('claim = "HPQ >= HP"\nwrt = ["P"]', "wrt has no meaning where the part asks to show an inequality"),
        ("", "a part needs the key 'claim': a text"),
    ],
)
def test_what_is_wrong_with_a_file(keys, said):
    with pytest.raises(ReadingError) as caught:
        problem(f'[[part]]\nask = "inequality"\ntext = "?"\n{keys}', ENTROPIES)
    assert said in [finding.message for finding in caught.value.findings]


def test_the_worked_solution_shows_certificate_and_equality(shipped):
    solution = solve(shipped)
    assert solution.status == "proved"
    text = solution.text()
    for said in (
        "phi(r) = r - 1 - log(r)",
        "phi''(r) = 1/r^2 >= 0",
        "sum_x Q[x] - sum_x P[x] = 0",
        "equality exactly where P[x] = Q[x] for all x",
        ">= 0                               # proved; a known fact",
        "In H(P,Q) >= H(P) both sides are equal exactly where P[x] = Q[x] for all x.",
    ):
        assert said in text


GRADIENTS = """
format = 1
title = "Gradients of entropies"
forward = '''
index j in J
input s[j], y[j], q[j] > 0
distribution P[j] over j
for j: Z += exp(s[j])
for j: p[j] += exp(s[j])/Z
for j: H -= y[j] ln p[j]
for j: N += q[j] ln q[j]
for j: D += q[j] ln(q[j]/P[j])
'''

[[part]]
id = "any"
ask = "adjoint"
statements = [1, 2, 3]
wrt = ["s"]
text = "y need not sum to 1."
answer = '''
for j: t += y[j]
for j: s.grad[j] += H.grad (t p[j] - y[j])
'''
[[part.mistake]]
name = "sum of y taken for 1"
answer = '''for j: s.grad[j] += H.grad (p[j] - y[j])'''
feedback = "y does not sum to 1."

[[part]]
id = "log"
ask = "adjoint"
statements = [4]
wrt = ["q"]
text = "The derivative of q ln q."
answer = '''for j: q.grad[j] += N.grad (ln q[j] + 1)'''
[[part.mistake]]
name = "the 1 lost"
answer = '''for j: q.grad[j] += N.grad ln q[j]'''
feedback = "The product rule has two terms."
"""


def test_mistakes_about_gradients_of_entropies_are_refuted():
    rows = list(verify(read_problem(GRADIENTS, "gradients")))
    assert [row.ok for row in rows] == [True, True], [row.note for row in rows]


ONLY_STATED = "it states what is to be shown, and does not show it"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("H(P,Q) - H(P) >= 0", ONLY_STATED),
        ("0 <= H(P,Q) - H(P)", ONLY_STATED),
        ("H(P,Q) + 0 >= H(P) + 0", ONLY_STATED),
        ("H(P,Q) = H(P,Q) >= H(P)", ONLY_STATED),
        ("H(P,Q) >= (H(P,Q) + H(P))/2 >= H(P)", ONLY_STATED),
        ("2 H(P,Q) - 2 H(P) >= 0", ONLY_STATED),
        ("H(P) - H(P,Q) <= 0", ONLY_STATED),
        ("KL >= 0", "its steps hold, but none of them says what HP and HPQ have to do with it"),
        ("H(P,Q) = H(P,Q)\n\nKL >= 0", "its steps hold, but none of them says what HP and HPQ have to do with it"),
    ],
)
def test_the_claim_in_disguise_is_not_shown(shipped, answer, said):
    verdict = kind("inequality").judged(shipped.part("a"), answer)
    assert (verdict.status, verdict.reason) == ("refuted", said)


@pytest.mark.parametrize("answer", ["H(P,P) - H(P) = 0", "H(P,P) = H(P,P) = H(P)", "0 = H(P) - H(P,P)"])
def test_an_equation_in_disguise_is_not_shown(shipped, answer):
    verdict = kind("inequality").judged(shipped.part("b"), answer)
    assert (verdict.status, verdict.reason) == ("refuted", ONLY_STATED)


@pytest.mark.parametrize(
    "answer",
    [
        "H(P,Q) - H(P) = KL(P,Q) >= 0",
        "H(P,Q) = H(P) + KL(P,Q) >= H(P)",
        "H(P,Q) = H(P,Q) - H(P) + H(P) = KL(P,Q) + H(P) >= H(P)",
        "KL(P,Q) = H(P,Q) - H(P) >= 0",
        "KL(P,Q) >= 0\nKL(P,Q) = -H(P) + H(P,Q)\nH(P,Q) >= H(P)",
    ],
)
def test_what_is_shown_stays_right(shipped, answer):
    assert kind("inequality").judged(shipped.part("a"), answer).status == "proved"


def test_a_square_multiplied_out_is_a_step():
    part = problem(PART.replace("HPQ >= HP", "a^2 + b^2 >= 2 a b"), "input a, b\ny = a + b\n").parts[0]
    answers = ("(a - b)^2 >= 0", "a^2 + b^2 - 2 a b = (a - b)^2 >= 0", "a^2 - 2 b a + b^2 >= 0")
    found = [kind(part.ask).judged(part, answer).status for answer in answers]
    assert found == ["proved", "proved", "refuted"]


@pytest.mark.parametrize(
    "answer",
    [
        r"H(P,Q) - H(P) = KL(P,Q) \\ KL(P,Q) \ge 0 \\ \Rightarrow H(P,Q) \ge H(P)",
        r"\begin{align} H(P,Q) - H(P) &= KL(P,Q) \\[2pt] &\ge 0 \end{align}",
        "H(P,Q) - H(P) = KL(P,Q) \\\\\n>= 0 # known \\\\ it is a divergence",
    ],
)
def test_a_line_break_of_latex_ends_a_line(shipped, answer):
    verdict = kind("inequality").judged(shipped.part("a"), answer)
    assert verdict.status == "proved", verdict


def test_places_behind_a_line_break_of_latex(shipped):
    text = r"H(P,Q) - H(P) = KL(P,Q) \\ KL(P,Q) = nothing"
    with pytest.raises(ReadingError) as caught:
        kind("inequality").judged(shipped.part("a"), text)
    place = caught.value.findings[0].place
    assert (place.line, place.column) == (1, text.index("nothing") + 1)


def test_a_chain_that_puts_definitions_for_names_is_not_refuted(shipped):
    text = "E_{x ~ P}[-ln Q(x)] - E_{x ~ P}[-ln P(x)] = KL(P,Q) >= 0"
    assert kind("inequality").judged(shipped.part("a"), text).status == "unknown"
