"""Claims about pooling and about ranges that are shifted, turned, split, counted, or read by a floor or remainder."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_OVERLAPPING = """
index x in X, d in 0..2
input L[2*X + 1]
for x, d: y[x] += 1/3 L[2*x + d]
"""
_DIFFERENCES = """
size N >= 3
index i in N
input x[i]
for i in 1..N-2: y[i] += x[i+1] - 2 x[i] + x[i-1]
"""

POOLING: list[RangeClaim] = [
    gradient(
        "average pooling: each cell is read once",
        "L",
        "average_pooling",
        "for b, c, z in 0..2*X-1: L.grad[b, z, c] += 1/2 y.grad[b, z // 2, c]",
        ("the mean forgotten", "1/2 y", "y"),
        ("last cell left out", "0..2*X-1", "0..2*X-2"),
        ("one cell early", "y.grad[b, z // 2, c]", "y.grad[b, (2*X - 1 - z) // 2, c]"),
        ("even cells alone", "1/2 y", "1/2 1[z % 2 = 0] y"),
    ),
    gradient(
        "overlapping average pooling",
        "L",
        _OVERLAPPING,
        """
        for x: L.grad[2*x + 1] += 1/3 y.grad[x]
        for x: L.grad[2*x] += 1/3 y.grad[x]
        for x in 1..X: L.grad[2*x] += 1/3 y.grad[x-1]
        """,
        ("overlap forgotten", 3),
        ("an end left out", "1..X:", "1..X-1:"),
        ("odd cells twice", "L.grad[2*x + 1] += 1/3", "L.grad[2*x + 1] += 2/3"),
        ("stride forgotten", "L.grad[2*x] += 1/3 y.grad[x]\n", "L.grad[x] += 1/3 y.grad[x]\n"),
    ),
    equal(
        "average pooling by floors",
        "y",
        "index x in X\ninput L[2*X]",
        "for x: y[x] += 1/2 (L[2*x] + L[2*x + 1])",
        "for z in 0..2*X-1: y[z // 2] += 1/2 L[z]",
        ("the mean forgotten", "1/2 L", "L"),
        ("first cell left out", "0..2*X-1", "1..2*X-1"),
        ("turned", "L[z]", "L[2*X - 1 - z]"),
    ),
    gradient(
        "upsampling: two cells for each",
        "L",
        "upsampling",
        "for x: L.grad[x] += y.grad[2*x] + y.grad[2*x + 1]",
        ("one cell alone", "y.grad[2*x] + ", ""),
        ("stride forgotten", "y.grad[2*x] +", "y.grad[x] +"),
        ("averaged", "+= y.grad[2*x] + y.grad[2*x + 1]", "+= 1/2 (y.grad[2*x] + y.grad[2*x + 1])"),
    ),
    equal(
        "upsampling by remainders",
        "y",
        "index x in X\ninput L[x]",
        "for u in 0..3*X-1: y[u] += L[u // 3]",
        "for u in 0..3*X-1, x: y[u] += 1[u - u % 3 = 3*x] L[x]",
        ("the remainder forgotten", "u - u % 3", "u"),
        ("shifted", "= 3*x]", "= 3*x + 3]"),
        ("every second", "u % 3", "u % 2"),
    ),
]

RANGES: list[RangeClaim] = [
    equal(
        "a dummy is shifted",
        "y",
        "size N >= 2\nindex i in N\ninput x[i], w[N - 1]",
        "for i in 1..N-1: y += w[i-1] x[i]",
        "for i in 0..N-2: y += w[i] x[i+1]",
        ("not shifted", "x[i+1]", "x[i]"),
        ("one less", "0..N-2", "0..N-3"),
        ("sign", "y +=", "y -="),
    ),
    equal(
        "a range is turned",
        "y",
        "index i in N\ninput x[i], w[i]",
        "for i: y[i] += w[i] x[N - 1 - i]",
        "for i: y[N - 1 - i] += x[i] w[N - 1 - i]",
        ("not turned", "w[N - 1 - i]", "w[i]"),
        ("turned twice", "y[N - 1 - i]", "y[i]"),
        ("an end left out", "for i: y[N - 1 - i] +=", "for i: y[N - 1 - i] += 1[i > 0]"),
    ),
    equal(
        "a range is split",
        "y",
        "index i in N, j in N\ninput x[i]",
        "for i, j <= i: y[i] += x[j]^2",
        """
        for i, j < i: y[i] += x[j]^2
        for i: y[i] += x[i]^2
        """,
        ("the end twice", "j < i", "j <= i"),
        ("the other part", "j < i", "j > i"),
        ("no square", "y[i] += x[i]^2", "y[i] += x[i]"),
        ("the end left out", 2),
    ),
    equal(
        "the first cell apart",
        "y",
        "index i in N\ninput x[i], w[i]\n",
        "for i: y += w[0] x[i]",
        """
        y += w[0] x[0]
        for i in 1..N-1: y += w[0] x[i]
        """,
        ("the first weight for all", "w[0] x[i]", "w[i] x[i]"),
        ("the last", "w[0] x[0]", "w[0] x[N-1]"),
        ("the second left out", "1..N-1", "2..N-1"),
        also=[("the same cell by the size", "w[0] x[0]", "w[N - N] x[0]")],
    ),
    equal(
        "a split at a size",
        "y",
        "size N = M + K\nindex i in N\ninput x[i]",
        "for i: y += exp(x[i])",
        """
        for i in 0..M-1: y += exp(x[i])
        for i in 0..K-1: y += exp(x[M + i])
        """,
        ("the other size", "x[M + i]", "x[K - 1 - i]"),
        ("one too few", "0..M-1", "0..M-2"),
        ("first part twice", "x[M + i]", "x[i]"),
    ),
    equal(
        "a triangle by rows and by columns",
        "y",
        "index i, j in N\ninput A[i, j]",
        "for i, j <= i: y += A[i, j]^2",
        "for j, i >= j: y += A[i, j]^2",
        ("the other triangle", "i >= j", "i <= j"),
        ("strict", "i >= j", "i > j"),
        ("transposed", "A[i, j]^2", "A[j, i]^2"),
    ),
    equal(
        "both triangles and the diagonal",
        "y",
        "index i, j in N\ninput A[i, j]",
        "for i, j: y[i] += A[i, j]",
        """
        for i, j < i: y[i] += A[i, j]
        for i, j > i: y[i] += A[i, j]
        for i: y[i] += A[i, i]
        """,
        ("diagonal twice", "j < i", "j <= i"),
        ("diagonal forgotten", 3),
        ("one triangle twice", "j > i", "j < i"),
    ),
    equal(
        "what is left of a square",
        "y",
        "index i, j in N\ninput x[i]",
        "for i, j in 0..N-1: y += 1[i > j] x[i] x[j]",
        "y += 1/2 (sum_i x[i])^2 - 1/2 sum_i x[i]^2",
        ("the diagonal is kept", " - 1/2 sum_i x[i]^2", ""),
        ("twice", "1/2 (sum_i x[i])^2", "(sum_i x[i])^2"),
        ("sign", "- 1/2 sum_i", "+ 1/2 sum_i"),
    ),
    equal(
        "a range is counted",
        "y",
        "index i, j in N\ninput x[i]",
        "for i, j <= i: y[i] += x[i]",
        "for i: y[i] += (i + 1) x[i]",
        ("one less", "(i + 1)", "i"),
        ("the rest", "(i + 1)", "(N - i)"),
    ),
    equal(
        "a triangle is counted",
        "y",
        "index i, j in N\ninput c",
        "for i, j <= i: y += c",
        "y += c N (N + 1)/2",
        ("strict", "N + 1", "N - 1"),
        ("square", "N (N + 1)/2", "N^2"),
    ),
    equal(
        "pairs with one sum are counted",
        "y",
        "index i, j in N\ninput a[2*N - 1]",
        "for i, j: y += a[i + j]",
        """
        for k in 0..N-1: y += (k + 1) a[k]
        for k in N..2*N-2: y += (2*N - 1 - k) a[k]
        """,
        ("one less", "(k + 1)", "k"),
        ("no second half", 2),
        ("the second half as the first", "(2*N - 1 - k)", "(k + 1)"),
    ),
    equal(
        "even and odd cells",
        "y",
        "index i in N\ninput x[2*N]",
        "for z in 0..2*N-1: y += 1[z % 2 = 0] x[z] - 1[z % 2 = 1] x[z]",
        "for i: y += x[2*i] - x[2*i + 1]",
        ("stride forgotten", "x[2*i] -", "x[i] -"),
        ("sign", "x[2*i] - ", "x[2*i] + "),
        ("the other first", "x[2*i] - x[2*i + 1]", "x[2*i + 1] - x[2*i]"),
    ),
    equal(
        "a row of blocks of three",
        "y",
        "index i in N, r in 0..2\ninput x[3*N], w[r]",
        "for z in 0..3*N-1: y[z // 3] += w[z % 3] x[z]",
        "for i, r: y[i] += w[r] x[3*i + r]",
        ("stride forgotten", "x[3*i + r]", "x[i + r]"),
        ("turned", "w[r]", "w[2 - r]"),
        ("one less", "for i, r:", "for i, r in 0..1:"),
    ),
    equal(
        "blocks of a symbolic length",
        "y u",
        "size Z = X*W\nindex x in X, r in W, z in Z\ninput A[x, r]",
        """
        for z: y += A[z // W, z % W]
        for z: u[z] += A[z // W, z % W]""",
        """
        for x, r: y += A[x, r]
        for z, x, r: u[z] += 1[z // W = x] 1[z % W = r] A[x, r]
        """,
        ("no remainder", " 1[z % W = r]", ""),
        ("square", "y += A[x, r]", "y += A[x, r]^2"),
        ("strict", "1[z // W = x]", "1[z // W > x]"),
    ),
    equal(
        "circular shift",
        "y",
        "index x in X\ninput L[x]",
        "for x: y[x] += L[(x + 1) % X] - L[x]",
        """
        for x in 0..X-2: y[x] += L[x + 1] - L[x]
        y[X-1] += L[0] - L[X-1]
        """,
        ("the end forgotten", "y[X-1] += L[0]", "y[X-1] += 0"),
        ("the other end", "y[X-1] += L[0]", "y[X-1] += L[X-1]"),
        ("one less", "0..X-2", "0..X-3"),
    ),
    gradient(
        "circular shift, its gradient",
        "L",
        "circular_shift",
        "for x: L.grad[x] += y.grad[(x + X - 1) % X] - y.grad[x]",
        ("the other way", "(x + X - 1) % X", "(x + 1) % X"),
        ("not shifted", "(x + X - 1) % X", "x"),
        ("sign", "- y.grad[x]", "+ y.grad[x]"),
    ),
    gradient(
        "finite differences, gathered",
        "x",
        _DIFFERENCES,
        """
        for i in 2..N-1: x.grad[i] += y.grad[i-1]
        for i in 1..N-2: x.grad[i] -= 2 y.grad[i]
        for i in 0..N-3: x.grad[i] += y.grad[i+1]
        """,
        ("one less", "2..N-1", "2..N-2"),
        ("sign", "x.grad[i] -= 2", "x.grad[i] += 2"),
        ("no factor", "2 y.grad[i]", "y.grad[i]"),
        ("a cell that nothing writes", "2..N-1", "1..N-1"),
    ),
    gradient(
        "squares of finite differences",
        "x",
        "finite_difference",
        """
        for i in 1..N-2: e[i] += 2 y.grad[i] (x[i+1] - 2 x[i] + x[i-1])
        for i in 1..N-1: x.grad[i] += e[i-1]
        for i: x.grad[i] -= 2 e[i]
        for i in 0..N-2: x.grad[i] += e[i+1]
        """,
        ("one less", "i in 1..N-1: x", "i in 1..N-2: x"),
        ("sign", "- 2 x[i]", "+ 2 x[i]"),
        ("the left one twice", "e[i+1]", "e[i]"),
        also=[("the ends, which are zero", "for i: x", "for i in 1..N-2: x")],
    ),
    gradient(
        "strict triangles",
        "x",
        "strict_triangle",
        """
        for i, j < i: x.grad[i] += y.grad[i] x[j]^2
        for i, j > i: x.grad[i] += 2 x[i] x[j] y.grad[j]
        for i, j < i: x.grad[i] -= cos(x[i]) y.grad[j]
        """,
        ("the diagonal too", "j > i", "j >= i"),
        ("the other triangle", "for i, j < i: x.grad[i] -=", "for i, j > i: x.grad[i] -="),
        ("sine", "cos(", "sin("),
        ("no square", "x[j]^2", "x[j]"),
    ),
    gradient(
        "decay by position",
        "x a",
        "positional_decay",
        """
        for t, t2 >= t: x.grad[t] += y.grad[t2] exp(a t/T) exp(-a t2/T)
        for t, t2 < t: a.grad -= (t - t2)/T y.grad[t] x[t2] exp(-a (t - t2)/T)
        """,
        ("to the left", "t2 >= t", "t2 <= t"),
        ("strict", "t2 >= t", "t2 > t"),
        ("sign", "a.grad -=", "a.grad +="),
        ("no size", "(t - t2)/T y", "(t - t2) y"),
        also=[("the diagonal, which is zero", "t2 < t:", "t2 <= t:")],
    ),
    gradient(
        "rotary embedding, turned back",
        "x",
        "rotary_embedding",
        """
        for t, i: x.grad[t, 2*i] += cos(t ω[i]) y.grad[t, 2*i] + sin(t ω[i]) y.grad[t, 2*i + 1]
        for t, i: x.grad[t, 2*i + 1] += cos(t ω[i]) y.grad[t, 2*i + 1] - sin(t ω[i]) y.grad[t, 2*i]
        """,
        ("turned on", "+ sin(t ω[i])", "- sin(t ω[i])"),
        ("stride forgotten", "x.grad[t, 2*i] +=", "x.grad[t, i] +="),
        ("halves interchanged", "cos(t ω[i]) y.grad[t, 2*i + 1]", "cos(t ω[i]) y.grad[t, 2*i]"),
    ),
    equal(
        "rotary embedding keeps lengths",
        "n",
        "index t in T, i in M\ninput x[t, 2*M], ω[i]",
        """
        for t, i: y[t, 2*i] += cos(t ω[i]) x[t, 2*i] - sin(t ω[i]) x[t, 2*i + 1]
        for t, i: y[t, 2*i + 1] += sin(t ω[i]) x[t, 2*i] + cos(t ω[i]) x[t, 2*i + 1]
        for t, i: n[t] += y[t, 2*i]^2 + y[t, 2*i + 1]^2""",
        "for t, m in 0..2*M-1: n[t] += x[t, m]^2",
        ("half of them", "0..2*M-1", "0..M-1"),
        ("no square", "x[t, m]^2", "x[t, m]"),
    ),
    equal(
        "a function of every second cell",
        "y",
        "index i in N, z in 2*N\ninput x[z]\n",
        "y += tanh(sum_i x[2*i])",
        "y += tanh(sum_z 1[z % 2 = 0] x[z])",
        ("the odd ones", "z % 2 = 0", "z % 2 = 1"),
        ("all", "1[z % 2 = 0] ", ""),
    ),
    equal(
        "a function of the first cell apart",
        "y z",
        "index i, j in N\ninput x[j], u[i]\n",
        """
        for i, j: y[i] += exp(x[j] - u[i])
        for j: z += tanh(x[j])
        """,
        """
        for i: y[i] += exp(x[0] - u[i])
        for i, j in 1..N-1: y[i] += exp(x[j] - u[i])
        z += tanh(x[0])
        for j in 1..N-1: z += tanh(x[j])
        """,
        ("the second left out", "for j in 1..N-1", "for j in 2..N-1"),
        ("the first of the other", "exp(x[0] - u[i])", "exp(x[0] - u[0])"),
        ("sign", "tanh(x[0])", "tanh(-x[0])"),
    ),
    equal(
        "a function under a remainder and under a range",
        "y",
        "index i in N, r in 0..1\ninput x[2*N]\n",
        "for i, r: y += exp(x[r] x[2*i])",
        "for m in 0..2*N-1: y += exp(x[m % 2] x[2*(m // 2)])",
        ("floors for remainders", "x[m % 2]", "x[m // 2]"),
        ("every cell", "2*(m // 2)", "m"),
        ("one less", "2*N-1", "2*N-2"),
    ),
]
