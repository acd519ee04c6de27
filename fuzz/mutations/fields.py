"""Damage to what a FlatBuffer's reader goes by: offsets, entries of vtables, lengths of vectors, numbers.

Nothing here knows the schema: the places are those that the generated classes read from a sound file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from random import Random
from typing import Any
from unittest import mock

from ai_edge_litert import schema_py_generated as schema
from flatbuffers import encode

from fuzz.mutations.values import whole
from fuzz.seeds import Seed
from skl2tflite.backends.tflite import metadata
from skl2tflite.model_metadata import METADATA_NAME

Place = tuple[int, str]
"""Where a number lies, and its format as ``struct`` has it."""


@contextmanager
def _recorded(places: dict[Place, None], start: int = 0) -> Iterator[None]:
    """Note what the generated classes read of a FlatBuffer that starts at a byte of the file."""
    get, get_vector = encode.Get, encode.GetVectorAsNumpy

    def noted(packer: Any, content: Any, head: int) -> Any:
        places[start + int(head), packer.format] = None
        return get(packer, content, head)

    def vector(kind: Any, content: Any, count: int, offset: int) -> Any:
        found = get_vector(kind, content, count, offset)
        for i in range(min(count, 64)):
            places[start + offset + i * found.itemsize, f"<{found.dtype.char}"] = None
        return found

    with mock.patch.object(encode, "Get", noted), mock.patch.object(encode, "GetVectorAsNumpy", vector), \
            mock.patch.object(metadata, "Get", noted):  # fmt: skip
        yield


@cache
def places(content: bytes) -> tuple[Place, ...]:
    """Return where a file's numbers lie: the model's and those of its metadata."""
    found: dict[Place, None] = {}
    with _recorded(found):
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    for entry in model.metadata:
        if entry.name == METADATA_NAME.encode():
            data = bytes(model.buffers[entry.buffer].data)
            with _recorded(found, content.index(data)):
                metadata.unpack(data)
    return tuple(found)


def fields(seed: Seed, random: Random) -> tuple[bytes, str]:
    """Change a few of the numbers that a reader goes by."""
    content, done = bytearray(seed.content), []
    for _ in range(random.choice((1, 1, 2, 3))):
        place, form = random.choice(places(seed.content))
        size = struct.calcsize(form)
        if form[-1] in "fd":
            new: float = random.choice((0.0, -1.0, float("nan"), float("inf"), 1e30))
            struct.pack_into(form, content, place, new)
        else:
            (old,) = struct.unpack_from(form, content, place)
            new = len(content) - place if random.random() < 0.1 else whole(random, int(old), size)
            content[place : place + size] = (int(new) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        done.append(f"{form} at {place} becomes {new}")
    return bytes(content), ", ".join(done)
