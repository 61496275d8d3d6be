"""Bulletins from official feeds, and which event each one supports."""
