"""Templates of a bundle's files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template


def filled(package: str, template: str, values: Mapping[str, str]) -> str:
    """Return a template of a package with its ``$names`` replaced.

    Parameters
    ----------
    package : str
        Which has a folder ``templates``.
    template : str
        Path of the file there.
    values : mapping of str to str
        What each name stands for.
    """
    text = files(package).joinpath("templates", *template.split("/")).read_text(encoding="utf-8")
    return Template(text).substitute(values)
