"""Rows that scikit-learn refuses once it has looked at them: a file cannot raise, so it marks their answers."""

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
class Unanswered:
    """Rows that some estimator refuses.

    Attributes
    ----------
    rows : Tensor of shape (n_rows,)
        Whether it refuses each.
    reason : str
        Which estimator, why, and what to do.
    gives_nan : bool
        Whether it answers other rows with NaN, so that this cannot mark those.
    optional : bool
        Whether such rows may go unmarked where outputs cannot mark them.
    """

    rows: Tensor
    reason: str
    gives_nan: bool = False
    optional: bool = False


_found: Collector[Unanswered] = Collector("unanswered")
unanswered = _found.collect
"""Collect the rows that estimators refuse while a method is recorded."""


def refuse_rows(rows: Array, reason: str, gives_nan: bool = False, optional: bool = False) -> None:
    """Say that scikit-learn raises an error for some rows; of arrays, do so.

    Parameters
    ----------
    rows : array of shape (n_rows,)
        Truth values.
    reason : str
    gives_nan : bool, default=False
        Whether NaN is an answer.
    optional : bool, default=False
        Whether such rows may go unmarked where outputs cannot mark them.

    Raises
    ------
    NoAnswerError
        Where the rows are no tensor, and some are refused.
    """
    if isinstance(rows, Tensor):
        _found.add(Unanswered(rows, reason, gives_nan, optional))
    elif np.any(rows):
        raise NoAnswerError(np.flatnonzero(rows), reason)


def can_mark(outputs: Sequence[Tensor]) -> bool:
    """Whether all outputs are floats, or all whole numbers."""
    return {output.dtype for output in outputs} in ({DType.FLOAT}, {DType.INT})


def marked(
    outputs: Sequence[Tensor], refused: Sequence[Unanswered], labels: Sequence[NDArray[Any]] | None
) -> tuple[list[Tensor], float]:
    """Return outputs with a mark in the refused rows, and the mark.

    Parameters
    ----------
    outputs : sequence of Tensor
        All floats, or all whole numbers.
    refused : sequence of Unanswered
    labels : sequence of ndarray or None
        What whole numbers are among; none for positions, None for any others.

    Raises
    ------
    ConversionError
        Where outputs hold truth values, or are of more than one kind.
    """
    kinds = {output.dtype for output in outputs}
    if kinds == {DType.FLOAT}:
        mark = np.inf if any(each.gives_nan for each in refused) else np.nan
    elif kinds == {DType.INT}:
        taken = {-1} if labels is None else {int(label) for column in labels for label in column}
        mark = next(n for n in (-1, *range(INT32.min, INT32.min + len(taken) + 1)) if n not in taken)
    else:
        raise ConversionError(f"{refused[0].reason}: outputs of this kind cannot mark rows without an answer")
    rows = reduce(or_, [each.rows for each in refused])
    return [as_tensor(xp.where(_beside(rows, output), np.array(mark), output)) for output in outputs], float(mark)


def _beside(rows: Array, output: Tensor) -> Array:
    """Return truth values of rows with as many axes as an output."""
    for _ in range(output.ndim - 1):
        rows = xp.expand_dims(rows, -1)
    return rows
