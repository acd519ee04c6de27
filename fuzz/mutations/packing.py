"""A file's tables as objects, and back: what a hostile writer would do with the format's own library."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.writer import ALIGNMENT, FILE_IDENTIFIER
from skl2tflite.model_metadata import CUSTOM_NAME, METADATA_NAME


class _Aligned(schema.BufferT):  # type: ignore[misc]
    """A buffer that runtimes use in place."""

    def Pack(self, builder: Any) -> int:  # noqa: N802 - the generated class's name
        """Write the table as the generated class does, the bytes aligned."""
        data = None
        if self.data is not None and len(self.data):
            content = np.asarray(self.data, np.uint8).tobytes()
            builder.StartVector(1, len(content), ALIGNMENT)
            builder.head -= len(content)
            builder.Bytes[builder.head : builder.head + len(content)] = content
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        schema.BufferAddOffset(builder, self.offset)
        schema.BufferAddSize(builder, self.size)
        return int(schema.BufferEnd(builder))


def unpacked(content: bytes) -> Any:
    """Return a file's tables as objects of the generated classes."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    for buffer in model.buffers:
        buffer.__class__ = _Aligned
    return model


def packed(model: Any, content: bytes) -> bytes:
    """Return tables as a file, with the other files that are attached to the one they came from."""
    builder = flatbuffers.Builder(len(content) + 4096)
    builder.Finish(model.Pack(builder), FILE_IDENTIFIER)
    return metadata.append_files(bytes(builder.Output()), metadata.read_files(content))


def info_of(model: Any) -> tuple[Any, metadata.ModelInfo]:
    """Return the buffer that holds a model's metadata, and what it says."""
    (entry,) = (entry for entry in model.metadata if entry.name in (METADATA_NAME, METADATA_NAME.encode()))
    buffer = model.buffers[entry.buffer]
    return buffer, metadata.unpack(bytes(np.asarray(buffer.data, np.uint8)))


def with_facts(content: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a file that says something else of its estimator.

    Parameters
    ----------
    content : bytes
    change : callable
        Takes the facts as JSON gives them, and returns others: what JSON writes, or bytes.
    """
    model = unpacked(content)
    buffer, info = info_of(model)
    facts = change(json.loads(info.custom[CUSTOM_NAME]))
    text = facts if isinstance(facts, bytes) else json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    buffer.data = np.frombuffer(metadata.pack(replace(info, custom={CUSTOM_NAME: text})), np.uint8)
    return packed(model, content)
