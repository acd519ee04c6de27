"""User functions and DataFrames whose column names are not text: scikit-learn does not keep such names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.features.frames import is_frame
from skl2tflite.tracing.refusing import Refusing
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.trial_calls import tried

SAMPLE = 8
"""Number of rows that a function is called with."""


def check_unnamed(converter: Refusing, name: str, function: Callable[[Any], Any], width: int) -> None:
    """Refuse a function that gives other results for a DataFrame than for an array, where it might be given either.

    The rows given to ``convert`` are a DataFrame whose column names are not text. The function is given it, or an array
    that an earlier step has made of it; the fitted model does not tell which.

    Parameters
    ----------
    converter : Refusing
        Converter of the estimator that calls the function.
    name : str
        Name of the parameter or method that the function is.
    function : callable
    width : int
        Number of columns that the function takes.

    Raises
    ------
    UnsupportedEstimatorError
    """
    X = given().X
    if not is_frame(X) or not hasattr(X, "iloc"):
        return
    if all(isinstance(name, str) for name in X.columns):
        return
    import pandas as pd

    if len(X.columns) == width:
        frame = X.iloc[:SAMPLE]
    else:
        frame = pd.DataFrame(np.random.default_rng(0).uniform(0.5, 2.0, (SAMPLE, width)))
    answer = _called(function, frame)
    if answer is None:
        return  # the function takes no DataFrame, so that it must be given an array
    other = _called(function, frame.to_numpy())
    if other is None or not _same(answer, other):
        raise converter.refuse(
            f"{name} answers otherwise for a DataFrame than for an array, and scikit-learn keeps no column names of X",
            "column names must be text: fit and convert with X.columns = X.columns.astype(str)",
        )


def _called(function: Callable[[Any], Any], rows: Any) -> Any:
    """Return what a function gives as an array; None where it raises an error."""
    return tried(lambda copy: np.asarray(function(copy)), rows)


def _same(a: Any, b: Any) -> bool:
    if a.shape != b.shape:
        return False
    try:
        return bool(np.allclose(a.astype(float), b.astype(float), rtol=1e-6, equal_nan=True))
    except (TypeError, ValueError):
        return bool(np.array_equal(a, b))
