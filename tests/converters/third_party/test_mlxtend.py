"""mlxtend: columns picked and copied, compared with scikit-learn's pipelines of them on new rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError
from tests.converters.core.extensions import FITTED, NUMBERS, TABLE, Y, check

pytest.importorskip("mlxtend")

from mlxtend.feature_selection import ColumnSelector, ExhaustiveFeatureSelector, SequentialFeatureSelector
from mlxtend.preprocessing import CopyTransformer, DenseTransformer, MeanCenterer, TransactionEncoder

CASES: dict[str, tuple[Any, Any]] = {
    "numbers by name": (ColumnSelector(cols=("a", "b")), TABLE),
    "text too": (ColumnSelector(cols=["city", "b"]), TABLE),
    "by position": (ColumnSelector(cols=[1, 2]), TABLE),
    "one": (ColumnSelector(cols=["b"]), TABLE),
    "of an array": (ColumnSelector(cols=[0, 2]), NUMBERS.to_numpy()),
    "dense": (DenseTransformer(), NUMBERS.to_numpy()),
    "dense, the same": (DenseTransformer(return_copy=False), TABLE),
    "forward": (SequentialFeatureSelector(KNeighborsClassifier(3), k_features=2, cv=2), NUMBERS),
    "exhaustive": (
        ExhaustiveFeatureSelector(KNeighborsClassifier(3), max_features=2, cv=2, print_progress=False),
        NUMBERS,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_transformers(name: str) -> None:
    check(*CASES[name])


def test_behind_another_step() -> None:
    X = NUMBERS.to_numpy()
    pipeline = make_pipeline(StandardScaler(), CopyTransformer(), DenseTransformer(), LogisticRegression())
    pipeline.fit(X[:FITTED], Y[:FITTED])
    model = skl2tflite.convert(pipeline)
    np.testing.assert_array_equal(model.predict(X[FITTED:]), pipeline.predict(X[FITTED:]))


def test_rows_tell_what_it_takes() -> None:
    with pytest.raises(ConversionError, match="has not seen its number of features; give convert rows"):
        check(ColumnSelector(cols=[1, 2]), TABLE, with_rows=False)


def test_what_no_pipeline_takes() -> None:
    with pytest.raises(UnsupportedEstimatorError, match="it is no estimator of scikit-learn's"):
        skl2tflite.convert(MeanCenterer().fit(NUMBERS.to_numpy()))


def test_transactions_are_no_rows() -> None:
    with pytest.raises(UnsupportedEstimatorError, match="lists of items"):
        skl2tflite.convert(TransactionEncoder().fit([["a"], ["b"]]))
