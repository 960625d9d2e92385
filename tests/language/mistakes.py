"""Malformed and illegal programs, each with the sentence that says why and where it points to.

A row is the text, the sentence, its line and its column (None where no place is to blame). To add
one, write the text and what a student should read; `test_mistakes.py` compares.
"""

from __future__ import annotations

Mistake = tuple[str, str, int | None, int | None]

BATCH = "index b in B, j in J\ninput s[b, j]\n"
WHOLE = "for b: y[b] += "

# What cannot be read.
READING: list[Mistake] = [
    ("for b, j: Z[b] += exp(s[b, j)", "“[” is closed by “)” in line 1, column 29", 1, 24),
    ("for b, j: Z[b] += exp(s[b, j]", "“(” is never closed", 1, 22),
    ("for b, j: Z[b] += exp(s[b, j]))", "“)” closes nothing", 1, 31),
    ("b, j: Z[b] += exp(s[b, j])", "the left side of this statement is not one cell", 1, 2),
    ("for b, j: Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]2", "the number 2 stands directly behind Z[b]", 1, 54),
    ("for b: y[b] += (x[b] - 1)2", "the number 2 stands directly behind (x[b] - 1)", 1, 26),
    (
        "For b, j s[j] += 1\nB−1 (x[b, j]− µ[j])^2",
        "this line is no statement, and the line above ends in a number: a fraction bar seems to be lost",
        2,
        2,
    ),
    (
        "for b, j: µ[j] += 1\nB x[b, j]",
        "this line is no statement, and the line above ends in a number: a fraction bar seems to be lost",
        2,
        3,
    ),
    (
        "for b, j: x'[b, j] += x[b, j]−µ[j]√\ns[j]",
        "a root sign ends this line: a fraction bar or a line seems to be lost here",
        1,
        35,
    ),
    ("for b, j: Z[b] += \u0435xp(s[b, j])", "“\u0435” is a Cyrillic letter that looks like the Latin “e”", 1, 19),
    ("for b, j: Z[b] += s[b, j]\u202e + 1", "an invisible mark of text direction (U+202E) stands here", 1, 26),
    ("for b: y[b] += x[b]^1001", "this exponent is greater than 1000", 1, 21),
    ("for b: y[b] += x[b] +", "an expression is missing between “+” and the end of the line", 1, 21),
    ("for b: y[b] += * x[b]", "an expression is missing between “+=” and “*”", 1, 13),
    ("for b: y[b] =+ x[b]", "“=+” means nothing here", 1, 13),
    ("for b: y[b] *= x[b]", "“*=” means nothing here", 1, 13),
    ("for b: y[b] == x[b]", "“==” compares; a statement assigns or adds", 1, 13),
    ("for b: y[b]", "this line is no statement", 1, 11),
    ("for b:", "this for has nothing to do", 1, 1),
    ("for b, : y[b] += x[b]", "an expression is missing between “,” and “:”", 1, 6),
    ("for : y[b] += 1", "this for has no index", 1, 1),
    ("for b in: y[b] += x[b]", "an expression is missing between “in” and “:”", 1, 7),
    ("for b, b: Z[b] += s[b]", "the index b is named twice", 1, 8),
    ("for b, j: y[b += x[b]", "“[” is never closed", 1, 12),
    ("for b: 3 += x[b]", "the left side of this statement is not one cell", 1, 8),
    ("for b: y[b] + z[b] += x[b]", "the left side of this statement is not one cell", 1, 13),
    ("for b: exp(y[b]) += x[b]", "the left side of this statement is not one cell", 1, 11),
    ("foo x[b]\nfor b: y[b] += x[b]", "this line is no statement", 1, 5),
    ("integer y[b] in\nfor b: z[b] += y[b]", "an expression is missing between “in” and “for”", 1, 14),
    ("input x[b] > 1\nfor b: y[b] += x[b]", "of x only its sign can be declared", 1, 12),
    ("input L[1..X]\nfor x in 1..X: y[x] += L[x]", "an axis begins at 0", 1, 9),
    ("distribution P[x] over y\nfor x: z += P[x]", "the distribution P sums over none of its indices", 1, 14),
    ("for b: y[b] += x[b] @ z[b]", "“@” means nothing here", 1, 21),
    ('for b: y[b] += "x"', '“"” means nothing here', 1, 16),
    ("for b: y[b] += 1..2", "a range “..” stands only in for and in declarations", 1, 17),
    ("for b: y[b] += 1.2.3", "two numbers stand side by side", 1, 19),
    ("for b: y[b] += x[b]^", "an expression is missing between “^” and the end of the line", 1, 20),
    ("for b: y[b] += ln x[b]/z[b]", "what does this / divide: what log is taken of, or its result?", 1, 23),
    ("for b: y[b] += sum x[b]", "sum needs the index it runs over", 1, 16),
    ("for b: y[b] += sum_j", "nothing stands behind these indices to be reduced", 1, 20),
    ("for b: y[b] += exp()", "an expression is missing between “(” and “)”", 1, 19),
    ("for b: y[b] += x[]", "an expression is missing between “[” and “]”", 1, 17),
    ("for b:\n    y[b] += x[b]\n  z[b] += x[b]", "this line is indented like no line above it", 3, 3),
    ("for b: y[b] += 1[b]", "these brackets behind a 1 hold no comparison", 1, 17),
    ("import os", "“import” is no word of this language", 1, 1),
    ("y[b] = x[b] if x[b] > 0 else 0", "“if” is no word of this language", 1, 13),
    ("for b: y[b] += x[b] > 0", "“>” compares; a statement assigns or adds", 1, 21),
    ("for b: y[b] += |x[b]|", "“|” means nothing here", 1, 16),
    ("for b: y[b] += \\foo{x}", "“\\foo” means nothing here", 1, 16),
    ("for b: y[b] += x[b]/0", "this divides by 0", 1, 20),
    ("for b: y[b] += \\frac{x[b]}", "the end of the line does not fit here", 1, 26),
]

# What is too much.
BOUNDS: list[Mistake] = [
    ("# " + "x" * 70000, "the text is longer than 64 kB", None, None),
    (WHOLE + "(" * 201 + "x[b]" + ")" * 201, "this is nested more than 200 levels deep", 1, 216),
    (WHOLE + "exp(" * 300 + "x[b]" + ")" * 300, "this is nested more than 200 levels deep", 1, 819),
    (WHOLE + "x[b]" + "^2" * 300, "this is nested more than 200 levels deep", 1, 419),
    (WHOLE + "-" * 5000 + "x[b]", "this is nested more than 200 levels deep", 1, 216),
    ("for a, b: " * 250 + "y[b] += 1", "loops are nested more than 100 levels deep", 1, 1001),
    (WHOLE + "x[b]^(10^9)", "this exponent is greater than 1000", 1, 22),
    (WHOLE + "9" * 5000, "this number has more than 300 digits", 1, 16),
]

# Names: unknown, unbound, used as something else.
NAMES: list[Mistake] = [
    ("", "the program has no statement", None, None),
    (BATCH + "for b: Z[b] += exp(s[b, j])", "no loop binds the index j", 3, 25),
    (BATCH + "Z[b] += exp(s[b, j])", "no loop binds the index b", 3, 3),
    (BATCH + "for b, j: Z[b] += exp(s[b, k])", "no loop binds the index k", 3, 28),
    (BATCH + "for b, j: Z[b] += exp(q[b, j])", "unknown tensor q", 3, 23),
    (BATCH + "for b, j: Z[b] += exp(s[b, j] + eps)", "unknown name eps", 3, 33),
    ("index b in B\ninput score[b]\nfor b: y[b] += scores[b]", "unknown tensor scores", 3, 16),
    (BATCH + "for b, j: Z[b] += Exp(s[b, j])", "unknown function Exp", 3, 19),
    (BATCH + "for b, j: Z[b] += exq(s[b, j])", "unknown function exq", 3, 19),
    (BATCH + "for b, j: Z[b] += exp(s[b])", "s has 2 indices, here it is given 1", 3, 23),
    ("index b in B\ninput c\nfor b: y[b] += c[b]", "c has no index, here it is given 1", 3, 16),
    (BATCH + "for b, j: s[b, j] += 1", "s is an input: it can be read, not written", 3, 11),
    ("index b in B\nparam w[b]\nfor b: w[b] -= 1", "w is a param: it can be read, not written", 3, 8),
    ("index b in B\nconst c[b]\nfor b: c[b] += 1", "c is a const: it can be read, not written", 3, 8),
    ("index b in B\ninteger y[b] in B\nfor b: y[b] += 1", "y is an integer input: it can be read, not written", 3, 8),
    ("index b in B\ninput b[b]\nfor b: z[b] += b[b]", "b has two meanings: an index and a tensor", 2, 7),
    ("index b in B\ninput B\nfor b: z[b] += B", "B has two meanings: a tensor and a size", 1, 12),
    ("index b in B\nindex b in C\nfor b: y[b] += 1", "b is declared twice", 2, 7),
    ("input x[b], x[b]\nfor b: y[b] += x[b]", "x is declared twice", 1, 13),
    ("for s, j: Z[j] += s[j]", "s has two meanings: an index and a tensor", 1, 19),
    ("function f(x)\ninput x, f\nz = f(x)", "f has two meanings: a tensor and a function", 1, 10),
    (BATCH + "for b, j: Z[b] += exp(s[b, j], 2)", "exp takes 1 argument, here it is given 2", 3, 19),
    ("function f(x, y)\ninput x\nz = f(x)", "f takes 2 arguments, here it is given 1", 3, 5),
    (BATCH + "for b:\n    for b: Z[b] += 1", "the loop over b stands inside another over b", 4, 9),
    ("index t2 in T\ninput x[t2]\nfor t2 <= t, t: y[t] += x[t2]", "no loop binds the index t", 3, 11),
    (BATCH + "for b, j: Z[b] += s[b, j]\noutput W", "unknown tensor W among the outputs", None, None),
]

# Subscripts, bounds and extents.
EXTENTS: list[Mistake] = [
    (
        BATCH + "for b, j: Z[b] += exp(s[j, b])",
        "the index j runs over J values, but s has B cells at position 1",
        3,
        25,
    ),
    (
        "index x in X, d in D\ninput L[x]\nfor x, d: y[x] += L[x + d]",
        "at X = 2, D = 2 this reads L[2]; L has 2 cells, 0 to 1",
        3,
        21,
    ),
    (
        "index b in B, x in X, d in D\ninput L[b, x]\nfor b, x, d: y[b, x] += L[b, x + d]",
        "at X = 2, D = 2 this reads L[b, 2]; L has 2 cells there, 0 to 1",
        3,
        30,
    ),
    ("index t in T\ninput x[t]\nfor t: y[t] += x[t-1]", "at T = 2 this reads x[-1]; x has 2 cells, 0 to 1", 3, 18),
    ("size T\ninput h[0]\nfor t in 0..T: h[t] += h[t-1]", "at T = 2 this reads h[-1]; h has 3 cells, 0 to 2", 3, 26),
    (
        "index x in X\ninput L[x] zero outside\ncomputed y[x]\nfor x: y[x + 1] += L[x - 1]",
        "at X = 2 this writes y[2]; y has 2 cells, 0 to 1",
        4,
        10,
    ),
    (
        "index i in I, j in J\ninput x[i]\nfor i, j: y[i] += x[i*j]",
        "the product of the indices i and j cannot stand in a subscript",
        3,
        21,
    ),
    ("index i in I\ninput x[i]\nfor i: y[i] += x[i/2]", "a fraction cannot stand in a subscript", 3, 18),
    (
        "index i in I\ninput x[i], z[i]\nfor i: y[i] += x[z[i]]",
        "z does not hold integers, so it cannot stand in a subscript",
        3,
        18,
    ),
    ("index i in I\ninput x[i]\nfor i: y[i] += x[exp(i)]", "the function exp cannot stand in a subscript", 3, 18),
    (
        "index i in I\nsize G\ninput x[i]\nfor i: y[i] += x[G*i]",
        "an index times a size cannot stand in a subscript",
        4,
        18,
    ),
    ("index i in I\ninput x[i]\nfor i: y[i] += x[i^2]", "a power cannot stand in a subscript", 3, 18),
    (
        "index i in I\ninput x[i]\nfor i: y[i] += x[i // x[i]]",
        "`//` divides integers, such as indices, by a number or size",
        3,
        18,
    ),
    (
        "index i in I\ninput x[i]\nfor i: y[i] += x[i] // 2",
        "`//` divides integers, such as indices, by a number or size",
        3,
        16,
    ),
    (
        "index i in I\ninput x[i]\nfor i: y[i] += x[i] % 2",
        "`%` divides integers, such as indices, by a number or size",
        3,
        16,
    ),
    (
        "index b in B\ninteger y[b] in B\ninput x[b]\nfor b: z[b] += x[exp(y[b])]",
        "the function exp cannot stand in a subscript",
        4,
        18,
    ),
    (
        "index b in B\ninput L[b + 1]\nfor b: z[b] += L[b]",
        "the extent of L cannot depend on an index",
        2,
        9,
    ),
    (
        "index b in B\ninput n[b]\nfor b, t < n[b]: y[b] += t",
        "n does not hold integers, so it cannot stand in a bound",
        3,
        12,
    ),
    ("index i in I\ninput x[i]\nfor i: y[i] += 0^(-1) x[i]", "this divides by 0", 3, 16),
    (
        "index i in I\ninput x[i]\ny[i] = x[i]^2\nconstraint sum_i y[i] = 1",
        "y is computed: a constraint relates inputs only",
        4,
        18,
    ),
    (
        "index i in I\ninput x[i]\ny[i] = x[i]^2\nconstraint x[i] >= i",
        "the index i stands in a constraint as a value",
        4,
        20,
    ),
    ("input L[0..X/2]\nfor x: y[x] += L[x]", "the extent of L must be an integer", 1, 12),
    ("index x in 0..X/2\nfor x: y[x] += L[x]", "the range of x must be an integer", 1, 15),
    ("size H = G, G = H\nindex h in H\nfor h: y[h] += 1", "the size H is defined by itself", 1, 6),
    ("index x in 2..1\nfor x: y[x] += 1", "the range of x is empty", 1, 7),
    (
        "for x, d: y[x] += L[x + d] + L[2*x] + L[3*d]",
        "how long L is at position 1 cannot be told: it needs D + X - 1 or 2 X - 1 or 3 D - 2 cells, whichever is more",
        1,
        19,
    ),
]

# Order: what is read before it is complete, what is overwritten.
ORDER: list[Mistake] = [
    (
        BATCH + "for b, j:\n    Z[b] += exp(s[b, j])\n    p[b, j] += exp(s[b, j])/Z[b]",
        "Z[b] is read before it is complete: at b = 0, j = 0 it is Z[0], "
        "and the statement in line 4 writes it at b = 0, j = 1",
        5,
        29,
    ),
    (
        BATCH + "for b, j: p[b, j] += exp(s[b, j])/Z[b]\nfor b, j: Z[b] += exp(s[b, j])",
        "Z[b] is read before any statement writes it: it is still 0 here",
        3,
        35,
    ),
    (
        BATCH + "for b, j: Z[b] += exp(s[b, j])/Z[b]",
        "Z[b] is read by the statement that writes it: at b = 0, j = 0 both are Z[0]",
        3,
        32,
    ),
    ("input a\nc = a\nc += c", "c is read by the statement that writes it", 3, 6),
    (BATCH + "computed Z[b]\nfor b, j: p[b, j] += s[b, j]/Z[b]", "no statement computes Z", 4, 30),
    (BATCH + "for b, j: Z[b] = exp(s[b, j])", "`=` in a loop over j overwrites Z[b], which has no index j", 3, 11),
    (
        BATCH + "for b, j: p[b, j] = s[b, j]\nfor b, j: p[b, j] = 2 s[b, j]",
        "p[0, 0] is assigned twice: the statement in line 3 assigns it too",
        4,
        11,
    ),
    (
        BATCH + "for b, j: Z[b] += s[b, j]\nfor b: Z[b] = 0",
        "`=` overwrites Z[0]: the statement in line 3 has added to it before",
        4,
        8,
    ),
    (
        "index i in I, j in J\ninput x[i]\nfor i, j: y[i + j] = x[i]",
        "y[1] is assigned twice: at i = 0, j = 1 and at i = 1, j = 0",
        3,
        11,
    ),
    (
        "index i in I\ninput x[i]\naccumulator g[i]\nfor i: g[i] = x[i]",
        "g starts at a given value, which `=` would throw away",
        4,
        8,
    ),
    (
        "size T\ninput x[0..T], h[0]\nfor t in 1..T: h[t] += h[t+1] + x[t]",
        "h[t+1] is read before it is complete: at T = 3, t = 1 it is h[2], and this statement writes it at t = 2",
        3,
        24,
    ),
    (
        "size T\ninput x[0..T], h[0]\nfor t in T..1: h[t] += h[t-1] + x[t]",
        "h[t-1] is read before it is complete: at T = 3, t = 3 it is h[2], and this statement writes it at t = 2",
        3,
        24,
    ),
    (
        "size T\ninput x[0..T], h[0]\nfor t in 0..T: h[t] += x[t]",
        "h[0] is given, and this writes it, at T = 2, t = 0",
        3,
        16,
    ),
    (
        "size T\ninput x[0..T]\nfor t in 1..T:\n    d += x[t]\n    y[t] += d",
        "d is read before it is complete: at T = 3, t = 1 it is read, and the statement in line 4 writes it at t = 2",
        5,
        13,
    ),
    (
        "index b in B, i, j in N\ninput x[b, i]\nfor b, i, j:\n    y[b, i] += x[b, j]\n    z[b, i] += y[b, j]",
        "y[b, j] is read before it is complete: at b = 0, i = 0, j = 0 it is y[0, 0], "
        "and the statement in line 4 writes it at b = 0, i = 0, j = 1",
        5,
        16,
    ),
]

MISTAKES = [*READING, *BOUNDS, *NAMES, *EXTENTS, *ORDER]
