"""An engine killed again and again while a deletion is on its way through it."""

import json
import random
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from engine_kills import CHANNEL, Nursery
from engine_worker import STEPS
from growing_world import CITIES, TAILS, GrowingWorld
from invented_events import SECRET
from loopback_jetstream import SEQ_0
from tocsin.clock import SystemClock
from tocsin.deliver import Receiver

VISIBLE_S, ON_DISK_S = 10.0, 120.0
"""What the contract gives (P10): until it is shown nowhere, until its bytes are gone."""
VOICES = 12
"""Voices of one happening, all of whom take it back: some left in many cities would be an event."""
WAYS = ("delete", "edit", "sync")
"""A post is deleted, edited to say something else, or its account is set anew."""
STEPS_HERE = (*STEPS, "truncate")
LIFE_S, STEP_S = 0.5, 2.0
"""A kill by chance falls within so long after the deletions went out, one at a step that does not
come when so long is over."""
TOLD_S = 90.0
"""Longest wait for an event, or for its end."""
ROUND = 40
"""Kills of one store: no city comes twice, so that its name on the disk tells of one event."""
SETTINGS = """
[engine]
step_s = 0.05
refill_min = 2
[keys]
path = "{folder}/memory"
[sources.posts]
type = "jetstream"
url = "{posts}"
"""


class Figures(NamedTuple):
    """What a run of kills came to."""

    kills: int
    at_steps: dict[str, int]
    """Kills by the step before or after which they fell; `any` is a moment drawn by chance."""
    unfinished: int
    """Of these, kills that left an event on the disk which its posts no longer bear."""
    late: int
    """Events that stood, or whose bytes did, for longer than the contract gives."""
    standing: int
    """Those of which something was there at the end of the wait, or was there again later."""
    untold: int
    """Receivers that were told of an event and not of its end."""
    traces: int
    """Files with an id of a deleted post or of who wrote it."""
    slowest_shown_s: float
    slowest_bytes_s: float
    """From the next start, loaded, until the event was withdrawn, and until its bytes were gone."""

    def plus(self, other: "Figures") -> "Figures":
        """Two runs as one."""
        mine, more = self._asdict(), other._asdict()
        whole = {
            name: max(mine[name], more[name]) if name.endswith("_s") else mine[name] + more[name]
            for name in mine
            if name != "at_steps"
        }
        steps = Counter(self.at_steps) + Counter(other.at_steps)
        return Figures(**whole, at_steps=dict(sorted(steps.items())))


class Regretted(GrowingWorld):
    """A stream that says what it is given, and takes it back when asked to."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, 0.0)
        self._spoken = 0

    def say(self, city: str) -> range:
        """A happening, each post of a voice of its own; their numbers."""
        numbers = range(self._spoken, self._spoken + VOICES)
        self._spoken += VOICES
        for number in numbers:
            one, two = self._rng.sample(TAILS, 2)
            self._send(number, "create", f"I felt a strong earthquake in {city}, {one}, {two}")
        return numbers

    def take_back(self, numbers: range, way: str) -> None:
        """Each post, one after the other."""
        for number in numbers:
            self._send(number, way, "we had pancakes today")

    def _send(self, number: int, way: str, text: str) -> None:
        with self._turn:
            payload = {
                "did": f"did:plc:voice{number}q", "seq": SEQ_0 + len(self._grown),
                "time": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            }  # fmt: skip
            if way == "sync":
                payload |= {"$type": _KIND + "sync", "sync": {"rev": "3k"}}
            else:
                operation = {"create": "create", "edit": "update", "delete": "delete"}[way]
                payload |= {"$type": _KIND + "commit", "rev": f"3krev{len(self._grown)}",
                            "operation": operation, "collection": "app.bsky.feed.post",
                            "rkey": f"3kpost{number}q"}  # fmt: skip
                if way != "delete":
                    payload["record"] = {"$type": "app.bsky.feed.post", "text": text}
            self._grown.append(json.dumps({"$type": "message", "payload": payload}))


_KIND = "network.bsky.jetstream.subscribeEvents#"


class _Told:
    """A receiver, and by city what it was told: the ids of events, and of those taken back."""

    def __init__(self) -> None:
        self.cities: dict[str, set[str]] = {}
        self.over: set[str] = set()
        self.receiver = Receiver(SECRET, SystemClock(), self._hear)

    def _hear(self, data: dict) -> None:
        event = data["event"]
        if data["kind"] == "withdrawal":
            self.over.add(event["event_id"])
        elif event.get("place"):
            self.cities.setdefault(event["place"]["name"], set()).add(event["event_id"])


def run(folder: Path, kills: int, seed: int) -> Figures:
    """So many kills, each between the receipt of deletions and the next start's end of them."""
    rng, world, told = random.Random(seed), Regretted(seed), _Told()
    cities = rng.sample(CITIES, kills)
    told.receiver.start()
    text = SETTINGS.format(folder=folder, posts=world.url)
    text += CHANNEL.format(name="east", url=told.receiver.url, secret=SECRET)
    (folder / "memory").mkdir()
    (folder / "tocsin.toml").write_text(text, encoding="utf-8")
    armed = folder / "armed"
    found = Figures(0, {}, 0, 0, 0, 0, 0, 0.0, 0.0)
    with world, Nursery(folder) as nursery:
        pid, order = _next(nursery, rng, armed)
        for city in cities:
            numbers = world.say(city)
            _until(lambda city=city: city in told.cities, f"no event at {city}")
            armed.touch()
            world.take_back(numbers, rng.choice(WAYS))
            where = nursery.die(pid, order, STEP_S if order else rng.uniform(0.0, LIFE_S))
            armed.unlink()
            left = _shows(folder, city)
            began_s = time.monotonic()
            pid, order = _next(nursery, rng, armed)
            found = found.plus(
                _end(folder, city, numbers, told, began_s)._replace(
                    at_steps={where: 1}, unfinished=int(left)
                )
            )
            if found.standing or found.untold or found.traces:
                break  # What it looks like now is what went wrong.
        nursery.die(pid, {}, 0.0)
    # A start that read everything once more must not have told any of it again.
    again = sum(_shows(folder, city) for city in cities)
    told.receiver.stop()
    return found._replace(standing=found.standing + again)


def _next(nursery: Nursery, rng: random.Random, armed: Path) -> tuple[int, dict[str, object]]:
    order: dict[str, object] = {}
    if rng.random() < 2 / 3:
        step = rng.choice(STEPS_HERE)
        # Before it is read nothing was received.
        after = step == "read" or rng.random() < 0.5
        order = {"step": step, "after": after, "times": 1,
                 "armed": str(armed)}  # fmt: skip
    return nursery.born(order), order


def _end(folder: Path, city: str, numbers: range, told: _Told, began_s: float) -> Figures:
    """Wait until nothing is left of an event; what is there when the time is over counts."""
    shown_s = _wait(lambda: not _stands(folder / "tocsin.db", city), ON_DISK_S, began_s)
    bytes_s = _wait(lambda: not _shows(folder, city), ON_DISK_S, began_s)
    _wait(lambda: told.cities[city] <= told.over, ON_DISK_S, began_s)
    ids = [name for n in numbers for name in (f"voice{n}q".encode(), f"3kpost{n}q".encode())]
    return Figures(
        kills=1,
        at_steps={},
        unfinished=0,
        late=int(shown_s > VISIBLE_S or bytes_s > ON_DISK_S),
        standing=int(_shows(folder, city)),
        untold=int(not told.cities[city] <= told.over),
        traces=sum(any(name in body for name in ids) for body in _files(folder)),
        slowest_shown_s=shown_s,
        slowest_bytes_s=bytes_s,
    )


def _stands(path: Path, city: str) -> bool:
    """Whether any event of that city is kept with what it said."""
    with closing(sqlite3.connect(path, timeout=30.0)) as base:
        rows = base.execute("SELECT json FROM revisions WHERE json IS NOT NULL").fetchall()
    return any(f'"{city}"'.encode() in bytes(body) for (body,) in rows)


def _shows(folder: Path, city: str) -> bool:
    """Whether the name of the city is in any byte on the disk."""
    return any(city.encode() in body for body in _files(folder))


def _files(folder: Path) -> list[bytes]:
    bodies = []
    for path in folder.rglob("*"):
        try:
            bodies.append(path.read_bytes() if path.is_file() else b"")
        except FileNotFoundError:
            continue  # A log that was just taken away.
    return bodies


def _wait(is_done, most_s: float, began_s: float) -> float:
    """Seconds since then when it was so, or beyond the most."""
    while not is_done():
        if time.monotonic() - began_s > most_s:
            break
        time.sleep(0.05)
    return time.monotonic() - began_s


def _until(is_done, otherwise: str) -> None:
    began_s = time.monotonic()
    assert _wait(is_done, TOLD_S, began_s) <= TOLD_S, otherwise

