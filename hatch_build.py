"""Builds the tables of places and vocabulary, and the page, before Tocsin is packed."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STEPS = (
    ("ci", "--no-audit", "--no-fund", "--ignore-scripts"),
    ("run", "build", "--", "--logLevel", "warn"),
)
TIMEOUT_S = 600


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the tables for wheels and editable installs, and the page for wheels."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before files are collected."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        try:
            from tocsin.vocabulary import gazetteer_build, vocabulary_build

            gazetteer_build.build()
            vocabulary_build.build()
        finally:
            sys.path.pop(0)
        # An editable install is for those who work on Tocsin, and they have `make ui`.
        if version == "standard":
            build_page(root)


def build_page(root: Path) -> bool:
    """Build the page unless it is there and newer than its parts; False when it is not to be had.

    Without Node or without a registry the wheel goes out with the plain page alone.
    """
    parts = root / "ui"
    built = root / "src" / "tocsin" / "web" / "built" / "index.html"
    sources = [path for path in (parts / "src").rglob("*") if path.is_file()]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    if built.is_file() and built.stat().st_mtime >= newest:
        return True
    npm = shutil.which("npm")
    if npm is None or not sources:
        return built.is_file()
    for step in STEPS:
        try:
            subprocess.run([npm, *step], cwd=parts, check=True, timeout=TIMEOUT_S)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"The page is not built ({error}): the plain page will serve.", file=sys.stderr)
            return built.is_file()
    return built.is_file()
