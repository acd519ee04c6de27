"""The struct ``Features`` of the generated C++, which has a member for each feature, and its golden rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.reader import read
from skl2tflite.bundle import cpp_names
from skl2tflite.escaping import cpp_comment
from skl2tflite.features import INPUT_NAME, ColumnSpec, Features
from skl2tflite.model import TFLiteModel

TYPES = {"float32": "float", "int32": "int32_t", "bool": "bool"}
"""Types in C++, by the dtypes of tensors."""
_USED = 4
"""Number of features that the README's example sets."""


@dataclass(frozen=True)
class Inputs:
    """The inputs of a model and the rows of its golden vectors.

    Parameters
    ----------
    features : Features
        What rows the model's method takes.
    tensors : tuple of str
        Names of the input tensors, in the interpreter's order.
    rows : mapping of str to ndarray
        The rows of the golden vectors, for each input tensor.
    """

    features: Features
    tensors: tuple[str, ...]
    rows: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, model: TFLiteModel, rows: Mapping[str, NDArray[Any]]) -> Inputs:
        """Return the inputs of a model of one method."""
        program = read(bytes(model))
        (signature,) = program.signatures
        order = program.subgraphs[signature.subgraph].inputs
        tensors = tuple(sorted(signature.inputs, key=lambda name: order.index(signature.inputs[name])))
        return cls(model.facts.features_of(signature.key), tensors, {name: rows[name] for name in tensors})

    @cached_property
    def _columns(self) -> dict[str, ColumnSpec]:
        """The columns that have a tensor each, by their names in C++, in the model's order."""
        columns = [column for column in self.features.columns or () if column.name in self.tensors]
        return dict(zip(cpp_names.identifiers([column.name for column in columns]), columns, strict=True))

    @property
    def count(self) -> int:
        """Number of features."""
        return self.features.count if self.features.columns is None else len(self._columns)

    @cached_property
    def _members(self) -> list[tuple[str, str, str]]:
        """Type, name and comment of each member of the struct."""
        if self.features.columns is not None:
            return [
                ("float", f"{name}[{len(c.categories or ())}]", self._remark(name, c))
                if c.dtype == "counts"
                else (TYPES[c.dtype], name, self._remark(name, c))
                for name, c in self._columns.items()
            ]
        if self.features.names is None:
            return [("float", f"x[{self.count}]", "")]
        names = cpp_names.identifiers(self.features.names)
        return [("float", n, _given(n, given)) for n, given in zip(names, self.features.names, strict=True)]

    @staticmethod
    def _remark(name: str, column: ColumnSpec) -> str:
        given = _given(name, column.name)
        if column.categories is None:
            return given
        if column.dtype == "counts":
            return f"{given}{', ' if given else ''}how often each term of {_table(name)} is in the text"
        return f"{given}{', ' if given else ''}position in {_table(name)}, or what CodeOf() gives for a text"

    def members(self) -> str:
        """Return the members of the struct."""
        return "\n".join(
            f"  {kind} {name};" + (f"  // {remark}" if remark else "") for kind, name, remark in self._members
        )

    def check(self) -> str:
        """Return what the compiler checks of the struct: that its floats follow one another, as in the tensor."""
        if self.features.columns is not None:
            return ""
        return '\nstatic_assert(sizeof(Features) == kFeatureCount * sizeof(float), "features follow one another");'

    def _vocabularies(self) -> dict[str, tuple[str, ...]]:
        return {_table(name): c.categories for name, c in self._columns.items() if c.categories is not None}

    def declarations(self) -> str:
        """Return the declarations of the tables of categories, for the header."""
        tables = self._vocabularies()
        if not tables:
            return ""
        return (
            "\n".join(
                f"constexpr int {table}Count = {len(texts)};\nextern const char* const {table}[{max(1, len(texts))}];"
                for table, texts in tables.items()
            )
            + "\n\n// What stands for a category in Features: its position in the table, or one of these.\n"
            "constexpr int32_t kUnknownCategory = -1;\nconstexpr int32_t kMissingCategory = -2;  // NaN\n"
            "constexpr int32_t kNoneCategory = -3;     // None\n\n"
            "// The position of a text in a table, or kUnknownCategory.\n"
            "int32_t CodeOf(const char* text, const char* const* table, int count);\n\n"
        )

    def definitions(self) -> str:
        """Return the tables of categories, for the source file."""
        tables = self._vocabularies()
        if not tables:
            return ""
        arrays = (
            f"\nconst char* const {table}[{max(1, len(texts))}] = {{\n"
            + "".join(f"    {cpp_names.text(text, 'category')},\n" for text in texts or ("",))
            + "};\n"
            for table, texts in tables.items()
        )
        return "".join(arrays) + (
            "\nint32_t CodeOf(const char* text, const char* const* table, int count) {\n"
            "  for (int code = 0; code < count; ++code) {\n    if (std::strcmp(text, table[code]) == 0) {\n"
            "      return code;\n    }\n  }\n  return kUnknownCategory;\n}\n"
        )

    def writes(self) -> str:
        """Return the statements that fill the interpreter's inputs."""
        if self.features.columns is None:
            return "  std::memcpy(interpreter_.input(0)->data.raw, &features, sizeof(features));"
        return "\n".join(
            f"  std::memcpy(interpreter_.input({self.tensors.index(column.name)})->data.raw, &features.{name}, "
            f"sizeof(features.{name}));"
            for name, column in self._columns.items()
        )

    def usage(self, namespace: str) -> str:
        """Return statements that set some features, for the README."""
        if self.features.columns is None and self.features.names is None:
            lines = [f"features.x[{i}] = …;" for i in range(self.count)]
        else:
            lines = [self._statement(name, namespace) for _, name, _ in self._members]
        return "\n".join(lines[:_USED]) + ("\n…" if len(lines) > _USED else "")

    def _statement(self, name: str, namespace: str) -> str:
        if name.endswith("]"):
            name = name[: name.index("[")]
            return f"features.{name}[{self._value(name, namespace)}] += 1;  // for each term that is known"
        return f"features.{name} = {self._value(name, namespace)};"

    def _value(self, name: str, namespace: str) -> str:
        table = f"{namespace}::{_table(name)}"
        return f"{namespace}::CodeOf(…, {table}, {table}Count)" if _table(name) in self._vocabularies() else "…"

    def golden(self) -> str:
        """Return the golden rows as initializers of ``Features``."""
        if self.features.columns is None:
            braces = ("{", "}") if self.features.names is not None else ("{{", "}}")
            rows = (", ".join(map(cpp_names.number, row)) for row in self.rows[INPUT_NAME])
        else:
            braces = ("{", "}")
            arrays = [self.rows[column.name] for column in self._columns.values()]
            rows = (", ".join(_cell(cell) for cell in cells) for cells in zip(*arrays, strict=True))
        return "\n".join(f"    {braces[0]}{row}{braces[1]}," for row in rows)


def _cell(cell: Any) -> str:
    """Return the initializer of a member: a number, or an array of numbers."""
    return f"{{{', '.join(map(cpp_names.number, cell))}}}" if np.ndim(cell) else cpp_names.number(cell)


def _table(name: str) -> str:
    words = (f"_{word}" if word[:1].isdigit() else word.capitalize() for word in name.split("_"))
    return f"k{''.join(words)}Categories"


def _given(name: str, given: str) -> str:
    return "" if given == name else cpp_comment(given)


def made_up(features: Features, count: int) -> dict[str, NDArray[Any]]:
    """Return made-up rows for all inputs: they test that the device computes as this machine does, no more."""
    random = np.random.default_rng(0)

    def numbers(columns: int) -> NDArray[np.float32]:
        drawn = random.normal(scale=3.0, size=(count - 2, columns))
        ends = np.repeat([[0.0], [1.0]], columns, axis=1)
        return np.round(np.concatenate([ends, drawn]), 3).astype(np.float32)

    if features.columns is None:
        return {INPUT_NAME: numbers(features.count)}
    made: dict[str, NDArray[Any]] = {}
    for column in features.columns:
        if column.dtype == "counts":
            made[column.name] = random.integers(0, 3, (count, len(column.categories or ()))).astype(np.float32)
        elif column.categories is not None:
            made[column.name] = random.integers(-1, max(1, len(column.categories)), count, dtype=np.int32)
        elif column.dtype == "float32":
            made[column.name] = numbers(1)[:, 0]
        else:
            made[column.name] = (np.arange(count) % 2).astype(column.dtype)
    return made
