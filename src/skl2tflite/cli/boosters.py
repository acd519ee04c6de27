"""Models in files of boosting libraries. The libraries read them, and run no code that is in them."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from skl2tflite.cli.console import one_line
from skl2tflite.errors import InvalidFileError, MissingDependencyError

LIBRARIES = {".json": ("xgboost", "catboost"), ".ubj": ("xgboost",), ".cbm": ("catboost",), ".txt": ("lightgbm",)}
"""The libraries that write files of a suffix."""


def read_booster(path: Path) -> Any:
    """Return the estimator that a boosting library's own file holds.

    An XGBoost file says whether a classifier, a regressor or a ranker was saved; of a CatBoost model its loss tells it.
    Any other model of XGBoost or LightGBM becomes an estimator that predicts as the library's ``Booster`` does.

    Raises
    ------
    InvalidFileError
        Where the file is damaged or holds something else.
    MissingDependencyError
        Where the library is not installed.
    """
    libraries = LIBRARIES[path.suffix.lower()]
    name = _of_json(path) if len(libraries) > 1 else libraries[0]
    try:
        library = import_module(name)
    except ImportError:
        raise MissingDependencyError(f"{path}: models of {name} need it; pip install {name}") from None
    try:
        return {"xgboost": _xgboost, "lightgbm": _lightgbm, "catboost": _catboost}[name](library, path)
    except Exception as error:  # each library has errors of its own
        raise InvalidFileError(f"{path} is no model that {name} can load: {one_line(error)}") from None


def _of_json(path: Path) -> str:
    """Return which library wrote a JSON file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidFileError(f"{path} is not JSON: {one_line(error)}") from None
    keys = set(content) if isinstance(content, dict) else set()
    if "learner" in keys:
        return "xgboost"
    if "features_info" in keys:
        return "catboost"
    raise InvalidFileError(f"{path} holds no model of XGBoost or CatBoost")


def _xgboost(library: Any, path: Path) -> Any:
    from skl2tflite.converters.third_party.support.boosters import as_estimator

    booster = library.Booster(model_file=path)
    kind = json.loads(booster.attr("scikit_learn") or "{}").get("_estimator_type")
    estimators = {
        "classifier": library.XGBClassifier, "regressor": library.XGBRegressor, "ranker": library.XGBRanker,
    }  # fmt: skip
    if kind not in estimators:
        return as_estimator(booster)
    estimator = estimators[kind]()
    estimator.load_model(path)
    return estimator


def _lightgbm(library: Any, path: Path) -> Any:
    from skl2tflite.converters.third_party.support.boosters import as_estimator

    return as_estimator(library.Booster(model_file=path))


def _catboost(library: Any, path: Path) -> Any:
    form = "json" if path.suffix.lower() == ".json" else "cbm"
    model = library.CatBoost().load_model(str(path), format=form)
    loss = model.get_all_params().get("loss_function", "").partition(":")[0]
    kind = library.CatBoost
    if model._is_classification_objective(loss):
        kind = library.CatBoostClassifier
    elif model._is_regression_objective(loss) or model._is_multiregression_objective(loss):
        kind = library.CatBoostRegressor
    return kind().load_model(str(path), format=form)
