"""Transformers as forward texts: blocks of two layer norms, attention with heads, a perceptron, and residuals."""

from __future__ import annotations

_HEAD = """\
index b in B, h in H, t, t2 in T, d in D, i, j in M, f in F
input x0[b, t, i]
const eps > 0
"""

_PARAMETERS = (
    "g1[i], o1[i], g2[i], o2[i], Wq[h, d, i], Wk[h, d, i], Wv[h, d, i], Wo[i, h, d], W1[f, i], c1[f], W2[i, f], c2[i]"
)

_BLOCK = (
    "m1[b, t] = 1/M sum_i x[b, t, i]",
    "v1[b, t] = 1/M sum_i (x[b, t, i] - m1[b, t])^2",
    "n1[b, t, i] = (x[b, t, i] - m1[b, t]) / sqrt(v1[b, t] + eps)",
    "y1[b, t, i] = g1[i] n1[b, t, i] + o1[i]",
    "q[b, h, t, d] = sum_i Wq[h, d, i] y1[b, t, i]",
    "k[b, h, t, d] = sum_i Wk[h, d, i] y1[b, t, i]",
    "v[b, h, t, d] = sum_i Wv[h, d, i] y1[b, t, i]",
    "s[b, h, t, t2] = sum_d q[b, h, t, d] k[b, h, t2, d] / sqrt(D)",
    "Z[b, h, t] = sum_{t2} exp(s[b, h, t, t2])",
    "p[b, h, t, t2] = exp(s[b, h, t, t2]) / Z[b, h, t]",
    "a[b, h, t, d] = sum_{t2} p[b, h, t, t2] v[b, h, t2, d]",
    "r[b, t, i] = x[b, t, i] + sum_{h, d} Wo[i, h, d] a[b, h, t, d]",
    "m2[b, t] = 1/M sum_i r[b, t, i]",
    "v2[b, t] = 1/M sum_i (r[b, t, i] - m2[b, t])^2",
    "n2[b, t, i] = (r[b, t, i] - m2[b, t]) / sqrt(v2[b, t] + eps)",
    "y2[b, t, i] = g2[i] n2[b, t, i] + o2[i]",
    "u[b, t, f] = c1[f] + sum_i W1[f, i] y2[b, t, i]",
    "z[b, t, f] = gelu(u[b, t, f])",
    "y[b, t, i] = r[b, t, i] + c2[i] + sum_f W2[i, f] z[b, t, f]",
)

_NAMES = (
    *("g1", "o1", "g2", "o2", "Wq", "Wk", "Wv", "Wo", "W1", "c1", "W2", "c2", "m1", "v1", "n1"),
    *("y1", "q", "k", "v", "s", "Z", "p", "a", "r", "m2", "v2", "n2", "y2", "u", "z"),
)


def blocks(count: int) -> str:
    """The text of so many blocks, one after the other."""
    text = _HEAD
    for number in range(count):
        lines = "\n".join([f"param {_PARAMETERS}", *_BLOCK])
        for name in _NAMES:
            lines = lines.replace(f" {name}[", f" {name}_{number}[").replace(f"\n{name}[", f"\n{name}_{number}[")
            lines = lines.replace(f"({name}[", f"({name}_{number}[")
        lines = lines.replace("x[", f"x{number}[").replace("\ny[", f"\nx{number + 1}[")
        text += lines + "\n"
    return text
