"""Severity, urgency, certainty and level, and on what grounds."""

from collections.abc import Sequence

from tocsin.clock import HOUR_MS
from tocsin.model import (
    Certainty,
    Evidence,
    Fact,
    Ground,
    LevelWord,
    Origin,
    Rating,
    Severity,
    Support,
    Tier,
    Urgency,
    Why,
)
from tocsin.rate.bands import voices_band
from tocsin.rate.families import independent
from tocsin.rate.official import is_firm
from tocsin.vocabulary.hazards import Hazard

__all__ = ["rate", "severity_of"]

SEVERITIES: tuple[Severity, ...] = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
_FACT_SEVERITY: tuple[tuple[str, float, Severity], ...] = (
    ("killed", 100, "Extreme"), ("killed", 5, "Severe"), ("killed", 1, "Moderate"),
    ("injured", 500, "Extreme"), ("injured", 20, "Severe"), ("injured", 1, "Moderate"),
    ("trapped", 50, "Extreme"), ("trapped", 1, "Severe"),
    ("missing", 100, "Extreme"), ("missing", 5, "Severe"),
    ("evacuated", 100_000, "Extreme"), ("evacuated", 1_000, "Severe"),
    ("evacuated", 1, "Moderate"),
    ("homeless", 10_000, "Extreme"), ("homeless", 100, "Severe"),
    ("magnitude", 7.0, "Extreme"), ("magnitude", 6.0, "Severe"), ("magnitude", 4.5, "Moderate"),
    ("without_power", 1_000_000, "Severe"), ("without_power", 10_000, "Moderate"),
)  # fmt: skip
"""From this figure on an event is at least this severe; [J] by judgement, reviewed by people."""
_FRESH_MS = HOUR_MS


def severity_of(facts: Sequence[Fact]) -> Severity:
    """The highest severity the lower ends of the facts give; Unknown when they give none."""
    found: Severity = "Unknown"
    for fact in facts:
        for kind, least, severity in _FACT_SEVERITY:
            if fact.kind == kind and fact.low >= least:
                found = max(found, severity, key=SEVERITIES.index)
    return found


def _tier(families: Sequence[str], support: Sequence[Support]) -> Tier:
    """Official when an agency says that it is so; one that says it may come adds its voice."""
    if any(is_firm(s.bulletin) for s in support):
        return "official"
    voices = independent(families) + len({s.bulletin.source for s in support})
    return "corroborated" if voices >= 2 else "unconfirmed"


def _certainty(tier: Tier, evidence: Evidence) -> Certainty:
    """Observed only with an official word; one family of posts never says more than Likely."""
    if tier == "official":
        return "Observed"
    if tier == "corroborated" or (evidence.voices >= 15 and evidence.surprise >= 9):
        return "Likely"
    return "Possible"


def _urgency(evidence: Evidence) -> Urgency:
    if evidence.phase == "resolved":
        return "Past"
    fresh = evidence.at_ms - evidence.last_seen_ms <= _FRESH_MS
    return "Immediate" if fresh else "Expected"


def _level(severity: Severity, tier: Tier, evidence: Evidence) -> LevelWord:
    """Level of an event; red needs an official word, so posts alone never exceed yellow."""
    rank = SEVERITIES.index(severity)
    if tier == "official" and rank >= 3:
        return "red"
    if rank >= 3 or (rank == 2 and evidence.voices >= 15):
        return "yellow"
    return "green"


def _confidence(evidence: Evidence, tier: Tier) -> float:
    """Belief that this is a real event of its hazard, rounded to .05 (contract P13)."""
    if tier == "official":
        return 0.95
    belief = evidence.belief
    if tier == "corroborated":
        # Two families that do not copy each other halve the doubt.
        belief = 1.0 - (1.0 - belief) / 2.0
    return round(round(min(max(belief, 0.05), 0.95) * 20) / 20, 2)


def _grounds(
    evidence: Evidence,
    origins: Sequence[Origin],
    support: Sequence[Support],
    hazard: Hazard,
    families: Sequence[str],
) -> list[Why]:
    grounds = [
        Why(Ground.VOICES, voices_band(evidence.voices), 5),
        Why(Ground.SIGNIFICANCE, float(int(evidence.surprise)), 6),
        Why(Ground.WINDOW_S, evidence.window_s),
        Why(Ground.WITNESS, _coarse(evidence.witness_share)),
        Why(Ground.DIVERSITY, _coarse(evidence.diversity)),
        Why(Ground.FAMILIES, independent(families), 2),
        Why(Ground.SEVERITY_PRIOR, hazard.severity),
    ]
    if origins:
        grounds.append(Why(Ground.PLACE_SHARE, _coarse(origins[0].share)))
    grounds += [
        Why(Ground.BULLETIN, f"{s.bulletin.source} {s.bulletin.id}"[:160]) for s in support[:5]
    ]
    return grounds


def _coarse(share: float) -> float:
    """A share in steps of a quarter: a finer one would tell single posts apart (P13)."""
    return round(share * 4) / 4


def rate(
    evidence: Evidence,
    origins: Sequence[Origin],
    facts: Sequence[Fact],
    support: Sequence[Support],
    hazard: Hazard,
    sensitive: bool,
    families: Sequence[str] | None = None,
) -> Rating:
    """Level, CAP words and grounds of an event; a table of pure functions, about hazards only.

    `families` are the names of all source families that speak of it, news among them; without
    them each family of the posts counts. Facts of posts alone never make an event red: they
    count as at most Severe.
    """
    families = [str(f) for f in evidence.families] if families is None else families
    tier = _tier(families, support)
    claimed = severity_of([fact for fact in facts if fact.from_ == "posts"])
    told: Severity = max(
        min(claimed, "Severe", key=SEVERITIES.index),
        severity_of([fact for fact in facts if fact.from_ == "official"]),
        key=SEVERITIES.index,
    )
    official: Severity = max(
        (s.bulletin.severity for s in support), key=SEVERITIES.index, default="Unknown"
    )
    stated: Severity = max(told, official, key=SEVERITIES.index)
    prior: Severity = hazard.severity if hazard.severity != "Extreme" else "Severe"
    severity: Severity = stated if stated != "Unknown" else prior
    level = _level(severity, tier, evidence)
    why = _grounds(evidence, origins, support, hazard, families)
    why += [Why(Ground.FACT, f"{fact.kind} {fact.low:g}") for fact in facts[:6]]
    if claimed == "Extreme" and tier == "unconfirmed":
        why.append(Why(Ground.ONE_FAMILY_CAP, True, "yellow"))
    if sensitive:
        why.append(Why(Ground.SENSITIVE, True, 15))
    if evidence.phase == "resolved":
        why.append(Why(Ground.QUIET, True))
    if evidence.phase == "withdrawn":
        why.append(Why(Ground.BELOW_K, True, 15 if sensitive else 5))
    return Rating(
        level=level,
        severity=severity,
        urgency=_urgency(evidence),
        certainty=_certainty(tier, evidence),
        confidence=_confidence(evidence, tier),
        tier=tier,
        why=tuple(why),
    )
