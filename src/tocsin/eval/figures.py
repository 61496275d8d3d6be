"""Turns scored streams and judgements into the figures of the table."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tocsin.eval.judgements import Agreement, Clustering
from tocsin.eval.metrics import calibration_error, quantile, wilson
from tocsin.eval.negatives import Flood, Negatives
from tocsin.eval.outcome import PlantScore, StreamScore, delays
from tocsin.eval.suppression import Suppression
from tocsin.model import LEVELS


class Figure(NamedTuple):
    """A measured value with what it rests on."""

    value: float
    n: int
    interval: tuple[float, float] | None = None
    said: str | None = None


Figures = dict[str, Figure]


def share(hits: int, trials: int) -> Figure:
    """A share with its Wilson interval; NaN when nothing was tried."""
    if not trials:
        return Figure(float("nan"), 0)
    return Figure(
        hits / trials, trials, wilson(hits, trials), f"{hits / trials:.3f} ({hits}/{trials})"
    )


def _counted(value: float, n: int) -> Figure:
    """A figure that is no share, said with what it rests on."""
    return Figure(value, n, None, f"{value:.0f} (n = {n})")


def stream_figures(streams: Sequence[StreamScore]) -> Figures:
    """Every figure that planted events give, for the kinds of stream that were run."""
    by_name: dict[str, list[StreamScore]] = {}
    for stream in streams:
        by_name.setdefault(stream.name, []).append(stream)
    found: Figures = {}
    for name, scores in by_name.items():
        plants = [plant for score in scores for plant in score.plants]
        found[f"recall_{name}"] = share(sum(p.found for p in plants), len(plants))
        found[f"precision_{name}"] = _precision(scores)
    if "standard" in by_name:
        found.update(_standard(by_name["standard"]))
        found["recall_all"] = found.pop("recall_standard")
    if "unaided" in by_name:
        unaided = _standard(by_name["unaided"])
        found.update({f"{key}_unaided": unaided[key] for key in ("place", "duplicates")})
    if "quake" in by_name:
        plants = [p for score in by_name["quake"] for p in score.plants]
        timed = sum(plant.delay_s is not None for plant in plants)
        found["delay_quake"] = _counted(delays(by_name["quake"])[0], timed)
    if streams:
        sure = [pair for score in streams for pair in score.confidence]
        error = calibration_error([value for value, _ in sure], [right for _, right in sure])
        found["calibration"] = Figure(error, len(sure), None, f"{error:.3f} (n = {len(sure)})")
        found["early"] = Figure(sum(len(s.early) for s in streams), len(streams))
    return found


def _precision(scores: Sequence[StreamScore]) -> Figure:
    hits = sum(score.found for score in scores)
    return share(hits, hits + sum(len(score.false) for score in scores))


def _standard(scores: Sequence[StreamScore]) -> Figures:
    plants = [plant for score in scores for plant in score.plants]
    found = [plant for plant in plants if plant.found]
    dense = [plant for plant in plants if plant.dense]
    median, tail = delays(scores)
    timed = sum(plant.delay_s is not None for plant in plants)
    leads = [plant.lead_s for plant in found if plant.lead_s is not None]

    def of_found(right: Callable[[PlantScore], bool]) -> Figure:
        return share(sum(right(plant) for plant in found), len(found))

    doubled = sum(plant.duplicates for plant in found)
    merged = sum(plant.duplicates_merged for plant in found)
    return {
        "recall_dense": share(sum(p.found for p in dense), len(dense)),
        "decoys": share(sum(s.decoys_reported for s in scores), sum(s.decoys for s in scores)),
        "duplicates": Figure(
            doubled / len(found) if found else float("nan"), len(found), None,
            f"{doubled / max(len(found), 1):.2f} ({doubled}, of which {merged} later merged)",
        ),
        "delay_median": _counted(median, timed),
        "delay_p90": _counted(tail, timed),
        "hazard": of_found(lambda p: p.hazard_right),
        "country": of_found(lambda p: p.country_right),
        "place": of_found(lambda p: p.place_right),
        "covers": of_found(lambda p: p.radius_covers),
        "lead": _counted(quantile(leads, 0.5), len(leads)),
        "misled": Figure(sum(score.misled for score in scores), len(scores)),
    }  # fmt: skip


def negative_figures(found: Negatives) -> Figures:
    """0 is right in each line."""
    past = ", ".join(f"{name} {count}" for name, count in found.past_events.items())
    return {
        "negative_a": Figure(
            float(not found.assembly_identical), 1, None,
            "identical" if found.assembly_identical else "different",
        ),
        "negative_b": Figure(float(not found.past_kept), 1, None, f"events: {past}"),
        "negative_c": Figure(
            found.rumour_above_unconfirmed, 1, None,
            f"{found.rumour_above_unconfirmed} of {found.rumour_events} events",
        ),
    }  # fmt: skip


def flood_figures(found: Sequence[Flood]) -> Figures:
    """How many attackers got an event, how many one above yellow, how many one confirmed."""
    above = sum(f.level is not None and LEVELS.index(f.level) > 1 for f in found)
    return {
        "flood_reported": share(sum(f.reported for f in found), len(found)),
        "flood_red": Figure(above, len(found)),
        "flood_corroborated": Figure(sum(f.corroborated for f in found), len(found)),
    }


def suppression_figures(found: Sequence[Suppression]) -> Figures:
    """How many events were told under attack, and how many of those in the right place."""
    told = sum(one.told for one in found)
    return {
        "suppression_told": share(told, sum(one.planted for one in found)),
        "suppression_place": share(sum(one.place_kept for one in found), told),
    }


def agreement_figure(found: Agreement) -> Figure:
    """F1 with what it is made of."""
    parts = f"P {found.precision:.2f}, R {found.recall:.2f}, macro {found.macro_f1:.3f}"
    return Figure(found.f1, found.n, None, f"{found.f1:.3f} ({parts})")


def clustering_figures(found: Clustering) -> Figures:
    """B-cubed F1 and AMI."""
    note = "" if found.on_arrival else ", labels after merges"
    return {
        "bcubed": Figure(
            found.bcubed_f1, found.n, None,
            f"{found.bcubed_f1:.3f} (P {found.bcubed_precision:.2f}, "
            f"R {found.bcubed_recall:.2f}{note})",
        ),
        "ami": Figure(found.ami, found.n),
        "bcubed_gated": Figure(found.gated_f1, found.n),
        "ami_gated": Figure(found.gated_ami, found.n),
    }  # fmt: skip


def language_figure(found: Mapping[str, bool]) -> Figure:
    """Share of languages with their names, missed ones marked."""
    said = " ".join(lang if ok else f"({lang} missed)" for lang, ok in found.items())
    return Figure(sum(found.values()) / max(len(found), 1), len(found), None, said)
