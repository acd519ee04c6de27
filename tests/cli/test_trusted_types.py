"""The list of trusted types covers what fitted estimators of scikit-learn hold, and no more than it may."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy.sparse import csr_array, csr_matrix
from sklearn import ensemble, linear_model, neighbors, neural_network, preprocessing, svm
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import FeatureAgglomeration
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.experimental import enable_halving_search_cv, enable_iterative_imputer  # noqa: F401
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2, f_regression, mutual_info_classif
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    ShuffleSplit,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances
from sklearn.utils.estimator_checks import _enforce_estimator_tags_X, _enforce_estimator_tags_y

from skl2tflite.cli.estimators import read_estimator
from skl2tflite.cli.trusted_types import TRUSTED
from tests.comparing import dense

X = np.abs(np.random.default_rng(0).normal(size=(60, 4)))
CLASSES = (X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 1.2)
VALUES = X @ [1.0, 2.0, 3.0, 4.0] + 0.1
TEXTS = ["the cat sat", "a dog ran", "the dog sat"] * 20
FRAME = pd.DataFrame(X, columns=list("abcd")).assign(e=["x", "y"] * 30)
GRID = {"C": [0.1, 1.0]}

UNSAVED = {"Birch"}
"""Estimators that skops itself refuses to save."""


def _round_trip(estimator, folder):
    """Save an estimator and read it as the command line does."""
    skops.io.dump(estimator, folder / "model.skops")
    return read_estimator(folder / "model.skops")


@pytest.mark.parametrize(("name", "kind"), [pytest.param(*entry, id=entry[0]) for entry in all_estimators()])
def test_every_estimator_comes_back(name, kind, tmp_path):
    if name in UNSAVED:
        pytest.skip("skops does not save it")
    tried = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            instances = list(_construct_instances(kind))
        except BaseException as error:  # pytest's and unittest's skips among them
            pytest.skip(str(error))
        for instance in instances:
            estimator = clone(instance)
            try:
                estimator.fit(_enforce_estimator_tags_X(estimator, X), _enforce_estimator_tags_y(estimator, CLASSES))
            except (TypeError, ValueError, AttributeError):
                continue
            assert isinstance(_round_trip(estimator, tmp_path), kind)
            tried += 1
    if not tried:
        pytest.skip("takes other data")


FITTED = {
    **{f"KNN {metric} {algorithm}": (neighbors.KNeighborsClassifier(metric=metric, algorithm=algorithm), X, CLASSES)
       for metric in ("manhattan", "chebyshev", "euclidean", "minkowski")
       for algorithm in ("kd_tree", "ball_tree", "brute")},
    "KNN canberra": (neighbors.KNeighborsClassifier(metric="canberra", algorithm="ball_tree"), X, CLASSES),
    "KNN seuclidean": (
        neighbors.KNeighborsClassifier(algorithm="ball_tree", metric="seuclidean", metric_params={"V": np.ones(4)}),
        X, CLASSES,
    ),
    "KNN mahalanobis": (
        neighbors.KNeighborsClassifier(algorithm="ball_tree", metric="mahalanobis", metric_params={"VI": np.eye(4)}),
        X, CLASSES,
    ),
    "KNN sparse matrix": (neighbors.KNeighborsClassifier(), csr_matrix(X), CLASSES),
    "KNN sparse array": (neighbors.KNeighborsClassifier(), csr_array(X), CLASSES),
    "SVC sparse": (svm.SVC(), csr_matrix(X), CLASSES),
    **{f"MLP {s}": (neural_network.MLPClassifier(solver=s, max_iter=10), X, CLASSES) for s in ("sgd", "adam", "lbfgs")},
    **{f"SGD {loss}": (linear_model.SGDClassifier(loss=loss), X, CLASSES)
       for loss in ("hinge", "log_loss", "modified_huber", "perceptron", "huber", "squared_epsilon_insensitive")},
    **{f"Tweedie {p}": (linear_model.TweedieRegressor(power=p, link="log"), X, VALUES) for p in (0, 1, 1.5, 2, 3)},
    "Tweedie identity": (linear_model.TweedieRegressor(power=0), X, VALUES),
    **{f"boosting {loss}": (ensemble.GradientBoostingRegressor(loss=loss, n_estimators=2), X, VALUES)
       for loss in ("squared_error", "absolute_error", "huber", "quantile")},
    **{f"histogram boosting {loss}": (ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=2), X, VALUES)
       for loss in ("squared_error", "absolute_error", "gamma", "poisson")},
    "histogram boosting, classes": (ensemble.HistGradientBoostingClassifier(max_iter=2), X, CLASSES),
    **{f"calibration {m}": (CalibratedClassifierCV(svm.LinearSVC(), method=m, cv=2), X, CLASSES)
       for m in ("isotonic", "sigmoid")},
    **{str(k): (GaussianProcessRegressor(k, alpha=10.0), X, VALUES) for k in (
        kernels.RBF(), kernels.Matern(), kernels.RationalQuadratic(), kernels.DotProduct(), kernels.RBF() ** 2,
        kernels.WhiteKernel() + kernels.RBF(), kernels.ConstantKernel() * kernels.RBF(), kernels.PairwiseKernel(),
        kernels.ExpSineSquared(),
    )},
    **{f"search {i}": (GridSearchCV(linear_model.LogisticRegression(), GRID, **options), X, CLASSES)
       for i, options in enumerate([
           {}, {"cv": RepeatedStratifiedKFold(n_splits=2, n_repeats=2)}, {"cv": ShuffleSplit(2)},
           {"scoring": "accuracy"}, {"scoring": make_scorer(f1_score, average="macro")},
           {"scoring": ["accuracy", "f1_macro"], "refit": "accuracy"}, {"scoring": "neg_log_loss"},
       ])},
    "halving search": (HalvingGridSearchCV(linear_model.LogisticRegression(), GRID), X, CLASSES),
    "randomized search": (RandomizedSearchCV(linear_model.LogisticRegression(), GRID, n_iter=2), X, CLASSES),
    "scored ridge": (linear_model.RidgeCV(scoring="r2"), X, VALUES),
    "scored logistic": (linear_model.LogisticRegressionCV(scoring="accuracy", cv=2), X, CLASSES),
    **{f"selection {f.__name__}": (SelectKBest(f, k=2), X, CLASSES) for f in (chi2, f_regression, mutual_info_classif)},
    "iterative imputer": (IterativeImputer(), X, None),
    "iterative imputer with a forest": (
        IterativeImputer(ensemble.RandomForestRegressor(3), max_iter=1), X, None,
    ),
    "nearest imputer": (KNNImputer(), X, None),
    "indicator": (SimpleImputer(add_indicator=True), np.where(X > 2, np.nan, X), None),
    "isotonic": (IsotonicRegression(out_of_bounds="clip"), X[:, 0], VALUES),
    "splines": (preprocessing.SplineTransformer(), X, None),
    "bins": (preprocessing.KBinsDiscretizer(strategy="uniform"), X, None),
    "quantiles": (preprocessing.QuantileTransformer(n_quantiles=10), X, None),
    "categories": (preprocessing.OneHotEncoder(min_frequency=2), FRAME[["e"]], None),
    "codes": (preprocessing.OrdinalEncoder(dtype=np.float32), FRAME[["e"]], None),
    "function": (preprocessing.FunctionTransformer(np.log1p, np.expm1), X, None),
    "function with options": (preprocessing.FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}), X, None),
    "agglomeration": (FeatureAgglomeration(2, pooling_func=np.max), X, None),
    "columns": (
        ColumnTransformer([
            ("n", preprocessing.StandardScaler(), make_column_selector(dtype_include=np.number)),
            ("s", preprocessing.OneHotEncoder(), make_column_selector(pattern="e")),
        ]),
        FRAME, CLASSES,
    ),
    "output in pandas": (
        make_pipeline(preprocessing.StandardScaler(), svm.LinearSVC()).set_output(transform="pandas"),
        FRAME[list("abcd")], CLASSES,
    ),
    "stacking": (ensemble.StackingClassifier([("a", linear_model.LogisticRegression())]), X, CLASSES),
    "one against the rest, constant": (OneVsRestClassifier(svm.SVC()), X, np.c_[CLASSES > 0, CLASSES < 9]),
    "bagging": (ensemble.BaggingClassifier(neighbors.KNeighborsClassifier(), 2), X, CLASSES),
    "counts": (CountVectorizer(), TEXTS, None),
    "texts": (
        make_pipeline(TfidfVectorizer(stop_words=["the"], ngram_range=(1, 2)), linear_model.LogisticRegression()),
        TEXTS, CLASSES,
    ),
    "labels of objects": (
        linear_model.LogisticRegression(), X, np.array(["a", "b", "c"], dtype=object)[CLASSES],
    ),
    "random state": (linear_model.LogisticRegression(random_state=np.random.RandomState(0)), X, CLASSES),
}  # fmt: skip


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.filterwarnings("ignore")
def test_options_come_back(name, tmp_path):
    estimator, rows, y = FITTED[name]
    estimator = clone(estimator).fit(rows, y)
    loaded = _round_trip(estimator, tmp_path)
    methods = [method for method in ("predict", "transform") if hasattr(estimator, method)]
    assert methods
    for method in methods:
        expected, found = (dense(getattr(each, method)(rows)) for each in (estimator, loaded))
        assert np.array_equal(found, expected, equal_nan=found.dtype.kind == "f")


def test_names_are_scikit_learns_numpys_and_scipys():
    for name in TRUSTED:
        assert name.split(".")[0] in {"sklearn", "numpy", "scipy"}, name


def test_names_are_what_the_list_says():
    """Types and functions, not modules; nothing that keeps a function to call it, or runs text."""
    for name in TRUSTED:
        module, _, attribute = name.rpartition(".")
        try:
            value = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError):
            continue  # of another version of scikit-learn or SciPy
        assert callable(value), name
    assert not [name for name in TRUSTED if "PyFunc" in name or "partial" in name or "scipy.stats" in name]


def test_distributions_are_refused(run, tmp_path):
    """They run ``exec`` on a string of the file when they are loaded."""
    scipy_stats = pytest.importorskip("scipy.stats")
    search = RandomizedSearchCV(linear_model.LogisticRegression(), {"C": scipy_stats.loguniform(0.1, 1)}, n_iter=2)
    skops.io.dump(search.fit(X, CLASSES), tmp_path / "search.skops")
    run("convert", tmp_path / "search.skops").fails("scipy.stats", "--trust-type")
