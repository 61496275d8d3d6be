"""The engine as it runs: takes what sources brought, steps the line, commits, then tells."""

import random
import threading
from collections.abc import Mapping, Sequence

import msgspec

from tocsin.clock import DAY_MS, HOUR_MS, MINUTE_MS, Clock
from tocsin.config import Value
from tocsin.deliver import Crew, Desk, Dispatcher, Links, Policy, Sink
from tocsin.engine import memory
from tocsin.engine.bulletins import BulletinReader
from tocsin.engine.coverage import Coverage, Ear
from tocsin.engine.entry import Entry
from tocsin.engine.frugal import give_back
from tocsin.engine.inbox import Chunk, Inbox
from tocsin.engine.intake import Intake
from tocsin.engine.joined import joined
from tocsin.engine.keys import Keys
from tocsin.engine.listeners import Listeners, Notice
from tocsin.engine.near_misses import Gatherer
from tocsin.engine.pulse import Pulse
from tocsin.engine.usual import UsualKeeper
from tocsin.errors import Corruption, TocsinError
from tocsin.gate import Gate
from tocsin.gate.admit import Passed
from tocsin.model import Bulletin, Event, Watch
from tocsin.pipeline import Pipeline
from tocsin.sources import Source
from tocsin.sources.columns import count_of, listed
from tocsin.store import Store
from tocsin.store.records import fell_below_k
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.vocabulary.pack import load_vocabulary
from tocsin.vocabulary.tongues import LANGUAGES
from tocsin.watch import Matcher

SILENCE_MS = 30_000
"""After so long without posts the stream's time follows the clock."""
KEEP_DAYS = 400
"""How long event revisions are kept."""


class Engine:
    """Sources, line, store and delivery under one loop; `run` returns after `stop`."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        watches: Sequence[Watch],
        sinks: Mapping[str, Sink],
        store: Store,
        keys: Keys,
        clock: Clock,
        listeners: Listeners,
        step_s: float = 1.0,
        rng: random.Random | None = None,
        policies: Mapping[str, Policy] | None = None,
        links: Links | None = None,
        watchdog: Mapping[str, Value] | None = None,
        drill: bool = False,
        refill_ms: int = HOUR_MS,
    ) -> None:
        self._clock, self.store, self._listeners, self._step_s = clock, store, listeners, step_s
        self._rng = rng or random.Random()
        vocabulary, gazetteer = load_vocabulary(), Gazetteer.load()
        self.contract = vocabulary.contract
        streams = sorted((s.spec.family, n) for n, s in sources.items() if s.spec.kind == "posts")
        families = [family for family, _ in streams]
        ordinal = memory.ordinal_of(store)
        self._near = near = Gatherer(list(hazard_ids()), gazetteer.iso_codes)
        self._line = Pipeline(gazetteer, families, keys.identity, self.contract, ordinal, near)
        self.usual = UsualKeeper(self._line.usual, gazetteer.iso_codes, store, self.contract)
        self._reader = BulletinReader(vocabulary, gazetteer)
        gate = Gate(vocabulary, gazetteer, keys.voices, keys.term)
        self._ear = Ear(LANGUAGES, LANGUAGES[1:], gazetteer.iso)
        self.configured = tuple(watches)
        self._matcher = Matcher(watches, earlier=store.alerts_about)
        self.links, self.drill, self.pulse = links, drill, Pulse(self, watchdog or {}, clock)
        self.dispatcher = Dispatcher(store, sinks, clock, self._rng, links)
        self._crew = Crew(self.dispatcher, store, clock, self._fail, step_s)
        self.desk = Desk(policies or {}, store)
        self._seen_version, self._deaf = -1, set[str]()
        self._renew_watches()
        self._inbox = Inbox()
        self._entry = Entry(gate, self._ear, self._inbox, clock)
        self._back = memory.look_back(sources, store, refill_ms, clock)
        self.intakes = [
            Intake(
                name,
                source,
                families.index(source.spec.family) if source.spec.kind == "posts" else 0,
                self._inbox,
                clock,
                self._back.cursors.get(name),
                self._rng,
                streams.index((source.spec.family, name)) if source.spec.kind == "posts" else 0,
            )
            for name, source in sources.items()
        ]
        self._stop, self.ready = threading.Event(), threading.Event()
        self.started_ms = clock.now_ms()
        self._heard_ms = self.started_ms if streams else 0
        self.stepped_ms = self.steps = 0
        self.failed: TocsinError | None = None
        self._swept_ms, self._has_traces = self.started_ms, False

    @property
    def stream_ms(self) -> int:
        """Stream time of the line."""
        return self._line.now_ms

    @property
    def dropped(self) -> Mapping[str, int]:
        """Official words let go because there were too many, by reason."""
        return self._line.dropped

    @property
    def shedding(self) -> tuple[str, ...]:
        """What is shed just now, because more comes than can be worked on."""
        return self._entry.ladder.names

    def coverage(self) -> Coverage:
        """Which languages and countries were heard of late."""
        return self._ear.told(self._line.now_ms)

    def run(self) -> None:
        """Work until `stop`; a store that cannot be used ends the run with its error."""
        pulse = threading.Thread(target=self.pulse.run, args=(self._stop,), daemon=True)
        try:
            self._begin()
            pulse.start()
            self.ready.set()
            self._loop()
        except TocsinError as error:
            self.failed = self.failed or error
            raise
        finally:
            self._stop.set()
            self.ready.clear()
            for intake in self.intakes:
                intake.stop()
            self._crew.stop()
            if pulse.ident is not None:
                pulse.join(10.0)
            self.dispatcher.close()
            self.store.inspection.stop()
            if isinstance(self.failed, Corruption):
                self.store.inspection.mark(self.failed)  # And the file is left as it is.
            else:
                self.store.checkpoint()

    def _begin(self) -> None:
        # What outlived its time while nothing ran is gone before anyone can read it.
        self._purge(self._clock.now_ms())
        self.store.checkpoint()
        self.store.inspection.begin(self._fail)
        self.usual.recall()
        self._listeners.begin(memory.recall(self.store, self._line, self._clock.now_ms()))
        give_back()
        for name in self._back.blind(self.intakes):
            told = Notice(name, "blind", self._back.until_ms, self.started_ms)
            self._listeners.notice(told)
        self._back.start(self.intakes)
        self._crew.start()

    def stop(self) -> None:
        """Ask the run to end after the step it is in."""
        self._stop.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._step(self._inbox.take(self._step_s))
            self._back.go_on(self._line.now_ms)
            self._sweep()
        if self.failed is not None:
            raise self.failed

    def _sweep(self) -> None:
        """Between steps: bytes of withdrawn events go at once, the rest each minute.

        Deleted bytes are gone only when the log is truncated, and a reader may be in the way:
        then it is tried again after every step (contract P10: within 120 s).
        """
        now_ms = self._clock.now_ms()
        if now_ms - self._swept_ms >= MINUTE_MS:
            self._swept_ms = now_ms
            self.dispatcher.give_up(now_ms)
            self._purge(now_ms)
            self._has_traces = True
        if self._has_traces:
            self._has_traces = not self.store.checkpoint()
        self._tell_deaf()

    def _purge(self, now_ms: int) -> None:
        """Forget what the store has kept for its time."""
        self.store.prune(now_ms - KEEP_DAYS * DAY_MS)
        self.store.near_misses.keep(self._near.take(), now_ms)
        self.usual.keep(now_ms)

    def _tell_deaf(self) -> None:
        """Say once when a source falls silent beyond its habit, and once when it is back."""
        for intake in self.intakes:
            since_ms = intake.deaf_since_ms
            if (since_ms is not None) == (intake.name in self._deaf):
                continue
            if since_ms is None:
                self._deaf.discard(intake.name)
                self._listeners.notice(Notice(intake.name, "heard", self._clock.now_ms()))
            else:
                self._deaf.add(intake.name)
                self._listeners.notice(Notice(intake.name, "deaf", since_ms))

    def _renew_watches(self) -> None:
        """Take up watches that were stored or taken out since the last step."""
        version = self.store.watches.version()
        if version != self._seen_version:
            stored = [each.watch for each in self.store.watches.all()]
            self._matcher.replace([*self.configured, *stored])
            self.desk.mind([*self.configured, *stored])
            self._seen_version = version

    def _step(self, chunks: Sequence[Chunk]) -> None:
        """One step of the line; revisions, alerts and cursors are kept before anyone is told."""
        self._renew_watches()
        self._entry.look()
        events: list[Event] = []
        notices: list[Notice] = []
        bulletins: list[Bulletin] = []
        for chunk in chunks:
            if chunk.intake.kind == "bulletins":
                bulletins += self._reader.read(
                    chunk.intake.source, listed(chunk.frames), chunk.intake.tally
                )
        for chunk in joined(chunks):
            if chunk.intake.kind == "posts":
                intake = chunk.intake
                if chunk.gap:
                    events += self._line.purge(intake.stream, self._line.now_ms)
                    self._ear.purge(intake.stream)
                    notices.append(Notice(intake.name, "gap", chunk.received_ms))
                passed = self._entry.take(chunk)
                events += self._through(passed, bulletins)
                bulletins = []
                self._heard_ms = self._clock.now_ms() if count_of(chunk.frames) else self._heard_ms
        events += self._through(self._entry.pass_time(self._stream_hand_ms()), bulletins)
        if self.drill:
            events = [msgspec.structs.replace(event, drill=True) for event in events]
        alerts = [alert for event in events for alert in self._matcher.alerts(event)]
        cursors = {c.intake.name: c.cursor for c in chunks if c.cursor is not None}
        cursors = self._back.kept(cursors, self._line.now_ms)
        now_ms = self._clock.now_ms()
        alerts, held = self.desk.take(alerts, now_ms)
        if events or alerts or cursors or held:
            kept = memory.kept(self._line, self._back)
            self.store.commit_step(events, alerts, cursors, now_ms, kept, held)
        self._crew.wake({alert.channel for alert in alerts})
        for event in events:
            self._listeners.event(event)
        for alert in alerts:
            self._listeners.alert(alert)
        for notice in notices:
            self._listeners.notice(notice)
        self._has_traces |= any(fell_below_k(event) for event in events)
        self.stepped_ms = now_ms
        self.steps += 1

    def _stream_hand_ms(self) -> int:
        """The time silence has reached: of the clock after a while without posts, before that 0.

        A source that catches up tells of hours ago; the clock would press them into a moment.
        """
        now_ms = self._clock.now_ms()
        return now_ms if now_ms - self._heard_ms >= SILENCE_MS else 0

    def _through(self, passed: Passed, bulletins: Sequence[Bulletin]) -> list[Event]:
        return self._line.step(passed.batch, passed.removals, bulletins, passed.now_ms).events

    def _fail(self, error: TocsinError) -> None:
        """A store that fails while something is sent, or while it is checked, ends the run."""
        self.failed = error
        self._stop.set()
