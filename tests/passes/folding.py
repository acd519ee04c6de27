"""Pipelines whose preprocessing is folded into thresholds of trees, and how they are checked."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.trees import Forest
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

N_FEATURES = 5
ARITHMETIC = {"ADD", "SUB", "MUL", "DIV", "LOG", "EXP", "POW", "SQRT", "MINIMUM", "MAXIMUM", "NEG", "ROUND", "TANH"}


def rows(n_rows: int = 300, missing: bool = False, dtype: Any = np.float64) -> tuple[Any, Any]:
    """Positive numbers of several magnitudes, and three classes."""
    random = np.random.default_rng(0)
    X = random.lognormal(size=(n_rows, N_FEATURES)) * [1.0, 10.0, 0.1, 1000.0, 1.0]
    X[:, 4] = random.integers(1, 5, n_rows)
    y = (X[:, 0] * X[:, 1] > 10).astype(int) + (X[:, 2] + X[:, 3] / 1000 > 1.5)
    if missing:
        X[random.random(X.shape) < 0.2] = np.nan
    return X.astype(dtype), y


def forests(pipe: Any, method: str) -> list[Forest]:
    """Trees of a method's graph after the passes."""
    graph = plan(Conversion(pipe), ConversionOptions(methods=(method,))).graphs[method]
    return [node.op.forest for node in graph.nodes() if isinstance(node.op, TreeValues)]


def notes(pipe: Any) -> str:
    """What the pass says of the main method."""
    records = plan(Conversion(pipe), ConversionOptions(methods=("predict",))).records
    (record,) = (record for record in records if record.name == "fold_thresholds")
    return "; ".join(record.notes)


def rows_at_steps(pipe: Any, folded: list[Forest], X: Any, n_rows: int = 600) -> Any:
    """Rows of folded thresholds, of the values that scikit-learn's thresholds stand for, and their neighbours."""
    random = np.random.default_rng(1)
    table = random.choice(X.ravel(), (n_rows, X.shape[1])).astype(np.float32)
    table[: len(X)] = X.astype(np.float32)[:n_rows]
    for column in range(X.shape[1]):
        cuts = [forest.threshold[~forest.is_leaf & (forest.feature == column)] for forest in folded]
        cut = np.concatenate(cuts).astype(np.float32)
        cut = cut[np.isfinite(cut)]
        if cut.size:
            nearest = random.choice(cut, n_rows)
            towards = random.choice([-np.inf, np.inf], n_rows).astype(np.float32)
            stepped = np.where(random.random(n_rows) < 0.4, nearest, np.nextafter(nearest, towards))
            table[:, column] = np.where(random.random(n_rows) < 0.8, stepped, table[:, column])
    return table


def assert_same_ways(pipe: Any, X: Any, *, takes_nan: bool = False) -> Any:
    """Labels, or values to the last digits, are scikit-learn's on each row at a step."""
    model = skl2tflite.convert(pipe, methods=("predict",))
    table = rows_at_steps(pipe, forests(pipe, "predict"), np.nan_to_num(np.asarray(X), nan=1.0))
    if takes_nan:
        table[np.random.default_rng(2).random(table.shape) < 0.2] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pipe.predict(table.astype(np.float64))
    actual = model.predict(table)
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(actual, expected, rtol=2e-6, atol=1e-6 * np.abs(expected).max())
    else:
        np.testing.assert_array_equal(actual, expected)
    return model


def assert_folded(pipe: Any, X: Any, **options: Any) -> None:
    """All preprocessing is gone from the file, and every row goes its way."""
    model = assert_same_ways(pipe, X, **options)
    assert "not folded" not in notes(pipe)
    if isinstance(pipe, Pipeline):
        of_trees = skl2tflite.convert(pipe[-1], methods=("predict",)).operators()
        assert not ARITHMETIC & set(model.operators()) - set(of_trees)
