"""The structural checker finds every kind of fault, one at a time."""

import dataclasses

import numpy as np
import pytest

from skl2tflite.backends.tflite.check import check
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import OperatorDef, Program, Signature, Subgraph, TensorDef
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import InvalidFileError
from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import to_file, trace

LITERT, MICRO = get_target("litert"), get_target("micro")


def good() -> Program:
    """Return y = relu(x + 1), whose tensors are x, 1, x + 1 and y."""
    program = Program()
    one = program.add_buffer(np.float32([1.0]).tobytes())
    tensors = [
        TensorDef("x", "float32", (-1, 3)), TensorDef("one", "float32", (1,), one),
        TensorDef("sum", "float32", (-1, 3)), TensorDef("y", "float32", (-1, 3)),
    ]  # fmt: skip
    operators = [OperatorDef("ADD", 1, (0, 1), (2,)), OperatorDef("RELU", 1, (2,), (3,))]
    program.subgraphs.append(Subgraph("main", tensors, operators, [0], [3]))
    program.signatures.append(Signature("main", 0, {"x": 0}, {"y": 3}))
    return program


def main(program):
    return program.subgraphs[0]


def tensor(program, index, **changes):
    main(program).tensors[index] = dataclasses.replace(main(program).tensors[index], **changes)


def operator(program, index, **changes):
    main(program).operators[index] = dataclasses.replace(main(program).operators[index], **changes)


def constant(program, values):
    """Add a constant, and return its index."""
    values = np.asarray(values)
    buffer = program.add_buffer(values.tobytes())
    main(program).tensors.append(TensorDef("constant", values.dtype.name, values.shape, buffer))
    return len(main(program).tensors) - 1


def signature(program, **changes):
    program.signatures[0] = dataclasses.replace(program.signatures[0], **changes)


def second_signature(program):
    program.signatures.append(Signature("again", 0, {"x": 0}, {"y": 3}))


def same_key(program):
    program.subgraphs.append(dataclasses.replace(main(program), name="other"))
    program.signatures.append(Signature("main", 1, {"x": 0}, {"y": 3}))


def loop(program, condition=1, body=1):
    inner = Subgraph("inner", [TensorDef("s", "float32", (-1, 3)), TensorDef("r", "float32", (-1, 3))], [], [0], [1])
    inner.operators.append(OperatorDef("RELU", 1, (0,), (1,)))
    program.subgraphs.append(inner)
    operator(program, 1, name="WHILE", options={"condSubgraphIndex": condition, "bodySubgraphIndex": body})


def loop_that_runs_itself(program):
    loop(program)
    inner = program.subgraphs[1]
    inner.operators[0] = OperatorDef("WHILE", 1, (0,), (1,), {"condSubgraphIndex": 1, "bodySubgraphIndex": 1})


def deep(program, name, rank, version, **changes):
    for index in (0, 2, 3):
        tensor(program, index, shape=(-1, *[1] * (rank - 1)))
    operator(program, 1, name=name, version=version, **changes)


FAULTS = {
    "buffer 0 is not empty": lambda p: p.buffers.__setitem__(0, b"abcd"),
    "there is no subgraph": lambda p: (p.subgraphs.clear(), p.signatures.clear()),
    "operator 0 (RELU) reads 'sum' before it is computed": lambda p: main(p).operators.reverse(),
    "operator 0 (ADD) reads tensor 9 of 4": lambda p: operator(p, 0, inputs=(0, 9)),
    "operator 0 (ADD) reads tensor -2 of 4": lambda p: operator(p, 0, inputs=(0, -2)),
    "operator 1 (RELU) writes tensor 7 of 4": lambda p: operator(p, 1, outputs=(7,)),
    "operator 1 (RELU) writes 'sum', which already has a value": lambda p: operator(p, 1, outputs=(2,)),
    "operator 1 (RELU) writes 'one', which already has a value": lambda p: operator(p, 1, outputs=(1,)),
    "operator 1 (RELU) writes 'x', which already has a value": lambda p: operator(p, 1, outputs=(0,)),
    "operator 1 (RELU) has 0 results, expected 1": lambda p: operator(p, 1, outputs=()),
    "operator 1 (RELU) lacks operand 0": lambda p: operator(p, 1, inputs=(-1,)),
    "constant 'one' of float32[2] has 4 bytes": lambda p: tensor(p, 1, shape=(2,)),
    "constant 'one' of int64[1] has 4 bytes": lambda p: tensor(p, 1, dtype="int64"),
    "constant 'one' has an unknown axis": lambda p: tensor(p, 1, shape=(-1,)),
    "tensor 'one' names buffer 5": lambda p: tensor(p, 1, buffer=5),
    "tensor 'sum' has shape (-2, 3)": lambda p: tensor(p, 2, shape=(-2, 3)),
    "input 'one' is a constant": lambda p: main(p).inputs.append(1),
    "input 8 is no tensor of 4": lambda p: main(p).inputs.append(8),
    "output 12 is never computed": lambda p: main(p).outputs.append(12),
    "output 3 is never computed": lambda p: main(p).operators.pop(),
    "signature 'main' names subgraph 3": lambda p: signature(p, subgraph=3),
    "signature 'again' shares its subgraph with another": second_signature,
    "two signatures have one key": same_key,
    "signature 'main' does not name its subgraph's inputs": lambda p: signature(p, inputs={"x": 1}),
    "signature 'main' does not name its subgraph's outputs": lambda p: signature(p, outputs={}),
    "metadata 'notes' names buffer 77": lambda p: p.metadata.update(notes=77),
    "output 'y' has no shape before it is computed": lambda p: operator(p, 1, name="WHERE"),
    "operator 1 (CONV_2D) does not exist on target 'litert'": lambda p: operator(p, 1, name="CONV_2D"),
    "output 'y' is int64": lambda p: tensor(p, 3, dtype="int64"),
    "operator 1 (WHILE) runs subgraph 5 of 2": lambda p: loop(p, body=5),
    "subgraph 'inner' runs itself": loop_that_runs_itself,
    "operator 1 (LOG) has no kernel for int32 of 2 axes": lambda p: (
        [tensor(p, i, dtype="int32") for i in range(4)], operator(p, 1, name="LOG")
    ),
    "operator 1 (SUM) has no kernel for float32 of 7 axes": lambda p: deep(
        p, "SUM", 7, 1, inputs=(2, constant(p, np.int32([1])))
    ),
    "operator 1 (CAST) has no kernel for float32->string": lambda p: (
        tensor(p, 3, dtype="string"), operator(p, 1, name="CAST")
    ),
    "operator 1 (BROADCAST_TO) is of version 1, and what it does needs 2": lambda p: operator(
        p, 1, name="BROADCAST_TO", inputs=(2, constant(p, np.int32([-1, 3])))
    ),
    "operator 1 (TRANSPOSE) is of version 4, and what it does needs 6": lambda p: deep(
        p, "TRANSPOSE", 6, 4, inputs=(2, constant(p, np.arange(6, dtype=np.int32)))
    ),
    "operator 1 (GATHER) is of version 1, and what it does needs 5": lambda p: operator(
        p, 1, name="GATHER", inputs=(2, constant(p, np.int32([[0, 1, 2]]))), options={"batchDims": 1, "axis": 1}
    ),
    "operator 1 (FULLY_CONNECTED) is of version 1, and what it does needs 6": lambda p: operator(
        p, 1, name="FULLY_CONNECTED", inputs=(2, 1, -1)
    ),
    "operator 1 (MAXIMUM) is of version 1, and what it does needs 3": lambda p: deep(p, "MAXIMUM", 5, 1, inputs=(2, 1)),
}  # fmt: skip


def test_a_good_program_passes():
    content = write(good())
    program = check(content, LITERT)
    assert main(program).tensors == main(good()).tensors


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(fault):
    program = good()
    FAULTS[fault](program)
    with pytest.raises(InvalidFileError) as error:
        check(write(program), LITERT)
    assert str(error.value).startswith("the file is malformed: ")
    assert fault in str(error.value)


def test_faults_of_a_narrower_target():
    program = good()
    operator(program, 1, name="SIGN")
    content = write(program)
    check(content, LITERT)
    with pytest.raises(InvalidFileError, match=r"operator 1 \(SIGN\) does not exist on target 'micro'"):
        check(content, MICRO)


def test_faults_of_tflm():
    program = good()
    main(program).tensors = [
        dataclasses.replace(t, shape=(1, 3) if t.name != "one" else (1,)) for t in main(program).tensors
    ]
    check(write(program), MICRO)
    tensor(program, 0, shape=(-1, 3))
    with pytest.raises(InvalidFileError, match=r"tensor 'x' of shape .* has no fixed elements on target 'micro'"):
        check(write(program), MICRO)
    tensor(program, 0, shape=(1, 3))
    operator(program, 0, name="CONCATENATION", inputs=(0,) * 11, options={"axis": 0})
    with pytest.raises(InvalidFileError, match="joins 11 tensors, and 10 at most on target 'micro'"):
        check(write(program), MICRO)
    second_signature(program)
    with pytest.raises(InvalidFileError, match="target 'micro' runs subgraph 0 alone"):
        check(write(program), MICRO)


def test_many_faults_are_counted():
    program = good()
    main(program).tensors = [dataclasses.replace(t, shape=(-9,)) for t in main(program).tensors] * 3
    with pytest.raises(InvalidFileError, match=r"; and \d+ more"):
        check(write(program), LITERT)


def test_a_misaligned_buffer():
    content = write(good())
    one = np.float32([1.0]).tobytes()
    at = content.index(one)
    assert at % 16 == 0
    shifted = bytearray(content)
    # The same vector, four bytes later: its length, then its bytes, and the table's offset to it moved as well.
    vector = content[at - 4 : at + 4]
    assert vector[:4] == (4).to_bytes(4, "little")
    table = next(
        position for position in range(0, len(content) - 4, 4)
        if position + int.from_bytes(content[position : position + 4], "little") == at - 4
    )  # fmt: skip
    shifted += bytes(-len(shifted) % 16) + vector
    offset = len(shifted) - 8 - table
    shifted[table : table + 4] = offset.to_bytes(4, "little")
    assert (len(shifted) - 4) % 16 != 0
    with pytest.raises(InvalidFileError, match="buffer 1 does not start at a multiple of 16 bytes"):
        check(bytes(shifted), LITERT)


def test_what_the_lowering_writes_passes():
    graph = trace(lambda x: xp.softmax(x @ np.eye(3))[:, ::-1], np.ones((2, 3)))
    content = to_file(graph)
    assert check(content, LITERT).signatures[0].key == "main"


def test_loops_may_share_a_subgraph():
    program = Program()
    graph = trace(
        lambda x: xp.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s * 2.0), (np.array(0), x))[1], np.ones((2, 3))
    )
    lower(graph, program, LITERT)
    (first,) = [op for op in program.subgraphs[0].operators if op.name == "WHILE"]
    state = [program.subgraphs[0].tensors[i] for i in first.outputs]
    program.subgraphs[0].tensors += state
    outputs = tuple(range(len(program.subgraphs[0].tensors) - 2, len(program.subgraphs[0].tensors)))
    program.subgraphs[0].operators.append(dataclasses.replace(first, inputs=first.outputs, outputs=outputs))
    assert len(check(write(program), LITERT).subgraphs) == 3
