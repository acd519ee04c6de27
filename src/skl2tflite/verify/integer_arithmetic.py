"""Estimators and functions that compute in the integers that they are given, which wrap around."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.conversion import Conversion
from skl2tflite.errors import EstimatorError
from skl2tflite.features import given_rows, rows_in_float64
from skl2tflite.features.frames import as_cells, is_frame
from skl2tflite.features.narrow import answers_otherwise
from skl2tflite.verify.answers import answer_of, dense
from skl2tflite.verify.differences import errors, scale

TOLERANCE = 1e-5
"""Difference of answers, as a fraction of their column's magnitude, beyond what rounding makes of float64."""


def integer_dtypes(X: Any) -> list[str]:
    """Return the dtypes of rows that are integers or booleans, each once."""
    dtypes = list(X.dtypes) if is_frame(X) else [getattr(X, "dtype", None) or as_cells(X).dtype]
    return sorted({str(dtype) for dtype in dtypes if getattr(dtype, "kind", "") in "iub"})


def computes_in_integers(conversion: Conversion, methods: Sequence[str], path: str = "") -> str | None:
    """Say what gives another answer for integers than for the same numbers as floats; None where nothing does.

    Parameters
    ----------
    conversion : Conversion
        The estimator, and rows as a user gives them.
    methods : sequence of str
        Those that are compared.
    path : str
        Where the estimator stands in the model.

    Returns
    -------
    str or None
        A sentence that names the estimator, the dtype and what to do.
    """
    rows = conversion.X
    dtypes = integer_dtypes(rows)
    path = path or type(conversion.estimator).__name__
    if not dtypes or not any(_differs(conversion, method, rows) for method in methods):
        return None
    for name, step in getattr(conversion.estimator, "steps", ())[:-1]:
        if not hasattr(step, "transform"):
            continue
        within = Conversion(step, rows)
        if found := computes_in_integers(within, ["transform"], f"{path}[{name!r}]"):
            return found
        try:
            rows = answer_of(within, "transform", rows)
        except EstimatorError:
            break
    return answers_otherwise(path, " and ".join(dtypes))


def _differs(conversion: Conversion, method: str, X: Any) -> bool:
    """Whether an estimator's answer for floats is another one.

    Parameters
    ----------
    conversion : Conversion
        Of the estimator.
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
    """
    given = given_rows(X)
    floats = rows_in_float64(given, integers=True)
    if floats is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pair = [answer_of(conversion, method, rows) for rows in (given, floats)]
    except EstimatorError:
        return False
    first, second = ([dense(each) for each in (a if isinstance(a, list) else [a])] for a in pair)
    if [each.shape for each in first] != [each.shape for each in second]:
        return True
    return any(_differ(a, b, method) for a, b in zip(first, second, strict=True))


def _differ(a: Any, b: Any, method: str) -> bool:
    """Whether two answers are not the same, but for the rounding of floats.

    Parameters
    ----------
    a, b : ndarray of one shape
    method : str
    """
    if a.dtype.kind in "fiub" and b.dtype.kind in "fiub":
        a, b = (np.asarray(x, dtype=np.float64) for x in (a, b))
        return bool((errors(a, b) > TOLERANCE * scale(b, method)).any())
    return not np.array_equal(a, b)
