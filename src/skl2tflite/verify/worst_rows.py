"""Which rows differ worst, where, and from what inputs; and how the errors of all rows are distributed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.frames import as_cells, is_frame
from skl2tflite.reports import DifferingRow, ErrorHistogram
from skl2tflite.reports.differing_rows import WORST_KEPT, worst
from skl2tflite.reports.json_numbers import to_json_scalar
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.differences import Pairs, as_rows, errors, scale, unequal
from skl2tflite.verify.within_rounding import own_errors

MOST_CELLS = 256
"""Number of cells of a row that a report shows."""


class Found(NamedTuple):
    """Which rows differ, for each reason.

    Attributes
    ----------
    wrong, near, chosen, explained : ndarray of bool, of shape (n_rows,)
        Rows that break the contract; near ties; neighbours equally far; values that float32's rounding explains.
    """

    wrong: NDArray[np.bool_]
    near: NDArray[np.bool_]
    chosen: NDArray[np.bool_]
    explained: NDArray[np.bool_]


def error_histogram(comparison: Comparison, pairs: Pairs) -> ErrorHistogram | None:
    """Return how the greatest errors of all rows are distributed; None of labels alone.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output what the estimator gives, and what the file gives.
    """
    relative = [
        (own_errors(comparison, want, got) / scale(want, comparison.method)).max(axis=1, initial=0.0)
        for want, got in pairs
        if want.dtype.kind == "f"
    ]
    return ErrorHistogram.of(np.max(relative, axis=0)) if relative else None


def differing_rows(comparison: Comparison, pairs: Pairs, found: Found) -> tuple[DifferingRow, ...]:
    """Return the worst of the rows that differ.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output what the estimator gives, and what the file gives.
    found : Found
    """
    kept: list[DifferingRow] = []
    for reason, rows in zip(("differs", "near tie", "equally far", "within rounding"), found, strict=True):
        kept += _worst_of(comparison, pairs, np.flatnonzero(rows), reason)
    return worst(kept)


def _worst_of(comparison: Comparison, pairs: Pairs, rows: NDArray[np.intp], reason: str) -> Iterator[DifferingRow]:
    """Yield the worst of some rows, which differ for one reason.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays
    rows : ndarray of int
    reason : str
    """
    if not rows.size:
        return
    by_output = [_found_errors(want, got, rows, comparison.method) for want, got in pairs]
    greatest = np.stack([each.max(axis=1, initial=-1.0) for each in by_output])
    for at in np.argsort(-greatest.max(axis=0), kind="stable")[:WORST_KEPT]:
        output = int(greatest[:, at].argmax())
        column = int(by_output[output][at].argmax())
        yield _row(comparison, pairs, (int(rows[at]), output, column), float(greatest[output, at]), reason)


def _found_errors(want: NDArray[Any], got: NDArray[Any], rows: NDArray[np.intp], method: str) -> NDArray[np.float64]:
    """Return by how much values of some rows differ, as a fraction of their column's scale; labels differ or not.

    Parameters
    ----------
    want, got : ndarray of shape (n_rows, ...)
    rows : ndarray of int
    method : str
    """
    if want.dtype.kind == "f":
        return np.asarray(errors(want, got)[rows] / scale(want, method))
    return np.where(unequal(want[rows], got[rows]), np.inf, 0.0)


def _row(comparison: Comparison, pairs: Pairs, place: tuple[int, int, int], error: float, reason: str) -> DifferingRow:
    """Return one row that differs.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays
    place : tuple of int
        The row, the output, and the column of the output.
    error : float
        As a fraction of the column's scale.
    reason : str
    """
    row, output, column = place
    is_float = pairs[output][0].dtype.kind == "f"
    want, got = (as_rows(each)[row, column] for each in pairs[output])
    many = as_rows(pairs[output][0]).shape[1] > 1
    text = f", column {column}" if many else ""
    text += f" of output {output}" if len(pairs) > 1 else ""
    text += f" gives {got:.9g} instead of {want:.9g}" if is_float else f" gives {got!s} instead of {want!s}"
    return DifferingRow(
        row,
        reason,
        error if is_float else None,
        text,
        to_json_scalar(want),
        to_json_scalar(got),
        column if many else None,
        output if len(pairs) > 1 else None,
        cells_of(comparison, row // comparison.each),
    )


def cells_of(comparison: Comparison, row: int) -> list[Any] | None:
    """Return a row's cells as JSON keeps them, None where it is none of a table, or too long."""
    X = comparison.X
    if not comparison.kind.is_table:
        return None
    if is_frame(X):
        cells = list(X.iloc[row]) if hasattr(X, "iloc") else list(X.row(row))
    else:
        one = X.tocsr()[[row]] if hasattr(X, "toarray") else X[row : row + 1]
        cells = list(as_cells(one).ravel())
    return [to_json_scalar(cell) for cell in cells] if len(cells) <= MOST_CELLS else None
