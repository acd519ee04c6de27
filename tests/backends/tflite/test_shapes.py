"""Shapes that operators give, and constant positions: one fault of each kind, and what is right."""

import re

import numpy as np
import pytest

from skl2tflite.backends.tflite import shape_moves, shape_rules  # noqa: F401 - they register what they know
from skl2tflite.backends.tflite.constants import Constants
from skl2tflite.backends.tflite.program import OperatorDef, Program, Subgraph, TensorDef
from skl2tflite.backends.tflite.shapes import RULES, shape_fault
from skl2tflite.backends.tflite.targets import get_target


def fault(name, operands, results, **options):
    """Say what is wrong with an operator: operands are shapes of floats, or constants of integers."""
    program, tensors = Program(), []
    for operand in operands:
        if isinstance(operand, tuple):
            tensors.append(TensorDef("in", "float32", operand))
        else:
            numbers = np.asarray(operand, np.int32)
            tensors.append(TensorDef("constant", "int32", numbers.shape, program.add_buffer(numbers.tobytes())))
    tensors += [TensorDef("out", "float32", shape) for shape in results]
    inputs = tuple(range(len(operands)))
    outputs = tuple(range(len(operands), len(tensors)))
    operator = OperatorDef(name, 1, inputs, outputs, options)
    return shape_fault(operator, Subgraph("main", tensors, [operator]), Constants(program))


RIGHT = [
    ("RELU", [(-1, 3)], [(-1, 3)], {}), ("ADD", [(-1, 3), (3,)], [(-1, 3)], {}),
    ("ADD", [(-1, 1), (4, 3)], [(4, 3)], {}),
    ("SELECT_V2", [(2, 1), (1, 3), ()], [(2, 3)], {}), ("SELECT", [(2,), (2, 3), (2, 3)], [(2, 3)], {}),
    ("CUMSUM", [(2, 3), [-1]], [(2, 3)], {}), ("SUM", [(2, 3), [1]], [(2,)], {}),
    ("SUM", [(2, 3), [-1, 0]], [(1, 1)], {"keepDims": True}), ("SUM", [(2, 3), (1,)], [(7, 7)], {}),
    ("ARG_MAX", [(-1, 3), [1]], [(-1,)], {}), ("TOPK_V2", [(-1, 9), [4]], [(-1, 4), (-1, 4)], {}),
    ("FULLY_CONNECTED", [(-1, 3), (4, 3), (4,)], [(-1, 4)], {}), ("FULLY_CONNECTED", [(1, 6), (4, 3)], [(2, 4)], {}),
    ("FULLY_CONNECTED", [(2, 5, 3), (4, 3)], [(2, 5, 4)], {"keepNumDims": True}),
    ("BATCH_MATMUL", [(-1, 2, 3), (3, 4)], [(-1, 2, 4)], {}),
    ("BATCH_MATMUL", [(3, 2), (4, 3)], [(2, 4)], {"adjX": True, "adjY": True}),
    ("GATHER", [(5, 2), [[0, 4]]], [(1, 2, 2)], {}), ("GATHER", [(5, 2), [1, 0]], [(5, 2)], {"axis": -1}),
    ("GATHER", [(2, 5), [[0, 4], [1, 1]]], [(2, 2)], {"axis": 1, "batchDims": 1}),
    ("GATHER_ND", [(5, 2), [[4, 1], [0, 0]]], [(2,)], {}),
    ("SCATTER_ND", [[[1], [0]], (2, 3), [4, 3]], [(4, 3)], {}),
    ("UNSORTED_SEGMENT_SUM", [(3, 2), [0, 1, -1], [2]], [(2, 2)], {}),
    ("RESHAPE", [(-1, 6), [-1, 3]], [(-1, 3)], {}), ("RESHAPE", [(2, 3)], [(6,)], {"newShape": np.array([6])}),
    ("BROADCAST_TO", [(1, 3), [2, 3]], [(2, 3)], {}), ("FILL", [[2, 2], ()], [(2, 2)], {}),
    ("TILE", [(2, 3), [1, 2]], [(2, 6)], {}), ("CONCATENATION", [(-1, 2), (-1, 3)], [(-1, 5)], {"axis": 1}),
    ("PACK", [(2,), (2,)], [(2, 2)], {"axis": 1, "valuesCount": 2}),
    ("UNPACK", [(2, 3)], [(2,)] * 3, {"axis": 1, "num": 3}),
    ("SPLIT", [[1], (2, 6)], [(2, 3)] * 2, {"numSplits": 2}),
    ("SPLIT_V", [(2, 6), [1, -1], [1]], [(2, 1), (2, 5)], {"numSplits": 2}),
    ("SLICE", [(4, 5), [1, 0], [2, -1]], [(2, 5)], {}),
    ("STRIDED_SLICE", [(4, 5), [0, 9], [-1, 0], [1, -2]], [(3, 2)], {}),
    ("STRIDED_SLICE", [(4, 5), [1, 0], [2, 0], [1, 1]], [(5,)], {"shrinkAxisMask": 1, "endMask": 2}),
    ("PAD", [(4, 5), [[0, 1], [2, 0]]], [(5, 7)], {}), ("TRANSPOSE", [(4, 5, 6), [2, 0, 1]], [(6, 4, 5)], {}),
    ("EXPAND_DIMS", [(4, 5), [-1]], [(4, 5, 1)], {}), ("SQUEEZE", [(4, 1, 1), ], [(4,)], {}),
    ("SQUEEZE", [(4, 1, 1)], [(4, 1)], {"squeezeDims": np.array([1])}), ("SHAPE", [(4, 1, 1)], [(3,)], {}),
    ("WHERE", [(4, 4)], [(-1, 2)], {}), ("RANGE", [[0], [7], [2]], [(4,)], {}), ("RANGE", [(), (), ()], [(-1,)], {}),
    ("RANGE", [[7], [0], [-2]], [(4,)], {}), ("RANGE", [[7], [0], [2]], [(0,)], {}),
    ("ONE_HOT", [(4,), [3], (), ()], [(4, 3)], {"axis": -1}),
]  # fmt: skip
WRONG = [
    ("RELU", [(-1, 3)], [(-1, 4)], {}, r"gives shape \(-1, 3\), and 'out' has \(-1, 4\)"),
    ("ADD", [(2, 3), (4,)], [(2, 3)], {}, "do not fit together"),
    ("SELECT", [(3,), (2, 3), (2, 3)], [(2, 3)], {}, "chooses by"),
    ("CUMSUM", [(2, 3), [2]], [(2, 3)], {}, "names axis 2 of 2"),
    ("SUM", [(2, 3), [-3]], [(2,)], {}, "names axis -3 of 2"),
    ("ARG_MAX", [(2, 3), [5]], [(2,)], {}, "names axis 5 of 2"),
    ("ARG_MAX", [(2, 3), [0, 1]], [(2,)], {}, "has 2 numbers as operand 1"),
    ("TOPK_V2", [(2, 3), [4]], [(2, 4), (2, 4)], {}, "picks 4 of 3"),
    ("FULLY_CONNECTED", [(2, 3), (4, 5)], [(2, 4)], {}, "multiplies"),
    ("FULLY_CONNECTED", [(2, 3), (4, 3), (5,)], [(2, 4)], {}, r"adds a bias of \(5,\) to 4 outputs"),
    ("FULLY_CONNECTED", [(2, 3), (3,)], [(2, 4)], {}, "multiplies"),
    ("BATCH_MATMUL", [(2, 3), (4, 5)], [(2, 5)], {}, "multiplies"),
    ("GATHER", [(5, 2), [5]], [(1, 2)], {}, "looks up position 5 of 5"),
    ("GATHER", [(5, 2), [-1]], [(1, 2)], {}, "looks up position -1 of 5"),
    ("GATHER", [(5, 2), [1]], [(5, 1)], {"axis": 2}, "names axis 2 of 2"),
    ("GATHER", [(5, 2), [1]], [(5, 1)], {"axis": 1, "batchDims": 2}, "with 2 axes in common"),
    ("GATHER_ND", [(5, 2), [[4, 2]]], [(1,)], {}, "looks up position 2 of 2"),
    ("GATHER_ND", [(5, 2), [[0, 0, 0]]], [(1,)], {}, "looks up"),
    ("SCATTER_ND", [[[4]], (1, 3), [4, 3]], [(4, 3)], {}, "looks up position 4 of 4"),
    ("SCATTER_ND", [[[1]], (2, 3), [4, 3]], [(4, 3)], {}, "puts"),
    ("UNSORTED_SEGMENT_SUM", [(3, 2), [0, 2, 1], [2]], [(2, 2)], {}, "looks up position 2 of 2"),
    ("RESHAPE", [(2, 3), [5]], [(5,)], {}, "makes"), ("RESHAPE", [(2, 3), [-1, -1]], [(2, 3)], {}, "asks for shape"),
    ("RESHAPE", [(2, 3), [-1, 4]], [(2, 4)], {}, "makes"), ("BROADCAST_TO", [(2,), [3]], [(3,)], {}, "fit together"),
    ("BROADCAST_TO", [(1,), [2**30]], [(3,)], {}, "gives shape"), ("FILL", [[-2], ()], [(2,)], {}, "fills"),
    ("FILL", [[2**30], ()], [(2,)], {}, "gives shape"), ("TILE", [(2, 3), [2]], [(4, 3)], {}, "repeats"),
    ("CONCATENATION", [(2, 2), (3, 3)], [(2, 5)], {"axis": 1}, "joins"),
    ("CONCATENATION", [(2, 2), (2, 3)], [(2, 5)], {"axis": 2}, "names axis 2 of 2"),
    ("PACK", [(2,), (2,)], [(2, 2)], {"valuesCount": 3}, "joins 3"),
    ("UNPACK", [(2, 3)], [(2,)] * 2, {"axis": 1, "num": 2}, "takes"),
    ("SPLIT", [[1], (2, 5)], [(2, 2)] * 2, {"numSplits": 2}, "cuts 5 into 2 parts"),
    ("SPLIT", [[1], (2, 6)], [(2, 3)] * 2, {"numSplits": 3}, "gives 3 parts to 2 tensors"),
    ("SPLIT_V", [(2, 6), [1, 9], [1]], [(2, 1), (2, 9)], {"numSplits": 2}, "cuts 6 into"),
    ("SLICE", [(4, 5), [3, 0], [2, 5]], [(2, 5)], {}, "cuts"), ("SLICE", [(4, 5), [0], [2]], [(2, 5)], {}, "cuts"),
    ("STRIDED_SLICE", [(4,), [0], [4], [0]], [(4,)], {}, "cuts"),
    ("STRIDED_SLICE", [(4,), [4], [5], [1]], [()], {"shrinkAxisMask": 1}, "takes position 4 of 4"),
    ("PAD", [(4,), [[-1, 0]]], [(3,)], {}, "adds"), ("TRANSPOSE", [(4, 5), [0, 0]], [(4, 4)], {}, "in the order"),
    ("EXPAND_DIMS", [(4, 5), [3]], [(4, 5, 1)], {}, "names axis 3 of 3"),
    ("SQUEEZE", [(4, 2)], [(4,)], {"squeezeDims": np.array([1])}, "leaves axes"),
    ("RESHAPE", [(100,), [1] * 100], [(100,)], {}, "has 100 numbers as operand 1"),
    ("SHAPE", [(4, 2)], [(3,)], {}, "gives shape"), ("WHERE", [(4, 2)], [(-1, 3)], {}, "gives shape"),
    ("RANGE", [[0], [7], [0]], [(4,)], {}, "steps of 0"), ("ONE_HOT", [(4,), [-1], (), ()], [(4, 3)], {}, "makes -1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "operands", "results", "options"), RIGHT)
def test_right(name, operands, results, options):
    assert fault(name, operands, results, **options) == ""


@pytest.mark.parametrize(("name", "operands", "results", "options", "message"), WRONG)
def test_wrong(name, operands, results, options, message):
    assert re.search(message, fault(name, operands, results, **options))


def test_every_operator_that_we_write_has_a_rule():
    named = {name for target in ("litert", "micro") for name in get_target(target).operators}
    assert named - set(RULES) == {"IF", "WHILE"}


def test_shapes_that_are_none_are_reported_elsewhere():
    assert fault("STRIDED_SLICE", [(-9,), [0], [4], [1]], [(4,)]) == ""


def test_each_buffer_is_looked_at_once(monkeypatch):
    """Many operators may share a table of positions."""
    program = Program()
    positions = np.arange(5, dtype=np.int32)
    tensors = [
        TensorDef("in", "float32", (5, 2)),
        TensorDef("at", "int32", (5,), program.add_buffer(positions.tobytes())),
        TensorDef("out", "float32", (5, 2)),
    ]
    subgraph = Subgraph("main", tensors)
    constants = Constants(program)
    operator = OperatorDef("GATHER", 1, (0, 1), (2,))
    assert shape_fault(operator, subgraph, constants) == ""
    monkeypatch.setattr(constants, "_seen", {key: [(0, 5)] for key in constants._seen})
    assert shape_fault(operator, subgraph, constants) == "looks up position 5 of 5"
