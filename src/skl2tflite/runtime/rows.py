"""Run a file of batch 1 on many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.runtime.litert import LiteRTRunner

Rows: TypeAlias = NDArray[Any] | list[NDArray[Any]]
"""Rows of one length in an array, of any length in a list."""


class RowByRow:
    """Runs a file that takes one row at a time, as those for TensorFlow Lite Micro do, on LiteRT.

    Parameters
    ----------
    runner : LiteRTRunner
    """

    def __init__(self, runner: LiteRTRunner) -> None:
        self.runner = runner

    @property
    def signatures(self) -> tuple[str, ...]:
        """Keys of the file's signatures."""
        return self.runner.signatures

    def run(self, signature: str, inputs: Mapping[str, Rows]) -> dict[str, NDArray[Any]]:
        """Run one signature on any number of rows; parameters, results and errors as :class:`LiteRTRunner` has.

        Rows that differ in length, as texts do, are a list of arrays of shape (1, length).
        """
        counts = {len(array) for array in inputs.values()}
        if len(counts) > 1:
            raise InvalidInputError(f"inputs differ in their number of rows: {', '.join(map(str, sorted(counts)))}")
        (rows,) = counts or {1}
        # What comes of no rows has the dtype and shape of what comes of a row of zeros.
        fed = inputs if rows else {name: _row_of_zeros(x) for name, x in inputs.items()}
        answers = [
            self.runner.run(signature, {name: _row(x, row) for name, x in fed.items()}) for row in range(max(rows, 1))
        ]
        answered = {name: np.concatenate([answer[name] for answer in answers]) for name in answers[0]}
        return answered if rows else {name: results[:0] for name, results in answered.items()}


def _row(rows: Rows, row: int) -> NDArray[Any]:
    return rows[row] if isinstance(rows, list) else rows[row : row + 1]


def _row_of_zeros(rows: Rows) -> Rows:
    if isinstance(rows, list):
        return [np.zeros((1, 0), np.int32)]
    if rows.dtype == object:
        return np.array([""], dtype=object)
    return np.zeros((1, *rows.shape[1:]), rows.dtype)
