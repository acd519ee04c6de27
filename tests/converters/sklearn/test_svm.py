"""Support vector machines where they are hard: distances of 0, offsets, ties, batches, refusals."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR, NuSVC, OneClassSVM

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.converters.sklearn.svm import alternating_order, coupled_probabilities
from skl2tflite.errors import UnsupportedEstimatorError, UnsupportedMethodError
from skl2tflite.graph import DType, input_tensor
from skl2tflite.graph import functions as xp


def rows(n_classes: int, n_rows: int = 300, n_features: int = 8, seed: int = 0) -> tuple[Any, Any]:
    """Rows of float32 numbers in float64, and labels."""
    X, y = make_classification(
        n_rows, n_features, n_informative=n_features - 1, n_redundant=0, n_classes=n_classes,
        n_clusters_per_class=1, class_sep=0.7, flip_y=0.1, random_state=seed,
    )  # fmt: skip
    return X.astype(np.float32).astype(np.float64), y


def with_probabilities(estimator: Any, X: Any, y: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return estimator.set_params(probability=True, random_state=0).fit(X, y)


def relative_error(estimator: Any, method: str, X: Any) -> float:
    """Largest error of LiteRT as a fraction of the greatest magnitude."""
    expected = getattr(estimator, method)(X)
    actual = skl2tflite.convert(estimator, methods=(method,)).run(method, X)
    assert actual.shape == expected.shape
    return float(np.abs(actual - expected).max() / np.abs(expected).max())


# --- distances ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", ["scale", 0.01, 1.0, 1e3])
def test_rows_that_are_support_vectors(gamma: Any) -> None:
    """At distance 0 the kernel is 1, however little is left of it elsewhere."""
    X, y = rows(2)
    estimator = SVC(gamma=gamma).fit(X, y)
    vectors = estimator.support_vectors_
    # Σ|α K| is up to 34 times the greatest decision here; measured 2e-6, and 1.5e-6 from exact distances.
    assert relative_error(estimator, "decision_function", vectors) < 3e-6
    model = skl2tflite.convert(estimator, methods=("predict",))
    np.testing.assert_array_equal(model.predict(vectors), estimator.predict(vectors))


@pytest.mark.parametrize(("gamma", "expanded"), [("scale", True), (30.0, False)])
def test_distances_are_expanded_only_where_that_is_safe(gamma: Any, expanded: bool) -> None:
    X, y = rows(2)
    estimator = SVC(gamma=gamma).fit(X, y)
    model = skl2tflite.convert(estimator, methods=("decision_function",))
    assert ("SQUARED_DIFFERENCE" not in model.operators()) == expanded
    assert relative_error(estimator, "decision_function", X) < 2e-6


@pytest.mark.parametrize("gamma", ["scale", 0.1, 5.0])
@pytest.mark.parametrize("offset", [1e4, -3e5])
def test_features_far_from_zero(gamma: Any, offset: float) -> None:
    """An offset of 10 000 standard deviations costs nothing: what x and the vectors share goes first."""
    X, y = rows(2)
    X = (X + offset).astype(np.float32).astype(np.float64)
    estimator = SVC(gamma=gamma).fit(X, y)
    assert relative_error(estimator, "decision_function", X) < 1e-6


@pytest.mark.parametrize("gamma", ["scale", 5.0])
def test_rows_far_from_every_support_vector(gamma: Any) -> None:
    """Kernels vanish, whatever the squares overflow to; what is left is the intercept."""
    X, y = rows(2)
    estimator = SVC(gamma=gamma).fit(X, y)
    far = np.outer([1.0, -1.0], np.ones(X.shape[1])) * np.array([1e3, 1e10, 1e25, 1e30])[:, None, None]
    far = far.reshape(-1, X.shape[1])
    model = skl2tflite.convert(estimator, methods=("decision_function",))
    np.testing.assert_allclose(model.decision_function(far), estimator.decision_function(far), rtol=1e-6)
    np.testing.assert_allclose(model.decision_function(far), estimator.intercept_[0], rtol=1e-6)


def test_large_rbf_model_gives_every_label() -> None:
    X, y = make_classification(7000, 20, n_informative=10, flip_y=0.05, random_state=0)
    X = X.astype(np.float32)
    estimator = make_pipeline(StandardScaler(), SVC()).fit(X[:5000], y[:5000])
    assert len(estimator[-1].support_vectors_) > 1500
    model = skl2tflite.convert(estimator, methods=("predict", "decision_function"))
    np.testing.assert_array_equal(model.predict(X[5000:]), estimator.predict(X[5000:]))
    scores = estimator.decision_function(X[5000:])
    # Σ|α K| is some 200 times the greatest score here; measured 7e-6, in libsvm's order 4e-4.
    np.testing.assert_allclose(model.decision_function(X[5000:]), scores, rtol=0, atol=2e-5)


@pytest.mark.parametrize(("n_points", "n_features"), [(3, 9), (40, 5), (1, 1), (4, 1)])
def test_squared_distances(n_points: int, n_features: int) -> None:
    """Few points at once, many feature by feature: the same numbers, on arrays and in a file."""
    generator = np.random.default_rng(0)
    points = generator.normal(size=(n_points, n_features))
    X = generator.normal(size=(7, n_features))
    expected = np.square(X[:, None] - points).sum(axis=2)
    np.testing.assert_allclose(xp.squared_distances(X, points), expected, rtol=1e-14)
    traced = xp.squared_distances(input_tensor("X", DType.FLOAT, (None, n_features)), points)
    assert traced.shape == (None, n_points)


# --- long dot products ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n_features", [63, 64, 500])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_one_long_dot_product_is_multiplied_and_summed(n_features: int, fit_intercept: bool) -> None:
    """From 64 inputs on; an intercept of 0 adds nothing."""
    X, y = rows(2, n_features=n_features)
    estimator = LinearSVR(fit_intercept=fit_intercept, max_iter=100_000, C=0.01).fit(X, y)
    operators = skl2tflite.convert(estimator).operators()
    if n_features < 64:
        assert operators["FULLY_CONNECTED"] == 1
    else:
        assert operators["MUL"] == operators["SUM"] == 1
        assert operators["ADD"] == fit_intercept
    assert relative_error(estimator, "predict", X) < 1e-6


# --- the order of the sum -------------------------------------------------------------------------------


def test_alternating_order_keeps_partial_sums_small() -> None:
    generator = np.random.default_rng(0)
    weights = generator.uniform(0.1, 1.0, 1000)
    groups = np.repeat([0, 1], [300, 700])
    signed = np.where(groups == 0, weights / weights[:300].sum(), -weights / weights[300:].sum())
    order = alternating_order(groups, np.abs(signed))
    assert sorted(order) == list(range(1000))
    assert np.abs(np.cumsum(signed[order])).max() < 3 * np.abs(signed).max()
    assert np.abs(np.cumsum(signed)).max() > 0.99


# --- votes and ties -------------------------------------------------------------------------------------


def with_decisions(estimator: Any, decisions: Any) -> Any:
    """Return an estimator whose decisions are constants, to the sign of libsvm's."""
    estimator.dual_coef_ = estimator.dual_coef_ * 0
    estimator._dual_coef_ = estimator._dual_coef_ * 0
    estimator._intercept_ = np.array(decisions, dtype=np.float64)
    estimator.intercept_ = -estimator._intercept_ if len(decisions) == 1 else estimator._intercept_.copy()
    return estimator


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
@pytest.mark.parametrize("shape", ["ovr", "ovo"])
@pytest.mark.parametrize(
    "decisions",
    [[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -2.0, 4.0], [0.0, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 1.0, -1.0]],
)
def test_ties_between_votes_go_as_in_libsvm(decisions: list[float], shape: str, kernel: str) -> None:
    """Cycles give every class one vote; a decision of exactly 0 votes for the second class in predict."""
    X, y = rows(3)
    estimator = with_decisions(SVC(kernel=kernel, decision_function_shape=shape).fit(X, y), decisions)
    converter = converter_for(estimator)
    model = skl2tflite.convert(estimator, methods=("predict", "decision_function"))
    np.testing.assert_array_equal(converter.method("predict")(X[:3]), estimator.predict(X[:3]))
    np.testing.assert_array_equal(model.predict(X[:3]), estimator.predict(X[:3]))
    scores = estimator.decision_function(X[:3])
    np.testing.assert_allclose(converter.method("decision_function")(X[:3]), scores, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.decision_function(X[:3]), scores, rtol=0, atol=3e-7)


@pytest.mark.parametrize("decision", [0.0, 1e-30, -1e-30])
def test_two_classes_at_zero(decision: float) -> None:
    X, y = rows(2)
    estimator = with_decisions(SVC().fit(X, y), [decision])
    model = skl2tflite.convert(estimator, methods=("predict",))
    np.testing.assert_array_equal(model.predict(X[:2]), estimator.predict(X[:2]))


@pytest.mark.parametrize("decisions", [[1.0, -2.0, 4.0], [2.0, -1.0, 0.5], [1.0, -1.0, 1.0]])
def test_break_ties_follows_the_confidences(decisions: list[float]) -> None:
    X, y = rows(3)
    plain = with_decisions(SVC().fit(X, y), decisions)
    breaking = with_decisions(SVC(break_ties=True).fit(X, y), decisions)
    model = skl2tflite.convert(breaking, methods=("predict",))
    np.testing.assert_array_equal(model.predict(X[:2]), breaking.predict(X[:2]))
    if decisions == [1.0, -2.0, 4.0]:
        assert breaking.predict(X[:1]) != plain.predict(X[:1])


def test_break_ties_differs_from_votes_where_scikit_learn_does() -> None:
    X, y = rows(4, n_rows=600)
    estimator = SVC(break_ties=True, gamma=0.5).fit(X[:300], y[:300])
    voted = SVC(gamma=0.5).fit(X[:300], y[:300]).predict(X)
    assert (estimator.predict(X) != voted).any()
    np.testing.assert_array_equal(skl2tflite.convert(estimator, methods=("predict",)).predict(X), estimator.predict(X))


# --- probabilities --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_probabilities_do_not_depend_on_the_batch(n_classes: int) -> None:
    X, y = rows(n_classes)
    estimator = with_probabilities(SVC(), X, y)
    model = skl2tflite.convert(estimator, methods=("predict_proba",))
    together = model.predict_proba(X[:40])
    alone = np.vstack([model.predict_proba(X[i : i + 1]) for i in range(40)])
    np.testing.assert_allclose(alone, together, rtol=0, atol=2.5e-7)
    np.testing.assert_allclose(together, estimator.predict_proba(X[:40]), rtol=0, atol=2e-6)
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=0, atol=2e-7)
    assert model.predict_proba(X[:0]).shape == (0, n_classes)


def libsvm_coupling(r: Any) -> tuple[Any, int]:
    """Follow the formulas of libsvm's ``multiclass_probability`` literally, for one row."""
    n = len(r)
    Q = -r.T * r
    np.fill_diagonal(Q, 0)
    np.fill_diagonal(Q, (r**2).sum(axis=0))
    p = np.full(n, 1 / n)
    for sweep in range(max(100, n)):
        gradient = Q @ p
        energy = p @ gradient
        if np.abs(gradient - energy).max() < 0.005 / n:
            return p, sweep
        for t in range(n):
            step = (energy - gradient[t]) / Q[t, t]
            p[t] += step
            energy = (energy + step * (step * Q[t, t] + 2 * gradient[t])) / (1 + step) ** 2
            gradient = (gradient + step * Q[t]) / (1 + step)
            p = p / (1 + step)
    return p, max(100, n)


@pytest.mark.parametrize("n_classes", [2, 3, 4, 10])
@pytest.mark.parametrize("spread", [1.0, 5.0, 30.0])
def test_coupling_is_libsvms(n_classes: int, spread: float) -> None:
    """The same to 1e-12 in float64 and to 2e-6 in float32, logarithms of tiny probabilities included."""
    generator = np.random.default_rng(n_classes)
    pairs = np.array([(i, j) for i in range(n_classes) for j in range(i + 1, n_classes)])
    logits = spread * generator.normal(size=(50, len(pairs)))
    first = np.clip(1 / (1 + np.exp(-logits)), 1e-7, 1 - 1e-7)
    second = 1 - first
    r = np.zeros((50, n_classes, n_classes))
    r[:, pairs[:, 0], pairs[:, 1]] = first
    r[:, pairs[:, 1], pairs[:, 0]] = second
    expected, sweeps = zip(*(libsvm_coupling(row) for row in r), strict=True)
    assert len(set(sweeps)) > 1  # rows stop at different times
    np.testing.assert_allclose(coupled_probabilities(first, second, pairs), expected, rtol=0, atol=1e-12)
    narrow = coupled_probabilities(first.astype(np.float32), second.astype(np.float32), pairs)
    np.testing.assert_allclose(np.log(narrow), np.log(expected), rtol=0, atol=5e-6)


def test_log_probabilities_near_the_clip() -> None:
    """Pairs far beyond Platt's sigmoid end at 1e-7, not at the 6e-8 that 1 - p would leave in float32."""
    X, y = rows(3)
    estimator = with_probabilities(SVC(kernel="linear", C=0.1), X, y)
    probabilities = estimator.predict_proba(50 * X)
    assert probabilities.min() < 1e-6
    assert relative_error(estimator, "predict_log_proba", (50 * X).astype(np.float32)) < 2e-6


# --- what fit may leave behind --------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly", "sigmoid"])
def test_fitted_on_sparse_rows(kernel: str) -> None:
    X, y = rows(3)
    X[np.abs(X) < 0.5] = 0
    estimator = SVC(kernel=kernel).fit(csr_matrix(X), y)
    assert relative_error(estimator, "decision_function", X) < 2e-6
    model = skl2tflite.convert(estimator, methods=("predict",))
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))


def test_sparsified_linear_svc() -> None:
    X, y = rows(3)
    estimator = LinearSVC().fit(X, y).sparsify()
    assert relative_error(estimator, "decision_function", X) < 1e-6


def test_no_support_vectors() -> None:
    """A constant target needs none: the intercept is the answer."""
    X, _ = rows(2)
    estimator = SVR().fit(X, np.full(len(X), 2.5))
    assert len(estimator.support_vectors_) == 0
    model = skl2tflite.convert(estimator)
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))


def test_one_class_scores() -> None:
    X, _ = rows(2)
    estimator = OneClassSVM(nu=0.3).fit(X)
    model = skl2tflite.convert(estimator, methods=("predict", "decision_function", "score_samples"))
    assert set(model.predict(X)) == {-1, 1}
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))
    assert relative_error(estimator, "score_samples", X) < 1e-6


# --- kernels of the user's -------------------------------------------------------------------------------


def test_precomputed_kernels_are_read_where_the_support_vectors_are() -> None:
    """Whatever the kernels with other rows are, and in a file whose input has a column for each row."""
    X, y = rows(3)
    kernel = (np.tanh(0.1 * X @ X.T) + 2 * (X @ X.T > 0)).astype(np.float32).astype(np.float64)
    estimator = SVC(kernel="precomputed").fit(kernel, y)
    model = skl2tflite.convert(estimator, kernel[:50], methods=("predict", "decision_function"))
    assert model.n_features_in_ == len(X) > len(estimator.support_)
    others = np.setdiff1d(np.arange(len(X)), estimator.support_)
    disturbed = kernel.copy()
    disturbed[:, others] = 1e30
    np.testing.assert_array_equal(model.decision_function(disturbed), model.decision_function(kernel))
    assert relative_error(estimator, "decision_function", kernel) < 2e-6


@pytest.mark.parametrize("estimator", [SVC(kernel="poly", degree=0), SVC(kernel="poly", degree=0, C=0.3)])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_degree_zero_makes_every_kernel_one(estimator: Any, n_classes: int) -> None:
    """The same answer for every row, and where classes are equally large all depends on how sums are rounded."""
    X, y = rows(n_classes)
    estimator.fit(X, y)
    model = skl2tflite.convert(estimator, X, methods=("predict", "decision_function"))
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))
    expected = estimator.decision_function(X)
    np.testing.assert_allclose(converter_for(estimator).method("decision_function")(X), expected, rtol=0, atol=1e-14)


# --- refusals -------------------------------------------------------------------------------------------


def test_break_ties_without_ovr_is_refused_where_scikit_learn_fails() -> None:
    X, y = rows(3)
    estimator = SVC(break_ties=True, decision_function_shape="ovo").fit(X, y)
    with pytest.raises(UnsupportedEstimatorError, match="break_ties=True"):
        skl2tflite.convert(estimator, methods=("predict",))
    assert relative_error(estimator, "decision_function", X) < 2e-6


def test_probabilities_need_a_fit_for_them() -> None:
    X, y = rows(2)
    with pytest.raises(UnsupportedMethodError, match="predict_proba"):
        skl2tflite.convert(SVC().fit(X, y), methods=("predict_proba",))
    late = SVC().fit(X, y).set_params(probability=True)
    with pytest.raises(UnsupportedEstimatorError, match="fitted with probability=False"):
        skl2tflite.convert(late, methods=("predict_proba",))


def test_classes_without_weight_are_refused() -> None:
    """libsvm forgets such a class, and scikit-learn's predict then gives the wrong labels."""
    X, y = rows(3)
    estimator = SVC().fit(X, y, sample_weight=(y != 1).astype(float))
    with pytest.raises(UnsupportedEstimatorError, match="no rows of positive weight"):
        skl2tflite.convert(estimator)


def test_nu_svc_default_methods() -> None:
    X, y = rows(3)
    assert skl2tflite.convert(NuSVC(nu=0.2).fit(X, y)).methods == ("predict",)
    assert skl2tflite.convert(with_probabilities(NuSVC(nu=0.2), X, y)).methods == ("predict_proba", "predict")
