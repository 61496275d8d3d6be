"""Severity, urgency, certainty and level, and on what grounds."""

from collections.abc import Sequence

from tocsin.model import (
    K_SENSITIVE,
    K_VOICES,
    Evidence,
    Fact,
    Ground,
    Origin,
    Rating,
    Support,
    Tier,
    Why,
)
from tocsin.rate.families import independent
from tocsin.rate.grounds import grounds_of
from tocsin.rate.official import is_firm
from tocsin.rate.outlook import outlook
from tocsin.rate.table import (
    SEVERITIES,
    certainty_of,
    level_of,
    milder,
    severity_of,
    severity_without_facts,
    table,
    urgency_of,
    worse,
)
from tocsin.vocabulary.hazards import Hazard

__all__ = ["SEVERITIES", "rate", "severity_of"]


def _tier(families: Sequence[str], support: Sequence[Support]) -> Tier:
    """Official when an agency says that it is so; one that says it may come adds its voice."""
    if any(is_firm(s.bulletin) for s in support):
        return "official"
    voices = independent(families) + len({s.bulletin.source for s in support})
    return "corroborated" if voices >= 2 else "unconfirmed"


def _confidence(evidence: Evidence, tier: Tier) -> float:
    """Belief that this is a real event of its hazard, rounded to .05 (contract P13)."""
    if tier == "official":
        return 0.95
    belief = evidence.belief
    if tier == "corroborated":
        # Two families that do not copy each other halve the doubt.
        belief = 1.0 - (1.0 - belief) / 2.0
    return round(round(min(max(belief, 0.05), 0.95) * 20) / 20, 2)


def rate(
    evidence: Evidence,
    origins: Sequence[Origin],
    facts: Sequence[Fact],
    support: Sequence[Support],
    hazard: Hazard,
    sensitive: bool,
    families: Sequence[str] | None = None,
    units: int = 0,
) -> Rating:
    """Level, CAP words and grounds of an event by `rating.toml`; about hazards only.

    `families` are the names of all source families that speak of it, news among them; without
    them each family of the posts counts. `units` are the first-level units it is reported from.
    It knows no earlier rating: what is said now counts, be it more or less. Facts of posts alone
    never make an event red: they count as at most Severe.
    """
    families = [str(f) for f in evidence.families] if families is None else families
    tier = _tier(families, support)
    claimed = severity_of([fact for fact in facts if fact.from_ == "posts"])
    stated = worse(
        milder(claimed, table().at_most),
        severity_of([fact for fact in facts if fact.from_ == "official"]),
        *(s.bulletin.severity for s in support),
    )
    own = severity_without_facts(
        hazard.severity, tier, evidence.voices, evidence.times_usual, units
    )
    severity = stated if stated != "Unknown" else own
    over = evidence.phase == "resolved"
    why = grounds_of(evidence, origins, support, hazard, families, units)
    why += [Why(Ground.FACT, f"{fact.kind} {fact.low:g}") for fact in facts[:6]]
    if claimed == "Extreme" and tier == "unconfirmed":
        why.append(Why(Ground.ONE_FAMILY_CAP, True, "yellow"))
    if sensitive:
        why.append(Why(Ground.SENSITIVE, True, K_SENSITIVE))
    if over:
        why.append(Why(Ground.QUIET, True))
    if evidence.phase == "withdrawn":
        why.append(Why(Ground.BELOW_K, True, K_SENSITIVE if sensitive else K_VOICES))
    why += outlook(evidence.phase, severity, stated, own, tier, evidence.voices)
    return Rating(
        level=level_of(severity, tier, evidence.voices),
        severity=severity,
        urgency=urgency_of(over, evidence.at_ms - evidence.last_seen_ms),
        certainty=certainty_of(tier, evidence.voices, evidence.surprise),
        confidence=_confidence(evidence, tier),
        tier=tier,
        why=tuple(why),
    )
