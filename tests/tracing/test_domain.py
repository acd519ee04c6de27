"""Rows that estimators refuse for their values: a file marks them, and gives no answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import PairwiseKernel
from sklearn.kernel_approximation import AdditiveChi2Sampler, Nystroem, SkewedChi2Sampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import chi2_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer
from sklearn.svm import SVR

import skl2tflite
from skl2tflite.errors import NoAnswerError

X = np.abs(np.random.default_rng(0).normal(size=(40, 4))) + 0.125
LEAST = float(np.finfo(np.float32).tiny)


@pytest.mark.parametrize(
    ("estimator", "refused", "taken"),
    [
        (NMF(2, random_state=0), -LEAST, 0.0),
        (NMF(2, solver="mu", random_state=0), -LEAST, 0.0),
        (LatentDirichletAllocation(2, random_state=0), -LEAST, 0.0),
        (AdditiveChi2Sampler(), -LEAST, 0.0),
        (SkewedChi2Sampler(skewedness=0.25, random_state=0), -0.25, -0.125),
        (PowerTransformer("box-cox"), 0.0, LEAST),
        (Nystroem(kernel="chi2", n_components=5, random_state=0), -LEAST, 0.0),
        (KernelRidge(kernel="chi2", gamma=0.1), -LEAST, 0.0),
        (SVR(kernel=chi2_kernel), -LEAST, 0.0),
        (GaussianProcessRegressor(PairwiseKernel(metric="chi2"), optimizer=None, alpha=0.1), -LEAST, 0.0),
    ],
    ids=[
        "nmf",
        "nmf mu",
        "lda",
        "additive chi2",
        "skewed chi2",
        "box-cox",
        "nystroem",
        "kernel ridge",
        "kernel function",
        "gaussian process",
    ],
)
def test_refused_as_by_scikit_learn(estimator: Any, refused: float, taken: float) -> None:
    estimator.fit(X, X[:, 0])
    method = "transform" if hasattr(estimator, "transform") else "predict"
    model = skl2tflite.convert(estimator, X[:5], methods=(method,))
    rows = X[:4].copy()
    rows[2, 1] = taken
    getattr(estimator, method)(rows)
    model.run(method, rows)
    rows[2, 1] = refused
    with pytest.raises(ValueError):  # noqa: PT011 - scikit-learn's own, of several texts
        getattr(estimator, method)(rows)
    with pytest.raises(NoAnswerError, match=r"no answer for row 2: .* refuses values") as error:
        model.run(method, rows)
    assert error.value.rows.tolist() == [2]


def test_scaled_to_the_bound() -> None:
    """The comparison is made of the rows: what scikit-learn scales to 0 is not below 0 in float32."""
    pipeline = make_pipeline(MinMaxScaler(), NMF(2, random_state=0), LogisticRegression()).fit(X, X[:, 0] > 0.8)
    model = skl2tflite.convert(pipeline, X)
    np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
    below = X[:2].copy()
    below[1, 0] = X[:, 0].min() - 1e-3
    with pytest.raises(NoAnswerError, match=r"no answer for row 1: Pipeline\['nmf'\] refuses values below 0"):
        model.predict(below)
