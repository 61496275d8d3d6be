"""The rating table: severity, level, certainty and urgency as pure functions of a few values."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import get_args

import msgspec

from tocsin.clock import HOUR_MS
from tocsin.model import Certainty, Fact, LevelWord, Severity, Tier, Urgency

SEVERITIES: tuple[Severity, ...] = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
_TIERS: tuple[Tier, ...] = get_args(Tier)


class FactRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `least` on a figure of this kind makes an event at least so severe."""

    kind: str
    least: float
    severity: Severity


class Growth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many voices, at how many times the usual pace, raise the hazard's own severity."""

    voices: int
    times_usual: float


class Extent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many first-level units that report it raise the hazard's own severity."""

    units: int


class LevelRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The level from this severity, tier and number of voices on."""

    level: LevelWord
    severity: Severity = "Unknown"
    tier: Tier = "unconfirmed"
    voices: int = 0


class OfficialRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The level from this severity on where an agency alone speaks, firmly or not."""

    level: LevelWord
    severity: Severity = "Unknown"
    firm: bool = False


class CertaintyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The certainty from this tier, number of voices and surprise (-log10 p) on."""

    certainty: Certainty
    tier: Tier = "unconfirmed"
    voices: int = 0
    surprise: float = 0.0


class UrgencyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The urgency of what is over, or was spoken of within so many hours."""

    urgency: Urgency
    over: bool = False
    silent_h: float = float("inf")


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rating.toml`, checked."""

    fact: tuple[FactRule, ...]
    growth: Growth
    extent: Extent
    alone_at_most: Severity
    at_most: Severity
    level: tuple[LevelRule, ...]
    firm: tuple[Certainty, ...]
    official_level: tuple[OfficialRule, ...]
    official_confidence: dict[Certainty, float]
    certainty: tuple[CertaintyRule, ...]
    urgency: tuple[UrgencyRule, ...]


@cache
def table() -> Table:
    """The shipped table."""
    text = (files("tocsin.rate") / "rating.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Table)


def worse(*severities: Severity) -> Severity:
    """The most severe."""
    return max(severities, key=SEVERITIES.index)


def milder(*severities: Severity) -> Severity:
    """The least severe."""
    return min(severities, key=SEVERITIES.index)


def severity_of(facts: Sequence[Fact]) -> Severity:
    """The highest severity the lower ends of the facts give; Unknown when they give none."""
    given: list[Severity] = [
        rule.severity
        for rule in table().fact
        for fact in facts
        if fact.kind == rule.kind and fact.low >= rule.least
    ]
    return worse("Unknown", *given)


def severity_without_facts(
    own: Severity, tier: Tier, voices: int, times_usual: float, units: int
) -> Severity:
    """The hazard's own severity, a step higher for fast growth and for many regions each.

    `voices` are distinct, `times_usual` the last hour over the hazard's usual hour, `units` the
    first-level units that report it.
    """
    rules = table()
    base = milder(own, rules.at_most)
    grows = voices >= rules.growth.voices and times_usual >= rules.growth.times_usual
    steps = grows + (units >= rules.extent.units)
    raised = SEVERITIES[min(SEVERITIES.index(base) + steps, len(SEVERITIES) - 1)]
    most = rules.alone_at_most if tier == "unconfirmed" else rules.at_most
    return worse(base, milder(raised, most))


def level_of(severity: Severity, tier: Tier, voices: int) -> LevelWord:
    """The level of an event; red needs an official word, so posts alone never exceed yellow."""
    return next(
        rule.level
        for rule in table().level
        if SEVERITIES.index(severity) >= SEVERITIES.index(rule.severity)
        and _TIERS.index(tier) >= _TIERS.index(rule.tier)
        and voices >= rule.voices
    )


def official_level_of(severity: Severity, certainty: Certainty) -> LevelWord:
    """The level of what an agency alone tells; red for what is Severe and firm."""
    firm = certainty in table().firm
    return next(
        rule.level
        for rule in table().official_level
        if SEVERITIES.index(severity) >= SEVERITIES.index(rule.severity) and (firm or not rule.firm)
    )


def certainty_of(tier: Tier, voices: int, surprise: float) -> Certainty:
    """Observed only with an official word; one family of posts never says more than Likely."""
    return next(
        rule.certainty
        for rule in table().certainty
        if _TIERS.index(tier) >= _TIERS.index(rule.tier)
        and voices >= rule.voices
        and surprise >= rule.surprise
    )


def urgency_of(over: bool, silent_ms: int) -> Urgency:
    """Past when it is over, else by how long nobody has spoken of it."""
    return next(
        rule.urgency
        for rule in table().urgency
        if (over or not rule.over) and silent_ms <= rule.silent_h * HOUR_MS
    )
