"""The line: columns in, event revisions out; it reads no clock, network or randomness."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from tocsin.batch import Batch, Removals
from tocsin.bulletin import Bulletin
from tocsin.clock import rfc3339
from tocsin.detect.lifecycle import Detector
from tocsin.detect.outcome import Found
from tocsin.detect.parts import WHOLE, Parts
from tocsin.detect.traits import place_table, traits_of_hazards
from tocsin.detect.weigh import Watcher
from tocsin.model import BulletinRef, Event, Evidence, Phase
from tocsin.official.alone import Alone, Standing, is_one, touches
from tocsin.official.corroborate import Corroborator
from tocsin.prompting import words_of
from tocsin.recalled import Recalled
from tocsin.render import same_matter
from tocsin.revision import Composer, at_ms_of, end_ms, is_live
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.tongues import LANGUAGES

REMEMBERED = 4_096
"""Events whose last revision is kept to compare the next one with."""
_REVISED = ("reported", "updated", "resolved")


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
        parts: Parts = WHOLE,
    ) -> None:
        """`families[i]` is that of stream i, and streams may share one; `contract` the hash each
        event carries; `ordinal` counts events founded before; `parts` are all, live."""
        self._hazards = load_hazards()
        self._gazetteer = gazetteer
        traits = traits_of_hazards()
        self._recalled = Recalled(traits.related, self._hazards)
        self._detector = Detector(
            place_table(gazetteer), traits, len(LANGUAGES), identity_key, ordinal, watcher, parts
        )
        self.usual, self.dropped = self._detector.usual, self._detector.dropped
        self._official = Corroborator(self.dropped)
        self._composer = Composer(gazetteer, families, self._official, contract)
        self._alone = Alone(identity_key, self.dropped)
        self._alias: dict[str, str] = {}
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
        return self._detector.active() or len(self._alone) + len(self._recalled) > 0

    def step(
        self, batch: Batch, removals: Removals, bulletins: Sequence[Bulletin], now_ms: int
    ) -> Step:
        """Take a batch, what was taken back, and bulletins; returns revisions in order of time.

        Deterministic for equal input, keys and settings, whatever the batch size. A bulletin
        counts from its `sent` on, or from now when it comes late.
        """
        self._waiting = sorted([*self._waiting, *bulletins], key=lambda b: (b.sent_ms, b.id))
        for word, sent_ms in words_of(bulletins, self._gazetteer):
            self._detector.tell(word, max(sent_ms, self._now_ms))
        found = self._detector.feed(batch, removals, now_ms)
        events: list[Event] = []
        until_ms = max(self._now_ms, now_ms)
        fresh = [each for each in found.evidence if not self._recalled.holds(each)]
        for evidence in [*self._recalled.released(until_ms), *fresh]:
            events += self._release(evidence.at_ms)
            self._told_ms = max(self._told_ms, evidence.at_ms)
            events += self._revise(evidence)
        events += self._release(until_ms)
        events += self._recalled.ended(until_ms)
        self._now_ms = self._told_ms = until_ms
        return Step(events, found, {e.number: self._renamed(e).event_id for e in found.evidence})

    def purge(self, stream: int, at_ms: int) -> list[Event]:
        """Forget every report of a stream whose deletions may have been missed (contract P10)."""
        found = self._detector.purge(stream, at_ms)
        return [event for evidence in found for event in self._revise(evidence)]

    def recall(self, events: Iterable[Event], until_ms: int) -> None:
        """Know the last revisions of an earlier start again, which told until a stream time.

        Their bulletins then say nothing new, and reports go on with them under their ids.
        """
        self._recalled.told_until(until_ms)
        for event in events:
            if event.origin != "official":
                self._recalled.keep(event)
            if not is_live(event) or event.origin == "posts":
                continue
            first_ms, end = at_ms_of(event.first_seen), at_ms_of(event.expires or event.at)
            self._alone.recall(event, first_ms, end)
            standing = self._alone.get(event.event_id)
            if standing is not None:
                known = self._alone.evidence(standing, event.phase, at_ms_of(event.at))
                self._last[event.event_id] = _Last(event, known)

    def know(self, references: Iterable[BulletinRef]) -> None:
        """These bulletins spoke of events that were told by an earlier start."""
        self._alone.know(references)

    def _release(self, until_ms: int) -> list[Event]:
        """Let bulletins sent until now speak, and words that ran out by now end, in order."""
        events: list[Event] = []
        while True:
            ending = self._alone.next_end()
            sent_ms = self._waiting[0].sent_ms if self._waiting else until_ms + 1
            if ending is not None and ending.end_ms <= min(sent_ms, until_ms):
                at_ms = max(ending.end_ms, self._told_ms)
                events += self._tell_official(ending, "resolved", at_ms)
                self._alone.leave(ending.event_id)
            elif sent_ms <= until_ms:
                events += self._heed(self._waiting.pop(0))
            else:
                return events

    def _heed(self, bulletin: Bulletin) -> list[Event]:
        """Revise the events a bulletin speaks of; if it speaks of none, it is one by itself."""
        self._official.add(bulletin)
        self._recalled.heard(bulletin)
        # A late one speaks now: not before the last step, nor before what was just told.
        at_ms = max(bulletin.sent_ms, self._told_ms)
        events: list[Event] = []
        for last in list(self._last.values()):
            event = last.event
            if last.evidence.voices and event.phase in _REVISED and touches(bulletin, event):
                phase = "updated" if event.phase == "reported" else event.phase
                evidence = msgspec.structs.replace(
                    last.evidence, at_ms=max(at_ms, last.evidence.at_ms), phase=phase
                )
                events += self._revise(evidence, only_if_bulletins_changed=True)
        for standing in self._alone.heed(bulletin, self._official):
            events += self._follow(standing, at_ms)
        return events + self._found(bulletin, at_ms)

    def _found(self, bulletin: Bulletin, at_ms: int) -> list[Event]:
        """A bulletin as an event of its own, unless somebody has told it already."""
        told = any(
            (ref.source, ref.id) == (bulletin.source, bulletin.id) and is_one(e.place, bulletin)
            for e in (last.event for last in self._last.values())
            if e.phase in _REVISED and e.origin == "both"
            for ref in e.bulletins
        )
        if told or self._alone.covers(bulletin):
            return []
        newest = self._official.newest(bulletin, bulletin.hazard)
        if newest is None or newest.status != "actual" or newest.id != bulletin.id:
            return []
        standing = self._alone.found(newest, self._official.first_ms(newest), at_ms)
        return [] if standing is None else self._tell_official(standing, "reported", at_ms)

    def _follow(self, standing: Standing, at_ms: int) -> list[Event]:
        """What has become of an official word: taken back, over, or changed."""
        over: Phase = "withdrawn" if standing.main is None else "resolved"
        if standing.main is not None and standing.main.status == "actual":
            return self._tell_official(standing, "updated", at_ms)
        events = self._tell_official(standing, over, at_ms)
        self._alone.leave(standing.event_id)
        return events

    def _tell_official(self, standing: Standing, phase: Phase, at_ms: int) -> list[Event]:
        """The next revision of an event on the official word alone, if it says something new."""
        evidence = self._alone.evidence(standing, phase, at_ms)
        last = self._last.get(standing.event_id)
        before = last.event if last else None
        if standing.main is None and phase == "resolved" and before is not None:
            # Told by an earlier start, and its feed has not spoken of it since.
            event = msgspec.structs.replace(
                before, revision=before.revision + 1, phase=phase, at=rfc3339(at_ms)
            )
        else:
            event = self._composer.official(evidence, standing.main, before)
        if standing.main is not None:
            hazard = self._hazards[evidence.hazard]
            self._alone.ends_at(standing.event_id, end_ms(standing.main, hazard))
        if before is not None and same_matter(event, before):
            return []
        self._remember(event, evidence)
        return [event]

    def _revise(self, evidence: Evidence, only_if_bulletins_changed: bool = False) -> list[Event]:
        """The next revision of a reported event, or nothing when it says nothing new."""
        evidence = self._renamed(evidence)
        last = self._last.get(evidence.event_id)
        event = self._composer.reported(evidence, last.event if last else None)
        if last is None and evidence.phase != "withdrawn":
            home = self._home_of(event)
            if home is not None:
                # What was official alone is reported now: the same event goes on.
                self._alias[evidence.event_id] = home
                evidence = msgspec.structs.replace(evidence, event_id=home, phase="updated")
                last = self._last[home]
                event = self._composer.reported(evidence, last.event)
                self._alone.leave(home)
            elif (before := self._recalled.home_of(event, evidence)) is not None:
                # What an earlier start told goes on under its id.
                self._alias[evidence.event_id] = before.event_id
                evidence = self._renamed(evidence)
                if evidence.phase == "reported":
                    evidence = msgspec.structs.replace(evidence, phase="updated")
                last = _Last(before, evidence)
                event = self._composer.reported(evidence, before)
        if last is not None and self._recalled.withholds(event, last.event, evidence):
            self._last[evidence.event_id] = _Last(last.event, evidence)
            return []
        if last is not None and only_if_bulletins_changed:
            if event.bulletins == last.event.bulletins and event.families == last.event.families:
                return []
        elif last is not None and same_matter(event, last.event):
            self._last[evidence.event_id] = _Last(last.event, evidence)
            return []
        self._remember(event, evidence)
        if evidence.phase == "withdrawn" and last is not None:
            return [event, *self._left_over(last.event, evidence.at_ms)]
        return [event]

    def _home_of(self, event: Event) -> str | None:
        """The event on the official word alone that a newly reported one is."""
        for standing in self._alone.on_any_of(event.bulletins):
            if standing.main is not None and is_one(event.place, standing.main):
                return standing.event_id
        return None

    def _left_over(self, event: Event, at_ms: int) -> list[Event]:
        """When reports are taken back the official word stays, as an event of its own again."""
        events: list[Event] = []
        for ref in event.bulletins:
            held = self._official.held_of(ref.source, ref.id)
            for bulletin in held:
                events += self._found(bulletin, at_ms)
        return events

    def _renamed(self, evidence: Evidence) -> Evidence:
        """Evidence under the name the event had before it was reported."""
        alias = self._alias
        return msgspec.structs.replace(
            evidence,
            event_id=alias.get(evidence.event_id, evidence.event_id),
            merged_into=alias.get(evidence.merged_into or "", evidence.merged_into),
        )

    def _remember(self, event: Event, evidence: Evidence) -> None:
        if event.phase in ("withdrawn", "merged"):
            self.reported.pop(evidence.number, None)
            self._last.pop(event.event_id, None)
            return
        if evidence.voices:
            self.reported[evidence.number] = event.event_id
        self._last[event.event_id] = _Last(event, evidence)
        if len(self._last) > REMEMBERED:
            gone, _ = self._last.popitem(last=False)
            self._alone.leave(gone)
        while len(self._alias) > REMEMBERED:
            self._alias.pop(next(iter(self._alias)))
