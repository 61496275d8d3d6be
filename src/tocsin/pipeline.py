"""The line: columns in, event revisions out; it reads no clock, network or randomness."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tocsin.batch import Batch, Removals
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.detect.lifecycle import Detector, Found
from tocsin.detect.traits import place_table, traits_of_hazards
from tocsin.detect.weigh import SENSITIVE_SHARE, Watcher
from tocsin.locate import locate, population_band
from tocsin.locate.steady import steady
from tocsin.model import (
    BANDS,
    Bulletin,
    BulletinRef,
    Event,
    Evidence,
    Ground,
    Support,
    Why,
)
from tocsin.official.corroborate import Corroborator
from tocsin.rate import rate
from tocsin.rate.bands import voices_band
from tocsin.rate.facts import resolve_facts
from tocsin.render import headline, same_matter
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.tongues import LANGUAGES

REMEMBERED = 4_096
"""Events whose last revision is kept to compare the next one with."""


class Step(NamedTuple):
    """What one step brought."""

    events: list[Event]
    found: Found
    """Positions of joined reports and mergers, by number; for `eval` only."""
    ids: dict[int, str]
    """Event id by number, of the events this step revised."""


class _Last(NamedTuple):
    """The newest revision of an event and what it was made from."""

    event: Event
    evidence: Evidence


class Pipeline:
    """detect → locate → rate → corroborate, one step at a time."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        families: Sequence[str],
        identity_key: bytes,
        contract: str,
        ordinal: int = 0,
        watcher: Watcher | None = None,
    ) -> None:
        """`families[i]` is that of stream i, and streams may share one; `contract` the hash each
        event carries; `ordinal` how many events were founded before this start."""
        self._gazetteer = gazetteer
        self._families = families
        self._first = tuple(families.index(family) for family in families)
        self._contract = contract
        self._hazards = load_hazards()
        self._detector = Detector(
            place_table(gazetteer),
            traits_of_hazards(),
            len(LANGUAGES),
            identity_key,
            ordinal,
            watcher,
        )
        self._official = Corroborator()
        self._waiting: list[Bulletin] = []
        self._last: OrderedDict[str, _Last] = OrderedDict()
        self._now_ms = self._told_ms = 0
        self.reported: dict[int, str] = {}
        """Event id by number, of events that were reported and not withdrawn."""

    @property
    def now_ms(self) -> int:
        """Stream time of the last step."""
        return self._now_ms

    @property
    def ordinal(self) -> int:
        """How many events were founded so far."""
        return self._detector.ordinal

    def active(self) -> bool:
        """Whether time alone could still change an event."""
        return self._detector.active()

    def step(
        self, batch: Batch, removals: Removals, bulletins: Sequence[Bulletin], now_ms: int
    ) -> Step:
        """Take a batch, what was taken back, and bulletins; returns revisions in order of time.

        Deterministic for equal input, keys and settings, whatever the batch size. A bulletin
        counts from its `sent` on, or from now when it comes late.
        """
        self._waiting = sorted([*self._waiting, *bulletins], key=lambda b: (b.sent_ms, b.id))
        found = self._detector.feed(batch, removals, now_ms)
        events: list[Event] = []
        for evidence in found.evidence:
            events += self._release(evidence.at_ms)
            self._told_ms = max(self._told_ms, evidence.at_ms)
            events += self._revise(evidence)
        until_ms = max(self._now_ms, now_ms)
        events += self._release(until_ms)
        self._now_ms = self._told_ms = until_ms
        return Step(events, found, {e.number: e.event_id for e in found.evidence})

    def purge(self, stream: int, at_ms: int) -> list[Event]:
        """Forget every report of a stream whose deletions may have been missed (contract P10)."""
        return [
            e for evidence in self._detector.purge(stream, at_ms) for e in self._revise(evidence)
        ]

    def _release(self, until_ms: int) -> list[Event]:
        """Let bulletins sent until now speak, and revise the events they speak of."""
        events: list[Event] = []
        while self._waiting and self._waiting[0].sent_ms <= until_ms:
            bulletin = self._waiting.pop(0)
            self._official.add(bulletin)
            # A late one speaks now: not before the last step, nor before what was just told.
            at_ms = max(bulletin.sent_ms, self._told_ms)
            for last in list(self._last.values()):
                if last.event.phase in ("reported", "updated", "resolved"):
                    phase = "updated" if last.event.phase == "reported" else last.event.phase
                    evidence = msgspec.structs.replace(
                        last.evidence, at_ms=max(at_ms, last.evidence.at_ms), phase=phase
                    )
                    events += self._revise(evidence, only_if_bulletins_changed=True)
        return events

    def _revise(self, evidence: Evidence, only_if_bulletins_changed: bool = False) -> list[Event]:
        """The next revision of an event, or nothing when it says nothing new."""
        # Two servers of one family never confirm each other.
        families = tuple(sorted({self._first[f] for f in evidence.families}))
        evidence = msgspec.structs.replace(evidence, families=families)
        last = self._last.get(evidence.event_id)
        event = self._compose(evidence, last.event if last else None)
        if last is not None and only_if_bulletins_changed:
            if event.bulletins == last.event.bulletins:
                return []
        elif last is not None and same_matter(event, last.event):
            self._last[evidence.event_id] = _Last(last.event, evidence)
            return []
        self._remember(event, evidence)
        return [event]

    def _remember(self, event: Event, evidence: Evidence) -> None:
        if event.phase in ("withdrawn", "merged"):
            self.reported.pop(evidence.number, None)
            self._last.pop(event.event_id, None)
            return
        self.reported[evidence.number] = event.event_id
        self._last[event.event_id] = _Last(event, evidence)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)

    def _compose(self, evidence: Evidence, before: Event | None) -> Event:
        """The record of one revision: everything that leaves is made here, from closed lists."""
        if evidence.phase == "withdrawn":
            return self._withdrawn(evidence, before)
        hazard = self._hazards[evidence.hazard]
        sensitive = evidence.masked_share >= SENSITIVE_SHARE
        origins = locate(evidence, self._gazetteer, personal=hazard.personal, sensitive=sensitive)
        origins = steady(origins, before.place if before else None)
        place = origins[0].place if origins else None
        support = self._official.supports(
            hazard.key, place, evidence.first_seen_ms, evidence.last_seen_ms, evidence.at_ms
        )
        facts = resolve_facts(evidence, support)
        rating = rate(evidence, origins, facts, support, hazard, sensitive)
        band = voices_band(evidence.voices)
        if before is not None:
            band = max(band, before.voices, key=BANDS.index)
        grain_ms = 5 * MINUTE_MS if sensitive else MINUTE_MS
        return Event(
            event_id=evidence.event_id,
            revision=before.revision + 1 if before else 1,
            phase=evidence.phase,
            at=rfc3339(evidence.at_ms),
            first_seen=rfc3339(evidence.first_seen_ms // grain_ms * grain_ms),
            hazard=hazard.key,
            category=hazard.category,
            origin="both" if support else "posts",
            tier=rating.tier,
            headline=headline(hazard, place, facts, rating.tier, evidence.phase),
            lang="en",
            place=place,
            level=rating.level,
            severity=rating.severity,
            urgency=rating.urgency,
            certainty=rating.certainty,
            confidence=rating.confidence,
            voices=band,
            families=tuple(sorted(self._families[f] for f in evidence.families)),
            facts=facts,
            bulletins=tuple(_reference(s) for s in support),
            why=rating.why,
            contract=self._contract,
            merged_into=evidence.merged_into,
            expires=rfc3339(evidence.last_seen_ms + round(hazard.duration_h * HOUR_MS)),
            population=population_band(self._gazetteer, place),
            sensitive=sensitive,
        )

    def _withdrawn(self, evidence: Evidence, before: Event | None) -> Event:
        """What stays of an event below its floor: id, hazard, phase and times."""
        hazard = self._hazards[evidence.hazard]
        return Event(
            event_id=evidence.event_id,
            revision=before.revision + 1 if before else 1,
            phase="withdrawn",
            at=rfc3339(evidence.at_ms),
            first_seen=rfc3339(evidence.first_seen_ms // MINUTE_MS * MINUTE_MS),
            hazard=hazard.key,
            category=hazard.category,
            origin="posts",
            tier="unconfirmed",
            headline=headline(hazard, None, (), "unconfirmed", "withdrawn"),
            lang="en",
            place=None,
            level="green",
            severity="Unknown",
            urgency="Past",
            certainty="Unlikely",
            confidence=0.0,
            voices="0",
            families=(),
            facts=(),
            bulletins=(),
            why=(Why(Ground.BELOW_K, True, 5),),
            contract=self._contract,
        )


def _reference(support: Support) -> BulletinRef:
    bulletin = support.bulletin
    return BulletinRef(
        bulletin.source, bulletin.id, rfc3339(bulletin.sent_ms), bulletin.url, support.lead_time_s
    )
