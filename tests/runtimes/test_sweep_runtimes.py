"""The sweep's files on older releases of the runtime: what they say of themselves is so.

A file that a release runs, as its ``min_runtime`` says, gives scikit-learn's answers there, with XNNPACK and without,
by its signatures and by its first subgraph, and for another number of rows at every call. A file that it does not run,
as that says, is refused there with an error or answers right, but is never wrong; NaN that it says is lost is not
given. Every fourth configuration is run, with NaN among the rows where the estimator takes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scripts.older_runtime import OlderRuntime, OlderRuntimeError

import skl2tflite
from skl2tflite.errors import Skl2TFLiteError
from tests.comparing import largest_error
from tests.estimators.case import Case
from tests.estimators.table import CASES
from tests.estimators.test_sweep import answered, fitted, inputs_of, methods_of
from tests.runtimes.running import on_release

Releases = dict[str, list[OlderRuntime]]
SOME = CASES[::3]
FORESTS = [case for case in CASES if "Forest" in case.id or "Boosting" in case.id][::8]


def check(model: skl2tflite.TFLiteModel, estimator: Any, X: Any, releases: Releases) -> None:
    for name, runtimes in releases.items():
        check_on(name, runtimes, model, estimator, X)


def check_on(name: str, runtimes: list[OlderRuntime], model: skl2tflite.TFLiteModel, estimator: Any, X: Any) -> None:
    assert model.min_runtime is not None
    try:
        answer_alike(runtimes, model, estimator, X)
    except OlderRuntimeError:
        if name not in model.min_runtime.lacking:
            raise


def answer_alike(runtimes: list[OlderRuntime], model: skl2tflite.TFLiteModel, estimator: Any, X: Any) -> None:
    for runtime in runtimes:
        report = skl2tflite.verify(on_release(model, runtime), estimator, X)
        assert report.faithful, report.summary()
        first, method = on_release(model, runtime, by_signature=False), model.methods[0]
        today = model if runtime.xnnpack else model.on("without XNNPACK")
        for rows in (X[:3], X[:1], X[:2]):
            for got, want in zip(*(answered(each, estimator, method, rows) for each in (first, today)), strict=True):
                assert got.shape == want.shape
                assert largest_error(*map(finite, (got, want)), 1.0) <= 1e-4


def finite(x: np.ndarray) -> np.ndarray:
    """The numbers within float32, at whose greatest the runtime's own kernels stop; NaN stays."""
    most = np.finfo(np.float32).max
    return np.clip(x, -most, most) if x.dtype.kind == "f" else x


def takes_nan(model: skl2tflite.TFLiteModel, estimator: Any, X: Any) -> bool:
    is_matrix = isinstance(X, np.ndarray) and X.dtype.kind == "f" and X.ndim == 2
    if not is_matrix or not np.all(model.facts.features_of(model.methods[0]).allows_nan):
        return False
    try:
        return skl2tflite.verify(model, estimator, with_nan(X)).faithful
    except Skl2TFLiteError:  # an encoder that was fitted without NaN
        return False


def with_nan(X: np.ndarray) -> np.ndarray:
    X = X[:12].copy()
    X[np.arange(len(X)), np.arange(len(X)) % (X.shape[1] + 1) % X.shape[1]] = np.nan
    return X


def check_nan(model: skl2tflite.TFLiteModel, estimator: Any, X: Any, releases: Releases) -> None:
    """Compare on releases that keep NaN, as the file says."""
    assert model.min_runtime is not None
    for name, runtimes in releases.items():
        if name not in model.min_runtime.lacking:
            for runtime in runtimes:
                report = skl2tflite.verify(on_release(model, runtime), estimator, X)
                assert report.faithful, report.summary()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in SOME])
def test_files_run_where_they_say(case: Case, releases: Releases) -> None:
    estimator = fitted(case)
    methods = methods_of(case, estimator)
    for some in ([m for m in methods if m != "inverse_transform"], [m for m in methods if m == "inverse_transform"]):
        if some:
            model = skl2tflite.convert(estimator, case.rows, methods=some)
            rows = inputs_of(case, estimator, some[0])
            check(model, estimator, rows, releases)
            if takes_nan(model, estimator, rows):
                check_nan(model, estimator, with_nan(rows), releases)


@pytest.mark.parametrize("optimize_for", ["size", "throughput"])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in FORESTS])
def test_forests_of_every_layout(case: Case, optimize_for: Any, releases: Releases) -> None:
    estimator = fitted(case)
    methods = [m for m in methods_of(case, estimator) if m != "inverse_transform"]
    model = skl2tflite.convert(estimator, case.rows, methods=methods, optimize_for=optimize_for)
    check(model, estimator, inputs_of(case, estimator, methods[0]), releases)


def test_what_is_asked_for_runs(releases: Releases) -> None:
    """A file of many roots takes what today's runtime is best at, and with min_runtime what all have."""
    from sklearn.cluster import KMeans

    X = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    estimator = KMeans(200, n_init=1, random_state=0).fit(X)
    wide = skl2tflite.convert(estimator, X, methods=("transform",), min_runtime="2.7")
    assert wide.min_runtime is not None
    assert wide.min_runtime.version == "2.7.0"
    assert not wide.min_runtime.holes
    check(wide, estimator, X, releases)
