"""What every source owes, asked of each one that is installed."""

import re
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from known_hazards import HAZARDS
from loopback_feed import Answer, LoopbackFeed
from loopback_jetstream import LoopbackJetstream
from loopback_mastodon import LoopbackMastodon
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SourceEnded, TocsinError
from tocsin.metrics import Reason
from tocsin.official import WIRES, parse
from tocsin.sources import FRAME_BYTES, TEXT_CHARS, Post, load_sources

SAMPLES = Path(__file__).parent.parent / "samples"
NOON_MS = 1_767_268_800_000
SOURCES = load_sources()
LOCAL = {"file", "stdin", "synthetic", "synthetic_bulletins"}
"""Sources that speak to no server, so no service's terms apply to them."""
READS_MOST = 400
"""A source that has given nothing by then gives nothing at all."""


class Rig:
    """One source with something real behind it: a file, a loopback server, or its own world."""

    def __init__(self, kind, tmp_path):
        self.kind, self.clock = kind, HeldClock(NOON_MS)
        self.server, self.typed, self.stdin = None, None, sys.stdin
        name = kind.spec.name
        build = getattr(self, f"_{name}", None)
        assert build, f"a source without a rig is not tried: add {name} to {__file__}"
        table = build(tmp_path)
        self.settings = kind.spec.checked("sources.x", table)

    def source(self):
        if self.typed is not None:
            # Whoever starts anew types everything anew.
            self._hush()
            sys.stdin = self.typed.open()
        return self.kind(dict(self.settings), self.clock)

    def end(self):
        if self.server is not None:
            self.server.stop()
        self._hush()
        sys.stdin = self.stdin

    def _hush(self):
        if sys.stdin is not self.stdin:
            sys.stdin.close()

    def _stdin(self, tmp_path):
        self.typed = Path(self._file(tmp_path)["paths"][0])
        return {"deletions": True}

    def _file(self, tmp_path):
        row = '{"created_at": %d, "author": "a", "text": "post %d", "id": "%d"}\n'
        path = tmp_path / "posts.jsonl"
        path.write_text("".join(row % (NOON_MS + n, n, n) for n in range(9_000)))
        return {"paths": [str(path)]}

    def _jetstream(self, tmp_path):
        self.server = LoopbackJetstream(count=40)
        return {"url": self.server.url}

    def _mastodon(self, tmp_path):
        # A stream tells nothing twice: only who comes without a cursor hears it from the start.
        self.server = LoopbackMastodon(count=40, tellings=2)
        leave = {"permission_from": "admin@social.example", "permission_date": "2025-12-24"}
        return {"server": self.server.url, **leave}

    def _usgs(self, tmp_path):
        self.server = LoopbackFeed(Answer(body=b'{"type":"FeatureCollection","features":[]}'))
        return {"url": self.server.url}

    def _emsc(self, tmp_path):
        return self._serve("emsc.json", b'{"features":[]}')

    def _gdacs(self, tmp_path):
        return self._serve("gdacs.xml", b"<rss><channel/></rss>")

    def _cap(self, tmp_path):
        return self._serve("cap.xml", (SAMPLES / "cap_flash_flood.xml").read_bytes()) | {
            "agency": "invented"
        }

    def _news(self, tmp_path):
        return self._serve("news.xml", b"<rss><channel/></rss>") | {"agency": "gazette"}

    def _status_page(self, tmp_path):
        place = {"agency": "grid", "lat": 40.0, "lon": 10.0}
        return self._serve("summary.json", b'{"incidents":[]}') | place

    def _serve(self, name, body):
        self.server = LoopbackFeed(Answer(body=body))
        return {"url": self.server.url.replace("feed.geojson", name)}

    def _synthetic(self, tmp_path):
        return {"seed": 7, "posts_per_s": 5.0, "history_s": 60.0, "start_ms": NOON_MS}

    def _synthetic_bulletins(self, tmp_path):
        return {"seed": 7, "start_ms": NOON_MS}


@pytest.fixture(params=sorted(SOURCES), name="kind")
def every_source(request):
    return SOURCES[request.param]


@pytest.fixture
def rig(kind, tmp_path):
    built = Rig(kind, tmp_path)
    yield built
    built.end()


def wire_of(kind):
    """Which reader the frames of a source of bulletins are for."""
    return getattr(kind, "wire", None)


def some_frames(rig, source, wanted=1):
    """At least `wanted` frames, and the cursor after them."""
    frames, cursor = [], None
    for _ in range(READS_MOST):
        try:
            came, cursor = source.read(5.0)
        except SourceEnded:
            break
        frames += came
        if len(frames) >= wanted:
            break
    assert len(frames) >= wanted
    return frames, cursor


def test_every_source_is_asked():
    assert {"file", "jetstream", "usgs", "cap", "emsc", "gdacs"} <= set(SOURCES)


def test_the_spec_is_complete(kind):
    spec = kind.spec
    assert SOURCES[spec.name] is kind, "it is registered under its own name"
    assert spec.kind in ("posts", "bulletins")
    assert spec.summary.endswith(".")
    assert spec.family
    if spec.kind == "posts":
        assert spec.deletes, "a source without deletions may not feed the detector (contract P11)"
    else:
        assert wire_of(kind) in WIRES, "official.parse has to know how to read its frames"
    if spec.name not in LOCAL:
        assert re.search(r"read 20\d\d-\d\d-\d\d", spec.terms), "terms as read, with the date"


def test_every_setting_says_its_unit_bounds_and_remedy(kind):
    for field in kind.spec.fields:
        assert field.help.endswith("."), field.name
        if isinstance(field.default, (int, float)) and not isinstance(field.default, bool):
            assert field.low is not None and field.high is not None, field.name
            for beyond in (field.low - 1, field.high + 1):
                with pytest.raises(ConfigError):
                    field.checked(field.name, type(field.default)(beyond))
        if isinstance(field.default, float):
            assert field.unit, field.name


def test_the_example_works_as_it_stands(kind):
    (table,) = tomllib.loads(kind.spec.example)["sources"].values()
    assert table.pop("type") == kind.spec.name
    source = kind(kind.spec.checked("sources.x", table), HeldClock(NOON_MS))
    source.close()
    source.close()


NOISE = [
    b"", b" ", b"\x00", b"\xff\xfe\xfd", b"null", b"[]", b"{}", b"0", b'"text"', b"{" * 5_000,
    b'{"a":' * 9_000, b"[" * 60_000, b'{"text":"' + b"x" * 40_000, b"<a/>", b"\xf0\x9f\x98",
    b'{"created_at":"2026-01-01T12:00:00Z","author":"a","text":"\\ud800"}',
    b'{"created_at":"2026-01-01T12:00:00Z","author":"a","text":"\xed\xa0\x80"}',
    b'{"created_at":1e999,"author":"a","text":"b"}',
    b'{"created_at":' + b"9" * 5_000 + b',"author":"a","text":"b"}',
    b'{"did":"did:plc:a","time_us":-1,"kind":"commit","commit":{}}',
    b'{"$type":"message","payload":null}', b'{"$type":5}',
    b'{"created_at":"2026-01-01T12:00:00Z","author":"a","text":"' + b"x" * FRAME_BYTES + b'"}',
]  # fmt: skip


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
def test_no_frame_makes_it_raise_and_a_bad_one_is_a_reason(kind, noise):
    (table,) = tomllib.loads(kind.spec.example)["sources"].values()
    del table["type"]
    source = kind(kind.spec.checked("sources.x", table), HeldClock(NOON_MS))
    assert isinstance(source.decode(noise), Reason)
    if kind.spec.kind == "bulletins":
        assert parse(noise, wire_of(kind), HAZARDS)[0] == []
    source.close()


def test_its_own_frames_are_read_and_cut_ones_are_not(rig):
    source = rig.source()
    source.open(None)
    frames, _ = some_frames(rig, source)
    for frame in frames[:50]:
        assert len(frame) <= FRAME_BYTES or rig.kind.spec.kind == "bulletins"
        seen = source.decode(frame)
        if rig.kind.spec.kind == "posts":
            assert isinstance(seen, Post), seen
            assert len(seen.text) <= TEXT_CHARS
        else:
            assert isinstance(seen, Reason)
            assert not parse(frame, wire_of(rig.kind), HAZARDS)[1]
        for cut in (1, len(frame) // 2, len(frame) - 1):
            assert isinstance(source.decode(frame[:cut]), Reason)
    source.close()


def test_a_read_gives_a_bounded_number_of_frames(rig):
    source = rig.source()
    source.open(None)
    for _ in range(3):
        rig.clock.advance(60)
        assert len(source.read(1.0)[0]) <= 8_192
    source.close()


def test_it_resumes_from_its_own_cursor_without_loss(rig):
    whole = rig.source()
    whole.open(None)
    expected, _ = some_frames(rig, whole, wanted=10 if rig.kind.spec.kind == "posts" else 1)
    whole.close()
    rig.clock = HeldClock(NOON_MS)
    first = rig.source()
    first.open(None)
    head, cursor = some_frames(rig, first)
    first.close()
    first.close()
    # A new process: nothing is known but the cursor.
    rest: list[bytes] = []
    later = rig.source()
    later.open(cursor)
    for _ in range(20):
        try:
            rest += later.read(5.0)[0]
        except SourceEnded:
            break
        if len(head) + len(rest) >= len(expected):
            break
    later.close()
    if cursor is None:
        # Without a cursor everything there is comes again, so nothing can be missing.
        assert rest == head
    else:
        assert (head + rest)[: len(expected)] == expected


def test_read_comes_back_when_nothing_comes(rig):
    """The other side stays silent until the read is back, so a read that waits for it hangs."""
    silence = threading.Event()
    if isinstance(rig.server, LoopbackFeed):
        rig.server.answers = [Answer(chunks=[b"", b""], gate=silence)]
    source = rig.source()
    source.open(None)
    before_ms = rig.clock.now_ms()
    for _ in range(READS_MOST):
        try:
            frames, _ = source.read(0.05)
        except SourceEnded:
            break
        if not frames:
            break
    else:
        assert rig.kind.spec.name == "synthetic", "only a world that never ends may go on"
    # What was slept was slept on the clock we gave, and not longer than was allowed.
    assert rig.clock.now_ms() - before_ms <= READS_MOST * 50 + 1
    silence.set()
    source.close()


def test_closing_twice_and_before_opening_is_fine(rig):
    source = rig.source()
    source.close()
    source.open(None)
    source.close()
    source.close()
    try:
        frames, _ = source.read(0.0)
    except TocsinError:
        frames = []
    assert len(frames) <= 8_192
