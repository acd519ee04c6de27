"""Pack a program into the bytes of a .tflite file."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers.builder import BuilderSizeError

from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Program, Signature, Subgraph
from skl2tflite.backends.tflite.schema import TENSOR_TYPES, is_second_options, operator_code, options_table
from skl2tflite.errors import ConversionError

FILE_IDENTIFIER = b"TFL3"
ALIGNMENT = 16
"""Runtimes map a file and use its buffers in place, so each starts at a multiple of this."""
DEFAULTS_ABSENT = frozenset(
    {
        "ADD", "ARG_MAX", "CAST", "DIV", "EQUAL", "EXP", "FLOOR_DIV", "FLOOR_MOD", "FULLY_CONNECTED", "GATHER",
        "GREATER",
        "GREATER_EQUAL", "LESS", "LESS_EQUAL", "LOGICAL_AND", "LOGICAL_NOT", "LOGICAL_OR", "MAXIMUM", "MINIMUM", "MUL",
        "NEG", "NOT_EQUAL", "SELECT_V2", "SQUARE", "SQUARED_DIFFERENCE", "SUB", "TRANSPOSE",
    }
)  # fmt: skip
"""Operators whose options TFLM reads as zeros when there are none (tried out on every one)."""
LARGEST_FILE = 2**31 - 1
"""FlatBuffer offsets are signed 32-bit numbers."""


class _Tensor(schema.TensorT):  # type: ignore[misc]
    """A tensor whose shape is written once for all that have the same."""

    def __init__(self, vectors: dict[bytes, int]) -> None:
        super().__init__()
        self.vectors = vectors

    def _shared(self, builder: Any, numbers: Any) -> int:
        key = numbers.tobytes()
        if key not in self.vectors:
            self.vectors[key] = builder.CreateNumpyVector(numbers)
        return self.vectors[key]

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated class's name
        """Write the table as the generated class does; shapes may be vectors that are there already."""
        shape = self._shared(builder, self.shape)
        signature = None if self.shapeSignature is None else self._shared(builder, self.shapeSignature)
        name = None if self.name is None else builder.CreateString(self.name)
        quantization = None if self.quantization is None else self.quantization.Pack(builder)
        schema.TensorStart(builder)  # fields of four bytes first, then those of one byte, so that no padding is needed
        schema.TensorAddShape(builder, shape)
        schema.TensorAddBuffer(builder, self.buffer)
        if name is not None:
            schema.TensorAddName(builder, name)
        if quantization is not None:
            schema.TensorAddQuantization(builder, quantization)
        if signature is not None:
            schema.TensorAddShapeSignature(builder, signature)
        schema.TensorAddType(builder, self.type)
        schema.TensorAddHasRank(builder, self.hasRank)
        return int(schema.TensorEnd(builder))


class _Operator(schema.OperatorT):  # type: ignore[misc]
    """An operator whose fields are written without gaps."""

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated class's name
        """Write the table as the generated class does, words before bytes."""
        inputs, outputs = (builder.CreateNumpyVector(indices) for indices in (self.inputs, self.outputs))
        options = None if self.builtinOptions is None else self.builtinOptions.Pack(builder)
        options2 = None if self.builtinOptions2 is None else self.builtinOptions2.Pack(builder)
        schema.OperatorStart(builder)
        schema.OperatorAddOpcodeIndex(builder, self.opcodeIndex)
        schema.OperatorAddInputs(builder, inputs)
        schema.OperatorAddOutputs(builder, outputs)
        if options is not None:
            schema.OperatorAddBuiltinOptions(builder, options)
        if options2 is not None:
            schema.OperatorAddBuiltinOptions2(builder, options2)
        schema.OperatorAddBuiltinOptionsType(builder, self.builtinOptionsType)
        schema.OperatorAddBuiltinOptions2Type(builder, self.builtinOptions2Type)
        return int(schema.OperatorEnd(builder))


class _AlignedBuffer(schema.BufferT):  # type: ignore[misc]
    """A buffer whose bytes start at a multiple of ``ALIGNMENT``; the generated class aligns to 1."""

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated class's name
        """Write the bytes as one aligned vector, then the table."""
        if not self.data:
            schema.BufferStart(builder)
            return int(schema.BufferEnd(builder))
        length = len(self.data)
        builder.StartVector(1, length, ALIGNMENT)
        builder.head -= length
        builder.Bytes[builder.head : builder.head + length] = self.data
        data = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, data)
        return int(schema.BufferEnd(builder))


def write(program: Program, lean: bool = False) -> bytes:
    """Return a program as FlatBuffer bytes.

    Equal programs give equal bytes.

    Parameters
    ----------
    program : Program
    lean : bool, default=False
        Whether to leave out what TensorFlow Lite Micro reads as the same when it is absent: options that all
        have their default.

    Raises
    ------
    ConversionError
        Where the constants do not fit a FlatBuffer of 2 GiB.
    """
    payload = sum(len(buffer) + 64 for buffer in program.buffers)
    if payload > LARGEST_FILE:
        raise _too_large(payload)
    codes: dict[tuple[str, int], int] = {}
    for subgraph in program.subgraphs:
        for operator in subgraph.operators:
            codes.setdefault((operator.name, operator.version), len(codes))

    model = schema.ModelT()
    model.version = 3
    model.description = program.description or None
    model.operatorCodes = [_operator_code(name, version) for name, version in codes]
    vectors: dict[bytes, int] = {}
    model.subgraphs = [_subgraph(subgraph, codes, vectors, lean) for subgraph in program.subgraphs]
    model.buffers = [_AlignedBuffer(content) for content in program.buffers]
    model.signatureDefs = [_signature(signature) for signature in program.signatures]
    model.metadata = []
    for name, index in program.metadata.items():
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, index
        model.metadata.append(entry)

    try:
        builder = flatbuffers.Builder(min(payload + 4096, LARGEST_FILE))
        builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    except BuilderSizeError:
        raise _too_large(payload) from None
    content = bytes(builder.Output())
    if len(content) > LARGEST_FILE:
        raise _too_large(len(content))
    return content


def _too_large(size: int) -> ConversionError:
    return ConversionError(
        f"the model takes {size / 2**30:.1f} GiB and a .tflite file holds 2 GiB at most; "
        "fit a smaller one (fewer or shallower trees, fewer support vectors)"
    )


def _operator_code(name: str, version: int) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = operator_code(name)
    # Readers from before 2020 know only this byte; 127 tells them to look at the wider field.
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = version
    return code


def _subgraph(subgraph: Subgraph, codes: dict[tuple[str, int], int], vectors: dict[bytes, int], lean: bool) -> Any:
    packed = schema.SubGraphT()
    packed.name = subgraph.name or None
    packed.tensors = []
    for definition in subgraph.tensors:
        tensor = _Tensor(vectors)
        tensor.name = definition.name or None
        tensor.type = TENSOR_TYPES[definition.dtype]
        tensor.shape = np.array([1 if n == DYNAMIC else n for n in definition.shape], dtype=np.int32)
        if DYNAMIC in definition.shape:
            tensor.shapeSignature = np.array(definition.shape, dtype=np.int32)
        tensor.hasRank = not lean
        if definition.dtype.startswith("q"):
            tensor.quantization = _unit_quantization()
        tensor.buffer = definition.buffer
        packed.tensors.append(tensor)
    packed.operators = [_operator(operator, codes, lean) for operator in subgraph.operators]
    packed.inputs = np.array(subgraph.inputs, dtype=np.int32)
    packed.outputs = np.array(subgraph.outputs, dtype=np.int32)
    return packed


def _unit_quantization() -> Any:
    """Return the parameters with which quantized numbers are the numbers themselves."""
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.ones(1, dtype=np.float32)
    parameters.zeroPoint = np.zeros(1, dtype=np.int64)
    return parameters


def _operator(definition: OperatorDef, codes: dict[tuple[str, int], int], lean: bool) -> Any:
    operator = _Operator()
    operator.opcodeIndex = codes[definition.name, definition.version]
    operator.inputs = np.array(definition.inputs, dtype=np.int32)
    operator.outputs = np.array(definition.outputs, dtype=np.int32)
    filled = options_table(definition.name, definition.options)
    if (
        lean
        and definition.name in DEFAULTS_ABSENT
        and not any(np.any(np.asarray(value)) for value in definition.options.values())
    ):
        filled = None
    if filled is not None:
        options, kind = filled
        if is_second_options(type(options).__name__.removesuffix("T")):
            operator.builtinOptions2, operator.builtinOptions2Type = options, kind
        else:
            operator.builtinOptions, operator.builtinOptionsType = options, kind
    return operator


def _signature(definition: Signature) -> Any:
    signature = schema.SignatureDefT()
    signature.signatureKey = definition.key
    signature.subgraphIndex = definition.subgraph
    signature.inputs = [_tensor_map(*item) for item in definition.inputs.items()]
    signature.outputs = [_tensor_map(*item) for item in definition.outputs.items()]
    return signature


def _tensor_map(name: str, index: int) -> Any:
    entry = schema.TensorMapT()
    entry.name, entry.tensorIndex = name, index
    return entry
