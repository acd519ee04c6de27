"""What the targets of TensorFlow Lite say that they have, and what is left of graphs then."""

from __future__ import annotations

import numpy as np
import pytest

from skl2tflite.backends.tflite.lowering.legality import TargetOperations
from skl2tflite.backends.tflite.lowering.registry import has_lowering
from skl2tflite.backends.tflite.targets import TARGETS
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import DType, Graph, apply, as_tensor, input_tensor, ops
from skl2tflite.graph.op import Constant
from skl2tflite.legalize import legalize
from tests.graph.test_ops import IN_FILES

FLOATS = input_tensor("x", DType.FLOAT, (1, 3))
NUMBERS = input_tensor("n", DType.INT, (1, 3))
DEEP = input_tensor("d", DType.INT, (1, 2, 2, 2, 3))
FULL = input_tensor("f", DType.FLOAT, (1, 3), allows_nan=False)
TABLE = as_tensor(np.arange(12).reshape(4, 3))
LAST_TWO = as_tensor(np.array([1, 2]))
REST = (None, None, None)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("case", IN_FILES, ids=[case[0].name for case in IN_FILES])
def test_every_operation_that_is_left_has_a_lowering(case, target):
    op, operands, _ = case
    if isinstance(op, Constant):
        return
    inputs = {f"x{k}": input_tensor(f"x{k}", DType.of(x), x.shape) for k, x in enumerate(operands)}
    results = apply(op, *inputs.values())
    results = results if isinstance(results, tuple) else (results,)
    try:
        legal = legalize(
            Graph("main", inputs, {f"y{k}": y for k, y in enumerate(results)}), TargetOperations(TARGETS[target])
        )
    except UnsupportedOnTarget:
        assert target == "micro"
        return
    assert all(has_lowering(node.op) for node in legal.operations())


@pytest.mark.parametrize(
    ("op", "operands", "targets"),
    [
        (ops.Exp(), [FLOATS], "litert micro web"), (ops.Log1p(), [FLOATS], ""),
        (ops.OneHot(3), [NUMBERS], "litert web"),
        (ops.FloorDivide(), [FLOATS, FLOATS], ""), (ops.FloorDivide(), [NUMBERS, NUMBERS], "litert web"),
        (ops.Max((1,)), [FLOATS], ""), (ops.Max((1,), nan_undefined=True), [FLOATS], "litert micro web"),
        (ops.Max((1,)), [NUMBERS], "litert web"), (ops.TopK(2), [FLOATS], "litert web"),
        (ops.Where(), [FLOATS > 0, FLOATS, FLOATS], "litert micro web"),
        (ops.Where(), [FLOATS > 0, NUMBERS, NUMBERS], "litert web"),
        (ops.Take(0), [TABLE, NUMBERS], "litert micro web"),
        (ops.Take(1), [NUMBERS, NUMBERS], "litert web"), (ops.Take(1), [NUMBERS, LAST_TWO], "litert micro web"),
        (ops.Take(4), [DEEP, LAST_TWO], "litert web"), (ops.Slice((REST, (0, 2, None))), [NUMBERS], "litert micro web"),
        (ops.Slice((*[REST] * 4, (0, 2, None))), [DEEP], "litert web"),
        (ops.Maximum(), [FLOATS, FLOATS], "litert micro"), (ops.Maximum(), [FULL, FULL], "litert micro web"),
    ],
)  # fmt: skip
def test_what_targets_have(op, operands, targets):
    assert [name for name in TARGETS if TargetOperations(TARGETS[name]).has(op, operands)] == targets.split()


def test_a_lack_is_named_by_the_operator():
    micro = TargetOperations(TARGETS["micro"])
    expected = "target 'micro' has no ARG_MAX for int32 of 2 axes"
    assert micro.describe_lack(ops.ArgMax(1), [NUMBERS]) == expected
