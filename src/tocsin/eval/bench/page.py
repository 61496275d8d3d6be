"""The figures of a run as a page of tables, so that no figure is copied by hand."""

from tocsin.eval.bench.run import Card

_BUSY = 2.5
"""Processes wanting two cores above which a machine is called busy: the bench alone is two."""


def page(card: Card) -> str:
    """Markdown: the machine, rates, latency, curves, limits and, where run, peers."""
    others = card.machine["others_running"]
    busy = "a busy machine, so read CPU time" if others > _BUSY else "a quiet machine"
    rows = {f"line, {name}": found for name, found in card.line.items()}
    rows |= card.stages
    rows |= {f"plain loop, {name}": found for name, found in card.naive.items()}
    rows |= card.peers
    ratios = ", ".join(f"{value} times ({name})" for name, value in card.ratio.items())
    parts = [
        "# Figures of the bench",
        f"Written by `tocsin bench --out bench`. Python {card.machine['python']} on "
        f"{card.machine['machine']}, {card.machine['cores']} cores; {others} processes wanted them "
        f"on average ({busy}).",
        _table(
            ("what", "frames/s CPU", "best frames/s wall", "MB/s CPU", "us of CPU a frame"),
            [
                (name, _count(found["per_cpu_s"]), _count(_wall(found)),
                 f"{found['mb_per_cpu_s']:,.1f}", f"{found['cpu_us']:.2f}")
                for name, found in rows.items()
            ],
        ),
        f"Against the plain loop: {ratios}. At most {card.memory['peak_mb']:.0f} MB, load and "
        "tables included.",
        _table(
            ("offered a second", "half decided within, ms", "99 of 100, ms", "longest, ms"),
            [
                (_count(int(rate)), *(str(found[key]) for key in ("p50_ms", "p99_ms", "max_ms")))
                for rate, found in card.latency.items()
            ],
        ),
    ]  # fmt: skip
    units = {
        "cpu_us": "us of CPU a frame",
        "mean_ms": "ms of CPU a revision",
        "p99_ms": "99 of 100",
    }
    for name, points in card.curves.items():
        keys = list(next(iter(points.values())))
        cells = [
            (_count(int(n)), *(str(point[key]) for key in keys)) for n, point in points.items()
        ]
        parts.append(_table((name, *(units[key] for key in keys)), cells))
    if card.limits:
        limits = {
            "memory read, GB/s": "read_gb_s", "memory copied, GB/s": "copy_gb_s",
            "JSON, every value built, MB/s": "json_mb_s",
            "JSON, no value built, MB/s": "json_skipped_mb_s",
        }  # fmt: skip
        cells = [(name, str(card.limits[key])) for name, key in limits.items()]
        parts.append(_table(("limit of one core", "measured"), cells))
    return "\n\n".join(parts) + "\n"


def _wall(found: dict[str, float]) -> float:
    return found.get("best_per_wall_s", found.get("per_wall_s", 0.0))


def _count(value: float) -> str:
    return f"{value:,.0f}" if value else ""


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
