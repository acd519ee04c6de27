"""The sweep: every estimator, several configurations, three comparisons.

The oracle (the converter on float64 arrays) must equal scikit-learn; LiteRT must equal scikit-learn within
the contract; and the model must take what scikit-learn takes, one row and no rows included.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.converters import converter_for
from skl2tflite.method_arguments import answer
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan
from tests.comparing import as_arrays, assert_close, spread
from tests.estimators.case import Case, data
from tests.estimators.table import CASES

EVERY_CASE = pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.id) for case in CASES], scope="session"
)  # of the session: pytest then runs a case's tests one after another, so that it is fitted and converted once


@lru_cache(maxsize=2)
def fitted(case: Case) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = data(case.data)
        return clone(case.estimator).fit(*(part for part in (rows.X, rows.y) if part is not None))


def methods_of(case: Case, estimator: Any) -> tuple[str, ...]:
    return case.methods or converter_for(estimator).methods


@lru_cache(maxsize=2)
def converted(case: Case) -> skl2tflite.TFLiteModel:
    """The model of all methods but the inverse, which takes other rows; as read back from its bytes."""
    methods = tuple(m for m in methods_of(case, fitted(case)) if m != "inverse_transform")
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(fitted(case), case.rows, methods=methods)))
    assert model.methods == methods
    return model


@lru_cache(maxsize=2)
def converted_inverse(case: Case) -> skl2tflite.TFLiteModel:
    """The model of the inverse alone."""
    return skl2tflite.convert(fitted(case), methods=("inverse_transform",))


def expected_of(estimator: Any, method: str, X: Any) -> list[np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            results = answer(estimator, method, X)
        except (TypeError, ValueError):  # KMeans and NMF fitted on float64 refuse float32
            results = answer(estimator, method, X.astype(np.float64))
    return as_arrays(spread(results, estimator.n_samples_fit_) if method == "radius_neighbors" else results)


def as_held(X: Any) -> Any:
    """Return rows as a file takes them in: numbers as float32."""
    return X if X.dtype == object else X.astype(np.float32)


def inputs_of(case: Case, estimator: Any, method: str) -> Any:
    """Rows for a method: for an inverse, what the transformation gives."""
    X = data(case.data).X_test
    if method != "inverse_transform":
        return X
    (Z,) = expected_of(estimator, "transform", X)
    return Z if Z.dtype.kind in "iu" else Z.astype(np.float32).astype(np.float64)


def answered(model: skl2tflite.TFLiteModel, estimator: Any, method: str, X: Any) -> list[np.ndarray]:
    """What a model answers, in the form of ``expected_of``."""
    results = getattr(model, method)(X)
    return as_arrays(spread(results, estimator.n_samples_fit_) if method == "radius_neighbors" else results)


@EVERY_CASE
def test_oracle_equals_scikit_learn(case: Case) -> None:
    estimator = fitted(case)
    converter = converter_for(estimator)
    for method in methods_of(case, estimator):
        X = inputs_of(case, estimator, method)
        results = as_arrays(converter.method(method)(X))
        labels = converter.labels(method)
        if labels is not None:
            positions = results[0]
            results = [
                labels[0][positions]
                if positions.ndim == 1
                else np.column_stack([c[positions[:, i]] for i, c in enumerate(labels)])
            ]
        for actual, expected in zip(results, expected_of(estimator, method, X), strict=True):
            assert_close(actual, expected, case.oracle)


@EVERY_CASE
def test_litert_equals_scikit_learn(case: Case) -> None:
    estimator = fitted(case)
    models = [(converted(case), data(case.data).X_test)]
    if "inverse_transform" in methods_of(case, estimator):
        models.append((converted_inverse(case), inputs_of(case, estimator, "inverse_transform")))
    for model, X in models:
        for compared in skl2tflite.verify(model, estimator, X).methods:
            assert compared.faithful, str(compared)
            assert compared.rows == case.each * len(X)
            assert compared.near_ties.size == 0, f"{compared.near_ties.size} rows depend on rounding"
            assert compared.equally_far.size == 0, f"{compared.equally_far.size} rows have neighbours equally far"
            exact = compared.method in case.exact or compared.method in converter_for(estimator).contract.exact
            if exact and compared.largest_error > 0:  # the same bits as scikit-learn's in float32
                assert skl2tflite.verify(model, estimator, as_held(X))[compared.method].largest_error == 0.0


@EVERY_CASE
def test_model_behaves_like_the_estimator(case: Case) -> None:
    """Shapes, dtype kinds and labels, for few rows, none, integers and float64; saved and loaded."""
    estimator, model = fitted(case), converted(case)
    X = data(case.data).X_test
    for method in model.methods:
        expected = expected_of(estimator, method, as_held(X))
        answers = [answered(model, estimator, method, rows) for rows in (X, as_held(X[:1]), X[:0])]
        for want, got, single, empty in zip(expected, *answers, strict=True):
            assert got.shape == want.shape
            if len(want) != case.each * len(X):  # of a forest's path: where each tree's nodes begin
                assert all(np.array_equal(want, same) for same in (got, single, empty))
                continue
            assert single.shape == (case.each, *want.shape[1:])
            assert empty.shape == (0, *want.shape[1:])
            assert got.dtype.kind == want.dtype.kind
            if want.dtype.kind != "f":
                np.testing.assert_array_equal(single, want[: case.each])


def test_methods_of_every_case_can_be_traced_twice() -> None:
    """Tracing has no memory: the same text both times."""
    for case in CASES[:: max(1, len(CASES) // 20)]:
        estimator = fitted(case)
        options = ConversionOptions(methods=methods_of(case, estimator))
        once, again = (plan(Conversion(estimator, case.rows), options).graphs for _ in range(2))
        assert {name: str(graph) for name, graph in once.items()} == {name: str(graph) for name, graph in again.items()}
