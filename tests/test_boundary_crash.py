"""An error with a post in it, raised at any stage, reaches nobody (contract P17)."""

import json
import os
import subprocess
import sys

import pytest

from boundary.canaries import hatch
from boundary.search import Needles, search
from tocsin.clock import rfc3339

BIRD = hatch(77)[0]
NOON_MS = 1_767_268_800_000
STAGES = {
    "decode": "tocsin.sources.file.FileSource.decode",
    "sieve": "tocsin.gate.sieve.Sieve.named",
    "read": "tocsin.gate.read",
    "admit": "tocsin.gate.admit",
    "detect": "tocsin.detect.lifecycle.Detector.feed",
    "line": "tocsin.pipeline.Pipeline.step",
    "source": "tocsin.sources.file.FileSource.read",
    "source of a thread": "tocsin.sources.synthetic.SyntheticSource.read",
    "store": "tocsin.store.ledger.Store.commit_step",
    "health": "tocsin.web.live.health_of",
}
LIVE = ("source of a thread", "store")
SCRIPT = """
import importlib, sys
path, words = sys.argv.pop(1), sys.argv.pop(1)
holder, _, name = path.rpartition(".")
try:
    place = importlib.import_module(holder)
except ModuleNotFoundError:
    module, _, kind = holder.rpartition(".")
    place = getattr(importlib.import_module(module), kind)
def broken(*arguments, **named):
    post = words
    raise ValueError(f"cannot take {post}")
import tocsin.cli
setattr(place, name, broken)
tocsin.cli.main()
"""
CONFIG = '[web]\nport = 0\n[store]\npath = "a.db"\n[sources.w]\ntype = "synthetic"\n'


@pytest.mark.parametrize("stage", STAGES)
def test_an_error_with_a_post_in_it_says_where_but_not_what(stage, tmp_path):
    words = f"{BIRD.name} @{BIRD.token} writes: strong earthquake in Lima"
    rows = [{"created_at": rfc3339(NOON_MS + n), "author": f"{BIRD.token}{n}", "text": words}
            for n in range(9)]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "tocsin.toml").write_text(CONFIG)
    live = ["run", "--seconds", "2"]
    command = live if stage in (*LIVE, "health") else ["replay", "a.jsonl", "--out", "e.jsonl"]
    temp = tmp_path / "temp"
    temp.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, STAGES[stage], words, *command], cwd=tmp_path,
        capture_output=True, check=False,
        env={**os.environ, "TMPDIR": str(temp), "XDG_RUNTIME_DIR": str(temp)},
    )  # fmt: skip
    needles = Needles()
    for text in BIRD.strings:
        needles.add_text(BIRD.token, text)
    channels = {"stdout": ran.stdout, "stderr": ran.stderr}
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.name != "a.jsonl":
            channels[path.name] = path.read_bytes()
    found = search(channels, needles)
    assert not found, "\n".join(map(str, found))
    if stage != "health":
        assert b"unexpected ValueError" in ran.stderr, ran.stderr
    if stage not in (*LIVE[:1], "health"):
        assert ran.returncode == 70, ran.stderr
