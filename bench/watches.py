"""What an event revision costs with ten thousand watches: CPU time, and a ratio to asking all."""

import json
import random
import sys
import time
from pathlib import Path
from statistics import mean, median

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from invented_events import event  # noqa: E402
from naive_watch import fits  # noqa: E402
from tocsin.model import LEVELS, Event, Place, Watch  # noqa: E402
from tocsin.vocabulary.gazetteer import Gazetteer  # noqa: E402
from tocsin.vocabulary.hazards import hazard_ids  # noqa: E402
from tocsin.watch.areas import of_place  # noqa: E402
from tocsin.watch.matcher import Matcher  # noqa: E402
from tocsin.watch.wish import Threshold, Wish  # noqa: E402

WATCHES, EVENTS, REVISIONS = 10_000, 500, 1_000
ASKED = 20
"""Revisions that the plain twin is asked about; it takes some fifty milliseconds each."""
DENSE = 400
"""Watches around one town, for the revision that alerts nearly all of them."""


def towns(dice: random.Random, count: int) -> list[Place]:
    """Towns drawn from the gazetteer, one in twenty a whole country."""
    gazetteer = Gazetteer.load()
    found: list[Place] = []
    while len(found) < count:
        place = gazetteer.place(dice.randrange(len(gazetteer)))
        if place.kind == "city" or dice.random() < 0.05:
            found.append(place)
    return found


def some_watch(dice: random.Random, place: Place, keys: list[str]) -> Watch:
    """A watch as people write them: a hazard or a few, one or two areas, seldom more bounds."""
    areas = [of_place(place, dice.choice([None, 30.0, 80.0, 300.0]))]
    return Wish(
        hazards="any" if dice.random() < 0.2 else tuple(sorted(dice.sample(keys, 3))),
        areas=() if dice.random() < 0.02 else tuple(areas),
        min_level=dice.choice(LEVELS),
        min_confidence=dice.choice([0.0, 0.0, 0.7]),
        facts=(Threshold("killed", 1.0),) if dice.random() < 0.1 else (),
        evidence=dice.choice(["fast", "balanced", "balanced", "confirmed"]),
    ).watch(f"c{dice.randrange(40)}")


def revisions(dice: random.Random, places: list[Place], keys: list[str]) -> list[Event]:
    """Two revisions each of events where somebody watches."""
    firsts = [
        event(f"b{n}x", 1, place=dice.choice(places), hazard=dice.choice(keys),
              level=dice.choice(LEVELS), confidence=dice.choice([0.55, 0.8]))
        for n in range(EVENTS)
    ]  # fmt: skip
    seconds = [
        event(f"b{n}x", 2, place=of.place, hazard=of.hazard, level=dice.choice(LEVELS),
              tier="official")
        for n, of in enumerate(firsts)
    ]  # fmt: skip
    return [*firsts, *seconds]


def timed(matcher: Matcher, events: list[Event]) -> tuple[list[float], int]:
    """Milliseconds of each revision, and how many alerts came of all."""
    took, alerts = [], 0
    for of in events:
        begun = time.process_time()
        alerts += len(matcher.alerts(of))
        took.append((time.process_time() - begun) * 1e3)
    return took, alerts


def dense(dice: random.Random, keys: list[str]) -> dict[str, float]:
    """One red event that nearly all of some hundred watches want, best of several."""
    town = next(place for place in towns(dice, 400) if place.radius_km > 8)
    watches = {w.id: w for w in (some_watch(dice, town, keys) for _ in range(DENSE * 3))}
    plain = {"hazards": "any", "evidence": "fast", "facts": ()}
    every = [msgspec.structs.replace(watch, **plain) for watch in watches.values()][:DENSE]
    best, alerts = float("inf"), 0
    for _ in range(9):
        matcher = Matcher(every)
        took, alerts = timed(matcher, [event("d", place=town, level="red", confidence=0.9)])
        best = min(best, took[0])
    return {"alerts": alerts, "ms": round(best, 3), "us_per_alert": round(best * 1e3 / alerts, 1)}


def main() -> None:
    """Print and write the figures."""
    dice = random.Random(1)
    keys = sorted(hazard_ids())
    places = towns(dice, 2_000)
    drawn = (some_watch(dice, dice.choice(places), keys) for _ in range(WATCHES + 200))
    watches = list({watch.id: watch for watch in drawn}.values())[:WATCHES]
    events = revisions(dice, places, keys)
    timed(Matcher(watches[:100]), events[:20])
    runs = [timed(Matcher(watches), events) for _ in range(3)]
    took, alerts = min(runs, key=lambda run: sum(run[0]))
    begun = time.process_time()
    for of in events[:ASKED]:
        for watch in watches:
            fits(watch, of)
    naive_ms = (time.process_time() - begun) * 1e3 / ASKED
    found = {
        "command": "python bench/watches.py",
        "watches": len(watches),
        "revisions": len(events),
        "alerts": alerts,
        "ms_per_revision": {
            "mean": round(mean(took), 3),
            "median": round(median(took), 3),
            "p99": round(sorted(took)[-len(took) // 100], 3),
            "most": round(max(took), 3),
        },
        "naive_ms_per_revision": round(naive_ms, 1),
        "times_faster": round(naive_ms / mean(took)),
        "dense": dense(dice, keys),
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
