"""Who is heard, in bands: against a plain count, after deletions, windows, purges and bounds."""

import random

import msgspec
import pytest
from typer.testing import CliRunner

from streams import START_MS, burst, chatter, closure, deletion, frames, merged, row
from test_engine_deletion import Rig
from tocsin.cli.app import app
from tocsin.engine import coverage as coverage_module
from tocsin.engine.coverage import EVERY, Coverage, Ear, Heard
from tocsin.engine.keys import seeded_keys
from tocsin.gate import Gate
from tocsin.gate.voices import WINDOW_MS
from tocsin.metrics import Tally
from tocsin.rate.bands import voices_band
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tongues import LANGUAGES
from tocsin.web import Board, create_app, serve
from web_events import health, metrics

SAID = {
    "en": "Strong earthquake felt in Lima just now, the walls shook",
    "es": "Fuerte terremoto en Lima ahora mismo, temblaron las paredes",
    "de": "Starkes Erdbeben in Lima gerade eben, die Wände wackelten",
}


@pytest.fixture
def ear():
    return Hearing()


class Hearing:
    """A gate with an ear behind it."""

    def __init__(self):
        keys, vocabulary, gazetteer = seeded_keys(0), load_vocabulary(), Gazetteer.load()
        self.gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
        self.ear = Ear(LANGUAGES, LANGUAGES[1:], gazetteer.iso)
        self.at_ms = START_MS

    def take(self, rows, stream=0):
        passed = self.gate.enter(frames(rows), decode_replay, 0, Tally(), stream=stream)
        self.at_ms = max(self.at_ms, passed.now_ms)
        self.ear.hear(passed.batch, passed.removals, passed.now_ms)

    def pass_time(self, at_ms):
        passed = self.gate.pass_time(at_ms)
        self.at_ms = at_ms
        self.ear.hear(passed.batch, passed.removals, passed.now_ms)

    @property
    def told(self):
        return self.ear.told(self.at_ms)

    def bands(self):
        return {(each.lang, each.country): each.voices for each in self.told.heard}


def said(lang, author, at_ms=START_MS, post=None):
    return row(at_ms, author, SAID[lang], id=post or f"{author}-{at_ms}") | {"lang": lang}


def test_fewer_than_five_voices_are_nobody(ear):
    ear.take([said("es", f"v{k}") for k in range(4)])
    ear.take([said("es", "v0", START_MS + k) for k in range(1, 50)])
    assert ear.told.heard == () and "es" in ear.told.unheard
    ear.take([said("es", "v4")])
    assert ear.bands() == {
        (EVERY, EVERY): "5-14", (EVERY, "PE"): "5-14", ("es", EVERY): "5-14", ("es", "PE"): "5-14"
    }  # fmt: skip
    assert "es" not in ear.told.unheard and "de" in ear.told.unheard


def test_a_band_is_that_of_a_plain_count(ear):
    rng = random.Random(5)
    rows, voices = [], {}
    for number in range(400):
        lang = rng.choice(("en", "en", "en", "es", "de"))
        author = f"v{rng.randrange(70)}"
        rows.append(said(lang, author, START_MS + number, f"p{number}"))
        voices.setdefault(lang, set()).add(author)
    gone = {f"v{k}" for k in range(0, 70, 3)}
    rows += [closure(START_MS + 500, author) for author in sorted(gone)]
    ear.take(rows)
    for lang, authors in voices.items():
        assert ear.bands().get((lang, "PE"), "0") == voices_band(len(authors - gone))
    everyone = set().union(*voices.values()) - gone
    assert ear.bands()[EVERY, EVERY] == voices_band(len(everyone))


def test_a_deletion_takes_its_voice_out_again(ear):
    ear.take([said("es", f"v{k}", post=f"p{k}") for k in range(5)])
    ear.take([said("es", "v0", START_MS + 1, "second")])
    ear.take([deletion(START_MS + 2, "p0")])
    assert ear.bands()["es", "PE"] == "5-14"
    ear.take([deletion(START_MS + 3, "second")])
    assert ear.told.heard == ()


def test_a_purge_takes_one_stream_out(ear):
    ear.take([said("es", f"v{k}") for k in range(6)], 0)
    ear.take([said("de", f"w{k}") for k in range(6)], 1)
    ear.ear.purge(0)
    assert set(ear.bands()) == {
        (EVERY, EVERY), (EVERY, "PE"), ("de", EVERY), ("de", "PE")
    }  # fmt: skip


def test_nothing_is_remembered_beyond_the_second_window(ear):
    ear.take([said("es", f"v{k}") for k in range(6)])
    begun = START_MS // WINDOW_MS * WINDOW_MS
    ear.pass_time(begun + 2 * WINDOW_MS - 1)
    assert ("es", "PE") in ear.bands()
    ear.pass_time(begun + 2 * WINDOW_MS)
    assert ear.told.heard == ()
    assert not ear.ear._reports and not ear.ear._kinds
    assert not any(column.any() for column in ear.ear._reports.columns())


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(coverage_module, "POSTS_MOST", 20)
    ear = Hearing()
    ear.take([said("es", f"v{k}") for k in range(60)])
    assert len(ear.ear._reports) == 20
    assert ear.bands()["es", "PE"] == "15-49"


def test_ways_to_name_places_are_bounded(ear, monkeypatch):
    monkeypatch.setattr(coverage_module, "CELLS_MOST", 1)
    ear.take([said("es", f"v{k}") for k in range(6)])
    ear.take([said("de", f"w{k}") for k in range(9)])
    assert ear.bands() == {
        (EVERY, EVERY): "15-49", (EVERY, "PE"): "5-14", ("es", EVERY): "5-14", ("es", "PE"): "5-14"
    }  # fmt: skip


def test_a_place_in_the_ring_is_taken_again_after_a_deletion(monkeypatch):
    monkeypatch.setattr(coverage_module, "POSTS_MOST", 6)
    ear = Hearing()
    ear.take([said("es", f"v{k}", post=f"p{k}") for k in range(6)])
    ear.take([deletion(START_MS + 1, "p0"), said("de", "w0", START_MS + 2)])
    assert ear.bands()["es", "PE"] == "5-14" and len(ear.ear._reports) == 6
    ear.take([said("de", "w1", START_MS + 3)])
    assert ("es", "PE") not in ear.bands()


def test_the_engine_hears_and_forgets(tmp_path):
    rig = Rig(tmp_path, "one")
    rig.take(merged(chatter(1), burst(START_MS + 1_000, 8)))
    told = {(each.lang, each.country) for each in rig.engine.coverage().heard}
    assert ("en", "PE") in told
    rig.take([], gap=True)
    assert rig.engine.coverage().heard == ()


def test_api_and_command_tell_the_same(tmp_path):
    known = Coverage("2026-01-01T00:00:00.000Z", (Heard("es", "PE", "5-14"),), ("de", "fr"))
    served = serve(create_app(Board(), health, metrics, coverage=lambda: known), port=0)
    config = tmp_path / "tocsin.toml"
    try:
        config.write_text(f"[web]\nport = {served.url.rstrip('/').rpartition(':')[2]}\n")
        shown = CliRunner().invoke(app, ["coverage", "--config", str(config)])
        plain = CliRunner().invoke(app, ["coverage", "--config", str(config), "--json"])
    finally:
        served.stop()
    assert shown.exit_code == 0 and "PE" in shown.output and "5-14" in shown.output
    assert "de, fr" in shown.output
    assert msgspec.json.decode(plain.stdout, type=Coverage) == known
    away = CliRunner().invoke(app, ["coverage", "--config", str(config)])
    assert "tocsin run" in str(away.exception)
    config.write_text("[web]\nport = 0\n")
    anywhere = CliRunner().invoke(app, ["coverage", "--config", str(config)])
    assert "port" in str(anywhere.exception)
