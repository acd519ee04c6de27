"""Files: what is written is what is read; damage is an error, never a crash."""

import hashlib
import random
import subprocess
import sys
import textwrap

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite import writer
from skl2tflite.backends.tflite.check import check
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program, Subgraph, TensorDef, buffer_content
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import ConversionError, InvalidFileError
from skl2tflite.graph import DType, Graph, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.runtime.litert import LiteRTRunner
from tests.backends.tflite.test_check import good

LITERT = get_target("litert")
WEIGHTS = np.random.default_rng(0).normal(size=(3, 4))


def two_methods() -> Program:
    program = Program(description="two methods")
    for name, function in (("proba", xp.softmax), ("score", lambda s: s)):
        x = input_tensor("X", DType.FLOAT, (None, 3))
        y = function(xp.linear(x, WEIGHTS, np.ones(4)))
        lower(Graph(name, {"X": x}, {name: y}), program, LITERT)
    program.add_metadata("notes", b"\x00some notes\xff")
    return program


def normalized(options):
    return {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in options.items() if value}


@pytest.mark.parametrize("make", [good, two_methods])
def test_round_trip(make):
    program = make()
    again = read(write(program))
    assert again.buffers == program.buffers
    assert again.signatures == program.signatures
    assert again.metadata == program.metadata
    assert again.description == program.description
    for old, new in zip(program.subgraphs, again.subgraphs, strict=True):
        assert (new.name, new.tensors, new.inputs, new.outputs) == (old.name, old.tensors, old.inputs, old.outputs)
        for before, after in zip(old.operators, new.operators, strict=True):
            assert (after.name, after.version, after.inputs, after.outputs) == (
                before.name, before.version, before.inputs, before.outputs,
            )  # fmt: skip
            assert normalized(before.options).items() <= normalized(after.options).items()
    assert write(again) == write(program)


def test_buffers_are_aligned_shared_and_written_once():
    program = two_methods()
    content = write(program)
    transposed = np.ascontiguousarray(WEIGHTS.T, dtype=np.float32).tobytes()
    assert content.count(transposed) == 1
    assert content.index(transposed) % writer.ALIGNMENT == 0
    used = [{t.buffer for t in subgraph.tensors if t.buffer} for subgraph in program.subgraphs]
    assert used[0] & used[1]
    assert len(program.buffers) == len(set(program.buffers))
    model = schema.Model.GetRootAsModel(content, 0)
    base = np.frombuffer(content, np.uint8).ctypes.data
    for index in range(model.BuffersLength()):
        if model.Buffers(index).DataLength():
            assert (model.Buffers(index).DataAsNumpy().ctypes.data - base) % 16 == 0
    assert model.Buffers(0).DataLength() == 0


def test_equal_content_of_another_shape_shares_its_buffer():
    program = Program()
    assert program.add_buffer(b"abcd") == program.add_buffer(b"abcd") == 1
    assert program.add_buffer(b"abce") == 2
    x = input_tensor("X", DType.FLOAT, (None, 4))
    y = (x + np.arange(4.0)) * np.arange(4.0).reshape(1, 4)
    program = Program()
    lower(Graph("main", {"X": x}, {"y": y}), program, LITERT)
    assert len(program.buffers) == 2
    assert [t.shape for t in program.subgraphs[0].tensors if t.buffer] == [(4,), (1, 4)]


def test_same_bytes_in_another_process():
    code = textwrap.dedent("""
        import hashlib, sys
        sys.path.insert(0, sys.argv[1])
        from tests.backends.tflite.test_writer_and_reader import two_methods
        from skl2tflite.backends.tflite.writer import write
        print(hashlib.sha256(write(two_methods())).hexdigest())
    """)
    root = str(__import__("pathlib").Path(__file__).parents[3])
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code, root], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "77")
    }
    assert hashes == {hashlib.sha256(write(two_methods())).hexdigest()}


def test_files_beyond_two_gibibytes_are_refused():
    class Huge(bytes):
        def __len__(self):
            return 3 * 2**30

    program = good()
    program.buffers.append(Huge())
    with pytest.raises(ConversionError, match=r"the model takes 3\.0 GiB and a \.tflite file holds 2 GiB"):
        write(program)


def test_a_file_just_beyond_the_limit_is_refused(monkeypatch):
    content = write(two_methods())
    monkeypatch.setattr(writer, "LARGEST_FILE", len(content) - 1)
    with pytest.raises(ConversionError, match="fit a smaller one"):
        write(two_methods())


def test_what_the_flatbuffer_cannot_hold_is_refused(monkeypatch):
    monkeypatch.setattr(flatbuffers.Builder, "MAX_BUFFER_SIZE", 1000)
    with pytest.raises(ConversionError, match="2 GiB at most"):
        write(two_methods())


def test_an_unknown_option_is_an_error():
    program = good()
    program.subgraphs[0].operators[0] = type(program.subgraphs[0].operators[0])("ADD", 1, (0, 1), (2,), {"nonsense": 1})
    with pytest.raises(ValueError, match="AddOptions has no field 'nonsense'"):
        write(program)


@pytest.mark.parametrize(
    "content", [b"", b"TFL3", b"\x00" * 100, b"PK\x03\x04" + b"\x00" * 50, b"\x1c\x00\x00\x00TFL3"]
)
def test_other_files(content):
    with pytest.raises(InvalidFileError, match=r"not a \.tflite file|damaged or truncated"):
        read(content)


def outcome(content):
    """Return whether a file is read and passes the check; any other exception than InvalidFileError is raised."""
    try:
        check(content, LITERT)
    except InvalidFileError:
        return False
    return True


def test_every_truncation_is_an_error():
    content = write(two_methods())
    assert outcome(content)
    for length in range(0, len(content) - 8, 5):
        assert not outcome(content[:length]), length


def test_flipped_bits_never_crash():
    content = write(two_methods())
    generator = random.Random(0)
    kept = 0
    for _ in range(1500):
        damaged = bytearray(content)
        for _ in range(generator.choice([1, 1, 2, 10])):
            damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        kept += outcome(bytes(damaged))
    assert 0 < kept < 1500


def test_runtime_refuses_what_it_cannot_load():
    with pytest.raises(InvalidFileError, match="LiteRT does not accept the file"):
        LiteRTRunner(b"nonsense")


def test_foreign_files_are_read():
    """A file of another writer: no names of subgraphs, no signatures, operators that we never write."""
    program = good()
    program.signatures.clear()
    program.subgraphs[0].name = ""
    operators = program.subgraphs[0].operators
    operators[1] = type(operators[1])("RNN", 1, (2,), (3,))
    again = read(write(program))
    assert [op.name for op in again.subgraphs[0].operators] == ["ADD", "RNN"]
    assert again.signatures == []


def test_an_unknown_operator_code_has_a_number_for_a_name():
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(write(good()), 0))
    model.operatorCodes[1].builtinCode = 4000
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    assert read(bytes(builder.Output())).subgraphs[0].operators[1].name == "UNKNOWN_4000"


def test_content_of_buffers():
    assert buffer_content(np.array([1, 2], dtype=">i4")) == np.array([1, 2], dtype="<i4").tobytes()
    assert buffer_content(np.arange(6).reshape(2, 3).T) == np.arange(6).reshape(2, 3).T.copy().tobytes()
    packed = buffer_content(np.array(["a", "é", ""], dtype=object))
    assert np.frombuffer(packed[:20], "<i4").tolist() == [3, 20, 21, 23, 23]
    assert packed[20:] == "aé".encode()
    assert buffer_content(np.array([b"a", "é", b""], dtype=object)) == packed


def test_dynamic_axes_are_in_the_signature_of_the_shape():
    model = schema.Model.GetRootAsModel(write(good()), 0)
    tensor = model.Subgraphs(0).Tensors(0)
    assert tensor.ShapeAsNumpy().tolist() == [1, 3]
    assert tensor.ShapeSignatureAsNumpy().tolist() == [-1, 3]
    assert model.Version() == 3


def test_quantized_integers_of_scale_one_are_plain_integers():
    program = Program(subgraphs=[Subgraph("main", [TensorDef("x", "qint8", (2,)), TensorDef("y", "int8", (2,))])])
    tensors = read(write(program)).subgraphs[0].tensors
    assert [tensor.dtype for tensor in tensors] == ["qint8", "int8"]
