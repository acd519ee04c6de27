"""Patched functions and classes under names of the user's own, as ``from pandas import DataFrame`` makes them.

Replacing ``pandas.DataFrame`` changes what ``pd.DataFrame`` finds, and nothing about a name that was bound before. So
the names that a function's code looks up among its module's globals are replaced too, and those of the functions and
methods that it calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from skl2tflite.tracing.patches import Patch

LIBRARIES = frozenset({"numpy", "pandas", "scipy", "sklearn", "skl2tflite", "builtins"})
"""Packages whose own code is not searched: it is given tensors only where it takes them."""
MOST = 300
"""Greatest number of objects looked at."""


def aliases(function: Callable[..., Any], patches: Sequence[Patch]) -> list[Patch]:
    """Return patches of the globals that hold a patched object under a name of their own.

    Parameters
    ----------
    function : callable
        Function, method, ``functools.partial`` or object with ``__call__``.
    patches : sequence of (module, str, object)
        The patches that are in force while the function runs.
    """
    originals = {id(getattr(owner, name)): replacement for owner, name, replacement in patches}
    found: dict[tuple[int, str], Patch] = {}
    for each in _functions_of(function):
        for name in _names(each.__code__):
            value = each.__globals__.get(name)
            if value is not None and id(value) in originals:
                found[id(each.__globals__), name] = (each.__globals__, name, originals[id(value)])
    return list(found.values())


def _functions_of(function: Any) -> Iterator[FunctionType]:
    """Yield the Python functions that an object is made of or calls, each once, without those of libraries."""
    left: deque[Any] = deque([function])
    seen: set[int] = set()
    while left and len(seen) < MOST:
        each = left.popleft()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, partial):
            left += [each.func, *each.args, *each.keywords.values()]
        elif isinstance(each, MethodType):
            left += [each.__func__, each.__self__]
        elif isinstance(each, FunctionType):
            left += _captured(each)
            if not _is_of_library(each.__module__):
                yield each
                left += _looked_up(each)
        elif not isinstance(each, ModuleType):
            kinds = (each if isinstance(each, type) else type(each)).__mro__
            own = [vars(kind).values() for kind in kinds if not _is_of_library(kind.__module__)]
            left += [value for values in own for value in values if isinstance(value, FunctionType)]
            left += [] if isinstance(each, type) else vars(each).values() if hasattr(each, "__dict__") else []


def _looked_up(function: FunctionType) -> list[Any]:
    """Return what a function finds among the globals, and in modules of the user's that it finds there."""
    names = list(_names(function.__code__))
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [each for each in found if isinstance(each, ModuleType) and not _is_of_library(each.__name__)]
    return [*found, *(vars(module)[name] for module in modules for name in names if name in vars(module))]


def _captured(function: FunctionType) -> list[Any]:
    """Return what a function holds in its closure and its defaults."""
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(cell.cell_contents)
        except ValueError:  # not bound yet
            continue
    return [*cells, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that code and the functions written within it look up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_of_library(module: Any) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in LIBRARIES
