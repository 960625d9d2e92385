"""Pairs of forward programs: normalisations, products of matrices, attention, distances."""

from __future__ import annotations

from tests.forms.forward import ForwardPair, pair

_BATCH = "size B >= 2\n index b, b2 in B, j in J\n input x[b, j]"
_HEADS = "index t, t2 in T, d in D, m in M\n input q[t, d], k[t, d], v[t, m]"

PAIRS_OF_LAYERS: list[ForwardPair] = [
    # Normalisation
    pair(
        "variance by the mean square",
        "v",
        _BATCH,
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/B (x[b, j] - m[j])^2""",
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/B x[b, j]^2
        for j: v[j] -= m[j]^2""",
        ("sign", "v[j] -=", "v[j] +="),
        ("no square", "v[j] -= m[j]^2", "v[j] -= m[j]"),
        ("taken in each row", "for j: v", "for b, j: v"),
        ("B - 1", "1/B x[b, j]^2", "1/(B-1) x[b, j]^2"),
        ("the other size", "m[j] += 1/B", "m[j] += 1/J"),
    ),
    pair(
        "unbiased variance by the mean square",
        "v",
        _BATCH,
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/(B-1) (x[b, j] - m[j])^2""",
        """for b, j: n[j] += x[b, j]
        for b, j: v[j] += 1/(B-1) x[b, j]^2
        for j: v[j] -= n[j]^2 / (B (B-1))""",
        ("B - 1 for B", "B (B-1)", "(B-1)^2"),
        ("B for B - 1", "1/(B-1) x", "1/B x"),
        ("B^2", "B (B-1)", "B^2"),
    ),
    pair(
        "variance by pairs",
        "v",
        _BATCH,
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/(B-1) (x[b, j] - m[j])^2""",
        "for b, b2, j: v[j] += 1/(2 B (B-1)) (x[b, j] - x[b2, j])^2",
        ("pairs twice", "1/(2 B (B-1))", "1/(B (B-1))"),
        ("B^2", "1/(2 B (B-1))", "1/(2 B^2)"),
        ("sum", "x[b, j] - x", "x[b, j] + x"),
    ),
    pair(
        "batch norm by centred cells",
        "y",
        _BATCH + "\n const eps > 0",
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/B (x[b, j] - m[j])^2
        for b, j: y[b, j] += (x[b, j] - m[j]) / sqrt(v[j] + eps)""",
        """for b, j: n[j] += x[b, j]
        for b, j: c[b, j] += x[b, j] - n[j]/B
        for b, j: w[j] += c[b, j]^2
        for b, j: y[b, j] += c[b, j] (w[j]/B + eps)^(-1/2)""",
        ("eps outside of the mean", "w[j]/B + eps", "(w[j] + eps)/B"),
        ("B - 1", "w[j]/B", "w[j]/(B-1)"),
        ("not centred", "w[j] += c[b, j]^2", "w[j] += x[b, j]^2"),
        ("no root", "^(-1/2)", "^-1"),
        ("sign", "x[b, j] - n", "x[b, j] + n"),
        ("read before it is complete", 2, 3),
    ),
    pair(
        "batch norm folded into a line",
        "y",
        _BATCH + "\n param gamma[j], beta[j]\n const eps > 0",
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/B (x[b, j] - m[j])^2
        for b, j: n[b, j] += (x[b, j] - m[j]) / sqrt(v[j] + eps)
        for b, j: y[b, j] += gamma[j] n[b, j] + beta[j]""",
        """for b, j: m[j] += 1/B x[b, j]
        for b, j: v[j] += 1/B x[b, j] (x[b, j] - m[j])
        for j: a[j] += gamma[j] / sqrt(v[j] + eps)
        for j: c[j] += beta[j] - a[j] m[j]
        for b, j: y[b, j] += a[j] x[b, j] + c[j]""",
        ("gamma on beta", "beta[j] - a", "gamma[j] beta[j] - a"),
        ("sign", "- a[j] m[j]", "+ a[j] m[j]"),
        ("not scaled", "a[j] m[j]", "m[j]"),
        ("no eps", "v[j] + eps", "v[j]"),
        ("read before it is complete", 3, 4),
    ),
    pair(
        "layer norm with other letters and order of axes",
        "y",
        "index i, c in N, j, a in M\n input x[i, j]\n const eps > 0",
        """for i, j: m[i] += 1/M x[i, j]
        for i, j: v[i] += 1/M (x[i, j] - m[i])^2
        for i, j: y[i, j] += (x[i, j] - m[i]) / sqrt(v[i] + eps)""",
        """for a, c: m[c] += 1/M x[c, a]
        for a, c: v[c] += 1/M (m[c] - x[c, a])^2
        for a, c: y[c, a] += (v[c] + eps)^(-1/2) (x[c, a] - m[c])""",
        ("the other size", "1/M", "1/N"),
        ("the other axis", "m[c]", "m[a]"),
        ("sign", "(x[c, a] - m[c])", "(m[c] - x[c, a])"),
        ("eps outside of the root", "(v[c] + eps)^(-1/2)", "1/(sqrt(v[c]) + eps)"),
    ),
    pair(
        "root mean square by the length",
        "y",
        "index b in B, j in J\n input x[b, j]",
        """for b, j: v[b] += 1/J x[b, j]^2
        for b, j: y[b, j] += x[b, j] / sqrt(v[b])""",
        """for b, j: n[b] += x[b, j]^2
        for b, j: y[b, j] += sqrt(J) x[b, j] / sqrt(n[b])""",
        ("J for its root", "sqrt(J)", "J"),
        ("no J", "sqrt(J) ", ""),
        ("B for J", "sqrt(J)", "sqrt(B)"),
        ("no root", "/ sqrt(n[b])", "/ n[b]"),
    ),
    pair(
        "a unit vector has length 1",
        "z",
        "index b in B, d in D\n input x[b, d]",
        """for b, d: n[b] += x[b, d]^2
        for b, d: z[b, d] += x[b, d] / sqrt(n[b])""",
        """for b, d: n[b] += x[b, d]^2
        for b, d: y[b, d] += x[b, d] / sqrt(n[b])
        for b, d: w[b] += y[b, d]^2
        for b, d: z[b, d] += y[b, d] / sqrt(w[b])""",
        ("the first length again", "sqrt(w[b])", "sqrt(n[b])"),
        ("no root at first", "x[b, d] / sqrt(n[b])", "x[b, d]^2 / n[b]"),
        ("twice", "w[b] +=", "w[b] += 2"),
        ("the other axis", "w[b]", "w[d]"),
    ),
    pair(
        "cosine of unit vectors",
        "c",
        "index b in B, d in D\n input u[b, d], v[b, d]",
        """for b, d: uv[b] += u[b, d] v[b, d]
        for b, d: uu[b] += u[b, d]^2
        for b, d: vv[b] += v[b, d]^2
        for b: c[b] += uv[b] / sqrt(uu[b] vv[b])""",
        """for b, d: uu[b] += u[b, d]^2
        for b, d: vv[b] += v[b, d]^2
        for b, d: c[b] += (u[b, d] / sqrt(uu[b])) (v[b, d] / sqrt(vv[b]))""",
        ("one length twice", "sqrt(vv[b])", "sqrt(uu[b])"),
        ("no root", "/ sqrt(uu[b])", "/ uu[b]"),
        ("sum of lengths", "vv[b] += v", "vv[b] += u[b, d] v"),
    ),
    # Products
    pair(
        "matrix chain in the other order",
        "Q",
        "index i in N, j in M, k in K, l in L\n input A[i, j], B[j, k], C[k, l]",
        """for i, j, k: P[i, k] += A[i, j] B[j, k]
        for i, k, l: Q[i, l] += P[i, k] C[k, l]""",
        """for j, k, l: R[j, l] += B[j, k] C[k, l]
        for i, j, l: Q[i, l] += A[i, j] R[j, l]""",
        ("sign", "Q[i, l] +=", "Q[i, l] -="),
        ("summed apart", "A[i, j] R[j, l]", "A[i, j] sum_j R[j, l]"),
        ("read before it is complete", 1, 2),
    ),
    pair(
        "matrix chain of square matrices",
        "Q",
        "index i, j, k, l in N\n input A[i, j], B[i, j], C[i, j]",
        """for i, j, k: P[i, k] += A[i, j] B[j, k]
        for i, k, l: Q[i, l] += P[i, k] C[k, l]""",
        "for i, j, k, l: Q[i, l] += A[i, j] B[j, k] C[k, l]",
        ("B transposed", "B[j, k]", "B[k, j]"),
        ("C transposed", "C[k, l]", "C[l, k]"),
        ("another order", "A[i, j] B[j, k] C[k, l]", "B[i, j] A[j, k] C[k, l]"),
        ("result transposed", "Q[i, l]", "Q[l, i]"),
    ),
    pair(
        "trace of a cycle",
        "y",
        "index i, j, k in N\n input A[i, j], B[i, j], C[i, j]",
        "for i, j, k: y += A[i, j] B[j, k] C[k, i]",
        """for i, j, k: P[i, k] += B[i, j] C[j, k]
        for i, j: y += P[i, j] A[j, i]""",
        ("the reversed cycle", "B[i, j] C[j, k]", "C[i, j] B[j, k]"),
        ("A transposed", "A[j, i]", "A[i, j]"),
        ("B transposed", "B[i, j]", "B[j, i]"),
        ("diagonal only", "P[i, j] A[j, i]", "P[i, i] A[j, j]"),
    ),
    pair(
        "trace regrouped",
        "y",
        "index i, k in N, j, l in M\n input A[i, k], B[j, l], X[i, j]",
        "for i, k, j, l: y += A[i, k] X[k, j] B[j, l] X[i, l]",
        """for i, k, j: P[i, j] += A[i, k] X[k, j]
        for i, j, l: Q[i, j] += B[j, l] X[i, l]
        for i, j: y += P[i, j] Q[i, j]""",
        ("A transposed", "A[i, k]", "A[k, i]"),
        ("B transposed", "B[j, l]", "B[l, j]"),
        ("square", "P[i, j] Q[i, j]", "P[i, j]^2"),
    ),
    pair(
        "linear attention by the key-value matrix",
        "y",
        _HEADS,
        """for t, t2, d: s[t, t2] += q[t, d] k[t2, d]
        for t, t2, m: y[t, m] += s[t, t2] v[t2, m]""",
        """for t, d, m: S[d, m] += k[t, d] v[t, m]
        for t, d, m: y[t, m] += q[t, d] S[d, m]""",
        ("values of the query", "k[t, d] v[t, m]", "k[t, d] v[t, m] sum_t v[t, m]"),
        ("keys for queries", "q[t, d] S", "k[t, d] S"),
        ("read before it is complete", 1, 2),
    ),
    pair(
        "attention with scaled queries",
        "y",
        _HEADS,
        """for t, t2, d: s[t, t2] += q[t, d] k[t2, d] / sqrt(D)
        for t, t2: Z[t] += exp(s[t, t2])
        for t, t2, m: y[t, m] += exp(s[t, t2]) / Z[t] v[t2, m]""",
        """for t, d: w[t, d] += q[t, d] / sqrt(D)
        for t, t2, d: s[t, t2] += w[t, d] k[t2, d]
        for t, t2: Z[t] += exp(s[t, t2])
        for t, t2, m: n[t, m] += exp(s[t, t2]) v[t2, m]
        for t, m: y[t, m] += n[t, m] / Z[t]""",
        ("not scaled", " / sqrt(D)", ""),
        ("D for its root", "sqrt(D)", "D"),
        ("transposed scores", "w[t, d] k[t2, d]", "w[t2, d] k[t, d]"),
        ("normalised over queries", "Z[t] += exp(s[t, t2])", "Z[t2] += exp(s[t, t2])"),
        ("values of the query", "v[t2, m]", "v[t, m]"),
        ("T for D", "sqrt(D)", "sqrt(T)"),
    ),
    # Distances and likelihoods
    pair(
        "squared error expanded",
        "loss",
        "index b in B, j in J\n input x[b, j], y[b, j]",
        "for b, j: loss += 1/(B J) (x[b, j] - y[b, j])^2",
        "loss = mean_b mean_j (x[b, j]^2 + y[b, j]^2 - 2 x[b, j] y[b, j])",
        ("sign", "- 2 x", "+ 2 x"),
        ("factor", "- 2 x", "- x"),
        ("sum for mean", "mean_j", "sum_j"),
    ),
    pair(
        "distances by products",
        "D",
        "index a in A, b in B, d in K\n input x[a, d], y[b, d]",
        "for a, b, d: D[a, b] += (x[a, d] - y[b, d])^2",
        """for a, d: n[a] += x[a, d]^2
        for b, d: m[b] += y[b, d]^2
        for a, b: D[a, b] += n[a] + m[b]
        for a, b, d: D[a, b] -= 2 x[a, d] y[b, d]""",
        ("factor", "2 x[a", "x[a"),
        ("sign", "D[a, b] -=", "D[a, b] +="),
        ("lengths added for each d", "for a, b: D", "for a, b, d: D"),
        ("product of the lengths", "n[a] + m[b]", "n[a] m[b]"),
    ),
    pair(
        "divergence of normal distributions by the deviation",
        "kl",
        "index b in B, d in D\n input m[b, d], s[b, d] > 0",
        """for b, d: u[b, d] += 2 log(s[b, d])
        for b, d: kl[b] += 1/2 (exp(u[b, d]) + m[b, d]^2 - 1 - u[b, d])""",
        """for b, d: kl[b] += 1/2 (s[b, d]^2 + m[b, d]^2) - log(s[b, d])
        for b: kl[b] -= D/2""",
        ("variance", "s[b, d]^2", "s[b, d]"),
        ("no half of D", "D/2", "D"),
        ("half of the logarithm", "- log(s", "- 1/2 log(s"),
    ),
    pair(
        "likelihood by the standard score",
        "l",
        "index b in B, d in D\n input x[b, d]\n param m[d], s[d] > 0",
        "for b, d: l[b] -= (x[b, d] - m[d])^2 / (2 s[d]^2) + log(s[d])",
        """for b, d: n[b, d] += (m[d] - x[b, d]) / s[d]
        for b, d: l[b] -= 1/2 (n[b, d]^2 + log(s[d]^2))""",
        ("s^2 twice", "log(s[d]^2))", "2 log(s[d]^2))"),
        ("sign", "n[b, d]^2 + log", "n[b, d]^2 - log"),
        ("variance", "/ s[d]\n", "/ s[d]^2\n"),
        ("sum", "m[d] - x[b, d]", "m[d] + x[b, d]"),
    ),
    pair(
        "geometric mean by logarithms",
        "y",
        "index b in B\n input x[b] > 0, w[b] > 0",
        "y[b] = sqrt(x[b] w[b])",
        "y[b] = exp(1/2 (log(x[b]) + log(w[b])))",
        ("sign", "+ log", "- log"),
        ("no half", "exp(1/2 (log(x[b]) + log(w[b])))", "exp(log(x[b]) + log(w[b]))"),
        ("logarithm of the sum", "log(x[b]) + log(w[b])", "log(x[b] + w[b])"),
    ),
]
