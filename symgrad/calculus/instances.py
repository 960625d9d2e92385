"""Uninterpreted functions replaced by formulas, with the derivatives that a program takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symgrad.calculus.by_cells import derivative
from symgrad.language.build import map_expr, map_node
from symgrad.language.program import Call, Expr, Program, Ref, Role, Tensor


@dataclass(frozen=True)
class Formula:
    """What a function is: an expression in its parameters."""

    parameters: tuple[str, ...]
    value: Expr

    def derivative(self, orders: tuple[int, ...]) -> Expr:
        """The derivative of these orders by the parameters."""
        value = self.value
        ground = Program(tensors=tuple(Tensor(name, (), Role.INPUT) for name in self.parameters))
        for name, order in zip(self.parameters, orders, strict=bool(orders)):
            for _ in range(order):
                value, _same = derivative(value, Ref(name), ground)
        return value

    def at(self, args: tuple[Expr, ...], orders: tuple[int, ...]) -> Expr:
        """The derivative of these orders at some arguments."""
        named = dict(zip(self.parameters, args, strict=True))

        def put(part: Expr) -> Expr:
            return named[part.name] if isinstance(part, Ref) and part.name in named else map_expr(part, put)

        return put(self.derivative(orders))


def with_formulas(expr: Expr, formulas: Mapping[str, Formula]) -> Expr:
    """The expression with every call of these functions written out."""
    expr = map_expr(expr, lambda part: with_formulas(part, formulas))
    if isinstance(expr, Call) and expr.function in formulas:
        return formulas[expr.function].at(expr.args, expr.orders)
    return expr


def program_with_formulas(program: Program, formulas: Mapping[str, Formula]) -> Program:
    """The complete program with every call of these functions written out."""
    body = tuple(map_node(node, lambda expr: with_formulas(expr, formulas)) for node in program.body)
    functions = tuple(f for f in program.functions if f.name not in formulas)
    return replace(program, body=body, functions=functions)
