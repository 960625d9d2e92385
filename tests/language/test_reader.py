"""Every rule of the notation of statements, declarations and names, with the tree it must give."""

from __future__ import annotations

import pytest

from symgrad.language.build import add, call, inv, mul, neg, number, power
from symgrad.language.draft import Draft
from symgrad.language.program import (
    Axis,
    Call,
    Define,
    Expr,
    FunctionDecl,
    Index,
    IndexDecl,
    Loop,
    Node,
    Program,
    Range,
    Reduce,
    Ref,
    Role,
    Size,
    SizeDecl,
    Tensor,
    Update,
)
from symgrad.language.read import read_draft, read_expression, read_program
from symgrad.language.write import write_program
from tests.language.trees import of, over, plus, total

FUNCTIONS = (FunctionDecl("f", ("y", "z")), FunctionDecl("g", ("x",)))
x, y, z, a, c = of("x"), of("y"), of("z"), of("a"), of("c")
one, before = number(1), add(Index("t"), number(-1))

# Statements and loops.

Zb, sbj = of("Z", "b"), of("s", "b", "j")
ADD = over("b j", plus(Zb, call("exp", sbj)))

STATEMENTS: list[tuple[str, list[Node]]] = [
    ("for b, j: Z[b] += exp(s[b, j])", [ADD]),
    ("For b, j Z[b] += exp(s[b, j])", [ADD]),
    ("FOR b , j : Z[b] +=exp( s[b,j] )  # a comment", [ADD]),
    ("for b, j:\n    Z[b] += exp(s[b, j])\n\n", [ADD]),
    ("for b, j\n  Z[b] += exp(s[b, j])", [ADD]),
    ("for all b, j: Z[b] += exp(s[b, j])", [ADD]),
    ("for b, j:\r\n\tZ[b] += exp(s[b, j])\r\n", [ADD]),
    (r"for $b, j$   $Z[b] \mathrel{+}= \exp(s[b, j])$", [ADD]),
    (r"\mathrm{for}\;b,j\quad Z[b] \pluseq \exp(s[b, j])", [ADD]),
    ("for\n$$b, j$$\n $Z[b] += \\exp(s[b, j])$", [ADD]),
    ("for b, j: Z[b] +=\n  exp(\ns[b,\nj])", [ADD]),
    ("  for b, j: Z[b] += exp(s[b, j])\n  for b, j: Z[b] += exp(s[b, j])", [ADD, ADD]),
    ("for b: for j: Z[b] += exp(s[b, j])", [over("b", over("j", *ADD.body))]),
    ("for b\nfor j:\n  Z[b] += exp(s[b, j])", [over("b", over("j", *ADD.body))]),
    ("for b:\n for j:\n  Z[b] += exp(s[b, j])", [over("b", over("j", *ADD.body))]),
    ("for b: for j: Z[b] += 1; q[j] -= 1", [over("b", over("j", plus(Zb), Update(of("q", "j"), -1, number(1))))]),
    (
        "for b:\n  q[b] = 1\n  for j:\n    Z[b] += 1\n  r[b] += 1\nfor j: u[j] += 1",
        [
            over("b", Define(of("q", "b"), number(1)), over("j", plus(Zb)), plus(of("r", "b"))),
            over("j", plus(of("u", "j"))),
        ],
    ),
    ("x = 1; y -= 2;", [Define(x, number(1)), Update(y, -1, number(2))]),
    ("x ← 1", [Define(x, number(1))]),
    ("x := 1", [Define(x, number(1))]),
    (r"x \leftarrow 1", [Define(x, number(1))]),
    (r"x \minuseq y", [Update(x, -1, y)]),
    ("x −= y", [Update(x, -1, y)]),
    ("x += -y", [Update(x, -1, y)]),
    ("for b Z[b] += 1\nfor j q[j] += 1", [over("b", plus(Zb)), over("j", plus(of("q", "j")))]),
    # ranges
    (
        "for t, t2 <= t: x[t] += y[t2]",
        [Loop((Range("t"), Range("t2", None, Index("t"))), (plus(of("x", "t"), of("y", "t2")),))],
    ),
    ("for t, t2 > t: x[t] += 1", [Loop((Range("t"), Range("t2", add(Index("t"), number(1)))), (plus(of("x", "t")),))]),
    ("for t, t ≥ 2 x[t] += 1", [Loop((Range("t", number(2)),), (plus(of("x", "t")),))]),
    (
        "for t, t2, t2 >= t, t2 <= n: x[t2] += 1",
        [Loop((Range("t"), Range("t2", Index("t"), of("n"))), (plus(of("x", "t2")),))],
    ),
    ("for 1 <= t <= n: x[t] += 1", [Loop((Range("t", number(1), of("n")),), (plus(of("x", "t")),))]),
    ("for i in 1..n-1 x[i] += 1", [Loop((Range("i", number(1), add(of("n"), number(-1))),), (plus(of("x", "i")),))]),
    ("for i = 0..n: x[i] += 1", [Loop((Range("i", number(0), of("n")),), (plus(of("x", "i")),))]),
    ("for t in T..1: x[t] += 1", [Loop((Range("t", number(1), of("T"), True),), (plus(of("x", "t")),))]),
    ("for t in 5..1: x[t] += 1", [Loop((Range("t", number(1), number(5), True),), (plus(of("x", "t")),))]),
    ("for t in 1..T, b x[t, b] += 1", [Loop((Range("t", number(1), of("T")), Range("b")), (plus(of("x", "t", "b")),))]),
    # a definition loops over the bare indices of its target
    ("Z[b] = sum_j exp(s[b,j])", [over("b", Define(Zb, total("j", call("exp", sbj))))]),
    ("D[i, j, i] = 1", [over("i j", Define(of("D", "i", "j", "i"), number(1)))]),
    ("h[0, b] = 1", [over("b", Define(of("h", 0, "b"), number(1)))]),
    (r"\begin{aligned} x &= 1 \\ y &= 2 \end{aligned}", [Define(x, number(1)), Define(y, number(2))]),
    # declaration words are names where they stand as such
    ("size = 2\ninput[b] = 3", [Define(of("size"), number(2)), over("b", Define(of("input", "b"), number(3)))]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "body"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_statement(text: str, body: list[Node]) -> None:
    assert list(read_draft(text).body) == body


def test_a_bare_index_of_an_update_is_not_looped_over() -> None:
    assert read_draft("Z[b] += 1").body == (plus(of("Z", of("b"))),)


def test_a_range_over_a_size_declares_an_index_and_is_its_whole_range() -> None:
    draft = read_draft("for b in B: x[b] += 1\nfor b in B: y[b] += 1\nfor b in J: z[b] += 1")
    assert draft.indices == (IndexDecl("b", number(0), add(of("B"), number(-1))),)
    ranges = [loop.ranges[0] for loop in draft.body if isinstance(loop, Loop)]
    assert ranges == [Range("b"), Range("b"), Range("b", number(0), add(of("J"), number(-1)))]


# Declarations.


def declared(text: str) -> Draft:
    return read_draft(text)


def test_indices_and_sizes() -> None:
    draft = declared("index b in B, j in 5\nindex i, k in H, t in 1..T\nsize B >= 2, H = G*K, T > 3, U")
    last = {name: add(of(name), number(-1)) for name in ("B", "H")}
    assert draft.indices == (
        IndexDecl("b", number(0), last["B"]),
        IndexDecl("j", number(0), number(4)),
        IndexDecl("i", number(0), last["H"]),
        IndexDecl("k", number(0), last["H"]),
        IndexDecl("t", number(1), of("T")),
    )
    assert draft.sizes == (SizeDecl("B", 2), SizeDecl("H", 1, mul(of("G"), of("K"))), SizeDecl("T", 4), SizeDecl("U"))


def test_tensors() -> None:
    text = """
        index b in B, j in J, x in X
        size T
        input s[b, j], q[j] > 0, L[b, x] zero outside, h[0, b], v[0..n], u[T]
        param W[j]
        const eps > 0, alpha
        integer y[b] in J, n[b] in 1..T
        accumulator s.grad[b, j]
        computed B^R[j]
    """
    tensors = {tensor.name: tensor for tensor in declared(text).tensors}
    assert [tensor.role for tensor in tensors.values()] == [
        *[Role.INPUT] * 6,
        Role.PARAM,
        *[Role.CONST] * 2,
        *[Role.INTEGER] * 2,
        Role.ACCUMULATOR,
        Role.COMPUTED,
    ]
    assert tensors["s"].axes == (Index("b"), Index("j"))
    assert (tensors["q"].sign, tensors["s"].sign, tensors["eps"].sign) == ("> 0", "", "> 0")
    assert tensors["L"].zero_outside
    assert not tensors["s"].zero_outside
    assert tensors["h"].axes == (number(0), Index("b"))
    assert tensors["v"].axes == (Range("", number(0), of("n")),)
    assert tensors["u"].axes == (of("T"),)
    assert tensors["y"].labels == (number(0), add(of("J"), number(-1)))
    assert tensors["n"].labels == (number(1), of("T"))
    assert tensors["B^R"].axes == (Index("j"),)


def test_several_declarations_on_one_line() -> None:
    draft = declared("index b in B, j in J      size B >= 2   const eps > 0, alpha   input s[b]")
    assert [index.name for index in draft.indices] == ["b", "j"]
    assert [(size.name, size.minimum) for size in draft.sizes] == [("B", 2)]
    assert [tensor.name for tensor in draft.tensors] == ["eps", "alpha", "s"]


def test_distributions() -> None:
    draft = declared("distribution P[x], R[x, y] over x, y\ndistribution Q(x), S[x, y] over y")
    assert [(tensor.name, tensor.over, tensor.sign) for tensor in draft.tensors] == [
        ("P", ("x",), ">= 0"),
        ("R", ("x", "y"), ">= 0"),
        ("Q", ("x",), ">= 0"),
        ("S", ("y",), ">= 0"),
    ]


def test_functions_outputs_constraints() -> None:
    draft = declared("index b in B\nfunction f(y, z), g(x)\noutput p[b, j], h\nconstraint sum_j t[b, j] = 1")
    assert draft.functions == FUNCTIONS
    assert draft.outputs == ("p", "h")
    (constraint,) = draft.constraints
    assert (constraint.op, constraint.left, constraint.right) == ("=", total("j", of("t", "b", "j")), number(1))


# What a name means depends on what is declared.


def value(text: str, **options: object) -> Expr:
    """The value of the last statement."""
    node: Node = read_draft(text, **options).body[-1]  # type: ignore[arg-type]
    while isinstance(node, Loop):
        node = node.body[-1]
    assert isinstance(node, Update | Define)
    return node.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e = 2\nx = e^y", power(of("e"), y)),
        ("const e\nx = e^y", power(of("e"), y)),
        ("e[b] = 2\nx = e^y", call("exp", y)),
        ("distribution P[k]\nx = sum_k P(k)", total("k", of("P", "k"))),
        ("q[b] = 1\nfor b: x[b] = q(b)", of("q", "b")),
        ("const scale\nx = scale(y + z)", mul(of("scale"), add(y, z))),
        ("input B, R\nx[j] = B^R[j]", power(of("B"), of("R", "j"))),
        ("input B, B^R[j]\nx[j] = B^R[j]", of("B^R", "j")),
        ("const λ^R\nx = λ^R", of("λ^R")),
        ("input gamma[j]\nx[j] = gamma[j] y", mul(of("gamma", "j"), y)),
        ("const gamma\nx = gamma (y + z)", mul(of("gamma"), add(y, z))),
        ("input δ[b]\nfor b: x[b] = δ(b)", of("δ", "b")),
        ("input s[b]\nfor b: x[b] += s_grad[b] grad_s[b] ds[b]", mul(*[of("s.grad", "b")] * 3)),
        ("input s[b], ds[b]\nfor b: x[b] += ds[b]", of("ds", "b")),
        ("for b: ds[b] += s[b]\nfor b: x[b] += ds[b]", of("ds", "b")),
        ("for b: x[b] += dq[b]", of("dq", "b")),
        ("for i, d: x[i] += L[i + d]", of("L", add(Index("i"), Index("d")))),
        ("index i in I, j in J\nx = sum_ij A[i, j]", total("i j", of("A", "i", "j"))),
        ("index i in I, j in J\nx = sum_{ij} A[i, j]", total("i j", of("A", "i", "j"))),
        ("index ij in I\nx = sum_ij A[ij]", total("ij", of("A", "ij"))),
        ("index t in 1..T\nx = mean_t y[t]", mul(inv(of("T")), total("t", of("y", "t")))),
        ("input h[t, b]\nfor t, b: x[b] += h_{t-1}[b] h_0[b]", mul(of("h", before, "b"), of("h", 0, "b"))),
        ("input h[t, b]\nfor t, b: x[b] += h_{t-1}.grad[b]", of("h.grad", before, "b")),
        ("input h[t, b], h_t[b]\nfor t, b: x[b] += h_t[b]", of("h_t", "b")),
        ("input y[b], z[b]\nx = y · z", total("i", mul(of("y", "i"), of("z", "i")))),
        ("input y, z\nx = y · z", mul(y, z)),
        ("input q[b]\nx = mean_b q[b]", mul(inv(of("B")), total("b", of("q", "b")))),
    ],
)  # fmt: skip
def test_names_mean_what_is_declared(text: str, expected: Expr) -> None:
    assert value(text) == expected


CONTEXT = Program(
    sizes=(SizeDecl("B"),),
    indices=(IndexDecl("b", number(0), add(Size("B"), number(-1))),),
    tensors=(
        Tensor("s", (Axis("b", Size("B")),), Role.INPUT),
        Tensor("c", (), Role.COMPUTED),
        Tensor("P", (Axis("b", Size("B")),), Role.INPUT),
    ),
    functions=FUNCTIONS,
)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("for b: ds[b] += P(b)", over("b", plus(of("s.grad", "b"), of("P", "b")))),
        ("for b: grad_s[b] += 1", over("b", plus(of("s.grad", "b")))),
        ("for b in B: s_grad[b] += dc", over("b", plus(of("s.grad", "b"), of("c.grad")))),
        ("dc += f_y(a, c)", plus(of("c.grad"), call("f", a, c, orders=(1, 0)))),
        ("for b: dq[b] += 1", over("b", plus(of("dq", "b")))),
        ("dc += mean_b P[b]", plus(of("c.grad"), mul(inv(of("B")), total("b", of("P", "b"))))),
    ],
)  # fmt: skip
def test_names_of_the_context_are_known(text: str, body: Node) -> None:
    assert read_draft(text, context=CONTEXT).body == (body,)


def test_aliases_are_matched_longest_first() -> None:
    aliases = {"W": "V", "Wh,R": "W^{h,R}", "W_{hR}": "W^{h,R}", "ht−1": "h_{t-1}", "ht": "h_{t}"}
    text = "x = Wh,R[j] Wh, R.grad[j] W_hR[j] W[j] WW[j] ht-1[j] ht[j]"
    names = ["W^{h,R}", "W^{h,R}.grad", "W^{h,R}", "V", "WW", "h_{t-1}", "h_t"]
    assert value(text, aliases=aliases) == mul(*(of(name, of("j")) for name in names))


def test_repeated_capital_letters_are_summed_where_that_is_switched_on() -> None:
    text = "for b, j: h[b, j] += tanh(W[j, I] x[b, I] + q[j]) - 2 U[I, K] v[I] u[K] + c[T]"
    product = mul(number(2), of("U", "i", "k"), of("v", "i"), of("u", "k"))
    inner = total("i", mul(of("W", "j", "i"), of("x", "b", "i")))
    expected = add(call("tanh", add(inner, of("q", "j"))), neg(total("i k", product)), of("c", of("T")))
    assert value(text, capital_sums=True) == expected
    assert value("for i: h[i] += W[i, I] x[I]", capital_sums=True) == total(
        "i2", mul(of("W", "i", "i2"), of("x", "i2"))
    )
    assert not any(isinstance(part, Reduce) for part in [value(text)])


def test_remarks_say_how_doubtful_fractions_are_read() -> None:
    draft = read_draft("x = 1/2y\nz = s[j]^-3/2 + y^2/2 + 1/2 y + s^3/4")
    assert [remark.split(" is ")[0] for remark in draft.remarks] == [
        "line 1: 1/2y",
        "line 2: s[j]^-3/2",
        "line 2: s^3/4",
    ]


def test_remarks_say_that_a_subscripted_name_in_a_loop_is_one_name() -> None:
    assert read_draft("for b: y[b] = x_b").remarks == ("line 1: x_b is one name; write x[b] for a cell of x",)
    assert not read_draft("index b in B\ninput x[b]\nfor b: y[b] = x_b").remarks


# What people paste from other notations, and the same in this one.

SAME = [
    ("for b in range(B): y[b] = x[b]", "for b in B: y[b] = x[b]"),
    ("for b in range(0, B): y[b] = x[b]", "for b in B: y[b] = x[b]"),
    ("for t in range(1, T): y[t] = x[t]", "for t in 1..T - 1: y[t] = x[t]"),
    ("for t in range(T, 0, -1): y[t] = x[t]", "for t in T..1: y[t] = x[t]"),
    ("for t in range(T - 1, -1, -1): y[t] = x[t]", "for t in T - 1..0: y[t] = x[t]"),
    ("for i = 1, ..., n: y[i] = x[i]", "for i in 1..n: y[i] = x[i]"),
    ("for i = 1, 2, ..., n: y[i] = x[i]", "for i in 1..n: y[i] = x[i]"),
    ("for i = 1 to n: y[i] = x[i]", "for i in 1..n: y[i] = x[i]"),
    ("for i in {1, ..., n}, j: y[i, j] = x[i]", "for i in 1..n, j: y[i, j] = x[i]"),
    ("for (b, j): y[b, j] = x[b]", "for b, j: y[b, j] = x[b]"),
    ("for b: y[b] = let_b", "for b: y[b] = (let_b)"),
    ("size B\nconstraint 2 x[b] >= 1\nfor b: y[b] = x[b]", "for b: y[b] = x[b]"),
    ("forall b: y[b] = x[b]", "for b: y[b] = x[b]"),
    ("For all b: y[b] := x[b]", "for b: y[b] = x[b]"),
    ("for b: y[b] = |x[b] - |z[b]|| |z[b]|", "for b: y[b] = abs(x[b] - abs(z[b])) abs(z[b])"),
    ("for b: y[b] = ||x[b]| - 1|", "for b: y[b] = abs(abs(x[b]) - 1)"),
    (r"for b: y[b] = \left| x[b] \right|", "for b: y[b] = abs(x[b])"),
    ("for b: y[b] = ½ x[b]", "for b: y[b] = (1/2) x[b]"),
    ("\ufefffor b:\r\n\ty[b] = x[b]  \r\n\tz[b] = 1\t\r\n", "for b:\n    y[b] = x[b]\n    z[b] = 1"),
    ("for\u00a0b:\n\u00a0\u00a0y[b]\u00a0=\u00a0x[b]\u00a0", "for b:\n  y[b] = x[b]"),
    ("for b: y[b] = x[b]  # Α а", "for b: y[b] = x[b]"),
]


@pytest.mark.parametrize(("pasted", "plain"), SAME)
def test_what_is_pasted_from_other_notations_means_the_same(pasted: str, plain: str) -> None:
    assert read_draft(pasted).body == read_draft(plain).body


# The course documents' loops as they come out of PDFs and web pages.


def test_recurrent_equations_as_latex() -> None:
    text = r"""
$$\tilde{R}_{t}[b,j] = \left(\sum_{i} W^{h,R}[j,i]h_{t-1}[b,i]\right) - B^{R}[j]$$

$$G_{t}[b,j] = \sigma(\tilde{G}_{t}[b,j])$$

$$h_{t}[b,j] = G_{t}[b,j]h_{t-1}[b,j] + (1 - G_{t}[b,j])R_{t}[b,j]$$
"""
    gate, before = of("G_t", "b", "j"), of("h_{t-1}", "b", "j")
    rest = mul(add(number(1), neg(gate)), of("R_t", "b", "j"))
    inner = total("i", mul(of("W^{h,R}", "j", "i"), of("h_{t-1}", "b", "i")))
    assert read_draft(text).body == (
        over("b j", Define(of("R̃_t", "b", "j"), add(inner, neg(of("B^R", "j"))))),
        over("b j", Define(gate, call("sigmoid", of("G̃_t", "b", "j")))),
        over("b j", Define(of("h_t", "b", "j"), add(mul(gate, before), rest))),
    )


@pytest.mark.parametrize("name", ["gamma", "step", "Γ"])
def test_names_that_are_mostly_variables_are_functions_only_before_a_bracket(name: str) -> None:
    assert read_expression(f"{name} V") == mul(Ref(name), Ref("V"))
    assert read_expression(f"1/{name} (V + x)") == mul(inv(Ref(name)), add(Ref("V"), Ref("x")))
    assert isinstance(read_expression(f"{name}(V)"), Call)


def test_an_axis_from_1_has_an_unused_cell_0() -> None:
    axes = {t.name: t.axes for t in read_draft("input x[1..T, j], w[0..T]").tensors}
    assert axes["x"][0] == axes["w"][0]


def test_a_definition_loops_over_what_no_loop_around_it_binds() -> None:
    written = "for t in 1..T:\n    R[t, b] = h[t-1, b]\n    for b: h[t, b] += R[t, b]"
    spelled = written.replace("    R[t", "    for b: R[t")
    assert read_draft(written).body == read_draft(spelled).body
    slip = read_draft("for b, j: Z[b, k] = x[b, j]").body[0]
    assert isinstance(slip, Loop)
    assert isinstance(slip.body[0], Define)


def test_a_superscript_directly_before_a_bracket_is_no_power_of_a_size() -> None:
    (loop_,) = read_draft("size B\nindex b in B\nfor b, j: y[b, j] += B^R[j] x[b, j]").body
    assert isinstance(loop_, Loop)
    assert isinstance(loop_.body[0], Update)
    assert loop_.body[0].value == mul(of("B^R", "j"), of("x", "b", "j"))


@pytest.mark.parametrize(
    "written",
    [
        r"\frac{\partial L}{\partial w[b]}",
        r"\frac{\partial L}{\partial w}[b]",
        r"\frac{∂L}{∂w[b]}",
        "∂L/∂w[b]",
    ],
)
def test_a_partial_derivative_by_a_cell_is_the_cell_of_the_adjoint(written: str) -> None:
    context = read_program("index b in B\nparam w[b]\ninput x[b]\nfor b: L += w[b] x[b]")
    answer = read_program(f"for b: {written} += x[b] L.grad", context=context)
    assert write_program(answer, declarations=False) == "for b: w.grad[b] += x[b] L.grad"
