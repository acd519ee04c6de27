"""LiteRT behind our runner: any batch, several threads, and nothing wrong reaches the runtime."""

import copy
import pickle
import threading

import numpy as np
import pytest

from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import InvalidFileError, InvalidInputError
from skl2tflite.graph import DType, Graph, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.runtime.litert import LiteRTRunner
from tests.backends.tflite.one_graph import to_file, trace

WEIGHTS = np.random.default_rng(0).normal(size=(3, 4))
X = np.random.default_rng(1).normal(size=(100, 3)).astype(np.float32)


def content():
    program = Program()
    for name, function in (("proba", xp.softmax), ("label", lambda s: xp.argmax(s, axis=1))):
        x = input_tensor("X", DType.FLOAT, (None, 3))
        lower(Graph(name, {"X": x}, {name: function(xp.linear(x, WEIGHTS, np.ones(4)))}), program, get_target("litert"))
    return write(program)


FILE = content()


@pytest.fixture
def runner():
    return LiteRTRunner(FILE)


def test_signatures_may_be_interleaved(runner):
    assert runner.signatures == ("proba", "label")
    proba = runner.run("proba", {"X": X})["proba"]
    label = runner.run("label", {"X": X[:7]})["label"]
    assert (proba.shape, label.shape, label.dtype) == ((100, 4), (7,), np.int32)
    np.testing.assert_array_equal(proba[:7].argmax(axis=1), label)
    np.testing.assert_array_equal(runner.run("proba", {"X": X})["proba"], proba)


def test_results_are_copies(runner):
    first = runner.run("proba", {"X": X[:5]})["proba"]
    kept = first.copy()
    runner.run("proba", {"X": X[5:10]})
    np.testing.assert_array_equal(first, kept)
    first[:] = 0
    np.testing.assert_array_equal(runner.run("proba", {"X": X[:5]})["proba"], kept)


@pytest.mark.parametrize("rows", [0, 1, 2, 31, 32, 33, 100])
@pytest.mark.parametrize("rows_per_call", [1, 32, 4096])
def test_any_number_of_rows(rows, rows_per_call):
    results = LiteRTRunner(FILE, rows_per_call=rows_per_call).run("proba", {"X": X[:rows]})["proba"]
    assert results.shape == (rows, 4)
    assert results.dtype == np.float32
    one_by_one = [LiteRTRunner(FILE).run("proba", {"X": X[:rows]})["proba"]] if rows else [np.empty((0, 4))]
    np.testing.assert_allclose(results, np.concatenate(one_by_one), rtol=1e-6)


def test_no_rows_keep_the_dtype(runner):
    assert runner.run("label", {"X": X[:0]})["label"].dtype == np.int32


REFUSED = [
    ({}, "takes the inputs X, not none"),
    ({"X": X, "Y": X}, "takes the inputs X, not X, Y"),
    ({"x": X}, "takes the inputs X, not x"),
    ({"X": X[:, :2]}, r"has shape \(100, 2\), expected \(rows, 3\)"),
    ({"X": X[0]}, r"has shape \(3,\), expected \(rows, 3\)"),
    ({"X": X[None]}, r"has shape \(1, 100, 3\), expected \(rows, 3\)"),
    ({"X": X.astype(np.float64)}, "is float32, not float64"),
    ({"X": X.astype(np.int32)}, "is float32, not int32"),
]


@pytest.mark.parametrize(("inputs", "message"), REFUSED)
def test_refused_before_the_runtime_sees_it(runner, inputs, message, monkeypatch):
    runner.run("proba", {"X": X})
    interpreter = runner._borrow()
    monkeypatch.setattr(interpreter.signatures["proba"], "_runner", None)  # would fail if it were called
    runner._idle.put(interpreter)
    with pytest.raises(InvalidInputError, match=message):
        runner.run("proba", inputs)


def test_unknown_signature(runner):
    with pytest.raises(InvalidInputError, match="no signature 'predict'; it has proba, label"):
        runner.run("predict", {"X": X})


def test_inputs_must_have_the_same_number_of_rows():
    runner = LiteRTRunner(to_file(trace(lambda a, b: a + b, X, X)))
    with pytest.raises(InvalidInputError, match="inputs differ in their number of rows: 100, 99"):
        runner.run("main", {"x0": X, "x1": X[1:]})
    assert runner.run("main", {"x0": X, "x1": X})["y0"].shape == X.shape


def test_a_call_that_fails_leaves_the_runner_usable():
    table = np.arange(3.0)
    runner = LiteRTRunner(to_file(trace(lambda at: xp.take(table, at), np.array([0]))))
    with pytest.raises(InvalidInputError, match="LiteRT cannot run main on these inputs: gather index out of bounds"):
        runner.run("main", {"x0": np.int32([1, 3])})
    assert runner.run("main", {"x0": np.int32([1, 2])})["y0"].tolist() == [1, 2]


def test_whole_numbers_divided_by_zero():
    runner = LiteRTRunner(to_file(trace(lambda a, b: a // b, np.array([0]), np.array([1]))))
    with pytest.raises(InvalidInputError, match="Division by 0"):
        runner.run("main", {"x0": np.int32([1]), "x1": np.int32([0])})


LAYOUTS = {
    "fortran": np.asfortranarray(X), "every second": np.repeat(X, 2, axis=0)[::2], "reversed": X[::-1][::-1],
    "columns of more": np.column_stack([X, X])[:, :3],
    "read-only": np.frombuffer(X.tobytes(), np.float32).reshape(X.shape),
    "subclass": X.view(np.matrix) if hasattr(np, "matrix") else X,
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_in_memory(runner, layout):
    expected = runner.run("proba", {"X": X})["proba"]
    np.testing.assert_array_equal(runner.run("proba", {"X": LAYOUTS[layout]})["proba"], expected)


def test_threads():
    runner = LiteRTRunner(FILE)
    expected = [runner.run("proba", {"X": X[: k + 1]})["proba"] for k in range(20)]
    failures = []

    def work(seed):
        order = np.random.default_rng(seed).integers(0, 20, 100)
        for k in order:
            if not np.array_equal(runner.run("proba", {"X": X[: k + 1]})["proba"], expected[k]):
                failures.append(k)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_more_threads_in_one_call():
    results = LiteRTRunner(FILE, num_threads=2).run("proba", {"X": X})["proba"]
    np.testing.assert_allclose(results, LiteRTRunner(FILE).run("proba", {"X": X})["proba"], rtol=1e-6)


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_copies(copier):
    runner = LiteRTRunner(FILE, num_threads=2, rows_per_call=10)
    again = copier(runner)
    assert (again.num_threads, again.rows_per_call) == (2, 10)
    np.testing.assert_array_equal(again.run("proba", {"X": X})["proba"], runner.run("proba", {"X": X})["proba"])


def test_bytes_that_are_no_file():
    for bad in (b"", b"nonsense", FILE[: len(FILE) // 2]):
        with pytest.raises(InvalidFileError, match="LiteRT does not accept the file"):
            LiteRTRunner(bad)


def test_one_value_for_the_whole_batch_is_not_cut():
    runner = LiteRTRunner(to_file(trace(lambda x: xp.max(x), X)))
    assert runner.run("main", {"x0": X})["y0"] == X.max()
