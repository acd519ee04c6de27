"""The digest by which a file tells damage: the SHA-256 of all its bytes, with zeros where the digest itself is.

It stands at the end of the facts that the file holds of its estimator, and covers what follows the model too, such as
files of labels.
"""

from __future__ import annotations

import hashlib

from skl2tflite.errors import InvalidFileError

_BEFORE, _AFTER = b',"digest":"', b'"}'
_LENGTH = 64
_ZEROS = b"0" * _LENGTH


def with_place(facts: bytes) -> bytes:
    """Return facts, a JSON object, with a place for the digest."""
    return facts[:-1] + _BEFORE + _ZEROS + _AFTER


def sealed(content: bytes, facts: bytes) -> bytes:
    """Return a file with its digest.

    Parameters
    ----------
    content : bytes
        The file, which holds the facts with a place for it.
    facts : bytes
        The facts without one.
    """
    written = with_place(facts)
    at = content.find(written) + len(written) - len(_AFTER) - _LENGTH
    return content[:at] + _digest(content, at) + content[at + _LENGTH :]


def check(content: bytes, start: int, facts: bytes) -> None:
    """Raise where a file's bytes are not those of which its digest is.

    Parameters
    ----------
    content : bytes
    start : int
        Where in the file to look for the facts.
    facts : bytes
        As they are in the file, with a digest.

    Raises
    ------
    InvalidFileError
    """
    found = facts[-len(_AFTER) - _LENGTH : -len(_AFTER)]
    at = content.find(facts, start) + len(facts) - len(_AFTER) - _LENGTH
    if facts[: -len(_AFTER) - _LENGTH][-len(_BEFORE) :] != _BEFORE or found != _digest(content, at):
        raise InvalidFileError(
            "its bytes are not those that skl2tflite wrote (the digest in its metadata is of others): it was damaged, "
            "or another tool has changed it; use the file as it was written, or convert the estimator again"
        )


def _digest(content: bytes, at: int) -> bytes:
    """Return the digest of a file that has its digest at a place."""
    view = memoryview(content)
    state = hashlib.sha256(view[:at])
    state.update(_ZEROS)
    state.update(view[at + _LENGTH :])
    return state.hexdigest().encode()
