"""Everything the drive needs before Tocsin starts: worlds, inputs, configurations, servers."""

import time
from pathlib import Path
from typing import NamedTuple

from boundary.canaries import Canary, hatch
from boundary.frames import Signer, cap_message, jsonl_bulletins, stamp, usgs_feed
from boundary.servers import Office, Social, Station
from tocsin.sources.synthetic_world import World

BACK_S = 420
"""How long ago the planted events begin."""
SECRET = "whsec_aW52ZW50ZWQtc2VjcmV0LWZvci10aGUtYm91bmRhcnk="
PLANTED = {
    "v1": ("earthquake", "flood"),
    "v2": ("building_fire", "explosion"),
    "rows": ("earthquake", "wildfire", "flood"),
    "social": ("wildfire", "flood"),
}
"""Hazards of each wire; the first of v2 is taken back later."""

_CONFIG = """
[web]
port = 0
[engine]
step_s = 0.1
[store]
path = "state/tocsin.db"
[sources.newer]
type = "jetstream"
url = "{v2}"
wire = "v2"
[sources.older]
type = "jetstream"
url = "{v1}"
wire = "v1"
[sources.social]
type = "mastodon"
server = "{social}"
permission_from = "admin@social.example"
permission_date = "2025-12-24"
token = "invented-token"
[sources.quakes]
type = "usgs"
url = "{office}/quakes.geojson"
[sources.moved]
type = "usgs"
url = "{office}/moved.geojson"
[sources.world]
type = "synthetic"
seed = 39
posts_per_s = {rate}
history_s = {history}
first_event_s = 86400.0
[sinks.hook]
type = "webhook"
url = "{office}/hook"
secret = "{secret}"
allow_private = true
[[watches]]
hazards = "any"
min_level = "green"
channel = "hook"
[[watches]]
hazards = "any"
min_level = "green"
channel = "page"
"""
_REFUSED = (
    '[[watches]]\nhazards = ["{text}"]\nchannel = "page"\n',
    '[[watches]]\nhazards = "any"\nplace = "{text}"\nchannel = "page"\n',
    '[[watches]]\nhazards = "any"\nchannel = "page"\n"{text}" = "{text}"\n',
    '[[watches]]\nhazards = "any"\nmin_level = "{text}"\nchannel = "page"\n',
    '[[watches]]\nhazards = "any"\nchannel = "{text}"\n',
)


class Stage(NamedTuple):
    """What stands ready, and who is hidden in it."""

    folder: Path
    canaries: tuple[Canary, ...]
    signers: dict[str, Signer]
    worlds: dict[str, World]
    stations: dict[str, Station | Social]
    office: Office
    commands: list[list[str]]


def headers(birds: tuple[Canary, ...]) -> dict[str, str]:
    """Headers of a server that tells more than it should."""
    names = ("ETag", "Server", "X-Author", "From", "Via", "X-Forwarded-For", "Link", "Warning")
    told = {name: f'"{bird.token}"' for name, bird in zip(names, birds, strict=False)}
    return {**told, "Set-Cookie": f"{birds[0].token}={birds[1].token}"}


def build(folder: Path, posts: int, seed: int) -> Stage:
    """Write inputs and configurations, start the servers; `posts` chatter posts a wire."""
    now_ms = time.time_ns() // 1_000_000
    canaries = hatch(seed)
    for name in ("state", "tmp", "memory", "home", "notes", "in", "out"):
        (folder / name).mkdir()
    signers = {wire: Signer(canaries, wire, f"w{n}") for n, wire in enumerate(PLANTED)}
    worlds = {wire: _world(wire, seed + n, now_ms, posts) for n, wire in enumerate(PLANTED)}
    for wire, world in worlds.items():
        world._signer = signers[wire]  # type: ignore[assignment]
    quakes = [_quake(world) for world in worlds.values() if world is not None]
    feed = usgs_feed([quake for quake in quakes if quake], canaries)
    office = Office(
        {
            "/quakes.geojson": (200, headers(canaries), feed),
            "/moved.geojson": (302, {"Location": f"https://{canaries[3].token}.example/"}, b""),
        }
    )
    stations: dict[str, Station | Social] = {
        wire: Station(wire, worlds[wire].frames(now_ms), headers(canaries)) for wire in ("v1", "v2")
    }
    stations["social"] = social = Social()
    # Who an account is follows from its server, so the server comes first.
    signers["social"].host = social.netloc
    social.push(worlds["social"].frames(now_ms))
    _inputs(folder, worlds["rows"], now_ms, canaries, feed)
    _configure(folder, office, stations, posts, canaries)
    return Stage(folder, canaries, signers, worlds, stations, office, _commands(folder, canaries))


def _world(wire: str, seed: int, now_ms: int, posts: int) -> World:
    return World(
        seed, now_ms - BACK_S * 1000, posts / 1_000, PLANTED[wire], history_s=1_000 - BACK_S,
        event_every_s=30.0,
    )  # fmt: skip


def _quake(world: World) -> tuple[float, float, float, int] | None:
    site = world.site(0)
    if site.hazard != "earthquake":
        return None
    return site.city.lat, site.city.lon, 6.4, site.start_ms - 30_000


def _inputs(
    folder: Path, world: World, now_ms: int, canaries: tuple[Canary, ...], feed: bytes
) -> None:
    """What `tocsin replay` is given: rows, CAP, GeoJSON and JSON Lines."""
    (folder / "in" / "rows.jsonl").write_bytes(b"\n".join(world.frames(now_ms)) + b"\n")
    (folder / "in" / "quakes.geojson").write_bytes(feed)
    flood, fire = world.site(2), world.site(1)
    message = cap_message(
        1, "Flood Warning", flood.start_ms + 20_000, flood.city.lat, flood.city.lon, canaries[7]
    )
    (folder / "in" / "flood.xml").write_bytes(message)
    row = {"source": "invented", "id": "inv-1", "sent": stamp(fire.start_ms + 20_000),
           "hazard": "wildfire", "lat": fire.city.lat, "lon": fire.city.lon, "radius_km": 40.0,
           "severity": "Severe", "status": "actual"}  # fmt: skip
    (folder / "in" / "lines.jsonl").write_bytes(jsonl_bulletins([row], canaries))


def _configure(
    folder: Path, office: Office, stations: dict[str, Station | Social], posts: int,
    canaries: tuple[Canary, ...],
) -> None:  # fmt: skip
    text = _CONFIG.format(
        v1=stations["v1"].url, v2=stations["v2"].url, office=office.url, secret=SECRET,
        social=stations["social"].url,
        rate=max(0.2, posts / 600), history=600,
    )  # fmt: skip
    (folder / "tocsin.toml").write_text(text, encoding="utf-8")
    for number, pattern in enumerate(_REFUSED):
        bird = canaries[10 + number]
        said = pattern.format(text=f"{bird.name} {bird.token}")
        (folder / f"refused{number}.toml").write_text(said, encoding="utf-8")


def _commands(folder: Path, canaries: tuple[Canary, ...]) -> list[list[str]]:
    config, inputs = str(folder / "tocsin.toml"), folder / "in"
    replay = ["replay", str(inputs / "rows.jsonl"), "--out", str(folder / "out" / "events.jsonl")]
    for name in ("quakes.geojson", "flood.xml", "lines.jsonl"):
        replay += ["--bulletins", str(inputs / name)]
    refused = [str(folder / f"refused{number}.toml") for number in range(len(_REFUSED))]
    bird = canaries[20]
    typed = f"Strong earthquake in Lima, says {bird.name} @{bird.token}, 3 injured"
    return [
        ["run", "--config", config, "--json"],
        replay,
        ["doctor", "--config", config],
        *(["doctor", "--config", path, "--json"] for path in refused),
        *(["run", "--config", path, "--seconds", "1"] for path in refused),
        ["explain", typed, "--json"],
    ]



