"""Which releases of the runtime run a file.

TensorFlow Lite and LiteRT are one runtime, and their releases here are one scale, oldest code first: ``"2.14.0"`` is
TensorFlow's (and that of its package ``tflite-runtime``), ``"LiteRT 1.0.1"`` that of its successor, which counts anew.
``runtimes.json`` holds the scale, and up to which rank a release computes an operator right where that is less than
today's; ``scripts/probe_runtimes.py`` has measured it. A release stands for all patches of its minor version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast

_VERSION = re.compile(r"(LiteRT +)?(\d+)\.(\d+)(?:\.(\d+))?", re.IGNORECASE)


@cache
def releases() -> tuple[str, ...]:
    """Return the scale, oldest first."""
    return tuple(cast("list[str]", _measured()["releases"]))


def release_of(version: str) -> str:
    """Return the measured release that stands for a version: of its minor version, or the newest before it.

    Parameters
    ----------
    version : str
        ``"2.14"`` or ``"LiteRT 1.0.1"``.

    Raises
    ------
    ValueError
        Where it is none, or older than all that were measured.
    """
    matched = _VERSION.fullmatch(version.strip())
    if matched is None:
        raise ValueError(f"a version of TensorFlow, as '2.14', or of LiteRT, as 'LiteRT 1.0.1', not {version!r}")
    is_litert, asked = matched[1] is not None, (int(matched[2]), int(matched[3]))
    known = [release for release in releases() if release.startswith("LiteRT") == is_litert]
    before = [release for release in known if _minor(release) <= asked]
    if not before:
        hint = "" if is_litert else "; a version of LiteRT begins with its name, as 'LiteRT 1.0.1'"
        raise ValueError(f"{known[0]} or later, the oldest that was measured, not {version!r}{hint}")
    return before[-1]


def from_release(release: str) -> tuple[str, ...]:
    """Return a release and those that are later on the scale."""
    return releases()[releases().index(release) :]


def after(release: str) -> str:
    """Return the release that follows on the scale."""
    return from_release(release)[1]


def highest_rank(operator: str, dtype: str, release: str, broadcast: bool = False) -> int | None:
    """Return the rank up to which a release computes an operator right; None where that is today's.

    Parameters
    ----------
    operator : str
    dtype : str
        As of :class:`skl2tflite.backends.tflite.targets.Target`.
    release : str
    broadcast : bool, default=False
        Whether operands differ in shape.
    """
    limits = cast("Mapping[str, Mapping[str, Mapping[str, int]]]", _measured()["limits"]).get(operator, {})
    ranks = [limits.get(dtype, {}).get(release)]
    if broadcast:
        ranks.append(limits.get(f"{dtype} broadcast", {}).get(release))
    return min((rank for rank in ranks if rank is not None), default=None)


def failing(pattern: str) -> tuple[str, ...]:
    """Return the releases that stop with an error on something that files do, when the number of rows changes."""
    return tuple(cast("Mapping[str, list[str]]", _measured()["patterns"])[pattern])


def losing_nan(operator: str) -> tuple[str, ...]:
    """Return the releases that give numbers for NaN in an operator where today's gives NaN."""
    return tuple(cast("Mapping[str, list[str]]", _measured()["nan"]).get(operator, ()))


def lacking(operator: str, dtype: str, rank: int, oldest: str, broadcast: bool = False) -> tuple[str, ...]:
    """Return which releases do not compute an operator right, of one and those later on the scale.

    Parameters
    ----------
    operator : str
    dtype : str
    rank : int
        Highest rank among the operator's operands and results.
    oldest : str
    broadcast : bool, default=False
        Whether the first two operands differ in shape.
    """
    limits = ((release, highest_rank(operator, dtype, release, broadcast)) for release in from_release(oldest))
    return tuple(release for release, highest in limits if highest is not None and rank > highest)


def named(release: str) -> str:
    """Return a release with its product's name."""
    return release if release.startswith("LiteRT") else f"TensorFlow Lite {release}"


@cache
def _measured() -> Mapping[str, object]:
    text = files(__package__).joinpath("runtimes.json").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", json.loads(text))


def _minor(release: str) -> tuple[int, int]:
    major, minor, *_ = release.removeprefix("LiteRT ").split(".")
    return int(major), int(minor)
