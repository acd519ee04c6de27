"""A table of rows as one float32 matrix, refused where scikit-learn would refuse it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import frame_dtypes, frame_names, frame_to_array, is_frame, without_na
from skl2tflite.features.missing import nan_refused
from skl2tflite.features.reading import refuse_half
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.table_columns import check_categoricals, check_names, check_shape, column_places


def as_matrix(X: Any, schema: FeatureSchema) -> NDArray[np.float32]:
    """Return rows as one float32 matrix.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame of shape (n_rows, n_features)
    schema : FeatureSchema

    Returns
    -------
    ndarray of shape (n_rows, n_features)
        C-contiguous; X itself where it is such a matrix.

    Raises
    ------
    InvalidInputError
        Where scikit-learn would refuse the rows, or float32 cannot hold them.
    """
    if schema.only is not None or schema.tells_stored_zeros:
        _check_form(X, schema)
    if schema.absent_is_nan and hasattr(X, "toarray"):
        return _of_sparse(X, schema)
    if schema.readings:
        check_categoricals(X, column_places(X, schema), schema)
    if type(X) is not np.ndarray:
        X = _as_array(X, schema)
    if schema.read is not None and X.dtype.kind == "O":
        X = _as_read(X, schema)
    if X.dtype != np.float32:
        X = as_float32(X)
    check_shape(X.shape, schema.count)
    if schema.read is not None and not _is_finite(X):
        X = _as_read(X, schema)
    check_finite(X, schema, schema.describe)
    for known in schema.known:
        known.check(X[:, known.feature], schema.describe(known.feature))
    return X if X.flags.c_contiguous else np.ascontiguousarray(X)


def as_float32(X: NDArray[Any]) -> NDArray[np.float32]:
    """Return an array's numbers as float32, infinite where they are too large for it.

    Raises
    ------
    InvalidInputError
        Where the array holds other things than real numbers.
    """
    if X.dtype.kind == "O":
        try:
            X = without_na(X).astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            raise InvalidInputError(
                "X holds values that are not numbers; encode strings and categories before, or inside the pipeline"
            ) from None
    if X.dtype.kind not in "fiub":
        raise InvalidInputError(f"X holds {X.dtype} values; the model takes real numbers")
    with np.errstate(over="ignore"):
        return X.astype(np.float32)


def check_finite(X: NDArray[np.float32], schema: FeatureSchema, describe: Callable[[int], str]) -> None:
    """Raise where rows hold infinity, or NaN in a column in which the estimator takes none.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
    schema : FeatureSchema
    describe : callable
        Gives the name of a column, for the message.
    """
    if _is_finite(X):
        return
    refused = np.isnan(X) & ~np.asarray(schema.allows_nan)
    if refused.any():
        row, column = np.argwhere(refused)[0]
        if not schema.absent_is_nan:
            raise nan_refused(row, describe(column))
        raise InvalidInputError(
            f"X contains NaN (row {row}, {describe(column)}), which the model cannot distinguish from entries that "
            "sparse rows do not store; give X.toarray() to convert, and to the model"
        )
    if np.isinf(X).any():
        row, column = np.argwhere(np.isinf(X))[0]
        raise InvalidInputError(f"X contains infinity or a value too large for float32 (row {row}, {describe(column)})")


def _is_finite(X: NDArray[np.float32]) -> bool:
    """Whether all numbers are finite: their sum is NaN or infinite if any of them is."""
    with np.errstate(all="ignore"):
        return math.isfinite(float(X.sum(dtype=np.float64)))


def _check_form(X: Any, schema: FeatureSchema) -> None:
    """Refuse dense or sparse rows of a model that takes the other form only, or not with stored zeros."""
    if hasattr(X, "toarray") and schema.only == "dense":
        raise InvalidInputError(
            "X is a sparse matrix, and the estimator reads the entries that it does not store as missing. The model "
            "was converted for dense rows; convert with sparse rows, or give X.toarray()"
        )
    if not hasattr(X, "toarray") and schema.only == "sparse":
        raise InvalidInputError(
            "X is dense, and the model was converted for sparse rows, for which the estimator gives other answers; "
            "convert with dense rows, or give scipy.sparse.csr_array(X)"
        )
    if schema.tells_stored_zeros and hasattr(X, "toarray") and _holds_zeros(X):
        raise InvalidInputError(
            "X is a sparse matrix that stores zeros. The estimator reads entries that are not stored as missing, but "
            "not these, and the model was converted for dense rows; convert with sparse rows"
        )


def _holds_zeros(X: Any) -> bool:
    """Whether a sparse matrix stores entries that are 0."""
    rows = X.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return bool((rows.data == 0).any())


def _of_sparse(X: Any, schema: FeatureSchema) -> NDArray[np.float32]:
    """Return a sparse matrix as a dense one, with NaN for the entries that it does not store."""
    matrix = as_matrix(X.toarray(), replace(schema, only=None))  # checks the entries that are stored
    held = np.zeros(matrix.shape, dtype=bool)
    entries = X.tocoo()
    held[entries.row, entries.col] = True
    return np.where(held, matrix, np.float32(np.nan))


def _as_read(X: NDArray[Any], schema: FeatureSchema) -> NDArray[Any]:
    """Return rows with 0 in the features that the estimator does not read."""
    check_shape(X.shape, schema.count)
    places, read = list(schema.read or ()), np.zeros_like(X)
    read[:, places] = X[:, places]
    return read


def _as_array(X: Any, schema: FeatureSchema) -> NDArray[Any]:
    if is_frame(X):
        return _of_frame(X, schema)
    if hasattr(X, "toarray"):  # scipy.sparse
        return np.asarray(X.toarray())
    try:
        return np.asarray(X)
    except ValueError as error:
        raise InvalidInputError(f"X is not a table of numbers ({error})") from None


def _of_frame(X: Any, schema: FeatureSchema) -> NDArray[Any]:
    """Return a DataFrame's numbers, its columns in the order of the features; 0 in those that are not read."""
    dtypes = frame_dtypes(X)
    refuse_half(dtypes)
    names = frame_names(X)
    check_names(names, schema)
    in_order = schema.names is None or schema.needed is None or tuple(names) == schema.names
    if in_order and schema.read is None and (schema.needed is None or len(schema.needed) == schema.count):
        return frame_to_array(X, dtypes=dtypes)
    places, read = column_places(X, schema), schema.needed if schema.read is None else schema.read
    taken = [places.get(i) if read is None or i in read else None for i in range(schema.count)]
    return frame_to_array(X, taken)
