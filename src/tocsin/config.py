"""One table of settings: name, default, unit, bounds, help; and the specs built from it."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tocsin.errors import ConfigError

Value = str | int | float | bool | list[str]


class Field(msgspec.Struct, frozen=True):
    """One setting: what it is called, what it may be, and why one would touch it."""

    name: str
    default: Value | None
    help: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] | None = None
    required: bool = False
    secret: bool = False

    def checked(self, path: str, value: Any) -> Value:
        """The value if it may stand here; raises ConfigError with path and remedy."""
        want = type(self.default) if self.default is not None else str
        if want is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, want) or (isinstance(value, bool) and want is not bool):
            raise ConfigError(
                path, f"expected {want.__name__}, got {type(value).__name__}", self.help
            )
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.low is not None and value < self.low:
                raise ConfigError(path, f"{value} is below {self.low}", self._bounds())
            if self.high is not None and value > self.high:
                raise ConfigError(path, f"{value} is above {self.high}", self._bounds())
        if self.choices is not None and value not in self.choices:
            raise ConfigError(path, "unknown value", f"Choose one of: {', '.join(self.choices)}.")
        return value

    def _bounds(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"Give a value from {self.low} to {self.high}{unit}."


class Spec(msgspec.Struct, frozen=True):
    """What a source or sink says of itself: feeds config, doctor, --help and the docs."""

    name: str
    kind: Literal["posts", "bulletins", "sink"]
    summary: str
    fields: tuple[Field, ...] = ()
    example: str = ""
    """A TOML table that works as it stands."""
    family: str = ""
    """Source family for corroboration: posts of one family never confirm each other."""
    deletes: bool = False
    """Whether deletions reach us through it; without them it may not feed the detector."""
    terms: str = ""
    """Terms of the service as read, with the date (contract P11)."""

    def checked(self, path: str, table: Mapping[str, Any]) -> dict[str, Value]:
        """Settings with defaults filled in; raises ConfigError for the first wrong one."""
        known = {field.name: field for field in self.fields}
        for name in table:
            if name not in known:
                raise ConfigError(
                    f"{path}.{name}",
                    "unknown key",
                    f"Known here: {', '.join(sorted(known)) or 'none'}.",
                )
        settings: dict[str, Value] = {}
        for field in self.fields:
            where = f"{path}.{field.name}"
            if field.name in table:
                settings[field.name] = field.checked(where, table[field.name])
            elif field.required:
                raise ConfigError(where, "missing", field.help)
            elif field.default is not None:
                settings[field.name] = field.default
        return settings
