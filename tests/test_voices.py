"""Tags live as long as their key, and keys survive a kill in one piece."""

import os
import signal
import stat
import subprocess
import sys
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import Corruption
from tocsin.gate.voices import (
    LIVE_TAGS,
    WINDOW_MS,
    WINDOWS_KEPT,
    FileKeys,
    Identities,
    SeededKeys,
    Voices,
)
from tocsin.sources import Post

FIRST = 3_000
AUTHOR = "did:plc:inventedheron"


def post(author=AUTHOR, post_id="p1", at_ms=0):
    return Post(author=author, text="", at_ms=at_ms, id=post_id)


def tags_over(windows, keys, author=AUTHOR):
    """Voice tags of one author who posts once in each window."""
    voices = Voices(keys)
    found = []
    for window in windows:
        voices.turn(window * WINDOW_MS)
        found.append(voices.tags(post(author), 0, 0))
    return found


@pytest.fixture(params=["seeded", "file"])
def keys(request, tmp_path):
    return SeededKeys(5) if request.param == "seeded" else FileKeys(tmp_path / "voices.json")


def test_adjacent_windows_share_one_tag_and_distant_ones_none(keys):
    found = [set(tags.voice) - {0} for tags in tags_over(range(FIRST, FIRST + 6), keys)]
    for one, two in pairwise(found):
        assert len(one & two) == 1
    for i, one in enumerate(found):
        for two in found[i + 2 :]:
            assert not one & two


def test_a_voice_is_known_by_the_tag_of_the_window_both_share(keys):
    first, second = tags_over([FIRST, FIRST + 1], keys)
    assert first.voice[0] == second.voice[1]
    assert (first.window, second.window) == (FIRST, FIRST + 1)


@given(st.lists(st.text(max_size=12), min_size=2, max_size=8, unique=True))
@settings(max_examples=50)
def test_authors_have_their_own_tags(authors):
    seen = [tags_over([FIRST], SeededKeys(5), author)[0].voice[0] for author in authors]
    assert len(set(seen)) == len(authors)


def test_posts_without_author_are_voices_of_their_own():
    voices = Voices(SeededKeys(5))
    voices.turn(FIRST * WINDOW_MS)
    found = {voices.tags(post(None, f"p{row}"), 0, row).voice for row in range(5)}
    assert len(found) == 5


def test_families_purposes_and_seeds_share_no_tag():
    voices, others = Voices(SeededKeys(5)), Voices(SeededKeys(6))
    voices.turn(FIRST * WINDOW_MS)
    others.turn(FIRST * WINDOW_MS)
    one = voices.tags(post(post_id=AUTHOR), 0, 0)
    two = voices.tags(post(post_id=AUTHOR), 1, 0)
    three = others.tags(post(post_id=AUTHOR), 0, 0)
    every = [*one.voice, one.post, *two.voice, two.post, *three.voice, three.post]
    assert len(set(every) - {0}) == len([tag for tag in every if tag])


def test_a_removal_finds_its_post_under_every_live_key(keys):
    voices = Voices(keys)
    made = []
    for window in range(FIRST, FIRST + WINDOWS_KEPT):
        voices.turn(window * WINDOW_MS)
        made.append(voices.tags(post(), 0, 0))
    removal = voices.all_tags("0:p1", "post")
    assert len(removal) == LIVE_TAGS
    assert [tags.post for tags in reversed(made)] == removal[:WINDOWS_KEPT]
    assert made[0].voice[0] in voices.all_tags(f"0:{AUTHOR}", "voice")


def test_a_dead_key_makes_no_tag(keys):
    voices = Voices(keys)
    voices.turn(FIRST * WINDOW_MS)
    first = voices.tags(post(), 0, 0)
    voices.turn((FIRST + WINDOWS_KEPT) * WINDOW_MS)
    assert keys.key(FIRST) is None
    assert first.post not in voices.all_tags("0:p1", "post")


def test_time_that_runs_back_makes_no_key_anew(keys):
    voices = Voices(keys)
    voices.turn((FIRST + 5) * WINDOW_MS)
    assert voices.turn(FIRST * WINDOW_MS) == FIRST + 5
    assert keys.key(FIRST) is None


def test_a_restart_keeps_the_tags(tmp_path):
    path = tmp_path / "deep" / "voices.json"
    before = tags_over([FIRST], FileKeys(path))
    assert tags_over([FIRST], FileKeys(path)) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tags_over([FIRST], FileKeys(tmp_path / "other.json")) != before


def test_destroyed_keys_are_gone_from_the_folder(tmp_path):
    path = tmp_path / "voices.json"
    keys = FileKeys(path)
    gone = []
    for window in range(FIRST, FIRST + 8):
        keys.turn(window)
        gone.append(keys.key(window))
    kept = set(gone[-WINDOWS_KEPT:])
    held = b"".join(entry.read_bytes() for entry in tmp_path.iterdir())
    for key in gone:
        assert (key.hex().encode() in held) == (key in kept)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"[]", b"null", b'{"1": 5}', b'{"x": "00"}', b'{"1": "zz"}', b"\xff\xfe",
     b'{"3000": ""}', b'{"3000": "00"}'],
)  # fmt: skip
def test_a_damaged_file_stops_us_with_an_instruction(tmp_path, damaged):
    path = tmp_path / "voices.json"
    path.write_bytes(damaged)
    with pytest.raises(Corruption, match="Delete the file"):
        FileKeys(path)
    assert path.read_bytes() == damaged


KILLED = """
import os, signal, sys
from pathlib import Path
from tocsin.gate import voices
from tocsin.gate.voices import FileKeys
keys = FileKeys(Path(sys.argv[1]))
keys.turn(3000)
print(keys.key(3000).hex(), flush=True)
done, at = [0], int(sys.argv[2])
def dying(call):
    def run(*arguments):
        if done[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        done[0] += 1
        return call(*arguments)
    return run
os.fsync, os.replace = dying(os.fsync), dying(os.replace)
keys.turn(3003)
print(keys.key(3003).hex(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_kill_during_rotation_leaves_the_old_or_the_new_state(tmp_path, at):
    path = tmp_path / "voices.json"
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(at)],
        capture_output=True, text=True, check=False, env=os.environ,
    )  # fmt: skip
    assert ran.returncode == -signal.SIGKILL
    told = ran.stdout.split()
    keys = FileKeys(path)
    table = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    # The second step of a rotation is the rename: a kill before it leaves the old state.
    assert table == ({"3000": told[0]} if at < 2 else {"3003": told[1]})
    assert [entry.name for entry in tmp_path.iterdir()] == ["voices.json"]
    keys.turn(3003)
    assert keys.key(3000) is None


names = st.text(max_size=300)


@given(st.lists(st.tuples(st.one_of(st.none(), names), st.integers(0, 10**12)), max_size=6),
       st.sampled_from(["voice", "post"]), st.integers(0, 3))  # fmt: skip
@settings(max_examples=100)
def test_many_tags_at_once_are_the_ones_made_one_by_one(drawn, purpose, windows):
    voices = Voices(SeededKeys(5))
    voices.turn(50 * WINDOW_MS)
    blobs = [(name or "").encode("utf-8", "replace") for name, _ in drawn]
    end = np.cumsum([len(blob) for blob in blobs], dtype=np.int64)
    begin = np.array(
        [
            -1 if name is None else stop - len(blob)
            for (name, _), blob, stop in zip(drawn, blobs, end, strict=True)
        ],
        np.int64,
    )
    end[begin < 0] = -1
    blob = np.frombuffer(bytearray(b"".join(blobs)), np.uint8)
    row = np.array([row for _, row in drawn], np.int64)
    found = voices.tags_of(Identities(blob, begin, end, row), purpose, 4, windows)
    for (name, at), tags in zip(drawn, found.tolist(), strict=True):
        identity = f"row:{at}" if name is None else f"4:{name}"
        assert tags == voices.all_tags(identity, purpose)[:windows]
