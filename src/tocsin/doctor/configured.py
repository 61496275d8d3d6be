"""The configuration: does it parse, and does what it points to stand ready."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from tocsin.config import Spec
from tocsin.config_file import Configuration, checked_parts, load
from tocsin.doctor.finding import Finding
from tocsin.doctor.installed import AGAIN
from tocsin.doctor.machine import lives_in_memory
from tocsin.engine.keys import memory_folder
from tocsin.errors import ConfigError, TocsinError, WatchRefused
from tocsin.model import Place
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.watch import compile_watch

FREE_MB = 256
FREE_WISHED_MB = 1024


def examine_configuration(path: Path) -> list[Finding]:
    """Findings about a configuration file; only the first when it does not parse."""
    try:
        setup = load(path)
    except ConfigError as error:
        return [Finding("configuration", "fail", f"{error.path}: {error.problem}", error.remedy)]
    return [
        Finding("configuration", "ok", path.name),
        _parts("sources", setup),
        _parts("sinks", setup),
        _watches(setup),
        examine_store(Path(str(setup.store["path"]))),
        examine_port(str(setup.web["host"]), int(str(setup.web["port"]))),
        examine_keys(str(setup.keys["path"]), Path("/proc/mounts")),
    ]


def _specs(group: str) -> Mapping[str, Spec]:
    """What is installed, by its entry points: plug-ins are strangers here."""
    specs = {}
    for entry in entry_points(group=f"tocsin.{group}"):
        try:
            specs[entry.name] = entry.load().spec
        except Exception:  # Told by the look at the installation; here it is not installed.
            continue
    return specs


def _parts(section: str, setup: Configuration) -> Finding:
    parts = setup.sources if section == "sources" else setup.sinks
    try:
        checked_parts(section, parts, _specs(section))
    except ConfigError as error:
        return Finding(section, "fail", f"{error.path}: {error.problem}", error.remedy)
    if not parts and section == "sources":
        remedy = "Name at least one [sources.NAME]; tocsin init shows how."
        return Finding(section, "fail", "none", remedy)
    return Finding(section, "ok", ", ".join(sorted(parts)) or "none; the page is always there")


def _watches(setup: Configuration) -> Finding:
    if not setup.watches:
        remedy = "Add a [[watches]] table; without one nothing is sent."
        return Finding("watches", "warn", "none", remedy)
    try:
        gazetteer = Gazetteer.load()
    except TocsinError:
        return Finding("watches", "fail", "no gazetteer to place them by", AGAIN)

    def find(name: str) -> list[Place]:
        return [gazetteer.place(index) for index in gazetteer.find(name)]

    for number, table in enumerate(setup.watches, start=1):
        try:
            compile_watch(table, hazard_ids(), find, setup.channels)
        except WatchRefused as refused:
            found = f"number {number}: {refused.reason}"
            return Finding("watches", "fail", found, refused.suggestion)
    return Finding("watches", "ok", f"{len(setup.watches)} compile")


def examine_store(path: Path) -> Finding:
    """Whether the store can be written, and has room."""
    folder = path.absolute().parent
    if not folder.is_dir():
        return Finding("store", "fail", "its folder does not exist", "Create the folder.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        remedy = "Give Tocsin write access to the file and its folder."
        return Finding("store", "fail", "cannot be written", remedy)
    free_mb = shutil.disk_usage(folder).free // 2**20
    found = f"writable, {free_mb} MB free"
    if free_mb < FREE_MB:
        return Finding("store", "fail", found, f"Free at least {FREE_MB} MB there.")
    if free_mb < FREE_WISHED_MB:
        return Finding("store", "warn", found, f"Free {FREE_WISHED_MB} MB there for a calm month.")
    return Finding("store", "ok", found)


def examine_port(host: str, port: int) -> Finding:
    """Whether the page may listen there. Port 0 is always free."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return Finding("port", "fail", "[web] host is no address", "Write 127.0.0.1.")
    if not parsed.is_loopback:
        remedy = "Write 127.0.0.1 and put a proxy that asks who comes in front of it."
        return Finding("port", "fail", "[web] host is open to others, without a sign-in", remedy)
    family = socket.AF_INET6 if parsed.version == 6 else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            remedy = "Stop what listens there, or choose another [web] port (0 takes a free one)."
            return Finding("port", "fail", f"{port}: {error.strerror}", remedy)
    return Finding("port", "ok", f"{port} is free" if port else "any free one")


def examine_keys(path: str, mounts: Path) -> Finding:
    """Whether voice keys are kept in memory only (contract P4).

    Without a path they lie in the system's own memory-backed folder, so that a restart within
    the window keeps them.
    """
    folder = Path(path).resolve() if path else memory_folder().resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        remedy = "Create the folder for Tocsin alone (mode 700), or leave [keys] path empty."
        return Finding("keys", "fail", "its folder cannot be written", remedy)
    try:
        table = mounts.read_text(encoding="utf-8")
    except OSError:
        table = ""
    if lives_in_memory(folder, table):
        return Finding("keys", "ok", "in memory")
    remedy = "Use a folder on tmpfs, such as one under /run: on a disk a key outlives its end."
    return Finding("keys", "warn", "not known to be in memory", remedy)
