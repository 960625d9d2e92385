"""Claims that are true and that no judge is expected to prove, each with the reason; wrong variants are refuted."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal

LEFT_OPEN: list[RangeClaim] = [
    equal(
        "a floor by a size, shifted",
        "y",
        "size H = G*R\nindex h in H\ninput k[0..G], a[H]\n",
        "for h: y += a[h] k[(h + 1) // R]",
        "for h in 1..H: y += k[h // R] a[h - 1]",
        ("not shifted", "a[h - 1]", "a[H - h]"),
        ("one less", "1..H", "1..H-1"),
        ("the next one", "k[h // R]", "k[(h - 1) // R]"),
        unknown="a symbolic divisor of what need not be below the size",
    ),
    equal(
        "groups by floor and heads from the end",
        "y",
        "size H = G*R\nindex h in H\ninput k[G], a[h]\n",
        "for h: y += a[h] k[G - 1 - h // R]",
        "for h: y += a[H - 1 - h] k[h // R]",
        ("not turned", "a[H - 1 - h]", "a[h]"),
        ("the remainder", "k[h // R]", "k[h % G]"),
        unknown="a symbolic divisor and the same index without it",
    ),
    equal(
        "a product of indices under a bound",
        "y",
        "index i, j in N\ninput A[i, j]\n",
        "for i, j: y += 1[i j <= 4] A[i, j]",
        "for i, j: y += A[i, j] - 1[i j > 4] A[i, j]",
        ("one more", "i j > 4", "i j > 5"),
        ("the other part", "A[i, j] - 1[i j > 4]", "1[i j > 4]"),
        unknown="a product of indices",
    ),
    equal(
        "a running total without an index",
        "y",
        "index t, t2 in T\ninput x[t]\n",
        "for t, t2 <= t: y[t] += x[t2]",
        """
        for t:
            s += x[t]
            y[t] += s
        """,
        ("subtracted", "s += x[t]", "s -= x[t]"),
        ("the first", "s += x[t]", "s += x[0]"),
        ("read twice", "y[t] += s", "y[t] += 2 s"),
        unknown="a carry without a time index that is read",
        untimely=True,
    ),
    equal(
        "a running total read before it is added to",
        "y",
        "index t, t2 in T\ninput x[t]\n",
        "for t, t2 < t: y[t] += x[t2]",
        """
        for t:
            y[t] += s
            s += x[t]
        """,
        ("subtracted", "s += x[t]", "s -= x[t]"),
        ("inclusive", "y[t] += s\n    s += x[t]", "s += x[t]\n    y[t] += s"),
        unknown="a carry without a time index that is read",
        untimely=True,
    ),
    equal(
        "a sum that is read row by row while it grows",
        "y",
        "index i, j in N\ninput A[i, j]\n",
        "for i, j <= i: y[i] += A[j, j] A[i, i]",
        """
        for i:
            z[0] += A[i, i]
            y[i] += z[0] A[i, i]
        """,
        ("the sum alone", "z[0] A[i, i]", "z[0]"),
        ("squares", "z[0] A[i, i]", "z[0]^2"),
        unknown="a read of what is written in part",
        untimely=True,
    ),
    equal(
        "mean and squares by updates of the mean",
        "v",
        "size T\nindex t in 0..T\ninput x[t]\n",
        """
        for t in 1..T: m += 1/T x[t]
        for t in 1..T: v += (x[t] - m)^2
        """,
        """
        for t in 1..T:
            c[t] += c[t-1] + (x[t] - c[t-1])/t
            s[t] += s[t-1] + (x[t] - c[t-1]) (x[t] - c[t])
        v += s[T]
        """,
        ("the old mean twice", "(x[t] - c[t])", "(x[t] - c[t-1])"),
        ("another count", ")/t", ")/(t + 1)"),
        ("the last left out", "s[T]", "s[T-1]"),
        unknown="an invariant that is not inferred",
    ),
    equal(
        "a sum of exponentials under a running maximum",
        "y",
        "size T\nindex t in 0..T\ninput x[t]\n",
        "for t: y += exp(x[t])",
        """
        m[0] += x[0]
        Z[0] += 1
        for t in 1..T:
            m[t] += max(m[t-1], x[t])
            Z[t] += Z[t-1] exp(m[t-1] - m[t]) + exp(x[t] - m[t])
        y += Z[T] exp(m[T])
        """,
        ("not rescaled", "Z[t-1] exp(m[t-1] - m[t])", "Z[t-1]"),
        ("sign", "exp(m[t-1] - m[t])", "exp(m[t] - m[t-1])"),
        ("the start", "Z[0] += 1", "Z[0] += 2"),
        unknown="an invariant that is not inferred",
    ),
    equal(
        "a running maximum",
        "m",
        "index t, t2 in T\ninput x[t]\n",
        "for t: m[t] += max_{t2 <= t} x[t2]",
        """
        m[0] += x[0]
        for t in 1..T-1: m[t] += max(m[t-1], x[t])
        """,
        ("the input before", "x[t])", "x[t-1])"),
        ("minimum", "max(", "min("),
        unknown="a maximum over a range that depends on an index",
    ),
    equal(
        "max pooling by a maximum of two",
        "y",
        "index x in X, d in 0..1\ninput L[2*X]\n",
        "for x: y[x] += max_d L[2*x + d]",
        "for x: y[x] += L[2*x] + relu(L[2*x + 1] - L[2*x])",
        ("stride forgotten", "relu(L[2*x + 1]", "relu(L[x + 1]"),
        ("minimum", "+ relu(L[2*x + 1] - L[2*x])", "- relu(L[2*x] - L[2*x + 1])"),
        ("sign", "+ relu", "- relu"),
        unknown="a maximum over a window",
    ),
    equal(
        "a maximum over a window, shifted",
        "y",
        "size X >= 3\nindex x in X\ninput L[x]\n",
        "for x in 0..X-3: y += x max_{z in x..x+2} L[z]",
        "for x in 2..X-1: y += (x - 2) max_{z in x-2..x} L[z]",
        ("one less", "z in x-2..x", "z in x-1..x"),
        ("not shifted", "(x - 2)", "x"),
    ),
]
