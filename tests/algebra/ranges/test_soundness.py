"""False claims that are close to what the proofs use, each one true but for a case that is easily forgotten.

Each has a witness: a point with exact inputs at which the sides differ. None may be proved, by sums over integer sets
or by the normal form of rectangular loops. Beside them stand claims that are like them and true: these are proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest

from symgrad.algebra.compare import Outcome, compare_expressions, compare_programs
from symgrad.algebra.ranges import normal
from symgrad.algebra.ranges.form import Kind
from symgrad.algebra.ranges.linear import Linear
from symgrad.algebra.ranges.space import Space
from symgrad.algebra.terms import Budget
from symgrad.algebra.transpose import Transpose, compare_transpose
from symgrad.calculus.activity import join
from symgrad.evidence.claims import equal_programs
from symgrad.evidence.expressions import read_equation
from symgrad.evidence.numbers import Comparison
from symgrad.language.read import read_program
from tests.fuzz.affine import affine_pair

BUDGET = 3.0
SECONDS = 3.0
CHOICES = 14


@dataclass(frozen=True)
class Pair:
    """Two programs, each after the same declarations, and what is compared."""

    name: str
    declarations: str
    first: str
    second: str
    tensors: tuple[str, ...] = ("y",)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Equation:
    """Two expressions after a program. `is_seen`: whether exact points show that they differ."""

    name: str
    program: str
    left: str
    right: str
    is_seen: bool = True

    def __str__(self) -> str:
        return self.name


Claim = Pair | Equation


def outcome(claim: Claim) -> Outcome:
    """What the algebra says."""
    if isinstance(claim, Equation):
        equation = read_equation(claim.left, claim.right, join(read_program(claim.program, check=False)))
        return compare_expressions(equation.left, equation.right, equation.context, budget=BUDGET)
    left, right, tensors = sides(claim)
    return compare_programs(left, right, tensors, budget=BUDGET)


def sides(claim: Pair):
    programs = (read_program(claim.declarations + text, check=False) for text in (claim.first, claim.second))
    compared = equal_programs(*programs, None, claim.tensors)
    assert not compared.mismatch
    return compared.left, compared.right, compared.tensors


def comparison(claim: Claim) -> Comparison:
    if isinstance(claim, Equation):
        equation = read_equation(claim.left, claim.right, join(read_program(claim.program, check=False)))
        return Comparison(*equation.programs(), (equation.name,))
    return Comparison(*sides(claim))


SHIFTED = "index b in B\ninput x[B+1], w[B+1]\n"
COMPUTED = SHIFTED + "for b: h[b] += 2 x[b+1]\nfor b: g[b] += relu(x[b+1])\n"
PLAIN = "index b in B, j in J\ninput x[b]\n"

TIES = [
    Equation("a tensor is a multiple of another", COMPUTED, "step(h[b] - 2 x[b+1]) + step(2 x[b+1] - h[b])", "1"),
    Equation("a tensor is 0 on a half-line", COMPUTED, "step(g[b] x[b]) + step(-g[b] x[b])", "1"),
    Equation(
        "a constraint makes two tensors one",
        SHIFTED + "constraint x[b+1] = w[b+1]\n",
        "step(x[b+1] - w[b+1]) + step(w[b+1] - x[b+1])",
        "1",
    ),
    Equation(
        "a distribution over one value",
        "index x in X\ndistribution P[x] over x\ninput w[X+1]\n",
        "step(P[x] - 1) + step(1 - P[x]) + w[x+1]",
        "1 + w[x+1]",
    ),
    Equation(
        "a maximum is 0 on an open set",
        SHIFTED,
        "step(-(max_b relu(w[b+1])) x[0]) + step((max_b relu(w[b+1])) x[0])",
        "1",
        is_seen=False,
    ),
    Equation(
        "two cells are one where indices are equal",
        SHIFTED + "index c in B\n",
        "step(x[b+1] - x[c+1]) + step(x[c+1] - x[b+1])",
        "1",
    ),
    Equation("a label", SHIFTED + "integer n[b] in 0..1\n", "step(n[b] x[b+1]) + step(-n[b] x[b+1])", "1"),
    Pair(
        "a computed tensor in a rectangular loop",
        PLAIN + "for b: h[b] += 2 x[b]\n",
        "for b: y[b] += step(h[b] - 2 x[b]) + step(2 x[b] - h[b])",
        "for b: y[b] += 1",
    ),
    Pair(
        "a computed sum in a rectangular loop",
        PLAIN + "for b, j: h[b] += x[b]/J\n",
        "for b: y[b] += step(h[b] - x[b]) + step(x[b] - h[b])",
        "for b: y[b] += 1",
    ),
]
"""1[-u > 0] = 1 - 1[u > 0] for a u that is 0 without showing it."""

EMPTY = """size T>=2, J>=2
index t, t2 in T, j in J
input x[T], s[T], c[J], w
"""


def _kept_from(comparison_: str, name: str) -> Pair:
    """A sum that is empty at t = 0 is divided by, where a comparison does not forbid it; clearing it takes w away."""
    both = f"{comparison_} %s/(sum_{{t2 < t}} exp(s[t2]))"
    return Pair(
        name,
        EMPTY,
        "for t: y[t] += " + both % "exp(sum_j c[j])" + " + 1[t = 0] w",
        "for t: y[t] += " + both % "exp(c[0]) exp(sum_{j in 1..J-1} c[j])",
    )


DENOMINATORS = [
    _kept_from("1[x[t] > 0]", "an empty sum beside >"),
    _kept_from("1[x[t] <= 0]", "an empty sum beside <="),
    _kept_from("1[x[t] = 0]", "an empty sum beside ="),
    Pair(
        "a sum of steps that exclude each other",
        "index b in B\ninput x[B+1], v[b], w[b], a[b]\n",
        "for b: y[b] += 1[x[b+1] > 0] a[b] exp(w[b])/(relu(x[b+1]) + relu(v[b])) + 1[x[b+1] <= 0] 1[v[b] <= 0] w[b]",
        "for b: y[b] += 1[x[b+1] > 0] a[b] exp(w[b])/(relu(x[b+1]) + relu(v[b]))",
    ),
    Pair(
        "a root of a square",
        "index b in B\ninput x[B+1], w[b], a[b]\n",
        "for b: y[b] += 1[x[b+1] < 0] a[b] exp(w[b])/(sqrt(x[b+1]^2) - x[b+1]) + sqrt(x[b+1]^2) + x[b+1]",
        "for b: y[b] += 1[x[b+1] < 0] a[b] exp(w[b])/(sqrt(x[b+1]^2) - x[b+1])",
    ),
]


def _of_two(x: str) -> str:
    return f"(1[{x} > 0] a[b] + 1[v[b] > 0] c[b])"


def _masked(x: str) -> str:
    return f"y += sum_j 1[{x.replace('b', 'j')} > 0] exp(a[j])/(sum_k 1[{x.replace('b', 'k')} > 0] exp(a[k]))"


QUOTIENTS = [
    *(
        Pair(
            f"a quotient by its own two comparisons, of {x}",
            f"index b in B\ninput x[{extent}], v[b], a[b], c[b]\n",
            f"for b: y[b] += 1[{x} > 0] a[b]/{_of_two(x)}",
            f"for b: y[b] += 1 - 1[v[b] > 0] c[b]/{_of_two(x)}",
        )
        for x, extent in (("x[b]", "b"), ("x[b+1]", "B+1"))
    ),
    *(
        Pair(
            f"all of a row is masked, by {x}",
            f"index j, k in J\ninput x[{extent}], a[j]\n",
            _masked(x),
            "y += 1",
        )
        for x, extent in (("x[b]", "j"), ("x[b+1]", "J+1"))
    ),
    Pair(
        "a quotient by an equality of indices",
        "index i, j in J\ninput a[j], c[j]\n",
        "for i, j: y[i, j] += 1[i = j] a[i]/(1[i = j] a[i] + 1[c[i] > 0] c[i])",
        "for i, j: y[i, j] += 1 - 1[c[i] > 0] c[i]/(1[i = j] a[i] + 1[c[i] > 0] c[i])",
    ),
]
"""D/D = 1 is used where D is not divided by, for a comparison in D."""

TIME = """size T
index t in 1..T, i in I
input a[0..T, i], b[0..T, i]
const q[i]
"""


def _two_states(first: str, second: str) -> str:
    return (
        "for t in 1..T:\n"
        f"    for i: g[t, i] += g[t-1, i] q[i] + {first}[t, i]\n"
        f"    for i: h[t, i] += h[t-1, i] q[i] + {second}[t, i]\n"
        "for i: y[i] += 2 max_t h[t, i]\n"
    )


NAMES = [
    Pair(
        "an index with a prime",
        "size T\nindex t, t' in T\ninput x[t]\n",
        "for t: z[t] += y[t+1]\nfor t': y[t'+2] += x[t']\n",
        "for t': y[t'+2] += x[t']\nfor t: z[t] += y[t+1]\n",
        ("z", "y"),
    ),
    Pair("a maximum of a state by another name", TIME, _two_states("a", "b"), _two_states("b", "a")),
    Pair(
        "a maximum of what is given, and of the same tensor written",
        "size T\nindex t in 1..T, s in 0..T, i in I\ninput a[0..T, i]\nconst q[i]\naccumulator g[0..T, i]\n",
        "for t in 1..T, i: g[t, i] += g[t-1, i] q[i] + a[t, i]\nfor i: y[i] += 2 max_t g[t, i]\n",
        "for s, i: h[s, i] += g[s, i]\nfor t in 1..T, i: h[t, i] += h[t-1, i] q[i] + a[t, i]\n"
        "for i: y[i] += 2 max_t g[t, i]\n",
    ),
    Pair(
        "a tensor with the name of a number",
        "index s in T\ninput x[T+1]\n",
        "y += max_s (pi x[s+1])\n",
        "const pi\ny += max_s (pi x[s+1])\n",
    ),
    Pair(
        "a tensor with the name of a size",
        "index s in T\ninput x[T+1]\n",
        "size M\ny += max_s (M x[s+1])\n",
        "const M\ny += max_s (M x[s+1])\n",
    ),
    Pair(
        "an index over another range",
        "size N>=3\ninput x[N+1]\n",
        "index i in 0..N-2\nfor i: h[0] += x[i+1]\ny += tanh(h[0])\n",
        "index i in 1..N-1\nfor i: h[0] += x[i+1]\ny += tanh(h[0])\n",
    ),
]

BLOCKS = "index g in G, r in R, h in G*R\nsize G>=3\ninput a[G], k[h], c[g]\nfor h: y[h] += k[h] c[h // R]\n"
POWERS = "index t in T\ninput x[T+1]\nconst k > 0\n"

OTHERS = [
    Pair(
        "a digit that runs further than its range",
        BLOCKS,
        "for g in 0..G-2: for r in 0..2*R-1: s[g] += a[(R*g + r) // R]\n",
        "for g in 0..G-2: for r in 0..2*R-1: s[g] += a[g]\n",
        ("y", "s"),
    ),
    Pair(
        "a digit of a sum that runs further than its range",
        BLOCKS,
        "for g in 0..G-2: s[g] += sum_{r in 0..2*R-1} a[(R*g + r) // R]\n",
        "for g in 0..G-2: s[g] += sum_{r in 0..2*R-1} a[g]\n",
        ("y", "s"),
    ),
    Pair(
        "a floor inside of a digit",
        BLOCKS,
        "for g in 0..G-2: for r in 0..4*R-1: s[g] += a[(R*g + r//2) // R]\n",
        "for g in 0..G-2: for r in 0..4*R-1: s[g] += a[g]\n",
        ("y", "s"),
    ),
    Pair(
        "a power that is whole at every second step",
        POWERS,
        "for t: y[t] += abs(x[t+1]^(t/2))\n",
        "for t: y[t] += x[t+1]^(t/2)\n",
    ),
    Equation("a root beside a power that grows", POWERS, "k^t sqrt(k^t) sqrt(k^t) x[t+1]", "k^t x[t+1]"),
    Equation(
        "a root beside an exponential that grows",
        POWERS,
        "exp(t x[t+1]) sqrt(exp(t x[t+1])) sqrt(exp(t x[t+1]))",
        "exp(t x[t+1])",
    ),
]

FALSE_CLAIMS: list[Claim] = [*TIES, *DENOMINATORS, *QUOTIENTS, *NAMES, *OTHERS]

TRUE_CLAIMS: list[Claim] = [
    Equation("off a kink", SHIFTED, "step(x[b+1] - w[b+1]) + step(w[b+1] - x[b+1])", "1"),
    Equation("a square of a cell", SHIFTED, "step(x[b+1]^2 w[b]) + step(-x[b+1]^2 w[b])", "1"),
    Equation("relu without a tie", COMPUTED, "relu(h[b]) - relu(-h[b])", "2 x[b+1]"),
    Pair(
        "an empty sum with no comparison",
        EMPTY,
        "for t: y[t] += exp(sum_j c[j])/(sum_{t2 < t} exp(s[t2]))",
        "for t: y[t] += exp(c[0]) exp(sum_{j in 1..J-1} c[j])/(sum_{t2 < t} exp(s[t2]))",
    ),
    Pair(
        "a positive sum beside a comparison",
        EMPTY,
        "for t: y[t] += 1[x[t] > 0] exp(sum_j c[j])/(sum_{t2 <= t} exp(s[t2])) + x[t]",
        "for t: y[t] += 1[x[t] > 0] exp(c[0]) exp(sum_{j in 1..J-1} c[j])/(sum_{t2 <= t} exp(s[t2])) + x[t]",
    ),
    Pair(
        "the same maximum by other indices",
        "size M\nindex s, t in T\ninput x[T+1]\n",
        "y += max_s (M x[s+1])\n",
        "y += max_t (M x[t+1])\n",
    ),
    Pair(
        "a maximum of a state",
        TIME,
        _two_states("a", "b"),
        _two_states("a", "b").replace("y[i] += 2 m", "y[i] -= -2 m"),
    ),
    Equation("powers that grow", POWERS, "k^t k^t sqrt(k^t) x[t+1]", "sqrt(k^t) k^t x[t+1] k^t"),
]


@pytest.mark.parametrize("claim", FALSE_CLAIMS, ids=str)
def test_a_false_claim_is_not_proved(claim: Claim):
    assert not outcome(claim).equal


SEEN = [claim for claim in FALSE_CLAIMS if isinstance(claim, Pair) or claim.is_seen]


@pytest.mark.parametrize("claim", SEEN, ids=str)
def test_a_false_claim_is_false(claim: Claim):
    assert comparison(claim).search(SECONDS, CHOICES).witness is not None


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=str)
def test_a_true_claim_beside_is_proved(claim: Claim):
    found = outcome(claim)
    assert found.equal, found.reason


def test_a_random_pair_that_counts_points_is_not_proved():
    """A sum over a range that is sometimes empty, which was once proved without its condition."""
    pair = affine_pair(11, 1015)
    assert not pair.equal
    assert not compare_programs(pair.left, pair.right, pair.tensors, budget=BUDGET).equal


def test_a_tensor_that_both_programs_compute_apart_is_no_unknown():
    """As one unknown, z would be the same in both, and the transposes of y.grad += z and y.dot += z equal."""
    first = "input x, x.grad, y.grad\nz = 2 x\nx.grad += z y.grad\n"
    second = "input x, x.dot\nz = 3 x\ny.dot += z x.dot\n"
    programs = [read_program(text, check=False) for text in (first, second)]
    claim = Transpose(programs[0], programs[1], [("x.grad", "x.dot"), ("y.grad", "y.dot")], {})
    assert not compare_transpose(claim, budget=BUDGET).equal


def test_roots_of_growing_powers_keep_their_exponents():
    space = Space(Budget(BUDGET))
    rate = space.call("log", (space.cell("k", ()),))
    head = space.head(Kind.GROWTH, (rate,), arity=1).number
    slot, half = (Linear.of(space.atom("t")),), Fraction(1, 2)
    listed = [(head, slot, 1), (head, slot, half), (head, slot, 2)]
    merged = normal._merged(space, listed)
    assert sorted((slots[0].constant, slots[0].coefficient(space.atom("t")) * e) for _, slots, e in merged) == [
        (0, half),
        (0, 3),
    ]
