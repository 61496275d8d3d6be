"""The timeline, the words of the page, which page is served, and how it is built."""

import json
import re
from pathlib import Path

import httpx
import pytest
from hatchling.builders.wheel import WheelBuilder

import web_events as invented
from tidy.files import ROOT
from tocsin.model import Ground
from tocsin.render import LANGS
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.web import Board, create_app, serve
from tocsin.web.app import BUILT, PAGE

WORDS = ROOT / "ui" / "src" / "words"
KEY = re.compile(r'^  (\w+): "(.*)",$', re.MULTILINE)
HOLE = re.compile(r"\{\w+\}")

pytest_plugins = ["web_server"]


def test_the_timeline_counts_what_was_decided_by_level(api: httpx.Client) -> None:
    found = api.get("/api/timeline?hours=24").json()
    assert (found["step_s"], len(found["bins"])) == (900, 96)
    assert [sum(levels) for levels in zip(*found["bins"], strict=True)] == [3, 6, 1]
    assert found["bins"][-1] == [1, 3, 1]
    assert sum(map(sum, api.get("/api/timeline?hours=720").json()["bins"][-1:])) == 10
    assert api.get("/api/timeline?hours=25").status_code == 400


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_of_every_language_name_every_hazard(api: httpx.Client, lang: str) -> None:
    found = api.get(f"/api/words/{lang}").json()
    assert set(found["hazards"]) == set(found["categories"]) == set(hazard_ids())
    assert all(found["hazards"].values())
    assert found["phrases"]["levels"]["red"]


def test_a_language_that_is_not_spoken_is_told_which_are(api: httpx.Client) -> None:
    answer = api.get("/api/words/xx")
    assert answer.status_code == 404
    assert "en, es" in answer.json()["remedy"]


def test_the_plain_page_is_served_where_none_was_built(board: Board, tmp_path: Path) -> None:
    served = serve(
        create_app(board, invented.health, invented.metrics, built=tmp_path / "none"), port=0
    )
    try:
        page = httpx.get(served.url)
        assert (
            page.text == (PAGE / "index.html").read_text() == httpx.get(f"{served.url}plain").text
        )
    finally:
        served.stop()


def test_a_page_that_was_built_is_served_and_travels_in_the_wheel(board: Board) -> None:
    index = BUILT / "index.html"
    made = not index.exists()
    if made:
        BUILT.mkdir(exist_ok=True)
        index.write_text("<title>invented</title>")
    try:
        served = serve(create_app(board, invented.health, invented.metrics), port=0)
        try:
            assert httpx.get(served.url).text == index.read_text()
        finally:
            served.stop()
        names = {
            file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()
        }
        assert {"tocsin/web/built/index.html", "tocsin/web/page/index.html"} <= names
        assert not any("node_modules" in name for name in names)
    finally:
        if made:
            index.unlink()
            BUILT.rmdir()


def test_the_lock_of_the_page_names_no_address() -> None:
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert len(packages) > 50
    assert all("resolved" not in each for each in packages.values())
    assert all("integrity" in each for each in packages.values())


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_says_everything_in_every_language(lang: str) -> None:
    said = {name: dict(KEY.findall((WORDS / f"{name}.ts").read_text())) for name in ("en", lang)}
    assert len(said["en"]) > 250
    assert said[lang].keys() == said["en"].keys()
    for key, words in said[lang].items():
        assert words.strip(), key
        assert sorted(HOLE.findall(words)) == sorted(HOLE.findall(said["en"][key])), key


@pytest.mark.parametrize("ground", Ground)
def test_the_page_has_a_sentence_for_every_ground(ground: Ground) -> None:
    assert f"ground_{ground}" in dict(KEY.findall((WORDS / "en.ts").read_text()))
