"""The least release of the runtime that runs a file, and the later ones that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from skl2tflite.backends.tflite.check_operators import kernel_use
from skl2tflite.backends.tflite.program import DYNAMIC, OperatorDef, Program, Subgraph
from skl2tflite.backends.tflite.releases import (
    after,
    failing,
    from_release,
    highest_rank,
    lacking,
    losing_nan,
    named,
    releases,
)
from skl2tflite.errors import UnsupportedOnTarget

METADATA_NAME = "min_runtime_version"
"""Name of the buffer in which TensorFlow Lite's own converter writes a version of TensorFlow."""
_METADATA_BYTES = 16


@dataclass(frozen=True)
class MinRuntime:
    """The releases that a file needs.

    Attributes
    ----------
    lacking : mapping of str to str
        Releases that do not run the file, each with the first use of an operator that it lacks.
    """

    lacking: Mapping[str, str]

    @property
    def version(self) -> str:
        """The first release that runs the file."""
        return next(release for release in releases() if release not in self.lacking)

    @property
    def holes(self) -> tuple[str, ...]:
        """Later releases that do not."""
        return tuple(release for release in from_release(self.version) if release in self.lacking)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What releases lack, each once, oldest release first."""
        return tuple(dict.fromkeys(self.lacking[release] for release in releases() if release in self.lacking))

    @property
    def metadata(self) -> bytes:
        """What TensorFlow Lite's own converter writes: from which release on all run the file, as TensorFlow counts."""
        since = self.version if not self.holes else after(self.holes[-1])
        later = (release for release in from_release(since) if not release.startswith("LiteRT"))
        return next(later, "").encode().ljust(_METADATA_BYTES, b"\0")

    @property
    def ranges(self) -> list[str]:
        """The holes in words, those that follow one another on the scale together."""
        scale, ranges = releases(), list[list[str]]()
        for hole in self.holes:
            follows = bool(ranges) and scale.index(hole) == scale.index(ranges[-1][-1]) + 1
            if not follows:
                ranges.append([])
            ranges[-1].append(hole)
        return [named(each[0]) + (f" to {named(each[-1])}" if each[1:] else "") for each in ranges]

    def __str__(self) -> str:
        text = f"{named(self.version)} or later"
        if self.holes:
            text += f", but not {' nor '.join(self.ranges)}"
        return f"{text} ({'; '.join(self.reasons)})" if self.reasons else text


def needed(program: Program, nan_operators: Iterable[str]) -> MinRuntime:
    """Return which releases run a program: all that have every operator of it for its dtype, rank and shapes.

    They keep NaN, too, in the operators that it may reach, whose names are ``nan_operators``.
    """
    uses: dict[tuple[str, str, int, bool], None] = {}
    for subgraph in program.subgraphs:
        for operator in subgraph.operators:
            uses[operator.name, *kernel_use(operator, subgraph), is_broadcast(operator, subgraph)] = None
    found: dict[str, str] = {}
    for pattern in _patterns(program):
        found.update(dict.fromkeys(failing(pattern), f"{pattern}, without batch=…"))
    for name, dtype, rank, broadcast in uses:
        for release in lacking(name, dtype, rank, releases()[0], broadcast):
            highest = highest_rank(name, dtype, release, broadcast)
            found.setdefault(release, f"{name} of {dtype}" + (f" with {rank} axes" if highest else ""))
    for name in sorted(nan_operators):
        for release in losing_nan(name):
            found.setdefault(release, f"NaN in {name}")
    return MinRuntime(found)


def require(program: Program, oldest: str) -> None:
    """Raise where a release does not run a program, of one and those later on the scale.

    Raises
    ------
    UnsupportedOnTarget
    """
    found = needed(program, program.nan_operators).lacking
    missing = [release for release in from_release(oldest) if release in found]
    if missing:
        raise UnsupportedOnTarget(
            f"min_runtime is {named(oldest)}, and {found[missing[-1]]} needs {named(after(missing[-1]))}"
        )


def _patterns(program: Program) -> Iterator[str]:
    """Yield what a program does that no operator alone tells of, by the names under which it was measured."""
    for subgraph in program.subgraphs:
        for operator in subgraph.operators:
            if operator.name == "WHILE" and any(_is_rows(subgraph, index) for index in operator.inputs):
                yield "a loop over any number of rows"
            if operator.name == "BROADCAST_TO" and _is_rows(subgraph, operator.outputs[0]):
                yield "BROADCAST_TO any number of rows"


def _is_rows(subgraph: Subgraph, index: int) -> bool:
    """Whether a tensor holds floats of any number of rows."""
    tensor = subgraph.tensors[index]
    return tensor.dtype == "float32" and DYNAMIC in tensor.shape


def is_broadcast(operator: OperatorDef, subgraph: Subgraph) -> bool:
    """Whether an operator's first two operands differ in shape."""
    shapes = {subgraph.tensors[index].shape for index in operator.inputs[:2] if index != -1}
    return len(shapes) > 1
