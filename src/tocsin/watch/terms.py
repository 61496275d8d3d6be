"""Languages, quiet hours and the speech of a watch, read from its table."""

from collections.abc import Mapping
from typing import Any

from tocsin.clock import quiet_hours, zone_of
from tocsin.errors import WatchRefused
from tocsin.render import LANGS, UNITS
from tocsin.vocabulary.tongues import LANGUAGES
from tocsin.watch.policy_places import spoken_in


def spoken(value: Any) -> tuple[str, ...]:
    """Codes of languages that some country speaks every day; raises WatchRefused."""
    known = sorted(lang for lang in LANGUAGES if spoken_in(lang))
    if not isinstance(value, list) or any(lang not in known for lang in value):
        raise WatchRefused(
            "languages", "A language is not known.", f"Choose of: {', '.join(known)}."
        )
    return tuple(sorted(set(value)))


def speech_of(table: Mapping[str, Any]) -> dict[str, str]:
    """Language and units of its messages, empty as the channel has them; raises WatchRefused."""
    given = {}
    for key, known in (("lang", LANGS), ("units", UNITS)):
        given[key] = table.get(key, "")
        if given[key] not in ("", *known):
            raise WatchRefused(
                key, f"{key} is none that messages are told in.", f"Choose: {', '.join(known)}."
            )
    return given


def quiet_of(table: Mapping[str, Any]) -> dict[str, str]:
    """Quiet hours and their zone; raises WatchRefused for what is neither."""
    quiet, zone = table.get("quiet", ""), table.get("zone", "UTC")
    try:
        there = zone_of(zone if isinstance(zone, str) else "")
    except ValueError:
        raise WatchRefused(
            "zone", "There is no such time zone.", 'Write one such as "Europe/Madrid".'
        ) from None
    if not quiet:
        return {"quiet": "", "zone": zone}
    try:
        quiet_hours(quiet if isinstance(quiet, str) else "?", there)
    except ValueError:
        raise WatchRefused(
            "quiet", "quiet is no span of the day.", 'Write quiet = "22:00-07:00".'
        ) from None
    return {"quiet": quiet, "zone": zone}
