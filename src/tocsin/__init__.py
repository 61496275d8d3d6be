"""Tocsin: an early-warning engine that rates hazards and cannot follow people."""

__version__ = "0.1.0"
