"""Level, CAP words and grounds of an event that stands on the official word alone."""

from collections.abc import Sequence
from typing import get_args

from tocsin.bulletin import Bulletin, Certainty, Severity, Support, Urgency
from tocsin.model import Ground, LevelWord, Phase, Rating, Why
from tocsin.vocabulary.hazards import Hazard

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_CONFIDENCE: dict[Certainty, float] = {
    "Observed": 0.95, "Likely": 0.8, "Possible": 0.5, "Unlikely": 0.2, "Unknown": 0.8,
}  # fmt: skip
"""What CAP's words for certainty are taken for; [J] by judgement."""
_FIRM: tuple[Certainty, ...] = ("Observed", "Likely", "Unknown")


def is_firm(bulletin: Bulletin) -> bool:
    """Whether an agency says that something is so, not only that it may come to be."""
    return bulletin.certainty in _FIRM


def rate_official(
    main: Bulletin, support: Sequence[Support], hazard: Hazard, phase: Phase
) -> Rating:
    """A rating in the agency's own words; what it leaves open is the hazard's own severity."""
    severity = main.severity if main.severity != "Unknown" else hazard.severity
    certainty: Certainty = main.certainty
    if certainty == "Unknown":
        # A list of quakes tells what was measured; a warning without the word is a forecast.
        certainty = "Observed" if main.magnitude is not None else "Likely"
    urgency: Urgency = "Past" if phase == "resolved" else main.urgency
    return Rating(
        level=_level(severity, certainty),
        severity=severity,
        urgency=urgency if urgency != "Unknown" else "Immediate",
        certainty=certainty,
        confidence=_CONFIDENCE[certainty],
        tier="official",
        why=(
            *(Why(Ground.BULLETIN, f"{s.bulletin.source} {s.bulletin.id}"[:160])
              for s in support[:5]),
            Why(Ground.SEVERITY_PRIOR, hazard.severity),
        ),
    )  # fmt: skip


def _level(severity: Severity, certainty: Certainty) -> LevelWord:
    """Red for what is Severe and firm, as with reports; green for what is at most Moderate."""
    if severity not in _SEVERITIES[:2]:
        return "yellow" if severity == "Moderate" else "green"
    return "red" if certainty in _FIRM else "yellow"
