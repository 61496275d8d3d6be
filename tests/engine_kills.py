"""The whole engine killed again and again between its steps, before receivers that fail."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from engine_worker import STEPS
from growing_world import GrowingWorld
from invented_events import SECRET
from tocsin.clock import SystemClock
from tocsin.deliver import Receiver
from tocsin.store import Revision, Store

CHANNELS = ("east", "west")
FAULTS = ("refused", "later", "lost", "failed")
"""Turned away at once, asked to come later, taken without an answer, taken and then failed."""
FIRST_FAULT = 3
"""This request fails in any case, so that no run is without one."""
LIFE_S = (0.05, 2.5)
"""When a kill by the clock falls; one at a step that never comes falls at the later bound."""
COLD_LIFE_S = (0.05, 15.0)
"""The same of an engine that loads code, kernels and tables before it can begin."""
COLD_EVERY = 40
"""One life in so many starts cold, in an interpreter of its own; the others are forked."""
POSTS_PER_S, QUAKE_S = 45.0, 0.7
"""How fast the world goes on: a step that has something to do comes several times a second."""
DRAIN_S = 180.0
CALM_S = 3.0
"""An engine that owes nothing and says nothing new for so long has nothing more to say."""
SETTINGS = """
[engine]
step_s = 0.05
refill_min = 0.25
[keys]
path = "{folder}/memory"
[sources.posts]
type = "jetstream"
url = "{posts}"
[sources.quakes]
type = "usgs"
url = "{quakes}"
"""
CHANNEL = """
[[watches]]
hazards = "any"
min_level = "green"
channel = "{name}"
[sinks.{name}]
type = "webhook"
url = "{url}"
secret = "{secret}"
timeout_s = 5.0
[channels.{name}]
group_s = 0.0
budget = 0
"""


class Figures(NamedTuple):
    """What a run of kills and faults came to."""

    kills: int
    at_steps: dict[str, int]
    """Kills by the step before or after which they fell; `any` is a moment drawn by chance."""
    cold: int
    """Of the kills those of an engine that was started cold."""
    faults: int
    events: int
    committed: int
    """Messages that were owed for certain: committed with their event, and not overtaken."""
    missing: int
    """Of those, and of the quakes the feed had, without an event or without an alert."""
    effects_twice: int
    """Messages taken twice, and quakes that founded two events."""
    out_of_order: int
    extra_sends: int
    """Requests beyond the first of a key that no fault explains."""

    def plus(self, other: "Figures") -> "Figures":
        """Two runs as one."""
        steps = Counter(self.at_steps) + Counter(other.at_steps)
        sums = {
            name: mine + other._asdict()[name]
            for name, mine in self._asdict().items()
            if isinstance(mine, int)
        }
        return Figures(**sums, at_steps=dict(sorted(steps.items())))


class Hostile(Receiver):
    """Takes each key once; of its requests a share fails in one of the ways of FAULTS."""

    def __init__(self, seed: int, share: float) -> None:
        self.rng, self.share = random.Random(seed), share
        self.asked: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.taken: list[str] = []
        self._now = ""
        super().__init__(SECRET, SystemClock(), lambda data: self.taken.append(self._now))

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        self._now = key = headers["webhook-id"]
        self.asked[key] += 1
        fails = self.rng.random() < self.share or self.asked.total() == FIRST_FAULT
        fault = self.rng.choice(FAULTS) if fails else ""
        self.failed[key] += bool(fault)
        if fault in ("refused", "later"):
            return 503 if fault == "refused" else 429
        status = super().answer(headers, body)
        if fault == "lost":
            raise ConnectionError("the answer is lost on purpose")
        return 500 if fault == "failed" else status


def run(folder: Path, kills: int, seed: int, share: float = 0.1, first: int = 0) -> Figures:
    """Kill the engine so often, then let it finish; `first` lives went before in the same run."""
    rng, world = random.Random(seed), GrowingWorld(seed, POSTS_PER_S, QUAKE_S)
    receivers = {name: Hostile(seed + n, share) for n, name in enumerate(CHANNELS)}
    text = SETTINGS.format(folder=folder, posts=world.url, quakes=world.feed.url)
    for name, receiver in receivers.items():
        receiver.start()
        text += CHANNEL.format(name=name, url=receiver.url, secret=SECRET)
    (folder / "memory").mkdir()
    (folder / "tocsin.toml").write_text(text, encoding="utf-8")
    at_steps: Counter[str] = Counter()
    cold = 0
    with world, Nursery(folder) as nursery:
        for number in range(first, first + kills):
            # The second of each COLD_EVERY: it finds what the first has left.
            is_cold = number % COLD_EVERY == 1
            at_steps[nursery.live_and_die(rng, is_cold)] += 1
            cold += is_cold
        world.end()
        nursery.live_out(folder / "tocsin.db", world)
        quakes = {quake["id"] for quake in world.quakes}
    for receiver in receivers.values():
        receiver.stop()
    return _figures(folder / "tocsin.db", receivers, at_steps, quakes)._replace(cold=cold)


class Nursery:
    """The process that engines are forked from, so that each of them starts quickly."""

    def __init__(self, folder: Path) -> None:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        worker = str(Path(__file__).with_name("engine_worker.py"))
        self._process = subprocess.Popen(
            [sys.executable, worker, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True,
        )  # fmt: skip

    def __enter__(self) -> "Nursery":
        assert self._line() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(DRAIN_S)
        self._process.stdout.close()

    def live_and_die(self, rng: random.Random, cold: bool = False) -> str:
        """One engine that is killed; where."""
        low_s, high_s = COLD_LIFE_S if cold else LIFE_S
        order: dict[str, object] = {}
        if rng.random() < 2 / 3:
            order = {"step": rng.choice(STEPS), "after": rng.random() < 0.5,
                     "times": rng.choice((1, 1, 1, 2, 3, 5))}  # fmt: skip
        pid = self.born(order | {"cold": cold})
        return self.die(pid, order, high_s if order else rng.uniform(low_s, high_s / 2))

    def die(self, pid: int, order: dict[str, object], wait_s: float) -> str:
        """Wait for the death of an engine, at its step or after so long; where."""
        timer = threading.Timer(wait_s, _kill, (pid,))
        timer.start()
        status = int(self._line())
        in_time = timer.is_alive()
        timer.cancel()
        timer.join()
        assert status == -signal.SIGKILL, f"the engine ended by itself with {status}"
        if not in_time or not order:
            return "any"
        return f"{'after' if order['after'] else 'before'} {order['step']}"

    def live_out(self, path: Path, world: GrowingWorld) -> None:
        """One engine that is left alone until all was heard and has gone out."""
        pid = self.born({})
        end_s = time.monotonic() + DRAIN_S
        store = Store.open(path)
        calm_s, told = time.monotonic(), -1
        while time.monotonic() - calm_s < CALM_S:
            now_s, now = time.monotonic(), sum(store.outbox_counts().values())
            assert now_s < end_s or not store.channels_owed(), f"owed: {store.outbox_counts()}"
            # The feed is asked once in a life and may answer long after the last post; what is
            # not told of it when the time is over counts as missing.
            heard = _read_to(store, world.last_seq) and _heard_of(store, world)
            if now != told or store.channels_owed() or not (heard or now_s > end_s):
                calm_s, told = now_s, now
            time.sleep(0.2)
        store.close()
        os.kill(pid, signal.SIGTERM)
        assert int(self._line()) == 0

    def born(self, order: dict[str, object]) -> int:
        """Start an engine; its process id."""
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        return self._process.stdout.readline().strip()


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def _read_to(store: Store, seq: int) -> bool:
    cursor = store.cursors().get("posts", "v2:0:")
    return int(cursor.split(":")[1]) >= seq


def _heard_of(store: Store, world: GrowingWorld) -> bool:
    """Whether every quake of the feed was told with some event."""
    told = {ref.id for each in _revisions(store) if each.event for ref in each.event.bulletins}
    return {quake["id"] for quake in world.quakes} <= told


def _revisions(store: Store) -> Iterator[Revision]:
    seq = 0
    while page := store.revisions_since(seq, 5_000):
        yield from page
        seq = page[-1].seq


def _figures(
    path: Path, receivers: dict[str, Hostile], at_steps: Counter[str], quakes: set[str]
) -> Figures:
    store = Store.open(path)
    owed = store.recent_alerts(1_000_000)
    told: dict[str, set[str]] = {quake: set() for quake in quakes}
    founded: Counter[str] = Counter()
    revisions = [*_revisions(store)]
    for event in (each.event for each in revisions if each.event is not None):
        for ref in event.bulletins:
            told.setdefault(ref.id, set()).add(event.event_id)
            # Reports nearby may lean on the same quake: that is an event of its own.
            founded[ref.id] += event.revision == 1 and event.origin == "official"
    store.close()
    with_alert = {each.alert.event.event_id for each in owed if each.state == "sent"}
    wanted = {each.alert.key for each in owed if each.state != "superseded"}
    taken = Counter(key for receiver in receivers.values() for key in receiver.taken)
    unheard = sum(not ids & with_alert for ids in told.values())
    # A correction is meant to overtake; whatever failed came later for its own reason.
    sent = {each.alert.key: each.seq for each in owed if not each.corrects}
    slips = sum(
        sent[b] < sent[a]
        for receiver in receivers.values()
        for a, b in pairwise(k for k in receiver.taken if k in sent and not receiver.failed[k])
    )
    return Figures(
        kills=at_steps.total(),
        at_steps=dict(sorted(at_steps.items())),
        cold=0,
        faults=sum(receiver.failed.total() for receiver in receivers.values()),
        events=len({each.event_id for each in revisions}),
        committed=len(wanted),
        missing=len(wanted - set(taken)) + unheard,
        effects_twice=sum(n > 1 for n in (*taken.values(), *founded.values())),
        out_of_order=slips,
        extra_sends=sum(
            max(0, n - 1 - receiver.failed[key])
            for receiver in receivers.values()
            for key, n in receiver.asked.items()
        ),
    )
