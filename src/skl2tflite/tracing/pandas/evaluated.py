"""``DataFrame.eval``: expressions of a frame's columns, written as text."""

from __future__ import annotations

import ast
import io
import operator
import re
import tokenize
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from skl2tflite.graph.source import refusal

_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.And: operator.and_,
    ast.Or: operator.or_, ast.Not: operator.invert, ast.Invert: operator.invert, ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_FUNCTIONS = frozenset(
    {
        "sin", "cos", "exp", "log", "expm1", "log1p", "sqrt", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan",
        "arcsinh", "arccosh", "arctanh", "abs", "log10", "floor", "ceil", "arctan2",
    }
)  # fmt: skip
"""NumPy's functions that pandas knows in expressions."""


def evaluated(frame: Any, expression: str) -> Any:
    """Return the column that an expression stands for, or the frame with the columns that it assigns.

    Parameters
    ----------
    frame : FrameValues
    expression : str
        One expression, or lines of ``name = expression``.
    """
    for line in filter(None, map(str.strip, expression.splitlines())):
        quoted: dict[str, str] = {}
        statement = _parsed(line, quoted)
        if isinstance(statement, ast.Expr):
            return _Expression(frame, quoted).value(statement.value)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise _refusal(line)
        name = statement.targets[0].id
        frame = frame.assign(**{quoted.get(name, name): _Expression(frame, quoted).value(statement.value)})
    return frame


def _parsed(line: str, quoted: dict[str, str]) -> ast.stmt:
    """Return the statement of a line, in which names take the places of those in backticks; these are noted."""

    def name_of(found: re.Match[str]) -> str:
        quoted[f"quoted_{len(quoted)}"] = found[1]
        return f"quoted_{len(quoted) - 1}"

    text = re.sub(r"`([^`]*)`", name_of, line)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        # pandas gives & and | the precedence of "and" and "or".
        words = [{"&": "and", "|": "or"}.get(token.string, token.string) for token in tokens]
        (statement,) = ast.parse(" ".join(words).strip()).body
    except (SyntaxError, tokenize.TokenError, ValueError):
        raise _refusal(line) from None
    return statement


def _refusal(text: str) -> Exception:
    return refusal(
        f"eval of {text!r:.80} cannot be recorded; write it with the columns, as in df.assign(c=df.a / df.b)"
    )


class _Expression:
    """An expression of a frame's columns, some of whose names were written in backticks."""

    def __init__(self, frame: Any, quoted: Mapping[str, str]) -> None:
        self.frame = frame
        self.quoted = quoted

    def value(self, node: ast.AST) -> Any:
        """Return what a node of the expression stands for."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.List | ast.Tuple):
            return [self.value(each) for each in node.elts]
        if isinstance(node, ast.Name):
            return self.frame[self.quoted.get(node.id, node.id)]
        if isinstance(node, ast.UnaryOp):
            return _OPERATORS[type(node.op)](self.value(node.operand))
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](self.value(node.left), self.value(node.right))
        if isinstance(node, ast.BoolOp):
            return reduce(_OPERATORS[type(node.op)], map(self.value, node.values))
        if isinstance(node, ast.Compare):
            sides = [self.value(each) for each in (node.left, *node.comparators)]
            pairs = zip(node.ops, sides[:-1], sides[1:], strict=True)
            return reduce(operator.and_, [_compared(op, left, right) for op, left, right in pairs])
        if isinstance(node, ast.Call) and not node.keywords:
            arguments = [self.value(each) for each in node.args]
            if isinstance(node.func, ast.Attribute):
                return getattr(self.value(node.func.value), node.func.attr)(*arguments)
            if isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
                return getattr(np, node.func.id)(*arguments)
        raise _refusal(ast.unparse(node))


def _compared(op: ast.cmpop, left: Any, right: Any) -> Any:
    if isinstance(op, ast.In):
        return left.isin(right)
    if isinstance(op, ast.NotIn):
        return ~left.isin(right)
    return _OPERATORS[type(op)](left, right)
