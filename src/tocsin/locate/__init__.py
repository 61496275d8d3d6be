"""Gives an event its origins and prefers one."""
