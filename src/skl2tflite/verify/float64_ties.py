"""Labels between which scikit-learn itself decides by the last digits of float64."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import EstimatorError
from skl2tflite.features.frames import row_count
from skl2tflite.verify.answers import answer_of, dense
from skl2tflite.verify.batches import taken
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.differences import Pairs

ROUNDING = 2.0**-44
"""Difference of two scores, as a fraction of the row's greatest, that is no more than the rounding of some sums."""


def float64_ties(comparison: Comparison, pairs: Pairs, suspects: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return for which suspects the scores of the estimator's label and of the file's are the same but for rounding.

    Such rows are made where classes meet: there scikit-learn's label hangs on how its own sums were rounded.

    Parameters
    ----------
    comparison : Comparison
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output the estimator's answer, and the file's.
    suspects : ndarray of int, of shape (n_suspects,)
        Rows that differ.
    """
    none = np.zeros(len(suspects), dtype=bool)
    classes: Any = getattr(comparison.conversion.estimator, "classes_", None)
    if comparison.method != "predict" or len(pairs) != 1 or not isinstance(classes, np.ndarray) or not suspects.size:
        return none
    want, got = (side[suspects] for side in pairs[0])
    scores = _scores(comparison, suspects, len(pairs[0][0]))
    if want.ndim != 1 or scores is None or scores.shape != (len(suspects), len(classes)):
        return none
    places = [_places(classes, labels) for labels in (want, got)]
    chosen, other = (scores[np.arange(len(suspects)), at] for at in places)
    known = np.logical_and(*(classes[at] == labels for at, labels in zip(places, (want, got), strict=True)))
    return np.asarray(known & (np.abs(chosen - other) <= ROUNDING * np.abs(scores).max(axis=1, initial=0.0)))


def _scores(comparison: Comparison, suspects: NDArray[np.intp], count: int) -> NDArray[np.float64] | None:
    """Return what the estimator chooses the labels of suspects by, None where it shows nothing of the kind.

    Parameters
    ----------
    comparison : Comparison
    suspects : ndarray of int, of shape (n_suspects,)
    count : int
        Number of all rows.
    """
    if row_count(comparison.X) != count:
        return None
    rows = taken(comparison.X, suspects)
    given = comparison.kind.given(rows) if comparison.reference == "as given" else comparison.kind.reference(rows)
    for method in ("decision_function", "predict_proba"):
        if hasattr(comparison.conversion.estimator, method):
            try:
                scores = answer_of(comparison.conversion, method, given)
            except EstimatorError:
                return None
            return None if isinstance(scores, list) else dense(scores).astype(np.float64)
    return None


def _places(classes: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.intp]:
    """Return the positions of labels among the classes; of labels that are none of them, any position."""
    return np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
