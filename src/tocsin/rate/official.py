"""Level, CAP words and grounds of an event that stands on the official word alone."""

from collections.abc import Sequence

from tocsin.bulletin import Bulletin, Certainty, Support, Urgency
from tocsin.model import Ground, Phase, Rating, Why
from tocsin.rate.table import official_level_of, table
from tocsin.vocabulary.hazards import Hazard


def is_firm(bulletin: Bulletin) -> bool:
    """Whether an agency says that something is so, not only that it may come to be."""
    return bulletin.certainty in table().firm


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
        level=official_level_of(severity, certainty),
        severity=severity,
        urgency=urgency if urgency != "Unknown" else "Immediate",
        certainty=certainty,
        confidence=table().official_confidence[certainty],
        tier="official",
        why=(
            *(Why(Ground.BULLETIN, f"{s.bulletin.source} {s.bulletin.id}"[:160])
              for s in support[:5]),
            Why(Ground.SEVERITY_PRIOR, hazard.severity),
        ),
    )  # fmt: skip
