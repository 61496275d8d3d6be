"""The shapes of questions and answers about watches."""

from typing import Any, Literal

import msgspec

from tocsin.store import Verdict


class WatchSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A watch as it is sent: the table of the configuration, and the word that it was read."""

    watch: dict[str, Any]
    confirm: str = ""
    """What `check` gave for the very same meaning; without it nothing is stored."""


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A watch to be tried on the past without being stored."""

    watch: dict[str, Any]
    days: int = 30
    per_day: int | None = None


class SaidOfAlert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader says of an event as a watch told it; nothing about the reader."""

    event_id: str
    verdict: Verdict


class WatchChecked(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a watch means, or why it is refused and what to write instead."""

    verdict: Literal["accept", "refuse"]
    id: str = ""
    meaning: str = ""
    confirm: str = ""
    """To be sent along when it is stored."""
    table: dict[str, Any] = {}
    """The same in ids and numbers alone."""
    geometry: dict[str, Any] = {}
    """Its areas as a GeoJSON FeatureCollection."""
    others: tuple[str, ...] = ()
    """Other places of the same name."""
    set_aside: int = 0
    category: str = ""
    reason: str = ""
    suggestion: str = ""


class WatchKept(msgspec.Struct, frozen=True):
    """One watch as it stands."""

    id: str
    kept: Literal["file", "store"]
    since: str | None
    channel: str
    meaning: str
    table: dict[str, Any]
    feedback: dict[str, int]


class WatchList(msgspec.Struct, frozen=True):
    """All watches; `version` is the entity tag to change them by."""

    watches: list[WatchKept]
    version: str


class WatchChanged(msgspec.Struct, frozen=True):
    """What became of a change."""

    id: str
    meaning: str
    changed: bool
    version: str


class SitesRead(msgspec.Struct, frozen=True):
    """A list of sites as areas of a watch; labels that may name people were replaced."""

    areas: list[dict[str, Any]]
    renamed: int
