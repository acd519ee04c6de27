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

from flatbuffers import encode

from fuzz.mutations.packing import info_of, unpacked
from fuzz.mutations.values import whole
from fuzz.seeds import Seed
from skl2tflite.model_metadata import CUSTOM_NAME

Place = tuple[int, str]
"""Where a number lies, and its format as ``struct`` has it."""


@contextmanager
def _recorded(places: dict[Place, None]) -> Iterator[None]:
    """Note what the generated classes read."""
    get, get_vector = encode.Get, encode.GetVectorAsNumpy

    def noted(packer: Any, content: Any, head: int) -> Any:
        places[int(head), packer.format] = None
        return get(packer, content, head)

    def vector(kind: Any, content: Any, count: int, offset: int) -> Any:
        found = get_vector(kind, content, count, offset)
        for i in range(min(count, 64)):
            places[offset + i * found.itemsize, f"<{found.dtype.char}"] = None
        return found

    with mock.patch.object(encode, "Get", noted), mock.patch.object(encode, "GetVectorAsNumpy", vector):
        yield


@cache
def places(content: bytes) -> tuple[Place, ...]:
    """Return where a file's numbers lie: the model's, and of its metadata all words that are no text of JSON."""
    found: dict[Place, None] = {}
    with _recorded(found):
        model = unpacked(content)
    data = bytes(info_of(model)[0].data)
    start, text = content.index(data), info_of(model)[1].custom[CUSTOM_NAME]
    for word in range(0, len(data) - 3, 4):
        if not data.index(text) <= word < data.index(text) + len(text):
            found[start + word, "<i"] = None
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
