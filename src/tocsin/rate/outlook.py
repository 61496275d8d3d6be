"""What would raise an event's rating, and what would lower it: the same table asked again."""

from collections.abc import Sequence

from tocsin.model import LEVELS, Ground, LevelWord, Phase, Severity, Tier, Why
from tocsin.rate.table import level_of, worse

ENOUGH_VOICES = 15
"""The band from which Moderate is yellow: the only count that leaves as a bound."""


def outlook(
    phase: Phase, severity: Severity, stated: Severity, own: Severity, tier: Tier, voices: int,
) -> list[Why]:  # fmt: skip
    """Each change by its name from a closed list, with the level or tier it would lead to.

    `stated` is the severity that figures or agencies give (Unknown without), `own` that of the
    hazard. An event that is over has no outlook.
    """
    if phase not in ("reported", "updated"):
        return []
    now = level_of(severity, tier, voices)
    found = [Why(Ground.RAISES, name, to) for name, to in _up(now, severity, tier, voices)]
    if stated != "Unknown" and tier != "official":
        without = level_of(own, tier, voices)
        if _higher(now, without):
            found.append(Why(Ground.LOWERS, "figures_taken_back", without))
    found.append(Why(Ground.LOWERS, "silence", "resolved"))
    found.append(
        Why(Ground.LOWERS, "official_word_withdrawn", "unconfirmed")
        if tier == "official"
        else Why(Ground.LOWERS, "reports_deleted", "withdrawn")
    )
    return found


def _up(now: LevelWord, severity: Severity, tier: Tier, voices: int) -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if tier == "unconfirmed":
        found.append(("second_family", "corroborated"))
    if tier != "official":
        official = level_of(severity, "official", voices)
        found.append(("official_word", official if _higher(official, now) else "official"))
    if voices < ENOUGH_VOICES and _higher(level_of(severity, tier, ENOUGH_VOICES), now):
        found.append(("more_voices", level_of(severity, tier, ENOUGH_VOICES)))
    severe = level_of(worse(severity, "Severe"), tier, voices)
    if _higher(severe, now):
        found.append(("severe_figures", severe))
    return found


def _higher(one: LevelWord, other: LevelWord) -> bool:
    return LEVELS.index(one) > LEVELS.index(other)
