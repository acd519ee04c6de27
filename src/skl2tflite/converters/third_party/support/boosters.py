"""Boosters: models of boosting libraries that are no estimators, as the libraries' own files hold them."""

from __future__ import annotations

from typing import Any


def as_estimator(model: Any) -> Any:
    """Return an estimator that predicts as a booster of XGBoost or LightGBM does; anything else as it is."""
    module, name = type(model).__module__.split(".")[0], type(model).__qualname__
    if (module, name) == ("xgboost", "Booster"):
        from skl2tflite.converters.third_party.xgboost import estimator_of

        return estimator_of(model)
    if (module, name) == ("lightgbm", "Booster"):
        from skl2tflite.converters.third_party.lightgbm import BoosterModel

        return BoosterModel(model)
    return model
