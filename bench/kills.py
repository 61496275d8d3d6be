"""Kills the engine, and its sender alone, again and again and writes what arrived as a page."""

import argparse
import platform
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import delivery_kills  # noqa: E402
import engine_kills  # noqa: E402

PAGE = ROOT / "docs" / "reliability-figures.md"
SEED = 2026
ROUND = 50
"""Kills of one store; then a fresh one, so that a long run shows early lives as well as late."""
SENDER_SHARE = 15
"""The sender alone is killed once for so many kills of the engine."""
Rows = tuple[tuple[str, int], ...]


def main() -> None:
    """Run and write the page; ends with status 1 when anything was lost or acted twice."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kills", type=int, nargs="?", default=3_000)
    asked.add_argument("--minutes", type=float, default=1e6, help="Begin no round after so long.")
    asked.add_argument("--page", type=Path, default=PAGE, help="The page to write.")
    asked.add_argument("--engine", action="store_true", help="Leave the sender alone out.")
    options = asked.parse_args()
    sender = None if options.engine else _sender(max(4, options.kills // SENDER_SHARE))
    engine: engine_kills.Figures | None = None
    end_s = time.monotonic() + options.minutes * 60
    while engine is None or engine.kills < options.kills:
        done = 0 if engine is None else engine.kills
        with tempfile.TemporaryDirectory() as folder:
            kills = min(ROUND, options.kills - done)
            found = engine_kills.run(Path(folder), kills, SEED + done)
        engine = found if engine is None else engine.plus(found)
        # Written after each round, so that a run that is cut short still says how far it came.
        options.page.write_text(page(engine, sender), encoding="utf-8")
        print(engine, flush=True)
        if time.monotonic() > end_s:
            break
    runs = (engine, sender) if sender else (engine,)
    sys.exit(any(run.missing or run.effects_twice or run.out_of_order for run in runs))


def _sender(kills: int) -> delivery_kills.Figures:
    with tempfile.TemporaryDirectory() as folder:
        return delivery_kills.run(Path(folder), kills, SEED)


def page(engine: engine_kills.Figures, sender: delivery_kills.Figures | None) -> str:
    """The two runs in words and tables."""
    steps = [(f"killed {name}", n) for name, n in engine.at_steps.items() if name != "any"]
    chance = engine.at_steps.get("any", 0)
    whole = (
        ("kills (SIGKILL of the whole engine)", engine.kills),
        ("of them at a moment drawn by chance, or since the step did not come", chance),
        *steps,
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
{ROUND} with a fresh store each, seed {SEED}, Python {platform.python_version()}, SQLite in WAL
with full sync.

## The whole engine

A live stream of invented posts and a feed of official quakes on loopback, both of which can be
read again from where a cursor stands, two channels of signed webhooks, and receivers that take
each key once and fail in four ways: turned away (503), asked to come later (429), taken without
an answer, taken and then failed (500). One kill in three falls at a moment drawn by chance, the
others right before or after a step that had something to do: *read* a source, *admit* posts,
*report* events, make *alerts*, *commit*, *send*, *mark* as sent. One whose step did not come
in {engine_kills.LIFE_S[1]:g} s falls then.

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
