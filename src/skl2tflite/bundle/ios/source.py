"""The Swift that is made of a file's contract: types by name, and how they become tensors and come from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skl2tflite.app_contract import Input
from skl2tflite.bundle.apps.spelling import Spelling, lower_camel
from skl2tflite.bundle.apps.typed import App, Call, Member, RowType, Value
from skl2tflite.bundle.ios import literals
from skl2tflite.bundle.ios.words import KEYWORDS

SPELLING = Spelling(KEYWORDS, lower_camel, lower_camel, lower_camel)
RESERVED = ("interpreter", "resources", "run")
"""Names that the class of the model has itself."""
TYPES = {"number": "Float", "integer": "Int32", "boolean": "Bool", "category": "Category", "text": "String"}
"""Swift's types, by kinds of features."""
_ELEMENTS = {"float32": "Float", "int32": "Int32", "bool": "Bool"}
_LABELS = {str: "String", bool: "Bool", int: "Int64", float: "Double"}


@dataclass(frozen=True)
class Source:
    """The parts of a bundle's Swift that differ from model to model.

    Attributes
    ----------
    app : App
    """

    app: App

    def row_types(self) -> str:
        """Return the types of rows, and of the tensors that are made of them."""
        return "\n".join(_row_type(row) + "\n" + _tensors(row) for row in self.app.rows)

    def known(self) -> str:
        """Return the members of the type that holds vocabularies and labels."""
        lines = [
            f"  public static let {member.vocabulary} = Vocabulary([{literals.texts(member.feature.categories or ())}])"
            for row in self.app.rows
            for member in row.members
            if member.feature.kind == "category"
        ]
        lines += [
            f"  public static let {labels.name}: [{_LABELS[labels.type]}] = [{literals.labels(labels.labels)}]"
            for call in self.app.calls
            for value in call.values
            for labels in value.labels
        ]
        return "".join(f"{line}\n" for line in lines)

    def results(self) -> str:
        """Return the types of answers."""
        return "\n".join(map(_result, self.app.calls))

    def methods(self) -> str:
        """Return the methods of the model's class."""
        return "\n\n".join(map(_method, self.app.calls))


def _row_type(row: RowType) -> str:
    if row.is_array:
        return (
            f"/// A row: {len(row.features)} numbers, in the order of the columns that were fitted.\n"
            f"public struct {row.name} {{\n  public var x: [Float]\n\n"
            "  public init(x: [Float]) {\n    self.x = x\n  }\n}\n"
        )
    lines = ["/// A row.", f"public struct {row.name} {{"]
    for member in row.members:
        known = f": one of Known.{member.vocabulary}, or another text" if member.feature.kind == "category" else ""
        lines += [
            f"  /// {literals.comment(member.feature.name)[:200]}{known}".rstrip(),
            f"  public var {member.name}: {TYPES[member.feature.kind]}",
        ]
    arguments = ",\n".join(
        f"    {member.name}: {TYPES[member.feature.kind]}{_default(member)}" for member in row.members
    )
    lines += ["", "  public init(", arguments, "  ) {"]
    lines += [f"    self.{member.name} = {member.name}" for member in row.members]
    return "\n".join([*lines, "  }", "}", ""])


def _default(member: Member) -> str:
    match member.feature.absent, member.feature.kind:
        case "missing", "category":
            return " = .missing"
        case "unknown", "category":
            return " = .unknown"
        case "missing", "number":
            return " = .nan"
        case "zero", "number":
            return " = 0"
        case _:
            return ""


def tensor_members(row: RowType) -> dict[str, str]:
    """Return the members that hold tensors, by the tensors' names.

    They are members, not a dictionary: to Swift's dictionaries an accented letter is the same key as the letter and its
    accent.
    """
    names = [tensor.name for tensor in row.tensors]
    return dict(zip(names, SPELLING.members(names, ["append"]), strict=True))


def _tensors(row: RowType) -> str:
    members = tensor_members(row)
    held = "".join(f"  var {name} = Data()\n" for name in members.values())
    fills = "".join(
        f"{line}\n" for tensor in row.tensors for line in _fill(row, tensor, f"self.{members[tensor.name]}.put")
    )
    return (
        f"/// The tensors of some rows.\nstruct {row.name}Tensors {{\n{held}\n"
        f"  mutating func append(_ row: {row.name}) throws {{\n{fills}  }}\n}}\n"
    )


def _fill(row: RowType, tensor: Input, put: str) -> Iterable[str]:
    """Return the lines that append what a tensor holds of a row.

    Parameters
    ----------
    row : RowType
    tensor : Input
    put : str
        The function that appends a number.
    """
    if row.is_array:
        return _fill_array(row, put)
    members = {member.position: member for member in row.of(tensor)}
    if tensor.encoding == "characters":
        (member,) = members.values()
        about = literals.text(member.feature.name)
        return [
            f"    for point in try characters(row.{member.name}, {tensor.length}, {tensor.padding}, {about}) {{",
            f"      {put}(point)",
            "    }",
        ]
    return [
        f"    {_statement(put, _checked(members[at], tensor)) if at in members else f'{put}(Float(0))'}"
        for at in tensor.features
    ]


def _statement(put: str, expression: str) -> str:
    return (
        f"try {put}({expression})"
        if "(" in expression and not expression.startswith(("Int32(", "UInt8("))
        else f"{put}({expression})"
    )


def _checked(member: Member, tensor: Input) -> str:
    """Return the expression of what a tensor holds of a member."""
    feature, value, about = member.feature, f"row.{member.name}", literals.text(member.feature.name)
    if feature.kind == "category":
        refused = ", ".join(map(str, member.refused_codes))
        return f"code(Known.{member.vocabulary}, {value}, [{refused}], {about})"
    if feature.kind == "boolean":
        kind = "Int32" if tensor.dtype == "int32" else "UInt8"
        return f"{kind}({value} ? 1 : 0)"
    if feature.kind == "integer":
        only = literals.numbers(int(each) for each in member.only_numbers)
        return f"oneOf([{only}] as [Int32], {value}, {about})" if feature.only is not None else value
    number = f"number({value}, {literals.number(member.takes_missing)}, {about})"
    return number if feature.only is None else f"oneOf([{_only(member)}] as [Float], {number}, {about})"


def _only(member: Member) -> str:
    missing = [float("nan")] if None in (member.feature.only or ()) else []
    return literals.numbers([*member.only_numbers, *missing])


def _fill_array(row: RowType, put: str) -> Iterable[str]:
    """Return the lines that append a row that is an array."""
    flags = "".join({"missing": "m", "not read": "-"}.get(feature.absent, "r") for feature in row.features)
    count = len(row.features)
    lines = [
        f"    let takes = Array({literals.text(flags)}.utf8)  // m: a missing value, too; -: not read",
        f"    guard row.x.count == {count} else {{",
        f'      throw RowError.invalid("a row has {count} numbers, not " + String(row.x.count))',
        "    }",
        "    for (at, value) in row.x.enumerated() {",
        '      let isMissingTaken = takes[at] == UInt8(ascii: "m")',
        '      let isRead = takes[at] != UInt8(ascii: "-")',
        f'      try {put}(isRead ? number(value, isMissingTaken, "x[" + String(at) + "]") : Float(0))',
        "    }",
    ]
    for at, feature in enumerate(row.features):
        if feature.only is not None:
            lines.append(
                f'    _ = try oneOf([{_only(Member("", feature, at, ""))}] as [Float], row.x[{at}], "x[{at}]")'
            )
    return lines


def _result(call: Call) -> str:
    lines, reads, arguments = (
        [f"/// What `{call.name}` gives for a row{call.note}.", f"public struct {call.result} {{"],
        [],
        [],
    )
    for at, value in enumerate(call.values):
        kind = _ELEMENTS[value.output.dtype]
        shape = " × ".join(map(str, value.output.shape[1:]))
        lines += [
            f"  /// {shape} {value.output.meaning}" if value.count > 1 else f"  /// {value.output.meaning}",
            f"  public let {value.name}: {kind if value.is_scalar else f'[{kind}]'}",
        ]
        reads.append(_read(value, at))
        arguments.append(f"{value.name}: {value.name}")
        if value.label is not None:
            (labels,) = value.labels
            lines += [
                f"  /// one of Known.{labels.name}",
                f"  public let {value.label}: {_LABELS[labels.type]}",
            ]
            place = {
                "position": f"Int({value.name})",
                "greatest": f"greatest({value.name})",
                "positive": f"{value.name} > 0 ? 1 : 0",
            }
            arguments.append(f"{value.label}: Known.{labels.name}[{place[value.output.label_rule or '']}]")
    counts = ", ".join(str(value.count) for value in call.values)
    return "\n".join(
        [
            *lines, "", f"  /// Numbers of a row, in the tensors that `read` reads: {counts}.",
            f"  static func read(_ row: Int, _ data: [Data]) throws -> {call.result} {{",
            *reads, *_no_answer(call),
            f"    return {call.result}({', '.join(arguments)})", "  }", "}", "",
        ]
    )  # fmt: skip


def _read(value: Value, at: int) -> str:
    zero = {"float32": "Float(0)", "int32": "Int32(0)", "bool": "UInt8(0)"}[value.output.dtype]
    found = f"held({zero}, data[{at}], row * {value.count}, {value.count})"
    if value.output.dtype == "bool":
        found += ".map { $0 != 0 }"
    return f"    let {value.name} = {found}{'[0]' if value.is_scalar else ''}"


def _no_answer(call: Call) -> Iterable[str]:
    if call.method.no_answer is None:
        return ()
    mark, first = call.method.no_answer.number, call.values[0]
    held = first.name if first.is_scalar else "$0"
    literal = (
        literals.number(mark if first.output.dtype == "float32" or mark is None else int(mark))
        if mark is not None
        else ""
    )
    marked = f"{held}.isNaN" if mark is None else f"{held} == {literal}"
    every = marked if first.is_scalar else f"{first.name}.allSatisfy({{ {marked} }})"
    return [f"    if {every} {{ throw RowError.noAnswer({literals.text(call.method.no_answer.reason)}) }}"]


def _method(call: Call) -> str:
    members = tensor_members(call.row)
    outputs = ", ".join(f"runner.output(named: {literals.text(value.output.name)}).data" for value in call.values)
    return "\n".join(
        [
            f"  public func {call.name}(_ row: {call.row.name}) throws -> {call.result} {{",
            f"    return try {call.name}([row])[0]",
            "  }",
            "",
            f"  public func {call.name}(_ rows: [{call.row.name}]) throws -> [{call.result}] {{",
            f"    let runner = try interpreter.signatureRunner(with: {literals.text(call.method.name)})",
            f"    var results: [{call.result}] = []",
            "    for start in stride(from: 0, to: rows.count, by: rowsOfCall) {",
            "      let taken = min(rowsOfCall, rows.count - start)",
            f"      var tensors = {call.row.name}Tensors()",
            "      for at in 0..<rowsOfCall {",
            "        try tensors.append(rows[start + min(at, taken - 1)])",
            "      }",
            *(
                f"      try runner.copy(tensors.{members[tensor.name]}, toInputNamed: {literals.text(tensor.name)})"
                for tensor in call.method.inputs
            ),
            "      try runner.invoke(with: [:])",
            f"      let data = try [{outputs}]",
            "      for at in 0..<taken {",
            f"        results.append(try {call.result}.read(at, data))",
            "      }",
            "    }",
            "    return results",
            "  }",
        ]
    )
