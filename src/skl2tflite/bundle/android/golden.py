"""The golden rows, and the tests that compare with them, in Kotlin."""

from __future__ import annotations

from dataclasses import dataclass

from skl2tflite.bundle.android import literals
from skl2tflite.bundle.apps.golden import Cell, GoldenRows
from skl2tflite.bundle.apps.typed import Call, Member

_MISSING = {-1: "Category.UNKNOWN", -2: "Category.MISSING", -3: "Category.NONE", -4: "Category.NA"}


@dataclass(frozen=True)
class GoldenSource:
    """The parts of the tests that differ from model to model.

    Attributes
    ----------
    golden : GoldenRows
    """

    golden: GoldenRows

    def row_functions(self) -> str:
        """Return a function for each row: the JVM has functions of no more than 65 535 bytes."""
        return "\n".join(
            f"    private fun row{at}() = Features({','.join(self.cells(at, 8))}\n    )\n"
            for at in range(self.golden.count)
        )

    def cells(self, at: int, indent: int) -> list[str]:
        """Return the arguments that make a row."""
        gap = "\n" + " " * indent
        if self.golden.row.is_array:
            return [f"{gap}x = floats({literals.numbers(self.golden.array(at))})"]
        return [
            f"{gap}{member.name} = {literal(self.golden.cell(at, member), member)}"
            for member in self.golden.row.members
        ]

    def tensors(self) -> str:
        """Return what tensors hold of the rows."""
        return ",".join(
            f"\n        {literals.text(name)} to numbers({literals.numbers(self.golden.tensor(name).reshape(-1))})"
            for name in (tensor.name for tensor in self.golden.row.tensors)
        )

    def answers(self) -> str:
        """Return the answers of each method."""
        return "\n".join(map(self._answers, self.golden.calls))

    def _answers(self, call: Call) -> str:
        answered = self.golden.answered(call)
        lines = [
            f"    /** The answers of `{call.name}`: null for a row without one. */",
            f"    fun {call.name}(): List<DoubleArray?> = listOf(",
        ]
        rows = []
        for at in range(self.golden.count):
            numbers = [number for value in call.values for number in self.golden.answers(call, value)[at].tolist()]
            rows.append(f"        numbers({literals.numbers(numbers)})" if answered[at] else "        null")
        tolerances = [number for value in call.values for number in self.golden.tolerances(call, value)]
        return "\n".join(
            [
                *lines, ",\n".join(rows), "    )", "",
                f"    val {call.name}Tolerances: DoubleArray get() = numbers({literals.numbers(tolerances)})", "",
            ]
        )  # fmt: skip

    def tests(self) -> str:
        """Return a test for each method."""
        return "\n".join(map(_test, self.golden.calls))


def _test(call: Call) -> str:
    return "\n".join(
        [
            "    @Test",
            f"    fun {call.name}() {{",
            "        MODEL_CLASS(InstrumentationRegistry.getInstrumentation().targetContext).use { model ->",
            "            for ((at, row) in Golden.rows().withIndex()) {",
            f"                val expected = Golden.{call.name}()[at]",
            "                try {",
            f"                    val actual = numbers(model.{call.name}(row))",
            "                    assertNull(Golden.difference(\"row \" + at, actual, expected ?: doubleArrayOf(), "
            f"Golden.{call.name}Tolerances))",
            "                } catch (error: NoAnswerException) {",
            "                    assertNull(expected)",
            "                }",
            "            }",
            "        }",
            "    }",
            "",
            f"    private fun numbers(result: {call.result}): DoubleArray = {_sum(call)}",
            "",
        ]
    )  # fmt: skip


def _sum(call: Call) -> str:
    parts = []
    for value in call.values:
        held = f"result.{value.name}"
        each = "(if ({}) 1.0 else 0.0)" if value.output.dtype == "bool" else "{}.toDouble()"
        parts.append(f"listOf({each.format(held)})" if value.is_scalar else f"{held}.map {{ {each.format('it')} }}")
    return "(" + " + ".join(parts) + ").toDoubleArray()"


def literal(cell: Cell, member: Member) -> str:
    """Return the expression of the value of a member."""
    if member.feature.kind == "category":
        return f"Category({literals.text(cell)})" if isinstance(cell, str) else _MISSING[int(cell)]
    return literals.text(cell) if isinstance(cell, str) else literals.number(cell)
