"""The line and the plain loop as bars, drawn as SVG."""

from html import escape

from tocsin.eval.bench.run import Card

_WIDTH, _ROW, _LEFT = 760, 34, 230


def picture(card: Card) -> str:
    """Frames a second of CPU time, each way beside the other, on one scale."""
    bars = [(f"line, {name}", found["per_cpu_s"]) for name, found in card.line.items()]
    bars += [(f"plain loop, {name}", found["per_cpu_s"]) for name, found in card.naive.items()]
    bars += [(name, found["per_cpu_s"]) for name, found in card.peers.items()]
    top = max(value for _, value in bars)
    height = 60 + _ROW * len(bars)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="sans-serif" font-size="14">',
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        '<text x="16" y="28" font-size="17">Frames a second of CPU time</text>',
    ]
    for number, (name, value) in enumerate(bars):
        y = 48 + _ROW * number
        wide = max(1.0, value / top * (_WIDTH - _LEFT - 110))
        color = "#1f6f8b" if name.startswith("line") else "#b5651d"
        out += [
            f'<text x="16" y="{y + 17}">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{wide:.1f}" height="24" fill="{color}"/>',
            f'<text x="{_LEFT + wide + 8:.1f}" y="{y + 17}">{value:,.0f}</text>',
        ]
    return "\n".join([*out, "</svg>", ""])
