"""SymPy's expressions in the loop language; see `sympy_bridge.py`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce

import sympy
from sympy.core.function import AppliedUndef

from symgrad.errors import UsageError
from symgrad.language.bridge.sympy_functions import NAMES
from symgrad.language.build import ONE, add, call, inv, mul, number, power
from symgrad.language.program import Constant, Expr, FloorDiv, Index, Indicator, Mod, Ref, Size

_COMPARISONS = {sympy.Eq: "=", sympy.Ne: "!=", sympy.Lt: "<", sympy.Le: "<=", sympy.Gt: ">", sympy.Ge: ">="}


def read_sympy(value: sympy.Expr, names: Mapping[str, Expr]) -> Expr:
    """The expression in the loop language; `names` says what symbols stand for."""
    return _Reader(names).expr(value)


class _Reader:
    def __init__(self, names: Mapping[str, Expr]) -> None:
        self._names = names

    def expr(self, value: sympy.Expr) -> Expr:
        """The expression in the loop language."""
        match value:
            case sympy.Rational():
                return number(Fraction(int(value.p), int(value.q)))
            case sympy.Symbol():
                return self._symbol(value)
            case sympy.Indexed():
                return Ref(str(value.base.label), tuple(map(self.expr, value.indices)))
            case sympy.Add():
                return add(*map(self.expr, value.as_ordered_terms()))
            case sympy.Mul():
                return self._product(value)
            case sympy.Pow():
                return self._power(value.base, value.exp)
            case sympy.Mod():
                return Mod(self.expr(value.args[0]), self.expr(value.args[1]))
            case sympy.floor():
                above, below = value.args[0].as_numer_denom()
                return FloorDiv(self.expr(above), self.expr(below))
            case sympy.KroneckerDelta():
                return Indicator("=", self.expr(value.args[0]), self.expr(value.args[1]))
            case sympy.Piecewise():
                return self._indicator(value)
            case sympy.Derivative() | sympy.Subs():
                return self._derivative(value)
            case AppliedUndef():
                return call(value.func.__name__, *map(self.expr, value.args))
            case sympy.Function() | sympy.Max() | sympy.Min():
                return self._function(value)
        return _constant(value)

    def _symbol(self, symbol: sympy.Symbol) -> Expr:
        if symbol.name in self._names:
            return self._names[symbol.name]
        if symbol.is_integer:
            return Size(symbol.name) if symbol.is_positive else Index(symbol.name)
        return Ref(symbol.name)

    def _product(self, value: sympy.Mul) -> Expr:
        """Numerator over denominator; exp(-x) stays above."""
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in value.as_ordered_factors():
            if isinstance(factor, sympy.Rational):
                above.append(number(int(factor.p)))
                below += [number(int(factor.q))] if factor.q != 1 else []
            elif isinstance(factor, sympy.Pow) and factor.exp.could_extract_minus_sign():
                below.append(self._power(factor.base, -factor.exp))
            else:
                above.append(self.expr(factor))
        return mul(*above, inv(mul(*below))) if below else mul(*above)

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> Expr:
        if exponent.could_extract_minus_sign():
            return inv(self._power(base, -exponent))
        if exponent == 1:
            return self.expr(base)
        if exponent == sympy.Rational(1, 2):
            return call("sqrt", self.expr(base))
        return power(self.expr(base), self.expr(exponent))

    def _function(self, value: sympy.Expr) -> Expr:
        if isinstance(value, sympy.Max | sympy.Min):
            return self._extremum(value)
        if isinstance(value, sympy.polygamma) and value.args[0] == 0:  # how SymPy writes digamma
            return call("digamma", self.expr(value.args[1]))
        name = NAMES.get(value.func)
        if name == "step":
            return call(name, self.expr(value.args[0]))  # SymPy's second argument is the value at the kink
        if name is None or len(value.args) != 1:
            raise _unknown(value, f"the function {value.func.__name__} of {len(value.args)} arguments")
        return call(name, self.expr(value.args[0]))

    def _extremum(self, value: sympy.Expr) -> Expr:
        name = NAMES[value.func]
        args = sorted(value.args, key=sympy.default_sort_key)
        if name == "max" and len(args) == 2 and args[0] == 0:
            return call("relu", self.expr(args[1]))
        return reduce(lambda left, right: call(name, left, right), map(self.expr, args))

    def _indicator(self, value: sympy.Piecewise) -> Expr:
        cases = [(case, condition) for case, condition in value.args]
        if len(cases) == 2 and cases[0][0] == 1 and tuple(cases[1]) == (0, sympy.true):
            condition = cases[0][1]
            op = _COMPARISONS.get(type(condition))
            if op is not None:
                return Indicator(op, self.expr(condition.lhs), self.expr(condition.rhs))
        raise _unknown(value, "a Piecewise other than 1 where a comparison holds, else 0,")

    def _derivative(self, value: sympy.Expr) -> Expr:
        """A derivative of an uninterpreted function, at the point that a Subs puts it."""
        inner, at = value, {}
        if isinstance(value, sympy.Subs):
            inner, at = value.expr, dict(zip(value.variables, value.point, strict=True))
        function = inner.expr if isinstance(inner, sympy.Derivative) else None
        if not isinstance(function, AppliedUndef):
            raise _unknown(value, "a derivative of something other than an uninterpreted function")
        by = dict(inner.variable_count)
        if any(function.args.count(variable) != 1 for variable in by):
            raise _unknown(value, "a derivative by something other than one argument")
        orders = tuple(int(by.get(arg, 0)) for arg in function.args)
        return call(function.func.__name__, *(self.expr(at.get(arg, arg)) for arg in function.args), orders=orders)


def _constant(value: sympy.Expr) -> Expr:
    if value == sympy.pi:
        return Constant("pi")
    if value == sympy.E:
        return call("exp", ONE)
    raise _unknown(value, f"{type(value).__name__}")


def _unknown(value: sympy.Expr, what: str) -> UsageError:
    text = str(value)
    shown = text if len(text) <= 60 else text[:57] + "..."
    hint = "sympy.nsimplify makes it exact" if isinstance(value, sympy.Float) else ""
    return UsageError(f"the loop language has no counterpart of {what}: {shown}", hint=hint)
