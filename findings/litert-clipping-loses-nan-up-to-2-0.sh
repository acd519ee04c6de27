#!/usr/bin/env bash
# The guess: MAXIMUM and MINIMUM of NaN and a constant are NaN, as in NumPy and as today's LiteRT has it, and a file that
# was checked on today's wheel answers the same on the release that an app's plugin carries.
# What happens: up to LiteRT 2.0.3 XNNPACK gives the constant for NaN, when the constant is the first operand, without an
# error, while the builtin kernel keeps NaN; and SIGN of NaN is a number with both. A missing value that is clipped in
# front of an imputer becomes 0.
# Versions: ai-edge-litert 2.0.3 and 2.3.0 on Linux x86-64; the file is built from the package's own schema module.
# What a converter must do: put NaN back (SELECT_V2 by x != x) behind MAXIMUM, MINIMUM and SIGN wherever NaN may come, or
# say that the file needs a later release.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/clip.py" <<'PYTHON'
import sys

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def file(name):
    model, subgraph = schema.ModelT(), schema.SubGraphT()
    held = schema.BufferT()
    held.data = np.frombuffer(np.zeros(1, np.float32).tobytes(), dtype=np.uint8)
    model.version, model.subgraphs, model.buffers = 3, [subgraph], [schema.BufferT(), held]
    subgraph.tensors = []
    for label, shape, buffer in (("x", [3], 0), ("zero", [1], 1), ("y", [3], 0)):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = label, shape, schema.TensorType.FLOAT32, buffer
        subgraph.tensors.append(tensor)
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = getattr(schema.BuiltinOperator, name)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0] if name == "SIGN" else [1, 0], [2]
    if name != "SIGN":
        operator.builtinOptions = schema.MaximumMinimumOptionsT()
        operator.builtinOptionsType = schema.BuiltinOptions.MaximumMinimumOptions
    model.operatorCodes, subgraph.operators = [code], [operator]
    subgraph.inputs, subgraph.outputs = [0], [2]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run(content, resolver):
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.array([np.nan, 2, -2], np.float32))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


old = sys.argv[1] == "2.0.3"
print("LiteRT", sys.argv[1])
for name in ("MAXIMUM", "MINIMUM", "SIGN"):
    content = file(name)
    default = run(content, OpResolverType.AUTO)
    builtin = run(content, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    print(f"{name}(0, [nan, 2, -2])" if name != "SIGN" else "SIGN([nan, 2, -2])", "with XNNPACK:", default, "without:", builtin)
    assert np.isnan(default[0]) != old
    assert np.isnan(builtin[0]) != (old and name == "SIGN")
PYTHON
for version in 2.0.3 2.3.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet ai-edge-litert==$version numpy==2.2.6 flatbuffers==25.12.19
  "$folder/$version/bin/python" "$folder/clip.py" $version
done
