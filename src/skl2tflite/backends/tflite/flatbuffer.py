"""Reading of FlatBuffers of which nothing is believed: every offset is checked, and all work is bounded by the size.

A FlatBuffer may refer to one object many times. What is read is counted each time, so that a small file cannot ask for
much work or memory.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from skl2tflite.errors import InvalidFileError

Fields: TypeAlias = dict[str, Any]
"""The fields of a table that are present, by their names; tables within it are dicts too."""

SCALARS = {
    "bool": "?", "byte": "b", "ubyte": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I", "long": "q",
    "ulong": "Q", "float": "f",
}  # fmt: skip
"""Types of numbers, by the names that schemas give them, as :mod:`struct` calls them."""
FREE = 48 << 20
PER_BYTE = 6
"""Bytes of memory that reading may take: so many for any file, and so many times the file's size."""
OF_TABLE, OF_VECTOR = 256, 64
"""What a table, and a vector or text, take in Python beside what they hold."""
_UINT, _INT = struct.Struct("<I"), struct.Struct("<i")


@dataclass(frozen=True)
class Slot:
    """A field of a table.

    Attributes
    ----------
    name : str
    type : str
        The name of a number's type, of a table or of a union; ``"string"``, ``"skipped"``, or ``"type"`` for the number
        that says which table a union holds.
    is_vector : bool
    default : int or bool
        A number that is not written.
    """

    name: str
    type: str
    is_vector: bool
    default: int | bool = 0


@dataclass(frozen=True)
class Schema:
    """The tables of a format.

    Attributes
    ----------
    tables : mapping of str to sequence of Slot
        The fields of each table, in order.
    unions : mapping of str to sequence of str
        The tables that each union may hold.
    """

    tables: Mapping[str, Sequence[Slot]]
    unions: Mapping[str, Sequence[str]] = field(default_factory=dict)


def schema_of(tables: Mapping[str, Mapping[str, str]], unions: Mapping[str, Sequence[str]] | None = None) -> Schema:
    """Return a schema.

    Parameters
    ----------
    tables : mapping of str to mapping of str to str
        The fields of each table with their types, such as ``"int"``, ``"[Tensor]"`` or ``"int = 1"``. A field of a
        union stands for two: the number of its type comes first.
    unions : mapping of str to sequence of str, optional
    """
    unions = unions or {}
    read: dict[str, list[Slot]] = {}
    for table, fields in tables.items():
        read[table] = []
        for name, declared in fields.items():
            kind, _, default = declared.partition(" = ")
            number = default == "true" if kind == "bool" else int(default or 0)
            read[table].append(Slot(name, kind.strip("[]"), kind.startswith("["), number))
    return Schema(read, unions)


@dataclass(frozen=True, slots=True)
class Span:
    """Where bytes are: a vector of them is not copied."""

    place: int
    size: int

    def __len__(self) -> int:
        return self.size


class Reader:
    """Reads the tables of one FlatBuffer.

    Parameters
    ----------
    content : bytes
    schema : Schema
    name : str, default="the .tflite file"
        What it is, for errors.
    made : mapping of str to callable, optional
        What to make of tables, by their names, as soon as they are read: it takes less memory than they do. Tables and
        the fields of one are read in the schema's order.

    Attributes
    ----------
    unknown : set of str
        Places at which it holds what the schema does not know.
    """

    def __init__(
        self,
        content: bytes,
        schema: Schema,
        name: str = "the .tflite file",
        made: Mapping[str, Callable[[Fields], Any]] | None = None,
    ) -> None:
        self.content = memoryview(content)
        self.size = len(content)
        self.schema = schema
        self.name = name
        self.made = made or {}
        self.unknown: set[str] = set()
        self._left = FREE + PER_BYTE * self.size

    def root(self, table: str) -> Any:
        """Return the fields of the table that the FlatBuffer is, or what is made of them.

        Raises
        ------
        InvalidFileError
            Where it is damaged, or refers to its parts more often than its size allows.
        """
        return self.table(table, self._follow(0))

    def table(self, name: str, at: int) -> Any:
        """Return the fields of the table at a place, or what is made of them."""
        self.take(OF_TABLE)
        vtable = at - self._number(_INT, at)
        self._check(vtable, 4, 2)
        length, size = struct.unpack_from("<HH", self.content, vtable)
        if length < 4 or length % 2 or size < 4:
            raise self._damaged(f"a table {name} of {length} bytes of offsets")
        self._check(vtable, length, 2)
        self._check(at, size, 1)
        slots = self.schema.tables[name]
        offsets = struct.unpack_from(f"<{(length - 4) // 2}H", self.content, vtable + 4)
        if any(offsets[len(slots) :]):
            self.unknown.add(f"{name} of {len(offsets)} fields")
        fields: Fields = {}
        for slot, offset in zip(slots, offsets, strict=False):
            if offset and slot.type != "skipped":
                self._read(fields, name, slot, at, offset, size)
        return self.made[name](fields) if name in self.made else fields

    def _read(self, fields: Fields, table: str, slot: Slot, at: int, offset: int, size: int) -> None:
        """Add one field to those of a table.

        Parameters
        ----------
        fields : dict
            The fields that come before it.
        table : str
        slot : Slot
        at, offset, size : int
            Where the table is, where the field is within it, and how long the table is.
        """
        code = None if slot.is_vector else SCALARS.get(slot.type)
        width = 4 if code is None else struct.calcsize(code)
        if offset < 4 or offset + width > size:
            raise self._damaged(f"{table}.{slot.name} lies outside its table")
        place = at + offset
        if code is not None:
            self._check(place, width, width)
            (fields[slot.name],) = struct.unpack_from("<" + code, self.content, place)
            return
        place = self._follow(place)
        if slot.is_vector:
            fields[slot.name] = self._vector(slot.type, place)
        elif slot.type == "string":
            fields[slot.name] = self._text(place, f"{table}.{slot.name}")
        elif slot.type in self.schema.unions:
            held = fields.get(f"{slot.name}_type", 0)
            members = self.schema.unions[slot.type]
            if 0 < held <= len(members):
                fields[slot.name] = self.table(members[held - 1], place)
            else:
                self.unknown.add(f"{table}.{slot.name} of type {held}")
        else:
            fields[slot.name] = self.table(slot.type, place)

    def _vector(self, kind: str, at: int) -> Any:
        """Return a vector of numbers as an array, one of bytes as its place, any other as a list."""
        count = self._number(_UINT, at)
        if kind in ("ubyte", "byte"):
            self._check(at + 4, count, 1)
            self.take(OF_VECTOR)
            return Span(at + 4, count)
        code = SCALARS.get(kind)
        width = 4 if code is None else struct.calcsize(code)
        self._check(at + 4, count * width, width)
        self.take(OF_VECTOR + 10 * count)
        if code is not None:
            return np.frombuffer(self.content, "<" + code, count, at + 4)
        places = (np.frombuffer(self.content, "<u4", count, at + 4) + np.arange(at + 4, at + 4 + 4 * count, 4)).tolist()
        if kind == "string":
            return [self._text(place, "a text") for place in places]
        return [self.table(kind, place) for place in places]

    def _text(self, at: int, name: str) -> str:
        count = self._number(_UINT, at)
        self._check(at + 4, count + 1, 1)
        self.take(OF_VECTOR + 4 * count)
        if self.content[at + 4 + count]:
            raise self._damaged(f"{name} has no end")
        try:
            return str(self.content[at + 4 : at + 4 + count], "utf-8")
        except UnicodeDecodeError:
            raise self._damaged(f"{name} is no text") from None

    def _follow(self, at: int) -> int:
        return at + self._number(_UINT, at)

    def _number(self, kind: struct.Struct, at: int) -> int:
        self._check(at, 4, 4)
        (number,) = kind.unpack_from(self.content, at)
        return int(number)

    def _check(self, at: int, length: int, alignment: int) -> None:
        """Raise where so many bytes at a place are not all in the content, or not where numbers of a width may be."""
        if at < 0 or at + length > self.size:
            raise self._damaged(f"it refers to byte {at + max(0, length - 1)} of {self.size}")
        if at % alignment:
            raise self._damaged(f"what begins at byte {at} is not at a multiple of {alignment}")

    def take(self, memory: int) -> None:
        """Count memory that reading takes; raise where it is more than the size allows."""
        self._left -= memory
        if self._left < 0:
            raise self._damaged("it refers to its parts more often than its size allows")

    def _damaged(self, what: str) -> InvalidFileError:
        return InvalidFileError(f"{self.name} is damaged or truncated ({what})")
