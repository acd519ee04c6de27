"""Small graphs, carried through lowering, writer and checker to the real runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.backends.tflite.check import check
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.graph import DType, Graph, Tensor, as_tensor, evaluate, input_tensor
from skl2tflite.runtime.litert import LiteRTRunner

WIDTHS = {DType.FLOAT: np.float32, DType.INT: np.int32, DType.BOOL: np.bool_}


def as_fed(array: Any) -> np.ndarray:
    """Return an array in the dtype in which its kind travels."""
    array = np.asarray(array)
    return array.astype(WIDTHS[DType.of(array)])


def trace(function: Callable[..., Any], *arrays: Any, batch: int | None = None) -> Graph:
    """Record a function of tensors that are like the arrays, their first axis unknown unless ``batch`` is given."""
    inputs = {}
    for number, array in enumerate(map(as_fed, arrays)):
        name = f"x{number}"
        shape = (batch, *array.shape[1:]) if array.ndim else ()
        inputs[name] = input_tensor(name, DType.of(array), shape)
    results = function(*inputs.values())
    results = results if isinstance(results, tuple | list) else (results,)
    assert all(isinstance(result, Tensor) for result in results)
    return Graph("main", inputs, {f"y{i}": as_tensor(result) for i, result in enumerate(results)})


def to_file(graph: Graph, target: str = "litert") -> bytes:
    """Lower, write and check a graph."""
    program = Program()
    lower(graph, program, get_target(target))
    content = write(program)
    check(content, get_target(target))
    return content


def run_graph(graph: Graph, *arrays: Any) -> list[np.ndarray]:
    """Return what LiteRT makes of a graph."""
    runner = LiteRTRunner(to_file(graph))
    inputs = dict(zip(graph.inputs, map(as_fed, arrays), strict=True))
    return [runner.run("main", inputs)[name] for name in graph.outputs]


def run(function: Callable[..., Any], *arrays: Any) -> Any:
    """Return what LiteRT makes of a function, a list where it gives several results."""
    results = run_graph(trace(function, *arrays), *arrays)
    return results if len(results) > 1 else results[0]


def oracle(function: Callable[..., Any], *arrays: Any, dtype: Any = np.float64) -> Any:
    """Return the function's own NumPy evaluation on the same values."""
    graph = trace(function, *arrays)
    inputs = dict(zip(graph.inputs, map(as_fed, arrays), strict=True))
    results = [evaluate(graph, inputs, dtype)[name] for name in graph.outputs]
    return results if len(results) > 1 else results[0]


def apart(function: Callable[..., Any], *arrays: Any, dtype: Any = np.float64) -> float:
    """Return by how many float32 ulps LiteRT leaves the oracle at most, after checking shapes and kinds.

    Infinite where one is NaN, infinite or an integer other than the other. Numbers without a normal float32
    may be 0: XNNPACK flushes them.
    """
    got, want = run(function, *arrays), oracle(function, *arrays, dtype=dtype)
    pairs = zip(got, want, strict=True) if isinstance(got, list) else [(got, want)]
    return max(ulps(g, w) for g, w in pairs)


def close(function: Callable[..., Any], *arrays: Any) -> None:
    """LiteRT gives what the oracle gives, but for float32's rounding in sums."""
    got, want = run(function, *arrays), oracle(function, *arrays)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def ulps(got: np.ndarray, want: np.ndarray) -> float:
    """Return the greatest distance of two arrays in float32 ulps."""
    assert got.shape == want.shape, f"shape {got.shape} instead of {want.shape}"
    assert got.dtype.kind == want.dtype.kind, f"{got.dtype} instead of {want.dtype}"
    if want.dtype.kind != "f":
        return 0.0 if np.array_equal(got, want) else np.inf
    with np.errstate(all="ignore"):
        rounded = want.astype(np.float32)
        tiny = np.finfo(np.float32).tiny
        distance = np.abs(got - want) / np.spacing(np.maximum(np.abs(rounded), tiny)).astype(np.float64)
    distance[(got == 0) & (np.abs(rounded) <= tiny)] = 0
    distance[(got == rounded) | (np.isnan(got) & np.isnan(rounded))] = 0
    return float(np.nan_to_num(distance, nan=np.inf).max(initial=0))
