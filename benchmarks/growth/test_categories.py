"""How conversion, files and answers grow with the number of categories of two text columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from harness import Comparison, Row
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite

SUITE = "Growth: two text columns of k categories and six numbers, logistic regression"
COUNTS = (60, 1000, 4000, 10_000, 50_000)
LARGEST_RUN = 4000
"""Categories up to which ONNX Runtime answers many rows in reasonable time."""
ROWS = 20_000
NUMBERS = list("cdefgh")
METHOD = "predict_proba"

each_count = pytest.mark.parametrize("count", COUNTS, ids="k={}".format)


def words(count: int) -> NDArray[np.object_]:
    return np.array([f"item {i:05d}" for i in range(count)], dtype=object)


def frame(count: int, n_rows: int) -> pd.DataFrame:
    """Rows in which every category occurs, if there are enough rows."""
    random = np.random.default_rng(count)
    columns = {name: words(count)[random.permutation(n_rows) % count] for name in "ab"}
    return pd.DataFrame(columns | {name: random.normal(size=n_rows).astype(np.float32) for name in NUMBERS})


@cache
def fitted(count: int) -> Pipeline:
    rows = frame(count, max(2000, count))
    hot = ColumnTransformer(
        [("hot", OneHotEncoder(handle_unknown="ignore"), ["a", "b"]), ("scaled", StandardScaler(), NUMBERS)]
    )
    return make_pipeline(hot, LogisticRegression(max_iter=10)).fit(rows, rows["c"] > rows["d"])


@cache
def our_model(count: int) -> Any:
    return skl2tflite.convert(fitted(count), methods=(METHOD,))


def to_onnx(count: int) -> bytes:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    text, number = StringTensorType([None, 1]), FloatTensorType([None, 1])
    model = fitted(count)
    types = [(name, number if name in NUMBERS else text) for name in ["a", "b", *NUMBERS]]
    content: bytes = convert_sklearn(
        model, initial_types=types, options={id(model): {"zipmap": False}}
    ).SerializeToString()
    return content


def onnx_call(count: int) -> Callable[[pd.DataFrame], NDArray[Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(to_onnx(count), options)
    output = session.get_outputs()[1].name

    def call(rows: pd.DataFrame) -> NDArray[Any]:
        feeds = {name: np.asarray(rows[name].to_numpy())[:, np.newaxis] for name in rows.columns}
        answer: NDArray[Any] = session.run([output], feeds)[0]
        return answer

    return call


@each_count
def test_conversion(compare: Comparison, count: int) -> None:
    row = Row(SUITE, f"conversion, {count} categories", "skl2onnx", 3.0)
    compare.peer(row, "skl2onnx")

    def ours(count: int) -> bytes:
        return bytes(skl2tflite.convert(fitted(count), methods=(METHOD,)))

    compare.timed(row, ours, to_onnx, [count])
    size = Row(SUITE, f"bytes, {count} categories", "skl2onnx", unit="bytes")
    compare.measured(size, len(ours(count)), len(to_onnx(count)))


@each_count
@pytest.mark.parametrize("n_rows", [1, ROWS])
def test_answers_sklearn(compare: Comparison, count: int, n_rows: int) -> None:
    rows, model = frame(count, n_rows), our_model(count)
    np.testing.assert_allclose(model.predict_proba(rows), fitted(count).predict_proba(rows), atol=2e-6)
    row = Row(SUITE, f"predict_proba, rows: {n_rows}, {count} categories", "scikit-learn", 0.8)
    compare.timed(row, model.predict_proba, fitted(count).predict_proba, [rows], seconds=1.0)


@each_count
@pytest.mark.parametrize("n_rows", [1, ROWS])
def test_answers_onnxruntime(compare: Comparison, count: int, n_rows: int) -> None:
    row = Row(SUITE, f"predict_proba, rows: {n_rows}, {count} categories", "ONNX Runtime", 1.0 if n_rows > 1 else None)
    compare.peer(row, "onnxruntime", "skl2onnx")
    if count > LARGEST_RUN:
        compare.skip(row, "compares each row with each category")
    rows, theirs = frame(count, n_rows), onnx_call(count)
    np.testing.assert_allclose(theirs(rows), fitted(count).predict_proba(rows), atol=1e-5)
    compare.timed(row, our_model(count).predict_proba, theirs, [rows], seconds=1.0)


def test_exponents(compare: Comparison) -> None:
    """Powers of k with which times grow, fitted to CPU times: 1 is linear, 0 not at all."""
    conversion = Row(SUITE, "conversion grows as k to the power of", "skl2onnx", measure="difference", unit="count")
    compare.peer(conversion, "skl2onnx")
    if compare.disabled:
        return
    ours = power(lambda count: skl2tflite.convert(fitted(count), methods=(METHOD,)), COUNTS[1:])
    compare.measured(conversion, ours, power(to_onnx, COUNTS[1:]))
    answers = Row(SUITE, "20 000 rows grow as k to the power of", "scikit-learn", measure="difference", unit="count")
    rows = {count: frame(count, ROWS) for count in COUNTS}
    compare.measured(
        answers,
        power(lambda count: our_model(count).predict_proba(rows[count]), COUNTS),
        power(lambda count: fitted(count).predict_proba(rows[count]), COUNTS),
    )


def power(call: Callable[[int], object], counts: tuple[int, ...]) -> float:
    """Return the slope of logarithms of CPU times over those of counts."""
    times = []
    for count in counts:
        samples = []
        for _ in range(6):
            start = process_time()
            call(count)
            samples.append(process_time() - start)
        times.append(median(samples[1:]))
    return float(np.polyfit(np.log(counts), np.log(times), 1)[0])
