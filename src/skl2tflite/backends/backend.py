"""What a backend is: everything that turns graphs into files of one format, and runs these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from numpy.typing import NDArray

from skl2tflite.choices import OptimizeFor
from skl2tflite.graph import Graph

ProgramT = TypeVar("ProgramT")
TargetT = TypeVar("TargetT")


class Target(Protocol):
    """What a file's plan depends on of the runtime that it is for, whatever its format."""

    @property
    def name(self) -> str:
        """What ``convert(target=...)`` takes."""

    @property
    def fixed_batch(self) -> int | None:
        """Number of rows of every call, by default; None where a call may have any number."""

    @property
    def any_batch(self) -> bool:
        """Whether a file may be written for another fixed number of rows."""

    @property
    def text_length(self) -> int | None:
        """Code points of a text in a file, by default; None where texts may have any length."""

    @property
    def holds_one_method(self) -> bool:
        """Whether a file holds one method only."""

    @property
    def has_strings(self) -> bool:
        """Whether inputs may hold strings."""

    @property
    def has_bool_inputs(self) -> bool:
        """Whether inputs and outputs may hold booleans; else they are integers, 0 and 1."""

    @property
    def dynamic_lengths(self) -> bool:
        """Whether lengths of arrays may be known only at run time, as those of texts are."""

    @property
    def dynamic_inputs(self) -> bool:
        """Whether a call may decide about lengths of inputs, such as the number of rows."""

    @property
    def is_microcontroller(self) -> bool:
        """Whether every byte of a file counts, and what only hosts read is left out of it."""

    @property
    def saturates(self) -> bool:
        """Whether sums and products stop at the greatest float32 number, where others give infinity."""


class Runner(Protocol):
    """Computes the methods of one file."""

    @property
    def signatures(self) -> tuple[str, ...]:
        """Names of the methods."""

    def run(self, signature: str, inputs: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
        """Return the results of one method, by name, of any number of rows."""


@dataclass(frozen=True)
class Backend(Generic[ProgramT, TargetT]):
    """One file format with the runtimes that execute it.

    Attributes
    ----------
    targets : mapping of str to target
        The runtimes, by the names that ``convert(target=...)`` takes.
    new_program : callable
        Return an empty program, given a description of what it will compute.
    lower : callable
        Write a graph into a program for a target, optimized for latency, throughput or size. It legalizes the graph
        first (:func:`skl2tflite.legalize.legalize`), with the capabilities of the target, and then writes each of its
        operations with the operators of the format.
    write : callable
        Return a program as the bytes of a file, to which other files, given by name, are attached.
    runtimes : callable
        Return the names of what can run the files of a target, what they are for first.
    runner : callable
        Return what runs a file: given its bytes, its program, its target, the number of threads, and one of the names
        of ``runtimes``; None for the first.
    """

    targets: Mapping[str, TargetT]
    new_program: Callable[[str], ProgramT]
    lower: Callable[[Graph, ProgramT, TargetT, OptimizeFor], object]
    write: Callable[[ProgramT, Mapping[str, bytes]], bytes]
    runtimes: Callable[[TargetT], tuple[str, ...]]
    runner: Callable[[bytes, ProgramT, TargetT, int, str | None], Runner]
