"""The user's own functions, called on symbolic arrays: that records them."""

from __future__ import annotations

import builtins
import dis
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.flow.column import RetraceError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import Source, refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.making import filled
from skl2tflite.tracing.numpy.shapes import columns
from skl2tflite.tracing.numpy.writable import Writable, handled, plain
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.protocol import is_symbolic, pandas_patches
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.patches import Patch, patched
from skl2tflite.tracing.scipy_sparse import sparse_patches
from skl2tflite.tracing.values_needed import values_needed
from skl2tflite.tracing.ways import RaisedError

_ONE_AT_A_TIME = threading.RLock()
if hasattr(os, "register_at_fork"):  # a child must neither wait for its parent's threads nor keep NumPy as they have it
    os.register_at_fork(
        before=_ONE_AT_A_TIME.acquire, after_in_parent=_ONE_AT_A_TIME.release, after_in_child=_ONE_AT_A_TIME.release
    )

_ARRAY, _FULL, _LENGTH, _PRINT = np.array, np.full, len, print
_TAKING: tuple[Callable[..., Any], ...] = (np.asarray, np.asanyarray, np.ascontiguousarray, np.array)
"""Functions that make an array of anything."""
_MAKING: dict[Callable[..., Any], int] = {np.zeros: 0, np.ones: 1, np.empty: 0}
"""Functions that make an array of a shape, and of what value."""
_REDUCING: tuple[Callable[..., Any], ...] = (
    np.mean, np.sum, np.max, np.min, np.prod, np.average, np.median, np.std, np.var, np.argmax, np.argmin, np.transpose,
)  # fmt: skip
"""Functions that are called with a list of arrays, which no protocol sees."""


def record(
    function: Callable[[Any], Any], given: Any, rows: Callable[[], Tensor], patches: Sequence[Patch] = ()
) -> Any:
    """Call a function on symbolic arrays.

    Parameters
    ----------
    function : callable
        The user's.
    given : object
        Its argument: the handle of a tensor, a symbolic column or frame.
    rows : callable
        Gives a tensor, whose rows are those of arrays that the function makes for ``X.shape[0]`` rows.
    patches : sequence of (object, str, object)
        What else has to know tensors while the function runs.

    Returns
    -------
    object
        What the function returns, handles in it.

    Raises
    ------
    GraphError
        Where the function does what cannot be recorded; the message shows its line.
    """
    with _ONE_AT_A_TIME, _knowing_tensors(rows, patches), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of symbolic arrays that have no names, for one
        try:
            with values_needed() as needed:
                try:
                    return function(given)
                finally:
                    if needed:  # which the function may have caught
                        raise needed[0]
        except (GraphError, RetraceError):
            raise
        except Exception as error:
            rows_wanted = isinstance(error, TypeError) and "NoneType" in str(error)
            hint = "; the number of rows, which is known only at run time, is None" if rows_wanted else ""
            raise RaisedError(f"{type(error).__name__}: {error}{hint} [{Source.of(error)}]", error) from error


def handle(tensor: Tensor, owner: str = "X") -> Writable:
    """Return an array for a function to take, which it may copy but not write to."""
    return Writable(tensor, owner=owner)


@contextmanager
def _knowing_tensors(rows: Callable[[], Tensor], patches: Sequence[Patch]) -> Iterator[None]:
    """Let NumPy's functions that make arrays, which no protocol reaches, take tensors and lengths known at run time."""
    replaced: list[Patch] = [
        *((np, original.__name__, _taking(original)) for original in _TAKING),
        *((np, original.__name__, _making(original, value, rows)) for original, value in _MAKING.items()),
        (np, "full", _filling(_FULL, rows)),
        *((np, original.__name__, _reducing(original)) for original in _REDUCING),
        (np, "c_", _Columns()),
        (builtins, "len", _length),
        (builtins, "print", _print),
        (builtins, "open", _refuse_files),
        *pandas_patches(),
        *sparse_patches(),
        *patches,
    ]
    with patched(replaced):
        yield


def _called_by_name(name: str) -> bool:
    """Whether Python code calls what now runs by its name, as in ``np.empty(…)``.

    Compiled code may call NumPy's functions too (its random generators call ``numpy.empty``), and take their result for
    an array without a look at it: it must never get a tensor.
    """
    frame = sys._getframe(3)  # behind what replaces the function, and what looks which thread calls it
    line, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    names = [
        instruction.argval
        for instruction in dis.get_instructions(frame.f_code)
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD")
        and instruction.offset < frame.f_lasti
        and instruction.positions is not None
        and (instruction.positions.lineno, instruction.positions.col_offset) == (line, column)
    ]
    return bool(names) and column is not None and names[-1] == name


def _holds_tensors(x: object) -> bool:
    return hasattr(type(x), "__tensor__") or (isinstance(x, list | tuple) and any(map(_holds_tensors, x)))


def _taking(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``numpy.asarray``, or one of its kin, that takes tensors and lists of them too."""

    def call(a: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not _holds_tensors(a) or not _called_by_name(original.__name__):
            return original(a, dtype, *args, **kwargs)
        if isinstance(a, Frame):
            a = a.values
        elif not isinstance(a, Tensor):
            a = handled(_stacked(a), a) if isinstance(a, list | tuple) else Writable(plain(a))
        if dtype is not None:
            return a.astype(dtype)
        return a.copy() if original is _ARRAY and kwargs.get("copy", True) is True else a

    return call


def _stacked(a: Any) -> Any:
    """Return a list of arrays as one array."""
    if isinstance(a, list | tuple) and _holds_tensors(a):
        return xp.stack([plain(_stacked(each)) for each in a])
    return a


def _reducing(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of an array that takes a list of tensors too."""

    def call(a: Any, *args: Any, **kwargs: Any) -> Any:
        return original(handled(_stacked(a), a) if isinstance(a, list | tuple) else a, *args, **kwargs)

    return call


def _making(original: Callable[..., Any], value: int, rows: Callable[[], Tensor]) -> Callable[..., Any]:
    """Return ``numpy.zeros`` or ``ones`` that takes the unknown number of rows in a shape."""

    def call(shape: Any, dtype: Any = float, *args: Any, **kwargs: Any) -> Any:
        if not _of_rows(shape) or not _called_by_name(original.__name__):
            return original(shape, dtype, *args, **kwargs)
        return Writable(_tensor(filled(rows(), shape, value, dtype)))

    return call


def _filling(original: Callable[..., Any], rows: Callable[[], Tensor]) -> Callable[..., Any]:
    """Return ``numpy.full`` that takes the unknown number of rows in a shape."""

    def call(shape: Any, fill_value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not _of_rows(shape) or not _called_by_name(original.__name__):
            return original(shape, fill_value, dtype, *args, **kwargs)
        return Writable(
            _tensor(filled(rows(), shape, fill_value, np.asarray(fill_value).dtype if dtype is None else dtype))
        )

    return call


def _of_rows(shape: Any) -> bool:
    """Whether a shape begins with a number of rows that is known only at run time: with None."""
    return (shape[0] if isinstance(shape, tuple | list) and len(shape) else shape) is None


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x


class _Columns:
    """``numpy.c_`` that joins tensors too."""

    original = np.c_

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        return handled(columns(items), *items) if _holds_tensors(items) else self.original[key]


def _length(x: Any, /) -> Any:
    """Return what ``x.shape[0]`` is, for an array whose rows are counted at run time."""
    symbolic = hasattr(type(x), "__tensor__") or isinstance(x, Frame | Series)
    return x.shape[0] if symbolic and x.shape else _LENGTH(x)


def _print(*values: Any, **kwargs: Any) -> None:
    """Print what stands for arrays as what it is."""
    _PRINT(*(repr(each) if is_symbolic(each) else each for each in values), **kwargs)


def _refuse_files(*_: object, **__: object) -> Any:
    raise refusal("reading or writing a file cannot be recorded; read it before, and give the function its content")
