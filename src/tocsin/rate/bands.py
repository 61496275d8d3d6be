"""Counts of posts leave as bands only (contract P13)."""

from tocsin.model import Band

EDGES: tuple[tuple[int, Band], ...] = ((200, "200+"), (50, "50-199"), (15, "15-49"), (5, "5-14"))


def voices_band(voices: int) -> Band:
    """The band of a number of distinct voices; below five nothing is shown."""
    for least, band in EDGES:
        if voices >= least:
            return band
    return "0"
