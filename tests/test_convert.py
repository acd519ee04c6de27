"""The flow end to end: a user's own converter, and the errors of a user's slips."""

import hashlib
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite import ConversionError, FidelityError, InvalidInputError
from skl2tflite.conversion import Conversion
from skl2tflite.converters.core import registry
from skl2tflite.errors import UnsupportedEstimatorError, UnsupportedMethodError
from skl2tflite.graph import functions as xp
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32).astype(np.float64)
Y = X[:, 0] + X[:, 1] > 0


class LogScaler(TransformerMixin, BaseEstimator):
    """A user's transformer: signed logarithms over their standard deviation."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.scale_ = np.log1p(np.abs(X)).std(axis=0)
        return self

    def transform(self, X):
        return np.sign(X) * np.log1p(np.abs(X)) / self.scale_


@pytest.fixture
def registered(monkeypatch):
    """Let a test register converters that are gone behind it."""
    monkeypatch.setattr(registry, "_CONVERTERS", dict(registry.registered()))


@pytest.mark.usefixtures("registered")
def test_a_users_converter():
    @skl2tflite.converts(LogScaler)
    class LogScalerConverter(skl2tflite.TransformerConverter):
        def transform(self, X):
            return np.sign(X) * np.log1p(np.abs(X)) / self.estimator.scale_

    pipeline = make_pipeline(LogScaler(), StandardScaler(), LogisticRegression()).fit(X, Y)
    model = skl2tflite.convert(pipeline, X)
    np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
    alone = skl2tflite.convert(LogScaler().fit(X), X)
    np.testing.assert_allclose(alone.transform(X), LogScaler().fit(X).transform(X), atol=1e-6)


@pytest.mark.usefixtures("registered")
def test_a_users_wrong_converter():
    @skl2tflite.converts(LogScaler)
    class LogScalerConverter(skl2tflite.TransformerConverter):
        def transform(self, X):
            return xp.log1p(xp.abs(X)) / self.estimator.scale_

    with pytest.raises(
        FidelityError, match=r"transform: \d+ of 60 rows differ \(rows 0, 1, 2, 3, 4, …\); row \d+, column \d+ gives"
    ):
        skl2tflite.convert(LogScaler().fit(X), X)
    assert skl2tflite.convert(LogScaler().fit(X)).methods == ("transform",)


def test_what_was_registered_is_gone():
    assert LogScaler not in registry.registered()
    with pytest.raises(UnsupportedEstimatorError):
        skl2tflite.convert(LogScaler().fit(X))


def test_a_users_function():
    pipeline = make_pipeline(FunctionTransformer(lambda X: np.log1p(np.abs(X))), LinearRegression()).fit(X, X[:, 0])
    model = skl2tflite.convert(pipeline, X)
    np.testing.assert_allclose(model.predict(X), pipeline.predict(X), atol=1e-6)


def test_a_users_function_that_cannot_be_recorded():
    pipeline = make_pipeline(FunctionTransformer(lambda X: np.argsort(X, axis=1)), LinearRegression()).fit(X, X[:, 0])
    with pytest.raises(ConversionError) as error:
        skl2tflite.convert(pipeline, X)
    text = str(error.value)
    assert "Pipeline['functiontransformer']" in text
    assert "numpy.argsort cannot be recorded" in text
    assert "test_convert.py" in text
    assert "lambda X: np.argsort(X, axis=1)" in text


# --- slips ----------------------------------------------------------------------------------------------

FITTED = LogisticRegression().fit(X, Y)
NESTED = Pipeline([("prep", ColumnTransformer([("num", LogScaler(), [0, 1])])), ("clf", LogisticRegression())])

SLIPS = {
    "unfitted": (lambda: skl2tflite.convert(LogisticRegression()), ConversionError,
                 "LogisticRegression is not fitted; call fit before converting it"),
    "unfitted part": (lambda: skl2tflite.convert(Pipeline([("scale", StandardScaler()), ("clf", FITTED)])),
                      ConversionError, "is not fitted"),
    "class": (lambda: skl2tflite.convert(LogisticRegression), ConversionError,
              "LogisticRegression is a class; give a fitted instance of it"),
    "not an estimator": (lambda: skl2tflite.convert(3.5), ConversionError, "3.5 is no estimator; give a fitted"),
    "unknown estimator": (lambda: skl2tflite.convert(LogScaler().fit(X)), UnsupportedEstimatorError,
                          "LogScaler at LogScaler; register one with @skl2tflite.converts(LogScaler)"),
    "unknown estimator within": (lambda: skl2tflite.convert(NESTED.fit(X, Y)), UnsupportedEstimatorError,
                                 "LogScaler at Pipeline['prep']['num']; register one with"),
    "subclass": (lambda: skl2tflite.convert(type("Mine", (LogisticRegression,), {})().fit(X, Y)),
                 UnsupportedEstimatorError, "Mine at Mine; register one with @skl2tflite.converts(Mine)"),
    "unknown method": (lambda: skl2tflite.convert(FITTED, methods=["predicts"]), ConversionError,
                       "'predicts' is no inference method; these are: predict_proba, predict, "),
    "method for evaluation": (lambda: skl2tflite.convert(FITTED, methods=["score"]), UnsupportedMethodError,
                              "'score' of LogisticRegression cannot be converted: it says how well"),
    "method it lacks": (lambda: skl2tflite.convert(FITTED, methods=["transform"]), UnsupportedMethodError,
                        "LogisticRegression has no method 'transform'; it has predict_proba, predict, "),
    "methods as a string": (lambda: skl2tflite.convert(FITTED, methods="predict"), ConversionError,
                            "methods is a sequence of names, as methods=('predict',)"),
    "no methods": (lambda: skl2tflite.convert(FITTED, methods=[]), ConversionError, "methods is empty"),
    "methods as a number": (lambda: skl2tflite.convert(FITTED, methods=3), ConversionError,
                            "methods is a sequence of names"),
    "target": (lambda: skl2tflite.convert(FITTED, target="tpu"), ConversionError,
               "unknown target 'tpu'; the targets are 'litert', 'micro'"),
    "precision": (lambda: skl2tflite.convert(FITTED, precision="high"), ConversionError,
                  "precision is 'exact' or 'fast', not 'high'"),
    "columns": (lambda: skl2tflite.convert(FITTED, X[:, :2]), InvalidInputError,
                "X has 2 features, but the model takes 3"),
    "one row": (lambda: skl2tflite.convert(FITTED, X[0]), InvalidInputError, "use X.reshape(1, -1)"),
    "NaN": (lambda: skl2tflite.convert(FITTED, np.where(X > 2, np.nan, X)), InvalidInputError, "X contains NaN"),
    "complex": (lambda: skl2tflite.convert(FITTED, X * 1j), InvalidInputError, "the model takes real numbers"),
    "text": (lambda: skl2tflite.convert(FITTED, X.astype(str)), InvalidInputError, "the model takes real numbers"),
    "beyond float32": (lambda: skl2tflite.convert(FITTED, X * 1e300), InvalidInputError, "too large for float32"),
    "parameters beyond float32": (lambda: skl2tflite.convert(LinearRegression().fit(X * 1e-30, X[:, 0] * 1e30)),
                                  ConversionError, "beyond the greatest float32 number"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_get_one_clear_line(slip):
    function, kind, message = SLIPS[slip]
    with pytest.raises(kind) as error:
        function()
    text = str(error.value)
    assert message in text
    assert "\n" not in text
    assert "/" not in text


def test_names_of_columns_are_checked():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, Y)
    skl2tflite.convert(estimator, frame)
    with pytest.raises(InvalidInputError, match="another order"):
        skl2tflite.convert(estimator, frame[["b", "a", "c"]])


# --- choices --------------------------------------------------------------------------------------------


def test_methods_are_kept_in_order_and_once():
    model = skl2tflite.convert(FITTED, X, methods=("decision_function", "predict", "decision_function"))
    assert model.methods == model.signatures == ("decision_function", "predict")
    assert skl2tflite.convert(FITTED).methods == ("predict_proba", "predict")


def test_without_rows_nothing_is_compared():
    assert skl2tflite.convert(FITTED) == skl2tflite.convert(FITTED, X, golden=None)


@pytest.mark.parametrize("rows", [X[:0], [], pd.DataFrame(X[:0]), sparse.csr_matrix(X[:0])])
def test_no_rows_are_none_to_compare_on(rows):
    with pytest.raises(InvalidInputError, match="X has no rows to compare on; leave it out"):
        skl2tflite.convert(FITTED, rows)


def test_fast_precision_folds_the_scaler():
    pipeline = make_pipeline(StandardScaler(), LinearRegression()).fit(X * 3 + 1, X[:, 0])
    exact, fast = (skl2tflite.convert(pipeline, X, precision=precision) for precision in ("exact", "fast"))
    assert {"SUB", "DIV", "FULLY_CONNECTED"} <= set(exact.operators())
    assert not {"SUB", "DIV"} & set(fast.operators())
    np.testing.assert_allclose(fast.predict(X), exact.predict(X), atol=1e-5)
    records = plan(Conversion(pipeline), ConversionOptions(precision="fast")).records
    assert any("fold_affine" in str(record) for record in records)


def test_the_plan_shows_graphs_and_passes():
    planned = plan(Conversion(FITTED))
    assert list(planned.graphs) == list(planned.traced) == ["predict_proba", "predict"]
    assert str(planned.graphs["predict"]).startswith("predict(X: float[?, 3]):")
    assert planned.features.count == 3
    assert {record.graph for record in planned.records} == {"predict_proba", "predict"}


def test_the_estimator_and_the_rows_are_left_alone():
    before = FITTED.coef_.copy()
    rows = X.copy()
    skl2tflite.convert(FITTED, rows)
    np.testing.assert_array_equal(FITTED.coef_, before)
    np.testing.assert_array_equal(rows, X)


def test_same_bytes_here_and_in_another_process():
    code = textwrap.dedent("""
        import hashlib
        import numpy as np
        import skl2tflite
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        estimator = make_pipeline(StandardScaler(), LogisticRegression())
        X = np.random.default_rng(0).integers(0, 9, size=(60, 3)) * 1.0
        estimator.fit(X, np.array(["no", "yes"])[(X[:, 0] > X[:, 1]) * 1])
        digest = hashlib.sha256(bytes(skl2tflite.convert(estimator))).hexdigest()
    """)
    here: dict[str, str] = {}
    exec(code, here)
    there = subprocess.run(
        [sys.executable, "-c", code + "print(digest)"], capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    ).stdout  # fmt: skip
    assert there.strip() == here["digest"]
    assert len(hashlib.sha256().hexdigest()) == len(here["digest"])


def test_public_names():
    assert set(skl2tflite.__all__) <= set(dir(skl2tflite))
    assert skl2tflite.__version__
