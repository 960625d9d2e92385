"""Python texts as constructions: Python's own parser makes the tree, nothing of it is ever run.

What the language does not have is refused, with its place and what to write instead.
"""

from __future__ import annotations

import ast

from symgrad.construct import syntax as s
from symgrad.errors import Place, ReadingError

MOST_NESTING = 30
"""Levels that expressions and blocks may be nested in one another."""

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Div: "/",
}

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Import: ("nothing can be imported here", "use the names that the question gives"),
    ast.ImportFrom: ("nothing can be imported here", "use the names that the question gives"),
    ast.ClassDef: ("classes are not part of this language", "write a procedure with def"),
    ast.Try: ("try is not part of this language", "ask with if before"),
    ast.With: ("with is not part of this language", "leave it out"),
    ast.Raise: ("raise is not part of this language", "leave it out"),
    ast.Delete: ("del is not part of this language", "use another name, or pop"),
    ast.Attribute: ("attributes cannot be read here", "objects are passed to procedures as they are"),
    ast.Starred: ("* in front of a name is not part of this language", "write the items one by one"),
    ast.Set: ("sets are not part of this language", "write a list with [ ]"),
    ast.DictComp: ("tables are filled by assignments here", "write a loop with assignments"),
    ast.NamedExpr: (":= in an expression is not part of this language", "assign on a line of its own"),
    ast.Await: ("async is not part of this language", "write a plain procedure"),
    ast.AsyncFunctionDef: ("async is not part of this language", "write a plain procedure"),
    ast.AsyncFor: ("async is not part of this language", "write a plain loop"),
    ast.Match: ("match is not part of this language", "write if and elif"),
}


def read_python(source: str) -> s.Construction | None:
    """The construction that a Python text is; None where the text is not Python.

    Raises ReadingError for Python that has no place here.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return s.Construction(_Reader(source).body(tree.body), source, strict=True)


class _Reader:
    """Makes one tree of the other, and refuses what there is no node for."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.splitlines()
        self.depth = 0

    def body(self, nodes: list[ast.stmt]) -> s.Body:
        """Statements, what does nothing left out."""
        self.depth += 1
        found = tuple(self.statement(node) for node in nodes)
        self.depth -= 1
        return found

    def statement(self, node: ast.stmt) -> s.Statement:
        """One statement."""
        place = self._place(node)
        match node:
            case ast.Assign(targets=targets, value=value):
                return s.Assign(tuple(self._target(t) for t in targets), self.expr(value), place=place)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                return s.Assign((self._target(target),), self.expr(value), place=place)
            case ast.AnnAssign() | ast.Pass() | ast.Assert():
                return s.Jump("pass", place=place)
            case ast.AugAssign(target=target, op=op, value=value):
                return s.Augment(self._target(target), self._operator(op, node), self.expr(value), place=place)
            case ast.Expr(value=ast.Yield(value=value)) if value is not None:
                return s.Yield(self.expr(value), place=place)
            case ast.Expr(value=ast.YieldFrom(value=value)):
                return s.Yield(self.expr(value), True, place=place)
            case ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                return s.Jump("pass", place=place)
            case ast.Expr(value=value):
                return s.Evaluate(self.expr(value), place=place)
            case ast.If(test=test, body=body, orelse=orelse):
                return s.If(self.expr(test), self.body(body), self.body(orelse), place=place)
            case ast.While(test=test, body=body, orelse=orelse):
                return s.While(self.expr(test), self.body(body), self.body(orelse), place=place)
            case ast.For(target=target, iter=over, body=body, orelse=orelse):
                heading = (self._target(target), self.expr(over))
                return s.For(*heading, self.body(body), self.body(orelse), place=place)
            case ast.FunctionDef(name=name, args=args, body=body, decorator_list=[]):
                return s.Define(name, self._parameters(args), self.body(body), place=place)
            case ast.Return(value=value):
                return s.Return(None if value is None else self.expr(value), place=place)
            case ast.Break():
                return s.Jump("break", place=place)
            case ast.Continue():
                return s.Jump("continue", place=place)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                return s.Outer(tuple(names), place=place)
        raise self._refused(node)

    def expr(self, node: ast.expr) -> s.Expr:
        """One expression."""
        self.depth += 1
        if self.depth > MOST_NESTING:
            hint = "give parts of it names of their own"
            raise ReadingError("this is nested too deeply", self._place(node), hint, source=self.source)
        found = self._expr(node, self._place(node))
        self.depth -= 1
        return found

    def _expr(self, node: ast.expr, place: Place) -> s.Expr:
        match node:
            case ast.Constant(value=bool() | int() | str() | None as value):
                return s.Literal(value, place=place)
            case ast.Constant() | ast.JoinedStr():
                raise self._refused(node, "this is no whole number", "there are whole numbers, lists and objects here")
            case ast.Name(id=name):
                return s.Name(name, place=place)
            case ast.List(elts=items):
                return s.Items(tuple(map(self.expr, items)), place=place)
            case ast.Tuple(elts=items):
                return s.Items(tuple(map(self.expr, items)), "tuple", place=place)
            case ast.Dict(keys=[]):
                return s.Items((), "table", place=place)
            case ast.Dict():
                raise self._refused(node, "tables are filled by assignments here", "begin with {} and assign")
            case ast.Subscript(value=base, slice=ast.Slice(lower=low, upper=high, step=step)):
                ends = (None if end is None else self.expr(end) for end in (low, high, step))
                return s.Slice(self.expr(base), *ends, place=place)
            case ast.Subscript(value=base, slice=index):
                return s.Item(self.expr(base), self.expr(index), place=place)
            case ast.Call():
                return self._call(node, place)
            case ast.Lambda(args=args, body=body):
                return s.Lambda(self._parameters(args), self.expr(body), place=place)
            case ast.IfExp(test=test, body=yes, orelse=no):
                return s.Choice(self.expr(test), self.expr(yes), self.expr(no), place=place)
            case ast.ListComp(elt=item, generators=clauses) | ast.GeneratorExp(elt=item, generators=clauses):
                return s.Collect(self.expr(item), tuple(map(self._clause, clauses)), place=place)
        return self._operation(node, place)

    def _operation(self, node: ast.expr, place: Place) -> s.Expr:
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=arg):
                return s.Unary("-", self.expr(arg), place=place)
            case ast.UnaryOp(op=ast.UAdd(), operand=arg):
                return s.Unary("+", self.expr(arg), place=place)
            case ast.UnaryOp(op=ast.Not(), operand=arg):
                return s.Unary("not", self.expr(arg), place=place)
            case ast.BinOp(left=left, op=op, right=right):
                return s.Binary(self._operator(op, node), self.expr(left), self.expr(right), place=place)
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return s.Logic(word, tuple(map(self.expr, values)), place=place)
            case ast.Compare(left=left, ops=ops, comparators=others):
                signs = tuple(_COMPARE[type(op)] for op in ops)
                return s.Compare(signs, tuple(map(self.expr, (left, *others))), place=place)
        raise self._refused(node)

    def _call(self, node: ast.Call, place: Place) -> s.Expr:
        args = tuple(map(self.expr, node.args))
        if isinstance(node.func, ast.Attribute):
            if node.keywords:
                raise self._refused(node, "a method takes no named arguments here", "write the arguments in order")
            return s.Method(self.expr(node.func.value), node.func.attr, args, place=place)
        named = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self._refused(node, "** is not part of this language", "write the arguments one by one")
            named.append((keyword.arg, self.expr(keyword.value)))
        return s.Call(self.expr(node.func), args, tuple(named), place=place)

    def _clause(self, node: ast.comprehension) -> s.Clause:
        return s.Clause(self._target(node.target), self.expr(node.iter), tuple(map(self.expr, node.ifs)))

    def _parameters(self, args: ast.arguments) -> tuple[s.Parameter, ...]:
        if args.vararg or args.kwarg or args.kwonlyargs:
            extra = args.vararg or args.kwarg or args.kwonlyargs[0]
            raise self._refused(extra, "a procedure has plain parameters here", "name the parameters one by one")
        names = [*args.posonlyargs, *args.args]
        plain = len(names) - len(args.defaults)
        defaults = [None] * plain + [self.expr(default) for default in args.defaults]
        return tuple(s.Parameter(a.arg, default) for a, default in zip(names, defaults, strict=True))

    def _target(self, node: ast.expr) -> s.Expr:
        """What is assigned to."""
        match node:
            case ast.Name() | ast.Subscript():
                return self.expr(node)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return s.Items(tuple(map(self._target, items)), "tuple", place=self._place(node))
        raise self._refused(node)

    def _operator(self, op: ast.operator, node: ast.AST) -> str:
        sign = _BINARY.get(type(op))
        if sign is None:
            raise self._refused(node, "this operation is not part of the language", "there are + - * // % and **")
        return sign

    def _refused(self, node: ast.AST, message: str = "", hint: str = "") -> ReadingError:
        """What is to be said of a node that there is none for here."""
        if not message:
            words = "this is not part of the language of constructions"
            message, hint = _REFUSED.get(type(node), (words, "use lists, loops, if and procedures"))
        return ReadingError(message, self._place(node), hint, source=self.source)

    def _place(self, node: ast.AST) -> Place:
        """Where a node begins; Python counts columns in bytes."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        row = self.lines[line - 1] if line <= len(self.lines) else ""
        before = len(row.encode()[:offset].decode(errors="ignore"))
        same_line = getattr(node, "end_lineno", line) == line
        length = getattr(node, "end_col_offset", offset + 1) - offset if same_line else len(row) - before
        return Place(line, before + 1, max(1, length))
