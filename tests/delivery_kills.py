"""A sender killed again and again, and a receiver that fails: what arrives, and how often."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from invented_events import SECRET
from tocsin.clock import SystemClock
from tocsin.deliver import Receiver
from tocsin.store import Store

CHANNELS = ("east", "west")
EVERY_WITHDRAWN = 7
"""Each so manieth event is withdrawn three steps later."""
FAULT_SHARE = 0.03
"""Of all requests: half are refused for now, half are taken and answered with a failure."""
FIRST_FAULT = 5
"""This request fails in any case, so that no run is without one."""
DRAIN_S = 120.0
EVENTS = 15
"""Events for each kill; the sender is killed before it is through with them."""
WORKER = f"""
import random, sys, threading, time
from invented_events import SECRET, alert, event
from tocsin.clock import SystemClock
from tocsin.deliver import Desk, Dispatcher
from tocsin.sinks.webhook import WebhookSink
from tocsin.store import Store

path, url, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
clock, store = SystemClock(), Store.open(path)
def hook():
    table = {{"url": url, "secret": SECRET, "timeout_s": 5.0}}
    return WebhookSink(WebhookSink.spec.checked("sinks.x", table), clock)
sender = Dispatcher(store, {{name: hook() for name in {CHANNELS!r}}}, clock, random.Random())
desk, over = Desk({{}}, store), threading.Event()
def send(channel):
    while not over.is_set():
        sender.run_channel(channel, clock.now_ms())
        over.wait(0.005)
threads = [threading.Thread(target=send, args=(name,)) for name in {CHANNELS!r}]
for thread in threads:
    thread.start()
print("ready", flush=True)
number = int(store.cursors().get("sea", "-1")) + 1
while number <= last:
    told = [("alert", number, 1)]
    if number >= 3 and (number - 3) % {EVERY_WITHDRAWN} == 0:
        told.append(("withdrawal", number - 3, 2))
    alerts = [alert(f"{{n}}x", revision, kind, channel, phase="reported" if revision == 1 else
              "withdrawn") for kind, n, revision in told for channel in {CHANNELS!r}]
    events = list({{(a.event.event_id, a.event.revision): a.event for a in alerts}}.values())
    owed, held = desk.take(alerts, clock.now_ms())
    store.commit_step(events, owed, {{"sea": str(number)}}, clock.now_ms(), held=held)
    number += 1
    time.sleep(0.002)
while store.channels_owed():
    time.sleep(0.02)
over.set()
for thread in threads:
    thread.join()
print("done", flush=True)
"""


class Figures(NamedTuple):
    """What a run of kills and faults came to."""

    kills: int
    faults: int
    committed: int
    """Messages that were owed for certain: committed with their event."""
    missing: int
    effects_twice: int
    out_of_order: int
    extra_sends: int
    """Requests beyond the first of a key that no answered failure explains."""


class Flaky(Receiver):
    """Takes each key once, and now and then fails before or after it took a message."""

    def __init__(self, rng: random.Random, faults: float) -> None:
        self.rng, self.share = rng, faults
        self.asked: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.taken: list[str] = []
        super().__init__(SECRET, SystemClock(), lambda data: None)

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        key, chance = headers["webhook-id"], self.rng.random()
        self.asked[key] += 1
        if self.asked.total() == FIRST_FAULT:
            chance = self.share * 0.75
        before = len(self._keys)
        if chance >= self.share / 2:
            status = super().answer(headers, body)
            if len(self._keys) > before:
                self.taken.append(key)
        if chance < self.share:
            self.failed[key] += 1
            return 503
        return status


def run(folder: Path, kills: int, seed: int, events_per_kill: int = EVENTS) -> Figures:
    """Kill the sender so often, at moments drawn by chance, then let it finish."""
    rng, path = random.Random(seed), folder / "kept.db"
    receiver = Flaky(random.Random(seed + 1), FAULT_SHARE)
    receiver.start()
    last = kills * events_per_kill
    for _ in range(kills):
        with worker(path, receiver.url, last) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
    with worker(path, receiver.url, last) as process:
        watch = threading.Timer(DRAIN_S + last / 5, process.kill)
        watch.start()
        assert process.wait() == 0, "the backlog went out"
        watch.cancel()
    receiver.stop()
    return _figures(path, receiver, kills)


def worker(path: Path, url: str, last: int) -> "subprocess.Popen[str]":
    """The sender as a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, "-c", WORKER, str(path), url, str(last)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, env=env, text=True)


def _figures(path: Path, receiver: Flaky, kills: int) -> Figures:
    store = Store.open(path)
    owed = store.recent_alerts(1_000_000)
    store.close()
    wanted = {each.alert.key for each in owed if each.state != "superseded"}
    # A message a withdrawal overtook need not arrive, but its withdrawal must.
    taken = Counter(receiver.taken)
    slips = 0
    for channel in CHANNELS:
        first = [int(k.partition("x")[0]) for k in receiver.taken
                 if k.endswith(f".1.w.{channel}")]  # fmt: skip
        slips += sum(b < a for a, b in pairwise(first))
    extra = sum(n - 1 - receiver.failed[key] for key, n in receiver.asked.items()
                if n - 1 > receiver.failed[key])  # fmt: skip
    return Figures(
        kills=kills,
        faults=sum(receiver.failed.values()),
        committed=len(wanted),
        missing=len(wanted - set(taken)),
        effects_twice=sum(n > 1 for n in taken.values()),
        out_of_order=slips,
        extra_sends=extra,
    )
