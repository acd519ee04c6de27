"""On the narrower target an operation is spelt with what it has, or refused by name; nothing in between."""

import re

import numpy as np
import pytest

from skl2tflite.backends.tflite.lowering.registry import has_lowering, lowering_of
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import DType, Graph, apply, as_tensor, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Constant, Input
from skl2tflite.legalize import decomposition_of
from tests.backends.tflite.one_graph import to_file, trace
from tests.graph.test_ops import IN_FILES, NOT_IN_FILES, operations


@pytest.mark.parametrize("case", IN_FILES, ids=[case[0].name for case in IN_FILES])
@pytest.mark.parametrize("target", ["litert", "micro"])
def test_spelt_or_refused(case, target):
    op, operands, _ = case
    if isinstance(op, Constant) or any(x.dtype == object for x in operands) or isinstance(op, ops.WhileLoop):
        return
    inputs = {f"x{k}": input_tensor(f"x{k}", DType.of(x), x.shape) for k, x in enumerate(operands)}
    fed = [*inputs.values()]
    if isinstance(op, ops.Linear):
        fed[1:], inputs = operands[1:], {"x0": fed[0]}
    results = apply(op, *fed)
    results = results if isinstance(results, tuple) else (results,)
    graph = Graph("main", inputs, {f"y{k}": y for k, y in enumerate(results)})
    refusal = ""
    try:
        to_file(graph, target)
    except UnsupportedOnTarget as error:
        refusal = str(error)
    shown = r"target 'micro' has no [A-Z_0-9]+ for [a-z0-9>-]+ of \d axes; .*\(needed by " + op.name
    assert not refusal or (target == "micro" and re.match(shown, refusal)), refusal


def test_what_the_narrow_target_has():
    x = np.ones((1, 3))
    for function in (
        lambda x: xp.softmax(x @ np.eye(3)), lambda x: xp.any(x > 0, axis=1), lambda x: xp.one_hot(xp.argmax(x), 3),
        lambda x: (x - 1.0) / 2.0, lambda x: xp.where(x > 0, x, 0), lambda x: xp.stack([x, x]), lambda x: xp.log1p(x),
        lambda x: xp.maximum(x, 0), lambda x: xp.max(x, axis=1), lambda x: xp.broadcast_rows(np.arange(3.0), x),
    ):  # fmt: skip
        assert to_file(trace(function, x, batch=1), "micro")


def test_a_refusal_says_what_there_is_and_where_it_was_needed():
    with pytest.raises(UnsupportedOnTarget) as error:
        to_file(trace(lambda x: np.arctan2(x, 2.0), np.ones((1, 3)), batch=1), "micro")
    text = str(error.value)
    assert "target 'micro' has no ATAN2 for float32 of 2 axes; convert for target='litert' instead" in text
    assert "needed by arctan2, test_micro_lowering.py:" in text
    with pytest.raises(UnsupportedOnTarget, match="it has it for float32, which may not hold the sum"):
        to_file(trace(lambda x: xp.sum(x, axis=1), np.ones((1, 3), int), batch=1), "micro")


def test_rank_beyond_the_kernels():
    x = np.ones((2, 1, 1, 1, 1, 1, 1))
    with pytest.raises(UnsupportedOnTarget, match="has no SUM for float32 of 7 axes"):
        to_file(trace(lambda x: xp.sum(x, axis=1), x))


def test_every_operation_is_lowered_or_decomposed():
    for kind in operations():
        if issubclass(kind, NOT_IN_FILES):
            continue
        op, operands, _ = next(case for case in IN_FILES if type(case[0]) is kind)
        assert has_lowering(op) or decomposition_of(op, [as_tensor(x) for x in operands])
    with pytest.raises(LookupError, match="no lowering is registered for input"):
        lowering_of(type("Other", (Input,), {})("input", DType.FLOAT, ()))
