"""What is remembered: events, watches, outbox, cursors; never posts."""

from tocsin.store.connection import StoreUnavailable
from tocsin.store.ledger import Store
from tocsin.store.records import (
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

__all__ = ["Ack", "Judged", "Outcome", "Owed", "Revision", "Silence", "Store",
           "StoreUnavailable", "Stored", "Unsaid", "Verdict", "shrunk"]  # fmt: skip
