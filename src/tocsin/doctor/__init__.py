"""Looks at everything Tocsin needs before it starts, and says what to do about what is missing."""

from pathlib import Path

from tocsin.clock import Clock, SystemClock
from tocsin.doctor.configured import examine_configuration
from tocsin.doctor.finding import Finding, State, worst
from tocsin.doctor.installed import examine_installation
from tocsin.doctor.machine import examine_machine
from tocsin.doctor.speed import examine_kernels

__all__ = ["Finding", "State", "examine", "worst"]


def examine(config_path: Path | None = None, clock: Clock | None = None) -> list[Finding]:
    """Everything found, in the order of looking; changes nothing and never raises.

    Without a configuration only the machine and the installation are looked at. Findings are
    plain structs: `msgspec.json.encode` makes JSON of them.
    """
    clock = clock or SystemClock()
    found = [*examine_machine(clock), *examine_installation(), examine_kernels(clock)]
    if config_path is None:
        remedy = "Write one with: tocsin init. The demo needs none."
        return [*found, Finding("configuration", "warn", "none given", remedy)]
    return [*found, *examine_configuration(config_path)]
