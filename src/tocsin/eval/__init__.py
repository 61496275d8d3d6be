"""Composes streams from labelled data, replays them, scores the events."""
