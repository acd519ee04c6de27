"""How much memory a piece of work takes at most, as the kernel counts it."""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterable
from pathlib import Path

ALWAYS, PER_BYTE = 64 << 20, 8
"""What a file may take: so many bytes, and so many for each of its own."""


def allowed(size: int) -> int:
    """Return the bytes of memory that a file of a size may take."""
    return ALWAYS + PER_BYTE * size


def _field(process: int, name: str) -> int:
    """Return a field of a process in bytes, 0 where the process has gone."""
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def address_space(process: int) -> int:
    """Return the size of a process's address space in bytes."""
    return _field(process, "VmSize")


class Peak:
    """The most memory that processes have held since this object was made, in bytes above what they held then.

    Parameters
    ----------
    processes : callable
        Returns the processes' numbers; those that come later count from nothing.
    """

    def __init__(self, processes: Callable[[], Iterable[int]]) -> None:
        self._processes = processes
        self._before: dict[int, int] = {}
        with contextlib.suppress(AttributeError):  # of another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)  # what was freed before would hide what is taken now
        for process in processes():
            Path(f"/proc/{process}/clear_refs").write_text("5")  # the peak starts anew
            self._before[process] = _field(process, "VmRSS")

    def bytes(self) -> int:
        """Return the peak in bytes."""
        return sum(max(0, _field(p, "VmHWM") - self._before.get(p, 0)) for p in self._processes())
