"""How many features an estimator takes, where CatBoost has forgotten it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def true_width(estimator: Any) -> int:
    """Return the number of features of an estimator that says that it has none.

    ``n_features_in_`` of a CatBoost model is 0 once it was pickled, copied or loaded, and so is that of whatever asks
    its members. Its feature names are still there.

    Returns
    -------
    int
        0 where that is so.
    """
    around = [estimator]
    for each in around:  # grows
        if type(each).__module__.split(".")[0] == "catboost" and each.feature_names_:
            return len(each.feature_names_)
        around += _parts(each)
    return 0


def _parts(estimator: Any) -> Iterator[Any]:
    """Yield what an estimator keeps that was fitted with it."""
    for name in ("estimator_", "best_estimator_", "regressor_", "final_estimator_", "estimator"):
        if hasattr(estimator, name):
            yield getattr(estimator, name)
    for name in ("estimators_", "calibrated_classifiers_"):
        yield from (getattr(estimator, name, None) or [])[:1]
