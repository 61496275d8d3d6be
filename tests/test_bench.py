"""The bench measures one fixed load, decides it as ever, and notices when the line falls behind."""

import json

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from tocsin.cli.app import app
from tocsin.eval.bench.curves import fewer_terms
from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import FRAME_MEAN_BYTES, make_load
from tocsin.eval.bench.naive import NaiveLoop
from tocsin.eval.bench.page import page
from tocsin.eval.bench.peers import online_topics, run_peers, texts_of
from tocsin.eval.bench.picture import picture
from tocsin.eval.bench.run import TOLERANCE, Card, Size, fallen, run_bench
from tocsin.sources import Post
from tocsin.sources.frames import decode_jetstream
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.slot_kernel import find_slot

LOAD = make_load(3_000, share=0.2, seed=1)
TINY = Size(frames=400, naive_frames=100, rounds=1, latency_s=0.001, curve_frames=200)


@pytest.fixture(scope="module")
def card():
    return run_bench(TINY, 3, lambda told: None)


def test_the_load_is_the_same_for_the_same_seed_only():
    assert make_load(300, seed=1).frames == make_load(300, seed=1).frames
    assert make_load(300, seed=1).frames != make_load(300, seed=2).frames


def test_the_load_is_mixed_as_it_says():
    posts = [post for post in map(decode_jetstream, LOAD.frames) if isinstance(post, Post)]
    ops = [post.op for post in posts]
    assert 0.05 < ops.count("delete") / len(LOAD.frames) < 0.11
    assert abs(LOAD.size_bytes / len(LOAD.frames) - FRAME_MEAN_BYTES) < 60
    assert len({post.lang for post in posts}) >= 20
    assert 0.12 < LOAD.hazards / LOAD.posts < 0.25


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_nothing(threads):
    alone, beside = Line(), Line()
    alone.take(LOAD.frames)
    beside.take(LOAD.frames, threads)
    assert alone.tally.as_dict() == beside.tally.as_dict()
    assert alone.tally.balanced and alone.tally.admitted > 100
    assert alone.events == beside.events


def test_the_plain_loop_sees_much_the_same_hazards():
    found = NaiveLoop().run(LOAD.frames)
    assert abs(found.posts - LOAD.posts) < 0.02 * LOAD.posts
    assert found.named > 0.6 * LOAD.hazards


def test_a_card_holds_every_part(card):
    assert set(card.ratio) == {"usual", "hazard"}
    assert len(card.line) == 4 and len(card.stages) == 10 and len(card.latency) == 4
    assert msgspec.json.decode(msgspec.json.encode(card), type=Card) == card
    told = page(card)
    assert told.count("\n| ---") == 6 and "| watches |" in told and "plain loop, usual" in told
    drawn = picture(card)
    assert drawn.startswith("<svg") and drawn.count("<rect") == 1 + 6


def test_a_line_that_falls_behind_is_told(card):
    least = {name: TOLERANCE * value for name, value in card.ratio.items()}
    assert fallen(msgspec.structs.replace(card, ratio=least), card) == []
    less = {name: 0.9 * value for name, value in least.items()}
    assert len(fallen(msgspec.structs.replace(card, ratio=less), card)) == 2


def test_a_card_that_is_none_is_an_instruction(tmp_path, monkeypatch, card):
    monkeypatch.setattr("tocsin.cli.bench.run_bench", lambda size, seed, tell, peers: card)
    (tmp_path / "bench.json").write_text("{}")
    asked = ["bench", "--small", "--against", str(tmp_path / "bench.json")]
    found = CliRunner().invoke(app, asked)
    assert "Name a bench.json" in str(found.exception)
    written = CliRunner().invoke(app, ["bench", "--small", "--json", "--out", str(tmp_path)])
    assert written.exit_code == 0
    assert json.loads((tmp_path / "bench.json").read_text())["ratio"] == card.ratio
    assert CliRunner().invoke(app, asked).exit_code == 0


def test_fewer_terms_are_found_less_often(card):
    points = [point["cpu_us"] for point in card.curves["terms"].values()]
    assert len(points) == 4 and min(points) > 0
    assert list(map(int, card.curves["terms"])) == sorted(map(int, card.curves["terms"]))
    whole = load_vocabulary().sieve
    some = fewer_terms(whole, 0.5, seed=1)
    assert set(some.keys[some.keys != 0]) < set(whole.keys)
    assert 0.45 < (some.keys != 0).sum() / (whole.keys != 0).sum() < 0.55
    key = int(some.keys[np.flatnonzero(some.entries >= 0)[0]])
    entry = some.entries[find_slot(some.keys, np.uint64(key))]
    assert entry == whole.entries[find_slot(whole.keys, np.uint64(key))]


def test_topics_are_learned_a_thousand_posts_at_a_time(monkeypatch):
    learned = []

    class Part:
        """Stands for every model that is put together."""

        def __init__(self, *sizes, **settings):
            pass

        def partial_fit(self, texts, vectors):
            learned.append((len(texts), len(vectors)))

        def fit_transform(self, texts):
            return ["first"] * len(texts)

        def transform(self, texts):
            return ["later"] * len(texts)

        def get_topic_freq(self):
            return [1, 2]

    class Library:
        """A library that has nothing but that."""

        def __getattr__(self, name):
            return Part

    monkeypatch.setattr("tocsin.eval.bench.peers.import_module", lambda name: Library())
    learn = online_topics()
    assert [learn(["a"] * 600), learn(["b"] * 600), learn(["c"] * 2_000)] == [0, 2, 2]
    assert learned == [(1_200, 1_200), (2_000, 2_000)]


def test_a_peer_that_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr("tocsin.eval.bench.peers.find_spec", lambda name: None)
    assert run_peers(LOAD.frames) == {}
    texts = texts_of(LOAD.frames)
    assert len(texts) == LOAD.posts and all(isinstance(text, str) for text in texts)
