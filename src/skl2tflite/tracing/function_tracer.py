"""Calling a user function on symbolic arguments, which records what it does.

While it runs, NumPy's, pandas' and SciPy's functions that no protocol of NumPy reaches (``np.asarray``, ``np.zeros``,
``len``, ``pd.concat``, …) are replaced, for this thread only, by functions that take symbolic arguments too.
"""

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
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import Source, refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.aliases import aliases
from skl2tflite.tracing.numpy.making import filled
from skl2tflite.tracing.numpy.shapes import columns
from skl2tflite.tracing.numpy.writable import RowCount, Writable, handled, plain
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.protocol import is_symbolic, pandas_patches
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.patches import Patch, patched
from skl2tflite.tracing.scipy_sparse import sparse_patches
from skl2tflite.tracing.values_needed import values_needed
from skl2tflite.tracing.ways import RaisedError

_ONE_AT_A_TIME = threading.RLock()
if hasattr(os, "register_at_fork"):  # a child process must not inherit a lock or patches of another thread
    os.register_at_fork(
        before=_ONE_AT_A_TIME.acquire, after_in_parent=_ONE_AT_A_TIME.release, after_in_child=_ONE_AT_A_TIME.release
    )

_ARRAY, _FULL, _LENGTH, _PRINT = np.array, np.full, len, print
_TAKING: tuple[Callable[..., Any], ...] = (np.asarray, np.asanyarray, np.ascontiguousarray, np.array)
"""Functions that convert their argument to an array."""
_MAKING: dict[Callable[..., Any], int] = {np.zeros: 0, np.ones: 1, np.empty: 0}
"""Functions that make an array of a given shape, and the value that it is filled with."""
_REDUCING: tuple[Callable[..., Any], ...] = (
    np.mean, np.sum, np.max, np.min, np.prod, np.average, np.median, np.std, np.var, np.argmax, np.argmin, np.transpose,
)  # fmt: skip
"""Functions that users also call with a list of arrays; NumPy's protocols do not look into lists."""


def record(
    function: Callable[[Any], Any], given: Any, rows: Callable[[], Tensor], patches: Sequence[Patch] = ()
) -> Any:
    """Call a function on symbolic arrays.

    Parameters
    ----------
    function : callable
        The user's.
    given : object
        Its argument: a :class:`Writable`, a symbolic Series, DataFrame or sparse matrix.
    rows : callable
        Returns a tensor that has the input's rows; arrays that the function makes with ``X.shape[0]`` rows get as many.
    patches : sequence of (object, str, object)
        Further attributes of modules to replace while the function runs.

    Returns
    -------
    object
        What the function returns; arrays in it are :class:`Writable` handles.

    Raises
    ------
    GraphError
        Where the function does something that cannot be recorded; the message shows the line of code.
    """
    with _ONE_AT_A_TIME, _knowing_tensors(function, rows, patches), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of symbolic arrays that have no names, for one
        try:
            with values_needed.collect() as needed:
                try:
                    return function(given)
                finally:
                    if needed:  # which the function may have caught
                        raise needed[0]
        except GraphError:
            raise
        except Exception as error:
            rows_wanted = isinstance(error, TypeError) and "NoneType" in str(error)
            hint = "; the number of rows, which is known only at run time, is None" if rows_wanted else ""
            raise RaisedError(f"{type(error).__name__}: {error}{hint} [{Source.of(error)}]", error) from error


def handle(tensor: Tensor, owner: str = "X") -> Writable:
    """Return a tensor as an array that a function is given: it may read and copy it, but not write to it."""
    return Writable(tensor, owner=owner)


@contextmanager
def _knowing_tensors(
    function: Callable[[Any], Any], rows: Callable[[], Tensor], patches: Sequence[Patch]
) -> Iterator[None]:
    """Replace functions that NumPy's protocols do not reach by ones that take tensors and an unknown number of rows.

    Parameters
    ----------
    function, rows, patches
        As in :func:`record`.
    """
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
    with patched([*replaced, *aliases(function, replaced)]):
        yield


def _called_by_name(original: Callable[..., Any]) -> bool:
    """Return whether Python code calls the patched function by its name, as in ``np.empty(…)`` or ``empty(…)``.

    Compiled code calls NumPy's functions too (its random generators call ``numpy.empty``) and uses the result as an
    array without checking it, so that it must never get a tensor.
    """
    # The caller of the patched function: past this function, the replacement, and the check of the thread.
    frame = sys._getframe(3)
    line, _, column, _ = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    names = [
        (instruction.opname, instruction.argval)
        for instruction in dis.get_instructions(frame.f_code)
        if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_GLOBAL", "LOAD_NAME")
        and instruction.offset < frame.f_lasti
        and instruction.positions is not None
        and (instruction.positions.lineno, instruction.positions.col_offset) == (line, column)
    ]
    if not names or column is None:
        return False
    how, name = names[-1]
    if how in ("LOAD_ATTR", "LOAD_METHOD"):
        return bool(name == original.__name__)
    return getattr(frame.f_globals.get(name), "__wrapped__", None) is original


def _holds_tensors(x: object) -> bool:
    return hasattr(type(x), "__tensor__") or (isinstance(x, list | tuple) and any(map(_holds_tensors, x)))


def _taking(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a replacement of ``numpy.asarray``, or of a like function, that also takes tensors and lists of them."""

    def call(a: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not _holds_tensors(a) or not _called_by_name(original):
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
    """Return a list of arrays as one array, stacked along a new first axis."""
    if isinstance(a, list | tuple) and _holds_tensors(a):
        return xp.stack([plain(_stacked(each)) for each in a])
    return a


def _reducing(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a replacement of a reduction that also takes a list of tensors."""

    def call(a: Any, *args: Any, **kwargs: Any) -> Any:
        return original(handled(_stacked(a), a) if isinstance(a, list | tuple) else a, *args, **kwargs)

    return call


def _making(original: Callable[..., Any], value: int, rows: Callable[[], Tensor]) -> Callable[..., Any]:
    """Return a replacement of ``numpy.zeros`` or ``numpy.ones`` that takes a shape with an unknown number of rows.

    Parameters
    ----------
    original : callable
        The NumPy function.
    value : {0, 1}
    rows : callable
        Returns a tensor that has the rows.
    """

    def call(shape: Any, dtype: Any = float, *args: Any, **kwargs: Any) -> Any:
        if not _of_rows(shape, rows) or not _called_by_name(original):
            return original(shape, dtype, *args, **kwargs)
        return Writable(_tensor(filled(rows(), shape, value, dtype)))

    return call


def _filling(original: Callable[..., Any], rows: Callable[[], Tensor]) -> Callable[..., Any]:
    """Return a replacement of ``numpy.full`` that takes a shape with an unknown number of rows."""

    def call(shape: Any, fill_value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        if not _of_rows(shape, rows) or not _called_by_name(original):
            return original(shape, fill_value, dtype, *args, **kwargs)
        return Writable(
            _tensor(filled(rows(), shape, fill_value, np.asarray(fill_value).dtype if dtype is None else dtype))
        )

    return call


def _of_rows(shape: Any, rows: Callable[[], Tensor]) -> bool:
    """Return whether a shape begins with the number of rows: None where it is known only at run time."""
    first = shape[0] if isinstance(shape, tuple | list) and len(shape) else shape
    return first is None or (isinstance(first, RowCount) and first == rows().shape[0])


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x


class _Columns:
    """A replacement of ``numpy.c_`` that also joins tensors."""

    original = np.c_

    def __getitem__(self, key: Any) -> Any:
        items = key if isinstance(key, tuple) else (key,)
        return handled(columns(items), *items) if _holds_tensors(items) else self.original[key]


def _length(x: Any, /) -> Any:
    """Return the length of an object; of a symbolic one None, as ``x.shape[0]`` is."""
    symbolic = hasattr(type(x), "__tensor__") or isinstance(x, Frame | Series)
    return x.shape[0] if symbolic and x.shape else _LENGTH(x)


def _print(*values: Any, **kwargs: Any) -> None:
    """Print what stands for arrays as what it is."""
    _PRINT(*(repr(each) if is_symbolic(each) else each for each in values), **kwargs)


def _refuse_files(*_: object, **__: object) -> Any:
    raise refusal("reading or writing a file cannot be recorded; read it before, and give the function its content")
