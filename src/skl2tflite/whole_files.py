"""Files that are read and written whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from skl2tflite.errors import InvalidFileError, InvalidInputError


def read_whole(path: Path, most: int) -> bytes:
    """Read a file.

    Raises
    ------
    InvalidFileError
        Where the path is that of a device, or the file has more bytes than may be.
    OSError
        Where it cannot be read.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InvalidFileError(f"{path} is no regular file")
    size = path.stat().st_size
    if size > most:
        raise InvalidFileError(f"{path} has {size / 2**30:.1f} GiB, and {most / 2**30:.0f} GiB at most are read")
    return path.read_bytes()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file: whole, or not at all.

    Raises
    ------
    InvalidInputError
        Where the path is that of a device.
    OSError
        Where the folder does not exist or cannot be written to.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise InvalidInputError(f"{path} is a device or a pipe, which a file would replace; name a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {path.parent}")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
