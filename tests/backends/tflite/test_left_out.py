"""What a .tflite file may hold beside a program: it is read rightly or noted, and never in a file of ours."""

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from skl2tflite.backends.tflite import reader
from skl2tflite.backends.tflite.check import check, check_references
from skl2tflite.backends.tflite.program import Quantization, TensorDef
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import InvalidFileError
from tests.backends.tflite.test_check import good, main

LITERT = get_target("litert")


def packed(change):
    """Return a good file after a change to its tables."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(write(good()), 0))
    change(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def filled(table, **fields):
    for name, value in fields.items():
        setattr(table, name, value)
    return table


def scaled(model, scale, zero=0):
    model.subgraphs[0].tensors[2].quantization = filled(
        schema.QuantizationParametersT(), scale=np.float32(scale), zeroPoint=np.int64([zero]), quantizedDimension=1
    )


def again(model, name="notes"):
    model.metadata = [filled(schema.MetadataT(), name=name, buffer=1) for _ in range(2)]


BESIDE = {
    "Tensor.is_variable": lambda m: filled(m.subgraphs[0].tensors[2], isVariable=True),
    "Tensor.external_buffer": lambda m: filled(m.subgraphs[0].tensors[2], externalBuffer=3),
    "Tensor.sparsity": lambda m: filled(m.subgraphs[0].tensors[1], sparsity=schema.SparsityParametersT()),
    "Operator.custom_options": lambda m: filled(m.subgraphs[0].operators[0], customOptions=[1, 2]),
    "Operator.intermediates": lambda m: filled(m.subgraphs[0].operators[0], intermediates=[1]),
    "Operator.large_custom_options_offset": lambda m: filled(m.subgraphs[0].operators[0], largeCustomOptionsOffset=9),
    "OperatorCode.custom_code": lambda m: filled(m.operatorCodes[0], customCode="mine"),
    "version 4 of the format": lambda m: filled(m, version=4),
    "another shape of 'x' than its signature says": lambda m: filled(m.subgraphs[0].tensors[0], shape=np.int32([1, 9])),
    "two metadata 'notes'": again,
}  # fmt: skip


@pytest.mark.parametrize("part", BESIDE)
def test_what_a_program_does_not_hold_is_refused(part):
    content = packed(BESIDE[part])
    assert any(noted.startswith(part) for noted in read(content).left_out)
    with pytest.raises(InvalidFileError, match=f"it holds {part}.*, which skl2tflite never writes"):
        check(content, LITERT)


def test_nothing_is_noted_of_ours():
    assert read(write(good())).left_out == []


def test_quantization_is_kept():
    content = packed(lambda model: scaled(model, [0.5, 0.25], 3))
    assert main(read(content)).tensors[2].quantization == Quantization((0.5, 0.25), (3,), 1)
    with pytest.raises(InvalidFileError, match="tensor 'sum' is quantized with another scale than 1"):
        check(content, LITERT)


def test_options_of_another_operator():
    def change(model):
        operator = model.subgraphs[0].operators[0]
        operator.builtinOptions, operator.builtinOptionsType = schema.MulOptionsT(), schema.BuiltinOptions.MulOptions

    with pytest.raises(InvalidFileError, match=r"\(ADD\) has the options of another operator \(MulOptions\)"):
        check(packed(change), LITERT)


def test_buffers_outside_the_flatbuffer():
    """Weights may follow the model: then the buffer says where."""
    weights = np.float32([1.0]).tobytes()

    def outside(offset):
        return packed(lambda model: filled(model.buffers[1], data=None, offset=offset, size=len(weights)))

    offset = -(-len(outside(1 << 20)) // 16) * 16
    content = outside(offset).ljust(offset, b"\0") + weights
    program = read(content)
    assert program.buffers[1] == weights
    assert program.places[1] == offset
    assert main(program).tensors[1].shape == (1,)
    with pytest.raises(InvalidFileError, match=r"it holds Buffer\.offset"):
        check(content, LITERT)
    with pytest.raises(InvalidFileError, match="a buffer ends at byte"):
        read(content[:-1])


def test_files_beyond_two_gibibytes_are_not_read(monkeypatch):
    monkeypatch.setattr(reader, "LARGEST_FILE", 100)
    with pytest.raises(InvalidFileError, match=r"the file has 0\.0 GiB, and a \.tflite file 2 GiB at most"):
        read(write(good()))


@pytest.mark.parametrize(("change", "message"), [
    (lambda m: filled(m.subgraphs[0].tensors[0], buffer=9), "buffers"),
    (lambda m: filled(m.subgraphs[0].operators[0], inputs=np.int32([0, 9])), "tensors"),
    (lambda m: filled(m.signatureDefs[0], subgraphIndex=7), "subgraphs"),
    (lambda m: filled(m.subgraphs[0], outputs=np.int32([-1])), "tensors"),
])  # fmt: skip
def test_references_of_files_of_other_tools(change, message):
    check_references(read(write(good())))
    with pytest.raises(InvalidFileError, match=f"it refers to {message} that do not exist"):
        check_references(read(packed(change)))


def test_an_operator_code_that_there_is_not():
    with pytest.raises(InvalidFileError, match="operator code 5 of 2"):
        read(packed(lambda model: filled(model.subgraphs[0].operators[0], opcodeIndex=5)))


def constant(dtype, shape, content):
    program = good()
    main(program).tensors.append(TensorDef("c", dtype, shape, program.add_buffer(content)))
    return write(program)


def strings(*numbers, text=b""):
    return np.int32(numbers).tobytes() + text


@pytest.mark.parametrize(("dtype", "shape", "content", "message"), [
    ("string", (2,), strings(2, 16, 17, 18, text=b"ab"), None),
    ("string", (1,), strings(2, 16, 17, 18, text=b"ab"), "holds another number of texts"),
    ("string", (2,), strings(2, 16, 17), "is cut off"),
    ("string", (2,), strings(2, 16, 17, 99, text=b"ab"), "holds texts that lie outside of it"),
    ("string", (2,), strings(2, 16, 15, 18, text=b"ab"), "holds texts that lie outside of it"),
    ("string", (2,), strings(2, 4, 17, 18, text=b"ab"), "holds texts that lie outside of it"),
    ("bool", (2,), b"\0\1", None),
    ("bool", (2,), b"\0\7", "holds bytes that are neither 0 nor 1"),
])  # fmt: skip
def test_constants(dtype, shape, content, message):
    if message is None:
        check(constant(dtype, shape, content), LITERT)
        return
    with pytest.raises(InvalidFileError, match=message):
        check(constant(dtype, shape, content), LITERT)


def test_a_tensor_beyond_two_gibibytes():
    program = good()
    main(program).tensors.append(TensorDef("much", "float32", (-1, 2**20, 2**20)))
    with pytest.raises(InvalidFileError, match="has more than 2 GiB"):
        check(write(program), LITERT)


def test_a_subgraph_that_is_referred_to_many_times():
    """Few bytes that would be many objects; the work ends where it is more than the size allows."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(write(good()), 0))
    model.subgraphs[0].operators = []
    builder = flatbuffers.Builder(1024)
    subgraph, count = model.subgraphs[0].Pack(builder), 40_000
    schema.ModelStartSubgraphsVector(builder, count)
    for _ in range(count):
        builder.PrependUOffsetTRelative(subgraph)
    subgraphs = builder.EndVector()
    schema.ModelStart(builder)
    schema.ModelAddVersion(builder, 3)
    schema.ModelAddSubgraphs(builder, subgraphs)
    builder.Finish(schema.ModelEnd(builder), b"TFL3")
    content = bytes(builder.Output())
    assert len(content) < 200_000
    with pytest.raises(InvalidFileError, match="refers to its parts more often than its size allows"):
        read(content)
