"""Rows for which scikit-learn raises an error once it has seen their values.

A file cannot raise. It gives a sentinel in place of the answers for such rows: NaN, infinity, or an integer that is
no answer. The model's metadata say which it is, so that whoever reads the answers can raise the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import ConversionError, NoAnswerError
from skl2tflite.features.columns import INT32
from skl2tflite.graph import Array, DType, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.tracing_context import Collector


@dataclass(frozen=True, eq=False)
class RowError:
    """Rows for which one estimator raises an error.

    Attributes
    ----------
    rows : Tensor of shape (n_rows,)
        Booleans: whether the estimator raises an error for each row.
    reason : str
        Text of the error: which estimator, why, and what to do instead.
    gives_nan : bool
        Whether NaN may be the right answer for other rows, so that the sentinel must be another value.
    optional : bool
        Whether the answers may stay as they are where the outputs cannot hold a sentinel.
    """

    rows: Tensor
    reason: str
    gives_nan: bool = False
    optional: bool = False


row_errors: Collector[RowError] = Collector("row_errors")
"""Collects the rows that estimators refuse while a method is recorded."""


def refuse_rows(rows: Array, reason: str, gives_nan: bool = False, optional: bool = False) -> None:
    """Add a row error while a method is recorded; where ``rows`` is a NumPy array, raise the error.

    Parameters
    ----------
    rows : array of shape (n_rows,)
        Booleans: whether scikit-learn raises an error for each row.
    reason : str
        Text of the error.
    gives_nan : bool, default=False
        Whether NaN may be the right answer for other rows.
    optional : bool, default=False
        Whether the answers may stay as they are where the outputs cannot hold a sentinel.

    Raises
    ------
    NoAnswerError
        Where ``rows`` is an array with a true value.
    """
    if isinstance(rows, Tensor):
        row_errors.add(RowError(rows, reason, gives_nan, optional))
    elif np.any(rows):
        raise NoAnswerError(np.flatnonzero(rows), reason)


def can_hold_sentinel(outputs: Sequence[Tensor]) -> bool:
    """Return whether all outputs are floats or all are integers, which leave a value free for a sentinel."""
    return {output.dtype for output in outputs} in ({DType.FLOAT}, {DType.INT})


def with_sentinel(
    outputs: Sequence[Tensor], refused: Sequence[RowError], labels: Sequence[NDArray[Any]] | None
) -> tuple[list[Tensor], float]:
    """Return outputs that hold a sentinel in the rows of row errors, and the sentinel.

    Parameters
    ----------
    outputs : sequence of Tensor
        All floats, or all integers; rows are on the first axis.
    refused : sequence of RowError
    labels : sequence of ndarray or None
        Integers that an output may hold, none of which can be the sentinel. None where integers are
        positions, from 0.

    Raises
    ------
    ConversionError
        Where outputs hold booleans, or are of more than one kind.
    """
    kinds = {output.dtype for output in outputs}
    if kinds == {DType.FLOAT}:
        sentinel = np.inf if any(each.gives_nan for each in refused) else np.nan
    elif kinds == {DType.INT}:
        taken = {-1} if labels is None else {int(label) for column in labels for label in column}
        sentinel = next(n for n in (-1, *range(INT32.min, INT32.min + len(taken) + 1)) if n not in taken)
    else:
        raise ConversionError(f"{refused[0].reason}: outputs of this kind cannot mark rows without an answer")
    rows = reduce(or_, [each.rows for each in refused])
    return [as_tensor(xp.where(_beside(rows, output), np.array(sentinel), output)) for output in outputs], float(
        sentinel
    )


def _beside(rows: Array, output: Tensor) -> Array:
    """Return booleans of rows with as many axes as an output, so that they broadcast."""
    for _ in range(output.ndim - 1):
        rows = xp.expand_dims(rows, -1)
    return rows
