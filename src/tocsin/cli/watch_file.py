"""Watches in a file: TOML or JSON read into tables, and tables written as TOML."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from tocsin.config_file import Configuration
from tocsin.engine.assemble import compile_tables
from tocsin.errors import InputError
from tocsin.model import Watch
from tocsin.store.watches import WATCHES
from tocsin.watch import table_of

FILE_BYTES = 64 << 20
_FORM = "Write [[watches]] above each, as tocsin watch export does."


def read_watches(path: Path, configuration: Configuration) -> list[Watch]:
    """Compiled watches of a file; raises InputError or ConfigError naming the one refused."""
    tables = _tables(path)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"{path.name}: no list of watches. {_FORM}")
    if len(tables) > WATCHES:
        raise InputError(f"{path.name}: more than {WATCHES} watches. Widen some, drop others.")
    return list({watch.id: watch for watch in compile_tables(tables, configuration)}.values())


def _tables(path: Path) -> Any:
    try:
        if path.stat().st_size > FILE_BYTES:
            raise InputError(f"{path.name}: larger than {FILE_BYTES} bytes. Take something out.")
        raw = path.read_bytes()
        if path.suffix == ".json":
            found = msgspec.json.decode(raw)
        else:
            found = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}). {_FORM}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.DecodeError, RecursionError):
        raise InputError(f"{path.name}: neither TOML nor JSON (.json). {_FORM}") from None
    return found.get("watches", []) if isinstance(found, dict) else found


def toml_of(watches: list[Watch]) -> str:
    """The watches as a file that `import` and `apply` read, each under its meaning."""
    parts = []
    for watch in watches:
        lines = [f"# {watch.meaning}", "[[watches]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in table_of(watch).items()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n" if parts else ""


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    # Strings and numbers of JSON are strings and numbers of TOML.
    return msgspec.json.encode(value).decode()
