#!/usr/bin/env bash
# The guess: exp(NaN) is NaN on a runtime whose ADD, MUL and MAXIMUM keep NaN.
# What happens: with XNNPACK, which runs by default, LiteRT's EXP gives 0 for NaN, without an error; the runtime's own
# kernel gives NaN. A missing value behind expm1 or a kernel function becomes an ordinary number in front of an imputer
# or of a tree that would have sent NaN its own way. LOG has the same habit in LiteRT.js, not here.
# Versions: ai-edge-litert 2.3.0 on Linux x86-64; the file is built from the package's own schema module.
# What a converter must do: put NaN back behind EXP where NaN may come, which the maximum of exp(x) and x does with one
# operator (exp(x) is never below x), and test with rows that hold NaN.
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


def file(name):
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    model.version, model.subgraphs, model.buffers, subgraph.tensors = 3, [subgraph], [schema.BufferT()], []
    for label in "xy":
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = label, [3], schema.TensorType.FLOAT32, 0
        subgraph.tensors.append(tensor)
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)
    code.version, operator.opcodeIndex, operator.inputs, operator.outputs = 1, 0, [0], [1]
    model.operatorCodes, subgraph.operators, subgraph.inputs, subgraph.outputs = [code], [operator], [0], [1]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(name, resolver):
    interpreter = Interpreter(model_content=file(name), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.array([np.nan, 0, 1], np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(1)


for name in ("EXP", "LOG", "TANH", "ABS"):
    default, builtin = run(name, OpResolverType.AUTO), run(name, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    print(name, "of [nan, 0, 1] with XNNPACK:", default, "without:", builtin)
    assert np.isnan(builtin[0])
    assert np.isnan(default[0]) == (name != "EXP")
PYTHON
