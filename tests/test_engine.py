"""The engine as it runs: steps, commits before it tells, stops, and starts again where it was."""

import random
import threading

import msgspec
import pytest

from streams import START_MS, burst, chatter, frames, merged
from tocsin.clock import HOUR_MS, MINUTE_MS, HeldClock, rfc3339
from tocsin.config import Spec
from tocsin.engine.inbox import CHUNKS, Chunk, Inbox
from tocsin.engine.intake import Intake
from tocsin.engine.keys import live_keys, seeded_keys
from tocsin.engine.live import SILENCE_MS, Engine, Listeners
from tocsin.errors import Corruption, InputError, SourceEnded, SourceLost, SourceRefused
from tocsin.model import Watch
from tocsin.sources.frames import decode_replay
from tocsin.store import Store

BURST_MS = START_MS + 4 * HOUR_MS
WAIT_S = 60.0


class Scripted:
    """A source that gives what its script says, read by read; errors are raised."""

    spec = Spec(name="scripted", kind="posts", summary="-", family="posts", deletes=True)

    def __init__(self, *script, clock=None):
        self.script, self.clock = list(script), clock
        self.opened, self.closed, self.at = [], 0, 0

    def open(self, cursor):
        self.opened.append(cursor)
        self.at = int(cursor or 0)

    def read(self, wait_s):
        if self.at >= len(self.script):
            threading.Event().wait(0.01)
            return [], None
        given = self.script[self.at]
        if isinstance(given, Exception):
            self.script[self.at] = []
            raise given
        self.at += 1
        if self.clock is not None and given:
            # The clock of the machine runs beside the stream.
            ahead = msgspec.json.decode(given[-1])["created_at"] - self.clock.now_ms()
            self.clock.advance(max(ahead, 0) / 1000)
        return given, str(self.at)

    def decode(self, frame):
        return decode_replay(frame)

    def close(self):
        self.closed += 1


class Official(Scripted):
    """The same for bulletins."""

    spec = Spec(name="official", kind="bulletins", summary="-")


class Ear:
    """Hears what the engine tells, and looks at the store at that very moment."""

    def __init__(self, store):
        self.store, self.events, self.alerts = store, [], []
        self.seen, self.heard = [], threading.Event()

    def listeners(self):
        return Listeners(self.event, self.alerts.append)

    def event(self, event):
        kept = [r.event for r in self.store.revisions_of(event.event_id)]
        self.seen.append((event in kept, dict(self.store.cursors())))
        self.events.append(event)
        self.heard.set()


WATCH = Watch("w1", "any", None, None, None, None, "green", "page", "anything, anywhere")


def reads(rows, size=200):
    lines = frames(rows)
    return [lines[at : at + size] for at in range(0, len(lines), size)]


def engine_of(tmp_path, sources, clock, store=None):
    store = store or Store.open(tmp_path / "kept.db")
    ear = Ear(store)
    engine = Engine(
        sources, [WATCH], {}, store, seeded_keys(0), clock, ear.listeners(), 0.01, random.Random(1)
    )
    return engine, ear


def running(engine):
    thread = threading.Thread(target=engine.run)
    thread.start()
    assert engine.ready.wait(WAIT_S)
    return thread


def stop(engine, thread):
    engine.stop()
    thread.join(WAIT_S)
    assert not thread.is_alive()


@pytest.fixture
def quake_rows():
    return merged(chatter(5), burst(BURST_MS))


def test_an_event_is_kept_with_its_cursor_before_anyone_is_told(tmp_path, quake_rows):
    clock = HeldClock(START_MS)
    source = Scripted(*reads(quake_rows), clock=clock)
    engine, ear = engine_of(tmp_path, {"recorded": source}, clock)
    thread = running(engine)
    assert ear.heard.wait(WAIT_S)
    stop(engine, thread)
    first = ear.events[0]
    assert (first.phase, first.hazard, first.place.name) == ("reported", "earthquake", "Lima")
    assert all(kept for kept, _ in ear.seen)
    assert int(ear.seen[0][1]["recorded"]) >= 1
    assert [alert.event.event_id for alert in ear.alerts][:1] == [first.event_id]
    assert engine.failed is None
    assert source.closed >= 1
    assert engine.intakes[0].tally.balanced


def test_a_stopped_engine_goes_on_where_it_was(tmp_path, quake_rows):
    clock, store = HeldClock(START_MS), Store.open(tmp_path / "kept.db")
    source = Scripted(*reads(quake_rows), clock=clock)
    engine, ear = engine_of(tmp_path, {"recorded": source}, clock, store)
    thread = running(engine)
    assert ear.heard.wait(WAIT_S)
    stop(engine, thread)
    cursor = store.cursors()["recorded"]
    again = Scripted(*reads(quake_rows), clock=clock)
    second, later = engine_of(tmp_path, {"recorded": again}, clock, store)
    # What stands is told again to a fresh page, before anything new.
    thread = running(second)
    assert later.heard.wait(WAIT_S)
    stop(second, thread)
    assert again.opened[0] == cursor
    assert later.events[0].event_id == ear.events[0].event_id


def test_a_bulletin_reaches_the_event(tmp_path, quake_rows):
    clock = HeldClock(START_MS)
    sent = rfc3339(BURST_MS + 2 * MINUTE_MS)
    line = msgspec.json.encode(
        {"source": "usgs", "id": "xx1", "sent": sent, "hazard": "earthquake", "lat": -12.1,
         "lon": -77.0, "radius_km": 50, "severity": "Severe", "status": "actual"}
    )  # fmt: skip
    source = Scripted(*reads(quake_rows), clock=clock)
    engine, ear = engine_of(tmp_path, {"recorded": source, "official": Official([line])}, clock)
    thread = running(engine)
    for _ in range(10_000):
        if any(event.tier == "official" for event in ear.events):
            break
        threading.Event().wait(0.05)
    stop(engine, thread)
    assert "official" in {event.tier for event in ear.events}


def test_a_source_that_catches_up_keeps_its_hours(tmp_path):
    # Ten hours of posts arrive in a second; one flood post an hour must not look like ten at once.
    clock = HeldClock(START_MS + 10 * HOUR_MS)
    words = ("cellar", "street", "garden", "tunnel", "market", "school", "bridge", "harbour")
    sparse = burst(START_MS, 8, "flood", "in Porto", "s", 60 * MINUTE_MS, (
        *words, *(word + "s" for word in words)))  # fmt: skip
    source = Scripted(*reads(merged(chatter(9), sparse)))
    engine, ear = engine_of(tmp_path, {"recorded": source}, clock)
    chunks = [
        Chunk(engine.intakes[0], lines, str(at), clock.now_ms())
        for at, lines in enumerate(source.script)
    ]
    engine._step([])
    for chunk in chunks:
        engine._step([chunk])
        engine._step([])
    assert ear.events == []
    assert engine.stream_ms < clock.now_ms()
    clock.advance(SILENCE_MS / 1000)
    engine._step([])
    assert engine.stream_ms == clock.now_ms()


def intake_of(source, clock=None):
    out = Inbox()
    intake = Intake("s", source, 0, out, clock or HeldClock(START_MS), None, Still(1))
    return intake, out


class Still(random.Random):
    """Chance that always draws the ceiling, and remembers what it was asked."""

    def __init__(self, seed):
        super().__init__(seed)
        self.asked = []

    def uniform(self, low, high):
        self.asked.append((low, high))
        return 0.0


def finished(intake):
    intake.start()
    intake._thread.join(WAIT_S)
    assert not intake._thread.is_alive()


@pytest.mark.parametrize(
    ("error", "state", "detail"),
    [
        (SourceEnded("over"), "ended", ""),
        (SourceRefused("no entry"), "refused", "no entry"),
        (InputError("gone.jsonl: no such file"), "refused", "gone.jsonl: no such file"),
        (KeyError("secret words of a post"), "refused", "broke off: KeyError"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_how_a_source_can_end(error, state, detail):
    intake, _ = intake_of(Scripted([b"{}"], error))
    finished(intake)
    assert (intake.state, intake.detail) == (state, detail)


def test_a_lost_source_is_reopened_at_its_cursor():
    source = Scripted([b"a"], SourceLost("broke"), [b"b"], SourceEnded("over"))
    intake, out = intake_of(source)
    finished(intake)
    assert source.opened == [None, "1"]
    assert [chunk.frames for chunk in out.take(0.0) if chunk.frames] == [[b"a"], [b"b"]]
    assert intake.reconnects == 1


def test_back_off_grows_while_lost_and_begins_anew_after_a_live_time():
    class Flaky(Scripted):
        """Cannot be opened three times, then lives, then breaks."""

        tries = 0

        def open(self, cursor):
            self.tries += 1
            if self.tries in (1, 2, 3):
                raise SourceLost("no answer")
            super().open(cursor)

    intake, _ = intake_of(Flaky(SourceLost("broke"), SourceEnded("over")))
    finished(intake)
    ceilings = [high for _, high in intake._rng.asked]
    assert ceilings == [2.0, 4.0, 8.0, 2.0]
    assert all(low == 1.0 for low, _ in intake._rng.asked)


def test_a_full_queue_slows_the_source_and_loses_nothing():
    source = Scripted(*[[b"%d" % k] for k in range(2 * CHUNKS)], SourceEnded("over"))
    intake, out = intake_of(source)
    intake.start()
    seen = []
    while len(seen) < 2 * CHUNKS:
        chunks = out.take(WAIT_S)
        assert 0 < len(chunks) <= CHUNKS
        seen += [frame for chunk in chunks for frame in chunk.frames]
    intake.stop()
    assert seen == [b"%d" % k for k in range(2 * CHUNKS)]
    assert intake.cursor == str(2 * CHUNKS)


def test_the_installation_keeps_its_keys(tmp_path):
    memory = tmp_path / "memory"
    one, two = (live_keys(tmp_path / "state", memory) for _ in range(2))
    other = live_keys(tmp_path / "elsewhere", memory)
    assert (one.term, one.identity) == (two.term, two.identity)
    assert one.identity != other.identity
    path = tmp_path / "state" / "installation.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(Corruption, match="Remove the state folder"):
        live_keys(tmp_path / "state", memory)


def test_voice_keys_lie_outside_the_state(tmp_path):
    memory = tmp_path / "memory"
    keys = live_keys(tmp_path / "state", memory)
    keys.voices.turn(42_000)
    held = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    secret = keys.voices.key(42_000)
    assert all(secret not in path.read_bytes() for path in held)
    assert all(secret.hex().encode() not in path.read_bytes() for path in held)
    assert len(list(memory.iterdir())) == 1


def test_an_official_event_is_not_told_again_after_a_restart(tmp_path):
    sent = rfc3339(START_MS)
    line = msgspec.json.encode(
        {"source": "usgs", "id": "xx1", "sent": sent, "hazard": "earthquake", "lat": -12.1,
         "lon": -77.0, "radius_km": 50, "severity": "Severe", "status": "actual"}
    )  # fmt: skip
    told = []
    for start in range(2):
        clock = HeldClock(START_MS + (start + 1) * MINUTE_MS)
        engine, ear = engine_of(tmp_path, {"official": Official([line])}, clock)
        thread = running(engine)
        for _ in range(10_000):
            if engine.intakes[0].tally.admitted and ear.events and engine.steps > 3:
                break
            threading.Event().wait(0.02)
        stop(engine, thread)
        told.append([(event.event_id, event.revision, event.origin) for event in ear.events])
    # The second start tells what it finds in its store, once, and nothing of its own.
    assert told[0] == told[1]
    assert [(revision, origin) for _, revision, origin in told[0]] == [(1, "official")]
