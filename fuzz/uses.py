"""What is done with a damaged file: all that a user would do with a sound one."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import skops.io
import typer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from fuzz.seeds import IMAGES, RECORDS, TABLE, Seed, Y
from skl2tflite.bundle import bundle
from skl2tflite.cli import main
from skl2tflite.errors import ConversionError, DefectError, InvalidFileError, InvalidInputError, Skl2TFLiteError

PLATFORMS = ("tflm", "arduino", "esp-idf", "zephyr", "platformio")
INSPECTED = (("--json",), ("--json",), ("--operators",), ())
"""Options of ``inspect``, of which one takes more time than another."""
COMMANDS = typer.main.get_command(main.app)
TFLM_DIED = "TFLM died"
"""What an error says where TFLM's own process has died of a file."""


class Fault(Exception):  # noqa: N818 - what is reported is no error of the harness
    """Something that may not happen, in words."""


def write_companions(folder: Path) -> None:
    """Write the sound files that damaged ones are used with."""
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(TABLE[["a", "b"]], Y)
    skl2tflite.convert(pipeline, TABLE[["a", "b"]]).save(folder / "sound.tflite")
    skops.io.dump(pipeline, folder / "sound.skops")
    skops.io.dump(PatchExtractor(patch_size=(2, 2)).fit(IMAGES), folder / "images.skops")
    skops.io.dump(DictVectorizer(sparse=False).fit(RECORDS), folder / "records.skops")
    TABLE.to_csv(folder / "sound.csv", index=False)


def outcome(call: Callable[[], Any], *kinds: type[Exception]) -> Exception | None:
    """Return the error of one of some kinds that a call ends in, None where it ends well; anything else is a fault."""
    try:
        call()
    except kinds as error:
        if isinstance(error, DefectError):
            raise
        if isinstance(error, Skl2TFLiteError):
            _check_text(str(error))
            if TFLM_DIED in str(error):
                raise Fault(f"TFLM's process died: {error}") from None
        return error
    return None


def _check_text(text: str) -> None:
    if not text or not text.replace("\n", "").isprintable():
        raise Fault(f"text that a terminal obeys, or none: {text!r:.200}")


def _command(*arguments: object) -> int:
    """Run a command, whose status must be 0, 1 or 2, with one line for an error; what is a defect to it is raised."""
    explained = main.explain

    def explain(error: Exception) -> tuple[str, int]:
        message, status = explained(error)
        if status not in (0, 1, 2):
            raise error
        return message, status

    out, err = io.StringIO(), io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.object(main, "explain", explain),
        ):
            COMMANDS.main([str(argument) for argument in arguments])
        status = 0
    except SystemExit as leave:
        status = leave.code if isinstance(leave.code, int) else 1
    errors = [line for line in err.getvalue().splitlines() if line.startswith("error: ")]
    if len(errors) not in {0: (0,), 1: (0, 1), 2: (1,)}.get(status, ()) or "Traceback" in err.getvalue():
        raise Fault(f"status {status} and {len(errors)} lines of errors: {err.getvalue()[-500:]}")
    if any(TFLM_DIED in line for line in errors):
        raise Fault(f"TFLM's process died: {errors[0]}")
    for text in (out.getvalue(), err.getvalue()):
        if text:
            _check_text(text)
    return status


def use(seed: Seed, content: bytes, folder: Path, variant: int, say: Callable[[str], None]) -> bool:
    """Do with a damaged file what can be done with it, and return whether it was taken; raise where a fault shows.

    Parameters
    ----------
    seed : Seed
        The sound file that it was made from.
    content : bytes
    folder : Path
        A folder to work in, with the sound files that go with it.
    variant : int
        Chooses among things of which each takes time.
    say : callable
        Told each step before it is done.
    """
    path = folder / f"damaged{seed.suffix}"
    path.write_bytes(content)
    with mock.patch.dict(os.environ, {"COLUMNS": "200"}):
        return _use_model(seed, path, variant, say) if seed.is_model else _use_saved(path, variant, say)


def _use_model(seed: Seed, path: Path, variant: int, say: Callable[[str], None]) -> bool:
    say("inspect")
    _command("inspect", path, *INSPECTED[variant % len(INSPECTED)])
    say("load")
    loaded: list[skl2tflite.TFLiteModel] = []
    if outcome(lambda: loaded.append(skl2tflite.load(path)), InvalidFileError) is not None:
        return False
    (model,) = loaded
    for method in model.methods:
        say(method)
        outcome(lambda method=method: model.run(method, seed.rows), InvalidFileError, InvalidInputError)
    say("describe")
    _check_text(repr(model))
    outcome(lambda: model.feature_names_in_, AttributeError)
    outcome(lambda: model.classes_, AttributeError)
    micro = model.facts.runtime.is_microcontroller
    if not micro or variant % 4 == 0:  # which looks for the arena's size, as a bundle does: that takes long
        outcome(lambda: _check_text(str(model)), InvalidFileError)
    elif variant % 4 == 1:
        say("bundle")
        _bundled(model, path.parent / "bundle", PLATFORMS[variant // 4 % len(PLATFORMS)])
    return True


def _bundled(model: skl2tflite.TFLiteModel, folder: Path, platform: str) -> None:
    try:
        outcome(lambda: bundle(model, folder, platform), InvalidFileError, InvalidInputError, ConversionError)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _use_saved(path: Path, variant: int, say: Callable[[str], None]) -> bool:
    folder, out = path.parent, path.parent / "out.tflite"
    if path.suffix == ".skops":
        if variant % 3 == 0:
            say("inspect")
            return _command("inspect", path, "--graph") == 0
        say("convert")
        return _command("convert", path, "-o", out, "--data", folder / "sound.csv") == 0
    estimator = {".npy": "images", ".jsonl": "records"}.get(path.suffix, "sound")
    if estimator == "sound" and variant % 2:
        say("verify")
        return _command("verify", folder / "sound.tflite", folder / "sound.skops", path) == 0
    say("convert")
    return _command("convert", folder / f"{estimator}.skops", "-o", out, "--data", path) == 0
