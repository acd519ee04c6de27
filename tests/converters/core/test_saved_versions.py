"""Estimators of former versions of scikit-learn, their state made by hand."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

import skl2tflite
from skl2tflite.converters.core.saved_versions import own_exception, saved_by
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError
from tests.estimators.case import data

SKLEARN = tuple(map(int, sklearn.__version__.split(".")[:2]))
THREE, TWO = data("multiclass"), data("binary")


def with_counts(estimator: Any) -> Any:
    """An estimator as scikit-learn 1.3 fitted it: the values of its trees are counts of rows."""
    old = copy.deepcopy(estimator)
    for tree in [old.tree_] if hasattr(old, "tree_") else [member.tree_ for member in old.estimators_]:
        tree.value[:] *= tree.weighted_n_node_samples[:, np.newaxis, np.newaxis]
    return old


@pytest.mark.parametrize(
    ("estimator", "set_name"),
    [
        (DecisionTreeClassifier(max_depth=3), "multiclass"),
        (DecisionTreeClassifier(max_depth=3), "multioutput integers"),
        (RandomForestClassifier(5, max_depth=3, random_state=0), "binary strings"),
        (ExtraTreesClassifier(5, class_weight="balanced", random_state=0), "multiclass"),
        (BaggingClassifier(n_estimators=3, random_state=0), "multiclass"),
    ],
)
def test_trees_that_hold_counts(estimator: Any, set_name: str) -> None:
    rows = data(set_name)
    estimator = estimator.fit(rows.X, rows.y)
    skl2tflite.convert(estimator, rows.X_test)
    old = with_counts(estimator)
    wanted = r"an older scikit-learn .*counts of rows.*fit it again"
    with pytest.raises(UnsupportedEstimatorError, match=wanted):
        skl2tflite.convert(old)
    with pytest.raises(UnsupportedEstimatorError, match=rf"^Pipeline\['\w+'\] was fitted by {wanted}"):
        skl2tflite.convert(make_pipeline(FunctionTransformer(), old), rows.X_test)


def test_trees_within_ensembles_of_imbalanced_learn() -> None:
    ensembles = pytest.importorskip("imblearn.ensemble")
    forest = ensembles.BalancedRandomForestClassifier(4, random_state=0)
    bags = ensembles.BalancedBaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=3, random_state=0)
    for estimator in (forest.fit(THREE.X, THREE.y), bags.fit(THREE.X, THREE.y)):
        skl2tflite.convert(estimator, THREE.X_test)
        old = copy.deepcopy(estimator)
        for member in old.estimators_:
            tree = getattr(member, "tree_", None) or member[-1].tree_
            tree.value[:] *= tree.weighted_n_node_samples[:, np.newaxis, np.newaxis]
        with pytest.raises(UnsupportedEstimatorError, match="counts of rows"):
            skl2tflite.convert(old, THREE.X_test)
    boosted = ensembles.RUSBoostClassifier(n_estimators=3, random_state=0).fit(THREE.X, THREE.y)
    skl2tflite.convert(with_counts(boosted), THREE.X_test)


@pytest.mark.parametrize(
    "parameters",
    [
        {"class_weight": {0: 0.01, 1: 100.0, 2: 3.0}},
        {"criterion": "entropy"},
        {"ccp_alpha": 0.02},
        {"ccp_alpha": 10.0},
        {"max_leaf_nodes": 3},
        {"monotonic_cst": "first"},
    ],
    ids=str,
)
@pytest.mark.parametrize("outputs", ["one", "several"])
def test_every_way_to_grow_a_tree(parameters: dict[str, Any], outputs: str) -> None:
    """Trees of this version are never taken for counts; those that hold counts are told, if an answer depends on it."""
    rows = THREE if outputs == "one" else data("multioutput integers")
    if "monotonic_cst" in parameters:
        rows = TWO
        parameters = {"monotonic_cst": [1] + [0] * (rows.X.shape[1] - 1)}
    elif outputs == "several":
        parameters = {name: value for name, value in parameters.items() if name != "class_weight"}
    weights = np.random.default_rng(0).random(len(rows.X))
    for kind in (DecisionTreeClassifier, ExtraTreeClassifier):
        for sample_weight in (None, np.where(weights < 0.5, 0.0, weights), weights / weights.sum()):
            tree = kind(random_state=0, **parameters).fit(rows.X, rows.y, sample_weight=sample_weight)
            skl2tflite.convert(tree, rows.X_test)
            if np.allclose(tree.tree_.weighted_n_node_samples, 1.0):
                continue  # a root of weight 1: counts are fractions
            with pytest.raises(UnsupportedEstimatorError, match="counts of rows"):
                skl2tflite.convert(with_counts(tree))


def test_forests_that_were_grown_on() -> None:
    forest = RandomForestClassifier(2, max_samples=1, warm_start=True, random_state=0).fit(THREE.X, THREE.y)
    skl2tflite.convert(forest.set_params(n_estimators=5, max_samples=None).fit(THREE.X, THREE.y), THREE.X_test)
    with pytest.raises(UnsupportedEstimatorError, match="counts of rows"):
        skl2tflite.convert(with_counts(forest))
    one_class = RandomForestClassifier(2, random_state=0).fit(THREE.X, np.zeros(len(THREE.X)))
    skl2tflite.convert(one_class, THREE.X_test)


def test_boosting_asks_its_trees_for_labels_alone() -> None:
    estimator = AdaBoostClassifier(n_estimators=3, random_state=0).fit(THREE.X, THREE.y)
    expected = estimator.predict_proba(THREE.X_test)
    model = skl2tflite.convert(with_counts(estimator), THREE.X_test)
    np.testing.assert_allclose(model.predict_proba(THREE.X_test), expected, atol=1e-6)


def test_weights_and_regressors_are_no_counts() -> None:
    """Rounding of fractions under odd weights, trees of one leaf, and values of regressors."""
    weights = np.random.default_rng(0).random(len(THREE.X)) * 1e-7
    skl2tflite.convert(DecisionTreeClassifier().fit(THREE.X, THREE.y, sample_weight=weights), THREE.X_test)
    skl2tflite.convert(DecisionTreeClassifier(max_depth=1, min_samples_leaf=70).fit(THREE.X, THREE.y))
    by_hand = DecisionTreeClassifier(max_depth=1).fit(THREE.X, THREE.y)
    by_hand.tree_.value[1] *= 0.5
    skl2tflite.convert(by_hand, THREE.X_test)
    skl2tflite.convert(RandomForestRegressor(3).fit(THREE.X, 100.0 * THREE.y), THREE.X_test)
    skl2tflite.convert(GradientBoostingClassifier(n_estimators=3).fit(THREE.X, THREE.y), THREE.X_test)


def test_samme_r() -> None:
    estimator = AdaBoostClassifier(n_estimators=3, random_state=0).fit(THREE.X, THREE.y)
    vars(estimator)["algorithm"] = "SAMME.R"
    with pytest.raises(UnsupportedEstimatorError, match=r"SAMME\.R.*fit it again"):
        skl2tflite.convert(estimator)


@pytest.mark.skipif(SKLEARN < (1, 8), reason="up to 1.7 multi_class is a parameter, and counts")
@pytest.mark.parametrize("kind", [LogisticRegression, LogisticRegressionCV])
@pytest.mark.parametrize(
    ("multi_class", "solver", "rows", "differs"),
    [
        ("ovr", "lbfgs", THREE, True),
        ("ovr", "lbfgs", TWO, False),
        ("multinomial", "lbfgs", TWO, True),
        ("multinomial", "lbfgs", THREE, False),
        ("auto", "liblinear", THREE, True),
        ("deprecated", "liblinear", TWO, False),
        ("auto", "lbfgs", THREE, False),
    ],
)
def test_multi_class(kind: Any, multi_class: str, solver: str, rows: Any, differs: bool) -> None:
    extra = (
        {} if kind is LogisticRegression else {"cv": 2, "Cs": 2, "use_legacy_attributes": False, "scoring": "accuracy"}
    )
    estimator = kind(**extra).fit(rows.X, rows.y)
    vars(estimator).update(multi_class=multi_class, solver=solver)
    if not differs:
        skl2tflite.convert(estimator, rows.X_test)
        return
    with pytest.raises(UnsupportedEstimatorError, match=rf"multi_class='{multi_class}'.*1\.6 or 1\.7"):
        skl2tflite.convert(estimator, rows.X_test)


def test_a_missing_attribute_is_the_estimators_own() -> None:
    """Versions differ in what they set, as ``_fill_dtype``, which scikit-learn 1.9 asks for and 1.6 does not know."""
    pipeline = make_pipeline(SimpleImputer(), LogisticRegression()).fit(THREE.X, THREE.y)
    attribute = "_fill_dtype" if SKLEARN >= (1, 9) else "statistics_"
    delattr(pipeline[0], attribute)
    with pytest.raises(AttributeError):
        pipeline.predict(THREE.X)
    with pytest.raises(ConversionError, match=rf"AttributeError: .SimpleImputer. .*{attribute}"):
        skl2tflite.convert(pipeline, THREE.X_test)
    token = saved_by.set("1.6.1")
    try:
        with pytest.raises(ConversionError, match=r"saved by scikit-learn 1\.6\.1, and .* is installed"):
            skl2tflite.convert(pipeline, THREE.X_test)
    finally:
        saved_by.reset(token)


def test_what_an_estimator_raises_is_its_own_and_what_we_raise_is_not() -> None:
    def fails(X: Any) -> Any:
        raise RuntimeError("not today")

    transformer = FunctionTransformer(fails)
    with pytest.raises(RuntimeError) as own:
        transformer.transform(THREE.X)
    assert "fails by itself: RuntimeError: not today" in str(own_exception(transformer, own.value))
    with pytest.raises(AttributeError) as ours:
        _ = own_exception.nothing  # type: ignore[attr-defined]
    assert own_exception(transformer, ours.value) is None


@pytest.mark.parametrize("loss", ["log_loss", "exponential"])
@pytest.mark.parametrize("prior", [(0.3, 0.9), (0.0, 0.2), (1.5, 1.0), (0.2, 0.0)])
def test_priors_set_by_hand(loss: str, prior: tuple[float, float]) -> None:
    """scikit-learn takes the second alone; nothing says that both add to 1."""
    estimator = GradientBoostingClassifier(n_estimators=5, loss=loss).fit(TWO.X, TWO.y)
    estimator.init_.class_prior_ = np.array(prior)
    model = skl2tflite.convert(estimator, TWO.X_test, methods=("decision_function", "predict_proba", "predict"))
    expected = estimator.decision_function(TWO.X_test)
    np.testing.assert_allclose(model.decision_function(TWO.X_test), expected, rtol=1e-5)
    several = GradientBoostingClassifier(n_estimators=5).fit(THREE.X, THREE.y)
    several.init_.class_prior_ = np.array([0.5, *prior])
    skl2tflite.convert(several, THREE.X_test)


def test_a_pickle_comes_back_as_it_was() -> None:
    forest = RandomForestClassifier(3, random_state=0).fit(THREE.X, THREE.y)
    assert bytes(skl2tflite.convert(pickle.loads(pickle.dumps(forest)))) == bytes(skl2tflite.convert(forest))
