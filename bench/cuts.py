"""Takes invented recordings in batches of any size, cuts them again and again, and compares."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from streams import frames  # noqa: E402
from tangled import in_batches, in_pieces, tangle  # noqa: E402

HOURS = (9, 30, 50)
SIZES = (1, 1_000, 100_000)
CUTS_EACH = 25


def main(cuts: int) -> None:
    """Run and say what was found; ends with status 1 when any bytes differed."""
    recordings = max(cuts // CUTS_EACH, 1)
    rows = revisions = differing = 0
    for seed in range(recordings):
        hours = HOURS[seed % len(HOURS)]
        lines = frames(tangle(hours, per_minute=2, bursts=14, seed=1_000 + seed))
        whole = in_batches(lines, SIZES[-1])
        rows, revisions = rows + len(lines), revisions + whole.count(b"\n")
        differing += sum(in_batches(lines, size) != whole for size in SIZES[:-1])
        differing += in_pieces(lines, CUTS_EACH, seed)[0] != whole
    print(
        f"{recordings} recordings, {rows:,} rows, {revisions:,} revisions, batches of"
        f" {', '.join(f'{size:,}' for size in SIZES)}, {recordings * CUTS_EACH:,} cuts with the"
        f" memory written and read back: {differing} differing"
    )
    sys.exit(differing > 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
