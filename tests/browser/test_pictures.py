"""The screens still look like their pictures: compared loosely, and kept to be looked at."""

import os
from pathlib import Path

import pytest

import web_events as invented
from full_page import full_page, kept
from pictures import day_pictures, unlike
from tidy.files import ROOT
from tocsin.engine.assemble import place_finder
from tocsin.watch import compile_text

pytestmark = pytest.mark.browser
MOST = 0.06
"""Fonts and drivers differ; a missing map, panel or dark ground differs more."""


@pytest.fixture
def kept_in(tmp_path: Path) -> Path:
    """Where the pictures stay: `TOCSIN_PICTURES`, or the folder of this test."""
    folder = Path(os.environ.get("TOCSIN_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("look", ["light", "phone-dark"])
def test_every_screen_looks_like_its_picture(board, browser, built, tmp_path, kept_in, look):
    find = place_finder()
    compile_text("flood in Lisbon, Portugal", find, ())
    for event in invented.scene():
        board.publish(event)
    board.publish_alert(invented.alert(invented.earthquake()[2]))
    store = kept(tmp_path)
    served = full_page(board, store, built=built, find=find)
    try:
        far = {}
        for taken in day_pictures(browser, served.url, (look,)):
            (kept_in / f"{taken.name}.png").write_bytes(taken.png)
            known = (ROOT / "docs" / "screens" / f"{taken.name}.png").read_bytes()
            far[taken.name] = unlike(browser, taken.png, known)
    finally:
        served.stop()
        store.close()
    assert len(far) == 6
    assert {name: value for name, value in far.items() if value > MOST} == {}


def test_two_screens_are_told_apart(browser):
    folder = ROOT / "docs" / "screens"
    state = (folder / "state-light.png").read_bytes()
    assert unlike(browser, state, state) == 0
    for other in ("coverage-light", "state-dark", "event-light"):
        assert unlike(browser, state, (folder / f"{other}.png").read_bytes()) > MOST / 2
