"""When a new revision says something that the last one did not."""

from tocsin.model import BANDS, Event

FALL = 0.2
"""A fall of the confidence by more than this is told; less is the swing of single reports."""


def _band_rises(new: Event, old: Event) -> bool:
    return BANDS.index(new.voices) > BANDS.index(old.voices)


def same_matter(new: Event, old: Event) -> bool:
    """Whether `new` differs from `old` only in times and grounds, so that nobody need read it."""
    return (
        new.phase in (old.phase, "updated")
        and old.phase not in ("resolved",)
        and new.hazard == old.hazard
        and new.place == old.place
        and new.level == old.level
        and new.severity == old.severity
        and new.certainty == old.certainty
        and new.tier == old.tier
        and new.bulletins == old.bulletins
        # A watch may ask for any confidence: what rises to it must be heard, however little.
        and old.confidence - FALL <= new.confidence <= old.confidence
        and [(f.kind, f.low, f.high, f.from_) for f in new.facts]
        == [(f.kind, f.low, f.high, f.from_) for f in old.facts]
        and not _band_rises(new, old)
    )
