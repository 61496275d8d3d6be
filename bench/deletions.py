"""Kills the engine while deletions are on their way through it and writes what was left of them."""

import argparse
import platform
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

import deletion_kills  # noqa: E402

PAGE = ROOT / "docs" / "deletion-figures.md"
SEED = 2026


def main() -> None:
    """Run and write the page; ends with status 1 when anything outlived its time or was untold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kills", type=int, nargs="?", default=200, help="That cut a deletion.")
    asked.add_argument("--page", type=Path, default=PAGE, help="The page to write.")
    options = asked.parse_args()
    found: deletion_kills.Figures | None = None
    while found is None or found.unfinished < options.kills:
        done = found.kills if found else 0
        folder = Path(tempfile.mkdtemp(prefix=f"deletions-{done}-"))
        one = deletion_kills.run(folder, deletion_kills.ROUND, SEED + done)
        print(one, flush=True)
        found = one if found is None else found.plus(one)
        # After each round, so that a run that is cut short still says how far it came.
        options.page.write_text(page(found), encoding="utf-8")
        if _is_bad(one):
            sys.exit(f"{folder} is left as it was.")
        shutil.rmtree(folder)


def _is_bad(found: deletion_kills.Figures) -> bool:
    return bool(found.late or found.standing or found.untold or found.traces)


def page(found: deletion_kills.Figures) -> str:
    """The run in words and a table."""
    steps = [(f"killed {name}", n) for name, n in found.at_steps.items() if name != "any"]
    rows = (
        ("kills (SIGKILL of the whole engine)", f"{found.kills:,}"),
        ("of them at a moment drawn by chance", str(found.at_steps.get("any", 0))),
        *((name, str(n)) for name, n in steps),
        ("of all these, kills that left the event on the disk", str(found.unfinished)),
        ("events shown or on the disk for longer than that", str(found.late)),
        ("events that stayed, or were told again later", str(found.standing)),
        ("receivers told of an event and not of its end", str(found.untold)),
        ("files with an id of a deleted post or of its author", str(found.traces)),
        ("slowest until withdrawn, from the next start", f"{found.slowest_shown_s:.1f} s"),
        ("slowest until the bytes were gone", f"{found.slowest_bytes_s:.1f} s"),
    )
    table = "\n".join(("| what | figure |", "|---|---:|", *(f"| {a} | {b} |" for a, b in rows)))
    return f"""# Deletions and kills, measured

Made by `make deletions`: {found.kills} kills, of which {found.unfinished} cut a deletion that had
not come to its end, in rounds of {deletion_kills.ROUND} with a fresh store each, seeds from {SEED}
on, Python {platform.python_version()}.

A live stream on loopback tells of a quake in a city in the posts of {deletion_kills.VOICES}
voices. As soon as the receiver of a webhook has got the alert, they take it back: the posts are
deleted, edited to say something else, or their accounts are set anew. The engine is killed while
that is on its way: right after it was *read*, or right before or after a step that has something to
do (*admit*, *report*, *alert*, *commit*, *truncate* the log, *send*, *mark* as sent), or by chance
within {deletion_kills.LIFE_S:g} s. No city comes twice in a store, so its name in
any byte of any file, log and keys included, is a trace of that one event.

The next start must withdraw the event within {deletion_kills.VISIBLE_S:.0f} s, leave no byte of it
on the disk within {deletion_kills.ON_DISK_S:.0f} s, and tell the receiver that it is over; no later
start, each of which reads the last two minutes again, may tell of it once more.

{table}

Deletions of posts older than what a start reads again are not in this: `docs/gotchas.md` says what
becomes of them. `tests/test_deletion_kills.py` runs a sample in every run of the tests.
"""


if __name__ == "__main__":
    main()
