"""Drives the true line with planted identities and collects every byte that comes out."""

import os
from pathlib import Path
from typing import NamedTuple

from boundary.known import needles_of
from boundary.process import Child
from boundary.search import Needles
from boundary.stage import Stage, build
from boundary.visit import Visit


class Harvest(NamedTuple):
    """What came out, by name of the channel, and what must not be in it."""

    channels: dict[str, bytes]
    needles: Needles
    taken_back: Needles
    """What is known of the event that fell below its floor."""
    alike: list[tuple[str, bytes, bytes]]
    """Question with an identity in it, its answer, and the answer to a random string."""
    package: Path
    ended: list[int]


def drive(folder: Path, posts: int, seed: int = 20) -> Harvest:
    """Run everything once in `folder` (empty); `posts` chatter posts through each connector."""
    stage = build(folder, posts, seed)
    channels: dict[str, bytes] = {}
    try:
        with Child(stage) as child:
            visit = Visit(stage, child, channels)
            visit.all()
            child.finish()
            visit.close()
            ended = child.ended()
    finally:
        stage.office.stop()
        for station in stage.stations.values():
            station.stop()
    channels |= _left_behind(stage)
    needles = needles_of(stage)
    _forget_own_question(channels)
    package = Path((folder / "notes" / "package").read_text(encoding="utf-8"))
    return Harvest(channels, needles, visit.taken_back, visit.alike, package, ended)


def _left_behind(stage: Stage) -> dict[str, bytes]:
    """Everything on disk after the end, and everything that was sent."""
    folder, found = stage.folder, dict[str, bytes]()
    notes = folder / "notes"
    for name in ("stdout", "stderr", "deleted", "environment"):
        if (notes / name).exists():
            title = {"deleted": "deleted files", "environment": "environment at the end"}
            found[title.get(name, name)] = (notes / name).read_bytes()
    names = (notes / "names").read_bytes() if (notes / "names").exists() else b""
    for part in ("state", "tmp", "home", "out", "memory"):
        for path in sorted((folder / part).rglob("*")):
            names += os.fsencode(path.name) + b"\n"
            if path.is_file() and part != "memory":
                found[f"{part}: {path.name}"] = path.read_bytes()
    found["file names"] = names
    posted = [line for line in stage.office.asked if line.startswith(b"POST")]
    found["webhook"] = b"\n".join(posted)
    asked = [line for line in stage.office.asked if not line.startswith(b"POST")]
    for station in stage.stations.values():
        asked += station.asked
    found["requests to sources"] = b"\n".join(asked)
    return found


def _forget_own_question(channels: dict[str, bytes]) -> None:
    """A feed's own validator goes back to that feed and to nobody else: that is HTTP."""
    lines = channels["requests to sources"].split(b"\n")
    kept = [line for line in lines if not line.lower().startswith(b"if-none-match")]
    channels["requests to sources"] = b"\n".join(kept)
