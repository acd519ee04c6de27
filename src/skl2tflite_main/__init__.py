"""The entry point of the installed ``skl2tflite``.

It stands beside the package, not within: importing anything of the package imports all of it, which takes a second,
and an interrupt in that second should end the program as quietly as a later one.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Import the command line and run it."""
    try:
        from skl2tflite.cli.main import main as run
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    run()
