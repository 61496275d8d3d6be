"""The installation: packages, vocabulary, gazetteer and plug-ins."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, entry_points, requires, version

from tocsin.doctor.finding import Finding
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import load_hazards
from tocsin.vocabulary.pack import contract_hash, load_vocabulary
from tocsin.vocabulary.stored import PATH, state

AGAIN = "Install Tocsin again (make demo does, or pip install --force-reinstall)."


def examine_installation() -> list[Finding]:
    """Findings about what came with Tocsin and what it depends on."""
    return [_packages(), _vocabulary(), _gazetteer(), *_plugins()]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _lacking(requirements: list[str]) -> Iterator[str]:
    """Names of what is absent or too old; extras are nobody's duty."""
    for line in requirements:
        wanted = re.match(r"([A-Za-z0-9_.-]+)\s*(?:>=\s*([0-9.]+))?", line)
        if "extra ==" in line or wanted is None:
            continue
        name, least = wanted.group(1), wanted.group(2) or "0"
        try:
            there = version(name)
        except PackageNotFoundError:
            yield f"{name} is missing"
            continue
        if _numbers(there) < _numbers(least):
            yield f"{name} {there} is older than {least}"


def _packages() -> Finding:
    try:
        requirements = requires("tocsin") or []
    except PackageNotFoundError:
        return Finding("packages", "fail", "Tocsin itself is not installed", AGAIN)
    if lacking := list(_lacking(requirements)):
        return Finding("packages", "fail", "; ".join(lacking), AGAIN)
    return Finding("packages", "ok", f"tocsin {version('tocsin')} and all it needs")


def _vocabulary() -> Finding:
    try:
        load_vocabulary()
        hazards = load_hazards()
    except Exception as error:  # Whatever is wrong with a data file is the finding.
        return Finding("vocabulary", "fail", f"{error}", f"Mend that file. {AGAIN}")
    if not hazards:
        return Finding("vocabulary", "fail", "no hazards in it", AGAIN)
    languages = sorted({lang for hazard in hazards for lang in hazard.wordings})
    found = f"{len(hazards)} hazards in {', '.join(languages)}; contract {contract_hash()}"
    if (held := state()) != "current":
        slow = f"{found}; {PATH.name} is {held}, so every start takes some seconds more"
        return Finding("vocabulary", "warn", slow, AGAIN)
    return Finding("vocabulary", "ok", found)


def _gazetteer() -> Finding:
    try:
        Gazetteer.load()
    except Exception as error:  # Whatever is wrong with the file is the finding.
        return Finding("gazetteer", "fail", f"{error}", AGAIN)
    return Finding("gazetteer", "ok", "loads")


def _plugins() -> list[Finding]:
    """One finding for each source and sink that does not load, or one that all do."""
    found, names = [], []
    for group in ("tocsin.sources", "tocsin.sinks"):
        for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
            kind = group.rpartition(".")[2].removesuffix("s")
            try:
                entry.load()
            except Exception as error:  # A stranger's module may raise anything.
                remedy = "Mend or uninstall the package it comes from."
                found.append(Finding(f"{kind} {entry.name}", "fail", f"{error!r}", remedy))
            else:
                names.append(entry.name)
    return found or [Finding("plug-ins", "ok", ", ".join(names))]
