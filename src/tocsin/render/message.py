"""One alert in words: the same facts for every way out, in one language, in local time and UTC."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tocsin.errors import ConfigError
from tocsin.model import LEVELS, Alert, Event, Fact, LevelWord, Mode, Place
from tocsin.render.phrases import IMPERIAL, Phrases, phrases
from tocsin.vocabulary.hazards import hazard_ids, load_hazards

TITLE_CHARS = 200
ROW_CHARS = 400
Units = Literal["metric", "imperial"]
UNITS: tuple[Units, ...] = get_args(Units)
AGENCIES_MOST = 5
"""Most agencies named in one message."""
DIGEST_EVENTS = 50
"""Most events told in one digest; the rest is counted."""


class Row(msgspec.Struct, frozen=True):
    """A line of a message: what it is about, and what there is to say."""

    label: str
    value: str


class Message(msgspec.Struct, frozen=True):
    """An alert as it is read; every text is one line, free of control and direction marks."""

    title: str
    """What and where, led by what kind of message this is."""
    headline: str
    """What, where, figures and how sure."""
    rows: tuple[Row, ...]
    note: str
    """Who says so; for posts, that it is no official warning."""
    urgent: tuple[str, ...]
    """Words that stand above all else: that it is no real event, or takes something back."""
    level: LevelWord
    lang: str
    direction: str
    mode: Mode = "live"
    answer: Row | None = None
    """Where whoever reads this can act, when there is such a page."""

    def text(self) -> str:
        """The whole as plain text of several lines."""
        lines = [self.title, *self.urgent, ""]
        lines += [f"{row.label}: {row.value}" for row in self.rows]
        lines += [f"{self.answer.label}: {self.answer.value}"] if self.answer else []
        return "\n".join((*lines, "", self.note))


class Voice(msgspec.Struct, frozen=True):
    """How messages of one sink speak: language, time zone and units."""

    lang: str = "en"
    zone: str = "UTC"
    units: Units = "metric"

    def checked(self) -> "Voice":
        """Itself, when both exist; raises ConfigError."""
        phrases(self.lang)
        _zone(self.zone)
        return self


def voice_for(alert: Alert, voice: Voice) -> Voice:
    """The voice of a channel, as the watch of this alert wants to be spoken to."""
    speech = alert.speech
    units = next((each for each in UNITS if each == speech.units), voice.units)
    return Voice(speech.lang or voice.lang, speech.zone or voice.zone, units)


def message(alert: Alert, voice: Voice) -> Message:
    """Words for one alert; raises ConfigError for a language or zone that does not exist.

    What the watch says of language, zone and units comes before what the channel says.
    """
    voice = voice_for(alert, voice)
    words, event = phrases(voice.lang), alert.event
    title = headline_in(event, words, voice, figures=False)
    lead = words.phases.get(event.phase) or words.kinds[alert.kind]
    if alert.kind == "withdrawal":
        lead = words.kinds["withdrawal"]
    mode = mode_of(alert)
    urgent = [words.modes[mode]] if mode != "live" else []
    if alert.kind == "withdrawal":
        urgent.append(words.withdrawn)
    elif alert.corrects:
        urgent.append(words.corrected)
    prefix = f"[{words.modes[mode].partition(':')[0].strip()}] " if mode != "live" else ""
    return Message(
        title=clean(f"{prefix}{lead}: {title}", TITLE_CHARS),
        headline=clean(headline_in(event, words, voice), TITLE_CHARS),
        rows=_rows(alert, words, voice),
        note=words.note_official if event.origin == "official" else words.note,
        urgent=tuple(urgent),
        level=event.level,
        lang=voice.lang,
        direction=words.direction,
        mode=mode,
        answer=_answer(alert, words, voice.lang),
    )


def mode_of(alert: Alert) -> Mode:
    """Whether a message is meant in earnest; a drill is one however it came to be sent."""
    return "drill" if alert.event.drill else alert.mode


def digest_title(alerts: Sequence[Alert], voice: Voice) -> str:
    """The title of a digest, with the number of its events."""
    words = phrases(voice.lang)
    return clean(words.digest.format(n=words.figure(len(alerts))), TITLE_CHARS)


def digest_text(alerts: Sequence[Alert], voice: Voice) -> str:
    """Many alerts as one text: worst first, each whole, at most DIGEST_EVENTS of them."""
    order = sorted(alerts, key=lambda a: (-LEVELS.index(a.event.level), a.event.at, a.key))
    parts = [digest_title(alerts, voice)]
    parts += [message(alert, voice).text() for alert in order[:DIGEST_EVENTS]]
    rest = len(order) - DIGEST_EVENTS
    return "\n\n".join((*parts, f"+ {rest}") if rest > 0 else parts)


def headline_in(event: Event, words: Phrases, voice: Voice, figures: bool = True) -> str:
    """Hazard, place, figures and how sure, in one language; the words of vocabulary and files."""
    number = hazard_ids().get(event.hazard)
    labels = load_hazards()[number].labels if number is not None else {}
    label = labels.get(voice.lang) or labels.get("en") or event.hazard.replace("_", " ")
    line = f"{label}{words.comma}{_where(event.place, words, None)}"
    if figures:
        for fact in event.facts:
            line += f"{words.comma}{_fact(fact, words, voice.units)}"
    return f"{line} ({words.tiers[event.tier]})"


def clean(text: str, limit_chars: int = ROW_CHARS) -> str:
    """One safe line: no control, format or direction characters, bounded, runs of blanks joined."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    line = " ".join(part for part in kept.split(" ") if part)
    return line if len(line) <= limit_chars else line[: limit_chars - 1] + "…"


def local_and_utc(at: str, zone: tzinfo) -> str:
    """`2026-11-22 14:00 CET (13:00 UTC)`; RFC 3339 in, the same in both zones once in UTC."""
    moment = datetime.fromisoformat(at).astimezone(UTC)
    there = moment.astimezone(zone)
    if there.utcoffset() == moment.utcoffset():
        return f"{moment:%Y-%m-%d %H:%M} UTC"
    day = "" if there.date() == moment.date() else f"{moment:%Y-%m-%d} "
    return f"{there:%Y-%m-%d %H:%M} {there:%Z} ({day}{moment:%H:%M} UTC)"


def _rows(alert: Alert, words: Phrases, voice: Voice) -> tuple[Row, ...]:
    event, zone = alert.event, _zone(voice.zone)
    facts = words.comma.join(_fact(fact, words, voice.units) for fact in event.facts)
    sure = f"{words.tiers[event.tier]}{words.comma}{words.certainty[event.certainty]}"
    found = (
        ("level", words.levels[event.level]),
        ("place", _where(event.place, words, voice.units)),
        ("facts", facts),
        ("sure", sure),
        ("official", _official(event, words)),
        ("voices", event.voices if event.origin != "official" else ""),
        ("people", words.people.get(event.population or "", event.population or "")),
        ("first_seen", local_and_utc(event.first_seen, zone)),
        ("revised", local_and_utc(event.at, zone)),
        ("watch", alert.meaning),
        ("event", f"{event.event_id}.{event.revision}"),
    )
    return tuple(Row(words.rows[name], clean(value)) for name, value in found if value)


def _official(event: Event, words: Phrases) -> str:
    """Who has said it officially, and how long before or after the first report."""
    told: dict[str, str] = {}
    for ref in event.bulletins:
        lead_s = ref.lead_time_s
        form = words.lead_before if lead_s is not None and lead_s < 0 else words.lead_after
        minutes = words.figure(round(abs(lead_s) / 60)) if lead_s is not None else ""
        line = ref.source if lead_s is None else form.format(source=ref.source, n=minutes)
        told.setdefault(ref.source, line)
    return "; ".join(list(told.values())[:AGENCIES_MOST])


def _answer(alert: Alert, words: Phrases, lang: str) -> Row | None:
    if not alert.answer_url:
        return None
    return Row(words.rows["answer"], f"{alert.answer_url}?lang={lang}")


def _where(place: Place | None, words: Phrases, units: Units | None) -> str:
    """Name and country; with units also the radius."""
    if place is None:
        return words.unknown_place
    name = f"{place.name} ({place.country})" if place.country else place.name
    if units is None:
        return name
    form = words.radius if units == "metric" else words.imperial["radius"]
    across = place.radius_km if units == "metric" else place.radius_km * IMPERIAL["radius"]
    return f"{name}{words.comma}{form.format(n=words.figure(max(1, round(across))))}"


def _fact(fact: Fact, words: Phrases, units: Units) -> str:
    form, low, high = words.facts[fact.kind], fact.low, fact.high
    if units == "imperial" and fact.kind in IMPERIAL:
        # Three digits: more would claim what the metric figure did not know.
        form = words.imperial[fact.kind]
        low, high = (float(f"{n * IMPERIAL[fact.kind]:.3g}") for n in (low, high))
    least, most = words.figure(low), words.figure(high)
    n = least if least == most else words.range.format(low=least, high=most)
    return form.format(n=n)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        # A machine without a time zone database still tells the time.
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = 'Write one such as "Europe/Madrid".'
        raise ConfigError("zone", "no such time zone", remedy) from None
