"""Estimators and functions that compute in the integers that they are given, where these wrap around or are cut off."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.features.frames import as_cells, is_frame
from skl2tflite.verify.answers import REFUSALS, answer_of, dense
from skl2tflite.verify.differences import errors, scale

TOLERANCE = 1e-5
"""Difference between answers, as a fraction of their magnitude, that the width of floats does not explain."""


def integer_dtypes(X: Any) -> list[str]:
    """Return the dtypes of rows that are integers or truth values, each once."""
    if is_frame(X):
        dtypes = list(X.dtypes)
    else:
        dtypes = [getattr(X, "dtype", None) or as_cells(X).dtype]
    return sorted({str(dtype) for dtype in dtypes if getattr(dtype, "kind", "") in "iub"})


def computes_in_integers(estimator: Any, methods: Sequence[str], X: Any, path: str = "") -> str | None:
    """Say what gives another answer for whole numbers than for the same numbers as floats; None where nothing does.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    methods : sequence of str
        Those that are compared.
    X : array-like or DataFrame of shape (n_rows, n_features)
        Rows as a user gives them.
    path : str
        Where the estimator stands in the model.

    Returns
    -------
    str or None
        A sentence that names the estimator, the dtype and what to do.
    """
    dtypes = integer_dtypes(X)
    path = path or type(estimator).__name__
    if not dtypes or not any(_differs(estimator, method, X) for method in methods):
        return None
    rows = X
    for name, step in getattr(estimator, "steps", ())[:-1]:
        if hasattr(step, "transform") and (found := computes_in_integers(step, ["transform"], rows, f"{path}[{name!r}]")):
            return found
        try:
            rows = step.transform(rows) if hasattr(step, "transform") else rows
        except REFUSALS:
            break
    return (
        f"{path} computes in {' and '.join(dtypes)} where it is given {'such' if len(dtypes) > 1 else 'that'}, which "
        "wraps around or cuts off what the same numbers as floats do not, and a file computes in floats; give it floats, "
        "as X.astype(float), to convert and to predict"
    )


def _differs(estimator: Any, method: str, X: Any) -> bool:
    """Whether an estimator's answer for floats is another one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pair = [answer_of(estimator, method, rows) for rows in (X, _as_floats(X))]
    except REFUSALS:
        return False
    given, floats = ([dense(each) for each in (a if isinstance(a, list) else [a])] for a in pair)
    if len(given) != len(floats) or any(a.shape != b.shape for a, b in zip(given, floats, strict=True)):
        return True
    return any(_differ(a, b, method) for a, b in zip(given, floats, strict=True))


def _differ(a: Any, b: Any, method: str) -> bool:
    if a.dtype.kind in "fiub" and b.dtype.kind in "fiub":
        a, b = (np.asarray(x, dtype=np.float64) for x in (a, b))
        return bool((errors(a, b) > TOLERANCE * scale(b, method)).any())
    return not np.array_equal(a, b)


def _as_floats(X: Any) -> Any:
    """Return rows with floats in place of integers and truth values."""
    if not is_frame(X):
        return X.astype(np.float64) if hasattr(X, "astype") else np.asarray(X, dtype=np.float64)
    if hasattr(X, "iloc"):
        return X.astype({name: np.float64 for name in X.columns if getattr(X[name].dtype, "kind", "") in "iub"})
    import polars

    return X.with_columns((polars.selectors.integer() | polars.selectors.boolean()).cast(polars.Float64))
