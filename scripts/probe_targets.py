"""Measure what each target can execute and write ``src/skl2tflite/backends/tflite/capabilities.json``.

For every operator and dtype we may want to write, files of that one operator are built for growing ranks,
run, and compared with NumPy. LiteRT runs each file with and without its XNNPACK delegate and has to be right
both times. Runtimes abort and corrupt memory on files they cannot run, so every operator and dtype has a
process of its own, and a crash is an observation like any other. Needs a POSIX system.

LiteRT.js runs in Node, in both of its builds (``make test-web`` installs it). It takes no other inputs than float32 and
int32, so that others are cast from and to int32 within the file, and its outputs are wrong where their length is known
only at run time, so that a RESHAPE stands behind all of them. Which operators lose NaN there is measured too.

The lowest versions come from ``tflite/converter/tools/versioning/op_version.cc`` of LiteRT; the probe
confirms that files which name them run.
"""

import argparse
import faulthandler
import json
import os
import resource
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as package_version
from itertools import product
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from litert_js import BUILDS, LiteRTJS, LiteRTJSError, installed_version, is_installed

OUTPUT = Path(__file__).parents[1] / "src/skl2tflite/backends/tflite/capabilities.json"
PACKAGES = {"litert": "ai-edge-litert", "micro": "tflite-micro", "web": "@litertjs/core"}
HIGHEST_RANK = 8
SECONDS = 20  # for one operator and dtype

INTEGERS = ("int32", "int64", "int8", "int16")
NUMBERS = ("float32", *INTEGERS)
NUMBERS_BOOL = (*NUMBERS, "bool")
EVERY = (*NUMBERS_BOOL, "string")
QUANTIZED = "qint8"  # int8 with quantization parameters, of scale 1 and zero point 0

# Lowest operator version where it is not 1, by the dtype of the data.
VERSIONS: dict[str, dict[str, int]] = {
    "ABS": {"int8": 2, "int16": 4, "int32": 5},
    "ADD": {"int8": 2, "int16": 5, "int64": 4},
    "ARG_MAX": {"int8": 2, "bool": 3},
    "ARG_MIN": {"int8": 2, "bool": 3},
    "BATCH_MATMUL": {"int8": 2, "int16": 3},
    "BROADCAST_TO": {dtype: 3 if dtype in ("int8", "int16") else 2 for dtype in EVERY},
    "CONCATENATION": {"int8": 2, "int16": 3},
    "EQUAL": {"int8": 2, "int16": 5, "string": 3},
    "EXP": {"int8": 2, "int16": 2},
    "FILL": {"int8": 3, "int16": 3, "bool": 2, "string": 2},
    "FLOOR_DIV": {"float32": 2, "int8": 3, "int16": 3},
    "FLOOR_MOD": {"int8": 2, "int16": 2},
    "FULLY_CONNECTED": {"int8": 4, "int16": 7},
    "GATHER": {"int8": 2, "int16": 4, "bool": 3},
    "GATHER_ND": {"int16": 3, "bool": 5, "string": 2},
    "GELU": {"int8": 2},
    "GREATER": {"int8": 2},
    "GREATER_EQUAL": {"int8": 2, "int16": 3},
    "L2_NORMALIZATION": {"int8": 2},
    "LEAKY_RELU": {"int16": 2},
    "LESS": {"int8": 2, "int16": 3},
    "LESS_EQUAL": {"int8": 2},
    "LOG": {"int8": 2, "int16": 2},
    "LOGISTIC": {"int8": 2, "int16": 3},
    "LOG_SOFTMAX": {"int8": 2},
    "MAXIMUM": {"int8": 2, "int16": 4},
    "MEAN": {"int8": 2, "int16": 3},
    "MINIMUM": {"int8": 2, "int16": 4},
    "MUL": {"int8": 2, "int16": 7, "int64": 5},
    "NOT_EQUAL": {"int8": 2, "int16": 4, "string": 3},
    "PACK": {"int8": 2, "int16": 3},
    "PAD": {"int8": 2, "int16": 3, "bool": 5},
    "PADV2": {"int8": 2, "int16": 3, "bool": 5},
    "RANGE": {"int64": 2},
    "REDUCE_MAX": {"int8": 2, "int16": 3},
    "REDUCE_MIN": {"int8": 2, "int16": 3},
    "REDUCE_PROD": {"int8": 2, "int16": 2},
    "RELU": {"int8": 2, "int16": 3},
    "RELU6": {"int8": 2, "int16": 3},
    "REVERSE_V2": {"int8": 3, "bool": 2},
    "RSQRT": {"int8": 2, "int16": 3},
    "SIGN": {"int32": 2},
    "SLICE": {"int8": 2, "int16": 4, "string": 3},
    "SOFTMAX": {"int8": 2, "int16": 3},
    "SPLIT": {"int8": 2, "int16": 4, "int32": 3},
    "SPLIT_V": {"int8": 2},
    "SQRT": {"int8": 2, "int16": 2},
    "SQUARED_DIFFERENCE": {"int8": 2},
    "SQUEEZE": {"string": 2},
    "STRIDED_SLICE": {"int8": 2, "bool": 3, "string": 5},
    "SUB": {"int8": 2, "int16": 5, "int64": 4},
    "SUM": {"int8": 2},
    "TANH": {"int8": 2, "int16": 3},
    "TILE": {"int8": 3, "string": 2},
    "TOPK_V2": {"int8": 2, "int16": 3},
    "TRANSPOSE": {"int8": 2, "int16": 5, "bool": 3},
    "UNPACK": {"int8": 2, "int16": 4, "bool": 3},
}  # fmt: skip

# What else raises the version: the operator's rank, or a rule by name; with ranks, from which rank on.
RULES: dict[str, dict[str, int | dict[str, int]]] = {
    "DIV": {"broadcast": {"5": 2}},
    "FULLY_CONNECTED": {"keep_num_dims": 5, "no_bias": 6},
    "GATHER": {"batch_dims": 5, "int16_indices": 6},
    "GATHER_ND": {"int16_indices": 4},
    "MAXIMUM": {"broadcast": {"5": 3}},
    "MINIMUM": {"broadcast": {"5": 3}},
    "PAD": {"rank": {"5": 4}},
    "PADV2": {"rank": {"5": 4}},
    "SELECT": {"rank": {"5": 3}},
    "SLICE": {"rank": {"5": 5}},
    "STRIDED_SLICE": {"new_axis": 6, "rank": {"5": 4}},
    "SUB": {"broadcast": {"5": 3}},
    "TOPK_V2": {"int16_indices": 3},
    "TRANSPOSE": {"rank": {"5": 4, "6": 6, "7": 8}},
}


def lowest_version(operator: str, dtype: str, rank: int, rules: frozenset[str]) -> int:
    dtype = dtype.replace(QUANTIZED, "int8")
    if operator == "CAST":
        return 3 if "int8" in dtype.split("->") else 1
    versions = [VERSIONS.get(operator, {}).get(dtype, 1)]
    for rule, needed in RULES.get(operator, {}).items():
        if rule in rules | {"rank"}:
            by_rank = {"0": needed} if isinstance(needed, int) else needed
            versions += [version for start, version in by_rank.items() if rank >= int(start)]
    return max(versions)


# One use of an operator, and the file that holds it.


@dataclass(frozen=True)
class Const:
    """An operand stored in the file; other operands are inputs."""

    array: np.ndarray


@dataclass(frozen=True)
class Node:
    """An operator between arrays; the same array object is the same tensor."""

    operator: str
    operands: list[np.ndarray | Const | None]
    results: list[np.ndarray]
    options: tuple[str, dict[str, object]] | None = None
    rules: frozenset[str] = frozenset()
    subgraphs: tuple["Graph", ...] = ()

    def version(self, dtype: str | None = None, rank: int = 1) -> int:
        """Return the version to write, by default for data of the result's dtype."""
        return lowest_version(self.operator, dtype or self.results[0].dtype.name, rank, self.rules)


@dataclass(frozen=True)
class Graph:
    """A subgraph; each node has its version."""

    inputs: list[np.ndarray]
    nodes: list[tuple[Node, int]]
    outputs: list[np.ndarray]


def file_of(main: Graph, quantized: bool = False) -> bytes:
    model = schema.ModelT()
    model.version = 3
    model.buffers, model.operatorCodes, model.subgraphs = [schema.BufferT()], [], []
    for graph in (main, *(subgraph for node, _ in main.nodes for subgraph in node.subgraphs)):
        model.subgraphs.append(pack_graph(model, graph))
    for tensor in model.subgraphs[0].tensors if quantized else []:
        if tensor.type in (schema.TensorType.INT8, schema.TensorType.INT32):
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [1.0], [0]
    model.signatureDefs = [signature_of(model.subgraphs[0])]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def signature_of(subgraph: schema.SubGraphT) -> schema.SignatureDefT:
    """Return a signature: LiteRT.js takes all outputs of a file without one for such as the first."""
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "main", 0
    signature.inputs, signature.outputs = [], []
    for names, prefix, tensors in (
        (signature.inputs, "x", subgraph.inputs),
        (signature.outputs, "y", subgraph.outputs),
    ):
        for number, index in enumerate(tensors):
            name = schema.TensorMapT()
            name.name, name.tensorIndex = f"{prefix}{number}", index
            names.append(name)
            subgraph.tensors[index].name = name.name
    return signature


def pack_graph(model: schema.ModelT, graph: Graph) -> schema.SubGraphT:
    subgraph = schema.SubGraphT()
    subgraph.tensors, subgraph.operators = [], []
    tensors: dict[int, int] = {}

    def tensor(operand: np.ndarray | Const | None) -> int:
        if operand is None:
            return -1
        if id(operand) not in tensors:
            tensors[id(operand)] = len(tensors)
            subgraph.tensors.append(pack_tensor(model, operand))
        return tensors[id(operand)]

    subgraph.inputs = [tensor(array) for array in graph.inputs]
    for node, version in graph.nodes:
        operator = schema.OperatorT()
        operator.opcodeIndex = len(model.operatorCodes)
        model.operatorCodes.append(pack_code(node.operator, version))
        operator.inputs = [tensor(operand) for operand in node.operands]
        operator.outputs = [tensor(array) for array in node.results]
        if node.options is not None:
            pack_options(operator, *node.options)
        subgraph.operators.append(operator)
    subgraph.outputs = [tensor(array) for array in graph.outputs]
    return subgraph


def pack_tensor(model: schema.ModelT, operand: np.ndarray | Const) -> schema.TensorT:
    array = operand.array if isinstance(operand, Const) else operand
    tensor = schema.TensorT()
    tensor.shape = list(array.shape)
    tensor.type = getattr(schema.TensorType, "STRING" if array.dtype == object else array.dtype.name.upper())
    tensor.buffer = 0
    if isinstance(operand, Const):
        buffer = schema.BufferT()
        data = packed_strings(array) if array.dtype == object else array.tobytes()
        buffer.data = np.frombuffer(data, np.uint8)
        tensor.buffer = len(model.buffers)
        model.buffers.append(buffer)
    return tensor


def pack_code(operator: str, version: int) -> schema.OperatorCodeT:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, operator)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = version
    return code


def pack_options(operator: schema.OperatorT, name: str, values: dict[str, object]) -> None:
    options = getattr(schema, f"{name}T")()
    for key, value in values.items():
        setattr(options, key, value)
    if hasattr(schema.BuiltinOptions, name):
        operator.builtinOptionsType, operator.builtinOptions = getattr(schema.BuiltinOptions, name), options
    else:
        operator.builtinOptions2Type, operator.builtinOptions2 = (
            getattr(schema.BuiltinOptions2, name),
            options,
        )


def packed_strings(array: np.ndarray) -> bytes:
    strings = list(array.ravel())
    ends = np.cumsum([4 * (len(strings) + 2), *map(len, strings)])
    return np.int32([len(strings), *ends]).tobytes() + b"".join(strings)


# Runtimes.


def run_litert(model: bytes, inputs: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    for resolver in (OpResolverType.AUTO, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        interpreter = Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        for detail, array in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], array)
        interpreter.invoke()
        yield [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def run_micro(model: bytes, inputs: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 20)
    for index, array in enumerate(inputs):
        interpreter.set_input(array, index)
    interpreter.invoke()
    outputs = schema.Model.GetRootAs(model).Subgraphs(0).OutputsLength()
    yield [np.array(interpreter.get_output(index)) for index in range(outputs)]


def run_web(model: bytes, inputs: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    for build in BUILDS:
        results = the_js(build).run(model, {f"x{index}": array for index, array in enumerate(inputs)}, "main")
        yield [results[f"y{index}"] for index in range(len(results))]


@cache
def the_js(build: str) -> LiteRTJS:
    return LiteRTJS(build)


RUNNERS = {"litert": run_litert, "micro": run_micro, "web": run_web}


def is_right(target: str, node: Node, dtype: str, rank: int) -> bool:
    inputs = [operand for operand in node.operands if isinstance(operand, np.ndarray)]
    graph = Graph(inputs, [(node, node.version(dtype, rank))], node.results)
    if target == "web":
        graph = for_web(graph)
    model = file_of(graph, quantized=QUANTIZED in dtype)
    return all(agrees(outputs, graph.outputs) for outputs in RUNNERS[target](model, graph.inputs))


def agrees(outputs: Iterable[np.ndarray], results: Iterable[np.ndarray]) -> bool:
    """Return whether outputs, in the order of the file, are what NumPy has computed."""
    for output, result in zip(outputs, results, strict=True):
        if output.shape != result.shape or output.dtype != result.dtype:
            return False
        if result.dtype == np.float32:
            if not np.allclose(output, result, rtol=1e-5, atol=1e-5):
                return False
        elif not np.array_equal(output, result):
            return False
    return True


def for_web(graph: Graph) -> Graph:
    """Return a graph of float32 and int32 alone, from and to which others are cast, with a RESHAPE behind each output.

    What is a constant is not computed there, so that an input is added to integers.
    """

    def cast(x: np.ndarray, y: np.ndarray) -> tuple[Node, int]:
        kinds = {"inDataType": x.dtype, "outDataType": y.dtype}
        options = {key: getattr(schema.TensorType, kind.name.upper()) for key, kind in kinds.items()}
        kernel = f"{x.dtype.name}->{y.dtype.name}"
        return Node("CAST", [x], [y], ("CastOptions", options)), lowest_version("CAST", kernel, 1, frozenset())

    def travels(x: np.ndarray) -> bool:
        return x.dtype.name in ("float32", "int32")

    inputs = [x if travels(x) else x.astype(np.int32) for x in graph.inputs]
    numbers = [y if travels(y) else y.astype(np.int32) for y in graph.outputs]
    outputs = [y.copy() for y in numbers]
    before = [cast(new, x) for new, x in zip(inputs, graph.inputs, strict=True) if new is not x]
    after = [cast(y, new) for new, y in zip(numbers, graph.outputs, strict=True) if new is not y]
    shaped = [
        (Node("RESHAPE", [x, ints(*x.shape)], [y], ("ReshapeOptions", {"newShape": list(x.shape)})), 1)
        for x, y in zip(numbers, outputs, strict=True)
    ]
    if not any(y.dtype == np.int32 for y in outputs):
        return Graph(inputs, [*before, *graph.nodes, *after, *shaped], outputs)
    zero = np.zeros(1, np.int32)
    sums = [np.asarray(y + zero.reshape([1] * y.ndim)) if y.dtype == np.int32 and y.ndim else y for y in outputs]
    added = [
        (Node("ADD", [y, zero], [total], ("AddOptions", {})), 1)
        for y, total in zip(outputs, sums, strict=True)
        if y is not total
    ]
    return Graph([*inputs, zero], [*before, *graph.nodes, *after, *shaped, *added], sums)


def highest_rank(target: str, case: "Case", dtype: str) -> int:
    """Return the rank up to which all uses are right, 0 if none is; in a process of its own."""
    if target == "web":
        return highest_rank_in_node(case, dtype)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            faulthandler.disable()
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.alarm(SECONDS)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            for rank in case.ranks:
                if not all(is_right(target, node, dtype, rank) for node in case.uses(dtype, rank)):
                    break
                os.write(write_end, bytes([rank]))
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        ranks = pipe.read()
    os.waitpid(child, 0)
    return max(ranks, default=0)


def highest_rank_in_node(case: "Case", dtype: str) -> int:
    """Return the same of LiteRT.js, whose process is another anyway."""
    highest = 0
    for rank in case.ranks:
        try:
            if not all(is_right("web", node, dtype, rank) for node in case.uses(dtype, rank)):
                break
        except LiteRTJSError:
            break
        highest = rank
    return highest


# The cases.


@dataclass(frozen=True)
class Case:
    """The uses of an operator that a target must get right, for dtypes and ranks that make sense."""

    dtypes: tuple[str, ...]
    ranks: range
    uses: Callable[[str, int], Iterator[Node]]


CASES: dict[str, Case] = {}


def case(
    *operators: str, dtypes: tuple[str, ...], ranks: range = range(1, HIGHEST_RANK + 1)
) -> Callable[[Callable[[str, str, int], Iterator[Node]]], None]:
    """Register a function of operator, dtype and rank that yields uses."""

    def register(function: Callable[[str, str, int], Iterator[Node]]) -> None:
        for operator in operators:
            CASES[operator] = Case(dtypes, ranks, lambda *args, operator=operator: function(operator, *args))

    return register


FROM_TWO = range(2, HIGHEST_RANK + 1)
STRINGS = np.array([b"", b"a", "ä".encode(), b"long enough to own memory"], object)


def dims(rank: int) -> tuple[int, ...]:
    return (4, 3, 2, 2, 2, 2, 2, 2)[:rank]


def values(dtype: str, shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    dtype = dtype.removeprefix("q")
    if dtype == "string":
        return np.array(STRINGS[random.integers(0, len(STRINGS), shape)], object)
    if dtype == "float32":
        return np.asarray(random.integers(-24, 25, shape) / 8, np.float32)
    low, high = (0, 2) if dtype == "bool" else (-4, 5)
    return np.asarray(random.integers(low, high, shape)).astype(dtype)


def positive(array: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(array) + 1, array.dtype)


def ints(*numbers: int) -> Const:
    return Const(np.array(numbers, np.int32))


def scalar(number: int) -> Const:
    return Const(np.array(number, np.int32))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def gelu(x: np.ndarray) -> np.ndarray:
    from math import erf

    return x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2


UNARY: dict[str, tuple[Callable[[np.ndarray], np.ndarray], tuple[str, ...]]] = {
    "ABS": (np.abs, NUMBERS),
    "CEIL": (np.ceil, ("float32",)),
    "COS": (np.cos, ("float32",)),
    "ELU": (lambda x: np.where(x > 0, x, np.expm1(x)), ("float32",)),
    "EXP": (np.exp, ("float32",)),
    "FLOOR": (np.floor, ("float32",)),
    "GELU": (gelu, ("float32",)),
    "HARD_SWISH": (lambda x: x * np.clip(x + 3, 0, 6) / 6, ("float32",)),
    "LEAKY_RELU": (lambda x: np.where(x > 0, x, x / 4), ("float32",)),
    "LOG": (np.log, ("float32",)),
    "LOGICAL_NOT": (np.logical_not, ("bool",)),
    "LOGISTIC": (sigmoid, ("float32",)),
    "LOG_SOFTMAX": (lambda x: np.log(softmax(x)), ("float32",)),
    "L2_NORMALIZATION": (lambda x: x / np.sqrt((x * x).sum(-1, keepdims=True)), ("float32",)),
    "NEG": (np.negative, NUMBERS),
    "RELU": (lambda x: np.maximum(x, 0), NUMBERS),
    "RELU6": (lambda x: np.clip(x, 0, 6), NUMBERS),
    "ROUND": (np.round, ("float32",)),
    "RSQRT": (lambda x: 1 / np.sqrt(x), ("float32",)),
    "SIGN": (np.sign, NUMBERS),
    "SIN": (np.sin, ("float32",)),
    "SOFTMAX": (softmax, ("float32",)),
    "SQRT": (np.sqrt, ("float32",)),
    "SQUARE": (np.square, NUMBERS),
    "TANH": (np.tanh, ("float32",)),
}
UNARY_OPTIONS: dict[str, tuple[str, dict[str, object]]] = {
    "GELU": ("GeluOptions", {"approximate": False}),
    "LEAKY_RELU": ("LeakyReluOptions", {"alpha": 0.25}),
    "L2_NORMALIZATION": ("L2NormOptions", {}),
    "SOFTMAX": ("SoftmaxOptions", {"beta": 1.0}),
}


def unary(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    function, _ = UNARY[operator]
    x = values(dtype, dims(rank))
    if operator in ("LOG", "SQRT", "RSQRT", "L2_NORMALIZATION"):
        x = positive(x)
    y = function(x.astype(np.float64)) if dtype == "float32" else function(x)
    yield Node(operator, [x], [y.astype(dtype)], UNARY_OPTIONS.get(operator))


for _operator, (_, _dtypes) in UNARY.items():
    case(_operator, dtypes=_dtypes)(unary)


BINARY: dict[str, tuple[Callable[..., np.ndarray], tuple[str, ...], str | None]] = {
    "ADD": (np.add, NUMBERS, "AddOptions"),
    "ATAN2": (np.arctan2, ("float32",), None),
    "BITWISE_XOR": (np.bitwise_xor, INTEGERS, "BitwiseXorOptions"),
    "DIV": (np.divide, NUMBERS, "DivOptions"),
    "EQUAL": (np.equal, EVERY, None),
    "FLOOR_DIV": (np.floor_divide, NUMBERS, None),
    "FLOOR_MOD": (np.mod, NUMBERS, None),
    "GREATER": (np.greater, NUMBERS, None),
    "GREATER_EQUAL": (np.greater_equal, NUMBERS, None),
    "LESS": (np.less, NUMBERS, None),
    "LESS_EQUAL": (np.less_equal, NUMBERS, None),
    "LOGICAL_AND": (np.logical_and, ("bool",), None),
    "LOGICAL_OR": (np.logical_or, ("bool",), None),
    "MAXIMUM": (np.maximum, NUMBERS, None),
    "MINIMUM": (np.minimum, NUMBERS, None),
    "MUL": (np.multiply, NUMBERS, "MulOptions"),
    "NOT_EQUAL": (np.not_equal, EVERY, None),
    "POW": (np.power, NUMBERS, None),
    "RIGHT_SHIFT": (np.right_shift, INTEGERS, "RightShiftOptions"),
    "SQUARED_DIFFERENCE": (lambda a, b: (a - b) ** 2, NUMBERS, None),
    "SUB": (np.subtract, NUMBERS, "SubOptions"),
}


def binary(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    function, _, name = BINARY[operator]
    options: dict[str, object] = {"potScaleInt16": False} if name in ("AddOptions", "SubOptions") else {}
    full = dims(rank)
    left = tuple(size if axis % 2 else 1 for axis, size in enumerate(full))
    right = tuple(1 if axis % 2 else size for axis, size in enumerate(full))
    shapes = [(full, full), (left, right), (full, ())]
    if operator == "ATAN2":  # has no broadcasting
        shapes = shapes[:1]
    for a_shape, b_shape in shapes:
        a, b = values(dtype, a_shape, 1), values(dtype, b_shape, 2)
        if operator in ("DIV", "FLOOR_DIV", "FLOOR_MOD"):
            b = positive(b)
        if operator == "DIV" and dtype != "float32":
            a = (a * np.prod(np.unique(b))).astype(dtype)  # whole quotients: no convention of rounding
        if operator == "POW":
            a, b = positive(a), np.asarray(np.abs(b) % 3, dtype)
        if operator == "RIGHT_SHIFT":
            b = np.asarray(np.abs(b) % 3, dtype)
        y = np.asarray(function(a, b))
        y = y.astype(bool if y.dtype in (bool, object) else dtype)
        rules = frozenset({"broadcast"} if a_shape != b_shape else ())
        if dtype != "string" or b_shape:  # LiteRT's Python side misreads a string fed to a tensor of rank 0
            yield Node(operator, [a, b], [y], (name, options) if name else None, rules)
        yield Node(operator, [a, Const(b)], [y], (name, options) if name else None, rules)


for _operator, (_, _dtypes, _) in BINARY.items():
    case(_operator, dtypes=_dtypes)(binary)


@case("SELECT", "SELECT_V2", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    full = dims(rank)
    left = tuple(size if axis % 2 else 1 for axis, size in enumerate(full))
    right = tuple(1 if axis % 2 else size for axis, size in enumerate(full))
    shapes = [(full, full, full)]
    if operator == "SELECT_V2":
        shapes += [(left, right, full), (full, (), ())]
    for condition_shape, a_shape, b_shape in shapes:
        condition = values("bool", condition_shape, 3)
        a, b = values(dtype, a_shape, 1), values(dtype, b_shape, 2)
        name = "SelectV2Options" if operator == "SELECT_V2" else "SelectOptions"
        yield Node(operator, [condition, a, b], [np.where(condition, a, b)], (name, {}))


@case("GATHER", dtypes=(*EVERY, QUANTIZED))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    options: dict[str, object] = {"axis": 0, "batchDims": 0}
    if dtype == "string":  # rows of strings cannot be gathered, strings can
        table, indices = values(dtype, (5,)), values("bool", dims(rank)).astype(np.int32)
        yield Node(operator, [Const(table), indices], [table[indices]], ("GatherOptions", options))
        return
    table, indices = values(dtype, dims(rank)), np.int32([2, 0, 0, 3])
    yield Node(operator, [table, indices], [table[indices]], ("GatherOptions", options))
    yield Node(operator, [Const(table), indices], [table[indices]], ("GatherOptions", options))
    if rank > 1:
        indices = np.int32([2, 0])
        result = table[:, indices]
        yield Node(operator, [table, Const(indices)], [result], ("GatherOptions", {**options, "axis": 1}))
        indices = np.int32([[0, 2], [1, 1], [2, 0], [0, 0]])
        result = np.stack([row[index] for row, index in zip(table, indices, strict=True)])
        batched = ("GatherOptions", {"axis": 1, "batchDims": 1})
        yield Node(operator, [table, indices], [result], batched, frozenset({"batch_dims"}))


@case("GATHER_ND", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    table = values(dtype, dims(rank))
    indices = np.int32([[2], [0], [3]])
    yield Node(operator, [table, indices], [table[indices[:, 0]]], ("GatherNdOptions", {}))
    if rank > 1:
        indices = np.int32([[2, 1], [0, 2]])
        yield Node(operator, [table, indices], [table[indices[:, 0], indices[:, 1]]], ("GatherNdOptions", {}))


@case("SCATTER_ND", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    updates, indices = values(dtype, dims(rank)), np.int32([[4], [0], [3], [1]])
    result = np.zeros((5, *updates.shape[1:]), updates.dtype)
    result[indices[:, 0]] = updates
    yield Node(operator, [indices, updates, ints(*result.shape)], [result], ("ScatterNdOptions", {}))


@case("ARG_MAX", "ARG_MIN", dtypes=NUMBERS_BOOL)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    function = np.argmax if operator == "ARG_MAX" else np.argmin
    options = {"outputType": schema.TensorType.INT32}
    name = "ArgMaxOptions" if operator == "ARG_MAX" else "ArgMinOptions"
    for axis in {0, rank - 1}:
        yield Node(operator, [x, scalar(axis)], [function(x, axis).astype(np.int32)], (name, options))


@case("TOPK_V2", dtypes=NUMBERS_BOOL)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    order = np.argsort(-x.astype(np.float64), axis=-1, kind="stable")[..., :2].astype(np.int32)
    yield Node(operator, [x, scalar(2)], [np.take_along_axis(x, order, -1), order], ("TopKV2Options", {}))


REDUCTIONS = {
    "MEAN": np.mean,
    "REDUCE_ALL": np.all,
    "REDUCE_ANY": np.any,
    "REDUCE_MAX": np.max,
    "REDUCE_MIN": np.min,
    "REDUCE_PROD": np.prod,
    "SUM": np.sum,
}


def reduction(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    for axes in {(0,), (rank - 1,), tuple(range(rank))}:
        if operator == "MEAN" and dtype != "float32":  # whole means: no convention of rounding
            x = np.full(x.shape, 3, dtype)
        if operator == "REDUCE_PROD":
            x = np.sign(x) if dtype != "float32" else np.sign(x) * np.float32(1.25)
        for keep in (False, True):
            y = np.asarray(REDUCTIONS[operator](x, axis=axes, keepdims=keep)).astype(dtype)
            yield Node(operator, [x, ints(*axes)], [y], ("ReducerOptions", {"keepDims": keep}))


for _operator in REDUCTIONS:
    case(_operator, dtypes=("bool",) if _operator in ("REDUCE_ALL", "REDUCE_ANY") else NUMBERS)(reduction)


@case("CUMSUM", dtypes=NUMBERS)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    for axis in {0, rank - 1}:
        y = np.cumsum(x, axis, dtype=dtype)
        yield Node(operator, [x, scalar(axis)], [y], ("CumsumOptions", {"exclusive": False}))


@case("ONE_HOT", dtypes=EVERY, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    indices = np.abs(values("int32", dims(rank - 1)))
    on, off = (values(dtype, (20,))[i : i + 1].reshape(()) for i in (0, 7))
    y = np.where(indices[..., None] == np.arange(3), on, off)
    operands = [indices, scalar(3), Const(on), Const(off)]
    yield Node(operator, operands, [y], ("OneHotOptions", {"axis": -1}))


@case("CONCATENATION", dtypes=(*EVERY, QUANTIZED))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    a, b = values(dtype, dims(rank), 1), values(dtype, dims(rank), 2)
    for axis in {0, rank - 1}:
        y = np.concatenate([a, b], axis)
        yield Node(operator, [a, b], [y], ("ConcatenationOptions", {"axis": axis}))
        yield Node(operator, [a, Const(b)], [y], ("ConcatenationOptions", {"axis": axis}))


@case("PACK", dtypes=EVERY, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    a, b = values(dtype, dims(rank - 1), 1), values(dtype, dims(rank - 1), 2)
    for axis in (0, rank - 1):
        yield Node(operator, [a, b], [np.stack([a, b], axis)], ("PackOptions", {"axis": axis, "valuesCount": 2}))


@case("UNPACK", dtypes=EVERY, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    for axis in (0, rank - 1):
        parts = [np.ascontiguousarray(part) for part in np.moveaxis(x, axis, 0)]
        yield Node(operator, [x], parts, ("UnpackOptions", {"axis": axis, "num": len(parts)}))


@case("SPLIT", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    yield Node(operator, [scalar(0), x], np.split(x, 2), ("SplitOptions", {"numSplits": 2}))


@case("SPLIT_V", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    yield Node(operator, [x, ints(1, 3), scalar(0)], np.split(x, [1]), ("SplitVOptions", {"numSplits": 2}))


@case("SLICE", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    y = x[(slice(0, 2),) * (rank - 1) + (slice(1, None),)]
    begin = [0] * (rank - 1) + [1]
    yield Node(operator, [x, ints(*begin), ints(*y.shape)], [y], ("SliceOptions", {}))


@case("STRIDED_SLICE", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    rest = [0] * (rank - 1)
    ones = [1] * (rank - 1)
    all_ = dict.fromkeys(["beginMask", "endMask"], (1 << rank) - 2)
    none = dict.fromkeys(["ellipsisMask", "newAxisMask", "shrinkAxisMask"], 0)
    options = {**none, **all_, "offset": False}
    operands = [x, ints(1, *rest), ints(4, *rest), ints(2, *ones)]
    yield Node(operator, operands, [x[1:4:2]], ("StridedSliceOptions", options))
    operands = [x, ints(1, *rest), ints(2, *rest), ints(1, *ones)]
    if rank > 1:
        yield Node(operator, operands, [x[1]], ("StridedSliceOptions", {**options, "shrinkAxisMask": 1}))


@case("RESHAPE", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    y = x.reshape(x.shape[::-1])
    yield Node(operator, [x, ints(*y.shape)], [y], ("ReshapeOptions", {"newShape": list(y.shape)}))


@case("EXPAND_DIMS", dtypes=EVERY, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank - 1))
    for axis in (0, rank - 1):
        yield Node(operator, [x, scalar(axis)], [np.expand_dims(x, axis)], ("ExpandDimsOptions", {}))


@case("SQUEEZE", dtypes=EVERY, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    y = values(dtype, dims(rank - 1))
    for axis in (0, rank - 1):
        yield Node(operator, [np.expand_dims(y, axis)], [y], ("SqueezeOptions", {"squeezeDims": [axis]}))


@case("TRANSPOSE", dtypes=(*EVERY, QUANTIZED), ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    for order in ([1, 0, *range(2, rank)], list(range(rank))[::-1]):
        y = np.ascontiguousarray(x.transpose(order))
        yield Node(operator, [x, ints(*order)], [y], ("TransposeOptions", {}))


@case("TILE", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    times = [2, 1, 2, 1, 1, 1, 1, 2][:rank]
    yield Node(operator, [x, ints(*times)], [np.tile(x, times)], ("TileOptions", {}))


@case("BROADCAST_TO", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    full = dims(rank)
    narrow = tuple(size if axis % 2 else 1 for axis, size in enumerate(full))
    for shape in {narrow, full[1:]}:
        x = values(dtype, shape)
        y = np.ascontiguousarray(np.broadcast_to(x, full))
        yield Node(operator, [x, ints(*full)], [y], ("BroadcastToOptions", {}))


@case("PAD", "PADV2", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    widths = [[1, 0], *[[0, 1]] * (rank - 1)]
    value = np.asarray(0 if operator == "PAD" else 1).astype(x.dtype)
    operands = [x, Const(np.int32(widths)), *([Const(value)] if operator == "PADV2" else [])]
    y = np.pad(x, widths, constant_values=value)
    yield Node(operator, operands, [y], ("PadOptions" if operator == "PAD" else "PadV2Options", {}))


@case("SHAPE", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    options = {"outType": schema.TensorType.INT32}
    yield Node(operator, [x], [np.int32(x.shape)], ("ShapeOptions", options))


@case("WHERE", dtypes=("bool",))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    yield Node(operator, [x], [np.argwhere(x).astype(np.int64)], ("WhereOptions", {}))


@case("RANGE", dtypes=NUMBERS, ranks=range(1, 2))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    start, stop, step = (np.asarray(number).astype(dtype) for number in (1, 8, 2))
    yield Node(operator, [Const(start), stop, Const(step)], [np.arange(1, 8, 2).astype(dtype)], ("RangeOptions", {}))


@case("FILL", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    value = values(dtype, ())
    operands = [ints(*dims(rank)), Const(value) if dtype == "string" else value]
    yield Node(operator, operands, [np.full(dims(rank), value)], ("FillOptions", {}))


@case("REVERSE_V2", dtypes=EVERY)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    for axis in {0, rank - 1}:
        y = np.ascontiguousarray(np.flip(x, axis))
        yield Node(operator, [x, ints(axis)], [y], ("ReverseV2Options", {}))


@case("BUCKETIZE", dtypes=NUMBERS)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x, edges = values(dtype, dims(rank)), [-2.0, 0.0, 2.0]
    y = np.searchsorted(edges, x, side="right").astype(np.int32)
    yield Node(operator, [x], [y], ("BucketizeOptions", {"boundaries": edges}))


@case("FULLY_CONNECTED", dtypes=(*NUMBERS, QUANTIZED), ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x, weights, bias = (
        values(dtype, dims(rank)),
        values(dtype, (5, dims(rank)[-1]), 1),
        values("int32" if dtype == QUANTIZED else dtype, (5,), 2),
    )
    rules = frozenset({"keep_num_dims"} if rank > 2 else ())
    options = ("FullyConnectedOptions", {"keepNumDims": rank > 2})
    y = x @ weights.T
    yield Node(operator, [x, Const(weights), Const(bias)], [(y + bias).astype(y.dtype)], options, rules)
    yield Node(operator, [x, Const(weights), None], [y], options, rules | {"no_bias"})


@case("BATCH_MATMUL", dtypes=NUMBERS, ranks=FROM_TWO)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    batch, options = dims(rank - 2), {"adjX": False, "adjY": False}
    x, y = values(dtype, (*batch, 3, 2), 1), values(dtype, (*batch, 2, 4), 2)
    yield Node(operator, [x, y], [x @ y], ("BatchMatMulOptions", options))
    yield Node(operator, [x, Const(y)], [x @ y], ("BatchMatMulOptions", options))
    transposed = np.ascontiguousarray(y.swapaxes(-1, -2))
    yield Node(operator, [x, transposed], [x @ y], ("BatchMatMulOptions", {**options, "adjY": True}))


@case(
    "CAST",
    dtypes=(
        *(f"{source}->{to}" for source in NUMBERS_BOOL for to in NUMBERS_BOOL if source != to),
        f"bool->{QUANTIZED}",
        f"{QUANTIZED}->int32",
    ),
)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    source, to = dtype.split("->")
    x = values(source, dims(rank))
    source, to = source.removeprefix("q"), to.removeprefix("q")
    options = {
        "inDataType": getattr(schema.TensorType, source.upper()),
        "outDataType": getattr(schema.TensorType, to.upper()),
    }
    yield Node(operator, [x], [x.astype(to)], ("CastOptions", options))


@case("UNSORTED_SEGMENT_SUM", "UNSORTED_SEGMENT_MIN", "UNSORTED_SEGMENT_MAX", dtypes=NUMBERS)
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x, segments = values(dtype, dims(rank)), np.int32([1, 0, 1, 0])
    reduce = {"SUM": np.sum, "MIN": np.min, "MAX": np.max}[operator[-3:]]
    y = np.stack([np.asarray(reduce(x[segments == segment], axis=0)) for segment in (0, 1)]).astype(dtype)
    name = f"UnsortedSegment{operator[-3:].title()}Options"
    yield Node(operator, [x, Const(segments), scalar(2)], [y], (name, {}))


def doubled(x: np.ndarray) -> Node:
    """Return a node that changes `x`, so that a subgraph has something to do."""
    if x.dtype == bool:
        return Node("LOGICAL_NOT", [x], [~x])
    return Node("ADD", [x, x], [x + x], ("AddOptions", {}))


def subgraph(inputs: list[np.ndarray], *nodes: Node) -> Graph:
    return Graph(inputs, [(node, node.version()) for node in nodes], [node.results[0] for node in nodes])


@case("IF", dtypes=("float32", "int32", "bool"))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    x = values(dtype, dims(rank))
    twice = doubled(x)
    branches = (subgraph([x], twice), subgraph([x], Node("RESHAPE", [x, ints(*x.shape)], [x.copy()])))
    options = ("IfOptions", {"thenSubgraphIndex": 1, "elseSubgraphIndex": 2})
    for condition, result in ((True, twice.results[0]), (False, x)):
        yield Node(operator, [np.array(condition), x], [result.copy()], options, subgraphs=branches)


@case("WHILE", dtypes=("float32", "int32", "bool"))
def _(operator: str, dtype: str, rank: int) -> Iterator[Node]:
    count, x = np.array(0, np.int32), values(dtype, dims(rank))
    go_on = Node("LESS", [count, scalar(3)], [np.array(True)])
    step = Node("ADD", [count, scalar(1)], [count + 1], ("AddOptions", {}))
    parts = (subgraph([count, x], go_on), subgraph([count, x], step, doubled(x)))
    result = ~x if dtype == "bool" else 8 * x
    options = ("WhileOptions", {"condSubgraphIndex": 1, "bodySubgraphIndex": 2})
    yield Node(operator, [count, x], [np.array(3, np.int32), result], options, subgraphs=parts)


# What is peculiar to LiteRT.js.


LENGTHS = (1, 2, 3, 4, 5, 7, 8, 9)  # of vectors, and of what is left when these are full


def with_nan(operator: str, rank: int) -> Iterator[Node]:
    """Yield uses of an operator on NaN of either sign."""
    for length, nan in product(LENGTHS, (np.nan, -np.nan)):
        shape = (*[1] * (rank - 2), 2, length)[-rank:]
        x, y = np.full(shape, nan, np.float32), values("float32", shape)
        if operator in UNARY:
            yield Node(operator, [x], [x.copy()], UNARY_OPTIONS.get(operator))
        elif operator in BINARY:
            function, _, name = BINARY[operator]
            one = np.asarray(y.ravel()[0])
            scalars = [] if operator == "ATAN2" else [(x, one), (one, x)]  # it has no broadcasting
            for a, b in ((x, y), (y, x), *scalars):
                result = np.asarray(function(a, b), np.float32)
                yield Node(operator, [a, b], [result], (name, {}) if name else None)
                operands = [each if each is x else Const(each) for each in (a, b)]
                yield Node(operator, operands, [result], (name, {}) if name else None)
        elif operator in REDUCTIONS:
            result = np.asarray(x.sum(axis=-1))
            yield Node(operator, [x, ints(rank - 1)], [result], ("ReducerOptions", {"keepDims": False}))
        elif operator == "FULLY_CONNECTED":
            weights, bias = values("float32", (3, length)), values("float32", (3,))
            result = np.full((*shape[:-1], 3), np.nan, np.float32)
            options = ("FullyConnectedOptions", {"keepNumDims": rank > 2})
            yield Node(operator, [x, Const(weights), Const(bias)], [result], options)
        elif operator == "BATCH_MATMUL":
            result = np.full((*shape[:-1], 3), np.nan, np.float32)
            weights = values("float32", (*shape[:-2], length, 3))
            yield Node(operator, [x, weights], [result], ("BatchMatMulOptions", {}))


COMPARISONS = {"EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL", "NOT_EQUAL"}  # these give no numbers
NAN_CASES = sorted({*UNARY, *BINARY, *REDUCTIONS, "FULLY_CONNECTED", "BATCH_MATMUL"} - COMPARISONS)


def loses_nan(operator: str, rank: int) -> bool:
    """Return whether LiteRT.js gives numbers where NumPy gives NaN."""
    for node in with_nan(operator, rank):
        inputs = [operand for operand in node.operands if isinstance(operand, np.ndarray)]
        rules = frozenset({"keep_num_dims"} if operator == "FULLY_CONNECTED" and rank > 2 else ())
        graph = for_web(Graph(inputs, [(node, lowest_version(operator, "float32", rank, rules))], node.results))
        is_nan = np.isnan(node.results[0])
        if not all(np.isnan(output)[is_nan].all() for (output,) in run_web(file_of(graph), graph.inputs)):
            return True
    return False


def losing_nan(kernels: Mapping[str, Mapping[str, list[int]]]) -> dict[str, int]:
    """Return the rank up to which LiteRT.js loses NaN, by operator: from 7 axes on XNNPACK computes nothing."""
    losing = {}
    for operator in NAN_CASES:
        highest = kernels.get(operator, {}).get("float32", [0, 0])[1]
        ranks = [rank for rank in (2, 6, 7) if rank <= highest and loses_nan(operator, rank)]
        if ranks:
            losing[operator] = max(ranks)
    return losing


# The report.


def probe(target: str, operators: Iterable[str] = CASES) -> dict[str, dict[str, list[int]]]:
    """Return, by operator and dtype, the lowest version and the highest rank."""
    found = {}
    for operator in operators:
        case = CASES[operator]
        dtypes = [dtype for dtype in case.dtypes if target != "web" or dtype != "string"]
        ranks = {dtype: highest_rank(target, case, dtype) for dtype in dtypes}
        kernels = {
            dtype: [lowest_version(operator, dtype, 1, frozenset()), rank] for dtype, rank in ranks.items() if rank
        }
        if kernels:
            found[operator] = kernels
    return found


def text_of(report: Mapping[str, object], indent: str = "") -> str:
    """Return JSON with one operator per line, or one dtype where that gets long."""
    lines = []
    for key, value in sorted(report.items()):
        text = json.dumps(value, sort_keys=True)
        if isinstance(value, Mapping) and (len(text) > 150):
            text = text_of(value, indent + " ")
        lines.append(f"{indent} {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", action="append", choices=list(RUNNERS), help="default: every target")
    names = parser.parse_args().target or list(RUNNERS)
    if "web" in names and not is_installed():
        parser.error("LiteRT.js is not installed, which make test-web does")
    report = json.loads(OUTPUT.read_text("utf-8")) if OUTPUT.exists() else {"generated": {}, "targets": {}}
    report["rules"] = RULES
    report["generated"]["command"] = "python scripts/probe_targets.py"
    report["generated"]["kernels"] = f"dtype: [lowest operator version, highest rank up to {HIGHEST_RANK}]"
    for name in names:
        package = PACKAGES[name]
        version = installed_version() if name == "web" else package_version(package)
        report["generated"][name] = f"{package} {version}"
        report["targets"][name] = probe(name)
        if name == "web":
            report["loses_nan"] = {name: losing_nan(report["targets"][name])}
    OUTPUT.write_text(text_of(report) + "\n", "utf-8")


if __name__ == "__main__":
    main()
