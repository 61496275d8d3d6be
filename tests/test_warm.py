"""A start finds kernels whoever compiled them; where nothing may be kept it still runs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tocsin
from tocsin import compiled
from tocsin.engine.warm_detect import invented_batch, removals_of, warm_detect

ALONE = """
import sys
from tocsin.compiled import is_kept, kernel
@kernel
def doubled(values):
    return values * 2
import numpy as np
sys.stdout.write(f"{doubled(np.arange(3)).tolist()} {is_kept(doubled)}")
"""


def test_detection_is_brought_to_alerts_by_its_own_reports():
    assert warm_detect() >= 2


def test_what_is_taken_back_stands_behind_its_batch():
    batch = invented_batch(5, 0, 1, 0, 1_700_000_000_000)
    gone = removals_of(batch, [1, 3], False, batch)
    assert gone.post[:, 0].tolist() == batch.post[[1, 3]].tolist() and not gone.voice.any()
    assert gone.before.tolist() == [5, 5]
    closed = removals_of(batch, [2], True, batch)
    assert closed.voice[0, 0] == batch.voice[2, 0] and not closed.post.any()


@pytest.mark.parametrize("where", ["file", "folder"])
def test_a_kernel_is_kept_where_that_is_possible_and_runs_where_not(tmp_path, where):
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    cache = tmp_path / "cache"
    if where == "file":
        # No locator of a cache takes a path that is no folder, as on a read-only system.
        cache.write_text("")
        (tmp_path / "__pycache__").write_text("")
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(cache) if where == "folder" else "",
        "NUMBA_CACHE_LOCATOR_CLASSES": "" if where == "folder" else "InTreeCacheLocator",
        "PYTHONPATH": str(Path(tocsin.__file__).parent.parent),
        "TOCSIN_COMPILER": "",
    }
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True
    )
    kept = "True" if where == "folder" else "None"
    assert done.stdout == f"[0, 2, 4] {kept}"


def test_what_was_never_compiled_cannot_be_kept():
    assert compiled.is_kept(np.sum) is None
