"""Severity, urgency, certainty and level, and on what grounds."""
