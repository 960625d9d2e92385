"""Claims about affine subscripts: convolutions, pooling, and ranges that are shifted, turned, split or counted."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_STRIDED = """
index b in B, x in X, d in D, c in C, o in O
input L[b, 2*X + D - 2, c]
param W[d, c, o]
for b, x, d, c, o: y[b, x, o] += W[d, c, o] L[b, 2*x + d, c]
"""
_DILATED = """
index b in B, x in X, d in D
input L[b, X + 3*D - 3]
param W[d]
for b, x, d: y[b, x] += W[d] L[b, x + 3*d]
"""
_PADDED = """
index b in B, x in X, d in 0..2
input L[b, x] zero outside
param W[d]
for b, x, d: y[b, x] += W[d] L[b, x + d - 1]
"""
_STRIDED_PADDED = """
index x in X, d in 0..2
input L[2*X] zero outside
param W[d]
for x, d: y[x] += W[d] L[2*x + d - 1]
"""
_PLANE = """
index b in B, x in X, y in Y, u in U, v in V
input L[b, 2*X + U - 2, Y + 2*V - 2]
param W[u, v]
for b, x, y, u, v: A[b, x, y] += W[u, v] L[b, 2*x + u, y + 2*v]
for b, x, y: z[b, x, y] += tanh(A[b, x, y])
"""

CONVOLUTIONS: list[RangeClaim] = [
    gradient(
        "strided convolution, scattered",
        "L W",
        _STRIDED,
        """
        for b, x, d, c, o: L.grad[b, 2*x + d, c] += W[d, c, o] y.grad[b, x, o]
        for o, c, d, x, b: W.grad[d, c, o] += L[b, 2*x + d, c] y.grad[b, x, o]""",
        ("stride forgotten", "L.grad[b, 2*x + d, c]", "L.grad[b, x + d, c]"),
        ("tap forgotten", "L.grad[b, 2*x + d, c]", "L.grad[b, 2*x, c]"),
        ("taps from the other end", "+= W[d, c, o]", "+= W[D - 1 - d, c, o]"),
        ("first place left out", "for b, x, d, c, o: L", "for b, x in 1..X-1, d, c, o: L"),
        ("sign", "L.grad[b, 2*x + d, c] +=", "L.grad[b, 2*x + d, c] -="),
        ("stride forgotten in the weights", "+= L[b, 2*x + d, c]", "+= L[b, x + d, c]"),
    ),
    gradient(
        "strided convolution, gathered by an equality",
        "L W",
        _STRIDED,
        """
        index z in 2*X + D - 2
        for b, z, c, o, x, d: L.grad[b, z, c] += 1[z = 2*x + d] W[d, c, o] y.grad[b, x, o]
        for b, z, c, o, x, d: W.grad[d, c, o] += 1[z = 2*x + d] L[b, z, c] y.grad[b, x, o]
        """,
        ("stride forgotten", "1[z = 2*x + d] W", "1[z = x + d] W"),
        ("shifted by one", "1[z = 2*x + d] W", "1[z = 2*x + d + 1] W"),
        ("turned", "1[z = 2*x + d] W", "1[z = 2*x - d] W"),
        ("at most", "1[z = 2*x + d] W", "1[z >= 2*x + d] W"),
        ("no equality", "1[z = 2*x + d] L", "L"),
    ),
    gradient(
        "strided convolution, gathered over ranges",
        "L W",
        _STRIDED,
        """
        for b, c, o, x, z in 2*x..2*x + D - 1: L.grad[b, z, c] += W[z - 2*x, c, o] y.grad[b, x, o]
        for b, c, o, x, z in 2*x..2*x + D - 1: W.grad[z - 2*x, c, o] += L[b, z, c] y.grad[b, x, o]
        """,
        ("last tap left out", "z in 2*x..2*x + D - 1: L.grad", "z in 2*x..2*x + D - 2: L.grad"),
        ("first tap left out", "z in 2*x..2*x + D - 1: W.grad", "z in 2*x + 1..2*x + D - 1: W.grad"),
        ("stride forgotten", "z in 2*x..2*x + D - 1: L.grad[b, z, c]", "z in 2*x..2*x + D - 1: L.grad[b, z - x, c]"),
        ("sign", "W.grad[z - 2*x, c, o] +=", "W.grad[z - 2*x, c, o] -="),
    ),
    gradient(
        "strided convolution, gathered by halves",
        "L",
        _STRIDED,
        """
        for b, c, o, d, z in d..d + 2*X - 2:
            L.grad[b, z, c] += 1[(z - d) % 2 = 0] W[d, c, o] y.grad[b, (z - d) // 2, o]
        """,
        ("every cell", "1[(z - d) % 2 = 0] W", "W"),
        ("the odd ones", "(z - d) % 2 = 0", "(z - d) % 2 = 1"),
        ("last place left out", "d..d + 2*X - 2", "d..d + 2*X - 3"),
        ("no tap in the remainder", "(z - d) % 2", "z % 2"),
        also=[("the equality by halves", "(z - d) % 2 = 0", "2*((z - d) // 2) = z - d")],
    ),
    gradient(
        "dilated convolution, gathered",
        "L W",
        _DILATED,
        """
        index z in X + 3*D - 3
        for b, z, x, d: L.grad[b, z] += 1[z - x = 3*d] W[d] y.grad[b, x]
        for b, d, z in 3*d..X - 1 + 3*d: W.grad[d] += L[b, z] y.grad[b, z - 3*d]
        """,
        ("dilation forgotten", "1[z - x = 3*d]", "1[z - x = d]"),
        ("turned", "1[z - x = 3*d]", "1[x - z = 3*d]"),
        ("last place left out", "3*d..X - 1 + 3*d", "3*d..X - 2 + 3*d"),
        ("a tap alone", "W.grad[d] +=", "W.grad[0] +="),
    ),
    gradient(
        "padded convolution, gathered",
        "L W",
        _PADDED,
        """
        index z in X
        for b, z, x, d: L.grad[b, z] += 1[z = x + d - 1] W[d] y.grad[b, x]
        for b, z, x, d: W.grad[d] += 1[z = x + d - 1] L[b, z] y.grad[b, x]
        """,
        ("no padding", "1[z = x + d - 1] W", "1[z = x + d] W"),
        ("turned", "1[z = x + d - 1] W", "1[z = x - d + 1] W"),
        ("sign", "W.grad[d] +=", "W.grad[d] -="),
        ("shifted by two", "1[z = x + d - 1] L", "1[z = x + d - 2] L"),
    ),
    gradient(
        "padded convolution, tap by tap",
        "L W",
        _PADDED,
        """
        for b, x in 0..X-2: L.grad[b, x] += W[0] y.grad[b, x+1]
        for b, x: L.grad[b, x] += W[1] y.grad[b, x]
        for b, x in 1..X-1: L.grad[b, x] += W[2] y.grad[b, x-1]
        for b, x in 1..X-1: W.grad[0] += L[b, x-1] y.grad[b, x]
        for b, x: W.grad[1] += L[b, x] y.grad[b, x]
        for b, x in 0..X-2: W.grad[2] += L[b, x+1] y.grad[b, x]
        """,
        ("taps turned", "W[0] y.grad[b, x+1]", "W[2] y.grad[b, x+1]"),
        ("an end left out", "for b, x in 1..X-1: L.grad", "for b, x in 2..X-1: L.grad"),
        ("a tap left out", 5),
        ("shifted twice", "for b, x in 0..X-2: W.grad[2] += L[b, x+1]", "for b, x in 0..X-3: W.grad[2] += L[b, x+2]"),
    ),
    gradient(
        "strided and padded convolution, gathered",
        "L W",
        _STRIDED_PADDED,
        """
        for x, d, z in 0..2*X-1: L.grad[z] += 1[z + 1 = 2*x + d] W[d] y.grad[x]
        for d, x, z in 0..2*X-1: W.grad[d] += 1[z = 2*x + d - 1] L[z] y.grad[x]
        """,
        ("stride forgotten", "z + 1 = 2*x + d", "z + 1 = x + d"),
        ("padding forgotten", "z + 1 = 2*x + d", "z = 2*x + d"),
        ("first cell left out", "for x, d, z in 0..2*X-1", "for x, d, z in 1..2*X-1"),
        ("first cell left out of the weights", "for d, x, z in 0..2*X-1", "for d, x, z in 1..2*X-1"),
        also=[("a range that the equality implies", "for x, d, z in 0..2*X-1", "for x, d, z in 2*x-1+d..2*x-1+d")],
    ),
    equal(
        "a function of a padded sum",
        "y",
        "index x in X, d in 0..2\ninput L[x] zero outside",
        """
        for x, d: a[x] += L[x + d - 1]
        for x: y[x] += tanh(a[x])""",
        """
        index z in X
        for x, z in 0..X-1: a[x] += 1[z >= x - 1] 1[z <= x + 1] L[z]
        for x: y[x] += tanh(a[x])
        """,
        ("the left one alone", "1[z <= x + 1]", "1[z <= x]"),
        ("two to the right", "1[z <= x + 1]", "1[z <= x + 2]"),
        ("no function", "tanh(a[x])", "a[x]"),
    ),
    equal(
        "a function of each padded cell",
        "y",
        "index x in X, d in 0..2\ninput L[x] zero outside",
        "for x, d: y[x] += exp(L[x + d - 1])",
        """
        for x, z in 0..X-1: y[x] += 1[z >= x - 1] 1[z <= x + 1] exp(L[z])
        y[0] += 1
        y[X-1] += 1
        """,
        ("an end forgotten", 2),
        ("0 at the ends", "y[0] += 1", "y[0] += 0"),
        ("shifted", "1[z >= x - 1]", "1[z > x - 1]"),
    ),
    gradient(
        "convolution of a plane, gathered",
        "L W",
        _PLANE,
        """
        index m in 2*X + U - 2, n in Y + 2*V - 2
        for b, x, y: e[b, x, y] += z.grad[b, x, y] (1 - z[b, x, y]^2)
        for b, m, n, x, y, u, v: L.grad[b, m, n] += 1[m = 2*x + u] 1[n = y + 2*v] W[u, v] e[b, x, y]
        for b, x, y, u, v: W.grad[u, v] += L[b, 2*x + u, y + 2*v] e[b, x, y]
        """,
        ("stride on the other axis", "1[m = 2*x + u]", "1[m = x + 2*u]"),
        ("axes interchanged", "1[n = y + 2*v]", "1[n = 2*y + v]"),
        ("dilation forgotten", "1[n = y + 2*v]", "1[n = y + v]"),
        ("one axis alone", "1[m = 2*x + u] ", ""),
        ("1 + z^2", "1 - z", "1 + z"),
    ),
    gradient(
        "depthwise convolution, gathered",
        "L W",
        "convolution_depthwise",
        """
        for b, x, c, z in x..x + D - 1: L.grad[b, z, c] += W[z - x, c] y.grad[b, x, c]
        for b, d, c, z in d..d + X - 1: W.grad[d, c] += L[b, z, c] y.grad[b, z - d, c]
        """,
        ("last tap left out", "x..x + D - 1", "x..x + D - 2"),
        ("taps from the other end", "W[z - x, c]", "W[D - 1 - z + x, c]"),
        ("one place too early", "L[b, z, c] y.grad[b, z - d, c]", "L[b, z - d, c] y.grad[b, z - d, c]"),
        ("first place left out", "d..d + X - 1", "d + 1..d + X - 1"),
    ),
    equal(
        "transposed convolution, gathered",
        "y",
        "index b in B, x in X, d in D\ninput L[b, x], W[d]",
        "for b, x, d: y[b, 2*x + d] += W[d] L[b, x]",
        "for b, x, z in 0..2*X + D - 3, d: y[b, z] += 1[z - d = 2*x] W[d] L[b, x]",
        ("stride forgotten", "z - d = 2*x", "z - d = x"),
        ("shifted", "z - d = 2*x", "z - d = 2*x + 1"),
        ("turned", "W[d]", "W[D - 1 - d]"),
    ),
    gradient(
        "transposed convolution, its gradient",
        "L W",
        "convolution_transposed",
        """
        for b, c, x, z in 2*x..2*x + D - 1: L.grad[b, x, c] += W[z - 2*x, c] y.grad[b, z, c]
        for b, c, x, d: W.grad[d, c] += L[b, x, c] y.grad[b, 2*x + d, c]
        """,
        ("stride forgotten", "L[b, x, c] y.grad[b, 2*x + d, c]", "L[b, x, c] y.grad[b, x + d, c]"),
        ("one tap less", "2*x..2*x + D - 1", "2*x..2*x + D - 2"),
        ("taps turned", "W[z - 2*x, c]", "W[2*x + D - 1 - z, c]"),
    ),
    equal(
        "a transposed convolution is the gradient of a convolution",
        "u",
        "index b in B, x in X, d in D\ninput L[b, x], W[d]",
        "for b, x, d: u[b, x + d] += W[d] L[b, x]",
        """
        for b, x, z in 0..X + D - 2: u[b, z] += sum_{d in 0..D-1} 1[z - x = d] W[d] L[b, x]
        """,
        ("shifted", "z - x = d", "z - x = d + 1"),
        ("one tap less", "d in 0..D-1", "d in 1..D-1"),
        ("turned", "z - x = d", "x - z = d"),
    ),
    equal(
        "normalisation in a window",
        "y",
        "size X >= 3\nindex x in X, d in 0..2\ninput L[x]\nconst eps > 0\n",
        """
        for x in 0..X-3, d: m[x] += 1/3 L[x + d]
        for x in 0..X-3, d: v[x] += 1/3 (L[x + d] - m[x])^2
        for x in 0..X-3: y[x] += (L[x] - m[x]) / sqrt(v[x] + eps)
        """,
        """
        for x in 0..X-3, z in x..x+2: m[x] += 1/3 L[z]
        for x in 0..X-3, z in x..x+2: v[x] += 1/3 L[z]^2
        for x in 0..X-3: v[x] -= m[x]^2
        for x in 0..X-3: y[x] += (L[x] - m[x]) (v[x] + eps)^(-1/2)
        """,
        ("mean not squared", "m[x]^2", "m[x]"),
        ("no root", "^(-1/2)", "^-1"),
        ("one less", "z in x..x+2: v", "z in x..x+1: v"),
    ),
    gradient(
        "the gradient of a convolution under a norm",
        "L",
        """
        index x in X, d in D
        input L[X + D - 1]
        param W[d]
        const eps > 0
        for x, d: a[x] += W[d] L[x + d]
        for x: n += a[x]^2
        for x: y[x] += a[x] / sqrt(n + eps)
        """,
        """
        for x: r += y.grad[x] y[x]
        for x: e[x] += (y.grad[x] - y[x] r) / sqrt(n + eps)
        for x, z in x..x+D-1: L.grad[z] += W[z - x] e[x]
        """,
        ("sign", "- y[x] r", "+ y[x] r"),
        ("no root", "/ sqrt(n + eps)", "/ (n + eps)"),
        ("one tap less", "x..x+D-1", "x..x+D-2"),
    ),
]
