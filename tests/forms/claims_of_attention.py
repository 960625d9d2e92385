"""Claims about attention under masks: causal, in a window, with shared keys, and without a softmax."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_CAUSAL = """
index t, t2 in T, d in D
input q[t, d], k[t, d], v[t, d]
for t, t2 <= t, d: s[t, t2] += q[t, d] k[t2, d]
for t, t2 <= t: Z[t] += exp(s[t, t2])
for t, t2 <= t: p[t, t2] += exp(s[t, t2]) / Z[t]
for t, t2 <= t, d: y[t, d] += p[t, t2] v[t2, d]
"""
_SCORES = """
index t, t2 in T, d in D
input s[t, t2], v[t, d], e[t, d]
for t, t2 <= t: Z[t] += exp(s[t, t2])
for t, t2 <= t: p[t, t2] += exp(s[t, t2]) / Z[t]
for t, t2 <= t, d: y[t, d] += p[t, t2] v[t2, d]
"""
_LINEAR = """
index t, t2 in T, d in D, m in M
input q[t, d], k[t, d], v[t, m]
for t, t2 <= t, d: a[t, t2] += q[t, d] k[t2, d]
for t, t2 <= t, m: y[t, m] += a[t, t2] v[t2, m]
"""

ATTENTION: list[RangeClaim] = [
    gradient(
        "causal attention by D = sum of dO O",
        "q k v",
        _CAUSAL,
        """
        for t, d: r[t] += y.grad[t, d] y[t, d]
        for t, t2 <= t, d: w[t, t2] += y.grad[t, d] v[t2, d]
        for t, t2 <= t: g[t, t2] += p[t, t2] (w[t, t2] - r[t])
        for t, t2 <= t, d: v.grad[t2, d] += p[t, t2] y.grad[t, d]
        for t, t2 <= t, d: q.grad[t, d] += g[t, t2] k[t2, d]
        for t, t2 <= t, d: k.grad[t2, d] += g[t, t2] q[t, d]
        """,
        ("sign of D", "- r[t]", "+ r[t]"),
        ("D forgotten", "(w[t, t2] - r[t])", "w[t, t2]"),
        ("D of the other position", "- r[t]", "- r[t2]"),
        ("strict", "for t, t2 <= t: g", "for t, t2 < t: g"),
        ("the other triangle", "for t, t2 <= t, d: v.grad", "for t, t2 >= t, d: v.grad"),
        ("queries for keys", "g[t, t2] q[t, d]", "g[t, t2] q[t2, d]"),
        also=[
            ("weights are zero outside of their range", "for t, t2 <= t: g", "for t, t2: g"),
            ("the gradient of scores is zero outside", "for t, t2 <= t, d: q.grad", "for t, t2, d: q.grad"),
            ("weights are zero outside, for values", "for t, t2 <= t, d: v.grad", "for t, t2, d: v.grad"),
            ("what is not read outside", "for t, t2 <= t, d: w", "for t, t2, d: w"),
        ],
    ),
    gradient(
        "causal attention by D = sum of p dp",
        "q k v",
        _CAUSAL,
        """
        for t, t2 <= t, d: p.grad[t, t2] += y.grad[t, d] v[t2, d]
        for t, t2 <= t: r[t] += exp(s[t, t2]) / Z[t] p.grad[t, t2]
        for t, t2 <= t, d: q.grad[t, d] += exp(s[t, t2]) / Z[t] (p.grad[t, t2] - r[t]) k[t2, d]
        for t2, t >= t2, d: k.grad[t2, d] += exp(s[t, t2]) / Z[t] (p.grad[t, t2] - r[t]) q[t, d]
        for t2, t >= t2, d: v.grad[t2, d] += exp(s[t, t2]) / Z[t] y.grad[t, d]
        """,
        ("queries over all positions", "for t, t2 <= t, d: q.grad", "for t, t2, d: q.grad"),
        ("values over all positions", "for t2, t >= t2, d: v.grad", "for t2, t, d: v.grad"),
        ("keys by rows", "t >= t2, d: k.grad", "t <= t2, d: k.grad"),
        ("D over the diagonal alone", "for t, t2 <= t: r", "for t, t2 in t..t: r"),
        ("sign of D", "- r[t]) k", "+ r[t]) k"),
    ),
    equal(
        "the gradient of scores under a mask",
        "g",
        _SCORES,
        """
        for t, d: r[t] += e[t, d] y[t, d]
        for t, t2 <= t, d: w[t, t2] += e[t, d] v[t2, d]
        for t, t2 <= t: g[t, t2] += p[t, t2] (w[t, t2] - r[t])
        """,
        """
        index t3 in T
        for t, t2, d: w[t, t2] += e[t, d] v[t2, d]
        for t, t2 <= t, t3 <= t: g[t, t2] += p[t, t2] (1[t2 = t3] - p[t, t3]) w[t, t3]
        """,
        ("sign", "1[t2 = t3] -", "1[t2 = t3] +"),
        ("no equality", "1[t2 = t3]", "1"),
        ("the other position", "p[t, t3])", "p[t2, t3])"),
        also=[("weights are zero outside", "t3 <= t:", "t3:")],
    ),
    equal(
        "causal weights sum to 1",
        "n",
        _SCORES,
        "for t, t2 <= t: n[t] += p[t, t2]",
        "for t: n[t] += 1",
        ("the number of positions", "+= 1", "+= t + 1"),
        ("sign", "+=", "-="),
    ),
    equal(
        "a shift of scores under a mask",
        "y",
        "index t, t2 in T\ninput s[t, t2], c[t], v[t]",
        """
        for t, t2 <= t: Z[t] += exp(s[t, t2])
        for t, t2 <= t: y[t] += exp(s[t, t2]) / Z[t] v[t2]
        """,
        """
        for t, t2 <= t: Z[t] += exp(s[t, t2] - c[t])
        for t, t2 <= t: y[t] += exp(s[t, t2] - c[t]) / Z[t] v[t2]
        """,
        ("above alone", "exp(s[t, t2] - c[t]) / Z", "exp(s[t, t2]) / Z"),
        ("of the other position", "c[t])", "c[t2])"),
        ("normalised over all", "for t, t2 <= t: Z", "for t, t2: Z"),
    ),
    equal(
        "a mask that multiplies",
        "y",
        "index t, t2 in T\ninput s[t, t2], v[t]",
        """
        for t, t2 <= t: Z[t] += exp(s[t, t2])
        for t, t2 <= t: y[t] += exp(s[t, t2]) / Z[t] v[t2]
        """,
        """
        for t, t2: m[t, t2] += 1[t2 <= t] exp(s[t, t2])
        for t, t2: Z[t] += m[t, t2]
        for t, t2: y[t] += m[t, t2] / Z[t] v[t2]
        """,
        ("one more", "1[t2 <= t]", "1[t2 <= t + 1]"),
        ("the other triangle", "1[t2 <= t]", "1[t2 >= t]"),
        ("exp of a masked score", "1[t2 <= t] exp(s[t, t2])", "exp(1[t2 <= t] s[t, t2])"),
    ),
    equal(
        "a window as an indicator and as a range",
        "y",
        "size T >= 4\nindex t, t2 in T\ninput s[t, t2], v[t]",
        """
        for t in 2..T-1, t2 in t-2..t: Z[t] += exp(s[t, t2])
        for t in 2..T-1, t2 in t-2..t: y[t] += exp(s[t, t2]) / Z[t] v[t2]
        """,
        """
        for t, t2 <= t: Z[t] += 1[t2 >= t - 2] exp(s[t, t2])
        for t in 2..T-1, t2 <= t: y[t] += 1[t - t2 <= 2] exp(s[t, t2]) / Z[t] v[t2]
        """,
        ("one less", "1[t2 >= t - 2]", "1[t2 > t - 2]"),
        ("one more", "t - t2 <= 2", "t - t2 <= 3"),
        ("no window", "1[t2 >= t - 2] ", ""),
        ("all rows", "for t in 2..T-1, t2 <= t: y", "for t, t2 <= t: y"),
    ),
    equal(
        "a window by offsets",
        "y",
        "size T >= 4\nindex t, t2 in T, d in 0..2\ninput s[t, t2], v[t]",
        """
        for t in 2..T-1, t2 in t-2..t: Z[t] += exp(s[t, t2])
        for t in 2..T-1, t2 in t-2..t: y[t] += exp(s[t, t2]) / Z[t] v[t2]
        """,
        """
        for t in 2..T-1, d: Z[t] += exp(s[t, t - d])
        for t in 2..T-1, d: y[t] += exp(s[t, t - d]) / Z[t] v[t - d]
        """,
        ("a value of another position", "v[t - d]", "v[t - 2 + d]"),
        ("two offsets", "for t in 2..T-1, d: Z", "for t in 2..T-1, d in 0..1: Z"),
        ("no offset", "v[t - d]", "v[t]"),
    ),
    gradient(
        "attention in a window",
        "q k v",
        "attention_window",
        """
        for t, d: r[t] += y.grad[t, d] y[t, d]
        for t, t2 <= t, d: g[t, t2] += w[t, t2] / Z[t] y.grad[t, d] v[t2, d]
        for t, t2 <= t: g[t, t2] -= w[t, t2] / Z[t] r[t]
        for t, t2 <= t, d: v.grad[t2, d] += w[t, t2] / Z[t] y.grad[t, d]
        for t, t2 <= t, d: q.grad[t, d] += g[t, t2] k[t2, d]
        for t2, t >= t2, d: k.grad[t2, d] += 1[t <= t2 + 2] g[t, t2] q[t, d]
        """,
        ("a shorter window", "t <= t2 + 2", "t <= t2 + 1"),
        ("the other triangle", "t >= t2, d: k", "t <= t2, d: k"),
        ("sign of D", "g[t, t2] -=", "g[t, t2] +="),
        ("exp for the weight", "w[t, t2] / Z[t] y.grad[t, d]\n", "exp(s[t, t2]) / Z[t] y.grad[t, d]\n"),
        also=[("the weight is zero outside of the window", "1[t <= t2 + 2] ", "")],
    ),
    gradient(
        "attention in a window that is a range",
        "v q",
        "attention_window_range",
        """
        for t in 2..T-1, d: r[t] += y.grad[t, d] y[t, d]
        for t in 2..T-1, c in 0..2, d: w[t, c] += y.grad[t, d] v[t - c, d]
        for t in 2..T-1, c in 0..2, d: q.grad[t, d] += exp(s[t, t - c]) / Z[t] (w[t, c] - r[t]) k[t - c, d]
        for t2, t in 2..T-1, d: v.grad[t2, d] += 1[t2 <= t] 1[t <= t2 + 2] exp(s[t, t2]) / Z[t] y.grad[t, d]
        """,
        ("a wider window", "t <= t2 + 2", "t <= t2 + 3"),
        ("strict", "1[t2 <= t]", "1[t2 < t]"),
        ("a key of another position", "k[t - c, d]", "k[t, d]"),
        ("the window turned", "s[t, t - c]", "s[t, t - 2 + c]"),
    ),
    gradient(
        "attention with shared keys",
        "q k v",
        "attention_grouped",
        """
        for h, t, t2: p[h, t, t2] += exp(s[h, t, t2]) / Z[h, t]
        for h, t, d: r[h, t] += y.grad[h, t, d] y[h, t, d]
        for h, t, t2, d: w[h, t, t2] += y.grad[h, t, d] v[h // R, t2, d]
        for h, t, t2: e[h, t, t2] += p[h, t, t2] (w[h, t, t2] - r[h, t])
        for h, t, t2, d: q.grad[h, t, d] += e[h, t, t2] k[h // R, t2, d]
        for g, h, t, t2, d: k.grad[g, t2, d] += 1[h // R = g] e[h, t, t2] q[h, t, d]
        for h, t, t2, d: v.grad[h // R, t2, d] += p[h, t, t2] y.grad[h, t, d]
        """,
        ("groups interleaved", "v.grad[h // R,", "v.grad[h % G,"),
        ("groups turned", "k[h // R, t2, d]", "k[G - 1 - h // R, t2, d]"),
        ("keys of all groups", "1[h // R = g] ", ""),
        ("D forgotten", " - r[h, t]", ""),
        ("no group", "v[h // R, t2, d]", "v[0, t2, d]"),
    ),
    equal(
        "heads and groups by an equality",
        "y u",
        "size H = G*R\nindex h in H, g in G, r in R\ninput k[g], a[h], c[r]",
        """
        for h: y[h] += a[h] k[h // R]
        for h: u += k[h // R] c[h % R]
        """,
        """
        for h, g: y[h] += 1[h // R = g] a[h] k[g]
        for g, r: u += k[g] c[r]
        """,
        ("turned", "k[g]\nfor", "k[G - 1 - g]\nfor"),
        ("at most", "h // R = g", "h // R >= g"),
        ("another remainder", "1[h // R = g]", "1[h % G = g]"),
        ("twice", "u += ", "u += 2 "),
    ),
    equal(
        "linear attention by a state",
        "y",
        _LINEAR.partition("for ")[0],
        "for " + _LINEAR.partition("for ")[2],
        """
        for d, m: S[0, d, m] += k[0, d] v[0, m]
        for t in 1..T-1, d, m: S[t, d, m] += S[t-1, d, m] + k[t, d] v[t, m]
        for t, d, m: y[t, m] += q[t, d] S[t, d, m]
        """,
        ("the state before", "q[t, d] S[t, d, m]", "q[t, d] (S[t, d, m] - k[t, d] v[t, m])"),
        ("the last step forgets", "+= S[t-1, d, m]", "+= 1[t < T-1] S[t-1, d, m]"),
        ("sign", "S[t-1, d, m] + k", "S[t-1, d, m] - k"),
        ("queries for keys", "k[t, d] v[t, m]\nfor t, d", "q[t, d] v[t, m]\nfor t, d"),
    ),
    equal(
        "linear attention by a state in one loop",
        "y",
        _LINEAR.partition("for ")[0],
        "for " + _LINEAR.partition("for ")[2],
        """
        computed S[0..T, d, m]
        for t:
            for d, m: S[t+1, d, m] += S[t, d, m] + k[t, d] v[t, m]
            for d, m: y[t, m] += q[t, d] S[t+1, d, m]
        """,
        ("the state before", "q[t, d] S[t+1, d, m]", "q[t, d] S[t, d, m]"),
        ("the state doubled", "+= S[t, d, m] +", "+= 2 S[t, d, m] +"),
        ("the first value", "v[t, m]", "v[0, m]"),
    ),
    gradient(
        "linear attention, its gradient by states",
        "q k v",
        _LINEAR,
        """
        computed S[0..T, d, m], P[0..T, d, m]
        for t:
            for d, m: S[t+1, d, m] += S[t, d, m] + k[t, d] v[t, m]
            for d, m: q.grad[t, d] += S[t+1, d, m] y.grad[t, m]
        for t in T-1..0:
            for d, m: P[t, d, m] += P[t+1, d, m] + q[t, d] y.grad[t, m]
            for d, m: k.grad[t, d] += P[t, d, m] v[t, m]
            for d, m: v.grad[t, m] += P[t, d, m] k[t, d]
        """,
        ("the state of the past for keys", "P[t, d, m] v[t, m]", "S[t, d, m] v[t, m]"),
        ("the state after", "+= P[t, d, m] k[t, d]", "+= P[t+1, d, m] k[t, d]"),
        ("keys for queries", "q[t, d] y.grad[t, m]", "k[t, d] y.grad[t, m]"),
        ("forgets", "+= P[t+1, d, m] +", "+="),
    ),
    equal(
        "linear attention with a normaliser by a state",
        "y",
        "index t, t2 in T, d in D\ninput q[t, d], k[t, d], v[t]",
        """
        for t, t2 <= t, d: n[t] += exp(q[t, d] + k[t2, d])
        for t, t2 <= t, d: y[t] += exp(q[t, d]) exp(k[t2, d]) v[t2] / n[t]
        """,
        """
        computed S[0..T, d], z[0..T, d]
        for t:
            for d: S[t+1, d] += S[t, d] + exp(k[t, d]) v[t]
            for d: z[t+1, d] += z[t, d] + exp(k[t, d])
            for d: n[t] += exp(q[t, d]) z[t+1, d]
            for d: y[t] += exp(q[t, d]) S[t+1, d] / n[t]
        """,
        ("the normaliser before", "exp(q[t, d]) z[t+1, d]", "exp(q[t, d]) (z[t, d] + 1)"),
        ("the state before", "S[t+1, d] / n", "S[t, d] / n"),
        ("no normaliser", " / n[t]", ""),
    ),
    equal(
        "weights in a window sum to 1",
        "n",
        "size T >= 4\nindex t in T, c in 0..2\ninput s[t, c], x[t]\n",
        """
        for t in 2..T-1, c: Z[t] += exp(x[t - c])
        for t in 2..T-1, c: n[t] += exp(x[t - c]) / Z[t]
        """,
        "for t in 2..T-1: n[t] += 1",
        ("from the start", "2..T-1", "0..T-1"),
        ("the length", "+= 1", "+= 3"),
    ),
    equal(
        "a softmax over what follows, shifted",
        "y",
        "index t, t2 in T\ninput s[t, t2], c[t], v[t]\n",
        """
        for t, t2 >= t: Z[t] += exp(s[t, t2])
        for t, t2 >= t: y[t] += exp(s[t, t2]) / Z[t] v[t2]
        """,
        """
        for t, t2 >= t: Z[t] += exp(s[t, t2] + c[t])
        for t, t2 >= t: y[t] += exp(s[t, t2] + c[t]) / Z[t] v[t2]
        """,
        ("what precedes", "for t, t2 >= t: y", "for t, t2 <= t: y"),
        ("of the other position", "c[t])", "c[t2])"),
        ("above alone", "exp(s[t, t2] + c[t]) / Z", "exp(s[t, t2]) / Z"),
    ),
    equal(
        "strictly causal weights sum to 1",
        "n",
        "size T >= 2\nindex t, t2 in T\ninput s[t, t2]\n",
        """
        for t, t2 < t: Z[t] += exp(s[t, t2])
        for t, t2 < t: n[t] += exp(s[t, t2]) / Z[t]
        """,
        "for t in 1..T-1: n[t] += 1",
        ("the first too", "1..T-1", "0..T-1"),
        ("from the third", "1..T-1", "2..T-1"),
    ),
    equal(
        "a softmax in blocks of three, shifted",
        "p n",
        "index z in 3*X, x in X\ninput a[z], c[x]\n",
        """
        for z: Z[z // 3] += exp(a[z])
        for z: p[z] += exp(a[z]) / Z[z // 3]
        for x: n[x] += 1
        """,
        """
        for x, r in 0..2: Z[x] += exp(a[3*x + r] - c[x])
        for z: p[z] += exp(a[z] - c[z // 3]) / Z[z // 3]
        for z: n[z // 3] += p[z]
        """,
        ("two of three", "r in 0..2", "r in 0..1"),
        ("stride forgotten", "a[3*x + r]", "a[x + r]"),
        ("of another block", "c[z // 3]) /", "c[X - 1 - z // 3]) /"),
        ("the mean", "n[z // 3] += p[z]", "n[z // 3] += 1/3 p[z]"),
    ),
    gradient(
        "the log of a causal normaliser",
        "s",
        """
        index t, t2 in T
        input s[t, t2]
        for t, t2 <= t: Z[t] += exp(s[t, t2])
        for t: L[t] += log(Z[t])
        """,
        "for t, t2 <= t: s.grad[t, t2] += L.grad[t] exp(s[t, t2] - L[t])",
        ("all", "t2 <= t", "t2"),
        ("the normaliser", "exp(s[t, t2] - L[t])", "exp(s[t, t2] - Z[t])"),
        ("of the other position", "L.grad[t]", "L.grad[t2]"),
    ),
    gradient(
        "causal weights by the gradient of the normaliser",
        "s",
        """
        index t, t2 in T
        input s[t, t2]
        for t, t2 <= t: Z[t] += exp(s[t, t2])
        for t, t2 <= t: p[t, t2] += exp(s[t, t2]) / Z[t]
        """,
        """
        for t, t2 <= t: Z.grad[t] += p.grad[t, t2] exp(s[t, t2]) / Z[t]^2
        for t, t2 <= t: s.grad[t, t2] += p[t, t2] p.grad[t, t2] - exp(s[t, t2]) Z.grad[t]
        """,
        ("all", "for t, t2 <= t: Z", "for t, t2: Z"),
        ("no square", "Z[t]^2", "Z[t]"),
        ("sign", "- exp", "+ exp"),
        ("the diagonal alone", "for t, t2 <= t: s", "for t, t2 in t..t: s"),
    ),
]
