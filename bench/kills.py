"""Kills the sender of alerts again and again and writes what arrived as a page of figures."""

import platform
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from delivery_kills import CHANNELS, EVENTS, FAULT_SHARE, run  # noqa: E402

PAGE = ROOT / "docs" / "reliability-figures.md"
SEED = 2026


def main(kills: int) -> None:
    """Run and write the page; ends with status 1 when anything was lost or acted twice."""
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), kills, SEED)
    rows = (
        ("kills (SIGKILL at a moment drawn by chance)", found.kills),
        (f"faults of the receiver ({FAULT_SHARE:.0%} of requests)", found.faults),
        ("messages committed and not overtaken", found.committed),
        ("missing", found.missing),
        ("with two effects", found.effects_twice),
        ("out of order within a channel", found.out_of_order),
        ("extra sends that no fault explains", found.extra_sends),
    )
    table = "\n".join(f"| {name} | {value:,} |" for name, value in rows)
    python = platform.python_version()
    PAGE.write_text(
        f"""# Reliability, measured

Made by `make kills`: {kills} kills, seed {SEED}, Python {python}, SQLite in WAL with full sync,
a thread for each of {len(CHANNELS)} channels, webhooks to a receiver that takes each key once
and now and then fails before or after it took a message. {EVENTS} events for each kill, every
seventh withdrawn.
`tests/test_delivery_kills.py` runs a sample of it in every run of the tests.

| what | figure |
|---|---:|
{table}

What is promised: nothing missing, nothing with two effects, order within a channel, and at most one
extra send for each kill and channel (the message whose answer was on its way when the sender died).
""",
        encoding="utf-8",
    )
    print(PAGE.read_text(encoding="utf-8"))
    sys.exit(bool(found.missing or found.effects_twice or found.out_of_order))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
