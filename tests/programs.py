"""One list of programs that every property test runs over, and the course's own texts with their published answers.

Each program is a file of `tests/loops/`, so it can be given to the command line as it is:

    symgrad derive tests/loops/layer_norm.loops

To add one, add the file and its line in PROGRAMS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from symgrad.calculus import vjp
from symgrad.language.program import Program
from symgrad.language.read import read_program

LOOPS = Path(__file__).parent / "loops"


@dataclass(frozen=True)
class Case:
    """A forward program: its name, its text, and what it is differentiated by where that is not the default.

    `wrt` are the tensors asked for (None: all differentiable ones), `average` the batch index by
    whose size parameter gradients are divided, `kinked` whether it has points without a derivative,
    `empty` the gradients that are zero whatever the values, so that no statement adds to them.
    """

    name: str
    text: str
    wrt: tuple[str, ...] | None = None
    average: str | None = None
    kinked: bool = False
    empty: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @cached_property
    def program(self) -> Program:
        """The text as a program, read once for all tests."""
        return read_program(self.text)

    @cached_property
    def backward(self) -> Program:
        """Its backward program, by what it is differentiated by."""
        return vjp(self.program, wrt=self.wrt, average=self.average)


def stored(
    name: str,
    *,
    wrt: tuple[str, ...] | None = None,
    average: str | None = None,
    kinked: bool = False,
    empty: tuple[str, ...] = (),
) -> Case:
    """The program of the file `tests/loops/NAME.loops`."""
    text = (LOOPS / f"{name}.loops").read_text(encoding="utf-8")
    return Case(name, text, wrt, average, kinked, empty)


def perceptron(depth: int) -> str:
    """The text of a perceptron of `depth` tanh layers, all of width H: two statements a layer."""
    lines = ["index b in B, i, j in H", "input h0[b, j]"]
    lines += [f"param W{n}[j, i], c{n}[j]" for n in range(1, depth + 1)]
    for n in range(1, depth + 1):
        lines.append(f"for b, j, i: a{n}[b, j] += W{n}[j, i] h{n - 1}[b, i]")
        lines.append(f"for b, j: h{n}[b, j] += tanh(a{n}[b, j] + c{n}[j])")
    return "\n".join(lines) + "\n"


PROGRAMS: list[Case] = [
    # Softmax and losses
    stored("softmax"),
    stored("softmax_equations"),
    stored("softmax_shifted", kinked=True),
    stored("softmax_temperature"),
    stored("log_softmax"),
    stored("logsumexp"),
    stored("cross_entropy"),
    stored("cross_entropy_labels"),
    stored("kl_of_softmax", wrt=("s",)),
    stored("entropy_of_softmax"),
    stored("label_smoothing"),
    stored("focal_loss"),
    stored("info_nce"),
    stored("triplet_loss", kinked=True),
    stored("hinge_loss", kinked=True),
    stored("huber_loss", kinked=True),
    stored("binary_cross_entropy"),
    stored("mean_squared_error"),
    # Normalisation
    stored("batch_norm"),
    stored("batch_norm_affine"),
    stored("layer_norm"),
    stored("rms_norm"),
    stored("group_norm"),
    stored("l2_normalise"),
    stored("weight_norm"),
    stored("cosine_similarity"),
    # Layers
    stored("linear", average="b"),
    stored("two_layer_perceptron", average="b", kinked=True),
    Case("perceptron_20", perceptron(20)),
    stored("glu"),
    stored("swiglu"),
    # Functions of one cell
    stored("tanh"),
    stored("sigmoid"),
    stored("relu", kinked=True),
    stored("gelu"),
    stored("gelu_tanh"),
    stored("silu"),
    stored("softplus"),
    stored("function_table"),
    stored("powers"),
    stored("maximum_of_two", kinked=True),
    # Cells and loops through time
    stored("lstm_cell"),
    stored("gru_cell"),
    stored("ugrnn_cell", average="b"),
    stored("ugrnn_loops", average="b"),
    stored("rnn"),
    stored("rnn_last_state"),
    stored("discounted_returns"),
    stored("linear_recurrence"),
    stored("two_term_recurrence"),
    stored("cumulative_sum_sequential"),
    # Attention
    stored("attention"),
    stored("attention_causal"),
    stored("attention_causal_reduced"),
    stored("attention_window"),
    stored("attention_window_range"),
    stored("attention_grouped"),
    stored("attention_linear"),
    stored("rotary_embedding"),
    stored("positional_decay"),
    # Convolution and other index arithmetic
    stored("convolution_1d"),
    stored("convolution_1d_inferred"),
    stored("convolution_2d"),
    stored("convolution_padded"),
    stored("convolution_depthwise"),
    stored("convolution_transposed"),
    stored("average_pooling"),
    stored("max_pooling", kinked=True),
    stored("upsampling"),
    stored("circular_shift"),
    stored("finite_difference"),
    stored("cumulative_sum"),
    stored("strict_triangle"),
    stored("diagonal"),
    # Labels and lengths
    stored("embedding"),
    stored("embedding_bag"),
    stored("masked_mean"),
    # Probabilistic models
    stored("gaussian_kl"),
    stored("gaussian_log_likelihood"),
    stored("variational_autoencoder"),
    # Shapes of programs
    stored("trace"),
    stored("quadratic_form"),
    stored("matrix_chain"),
    stored("diamond"),
    stored("uninterpreted_rows"),
    stored("chain_of_scalars"),
    stored("mean_and_variance"),
    stored("nested_sums"),
    stored("several_contributions"),
    stored("read_output"),
    stored("dead_code", empty=("z",)),
    stored("no_gradient", empty=("x", "z")),
]


@dataclass(frozen=True)
class Published:
    """A forward text as a course document prints it, and the backward loops it publishes.

    Nothing is declared in `text`; fractions that the document sets on two lines stand on one.
    `backward` lists the loops in the published order; `ordered` says whether the document asks for
    them in execution order (else their order is free). `of` are the outputs whose adjoints are
    given, `wrt` the tensors asked for, and `average` the batch index of parameter gradients;
    `params` are the parameters, which a text without declarations cannot tell from inputs.
    """

    name: str
    source: str
    text: str
    backward: tuple[str, ...]
    wrt: tuple[str, ...] | None = None
    of: tuple[str, ...] | None = None
    average: str | None = None
    params: tuple[str, ...] = ()
    ordered: bool = True

    def __str__(self) -> str:
        return self.name


_BACKPROPAGATION = "TTIC 31230 Backpropagation Problems, 2019"

_SOFTMAX_BACKWARD = (
    "for b, j s.grad[b, j] += p.grad[b, j] exp(s[b, j])/Z[b]",
    "for b, j Z.grad[b] -= p.grad[b, j] exp(s[b, j])/Z[b]^2",
    "for b, j s.grad[b, j] += Z.grad[b] exp(s[b, j])",
)

SEED_TEXTS: list[Published] = [
    Published(
        "softmax",
        f"{_BACKPROPAGATION}, problem 1",
        "for b, j Z[b] += exp(s[b, j])\n\nfor b, j p[b, j] += exp(s[b, j])/Z[b]\n",
        _SOFTMAX_BACKWARD,
    ),
    Published(
        "softmax as equations",
        f"{_BACKPROPAGATION}, problem 1",
        "Z[b] = sum_j exp(s[b, j])\n\np[b, j] = exp(s[b, j])/Z[b]\n",
        _SOFTMAX_BACKWARD,
    ),
    Published(
        "batch normalisation",
        f"{_BACKPROPAGATION}, problem 3",
        "For b, j µ[j] += 1/B x[b, j]\n\n"
        "For b, j s[j] += 1/(B-1) (x[b, j] - µ[j])^2\n\n"
        "For b, j x′[b, j] += (x[b, j] - µ[j])/√(s[j])\n",
        (
            "For b, j x.grad[b, j] += x′.grad[b, j]/√(s[j])",
            "For b, j µ.grad[j] -= x′.grad[b, j]/√(s[j])",
            "For b, j s.grad[j] -= 1/2 (x[b, j] - µ[j]) s[j]^{-3/2} x′.grad[b, j]",
            "For b, j x.grad[b, j] += 2/(B-1) (x[b, j] - µ[j]) s.grad[j]",
            "For b, j µ.grad[j] -= 2/(B-1) (x[b, j] - µ[j]) s.grad[j]",
            "For b, j x.grad[b, j] += 1/B µ.grad[j]",
        ),
    ),
    Published(
        "UGRNN gate",
        f"{_BACKPROPAGATION}, problem 4",
        "for b, j, i R̃_t[b, j] += W^{h,R}[j, i] h_{t-1}[b, i]\n\n"
        "for b, j, k R̃_t[b, j] += W^{x,R}[j, k] x_t[b, k]\n\n"
        "for b, j R̃_t[b, j] -= B^R[j]\n",
        (
            "for b, j, i W^{h,R}.grad[j, i] += 1/B h_{t-1}[b, i] R̃_t.grad[b, j]",
            "for b, j, i h_{t-1}.grad[b, i] += W^{h,R}[j, i] R̃_t.grad[b, j]",
            "for b, j, k W^{x,R}.grad[j, k] += 1/B x_t[b, k] R̃_t.grad[b, j]",
            "for b, j B^R.grad[j] -= 1/B R̃_t.grad[b, j]",
        ),
        wrt=("W^{h,R}", "h_{t-1}", "W^{x,R}", "B^R"),
        of=("R̃_t",),
        average="b",
        params=("W^{h,R}", "W^{x,R}", "B^R"),
        ordered=False,
    ),
]
"""The course's texts. The published index of h_{t-1}.grad is j, a slip of the document for i: it stands mended here."""

UGRNN_EQUATIONS = """\
R̃_t[b, j] = (sum_i W^{h,R}[j, i] h_{t-1}[b, i]) + (sum_k W^{x,R}[j, k] x_t[b, k]) - B^R[j]
R_t[b, j] = tanh(R̃_t[b, j])
G̃_t[b, j] = (sum_i W^{h,G}[j, i] h_{t-1}[b, i]) + (sum_k W^{x,G}[j, k] x_t[b, k]) - B^G[j]
G_t[b, j] = σ(G̃_t[b, j])
h_t[b, j] = G_t[b, j] h_{t-1}[b, j] + (1 - G_t[b, j]) R_t[b, j]
"""
"""The course's cell as equations, without declarations (TTIC 31230 Backpropagation Problems, 2019, problem 4)."""
