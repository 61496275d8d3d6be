"""The configuration file: read whole, checked against one table, refused with a remedy."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tocsin.config import Field, Spec, Value
from tocsin.config_file.settings import CHANNEL_FIELDS, SETTINGS
from tocsin.errors import ConfigError

FILE_BYTES = 1 << 20
WATCHES = 10_000
PAGE = "page"
"""The one channel that needs no sink: its alerts are read on the page and in the stream."""

_TABLES = (*SETTINGS, "sources", "sinks", "channels", "watches")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_FLOORS = (
    (re.compile(r"(min_|k_|sensitive_)?(k|voices|sensitive|authors)(_min|_floor)?"), "P3"),
    (re.compile(r"(retention|retain|ttl|key_life|rotation|rotate)(_\w+)?"), "P4, P9"),
    (re.compile(r"(min_)?(geofence|grid|cell|min_radius|radius_min)(_\w+)?"), "P8"),
    (re.compile(r"(no_|disable_|skip_)(mask|assembly|contract|deletes?|opt_?outs?)(_\w+)?"), "P16"),
)


class Part(msgspec.Struct, frozen=True):
    """One configured source or sink: its type, and its settings not yet held to a spec."""

    type: str
    settings: dict[str, Any]

    def __repr__(self) -> str:
        """Type and names only: a value may be a secret."""
        return f"Part({self.type!r}, {sorted(self.settings)})"


class Configuration(msgspec.Struct, frozen=True):
    """A checked file: settings of every section with defaults, and the parts by name."""

    engine: dict[str, Value]
    web: dict[str, Value]
    store: dict[str, Value]
    keys: dict[str, Value]
    sources: dict[str, Part]
    sinks: dict[str, Part]
    watches: tuple[dict[str, Any], ...]
    """Raw tables; `tocsin.watch.compile_watch` gives them meaning."""
    policies: dict[str, dict[str, Value]] = {}
    """How each sink may be spoken to, by channel, with defaults; one entry for every sink."""
    watchdog: dict[str, Value] = {}

    @property
    def channels(self) -> tuple[str, ...]:
        """Names a watch may give as its channel."""
        return tuple(sorted({PAGE, *self.sinks}))


def load(path: str | Path) -> Configuration:
    """Read and check a file. Raises ConfigError with the setting's path and what to write."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(path.name, "no such file", "Write one with: tocsin init.") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ConfigError(path.name, problem, "Give Tocsin read access to it.") from None
    if len(raw) > FILE_BYTES:
        raise ConfigError(path.name, f"larger than {FILE_BYTES} bytes", "Take something out.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(path.name, f"line {line} is not UTF-8", "Save it as UTF-8.") from None
    return parse(text, path.name)


def parse(text: str, name: str = "configuration") -> Configuration:
    """Check the text of a file called `name`. Raises ConfigError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(name, f"no valid TOML: {error}", "Correct that line.") from None
    except RecursionError:
        raise ConfigError(name, "nested too deeply", "Settings are at most lists.") from None
    _refuse_endless(tables, name, 0)
    for key in tables:
        if key not in _TABLES:
            raise _unknown(key, key, _TABLES)
    sections = {n: _section(n, tables.get(n, {}), known) for n, known in SETTINGS.items()}
    sinks = _parts("sinks", tables.get("sinks", {}))
    return Configuration(
        **sections,
        sources=_parts("sources", tables.get("sources", {})),
        sinks=sinks,
        watches=_watches(tables.get("watches", [])),
        policies=_policies(tables.get("channels", {}), tuple(sinks)),
    )


def checked_parts(
    section: str, parts: Mapping[str, Part], specs: Mapping[str, Spec]
) -> dict[str, tuple[str, dict[str, Value]]]:
    """Type and settings of each part, defaults filled in, held against the specs installed.

    `section` is "sources" or "sinks". Raises ConfigError.
    """
    checked: dict[str, tuple[str, dict[str, Value]]] = {}
    for name, part in parts.items():
        path = f"{section}.{name}"
        if part.type not in specs:
            remedy = f"Choose one of: {', '.join(sorted(specs)) or 'none installed'}."
            raise ConfigError(f"{path}.type", "no such type is installed", remedy)
        checked[name] = (part.type, specs[part.type].checked(path, part.settings))
    return checked


def _refuse_endless(value: Any, path: str, depth: int) -> None:
    """TOML knows nan, inf and numbers of any length; no setting does."""
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_endless(inner, key if depth == 0 else f"{path}.{key}", depth + 1)
    elif isinstance(value, list):
        for position, inner in enumerate(value, start=1):
            _refuse_endless(inner, f"{path}[{position}]", depth + 1)
    elif isinstance(value, (int, float)) and not abs(value) < 2**63:
        raise ConfigError(path, "no finite number", "Give a number of usual size.")


def _policies(tables: Any, sinks: tuple[str, ...]) -> dict[str, dict[str, Value]]:
    """Settings of every channel that has a sink; the page has none, it hides nothing."""
    if not isinstance(tables, dict):
        raise ConfigError("channels", "expected tables", "Write [channels.NAME].")
    for name in tables:
        if name not in sinks:
            raise _unknown(f"channels.{name}", name, sinks)
    found = {n: _section(f"channels.{n}", tables.get(n, {}), CHANNEL_FIELDS) for n in sinks}
    for name, policy in found.items():
        target = policy["escalate_to"]
        if target and (target == name or target not in sinks):
            raise ConfigError(
                f"channels.{name}.escalate_to", "no other sink", "Name another [sinks.NAME]."
            )
    return found


def _section(name: str, table: Any, known: tuple[Field, ...]) -> dict[str, Value]:
    if not isinstance(table, dict):
        raise ConfigError(name, "expected a table", f"Write [{name}] on a line of its own.")
    fields = {field.name: field for field in known}
    for key in table:
        if key not in fields:
            raise _unknown(f"{name}.{key}", key, tuple(fields))
    settings: dict[str, Value] = {}
    for key, field in fields.items():
        if key in table:
            settings[key] = field.checked(f"{name}.{key}", table[key])
        elif field.default is not None:
            settings[key] = field.default
    return settings


def _parts(section: str, table: Any) -> dict[str, Part]:
    if not isinstance(table, dict):
        raise ConfigError(section, "expected tables", f"Write [{section}.NAME].")
    parts: dict[str, Part] = {}
    for name, settings in table.items():
        path = f"{section}.{name}"
        if not isinstance(settings, dict):
            raise ConfigError(path, "expected a table", f"Write [{path}] on a line of its own.")
        if not _NAME.fullmatch(name):
            raise ConfigError(path, "no valid name", "Use small letters, digits, - and _ (32).")
        if section == "sinks" and name == PAGE:
            raise ConfigError(path, "this channel is built in", "Choose another name.")
        for key in settings:
            _refuse_floor(f"{path}.{key}", key)
        kind = settings.get("type", name)
        if not isinstance(kind, str):
            raise ConfigError(f"{path}.type", "expected str", f"Name a type of {section}.")
        parts[name] = Part(kind, {k: v for k, v in settings.items() if k != "type"})
    return parts


def _watches(tables: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError("watches", "expected a list of tables", "Write [[watches]] above each.")
    if len(tables) > WATCHES:
        raise ConfigError("watches", f"more than {WATCHES}", "Widen some and drop the others.")
    for position, table in enumerate(tables, start=1):
        for key in table:
            _refuse_floor(f"watches[{position}].{key}", key)
    return tuple(tables)


def _unknown(path: str, key: str, known: tuple[str, ...]) -> ConfigError:
    _refuse_floor(path, key)
    near = difflib.get_close_matches(key, known, n=1)
    remedy = f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(known)}."
    return ConfigError(path, "unknown key", remedy)


def _refuse_floor(path: str, key: str) -> None:
    """Floors of the contract are constants; asking for less is answered out loud (P16)."""
    for pattern, clause in _FLOORS:
        if pattern.fullmatch(key.casefold()):
            raise ConfigError(
                path,
                f"a constant of the privacy contract ({clause}), not a setting",
                "Take the line out; no configuration goes below the floors.",
            )
