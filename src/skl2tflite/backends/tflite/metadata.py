"""TFLite model metadata and the files a model carries.

Metadata is a FlatBuffer of its own, stored in the model's buffer named ``TFLITE_METADATA``; its layout is
``metadata_schema.fbs`` 1.5.0 of tflite-support, of which the tables used here are packed and read directly.
Files such as ``labels.txt`` follow the model as a ZIP archive: TFLite readers ignore what comes after the
FlatBuffer, ZIP readers look for their directory at the end.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import flatbuffers
import numpy as np

from skl2tflite.backends.tflite.flatbuffer import Fields, Reader, Span, schema_of
from skl2tflite.errors import InvalidFileError

__all__ = ["ModelInfo", "SubgraphInfo", "TensorInfo", "append_files", "pack", "read_files", "unpack"]

FILE_IDENTIFIER = b"M001"
LabelsFor = Literal["axis", "values", "vocabulary"]
_FILE_KINDS: dict[LabelsFor, int] = {"axis": 2, "values": 3, "vocabulary": 5}  # AssociatedFileType
_SCHEMA = schema_of(
    {
        "ModelMetadata": {
            "name": "string", "description": "string", "version": "string", "subgraph_metadata": "[SubGraph]",
            "author": "string", "license": "string", "associated_files": "skipped", "min_parser_version": "string",
        },
        "SubGraph": {
            "name": "string", "description": "string", "inputs": "[Tensor]", "outputs": "[Tensor]",
            **{f"skipped {i}": "skipped" for i in range(5)}, "custom": "[Custom]",
        },
        "Tensor": {
            "name": "string", "description": "string", **{f"skipped {i}": "skipped" for i in range(3)},
            "stats": "Stats", "files": "[File]",
        },
        "Stats": {"max": "[float]", "min": "[float]"},
        "File": {"name": "string", "description": "string", "type": "byte"},
        "Custom": {"name": "string", "data": "[ubyte]"},
    }
)  # fmt: skip
"""The parts of the schema that are read here, under shorter names."""
_END_OF_ZIP, _END_OF_ZIP_SIZE = b"PK\x05\x06", 22


@dataclass(frozen=True)
class TensorInfo:
    """What a reader should know of one input or output tensor.

    Parameters
    ----------
    name, description : str
    labels_file : str, optional
        Name of an attached file with one label per line.
    labels_for : {"axis", "values", "vocabulary"}
        Whether the labels name the entries along the last axis (probabilities), the values (class indices), or are
        the text that the values stand for (codes).
    least, greatest : tuple of float
        Least and greatest values of each entry along the last axis, or of all together; may be empty.
    """

    name: str = ""
    description: str = ""
    labels_file: str | None = None
    labels_for: LabelsFor = "axis"
    least: tuple[float, ...] = ()
    greatest: tuple[float, ...] = ()


@dataclass(frozen=True)
class SubgraphInfo:
    """What a reader should know of one subgraph.

    Parameters
    ----------
    name, description : str
    inputs, outputs : sequence of TensorInfo
        In the order of the subgraph's own inputs and outputs.
    """

    name: str = ""
    description: str = ""
    inputs: tuple[TensorInfo, ...] = ()
    outputs: tuple[TensorInfo, ...] = ()


@dataclass(frozen=True)
class ModelInfo:
    """What a reader should know of a model.

    Parameters
    ----------
    name, description, version, author, license : str
    subgraphs : sequence of SubgraphInfo
        In the order of the model's subgraphs.
    custom : mapping of str to bytes
        Data of ours under names of ours. The schema hangs it on a subgraph: it goes to the first.
    min_parser_version : str
        Version of the schema that a reader must know.
    """

    name: str = ""
    description: str = ""
    version: str = ""
    author: str = ""
    license: str = ""
    subgraphs: tuple[SubgraphInfo, ...] = ()
    custom: Mapping[str, bytes] = field(default_factory=dict)
    min_parser_version: str = "1.5.0"


def pack(info: ModelInfo) -> bytes:
    """Return the metadata as a FlatBuffer; equal information gives equal bytes.

    Parameters
    ----------
    info : ModelInfo

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If there is custom data but no subgraph to hang it on.
    """
    if info.custom and not info.subgraphs:
        raise ValueError("custom metadata needs at least one subgraph")
    builder = flatbuffers.Builder(1024)
    custom = [_pack_custom(builder, name, info.custom[name]) for name in sorted(info.custom)]
    subgraphs = [
        _pack_subgraph(builder, subgraph, [] if position else custom)
        for position, subgraph in enumerate(info.subgraphs)
    ]
    root = _table(
        builder,
        8,
        {
            0: _string(builder, info.name),
            1: _string(builder, info.description),
            2: _string(builder, info.version),
            3: _vector(builder, subgraphs),
            4: _string(builder, info.author),
            5: _string(builder, info.license),
            7: _string(builder, info.min_parser_version),
        },
    )
    builder.Finish(root, FILE_IDENTIFIER)
    return bytes(builder.Output())


def unpack(data: bytes) -> ModelInfo:
    """Read what :func:`pack` wrote.

    Fields of the schema that have no place in `ModelInfo` are skipped.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    ModelInfo

    Raises
    ------
    InvalidFileError
        If the data is not TFLite model metadata.
    """
    if data[4:8] != FILE_IDENTIFIER:
        raise InvalidFileError("not TFLite model metadata: the file identifier M001 is missing")
    root = Reader(data, _SCHEMA, "the TFLite model metadata").root("ModelMetadata")
    subgraphs = root.get("subgraph_metadata", [])
    return ModelInfo(
        **{name: root.get(name, "") for name in ("name", "description", "version", "author", "license")},
        subgraphs=tuple(map(_read_subgraph, subgraphs)),
        custom={each.get("name", ""): _bytes(data, each) for s in subgraphs[:1] for each in s.get("custom", ())},
        min_parser_version=root.get("min_parser_version", ""),
    )


def append_files(model: bytes, files: Mapping[str, bytes]) -> bytes:
    """Attach files to a model.

    They are stored uncompressed in the order of their names, without times of their own, so that equal files
    give equal bytes. The result is a TFLite model and a ZIP archive at once.

    Parameters
    ----------
    model : bytes
        A model without attached files.
    files : mapping of str to bytes

    Returns
    -------
    bytes
        The model's own bytes, unchanged, and the archive.

    Raises
    ------
    ValueError
        If the model has attached files already.
    """
    if not files:
        return model
    if _has_files(model):
        raise ValueError("the model has attached files already")
    stream = io.BytesIO(model)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, wherever we run
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()


def read_files(model: bytes) -> dict[str, bytes]:
    """Return the files attached to a model by name, none if it has none.

    Parameters
    ----------
    model : bytes

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    InvalidFileError
        If the archive is damaged.
    """
    if not _has_files(model):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > len(model):
                raise InvalidFileError("the files attached to the model are longer than it: they are compressed")
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise InvalidFileError(f"the files attached to the model are damaged: {error}") from error


def _has_files(model: bytes) -> bool:
    return model[-_END_OF_ZIP_SIZE:].startswith(_END_OF_ZIP)


# Packing. Numbers are the positions of the fields in the schema's tables.


def _pack_subgraph(builder: flatbuffers.Builder, info: SubgraphInfo, custom: list[int]) -> int:
    inputs = [_pack_tensor(builder, tensor) for tensor in info.inputs]
    outputs = [_pack_tensor(builder, tensor) for tensor in info.outputs]
    fields = {
        0: _string(builder, info.name),
        1: _string(builder, info.description),
        2: _vector(builder, inputs),
        3: _vector(builder, outputs),
        9: _vector(builder, custom),
    }
    return _table(builder, 10, fields)


def _pack_tensor(builder: flatbuffers.Builder, info: TensorInfo) -> int:
    files = []
    if info.labels_file is not None:
        kind = _FILE_KINDS[info.labels_for]
        name, description = _string(builder, info.labels_file), _string(builder, "Labels, one per line")
        files = [_table(builder, 5, {0: name, 1: description}, bytes_={2: kind})]
    stats = 0
    if info.greatest:
        greatest, least = (builder.CreateNumpyVector(np.array(n, "<f4")) for n in (info.greatest, info.least))
        stats = _table(builder, 2, {0: int(greatest), 1: int(least)})
    fields = {
        0: _string(builder, info.name),
        1: _string(builder, info.description),
        5: stats,
        6: _vector(builder, files),
    }
    return _table(builder, 7, fields)


def _pack_custom(builder: flatbuffers.Builder, name: str, data: bytes) -> int:
    builder.StartVector(1, len(data), 16)  # the schema's force_align
    builder.head -= len(data)  # as CreateByteVector does, which knows no alignment
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return _table(builder, 2, {1: builder.EndVector(), 0: _string(builder, name)})


def _string(builder: flatbuffers.Builder, text: str) -> int:
    return int(builder.CreateString(text)) if text else 0


def _vector(builder: flatbuffers.Builder, offsets: list[int]) -> int:
    if not offsets:
        return 0
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _table(
    builder: flatbuffers.Builder,
    length: int,
    offsets: Mapping[int, int],
    bytes_: Mapping[int, int] | None = None,
) -> int:
    """Write a table of `length` fields; an offset of 0 leaves its field out."""
    builder.StartObject(length)
    for position, offset in offsets.items():
        builder.PrependUOffsetTRelativeSlot(position, offset, 0)
    for position, value in (bytes_ or {}).items():
        builder.PrependInt8Slot(position, value, 0)
    return int(builder.EndObject())


# Reading.


def _read_subgraph(table: Fields) -> SubgraphInfo:
    return SubgraphInfo(
        table.get("name", ""),
        table.get("description", ""),
        tuple(map(_read_tensor, table.get("inputs", ()))),
        tuple(map(_read_tensor, table.get("outputs", ()))),
    )


def _read_tensor(table: Fields) -> TensorInfo:
    stats = table.get("stats", {})
    info = TensorInfo(
        table.get("name", ""),
        table.get("description", ""),
        least=tuple(map(float, stats.get("min", ()))),
        greatest=tuple(map(float, stats.get("max", ()))),
    )
    for file in table.get("files", ()):
        for labels_for, number in _FILE_KINDS.items():
            if file.get("type", 0) == number:
                return replace(info, labels_file=file.get("name", ""), labels_for=labels_for)
    return info


def _bytes(data: bytes, custom: Fields) -> bytes:
    held = custom.get("data", Span(0, 0))
    return data[held.place : held.place + held.size]
