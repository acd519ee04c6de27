"""The golden rows, and the tests that compare with them, in Swift."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from skl2tflite.bundle.apps.golden import Cell, GoldenRows
from skl2tflite.bundle.apps.typed import Call, Member
from skl2tflite.bundle.ios import literals
from skl2tflite.bundle.ios.source import tensor_members

_MISSING = {-1: ".unknown", -2: ".missing", -3: ".pythonNone", -4: ".na"}


@dataclass(frozen=True)
class GoldenSource:
    """The parts of the tests that differ from model to model.

    Attributes
    ----------
    golden : GoldenRows
    """

    golden: GoldenRows

    def numbers(self) -> bytes:
        """Return the file of what tensors hold, of the answers, and of by how much they may differ."""
        golden = self.golden
        document = {
            "tensors": [_json(golden.tensor(tensor.name).reshape(-1)) for tensor in golden.row.tensors],
            "answers": {call.name: self._answers(call) for call in golden.calls},
            "tolerances": {
                call.name: [float(each) for value in call.values for each in golden.tolerances(call, value)]
                for call in golden.calls
            },
        }
        return json.dumps(document, allow_nan=False).encode()

    def _answers(self, call: Call) -> list[list[float | None] | None]:
        """Return the answers of each row; None where there is none."""
        answered = self.golden.answered(call)
        return [
            _json(number for value in call.values for number in self.golden.answers(call, value)[at])
            if answered[at]
            else None
            for at in range(self.golden.count)
        ]

    def row_functions(self) -> str:
        """Return a function for each row."""
        return "\n".join(
            f"  static func row{at}() -> Features {{\n    return Features({','.join(self.cells(at, 6))}\n    )\n  }}\n"
            for at in range(self.golden.count)
        )

    def cells(self, at: int, indent: int) -> list[str]:
        """Return the arguments that make a row."""
        gap = "\n" + " " * indent
        if self.golden.row.is_array:
            return [f"{gap}x: [{literals.numbers(self.golden.array(at))}]"]
        return [
            f"{gap}{member.name}: {_cell(self.golden.cell(at, member), member)}" for member in self.golden.row.members
        ]

    def tensor_checks(self) -> str:
        """Return the lines that compare what tensors hold of the rows."""
        lines, members = [], tensor_members(self.golden.row)
        for at, tensor in enumerate(self.golden.row.tensors):
            zero = {"float32": "Float(0)", "int32": "Int32(0)", "bool": "UInt8(0)"}[tensor.dtype]
            count = self.golden.tensor(tensor.name).size
            actual = f"held({zero}, tensors.{members[tensor.name]}, 0, {count}).map {{ Double($0) }}"
            lines.append(f"    Golden.compare({literals.text(tensor.name)}, {actual}, expected[{at}], [0])")
        return "\n".join(lines)

    def tests(self) -> str:
        """Return a test for each method."""
        return "\n".join(map(_test, self.golden.calls))


def _test(call: Call) -> str:
    name = call.name[:1].upper() + call.name[1:]
    parts = []
    for value in call.values:
        each = "({} ? 1.0 : 0.0)" if value.output.dtype == "bool" else "Double({})"
        held = f"result.{value.name}"
        parts.append(f"[{each.format(held)}]" if value.is_scalar else f"{held}.map {{ {each.format('$0')} }}")
    return "\n".join(
        [
            f"  func test{name}() throws {{",
            "    let numbers = try Golden.numbers()",
            "    let model = try MODEL_CLASS()",
            f"    let expected = try XCTUnwrap(numbers.answers[{literals.text(call.name)}])",
            f"    let tolerances = try XCTUnwrap(numbers.tolerances[{literals.text(call.name)}])",
            "    for (at, row) in Golden.rows().enumerated() {",
            "      guard let answer = expected[at] else {",
            f"        XCTAssertThrowsError(try model.{call.name}(row))",
            "        continue",
            "      }",
            f"      let result = try model.{call.name}(row)",
            f"      let actual: [Double] = {' + '.join(parts)}",
            '      Golden.compare("row " + String(at), actual, answer, tolerances)',
            "    }",
            "  }",
            "",
        ]
    )


def _json(numbers: Iterable[float]) -> list[float | None]:
    """Return numbers as JSON holds them; null for what is no finite number."""
    return [float(each) if math.isfinite(each) else None for each in numbers]


def _cell(cell: Cell, member: Member) -> str:
    if member.feature.kind == "category":
        return f"Category({literals.text(cell)})" if isinstance(cell, str) else _MISSING[int(cell)]
    return literals.text(cell) if isinstance(cell, str) else literals.number(cell)
