"""The page: one HTML file that holds LiteRT.js, the model, its contract and the form."""

from __future__ import annotations

import base64
import gzip
import hashlib
from string import Template

from skl2tflite.app_contract import AppContract
from skl2tflite.bundle.web.runtime import VERSION, Runtime
from skl2tflite.bundle.web.scripts import joined, template
from skl2tflite.escaping import html, javascript


def page(contract: AppContract, content: bytes, name: str, runtime: Runtime) -> str:
    """Return the page.

    Parameters
    ----------
    contract : AppContract
    content : bytes
        The model's file.
    name : str
        The page's title.
    runtime : Runtime
        LiteRT.js.
    """
    style, script = template("page.css"), joined()
    return Template(template("page.html")).substitute(
        policy=_policy(style, script),
        title=html(name),
        estimator=html(contract.estimator),
        made_by=html(contract.made_by),
        version=VERSION,
        licence=html_lines(template("apache-2.0.txt")),
        style=style,
        script=script,
        contract=javascript(contract.to_json()),
        litert_js=_packed(runtime.code),
        litert_wasm=_packed(runtime.wasm),
        model=_packed(content),
    )


def html_lines(text: str) -> str:
    """Return lines of text for an element that keeps them."""
    return "\n".join(map(html, text.splitlines()))


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: this style, this script, what the script makes, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hashed(script)}' blob: 'wasm-unsafe-eval'",
            f"style-src '{_hashed(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hashed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _packed(content: bytes) -> str:
    """Return bytes, compressed, as text; the same for the same bytes."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()
