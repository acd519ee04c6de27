"""The golden rows, and the example, in C++."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skl2tflite.bundle.apps.golden import Cell, GoldenRows
from skl2tflite.bundle.apps.typed import Call, Member, Value
from skl2tflite.bundle.cpp import literals
from skl2tflite.bundle.cpp.source import Source
from skl2tflite.escaping import cpp_string

_MISSING = {-1: "Category::Unknown()", -2: "Category::Missing()", -3: "Category::None()", -4: "Category::NA()"}


@dataclass(frozen=True)
class GoldenSource:
    """The parts of the test, and of the example, that differ from model to model.

    Attributes
    ----------
    source : Source
    golden : GoldenRows
    """

    source: Source
    golden: GoldenRows

    def rows(self) -> str:
        """Return a function for each row."""
        return "\n".join(
            "\n".join([f"Features Row{at}() {{", "  Features row;", *self.cells(at), "  return row;", "}", ""])
            for at in range(self.golden.count)
        )

    def row_calls(self) -> str:
        """Return the calls of these functions."""
        return ", ".join(f"Row{at}()" for at in range(self.golden.count))

    def cells(self, at: int) -> list[str]:
        """Return the lines that set the features of a row."""
        if self.golden.row.is_array:
            return [f"  row.x = {{{literals.floats(self.golden.array(at))}}};"]
        return [
            f"  row.{member.name} = {literal(self.golden.cell(at, member), member)};"
            for member in self.golden.row.members
        ]

    def tensor_checks(self) -> str:
        """Return the lines that compare what tensors hold of the rows."""
        lines = []
        for tensor in self.golden.row.tensors:
            held = f"tensors.{self.source.tensors[self.golden.row.name, tensor.name]}"
            expected = _numbers(self.golden.tensor(tensor.name).reshape(-1))
            lines += [
                "  actual.clear();",
                f"  Add({held}, &actual);",
                f"  failures += Compare({cpp_string(tensor.name)}, 0, actual, {{{expected}}}, {{0}});",
            ]
        return "\n".join(lines)

    def method_checks(self) -> str:
        """Return a function for each method, which compares its answers."""
        return "\n".join(map(self._method_check, self.golden.calls))

    def method_check_calls(self) -> str:
        """Return the calls of these functions."""
        return "\n".join(f"    failures += Check{call.name}(&model);" for call in self.golden.calls)

    def _method_check(self, call: Call) -> str:
        answered = self.golden.answered(call)
        expected = [
            ", ".join(_numbers(self.golden.answers(call, value)[at]) for value in call.values) if answered[at] else ""
            for at in range(self.golden.count)
        ]
        tolerances = ", ".join(_numbers(self.golden.tolerances(call, value)) for value in call.values)
        adds = " ".join(f"Add(result.{value.name}, &numbers);" for value in call.values)
        return "\n".join(
            [
                f"int Check{call.name}(Model* model) {{",
                f"  return CheckMethod<Features, {call.result}>(",
                f"      {cpp_string(call.method.name)}, GoldenRows(),",
                f"      [model](const Features& row) {{ return model->{call.name}(row); }},",
                f"      [model](const std::vector<Features>& rows) {{ return model->{call.name}(rows); }},",
                f"      [](const {call.result}& result) {{ Numbers numbers; {adds} return numbers; }},",
                f"      {{{', '.join(f'Numbers{{{each}}}' for each in expected)}}},",
                f"      {{{tolerances}}});",
                "}",
                "",
            ]
        )

    def setters(self) -> str:
        """Return the lines of the example that set features by name."""
        if self.golden.row.is_array:
            return "\n".join(
                [
                    f"  for (size_t i = 0; i < {len(self.golden.row.features)}; ++i) {{",
                    '    if (name == "x" + std::to_string(i)) {',
                    "      row->x[i] = ToNumber(name, text);",
                    "      return true;",
                    "    }",
                    "  }",
                ]
            )
        return "\n".join(
            f"  if (name == {cpp_string(member.feature.name)}) {{\n    row->{member.name} = {_parsed(member)};\n"
            "    return true;\n  }"
            for member in self.golden.row.members
        )

    def printed(self) -> str:
        """Return the lines of the example that print answers."""
        return "\n".join(line for call in self.golden.calls for line in _printed(call))


def literal(cell: Cell, member: Member) -> str:
    """Return the expression of the value of a member."""
    if member.feature.kind == "category":
        return f"Category({_text(cell)})" if isinstance(cell, str) else _MISSING[int(cell)]
    return _text(cell) if isinstance(cell, str) else literals.number(cell)


def _text(text: str) -> str:
    return f"std::string({literals.view(text)})" if "\0" in text else f"std::string({cpp_string(text)})"


def _numbers(numbers: Iterable[object]) -> str:
    return ", ".join(_number(float(number)) for number in np.asarray(numbers).tolist())


def _number(number: float) -> str:
    if np.isnan(number):
        return "kMissing"
    return repr(number) if np.isfinite(number) else "kInfinity" if number > 0 else "-kInfinity"


def _parsed(member: Member) -> str:
    match member.feature.kind:
        case "category":
            return "ToCategory(text)"
        case "text":
            return "text"
        case "boolean":
            return "ToBool(name, text)"
        case "integer":
            return "ToWhole(name, text)"
        case _:
            return "ToNumber(name, text)"


def _printed(call: Call) -> list[str]:
    about = cpp_string(call.method.name)[1:-1].replace("%", "%%")
    lines = ["    {", f"      const auto result = model.{call.name}(row);", f'      std::printf("{about}:");']
    for value in call.values:
        lines.append(_print(value))
        if value.label is not None:
            (labels,), held = value.labels, f"result.{value.label}"
            lines.append(
                f'      std::printf(" label %.*s", static_cast<int>({held}.size()), {held}.data());'
                if labels.type is str
                else f'      std::printf(" label %g", static_cast<double>({held}));'
            )
    return [*lines, '      std::printf("\\n");', "    }"]


def _print(value: Value) -> str:
    if value.is_scalar:
        return f'      std::printf(" %.9g", static_cast<double>(result.{value.name}));'
    return f'      for (const auto each : result.{value.name}) std::printf(" %.9g", static_cast<double>(each));'
