"""Tree ensembles of several shapes and families, and how each peer runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from models import Fitted, Method
from numpy.typing import NDArray
from runners import Call, session_call, to_onnx
from sklearn.base import BaseEstimator, is_classifier
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

import skl2tflite
from skl2tflite.forest.cost import OptimizeFor

BATCH_ROWS = 1000
TRAINING_ROWS = 5000


@dataclass(frozen=True)
class Ensemble:
    """Trees to be fitted, and how we mean to compare with ONNX Runtime.

    Parameters
    ----------
    name : str
        As printed in the table.
    make : callable
        Gives the estimator.
    n_features, n_classes : int
        Of the rows; a regressor's target is a function of the first features.
    single_row_goal, batch_goal : float
        Largest ratio to ONNX Runtime on one row and on 1000 rows.
    library : str
        Package that it comes from.
    """

    name: str
    make: Callable[[], BaseEstimator]
    n_features: int = 20
    n_classes: int = 3
    single_row_goal: float = 1.0
    batch_goal: float = 1.0
    library: str = "sklearn"

    def __str__(self) -> str:
        return self.name

    @property
    def method(self) -> Method:
        """What is timed."""
        return "predict_proba" if is_classifier(self.make()) else "predict"

    @cache  # noqa: B019 - as many as there are in the table
    def fit(self) -> Fitted:
        """Return the fitted estimator and rows that it has not seen."""
        n_informative = min(self.n_features, 40 if self.n_features > 100 else 12)
        X, y = make_classification(
            TRAINING_ROWS + BATCH_ROWS, self.n_features, n_informative=n_informative, n_redundant=0,
            n_classes=self.n_classes, flip_y=0.05, random_state=0,
        )  # fmt: skip
        X = X.astype(np.float32)
        estimator = self.make()
        if not is_classifier(estimator):
            y = X[:, 0] * X[:, 1] + X[:, 2] + 0.1 * np.random.default_rng(0).normal(size=len(X))
        return Fitted(estimator.fit(X[:TRAINING_ROWS], y[:TRAINING_ROWS]), X[TRAINING_ROWS:])

    @cache  # noqa: B019
    def file(self, optimize_for: OptimizeFor) -> bytes:
        """Return our file with the method that is timed."""
        return bytes(skl2tflite.convert(self.fit().estimator, methods=(self.method,), optimize_for=optimize_for))

    @cache  # noqa: B019
    def onnx_file(self) -> bytes:
        """Return the ONNX file, from skl2onnx, onnxmltools or the library itself."""
        content: bytes = _TO_ONNX[self.library](self.fit().estimator, self.n_features)
        return content

    def onnxruntime_call(self) -> Call:
        """Return the run of an ONNX Runtime session: probabilities come after labels."""
        return session_call(self.onnx_file(), int(self.method == "predict_proba"))

    def hummingbird_call(self) -> Call:
        """Return Hummingbird's TorchScript of the same estimator, one thread."""
        import hummingbird.ml
        import torch

        torch.set_num_threads(1)
        fitted = self.fit()
        model = hummingbird.ml.convert(fitted.estimator, "torch.jit", fitted.X[:1])
        call: Call = getattr(model, self.method)
        return call

    def own_call(self) -> Call:
        """Return the estimator's method."""
        call: Call = getattr(self.fit().estimator, self.method)
        return call


def _sklearn_to_onnx(estimator: BaseEstimator, n_features: int) -> bytes:
    content: bytes = to_onnx(
        estimator, n_features, {"zipmap": False} if is_classifier(estimator) else None
    ).SerializeToString()
    return content


def _xgboost_to_onnx(estimator: Any, n_features: int) -> bytes:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    content: bytes = convert_xgboost(
        estimator, initial_types=[("X", FloatTensorType([None, n_features]))]
    ).SerializeToString()
    return content


def _lightgbm_to_onnx(estimator: Any, n_features: int) -> bytes:
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    content: bytes = convert_lightgbm(
        estimator, initial_types=[("X", FloatTensorType([None, n_features]))], zipmap=False
    ).SerializeToString()
    return content


def _catboost_to_onnx(estimator: Any, n_features: int) -> bytes:
    import tempfile
    from pathlib import Path

    import onnx

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        estimator.save_model(str(path), format="onnx")
        model = onnx.load(path)
    # Probabilities as a matrix, as the other converters give them, and not as a list of dictionaries.
    (zipmap,) = (node for node in model.graph.node if node.op_type == "ZipMap")
    (output,) = (output for output in model.graph.output if output.name == zipmap.output[0])
    matrix = onnx.helper.make_tensor_value_info(zipmap.input[0], onnx.TensorProto.FLOAT, None)
    model.graph.node.remove(zipmap)
    model.graph.output.remove(output)
    model.graph.output.append(matrix)
    content: bytes = model.SerializeToString()
    return content


_TO_ONNX: dict[str, Callable[[Any, int], bytes]] = {
    "sklearn": _sklearn_to_onnx,
    "xgboost": _xgboost_to_onnx,
    "lightgbm": _lightgbm_to_onnx,
    "catboost": _catboost_to_onnx,
}
ONNX_CONVERTERS = {"sklearn": ("skl2onnx",), "catboost": ("catboost",)}
"""Modules that make the ONNX file; others come from onnxmltools."""


def forest(**parameters: Any) -> Callable[[], BaseEstimator]:
    """Return what makes a forest of 100 trees."""
    return lambda: RandomForestClassifier(100, random_state=0, **parameters)


def xgboost() -> Any:
    """500 rounds on two classes."""
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=500, max_depth=6, n_jobs=1, random_state=0)


def lightgbm() -> Any:
    """500 rounds on two classes, 31 leaves."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=500, n_jobs=1, random_state=0, verbose=-1)


def catboost() -> Any:
    """500 rounds on two classes, trees whose levels ask one question."""
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        iterations=500, depth=6, thread_count=1, random_seed=0, verbose=False, allow_writing_files=False
    )


ENSEMBLES = (
    Ensemble("100 trees, depth 3", forest(max_depth=3)),
    Ensemble("100 trees, depth 3, 200 features, 2 classes", forest(max_depth=3), 200, 2),
    Ensemble("100 trees, depth 6", forest(max_depth=6)),
    Ensemble("100 trees, depth 8", forest(max_depth=8)),
    Ensemble("100 trees, depth 8, 10 features, 2 classes", forest(max_depth=8), 10, 2),
    Ensemble("100 trees, depth 8, 200 features", forest(max_depth=8), 200),
    Ensemble("100 trees, depth 8, 10 classes", forest(max_depth=8), 20, 10),
    Ensemble("100 trees, 31 leaves", forest(max_leaf_nodes=31), batch_goal=1.5),
    Ensemble(
        "100 trees, 31 leaves, regressor",
        lambda: RandomForestRegressor(100, max_leaf_nodes=31, random_state=0),
        batch_goal=1.5,
    ),
    Ensemble("100 trees, unlimited", forest(), single_row_goal=1.3, batch_goal=1.5),
    Ensemble("100 trees, unlimited, 10 classes", forest(), 20, 10, single_row_goal=1.3, batch_goal=1.5),
    Ensemble("100 trees, unlimited, 200 features, 2 classes", forest(), 200, 2, single_row_goal=1.3, batch_goal=1.5),
    Ensemble("100 boosted stumps, regressor", lambda: GradientBoostingRegressor(max_depth=1, random_state=0)),
    Ensemble("100 boosted trees, depth 3, regressor", lambda: GradientBoostingRegressor(random_state=0)),
    Ensemble(
        "500 boosted trees, depth 3, 2 classes",
        lambda: GradientBoostingClassifier(n_estimators=500, subsample=0.3, random_state=0),
        n_classes=2,
    ),
    Ensemble(
        "100 boosted histograms, 31 leaves, regressor",
        lambda: HistGradientBoostingRegressor(random_state=0),
        batch_goal=1.5,
    ),
    Ensemble("XGBoost, 500 trees, depth 6, 2 classes", xgboost, n_classes=2, library="xgboost"),
    Ensemble("LightGBM, 500 trees, 31 leaves, 2 classes", lightgbm, n_classes=2, batch_goal=1.5, library="lightgbm"),
    Ensemble("CatBoost, 500 trees, depth 6, 2 classes", catboost, n_classes=2, library="catboost"),
)


def check(case: Ensemble, X: NDArray[np.float32], answer: NDArray[Any], tolerance: float = 2e-6) -> None:
    """Assert that the answer is the estimator's."""
    reference = case.fit().reference(case.method, X)
    scale = max(1.0, float(np.abs(reference).max()))
    np.testing.assert_allclose(answer.reshape(reference.shape), reference, rtol=0, atol=tolerance * scale)
