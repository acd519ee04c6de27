"""Odd estimators: none, unfitted, half fitted, changed after fit, and such as raise by themselves."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import MagicMock, Mock

import numpy as np
import pandas as pd
import pytest
from sklearn import (
    calibration,
    cluster,
    compose,
    decomposition,
    dummy,
    ensemble,
    feature_selection,
    gaussian_process,
    impute,
    isotonic,
    linear_model,
    mixture,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    pipeline,
    preprocessing,
    tree,
)
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer

import skl2tflite
from skl2tflite.converters import METHODS
from skl2tflite.converters.core import registry
from skl2tflite.converters.core.blame import blaming
from skl2tflite.errors import (
    ConversionError,
    DefectError,
    EstimatorError,
    FidelityError,
    InvalidInputError,
)
from skl2tflite.method_arguments import answer, offers
from tests.robustness.doors import each, outcome

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32).astype(np.float64)
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
TEXTS = ["one two", "two three", "three four", "four one"] * 10
SMALL = {"n_estimators": 3, "random_state": 0}


def _fitted() -> dict[str, tuple[Any, Any]]:
    estimators = [
        linear_model.LogisticRegression(),
        linear_model.Ridge(),
        linear_model.BayesianRidge(),
        linear_model.SGDClassifier(random_state=0),
        tree.DecisionTreeClassifier(max_depth=2),
        ensemble.RandomForestClassifier(max_depth=2, **SMALL),
        ensemble.GradientBoostingRegressor(max_depth=2, **SMALL),
        ensemble.HistGradientBoostingClassifier(max_iter=2, max_depth=2),
        ensemble.AdaBoostClassifier(**SMALL),
        ensemble.BaggingRegressor(linear_model.Ridge(), **SMALL),
        ensemble.IsolationForest(**SMALL),
        ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", naive_bayes.GaussianNB())]),
        ensemble.StackingRegressor([("a", linear_model.Ridge())], linear_model.Ridge()),
        calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), cv=2),
        multioutput.RegressorChain(linear_model.Ridge()),
        neighbors.NearestCentroid(),
        neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0),
        naive_bayes.GaussianNB(),
        mixture.GaussianMixture(2, random_state=0),
        cluster.KMeans(2, random_state=0),
        decomposition.PCA(2),
        decomposition.FastICA(2, random_state=0),
        preprocessing.StandardScaler(),
        preprocessing.QuantileTransformer(n_quantiles=5),
        preprocessing.KBinsDiscretizer(3, encode="ordinal"),
        preprocessing.SplineTransformer(),
        preprocessing.PowerTransformer(),
        preprocessing.OneHotEncoder(handle_unknown="ignore"),
        impute.SimpleImputer(),
        impute.KNNImputer(),
        feature_selection.SelectKBest(k=2),
        gaussian_process.GaussianProcessRegressor(),
        dummy.DummyClassifier(),
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        pipeline.make_union(preprocessing.StandardScaler(), decomposition.PCA(1)),
        compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1),
    ]
    fitted = {}
    for estimator in estimators:
        wide = isinstance(estimator, multioutput.RegressorChain)
        fitted[type(estimator).__name__] = estimator.fit(X, np.column_stack([Y, X[:, 0]]) if wide else Y), X
    columns = compose.make_column_transformer((preprocessing.StandardScaler(), ["a", "b"]), ("passthrough", ["c"]))
    fitted["ColumnTransformer"] = columns.fit(FRAME), FRAME
    fitted["TfidfVectorizer"] = TfidfVectorizer().fit(TEXTS), TEXTS
    fitted["IsotonicRegression"] = isotonic.IsotonicRegression().fit(X[:, :1], Y), X[:, :1]
    fitted["OrdinalEncoder"] = preprocessing.OrdinalEncoder().fit(np.array([["a"], ["b"]])), np.array([["a"], ["b"]])
    return fitted


FITTED = _fitted()

REPLACED: dict[str, Callable[[Any], Any]] = {
    "none": lambda value: None,
    "text": lambda value: "text",
    "number": lambda value: -1,
    "0-d": lambda value: np.array(1.0),
    "empty": lambda value: [],
    "objects": lambda value: np.array([None, "a", object()], dtype=object),
    "function": lambda value: len,
    "one more axis": lambda value: np.asarray(value)[None] if isinstance(value, np.ndarray) else (value,),
    "texts": lambda value: value.astype(str) if isinstance(value, np.ndarray) else {},
    "complex": lambda value: value * 1j if _is_float(value) else 1j,
    "all nan": lambda value: value * np.nan if _is_float(value) else np.nan,
}


def _is_float(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


COMPILED = frozenset({"tree_", "_predictors", "estimators_", "_tree"})
"""Attributes that compiled code follows without looking: they are deleted, not replaced."""


def _attributes(estimator: Any) -> list[str]:
    """Names of what ``fit`` has set, and of parameters."""
    return sorted(vars(estimator))


@pytest.mark.parametrize("name", FITTED)
def test_attributes_deleted(name):
    estimator, rows = FITTED[name]

    def check(attribute: str) -> None:
        changed = copy.copy(estimator)
        delattr(changed, attribute)
        outcome(lambda: skl2tflite.convert(changed, rows))

    each(_attributes(estimator), check)


@pytest.mark.parametrize("name", FITTED)
def test_attributes_replaced(name):
    estimator, rows = FITTED[name]
    attributes = [
        each for each in _attributes(estimator) if each not in COMPILED and each not in estimator.get_params()
    ]
    kinds = list(REPLACED)

    def check(case: str) -> None:
        attribute, replacement = case.split("=")
        changed = copy.copy(estimator)
        setattr(changed, attribute, REPLACED[replacement](getattr(changed, attribute)))
        try:
            outcome(lambda: skl2tflite.convert(changed))
        except DefectError:
            _answers(changed, rows)  # scikit-learn does not look at what was changed: nobody can tell whose fault it is

    # Each attribute is replaced by some of the kinds; by all of them it would take a minute.
    each([f"{a}={kinds[(3 * i + k) % len(kinds)]}" for i, a in enumerate(attributes) for k in (0, 4)], check)


def _answers(estimator: Any, rows: Any) -> None:
    for method in METHODS:
        if method != "inverse_transform" and offers(estimator, method):
            answer(estimator, method, rows)


@pytest.mark.parametrize("replacement", ["none", "text", "0-d", "empty", "function"])
def test_parameters_replaced(replacement):
    def check(case: str) -> None:
        name, parameter = case.split(".")
        estimator, rows = FITTED[name]
        changed = copy.copy(estimator)
        setattr(changed, parameter, REPLACED[replacement](getattr(changed, parameter)))
        try:
            outcome(lambda: skl2tflite.convert(changed))
        except DefectError:
            _answers(changed, rows)

    names = ["SimpleImputer", "OneHotEncoder", "KBinsDiscretizer", "Pipeline"]
    each([f"{name}.{each}" for name in names for each in FITTED[name][0].get_params(deep=False)], check)


# --- what is no fitted estimator ------------------------------------------------------------------------


class Hostile:
    """Looks like an estimator, and raises whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")

    def __repr__(self) -> str:
        raise RuntimeError("no words")


NONE_AT_ALL: dict[str, Any] = {
    "None": None, "text": "model", "bytes": b"model", "number": 1, "list": [linear_model.Ridge()], "dict": {},
    "array": X, "frame": FRAME, "class": linear_model.Ridge, "own class": type("Mine", (BaseEstimator,), {}),
    "function": len, "module": linear_model, "object": object(), "mock": Mock(), "magic mock": MagicMock(),
    "mock of a kind": Mock(spec=linear_model.Ridge()), "hostile": Hostile(), "lambda": lambda X: X,
    "method": FITTED["Ridge"][0].predict, "model": skl2tflite.convert(FITTED["Ridge"][0]),
    "exception": ValueError("x"), "bare": BaseEstimator(), "passthrough": "passthrough",
}  # fmt: skip


def test_what_is_no_estimator():
    def check(name: str) -> None:
        assert isinstance(outcome(lambda: skl2tflite.convert(NONE_AT_ALL[name])), ConversionError)
        assert isinstance(outcome(lambda: skl2tflite.convert(NONE_AT_ALL[name], X)), ConversionError)

    each(NONE_AT_ALL, check)


@pytest.mark.parametrize("name", FITTED)
def test_not_fitted(name):
    estimator, rows = FITTED[name]
    for given in (None, rows):
        assert isinstance(outcome(lambda given=given: skl2tflite.convert(clone(estimator), given)), ConversionError)


def _nested(depth: int) -> Any:
    model = preprocessing.StandardScaler().fit(X)
    for _ in range(depth):
        model = pipeline.Pipeline([("step", model)])
    return model


def _holding_itself() -> dict[str, Any]:
    chain = copy.deepcopy(FITTED["Pipeline"][0])
    chain.steps[0] = ("again", chain)
    votes = copy.deepcopy(FITTED["VotingClassifier"][0])
    votes.estimators_ = [votes]
    return {"pipeline": chain, "votes": votes}


@pytest.mark.parametrize("estimator", [_nested(200), *_holding_itself().values()])
def test_nested_without_end(estimator):
    for given in (None, X):
        with pytest.raises(ConversionError, match="nested more deeply than Python follows"):
            skl2tflite.convert(estimator, given)


def test_nested_deeply():
    # Not deeper: scikit-learn asks for a pipeline's tags three times at each level, so that 20 levels take for ever.
    model = skl2tflite.convert(_nested(5), X)
    np.testing.assert_allclose(model.transform(X), _nested(5).transform(X), atol=1e-6)


# --- what raises by itself ------------------------------------------------------------------------------


class Refuser(RegressorMixin, BaseEstimator):
    """Raises an exception of a kind when it predicts."""

    def __init__(self, error: Any = None) -> None:
        self.error = error

    def fit(self, X: Any, y: Any) -> Refuser:
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: Any) -> Any:
        raise self.error


class Clumsy(TransformerMixin, BaseEstimator):
    """Answers; its converter does not."""

    def fit(self, X: Any, y: Any = None) -> Clumsy:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) * 2


class RefuserConverter(skl2tflite.RegressorConverter):
    def predict(self, X: Any) -> Any:
        return X[:, 0] * 2.0


RAISED = [
    ValueError("bad value"), TypeError("bad type"), KeyError("key"), IndexError("index"), AttributeError("attribute"),
    ZeroDivisionError("zero"), OverflowError("over"), RuntimeError("run"), NotImplementedError(), AssertionError(),
    OSError(2, "No such file", "weights.bin"), RecursionError("deep"), MemoryError(), StopIteration(),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), Exception("\x1b[31mred\nline"), ImportError("module"),
    LookupError("look"), ArithmeticError("count"),
]  # fmt: skip


@pytest.fixture
def converters() -> Iterator[None]:
    """Converters that a test registers are forgotten."""
    kept = dict(registry._CONVERTERS)
    yield
    registry._CONVERTERS.clear()
    registry._CONVERTERS.update(kept)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_estimators_that_raise_are_quoted(converters, error):
    skl2tflite.converts(Refuser)(RefuserConverter)
    estimator = Refuser(error).fit(X, Y)
    model = skl2tflite.convert(estimator)
    for call in (lambda: skl2tflite.convert(estimator, X), lambda: skl2tflite.verify(model, estimator, X)):
        raised = outcome(call)
        assert isinstance(raised, EstimatorError), repr(raised)
        assert "Refuser.predict" in str(raised)
        assert raised.__cause__ is error
        assert "defect" not in str(raised)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "place", ["check", "transform", "n_features", "labels", "nan_columns", "rows", "float64_error"]
)
def test_converters_of_others_that_raise_are_quoted(converters, error, place):
    def fails(self: Any, *args: Any, **kwargs: Any) -> Any:
        raise error

    methods: dict[str, Any] = {"transform": lambda self, X: X * 3.0, "__module__": __name__}
    methods[place] = property(fails) if place in ("n_features", "rows") else fails
    skl2tflite.converts(Clumsy)(type("ClumsyConverter", (skl2tflite.TransformerConverter,), methods))
    estimator = pipeline.make_pipeline(preprocessing.StandardScaler(), Clumsy()).fit(X)
    raised = outcome(lambda: skl2tflite.convert(estimator, X))
    if raised is not None and not isinstance(raised, FidelityError):
        assert isinstance(raised, EstimatorError), repr(raised)
        assert "ClumsyConverter itself raises" in str(raised)
        assert raised.__cause__ is error


def test_our_defects_are_not_laid_on_classes_of_others():
    estimator = Clumsy().fit(X)
    defect = r"Clumsy cannot be converted, .* defect of skl2tflite \(OverflowError"
    with pytest.raises(DefectError, match=defect), blaming(estimator, X):
        raise OverflowError("met within")
    estimator = copy.copy(FITTED["Ridge"][0])
    estimator.alpha = "much"
    with pytest.raises(EstimatorError, match=r"Ridge\.fit refuses X: The 'alpha' parameter"), blaming(estimator, X):
        raise OverflowError("met within")


@pytest.mark.parametrize("result", [None, "text", 3, [], {}, object(), np.zeros(3), [1, 2], lambda: 1, X])
def test_converters_of_others_that_give_odd_things(converters, result):
    class ClumsyConverter(skl2tflite.TransformerConverter):
        def transform(self, X: Any) -> Any:
            return result

    skl2tflite.converts(Clumsy)(ClumsyConverter)
    assert outcome(lambda: skl2tflite.convert(Clumsy().fit(X), X)) is not None


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_functions_that_raise_are_quoted(error):
    def function(X: Any) -> Any:
        raise error

    transformer = preprocessing.FunctionTransformer(function).fit(X)
    raised = outcome(lambda: skl2tflite.convert(transformer, X))
    assert isinstance(raised, ConversionError), repr(raised)


def test_what_fit_sets_is_named_where_it_is_missing():
    estimator = copy.copy(FITTED["Ridge"][0])
    del estimator.intercept_
    with pytest.raises(EstimatorError, match=r"Ridge fails by itself: .* no attribute .intercept_.; .* fit it again"):
        skl2tflite.convert(estimator)


def test_another_estimator_s_file():
    model = skl2tflite.convert(FITTED["LogisticRegression"][0], X)
    with pytest.raises(InvalidInputError, match="Ridge has no predict_proba, which the model has"):
        skl2tflite.verify(model, FITTED["Ridge"][0], X)
    with pytest.raises(InvalidInputError, match="2 features"):
        skl2tflite.verify(model, linear_model.LogisticRegression().fit(X[:, :2], Y), X[:, :2])
    with pytest.raises(InvalidInputError, match="expecting 2 features"):
        skl2tflite.verify(model, linear_model.LogisticRegression().fit(X[:, :2], Y), X)
    three = linear_model.LogisticRegression().fit(X, np.arange(40) % 3)
    assert not skl2tflite.verify(model, three, X).faithful
