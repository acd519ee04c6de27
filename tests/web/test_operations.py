"""Operations on LiteRT.js, NaN of either sign and infinities included: what LiteRT and NumPy give."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from scripts.litert_js import LiteRTJS

from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.graph import DType, Graph, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from tests.web.running import same

SPECIAL = np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.3], np.float32)
PAIRS = np.array([[a, b] for a in SPECIAL for b in SPECIAL], np.float32)
ROWS = np.random.default_rng(0).normal(size=(6, 9)).astype(np.float32)
ROWS[0, 3], ROWS[1], ROWS[4, 8], ROWS[5, 2] = np.nan, np.nan, np.nan, -np.nan
WEIGHTS = np.random.default_rng(1).normal(size=(9, 4))
WEIGHTS[3] = 0.0
ONE: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: f for f in (xp.abs, xp.sign, xp.square, xp.tanh, xp.floor, xp.ceil, xp.round, xp.expit, xp.relu)},
    **{f.__name__: f for f in (xp.sqrt, xp.exp, xp.expm1, xp.log, xp.log1p, xp.erf, xp.isnan)},
    "absolute log": lambda x: xp.log(x, accuracy="absolute"),
    "elu": lambda x: apply(ops.Elu(), x),
    "clip": lambda x: xp.minimum(xp.maximum(x, -1.0), 1.0),
    "with an array": lambda x: xp.maximum(x, np.arange(11.0)) + xp.minimum(np.arange(11.0), x),
    "to integers": lambda x: xp.astype(xp.where(xp.isnan(x), 0.0, xp.minimum(x, 9.0)), DType.BOOL),
}
TWO: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "less": lambda a, b: a < b,
    "equal": lambda a, b: a == b,
    "maximum": xp.maximum,
    "minimum": xp.minimum,
    "power": lambda a, b: a**b,
    "where": lambda a, b: xp.where(a > 0, b, np.nan),
}
MATRIX: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: partial(f, axis=1) for f in (xp.sum, xp.mean, xp.max, xp.min, xp.prod, xp.softmax)},
    "linear": lambda x: xp.linear(x, WEIGHTS, np.ones(4)),
    "linear relu": lambda x: apply(ops.Linear("relu"), x, WEIGHTS, np.ones(4)),
    "one output": lambda x: xp.linear(x, WEIGHTS[:, :1], np.ones(1)),
    "product": lambda x: xp.matmul(x, WEIGHTS),
    "product of rows": lambda x: xp.matmul(x, xp.matrix_transpose(x)),
}


def _compared(js: LiteRTJS, function: Callable[..., Any], *arrays: np.ndarray) -> None:
    inputs = {f"x{i}": input_tensor(f"x{i}", DType.FLOAT, x.shape) for i, x in enumerate(arrays)}
    graph = Graph("main", inputs, {"y": xp.astype(function(*inputs.values()), DType.FLOAT)})
    program = Program()
    lower(graph, program, get_target("web"))
    fed = dict(zip(inputs, arrays, strict=True))
    same(js.run(write(program), fed, "main")["y"], evaluate(graph, fed)["y"], 1e-5)


@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_number(name: str, js: LiteRTJS) -> None:
    for length in (11,) if name == "with an array" else (1, 3, 8, 11):
        _compared(js, ONE[name], SPECIAL[None, :length])


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_numbers(name: str, js: LiteRTJS) -> None:
    _compared(js, TWO[name], PAIRS[None, :, 0].copy(), PAIRS[None, :, 1].copy())


@pytest.mark.parametrize("name", MATRIX)
def test_functions_of_matrices(name: str, js: LiteRTJS) -> None:
    _compared(js, MATRIX[name], ROWS)
    _compared(js, MATRIX[name], ROWS[:1])
