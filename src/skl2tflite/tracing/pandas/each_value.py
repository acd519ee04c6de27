"""Functions that pandas and NumPy call for each value or row, as ``Series.apply`` and ``DataFrame.apply(axis=1)`` do.

Such a function may branch on what it is given: ``1 if v > 0 else 0``. It is recorded once for each way through its
branches (:mod:`skl2tflite.tracing.ways`), and each row gets the result of the way that it takes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.constants import repeated
from skl2tflite.tracing.pandas.python_scalars import AbsentKeyError, knowing_symbols
from skl2tflite.tracing.pandas.text import text_of
from skl2tflite.tracing.row_errors import RowError, refuse_rows_of_function, row_errors
from skl2tflite.tracing.ways import RaisedError, ways


def of_each(function: Callable[..., Any], args: tuple[Any, ...], like: Any, python: bool = True) -> Tensor:
    """Return what a function gives for each value or row.

    Parameters
    ----------
    function : callable
        Takes one value of each argument.
    args : tuple
        Symbolic columns, each of which stands for one value, or a row of them.
    like : Series or Tensor of shape (n_rows,)
        Has the rows.
    python : bool, default=True
        Whether the values are Python's own numbers, which raise an error where NumPy's divide by 0.
    """
    called = knowing_symbols(function)

    def run() -> tuple[Any, list[RowError]]:
        with row_errors.collect() as refused:
            try:
                result = called(*args)
            except AbsentKeyError as error:
                return error, refused
            except GraphError:
                raise
            except Exception as error:
                raise RaisedError(f"{type(error).__name__}: {error}", error) from error
        return _value(result), refused

    found = ways(run, "python" if python else "numpy")
    results = [result for _, (result, _) in found if not isinstance(result, AbsentKeyError)]
    if not results:
        raise refusal(f"a function of each value or row raises {found[0][1][0]!r} for every row")
    text = any(isinstance(each, str) or getattr(each, "dtype", None) == DType.STRING for each in results)
    chosen: Any = None
    for way, (result, refused) in found:
        taken = way.taken()
        for each in refused:
            rows = each.rows if taken is None else each.rows & taken
            row_errors.add(replace(each, rows=rows))
        if isinstance(result, AbsentKeyError):
            assert taken is not None
            refuse_rows_of_function(taken, "KeyError")
            continue
        value = text_of(result) if text else np.nan if result is None else result
        chosen = value if chosen is None or taken is None else xp.where(taken, value, chosen)
    return chosen if isinstance(chosen, Tensor) else repeated(chosen, plain(like))


def _value(result: Any) -> Any:
    """Return a result as a tensor or a constant; refuse several values."""
    if hasattr(result, "column") or isinstance(result, Tensor):
        values = plain(result)
        if values.ndim == 1:
            return values
    elif result is None or isinstance(result, str | bool | int | float | np.generic):
        return result
    raise refusal(f"a function of each value or row gives {result!r:.60}, not one value; make each column by itself")
