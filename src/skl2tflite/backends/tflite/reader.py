"""Read the bytes of a .tflite file back into a program."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite.program import OperatorDef, Program, Signature, Subgraph, TensorDef
from skl2tflite.backends.tflite.schema import DTYPES, OPERATOR_NAMES, TENSOR_TYPES
from skl2tflite.backends.tflite.writer import FILE_IDENTIFIER
from skl2tflite.errors import InvalidFileError


def read(content: bytes) -> Program:
    """Return the program that a file holds.

    Raises
    ------
    InvalidFileError
        Where the bytes are truncated or are not a .tflite file.
    """
    if len(content) < 8 or content[4:8] != FILE_IDENTIFIER:
        raise InvalidFileError("not a .tflite file: the identifier 'TFL3' is missing")
    try:
        return _program(schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0)))
    except (struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise InvalidFileError(f"the .tflite file is damaged or truncated ({error})") from None


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _program(model: Any) -> Program:
    program = Program(description=_text(model.description))
    program.buffers = [
        b"" if buffer.data is None or len(buffer.data) == 0 else np.asarray(buffer.data, np.uint8).tobytes()
        for buffer in model.buffers
    ]
    codes = []
    for code in model.operatorCodes or []:
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        codes.append((OPERATOR_NAMES.get(number, f"UNKNOWN_{number}"), code.version))
    for graph in model.subgraphs:
        subgraph = Subgraph(_text(graph.name))
        for tensor in graph.tensors:
            shape = tensor.shapeSignature if tensor.shapeSignature is not None else tensor.shape
            subgraph.tensors.append(
                TensorDef(
                    _text(tensor.name),
                    _dtype(tensor),
                    tuple(int(n) for n in ([] if shape is None else shape)),
                    tensor.buffer,
                )
            )
        for operator in graph.operators or []:
            name, version = codes[operator.opcodeIndex]
            options = operator.builtinOptions if operator.builtinOptions is not None else operator.builtinOptions2
            subgraph.operators.append(
                OperatorDef(
                    name, version, _indices(operator.inputs), _indices(operator.outputs),
                    {k: v for k, v in vars(options).items() if v is not None} if options is not None else {},
                )
            )  # fmt: skip
        subgraph.inputs = list(_indices(graph.inputs))
        subgraph.outputs = list(_indices(graph.outputs))
        program.subgraphs.append(subgraph)
    for signature in model.signatureDefs or []:
        program.signatures.append(
            Signature(
                _text(signature.signatureKey),
                signature.subgraphIndex,
                {_text(entry.name): entry.tensorIndex for entry in signature.inputs or []},
                {_text(entry.name): entry.tensorIndex for entry in signature.outputs or []},
            )
        )
    for entry in model.metadata or []:
        program.metadata[_text(entry.name)] = entry.buffer
    return program


def _dtype(tensor: Any) -> str:
    """Return the name of a tensor's dtype, that of a quantized one only for scale 1 and zero point 0."""
    dtype = DTYPES.get(tensor.type, f"type {tensor.type}")
    parameters = tensor.quantization
    if parameters is None or parameters.scale is None or f"q{dtype}" not in TENSOR_TYPES:
        return dtype
    unit = np.array_equal(parameters.scale, [1.0]) and not np.any(parameters.zeroPoint)
    return f"q{dtype}" if unit else dtype


def _indices(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(int(i) for i in values)
