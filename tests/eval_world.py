"""An invented folder of labelled posts, and stand-ins for the engine that know the truth."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.clock import rfc3339
from tocsin.eval.replaying import Replayed
from tocsin.eval.stream import Part
from tocsin.eval.truth import bulletin_hazard
from tocsin.model import Event, Place

EVENTS = [
    # name, type, country, lat, lon, month of 2013, onset covered
    ("alder_quake", "earthquake", "Peru", -12.0, -77.0, 1, True),
    ("birch_quake", "earthquake", "Japan", 35.0, 139.0, 2, True),
    ("cedar_flood", "flood", "France", 45.0, 5.0, 3, True),
    ("dogwood_blast", "explosion", "Spain", 41.0, -1.0, 4, True),
    ("elm_crash", "transport_crash", "Canada", 50.0, -100.0, 5, True),
    ("fir_storm", "storm", "United States", 42.0, -78.0, 6, True),
    ("gum_flood", "flood", "Brazil", -20.0, -45.0, 7, False),
    ("hazel_fire", "wildfire", "Chile", -39.0, -72.0, 8, False),
    ("iris_haze", "haze", "Singapore", 1.3, 103.8, 9, False),
    ("juniper_fire", "fire", "Portugal", 39.7, -8.8, 10, False),
    ("kauri_quake", "earthquake", "New Zealand", -41.0, 174.0, 11, False),
    ("larch_square", "unrest", "United States", 38.0, -90.0, 12, False),
    ("maple_rumour", "other_news", "Canada", 43.0, -79.0, 12, False),
]
WORD = {
    "earthquake": "earthquake", "flood": "flood", "explosion": "explosion", "storm": "storm",
    "transport_crash": "derailed", "wildfire": "bushfire", "haze": "haze", "fire": "fire",
}  # fmt: skip
HAZARD_WORDS = frozenset([*WORD.values(), "shooting"])
POSTS = 60
_NOUNS = (
    "garden", "kettle", "tram", "violin", "window", "ladder", "bakery", "pencil", "rabbit",
    "canal", "mitten", "lantern",
)  # fmt: skip
_VERBS = (
    "paint", "mend", "carry", "borrow", "find", "count", "polish", "wrap", "hide", "follow",
)  # fmt: skip
_MOODS = (
    "slowly", "twice", "today", "gladly", "again", "somehow", "early", "alone", "together", "soon",
)  # fmt: skip


def names_hazard(texts):
    """Whether a word of the text is a hazard word; a stand-in for the gate's own."""
    return np.array(
        [not HAZARD_WORDS.isdisjoint(w.strip("#.,").lower() for w in t.split()) for t in texts],
        bool,
    )


def _talk(rng) -> str:
    picks = [pieces[int(rng.integers(len(pieces)))] for pieces in (_NOUNS, _VERBS, _MOODS)]
    return f"{picks[1]} the {picks[0]} {picks[2]} nr {int(rng.integers(10_000))}"


def _post(post_id, at, text, event=None, informative=None, dataset="CrisisLexT26", collection=None):
    return {
        "post_id": post_id, "created_at": at, "author": None, "text": text,
        "lang": "en" if len(text) % 2 else None,
        "lang_guess": "en", "event": event, "informative": informative, "dataset": dataset,
        "collection": collection,
    }  # fmt: skip


def write_data(folder: Path, background: int = 1_500) -> Path:
    """A data folder with every file and column the scorer reads."""
    rng = np.random.default_rng(5)
    posts, truths = [], []
    for number, (name, kind, country, lat, lon, month, onset) in enumerate(EVENTS):
        start = datetime(2013, month, 10, 12, tzinfo=UTC)
        truths.append(
            {"event": name, "event_type": kind, "country": country, "lat": lat, "lon": lon,
             "start_utc": start, "onset_covered": onset}
        )  # fmt: skip
        for k in range(POSTS):
            at = start + timedelta(minutes=float(rng.exponential(40)) if k > 9 else k)
            said = WORD.get(kind, "shooting" if k < 20 and kind == "unrest" else "crowd")
            text = f"{said} at {name.split('_')[0]} {_talk(rng)}"
            posts.append(_post(f"{number}-{k}", at, text, name, "on-topic", collection=name))
        for k in range(20):
            text = f"off {_talk(rng)}" + (" flood" if k < 3 else "")
            row = _post(f"off-{number}-{k}", start, text, None, "off-topic", collection=name)
            posts.append({**row, "dataset": "CrisisLexT6"})
        posts.append(
            _post(f"t6-{number}", start, f"storm here {_talk(rng)}", name, "on-topic",
                  "CrisisLexT6", name)
        )  # fmt: skip
    for k in range(background):
        label, text = None, _talk(rng)
        if k % 5 == 0:
            label, text = "Not Relevant", f"{text} is a storm movie"
        elif k % 50 == 1:
            label, text = "Relevant", f"{text} earthquake"
        at = datetime(2015, 8, 1, tzinfo=UTC)
        dataset = "disaster-words-DFE" if label else "small-talk"
        posts.append(_post(f"bg-{k}", at, text, None, label, dataset, "talk"))
    times = pa.timestamp("ms", tz="UTC")
    schema = {"created_at": times, "author": pa.int64(), "lang": pa.string()}
    _write(folder / "dev_posts.parquet", posts, schema)
    _write(folder / "events.parquet", truths, {"start_utc": times})
    minutes = [
        {
            "event": "alder_quake",
            "minute": truths[0]["start_utc"] + timedelta(minutes=m),
            "posts": 2,
        }
        for m in range(30)
    ]
    _write(folder / "volumes.parquet", minutes, {"minute": times})
    return folder


def _write(path, rows, types):
    columns = {
        name: pa.array([row[name] for row in rows], types.get(name)) for name in rows[0]
    }  # fmt: skip
    pq.write_table(pa.table(columns), path)


def event(event_id, at_ms, hazard="earthquake", phase="reported", **more) -> Event:
    """A revision with what the scorer reads, the rest filled in."""
    lat, lon, country = more.pop("lat", 0.0), more.pop("lon", 0.0), more.pop("country", "FR")
    kind = more.pop("kind", "city")
    given = {
        "revision": 1, "first_seen": rfc3339(at_ms), "category": "Geo", "origin": "posts",
        "tier": "unconfirmed", "headline": "Earthquake", "lang": "en", "level": "yellow",
        "severity": "Severe", "urgency": "Immediate", "certainty": "Likely", "confidence": 0.9,
        "voices": "5-14", "families": ("file",), "facts": (), "bulletins": (), "why": (),
        "contract": "v1",
        "place": Place("1", "Somewhere", kind, None, country, lat, lon, 30.0),
    }  # fmt: skip
    return Event(
        event_id=event_id, phase=phase, at=rfc3339(at_ms), hazard=hazard, **{**given, **more}
    )


def knowing(stream) -> Replayed:
    """The perfect engine: each plant reported rightly at its 5th post, nothing else."""
    events, assigned = [], [None] * stream.rows.size
    for member, plant in enumerate(stream.plan.plants):
        rows = np.flatnonzero((stream.rows.part == Part.PLANT) & (stream.rows.member == member))
        if len(rows) < 5:
            continue
        truth = plant.truth
        name = f"event-{member}"
        hazard = next(iter(sorted(truth.hazards & {bulletin_hazard(truth)} or truth.hazards)))
        at_ms = int(stream.rows.time_ms[rows[4]])
        events.append(
            event(name, at_ms, hazard, lat=truth.lat, lon=truth.lon, country=truth.country)
        )
        for row in rows.tolist():
            assigned[row] = name
    return Replayed(events, assigned, None, assigned, stream.rows.size, 0.0)


def lines(stream) -> list[dict]:
    """Every frame of a stream, decoded."""
    return [msgspec.json.decode(frame) for frames in stream.frames() for frame in frames]
