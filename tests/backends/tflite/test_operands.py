"""The operands of every builtin operator: how many, which may be absent, of which dtypes."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite.check import check
from skl2tflite.backends.tflite.operands import operands_of
from skl2tflite.backends.tflite.program import OperatorDef, Subgraph, TensorDef
from skl2tflite.backends.tflite.schema import DTYPES
from skl2tflite.backends.tflite.targets import TARGETS, get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import InvalidFileError
from tests.backends.tflite.test_check import good, operator

SIGNATURES = json.loads(files("skl2tflite.backends.tflite").joinpath("operators.json").read_text())["operators"]


def faults(name, inputs, outputs):
    """Say what is wrong with an operator of such dtypes; None is an operand that is absent."""
    dtypes = [*inputs, *outputs]
    indices = [-1 if dtype is None else i for i, dtype in enumerate(dtypes)]
    subgraph = Subgraph("main", [TensorDef("", dtype or "float32", ()) for dtype in dtypes])
    operands = operands_of(name)
    given, made = tuple(indices[: len(inputs)]), tuple(indices[len(inputs) :])
    return list(operands.faults(OperatorDef(name, 1, given, made), subgraph))


def test_every_builtin_operator_is_there():
    names = {name for name in vars(schema.BuiltinOperator) if not name.startswith("_")}
    assert set(SIGNATURES) == names
    for name in names:
        assert operands_of(name) is not None
    assert operands_of("UNKNOWN_4000") is None


def test_dtypes_are_those_of_the_schema():
    known = {*DTYPES.values(), "qint32", "T", "any", "float8_e4m3fn", "float8_e5m2", "int2", "bfloat16"}
    for name in SIGNATURES:
        sides = (operands_of(name).inputs, operands_of(name).outputs)
        assert {dtype for side in sides for place in side.places for dtype in place.dtypes} <= known, name


def test_every_operator_of_a_target_can_be_written():
    for target in TARGETS.values():
        for name in target.operators:
            assert operands_of(name).outputs.places, name


FLOAT, INT, BOOL = "float32", "int32", "bool"
RIGHT = [
    ("ADD", [FLOAT, FLOAT], [FLOAT]),
    ("EQUAL", [INT, INT], [BOOL]),
    ("GATHER", [BOOL, "int64"], [BOOL]),
    ("RESHAPE", [FLOAT], [FLOAT]),
    ("RESHAPE", [FLOAT, INT], [FLOAT]),
    ("RESHAPE", [FLOAT, None], [FLOAT]),
    ("FULLY_CONNECTED", [FLOAT, FLOAT], [FLOAT]),
    ("FULLY_CONNECTED", [FLOAT, FLOAT, None], [FLOAT]),
    ("FULLY_CONNECTED", ["qint8", "qint8", "qint32"], ["qint8"]),
    ("CONCATENATION", [FLOAT], [FLOAT]),
    ("CONCATENATION", [FLOAT] * 5, [FLOAT]),
    ("SPLIT", [INT, FLOAT], [FLOAT, FLOAT]),
    ("IF", [BOOL], [FLOAT]),
    ("WHILE", [], []),
    ("CAST", ["int8"], [FLOAT]),
    ("TOPK_V2", [FLOAT, INT], [FLOAT, INT]),
    ("CALL_ONCE", [], []),
    ("LSTM", [FLOAT] * 24, [FLOAT]),
    ("LSTM", [FLOAT] * 20, [FLOAT]),
    ("LSTM", [FLOAT] * 5, [FLOAT] * 4),
    ("LSTM", [FLOAT, None, *[FLOAT] * 18], [FLOAT]),
]
WRONG = {
    "has 1 operands, expected 2": ("ADD", [FLOAT], [FLOAT]),
    "has 3 operands, expected 2": ("ADD", [FLOAT] * 3, [FLOAT]),
    "has 4 operands, expected 2 to 3": ("FULLY_CONNECTED", [FLOAT] * 4, [FLOAT]),
    "has 0 operands, expected 1 or more": ("CONCATENATION", [], [FLOAT]),
    "has 2 results, expected 1": ("RELU", [FLOAT], [FLOAT, FLOAT]),
    "has 0 results, expected 1 or more": ("SPLIT", [INT, FLOAT], []),
    "has 3 operands, expected 1 to 2": ("RESHAPE", [FLOAT, INT, INT], [FLOAT]),
    "lacks operand 1": ("ADD", [FLOAT, None], [FLOAT]),
    "lacks operand 2": ("CONCATENATION", [FLOAT, FLOAT, None], [FLOAT]),
    "lacks result 0": ("ADD", [FLOAT, FLOAT], [None]),
    "has int32 as operand 1, expected float32": ("ADD", [FLOAT, INT], [FLOAT]),
    "has int32 as result 0, expected float32": ("ADD", [FLOAT, FLOAT], [INT]),
    "has float32 as operand 1, expected int16 or int32 or int64": ("GATHER", [FLOAT, FLOAT], [FLOAT]),
    "has int32 as result 0, expected bool": ("LESS", [FLOAT, FLOAT], [INT]),
    "has float32 as operand 0, expected bool": ("SELECT_V2", [FLOAT, FLOAT, FLOAT], [FLOAT]),
    "has int32 as operand 2, expected float32 or qint32": ("FULLY_CONNECTED", [FLOAT, FLOAT, INT], [FLOAT]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "outputs"), RIGHT)
def test_right_operands(name, inputs, outputs):
    assert faults(name, inputs, outputs) == []


@pytest.mark.parametrize("fault", WRONG)
def test_wrong_operands(fault):
    assert faults(*WRONG[fault])[0] == fault


@pytest.mark.parametrize("target", ["litert", "micro"])
def test_a_file_with_a_missing_operand_is_refused(target):
    program = good()
    operator(program, 0, inputs=(0,))
    with pytest.raises(InvalidFileError, match=r"operator 0 \(ADD\) has 1 operands, expected 2"):
        check(write(program), get_target(target))


def test_what_was_read_in_kernels_goes_first() -> None:
    """``scripts/make_format_tables.py`` was run since it was changed."""
    by_hand = Path(__file__).parents[3] / "scripts/operator_signatures.json"
    for name, signature in json.loads(by_hand.read_text()).items():
        assert SIGNATURES[name] == signature
