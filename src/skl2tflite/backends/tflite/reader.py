"""Read the bytes of a .tflite file, whoever wrote it, back into a program."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from skl2tflite.backends.tflite.flatbuffer import Fields, Reader
from skl2tflite.backends.tflite.program import (
    DYNAMIC,
    OperatorDef,
    Program,
    Quantization,
    Signature,
    Subgraph,
    TensorDef,
)
from skl2tflite.backends.tflite.schema import DTYPES, OPERATOR_NAMES, TENSOR_TYPES, file_schema
from skl2tflite.backends.tflite.writer import FILE_IDENTIFIER, LARGEST_FILE
from skl2tflite.errors import InvalidFileError

_NOT_HELD = {
    "Model": ("external_buffer_groups", "external_buffers"),
    "OperatorCode": ("custom_code",),
    "Operator": (
        "custom_options", "mutating_variable_inputs", "intermediates", "large_custom_options_offset",
        "large_custom_options_size",
    ),
    "Tensor": ("is_variable", "sparsity", "variant_tensors", "external_buffer"),
    "QuantizationParameters": ("details",),
}  # fmt: skip
"""Fields that change what a runtime does, and have no place in a program: it says that the file has them."""
_OUTSIDE = 1
"""Offsets and sizes of buffers up to this say that the buffer lies within the FlatBuffer, or nowhere."""


def read(content: bytes) -> Program:
    """Return the program that a file holds.

    Every offset is checked, and the work is bounded by the size of the file; whether the program makes sense is for
    :func:`skl2tflite.backends.tflite.check.check_program` to say.

    Raises
    ------
    InvalidFileError
        Where the bytes are truncated or are not a .tflite file.
    """
    if len(content) > LARGEST_FILE:
        raise InvalidFileError(f"the file has {len(content) / 2**30:.1f} GiB, and a .tflite file 2 GiB at most")
    if len(content) < 8 or content[4:8] != FILE_IDENTIFIER:
        raise InvalidFileError("not a .tflite file: the identifier 'TFL3' is missing")
    return _Reading(content).program()


class _Reading:
    """One file that is read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.left_out: set[str] = set()
        self.codes: list[tuple[str, int]] = []
        self._spans: dict[tuple[int, int], bytes] = {}
        made: dict[str, Callable[[Fields], Any]] = {
            "Model": self._program,
            "OperatorCode": self._code,
            "SubGraph": _subgraph,
            "Tensor": self._tensor,
            "QuantizationParameters": self._quantization,
            "Operator": self._operator,
            "Buffer": self._buffer,
            "SignatureDef": _signature,
        }
        self.reader = Reader(content, file_schema(), made=made)

    def program(self) -> Program:
        try:
            program: Program = self.reader.root("Model")
        finally:
            self.reader.made = {}  # it refers to this object, which holds the file: memory is given back at once
        program.left_out = sorted(self.left_out | self.reader.unknown)
        return program

    def _program(self, model: Fields) -> Program:
        self._holding("Model", model)
        if model.get("version") != 3:
            self.left_out.add(f"version {model.get('version', 0)} of the format")
        buffers = model.get("buffers", [])
        program = Program(
            model.get("subgraphs", []),
            model.get("signature_defs", []),
            [data for _, data in buffers],
            description=model.get("description", ""),
            places=[place for place, _ in buffers],
        )
        for entry in model.get("metadata", ()):
            if entry.get("name", "") in program.metadata:
                self.left_out.add(f"two metadata {entry.get('name', '')!r}")
            program.metadata[entry.get("name", "")] = entry.get("buffer", 0)
        return program

    def _holding(self, table: str, fields: Fields) -> Fields:
        """Return the fields of a table, and note those that a program does not hold."""
        self.left_out.update(f"{table}.{name}" for name in _NOT_HELD[table] if _is_set(fields.get(name)))
        return fields

    def _buffer(self, buffer: Fields) -> tuple[int, bytes]:
        """Return where a buffer is, and its bytes; equal places are read once."""
        offset, size = buffer.get("offset", 0), buffer.get("size", 0)
        if offset > _OUTSIDE or size > _OUTSIDE:
            if offset + size > len(self.content):
                raise InvalidFileError(
                    f"the .tflite file is damaged or truncated (a buffer ends at byte {offset + size} of "
                    f"{len(self.content)})"
                )
            self.left_out.add("Buffer.offset")
            return offset, self._bytes(offset, size)
        data = buffer.get("data")
        if data is None or not len(data):
            return 0, b""
        return data.place, self._bytes(data.place, data.size)

    def _bytes(self, place: int, size: int) -> bytes:
        if (place, size) not in self._spans:
            self.reader.take(size)
            self._spans[place, size] = self.content[place : place + size]
        return self._spans[place, size]

    def _code(self, code: Fields) -> None:
        """Keep an operator's name and version; codes come before the operators that refer to them."""
        self._holding("OperatorCode", code)
        number = max(code.get("builtin_code", 0), code.get("deprecated_builtin_code", 0))
        self.codes.append((OPERATOR_NAMES.get(number, f"UNKNOWN_{number}"), code.get("version", 1)))

    def _tensor(self, tensor: Fields) -> TensorDef:
        self._holding("Tensor", tensor)
        fixed, name = _indices(tensor.get("shape")), tensor.get("name", "")
        shape = _indices(tensor["shape_signature"]) if "shape_signature" in tensor else fixed
        if fixed != tuple(1 if n == DYNAMIC else n for n in shape):
            self.left_out.add(f"another shape of {name!r} than its signature says: {fixed} and {shape}")
        number = tensor.get("type", 0)
        dtype = DTYPES.get(number, f"type {number}")
        quantization = tensor.get("quantization")
        if quantization is not None and f"q{dtype}" in TENSOR_TYPES and _is_unit(quantization):
            dtype, quantization = f"q{dtype}", None
        return TensorDef(name, dtype, shape, tensor.get("buffer", 0), quantization)

    def _quantization(self, parameters: Fields) -> Quantization | None:
        self._holding("QuantizationParameters", parameters)
        if "scale" not in parameters or not len(parameters["scale"]):
            return None
        scale, zero = parameters["scale"].tolist(), parameters.get("zero_point", ())
        return Quantization(tuple(scale), _indices(zero), parameters.get("quantized_dimension", 0))

    def _operator(self, operator: Fields) -> OperatorDef:
        self._holding("Operator", operator)
        index = operator.get("opcode_index", 0)
        if index >= len(self.codes):
            raise InvalidFileError(f"the .tflite file is damaged (operator code {index} of {len(self.codes)})")
        name, version = self.codes[index]
        table = ""
        options: dict[str, object] = {}
        for union, members in (("builtin_options", "BuiltinOptions"), ("builtin_options_2", "BuiltinOptions2")):
            if union in operator:
                if table:
                    self.left_out.add("an operator of two options")
                table = file_schema().unions[members][operator[f"{union}_type"] - 1]
                options = _options(table, operator[union])
        inputs, outputs = _indices(operator.get("inputs")), _indices(operator.get("outputs"))
        return OperatorDef(name, version, inputs, outputs, options, table)


def _subgraph(graph: Fields) -> Subgraph:
    return Subgraph(
        graph.get("name", ""),
        graph.get("tensors", []),
        graph.get("operators", []),
        list(_indices(graph.get("inputs"))),
        list(_indices(graph.get("outputs"))),
    )


def _signature(signature: Fields) -> Signature:
    return Signature(
        signature.get("signature_key", ""),
        signature.get("subgraph_index", 0),
        *(
            {entry.get("name", ""): entry.get("tensor_index", 0) for entry in signature.get(side, ())}
            for side in ("inputs", "outputs")
        ),
    )


def _options(table: str, fields: Fields) -> dict[str, object]:
    """Return all fields of an options table by the names that the writer takes, with their defaults."""
    options: dict[str, object] = {}
    for slot, name in _option_names(table):
        value = fields.get(slot.name, None if slot.is_vector or slot.type == "string" else slot.default)
        if value is not None:
            options[name] = value
    return options


@cache
def _option_names(table: str) -> list[tuple[Any, str]]:
    slots = file_schema().tables[table]
    return [(slot, re.sub("_([a-z0-9])", lambda match: match[1].upper(), slot.name)) for slot in slots]


def _is_set(value: Any) -> bool:
    if value is None or isinstance(value, dict):
        return value is not None
    return len(value) > 0 if hasattr(value, "__len__") else bool(value)


def _is_unit(quantization: Quantization) -> bool:
    return quantization.scale == (1.0,) and not any(quantization.zero_point)


def _indices(values: Any) -> tuple[int, ...]:
    return () if values is None else tuple(map(int, values))
