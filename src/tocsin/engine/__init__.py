"""Runs sources, pipeline and delivery within bounds, and stops cleanly."""

from tocsin.engine.replay import ReplayResult, replay

__all__ = ["ReplayResult", "replay"]
