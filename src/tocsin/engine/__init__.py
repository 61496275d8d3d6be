"""Runs sources, pipeline and delivery within bounds, and stops cleanly."""
