"""Threads, forks, other processes and interruptions: equal answers, and nothing that waits for ever."""

from __future__ import annotations

import gc
import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import skl2tflite
import skl2tflite.model
from skl2tflite.runtime import micro
from skl2tflite.runtime.micro import has_micro

SECONDS = 60
"""After which a test of something that waits for ever fails."""
X = np.random.default_rng(0).normal(size=(300, 50)).astype(np.float32)
CLASSIFIER = MLPClassifier((200,), max_iter=2, random_state=0)
RUNTIMES = ["litert", pytest.param("micro", marks=pytest.mark.skipif(not has_micro(), reason="needs tflite-micro"))]

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks and timers are POSIX's")
quiet = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
pytestmark = quiet


class Interrupted(BaseException):
    """What a signal raises here; pytest would end for a KeyboardInterrupt."""


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    fitted = CLASSIFIER.fit(X, X[:, 0] > 0)
    targets = ["litert"] + ["micro"] * has_micro()
    return {target: bytes(skl2tflite.convert(fitted, methods=("predict_proba",), target=target)) for target in targets}


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1, 4], ids=["one thread", "four threads"])
def model(request: pytest.FixtureRequest, runtime: str, contents: dict[str, bytes]) -> skl2tflite.TFLiteModel:
    return skl2tflite.TFLiteModel(contents[runtime], num_threads=request.param)


@contextmanager
def busy(work: Callable[[], Any]) -> Iterator[None]:
    """Do something again and again in four threads meanwhile."""
    done = threading.Event()

    def loop() -> None:
        while not done.is_set():
            work()

    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join(SECONDS)


def in_a_fork(work: Callable[[], bool]) -> None:
    """Do something in a forked child, which must end by itself and find it true."""
    child = multiprocessing.get_context("fork").Process(target=lambda: os._exit(0 if work() else 1))
    child.start()
    child.join(SECONDS)
    if child.is_alive():
        child.kill()
    assert child.exitcode == 0


@posix
def test_forks_while_threads_run(model):
    expected = model.predict_proba(X)
    with busy(lambda: model.predict_proba(X)):
        for _ in range(2):
            in_a_fork(lambda: np.array_equal(model.predict_proba(X), expected))
    assert np.array_equal(model.predict_proba(X), expected)


@posix
def test_a_fork_leaves_its_parents_interpreters_alone(runtime, contents):
    """To free one, LiteRT waits for its threads, which a forked process does not have."""
    held = [skl2tflite.TFLiteModel(contents[runtime], num_threads=4)]
    expected = held[0].predict_proba(X)

    def same() -> bool:
        equal = np.array_equal(held[0].predict_proba(X), expected)
        held.clear()
        gc.collect()
        return equal

    for _ in range(2):
        in_a_fork(same)
    assert np.array_equal(held[0].predict_proba(X), expected)


@posix
def test_a_fork_while_another_thread_runs_a_model_for_the_first_time(contents, monkeypatch):
    """Python 3.11 locks a cached property for all instances."""
    first, second = (skl2tflite.TFLiteModel(contents["litert"]) for _ in range(2))
    backend = skl2tflite.model.backend_of("litert")
    inside, leave = threading.Event(), threading.Event()

    class Slow:
        def runner(self, *arguments: Any) -> Any:
            inside.set()
            leave.wait(SECONDS)
            return backend.runner(*arguments)

    monkeypatch.setattr(skl2tflite.model, "backend_of", lambda target: Slow())
    thread = threading.Thread(target=lambda: first.predict_proba(X))
    thread.start()
    assert inside.wait(SECONDS)
    monkeypatch.undo()
    try:
        in_a_fork(lambda: len(second.predict_proba(X)) == len(X))
    finally:
        leave.set()
        thread.join(SECONDS)


def _answer(model: skl2tflite.TFLiteModel) -> Any:
    return model.predict_proba(X)


def test_processes_that_are_spawned(runtime, contents):
    model = skl2tflite.TFLiteModel(contents[runtime])
    expected = model.predict_proba(X)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert np.array_equal(pool.apply_async(_answer, (model,)).get(SECONDS), expected)


def test_loky(runtime, contents):
    model = skl2tflite.TFLiteModel(contents[runtime])
    expected = model.predict_proba(X)
    answers = joblib.Parallel(n_jobs=2, timeout=SECONDS)(joblib.delayed(_answer)(model) for _ in range(3))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_many_threads(model):
    expected = model.predict_proba(X)
    with ThreadPoolExecutor(32) as pool:
        futures = [pool.submit(model.predict_proba, X[: 1 + k % 20]) for k in range(64)]
        for k, future in enumerate(futures):
            np.testing.assert_allclose(future.result(SECONDS), expected[: 1 + k % 20], rtol=1e-5)


@posix
def test_interruptions_at_random_points(runtime, contents):
    model = skl2tflite.TFLiteModel(contents[runtime])
    expected = model.predict_proba(X)
    begin = time.perf_counter()
    model.predict_proba(X)
    usual = time.perf_counter() - begin
    generator = random.Random(0)

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for _ in range(100 if runtime == "litert" else 6):
            try:
                signal.setitimer(signal.ITIMER_REAL, generator.uniform(1e-5, usual))
                model.predict_proba(X)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Interrupted:
                pass
            assert np.array_equal(model.predict_proba(X), expected)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not has_micro(), reason="needs tflite-micro")
def test_ctrl_c_does_not_end_what_runs_tflm(contents):
    """A terminal sends it to all processes of a program."""
    model = skl2tflite.TFLiteModel(contents["micro"])
    expected = model.predict_proba(X)
    worker = micro._worker
    worker._process.send_signal(signal.SIGINT)
    assert np.array_equal(model.predict_proba(X), expected)
    assert micro._worker is worker
    worker._process.kill()  # as a system does that has no memory left
    worker._process.wait(SECONDS)
    assert np.array_equal(model.predict_proba(X), expected)
