"""Python's own functions of single values (``int``, ``float``, ``math.log``, ``d.get``) in functions of each value.

A function that pandas calls for each value is recorded with a symbolic column in its place. Python's ``int`` and
``math`` need a number, and dictionaries and sets need a hash. So a copy of the function is called, which finds
replacements that take symbolic columns under these names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType, SimpleNamespace
from typing import Any

import numpy as np

from skl2tflite.flow.column import NAN
from skl2tflite.graph.source import refusal
from skl2tflite.tracing.aliases import LIBRARIES
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.looked_up import looked_up
from skl2tflite.tracing.row_errors import refuse_rows_of_function

MOST = 1000
"""Dictionaries and sets with more items are left as they are, and looking symbolic values up in them is refused."""
_NUMPY = {"pow": np.power, "fabs": np.abs, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2}
"""NumPy's functions for those of ``math`` that have another name."""
_SAME = (
    "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh", "hypot",
    "radians", "degrees",
)  # fmt: skip
_LEAST = {"log": 0.0, "log2": 0.0, "log10": 0.0, "log1p": -1.0}
"""Numbers up to which functions of ``math`` raise an error."""


def knowing_symbols(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same and takes symbolic columns in the places of single values."""
    copy: Callable[..., Any] = _copied(function, {})
    return copy


def _copied(function: Any, done: dict[int, Any]) -> Any:
    if isinstance(function, partial):
        return partial(_copied(function.func, done), *function.args, **function.keywords)
    if isinstance(function, MethodType):
        return MethodType(_copied(function.__func__, done), function.__self__)
    if not isinstance(function, FunctionType) or (function.__module__ or "").partition(".")[0] in LIBRARIES:
        return _PYTHON.get(function, function) if callable(function) and _hashable(function) else function
    if id(function) not in done:
        names = dict(function.__globals__)
        copy = FunctionType(_with_sets(function.__code__), names, function.__name__, function.__defaults__)
        done[id(function)] = copy
        copy.__kwdefaults__ = function.__kwdefaults__
        used = {name for code in _codes(function.__code__) for name in code.co_names}
        for name in used:
            if name in names:
                names[name] = _replaced(names[name], done)
            elif name in _BUILTINS:
                names[name] = _BUILTINS[name]
        if function.__closure__:
            cells = tuple(CellType(_replaced(cell.cell_contents, done)) for cell in function.__closure__)
            copy = done[id(function)] = FunctionType(copy.__code__, names, copy.__name__, copy.__defaults__, cells)
    return done[id(function)]


def _replaced(value: Any, done: dict[int, Any]) -> Any:
    if value is math:
        return _MATH
    if type(value) is dict and 0 < len(value) <= MOST:
        return _Dictionary(value)
    if type(value) in (set, frozenset) and 0 < len(value) <= MOST:
        return _Set(value)
    return _copied(value, done)


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _codes(code: CodeType) -> list[CodeType]:
    found = [code]
    for each in found:
        found += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
    return found


def _with_sets(code: CodeType) -> CodeType:
    """Return code whose literal sets (``v in {1, 2}``) take symbolic columns: as tuples, which compare one by one."""
    constants = tuple(
        tuple(each) if isinstance(each, frozenset) else _with_sets(each) if isinstance(each, CodeType) else each
        for each in code.co_consts
    )
    return code.replace(co_consts=constants)


def _is_symbolic(x: Any) -> bool:
    return hasattr(x, "column")


class AbsentKeyError(KeyError):
    """A value of some rows is no key of a dictionary; the function may catch it."""


class _Dictionary(dict[Any, Any]):
    """A dictionary in which symbolic columns are looked up as by ``Series.map``."""

    def __contains__(self, key: object) -> bool:
        return bool(key.isin(list(self))) if hasattr(key, "isin") else super().__contains__(key)

    def __getitem__(self, key: Any) -> Any:
        if not _is_symbolic(key):
            return super().__getitem__(key)
        if key not in self:
            raise AbsentKeyError(repr(key))
        return self.get(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what stands for a key."""
        if not _is_symbolic(key):
            return super().get(key, default)
        if _is_symbolic(default):
            return key.map(dict(self)).where(key.isin(list(self)), default)
        text = any(isinstance(each, str) for each in (*self.values(), default))
        absent = (NAN if text else np.nan) if default is None else default
        keys = [each for each in self if each is not None and each == each]
        return looked_up(key, keys, [super(_Dictionary, self).__getitem__(each) for each in keys], absent, absent)


class _Set(frozenset[Any]):
    """A set among whose elements symbolic columns may be."""

    def __contains__(self, key: object) -> bool:
        return bool(key.isin(list(self))) if hasattr(key, "isin") else super().__contains__(key)


def _int(x: Any = 0, *base: Any) -> Any:
    if not _is_symbolic(x):
        return int(x, *base)
    if x.is_text:
        raise refusal("int of text cannot be recorded")
    refuse_rows_of_function(plain(x.isna()), "ValueError: cannot convert float NaN to integer")
    return x.astype(int)


def _float(x: Any = 0.0) -> Any:
    return x.astype(float) if _is_symbolic(x) else float(x)


def _bool(x: Any = False) -> bool:
    return bool(x)


def _isinstance(x: Any, kinds: Any) -> bool:
    if not _is_symbolic(x):
        return isinstance(x, tuple(_KINDS.get(k, k) for k in (kinds if isinstance(kinds, tuple) else (kinds,))))
    if x.is_text and kinds in (str, float):
        missing = x.isna()
        return bool(missing) if kinds is float else not missing
    raise refusal(f"isinstance of {x!r} cannot be recorded; compare its values, or use isna")


def _of_math(name: str) -> Callable[..., Any]:
    original, numpy = getattr(math, name), _NUMPY.get(name) or getattr(np, name)

    def call(x: Any, *others: Any) -> Any:
        if not any(map(_is_symbolic, (x, *others))):
            return original(x, *others)
        if name == "log" and others:
            return call(x) / call(*others)
        if name in _LEAST:
            refuse_rows_of_function(plain(x <= _LEAST[name]), "ValueError: expected a positive input")
        if name == "sqrt":
            refuse_rows_of_function(plain(x < 0), "ValueError: expected a nonnegative input")
        return numpy(x, *others)

    return call


def _rounded(name: str) -> Callable[[Any], Any]:
    original, numpy = getattr(math, name), getattr(np, name)

    def call(x: Any) -> Any:
        if not _is_symbolic(x):
            return original(x)
        refuse_rows_of_function(plain(x.isna()), "ValueError: cannot convert float NaN to integer")
        return numpy(x)

    return call


def _isnan(x: Any) -> Any:
    return x.isna() if _is_symbolic(x) else math.isnan(x)


_MATH = SimpleNamespace(
    **{name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
    | {name: _of_math(name) for name in (*_SAME, *_NUMPY)}
    | {name: _rounded(name) for name in ("floor", "ceil", "trunc")}
    | {"isnan": _isnan}
)
_BUILTINS: Mapping[str, Any] = {"int": _int, "float": _float, "bool": _bool, "isinstance": _isinstance}
_KINDS: Mapping[Any, Any] = {_int: int, _float: float, _bool: bool}
_PYTHON = {
    int: _int,
    float: _float,
    **{getattr(math, name): getattr(_MATH, name) for name in (*_SAME, *_NUMPY, "floor", "ceil", "trunc", "isnan")},
}
"""Replacements of functions that are given themselves, as in ``column.map(math.log1p)``."""
