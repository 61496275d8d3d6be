"""What is remembered: events, outbox, cursors; never posts."""

from tocsin.store.connection import StoreUnavailable
from tocsin.store.ledger import Store
from tocsin.store.records import Ack, Outcome, Owed, Revision, Silence, Unsaid, shrunk

__all__ = ["Ack", "Outcome", "Owed", "Revision", "Silence", "Store", "StoreUnavailable",
           "Unsaid", "shrunk"]  # fmt: skip
