"""The commented file `tocsin init` writes, and the reference page of the settings."""

from tocsin.config import Field, Value
from tocsin.config_file.settings import CHANNEL_FIELDS, SETTINGS

_HEAD = """\
# Tocsin: what it reads, what you want to know, and where it should tell you.
# A line that begins with # is off; the value shown is the default.
"""
_PARTS = """\
# ---- What it reads. The name is yours; type says what it is. ----

# Public posts of Bluesky, over its Jetstream service.
[sources.jetstream]
type = "jetstream"
# Servers to turn to when the first one fails:
# fallback = ["jetstream1.us-east.bsky.network", "jetstream2.us-west.bsky.network"]

# Public posts of one Mastodon server, once its operator has allowed it.
# [sources.social]
# type = "mastodon"
# server = "social.example"
# permission_from = "admin@social.example"
# permission_date = "2025-11-01"

# Earthquakes as the United States Geological Survey publishes them.
[sources.usgs]
type = "usgs"

# ---- What you want to know: hazards, an area, a level; nothing else can be said. ----

# hazards: "any" or a list of keys. place: a name with its country, or lat and lon.
# radius_km: 1 to 20000. min_level: green, yellow or red. channel: a sink, or "page",
# which is the web page and needs none. Or text: the same in your own words, which
# tocsin watch check shows back. evidence: fast, balanced or confirmed.
[[watches]]
hazards = "any"
min_level = "yellow"
channel = "page"

# [[watches]]
# hazards = ["wildfire", "flood"]
# place = "Valencia, Spain"
# radius_km = 80
# min_level = "yellow"
# channel = "ops"

# [[watches]]
# text = "earthquake M5+ Japan or Taiwan"
# evidence = "fast"
# channel = "ops"

# ---- Where it tells you. The name of a sink is the channel of a watch. ----

# [sinks.ops]
# type = "webhook"
# url = "https://alerts.example.org/tocsin"
# secret = "whsec_..."   # 24 bytes or more in base64, known to the receiver
"""
_INTRO = """\
# Settings

Every setting of the configuration file, made from the table the parser uses. A file with
`[[watches]]`, `[sources.NAME]`, `[sinks.NAME]` and `[channels.NAME]` beside these sections is what
`tocsin init` writes.

Floors of the privacy contract (voices per event, life of keys and reports, geofence) are
constants: a line that tries to set one stops the start and says so.
"""


def template() -> str:
    """A commented configuration that works as it stands."""
    lines = [_HEAD]
    for section, fields in SETTINGS.items():
        lines.append(f"[{section}]")
        for field in fields:
            lines.append(f"# {field.help}{_aside(field)}")
            lines.append(f"# {field.name} = {_toml(field.default)}")
        lines.append("")
    return "\n".join((*lines, _PARTS))


def reference() -> str:
    """The text of `docs/reference/settings.md`."""
    lines = [_INTRO]
    sections = {**SETTINGS, "channels.NAME": CHANNEL_FIELDS}
    for section, fields in sections.items():
        lines += [
            f"## [{section}]",
            "",
            "| key | default | bounds | what for |",
            "|---|---|---|---|",
        ]
        for field in fields:
            cells = (f"`{field.name}`", f"`{_toml(field.default)}`", _bounds(field), field.help)
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _aside(field: Field) -> str:
    bounds = _bounds(field)
    return f" ({bounds})" if bounds else ""


def _bounds(field: Field) -> str:
    if field.choices:
        return ", ".join(field.choices)
    if field.low is None or field.high is None:
        return field.unit or ""
    unit = f" {field.unit}" if field.unit else ""
    return f"{field.low:.10g} to {field.high:.10g}{unit}"


def _toml(value: Value | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
