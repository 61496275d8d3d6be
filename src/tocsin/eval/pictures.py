"""Draws a scorecard: reliability of confidence, delays, precision against recall."""

from collections.abc import Sequence
from pathlib import Path

from tocsin.eval.outcome import StreamScore
from tocsin.eval.scorecard import Scorecard

SIZE, MARGIN = 420, 56
_INNER = SIZE - 2 * MARGIN


def write_pictures(card: Scorecard, folder: Path) -> list[str]:
    """Writes the pictures that a scorecard has data for; gives the names of the files."""
    pairs = [pair for stream in card.streams for pair in stream.confidence]
    late = [
        plant.delay_s for stream in card.streams for plant in stream.plants
        if stream.name == "standard" and plant.delay_s is not None
    ]  # fmt: skip
    drawn = {
        "score-reliability.svg": reliability(pairs) if pairs else "",
        "score-delay.svg": delays(late) if late else "",
        "score-precision-recall.svg": precision_recall(card.streams) if card.streams else "",
    }
    for name, text in drawn.items():
        if text:
            (folder / name).write_text(text, encoding="utf-8")
    return [name for name, text in drawn.items() if text]


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> str:
    """An SVG: stated confidence to the right, share that was right upwards, dots by number."""
    marks = [f'<path d="{_line((0, 0), (1, 1))}" class="ideal"/>']
    for n in range(bins):
        own = [(c, right) for c, right in pairs if min(int(c * bins + 1e-9), bins - 1) == n]
        if own:
            stated = sum(c for c, _ in own) / len(own)
            share = sum(right for _, right in own) / len(own)
            marks.append(_dot(stated, share, 3 + len(own) ** 0.5, f"{len(own)} events"))
    return _framed("Reliability of confidence", "stated at the first report", "share right", marks)


def delays(found: Sequence[float]) -> str:
    """An SVG: seconds from the fifth post to the right (0 to 600), share told by then upwards."""
    most = 600.0
    steps = sorted(min(max(seconds, 0.0), most) / most for seconds in found)
    marks, before = [], (0.0, 0.0)
    for n, at in enumerate(steps, 1):
        marks += [_path(before, (at, before[1])), _path((at, before[1]), (at, n / len(steps)))]
        before = (at, n / len(steps))
    marks.append(_path(before, (1.0, before[1])))
    return _framed(
        f"Delay of sudden events (n = {len(found)})", "seconds, 0 to 600", "share told", marks
    )


def precision_recall(streams: Sequence[StreamScore]) -> str:
    """An SVG: recall to the right, precision upwards, a dot for each kind of stream."""
    marks = []
    taken: list[tuple[float, float]] = []
    for name in sorted({stream.name for stream in streams}):
        own = [stream for stream in streams if stream.name == name]
        found = sum(stream.found for stream in own)
        told = found + sum(len(stream.false) for stream in own)
        planted = sum(len(stream.plants) for stream in own)
        if not planted or not told:
            continue
        recall, precision = found / planted, found / told
        marks.append(_dot(recall, precision, 4, f"{name}: {found} of {planted}, {told} told"))
        height = _y(precision) + 14
        # Dots may lie on each other; their names must not.
        while any(abs(_x(recall) - x) < 60 and abs(height - y) < 12 for x, y in taken):
            height += 12
        taken.append((_x(recall), height))
        marks.append(
            f'<text x="{_x(recall) - 6:.0f}" y="{height:.0f}" text-anchor="end">{name}</text>'
        )
    return _framed("Precision against recall", "recall", "precision", marks)


def _framed(title: str, across: str, up: str, marks: Sequence[str]) -> str:
    ticks = []
    for n in range(5):
        at = n / 4
        ticks.append(
            f'<text x="{_x(at):.0f}" y="{SIZE - MARGIN + 16}" text-anchor="middle">{at:g}</text>'
            f'<text x="{MARGIN - 6}" y="{_y(at) + 4:.0f}" text-anchor="end">{at:g}</text>'
        )
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" '
        'font-family="sans-serif" font-size="11" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{SIZE}" height="{SIZE}" fill="#fff"/>',
        "<style>.ideal{stroke:#999;stroke-dasharray:4}.run{stroke:#1f5fa8;fill:none}</style>",
        f'<path d="M{MARGIN} {MARGIN} V{SIZE - MARGIN} H{SIZE - MARGIN}" fill="none" '
        'stroke="#333"/>',
        f'<text x="{SIZE / 2}" y="24" text-anchor="middle" font-size="14">{title}</text>',
        f'<text x="{SIZE / 2}" y="{SIZE - 14}" text-anchor="middle">{across}</text>',
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {SIZE / 2})">{up}</text>',
        *ticks, *marks, "</svg>", "",
    ])  # fmt: skip


def _dot(x: float, y: float, radius: float, said: str) -> str:
    return (
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{radius:.1f}" fill="#1f5fa8" '
        f'fill-opacity=".7"><title>{said}</title></circle>'
    )


def _path(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<path d="{_line(start, end)}" class="run"/>'


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f"M{_x(start[0]):.1f} {_y(start[1]):.1f} L{_x(end[0]):.1f} {_y(end[1]):.1f}"


def _x(share: float) -> float:
    return MARGIN + _INNER * share


def _y(share: float) -> float:
    return SIZE - MARGIN - _INNER * share
