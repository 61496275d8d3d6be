"""The command line: one module a command, every command with `--json`."""

from tocsin.cli.app import main

__all__ = ["main"]
