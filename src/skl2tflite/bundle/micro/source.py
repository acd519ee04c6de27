"""The texts that fill the templates of a bundle: what the generated C++ says of one model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.app_contract.tensors import may_be_pairs
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.reader import read
from skl2tflite.bundle import cpp_names
from skl2tflite.bundle.micro.inputs import TYPES, Inputs
from skl2tflite.escaping import cpp_comment, markdown, markdown_code
from skl2tflite.model import TFLiteModel
from skl2tflite.runtime.micro import MicroRunner
from skl2tflite.sizes import Sizes, sizes_of

ARENA_STEP = 256
"""The arena's size is rounded up to a multiple of this: the least size was found with another build of TFLM."""
_BLINKS = "prediction.label + 1"
_SCORES = ("predict_proba", "predict_log_proba", "decision_function")


@dataclass(frozen=True)
class Output:
    """One member of the struct ``Prediction``: an output tensor, or the label that is computed of one."""

    name: str
    type: str
    shape: tuple[int, ...]
    index: int

    @property
    def declaration(self) -> str:
        """The member's declaration in C++."""
        return f"{self.type} {self.name}{''.join(f'[{n}]' for n in self.shape)};"


@dataclass(frozen=True)
class Labels:
    """A table of labels in C++: integers, or texts for labels of any other kind."""

    suffix: str
    labels: NDArray[Any]

    @property
    def name(self) -> str:
        """The table's name in C++."""
        return f"kLabels{self.suffix}"

    @property
    def is_text(self) -> bool:
        """Whether the labels are no integers of 32 bits."""
        limits = np.iinfo(np.int32)
        return self.labels.dtype.kind not in "iu" or not all(limits.min <= n <= limits.max for n in self.labels)

    @property
    def _declared(self) -> str:
        return f"{'const char* const' if self.is_text else 'const int32_t'} {self.name}[kClassCount{self.suffix}]"

    @property
    def declaration(self) -> str:
        """The table's declaration, for the header."""
        return f"constexpr int kClassCount{self.suffix} = {len(self.labels)};\nextern {self._declared};\n"

    @property
    def definition(self) -> str:
        """The table's definition, for the source file."""
        values = (cpp_names.text(_text(n), "label") if self.is_text else cpp_names.number(int(n)) for n in self.labels)
        return f"{self._declared} = {{\n" + "".join(f"    {value},\n" for value in values) + "};\n"


def _text(label: Any) -> str:
    return label.decode("latin-1") if isinstance(label, bytes) else str(label)


@dataclass(frozen=True)
class Source:
    """The generated C++ of a model.

    Parameters
    ----------
    model : TFLiteModel
        Of ``target="micro"``.
    name : str
        Namespace and prefix of all files.
    content : bytes
        The file as it is written to flash memory.
    inputs : Inputs
        What the model takes, and the rows of its golden vectors.
    """

    model: TFLiteModel
    name: str
    content: bytes
    inputs: Inputs

    @property
    def method(self) -> str:
        """The one method that the file has."""
        return self.model.methods[0]

    @cached_property
    def program(self) -> Program:
        """The program that the content holds."""
        return read(self.content)

    @cached_property
    def sizes(self) -> Sizes:
        """The flash memory and RAM that the content takes."""
        return sizes_of(self.content)

    @cached_property
    def operators(self) -> list[str]:
        """Names of the operators, each once."""
        return sorted({operator.name for subgraph in self.program.subgraphs for operator in subgraph.operators})

    @cached_property
    def arena_size(self) -> int:
        """Size of the arena in bytes."""
        assert self.sizes.arena is not None
        return -(-self.sizes.arena // ARENA_STEP) * ARENA_STEP

    # --- labels ---------------------------------------------------------------------------------------

    @cached_property
    def tables(self) -> list[Labels]:
        """For each output whose values, or columns, stand for labels: these labels."""
        info = self.model.facts.methods[self.method]
        classes = self.model.facts.classes or ()
        scores = classes if self.method in _SCORES else ()
        given = scores if info.labels is None else info.labels
        return [Labels("" if len(given) == 1 else str(i), labels) for i, labels in enumerate(given)]

    @cached_property
    def rule(self) -> str:
        """How the label follows from the first output; empty where there is no label.

        ``"itself"``: the output is the label. ``"value"``: it is the label's position in the table. ``"greatest"``: the
        position of the greatest score is. ``"positive"``: whether the one score is above 0 is.
        """
        first = self.outputs[0]
        if self.method == "predict" and self.model.facts.classes is not None and first.shape == ():
            return "value" if self.tables else "itself"
        if len(self.tables) != 1:
            return ""
        n_labels = len(self.tables[0].labels)
        if first.shape == (n_labels,):
            return "" if may_be_pairs(self.method, n_labels) else "greatest"
        return "positive" if first.shape == () and n_labels == 2 else ""

    # --- outputs --------------------------------------------------------------------------------------

    @cached_property
    def outputs(self) -> list[Output]:
        """The output tensors, in the order in which the method returns them."""
        whole = read(bytes(self.model))
        (signature,) = whole.signatures
        subgraph = whole.subgraphs[signature.subgraph]
        given = []
        names = self.model.facts.methods[self.method].outputs
        for name, member in zip(names, cpp_names.identifiers(names, reserved=("label",)), strict=True):
            tensor = subgraph.tensors[signature.outputs[name]]
            index = subgraph.outputs.index(signature.outputs[name])
            given.append(Output(member, TYPES[tensor.dtype], tensor.shape[1:], index))
        return given

    @cached_property
    def members(self) -> list[tuple[Output, str]]:
        """The members of the struct ``Prediction``, each with a comment."""
        if self.rule in ("value", "itself"):
            return [(Output("label", "int32_t", (), 0), "position in kLabels" if self.rule == "value" else "")]
        about = {"greatest": "position in kLabels of the greatest", "positive": "position in kLabels: 1 above 0"}
        listed = [(output, "") for output in self.outputs]
        if self.rule:
            listed.append((Output("label", "int32_t", (), -1), about[self.rule]))
        return listed

    def _read_outputs(self) -> str:
        lines = []
        for output, _ in self.members:
            if output.index >= 0:
                place = f"prediction->{output.name}"
                lines.append(
                    f"  std::memcpy(&{place}, interpreter_.output({output.index})->data.raw, sizeof({place}));"
                )
        lines += self._read_mark()
        scores = f"prediction->{self.outputs[0].name}"
        if self.rule == "greatest":
            lines += [
                "  prediction->label = 0;",
                f"  for (int32_t i = 1; i < {len(self.tables[0].labels)}; ++i) {{",
                f"    if ({scores}[i] > {scores}[prediction->label]) {{",
                "      prediction->label = i;",
                "    }",
                "  }",
            ]
        elif self.rule == "positive":
            lines.append(f"  prediction->label = {scores} > 0 ? 1 : 0;")
        return "\n".join(lines)

    def _read_mark(self) -> list[str]:
        """Return the lines that return an error where the outputs say that a row has no answer."""
        info = self.model.facts.methods[self.method]
        if info.sentinel is None:
            return []
        first, _ = self.members[0]
        value = f"prediction->{first.name}" + "[0]" * len(first.shape)
        if np.isfinite(info.sentinel):
            held = f"{value} == {cpp_names.number(int(info.sentinel))}"
        else:
            held = f"std::{'isnan' if np.isnan(info.sentinel) else 'isinf'}({value})"
        return [f"  if ({held}) {{  // {cpp_comment(info.reason)}", "    return kTfLiteError;", "  }"]

    # --- golden vectors -------------------------------------------------------------------------------

    @cached_property
    def answers(self) -> dict[str, NDArray[Any]]:
        """What TFLM answers for the golden rows on this machine, by the names of the struct's members."""
        runner = MicroRunner(self.content, self.method, self.model.inputs, self.model.outputs)
        tensors = list(runner.run(self.method, self.inputs.rows).values())
        found: dict[str, NDArray[Any]] = {}
        for output, _ in self.members:
            if output.index >= 0:
                found[output.name] = tensors[output.index]
        if self.rule == "greatest":
            found["label"] = np.argmax(tensors[0], axis=1).astype(np.int32)
        elif self.rule == "positive":
            found["label"] = (tensors[0] > 0).astype(np.int32)
        return found

    @property
    def _n_rows(self) -> int:
        return len(next(iter(self.answers.values())))

    def _golden_predictions(self) -> str:
        rows = []
        for row in range(self._n_rows):
            values = (cpp_names.numbers(self.answers[output.name][row]) for output, _ in self.members)
            rows.append(f"    {{{', '.join(values)}}},")
        return "\n".join(rows)

    # --- all of it ------------------------------------------------------------------------------------

    def _answer(self) -> tuple[str, str, str]:
        """Return the format and the value that the example prints, and how many times it blinks, all in C++."""
        if self.rule == "itself":
            return "%d", "static_cast<int>(prediction.label)", "prediction.label > 0 ? prediction.label : 0"
        if self.rule:
            table = self.tables[0]
            label = f"{self.name}::{table.name}[prediction.label]"
            return ("%s", label, _BLINKS) if table.is_text else ("%d", f"static_cast<int>({label})", _BLINKS)
        output, _ = self.members[0]
        value = f"prediction.{output.name}" + "[0]" * len(output.shape)
        if output.type == "float":
            return "%d thousandths", f"static_cast<int>(1000 * {value})", f"{value} > 0 ? 1 : 0"
        return "%d", f"static_cast<int>({value})", f"{value} > 0 ? 1 : 0"

    def values(self) -> dict[str, str]:
        """Return the texts that fill the templates."""
        declarations = "".join(f"\n{table.declaration}" for table in self.tables)
        definitions = "".join(f"\n{table.definition}" for table in self.tables)
        comparisons = "".join(
            f" &&\n                      Same(actual.{output.name}, expected.{output.name})"
            for output, _ in self.members
            if output.index >= 0
        )
        print_format, print_value, blinks = self._answer()
        facts = self.model.facts
        version = facts.versions.get("skl2tflite", "of an unknown version")
        made, of = f"Made by skl2tflite {version} from", f"{facts.estimator}.{self.method}"
        return {
            "generated": cpp_comment(f"{made} {of}; do not edit."),
            "generated_markdown": f"{markdown(made)} {markdown_code(of)}; do not edit.",
            "name": self.name,
            "GUARD": self.name.upper(),
            "method": self.method,
            "estimator": markdown_code(facts.estimator),
            "model_size": str(len(self.content)),
            "model_bytes": cpp_names.octets(self.content),
            "feature_count": str(self.inputs.count),
            "feature_members": self.inputs.members(),
            "feature_check": self.inputs.check(),
            "category_declarations": self.inputs.declarations(),
            "category_definitions": self.inputs.definitions(),
            "write_inputs": self.inputs.writes(),
            "usage_features": self.inputs.usage(self.name),
            "label_declarations": declarations,
            "label_definitions": definitions,
            "prediction_members": "\n".join(
                f"  {output.declaration}" + (f"  // {about}" if about else "") for output, about in self.members
            ),
            "usage_prediction": f"// {print_value}",
            "label_note": _LABEL_NOTES.get(self.rule, ""),
            "arena_size": str(self.arena_size),
            "code_size": str(self.sizes.interpreter + self.sizes.kernels),
            "operator_count": str(len(self.operators)),
            "operators": "\n".join(f"  {cpp_names.resolver_method(operator)}();" for operator in self.operators),
            "operator_list": ", ".join(self.operators),
            "read_outputs": self._read_outputs(),
            "golden_count": str(self._n_rows),
            "golden_features": self.inputs.golden(),
            "golden_predictions": self._golden_predictions(),
            "golden_comparisons": comparisons,
            "print_format": print_format,
            "print_value": print_value,
            "blinks": blinks,
        }


_LABEL_NOTES = {
    "greatest": """ `prediction.label` is the class with the greatest score. That is what
`predict` gives of most classifiers; where it is not (a `SVC` with `probability=True`, thresholds tuned afterwards),
convert `predict` itself.""",
    "positive": " `prediction.label` is 1 where the score is above 0.",
}
