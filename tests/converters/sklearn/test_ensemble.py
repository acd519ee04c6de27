"""Inputs and models that ordinary data rarely hold: thresholds, categories, ties."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomTreesEmbedding,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import OneClassSVM
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]


def sample(n_classes=2, n_rows=300, n_features=5, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n_rows, n_features)).round(1)  # repeated values: thresholds fall on halves
    y = np.digitize(X[:, 0] + X[:, 1] * X[:, 2], np.linspace(-1, 1, n_classes + 1)[1:-1])
    return X.astype(np.float32), y


def thresholds_of(estimator):
    """Thresholds of every node of every tree, whatever the columns."""
    if hasattr(estimator, "_predictors"):
        nodes = [p.nodes for stage in estimator._predictors for p in stage]
        return np.concatenate([n["num_threshold"][n["is_leaf"] == 0] for n in nodes])
    members = np.ravel(estimator.estimators_)
    return np.concatenate([m.tree_.threshold[m.tree_.children_left >= 0] for m in members])


def rows_at(thresholds, n_features, n_rows=400):
    """Rows of thresholds rounded to float32 and their neighbours."""
    random = np.random.default_rng(1)
    thresholds = thresholds[np.isfinite(thresholds)]
    X = random.choice(thresholds, (n_rows, n_features)).astype(np.float32)
    towards = random.choice([-np.inf, np.inf], X.shape).astype(np.float32)
    return np.where(random.random(X.shape) < 0.5, X, np.nextafter(X, towards))


def assert_equal(estimator, X, tolerance=1e-6):
    """Every method of the file agrees with scikit-learn, labels on every single row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in skl2tflite.converters.converter_for(estimator).methods:
            model = skl2tflite.convert(estimator, methods=(method,))
            report = skl2tflite.verify(model, estimator, X, tolerance=tolerance)
            assert report.faithful, report.summary()
            assert not report[method].near_ties.size
            assert np.shape(model.run(method, X)) == np.shape(getattr(estimator, method)(X))


ENSEMBLES = [
    GradientBoostingClassifier(n_estimators=12, random_state=0),
    HistGradientBoostingClassifier(max_iter=12),
    AdaBoostClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=8, random_state=0),
    BaggingClassifier(n_estimators=8, max_features=3, random_state=0),
    IsolationForest(n_estimators=20, random_state=0),
    IsolationForest(n_estimators=20, max_features=3, contamination=0.2, random_state=0),
]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("estimator", ENSEMBLES, ids=lambda e: type(e).__name__)
def test_rows_on_thresholds(estimator, n_classes):
    X, y = sample(n_classes)
    estimator.fit(X, y)
    assert_equal(estimator, rows_at(thresholds_of(estimator), X.shape[1]))


@pytest.mark.parametrize(
    "estimator",
    [
        GradientBoostingRegressor(n_estimators=12, random_state=0),
        HistGradientBoostingRegressor(max_iter=12),
        AdaBoostRegressor(n_estimators=9, random_state=0),
        BaggingRegressor(n_estimators=8, max_features=3, random_state=0),
    ],
    ids=lambda e: type(e).__name__,
)
def test_regression_rows_on_thresholds(estimator):
    X, _ = sample()
    estimator.fit(X, X[:, 0] * 3 + X[:, 1] ** 2)
    assert_equal(estimator, rows_at(thresholds_of(estimator), X.shape[1]))


def test_embedding_on_thresholds():
    X, _ = sample()
    embedding = RandomTreesEmbedding(7, max_depth=4, random_state=0).fit(X)
    rows = rows_at(thresholds_of(embedding), X.shape[1])
    np.testing.assert_array_equal(skl2tflite.convert(embedding).transform(rows), embedding.transform(rows).toarray())


@pytest.mark.parametrize("trained_on_missing", [False, True])
@pytest.mark.parametrize(
    "estimator",
    [
        HistGradientBoostingClassifier(max_iter=10),
        BaggingClassifier(n_estimators=6, random_state=0),
        IsolationForest(n_estimators=10, max_features=3, random_state=0),
        VotingClassifier([("a", DecisionTreeClassifier(max_depth=3)), ("b", RandomForestClassifier(4))], voting="soft"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_rows_of_nan(estimator, trained_on_missing):
    X, y = sample(3)
    if trained_on_missing:
        X[np.random.default_rng(0).random(X.shape) < 0.3] = np.nan
    estimator.fit(X, y)
    rows = X.copy()
    rows[:50] = np.nan
    rows[50:200][np.random.default_rng(1).random((150, X.shape[1])) < 0.5] = np.nan
    assert_equal(estimator, rows)


# --- categories -----------------------------------------------------------------------------------------

CATEGORIES = np.array([-5.0, 0.0, 0.5, 1.0, 7.0, 300.0, 2.0**24])
STRANGERS = [-1.0, 0.25, 1.0 + 2**-20, 6.0, 8.0, 255.0, 2.0**24 - 1, 1e30, -1e30, -0.0, np.nan]


def categorical(n_classes=2, column=3):
    X, y = sample(n_classes)
    X = X.astype(np.float64)
    random = np.random.default_rng(2)
    code = random.integers(len(CATEGORIES), size=len(X))
    X[:, column] = CATEGORIES[code]
    return X, (y + np.isin(code, [1, 4, 6])) % n_classes


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("column", [0, 3])
def test_categories_known_and_unknown(n_classes, column, missing):
    X, y = categorical(n_classes, column)
    if missing:
        X[::7, column] = np.nan
    estimator = HistGradientBoostingClassifier(max_iter=15, categorical_features=[column]).fit(X, y)
    rows = X.astype(np.float32)
    rows[:, column] = np.resize([*CATEGORIES, *STRANGERS], len(rows))
    assert_equal(estimator, rows)


def test_many_categories():
    X, _ = sample(n_rows=2000)
    X[:, 1] = np.random.default_rng(0).integers(255, size=len(X))
    effect = np.random.default_rng(1).normal(size=255)
    estimator = HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=3, categorical_features=[1])
    estimator.fit(X, effect[X[:, 1].astype(int)] + X[:, 0])
    rows = X[:600].copy()
    rows[:, 1] = np.arange(600) / 2 - 10
    assert_equal(estimator, rows)


def test_only_categories():
    X, y = categorical()
    estimator = HistGradientBoostingClassifier(max_iter=5, categorical_features=[0]).fit(X[:, 3:4], y)
    assert_equal(estimator, np.array([*CATEGORIES, *STRANGERS], np.float32)[:, np.newaxis])


def test_numbers_of_a_categorical_dtype():
    X, y = categorical()
    frame = pd.DataFrame(X, columns=list("abcde")).astype({"d": "category"})
    estimator = HistGradientBoostingClassifier(max_iter=8).fit(frame, y)
    assert estimator.is_categorical_.tolist() == [False, False, False, True, False]
    model = skl2tflite.convert(estimator)
    np.testing.assert_array_equal(model.predict(frame), estimator.predict(frame))


@pytest.mark.parametrize("options", [{}, {"categories": "codes"}, {"target": "micro", "methods": ("predict",)}])
@pytest.mark.parametrize("columns", ["abcde", "cd", "d"])
def test_categories_that_are_text(options, columns):
    if "target" in options:
        pytest.importorskip("tflite_micro")
    X, y = categorical()
    frame = pd.DataFrame(X, columns=list("abcde"))
    frame["d"] = pd.Categorical(frame["d"].map(lambda number: np.nan if np.isnan(number) else f"Größe {number}"))
    frame["c"] = pd.Categorical(np.where(frame["c"] > 0, "", "low"))
    frame = frame[list(columns)]
    estimator = HistGradientBoostingClassifier(max_iter=8).fit(frame, y)
    model = skl2tflite.convert(estimator, frame, **options)
    rows = frame.astype({"d": object}).iloc[:60]
    rows.loc[rows.index[:9], "d"] = ["unseen", None, np.nan, "", "Größe", 3.0, "\uffff", "x" * 1000, "grösse"]
    np.testing.assert_array_equal(model.predict(rows), estimator.predict(rows))
    np.testing.assert_array_equal(model.predict(rows[rows.columns[::-1]]), estimator.predict(rows))
    if len(columns) == 5:
        with pytest.raises(InvalidInputError, match="column 'a' holds values that are not numbers"):
            model.predict(rows.assign(a="text"))


def test_categories_beyond_float32_are_refused():
    X, y = categorical()
    X[:, 3] = np.where(X[:, 3] == 0.5, 0.1, X[:, 3])
    estimator = HistGradientBoostingClassifier(max_iter=3, categorical_features=[3]).fit(X, y)
    with pytest.raises(UnsupportedEstimatorError, match=r"feature '3' has the category .*0\.1"):
        skl2tflite.convert(estimator)


# --- ties -----------------------------------------------------------------------------------------------


def with_leaves(estimator, *values):
    """Let every leaf of the ``i``-th tree of a boosted model have the ``i``-th value."""
    for member, value in zip(np.ravel(estimator.estimators_), values, strict=True):
        member.tree_.value[:] = value
    return estimator


@pytest.mark.parametrize("values", [(0.0, 0.0, 0.0), (0.25, 0.5, -0.75), (0.7, 0.1, -0.8), (1e5, 1e-3, -1e5 - 1e-3)])
def test_binary_gradient_boosting_is_positive_at_zero(values):
    X, y = sample()
    estimator = GradientBoostingClassifier(n_estimators=3, init="zero", learning_rate=1.0).fit(X, y)
    model = skl2tflite.convert(with_leaves(estimator, *values))
    assert model.predict(X[:5]).tolist() == [1] * 5
    for nudge, label in ((-1e-7, 0), (1e-7, 1)):
        with_leaves(estimator, values[0] + nudge, *values[1:])
        assert estimator.predict(X[:5]).tolist() == [label] * 5
        assert skl2tflite.convert(estimator).predict(X[:5]).tolist() == [label] * 5


@pytest.mark.parametrize("nudge", [-1e-7, 0.0, 1e-7])
def test_binary_hist_gradient_boosting_is_negative_at_zero(nudge):
    X, y = sample()
    estimator = HistGradientBoostingClassifier(max_iter=3).fit(X, y)
    estimator._baseline_prediction[:] = -3.75
    for (predictor,), value in zip(estimator._predictors, (1.0, 2.5, 0.25 + nudge), strict=True):
        predictor.nodes["value"] = value
    expected = [int(nudge > 0)] * 5
    assert estimator.predict(X[:5]).tolist() == expected
    assert skl2tflite.convert(estimator).predict(X[:5]).tolist() == expected


@pytest.mark.parametrize("first", [0, 1, 2])
def test_boosting_gives_the_first_of_equal_classes(first):
    X, y = sample(3)
    estimator = GradientBoostingClassifier(n_estimators=3, init="zero", learning_rate=1.0).fit(X, y)
    thirds, whole, less = (1 / 3, 1 / 3, 1 / 3), (1.0, 0.0, 0.0), (0.5, 0.25, 0.25 - 1e-8)
    classes = [less] * first + [thirds, whole, thirds][: 3 - first]
    with_leaves(estimator, *np.transpose(classes).ravel())
    assert estimator.predict(X[:5]).tolist() == [first] * 5
    assert skl2tflite.convert(estimator).predict(X[:5]).tolist() == [first] * 5


def test_forests_vote_ties_go_to_the_first_class():
    X, y = sample(4, n_rows=60)
    for estimator in (RandomForestClassifier(8, random_state=0), BaggingClassifier(n_estimators=8, random_state=0)):
        estimator.fit(X, y)
        rows = sample(n_rows=3000, seed=5)[0]
        top = np.sort(estimator.predict_proba(rows), axis=1)
        assert (top[:, -1] == top[:, -2]).sum() > 50
        np.testing.assert_array_equal(skl2tflite.convert(estimator).predict(rows), estimator.predict(rows))


def test_forests_of_mixed_leaves_agree_beyond_float32():
    X, y = sample(3, n_rows=3000)
    estimator = RandomForestClassifier(100, max_depth=6, random_state=0).fit(X, y)
    rows = sample(n_rows=20000, seed=5)[0]
    np.testing.assert_array_equal(skl2tflite.convert(estimator).predict(rows), estimator.predict(rows))


def test_ada_boost_ties_go_to_the_first_class():
    X, y = sample()
    member = DecisionTreeClassifier(max_depth=2, max_features=1)
    estimator = AdaBoostClassifier(member, n_estimators=6, random_state=0).fit(X, y)
    estimator.estimator_weights_[:] = [0.5, 0.25, 0.25, 1.0, 0.5, 0.5]
    rows = rows_at(thresholds_of(estimator), X.shape[1], 2000)
    assert (estimator.decision_function(rows) == 0).any()
    assert_equal(estimator, rows)


def test_weighted_median_at_half_of_the_weight():
    X, _ = sample()
    estimator = AdaBoostRegressor(DecisionTreeRegressor(max_depth=3), n_estimators=8, random_state=0)
    estimator.fit(X, X[:, 0] * 3 + X[:, 1] ** 2)
    estimator.estimator_weights_[:] = np.resize([0.5, 0.25, 0.125], len(estimator.estimator_weights_))
    assert_equal(estimator, rows_at(thresholds_of(estimator), X.shape[1]))


def test_hard_votes_add_up_as_in_float64():
    X, y = sample()
    members = [(str(depth), DecisionTreeClassifier(max_depth=depth, random_state=0)) for depth in (1, 2, 6)]
    estimator = VotingClassifier(members, weights=[0.1, 0.2, 0.3]).fit(X, y)  # 0.1 + 0.2 > 0.3
    rows = sample(n_rows=2000, seed=3)[0]
    votes = estimator.transform(rows)
    assert ((votes[:, 0] == votes[:, 1]) & (votes[:, 1] != votes[:, 2])).any()
    np.testing.assert_array_equal(skl2tflite.convert(estimator).predict(rows), estimator.predict(rows))


def test_training_rows_on_the_boundary_are_no_outliers():
    X, _ = sample(n_rows=201)
    estimator = IsolationForest(n_estimators=40, contamination=0.1, random_state=0).fit(X)
    on_boundary = estimator.decision_function(X) == 0
    assert on_boundary.any()
    np.testing.assert_array_equal(skl2tflite.convert(estimator, methods=("predict",)).predict(X), estimator.predict(X))


# --- members --------------------------------------------------------------------------------------------


def test_members_that_are_alike_but_for_their_trees():
    X, y = sample(3)
    estimator = VotingClassifier(
        [(str(seed), DecisionTreeClassifier(max_depth=2, max_features=1, random_state=seed)) for seed in range(4)],
        voting="soft",
    )
    assert_equal(estimator.fit(X, y), X)


def test_many_voters():
    X, y = sample(3)
    members = [(str(seed), DecisionTreeClassifier(max_features=1, random_state=seed)) for seed in range(15)]
    assert_equal(VotingClassifier(members, weights=np.linspace(0.1, 1.3, 15)).fit(X, y), X)


def test_prefit_members_keep_their_own_labels():
    X, y = sample(3)
    labels = np.array([-4, 3, 90])[y]
    members = [("tree", DecisionTreeClassifier(max_depth=3).fit(X, labels))]
    estimator = StackingClassifier(members, LogisticRegression(max_iter=5000), cv="prefit", stack_method="predict")
    assert_equal(estimator.fit(X, labels), X)


def test_logarithms_of_probabilities_that_no_member_gives():
    X = np.array([[0.0], [1.0], [2.0], [3.0]] * 10, np.float32)
    y = X[:, 0].astype(int) % 2
    estimator = BaggingClassifier(RandomForestClassifier(3, bootstrap=False), n_estimators=3, random_state=0).fit(X, y)
    with np.errstate(divide="ignore"):
        expected = estimator.predict_log_proba(X)
    assert np.isinf(expected).any()
    model = skl2tflite.convert(estimator, methods=("predict_log_proba",))
    np.testing.assert_allclose(model.predict_log_proba(X), expected, atol=1e-6)


def test_refusals_say_where():
    X, y = sample()
    bagging = BaggingClassifier(LogisticRegression(), n_estimators=2).fit(X, y)
    bagging.estimators_[1] = OneClassSVMLike().fit(X, y)
    with pytest.raises(UnsupportedEstimatorError, match=r"BaggingClassifier\.estimators_\[1\]"):
        skl2tflite.convert(bagging)


@pytest.mark.parametrize("target", TARGETS)
def test_votes_with_members_first(target):
    X, y = sample()
    members = [
        ("t", DecisionTreeClassifier(max_depth=3)),
        ("l", LogisticRegression()),
        ("m", LogisticRegression(C=0.1)),
    ]
    voting = VotingClassifier(members, voting="soft", flatten_transform=False).fit(X, y)
    expected = voting.transform(X)
    precise = X.astype(np.float64)
    np.testing.assert_allclose(converter_for(voting).transform(precise), voting.transform(precise), atol=1e-12)
    for estimator in (voting, make_pipeline("passthrough", FrozenEstimator(voting))):
        model = skl2tflite.convert(estimator, X, methods=("transform",), target=target)
        model = skl2tflite.TFLiteModel(bytes(model))
        assert model.outputs["transform"][1] == (-1 if target == "litert" else 1, *expected.shape[::2])
        np.testing.assert_allclose(model.transform(X), expected, atol=1e-6)
        assert model.transform(X[:0]).shape == (3, 0, expected.shape[2])
        assert skl2tflite.verify(model, estimator, X)["transform"].rows == len(X)
    for estimator in (make_union(voting, voting), make_pipeline(voting, FunctionTransformer(np.abs))):
        with pytest.raises(UnsupportedEstimatorError, match="transform gives rows on the second axis"):
            skl2tflite.convert(estimator)


class OneClassSVMLike(OneClassSVM):
    """No converter is registered for it."""
