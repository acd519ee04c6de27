"""What files that are compressed take once they are unpacked, found out before anything is unpacked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from skl2tflite.errors import InvalidFileError
from skl2tflite.units import size

ALWAYS, TIMES = 1 << 29, 100
"""A file may take so many bytes unpacked, or so many times its own size."""
_OF_JSON = 20
"""Bytes in memory for one byte of a .skops file's schema, which becomes dictionaries and nodes."""


def check_unpacked(path: Path, needed: int, advice: str) -> None:
    """Raise where a file takes too many bytes once it is unpacked.

    Parameters
    ----------
    path : Path
    needed : int
        The bytes that it takes.
    advice : str
        What to do.

    Raises
    ------
    InvalidFileError
    """
    held = path.stat().st_size
    if needed > max(ALWAYS, TIMES * held):
        raise InvalidFileError(f"{path} holds {size(held)}, and would take {size(needed)} in memory; {advice}")


def check_skops(path: Path) -> None:
    """Raise where a .skops file takes too many bytes once it is unpacked.

    The directory of an archive says how large its members are, and no more than that is read of one. The schema may
    name a member more than once, and a member may be an archive too, as sparse matrices are.

    Raises
    ------
    InvalidFileError
        Where it does, or has no schema.
    zipfile.BadZipFile
        Where it is no archive.
    """
    advice = "if you trust its maker, have it saved without compression"
    with ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        schema = sizes.get("schema.json")
        if schema is None:
            raise InvalidFileError(f"{path} is a ZIP archive, but no .skops file: it has no schema")
        needed = sum(member.file_size for member in archive.infolist()) + _OF_JSON * schema
        check_unpacked(path, needed, advice)
        for name, times in _named(json.loads(archive.read("schema.json"))).items():
            if name in sizes:
                needed += (times - 1) * sizes[name] + times * _within(archive, name)
                check_unpacked(path, needed, advice)


def _named(schema: Any) -> Counter[str]:
    """Count how many objects of a schema have each member of the archive."""
    return Counter(name for _, name in set(_members(schema)))


def _members(schema: Any) -> Iterator[tuple[object, str]]:
    """Yield the identifier of each object that has a member, and the member's name."""
    left = [schema]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if isinstance(value.get("file"), str):
                known = value.get("__id__")  # objects of the same identifier are read once
                yield (known if isinstance(known, int) else object()), value["file"]
            left += value.values()
        elif isinstance(value, list):
            left += value


def _within(archive: ZipFile, name: str) -> int:
    """Return the bytes that a member takes which is an archive itself; 0 for any other."""
    with archive.open(name) as member:
        if member.read(2) != b"PK":
            return 0
        member.seek(0)
        with ZipFile(member) as inner:
            return sum(each.file_size for each in inner.infolist())
