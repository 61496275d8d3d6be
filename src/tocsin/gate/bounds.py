"""How much of one text the gate looks at."""

TOKENS_MAX = 4096
"""As many as the longest text has characters: padding must not push a word out of sight (P7)."""
