"""Python's operators, and pandas' methods of the same meaning (``add``, ``rsub``, ``lt``, …), for Series and frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skl2tflite.graph.source import refusal

OPERATORS = {
    "add": "add", "sub": "subtract", "subtract": "subtract", "mul": "multiply", "multiply": "multiply",
    "div": "divide", "divide": "divide", "truediv": "divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "pow", "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal", "and": "logical_and", "or": "logical_or", "xor": "not_equal",
}  # fmt: skip
"""Names of operators and methods, and the functions of the graph that they record."""
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
LOGIC = ("and", "or", "xor")
DIVISIONS = frozenset({"divide", "floor_divide", "remainder"})
"""Functions for which Python's own numbers raise an error where the divisor is 0."""


def add_operators(cls: type) -> type:
    """Give a class the operators and methods; each calls its ``combine(name, other, axis, reflected)``."""
    for name, function in OPERATORS.items():
        setattr(cls, f"__{name}__", _operator(function, reflected=False))
        if name not in COMPARISONS:
            setattr(cls, f"__r{name}__", _operator(function, reflected=True))
        if name not in LOGIC:
            setattr(cls, name, _method(function, reflected=False))
        if name not in (*COMPARISONS, *LOGIC):
            setattr(cls, f"r{name}", _method(function, reflected=True))
    pairs: dict[str, Callable[[Any, Any], Any]] = {
        "__divmod__": lambda self, other: (self // other, self % other),
        "__rdivmod__": lambda self, other: (other // self, other % self),
    }
    for name, pair in pairs.items():
        setattr(cls, name, pair)
    return cls


def check_operation(name: object, other: object, each: str) -> None:
    """Refuse what an operation of columns cannot be given.

    Parameters
    ----------
    name : str or callable
        Name of the operation; a function if user code calls pandas' own ``combine``, which is refused.
    other : object
        Second operand. None is refused: it is the number of rows (``len``, ``shape``) during recording.
    each : str
        What pandas' ``combine`` would call the function for.
    """
    if not isinstance(name, str):
        raise refusal(f"combine calls Python for every {each}; compute with whole columns, as by numpy.minimum")
    if other is None:
        raise refusal("the number of rows is None until run time, and cannot be computed with")


def _operator(name: str, reflected: bool) -> Callable[[Any, Any], Any]:
    def call(self: Any, other: Any) -> Any:
        if getattr(other, "__array_priority__", 0) > self.__array_priority__:
            return NotImplemented  # a frame handles operators with a column
        return self.combine(name, other, reflected=reflected)

    return call


def _method(name: str, reflected: bool) -> Callable[..., Any]:
    def call(self: Any, other: Any, axis: Any = "columns", level: Any = None, fill_value: Any = None) -> Any:
        if fill_value is None:
            return self.combine(name, other, axis, reflected)
        if not isinstance(other, type(self)):
            return self.fillna(fill_value).combine(name, other, axis, reflected)
        filled = self.fillna(fill_value).combine(name, other.fillna(fill_value), axis, reflected)
        return filled.mask(self.isna() & other.isna())

    return call
