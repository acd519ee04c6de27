"""A fork while another thread records a function: the child waits for nobody, and NumPy is as it was."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest
from sklearn.preprocessing import FunctionTransformer

import skl2tflite

X = np.arange(12.0).reshape(4, 3)
PLAIN = np.zeros


def double(X: np.ndarray) -> np.ndarray:
    return X * 2.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX's")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_records():
    inside, leave = threading.Event(), threading.Event()

    def slow(X: np.ndarray) -> np.ndarray:
        if np.zeros is not PLAIN and not leave.is_set():  # it is recorded, not computed
            inside.set()
            leave.wait(10)
        return X + 1.0

    thread = threading.Thread(target=lambda: skl2tflite.convert(FunctionTransformer(slow).fit(X)))
    thread.start()
    assert inside.wait(10)
    threading.Timer(0.2, leave.set).start()
    child = os.fork()  # which waits for the recording's end
    if child == 0:
        signal.alarm(20)  # the default action ends a child that waits for ever
        try:
            sound = np.zeros is PLAIN
            model = skl2tflite.convert(FunctionTransformer(double).fit(X), X)
            os._exit(0 if sound and np.array_equal(model.transform(X), X * 2) else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    thread.join()
