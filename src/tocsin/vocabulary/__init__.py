"""Hazards, places, facts and senses as data, and how to find them in text."""
