"""Pairs of forward programs: softmax, losses, functions of one cell."""

from __future__ import annotations

from tests.forms.forward import ForwardPair, pair

_SCORES = "index b in B, j, j2 in J\n input s[b, j]"
_SOFTMAX = """for b, j: Z[b] += exp(s[b, j])
    for b, j: p[b, j] += exp(s[b, j]) / Z[b]"""

PAIRS_OF_SCORES: list[ForwardPair] = [
    # Softmax
    pair(
        "softmax shifted by any number a row",
        "p",
        _SCORES + "\n input c[b]",
        _SOFTMAX,
        """for b, j: u[b, j] += exp(s[b, j] - c[b])
        for b, j: n[b] += u[b, j]
        for b, j: p[b, j] += u[b, j] / n[b]""",
        ("one shift only", "p[b, j] += u[b, j]", "p[b, j] += exp(s[b, j])"),
        ("not normalised", " / n[b]", ""),
        ("sum over the batch", "n[b]", "n[j]"),
        ("a factor", "exp(s[b, j] - c[b])", "exp(s[b, j] c[b])"),
        ("square", "/ n[b]", "/ n[b]^2"),
    ),
    pair(
        "softmax by its maximum",
        "p",
        _SCORES,
        _SOFTMAX,
        """m[b] = max_j s[b, j]
        n[b] = sum_j exp(s[b, j] - m[b])
        p[b, j] = exp(s[b, j] - m[b]) / n[b]""",
        ("one shift only", "= exp(s[b, j] - m[b])", "= exp(s[b, j])"),
        ("shift by a column's", "p[b, j] = exp(s[b, j] - m[b])", "p[b, j] = exp(s[b, j] - s[b, j]^2)"),
        ("sign", "sum_j exp(s[b, j] - m[b])", "sum_j exp(s[b, j] + m[b])"),
    ),
    pair(
        "softmax in one definition",
        "p",
        _SCORES,
        _SOFTMAX,
        "p[b, j] = 1 / sum_j2 exp(s[b, j2] - s[b, j])",
        ("sign", "s[b, j2] - s[b, j]", "s[b, j] - s[b, j2]"),
        ("one index", "s[b, j2] - s[b, j]", "s[b, j2] - s[b, j2]"),
        ("no sum of the other", "- s[b, j]", ""),
    ),
    pair(
        "softmax of two is a sigmoid",
        "p",
        "index b in B\n input u[b], w[b]",
        "p[b] = exp(u[b]) / (exp(u[b]) + exp(w[b]))",
        "p[b] = sigmoid(u[b] - w[b])",
        ("sign", "u[b] - w[b]", "w[b] - u[b]"),
        ("sum", "u[b] - w[b]", "u[b] + w[b]"),
        ("tanh", "sigmoid", "tanh"),
        ("half", "(u[b] - w[b])", "((u[b] - w[b])/2)"),
    ),
    pair(
        "softmax is its own softmax of logarithms",
        "p",
        _SCORES,
        _SOFTMAX,
        """for b, j: Z[b] += exp(s[b, j])
        for b, j: r[b, j] += log(exp(s[b, j]) / Z[b])
        for b, j: n[b] += exp(r[b, j])
        for b, j: p[b, j] += exp(r[b, j]) / n[b]""",
        ("no logarithm", "log(exp(s[b, j]) / Z[b])", "exp(s[b, j]) / Z[b]"),
        ("Z^2", "exp(r[b, j]) / n[b]", "exp(r[b, j]) / (n[b] Z[b])"),
        ("twice", "n[b] += exp(r[b, j])", "n[b] += 2 exp(r[b, j])"),
    ),
    pair(
        "temperature as a power of the probabilities",
        "p",
        _SCORES + "\n param tau > 0",
        """for b, j: Z[b] += exp(s[b, j] / tau)
        for b, j: p[b, j] += exp(s[b, j] / tau) / Z[b]""",
        """for b, j: Z[b] += exp(s[b, j])
        for b, j: r[b, j] += exp(log(exp(s[b, j]) / Z[b]) / tau)
        for b, j: n[b] += r[b, j]
        for b, j: p[b, j] += r[b, j] / n[b]""",
        ("tau for 1/tau", ") / tau", ") tau"),
        ("inside the logarithm", "Z[b]) / tau)", "Z[b] / tau))"),
        ("no temperature", ") / tau", ")"),
    ),
    pair(
        "log-softmax as the logarithm of softmax",
        "q",
        _SCORES,
        "q[b, j] = s[b, j] - log(sum_j2 exp(s[b, j2]))",
        _SOFTMAX + "\n for b, j: q[b, j] += log(p[b, j])",
        ("sign", "q[b, j] +=", "q[b, j] -="),
        ("1 - p", "log(p[b, j])", "log(1 - p[b, j])"),
        ("the mean", "Z[b] += exp", "Z[b] += 1/J exp"),
    ),
    pair(
        "log-sum-exp shifted",
        "r",
        _SCORES + "\n input c[b]",
        "r[b] = log(sum_j exp(s[b, j]))",
        "r[b] = c[b] + log(sum_j exp(s[b, j] - c[b]))",
        ("sign", "c[b] + log", "-c[b] + log"),
        ("not added again", "c[b] + log", "log"),
        ("J shifts", "c[b] + log", "J c[b] + log"),
    ),
    pair(
        "entropy of softmax from the scores",
        "H",
        _SCORES,
        _SOFTMAX + "\n for b, j: H[b] -= p[b, j] log(p[b, j])",
        _SOFTMAX + "\n for b: H[b] += log(Z[b]) \n for b, j: H[b] -= p[b, j] s[b, j]",
        ("sign", "H[b] -=", "H[b] +="),
        ("added in each column", "for b: H[b] +=", "for b, j: H[b] +="),
        ("not weighted", "p[b, j] s[b, j]", "s[b, j]"),
    ),
    pair(
        "cross-entropy from the scores",
        "loss",
        _SCORES + "\n const y[b, j] \n constraint sum_j y[b, j] = 1",
        _SOFTMAX + "\n for b, j: loss -= 1/B y[b, j] log(p[b, j])",
        """for b, j: Z[b] += exp(s[b, j])
        for b: loss += 1/B log(Z[b])
        for b, j: loss -= 1/B y[b, j] s[b, j]""",
        ("the mean outside of the logarithm", "1/B log(Z[b])", "log(Z[b]/B)"),
        ("sign", "loss -=", "loss +="),
        ("the square of the targets", "y[b, j] s", "y[b, j]^2 s"),
    ),
    pair(
        "cross-entropy from the scores, any targets",
        "loss",
        _SCORES + "\n const y[b, j]",
        _SOFTMAX + "\n for b, j: loss -= 1/B y[b, j] log(p[b, j])",
        """for b, j: Z[b] += exp(s[b, j])
        for b, j: loss += 1/B y[b, j] (log(Z[b]) - s[b, j])""",
        ("needs a constraint", "y[b, j] (log(Z[b]) - s[b, j])", "(log(Z[b])/J - y[b, j] s[b, j])"),
        ("sign", "- s[b, j]", "+ s[b, j]"),
    ),
    pair(
        "divergence of a distribution and softmax",
        "kl",
        "index x in X\n distribution P[x] over x\n param s[x]",
        """for x: Z += exp(s[x])
        for x: Q[x] += exp(s[x]) / Z
        for x: kl += P[x] (log(P[x]) - log(Q[x]))""",
        """for x: Z += exp(s[x])
        for x: kl += P[x] (log(P[x]) - s[x])
        kl += log(Z)""",
        ("sign", "kl += log(Z)", "kl -= log(Z)"),
        ("added for each x", "kl += log(Z)", "kl += X log(Z)"),
        ("entropy's sign", "log(P[x]) - s", "-log(P[x]) - s"),
    ),
    pair(
        "contrastive loss by differences",
        "loss",
        "index b, c in B, d in D\n input q[b, d], k[b, d]",
        """for b, c, d: s[b, c] += q[b, d] k[c, d]
        for b, c: Z[b] += exp(s[b, c])
        for b: loss -= 1/B (s[b, b] - log(Z[b]))""",
        """for b, c, d: g[b, c] += q[b, d] (k[c, d] - k[b, d])
        for b, c: n[b] += exp(g[b, c])
        for b: loss += 1/B log(n[b])""",
        ("sign", "k[c, d] - k[b, d]", "k[b, d] - k[c, d]"),
        ("the other axis", "n[b] += exp(g[b, c])", "n[c] += exp(g[b, c])"),
        ("q of the column", "q[b, d] (", "q[c, d] ("),
    ),
    # Functions of one cell
    pair(
        "tanh by sigmoid",
        "y",
        "index b in B\n input x[b]",
        "y[b] = tanh(x[b])",
        "y[b] = 2 sigmoid(2 x[b]) - 1",
        ("no inner 2", "sigmoid(2 x[b])", "sigmoid(x[b])"),
        ("no outer 2", "2 sigmoid", "sigmoid"),
        ("no 1", " - 1", ""),
    ),
    pair(
        "softplus from the other side",
        "y",
        "index b in B\n input x[b]",
        "y[b] = log(1 + exp(x[b]))",
        "y[b] = x[b] + softplus(-x[b])",
        ("sign", "x[b] + s", "-x[b] + s"),
        ("inner sign", "softplus(-x[b])", "softplus(x[b])"),
        ("no x", "x[b] + s", "s"),
    ),
    pair(
        "silu by tanh",
        "y",
        "index b in B\n input x[b]",
        "y[b] = silu(x[b])",
        "y[b] = x[b]/2 (1 + tanh(x[b]/2))",
        ("sign", "1 + tanh", "1 - tanh"),
        ("inner half", "tanh(x[b]/2)", "tanh(x[b])"),
        ("half", "x[b]/2 (1", "x[b] (1"),
    ),
    pair(
        "gate as an interpolation",
        "y",
        "index b in B\n input x[b], h[b], u[b]",
        "y[b] = sigmoid(u[b]) h[b] + (1 - sigmoid(u[b])) x[b]",
        "y[b] = x[b] + (h[b] - x[b]) / (1 + exp(-u[b]))",
        ("sign of u", "exp(-u[b])", "exp(u[b])"),
        ("sign", "h[b] - x[b]", "x[b] - h[b]"),
        ("from the other end", "x[b] + (", "h[b] + ("),
    ),
]
