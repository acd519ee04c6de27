#!/usr/bin/env bash
# The guess: LOGISTIC saturates, so that it gives 0 or 1 for every finite float32, however great.
# What happens: on x86 LiteRT's XNNPACK kernel, which runs by default, gives NaN from magnitudes of about 1e27 on, where
# the reference kernel gives 0 or 1. Up to 1e26 both agree. A network of logistic units gives NaN, or a wrong label,
# for rows that only one great number makes so.
# Versions: ai-edge-litert 2.3.0 on Linux x86-64; the file is built here from its own schema module.
# What a converter must do: clip the operand (to ±100, say) where a model's inputs are not bounded, or mark such rows.
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

tensors = []
for name in (b"x", b"y"):
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, [1, 8], schema.TensorType.FLOAT32, 0
    tensors.append(tensor)
code, operator, subgraph, model = schema.OperatorCodeT(), schema.OperatorT(), schema.SubGraphT(), schema.ModelT()
code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.LOGISTIC
code.version = 1
operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0], [1]
subgraph.tensors, subgraph.operators, subgraph.inputs, subgraph.outputs = tensors, [operator], [0], [1]
model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [subgraph], [schema.BufferT()]
builder = flatbuffers.Builder(1024)
builder.Finish(model.Pack(builder), b"TFL3")
content = bytes(builder.Output())
x = np.array([[1e20, 1e26, 1e27, 1e30, -1e26, -1e27, -1e30, 0.0]], dtype=np.float32)
answers = {}
for name, resolver in {"default": OpResolverType.AUTO, "reference": OpResolverType.BUILTIN_REF}.items():
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    interpreter.invoke()
    answers[name] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    print(name, dict(zip(x[0].tolist(), answers[name].tolist())))
assert np.array_equal(answers["reference"], [1, 1, 1, 1, 0, 0, 0, 0.5])
assert np.array_equal(answers["default"][[0, 1, 4, 7]], [1, 1, 0, 0.5])
assert np.isnan(answers["default"][[2, 3, 5, 6]]).all()
PYTHON
