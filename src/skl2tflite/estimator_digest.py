"""A digest of an estimator: of those fitted alike it is the same, in every process and with every hash seed."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NO_STATE = frozenset({"_sklearn_version", "_stop_words_id"})
"""Attributes that are not part of what was fitted: the version that pickles, an address in memory."""
_GENERATORS = (np.random.RandomState, np.random.Generator, np.random.BitGenerator, np.random.SeedSequence)
_TREES = frozenset({"KDTree", "BallTree", "KDTree64", "BallTree64", "KDTree32", "BallTree32"})
_COUNTERS = slice(7, 11)
"""Where the pickled state of scikit-learn's trees of neighbours counts how often they were asked."""


def estimator_digest(estimator: Any) -> str:
    """Return the SHA-256 of an estimator's class, parameters and fitted attributes, in hexadecimal digits.

    The digest of an object is that of its class and of the digests of what it holds: attributes, keys and the members
    of sets in an order of their own, an array's dtype, shape and elements, whatever its layout in memory. A function
    counts by its module, its name and what is bound to it. Objects of compiled code count by what they are pickled as,
    random number generators by their class. Versions of packages do not count, where they make the same attributes.

    Parameters
    ----------
    estimator : estimator
    """
    return _Walk().digest(estimator).hex()


class _Walk:
    """Digests of all that an object holds, each made once."""

    def __init__(self) -> None:
        self.made: dict[int, bytes] = {}
        self.open: dict[int, int] = {}
        self.kept: list[Any] = []

    def digest(self, value: Any) -> bytes:
        """Return an object's digest."""
        if type(value) is str:
            return _text(value)
        if type(value) in (bool, int, float, complex, type(None)):
            spelled = value.hex() if type(value) is float else str(value)
            return _digest(type(value).__name__, spelled.encode("utf-8", "surrogatepass"))
        if isinstance(value, bytes | bytearray):
            return _digest("bytes", bytes(value))
        if isinstance(value, np.ndarray | np.generic):
            return self._array(np.asarray(value))
        if id(value) in self.made:
            return self.made[id(value)]
        if id(value) in self.open:  # an object within itself
            return _digest("within", str(self.open[id(value)]).encode())
        self.open[id(value)] = len(self.open)
        try:
            found = self._of_object(value)
        finally:
            del self.open[id(value)]
        self.made[id(value)] = found
        self.kept.append(value)  # so that no other object gets its address
        return found

    def _all(self, kind: str, values: Iterable[Any]) -> bytes:
        return _digest(kind, *(_text(value) if type(value) is str else self.digest(value) for value in values))

    def _array(self, array: NDArray[Any]) -> bytes:
        """Return an array's digest; of a structured one that of each field, as anything may lie between fields."""
        kind = f"array {array.dtype.descr if array.dtype.names else array.dtype.str} {array.shape}"
        if array.dtype.names is not None:
            return _digest(kind, *(self._array(array[name]) for name in array.dtype.names))
        if array.dtype.hasobject or array.dtype.kind == "T":
            return self._all(kind, array.ravel().tolist())
        return _digest(kind, np.ascontiguousarray(array).tobytes())

    def _of_object(self, value: Any) -> bytes:
        if isinstance(value, np.dtype):
            return _digest("dtype", str(value.descr if value.names else value.str).encode())
        if isinstance(value, type):
            return _digest("class", _name(value).encode())
        if type(value) in (list, tuple):
            return self._all(type(value).__name__, value)
        if isinstance(value, set | frozenset):
            return _digest("set", *sorted(self.digest(item) for item in value))
        if type(value) is dict:
            return self._mapping("dict", value)
        if callable(value) and hasattr(value, "__qualname__"):
            return self._function(value)
        if isinstance(value, _GENERATORS):
            return _digest("generator", _name(type(value)).encode())
        return self._pickled(value)

    def _mapping(self, kind: str, value: Mapping[Any, Any]) -> bytes:
        return _digest(kind, *sorted(self.digest(key) + self.digest(item) for key, item in value.items()))

    def _function(self, value: Any) -> bytes:
        cells = [cell for cell in getattr(value, "__closure__", None) or () if _is_filled(cell)]
        bound = getattr(value, "__self__", None)
        held = [
            f"{getattr(value, '__module__', '')}.{value.__qualname__}",
            None if bound is None or type(bound).__name__ == "module" else bound,
            getattr(value, "__defaults__", None),
            [cell.cell_contents for cell in cells],
        ]
        return self._all("function", held)

    def _pickled(self, value: Any) -> bytes:
        """Return the digest of what an object is pickled as; of its attributes where it cannot be pickled."""
        name = _name(type(value))
        try:
            parts = value.__reduce_ex__(4)
        except (TypeError, ValueError, pickle.PicklingError):
            return self._state(name, getattr(value, "__dict__", None))
        if isinstance(parts, str):
            return _digest("global", parts.encode())
        _, arguments, state, *streams = (*parts, None, None, None)[:5]
        if type(value).__name__ in _TREES and isinstance(state, tuple):
            state = (*state[: _COUNTERS.start], *state[_COUNTERS.stop :])
        items = [None if stream is None else list(stream) for stream in streams]
        return _digest(f"object {name}", self.digest(arguments), self._state("state", state), self.digest(items))

    def _state(self, name: str, state: Any) -> bytes:
        if isinstance(state, dict):
            state = {key: each for key, each in state.items() if key not in _NO_STATE}
        return _digest(name, self.digest(state))


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _text(text: str) -> bytes:
    """Return the digest of a text, as :func:`_digest` makes it: large vocabularies have many."""
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"str" + len(data).to_bytes(8, "little") + data).digest()


def _digest(kind: str, *parts: bytes) -> bytes:
    """Return the digest of a kind and of parts, each with its length, so that no two sequences are alike."""
    framed = (piece for part in parts for piece in (len(part).to_bytes(8, "little"), part))
    return hashlib.sha256(b"".join((kind.encode(), *framed))).digest()
