import io
import zipfile

import pytest
from flatbuffers import number_types as types
from flatbuffers.table import Table

from skl2tflite.backends.tflite.metadata import (
    ModelInfo,
    SubgraphInfo,
    TensorInfo,
    append_files,
    pack,
    read_files,
    unpack,
)
from skl2tflite.errors import InvalidFileError

FULL = ModelInfo(
    name="iris",
    description="Scaler and logistic regression, größer",
    version="v1",
    author="someone",
    license="BSD-3-Clause",
    subgraphs=(
        SubgraphInfo(
            "predict_proba",
            "probabilities",
            inputs=(TensorInfo("x", "four measurements, cm"),),
            outputs=(TensorInfo("probabilities", "one per class", "labels.txt"),),
        ),
        SubgraphInfo("predict", outputs=(TensorInfo("class", labels_file="labels.txt", labels_for="values"),)),
    ),
    custom={"skl2tflite": b'{"classes": ["a", "b"]}', "other": bytes(range(256))},
)
MODEL = b"\x1c\x00\x00\x00TFL3" + bytes(range(256)) * 3
FILES = {"labels.txt": b"setosa\nversicolor\n", "a/vocabulary.txt": "größe\n".encode(), "empty": b""}

# The tables of metadata_schema.fbs 1.5.0, fields in the order of their declaration; it assigns no ids.
SCHEMA = {
    "ModelMetadata": ("name description version subgraph_metadata author license associated_files min_parser_version"),
    "SubGraphMetadata": (
        "name description input_tensor_metadata output_tensor_metadata associated_files input_process_units "
        "output_process_units input_tensor_groups output_tensor_groups custom_metadata"
    ),
    "TensorMetadata": "name description dimension_names content process_units stats associated_files",
    "CustomMetadata": "name data",
    "AssociatedFile": "name description type locale version",
}


class Reader:
    """Reads a table by the names of its fields, from the schema above alone."""

    def __init__(self, data, position, kind):
        self.table, self.kind = Table(data, position), kind

    @classmethod
    def root(cls, data):
        return cls(data, int.from_bytes(data[:4], "little"), "ModelMetadata")

    def offset(self, field):
        return self.table.Offset(4 + 2 * SCHEMA[self.kind].split().index(field))

    def text(self, field):
        offset = self.offset(field)
        return bytes(self.table.String(self.table.Pos + offset)).decode() if offset else None

    def int8(self, field):
        return self.table.GetSlot(4 + 2 * SCHEMA[self.kind].split().index(field), 0, types.Int8Flags)

    def vector(self, field):
        """Return where the vector's elements start and how many there are."""
        offset = self.offset(field)
        return (self.table.Vector(offset), self.table.VectorLen(offset)) if offset else (0, 0)

    def tables(self, field, kind):
        start, length = self.vector(field)
        positions = [self.table.Indirect(start + 4 * i) for i in range(length)]
        return [Reader(self.table.Bytes, position, kind) for position in positions]

    def present(self):
        return {field for field in SCHEMA[self.kind].split() if self.offset(field)}


@pytest.mark.parametrize(
    "info",
    [
        FULL,
        ModelInfo(),
        ModelInfo(subgraphs=(SubgraphInfo(),)),
        ModelInfo(subgraphs=(SubgraphInfo(inputs=(TensorInfo(),)),), custom={"skl2tflite": b""}),
    ],
)
def test_round_trip(info):
    assert unpack(pack(info)) == info


def test_equal_information_gives_equal_bytes():
    reordered = dict(reversed(FULL.custom.items()))
    again = ModelInfo(**{**vars(FULL), "custom": reordered})
    assert pack(again) == pack(FULL)


def test_fields_are_where_the_schema_puts_them():
    data = pack(FULL)
    assert data[4:8] == b"M001"
    model = Reader.root(data)
    assert model.present() == set(SCHEMA["ModelMetadata"].split()) - {"associated_files"}
    for field in ("name", "description", "version", "author", "license", "min_parser_version"):
        assert model.text(field) == getattr(FULL, field)

    first, second = model.tables("subgraph_metadata", "SubGraphMetadata")
    assert first.text("name") == "predict_proba"
    assert first.text("description") == "probabilities"
    assert second.present() == {"name", "output_tensor_metadata"}

    (x,) = first.tables("input_tensor_metadata", "TensorMetadata")
    assert x.text("name") == "x"
    assert x.text("description") == "four measurements, cm"
    assert x.present() == {"name", "description"}

    for subgraph, tensor_name, kind in ((first, "probabilities", 2), (second, "class", 3)):
        (tensor,) = subgraph.tables("output_tensor_metadata", "TensorMetadata")
        assert tensor.text("name") == tensor_name
        (file,) = tensor.tables("associated_files", "AssociatedFile")
        assert file.text("name") == "labels.txt"
        assert file.int8("type") == kind
        assert file.present() == {"name", "description", "type"}


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 1000])
def test_custom_data_is_whole_and_aligned(length):
    content = bytes(i % 251 for i in range(length))
    data = pack(ModelInfo(name="m", subgraphs=(SubgraphInfo("s"),), custom={"skl2tflite": content}))
    (subgraph,) = Reader.root(data).tables("subgraph_metadata", "SubGraphMetadata")
    (custom,) = subgraph.tables("custom_metadata", "CustomMetadata")
    assert custom.text("name") == "skl2tflite"
    start, count = custom.vector("data")
    assert data[start : start + count] == content
    assert start % 16 == 0


def test_custom_data_needs_a_subgraph():
    with pytest.raises(ValueError, match="at least one subgraph"):
        pack(ModelInfo(custom={"skl2tflite": b"{}"}))


@pytest.mark.parametrize("data", [b"", b"M001", b"\x00" * 64, MODEL])
def test_other_data_is_refused(data):
    with pytest.raises(InvalidFileError, match="not TFLite model metadata"):
        unpack(data)


def test_truncated_metadata_is_refused():
    with pytest.raises(InvalidFileError, match="the TFLite model metadata is damaged"):
        unpack(pack(FULL)[:40])


def test_files_round_trip():
    model = append_files(MODEL, FILES)
    assert model.startswith(MODEL)
    assert read_files(model) == FILES


def test_files_are_reproducible():
    assert append_files(MODEL, dict(reversed(FILES.items()))) == append_files(MODEL, FILES)


def test_a_model_without_files_is_unchanged():
    assert append_files(MODEL, {}) is MODEL
    assert read_files(MODEL) == {}
    assert read_files(b"") == {}


def test_files_are_not_attached_twice():
    with pytest.raises(ValueError, match="attached files already"):
        append_files(append_files(MODEL, FILES), FILES)


def test_zip_readers_open_the_model(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(append_files(MODEL, FILES))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(FILES)
        entries = archive.infolist()
    data = path.read_bytes()
    for entry in entries:
        assert data[entry.header_offset :].startswith(b"PK\x03\x04")  # offsets count from the model's start
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.compress_type == zipfile.ZIP_STORED
        assert entry.external_attr >> 16 == 0o644
    assert entries[0].header_offset == len(MODEL)


def test_listing(capsys):
    with zipfile.ZipFile(io.BytesIO(append_files(MODEL, FILES))) as archive:
        archive.printdir()
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == sorted(FILES)
    assert [int(line.split()[-1]) for line in lines] == [len(FILES[name]) for name in sorted(FILES)]
    assert all("1980-01-01 00:00:00" in line for line in lines)


def test_damaged_files_are_refused():
    model = bytearray(append_files(MODEL, FILES))
    model[model.index(b"setosa")] ^= 0xFF
    with pytest.raises(InvalidFileError, match="damaged"):
        read_files(bytes(model))
