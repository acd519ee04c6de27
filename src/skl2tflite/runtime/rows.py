"""Run a file of a fixed batch on any number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.runtime.litert import LiteRTRunner

Rows: TypeAlias = NDArray[Any] | list[NDArray[Any]]
"""Rows of one length in an array, of any length in a list."""


class FixedBatch:
    """Runs a file whose calls take a fixed number of rows, as those for TensorFlow Lite Micro do, on LiteRT.

    Rows that are too few for the last call are followed by the last of them, and what comes of these is left out.

    Parameters
    ----------
    runner : LiteRTRunner
    batch : int, default=1
        Rows of a call.
    """

    def __init__(self, runner: LiteRTRunner, batch: int = 1) -> None:
        self.runner = runner
        self.batch = batch

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
            self.runner.run(signature, {name: self._part(x, start) for name, x in fed.items()})
            for start in range(0, max(rows, 1), self.batch)
        ]
        answered = {}
        for name, first in answers[0].items():
            each = len(first) // self.batch  # several where a row is an image, cut into patches
            answered[name] = np.concatenate([answer[name] for answer in answers])[: rows * each]
        return answered

    def _part(self, rows: Rows, start: int) -> NDArray[Any]:
        """Return the rows of one call."""
        if isinstance(rows, list):
            return rows[start]
        part = rows[start : start + self.batch]
        missing = self.batch - len(part)
        return part if not missing else np.concatenate([part, np.repeat(part[-1:], missing, axis=0)])


def _row_of_zeros(rows: Rows) -> Rows:
    if isinstance(rows, list):
        return [np.zeros((1, 0), np.int32)]
    if rows.dtype == object:
        return np.array([""], dtype=object)
    return np.zeros((1, *rows.shape[1:]), rows.dtype)
