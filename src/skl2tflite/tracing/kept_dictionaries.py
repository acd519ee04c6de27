"""Dictionaries of user code that add the keys that are looked up in them (``collections.defaultdict``).

The package calls user code with made-up rows, which must leave no keys behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from inspect import unwrap
from types import CodeType, FunctionType, MethodType
from typing import Any

MOST = 1000
"""Lists and dictionaries with more items than this are not searched."""
_OTHERS = ("sklearn", "numpy", "scipy", "pandas", "skl2tflite", "builtins")

_kept: ContextVar[tuple[tuple[dict[Any, Any], dict[Any, Any]], ...]] = ContextVar("kept", default=())


@contextmanager
def kept_dictionaries(estimator: object) -> Iterator[None]:
    """Keep as they are the dictionaries with a default that an estimator's own code reaches.

    Within this context :func:`restore` removes the keys that were added since it began; so does its end.
    """
    found = tuple((each, dict(each)) for each in _reached(estimator))
    token = _kept.set((*_kept.get(), *found))
    try:
        yield
    finally:
        restore()
        _kept.reset(token)


def restore() -> None:
    """Remove the keys that were added to the kept dictionaries."""
    for held, before in _kept.get():
        if len(held) != len(before):
            for key in [key for key in held if key not in before]:
                del held[key]


def _reached(estimator: object) -> list[dict[Any, Any]]:
    """Return the dictionaries that an estimator, the functions in it and its own methods reach."""
    found: list[dict[Any, Any]] = []
    pending, seen = [estimator], set()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            if hasattr(each, "__missing__"):
                found.append(each)
            if len(each) <= MOST:
                pending += each.values()
        elif isinstance(each, list | tuple):
            pending += each if len(each) <= MOST else ()
        elif isinstance(each, partial):
            pending += (each.func, each.args, each.keywords)
        elif isinstance(each, MethodType):
            pending += (each.__func__, each.__self__)
        elif isinstance(each, FunctionType):
            pending += _held_by(each)
        elif callable(each) and hasattr(each, "__wrapped__"):
            pending.append(unwrap(each))
        elif hasattr(each, "__dict__") and any(hasattr(type(each), name) for name in ("get_params", "fit")):
            pending += vars(each).values()
            pending += (
                value for kind in type(each).__mro__ if _is_users(kind.__module__) for value in vars(kind).values()
            )
    return found


def _held_by(function: Any) -> list[Any]:
    """Return the objects that a function of the user's refers to: globals, closure and defaults."""
    if not isinstance(function, FunctionType) or not _is_users(function.__module__):
        return []
    names: set[str] = set()
    codes: list[CodeType] = [function.__code__]
    for code in codes:
        names.update(code.co_names)
        codes += [each for each in code.co_consts if isinstance(each, CodeType)]
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_full(cell)]
    held = (function.__globals__[name] for name in names if name in function.__globals__)
    return [*cells, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values(), *held]


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:  # the variable has no value yet
        return False


def _is_users(module: str | None) -> bool:
    return (module or "").split(".")[0] not in _OTHERS
