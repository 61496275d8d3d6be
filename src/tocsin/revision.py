"""One revision of an event: the record made of evidence, official word and closed lists alone."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.bulletin import Bulletin, Support
from tocsin.clock import HOUR_MS, MINUTE_MS, rfc3339
from tocsin.detect.weigh import SENSITIVE_SHARE
from tocsin.locate import (
    Circle,
    further,
    locate,
    place_of,
    population_band,
    told_by,
    units_named,
)
from tocsin.locate.steady import steady
from tocsin.model import BANDS, BulletinRef, Event, Evidence, Ground, Origin, Place, Why
from tocsin.official.corroborate import Corroborator
from tocsin.rate import rate
from tocsin.rate.bands import voices_band
from tocsin.rate.facts import resolve_facts
from tocsin.rate.official import rate_official
from tocsin.render import headline
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import Hazard, load_hazards

NEWS = "news"
"""The family of all newsrooms together."""


class Composer:
    """Makes every record that leaves the line."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        families: Sequence[str],
        official: Corroborator,
        contract: str,
    ) -> None:
        """`families[i]` is that of stream i, and two streams of one family never confirm each
        other; `contract` is the hash each event carries."""
        self._gazetteer, self._families = gazetteer, families
        self._official, self._contract = official, contract
        self._hazards = load_hazards()

    def reported(self, evidence: Evidence, before: Event | None) -> Event:
        """An event that people report, with whatever officials and newsrooms say of it."""
        if evidence.phase == "withdrawn":
            return self._stub(evidence, before, Why(Ground.BELOW_K, True, 5))
        hazard = self._hazards[evidence.hazard]
        sensitive = evidence.masked_share >= SENSITIVE_SHARE
        # Where people gather, or the hazard is somebody's own, no further town is named.
        coarse = sensitive or hazard.personal
        origins = locate(evidence, self._gazetteer, personal=hazard.personal, sensitive=sensitive)
        origins = steady(origins, before.place if before and before.origin != "official" else None)
        place = origins[0].place if origins else None
        about = (
            hazard.key, place, evidence.first_seen_ms, evidence.last_seen_ms, evidence.at_ms
        )  # fmt: skip
        support = self._official.supports(*about)
        if support and not coarse:
            origins = self._placed(origins, hazard, support)
            place = origins[0].place if origins else None
        families = {self._families[f] for f in evidence.families}
        if self._official.in_the_news(*about):
            families.add(NEWS)
        facts = resolve_facts(evidence, support)
        # Where people assemble nothing is said of how far a crowd reaches.
        units = 0 if sensitive else units_named(evidence, self._gazetteer)
        rating = rate(evidence, origins, facts, support, hazard, sensitive, sorted(families), units)
        band = voices_band(evidence.voices)
        if before is not None:
            band = max(band, before.voices, key=BANDS.index)
        return Event(
            event_id=evidence.event_id,
            revision=before.revision + 1 if before else 1,
            phase=evidence.phase,
            at=rfc3339(evidence.at_ms),
            first_seen=_first_seen(evidence, before, sensitive),
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
            families=tuple(sorted(families)),
            facts=facts,
            bulletins=tuple(_reference(s, s.lead_time_s) for s in support),
            why=rating.why,
            contract=self._contract,
            merged_into=evidence.merged_into,
            expires=rfc3339(evidence.last_seen_ms + round(hazard.duration_h * HOUR_MS)),
            extent=None if coarse else further(evidence, place, self._gazetteer),
            population=population_band(self._gazetteer, place),
            sensitive=sensitive,
        )

    def _placed(
        self, origins: tuple[Origin, ...], hazard: Hazard, support: tuple[Support, ...]
    ) -> tuple[Origin, ...]:
        """Origins with that of the first agency that names the hazard, else of the first."""
        said = [s.bulletin for s in support]
        main = next((b for b in said if b.hazard == hazard.key), said[0])
        circle = Circle(main.lat, main.lon, main.radius_km)
        return told_by(circle, origins, self._gazetteer, main.magnitude is not None)

    def official(self, evidence: Evidence, main: Bulletin | None, before: Event | None) -> Event:
        """An event that nobody reports but an agency; without `main` it was taken back.

        There is no first report, so no bulletin has a lead time.
        """
        if main is None:
            return self._stub(evidence, before, Why(Ground.BULLETIN, False))
        hazard = self._hazards[evidence.hazard]
        place = place_of(Circle(main.lat, main.lon, main.radius_km), self._gazetteer)
        support = self._same_word(main, hazard, place, evidence)
        facts = resolve_facts(evidence, support)
        rating = rate_official(main, support, hazard, evidence.phase)
        return Event(
            event_id=evidence.event_id,
            revision=before.revision + 1 if before else 1,
            phase=evidence.phase,
            at=rfc3339(evidence.at_ms),
            first_seen=rfc3339(evidence.first_seen_ms // MINUTE_MS * MINUTE_MS),
            hazard=hazard.key,
            category=hazard.category,
            origin="official",
            tier=rating.tier,
            headline=headline(hazard, place, facts, rating.tier, evidence.phase),
            lang="en",
            place=place,
            level=rating.level,
            severity=rating.severity,
            urgency=rating.urgency,
            certainty=rating.certainty,
            confidence=rating.confidence,
            voices="0",
            families=(),
            facts=facts,
            bulletins=tuple(_reference(s, None) for s in support),
            why=rating.why,
            contract=self._contract,
            expires=rfc3339(end_ms(main, hazard)),
            population=population_band(self._gazetteer, place),
        )

    def _same_word(
        self, main: Bulletin, hazard: Hazard, place: Place | None, evidence: Evidence
    ) -> tuple[Support, ...]:
        """What agencies say of the same hazard at the place, the main word among it."""
        found = self._official.supports(
            hazard.key, place, evidence.first_seen_ms, main.sent_ms, evidence.at_ms
        )
        same = tuple(
            s
            for s in found
            if s.bulletin.hazard == hazard.key
            and (s.bulletin.source != main.source or s.bulletin.id == main.id)
        )
        return same or (Support(main, 0.0, 0.0),)

    def _stub(self, evidence: Evidence, before: Event | None, why: Why) -> Event:
        """What stays of an event that is taken back: id, hazard, phase and times."""
        hazard = self._hazards[evidence.hazard]
        return Event(
            event_id=evidence.event_id,
            revision=before.revision + 1 if before else 1,
            phase="withdrawn",
            at=rfc3339(evidence.at_ms),
            first_seen=rfc3339(evidence.first_seen_ms // MINUTE_MS * MINUTE_MS),
            hazard=hazard.key,
            category=hazard.category,
            origin="official" if why.ground is Ground.BULLETIN else "posts",
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
            why=(why,),
            contract=self._contract,
        )


def _first_seen(evidence: Evidence, before: Event | None, sensitive: bool) -> str:
    """The first report, to the minute; to five where people assemble."""
    grain_ms = 5 * MINUTE_MS if sensitive else MINUTE_MS
    first_seen = rfc3339(evidence.first_seen_ms // grain_ms * grain_ms)
    # Whoever spoke first, official or not, has seen it first, also before a restart.
    return first_seen if before is None else min(first_seen, before.first_seen)


def end_ms(main: Bulletin, hazard: Hazard) -> int:
    """When an official word alone comes to its end."""
    if main.expires_ms is not None:
        return main.expires_ms
    return main.sent_ms + round(hazard.duration_h * HOUR_MS)


def is_live(event: Event) -> bool:
    """Whether an event goes on."""
    return event.phase in ("reported", "updated")


def at_ms_of(text: str) -> int:
    """Milliseconds of a time in a record."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _reference(support: Support, lead_time_s: float | None) -> BulletinRef:
    bulletin = support.bulletin
    return BulletinRef(
        bulletin.source, bulletin.id, rfc3339(bulletin.sent_ms), bulletin.url, lead_time_s
    )
