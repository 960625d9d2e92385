"""Forms that experts write by hand, which the optimiser has to reach: forward text, what was saved, and the hand form.

A hand form is as good as its author could make it: what does not depend on all indices stands outside of the loops,
what is used twice is computed once, and what is not asked for is left out. Costs are compared as `symgrad.cost` counts
them. To add a target, add an entry to TARGETS, or to REWORDED if its forward text says the same as another one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.programs import LOOPS


@dataclass(frozen=True)
class Target:
    """A forward program, what it is differentiated by, and the backward program that an expert writes.

    `saved` are the tensors that the forward pass saved (None: all). `open` is why the hand form is not taken.
    """

    name: str
    forward: str
    hand: str
    wrt: tuple[str, ...] | None = None
    saved: tuple[str, ...] | None = None
    open: str = ""

    def __str__(self) -> str:
        return self.name


def stored(name: str) -> str:
    """The text of `tests/loops/NAME.loops`."""
    return (LOOPS / f"{name}.loops").read_text(encoding="utf-8")


_SOFTMAX = "for b, j: e[b] += p[b, j] p.grad[b, j]\nfor b, j: s.grad[b, j] += p[b, j] (p.grad[b, j] - e[b])\n"

_NORMALISED = """\
for b, j: a[j] += x'.grad[b, j]
for b, j: c[j] += x'.grad[b, j] x'[b, j]
u[j] = 1/B a[j]
w[j] = 1/(B-1) c[j]
r[j] = 1/sqrt(s[j])
for b, j: x.grad[b, j] += (x'.grad[b, j] - u[j] - x'[b, j] w[j]) r[j]
"""

_ATTENTION = """\
for b, h, t, d: r[b, h, t] += y.grad[b, h, t, d] y[b, h, t, d]
for b, h, t, t2, d: a.grad[b, h, t, t2] += y.grad[b, h, t, d] v[b, h, t2, d]
e[b, h, t, t2] = a[b, h, t, t2] (a.grad[b, h, t, t2] - r[b, h, t])/sqrt(D)
for b, h, t, t2, d: q.grad[b, h, t, d] += e[b, h, t, t2] k[b, h, t2, d]
for b, h, t, t2, d: k.grad[b, h, t2, d] += e[b, h, t, t2] q[b, h, t, d]
for b, h, t, t2, d: v.grad[b, h, t2, d] += a[b, h, t, t2] y.grad[b, h, t, d]
"""

_GRU = """\
n[b, j] = tanh(an[b, j])
g[b, j] = h'.grad[b, j] (1 - z[b, j])
dn[b, j] = g[b, j] (1 - n[b, j]^2)
dz[b, j] = g[b, j] (h[b, j] - n[b, j]) z[b, j]
for b, i, j: dq[b, i] += dn[b, j] Vn[j, i]
m[b, i] = r[b, i] h[b, i]
dr[b, i] = dq[b, i] m[b, i] (1 - r[b, i])
for b, i: h.grad[b, i] += h'.grad[b, i] z[b, i] + dq[b, i] r[b, i]
for b, j, i: h.grad[b, i] += dz[b, j] Vz[j, i] + dr[b, j] Vr[j, i]
for b, j, k: x.grad[b, k] += dz[b, j] Uz[j, k] + dr[b, j] Ur[j, k] + dn[b, j] Un[j, k]
for b, j, k: Uz.grad[j, k] += dz[b, j] x[b, k]
for b, j, k: Ur.grad[j, k] += dr[b, j] x[b, k]
for b, j, k: Un.grad[j, k] += dn[b, j] x[b, k]
for b, j, i: Vz.grad[j, i] += dz[b, j] h[b, i]
for b, j, i: Vr.grad[j, i] += dr[b, j] h[b, i]
for b, j, i: Vn.grad[j, i] += dn[b, j] m[b, i]
"""

_LSTM = """\
T[b, j] = tanh(a4[b, j] + b4[j])
S[b, j] = tanh(c'[b, j])
G[b, j] = h'.grad[b, j] give[b, j]
C[b, j] = c'.grad[b, j] + G[b, j] (1 - S[b, j]^2)
K[b, j] = C[b, j] keep[b, j]
M[b, j] = C[b, j] take[b, j]
d1[b, j] = K[b, j] c[b, j] (1 - keep[b, j])
d2[b, j] = M[b, j] T[b, j] (1 - take[b, j])
d3[b, j] = G[b, j] S[b, j] (1 - give[b, j])
d4[b, j] = M[b, j] (1 - T[b, j]^2)
for b, j: c.grad[b, j] += K[b, j]
for b, j: b1.grad[j] += d1[b, j]
for b, j: b2.grad[j] += d2[b, j]
for b, j: b3.grad[j] += d3[b, j]
for b, j: b4.grad[j] += d4[b, j]
for b, j, k: U1.grad[j, k] += d1[b, j] x[b, k]
for b, j, k: U2.grad[j, k] += d2[b, j] x[b, k]
for b, j, k: U3.grad[j, k] += d3[b, j] x[b, k]
for b, j, k: U4.grad[j, k] += d4[b, j] x[b, k]
for b, j, i: V1.grad[j, i] += d1[b, j] h[b, i]
for b, j, i: V2.grad[j, i] += d2[b, j] h[b, i]
for b, j, i: V3.grad[j, i] += d3[b, j] h[b, i]
for b, j, i: V4.grad[j, i] += d4[b, j] h[b, i]
for b, j, k: x.grad[b, k] += d1[b, j] U1[j, k] + d2[b, j] U2[j, k] + d3[b, j] U3[j, k] + d4[b, j] U4[j, k]
for b, j, i: h.grad[b, i] += d1[b, j] V1[j, i] + d2[b, j] V2[j, i] + d3[b, j] V3[j, i] + d4[b, j] V4[j, i]
"""

_UGRNN = """\
g[b, j] = h_t.grad[b, j] (1 - G_t[b, j])
r[b, j] = g[b, j] (1 - R_t[b, j]^2)
u[b, j] = g[b, j] (h_{t-1}[b, j] - R_t[b, j]) G_t[b, j]
for b, j: h_{t-1}.grad[b, j] += h_t.grad[b, j] G_t[b, j]
for b, j, i: h_{t-1}.grad[b, i] += r[b, j] W^{h,R}[j, i] + u[b, j] W^{h,G}[j, i]
for b, j, k: x_t.grad[b, k] += r[b, j] W^{x,R}[j, k] + u[b, j] W^{x,G}[j, k]
for b, j, i: W^{h,R}.grad[j, i] += r[b, j] h_{t-1}[b, i]
for b, j, i: W^{h,G}.grad[j, i] += u[b, j] h_{t-1}[b, i]
for b, j, k: W^{x,R}.grad[j, k] += r[b, j] x_t[b, k]
for b, j, k: W^{x,G}.grad[j, k] += u[b, j] x_t[b, k]
for b, j: B^R.grad[j] -= r[b, j]
for b, j: B^G.grad[j] -= u[b, j]
"""

_LAYER_NORM = """\
r[b] = 1/sqrt(v[b] + eps)
n[b, j] = (x[b, j] - m[b]) r[b]
g[b, j] = gain[j] y.grad[b, j]
for b, j: a[b] += g[b, j]
for b, j: c[b] += g[b, j] n[b, j]
u[b] = 1/J a[b]
w[b] = 1/J c[b]
for b, j: x.grad[b, j] += r[b] (g[b, j] - u[b] - n[b, j] w[b])
for b, j: gain.grad[j] += y.grad[b, j] n[b, j]
for b, j: bias.grad[j] += y.grad[b, j]
"""

_ANY_TARGETS = stored("cross_entropy").replace("constraint sum_j y[b, j] = 1\n", "")

TARGETS: list[Target] = [
    Target("softmax", stored("softmax"), _SOFTMAX),
    Target("batch norm", stored("batch_norm"), _NORMALISED),
    Target(
        "log-softmax",
        stored("log_softmax"),
        "for b, j: e[b] += q.grad[b, j]\nfor b, j: s.grad[b, j] += q.grad[b, j] - exp(q[b, j]) e[b]\n",
    ),
    Target(
        "log-softmax with saved p",
        stored("log_softmax") + "for b, j: p[b, j] += exp(q[b, j])\noutput q\n",
        "for b, j: e[b] += q.grad[b, j]\nfor b, j: s.grad[b, j] += q.grad[b, j] - p[b, j] e[b]\n",
    ),
    Target(
        "cross-entropy",
        stored("cross_entropy"),
        "c = 1/B loss.grad\nfor b, j: s.grad[b, j] += c (p[b, j] - y[b, j])\n",
    ),
    Target(
        "cross-entropy, any targets",
        _ANY_TARGETS,
        "c = 1/B loss.grad\nfor b, j: n[b] += y[b, j]\nfor b, j: s.grad[b, j] += c (p[b, j] n[b] - y[b, j])\n",
    ),
    Target(
        "binary cross-entropy, saved G",
        "index b in B\ninput s[b]\nconst y[b]\nfor b: G[b] += sigmoid(s[b])\n"
        "for b: loss -= 1/B (y[b] log(G[b]) + (1 - y[b]) log(1 - G[b]))\n",
        "c = 1/B loss.grad\nfor b: s.grad[b] += c (G[b] - y[b])\n",
    ),
    Target("tanh", stored("tanh"), "for b: x.grad[b] += y.grad[b] (1 - y[b]^2)\n"),
    Target("sigmoid", stored("sigmoid"), "for b: x.grad[b] += y.grad[b] y[b] (1 - y[b])\n"),
    Target(
        "SiLU, saved G",
        "index b in B\ninput x[b]\nfor b: G[b] += sigmoid(x[b])\nfor b: y[b] += x[b] G[b]\n",
        "for b: x.grad[b] += y.grad[b] (G[b] + y[b] (1 - G[b]))\n",
    ),
    Target(
        "GELU",
        "index b in B\ninput x[b]\nfor b: P[b] += 1/2 (1 + erf(x[b]/sqrt(2)))\nfor b: y[b] += x[b] P[b]\n",
        "for b: x.grad[b] += y.grad[b] (P[b] + x[b] exp(-x[b]^2/2)/sqrt(2 pi))\n",
    ),
    Target(
        "GELU by tanh, saved h",
        "index b in B\ninput x[b]\nfor b: u[b] += sqrt(2/π) (x[b] + 0.044715 x[b]^3)\n"
        "for b: h[b] += tanh(u[b])\nfor b: y[b] += 1/2 x[b] (1 + h[b])\n",
        "for b: x.grad[b] += 1/2 y.grad[b] (1 + h[b] + sqrt(2/pi) x[b] (1 - h[b]^2) (1 + 0.134145 x[b]^2))\n",
    ),
    Target("layer norm", stored("layer_norm"), _LAYER_NORM),
    Target(
        "layer norm, saved n",
        "index b in B, j in J\ninput x[b, j]\nparam gain[j], bias[j]\nconst eps > 0\nfor b, j: m[b] += 1/J x[b, j]\n"
        "for b, j: v[b] += 1/J (x[b, j] - m[b])^2\nfor b, j: n[b, j] += (x[b, j] - m[b]) / sqrt(v[b] + eps)\n"
        "for b, j: y[b, j] += gain[j] n[b, j] + bias[j]\n",
        _LAYER_NORM.replace("n[b, j] = (x[b, j] - m[b]) r[b]\n", ""),
    ),
    Target(
        "RMS norm",
        stored("rms_norm"),
        "r[b] = 1/sqrt(v[b] + eps)\nn[b, j] = x[b, j] r[b]\ng[b, j] = gain[j] y.grad[b, j]\n"
        "for b, j: c[b] += g[b, j] n[b, j]\nw[b] = 1/J c[b]\n"
        "for b, j: x.grad[b, j] += r[b] (g[b, j] - w[b] n[b, j])\nfor b, j: gain.grad[j] += y.grad[b, j] n[b, j]\n",
    ),
    Target(
        "L2-normalise",
        stored("l2_normalise"),
        "for b, d: e[b] += y.grad[b, d] y[b, d]\nr[b] = 1/sqrt(n[b])\n"
        "for b, d: x.grad[b, d] += (y.grad[b, d] - y[b, d] e[b]) r[b]\n",
    ),
    Target("UGRNN", stored("ugrnn_cell"), _UGRNN),
    Target("LSTM cell", stored("lstm_cell"), _LSTM),
    Target("GRU cell", stored("gru_cell"), _GRU),
    Target("KL of softmax", stored("kl_of_softmax"), "for x: s.grad[x] += kl.grad (Q[x] - P[x])\n", wrt=("s",)),
    Target("attention", stored("attention"), _ATTENTION),
]

_SHIFTED = """\
index b in B, j in J
input s[b, j]
m[b] = max_j s[b, j]
for b, j: e[b, j] += exp(s[b, j] - m[b])
for b, j: Z[b] += e[b, j]
for b, j: p[b, j] += e[b, j]/Z[b]
"""

_BY_LOGSUMEXP = """\
index b in B, j in J
input s[b, j]
for b, j: Z[b] += exp(s[b, j])
L[b] = log(Z[b])
p[b, j] = exp(s[b, j] - L[b])
"""

_BY_SQUARES = """\
index b in B, j in J
input x[b, j]
for b, j: μ[j] += 1/B x[b, j]
for b, j: q[j] += 1/B x[b, j]^2
s[j] = q[j] - μ[j]^2
for b, j: x'[b, j] += (x[b, j] - μ[j]) / sqrt(s[j])
"""

_SAVED_RECIPROCAL = """\
index b in B, j in J
input x[b, j]
const eps > 0
for b, j: μ[j] += 1/B x[b, j]
for b, j: s[j] += 1/B (x[b, j] - μ[j])^2
r[j] = 1/sqrt(s[j] + eps)
for b, j: x'[b, j] += (x[b, j] - μ[j]) r[j]
"""

_DIGITS = "every form that was found loses digits in a difference"
"""Where y is near 1, 1 - y has few digits; the plain loops do not compute that difference."""

_BIASED = _NORMALISED.replace("1/(B-1)", "1/B")

REWORDED: list[Target] = [
    Target("softmax shifted", _SHIFTED, _SOFTMAX.replace("e[", "c[")),
    Target("softmax shifted by the input", stored("softmax_shifted"), _SOFTMAX.replace("e[", "c[")),
    Target("softmax by logsumexp", _BY_LOGSUMEXP, _SOFTMAX),
    Target("batch norm by squares", _BY_SQUARES, _BIASED),
    Target(
        "batch norm, saved reciprocal",
        _SAVED_RECIPROCAL,
        _BIASED.replace("r[j] = 1/sqrt(s[j])\n", ""),
    ),
    Target(
        "sigmoid by exp",
        "index b in B\ninput x[b]\nfor b: y[b] += 1/(1 + exp(-x[b]))\n",
        "for b: x.grad[b] += y.grad[b] y[b] (1 - y[b])\n",
        open=_DIGITS,
    ),
    Target(
        "tanh by exp",
        "index b in B\ninput x[b]\nfor b: y[b] += (exp(x[b]) - exp(-x[b]))/(exp(x[b]) + exp(-x[b]))\n",
        "for b: x.grad[b] += y.grad[b] (1 - y[b]^2)\n",
    ),
    Target(
        "SiLU, nothing saved",
        stored("silu"),
        "G[b] = sigmoid(x[b])\nfor b: x.grad[b] += y.grad[b] (G[b] + y[b] (1 - G[b]))\n",
    ),
    Target(
        "softmax, only p saved",
        stored("softmax"),
        _SOFTMAX,
        saved=("p",),
    ),
    Target(
        "attention without saved weights",
        stored("attention"),
        "P[b, h, t, t2] = exp(s[b, h, t, t2])/Z[b, h, t]\n" + _ATTENTION.replace(" a[", " P["),
        saved=("s", "Z", "y"),
    ),
]
