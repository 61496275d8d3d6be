"""The comparison of presets as a page and as a picture."""

from collections.abc import Sequence

from tocsin.eval.presets import Choice, Compared

WIDTH, HEIGHT, MARGIN = 640, 400, 60
_SHAPES = {"fast": "circle", "balanced": "square", "confirmed": "diamond"}


def page(found: Compared, date: str, command: str, picture: str) -> str:
    """Markdown with the table, the picture beside it, and the trial of the plainest watch."""
    lines = [
        "# Presets: delay against precision", "",
        f"Made by `{command}` on {date}: {', '.join(found.streams)}, {found.posts:,} posts, "
        "composed of labelled ones. The watch asks for any hazard anywhere; *right* are alerts on "
        "events that stand for something planted. The delay runs from the fifth post in ten "
        "minutes that names the hazard, of sudden events; bulletins are simulated.", "",
        f"![Delay against precision]({picture})", "",
        "| evidence | level | confidence | told | right | precision | 95 % | found | delay | "
        "behind fast |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [_row(choice) for choice in found.choices]
    trial = found.trial
    lines += [
        "", "## The trial of one watch", "",
        f"`tocsin watch test` on the events of the first stream: {trial.meaning}, "
        f"{trial.revisions:,} revisions.", "",
        "| evidence | alerts | events | withdrawn | busiest day | delay | lost | before bulletin | "
        "official missed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {row.evidence} | {row.alerts} | {row.events} | {row.withdrawals} | {row.busiest_day} | "
        f"{_minutes(row.delay_s)} | {row.lost} | {_minutes(row.lead_time_s)} | "
        f"{len(row.missed_official)} |"
        for row in trial.presets
    ]
    return "\n".join(lines) + "\n"


def _row(of: Choice) -> str:
    precision = "" if of.precision is None else f"{of.precision:.3f}"
    low, high = of.interval
    return (
        f"| {of.evidence} | {of.min_level} | {of.min_confidence:g} | {of.told} | {of.right} | "
        f"{precision} | {low:.2f} to {high:.2f} | {of.found} of {of.planted} | "
        f"{_minutes(of.delay_s)} | {_minutes(of.behind_s)} |"
    )


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds / 60:.1f} min"


def picture(choices: Sequence[Choice]) -> str:
    """An SVG: minutes behind the first report to the right, precision upwards."""
    shown = [of for of in choices if of.precision is not None and of.behind_s is not None]
    most = max([of.behind_s or 0.0 for of in shown] + [60.0]) / 60 * 1.1
    low = min([of.precision or 0.0 for of in shown] + [0.9]) - 0.05
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Delay against precision of presets and bounds</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{MARGIN} {MARGIN / 2} V{HEIGHT - MARGIN} H{WIDTH - 20}" '
        'fill="none" stroke="#333"/>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 15}" text-anchor="middle">'
        "median minutes behind the first report</text>",
        f'<text x="15" y="{HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 15 {HEIGHT / 2})">precision</text>',
    ]
    for step in range(5):
        minutes, share = most * step / 4, low + (1 - low) * step / 4
        parts.append(
            f'<text x="{_x(minutes, most):.0f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">'
            f"{minutes:.1f}</text>"
        )
        parts.append(
            f'<text x="{MARGIN - 6}" y="{_y(share, low) + 4:.0f}" text-anchor="end">'
            f"{share:.2f}</text>"
        )
    taken: list[tuple[float, float]] = []
    for of in shown:
        parts += _mark(of, _x((of.behind_s or 0) / 60, most), _y(of.precision or 0, low), taken)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _mark(of: Choice, x: float, y: float, taken: list[tuple[float, float]]) -> list[str]:
    colour = "#1f5fa8" if of.min_level == "green" else "#a35a00"
    shape = _SHAPES[of.evidence] if not of.min_confidence else "cross"
    drawn = {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>',
        "square": f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{colour}"/>',
        "diamond": f'<path d="M{x:.1f} {y - 7:.1f} l7 7 l-7 7 l-7 -7 z" fill="{colour}"/>',
        "cross": f'<path d="M{x - 4:.1f} {y:.1f} h8 m-4 -4 v8" stroke="{colour}"/>',
    }[shape]
    name = f"{of.evidence}, {of.min_level}"
    if of.min_confidence:
        name = f"confidence {of.min_confidence:g}"
    name = f"{name} ({of.found} of {of.planted} found)"
    # Marks may lie on each other; their names must not.
    at = y + 4
    while any(abs(x - left) < 220 and abs(at - top) < 13 for left, top in taken):
        at += 13
    taken.append((x, at))
    end = x > WIDTH - 240
    anchor, side = ("end", x - 10) if end else ("start", x + 10)
    return [drawn, f'<text x="{side:.1f}" y="{at:.1f}" text-anchor="{anchor}">{name}</text>']


def _x(minutes: float, most: float) -> float:
    return MARGIN + (WIDTH - 20 - MARGIN) * minutes / most


def _y(share: float, low: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 1.5 * MARGIN) * (share - low) / (1 - low)
