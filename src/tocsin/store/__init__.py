"""What is remembered: events, watches, outbox, cursors; never posts."""

from tocsin.store.audit import ROLE, Act, Broken
from tocsin.store.connection import StoreUnavailable
from tocsin.store.corrections import Correction, Tries, median_ms
from tocsin.store.ledger import Store
from tocsin.store.records import (
    OUTCOMES,
    Ack,
    Judged,
    Outcome,
    Owed,
    Revision,
    Silence,
    Stored,
    Unsaid,
    Verdict,
    shrunk,
)

__all__ = ["OUTCOMES", "ROLE", "Ack", "Act", "Broken", "Correction", "Judged", "Outcome",
           "Owed", "Revision", "Silence", "Store", "StoreUnavailable", "Stored", "Tries", "Unsaid",
           "Verdict", "median_ms",
           "shrunk"]  # fmt: skip
