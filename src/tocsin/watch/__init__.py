"""Watches compile into hazards and places, and match event revisions."""
