"""Which operator computes which operation."""

from __future__ import annotations

from skl2tflite.graph import ops
from skl2tflite.graph.op import Op

ELEMENTWISE: dict[type[Op], str] = {
    ops.Abs: "ABS",
    ops.Negative: "NEG",
    ops.Sign: "SIGN",
    ops.Square: "SQUARE",
    ops.Tanh: "TANH",
    ops.Floor: "FLOOR",
    ops.Ceil: "CEIL",
    ops.Round: "ROUND",
    ops.Elu: "ELU",
    ops.Relu: "RELU",
    ops.LogicalNot: "LOGICAL_NOT",
    ops.Add: "ADD",
    ops.Subtract: "SUB",
    ops.SquaredDifference: "SQUARED_DIFFERENCE",
    ops.Multiply: "MUL",
    ops.Divide: "DIV",
    ops.TruncatedDivide: "DIV",
    ops.Power: "POW",
    ops.FloorDivide: "FLOOR_DIV",
    ops.Remainder: "FLOOR_MOD",
    ops.Equal: "EQUAL",
    ops.NotEqual: "NOT_EQUAL",
    ops.Less: "LESS",
    ops.LessEqual: "LESS_EQUAL",
    ops.Greater: "GREATER",
    ops.GreaterEqual: "GREATER_EQUAL",
    ops.LogicalAnd: "LOGICAL_AND",
    ops.LogicalOr: "LOGICAL_OR",
    ops.BitwiseXor: "BITWISE_XOR",
    ops.RightShift: "RIGHT_SHIFT",
}
"""Operations of which each is one operator."""

PRECISE: dict[type[Op], str] = {ops.Sqrt: "SQRT", ops.Log: "LOG", ops.Sin: "SIN", ops.Cos: "COS"}
"""Operators that XNNPACK computes less exactly than LiteRT does."""

NAN_LOSERS: dict[type[Op], str] = {ops.Elu: "ELU", ops.Maximum: "MAXIMUM", ops.Minimum: "MINIMUM"}
"""Operations whose operators lose NaN on some targets; matrix products by FULLY_CONNECTED are others."""

REDUCTIONS: dict[type[Op], str] = {
    ops.Sum: "SUM",
    ops.Mean: "MEAN",
    ops.Max: "REDUCE_MAX",
    ops.Min: "REDUCE_MIN",
    ops.Prod: "REDUCE_PROD",
    ops.Any: "REDUCE_ANY",
    ops.All: "REDUCE_ALL",
}

OPERATORS: dict[type[Op], str] = {
    **ELEMENTWISE,
    **PRECISE,
    **REDUCTIONS,
    ops.Where: "SELECT_V2",
    ops.Take: "GATHER",
    ops.TakeAlongAxis: "GATHER",
    ops.PermuteDims: "TRANSPOSE",
    ops.Slice: "STRIDED_SLICE",
    ops.TopK: "TOPK_V2",
    ops.SearchSorted: "BUCKETIZE",
    ops.ArgMax: "ARG_MAX",
    ops.ArgMin: "ARG_MIN",
    ops.CumulativeSum: "CUMSUM",
    ops.OneHot: "ONE_HOT",
}
"""The operator without which an operation cannot be lowered, of operations that may be decomposed instead."""
