"""Kills the engine, and its sender alone, again and again and writes what arrived as a page."""

import argparse
import json
import platform
import shutil
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import delivery_kills  # noqa: E402
import engine_kills  # noqa: E402
import tocsin  # noqa: E402

PAGE = ROOT / "docs" / "reliability-figures.md"
KEPT = ROOT / "out" / "kills.jsonl"
SEED = 2026
ROUND = 100
"""Kills of one store; then a fresh one, so that a long run shows early lives as well as late."""
SENDER_SHARE = 15
"""The sender alone is killed once for so many kills of the engine."""
FOUND = "## What was found"
"""From here on the page is written by hand, and stays."""
Rows = tuple[tuple[str, int], ...]
Found = engine_kills.Figures | delivery_kills.Figures


def main() -> None:
    """Run and write the page; ends with status 1 when anything was lost or acted twice."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kills", type=int, nargs="?", default=3_000)
    asked.add_argument("--minutes", type=float, default=1e6, help="Begin no round after so long.")
    asked.add_argument("--page", type=Path, default=PAGE, help="The page to write.")
    asked.add_argument("--kept", type=Path, default=KEPT, help="Rounds made; those here count.")
    asked.add_argument("--engine", action="store_true", help="Leave the sender alone out.")
    options = asked.parse_args()
    end_s = time.monotonic() + options.minutes * 60
    book = Book(options.kept)
    if not options.engine and book.sender is None:
        with Folder(0) as folder:
            folder.bad = True
            wanted = max(4, options.kills // SENDER_SHARE)
            folder.bad = book.write("sender", delivery_kills.run(folder.path, wanted, SEED))
    while (done := book.engine.kills if book.engine else 0) < options.kills:
        with Folder(done) as folder:
            kills = min(ROUND, options.kills - done)
            folder.bad = True  # Until it has come to its end, and well.
            found = engine_kills.run(folder.path, kills, SEED + done, first=done)
            folder.bad = book.write("engine", found)
        print(found, flush=True)
        _write(options.page, book)
        if time.monotonic() > end_s:
            break
    sys.exit(book.is_bad)


class Folder:
    """Where a round lives; it is left for whoever looks for the reason when it ended badly."""

    def __init__(self, number: int) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"kills-{number}-"))
        self.bad = False

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        if self.bad:
            print(f"{self.path} is left as it was.", flush=True)
        else:
            shutil.rmtree(self.path)


class Book:
    """Rounds that were made, one a line, so that a run may be cut and go on another time."""

    def __init__(self, path: Path) -> None:
        self.path, self.code = path, _code()
        self.engine: engine_kills.Figures | None = None
        self.sender: delivery_kills.Figures | None = None
        self.is_bad = False
        path.parent.mkdir(parents=True, exist_ok=True)
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            row = json.loads(line)
            # What another engine withstood says nothing of this one.
            if row["code"] == self.code:
                kinds = {"engine": engine_kills.Figures, "sender": delivery_kills.Figures}
                self._count(row["of"], kinds[row["of"]](**row["found"]))

    def write(self, of: str, found: Found) -> bool:
        """Keep one round; returns whether something in it went wrong."""
        with self.path.open("a", encoding="utf-8") as file:
            row = {"code": self.code, "of": of, "found": found._asdict()}
            file.write(json.dumps(row) + "\n")
        return self._count(of, found)

    def _count(self, of: str, found: Found) -> bool:
        if isinstance(found, engine_kills.Figures):
            self.engine = found if self.engine is None else self.engine.plus(found)
            channels = engine_kills.CHANNELS
        else:
            self.sender, channels = found, delivery_kills.CHANNELS
        bad = bool(found.missing or found.effects_twice or found.out_of_order)
        bad |= found.extra_sends > found.kills * len(channels)
        self.is_bad |= bad
        return bad


def _code() -> str:
    """What the engine is made of, as one short word."""
    folder = Path(tocsin.__file__).parent
    whole = blake2b(digest_size=8)
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".toml")):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _write(path: Path, book: Book) -> None:
    # After each round, so that a run that is cut short still says how far it came.
    path.parent.mkdir(parents=True, exist_ok=True)
    if book.engine:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        found = before[before.index(FOUND) :] if FOUND in before else ""
        whole = page(book.engine, book.sender) + ("\n" + found if found else "")
        path.write_text(whole, encoding="utf-8")


def page(engine: engine_kills.Figures, sender: delivery_kills.Figures | None) -> str:
    """The two runs in words and tables."""
    steps = [(f"killed {name}", n) for name, n in engine.at_steps.items() if name != "any"]
    chance = engine.at_steps.get("any", 0)
    whole = (
        ("kills (SIGKILL of the whole engine)", engine.kills),
        ("of them at a moment drawn by chance, or since the step did not come", chance),
        *steps,
        ("of all these, kills of an engine that was started cold", engine.cold),
        ("faults of the receivers (one request in ten)", engine.faults),
        ("events", engine.events),
        ("messages committed and not overtaken", engine.committed),
        ("missing, be it a message or an official word without one", engine.missing),
        ("with two effects, be it a message or an official word", engine.effects_twice),
        ("out of order within a channel", engine.out_of_order),
        ("extra sends that no fault explains", engine.extra_sends),
    )
    return f"""# Reliability, measured

Made by `make kills`, which asks for 3,000 kills: {engine.kills:,} were made here, in rounds of
{ROUND} with a fresh store each, seeds from {SEED} on, Python {platform.python_version()},
SQLite in WAL with full sync.

## The whole engine

A live stream of invented posts and a feed of official quakes on loopback, both of which can be
read again from where a cursor stands, two channels of signed webhooks, and receivers that take
each key once and fail in four ways: turned away (503), asked to come later (429), taken without
an answer, taken and then failed (500). One kill in three falls at a moment drawn by chance, the
others right before or after a step that had something to do: *read* a source, *admit* posts,
*report* events, make *alerts*, *commit*, *send*, *mark* as sent. One whose step did not come
in {engine_kills.LIFE_S[1]:g} s falls then.

One life in {engine_kills.COLD_EVERY} starts cold: an interpreter of its own that loads code,
compiled kernels, vocabulary and gazetteer, as `tocsin run` does. The others are forked from a
process that has loaded those and nothing else: it has no thread, no socket and never opens the
store. What a fork shares is therefore memory that nothing writes to; store, keys, sources,
servers, threads and all that detection knows are begun by each life for itself, and a kill takes
all of it. What is spared is some seconds of work for each life, not a step of what is shown.

{_table(whole)}

{_alone(sender) if sender else ""}What is promised: nothing missing, nothing with two effects, order
within a channel (corrections go first), and at most one extra send for each kill and channel (the
message whose answer was on its way when the sender died). `tests/test_delivery_kills.py` runs a
sample in every run of the tests.
"""


def _alone(sender: delivery_kills.Figures) -> str:
    alone = (
        ("kills (SIGKILL at a moment drawn by chance)", sender.kills),
        (f"faults of the receiver ({delivery_kills.FAULT_SHARE:.0%} of requests)", sender.faults),
        ("messages committed and not overtaken", sender.committed),
        ("missing", sender.missing),
        ("with two effects", sender.effects_twice),
        ("out of order within a channel", sender.out_of_order),
        ("extra sends that no fault explains", sender.extra_sends),
    )
    return f"""## The sender alone

Webhooks on {len(delivery_kills.CHANNELS)} channels from a store that fills up as fast as it can:
{delivery_kills.EVENTS} events for each kill, every seventh withdrawn.

{_table(alone)}

"""


def _table(rows: Rows) -> str:
    lines = [f"| {name} | {value:,} |" for name, value in rows]
    return "\n".join(("| what | figure |", "|---|---:|", *lines))


if __name__ == "__main__":
    main()
