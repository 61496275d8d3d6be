"""The configuration file: what may stand in it, how it is read, what a new one looks like."""

from tocsin.config_file.read import PAGE, Configuration, Part, checked_parts, load, parse
from tocsin.config_file.settings import CHANNEL_FIELDS, SETTINGS
from tocsin.config_file.written import reference, template

__all__ = [
    "CHANNEL_FIELDS",
    "PAGE",
    "SETTINGS",
    "Configuration",
    "Part",
    "checked_parts",
    "load",
    "parse",
    "reference",
    "template",
]
