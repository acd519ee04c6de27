"""What operators make of a symbolic column and another operand, and which values are true."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.flow.column import NONE
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.operators import DIVISIONS
from skl2tflite.tracing.row_errors import refuse_rows_of_function
from skl2tflite.tracing.ways import of_each_value


def combined(series: Any, name: str, other: Any, reflected: bool) -> Tensor:
    """Return the result of an operator between a column and another operand.

    Parameters
    ----------
    series : Series
    name : str
        Function of :mod:`skl2tflite.graph.functions`.
    other : Series, Tensor, str or number
    reflected : bool
        Whether the column is the right operand.
    """
    with_series = isinstance(other, type(series)) or isinstance(series, type(other))
    text = isinstance(other, str) or series.is_text or (with_series and other.is_text)
    if not text:
        a, b = plain(series), plain(other)
    elif name in ("equal", "not_equal") and (isinstance(other, str) or with_series):
        a, b = series.column.strings(), other.column.strings() if with_series else other
    else:
        raise refusal(f"text can be compared by == and !=, but not joined or ordered ({series!r})")
    if name.startswith("logical") and xp.dtype_of(a) != DType.BOOL:
        raise _no_logic(series)
    a, b = (b, a) if reflected else (a, b)
    if name in DIVISIONS and of_each_value() == "python":
        zero: Any = b == 0
        rows = xp.broadcast_rows(np.asarray(zero), plain(series)) if np.ndim(b) == 0 else zero
        refuse_rows_of_function(plain(rows), "ZeroDivisionError")
    result: Any = getattr(xp, name)(a, b)
    if text and with_series:  # a missing value equals nothing
        missing = plain(series.isna()) | plain(other.isna())
        result = xp.where(missing, name == "not_equal", result)
    made: Tensor = plain(result)
    return made


def _no_logic(series: Any) -> GraphError:
    """Return the error for ``&`` and ``|`` of numbers."""
    dtype = series.column.dtype
    if dtype is None:
        advice = "if it holds booleans, give convert rows, whose dtypes tell"
    elif dtype.kind == "O" or hasattr(dtype, "na_value"):
        advice = f"it has dtype {dtype} in the rows given to convert; give it as bool or compare first"
    else:
        advice = f"it has dtype {dtype} in the rows given to convert; compare first, as in (column > 0)"
    return refusal(f"& and | on the numbers of {series!r} cannot be recorded; {advice}")


def truths_of(series: Any) -> Tensor:
    """Return which values of a column Python takes for true."""
    if series.is_text:
        text = series.column.strings()
        found: Tensor = plain((text != "") & (text != NONE))
        return found
    values: Tensor = plain(series)
    return values if values.dtype == DType.BOOL else plain(values != 0)
