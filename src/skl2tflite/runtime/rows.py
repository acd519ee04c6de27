"""Run a file of batch 1 on many rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.runtime.litert import LiteRTRunner


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

    def run(self, signature: str, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run one signature on any number of rows; parameters, results and errors as :class:`LiteRTRunner` has."""
        counts = {len(array) for array in inputs.values()}
        if len(counts) > 1:
            raise InvalidInputError(f"inputs differ in their number of rows: {', '.join(map(str, sorted(counts)))}")
        (rows,) = counts or {1}
        # What comes of no rows has the dtype and shape of what comes of a row of zeros.
        fed = inputs if rows else {name: np.zeros((1, *x.shape[1:]), x.dtype) for name, x in inputs.items()}
        answers = [
            self.runner.run(signature, {name: array[row : row + 1] for name, array in fed.items()})
            for row in range(max(rows, 1))
        ]
        return {name: np.concatenate([answer[name] for answer in answers])[:rows] for name in answers[0]}
