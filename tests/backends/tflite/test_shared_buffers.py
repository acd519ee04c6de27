"""LiteRT shares buffers between tensors: nothing may overwrite what others still read, with XNNPACK and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import SparseCoder

import skl2tflite
from skl2tflite.backends.tflite.backend import TFLITE
from skl2tflite.backends.tflite.lowering.shared_buffers import IN_PLACE
from skl2tflite.graph import DType, Graph, Tensor, evaluate, input_tensor
from skl2tflite.graph import functions as xp

ROWS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "maximum": xp.maximum,
    "minimum": xp.minimum,
    "power": lambda a, b: xp.abs(a) ** 2.5,
    "squared difference": lambda a, b: xp.square(a - b),
    "where": lambda a, b: xp.where(b > 0.5, a, b),
}
UNARY: dict[str, Callable[[Any], Any]] = {
    name: getattr(xp, name)
    for name in (
        "abs", "exp", "square", "sqrt", "floor", "tanh", "log", "expit", "relu", "sin", "cos", "round", "softmax",
        "cumulative_sum", "negative",
    )
}  # fmt: skip
EVERY: dict[str, Callable[[Any], Any]] = {
    **UNARY,
    **{name: (lambda x, function=function: function(x, xp.square(x) + 1.0)) for name, function in BINARY.items()},
}


def answers(function: Callable[[Tensor], Any]) -> tuple[list[np.ndarray], np.ndarray, list[str]]:
    """Return what a graph gives on LiteRT with and without XNNPACK, what it should give, and its operators."""
    x = input_tensor("x", DType.FLOAT, (None, 3))
    graph = Graph("main", {"x": x}, {"y": function(x)})
    program, target = TFLITE.new_program(""), TFLITE.targets["litert"]
    TFLITE.lower(graph, program, target, "latency")
    content = TFLITE.write(program, {})
    found = [
        TFLITE.runner(content, program, target, 1, runtime).run("main", {"x": ROWS})["y"]
        for runtime in TFLITE.runtimes(target)
    ]
    return found, evaluate(graph, {"x": ROWS})["y"], [operator.name for operator in program.subgraphs[0].operators]


@pytest.mark.parametrize("name", EVERY)
def test_what_is_reshaped_and_read_again(name: str) -> None:
    """Whatever makes it: its buffer may be that of what it is made of."""

    def function(x: Tensor) -> Any:
        made = EVERY[name](xp.exp(x))
        return made - xp.sum(xp.reshape(made, (-1, 1, 3)) * 2.0, axis=1)

    found, right, _ = answers(function)
    for each in found:
        np.testing.assert_allclose(each, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_whatever_overwrites_it(name: str) -> None:
    def function(x: Tensor) -> Any:
        made = xp.exp(x) * 3.0
        return made - xp.sum(EVERY[name](xp.reshape(made, (-1, 1, 3))), axis=1)

    found, right, _ = answers(function)
    for each in found:
        np.testing.assert_allclose(each, right, rtol=1e-5, atol=1e-5)


def test_integers_with_xnnpack_too() -> None:
    """XNNPACK takes no integers, so that LiteRT's own kernels share their buffers."""

    def function(x: Tensor) -> Any:
        numbers = xp.astype(xp.round(x * 10.0), int)
        made = (numbers + 1) - numbers * 2
        changed = xp.reshape(made, (-1, 1, 3)) * xp.reshape(numbers, (-1, 1, 3))
        return xp.astype(made - xp.sum(changed, axis=1), float)

    found, right, _ = answers(function)
    for each in found:
        np.testing.assert_array_equal(each, right)


def test_reshaped_twice() -> None:
    def function(x: Tensor) -> Any:
        made = xp.exp(x) * 3.0
        twice = xp.reshape(xp.reshape(made, (-1, 1, 3)), (-1, 3, 1))
        return made - xp.sum(twice * 2.0, axis=2)

    found, right, _ = answers(function)
    for each in found:
        np.testing.assert_allclose(each, right, rtol=1e-5)


def test_copies_are_made_where_they_must_be_alone() -> None:
    _, _, operators = answers(lambda x: xp.reshape(xp.exp(x) * 3.0, (-1, 1, 3)) * 2.0)
    assert "STRIDED_SLICE" not in operators
    assert "MUL" in IN_PLACE


def test_sparse_codes_of_one_atom() -> None:
    """The estimator in which this was found: without XNNPACK its file gave nothing but zeros."""
    dictionary = np.random.default_rng(1).normal(size=(4, 3))
    coder = SparseCoder(dictionary / np.linalg.norm(dictionary, axis=1, keepdims=True), transform_n_nonzero_coefs=1)
    model = skl2tflite.convert(coder.fit(ROWS), methods=("transform",))
    for runtime in model.runtimes:
        np.testing.assert_allclose(model.on(runtime).transform(ROWS), coder.transform(ROWS), rtol=1e-5, atol=1e-6)
