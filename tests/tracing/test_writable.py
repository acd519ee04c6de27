"""Handles that a function may write to: what they hold in the end is what NumPy's arrays hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, Graph, as_tensor, evaluate, input_tensor
from skl2tflite.tracing.function_tracer import handle, record
from skl2tflite.tracing.same import difference

ROWS = np.random.default_rng(0).normal(size=(6, 4)).round(1)


def written(function: Any, rows: Any = ROWS) -> Any:
    X = input_tensor("X", DType.of(rows), (None, *rows.shape[1:]))
    result = record(function, handle(X), rows=lambda: X)
    return evaluate(Graph("g", {"X": X}, {"y": as_tensor(result)}), {"X": rows})["y"]


def refused(function: Any) -> str:
    with pytest.raises(GraphError) as error:
        written(function)
    return str(error.value)


# Each writes to a copy of four columns.
WRITES = {
    "column": lambda X: X.__setitem__((slice(None), 1), X[:, 0] * 2),
    "last": lambda X: X.__setitem__((slice(None), -1), 0.5),
    "columns": lambda X: X.__setitem__((slice(None), [0, 2]), X[:, [2, 0]]),
    "constants": lambda X: X.__setitem__((slice(None), [3, 1]), np.array([1.0, -1.0])),
    "slice": lambda X: X.__setitem__((slice(None), slice(1, 3)), X[:, :2] + 1),
    "steps": lambda X: X.__setitem__((..., slice(None, None, 2)), 7),
    "mask of columns": lambda X: X.__setitem__((slice(None), np.array([True, False, False, True])), X[:, 1:3]),
    "all": lambda X: X.__setitem__(slice(None), X[:, ::-1] * 1),
    "elements": lambda X: X.__setitem__(X < 0, 0.0),
    "rows": lambda X: X.__setitem__(X[:, 0] > 0, -1.0),
    "rows of constants": lambda X: X.__setitem__(X[:, 0] > 0, np.arange(4.0)),
    "rows of a column": lambda X: X.__setitem__((X[:, 0] > 0, 2), 9.0),
    "in place": lambda X: X.__iadd__(1),
    "in place of two": lambda X: X[:, 1:3].__imul__(X[:, :2] * 1),
    "through a view": lambda X: X[:, 2].__isub__(5.0),
    "a view of a view": lambda X: X[:, 1:][:, 0].__setitem__(slice(None), 3.0),
    "a mask of a view": lambda X: X[:, 3].__setitem__(X[:, 3] > 0, 2.0),
    "powers": lambda X: X.__ipow__(2),
    "clipped": lambda X: np.clip(X, -1, 1, out=X),
    "a ufunc": lambda X: np.abs(X, out=X),
    "where": lambda X: np.divide(1.0, X, out=X, where=X > 0.5),
}


@given(st.lists(st.sampled_from(sorted(WRITES)), min_size=1, max_size=5))
@settings(max_examples=80)
def test_any_writing(names: list[str]) -> None:
    def function(X: Any) -> Any:
        Y = X.copy()
        for name in names:
            WRITES[name](Y)
        return Y + 0.0

    with np.errstate(all="ignore"):
        np.testing.assert_allclose(written(function), function(ROWS), rtol=1e-12)


def aliases(X: Any) -> Any:
    Y = X.copy()
    Z = Y
    first = Y[:, 0]
    Z += 1
    first *= 10
    taken = Y[:, [1, 2]]
    taken[:, 0] = 99.0  # a copy: Y stays
    Y[:, 3] = first
    return np.hstack([Y, Z, first[:, None], taken])


def made(X: Any) -> Any:
    out = np.empty((X.shape[0], 2))
    out[:, 0], out[:, 1] = X[:, 0], np.ones(X.shape[0])
    flags = np.zeros_like(X, dtype=bool)
    flags[:, 1] = X[:, 1] > 0
    filled = np.full((X.shape[0], 1), 4)
    return np.c_[out, flags, filled, np.asarray([X[:, 2], X[:, 3]]).T]


@pytest.mark.parametrize("function", [aliases, made])
def test_as_in_numpy(function: Any) -> None:
    np.testing.assert_allclose(written(function), function(ROWS))


def test_of_one_and_three_axes() -> None:
    def one(x: Any) -> Any:
        y = x.copy()
        y[y > 0] = 0
        y += 1
        return y

    def three(X: Any) -> Any:
        Y = np.stack([X, X + 1], axis=2).copy()
        Y[:, 1, 0] = 5.0
        Y[:, [0, 2]] = Y[:, [2, 0]] * 2
        Y[..., 1] *= -1
        return Y

    np.testing.assert_allclose(written(one, ROWS[:, 0]), one(ROWS[:, 0]))
    np.testing.assert_allclose(written(three), three(ROWS))


def test_whole_numbers_stay_whole() -> None:
    rows = np.arange(12).reshape(3, 4)

    def function(X: Any) -> Any:
        Y = X.copy()
        Y[:, 0] = 2.9
        Y //= 2
        return Y

    result = written(function, rows)
    assert result.dtype.kind == "i"
    np.testing.assert_array_equal(result, function(rows))
    assert "in NumPy neither" in refused_integers(rows)


def refused_integers(rows: Any) -> str:
    with pytest.raises(GraphError) as error:
        written(lambda X: X.copy().__itruediv__(2), rows)
    return str(error.value)


REFUSED = {
    "belongs to the caller": lambda X: X.__setitem__(0, 1.0),
    "copy it first": lambda X: X.__iadd__(1),
    "only whole columns": lambda X: X.copy().__setitem__(0, 1.0),
    "that a mask selects is known only at run time": lambda X: X.copy().__setitem__(X > 0, X),
    "does not fit": lambda X: X.copy().__setitem__(X[:, :2] > 0, 1.0),
    "values of shape (3,)": lambda X: X.copy().__setitem__((slice(None), [0, 1]), np.zeros(3)),
    "cannot be written into a part": lambda X: X.copy().__setitem__((slice(None), 1), X),
    "with where= leaves the other elements undefined": lambda X: np.log(X, where=X > 0),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused(message: str) -> None:
    assert message in refused(REFUSED[message])


def test_recordings_that_differ() -> None:
    X = input_tensor("X", DType.FLOAT, (None, 4))
    assert difference(as_tensor(X + 1), as_tensor(X + 1)) is None
    node = difference(as_tensor(X * 2 + 1.5), as_tensor(X * 2 + 1.25))
    assert node is not None
    assert "X * 2 + 1.25" in str(node.source)
    assert difference(as_tensor(X.sum(axis=1)), as_tensor(X.sum(axis=0))) is not None
    assert difference(as_tensor(X.sum(axis=1)), as_tensor(X.max(axis=1))) is not None
