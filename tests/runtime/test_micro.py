"""The runner of TensorFlow Lite Micro: rows, refusals, and files that kill it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skl2tflite.backends.tflite.program import OperatorDef, Program, Signature, Subgraph, TensorDef
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError
from skl2tflite.runtime import micro
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.micro import MicroRunner, smallest_arena
from skl2tflite.runtime.micro_worker import KEPT
from skl2tflite.runtime.rows import FixedBatch

pytest.importorskip("tflite_micro")

ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


def file_of(operator: str = "ADD", operand: int = 1, factor: float = 2.0, dtype: str = "float32") -> bytes:
    """A file of one operator: ``X`` of three features, and a constant."""
    program = Program()
    constant = program.add_buffer(np.full(3, factor, dtype).tobytes())
    tensors = [TensorDef("X", dtype, (1, 3)), TensorDef("c", dtype, (3,), constant), TensorDef("Y", dtype, (1, 3))]
    operators = [OperatorDef(operator, 1, (0, operand), (2,))]
    program.subgraphs.append(Subgraph("main", tensors, operators, [0], [2]))
    program.signatures.append(Signature("main", 0, {"X": 0}, {"Y": 2}))
    return write(program)


def runner(content: bytes, **options: int) -> MicroRunner:
    return MicroRunner(content, "main", {"X": ("float32", (1, 3))}, {"Y": ("float32", (1, 3))}, **options)


def run(content: bytes, rows: np.ndarray = ROWS, **options: int) -> np.ndarray:
    return runner(content, **options).run("main", {"X": rows})["Y"]


def test_rows_are_run_one_after_another():
    np.testing.assert_array_equal(run(file_of()), ROWS + 2)
    np.testing.assert_array_equal(run(file_of(), np.asfortranarray(ROWS)), ROWS + 2)
    np.testing.assert_array_equal(run(file_of(), ROWS[1:2]), ROWS[1:2] + 2)


def test_no_rows():
    empty = run(file_of(), ROWS[:0])
    assert empty.shape == (0, 3)
    assert empty.dtype == np.float32


def test_more_files_than_are_kept():
    runners = [runner(file_of(factor=float(n))) for n in range(KEPT + 3)]
    for _ in range(2):
        for n, one in enumerate(runners):
            np.testing.assert_array_equal(one.run("main", {"X": ROWS})["Y"], ROWS + n)


def test_from_several_threads_and_pickled():
    one = pickle.loads(pickle.dumps(runner(file_of())))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: one.run("main", {"X": ROWS + n})["Y"], range(20)))
    for n, answer in enumerate(answers):
        np.testing.assert_array_equal(answer, ROWS + n + 2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX's")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_is_inside():
    one, many = runner(file_of()), np.zeros((50_000, 3), np.float32)
    done = threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            one.run("main", {"X": many})

    thread = threading.Thread(target=keep_busy)
    thread.start()
    try:
        while not micro._turn.locked():
            time.sleep(0.001)
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # the default action ends a child that waits for ever
            answer = one.run("main", {"X": ROWS})["Y"]
            os._exit(0 if np.array_equal(answer, ROWS + 2) else 1)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        done.set()
        thread.join()
    np.testing.assert_array_equal(one.run("main", {"X": ROWS})["Y"], ROWS + 2)  # the parent's pipe is as it was


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "takes the inputs X, not none"),
        ({"x": ROWS}, "takes the inputs X, not x"),
        ({"X": ROWS.astype(np.float64)}, "is float32, not float64"),
        ({"X": ROWS[0]}, r"shape \(3,\), expected \(rows, 3\)"),
        ({"X": ROWS[:, :2]}, r"shape \(4, 2\), expected \(rows, 3\)"),
    ],
)
def test_inputs_that_do_not_fit(inputs, words):
    with pytest.raises(InvalidInputError, match=words):
        runner(file_of()).run("main", inputs)


def test_unknown_signature():
    with pytest.raises(InvalidInputError, match="no signature 'other'; it has main"):
        runner(file_of()).run("other", {"X": ROWS})
    assert runner(file_of()).signatures == ("main",)


def test_what_an_operator_refuses():
    one = MicroRunner(
        file_of("DIV", factor=0, dtype="int32"), "main", {"X": ("int32", (1, 3))}, {"Y": ("int32", (1, 3))}
    )
    with pytest.raises(InvalidInputError, match="cannot run the file on these inputs"):
        one.run("main", {"X": ROWS.astype(np.int32)})


def test_file_that_does_not_load():
    with pytest.raises(InvalidFileError, match="does not accept"):
        run(file_of("POW"))
    with pytest.raises(InvalidFileError, match="does not accept"):
        run(file_of(), arena_size=512)
    np.testing.assert_array_equal(run(file_of()), ROWS + 2)


def test_file_that_kills_it():
    working = runner(file_of())
    working.run("main", {"X": ROWS})
    with pytest.raises(InvalidFileError, match="crashed on the file"):
        run(file_of(operand=10_000_000))
    np.testing.assert_array_equal(working.run("main", {"X": ROWS})["Y"], ROWS + 2)


def test_rows_have_a_time_limit(monkeypatch):
    """A row that takes longer is given up, and the next one has a process again."""
    program = Program()
    shape = (1, 400_000)
    program.subgraphs.append(Subgraph("main", [TensorDef(f"t{n}", "float32", shape) for n in range(21)], [
        OperatorDef("LOGISTIC", 1, (n,), (n + 1,)) for n in range(20)
    ], [0], [20]))  # fmt: skip
    program.signatures.append(Signature("main", 0, {"X": 0}, {"Y": 20}))
    slow = MicroRunner(write(program), "main", {"X": ("float32", shape)}, {"Y": ("float32", shape)})
    rows = {"X": np.zeros(shape, np.float32)}
    expected = slow.run("main", rows)["Y"]
    monkeypatch.setattr(micro, "TIME_LIMIT", 0.001)
    with pytest.raises(InvalidFileError, match=r"TFLM gives no answer within 0\.001 seconds"):
        slow.run("main", rows)
    monkeypatch.undo()
    np.testing.assert_array_equal(slow.run("main", rows)["Y"], expected)


def test_process_ends_with_ours():
    script = "from tests.runtime.test_micro import *; run(file_of());print(micro._worker._process.pid)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert subprocess.run(["kill", "-0", done.stdout.strip()], capture_output=True).returncode != 0


def test_smallest_arena():
    content = file_of()
    size = smallest_arena(content)
    assert size % 16 == 0
    np.testing.assert_array_equal(run(content, arena_size=size), ROWS + 2)
    with pytest.raises(InvalidFileError):
        run(content, arena_size=size - 16)
    with pytest.raises(InvalidFileError, match="does not accept"):
        smallest_arena(file_of("POW"))


def test_package_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(micro, "has_micro", lambda: False)
    with pytest.raises(MissingDependencyError, match=r"pip install 'skl2tflite\[micro\]'"):
        run(file_of())
    with pytest.raises(MissingDependencyError):
        smallest_arena(file_of())


def test_litert_row_by_row():
    rows = FixedBatch(LiteRTRunner(file_of()))
    assert rows.signatures == ("main",)
    np.testing.assert_array_equal(rows.run("main", {"X": ROWS})["Y"], ROWS + 2)
    assert rows.run("main", {"X": ROWS[:0]})["Y"].shape == (0, 3)
    with pytest.raises(InvalidInputError, match="shape"):
        rows.run("main", {"X": ROWS[:, :2]})
    with pytest.raises(InvalidInputError, match="takes the inputs"):
        rows.run("main", {})
