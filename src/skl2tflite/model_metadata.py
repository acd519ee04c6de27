"""What a file says of the estimator that it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from skl2tflite.backends.backend import Target
from skl2tflite.backends.registry import target_names, target_of
from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.program import Program
from skl2tflite.errors import InvalidFileError
from skl2tflite.examples import Examples
from skl2tflite.features import Features
from skl2tflite.label_json import labels_from_facts, labels_to_json
from skl2tflite.method_arguments import METHODS
from skl2tflite.method_output import MethodOutput
from skl2tflite.stored import FORMAT, damaged, decode

METADATA_NAME = "TFLITE_METADATA"
"""Name of the buffer that holds the TFLite metadata."""
CUSTOM_NAME = "skl2tflite"
"""Name of our own facts within it."""


def facts_in(program: Program) -> bytes | None:
    """Return the facts that a file holds of its estimator, as JSON; None where another tool wrote it.

    Raises
    ------
    InvalidFileError
        Where it holds some, and they cannot be read.
    """
    index = program.metadata.get(METADATA_NAME, 0)
    held = program.buffers[index] if 0 < index < len(program.buffers) else b""
    if CUSTOM_NAME.encode() not in held:  # metadata of other tools need not be as we read them
        return None
    return metadata.unpack(held).custom.get(CUSTOM_NAME)


@dataclass(frozen=True)
class ModelFacts:
    """What a file says of the estimator that it came from, beside its operators.

    Attributes
    ----------
    estimator : str
        Its name; a pipeline's with those of its steps.
    target : str
        Name of the runtime that the file is for.
    features : Features
        What rows the model takes.
    methods : mapping of str to MethodOutput
        How the outputs of each method become what scikit-learn returns, the main method first.
    versions : mapping of str to str
        Versions of the packages that made the file.
    classes : tuple of ndarray, optional
        A classifier's labels, for each of its outputs, in files that carry none beside the model.
    takes : mapping of str to Features
        What rows those methods take that do not take the model's: inverses.
    examples : Examples, optional
        Typical values of the features, and golden rows.
    nan_operators : tuple of str
        Operators that NaN may reach, of those in which older releases of the runtime lose it.
    digest : str, optional
        Digest of the file's bytes; files of the first versions have none.
    """

    estimator: str
    target: str
    features: Features
    methods: Mapping[str, MethodOutput]
    versions: Mapping[str, str]
    classes: tuple[NDArray[Any], ...] | None = None
    takes: Mapping[str, Features] = field(default_factory=dict)
    examples: Examples | None = None
    nan_operators: tuple[str, ...] = ()
    digest: str | None = field(default=None, compare=False)

    @property
    def runtime(self) -> Target:
        """The runtime that the file is for."""
        return target_of(self.target)

    def features_of(self, method: str) -> Features:
        """Return what rows one method takes."""
        return self.takes.get(method, self.features)

    def method_to_json(self, method: str) -> dict[str, object]:
        """Return what there is to say of one method as JSON keeps it."""
        fields = self.methods[method].to_json()
        if method not in self.takes:
            return fields
        before = dict.fromkeys(("outputs", "list", "dtype", "labels"))  # the order that files have always had
        return {**before, "takes": self.takes[method].to_json(), **fields}

    def to_bytes(self) -> bytes:
        """Return the facts as JSON, the same bytes for the same facts."""
        document = {
            "format": FORMAT,
            "estimator": self.estimator,
            "target": self.target,
            "features": self.features.to_json(),
            "methods": {name: self.method_to_json(name) for name in self.methods},
            "versions": dict(self.versions),
        }
        if self.classes is not None:
            document["classes"] = labels_to_json(self.classes)
        if self.examples is not None:
            document["examples"] = self.examples.to_json()
        if self.nan_operators:
            document["nan_operators"] = self.nan_operators
        # Python spells lone surrogates of labels as JSON does.
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")

    @classmethod
    def from_bytes(cls, content: bytes) -> ModelFacts:
        """Return what :meth:`to_bytes` wrote."""
        facts = decode(content)
        for name in facts.methods:
            if name not in METHODS:
                raise damaged("methods", f"has {name!r:.80}, which is no method's name")
        if facts.target not in target_names():
            raise InvalidFileError(f"the file is for the target {facts.target!r}, which this version does not know")
        return cls(
            facts.estimator,
            facts.target,
            Features.from_facts(facts.features),
            {name: MethodOutput.from_facts(method) for name, method in facts.methods.items()},
            facts.versions,
            labels_from_facts(facts.classes),
            {n: Features.from_facts(method.takes) for n, method in facts.methods.items() if method.takes is not None},
            None if facts.examples is None else Examples.from_facts(facts.examples, facts.features.count),
            facts.nan_operators,
            facts.digest,
        )

    def check_fit(self, program: Program) -> None:
        """Raise if the facts do not fit the file's signatures, or a signature names tensors that do not exist."""
        if not self.methods or {signature.key for signature in program.signatures} != self.methods.keys():
            raise InvalidFileError("the file's facts about its estimator do not fit its signatures")
        for signature in program.signatures:
            try:
                tensors = program.subgraphs[signature.subgraph].tensors
                outputs = {name: (tensors[i].dtype, tensors[i].shape) for name, i in signature.outputs.items()}
                inputs = {name: (tensors[i].dtype, tensors[i].shape) for name, i in signature.inputs.items()}
            except IndexError:
                raise InvalidFileError("the file is malformed: a signature names tensors that do not exist") from None
            key = signature.key
            misfit = self.methods[key].misfit(outputs) or self.features_of(key).misfit(inputs)
            if self.examples is not None:
                misfit = misfit or self.examples.misfit(key, outputs)
            if misfit:
                raise InvalidFileError(f"the file's facts about {signature.key} {misfit}")
