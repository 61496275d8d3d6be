"""Bulletins from official feeds, and which event each one corroborates."""

from tocsin.official.corroborate import Corroborator
from tocsin.official.parse import WIRES, Wire, parse, parse_path, sniff

__all__ = ["WIRES", "Corroborator", "Wire", "parse", "parse_path", "sniff"]
