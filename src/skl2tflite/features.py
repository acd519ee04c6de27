"""The input side: rows as arrays or DataFrames, checked as scikit-learn checks them, to input tensors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError

INPUT_NAME = "X"
"""Name of the one input tensor that holds all features."""


@dataclass(frozen=True)
class Features:
    """What rows a model takes.

    Parameters
    ----------
    count : int
        Number of features.
    names : tuple of str, optional
        Their names, where the estimator was fitted on a DataFrame.
    allows_nan : bool or tuple of bool, default=False
        Whether scikit-learn takes NaN, in all columns alike or in each.
    """

    count: int
    names: tuple[str, ...] | None = None
    allows_nan: bool | tuple[bool, ...] = False

    def tensors(self, X: Any) -> dict[str, NDArray[np.float32]]:
        """Return rows as what the input tensors hold.

        Parameters
        ----------
        X : array-like or DataFrame of shape (n_rows, n_features)
            Numbers; float64 and integers are rounded to float32 once.

        Returns
        -------
        dict of str to ndarray of float32

        Raises
        ------
        InvalidInputError
            Where scikit-learn would refuse the rows, or they do not fit float32.
        """
        return {INPUT_NAME: self.matrix(X)}

    def matrix(self, X: Any) -> NDArray[np.float32]:
        """Return rows as one float32 matrix; see :meth:`tensors`."""
        if type(X) is not np.ndarray:
            X = self._as_array(X)
        if X.dtype != np.float32:
            X = self._as_float32(X)
        if X.ndim != 2:
            raise InvalidInputError(
                f"X has {X.ndim} {'axis' if X.ndim == 1 else 'axes'}, expected rows of {self.count} features; "
                "use X.reshape(1, -1) for a single row"
            )
        if X.shape[1] != self.count:
            raise InvalidInputError(f"X has {X.shape[1]} features, but the model takes {self.count}")
        self._check_finite(X)
        return X if X.flags.c_contiguous else np.ascontiguousarray(X)

    def _as_array(self, X: Any) -> NDArray[Any]:
        columns = getattr(X, "columns", None)
        if columns is not None:
            self._check_names([str(column) for column in columns])
            return _frame_to_array(X)
        if hasattr(X, "toarray"):  # scipy.sparse
            return np.asarray(X.toarray())
        try:
            return np.asarray(X)
        except ValueError as error:
            raise InvalidInputError(f"X is not a table of numbers ({error})") from None

    def _check_names(self, names: Sequence[str]) -> None:
        if self.names is None or tuple(names) == self.names:
            return
        missing = [name for name in self.names if name not in names]
        extra = [name for name in names if name not in self.names]
        if missing or extra:
            details = [f"{_quoted(missing)} missing"] * bool(missing)
            details += [f"{_quoted(extra)} unknown"] * bool(extra)
            raise InvalidInputError("columns differ from those the model was fitted on: " + "; ".join(details))
        raise InvalidInputError(
            f"columns are in another order than when the model was fitted; use X[{list(self.names)!r}]"
        )

    def _as_float32(self, X: NDArray[Any]) -> NDArray[np.float32]:
        if X.dtype.kind == "O":
            try:
                X = X.astype(np.float64)
            except (TypeError, ValueError):
                raise InvalidInputError(
                    "X holds values that are not numbers; encode strings and categories before, or inside the pipeline"
                ) from None
        if X.dtype.kind not in "fiub":
            raise InvalidInputError(f"X holds {X.dtype} values; the model takes real numbers")
        with np.errstate(over="ignore"):
            return X.astype(np.float32)

    def _check_finite(self, X: NDArray[np.float32]) -> None:
        # The sum is NaN or infinite if any element is; only then it is worth looking which.
        with np.errstate(all="ignore"):
            if math.isfinite(float(X.sum(dtype=np.float64))):
                return
        refused = np.isnan(X) & ~np.asarray(self.allows_nan)
        if refused.any():
            row, column = np.argwhere(refused)[0]
            raise InvalidInputError(
                f"X contains NaN (row {row}, {self.describe(column)}), which this estimator does not take; put an "
                "imputer in front"
            )
        if np.isinf(X).any():
            row, column = np.argwhere(np.isinf(X))[0]
            raise InvalidInputError(
                f"X contains infinity or a value too large for float32 (row {row}, {self.describe(column)})"
            )

    def describe(self, column: int) -> str:
        """Return a column's name for messages."""
        return f"feature {self.names[column]!r}" if self.names else f"feature {column}"

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        return {"count": self.count, "names": self.names and list(self.names), "allows_nan": self.allows_nan}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Features:
        """Return what :meth:`to_json` wrote."""
        names = data["names"]
        allows_nan = data["allows_nan"]
        allowed = tuple(map(bool, allows_nan)) if isinstance(allows_nan, list) else bool(allows_nan)
        return cls(int(data["count"]), None if names is None else tuple(names), allowed)


_NOT_REAL = frozenset("cmM")
"""Kinds of columns that NumPy converts to floats, and scikit-learn refuses: complex numbers, durations, dates."""


def reference_rows(X: Any, integers: bool = False) -> Any:
    """Return rows as the estimator should see them to be compared: rounded to float32, names kept.

    Parameters
    ----------
    X : array-like or DataFrame
    integers : bool, default=False
        Whether a DataFrame's integer columns stay as they are, for an estimator that takes them for categories.
    """
    if getattr(X, "columns", None) is not None and hasattr(X, "astype"):
        if integers:
            return X.astype({name: np.float32 for name in X.columns if X[name].dtype.kind == "f"})
        return X.astype(np.float32)
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X).astype(np.float32)


def row_count(X: Any) -> int:
    """Return the number of rows of an array or DataFrame."""
    shape = getattr(X, "shape", None)
    return int(shape[0]) if shape else len(X)


def _frame_to_array(frame: Any) -> NDArray[Any]:
    """Return a DataFrame's numbers; nullable columns give NaN where a value is missing."""
    kinds = {getattr(dtype, "kind", "") for dtype in getattr(frame, "dtypes", ())}
    if hasattr(frame, "to_numpy") and not kinds & _NOT_REAL:
        try:
            return np.asarray(frame.to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            pass
        try:
            return np.asarray(frame.to_numpy()).astype(np.float64)
        except (TypeError, ValueError):
            pass
    offending = [str(name) for name in frame.columns if not _is_numeric(frame[name])]
    raise InvalidInputError(f"columns {_quoted(offending)} are not numeric; encode them before converting")


def _is_numeric(column: Any) -> bool:
    if getattr(column.dtype, "kind", "") in _NOT_REAL:
        return False
    try:
        np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
