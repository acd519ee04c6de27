"""The JavaScript of a bundle: modules for an app, and the same modules joined to one script for the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files

SHARED = ("encode.js", "decode.js", "golden.js", "model.js")
"""The modules that the page and an app share, each behind those that it imports."""
PAGE = ("csv.js", "fields.js", "answers.js", "several.js", "page.js")
"""The page's own."""
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w.]+";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function |class |const )", re.MULTILINE)


def template(name: str) -> str:
    """Return a file of the folder ``templates``."""
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def joined(modules: Iterable[str] = (*SHARED, *PAGE)) -> str:
    """Return modules as one: without the statements that import from one another."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", template(name))) for name in modules)
