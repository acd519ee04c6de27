"""The page of a bundle in Chromium: what a user does, sees and hears, and what the page refuses."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scripts.chromium import Browser, find_chromium
from scripts.litert_js import MODULES

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.bundle import bundle
from skl2tflite.escaping import javascript
from tests.robustness.test_generated_text import NAMES
from tests.web.pages import MODELS

PROGRAM = find_chromium()
pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="Chromium cannot be had: the page is not tested in a browser"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
SIZES = {"wide": (1200, 800), "narrow": (390, 844), "narrowest": (320, 600)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert PROGRAM is not None
    browser = Browser(PROGRAM)
    browser.look()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def made(name: str) -> Path:
        estimator, rows = MODELS[name]()
        length = 280 if name == "texts" else None
        model = skl2tflite.convert(estimator, rows, target="web", text_length=length)
        return bundle(model, tmp_path_factory.mktemp(name) / name, "web", name=name, runtime=MODULES)

    return made


@pytest.fixture
def opened(browser: Browser, folders: Any) -> Any:
    def opened(name: str) -> Browser:
        browser.open(folders(name) / "index.html")
        assert browser.text("#status") == "Checked: the answers to 5 known rows are right", browser.errors
        return browser

    return opened


def _fill(browser: Browser, row: dict[str, Any]) -> None:
    """Fill fields, found by their labels, as a user would, and wait for the answer."""
    for name, value in row.items():
        place = browser.run(
            f"[...document.querySelectorAll('#fields label')].findIndex((e) => e.innerText === {json.dumps(name)})"
        )
        control = f"document.querySelectorAll('#fields .field')[{place}].querySelector('input, select, textarea')"
        if browser.run(f"{control}.tagName") == "SELECT":
            shown = "(missing)" if value is None else value
            browser.run(
                f"{{ const e = {control}; e.value = [...e.options].find((o) => o.text === {json.dumps(shown)}).value;"
                " e.dispatchEvent(new Event('input', { bubbles: true })) }"
            )
        else:
            browser.run(f"{control}.focus(); {control}.select()")
            if value in (None, ""):
                browser.press("Backspace", 8)
            else:
                browser.type(str(value))
    browser.run("new Promise((done) => setTimeout(done, 100))")


def _shown(browser: Browser) -> dict[str, float]:
    """Return the probabilities that bars show, by label."""
    lines = browser.run(
        "[...document.querySelectorAll('.bars li')]"
        ".map((e) => ['.label', '.number'].map((part) => e.querySelector(part).innerText))"
    )
    return {label: float(number.rstrip(" %").lstrip("<> ")) / 100 for label, number in lines}


def test_a_table_is_answered_as_by_scikit_learn(opened: Any) -> None:
    browser, (pipeline, rows) = opened("table"), MODELS["table"]()
    given = [
        {"age": 22.0, "fare": 7.25, "sex": "male", "port": "Southampton"},
        {"age": None, "fare": 71.5, "sex": "female", "port": None},
    ]
    for row in given:
        _fill(browser, row)
        want = pipeline.predict_proba(pd.DataFrame([row], columns=rows.columns).fillna(np.nan).astype({"age": float}))[
            0
        ]
        shown = _shown(browser)
        assert list(shown) == list(pipeline.classes_)
        np.testing.assert_allclose(list(shown.values()), want, atol=6e-4)
        assert browser.text("#headline") == pipeline.classes_[want.argmax()]
    browser.wait("document.getElementById('spoken').textContent.startsWith('survived, ')")
    _fill(browser, {"port": "(another, unknown to the model)"})
    row = pd.DataFrame([{**given[1], "port": "Atlantis"}]).astype({"age": float})
    np.testing.assert_allclose(list(_shown(browser).values()), pipeline.predict_proba(row)[0], atol=6e-4)


def test_what_a_field_does_not_take_is_said_there(opened: Any) -> None:
    browser = opened("table")
    _fill(browser, {"age": "3,5"})
    assert browser.text(".field .note") == "write 3.5, with a point"
    assert browser.run("document.querySelector('#fields input').getAttribute('aria-invalid')") == "true"
    assert browser.text("#headline") == "No answer: look at age."
    assert browser.run("document.querySelectorAll('.bars li').length") == 0
    _fill(browser, {"age": "200"})
    assert browser.text(".field .note").startswith("the model was made mostly with ")
    assert browser.text("#headline") in ("died", "survived")
    browser.run("document.querySelector('button[type=reset]').click()")
    browser.wait("document.querySelector('#fields input').value !== '200'")


def test_numbers_texts_scores_and_several_labels(opened: Any) -> None:
    pipeline, rows = MODELS["regression"]()
    browser = opened("regression")
    _fill(browser, rows.iloc[7].to_dict())
    assert float(browser.text("#headline")) == pytest.approx(pipeline.predict(rows.iloc[[7]])[0], rel=1e-6)

    browser = opened("texts")
    _fill(browser, {"text": "win a prize 🙂"})
    assert browser.text("#headline") == "spam"
    assert browser.text(".field .note") == "13 of 280 characters at most"
    _fill(browser, {"text": "x" * 281})
    assert browser.text(".field .note") == "the text has 281 characters, and the model takes 280"

    pipeline, rows = MODELS["several"]()
    browser = opened("several")
    _fill(browser, {"a": 1, "b": -1, "c": 0})
    assert browser.text("#headline") == "red, small"
    assert list(_shown(browser)) == ["blue", "red", "big", "small"]

    browser = opened("lonely")
    _fill(browser, {"x": 99})
    assert "finds no neighbours within its radius" in browser.text("#headline")


def test_keyboard_alone(opened: Any) -> None:
    browser = opened("table")
    browser.run("document.activeElement.blur()")
    focused = []
    for _ in range(7):
        browser.press("Tab", 9)
        focused.append(browser.run("document.activeElement.id || document.activeElement.innerText"))
    assert focused == ["tab-one", "f0", "f1", "f2", "f3", "Reset to typical values", *focused[6:]]
    before = browser.run("document.getElementById('f2').value")
    browser.run("document.getElementById('f2').focus()")
    browser.press("ArrowDown", 40)
    browser.press("ArrowUp", 38)
    browser.press("m")
    assert browser.run("document.getElementById('f2').selectedOptions[0].text") == "male", before
    browser.run("document.getElementById('tab-one').focus()")
    browser.press("ArrowRight", 39)
    assert browser.run("document.activeElement.id") == "tab-several"
    assert browser.run("document.getElementById('one').hidden")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.id") == "csv"
    browser.type("age,fare,sex,port\n22,7.25,male,Southampton\n")
    browser.press("Enter", 13, modifiers=2)
    browser.wait("document.getElementById('several-status').textContent === '1 row answered'")


def test_pasted_rows(opened: Any) -> None:
    browser, (pipeline, rows) = opened("table"), MODELS["table"]()
    taken = rows.iloc[:150]
    pasted = f"{taken.to_csv(index=False, sep=';')}x;1;male;Cherbourg\n"
    browser.run("document.getElementById('tab-several').click(); document.getElementById('csv').focus()")
    browser.type(pasted)
    browser.run("document.getElementById('run').click()")
    browser.wait("document.getElementById('several-status').textContent === '150 rows answered, 1 row not'")
    cells = browser.run("[...document.querySelectorAll('tbody tr')].map((e) => [...e.cells].map((c) => c.innerText))")
    assert [line[1] for line in cells[:150]] == pipeline.predict(taken).tolist()
    shown = np.array([float(line[2].removesuffix(" %")) / 100 for line in cells[:150]])
    np.testing.assert_allclose(shown, pipeline.predict_proba(taken)[:, 0], atol=6e-4)
    assert cells[150][1] == "age: x is not a number"
    saved = browser.run("fetch(document.querySelector('a[download]').href).then(() => '', (error) => error.name)")
    assert saved == "TypeError"  # the policy allows no requests, not even of what the page has made itself


@pytest.mark.parametrize("name", MODELS)
def test_pages_fit_every_width_light_and_dark(name: str, opened: Any, tmp_path: Path) -> None:
    grounds = set()
    for width, height in SIZES.values():
        for dark in (False, True):
            browser = opened(name)
            browser.look(width=width, height=height, dark=dark)
            assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
            grounds.add(browser.run("getComputedStyle(document.body).backgroundColor"))
            for foreground, ground in (
                ("--ink", "--card"),
                ("--soft", "--ground"),
                ("--good", "--ground"),
                ("--bad", "--card"),
                ("--on-accent", "--accent"),
            ):
                assert _contrast(browser, foreground, ground) >= 4.5, (foreground, ground, dark)
    browser.look()
    assert len(grounds) == 2


def _contrast(browser: Browser, *variables: str) -> float:
    """Return the contrast of two colours, as the WCAG has it."""
    lights = []
    for variable in variables:
        colour = browser.run(
            f"{{ const e = document.createElement('i'); e.style.color = 'var({variable})'; document.body.append(e);"
            " const found = getComputedStyle(e).color; e.remove(); found }"
        )
        channels = np.array([int(n) for n in re.findall(r"\d+", colour)[:3]]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        lights.append(float(linear @ [0.2126, 0.7152, 0.0722]) + 0.05)
    return max(lights) / min(lights)


@pytest.mark.parametrize("name", ["table", "texts", "hostile"])
def test_every_control_has_a_name(name: str, opened: Any) -> None:
    nodes = opened(name).call("Accessibility.getFullAXTree")["nodes"]
    roles = {"textbox", "combobox", "button", "tab", "tablist", "tabpanel", "form", "table"}
    found = [(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if not node["ignored"]]
    controls = [each for each in found if each[0] in roles]
    assert len(controls) > 5
    assert [role for role, label in controls if not label] == []
    browser = opened(name)
    assert browser.run("document.getElementById('spoken').getAttribute('aria-live')") == "polite"
    assert browser.run("document.documentElement.lang") == "en"


def test_hostile_names_stay_names(opened: Any) -> None:
    browser, (estimator, _) = opened("hostile"), MODELS["hostile"]()
    names = browser.run("[...document.querySelectorAll('#fields label')].map((e) => e.textContent)")
    assert names == [name if name.strip("\ufeff \t\n\v\f\r\u2028") else f"“{name}”" for name in NAMES]
    assert set(_shown(browser)) == {" ".join(label.split()) for label in estimator.classes_}
    assert browser.run("document.querySelectorAll('script').length") == 3  # contract, code, LiteRT.js
    assert browser.errors == []


def test_nothing_is_requested_and_nothing_else_runs(opened: Any, folders: Any) -> None:
    browser = opened("table")
    assert browser.requests[0] == (folders("table") / "index.html").as_uri()
    assert all(url.startswith(("blob:", "data:")) for url in browser.requests[1:])
    assert browser.errors == []
    assert browser.run("fetch('https://example.org').then(() => 'sent', (error) => error.name)") == "TypeError"
    assert (
        browser.run(
            "new Promise((done) => { const e = new Image(); e.onload = () => done('sent');"
            " e.onerror = () => done('refused'); e.src = 'https://example.org/x.png' })"
        )
        == "refused"
    )
    browser.run(
        "{ const e = document.createElement('script'); e.textContent = 'window.other = 1'; document.body.append(e) }"
    )
    browser.run(
        "{ const e = document.createElement('div'); e.setAttribute('onclick', 'window.other = 1');"
        " document.body.append(e); e.click() }"
    )
    assert browser.run("window.other === undefined")
    policy = browser.run("document.querySelector('meta[http-equiv]').content")
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy


def _with(page: str, part: str, content: str) -> str:
    changed, count = re.subn(rf'(id="{part}">)[^<]*', rf"\g<1>{content}", page)
    assert count == 1
    return changed


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content)).decode()


def test_damage_is_noticed(browser: Browser, folders: Any, tmp_path: Path) -> None:
    """Other bytes, and a file that is whole but answers otherwise, as by a runtime that computes otherwise."""
    folder = folders("regression")
    page, content = (folder / "index.html").read_text(), (folder / "model.tflite").read_bytes()
    contract = describe(skl2tflite.load(folder / "model.tflite")).to_json()
    estimator, rows = MODELS["regression"]()
    estimator[-1].coef_ = estimator[-1].coef_ * 1.001
    other = bytes(skl2tflite.convert(estimator, rows, target="web"))
    damaged = bytearray(content)
    damaged[content.index(b"TFL3") + 200] ^= 1
    pages = {
        "SHA-256": _with(page, "model", _packed(bytes(damaged))),
        "for golden row 1, and should be": _with(
            _with(page, "model", _packed(other)),
            "contract",
            javascript({**contract, "sha256": describe(skl2tflite.TFLiteModel(other)).sha256}).replace("\\", r"\\"),
        ),
        "": _with(page, "litert-wasm", _packed(b"\0asm\1\0\0\0")),
    }
    for reason, text in pages.items():
        path = tmp_path / "page.html"
        path.write_text(text)
        browser.open(path)
        assert browser.text("#status").startswith("This page gives no answers, as its check has failed: ")
        assert reason in browser.text("#status")
        assert browser.run("document.getElementById('main').hidden")
        assert browser.run("document.getElementById('status').getAttribute('role')") == "alert"
        assert browser.run("document.getElementById('headline').textContent") == ""


@pytest.mark.parametrize("name", MODELS)
def test_pages_are_small(name: str, folders: Any) -> None:
    folder = folders(name)
    model = (folder / "model.tflite").stat().st_size
    assert (folder / "index.html").stat().st_size <= 4_000_000 + 1.4 * model
