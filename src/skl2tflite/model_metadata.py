"""What a file says of the estimator it came from: how its tensors become what scikit-learn returns."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.program import Program, TensorDef
from skl2tflite.backends.tflite.targets import TARGETS, Target
from skl2tflite.errors import ConversionError, InvalidFileError, NoAnswerError
from skl2tflite.features import ColumnSpec, Features, ImageRows, SetRows
from skl2tflite.features.columns import NO_LABEL
from skl2tflite.fields import Fields, damaged, scalars
from skl2tflite.flow.column import FOREIGN

METADATA_NAME = "TFLITE_METADATA"
"""Name of the buffer that holds the TFLite metadata."""
CUSTOM_NAME = "skl2tflite"
"""Name of our own facts within it."""
GIVE_LABELS = ("predict", "inverse_transform")
"""Methods whose results may be labels."""
FORMAT = 1
"""Version of those facts' layout."""
NUMBER_KINDS = "biuf"
LABEL_KINDS = NUMBER_KINDS + "USOMm"
"""Kinds of dtypes that values have, and labels."""
WIDEST_LABEL = 1 << 20
"""Bytes of a label at most: what is read from a file must not take memory out of proportion to it."""


@dataclass(frozen=True)
class MethodInfo:
    """How one method's output tensors become what scikit-learn returns.

    Attributes
    ----------
    outputs : tuple of str
        The signature's outputs, in order.
    is_list : bool
        Whether the method returns a list of arrays, one for each output.
    dtype : str
        NumPy dtype of what is returned.
    labels : tuple of ndarray, optional
        Where the output holds positions: the labels they stand for, for each column.
    takes : Features, optional
        What rows the method takes, where not the model's: of an inverse.
    parts : tuple of str, optional
        Where the method returns a tuple of arrays: the dtype of each output.
    constants : tuple of ndarray
        What stands behind them in the tuple, the same for all rows.
    mark : float, optional
        What the outputs hold of rows for which scikit-learn raises an error once it has looked at them.
    refused : str
        Why it does.
    is_ragged : bool
        Whether the output holds distances of all points, and the method returns those of each row that are finite, and
        their positions.
    rows_second : bool
        Whether the method returns rows on the second axis; the output has them on the first.
    """

    outputs: tuple[str, ...]
    is_list: bool
    dtype: str
    labels: tuple[NDArray[Any], ...] | None = None
    takes: Features | None = None
    parts: tuple[str, ...] | None = None
    constants: tuple[NDArray[Any], ...] = ()
    mark: float | None = None
    refused: str = ""
    is_ragged: bool = False
    rows_second: bool = False

    def unanswered(self, tensors: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Return which rows hold the mark."""
        values = tensors[self.outputs[0]]
        if self.mark is None:
            return np.zeros(len(values), dtype=bool)
        held = np.isnan(values) if np.isnan(self.mark) else values == self.mark
        return np.asarray(held.all(axis=tuple(range(1, values.ndim))))

    def check(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Raise where rows have no answer.

        Raises
        ------
        NoAnswerError
        """
        rows = np.flatnonzero(self.unanswered(tensors))
        if rows.size:
            raise NoAnswerError(rows, self.refused)

    @property
    def note(self) -> str:
        """What is to be said of the outputs' values, in words."""
        if self.is_ragged:
            return "; of all points, infinite beyond the radius"
        return "" if self.mark is None else f"; {self.mark:.0f} where there is no answer: {self.refused}"

    def decode(self, tensors: Mapping[str, NDArray[Any]]) -> Any:
        """Return an array, or a list or tuple of them, as the estimator's method does."""
        if self.parts is not None:
            pairs = zip(self.outputs, self.parts, strict=True)
            return (*(tensors[name].astype(dtype) for name, dtype in pairs), *(c.copy() for c in self.constants))
        if self.is_ragged:
            return _finite(tensors[self.outputs[0]].astype(self.dtype))
        arrays = [self._decode(tensors[name]) for name in self.outputs]
        if self.rows_second:
            arrays = [np.moveaxis(array, 0, 1) for array in arrays]
        return arrays if self.is_list else arrays[0]

    def _decode(self, values: NDArray[Any]) -> NDArray[Any]:
        if self.labels is None:
            return values.astype(self.dtype, copy=False)
        if values.ndim == 1:
            return np.asarray(self.labels[0][values])
        columns = [classes[values[:, i]] for i, classes in enumerate(self.labels)]
        return np.stack(columns, axis=1).astype(self.dtype, copy=False)

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON keeps them."""
        labels = _labels_to_json(self.labels)
        fields: dict[str, object] = {
            "outputs": list(self.outputs),
            "list": self.is_list,
            "dtype": self.dtype,
            "labels": labels,
        }
        if self.takes is not None:
            fields["takes"] = self.takes.to_json()
        if self.parts is not None:
            fields["parts"] = list(self.parts)
        if self.constants:
            fields["constants"] = _labels_to_json(self.constants)
        if self.rows_second:
            fields["rows_second"] = True
        if self.is_ragged:
            fields["ragged"] = True
        if self.mark is not None:
            fields["refused"] = {"mark": f"{self.mark:.0f}", "reason": self.refused}
        return fields

    @classmethod
    def from_json(cls, data: Fields) -> MethodInfo:
        """Return what :meth:`to_json` wrote."""
        outputs, parts, labels = data.many("outputs", str), data.maybe_many("parts", str), _labels_of(data, "labels")
        for dtype in (data.get("dtype", str), *(parts or ())):
            dtype_of(dtype, data.at("dtype"), LABEL_KINDS if labels is not None else NUMBER_KINDS)
        if not outputs or (parts is not None and len(parts) != len(outputs)):
            raise damaged(data.at("outputs"), "are not as many as their dtypes")
        refused = data.fields("refused") if "refused" in data else None
        return cls(
            outputs,
            data.get("list", bool),
            data.get("dtype", str),
            labels,
            Features.from_json(data.fields("takes")) if "takes" in data else None,
            parts,
            _labels_of(data, "constants") or (),
            None if refused is None else _mark(refused),
            "" if refused is None else refused.get("reason", str),
            data.maybe("ragged", bool, False),
            data.maybe("rows_second", bool, False),
        )

    def misfit(self, outputs: Mapping[str, TensorDef]) -> str:
        """Say what of it does not fit the tensors that the file gives, nothing where all does."""
        if outputs.keys() != set(self.outputs):
            return f"name the outputs {', '.join(self.outputs)}, and the file gives {', '.join(outputs)}"
        shapes = [outputs[name].shape for name in self.outputs]
        least = 2 if self.is_ragged or self.rows_second else 1
        if any(len(shape) < least for shape in shapes):
            return "tell of more axes than its outputs have"
        if any(outputs[name].dtype == "string" for name in self.outputs):
            return "tell of numbers, and an output gives strings"
        if self.labels is None:
            return ""
        columns = 1 if len(shapes[0]) == 1 else shapes[0][-1]
        if len(shapes[0]) > 2 or len(self.labels) != columns or outputs[self.outputs[0]].dtype != "int32":
            return f"have tables of labels for {len(self.labels)} columns, and its output gives others"
        return ""


def _finite(rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the finite values of each row and their positions, in two arrays of arrays."""
    values, positions = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        positions[i] = np.flatnonzero(np.isfinite(row))
        values[i] = row[positions[i]]
    return values, positions


def _labels_to_json(labels: Sequence[NDArray[Any]] | None) -> list[dict[str, Any]] | None:
    return None if labels is None else [{"dtype": c.dtype.str, "values": _to_json(c)} for c in labels]


def _labels_of(data: Fields, name: str) -> tuple[NDArray[Any], ...] | None:
    return tuple(map(_from_json, data.several(name))) if name in data else None


def dtype_of(name: str, place: str, kinds: str) -> np.dtype[Any]:
    """Return the dtype of a name that a file holds, of some kinds and no wider than labels are."""
    try:
        dtype = np.dtype(name)
    except Exception:  # NumPy's parser of names raises errors of many types
        raise damaged(place, f"is {name!r:.80}, which is no dtype") from None
    if dtype.kind not in kinds or dtype.itemsize > WIDEST_LABEL:
        raise damaged(place, f"is {name!r:.80}, which labels and values have not")
    return dtype


def _mark(refused: Fields) -> float:
    try:
        return float(refused.get("mark", str))
    except ValueError:
        raise damaged(refused.at("mark"), "is no number") from None


def _to_json(labels: NDArray[Any]) -> list[Any]:
    """Return labels as JSON keeps them; bytes as the characters of the same numbers."""
    values: list[Any] = labels.tolist()
    if labels.dtype.kind == "S":
        return [value.decode("latin-1") for value in values]
    if any(not isinstance(value, str | bool | int | float | None) for value in values):
        raise ConversionError(f"labels of dtype {labels.dtype} cannot be kept in a file; use strings or numbers")
    return values


def _from_json(data: Fields) -> NDArray[Any]:
    """Return the labels that :func:`_labels_to_json` gave."""
    dtype = dtype_of(data.get("dtype", str), data.at("dtype"), LABEL_KINDS)
    values: list[Any] = scalars(data.get("values", list), data.at("values"))
    try:
        if dtype.kind in "US" and not all(isinstance(value, str) for value in values):
            raise ValueError("they are no strings")
        return np.array([value.encode("latin-1") for value in values] if dtype.kind == "S" else values, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise damaged(data.at("values"), f"cannot be held as {dtype} ({error})") from None


@dataclass(frozen=True)
class ModelFacts:
    """What a file says of the estimator that it came from, beside its operators.

    ``classes`` are a classifier's labels, for each of its outputs, in files that carry none beside the model.
    """

    estimator: str
    target: str
    features: Features
    methods: Mapping[str, MethodInfo]
    versions: Mapping[str, str]
    classes: tuple[NDArray[Any], ...] | None = None

    @property
    def runtime(self) -> Target:
        """The runtime that the file is for."""
        return TARGETS[self.target]

    def features_of(self, method: str) -> Features:
        """Return what rows one method takes."""
        takes = self.methods[method].takes
        return self.features if takes is None else takes

    def to_bytes(self) -> bytes:
        """Return the facts as JSON, the same bytes for the same facts."""
        document = {
            "format": FORMAT,
            "estimator": self.estimator,
            "target": self.target,
            "features": self.features.to_json(),
            "methods": {name: info.to_json() for name, info in self.methods.items()},
            "versions": dict(self.versions),
        }
        if self.classes is not None:
            document["classes"] = _labels_to_json(self.classes)
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> ModelFacts:
        """Return what :meth:`to_bytes` wrote."""
        try:
            data = Fields(json.loads(content), "facts")
        except (ValueError, RecursionError) as error:
            if isinstance(error, InvalidFileError):
                raise
            raise InvalidFileError(f"the file's facts about its estimator are damaged ({error})") from None
        versions = {name: data.fields("versions").get(name, str) for name in data.fields("versions").names()}
        if data.count("format") > FORMAT:
            raise InvalidFileError(
                f"the file was written by a newer skl2tflite ({versions.get('skl2tflite')}); update to it"
            )
        methods = data.fields("methods")
        for name in methods.names():
            if not (name.isascii() and name.isidentifier()):
                raise damaged(methods.place, f"has {name!r:.80}, which is no method's name")
        return cls(
            data.get("estimator", str),
            data.get("target", str),
            Features.from_json(data.fields("features")),
            {name: MethodInfo.from_json(methods.fields(name)) for name in methods.names()},
            versions,
            _labels_of(data, "classes"),
        )

    @classmethod
    def read(cls, program: Program) -> ModelFacts:
        """Return the facts that a file holds.

        Raises
        ------
        InvalidFileError
            Where it holds none: another tool wrote it.
        """
        if 0 < program.metadata.get(METADATA_NAME, 0) < len(program.buffers):
            info = metadata.unpack(program.buffers[program.metadata[METADATA_NAME]])
            if CUSTOM_NAME in info.custom:
                facts = cls.from_bytes(info.custom[CUSTOM_NAME])
                facts.check_fit(program)
                return facts
        raise InvalidFileError("the .tflite file was not written by skl2tflite")

    def check_fit(self, program: Program) -> None:
        """Raise where the facts do not fit the file's signatures, of which some may name what there is not."""
        if not self.methods or {signature.key for signature in program.signatures} != self.methods.keys():
            raise InvalidFileError("the file's facts about its estimator do not fit its signatures")
        for signature in program.signatures:
            try:
                tensors = program.subgraphs[signature.subgraph].tensors
                outputs = {name: tensors[index] for name, index in signature.outputs.items()}
                inputs = {name: tensors[index] for name, index in signature.inputs.items()}
            except IndexError:
                raise InvalidFileError("the file is malformed: a signature names tensors that there are not") from None
            misfit = self.methods[signature.key].misfit(outputs) or self.features_of(signature.key).misfit(
                {name: (tensor.dtype, tensor.shape) for name, tensor in inputs.items()}
            )
            if misfit:
                raise InvalidFileError(f"the file's facts about {signature.key} {misfit}")

    def attach(self, program: Program, classes: Sequence[NDArray[Any]] | None) -> dict[str, bytes]:
        """Add the TFLite metadata to a program.

        Parameters
        ----------
        program : Program
        classes : sequence of ndarray, optional
            Labels of a classifier, for each of its outputs.

        Returns
        -------
        dict of str to bytes
            Files of labels and vocabularies that the metadata names, to be appended to the packed program.
        """
        files = {_label_file(i, len(classes or ())): _lines(labels) for i, labels in enumerate(classes or ())}
        vocabularies = {} if self.runtime.is_microcontroller else _vocabulary_files(self.features, files)
        files.update({name: _lines(column.categories or ()) for column, name in vocabularies.values()})
        signatures = {signature.subgraph: signature for signature in program.signatures}
        subgraphs = []
        for index, subgraph in enumerate(program.subgraphs):
            if index not in signatures:
                subgraphs.append(metadata.SubgraphInfo(subgraph.name))
                continue
            method = signatures[index].key
            outputs = [
                metadata.TensorInfo(
                    name,
                    f"{method} of {self.estimator}{self.methods[method].note}",
                    *self._labelling(method, i, files, len(classes or ())),
                )
                for i, name in enumerate(signatures[index].outputs)
            ]
            features = self.features_of(method)
            inputs = tuple(_input_info(name, features, vocabularies) for name in signatures[index].inputs)
            subgraphs.append(metadata.SubgraphInfo(method, "", inputs, tuple(outputs)))
        info = metadata.ModelInfo(
            name=self.estimator,
            description=program.description,
            version=self.versions["skl2tflite"],
            subgraphs=tuple(subgraphs),
            custom={CUSTOM_NAME: self.to_bytes()},
        )
        program.add_metadata(METADATA_NAME, metadata.pack(info))
        return files

    def _labelling(
        self, method: str, output: int, files: Mapping[str, bytes], outputs: int
    ) -> tuple[str | None, Literal["axis", "values"]]:
        """Name the file of labels that an output's last axis, or its values, refer to."""
        if method in ("predict_proba", "predict_log_proba"):
            name = _label_file(output, outputs)
            return (name if name in files else None), "axis"
        if method in GIVE_LABELS and self.methods[method].labels is not None and outputs == 1:
            return _label_file(0, 1), "values"
        return None, "axis"


_READ = {
    "characters": "Unicode code points of a text, shape (1, length)",
    "tokens": "ids of a text's terms, shape (1, number): their lines in the vocabulary from 0, -1: unknown; without a "
    "vocabulary their MurmurHash3 (x86, 32 bits, seed 0, of UTF-8)",
    "counts": "how often each term of the vocabulary is in a text",
}
"""What inputs hold that a vectorizer reads."""


def _input_info(
    name: str, features: Features, vocabularies: Mapping[str, tuple[ColumnSpec, str]]
) -> metadata.TensorInfo:
    """Describe an input: all features, or one column."""
    if isinstance(features.rows, ImageRows):
        return metadata.TensorInfo(name, f"images of {features.rows}")
    if features.columns is None:
        names = f": {', '.join(features.names)}" if features.names else ""
        absent = "; NaN for what sparse rows do not hold" if features.absent_is_nan and features.only else ""
        return metadata.TensorInfo(name, f"{features.count} features{names}{absent}")
    about = _READ.get(next((column.dtype for column in features.columns if column.name == name), ""))
    if about is not None:
        return metadata.TensorInfo(
            name, about, *((vocabularies[name][1], "vocabulary") if name in vocabularies else ())
        )
    if name in vocabularies:
        about = "position in the vocabulary; -1: unknown, -2: NaN, -3: None"
        if isinstance(features.rows, SetRows):
            about = "each row's set of labels, as positions in the vocabulary; -1: none"
        return metadata.TensorInfo(name, about, vocabularies[name][1], "vocabulary")
    about = "column"
    if isinstance(features.rows, SetRows):
        about = f"each row's set of labels, filled up by {FOREIGN!a}, or {NO_LABEL}"
    return metadata.TensorInfo(name, about)


def _vocabulary_files(features: Features, taken: Collection[str]) -> dict[str, tuple[ColumnSpec, str]]:
    """Return the columns that travel as codes by name, each with the name of its file."""
    files: dict[str, tuple[ColumnSpec, str]] = {}
    used = set(taken)
    for column in features.columns or ():
        if column.categories is not None:
            stem = re.sub(r"[^\w.-]+", "_", column.name) or "column"
            name = next(
                n for n in (f"{stem}{end}.txt" for end in chain([""], (f"_{i}" for i in count(2)))) if n not in used
            )
            used.add(name)
            files[column.name] = column, name
    return files


def _lines(items: Iterable[object]) -> bytes:
    return "".join(f"{item}\n" for item in items).encode()


def _label_file(output: int, outputs: int) -> str:
    return "labels.txt" if outputs == 1 else f"labels_{output}.txt"
