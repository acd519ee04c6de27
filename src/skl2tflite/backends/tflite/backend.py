"""TensorFlow Lite files, for LiteRT and TensorFlow Lite Micro."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.backends.backend import Backend
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.metadata import append_files
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.runner import make_runner, runtimes_of
from skl2tflite.backends.tflite.targets import TARGETS, Target
from skl2tflite.backends.tflite.writer import write


def _new_program(description: str) -> Program:
    return Program(description=description)


def _write(program: Program, files: Mapping[str, bytes]) -> bytes:
    return append_files(write(program), files)


TFLITE: Backend[Program, Target] = Backend(TARGETS, _new_program, lower, _write, runtimes_of, make_runner)
