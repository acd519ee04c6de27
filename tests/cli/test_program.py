"""The installed program, in processes of its own: help, versions, errors, and what goes to which stream."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import skl2tflite.cli.main as cli
from skl2tflite import units
from skl2tflite.errors import InvalidInputError

COMMANDS = ("convert", "verify", "inspect", "supported", "demo")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_names_every_command(run, arguments):
    run(*arguments).succeeds("skl2tflite demo", "Exit status", *COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", ["60", "80", "140"])
def test_help_of_a_command_teaches_by_example(run, command, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", width)
    run(command, "--help").succeeds("Examples", f"skl2tflite {command}")


def test_version(run):
    run("--version").succeeds(version("skl2tflite"), version("scikit-learn"))


def test_usage_errors(run):
    run("nonsense").fails("No such command", "--help")
    run("convert").fails("MODEL", "skl2tflite convert --help")
    run("convert", "m.skops", "--nonsense").fails("--nonsense")
    run("convert", "m.skops", "--precision", "wild").fails("--precision", "wild")
    run("--nonsense").fails("--nonsense")


def test_errors_are_one_line_on_standard_error(program, tmp_path):
    program("inspect", tmp_path / "nope.tflite").fails("No such file or directory")


def test_only_our_own_words_on_standard_error(program, saved):
    done = program("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv")
    done.succeeds("faithful")
    assert not done.stderr


def test_output_without_unicode(program, saved):
    program("inspect", saved / "model.tflite", PYTHONIOENCODING="ascii").succeeds("predict_proba(X float32[rows, 4]) ?")


@pytest.mark.parametrize(("arguments", "environment"), [(["--debug"], ""), ([], "1")])
def test_debug_shows_where(run, saved, arguments, environment, monkeypatch):
    monkeypatch.setenv("SKL2TFLITE_DEBUG", environment)
    done = run(*arguments, "convert", saved / "model.joblib")
    assert done.status == 2
    assert "Traceback" in done.stderr
    assert "error: " in done.stderr


def test_reader_that_stops_reading(saved):
    executable = Path(sys.executable).with_name("skl2tflite")
    done = subprocess.run(
        f"'{executable}' inspect '{saved / 'model.tflite'}' --json | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr


@pytest.mark.parametrize("arguments", [("inspect",), ("inspect", "--json"), ("verify", "model.skops")])
def test_status_where_nobody_reads_the_output(saved, arguments):
    """Not 1, which says that answers differ, whether rich prints or not."""
    command, *others = arguments
    given = [command, saved / "model.tflite", *(saved / each if "." in each else each for each in others)]
    reading, writing = os.pipe()
    os.close(reading)
    code = "import skl2tflite_main; skl2tflite_main.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, given)], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_interruption_while_the_package_is_imported():
    code = """
import sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == "skl2tflite":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
import skl2tflite_main
skl2tflite_main.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")


def test_a_defect_has_a_status_of_its_own(run, saved, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("skl2tflite.cli.estimators.read_estimator", fail)
    run("convert", saved / "model.skops").fails("unexpected RuntimeError: two lines", "--debug", status=3)


def test_interruption(run, saved, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("skl2tflite.cli.estimators.read_estimator", interrupt)
    assert run("convert", saved / "model.skops").status == 130


@pytest.mark.parametrize(
    ("error", "message", "status"),
    [
        (InvalidInputError("a\n b"), "a b", 2),
        (FileNotFoundError(2, "No such file or directory", "x"), "x: No such file or directory", 2),
        (OSError(28, "No space left on device"), "No space left on device", 2),
        (MemoryError(), "not enough memory", 2),
    ],
)
def test_what_errors_become(error, message, status):
    assert cli.explain(error) == (message, status)


def test_numbers_as_people_read_them():
    assert [units.size(n) for n in (0, 999, 1000, 4618, 23_456, 999_600, 4_100_000)] == [
        "0 B", "999 B", "1 kB", "4.6 kB", "23 kB", "1 MB", "4.1 MB",
    ]  # fmt: skip
    assert [units.duration(s) for s in (0.0, 1.1e-6, 9.96e-6, 2.5e-4, 0.0123, 0.9999, 75.0)] == [
        "0 µs", "1.1 µs", "10 µs", "250 µs", "12 ms", "1 s", "75 s",
    ]  # fmt: skip
