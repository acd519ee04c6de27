"""The Kotlin that is made of a file's contract: types by name, and how they become tensors and come from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skl2tflite.app_contract import Input
from skl2tflite.bundle.android import literals
from skl2tflite.bundle.android.words import KEYWORDS
from skl2tflite.bundle.apps.spelling import Spelling, lower_camel
from skl2tflite.bundle.apps.typed import App, Call, Member, RowType, Value

SPELLING = Spelling(KEYWORDS, lower_camel, lower_camel, lambda parts: "_".join(parts).upper())
RESERVED = ("close", "interpreter")
"""Names that the class of the model has itself."""
TYPES = {"number": "Float", "integer": "Int", "boolean": "Boolean", "category": "Category", "text": "String"}
"""Kotlin's types, by kinds of features."""
_ELEMENTS = {"float32": "Float", "int32": "Int", "bool": "Boolean"}
_BYTES = {"float32": 4, "int32": 4, "bool": 1}
_LABELS = {str: "String", bool: "Boolean", int: "Long", float: "Double"}
MOST_TEXTS = 1000
"""In one object: the JVM has classes of no more than 65 535 constants, and functions of 65 535 bytes."""


@dataclass(frozen=True)
class Source:
    """The parts of a bundle's Kotlin that differ from model to model.

    Attributes
    ----------
    app : App
    """

    app: App

    # --- rows -----------------------------------------------------------------------------------------

    def row_types(self) -> str:
        """Return the types of rows, and of the tensors that are made of them."""
        return "\n".join(_row_type(row) + "\n" + _tensors(row) for row in self.app.rows)

    def known(self) -> str:
        """Return the members of the object that holds vocabularies and labels."""
        lines = []
        for member in self._categories():
            parts = ", ".join(f"{name}.texts" for name, _ in _parts(member.vocabulary, member.feature.categories or ()))
            lines.append(f"    val {member.vocabulary} = Vocabulary({parts})")
        for call in self.app.calls:
            for value in call.values:
                for labels in value.labels:
                    kind = _LABELS[labels.type]
                    if labels.type is str:
                        parts = ", ".join(f"*{name}.texts" for name, _ in _parts(labels.name, labels.labels))
                        held = f"listOf({parts})"
                    else:
                        held = f"listOf({', '.join(map(literals.label, labels.labels))})"
                    lines.append(f"    val {labels.name}: List<{kind}> = {held}")
        return "".join(f"{line}\n" for line in lines)

    def parts(self) -> str:
        """Return the objects that hold texts, a part of each list."""
        lists: list[tuple[str, tuple[object, ...]]] = [
            (member.vocabulary, member.feature.categories or ()) for member in self._categories()
        ]
        lists += [
            (labels.name, labels.labels)
            for call in self.app.calls
            for value in call.values
            for labels in value.labels
            if labels.type is str
        ]
        return "\n".join(
            f"private object {part} {{\n    val texts = arrayOf<String>({', '.join(map(literals.text, texts))})\n}}\n"
            for name, all_texts in lists
            for part, texts in _parts(name, all_texts)
        )

    def _categories(self) -> list[Member]:
        return [member for row in self.app.rows for member in row.members if member.feature.kind == "category"]

    # --- answers --------------------------------------------------------------------------------------

    def results(self) -> str:
        """Return the types of answers."""
        return "\n".join(map(_result, self.app.calls))

    def methods(self) -> str:
        """Return the methods of the model's class."""
        return "\n".join(map(_method, self.app.calls))


def _row_type(row: RowType) -> str:
    if row.is_array:
        return (
            f"/** A row: {len(row.features)} numbers, in the order of the columns that were fitted. */\n"
            f"class {row.name}(val x: FloatArray)\n"
        )
    about = "".join(
        f" * @property {member.name} {literals.comment(member.feature.name)[:200]}{_about(member)}\n"
        for member in row.members
    )
    members = ",\n".join(
        f"    val {member.name}: {TYPES[member.feature.kind]}{_default(member)}" for member in row.members
    )
    return f"/**\n * A row.\n *\n{about} */\ndata class {row.name}(\n{members}\n)\n"


def _about(member: Member) -> str:
    return f": one of [Known.{member.vocabulary}], or another text" if member.feature.kind == "category" else ""


def _default(member: Member) -> str:
    feature = member.feature
    match feature.absent, feature.kind:
        case "missing", "category":
            return " = Category.MISSING"
        case "unknown", "category":
            return " = Category.UNKNOWN"
        case "missing", "number":
            return " = Float.NaN"
        case "zero", "number":
            return " = 0f"
        case _:
            return ""


def _tensors(row: RowType) -> str:
    buffers = ",\n".join(
        f"        {literals.text(tensor.name)} to buffer(rows * {_row_bytes(tensor)})" for tensor in row.tensors
    )
    kinds = ", ".join(f"{literals.text(tensor.name)} to '{tensor.dtype[0]}'" for tensor in row.tensors)
    fills = "".join(f"{line}\n" for tensor in row.tensors for line in _fill(row, tensor))
    return (
        f"/** The tensors of some rows. */\ninternal class {row.name}Tensors(rows: Int) {{\n"
        f"    val byName: Map<String, ByteBuffer> = mapOf(\n{buffers}\n    )\n"
        f"    val kinds: Map<String, Char> = mapOf({kinds})\n\n"
        f"    /** Appends a row. */\n    fun put(row: {row.name}) {{\n{fills}    }}\n\n"
        "    fun rewind() = byName.values.forEach { rewind(it) }\n\n"
        "    fun only(vararg names: String): Map<String, Any> = names.associate { it to byName.getValue(it) }\n}\n"
    )


def _row_bytes(tensor: Input) -> int:
    numbers = tensor.length or (len(tensor.features) if tensor.encoding == "matrix" else 1)
    return _BYTES[tensor.dtype] * numbers


def _fill(row: RowType, tensor: Input) -> Iterable[str]:
    held = f"byName.getValue({literals.text(tensor.name)})"
    if row.is_array:
        return _fill_array(row, held)
    if tensor.encoding == "characters":
        (member,) = row.of(tensor)
        return [
            f"        {held}.putCharacters(row.{member.name}, {tensor.length}, {tensor.padding}, "
            f"{literals.text(member.feature.name)})"
        ]
    put = {"float32": "putFloat", "int32": "putInt", "bool": "put"}[tensor.dtype]
    members = {member.position: member for member in row.of(tensor)}
    checked = (_checked(members[at], tensor) if at in members else "0f" for at in tensor.features)
    return [f"        {held}.{put}({each})" for each in checked]


def _checked(member: Member, tensor: Input) -> str:
    """Return the expression of what a tensor holds of a member."""
    feature, value, about = member.feature, f"row.{member.name}", literals.text(member.feature.name)
    if feature.kind == "category":
        refused = ", ".join(map(str, member.refused_codes))
        return f"code(Known.{member.vocabulary}, {value}, intArrayOf({refused}), {about})"
    if feature.kind == "boolean":
        return f"(if ({value}) 1 else 0)" if tensor.dtype == "int32" else f"(if ({value}) 1.toByte() else 0.toByte())"
    if feature.kind == "integer":
        only = ", ".join(literals.number(int(each)) for each in member.only_numbers)
        return f"oneOf(intArrayOf({only}), {value}, {about})" if feature.only is not None else value
    number = f"number({value}, {literals.number(member.takes_missing)}, {about})"
    return number if feature.only is None else f"oneOf(floatArrayOf({_only(member)}), {number}, {about})"


def _only(member: Member) -> str:
    missing = [float("nan")] if None in (member.feature.only or ()) else []
    return ", ".join(literals.number(float(each)) for each in [*member.only_numbers, *missing])


def _fill_array(row: RowType, held: str) -> Iterable[str]:
    """Return the lines that put a row that is an array."""
    flags = "".join({"missing": "m", "not read": "-"}.get(feature.absent, "r") for feature in row.features)
    count = len(row.features)
    lines = [
        f"        val takes = {literals.text(flags)} // m: a missing value, too; -: not read",
        f'        if (row.x.size != {count}) throw InvalidRowException("a row has {count} numbers, not " + row.x.size)',
        "        for (i in row.x.indices) {",
        f"            {held}",
        "                .putFloat(if (takes[i] == '-') 0f else number(row.x[i], takes[i] == 'm', \"x[\" + i + \"]\"))",
        "        }",
    ]
    for at, feature in enumerate(row.features):
        if feature.only is not None:
            only = _only(Member("", feature, at, ""))
            lines.append(f'        oneOf(floatArrayOf({only}), row.x[{at}], "x[{at}]")')
    return lines


def _result(call: Call) -> str:
    members, arguments = [], []
    for value in call.values:
        kind = _ELEMENTS[value.output.dtype]
        shape = " × ".join(map(str, value.output.shape[1:]))
        remark = f"{shape} {value.output.meaning}" if value.count > 1 else value.output.meaning
        members.append(f"    /** {remark} */\n    val {value.name}: {kind if value.is_scalar else f'{kind}Array'}")
        arguments.append(value.name)
        if value.label is not None:
            (labels,) = value.labels
            members.append(f"    /** one of [Known.{labels.name}] */\n    val {value.label}: {_LABELS[labels.type]}")
            place = {
                "position": f"{value.name}",
                "greatest": f"greatest({value.name})",
                "positive": f"(if ({value.name} > 0) 1 else 0)",
            }
            arguments.append(f"Known.{labels.name}[{place[value.output.label_rule or '']}]")
    buffers = ", ".join(f"buffer(ROWS * {value.count * _BYTES[value.output.dtype]})" for value in call.values)
    lines = [
        f"/** What `{call.name}` gives for a row{call.note}. */",
        f"class {call.result}(", ",\n".join(members), ") {", "    internal companion object {",
        f"        fun buffers() = listOf({buffers})",
        "",
        f"        fun read(row: Int, held: List<ByteBuffer>): {call.result} {{",
        *(line.format(at=at) for at, value in enumerate(call.values) for line in _read(value)),
        *_no_answer(call),
        f"            return {call.result}({', '.join(arguments)})",
        "        }", "    }", "}", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _read(value: Value) -> list[str]:
    """Return the lines that read an answer of a row, with ``{at}`` where the number of the buffer goes."""
    get = {
        "float32": "held[{at}].getFloat(4 * ({place}))",
        "int32": "held[{at}].getInt(4 * ({place}))",
        "bool": "(held[{at}].get({place}) != 0.toByte())",
    }[value.output.dtype]
    if value.is_scalar:
        return [f"            val {value.name} = {get.replace('{place}', 'row')}"]
    kind = _ELEMENTS[value.output.dtype]
    place = get.replace("{place}", f"row * {value.count} + it")
    return [f"            val {value.name} = {kind}Array({value.count}) {{{{ {place} }}}}"]


def _no_answer(call: Call) -> Iterable[str]:
    if call.method.no_answer is None:
        return ()
    mark, first = call.method.no_answer.number, call.values[0]
    is_float = first.output.dtype == "float32"
    wanted = "isNaN()" if mark is None else literals.number(mark if is_float else int(mark))
    held = first.name if first.is_scalar else "it"
    marked = f"{held}.{wanted}" if mark is None else f"{held} == {wanted}"
    every = marked if first.is_scalar else f"{first.name}.all {{ {marked} }}"
    return [f"            if ({every}) throw NoAnswerException({literals.text(call.method.no_answer.reason)})"]


def _method(call: Call) -> str:
    names = ", ".join(literals.text(tensor.name) for tensor in call.method.inputs)
    outputs = ", ".join(f"{literals.text(value.output.name)} to held[{at}]" for at, value in enumerate(call.values))
    return "\n".join(
        [
            f"    fun {call.name}(row: {call.row.name}): {call.result} = {call.name}(listOf(row)).first()", "",
            "    @Synchronized",
            f"    fun {call.name}(rows: List<{call.row.name}>): List<{call.result}> {{",
            f"        val results = ArrayList<{call.result}>(rows.size)",
            f"        val tensors = {call.row.name}Tensors(ROWS)",
            f"        val held = {call.result}.buffers()",
            f"        val outputs = mapOf<String, Any>({outputs})",
            "        for (start in rows.indices step ROWS) {",
            "            val taken = minOf(ROWS, rows.size - start)",
            "            tensors.rewind()",
            "            for (i in 0 until ROWS) tensors.put(rows[start + minOf(i, taken - 1)])",
            "            tensors.rewind()",
            "            held.forEach { rewind(it) }",
            f"            interpreter.runSignature(tensors.only({names}), outputs, {literals.text(call.method.name)})",
            f"            for (i in 0 until taken) results.add({call.result}.read(i, held))",
            "        }",
            "        return results",
            "    }", "",
        ]
    )  # fmt: skip


def _parts(name: str, texts: tuple[object, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the objects that a list of texts is kept in, by their names."""
    held = tuple(str(text) for text in texts)
    return [
        (f"{name}_PART{at // MOST_TEXTS}", held[at : at + MOST_TEXTS]) for at in range(0, max(1, len(held)), MOST_TEXTS)
    ]
