"""A page with all that an engine brings, over an invented day: for tests and for pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import web_events as invented
from tocsin.clock import MINUTE_MS, HeldClock
from tocsin.engine.coverage import Coverage, Heard
from tocsin.errors import SinkBusy
from tocsin.model import Receipt
from tocsin.store import Silence, Store
from tocsin.watch import Resolver
from tocsin.web import Board, Served, create_app, serve
from tocsin.web.access import Access
from tocsin.web.app import BUILT
from tocsin.web.blindness import Blindness
from tocsin.web.delivery_api import Outbound
from tocsin.web.duty_api import Duty
from tocsin.web.health import Health
from tocsin.web.watch_shelf import Shelf

QUAKE = f"{17:016d}"


def kept(folder: Path) -> Store:
    """A store that knows the day: one message owed, one given up, one event answered for."""
    store = Store.open(folder / "kept.db")
    quake = invented.earthquake()[2]
    alerts = [invented.alert(quake), invented.alert(invented.event(), key="other", channel="desk")]
    store.commit_step([*invented.scene()], alerts, {}, invented.NOW_MS)
    store.mark("other", "rejected", invented.NOW_MS, invented.NOW_MS, "HTTP 410 Gone")
    store.acknowledge(f"{12:016d}", invented.NOW_MS - 20 * MINUTE_MS, "real")
    store.silence(
        Silence("5e1f", invented.NOW_MS + 40 * MINUTE_MS, hazard="flood", country="GB"),
        invented.NOW_MS,
    )
    return store


def health() -> Health:
    """An engine one of whose sources is silent beyond its habit."""
    sources = (
        invented.source(),
        invented.source(name="federated", rate_per_min=0, deaf_since=invented.minutes_ago(8)),
        invented.source(name="quakes", kind="bulletins", rate_per_min=2),
    )
    return invented.health(sources=sources)


def heard() -> Coverage:
    """Who was heard in the last day."""
    found = [Heard("*", "*", "200+")]
    langs = {"en": "200+", "es": "50-199", "pt": "50-199", "ja": "15-49", "fr": "5-14"}
    lands = {"US": "50-199", "CL": "50-199", "PT": "15-49", "NP": "5-14", "JP": "15-49"}
    found += [Heard(lang, "*", band) for lang, band in langs.items()]  # type: ignore[arg-type]
    found += [Heard("*", land, band) for land, band in lands.items()]  # type: ignore[arg-type]
    return Coverage(invented.minutes_ago(600), tuple(found), ("ar", "bn", "hi", "sw", "tr"))


def _tried(channel: str) -> Receipt:
    if channel == "desk":
        raise SinkBusy("It answered 503.")
    return Receipt(1, "by hand")


def blind_times() -> Blindness:
    """Nothing was heard for a quarter of an hour."""
    blindness = Blindness(invented.NOW_MS - 90 * MINUTE_MS, lambda: ["network"])
    blindness.hear("network", "deaf", invented.NOW_MS - 50 * MINUTE_MS)
    blindness.hear("network", "heard", invented.NOW_MS - 35 * MINUTE_MS)
    return blindness


def full_page(
    board: Board,
    store: Store,
    *,
    built: Path = BUILT,
    find: Resolver | None = None,
    access: Access | None = None,
    told: Callable[[], Health] = health,
    coverage: Callable[[], Coverage] = heard,
    channels: tuple[str, ...] = ("ops", "desk", "page"),
    **more: Any,
) -> Served:
    """Serve all of it on a free port; with `find`, watches too."""
    clock = HeldClock(invented.NOW_MS)
    app = create_app(
        board, told, invented.metrics, built=built, coverage=coverage, access=access,
        shelf=Shelf(store, [], channels, find, clock) if find else None,
        duty=Duty(store, clock, _tried),
        outbound=Outbound(store, lambda: channels, lambda: ("desk",), blind_times()),
        **more,
    )  # fmt: skip
    return serve(app, port=0)
