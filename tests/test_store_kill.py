"""What was acknowledged before the process was killed is there afterwards, whole."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from invented_events import alert
from tocsin.store import Store

ROUNDS = int(os.environ.get("TOCSIN_KILLS", "6"))
"""How many kills; a release runs 3,000."""

WRITER = """
import sys
from invented_events import NOON_MS, alert, event
from tocsin.store import Store

store, number = Store.open(sys.argv[1]), int(sys.argv[2])
while True:
    name = f"{number}x"
    store.commit_step([event(name)], [alert(name)], {"sea": str(number)}, NOON_MS)
    print(number, flush=True)
    store.mark(alert(name).key, "sent", NOON_MS)
    if number % 7 == 0:
        store.checkpoint()
    number += 1
"""


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path):
    path, rng, acknowledged = tmp_path / "kept.db", random.Random(11), -1
    for _ in range(ROUNDS):
        before = acknowledged
        acknowledged = killed_writer(path, before + 1, acks=rng.randint(1, 40))
        assert acknowledged > before, "the writer worked before it was killed"
        store = Store.open(path)
        kept = [int(r.event_id.partition("x")[0]) for r in store.revisions_since(0, 100_000)]
        owed = {each.alert.key for each in store.recent_alerts(100_000)}
        cursor = int(store.cursors()["sea"])
        pending = store.pending(limit=100_000)
        store.close()
        assert kept == list(range(cursor + 1)), "revisions and cursor moved together"
        assert owed == {alert(f"{number}x").key for number in kept}
        assert cursor >= acknowledged
        # Whatever was committed and not marked is still owed, so nothing is in between.
        assert len(pending) <= 2 * ROUNDS
        acknowledged = cursor


def killed_writer(path: Path, start: int, acks: int) -> int:
    """Let a process write, kill it after so many acknowledgements, return the last one."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = [sys.executable, "-c", WRITER, str(path), str(start)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=env, text=True) as writer:
        assert writer.stdout is not None
        last = -1
        for _ in range(acks):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        # Lines already in the pipe were acknowledged too.
        rest = writer.stdout.read().splitlines()
    whole = [int(line) for line in rest if line.isdigit()]
    return max([last, *whole[:-1]])
