"""What is to be reached, beside the best figure known elsewhere."""

import math
from typing import Literal, NamedTuple

import msgspec

Verdict = Literal["reached", "not reached", "not run", "too few", "shown"]


class Target(NamedTuple):
    """One line of the quality table; `bound` is None for figures that are only shown."""

    key: str
    section: str
    what: str
    elsewhere: str
    bound: float | None
    at_least: bool = True
    needed: int = 1
    """Fewest observations on which a verdict may rest."""


FEW = 10
"""Shares and delays over planted events: on fewer of them no verdict is given."""


class Line(msgspec.Struct, frozen=True):
    """A target with what was reached."""

    key: str
    section: str
    what: str
    elsewhere: str
    reach: str
    reached: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: Verdict


_USGS = "USGS tweets .96 tuned, about .90 in service; EMSC crowd .85, fused .97"
_FLOOR = "rivals report them"

TARGETS: tuple[Target, ...] = (
    Target("recall_dense", "standard", "recall, standard, dense events",
           "Toretter .80 at .75 precision; floods .63", 0.98, needed=FEW),
    Target("recall_all", "standard", "recall, standard, all events", "", 0.92, needed=FEW),
    Target("recall_other", "other", "recall, other events", "", 0.85, needed=FEW),
    Target("recall_thin-3", "thin", "recall, thinned to 1/3", "", 0.85, needed=FEW),
    Target("recall_thin-10", "thin", "recall, thinned to 1/10", "", 0.70, needed=FEW),
    Target("precision_standard", "standard", "precision, standard with decoys",
           _USGS, 0.97, needed=FEW),
    Target("precision_rate-0.2", "rate", "precision, background 0.2/s", "", 0.93, needed=FEW),
    Target("precision_rate-5", "rate", "precision, background 5/s", "", 0.93, needed=FEW),
    Target("precision_rate-50", "rate", "precision, background 50/s", "", 0.93, needed=FEW),
    Target("precision_cold", "cold", "precision, no lead-in", "", 0.93, needed=FEW),
    Target("recall_unaided", "unaided", "recall, standard without any bulletin", "", None),
    Target("precision_unaided", "unaided", "precision, the same", "", None),
    Target("duplicates_unaided", "unaided", "duplicates per found event, the same", "", None),
    Target("place_unaided", "unaided", "place within tolerance, the same",
           "EMSC 94 km median posts-only", None),
    Target("decoys", "standard", "decoys reported", "", 0.02, False, FEW),
    Target("duplicates", "standard", "duplicates per found event", "", 0.10, False, FEW),
    Target("negative_a", "negatives", "assembly posts change the output (0 = no byte)",
           _FLOOR, 0.0, False),
    Target("negative_b", "negatives", "past shooting: sets that broke a rule, of 2", _FLOOR,
           0.0, False),
    Target("negative_c", "negatives", "rumours above unconfirmed", _FLOOR, 0.0, False),
    Target("delay_median", "standard", "delay of sudden hazards, median s",
           "USGS: 75 % within 2 min of origin; Napa 29 s", 30.0, False, FEW),
    Target("delay_p90", "standard", "delay of sudden hazards, 90th percentile s", "",
           300.0, False, FEW),
    Target("hazard", "standard", "hazard right", "", 0.99, needed=FEW),
    Target("country", "standard", "country right", "", 0.98, needed=FEW),
    Target("place", "standard", "place within tolerance",
           "EMSC 94 km median posts-only; TAGGS P .91 R .82", 0.65, needed=FEW),
    Target("covers", "standard", "radius covers the truth", "", 0.90, needed=FEW),
    Target("sense", "sense", "sense on disaster-words-DFE, F1 as shipped",
           "about .84 large transformers (general knowledge)", 0.70),
    Target("sense_folds", "sense-folds", "sense, F1 5-fold in-domain (for reference)", "", 0.78),
    Target("topic", "topic", "on-topic, CrisisLexT6 behind the gate, F1", "", 0.875),
    Target("bcubed", "clustering", "clustering, T26 half shuffled, B-cubed F1",
           "tf-idf FSD .27; BERTopic online .29; k-means told k .49", 0.65),
    Target("ami", "clustering", "clustering, T26 half shuffled, AMI",
           "tf-idf FSD .44; BERTopic online .47; k-means told k .63", 0.75),
    Target("bcubed_gated", "clustering", "the same over posts that name a hazard, B-cubed F1", "",
           None),
    Target("ami_gated", "clustering", "the same over posts that name a hazard, AMI", "", None),
    Target("calibration", "standard", "calibration error of confidence", "none published",
           0.05, False, 200),
    Target("languages", "languages", "languages in which the story is found", "", 1.0),
    Target("recall_small", "small", "recall, small invented stream", "", 0.8),
    Target("precision_small", "small", "precision, small invented stream", "", 0.8),
    Target("recall_quake", "quake", "recall, earthquakes at true pace", "", None),
    Target("delay_quake", "quake", "delay, earthquakes at true pace, median s", "", None),
    Target("flood_reported", "flood", "attacks of one family reported", "", None),
    Target("flood_red", "flood", "attacks of one family above yellow", "", 0.0, False),
    Target("flood_corroborated", "flood", "attacks of one family at the corroborated tier", "",
           0.0, False),
    Target("suppression_told", "suppression", "events told although somebody tries to hide them",
           "", 1.0),
    Target("suppression_place", "suppression", "of these with their place kept", "", None),
    Target("lead", "standard", "lead over the bulletin, median s (simulated)", "", None),
    Target("misled", "standard", "events lifted by a false bulletin (simulated)", "", None),
    Target("early", "standard", "events reported before their k-th row (rejected)", "", 0.0, False),
)  # fmt: skip


def line(
    target: Target,
    value: float | None,
    n: int = 0,
    interval: tuple[float, float] | None = None,
    said: str | None = None,
) -> Line:
    """The target with a figure; None or NaN means it was not run or nothing was there to judge."""
    reach = (
        "shown" if target.bound is None else f"{'≥' if target.at_least else '≤'} {target.bound:g}"
    )
    if value is None or math.isnan(value):
        return _made(target, reach, "-", None, None, n, "not run")
    shown = said if said is not None else f"{value:.3g}"
    if interval is not None:
        shown += f" [{interval[0]:.2f}, {interval[1]:.2f}]"
    return _made(target, reach, shown, value, interval, n, verdict(target, value, n))


def verdict(target: Target, value: float, n: int) -> Verdict:
    """Whether the figure reaches its bound; a figure on too little data decides nothing."""
    if target.bound is None:
        return "shown"
    if n < target.needed:
        return "too few"
    reached = value >= target.bound if target.at_least else value <= target.bound
    return "reached" if reached else "not reached"


def _made(
    target: Target, reach: str, reached: str, value: float | None,
    interval: tuple[float, float] | None, n: int, word: Verdict,
) -> Line:  # fmt: skip
    low, high = interval if interval is not None else (None, None)
    return Line(
        target.key, target.section, target.what, target.elsewhere, reach, reached,
        value, low, high, n, word,
    )  # fmt: skip
