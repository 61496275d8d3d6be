"""Which files the house rules look at."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".git", ".venv", "node_modules", "build", "built", "dist", "__pycache__"}
TEXT = {".py", ".md", ".toml", ".txt", ".cfg", ".js", ".mjs", ".css", ".html", ".json", ".sh",
        ".yml", ".yaml", ".svg", ".jsonl", ".csv", ".tsv", ".xml", ".ts", ".svelte",
        ""}  # fmt: skip


def tracked() -> list[str]:
    """Paths under version control, relative to the root; without git, every file there is."""
    asked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if asked.returncode == 0 and asked.stdout:
        return sorted(path for path in asked.stdout.split("\0") if (ROOT / path).is_file())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not LEFT_OUT & set(path.parts))


def is_text(path: str) -> bool:
    """Whether a file is read by people or machines as text."""
    return Path(path).suffix in TEXT


def read(path: str) -> str:
    """The text of a tracked file."""
    return (ROOT / path).read_text(encoding="utf-8")
