"""The C++ that is made of a file's contract: types by name, and how they become tensors and come from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from skl2tflite.app_contract import Input
from skl2tflite.bundle import cpp_names
from skl2tflite.bundle.apps.spelling import Spelling, camel, snake
from skl2tflite.bundle.apps.typed import App, Call, LabelList, Member, RowType, Value
from skl2tflite.bundle.cpp import literals
from skl2tflite.escaping import cpp_comment, cpp_string

SPELLING = Spelling(cpp_names.WORDS, snake, camel, camel)
RESERVED = ("append", "model", "features", "category", "vocabulary", "number", "code", "one_of", "error", "runner")
"""Names of the bundle's own functions and types, in any spelling of letters."""
_TYPES = {"float32": "float", "int32": "int32_t", "bool": "bool"}
_ELEMENTS = {"float32": "float", "int32": "int32_t", "bool": "uint8_t"}
"""Types of what vectors hold, by the dtypes of tensors: vectors of ``bool`` have no bytes."""
_LABELS = {str: "std::string_view", bool: "bool", int: "int64_t", float: "double"}


@dataclass(frozen=True)
class Source:
    """The parts of a bundle's C++ that differ from model to model.

    Attributes
    ----------
    app : App
    name : str
        The namespace.
    """

    app: App
    name: str

    @cached_property
    def tensors(self) -> dict[tuple[str, str], str]:
        """The members that hold the tensors of a type of rows, by the names of both."""
        return {
            (row.name, tensor.name): name
            for row in self.app.rows
            for tensor, name in zip(row.tensors, SPELLING.members(each.name for each in row.tensors), strict=True)
        }

    # --- rows -----------------------------------------------------------------------------------------

    def row_types(self) -> str:
        """Return the types of rows, and of the tensors that are made of them."""
        return "\n".join(self._row_type(row) for row in self.app.rows)

    def _row_type(self, row: RowType) -> str:
        members = [f"  std::array<float, {len(row.features)}> x{{}};"] if row.is_array else map(_member, row.members)
        held = [
            f"  std::vector<{_ELEMENTS[tensor.dtype]}> {self.tensors[row.name, tensor.name]};" for tensor in row.tensors
        ]
        return "\n".join(
            [
                f"// What {', '.join(call.name for call in self.app.calls if call.row == row)} takes: one row.",
                f"struct {row.name} {{", *members, "};", "",
                "// The tensors of some rows, one row after the other.",
                f"struct {row.name}Tensors {{", *held, "};", "",
                "// Appends what the tensors hold of a row. Raises Error for a row that scikit-learn refuses.",
                f"void Append(const {row.name}& row, {row.name}Tensors* tensors);", "",
            ]
        )  # fmt: skip

    def vocabularies(self) -> tuple[str, str]:
        """Return the declarations and definitions of vocabularies."""
        declared, defined = [], []
        for row in self.app.rows:
            for member in row.members:
                if member.feature.kind == "category":
                    texts = ", ".join(map(literals.view, member.feature.categories or ()))
                    declared.append(f"const Vocabulary& {member.vocabulary}();")
                    defined.append(
                        f"const Vocabulary& {member.vocabulary}() {{\n  static const Vocabulary vocabulary"
                        f"(std::vector<std::string_view>{{{texts}}});\n  return vocabulary;\n}}\n"
                    )
        return "\n".join(declared), "\n".join(defined)

    def appends(self) -> str:
        """Return the definitions of the functions that append rows to tensors."""
        return "\n".join(
            "\n".join(
                [
                    f"void Append(const {row.name}& row, {row.name}Tensors* tensors) {{",
                    *(line for tensor in row.tensors for line in self._fill(row, tensor)),
                    "}",
                    "",
                ]
            )
            for row in self.app.rows
        )

    def _fill(self, row: RowType, tensor: Input) -> list[str]:
        held = f"tensors->{self.tensors[row.name, tensor.name]}"
        if row.is_array:
            return _fill_array(row, held)
        if tensor.encoding == "characters":
            (member,) = row.of(tensor)
            return [
                f"  AppendCharacters(row.{member.name}, {tensor.length}, {tensor.padding}, "
                f"{cpp_string(member.feature.name)}, &{held});"
            ]
        members = {member.position: member for member in row.of(tensor)}
        return [f"  {held}.push_back({_checked(members[at]) if at in members else '0.0f'});" for at in tensor.features]

    # --- answers --------------------------------------------------------------------------------------

    def results(self) -> str:
        """Return the types of answers."""
        return "\n".join(self._result(call) for call in self.app.calls)

    def _result(self, call: Call) -> str:
        lines = [f"// What {call.name} gives for a row{call.note}.", f"struct {call.result} {{"]
        for value in call.values:
            kind = _TYPES[value.output.dtype]
            shape = " × ".join(map(str, value.output.shape[1:]))
            remark = f"  // {shape} {value.output.meaning}" if value.count > 1 else f"  // {value.output.meaning}"
            lines.append(
                f"  {kind if value.is_scalar else f'std::array<{kind}, {value.count}>'} {value.name}{{}};{remark}"
            )
            if value.label is not None:
                (labels,) = value.labels
                lines.append(f"  {_LABELS[labels.type]} {value.label}{{}};  // one of {labels.name}()")
        return "\n".join([*lines, "};", ""])

    def labels(self) -> tuple[str, str]:
        """Return the declarations and definitions of lists of labels."""
        lists = [each for call in self.app.calls for value in call.values for each in value.labels]
        declared = (f"const std::vector<{_LABELS[each.type]}>& {each.name}();" for each in lists)
        return "\n".join(declared), "\n".join(map(_label_list, lists))

    def declared_methods(self) -> str:
        """Return the declarations of the class's methods."""
        return "\n".join(
            f"  {call.result} {call.name}(const {call.row.name}& row);\n"
            f"  std::vector<{call.result}> {call.name}(const std::vector<{call.row.name}>& rows);"
            for call in self.app.calls
        )

    def methods(self) -> str:
        """Return the definitions of the class's methods."""
        return "\n".join(self._method(call) for call in self.app.calls)

    def _method(self, call: Call) -> str:
        method = call.method
        given = ", ".join(self._input(call.row, tensor) for tensor in method.inputs)
        got = ", ".join(
            f"{{{cpp_string(value.output.name)}, held{i}.data(), held{i}.size() * sizeof(held{i}[0])}}"
            for i, value in enumerate(call.values)
        )
        held = [
            f"    std::vector<{_ELEMENTS[value.output.dtype]}> held{i}(count * {value.count});"
            for i, value in enumerate(call.values)
        ]
        lines = [
            f"{call.result} Model::{call.name}(const {call.row.name}& row) {{",
            f"  return {call.name}(std::vector<{call.row.name}>{{row}}).front();", "}", "",
            f"std::vector<{call.result}> Model::{call.name}(const std::vector<{call.row.name}>& rows) {{",
            f"  std::vector<{call.result}> results(rows.size());",
            "  for (size_t start = 0; start < rows.size(); start += kMostRows) {",
            "    const size_t taken = std::min(kMostRows, rows.size() - start);",
            "    const size_t count = kFixedRows ? kMostRows : taken;",
            f"    {call.row.name}Tensors tensors;",
            "    for (size_t i = 0; i < count; ++i) Append(rows[start + std::min(i, taken - 1)], &tensors);",
            *held,
            f"    runner_->Run({cpp_string(method.name)}, count, !kFixedRows, {{{given}}}, {{{got}}});",
            "    for (size_t i = 0; i < taken; ++i) {",
            f"      {call.result}& result = results[start + i];",
            *(line for i, value in enumerate(call.values) for line in _read(value, i)),
            *_no_answer(call),
            *(_label(value) for value in call.values if value.label is not None),
            "    }", "  }", "  return results;", "}", "",
        ]  # fmt: skip
        return "\n".join(lines)

    def _input(self, row: RowType, tensor: Input) -> str:
        held = f"tensors.{self.tensors[row.name, tensor.name]}"
        return f"{{{cpp_string(tensor.name)}, {held}.data(), {held}.size() * sizeof({held}[0])}}"


def _member(member: Member) -> str:
    feature = member.feature
    known = f"one of {member.vocabulary}(), or another text" if feature.kind == "category" else ""
    remarks = [cpp_comment(feature.name) if member.name != feature.name else "", known]
    remark = ": ".join(each for each in remarks if each)
    kind = {"category": "Category", "text": "std::string", "number": "float", "boolean": "bool"}.get(
        feature.kind, "int32_t"
    )
    default = {"category": "", "text": "", "number": " = kMissing"}.get(feature.kind, "{}")
    if feature.absent == "unknown":
        default = " = Category::Unknown()"
    if feature.absent == "zero":
        default = " = 0.0f"
    return f"  {kind} {member.name}{default};" + (f"  // {remark}" if remark else "")


def _checked(member: Member) -> str:
    """Return the expression of what a tensor holds of a member."""
    feature, value, about = member.feature, f"row.{member.name}", cpp_string(member.feature.name)
    if feature.kind == "category":
        refused = ", ".join(map(str, member.refused_codes))
        return f"Code({member.vocabulary}(), {value}, {{{refused}}}, {about})"
    if feature.kind == "boolean":
        return value
    if feature.kind == "integer":
        only = ", ".join(literals.number(int(each)) for each in member.only_numbers)
        return f"WholeOneOf({{{only}}}, {value}, {about})" if feature.only is not None else value
    number = f"Number({value}, {literals.number(member.takes_missing)}, {about})"
    if feature.only is None:
        return number
    return f"OneOf({{{literals.floats(_only(member))}}}, {number}, {about})"


def _only(member: Member) -> list[float]:
    missing = [float("nan")] if None in (member.feature.only or ()) else []
    return [*member.only_numbers, *missing]


def _fill_array(row: RowType, held: str) -> list[str]:
    """Return the lines that append a row that is an array."""
    flags = "".join({"missing": "m", "not read": "-"}.get(feature.absent, "r") for feature in row.features)
    lines = [
        f"  static constexpr char kTakes[] = {cpp_string(flags)};  // m: a missing value, too; -: not read",
        "  for (size_t i = 0; i < row.x.size(); ++i) {",
        """    const std::string name = "x[" + std::to_string(i) + "]";""",
        f"    {held}.push_back(kTakes[i] == '-' ? 0.0f : Number(row.x[i], kTakes[i] == 'm', name.c_str()));",
        "  }",
    ]
    for at, feature in enumerate(row.features):
        if feature.only is not None:
            only = literals.floats(_only(Member("", feature, at, "")))
            lines.append(f'  OneOf({{{only}}}, row.x[{at}], "x[{at}]");')
    return lines


def _read(value: Value, at: int) -> list[str]:
    cast = " != 0" if value.output.dtype == "bool" else ""
    if value.is_scalar:
        return [f"      result.{value.name} = held{at}[i]{cast};"]
    each = f"held{at}[i * {value.count} + k]{cast}"
    return [f"      for (size_t k = 0; k < {value.count}; ++k) result.{value.name}[k] = {each};"]


def _no_answer(call: Call) -> Iterable[str]:
    if call.method.no_answer is None:
        return ()
    mark, first = call.method.no_answer.number, call.values[0]
    held = "std::isnan(each)" if mark is None else f"each == {literals.number(_like(mark, first))}"
    kind = _TYPES[first.output.dtype]
    every = f"held0.begin() + i * {first.count}, held0.begin() + (i + 1) * {first.count}"
    return [
        f"      if (std::all_of({every}, []({kind} each) {{ return {held}; }})) {{",
        f"        throw NoAnswer({cpp_string(call.method.no_answer.reason)});",
        "      }",
    ]


def _like(mark: float, value: Value) -> float | int:
    return mark if value.output.dtype == "float32" else int(mark)


def _label(value: Value) -> str:
    held, (labels,) = f"result.{value.name}", value.labels
    place = {"position": held, "greatest": f"Greatest({held})", "positive": f"({held} > 0 ? 1 : 0)"}
    return f"      result.{value.label} = {labels.name}()[static_cast<size_t>({place[value.output.label_rule or '']})];"


def _label_list(labels: LabelList) -> str:
    kind = _LABELS[labels.type]
    values = ", ".join(map(literals.label, labels.labels))
    return (
        f"const std::vector<{kind}>& {labels.name}() {{\n  static const std::vector<{kind}> labels = {{{values}}};\n"
        "  return labels;\n}\n"
    )
