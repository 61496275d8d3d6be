"""An invented recording in which everything goes wrong at once, and how to cut it in pieces."""

import random
from collections.abc import Iterable

import msgspec

from streams import START_MS, burst, chatter, closure, deletion, merged
from tocsin.batch import TERM_SLOTS
from tocsin.clock import HOUR_MS, MINUTE_MS
from tocsin.detect.snapshot import read_back, written
from tocsin.engine.keys import seeded_keys
from tocsin.engine.replay import DRAIN_MS
from tocsin.gate import Gate
from tocsin.metrics import Tally
from tocsin.pipeline import Pipeline
from tocsin.sources.frames import decode_replay
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import load_vocabulary

STAMP = f"tests {TERM_SLOTS}"
WHERE = ("in Lima", "in Porto", "in Osaka", "near Quito", "in Izmir", "", "in Lima")
WHAT = ("earthquake", "flood", "explosion", "wildfire", "earthquake", "storm")


def tangle(hours: float, per_minute: int, bursts: int, seed: int) -> list[dict[str, object]]:
    """Small talk and bursts, of which much is late, out of order, of equal time, edited, deleted
    or told twice; rows are in the order of their arrival."""
    rng = random.Random(seed)
    rows = [merged(chatter(hours, per_minute=per_minute, seed=seed))]
    for number in range(bursts):
        at_ms = START_MS + round((0.3 + 0.65 * rng.random()) * hours * 60) * MINUTE_MS
        # Several steps of nothing: many posts of one moment.
        step_ms = rng.choice([0, 1_000, 9_000, 60_000])
        said = burst(at_ms, rng.randint(4, 30), rng.choice(WHAT), rng.choice(WHERE),
                     f"b{number}", step_ms)  # fmt: skip
        rows += [said, _taken_back(rng, said)]
    return _arrived(rng, [row for part in rows for row in part])


def _taken_back(rng: random.Random, said: list[dict[str, object]]) -> list[dict[str, object]]:
    """Edits, deletions, repetitions and closed accounts after a burst, of few or nearly all."""
    share, out = rng.choice([0.1, 0.3, 0.9]), []
    for row in said:
        at_ms = int(str(row["created_at"])) + rng.choice([0, 500, 90_000, 2 * HOUR_MS])
        pick = rng.random() / share
        if pick < 0.4:
            out.append(deletion(at_ms, str(row["id"])))
        elif pick < 0.6:
            other = rng.choice([f"{row['text']}, and again", "it was only a lorry", ""])
            out.append({**row, "created_at": at_ms, "text": other, "op": "edit"})
        elif pick < 0.8:
            out.append({**row, "created_at": at_ms})
        elif pick < 1.0:
            out.append(closure(at_ms, str(row["author"])))
    return out


def _arrived(rng: random.Random, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows as they come in: most in order, some up to ten minutes late, a few from hours ago or
    stamped ahead."""

    def at(row: dict[str, object]) -> float:
        pick = rng.random()
        late_ms = 0 if pick < 0.8 else rng.randrange(10 * MINUTE_MS) if pick < 0.99 else 3 * HOUR_MS
        return int(str(row["created_at"])) + late_ms

    rows = [row for _, row in sorted(((at(row), row) for row in rows), key=lambda pair: pair[0])]
    for row in rng.sample(rows, len(rows) // 200):
        row["created_at"] = int(str(row["created_at"])) + 30 * MINUTE_MS
    return rows


class Cuttable:
    """Gate and line over a recording; the detector's memory can be written and read between."""

    def __init__(self) -> None:
        keys, vocabulary, self._gazetteer = seeded_keys(0), load_vocabulary(), Gazetteer.load()
        self._gate = Gate(vocabulary, self._gazetteer, keys.voices, keys.term)
        self._contract, self._key = vocabulary.contract, keys.identity
        self._line = self._new_line()
        self._tally, self._events = Tally(), bytearray()
        self.sizes: set[int] = set()

    def _new_line(self) -> Pipeline:
        return Pipeline(self._gazetteer, ("posts",), self._key, self._contract)

    def take(self, lines: list[bytes]) -> None:
        """One batch."""
        passed = self._gate.enter(lines, decode_replay, 0, self._tally)
        step = self._line.step(passed.batch, passed.removals, [], passed.now_ms)
        self._keep(step.events)

    def cut(self) -> None:
        """Write the detector's memory, throw the detector away, and go on with a new one."""
        memory = written(self._line._detector, STAMP)
        self.sizes.add(len(memory))
        fresh = self._new_line()._detector
        read_back(memory, fresh, STAMP)
        self._line._detector = fresh

    def end(self) -> bytes:
        """Let every event come to its end; all revisions, as lines."""
        empty = self._gate.pass_time(self._line.now_ms)
        until_ms = self._line.now_ms + DRAIN_MS
        self._keep(self._line.step(empty.batch, empty.removals, [], until_ms).events)
        return bytes(self._events)

    def _keep(self, events: Iterable[msgspec.Struct]) -> None:
        for event in events:
            self._events += msgspec.json.encode(event) + b"\n"


def in_batches(lines: list[bytes], size: int) -> bytes:
    """The events of a recording taken in batches of one size."""
    line = Cuttable()
    for at in range(0, len(lines), size):
        line.take(lines[at : at + size])
    return line.end()


def in_pieces(lines: list[bytes], cuts: int, seed: int) -> tuple[bytes, set[int]]:
    """The same with cuts at random points and batches of random sizes between them; the events,
    and the sizes of what was written."""
    rng, line = random.Random(seed), Cuttable()
    edges = sorted(rng.sample(range(1, len(lines)), cuts))
    for begin, end in zip([0, *edges], [*edges, len(lines)], strict=True):
        at = begin
        while at < end:
            size = min(rng.choice([1, 3, 40, 1_000, 100_000]), end - at)
            line.take(lines[at : at + size])
            at += size
        if end < len(lines):
            line.cut()
    return line.end(), line.sizes
