"""Kernels as users write them, functions of two matrices or rows: recorded, converted, compared with themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from sklearn.decomposition import KernelPCA
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process import kernels as gp
from sklearn.kernel_approximation import Nystroem
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import pairwise
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import SVC, SVR, OneClassSVM

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.graph import evaluate
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

RANDOM = np.random.default_rng(0)
X = np.abs(RANDOM.normal(size=(160, 4))).astype(np.float32).astype(np.float64)
TARGET = X[:, 0] + X[:, 1] * X[:, 2]
LABELS = (TARGET > 1.0).astype(int) + (X[:, 3] > 1.0)
M = np.cov(X.T)


def expanded(A: Any, B: Any) -> Any:
    squares = np.sum(A**2, axis=1).reshape(-1, 1) + np.sum(B**2, axis=1) - 2 * np.dot(A, B.T)
    return np.exp(-0.3 * squares)


def column_by_column(A: Any, B: Any) -> Any:
    gram = np.zeros((A.shape[0], B.shape[0]))
    for j, b in enumerate(B):
        gram[:, j] = A @ b
    return gram


def of_all_vectors(A: Any, B: Any) -> Any:
    return np.tanh(A @ B.T / B.std())


KERNELS: dict[str, Callable[..., Any]] = {
    "product": lambda A, B: np.dot(A, B.T),
    "metric": lambda A, B: A @ M @ B.T,
    "differences": lambda A, B: np.exp(-0.3 * ((A[:, None] - B[None]) ** 2).sum(-1)),
    "norms": lambda A, B: np.exp(-np.linalg.norm(A[:, None, :] - B, axis=2)),
    "expanded": expanded,
    "columns": column_by_column,
    "of all vectors": of_all_vectors,
    "asymmetric": lambda A, B: A @ np.tanh(B).T,
    "intersection": lambda A, B: np.minimum(A[:, None], B).sum(-1),
    "einsum": lambda A, B: np.einsum("ij,kj->ik", A, B),
    "cdist": lambda A, B: np.exp(-0.2 * cdist(A, B, "sqeuclidean")),
    "cityblock": lambda A, B: np.exp(-cdist(A, B, "cityblock")),
    "partial": partial(pairwise.rbf_kernel, gamma=0.4),
    "of scikit-learn": pairwise.chi2_kernel,
    "additive chi2": pairwise.additive_chi2_kernel,
    "laplacian": lambda A, B: pairwise.laplacian_kernel(A, B, gamma=0.3) + 1,
    "sum": lambda A, B: pairwise.rbf_kernel(A, B, gamma=2) + pairwise.cosine_similarity(A, B),
    "by name": lambda A, B: pairwise.pairwise_kernels(A, B, metric="sigmoid", gamma=0.1),
    "of a gaussian process": gp.Matern(1.5, nu=1.5),
}


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        *((estimator, name) for estimator in (SVC(max_iter=300), SVR(max_iter=300)) for name in KERNELS),
        # which gives a kernel the rows of a call second
        *((LabelSpreading(max_iter=3), name) for name in KERNELS if name != "of all vectors"),
    ],
    ids=lambda each: each if isinstance(each, str) else type(each).__name__,
)
@pytest.mark.filterwarnings("ignore")
def test_functions_of_two_matrices(estimator: Any, name: str) -> None:
    """The recording computes what the function does, on rows it never saw; so does the file."""
    estimator.set_params(kernel=KERNELS[name]).fit(X[:80], TARGET[:80] if isinstance(estimator, SVR) else LABELS[:80])
    model = skl2tflite.convert(estimator, X[80:])
    assert model.n_features_in_ == 4
    for method, graph in plan(Conversion(estimator)).graphs.items():
        got = model.facts.methods[method].decode(evaluate(graph, {"X": X}))
        np.testing.assert_allclose(got, getattr(estimator, method)(X), rtol=1e-6, atol=1e-9)


def test_only_support_vectors_are_kept() -> None:
    """Unless the function looks at all fitted rows at once."""
    alone = SVC(kernel=KERNELS["differences"], C=100.0).fit(X, X[:, 0] > 1)
    whole = SVC(kernel=of_all_vectors, C=100.0).fit(X, X[:, 0] > 1)
    n_vectors = len(alone.support_)
    assert n_vectors < len(X) / 2
    assert n_vectors in lengths(alone)
    assert len(X) not in lengths(alone)
    assert len(X) in lengths(whole)


def lengths(estimator: Any) -> set[int | None]:
    """Lengths of the axes of all tensors."""
    (graph,) = plan(Conversion(estimator), ConversionOptions(methods=("decision_function",))).graphs.values()
    return {length for node in graph.nodes() for tensor in node.outputs for length in tensor.shape}


def test_rows_far_from_zero_keep_their_digits() -> None:
    """scikit-learn's distances are converted as they are everywhere here, not as it expands them."""
    rows = (X + 1e3).astype(np.float32).astype(np.float64)
    estimator = SVR(kernel=partial(pairwise.rbf_kernel, gamma=0.4)).fit(rows, TARGET)
    expected = SVR(gamma=0.4).fit(rows, TARGET).predict(rows)
    np.testing.assert_allclose(skl2tflite.convert(estimator).predict(rows), expected, atol=2e-6)


RANDOM_STATE = np.random.default_rng(0)

REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "loop": (
        lambda A, B: np.array([[a @ b for b in B] for a in A]),
        r"rows.* known only at run time.*\[test_user_kernels.py:\d+",
    ),
    "batch": (lambda A, B: A @ B.T / np.abs(A).max(), "change with the other rows"),
    "random": (lambda A, B: A @ B.T + RANDOM_STATE.normal(), "another answer at each call"),
    "cdist": (lambda A, B: 1 - cdist(A, B, "cosine"), "cdist with metric='cosine' cannot be recorded"),
    "values": (lambda A, B: A @ B.T if A[0, 0] > 0 else B @ B.T, "condition on values"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_functions_that_cannot_be_recorded(name: str) -> None:
    kernel, reason = REFUSED[name]
    estimator = make_pipeline(StandardScaler(), SVR(kernel=kernel)).fit(X, TARGET)
    with pytest.raises(UnsupportedEstimatorError, match=rf"Pipeline\['svr'\]: kernel=<lambda> cannot .*{reason}"):
        skl2tflite.convert(estimator)


def of_anything(A: Any, B: Any) -> Any:
    return np.asarray(A) @ np.asarray(B).T


@pytest.mark.parametrize("kernel", [pairwise.chi2_kernel, pairwise.laplacian_kernel, of_anything])
@pytest.mark.parametrize("kind", [list, pd.DataFrame])
def test_rows_that_are_no_array(kernel: Any, kind: Any) -> None:
    if kernel is pairwise.chi2_kernel and kind is pd.DataFrame:
        pytest.skip("scikit-learn's own kernel does not take it: a DataFrame's array is read-only")
    rows = np.abs(X)
    fitted = rows.tolist() if kind is list else kind(rows)
    for estimator in (SVC(kernel=kernel), SVR(kernel=kernel), OneClassSVM(kernel=kernel)):
        estimator.fit(fitted, LABELS if isinstance(estimator, SVC) else TARGET)
        skl2tflite.convert(estimator, rows)  # which compares


def test_rows_that_must_be_a_list_are_refused() -> None:
    estimator = SVR(kernel=lambda A, B: np.asarray(A) @ np.asarray(B[: len(X)] * 2)[: len(X)].T).fit(X.tolist(), TARGET)
    with pytest.raises(UnsupportedEstimatorError, match="fitted on a list, not on a NumPy array"):
        skl2tflite.convert(estimator)


OBJECTS = (
    gp.RBF(2.0),
    gp.RBF(20.0),
    gp.ConstantKernel(2.0) * gp.Matern([1.5, 1.0, 2.0, 1.0], nu=1.5) + gp.WhiteKernel(0.1),
    gp.RationalQuadratic(),
    gp.DotProduct() ** 2,
)


@pytest.mark.parametrize("kernel", OBJECTS, ids=str)
def test_kernel_objects_in_other_estimators(kernel: gp.Kernel) -> None:
    """scikit-learn calls them with matrices, functions with rows."""
    rows = StandardScaler().fit_transform(X)
    for estimator in (
        KernelRidge(kernel=kernel),
        KernelPCA(2, kernel=kernel),
        Nystroem(kernel=kernel, n_components=8, random_state=0),
        SVC(kernel=kernel),
        SVR(kernel=kernel),
        LabelSpreading(kernel=kernel),
    ):
        estimator.fit(rows[::2], LABELS[::2] if hasattr(estimator, "predict") else None)
        skl2tflite.convert(estimator, rows[1::2])  # which compares


def test_a_kernel_object_that_does_not_convert_is_named() -> None:
    class Drawn(Cauchy):
        def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
            return super().__call__(X, Y) + np.random.default_rng().normal() * 1e-3

    estimator = KernelRidge(kernel=gp.ConstantKernel(2.0) * Drawn()).fit(X, TARGET)
    with pytest.raises(UnsupportedEstimatorError, match=r"KernelRidge: kernel=.*Drawn.* cannot be recorded"):
        skl2tflite.convert(estimator)


# --- kernels of Gaussian processes ----------------------------------------------------------------------


class Cauchy(gp.StationaryKernelMixin, gp.NormalizedKernelMixin, gp.Kernel):
    """``1 / (1 + d²)``."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        X = np.atleast_2d(X)
        return 1 / (1 + cdist(X / self.scale, (X if Y is None else Y) / self.scale, metric="sqeuclidean"))


class Doubled(gp.RBF):
    """Twice the kernel that it is a kind of, which must not be mistaken for that."""

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        return 2 * super().__call__(X, Y)

    def diag(self, X: Any) -> Any:
        return 2 * super().diag(X) + 0 * X[:, 0]


class Looped(Cauchy):
    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        return np.array([[1 / (1 + (x - y) @ (x - y)) for y in (X if Y is None else Y)] for x in X])


@pytest.mark.parametrize("kernel", [Cauchy(2.0), Doubled(2.0), 2.0 * Cauchy() + gp.WhiteKernel(0.1)], ids=str)
def test_kernels_of_gaussian_processes(kernel: Any) -> None:
    for estimator, y in (
        (GaussianProcessRegressor(kernel, alpha=0.1, optimizer=None), TARGET),
        (GaussianProcessClassifier(kernel, optimizer=None), LABELS > 0),
    ):
        estimator.fit(X[:80], y[:80])
        skl2tflite.convert(estimator, X[80:])
        for method, graph in plan(Conversion(estimator)).graphs.items():
            (got,) = evaluate(graph, {"X": X}).values()
            np.testing.assert_allclose(got, getattr(estimator, method)(X), rtol=1e-9, atol=1e-12)


def test_kernels_of_gaussian_processes_that_cannot_be_recorded() -> None:
    estimator = GaussianProcessRegressor(1.0 * Looped(), optimizer=None, alpha=0.1).fit(X, TARGET)
    with pytest.raises(UnsupportedEstimatorError, match=r"kernel=Looped\(\) cannot be recorded .*test_user_kernels.py"):
        skl2tflite.convert(estimator)


# --- kernels of two rows --------------------------------------------------------------------------------


def of_common_part(x: Any, y: Any, shift: float = 0.0) -> Any:
    return np.sum(np.minimum(x, y)) + shift


PAIRS: dict[str, tuple[Callable[..., Any], dict[str, Any] | None]] = {
    "product": (lambda x, y: x @ M @ y, None),
    "norm": (lambda x, y: np.exp(-np.linalg.norm(x - y)), None),
    "parameters": (of_common_part, {"shift": 0.5}),
    "numbers": (lambda x, y: sum(a * b for a, b in zip(x, y, strict=True)) / len(x), {}),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("kind", [KernelRidge, KernelPCA, Nystroem])
def test_functions_of_two_rows(kind: type, name: str) -> None:
    kernel, params = PAIRS[name]
    options = {KernelRidge: {}, KernelPCA: {"n_components": 2}, Nystroem: {"n_components": 3, "random_state": 0}}
    estimator = kind(kernel=kernel, kernel_params=params, **options[kind]).fit(X[:30], TARGET[:30])
    skl2tflite.convert(estimator, X[30:60])
    for method, graph in plan(Conversion(estimator)).graphs.items():
        (got,) = evaluate(graph, {"X": X[:60]}).values()
        np.testing.assert_allclose(got, getattr(estimator, method)(X[:60]), rtol=1e-9, atol=1e-9)


def test_functions_of_two_rows_within_gaussian_processes() -> None:
    """A row's kernel with itself is the prior's variance."""
    kernel = gp.PairwiseKernel(metric=lambda x, y, gamma: np.exp(-gamma * np.abs(x - y).sum()) * (1 + x[0] * y[0]))
    estimator = GaussianProcessRegressor(kernel, alpha=0.5, optimizer=None).fit(X[:30], TARGET[:30])
    skl2tflite.convert(estimator, X[30:60], methods=("predict", "predict_std"))
    (graph,) = plan(Conversion(estimator), ConversionOptions(methods=("predict_std",))).graphs.values()
    for got, want in zip(evaluate(graph, {"X": X}).values(), estimator.predict(X, return_std=True), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9)


def test_functions_of_two_rows_that_cannot_be_recorded() -> None:
    estimator = KernelRidge(kernel=lambda x, y: 1.0 if x[0] > y[0] else x @ y).fit(X[:30], TARGET[:30])
    with pytest.raises(UnsupportedEstimatorError, match=r"KernelRidge: kernel=<lambda> cannot .*test_user_kernels.py"):
        skl2tflite.convert(estimator)
