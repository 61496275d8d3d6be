"""What is remembered: events, outbox, cursors; never posts."""

from tocsin.store.connection import StoreUnavailable
from tocsin.store.ledger import Store
from tocsin.store.records import Owed, Revision, shrunk

__all__ = ["Owed", "Revision", "Store", "StoreUnavailable", "shrunk"]
