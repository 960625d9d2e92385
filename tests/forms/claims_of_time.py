"""Claims about loops through time: running sums, recurrences with closed forms, and state that is kept."""

from __future__ import annotations

from tests.forms.claim import RangeClaim, equal, gradient

_SUM = "index t, t2 in T\ninput x[t]\n"
_RUNNING = "index t, t2 in T\ninput x[t], e[t]\nparam a\n"

SUMS: list[RangeClaim] = [
    equal(
        "a running sum by steps",
        "y",
        _SUM,
        "for t, t2 <= t: y[t] += x[t2]",
        """
        y[0] += x[0]
        for t in 1..T-1: y[t] += y[t-1] + x[t]
        """,
        ("strict", "y[t-1] + x[t]", "y[t-1] + x[t-1]"),
        ("no start", "y[0] += x[0]", "y[0] += 0"),
        ("sign", "y[t-1] + x[t]", "y[t-1] - x[t]"),
        ("twice", "y[t-1] +", "2 y[t-1] +"),
        ("never kept", "y[t-1] + x[t]", "x[t-1] + x[t]"),
    ),
    equal(
        "a running sum by steps after a copy",
        "y",
        _SUM,
        "for t, t2 <= t: y[t] += x[t2]",
        """
        for t: y[t] += x[t]
        for t in 1..T-1: y[t] += y[t-1]
        """,
        ("backwards", "1..T-1", "T-1..1", "illegal"),
        ("the copy twice", "y[t] += x[t]", "y[t] += 2 x[t]"),
        ("the first forgotten", "1..T-1", "2..T-1"),
    ),
    equal(
        "a running sum from a given start",
        "y",
        "size T\nindex t in 0..T\ninput x[t], y[0]\n",
        "for t in 1..T: y[t] += y[t-1] + x[t]",
        """
        for t in 1..T, t2 in 1..t: y[t] += x[t2]
        for t in 1..T: y[t] += y[0]
        """,
        ("no start", 2),
        ("from 0", "t2 in 1..t", "t2 in 0..t"),
        ("one less", "t2 in 1..t", "t2 in 1..t-1"),
        ("the last of all", "x[t2]", "x[t]"),
    ),
    gradient(
        "the gradient of a running sum is a running sum from the end",
        "x",
        "cumulative_sum",
        """
        index s in T
        for t in T-1..0: c[t] += y.grad[t]
        for t in T-2..0: c[t] += c[t+1]
        for s: x.grad[s] += c[s]
        """,
        ("forwards", "T-2..0", "0..T-2", "illegal"),
        ("one less", "T-2..0", "T-2..1"),
        ("next one alone", "c[t+1]", "y.grad[t+1]"),
        ("sign", "x.grad[s] +=", "x.grad[s] -="),
    ),
    gradient(
        "the gradient of a running sum by a triangle",
        "x",
        "cumulative_sum",
        "for t, t2 >= t: x.grad[t] += y.grad[t2]",
        ("the other triangle", "t2 >= t", "t2 <= t"),
        ("strict", "t2 >= t", "t2 > t"),
        ("all", "t2 >= t", "t2"),
    ),
    gradient(
        "the gradient of a running sum in steps",
        "x y",
        "cumulative_sum_sequential",
        """
        for t in T..1: y.grad[t-1] += y.grad[t]
        for t in 1..T: x.grad[t] += y.grad[t]
        """,
        ("forwards", "T..1", "1..T", "illegal"),
        ("the next one", "x.grad[t] += y.grad[t]", "x.grad[t] += y.grad[t-1]"),
        ("no start", "T..1", "T..2"),
        ("inputs before the loop", 1, 2),
    ),
    gradient(
        "the gradient of a running sum in steps, by a triangle",
        "x",
        "cumulative_sum_sequential",
        "for t in 1..T, t2 in t..T: x.grad[t] += y.grad[t2]",
        ("forwards", "t2 in t..T", "t2 in 1..t"),
        ("the end left out", "t2 in t..T", "t2 in t..T-1"),
        ("from 0", "for t in 1..T", "for t in 0..T"),
    ),
    equal(
        "discounted sums by steps from the end",
        "R",
        "size T\nindex t in T, t2 in T\ninput r[t]\nparam g > 0\n",
        "for t, t2 >= t: R[t] += g^(t2 - t) r[t2]",
        """
        R[T-1] += r[T-1]
        for t in T-2..0: R[t] += r[t] + g R[t+1]
        """,
        ("forwards", "T-2..0", "0..T-2", "illegal"),
        ("no discount", "g R", "R"),
        ("discount of the reward", "r[t] + g R[t+1]", "g r[t] + g R[t+1]"),
        ("one early", "R[t] += r[t] +", "R[t] += r[t+1] +"),
    ),
    gradient(
        "the gradient of discounted sums",
        "r R g",
        "discounted_returns",
        """
        for t in 0..T:
            r.grad[t] += R.grad[t]
            g.grad += R.grad[t] R[t+1]
            R.grad[t+1] += g R.grad[t]
        """,
        ("backwards", "0..T", "T..0", "illegal"),
        ("this return", "R.grad[t] R[t+1]", "R.grad[t] R[t]"),
        ("no discount", "g R.grad[t]", "R.grad[t]"),
        ("sign", "R.grad[t+1] +=", "R.grad[t+1] -="),
    ),
    gradient(
        "the gradient of discounted sums, parameters after the loop",
        "r R g",
        "discounted_returns",
        """
        for t in 0..T: R.grad[t+1] += g R.grad[t]
        for t in 0..T: r.grad[t] += R.grad[t]
        for t in 0..T: g.grad += R.grad[t] R[t+1]
        """,
        ("parameters before the loop", 1, 3),
        ("the next gradient", "r.grad[t] += R.grad[t]", "r.grad[t] += R.grad[t+1]"),
        ("the last left out", "for t in 0..T: g", "for t in 0..T-1: g"),
    ),
    equal(
        "a decay by steps and in closed form",
        "h",
        _RUNNING.replace("param a", "param a > 0"),
        "for t, t2 <= t: h[t] += a^(t - t2) x[t2]",
        """
        h[0] += x[0]
        for t in 1..T-1: h[t] += a h[t-1] + x[t]
        """,
        ("x decays too", "h[t-1] + x[t]", "h[t-1] + a x[t]"),
        ("no decay", "a h", "h"),
        ("grows", "a h", "1/a h"),
        ("one early", "+ x[t]", "+ x[t-1]"),
    ),
    equal(
        "a decay by an exponential and in closed form",
        "h",
        _RUNNING,
        "for t, t2 <= t: h[t] += exp(-a (t - t2)) x[t2]",
        """
        h[0] += x[0]
        for t in 1..T-1: h[t] += exp(-a) h[t-1] + x[t]
        """,
        ("grows", "exp(-a)", "exp(a)"),
        ("twice", "exp(-a)", "exp(-2 a)"),
        ("not added", "h[t] += exp(-a) h[t-1] + x[t]", "h[t] += exp(-a) (h[t-1] + x[t])"),
    ),
    equal(
        "a sum of exponentials under shifts that change",
        "Z",
        _RUNNING,
        "for t, t2 <= t: Z[t] += exp(x[t2] - e[t])",
        """
        Z[0] += exp(x[0] - e[0])
        for t in 1..T-1: Z[t] += Z[t-1] exp(e[t-1] - e[t]) + exp(x[t] - e[t])
        """,
        ("sign", "exp(e[t-1] - e[t])", "exp(e[t] - e[t-1])"),
        ("not rescaled", "Z[t-1] exp(e[t-1] - e[t])", "Z[t-1]"),
        ("the shift before", "exp(x[t] - e[t])", "exp(x[t] - e[t-1])"),
    ),
    equal(
        "a power by steps",
        "h",
        "size T\nindex t in 0..T\ninput c\nparam a > 0\n",
        "for t: h[t] += a^t c",
        """
        h[0] += c
        for t in 1..T: h[t] += a h[t-1]
        """,
        ("start", "h[0] += c", "h[0] += a c"),
        ("twice", "a h", "a^2 h"),
        ("not multiplied", "+= a h", "+= a + h"),
    ),
    equal(
        "a count by steps",
        "n",
        "size T\nindex t in 0..T\ninput x\n",
        "for t: n[t] += t x",
        "for t in 1..T: n[t] += n[t-1] + x",
        ("twice", "+ x", "+ 2 x"),
        ("doubles", "n[t-1] +", "2 n[t-1] +"),
        ("from 2", "1..T", "2..T"),
    ),
]

RECURRENCES: list[RangeClaim] = [
    equal(
        "a recurrence with two terms and its state of two",
        "u w",
        "size T\nindex t in 0..T\ninput u[0], w[0]\nparam a, c\n",
        """
        for t in 1..T:
            u[t] += a u[t-1] + c w[t-1]
            w[t] += u[t-1]
        """,
        """
        u[1] += a u[0] + c w[0]
        for t in 2..T: u[t] += a u[t-1] + c u[t-2]
        for t in 1..T: w[t] += u[t-1]
        """,
        ("one step back", "c u[t-2]", "c u[t-1]"),
        ("terms interchanged", "a u[t-1] + c u[t-2]", "c u[t-1] + a u[t-2]"),
        ("no start", "u[1] += a u[0] + c w[0]", "u[1] += a u[0]"),
    ),
    gradient(
        "the gradient of a recurrence with two terms",
        "u w a c",
        "two_term_recurrence",
        """
        for t in T..1:
            a.grad += u.grad[t] u[t-1]
            c.grad += u.grad[t] w[t-1]
            u.grad[t-1] += a u.grad[t] + w.grad[t]
            w.grad[t-1] += c u.grad[t]
        """,
        ("forwards", "T..1", "1..T", "illegal"),
        ("this step", "u.grad[t] w[t-1]", "u.grad[t] w[t]"),
        ("w forgotten", " + w.grad[t]", ""),
        ("the factor of w", "+ w.grad[t]", "+ c w.grad[t]"),
    ),
    gradient(
        "the gradient of a recurrence with two terms, parameters after the loop",
        "u w a c",
        "two_term_recurrence",
        """
        for t in T..1:
            u.grad[t-1] += a u.grad[t] + w.grad[t]
            w.grad[t-1] += c u.grad[t]
        for t in 1..T: a.grad += u.grad[t] u[t-1]
        for t in 1..T: c.grad += u.grad[t] w[t-1]
        """,
        ("this step", "u.grad[t] u[t-1]", "u.grad[t] u[t]"),
        ("the first left out", "1..T: c", "2..T: c"),
        ("forwards", "T..1", "1..T", "illegal"),
    ),
    gradient(
        "a scan with a decay that depends on the input",
        "x h a",
        "linear_recurrence",
        """
        for t in T..1, d:
            e[t, d] += h.grad[t, d] h[t-1, d] exp(-softplus(a[d] + x[t, d])) sigmoid(a[d] + x[t, d])
            a.grad[d] -= e[t, d]
            x.grad[t, d] += h.grad[t, d] - e[t, d]
            h.grad[t-1, d] += h.grad[t, d] / (1 + exp(a[d] + x[t, d]))
        """,
        ("this state", "h[t-1, d] exp", "h[t, d] exp"),
        ("sign", "a.grad[d] -=", "a.grad[d] +="),
        ("the other function", "/ (1 + exp(a[d] + x[t, d]))", "/ (1 + exp(-a[d] - x[t, d]))"),
        ("forwards", "T..1", "1..T", "illegal"),
        ("what is added forgotten", "h.grad[t, d] - e[t, d]", "-e[t, d]"),
    ),
    equal(
        "a logistic map by two bodies",
        "h",
        "size T\nindex t in 0..T\ninput h[0]\nparam a\n",
        "for t in 1..T: h[t] += a h[t-1] (1 - h[t-1])",
        "for t in 1..T: h[t] += a/4 - a (h[t-1] - 1/2)^2",
        ("sign", "a/4 - a", "a/4 + a"),
        ("a half", "a/4", "a/2"),
        ("forgets", "(h[t-1] - 1/2)^2", "(h[0] - 1/2)^2"),
    ),
    equal(
        "a step through a temporary",
        "h",
        "size T\nindex t in 0..T, i, j in H\ninput h[0, j], x[t, j]\nparam W[j, i]\n",
        "for t in 1..T, j, i: h[t, j] += W[j, i] h[t-1, i] x[t, j]",
        """
        for t in 1..T:
            for j, i: a[t, j] += W[j, i] h[t-1, i]
            for j: h[t, j] += a[t, j] x[t, j]
        """,
        ("transposed", "W[j, i] h", "W[i, j] h"),
        ("the input before", "a[t, j] x[t, j]", "a[t, j] x[t-1, j]"),
        ("no sum", "W[j, i] h[t-1, i]", "W[j, i] h[t-1, j]"),
    ),
    equal(
        "steps by an index of the next time",
        "h",
        "size T\nindex t in 0..T\ninput h[0], x[t]\n",
        "for t in 1..T: h[t] += sin(h[t-1]) x[t]",
        "for t in 0..T-1: h[t+1] += x[t+1] sin(h[t])",
        ("the input before", "x[t+1]", "x[t]"),
        ("cosine", "sin", "cos"),
        ("sign", "h[t+1] +=", "h[t+1] -="),
    ),
    equal(
        "one step written out",
        "h",
        "size T >= 2\nindex t in 0..T\ninput h[0], x[t]\n",
        "for t in 1..T: h[t] += sin(h[t-1]) x[t]",
        """
        h[1] += sin(h[0]) x[1]
        for t in 2..T: h[t] += sin(h[t-1]) x[t]
        """,
        ("left out", 1),
        ("the first input", "sin(h[0]) x[1]", "sin(h[0]) x[0]"),
        ("forgets", "sin(h[t-1])", "sin(h[1])"),
    ),
    equal(
        "the product of two states is a state",
        "h",
        "size T\nindex t in 0..T\ninput u[0], w[0], x[t]\n",
        """
        for t in 1..T:
            u[t] += x[t] u[t-1]
            w[t] += w[t-1] sin(x[t])
        for t: h[t] += u[t] w[t]
        """,
        """
        for t in 1..T:
            u[t] += x[t] u[t-1]
            w[t] += w[t-1] sin(x[t])
        h[0] += u[0] w[0]
        for t in 1..T: h[t] += x[t] sin(x[t]) h[t-1]
        """,
        ("one factor", "x[t] sin(x[t]) h", "sin(x[t]) h"),
        ("start", "h[0] += u[0] w[0]", "h[0] += u[0] + w[0]"),
        ("forgets", "h[t-1]", "h[0]"),
    ),
    equal(
        "two independent states in one loop or in two",
        "h g",
        "size T\nindex t in 0..T\ninput h[0], g[0], x[t]\n",
        """
        for t in 1..T:
            h[t] += tanh(h[t-1] + x[t])
            g[t] += g[t-1] h[t]
        """,
        """
        for t in 1..T: h[t] += tanh(h[t-1] + x[t])
        for t in 1..T: g[t] += h[t] g[t-1]
        """,
        ("the state before", "h[t] g[t-1]", "h[t-1] g[t-1]"),
        ("the last of all", "h[t] g[t-1]", "h[T] g[t-1]"),
        ("the other function", "tanh", "sigmoid"),
    ),
    equal(
        "the square of a running sum, by its own recurrence",
        "p",
        "size T\nindex t in 0..T\ninput x[t]\n",
        """
        for t in 1..T: u[t] += u[t-1] + x[t]
        for t in 1..T: p[t] += u[t]^2
        """,
        """
        for t in 1..T:
            w[t] += w[t-1] + x[t]
            p[t] += p[t-1] + 2 w[t-1] x[t] + x[t]^2
        """,
        ("no factor", "2 w", "w"),
        ("this sum", "2 w[t-1]", "2 w[t]"),
        ("sign", "+ x[t]^2", "- x[t]^2"),
    ),
]
