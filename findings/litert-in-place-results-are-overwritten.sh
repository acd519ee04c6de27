#!/usr/bin/env bash
# The guess: an operator's result stays as it is until its last reader has run.
# What happens: LiteRT plans some operators in place (ADD, SUB, MUL, DIV, SOFTMAX write over an operand that nothing else
# reads, RESHAPE keeps the memory of its operand). It counts the readers of a chain's first tensor, not those of a tensor
# in its middle: u = |x| - 1, r = reshape(u), m = r * 2, y = u - sum(m) reads u after m has been written over it. Float
# files are wrong where XNNPACK does not run; int32 files, which XNNPACK leaves alone, are wrong by default.
# `experimental_preserve_all_tensors=True` hides it.
# Versions: ai-edge-litert 2.3.0 on Linux x86-64; the file is built here from its own schema module.
# What a converter must do: put a copy (an operator that is not done in place) in front of a RESHAPE whose operand has
# other readers, and compare what it writes without XNNPACK, too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ai-edge-litert==2.3.0 numpy==2.4.6 flatbuffers==25.12.19
"$folder/venv/bin/python" - <<'PYTHON'
import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

KINDS = schema.TensorType
CODES = schema.BuiltinOperator


def file(dtype, kind):
    """Return u = |x| - 1 (twice in integers), r = reshape(u, [1, 4]), m = r * 2, y = u - sum(m)."""
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [subgraph], [schema.BufferT()], []
    subgraph.tensors, subgraph.operators = [], []

    def tensor(name, shape, value=None, kind=kind):
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = name, shape, kind, 0
        if value is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.asarray(value).tobytes(), dtype=np.uint8)
            model.buffers.append(buffer)
            made.buffer = len(model.buffers) - 1
        subgraph.tensors.append(made)
        return len(subgraph.tensors) - 1

    def operator(name, inputs, output, version, options=None):
        code, made = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(CODES, name)
        code.version = version
        model.operatorCodes.append(code)
        made.opcodeIndex, made.inputs, made.outputs = len(model.operatorCodes) - 1, inputs, [output]
        if options is not None:
            made.builtinOptions = options
            made.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        subgraph.operators.append(made)
        return output

    x = tensor("x", [4, 1])
    one, two = tensor("one", [1], np.ones(1, dtype)), tensor("two", [1], np.full(1, 2, dtype))
    target, axis = tensor("t", [2], np.array([1, 4], np.int32), KINDS.INT32), tensor("a", [1], np.array([1], np.int32), KINDS.INT32)
    first = operator("ABS", [x], tensor("p", [4, 1]), 1) if dtype == np.float32 else operator(
        "ADD", [x, one], tensor("p", [4, 1]), 1, schema.AddOptionsT())
    u = operator("SUB", [first, one], tensor("u", [4, 1]), 1, schema.SubOptionsT())
    r = operator("RESHAPE", [u, target], tensor("r", [1, 4]), 1, schema.ReshapeOptionsT())
    m = operator("MUL", [r, two], tensor("m", [1, 4]), 1, schema.MulOptionsT())
    total = operator("SUM", [m, axis], tensor("s", [1]), 1, schema.ReducerOptionsT())
    y = operator("SUB", [u, total], tensor("y", [4, 1]), 1, schema.SubOptionsT())
    subgraph.inputs, subgraph.outputs = [x], [y]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(content, x, **options):
    interpreter = Interpreter(model_content=content, **options)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel()


plain = {"experimental_op_resolver_type": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES}
kept = {"experimental_preserve_all_tensors": True}
for dtype, kind, wrong in ((np.float32, KINDS.FLOAT32, plain), (np.int32, KINDS.INT32, {})):
    x = np.array([[2], [3], [4], [5]], dtype)
    u = (np.abs(x) - 1 if dtype == np.float32 else x).ravel()
    right = u - 2 * u.sum()
    content = file(dtype, kind)
    found = run(content, x, **wrong)
    print(dtype.__name__, "right", right, "found", found, "with all tensors kept", run(content, x, **wrong, **kept))
    assert np.array_equal(run(content, x, **wrong, **kept), right)
    assert not np.array_equal(found, right)
PYTHON
