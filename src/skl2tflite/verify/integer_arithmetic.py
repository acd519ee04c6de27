"""Estimators and functions that compute in the integers that they are given, which wrap around."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.errors import EstimatorError
from skl2tflite.features import given_rows, rows_in_float64
from skl2tflite.features.frames import as_cells, is_frame
from skl2tflite.features.narrow import answers_otherwise
from skl2tflite.verify.answers import answer_of, dense
from skl2tflite.verify.differences import errors, scale

TOLERANCE = 1e-5
"""Difference between answers, as a fraction of their magnitude, that the width of floats does not explain."""


def integer_dtypes(X: Any) -> list[str]:
    """Return the dtypes of rows that are integers or truth values, each once."""
    dtypes = list(X.dtypes) if is_frame(X) else [getattr(X, "dtype", None) or as_cells(X).dtype]
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
        if not hasattr(step, "transform"):
            continue
        if found := computes_in_integers(step, ["transform"], rows, f"{path}[{name!r}]"):
            return found
        try:
            rows = answer_of(step, "transform", rows)
        except EstimatorError:
            break
    return answers_otherwise(path, " and ".join(dtypes))


def _differs(estimator: Any, method: str, X: Any) -> bool:
    """Whether an estimator's answer for floats is another one."""
    given = given_rows(X)
    floats = rows_in_float64(given, integers=True)
    if floats is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pair = [answer_of(estimator, method, rows) for rows in (given, floats)]
    except EstimatorError:
        return False
    first, second = ([dense(each) for each in (a if isinstance(a, list) else [a])] for a in pair)
    if [each.shape for each in first] != [each.shape for each in second]:
        return True
    return any(_differ(a, b, method) for a, b in zip(first, second, strict=True))


def _differ(a: Any, b: Any, method: str) -> bool:
    if a.dtype.kind in "fiub" and b.dtype.kind in "fiub":
        a, b = (np.asarray(x, dtype=np.float64) for x in (a, b))
        return bool((errors(a, b) > TOLERANCE * scale(b, method)).any())
    return not np.array_equal(a, b)
