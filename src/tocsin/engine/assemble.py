"""From a checked configuration to an engine that can run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tocsin.clock import MINUTE_MS, Clock, SystemClock
from tocsin.config import Spec
from tocsin.config_file import Configuration, checked_parts
from tocsin.deliver import Links, build_sinks, policies
from tocsin.engine.keys import live_keys
from tocsin.engine.listeners import Listeners
from tocsin.engine.live import Engine
from tocsin.errors import ConfigError, SourceEnded, WatchRefused
from tocsin.model import Bulletin, Place, Watch
from tocsin.official.parse import parse_path
from tocsin.sources import Source, load_sources
from tocsin.store import Store
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.stored import collector_off
from tocsin.watch import Resolver, compile_watch


def source_specs() -> dict[str, Spec]:
    """What every installed source says of itself, by type."""
    return {name: kind.spec for name, kind in load_sources().items()}


def build_sources(configuration: Configuration, clock: Clock) -> dict[str, Source]:
    """Configured sources by name; raises ConfigError with the path of the setting."""
    kinds = load_sources()
    parts = checked_parts("sources", configuration.sources, source_specs())
    if sum(kind == "stdin" for kind, _ in parts.values()) > 1:
        raise ConfigError("sources", "two of type stdin", "There is one standard input; keep one.")
    built = {name: kinds[kind](settings, clock) for name, (kind, settings) in parts.items()}
    for name, source in built.items():
        if source.spec.kind == "posts" and not source.spec.deletes:
            raise ConfigError(
                f"sources.{name}",
                "this source tells of no deletions",
                "The contract (P11) bars it from the detector; take it out.",
            )
    return built


def place_finder() -> Resolver:
    """Places of the gazetteer by name, best first."""
    gazetteer = Gazetteer.load()

    def places(name: str) -> list[Place]:
        if name.startswith("#"):
            # An id of the gazetteer; no text of a watch can bring such a sign here.
            index = gazetteer.index_of(name[1:])
            return [] if index is None else [gazetteer.place(index)]
        return [gazetteer.place(index) for index in gazetteer.find(name)]

    return places


def build_watches(configuration: Configuration) -> list[Watch]:
    """Compiled watches; raises ConfigError naming the one that was refused, never its text."""
    return compile_tables(configuration.watches, configuration)


def compile_tables(
    tables: Sequence[Mapping[str, Any]], configuration: Configuration
) -> list[Watch]:
    """Watches of tables, on channels of a configuration; raises ConfigError as above."""
    hazards = [hazard.key for hazard in load_hazards()]
    places = place_finder()
    watches = []
    for number, table in enumerate(tables, 1):
        try:
            watches.append(compile_watch(table, hazards, places, configuration.channels))
        except WatchRefused as refusal:
            raise ConfigError(
                f"watches[{number}]", f"refused: {refusal.reason.rstrip('.')}", refusal.suggestion
            ) from None
    return watches


def checked_url(text: str) -> str:
    """The address that links begin with; raises ConfigError."""
    if not re.fullmatch(r"(https://|http://(127\.0\.0\.1|localhost)(?=[:/]|$))[!-~]{0,300}", text):
        raise ConfigError(
            "web.public_url", "no address that can be linked", 'Write "https://HOST".'
        )
    return text


@collector_off()
def assemble(configuration: Configuration, folder: Path, clock: Clock, tell: Listeners) -> Engine:
    """The engine a configuration describes; `folder` is where relative paths begin.

    Raises ConfigError for a wrong setting, StoreUnavailable when the store cannot be opened.
    """
    sources = build_sources(configuration, clock)
    watches = build_watches(configuration)
    sinks = build_sinks(configuration, clock)
    manners = policies(configuration.policies)
    path = folder / str(configuration.store["path"])
    store = Store.open(path)
    memory = str(configuration.keys["path"])
    keys = live_keys(path.parent / f"{path.stem}-keys", Path(memory) if memory else None)
    settings = blake2b(repr(configuration).encode(), digest_size=8, key=keys.identity).hexdigest()
    store.audit.write(clock.now_ms(), "started", f"settings {settings}")
    step_s = float(configuration.engine["step_s"])  # type: ignore[arg-type]
    public_url = str(configuration.web["public_url"])
    links = Links(keys.identity, checked_url(public_url)) if public_url else None
    return Engine(
        sources,
        watches,
        sinks,
        store,
        keys,
        clock,
        tell,
        step_s,
        policies=manners,
        links=links,
        watchdog=configuration.watchdog,
        drill=bool(configuration.engine["drill"]),
        refill_ms=round(float(str(configuration.engine["refill_min"])) * MINUTE_MS),
    )


def file_source(paths: list[str]) -> Source:
    """The recording of `tocsin replay`; raises InputError for what cannot be read."""
    source = load_sources()["file"]
    return source({"paths": list(paths)}, SystemClock())


def read_bulletins(paths: list[str]) -> list[Bulletin]:
    """Bulletins of files; raises InputError naming the file."""
    return [bulletin for path in paths for bulletin in parse_path(path)]


def frames_of(source: Source) -> Iterator[list[bytes]]:
    """All frames of a finite source, in the order and portions it gives them."""
    source.open(None)
    try:
        while True:
            yield source.read(1.0)[0]
    except SourceEnded:
        return
    finally:
        source.close()
