"""Every operation: what it infers is what it evaluates to."""

import dataclasses
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, Graph, Op, Spec, Tensor, apply, as_tensor, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Constant, Input, broadcast_shapes, normalize_axes

RANDOM = np.random.default_rng(0)
FLOAT = np.abs(RANDOM.normal(size=(4, 3))) + 0.1
INT = RANDOM.integers(1, 5, size=(4, 3))
BOOL = RANDOM.random((4, 3)) > 0.5
STRING = np.array([["a", "b", "c"]] * 4, dtype=object)
DEEP = RANDOM.normal(size=(4, 2, 3))
ALL = (None, None, None)


def loop():
    i, x = input_tensor("s0", DType.INT, ()), input_tensor("s1", DType.FLOAT, (4, 3))
    condition = Graph("condition", {"s0": i, "s1": x}, {"r0": i < 3})
    return ops.WhileLoop(condition, Graph("body", {"s0": i, "s1": x}, {"r0": i + 1, "r1": x * 2.0}))


CASES: list[tuple[Op, tuple[np.ndarray, ...], np.ndarray | tuple[np.ndarray, ...]]] = [
    (ops.Abs(), (-FLOAT,), FLOAT), (ops.Abs(), (-INT,), INT), (ops.Negative(), (INT,), -INT),
    (ops.Sign(), (-FLOAT,), -np.ones((4, 3))), (ops.Square(), (FLOAT,), FLOAT * FLOAT),
    (ops.Sqrt(), (FLOAT,), np.sqrt(FLOAT)), (ops.Exp(), (FLOAT,), np.exp(FLOAT)),
    (ops.Expm1(), (FLOAT,), np.expm1(FLOAT)), (ops.Log(), (FLOAT,), np.log(FLOAT)),
    (ops.Log1p(), (FLOAT,), np.log1p(FLOAT)), (ops.Sin(), (FLOAT,), np.sin(FLOAT)),
    (ops.Cos(), (FLOAT,), np.cos(FLOAT)), (ops.Tanh(), (FLOAT,), np.tanh(FLOAT)),
    (ops.Floor(), (FLOAT,), np.floor(FLOAT)), (ops.Ceil(), (FLOAT,), np.ceil(FLOAT)),
    (ops.Round(), (np.array([0.5, 1.5, -2.5]),), np.array([0.0, 2, -2])),
    (ops.Erf(), (DEEP,), special.erf(DEEP)),
    (ops.Expit(), (DEEP,), 1 / (1 + np.exp(-DEEP))), (ops.Relu(), (DEEP,), np.maximum(DEEP, 0)),
    (ops.AbsentAsZero(), (np.array([np.nan, 1.5]),), np.array([0.0, 1.5])),
    (ops.IsNan(), (np.array([np.nan, 1]),), np.array([True, False])), (ops.LogicalNot(), (BOOL,), ~BOOL),
    (ops.Add(), (FLOAT, FLOAT[0]), FLOAT + FLOAT[0]), (ops.Subtract(), (INT, INT[:1]), INT - INT[:1]),
    (ops.Multiply("relu"), (FLOAT, -FLOAT), np.zeros((4, 3))), (ops.Divide(), (FLOAT, np.array(2.0)), FLOAT / 2),
    (ops.SquaredDifference(), (INT, INT[0]), (INT - INT[0]) ** 2),
    (ops.Power(), (FLOAT, FLOAT), FLOAT**FLOAT), (ops.Maximum(), (INT, INT[::-1]), np.maximum(INT, INT[::-1])),
    (ops.Minimum(), (FLOAT, np.array(np.nan)), np.full((4, 3), np.nan)),
    (ops.FloorDivide(), (-INT, np.array(2)), -INT // 2), (ops.Remainder(), (-FLOAT, FLOAT[0]), -FLOAT % FLOAT[0]),
    (ops.Arctan2(), (FLOAT, FLOAT[:, :1]), np.arctan2(FLOAT, FLOAT[:, :1])),
    (ops.Equal(), (STRING, np.array("b", dtype=object)), STRING == "b"), (ops.Equal(), (BOOL, BOOL), BOOL == BOOL),
    (ops.NotEqual(), (INT, np.array(2)), INT != 2), (ops.Less(), (FLOAT, FLOAT[0]), FLOAT < FLOAT[0]),
    (ops.LessEqual(), (FLOAT, FLOAT[0]), FLOAT <= FLOAT[0]), (ops.Greater(), (INT, np.array(2)), INT > 2),
    (ops.GreaterEqual(), (INT, np.array(2)), INT >= 2), (ops.LogicalAnd(), (BOOL, BOOL[0]), BOOL & BOOL[0]),
    (ops.LogicalOr(), (BOOL, BOOL[0]), BOOL | BOOL[0]),
    (ops.Where(), (BOOL, FLOAT, np.array(0.0)), np.where(BOOL, FLOAT, 0)),
    (ops.Where(), (BOOL[:, :1], STRING, STRING[0]), STRING),
    (ops.Cast(DType.INT), (-DEEP,), np.trunc(-DEEP).astype(int)),
    (ops.Cast(DType.FLOAT), (BOOL,), BOOL * 1.0), (ops.Cast(DType.BOOL), (INT,), INT != 0),
    (ops.Cast(DType.STRING), (STRING,), STRING),
    (ops.Reshape((-1, 1, 3)), (FLOAT,), FLOAT[:, None]), (ops.Reshape((2, -1)), (FLOAT,), FLOAT.reshape(2, 6)),
    (ops.PermuteDims((2, 0, 1)), (DEEP,), DEEP.transpose(2, 0, 1)), (ops.Concat(1), (INT, INT), np.hstack([INT, INT])),
    (ops.Concat(0), (STRING, STRING), np.vstack([STRING, STRING])),
    (ops.Stack(2), (BOOL, BOOL), np.stack([BOOL] * 2, 2)),
    (ops.BroadcastTo((4, 5, 3)), (FLOAT[:, None],), np.repeat(FLOAT[:, None], 5, 1)),
    (ops.BroadcastRows(), (INT[0], FLOAT), np.tile(INT[0], (4, 1))),
    (ops.Slice((ALL, (None, None, -2))), (FLOAT,), FLOAT[:, ::-2]),
    (ops.Take(1), (FLOAT, np.array([[2, 0]])), FLOAT[:, [[2, 0]]]),
    (ops.Take(0), (STRING[0], INT % 3), STRING[0][INT % 3]),
    (ops.TakeAlongAxis(), (FLOAT, INT % 3), np.take_along_axis(FLOAT, INT % 3, 1)),
    (ops.TopK(2), (FLOAT,), (-np.sort(-FLOAT)[:, :2], np.argsort(-FLOAT, kind="stable")[:, :2])),
    (ops.SearchSorted((0.2, 0.5, 1.0), "left"), (FLOAT,), np.searchsorted([0.2, 0.5, 1], FLOAT, "left")),
    (ops.OneHot(3), (INT,), 1.0 * (INT[..., None] == np.arange(3))),
    (ops.OneHot(3, DType.INT), (INT,), 1 * (INT[..., None] == np.arange(3))),
    (ops.OneHot(3, DType.BOOL), (INT,), INT[..., None] == np.arange(3)),
    (ops.MatMul(), (FLOAT, FLOAT.T), FLOAT @ FLOAT.T),
    (ops.MatMul(), (DEEP, DEEP.swapaxes(1, 2)), DEEP @ DEEP.swapaxes(1, 2)),
    (ops.Linear(), (FLOAT, FLOAT[:3], FLOAT[0]), FLOAT @ FLOAT[:3] + FLOAT[0]),
    (ops.Linear("relu"), (FLOAT, -FLOAT[:3], FLOAT[0] * 0), np.zeros((4, 3))),
    (ops.Sum((1,)), (INT,), INT.sum(1)), (ops.Mean((0, 1), True), (DEEP,), DEEP.mean((0, 1), keepdims=True)),
    (ops.Max((1,)), (DEEP,), DEEP.max(1)), (ops.Min((2,), True), (DEEP,), DEEP.min(2, keepdims=True)),
    (ops.Prod((1,)), (INT,), INT.prod(1)), (ops.Any((1,)), (BOOL,), BOOL.any(1)), (ops.All((0,)), (BOOL,), BOOL.all(0)),
    (ops.ArgMax(1), (FLOAT,), FLOAT.argmax(1)), (ops.ArgMin(0), (INT,), INT.argmin(0)),
    (ops.CumulativeSum(1), (INT,), INT.cumsum(1)),
    (ops.CumulativeSum(0, exclusive=True), (FLOAT,), np.vstack([np.zeros((1, 3)), FLOAT.cumsum(0)[:-1]])),
    (ops.Length(), (FLOAT,), np.array(4)), (ops.Arange(), (np.array(3),), np.array([0, 1, 2])),
    (ops.SegmentSum(3), (INT, np.array([2, 0, 2, 2])), np.stack([INT[1], 0 * INT[0], INT[[0, 2, 3]].sum(0)])),
    (ops.SegmentSum(), (FLOAT[:, 0], np.array([1, 1, 0, 1]), np.array(2)),
     np.array([FLOAT[2, 0], FLOAT[[0, 1, 3], 0].sum()])),
    (ops.Ahead(1), (INT[:, 0],), np.append(INT[1:, 0], 0)), (ops.Ahead(-1), (INT[:, 0],), np.append(0, INT[:-1, 0])),
    (ops.Ahead(5), (INT[:, 0],), np.zeros(4, int)),
    (ops.Wrap(), (np.array([2**31, -(2**31) - 1, 2**40 + 5, -7]),), np.array([-(2**31), 2**31 - 1, 5, -7])),
    (ops.Elu(), (np.array([-1e-9, 2.0, -np.inf, np.nan]),), np.array([np.expm1(-1e-9), 2.0, -1.0, np.nan])),
    (ops.TruncatedDivide(), (np.array([7, -7, 7, -7]), np.array([2, 2, -2, -2])), np.array([3, -3, -3, 3])),
    (ops.BitwiseXor(), (INT, np.array(-3)), INT ^ -3), (ops.RightShift(), (-INT, np.array(1)), -INT // 2),
    (ops.Softmax(1), (FLOAT,), np.exp(FLOAT) / np.exp(FLOAT).sum(1, keepdims=True)),
    (ops.LogSoftmax(2), (DEEP,), DEEP - np.log(np.exp(DEEP).sum(2, keepdims=True))),
    (ops.Within(np.zeros(3), np.ones(3)), (FLOAT, BOOL), BOOL),
    (loop(), (np.array(0), FLOAT), (np.array(3), FLOAT * 8)), (Constant.of(INT), (), INT),
]  # fmt: skip


@pytest.mark.parametrize(("op", "operands", "expected"), CASES, ids=[case[0].name for case in CASES])
def test_evaluate_and_infer(op, operands, expected):
    results = op.evaluate(*operands)
    results = results if isinstance(results, tuple) else (results,)
    expected = expected if isinstance(expected, tuple) else (expected,)
    specs = op.infer(*(Spec(DType.of(x), x.shape) for x in operands))
    for spec, result, value in zip(specs, results, expected, strict=True):
        if value.dtype.kind == "f":
            np.testing.assert_allclose(result, value, rtol=1e-13)
        else:
            np.testing.assert_array_equal(result, value)
        assert DType.of(result) == spec.dtype == DType.of(value)
        assert all(n in (None, m) for n, m in zip(spec.shape, result.shape, strict=True))


@pytest.mark.parametrize(("op", "operands", "expected"), CASES, ids=[case[0].name for case in CASES])
def test_evaluate_keeps_the_width_of_floats(op, operands, expected):
    """In float32 the graph models the device: an op may not widen by itself (what it makes anew apart)."""
    narrow = [x.astype(np.float32) if x.dtype.kind == "f" else x for x in operands]
    if not any(x.dtype.kind == "f" for x in narrow) or isinstance(op, ops.WhileLoop):
        return
    results = op.evaluate(*narrow)
    for result in results if isinstance(results, tuple) else (results,):
        assert result.dtype.kind != "f" or result.dtype == np.float32


NOT_IN_FILES = (ops.Note, ops.AbsentAsZero)
"""What no file holds: the passes remove notes, and absent entries are decided when inputs are bound."""
IN_FILES = [case for case in CASES if not isinstance(case[0], NOT_IN_FILES)]


def operations() -> set[type[Op]]:
    """Every operation that the modules of the package define, without those that others are made of."""
    modules = [import_module(f"{ops.__name__}.{module.name}") for module in iter_modules(ops.__path__)]
    kinds = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Op) and kind.__module__ == module.__name__
    }
    bases = {ops.Note, ops.Unary, ops.Lenient, ops.Binary, ops.Activated, ops.Comparison, ops.Reduction, ops.Along}
    return kinds - bases


def test_every_operation_is_found_by_its_name():
    """Nothing that a module imports may take the name of an operation, as ``typing.Any`` would."""
    for kind in operations():
        assert getattr(ops, kind.__name__) is kind


def test_every_operation_is_tested():
    assert operations() | {Constant} == {type(case[0]) for case in CASES}


f, i, b, s = (Spec(dtype, (None, 3)) for dtype in DType)
REFUSED = [
    (ops.Sqrt(), (i,), "takes float, not int"), (ops.Abs(), (b,), "takes float or int, not bool"),
    (ops.Add(), (f, i), "operands are float and int"), (ops.Add(), (b, b), "takes float or int, not bool"),
    (ops.Less(), (s, s), "takes float or int, not string"), (ops.LogicalAnd(), (f, f), "takes bool"),
    (ops.Where(), (f, f, f), "needs bool and two of one dtype, got float, float, float"),
    (ops.Where(), (b, f, i), "needs bool"), (ops.Cast(DType.FLOAT), (s,), "strings cannot be converted"),
    (ops.Cast(DType.STRING), (f,), "strings cannot be converted"), (ops.Sum((1,)), (b,), "takes float or int"),
    (ops.Mean((1,)), (i,), "takes float"), (ops.Any((1,)), (f,), "takes bool"), (ops.ArgMax(1), (b,), "takes numbers"),
    (ops.Softmax(1), (i,), "takes float"), (ops.Slice(((1, 2, None), ALL)), (f,), "known only at run time"),
    (ops.Take(1), (f, f), "positions are float"), (ops.TakeAlongAxis(), (f, f), "positions must be int"),
    (ops.TakeAlongAxis(), (f, Spec(DType.INT, (4, 3))), "share all axes but the last"),
    (ops.TopK(4), (f,), "fewer than 4"), (ops.SearchSorted((1.0,)), (i,), "takes float"),
    (ops.OneHot(3), (f,), "takes int"), (ops.Length(), (Spec(DType.INT, ()),), "has no length"),
    (ops.Arange(), (f,), "takes one integer"), (ops.Ahead(1), (i,), "along one axis"),
    (ops.SegmentSum(2), (b, Spec(DType.INT, (None,))), "takes numbers"), (ops.SegmentSum(2), (f, i),
    "needs its segment"),
    (ops.SegmentSum(), (f, Spec(DType.INT, (None,))), "given once"), (ops.Wrap(), (f,), "takes int"),
    (ops.MatMul(), (i, i), "takes float"), (ops.MatMul(), (f, f), "do not match"),
    (ops.Linear(), (f, Spec(DType.FLOAT, (2, 2)), Spec(DType.FLOAT, (2,))), "do not match"),
    (ops.Concat(1), (f, i), "differ in dtype"), (ops.Concat(1), (f, Spec(DType.FLOAT, (4, 3))), "another axis"),
    (ops.Stack(1), (f, Spec(DType.FLOAT, (None, 2))), "differ in dtype or shape"),
    (ops.PermuteDims((0, 0)), (f,), "do not name the 2 axes once each"),
    (ops.BroadcastTo((None, 4)), (f,), "axis -1 has lengths 3 and 4"),
    (ops.BroadcastTo((1, 3)), (f,), "does not broadcast"),
    (ops.Reshape((4, 3)), (f,), "must leave the axis known only at run time as -1"),
    (ops.Reshape((-1, 2)), (f,), "rows of 3 elements do not fit"),
    (ops.Reshape((5, -1)), (Spec(DType.FLOAT, (4, 3)),), "12 elements do not fit"),
    (loop(), (Spec(DType.INT, ()), Spec(DType.INT, (4, 3))), "the body turns"),
]  # fmt: skip


@pytest.mark.parametrize(("op", "specs", "message"), REFUSED, ids=[f"{r[0].name}-{k}" for k, r in enumerate(REFUSED)])
def test_refused_operands(op, specs, message):
    with pytest.raises(GraphError, match=message):
        op.infer(*specs)


def test_an_error_names_the_operation_its_operands_and_the_line():
    x = input_tensor("x", DType.FLOAT, (None, 4))
    with pytest.raises(GraphError) as error:
        x + np.ones(3)  # the line that is shown
    text = str(error.value)
    assert text.startswith("add(float[?, 4], float[3]): axis -1 has lengths 3 and 4 [test_ops.py:")
    assert "x + np.ones(3)  # the line that is shown]" in text


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (((None, 3), (3,)), (None, 3)), (((None, 3), (1, 1)), (None, 3)), (((None,), (None,)), (None,)),
        (((None, 1), (1, 4)), (None, 4)), (((), (None, 2)), (None, 2)), (((2, None), (None,)), (2, None)),
        (((3, 1), (1, 4), ()), (3, 4)), ((), ()), (((0, 3), (1, 3)), (0, 3)),
    ],
)  # fmt: skip
def test_broadcasting(shapes, expected):
    assert broadcast_shapes(shapes) == expected


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3,), (4,)), "axis -1 has lengths 3 and 4"),
        (((None, 3), (5, 3)), "axis -2 is 5 in one operand and known only at run time in another"),
        (((None,), (2,)), "axis -1 is 2"),
    ],
)
def test_refused_broadcasting(shapes, message):
    with pytest.raises(GraphError, match=message):
        broadcast_shapes(shapes)


@settings(max_examples=100)
@given(st.lists(st.lists(st.sampled_from([1, 2, 3]), max_size=3).map(tuple), min_size=1, max_size=3))
def test_broadcasting_of_known_lengths_is_numpys(shapes):
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        with pytest.raises(GraphError):
            broadcast_shapes(shapes)
    else:
        assert broadcast_shapes(shapes) == expected


def test_axes():
    assert normalize_axes(None, 3) == (0, 1, 2)
    assert normalize_axes(-1, 3) == (2,)
    assert normalize_axes(np.int64(1), 3) == (1,)
    assert normalize_axes((-1, 0, 2), 3) == (0, 2)
    with pytest.raises(GraphError, match="axis 3 is out of range for 3 axes"):
        normalize_axes(3, 3)


def test_constants_are_wide_and_cannot_be_changed():
    value = np.float32([1, 2])
    constant = as_tensor(value)
    assert constant.constant.dtype == np.float64
    assert as_tensor(np.uint8(3)).constant.dtype == np.int64
    value[0] = 9
    assert constant.constant[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        constant.constant[0] = 9
    assert as_tensor(constant) is constant


def test_dtypes():
    kinds = {"f": DType.FLOAT, "i": DType.INT, "u1": DType.INT, "?": DType.BOOL, "U": DType.STRING, "S": DType.STRING}
    for dtype, kind in kinds.items():
        assert DType.of(np.empty(0, dtype)) == kind
    assert DType.of(np.array(["a", b"b"], dtype=object)) == DType.STRING
    for bad in (np.array([1j]), np.array([None]), np.array(["2020"], dtype="M8[Y]")):
        with pytest.raises(GraphError, match="has no place in a graph"):
            DType.of(bad)


def test_operations_are_immutable_and_compare_by_value():
    assert ops.Add() == ops.Add()
    assert ops.Add() != ops.Subtract()
    assert ops.Take(1) != ops.Take(0)
    assert hash(ops.Slice((ALL,))) == hash(ops.Slice((ALL,)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        ops.Take(1).axis = 2


def test_apply_computes_on_arrays_and_records_on_tensors():
    assert apply(ops.Add(), 1.0, [1.0, 2.0]).tolist() == [2, 3]
    result = apply(ops.Add(), input_tensor("x", DType.FLOAT, (None, 2)), [1.0, 2.0])
    assert isinstance(result, Tensor)
    assert repr(result) == "<add float[?, 2]>"
    values, positions = apply(ops.TopK(1), result)
    assert (values.index, positions.index) == (0, 1)


def test_an_input_has_no_value():
    with pytest.raises(GraphError, match="input 'x' was not fed"):
        Input("x", DType.FLOAT, (1,)).evaluate()


def test_empty_batches_evaluate():
    empty = np.empty((0, 3))
    assert ops.Reshape((-1, 1, 3)).evaluate(empty).shape == (0, 1, 3)
    assert ops.Reshape((-1,)).evaluate(empty).shape == (0,)
    assert xp.linear(empty, FLOAT[:3], FLOAT[0]).shape == (0, 3)
    assert xp.argmax(empty, axis=1).shape == (0,)
