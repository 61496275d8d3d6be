"""What is remembered: events, outbox, cursors; never posts."""
