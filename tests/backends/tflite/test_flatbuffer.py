"""Reading FlatBuffers of which nothing is believed: every guard by a small buffer that it refuses."""

import struct

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as generated

from skl2tflite.backends.tflite.flatbuffer import SCALARS, Reader, Span, schema_of
from skl2tflite.backends.tflite.schema import file_schema
from skl2tflite.errors import InvalidFileError

SCHEMA = schema_of(
    {
        "Root": {
            "number": "int = 7", "name": "string", "items": "[Item]", "data": "[ubyte]", "kind_type": "ubyte",
            "kind": "Kind", "numbers": "[long]", "flag": "bool = true",
        },
        "Item": {"value": "int", "unread": "skipped"},
    },
    {"Kind": ["Item"]},
)  # fmt: skip


def buffer(items=(3, 4), kind=1, repeat=1, extra=False):
    """Return a Root; its items are written once, and referred to so many times."""
    builder = flatbuffers.Builder(0)

    def item(value):
        builder.StartObject(1)
        builder.PrependInt32Slot(0, value, 0)
        return builder.EndObject()

    places = [item(value) for value in items] * repeat
    builder.StartVector(4, len(places), 4)
    for place in reversed(places):
        builder.PrependUOffsetTRelative(place)
    vector = builder.EndVector()
    name, data = builder.CreateString("some name"), builder.CreateByteVector(b"\1\2\3")
    numbers = builder.CreateNumpyVector(np.array([1, -1], np.int64))
    union = item(9)
    builder.StartObject(10 if extra else 8)
    for slot, place in ((1, name), (2, vector), (3, data), (5, union), (6, numbers)):
        builder.PrependUOffsetTRelativeSlot(slot, place, 0)
    builder.PrependUint8Slot(4, kind, 0)
    if extra:
        builder.PrependInt32Slot(9, 1, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


def root(content):
    return Reader(content, SCHEMA).root("Root")


def changed(content, at, number, code="<I"):
    held = bytearray(content)
    struct.pack_into(code, held, at, number)
    return bytes(held)


def place_of_field(content, slot):
    table = struct.unpack_from("<I", content)[0]
    vtable = table - struct.unpack_from("<i", content, table)[0]
    return table + struct.unpack_from("<H", content, vtable + 4 + 2 * slot)[0]


def target(content, slot):
    at = place_of_field(content, slot)
    return at + struct.unpack_from("<I", content, at)[0]


def test_all_kinds_of_fields():
    content = buffer()
    fields = root(content)
    assert fields["name"] == "some name"
    assert [item["value"] for item in fields["items"]] == [3, 4]
    assert fields["kind"] == {"value": 9}
    assert fields["numbers"].tolist() == [1, -1]
    data = fields["data"]
    assert isinstance(data, Span)
    assert content[data.place : data.place + len(data)] == b"\1\2\3"
    assert "number" not in fields
    assert {slot.name: slot.default for slot in SCHEMA.tables["Root"]}["number"] == 7


def refused(content, message):
    with pytest.raises(InvalidFileError, match=message) as error:
        root(content)
    assert "damaged or truncated" in str(error.value)


def test_a_table_outside():
    refused(changed(buffer(), 0, 2**31), "it refers to byte")


def test_a_vtable_before_the_start():
    content = buffer()
    refused(changed(content, struct.unpack_from("<I", content)[0], 2**30, "<i"), "it refers to byte")


def test_a_vtable_of_an_odd_length():
    content = buffer()
    table = struct.unpack_from("<I", content)[0]
    refused(changed(content, table - struct.unpack_from("<i", content, table)[0], 5, "<H"), "5 bytes of offsets")


def test_a_field_outside_its_table():
    content = buffer()
    table = struct.unpack_from("<I", content)[0]
    vtable = table - struct.unpack_from("<i", content, table)[0]
    refused(changed(content, vtable + 4 + 2, 400, "<H"), r"Root\.name lies outside its table")


def test_a_vector_longer_than_the_file():
    content = buffer()
    refused(changed(content, target(content, 2), 10**6), "it refers to byte")
    refused(changed(content, target(content, 3), 2**32 - 1), "it refers to byte")
    refused(changed(content, target(content, 6), 2**31), "it refers to byte")


def test_a_text_without_its_end_or_of_other_bytes():
    content = buffer()
    at = target(content, 1)
    refused(changed(content, at, 8), "has no end")
    refused(changed(content, at + 4, 0xFF, "<B"), "is no text")


def test_what_is_not_at_a_multiple_of_its_width():
    content = buffer()
    refused(changed(content, 0, struct.unpack_from("<I", content)[0] + 1), "is not at a multiple of 4")


def test_few_bytes_cannot_ask_for_much_work():
    few = buffer(items=(3,), repeat=100)
    assert len(root(few)["items"]) == 100
    many = buffer(items=(3,), repeat=240_000)
    assert len(many) < 1_000_000
    refused(many, "more often than its size allows")


def test_truncated():
    content = buffer()
    for end in range(4, len(content) - 4, 4):
        with pytest.raises(InvalidFileError):
            root(content[:end])


def test_what_the_schema_does_not_know_is_noted():
    reader = Reader(buffer(kind=2, extra=True), SCHEMA)
    fields = reader.root("Root")
    assert fields["name"] == "some name"
    assert "kind" not in fields
    assert reader.unknown == {"Root of 10 fields", "Root.kind of type 2"}


def test_the_schema_is_that_of_the_installed_runtime():
    schema = file_schema()
    for union, members in schema.unions.items():
        numbers = getattr(generated, union)
        assert [getattr(numbers, member) for member in members] == list(range(1, len(members) + 1))
    for table, slots in schema.tables.items():
        builder = flatbuffers.Builder(0)
        getattr(generated, f"{table}Start")(builder)
        # Older runtimes lack the last fields of two tables.
        assert len(builder.current_vtable) <= len(slots)
        for slot in slots:
            assert slot.is_vector or slot.type in {*SCALARS, *schema.tables, *schema.unions, "string"}
