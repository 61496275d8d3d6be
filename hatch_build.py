"""Builds the table of places and compiles the vocabulary before Tocsin is packed or installed."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes both for wheels and editable installs; a source archive goes without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before files are collected."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        try:
            from tocsin.vocabulary import gazetteer_build, vocabulary_build

            gazetteer_build.build()
            vocabulary_build.build()
        finally:
            sys.path.pop(0)
