"""Claims about cells over time: the loops of a step apart or in one body, and gradients kept or added up later."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_STATE = """
size T
index t in 0..T, i, j in H
input x[t, j], h[0, j]
"""
_RNN = f"""{_STATE.strip()}
param W[j, i]
for t in 1..T:
    for j, i: a[t, j] += W[j, i] h[t-1, i]
    for j: h[t, j] += tanh(a[t, j] + x[t, j])
"""
_GATED = f"""{_STATE.replace("x[t, j]", "x[t, j], z[t, j]").strip()}
param V[j, i], W[j, i]
for t in 1..T:
    for j, i: a[t, j] += W[j, i] h[t-1, i]
    for j: R[t, j] += tanh(a[t, j] + x[t, j])
    for j, i: g[t, j] += V[j, i] h[t-1, i]
    for j: G[t, j] += sigmoid(g[t, j] + z[t, j])
    for j: h[t, j] += G[t, j] h[t-1, j] + (1 - G[t, j]) R[t, j]
"""
_LSTM_HEAD = """
size T
index t in 0..T, i, j in H
input xi[t, j], xf[t, j], xo[t, j], xg[t, j], h[0, j], c[0, j]
param U[j, i], V[j, i], W[j, i], P[j, i]
"""
_LSTM = """
for t in 1..T:
    for j, i: ai[t, j] += U[j, i] h[t-1, i]
    for j, i: af[t, j] += V[j, i] h[t-1, i]
    for j, i: ao[t, j] += W[j, i] h[t-1, i]
    for j, i: ag[t, j] += P[j, i] h[t-1, i]
    for j: I[t, j] += sigmoid(ai[t, j] + xi[t, j])
    for j: F[t, j] += sigmoid(af[t, j] + xf[t, j])
    for j: O[t, j] += sigmoid(ao[t, j] + xo[t, j])
    for j: N[t, j] += tanh(ag[t, j] + xg[t, j])
    for j: c[t, j] += F[t, j] c[t-1, j] + I[t, j] N[t, j]
    for j: h[t, j] += O[t, j] tanh(c[t, j])
"""
_GRU_HEAD = """
size T
index t in 0..T, i, j in H
input xr[t, j], xz[t, j], xn[t, j], h[0, j]
param U[j, i], V[j, i], W[j, i]
"""
_GRU = """
for t in 1..T:
    for j, i: ar[t, j] += U[j, i] h[t-1, i]
    for j: r[t, j] += sigmoid(ar[t, j] + xr[t, j])
    for j, i: az[t, j] += V[j, i] h[t-1, i]
    for j: z[t, j] += sigmoid(az[t, j] + xz[t, j])
    for j, i: an[t, j] += W[j, i] r[t, i] h[t-1, i]
    for j: n[t, j] += tanh(an[t, j] + xn[t, j])
    for j: h[t, j] += z[t, j] h[t-1, j] + (1 - z[t, j]) n[t, j]
"""

CELLS_OVER_TIME: list[RangeClaim] = [
    gradient(
        "RNN, all gradients inside of the loop",
        "x h W",
        _RNN,
        """
        for t in T..1:
            for j: e[t, j] += h.grad[t, j] (1 - h[t, j]^2)
            for j: x.grad[t, j] += e[t, j]
            for j, i: W.grad[j, i] += e[t, j] h[t-1, i]
            for j, i: h.grad[t-1, i] += W[j, i] e[t, j]
        """,
        ("this state", "e[t, j] h[t-1, i]", "e[t, j] h[t, i]"),
        ("1 + h^2", "1 - h", "1 + h"),
        ("transposed", "W[j, i] e[t, j]", "W[i, j] e[t, j]"),
        ("the first step left out", "T..1", "T..2"),
        ("forwards", "T..1", "1..T", "illegal"),
        ("overwrites", "h.grad[t-1, i] +=", "h.grad[t-1, i] -="),
        ("the state before", "1 - h[t, j]^2", "1 - h[t-1, j]^2"),
    ),
    gradient(
        "RNN, parameters after the loop",
        "x h W",
        _RNN,
        """
        for t in T..1:
            for j: e[t, j] += h.grad[t, j] (1 - tanh(a[t, j] + x[t, j])^2)
            for j, i: h.grad[t-1, i] += W[j, i] e[t, j]
        for t in 1..T, j, i: W.grad[j, i] += e[t, j] h[t-1, i]
        for t in 1..T, j: x.grad[t, j] += e[t, j]
        """,
        ("this state", "e[t, j] h[t-1, i]", "e[t, j] h[t, i]"),
        ("the last step left out", "1..T, j, i", "1..T-1, j, i"),
        ("without the input", "a[t, j] + x[t, j]", "a[t, j]"),
        ("forwards", "T..1", "1..T", "illegal"),
        ("no square", "x[t, j])^2", "x[t, j])"),
        also=[("from 0, where nothing is", "1..T, j: x", "0..T, j: x")],
    ),
    gradient(
        "RNN, parameters after the loop, from the end",
        "W h",
        _RNN,
        """
        for t in T..1:
            for j: e[t, j] += h.grad[t, j] (1 - h[t, j]) (1 + h[t, j])
            for i, j: h.grad[t-1, i] += e[t, j] W[j, i]
        for i, j, t in 0..T-1: W.grad[j, i] += e[t+1, j] h[t, i]
        """,
        ("this state", "e[t+1, j] h[t, i]", "e[t+1, j] h[t+1, i]"),
        ("one less", "t in 0..T-1", "t in 1..T-1"),
        ("a factor lost", " (1 + h[t, j])", ""),
        ("sign", "h.grad[t-1, i] +=", "h.grad[t-1, i] -="),
    ),
    gradient(
        "RNN with a batch and a bias",
        "x h W U c",
        "rnn",
        """
        for t in T..1:
            for b, j: e[t, b, j] += h.grad[t, b, j] (1 - h[t, b, j]^2)
            for b, j, i: h.grad[t-1, b, i] += W[j, i] e[t, b, j]
        for t in 1..T, b, j: c.grad[j] += e[t, b, j]
        for t in 1..T, b, j, i: W.grad[j, i] += e[t, b, j] h[t-1, b, i]
        for t in 1..T, b, j, k: U.grad[j, k] += e[t, b, j] x[t, b, k]
        for t in 1..T, b, j, k: x.grad[t, b, k] += e[t, b, j] U[j, k]
        """,
        ("the input before", "e[t, b, j] x[t, b, k]", "e[t, b, j] x[t-1, b, k]"),
        ("this state", "e[t, b, j] h[t-1, b, i]", "e[t, b, j] h[t, b, i]"),
        ("the bias of the last step", "for t in 1..T, b, j: c", "for t in T..T, b, j: c"),
        ("sign", "U.grad[j, k] +=", "U.grad[j, k] -="),
    ),
    gradient(
        "RNN of which the last state is read",
        "h W v",
        "rnn_last_state",
        """
        for b, j: v.grad[j] += y.grad[b] h[T, b, j]
        for b, j: h.grad[T, b, j] += y.grad[b] v[j]
        for t in T..1:
            for b, j: e[t, b, j] += h.grad[t, b, j] (1 - h[t, b, j]^2)
            for b, j, i: W.grad[j, i] += e[t, b, j] h[t-1, b, i]
            for b, j, i: h.grad[t-1, b, i] += W[j, i] e[t, b, j]
        """,
        ("the first state is read", "v.grad[j] += y.grad[b] h[T, b, j]", "v.grad[j] += y.grad[b] h[0, b, j]"),
        ("this state", "e[t, b, j] h[t-1, b, i]", "e[t, b, j] h[t, b, i]"),
        ("the read-out at the start", "h.grad[T, b, j] +=", "h.grad[0, b, j] +="),
        ("the read-out forgotten", 2),
    ),
    equal(
        "RNN, inputs before the loop",
        "h",
        "size T\nindex t in 0..T, i, j in H, k in D\ninput x[t, k], h[0, j]\nparam W[j, i], U[j, k], c[j]\n",
        """
        for t in 1..T:
            for j, i: a[t, j] += W[j, i] h[t-1, i]
            for j, k: a[t, j] += U[j, k] x[t, k]
            for j: h[t, j] += tanh(a[t, j] + c[j])
        """,
        """
        for t in 1..T, j, k: u[t, j] += U[j, k] x[t, k]
        for t in 1..T, j: u[t, j] += c[j]
        for t in 1..T, j: h[t, j] += tanh(u[t, j] + sum_i W[j, i] h[t-1, i])
        """,
        ("the input before", "x[t, k]", "x[t-1, k]"),
        ("the bias once", "for t in 1..T, j: u", "for t in 1..1, j: u"),
        ("transposed", "sum_i W[j, i]", "sum_i W[i, j]"),
        ("first state for ever", "h[t-1, i]", "h[0, i]"),
        ("no bias", 2),
    ),
    equal(
        "RNN with tanh by exponentials",
        "h",
        _STATE + "param W[j, i]\n",
        "for " + _RNN.partition("for ")[2],
        """
        for t in 1..T:
            for j: E[t, j] += exp(2 x[t, j] + 2 sum_i W[j, i] h[t-1, i])
            for j: h[t, j] += 1 - 2/(1 + E[t, j])
        """,
        ("half", "exp(2 x[t, j] + 2 sum", "exp(x[t, j] + sum"),
        ("sign", "1 - 2/", "1 + 2/"),
        ("the sigmoid", "1 - 2/(1 + E[t, j])", "1 - 1/(1 + E[t, j])"),
    ),
    equal(
        "UGRNN: five statements and one",
        "h",
        _GATED.partition("for ")[0],
        "for " + _GATED.partition("for ")[2],
        """
        for t in 1..T:
            for j: R[t, j] += tanh(x[t, j] + sum_i W[j, i] h[t-1, i])
            for j: G[t, j] += sigmoid(z[t, j] + sum_i V[j, i] h[t-1, i])
            for j: h[t, j] += R[t, j] + G[t, j] (h[t-1, j] - R[t, j])
        """,
        ("the gate turned", "h[t, j] += R[t, j] + G[t, j]", "h[t, j] += R[t, j] - G[t, j]"),
        ("matrices interchanged", "sum_i V", "sum_i W"),
        ("sign of the state", "h[t-1, j] - R", "h[t-1, j] + R"),
        ("the input before", "x[t, j] + sum", "x[t-1, j] + sum"),
    ),
    gradient(
        "UGRNN, gradients by G (1 - G) and 1 - R^2",
        "x z h V W",
        _GATED,
        """
        for t in T..1:
            for j: dr[t, j] += h.grad[t, j] (1 - G[t, j]) (1 - R[t, j]^2)
            for j: dg[t, j] += h.grad[t, j] (h[t-1, j] - R[t, j]) G[t, j] (1 - G[t, j])
            for j: h.grad[t-1, j] += h.grad[t, j] G[t, j]
            for j, i: h.grad[t-1, i] += W[j, i] dr[t, j] + V[j, i] dg[t, j]
            for j: x.grad[t, j] += dr[t, j]
            for j: z.grad[t, j] += dg[t, j]
            for j, i: W.grad[j, i] += dr[t, j] h[t-1, i]
            for j, i: V.grad[j, i] += dg[t, j] h[t-1, i]
        """,
        ("1 + R^2", "1 - R[t, j]^2", "1 + R[t, j]^2"),
        ("G for 1 - G", "h.grad[t, j] (1 - G[t, j]) (1 -", "h.grad[t, j] G[t, j] (1 -"),
        ("this state in the gate", "(h[t-1, j] - R", "(h[t, j] - R"),
        ("the direct way forgotten", 4),
        ("matrices interchanged", "W[j, i] dr[t, j] + V[j, i] dg", "V[j, i] dr[t, j] + W[j, i] dg"),
        ("forwards", "T..1", "1..T", "illegal"),
    ),
    gradient(
        "UGRNN, parameters after the loop",
        "x z h V W",
        _GATED,
        """
        for t in T..1:
            for j: dg[t, j] += h.grad[t, j] (h[t, j] - R[t, j]) (1 - G[t, j])
            for j: dr[t, j] += h.grad[t, j] (1 - G[t, j]) (1 - R[t, j]) (1 + R[t, j])
            for j: h.grad[t-1, j] += h.grad[t, j] G[t, j]
            for j, i: h.grad[t-1, i] += dr[t, j] W[j, i]
            for j, i: h.grad[t-1, i] += dg[t, j] V[j, i]
        for t in 1..T, j: x.grad[t, j] += dr[t, j]
        for t in 1..T, j: z.grad[t, j] += dg[t, j]
        for t in 1..T, j, i: W.grad[j, i] += dr[t, j] h[t-1, i]
        for t in 0..T-1, j, i: V.grad[j, i] += dg[t+1, j] h[t, i]
        """,
        ("the state before", "(h[t, j] - R[t, j])", "(h[t-1, j] - R[t, j])"),
        ("not shifted", "dg[t+1, j] h[t, i]", "dg[t, j] h[t, i]"),
        ("this state", "dr[t, j] h[t-1, i]", "dr[t, j] h[t, i]"),
        ("one way forgotten", 6),
    ),
    equal(
        "LSTM: one body and separate names",
        "h c",
        _LSTM_HEAD,
        _LSTM,
        """
        for t in 1..T:
            for j: N[t, j] += tanh(xg[t, j] + sum_i P[j, i] h[t-1, i])
            for j: c[t, j] += c[t-1, j] sigmoid(xf[t, j] + sum_i V[j, i] h[t-1, i])
            for j: c[t, j] += N[t, j] / (1 + exp(-xi[t, j] - sum_i U[j, i] h[t-1, i]))
            for j: h[t, j] += tanh(c[t, j]) sigmoid(xo[t, j] + sum_i W[j, i] h[t-1, i])
        """,
        ("the memory before", "tanh(c[t, j])", "tanh(c[t-1, j])"),
        ("gates interchanged", "sigmoid(xf[t, j]", "sigmoid(xi[t, j]"),
        ("no function", "tanh(c[t, j])", "c[t, j]"),
        ("forgets at once", "c[t, j] += c[t-1, j] sig", "c[t, j] += c[0, j] sig"),
        ("sign", "1 + exp(-xi", "1 + exp(xi"),
    ),
    gradient(
        "LSTM, gradients by the gates",
        "c xi xf xo xg P h",
        _LSTM_HEAD + _LSTM.strip() + "\n",
        """
        for t in T..1:
            for j: do[t, j] += h.grad[t, j] tanh(c[t, j]) O[t, j] (1 - O[t, j])
            for j: c.grad[t, j] += h.grad[t, j] O[t, j] (1 - tanh(c[t, j])^2)
            for j: di[t, j] += c.grad[t, j] N[t, j] I[t, j] (1 - I[t, j])
            for j: df[t, j] += c.grad[t, j] c[t-1, j] F[t, j] (1 - F[t, j])
            for j: dn[t, j] += c.grad[t, j] I[t, j] (1 - N[t, j]^2)
            for j: c.grad[t-1, j] += c.grad[t, j] F[t, j]
            for j, i: h.grad[t-1, i] += U[j, i] di[t, j] + V[j, i] df[t, j] + W[j, i] do[t, j] + P[j, i] dn[t, j]
        for t in 1..T, j: xi.grad[t, j] += di[t, j]
        for t in 1..T, j: xf.grad[t, j] += df[t, j]
        for t in 1..T, j: xo.grad[t, j] += do[t, j]
        for t in 1..T, j: xg.grad[t, j] += dn[t, j]
        for t in 1..T, j, i: P.grad[j, i] += dn[t, j] h[t-1, i]
        """,
        ("this memory", "c[t-1, j] F[t, j] (1", "c[t, j] F[t, j] (1"),
        ("this state", "dn[t, j] h[t-1, i]", "dn[t, j] h[t, i]"),
        ("1 - O", "(1 - O[t, j])", "(1 + O[t, j])"),
        ("the memory before", "(1 - tanh(c[t, j])^2)", "(1 - tanh(c[t-1, j])^2)"),
        ("a gate forgotten", "+ W[j, i] do[t, j] ", ""),
        ("the way through the memory forgotten", 7),
    ),
    equal(
        "GRU: fused, with the gate turned",
        "h",
        _GRU_HEAD,
        _GRU,
        """
        for t in 1..T:
            for j: r[t, j] += 1/(1 + exp(-xr[t, j] - sum_i U[j, i] h[t-1, i]))
            for j: z[t, j] += sigmoid(-xz[t, j] - sum_i V[j, i] h[t-1, i])
            for j: q[t, j] += r[t, j] h[t-1, j]
            for j: h[t, j] += h[t-1, j] - z[t, j] (h[t-1, j] - tanh(xn[t, j] + sum_i W[j, i] q[t, i]))
        """,
        ("the gate not turned", "sigmoid(-xz[t, j] - sum_i V", "sigmoid(xz[t, j] + sum_i V"),
        ("reset after the product", "sum_i W[j, i] q[t, i]", "r[t, j] sum_i W[j, i] h[t-1, i]"),
        ("no reset", "q[t, j] += r[t, j] h", "q[t, j] += h"),
        ("sign", "h[t-1, j] - z", "h[t-1, j] + z"),
    ),
    gradient(
        "GRU, gradients by the gates",
        "xr xz xn h U W",
        _GRU_HEAD + _GRU.strip() + "\n",
        """
        for t in T..1:
            for j: dz[t, j] += h.grad[t, j] (h[t-1, j] - n[t, j]) z[t, j] (1 - z[t, j])
            for j: dn[t, j] += h.grad[t, j] (1 - z[t, j]) (1 - n[t, j]^2)
            for j, i: q[t, i] += W[j, i] dn[t, j]
            for j: dr[t, j] += q[t, j] h[t-1, j] r[t, j] (1 - r[t, j])
            for j: h.grad[t-1, j] += z[t, j] h.grad[t, j] + r[t, j] q[t, j]
            for j, i: h.grad[t-1, i] += U[j, i] dr[t, j] + V[j, i] dz[t, j]
        for t in 1..T, j: xr.grad[t, j] += dr[t, j]
        for t in 1..T, j: xz.grad[t, j] += dz[t, j]
        for t in 1..T, j: xn.grad[t, j] += dn[t, j]
        for t in 1..T, j, i: U.grad[j, i] += dr[t, j] h[t-1, i]
        for t in 1..T, j, i: W.grad[j, i] += dn[t, j] r[t, i] h[t-1, i]
        """,
        ("no reset in the weights", "dn[t, j] r[t, i] h[t-1, i]", "dn[t, j] h[t-1, i]"),
        ("this state", "dr[t, j] h[t-1, i]", "dr[t, j] h[t, i]"),
        ("1 - r^2", "r[t, j] (1 - r[t, j])", "(1 - r[t, j]^2)"),
        ("no reset on the way back", "r[t, j] q[t, j]\n", "q[t, j]\n"),
        ("sign", "(h[t-1, j] - n", "(h[t-1, j] + n"),
    ),
]
