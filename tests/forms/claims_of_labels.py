"""Claims about integer tensors: embeddings, labels, lengths."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_LABELS = "index b in B, j in J\ninput s[b, j]\ninteger y[b] in J\n"
_LOSS = f"""{_LABELS}for b, j: Z[b] += exp(s[b, j])
for b, j: p[b, j] += exp(s[b, j]) / Z[b]
for b: loss -= 1/B log(p[b, y[b]])
"""
_TOKENS = "index b in B, v in V, d in D\ninteger w[b] in V\ninput E[v, d]\n"
_LENGTHS = "index b in B, t in T\ninteger n[b] in 1..T\ninput x[b, t]\n"

LABELS: list[RangeClaim] = [
    gradient(
        "embedding, scattered",
        "E",
        "embedding",
        "for t, b, d: E.grad[w[b, t], d] += y.grad[b, t, d]",
        ("the first token", "E.grad[w[b, t], d]", "E.grad[w[b, 0], d]"),
        ("sign", "+=", "-="),
        ("the first step", "y.grad[b, t, d]", "y.grad[b, 0, d]"),
    ),
    gradient(
        "embedding by an equality",
        "E",
        "embedding",
        "for b, t, v, d: E.grad[v, d] += 1[w[b, t] = v] y.grad[b, t, d]",
        ("at most", "w[b, t] = v", "w[b, t] <= v"),
        ("no equality", "1[w[b, t] = v] ", ""),
        ("another", "w[b, t] = v", "w[b, t] != v"),
        ("turned", "E.grad[v, d]", "E.grad[V - 1 - v, d]"),
    ),
    gradient(
        "embedding bag",
        "E",
        "embedding_bag",
        """
        for b, v, d: E.grad[v, d] += s.grad[b, v] m[b, d]
        for b, v, d: m.grad[b, d] += s.grad[b, v] E[v, d]
        for b, t, d: E.grad[w[b, t], d] += 1/T m.grad[b, d]
        """,
        ("no mean", "1/T m", "m"),
        ("one use forgotten", 1),
        ("the first token", "E.grad[w[b, t], d]", "E.grad[w[b, 0], d]"),
        ("another size", "1/T", "1/D"),
    ),
    gradient(
        "embedding bag by counts",
        "E",
        "embedding_bag",
        """
        for b, t: c[b, w[b, t]] += 1/T
        for b, v, d: E.grad[v, d] += s.grad[b, v] m[b, d]
        for b, v, d: m.grad[b, d] += s.grad[b, v] E[v, d]
        for b, v, d: E.grad[v, d] += c[b, v] m.grad[b, d]
        """,
        ("counted once", "c[b, w[b, t]] += 1/T", "c[b, w[b, 0]] += 1/T"),
        ("no mean", "1/T", "1"),
        ("sign", "E.grad[v, d] += c", "E.grad[v, d] -= c"),
    ),
    equal(
        "a gather by an equality",
        "y",
        _TOKENS,
        "for b, d: y[b, d] += E[w[b], d]",
        "for b, v, d: y[b, d] += 1[v = w[b]] E[v, d]",
        ("at most", "v = w[b]", "v <= w[b]"),
        ("turned", "E[v, d]", "E[V - 1 - v, d]"),
        ("twice", "+=", "+= 2"),
    ),
    equal(
        "a function of a gathered cell",
        "y",
        _TOKENS,
        "for b, d: y[b, d] += exp(E[w[b], d])",
        "for b, v, d: y[b, d] += 1[v = w[b]] exp(E[v, d])",
        ("inside", "1[v = w[b]] exp(E[v, d])", "exp(1[v = w[b]] E[v, d])"),
        ("another function", "exp(", "sin("),
        ("no equality", "1[v = w[b]] ", ""),
    ),
    equal(
        "products of gathered cells are pairs of equal tokens",
        "y",
        _TOKENS.replace("index b", "index b, c"),
        "for b, c, d: y += E[w[b], d] E[w[c], d]",
        """
        for b, v: m[v] += 1[w[b] = v]
        for v, d: u[d] += m[v] E[v, d]
        for d: y += u[d]^2
        """,
        ("no square", "u[d]^2", "u[d]"),
        ("square inside", "m[v] E[v, d]", "m[v] E[v, d]^2"),
        ("at most", "w[b] = v", "w[b] <= v"),
    ),
    equal(
        "a gather in a gather",
        "y",
        "index b, c in B, v in V\ninteger w[b] in V, u[v] in B\ninput x[b]\n",
        "for b: y[b] += x[u[w[b]]]",
        "for b, v, c: y[b] += 1[v = w[b]] 1[u[v] = c] x[c]",
        ("one alone", "1[u[v] = c] ", ""),
        ("not gathered", "x[c]", "x[b]"),
        ("at most", "u[v] = c", "u[v] >= c"),
    ),
    equal(
        "a scatter and a gather back",
        "y",
        _TOKENS.replace("index b", "index b, c").replace("E[v, d]", "E[b, d]"),
        """
        for b, d: G[w[b], d] += E[b, d]
        for b, d: y[b, d] += G[w[b], d]
        """,
        "for b, c, d: y[b, d] += 1[w[b] = w[c]] E[c, d]",
        ("itself alone", "w[b] = w[c]", "b = c"),
        ("another", "w[b] = w[c]", "w[b] != w[c]"),
        ("not summed", "E[c, d]", "E[b, d]"),
    ),
    gradient(
        "cross-entropy with labels: p minus one",
        "s",
        _LOSS,
        """
        for b, j: s.grad[b, j] += 1/B loss.grad p[b, j]
        for b: s.grad[b, y[b]] -= 1/B loss.grad
        """,
        ("sign", "s.grad[b, y[b]] -=", "s.grad[b, y[b]] +="),
        ("the label of the first", "s.grad[b, y[b]] -=", "s.grad[b, y[0]] -="),
        ("the first label", "s.grad[b, y[b]] -=", "s.grad[b, 0] -="),
        ("no mean", "-= 1/B", "-="),
        ("another size", "+= 1/B", "+= 1/J"),
    ),
    gradient(
        "cross-entropy with labels by an equality",
        "s",
        _LOSS,
        "for b, j: s.grad[b, j] += 1/B loss.grad (p[b, j] - 1[j = y[b]])",
        ("sign", "- 1[", "+ 1["),
        ("at most", "j = y[b]", "j <= y[b]"),
        ("outside of the brackets", "(p[b, j] - 1[j = y[b]])", "p[b, j] - 1[j = y[b]]"),
        ("the label of the first", "y[b]", "y[0]"),
    ),
    gradient(
        "cross-entropy with the log of the normaliser",
        "s",
        "cross_entropy_labels",
        """
        for b, j: s.grad[b, j] += loss.grad[b] exp(s[b, j]) / Z[b]
        for b, j: s.grad[b, j] -= 1[y[b] = j] loss.grad[b]
        """,
        ("sign", "-= 1[", "+= 1["),
        ("not normalised", " / Z[b]", ""),
        ("no equality", "1[y[b] = j] ", ""),
    ),
    equal(
        "the loss of a label and of a one-hot row",
        "loss",
        _LABELS,
        """
        for b, j: Z[b] += exp(s[b, j])
        for b: loss[b] += log(Z[b]) - s[b, y[b]]
        """,
        """
        for b, j: Z[b] += exp(s[b, j])
        for b, j: q[b, j] += 1[y[b] = j]
        for b, j: loss[b] += q[b, j] (log(Z[b]) - s[b, j])
        """,
        ("sign", "log(Z[b]) - s", "log(Z[b]) + s"),
        ("another row", "q[b, j] (log", "1/J (log"),
        ("at most", "y[b] = j", "y[b] >= j"),
    ),
    equal(
        "one-hot rows sum to 1",
        "n m",
        _LABELS,
        """
        for b, j: n[b] += 1[j = y[b]]
        for b, j: m[b] += 1[j = y[b]]^2 s[b, j]
        """,
        """
        for b: n[b] += 1
        for b: m[b] += s[b, y[b]]
        """,
        ("twice", "n[b] += 1", "n[b] += 2"),
        ("another row", "s[b, y[b]]", "s[b, y[0]]"),
        ("sign", "m[b] +=", "m[b] -="),
    ),
    equal(
        "the score of a label against the others",
        "y",
        _LABELS.replace("y[b]", "k[b]"),
        "for b, j: y[b] += 1[j != k[b]] exp(s[b, j] - s[b, k[b]])",
        """
        for b, j: y[b] += exp(s[b, j]) / exp(s[b, k[b]])
        for b: y[b] -= 1
        """,
        ("the label too", 2),
        ("sign", "s[b, j]) / exp(s", "s[b, j]) / exp(-s"),
        ("the label of the first", "exp(s[b, k[b]])", "exp(s[b, k[0]])"),
    ),
    gradient(
        "a mean over lengths",
        "x",
        "masked_mean",
        "for b, d, t in 0..n[b]-1: x.grad[b, t, d] += m.grad[b, d] / n[b]",
        ("no mean", " / n[b]", ""),
        ("all steps", "t in 0..n[b]-1", "t"),
        ("one more", "t in 0..n[b]-1", "t in 0..T-1"),
        ("one less", "0..n[b]-1", "1..n[b]-1"),
        ("the whole length", "/ n[b]", "/ T"),
    ),
    equal(
        "a mask as an indicator, a range and a rest",
        "y u",
        _LENGTHS,
        """
        for b, t: y[b] += 1[t < n[b]] x[b, t]
        for b, t: u[b] += 1[t >= n[b]] x[b, t]
        """,
        """
        for b, t in 0..n[b]-1: y[b] += x[b, t]
        for b, t: u[b] += x[b, t]
        for b, t in 0..n[b]-1: u[b] -= x[b, t]
        """,
        ("one less", "0..n[b]-1: y", "0..n[b]-2: y"),
        ("the length of the first", "0..n[b]-1: u", "0..n[0]-1: u"),
        ("sign", "u[b] -=", "u[b] +="),
    ),
    equal(
        "a length is counted",
        "y",
        _LENGTHS,
        "for b, t: y[b] += 1[t < n[b]]",
        "for b: y[b] += n[b]",
        ("one more", "+= n[b]", "+= n[b] + 1"),
        ("the rest", "+= n[b]", "+= T - n[b]"),
    ),
    equal(
        "a softmax over lengths is shifted",
        "p",
        _LENGTHS.replace("x[b, t]", "x[b, t], c[b]"),
        """
        for b, t: Z[b] += 1[t < n[b]] exp(x[b, t])
        for b, t: p[b, t] += 1[t < n[b]] exp(x[b, t]) / Z[b]
        """,
        """
        for b, t in 0..n[b]-1: Z[b] += exp(x[b, t] - c[b])
        for b, t in 0..n[b]-1: p[b, t] += exp(x[b, t] - c[b]) / Z[b]
        """,
        ("above alone", "exp(x[b, t] - c[b]) / Z", "exp(x[b, t]) / Z"),
        ("normalised over all", "for b, t in 0..n[b]-1: Z", "for b, t: Z"),
        ("all steps", "for b, t in 0..n[b]-1: p", "for b, t: p"),
        ("of the first", "- c[b]) / Z", "- c[0]) / Z"),
    ),
]
