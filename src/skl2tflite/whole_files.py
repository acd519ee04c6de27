"""Files and folders that are read and written whole, or not at all.

What is written has a name of its own until it is complete and on the disk. Its writer holds a lock on it, which the
system releases when the writer ends, however it ends. What nobody holds was left behind by a run that was killed, and
the next one that writes into the folder removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from skl2tflite.errors import InvalidFileError, InvalidInputError

try:
    import fcntl
except ImportError:  # Windows, where nothing is locked, and nothing removed that was left behind
    fcntl = None  # type: ignore[assignment]

_PREFIX, _SUFFIX = ".skl2tflite.", ".partial"


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

    It has the permissions of the file that it replaces. A symbolic link is followed to the file that it leads to.

    Raises
    ------
    InvalidInputError
        Where the path is that of a device.
    OSError
        Where the path is that of a folder, or the folder does not exist or cannot be written to.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a file in it", str(path))
    if path.exists() and not path.is_file():
        raise InvalidInputError(f"{path} is a device or a pipe, which a file would replace; name a file")
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {target.parent}")
    replaced = target.stat() if target.is_file() else None

    # What replaces a file is for its owner alone until it has the permissions of the other.
    mode = 0o666 if replaced is None else 0o600
    with (
        _naming(path),
        _partial(target.parent, lambda name: os.close(os.open(name, os.O_CREAT | os.O_EXCL, mode))) as name,
    ):
        _write(name, content)
        if replaced is not None:
            with contextlib.suppress(OSError, AttributeError):  # of a group that the user is not in, or on Windows
                os.chown(name, -1, replaced.st_gid)
            os.chmod(name, stat.S_IMODE(replaced.st_mode))
        os.replace(name, target)
    _sync(target.parent)


def write_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files: whole, or not at all.

    Parameters
    ----------
    target : Path
        It does not exist, or is an empty folder.
    contents : mapping of str to bytes
        The files, by their paths within the folder.

    Raises
    ------
    OSError
        Where the folder that it is to be in does not exist or cannot be written to.
    """
    target = target.absolute()
    with _naming(target), _partial(target.parent, os.mkdir) as name:
        for path, content in contents.items():
            file = name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, content)
        if target.exists():
            target.rmdir()
        name.rename(target)
    _sync(target.parent)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    """Put on the disk which files a folder has; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Raise the system's errors as errors about a path, not about the name that it has until it is whole."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


@contextlib.contextmanager
def _partial(folder: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    """Make something under a name of its own, and hold a lock on it; remove it if the block does not end well."""
    _clear(folder)
    lock = None
    while lock is None:
        name = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
        make(name)
        lock = _locked(name)
    try:
        yield name
    except BaseException:
        _remove(name)
        raise
    finally:
        os.close(lock)


def _locked(name: Path) -> int | None:
    """Return a descriptor that holds a lock on a file or folder; None where another run has just removed it."""
    if fcntl is None:
        return os.open(os.devnull, os.O_RDONLY)
    try:
        handle = os.open(name, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with contextlib.suppress(OSError):  # not every file system has locks; then nobody takes this for left behind
        fcntl.flock(handle, fcntl.LOCK_EX)
    if name.exists():
        return handle
    os.close(handle)
    return None


def _clear(folder: Path) -> None:
    """Remove what runs that were killed have left behind in a folder."""
    if fcntl is None:
        return
    with os.scandir(folder) as entries:
        left = [e.path for e in entries if e.name.startswith(_PREFIX) and e.name.endswith(_SUFFIX)]
    for path in left:
        with contextlib.suppress(OSError):  # its writer holds it, or it is another user's
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(Path(path))
            finally:
                os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
