"""Sinks as configured: the one place that knows which kinds are installed."""

from tocsin.clock import Clock
from tocsin.config import Spec
from tocsin.config_file import Configuration, checked_parts
from tocsin.sinks import Sink, load_sinks

__all__ = ["Sink", "build_sinks", "sink_specs"]


def sink_specs() -> dict[str, Spec]:
    """What every installed sink says of itself, by type."""
    return {name: kind.spec for name, kind in load_sinks().items()}


def build_sinks(configuration: Configuration, clock: Clock) -> dict[str, Sink]:
    """Configured sinks by channel; raises ConfigError with the path of the setting."""
    kinds = load_sinks()
    parts = checked_parts("sinks", configuration.sinks, sink_specs())
    return {name: kinds[kind](settings, clock) for name, (kind, settings) in parts.items()}
