"""Remove from a file what only hosts need: on a microcontroller, every byte takes flash."""

from __future__ import annotations

from dataclasses import replace

from skl2tflite.backends.tflite.program import Program, Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.writer import write


def strip(content: bytes) -> bytes:
    """Return a file that computes the same, without metadata, signatures, names and descriptions.

    TensorFlow Lite Micro reads none of them. Signatures are how other runtimes find a method, and metadata
    is what :func:`skl2tflite.load` needs: keep the whole file too.

    Parameters
    ----------
    content : bytes
        Of one method.

    Returns
    -------
    bytes
    """
    program = read(content)
    stripped = Program()
    for subgraph in program.subgraphs:
        tensors = [
            replace(tensor, name="", buffer=stripped.add_buffer(program.buffers[tensor.buffer]) if tensor.buffer else 0)
            for tensor in subgraph.tensors
        ]
        stripped.subgraphs.append(Subgraph("", tensors, subgraph.operators, subgraph.inputs, subgraph.outputs))
    return write(stripped, lean=True)
