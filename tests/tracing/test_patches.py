"""What a recording replaces is replaced for the thread that records."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.errors import ConversionError
from skl2tflite.tracing.patches import patched

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


def test_other_threads_see_what_was_there(tmp_path: Path) -> None:
    """A thread works at files, arrays and tables while a function is recorded, and waits for nothing but its turn."""
    recording, done = threading.Event(), threading.Event()
    found: list[Any] = []
    DataFrame = pd.DataFrame

    def waits(X: Any) -> Any:
        recording.set()
        assert done.wait(20)
        return np.c_[np.asarray(X) * 2, np.zeros((len(X), 1))]

    def works() -> None:
        try:
            assert recording.wait(20)
            with open(tmp_path / "file", "w") as file:
                file.write("text")
            assert len((tmp_path / "file").read_text()) == 4
            assert np.zeros((2, 3)).shape == np.asarray(np.ones((2, 3))).shape == (2, 3)
            assert np.c_[[1, 2], [3, 4]].tolist() == [[1, 3], [2, 4]]
            assert pd.DataFrame is DataFrame
            table = pd.DataFrame({"a": [1.0, 2.0]})
            assert pickle.loads(pickle.dumps(table)).equals(table)
            assert pd.isna(pd.Series([1.0, None])).tolist() == [False, True]
            assert isinstance(table, pd.DataFrame)
            assert not isinstance(3, pd.Series)

            class Table(pd.DataFrame):
                pass

            assert len(Table({"a": [1, 2, 3]})) == 3
        except BaseException as error:
            found.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=works)
    thread.start()
    model = skl2tflite.convert(FunctionTransformer(waits).fit(X))
    thread.join()
    assert found == []
    np.testing.assert_allclose(model.transform(X), waits(X), rtol=1e-6)


def reads(X: Any) -> Any:
    with open(__file__) as file:
        return X * len(file.read())


def test_the_thread_that_records_does_not() -> None:
    with pytest.raises(ConversionError, match="reading or writing a file cannot be recorded"):
        skl2tflite.convert(FunctionTransformer(reads).fit(X))


def fails() -> None:
    with patched([(np, "asarray", lambda x: x), (pd, "DataFrame", dict)]):
        assert np.asarray("x") == "x"
        assert pd.DataFrame is dict
        with patched([(pd, "DataFrame", list)]):
            assert pd.DataFrame is list
        assert pd.DataFrame is dict
        raise ZeroDivisionError


def test_all_is_as_it_was() -> None:
    kind, original, DataFrame = type(pd), np.asarray, pd.DataFrame
    with pytest.raises(ZeroDivisionError):
        fails()
    assert (type(pd), np.asarray, pd.DataFrame) == (kind, original, DataFrame)
