"""A bundle's files, from templates and the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from string import Template

from skl2tflite.app_contract import AppContract


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


def contract_file(contract: AppContract) -> bytes:
    """Return the contract as a file of a bundle, in ASCII."""
    return json.dumps(contract.to_json(), indent=1).encode()
