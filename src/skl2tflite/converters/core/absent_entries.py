"""Sparse rows, and what reads as missing what they do not hold."""

from __future__ import annotations

from skl2tflite.flow.column import AbsentError
from skl2tflite.flow.matrix import Matrix, SparseRows
from skl2tflite.graph import Array, Tensor
from skl2tflite.tracing.tracing_context import Collector

absent_readers: Collector[bool] = Collector("absent_readers")
"""Collects, for each estimator that reads absent entries as missing, whether what it is given is sparse."""


def sparse_input(matrix: Tensor, absent_is_missing: bool) -> Matrix:
    """Return a model's input as rows that are given in a sparse matrix.

    Parameters
    ----------
    matrix : Tensor of shape (n_rows, n_columns)
    absent_is_missing : bool
        Whether the input has NaN for what the sparse matrix does not hold; else 0, and it is an
        :class:`~skl2tflite.flow.column.AbsentError` to ask what is held.
    """
    if absent_is_missing:
        return SparseRows.of(matrix)

    def stored() -> Array:
        raise AbsentError

    return Matrix(matrix, None, True, stored)
