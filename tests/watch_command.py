"""Runs `tocsin watch` in this process, in an empty folder."""

import sys

import pytest

from tocsin.cli import app as command_line
from tocsin.cli import screen


@pytest.fixture
def tocsin(monkeypatch, capsys, tmp_path):
    """Runs the command line in this process: (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(command_line, "quieten", lambda: None)
    for console in (screen.result, screen.words):
        # A console measures the terminal once, when it is made.
        monkeypatch.setattr(console, "_width", 200)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["tocsin", "watch", *map(str, words)])
        try:
            command_line.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
