"""The functions the language knows by name: one row each.

The derivative of each stands in `calculus/derivatives.py`, its values in `evaluate/`. A row says
how it is written, which other spellings are read, and whether it has kinks (points where it is
continuous but not differentiable, or jumps), off which equality and derivatives are meant.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A named function of `arity` real arguments. `spellings` are other names it is read from."""

    name: str
    arity: int = 1
    spellings: tuple[str, ...] = ()
    unicode: str = ""
    latex: str = ""
    kinked: bool = False


_ROWS = (
    Function("exp", latex=r"\exp"),
    Function("expm1"),
    Function("log", spellings=("ln",), latex=r"\log"),
    Function("log1p"),
    Function("sqrt", spellings=("√",), unicode="√"),
    Function("abs", kinked=True),
    Function("sin", latex=r"\sin"),
    Function("cos", latex=r"\cos"),
    Function("tan", latex=r"\tan"),
    Function("asin", spellings=("arcsin",), latex=r"\arcsin"),
    Function("acos", spellings=("arccos",), latex=r"\arccos"),
    Function("atan", spellings=("arctan",), latex=r"\arctan"),
    Function("sinh", latex=r"\sinh"),
    Function("cosh", latex=r"\cosh"),
    Function("tanh", latex=r"\tanh"),
    Function("asinh", spellings=("arcsinh", "arsinh")),
    Function("acosh", spellings=("arccosh", "arcosh")),
    Function("atanh", spellings=("arctanh", "artanh")),
    Function("sigmoid", spellings=("σ", "logistic"), unicode="σ", latex=r"\sigma"),
    Function("softplus"),
    Function("relu", spellings=("ReLU",), kinked=True),
    Function("sign", spellings=("sgn",), kinked=True),
    Function("step", spellings=("heaviside",), kinked=True),
    Function("erf"),
    Function("gelu", spellings=("GELU",)),
    Function("gelu_tanh"),
    Function("silu", spellings=("SiLU", "swish")),
    Function("max", arity=2, latex=r"\max", kinked=True),
    Function("min", arity=2, latex=r"\min", kinked=True),
    # Beyond the table of derivatives: these take SymPy's, see calculus/derivatives.py.
    Function("erfc"),
    Function("erfi"),
    Function("cot", latex=r"\cot"),
    Function("sec", latex=r"\sec"),
    Function("csc", latex=r"\csc"),
    Function("coth", latex=r"\coth"),
    Function("sech"),
    Function("csch"),
    Function("gamma", spellings=("Γ",), unicode="Γ", latex=r"\Gamma"),
    Function("loggamma", spellings=("lgamma", "gammaln")),
    Function("digamma"),
    Function("lambertw"),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _ROWS}

SPELLINGS: dict[str, str] = {s: row.name for row in _ROWS for s in (row.name, *row.spellings)}
"""Every spelling of every function and the table name it stands for."""

ELSEWHERE: dict[str, str] = {
    "log2": "log(x)/log(2)",
    "log10": "log(x)/log(10)",
    "cbrt": "x^(1/3)",
    "square": "x^2",
    "rsqrt": "1/sqrt(x)",
    "logit": "log(x/(1 - x))",
    "clip": "max(a, min(x, b))",
    "clamp": "max(a, min(x, b))",
    "where": "1[a > b] x + 1[a <= b] y",
    "pow": "x^y",
}
"""Functions of other notations that are written out here, and how."""

CONSTANTS: dict[str, str] = {"pi": "pi", "π": "pi"}
"""Spellings of named constants. Euler's number is read from `e^x` only, as exp(x)."""
