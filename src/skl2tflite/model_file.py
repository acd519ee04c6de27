"""How a .tflite file is opened, whoever wrote it: read within bounds and checked, before it is shown or run."""

from __future__ import annotations

from dataclasses import dataclass

from skl2tflite import digest
from skl2tflite.backends.tflite.check import check_program, check_references
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.targets import TARGETS
from skl2tflite.errors import InvalidFileError
from skl2tflite.model_metadata import METADATA_NAME, ModelFacts, facts_in


@dataclass(frozen=True)
class ModelFile:
    """A file that was read.

    Attributes
    ----------
    content : bytes
    program : Program
        What it holds. Of a file that this package wrote, all of it was checked; of any other file, that it refers to
        what there is.
    facts : ModelFacts or None
        What it says of its estimator; None where another tool wrote it.
    """

    content: bytes
    program: Program
    facts: ModelFacts | None


def open_file(content: bytes) -> ModelFile:
    """Read a file, whoever wrote it.

    Raises
    ------
    InvalidFileError
        Where it is damaged; where it says that this package wrote it, also where a runtime might not survive it, or
        where its facts do not fit it.
    """
    program = read(content)
    written = facts_in(program)
    if written is None:
        check_references(program)
        return ModelFile(content, program, None)
    facts = ModelFacts.from_bytes(written)
    if facts.digest is not None:
        digest.check(content, program.places[program.metadata[METADATA_NAME]], written)
    if facts.target not in TARGETS:
        raise InvalidFileError(f"the file is for the target {facts.target!r}, whose files are no .tflite files")
    check_program(program, TARGETS[facts.target])
    facts.check_fit(program)
    return ModelFile(content, program, facts)


def open_model(content: bytes) -> tuple[Program, ModelFacts]:
    """Read a file that this package wrote.

    Raises
    ------
    InvalidFileError
        Where another tool wrote it, and as :func:`open_file`.
    """
    file = open_file(content)
    if file.facts is None:
        raise InvalidFileError("the .tflite file was not written by skl2tflite")
    return file.program, file.facts
