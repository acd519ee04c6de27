"""The number of features of CatBoost models, whose ``n_features_in_`` is lost when they are copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def true_width(estimator: Any) -> int:
    """Return the number of features of an estimator whose ``n_features_in_`` is 0.

    It is 0 in a CatBoost model that was pickled, copied or loaded, and in meta-estimators that take it from such a
    member. The model's feature names are still there.

    Returns
    -------
    int
        0 where there are no features.
    """
    around = [estimator]
    for each in around:  # grows
        if type(each).__module__.split(".")[0] == "catboost" and each.feature_names_:
            return len(each.feature_names_)
        around += _parts(each)
    return 0


def _parts(estimator: Any) -> Iterator[Any]:
    """Yield the fitted estimators within a meta-estimator; of several the first."""
    for name in ("estimator_", "best_estimator_", "regressor_", "final_estimator_", "estimator"):
        if hasattr(estimator, name):
            yield getattr(estimator, name)
    for name in ("estimators_", "calibrated_classifiers_"):
        yield from (getattr(estimator, name, None) or [])[:1]
