"""The mistakes that are made when gradients are worked out by hand, each as an answer to a derived program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.forms.form import CASES

_DIRECT = """\
for b, j: e[b] -= p[b, j] p.grad[b, j]
for b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] + e[b])
"""
_STEPWISE = """\
for b, j: s.grad[b, j] += p.grad[b, j] exp(s[b, j])/Z[b]
for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2
for b, j: s.grad[b, j] += Z.grad[b] exp(s[b, j])
"""
_NORM = """\
for b, j: gamma.grad[j] += y.grad[b, j] n[b, j]
for b, j: n.grad[b, j] += y.grad[b, j] gamma[j]
for b, j: beta.grad[j] += y.grad[b, j]
for b, j: x.grad[b, j] += n.grad[b, j]/sqrt(v[j] + eps)
for b, j: m.grad[j] -= n.grad[b, j]/sqrt(v[j] + eps)
for b, j: v.grad[j] -= 1/2 n.grad[b, j] (x[b, j] - m[j]) (v[j] + eps)^(-3/2)
for b, j: x.grad[b, j] += 2/B v.grad[j] (x[b, j] - m[j])
for b, j: m.grad[j] -= 2/B v.grad[j] (x[b, j] - m[j])
for b, j: x.grad[b, j] += 1/B m.grad[j]
"""
_UNBIASED = """\
for b, j: x.grad[b, j] += x'.grad[b, j]/sqrt(s[j])
for b, j: µ.grad[j] -= x'.grad[b, j]/sqrt(s[j])
for b, j: s.grad[j] -= 1/2 (x[b, j] - µ[j]) s[j]^(-3/2) x'.grad[b, j]
for b, j: x.grad[b, j] += 2/(B-1) (x[b, j] - µ[j]) s.grad[j]
for b, j: x.grad[b, j] += 1/B µ.grad[j]
"""
_RECURRENT = """\
for t in T..1:
    for b, j: a.grad[t, b, j] += h.grad[t, b, j] (1 - tanh(a[t, b, j] + c[j])^2)
    for b, j: c.grad[j] += h.grad[t, b, j] (1 - tanh(a[t, b, j] + c[j])^2)
    for b, j, k: U.grad[j, k] += a.grad[t, b, j] x[t, b, k]
    for b, j, k: x.grad[t, b, k] += a.grad[t, b, j] U[j, k]
    for b, j, i: W.grad[j, i] += a.grad[t, b, j] h[t-1, b, i]
    for b, j, i: h.grad[t-1, b, i] += a.grad[t, b, j] W[j, i]
"""
_AVERAGED = """\
for b, j, i: W.grad[j, i] += 1/B y.grad[b, j] x[b, i]
for b, j, i: x.grad[b, i] += y.grad[b, j] W[j, i]
for b, j: c.grad[j] += 1/B y.grad[b, j]
"""
_LOSS = "for b, j: s.grad[b, j] += loss.grad/B (p[b, j] - y[b, j])\n"
_ANY_TARGETS = CASES["cross_entropy"].text.replace("constraint sum_j y[b, j] = 1\n", "")
_DIVERGENCE = """index x in X
param p[x] > 0
const r[x] > 0
for x: kl += p[x] log(p[x]/r[x])
"""
_LAST_BATCH_STATEMENT = "for b, j: x.grad[b, j] += 1/B m.grad[j]\n"
_VARIANCE_STATEMENT = "for b, j: x.grad[b, j] += 2/B v.grad[j] (x[b, j] - m[j])\n"
_BACK_IN_TIME = "    for b, j, i: h.grad[t-1, b, i] += a.grad[t, b, j] W[j, i]\n"


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: what is wrong, the forward program and the answer. `right`: it is none, for all that."""

    what: str
    forward: str
    answer: str
    average: str | None = None
    wrt: tuple[str, ...] | None = None
    right: bool = False

    def __str__(self) -> str:
        return self.what

    @property
    def through_time(self) -> bool:
        """Whether it is about a loop through time."""
        return "for t in" in self.forward


Edit = tuple[str, str, str]
"""What is wrong, and old and new text."""


def _edited(program: str, right: str, *edits: Edit, average: str | None = None) -> Iterator[Mistake]:
    """The right answer, and one mistake for each edit of it. `program` is a name of CASES, or a text."""
    case = CASES.get(program)
    text = case.text if case else program
    wrt = case.wrt if case else None
    yield Mistake(f"right: {' '.join(right.split())[:60]}", text, right, average, wrt, right=True)
    for what, old, new in edits:
        assert old in right, what
        yield Mistake(what, text, right.replace(old, new), average, wrt)


def _mistakes() -> Iterator[Mistake]:
    whole = "for b, j: s.grad[b, j] += "
    yield from _edited(
        "softmax",
        _DIRECT,
        ("the diagonal only", _DIRECT, whole + "p[b, j] (1 - p[b, j]) p.grad[b, j]\n"),
        ("no path through Z", " + e[b]", ""),
        ("sign of the path through Z", "e[b] -=", "e[b] +="),
        ("sum without p", "-= p[b, j] ", "-= "),
        ("sum over b instead of j", "e[b]", "e[j]"),
        ("p missing outside of the sum", "+= p[b, j] (", "+= ("),
        ("= for +=", "s.grad[b, j] +=", "s.grad[b, j] ="),
        ("mean for sum", "-= p[b, j]", "-= 1/J p[b, j]"),
        ("elementwise product for the Jacobian", _DIRECT, whole + "p[b, j] p[b, j] p.grad[b, j]\n"),
        ("incoming gradient added", _DIRECT, whole + "p.grad[b, j] + p[b, j] (1 - p[b, j])\n"),
        ("read before it is complete", _DIRECT, "".join(reversed(_DIRECT.splitlines(keepends=True)))),
    )
    yield from _edited(
        "softmax",
        _STEPWISE,
        ("Z not squared", "Z[b]^2", "Z[b]"),
        ("exp dropped", "Z.grad[b] exp(s[b, j])", "Z.grad[b]"),
    )
    yield from _edited("cross_entropy", _LOSS, ("1/B twice", "grad/B", "grad/B^2"), ("1/B never", "grad/B", "grad"))
    any_targets = "for b, j: n[b] += y[b, j]\nfor b, j: s.grad[b, j] += loss.grad/B (n[b] p[b, j] - y[b, j])\n"
    yield from _edited(_ANY_TARGETS, any_targets, ("p - y where y sums to anything", any_targets, _LOSS))
    divergence = "for x: p.grad[x] += kl.grad (log(p[x]) - log(r[x]) + 1)\n"
    yield from _edited(
        _DIVERGENCE,
        divergence,
        ("+1 of d(p log p) lost", " + 1", ""),
        ("direction of KL swapped", "(log(p[x]) - log(r[x]) + 1)", "(-r[x]/p[x])"),
    )
    yield from _batch_norm()
    yield from _recurrent()
    yield from _edited(
        "linear",
        _AVERAGED,
        ("batch average missing", "1/B y.grad[b, j] x", "y.grad[b, j] x"),
        ("batch average of an input", "x.grad[b, i] += ", "x.grad[b, i] += 1/B "),
        ("J for B", "c.grad[j] += 1/B", "c.grad[j] += 1/J"),
        average="b",
    )


def _batch_norm() -> Iterator[Mistake]:
    local = _NORM.replace("m.grad[j]", "own[b, j]")
    yield from _edited(
        "batch_norm_affine",
        _NORM,
        ("gamma forgotten", "y.grad[b, j] gamma[j]", "y.grad[b, j]"),
        ("no path through the mean", _LAST_BATCH_STATEMENT, ""),
        ("no path through the variance", _VARIANCE_STATEMENT, ""),
        ("1/2 dropped", "-= 1/2 n", "-= n"),
        ("sign of -1/2", "-= 1/2 n", "+= 1/2 n"),
        ("power -1/2 for -3/2", "(-3/2)", "(-1/2)"),
        ("factor 2", "+= 2/B", "+= 1/B"),
        ("n for x - m", "2/B v.grad[j] (x[b, j] - m[j])", "2/B v.grad[j] n[b, j]"),
        ("sum over b missing", _NORM, local),
        ("eps dropped", "(v[j] + eps)^", "v[j]^"),
        ("eps outside of the root", "sqrt(v[j] + eps)", "(sqrt(v[j]) + eps)"),
        ("gamma's gradient not summed", "for b, j: gamma.grad[j] += y.grad[b, j] n[b, j]", _FIRST_ROW),
        ("beta's gradient not summed", "for b, j: beta.grad[j] += y.grad[b, j]", "for j: beta.grad[j] += y.grad[0, j]"),
    )
    left_out = _NORM.replace("for b, j: m.grad[j] -= 2/B v.grad[j] (x[b, j] - m[j])\n", "")
    yield Mistake(
        "the path from the variance to the mean left out", CASES["batch_norm_affine"].text, left_out, right=True
    )
    yield from _edited(
        "batch_norm", _UNBIASED, ("1/B for 1/(B-1)", "2/(B-1)", "2/B"), ("1/(B-1) for 1/B", "+= 1/B", "+= 1/(B-1)")
    )


_FIRST_ROW = "for j: gamma.grad[j] += y.grad[0, j] n[0, j]"


def _recurrent() -> Iterator[Mistake]:
    yield from _edited(
        "rnn",
        _RECURRENT,
        ("h.grad not passed on", _BACK_IN_TIME, ""),
        ("the last step only", "W.grad[j, i] += a.grad[t, b, j]", "W.grad[j, i] += 1[t = T] a.grad[t, b, j]"),
        ("W for its transpose", "a.grad[t, b, j] W[j, i]", "a.grad[t, b, j] W[i, j]"),
        ("overwritten through time", "W.grad[j, i] +=", "W.grad[j, i] ="),
        ("time ascending", "for t in T..1:", "for t in 1..T:"),
        ("derivative of tanh at the pre-activation", "(1 - tanh(a[t, b, j] + c[j])^2)", "(1 - (a[t, b, j] + c[j])^2)"),
        ("square missing", "tanh(a[t, b, j] + c[j])^2", "tanh(a[t, b, j] + c[j])"),
        ("h[t] for h[t-1]", "h[t-1, b, i]\n", "h[t, b, i]\n"),
    )
    from tests.second_forms import FORMS

    gated = next(form.text for form in FORMS if form.name == "ugrnn_cell")
    yield from _edited(
        "ugrnn_cell",
        gated,
        ("a gate's path dropped", " + g[b, j] W^{h,G}[j, i]", ""),
        ("the gate for its opposite", "h_t.grad[b, j] (1 - G_t[b, j]) (1 - R", "h_t.grad[b, j] G_t[b, j] (1 - R"),
        average="b",
    )


MISTAKES = list(_mistakes())
"""All mistakes, and the right answers that they are changed from."""
