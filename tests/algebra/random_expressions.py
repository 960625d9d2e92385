"""Random expressions as text, over tensors of which some are declared positive or not negative."""

from __future__ import annotations

from hypothesis import strategies as st

DECLARATIONS = """
index b, c, d in B
index j, k in J
const r, s > 0, t >= 0
input x[b], y[b], p[b] > 0, q[b] >= 0, w[j], A[b, j], M[b, c]
function f(u)
"""
ROWS, COLUMNS = "bcd", "jk"
FUNCTIONS = [
    "exp",
    "log",
    "sqrt",
    "abs",
    "relu",
    "sign",
    "step",
    "tanh",
    "sigmoid",
    "softplus",
    "sin",
    "cos",
    "sinh",
    "f",
]
EXPONENTS = ["2", "3", "(1/2)", "(-1)", "(-1/2)", "(3/2)", "(-2)", "(1/3)"]
OPERATORS = ("+", "+", "-", "*", "*", "*", "/")
SHAPES = ("binary", "binary", "binary", "reduction", "power", "call", "two rows")


@st.composite
def leaves(draw: st.DrawFn, indices: str, more: tuple[str, ...] = ()) -> str:
    """The text of a scalar, or of a cell under the indices."""
    rows, columns = (sorted(set(indices) & set(names)) for names in (ROWS, COLUMNS))
    found = ["r", "s", "t", "2", "1/2", *more]
    found += [f"{name}[{i}]" for name in "xypq" for i in rows]
    found += [f"M[{i},{j}]" for i in rows for j in rows]
    found += [f"1[{i} = {j}]" for i in rows for j in rows if i < j]
    found += [f"w[{j}]" for j in columns] + [f"A[{i},{j}]" for i in rows for j in columns]
    return draw(st.sampled_from(found))


@st.composite
def texts(draw: st.DrawFn, depth: int, indices: str = "", shapes: tuple[str, ...] = SHAPES) -> str:
    """The text of an expression with the indices free; sums may bind them again.

    Of the shapes, "position" gives indices and sizes as values, "comparison" an indicator 1[u > v].
    """

    def part(less: int, extra: str = "") -> str:
        return draw(texts(depth - less, indices + extra, shapes))

    if depth <= 0:
        return draw(leaves(indices))
    match draw(st.sampled_from(shapes)):
        case "binary":
            return f"({part(1)} {draw(st.sampled_from(OPERATORS))} {part(2)})"
        case "reduction":
            index = draw(st.sampled_from(ROWS + COLUMNS))
            return f"({draw(st.sampled_from(['sum', 'sum', 'sum', 'max']))}_{index} {part(1, index)})"
        case "power":
            return f"({part(1)})^{draw(st.sampled_from(EXPONENTS))}"
        case "call":
            return f"{draw(st.sampled_from(FUNCTIONS))}({part(1)})"
        case "comparison":
            return f"1[{part(1)} {draw(st.sampled_from(['>', '>=', '<', '=', '!=']))} {part(2)}]"
        case "position":
            return draw(leaves(indices, ("B", "J", *sorted(set(indices)))))
    if len(rows := sorted(set(indices) & set(ROWS))) < 2:
        return draw(leaves(indices))
    i, j = draw(st.permutations(rows))[:2]
    return draw(st.sampled_from([f"(x[{i}] - x[{j}])", f"(M[{i},{j}] - M[{j},{i}])", f"(y[{i}] + y[{j}])"]))
