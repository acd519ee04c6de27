"""What a file says of itself, as JSON: every field is asked for by its name and type before anything uses it."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from skl2tflite.errors import InvalidFileError

_T = TypeVar("_T", str, int, float, bool, "list[object]", "dict[str, object]")

_CALLED: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
LARGEST = 2**31 - 1
"""Of whole numbers: no tensor has more elements along an axis."""
Scalar = str | int | float | bool | None


def damaged(place: str, what: object) -> InvalidFileError:
    """Return the error for a field that is not what it should be."""
    return InvalidFileError(f"the file's facts about its estimator are damaged: {place} {what}")


class Fields:
    """The fields of one object.

    Parameters
    ----------
    value : object
        What JSON gave.
    place : str
        Where in the file it was, for errors.

    Raises
    ------
    InvalidFileError
        Where it is no object. All methods raise it too, where a field is missing or of another type.
    """

    def __init__(self, value: object, place: str) -> None:
        self.place = place
        self._fields: dict[str, object] = _typed(value, dict, place)

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def names(self) -> tuple[str, ...]:
        """Return the fields' names."""
        return tuple(self._fields)

    def get(self, name: str, kind: type[_T]) -> _T:
        """Return a field that must be there."""
        value: _T = _typed(self._fields.get(name), kind, self.at(name))
        return value

    @overload
    def maybe(self, name: str, kind: type[_T]) -> _T | None: ...
    @overload
    def maybe(self, name: str, kind: type[_T], default: _T) -> _T: ...
    def maybe(self, name: str, kind: type[_T], default: _T | None = None) -> _T | None:
        """Return a field, or what stands for it where it is missing or null."""
        return self.get(name, kind) if name in self else default

    def count(self, name: str, most: int = LARGEST) -> int:
        """Return a field that is a number from 0."""
        return bounded(self.get(name, int), self.at(name), most)

    def many(self, name: str, kind: type[_T]) -> tuple[_T, ...]:
        """Return a list whose items are of one type."""
        return tuple(_typed(item, kind, f"{self.at(name)}[{i}]") for i, item in enumerate(self.get(name, list)))

    def maybe_many(self, name: str, kind: type[_T]) -> tuple[_T, ...] | None:
        """Return a list whose items are of one type, None where it is missing or null."""
        return self.many(name, kind) if name in self else None

    def holds(self, name: str, value: str) -> bool:
        """Whether a field is a certain text."""
        held = self._fields.get(name)
        return isinstance(held, str) and held == value

    def is_list(self, name: str) -> bool:
        """Whether a field is a list."""
        return isinstance(self._fields.get(name), list)

    def lists(self, name: str) -> tuple[tuple[object, ...], ...]:
        """Return the lists of a list; none where it is missing or null."""
        return tuple(
            tuple(_typed(item, list, f"{self.at(name)}[{i}]")) for i, item in enumerate(self.maybe(name, list) or ())
        )

    def fields(self, name: str) -> Fields:
        """Return an object within this one."""
        return Fields(self._fields.get(name), self.at(name))

    def several(self, name: str) -> tuple[Fields, ...]:
        """Return the objects of a list."""
        return tuple(Fields(item, f"{self.at(name)}[{i}]") for i, item in enumerate(self.get(name, list)))

    def choice(self, name: str, choices: Any) -> str:
        """Return a text that is one of some."""
        value = self.get(name, str)
        if value not in choices:
            raise damaged(self.at(name), f"is {value!r:.80}")
        return value

    def at(self, name: str) -> str:
        """Return where a field is."""
        return f"{self.place}.{name}"


def scalars(values: object, place: str) -> list[Scalar]:
    """Return a list of texts, numbers, truth values and nulls."""
    items: list[Scalar] = _typed(values, list, place)
    if not all(item is None or isinstance(item, str | int | float) for item in items):
        raise damaged(place, "holds lists or objects")
    return items


def bounded(value: int, place: str, most: int = LARGEST) -> int:
    """Return a number that must be from 0 to a greatest one."""
    if not 0 <= value <= most:
        raise damaged(place, f"is {value if abs(value) < 10**30 else 'huge'}, expected 0 to {most}")
    return value


def within(value: float, place: str) -> None:
    """Raise where a number is beyond float64."""
    try:
        float(value)
    except OverflowError:
        raise damaged(place, "holds a number beyond float64") from None


def _typed(value: object, kind: type[Any], place: str) -> Any:
    """Return a value of a type; true and false are no numbers."""
    taken = (int, float) if kind is float else kind
    if not isinstance(value, taken) or (isinstance(value, bool) and kind is not bool):
        raise damaged(place, f"is {_CALLED.get(type(value), 'odd')}, expected {_CALLED[kind]}")
    return value
