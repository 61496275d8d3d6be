"""Lines of JSON in a file are whole, synced, bounded, and never written through a link."""

import json

import pytest

from invented_events import NOON_MS, alert
from tocsin.clock import HeldClock
from tocsin.errors import ConfigError, SinkBusy
from tocsin.sinks.json_lines import JsonLinesSink


def sink(path, **settings):
    table = {"path": str(path), **settings}
    return JsonLinesSink(JsonLinesSink.spec.checked("sinks.x", table), HeldClock(NOON_MS))


def keys(path):
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


def test_alerts_become_lines_that_only_the_owner_reads(tmp_path):
    path = tmp_path / "alerts.jsonl"
    to = sink(path)
    assert to.send([alert("a"), alert("b")], NOON_MS).accepted == 2
    assert to.send([], NOON_MS).accepted == 0
    assert to.send([alert("c")], NOON_MS).accepted == 1
    to.close()
    to.close()
    assert keys(path) == [alert(n).key for n in "abc"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert "not an official warning" in path.read_text().splitlines()[0]
    assert str(tmp_path) not in repr(to)


def test_a_line_cut_by_a_crash_spoils_no_other(tmp_path):
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"key": "cut')
    sink(path).send([alert()], NOON_MS)
    cut, whole = path.read_text().splitlines()
    assert cut == '{"key": "cut'
    assert json.loads(whole)["key"] == alert().key


@pytest.mark.parametrize(("keep", "left"), [(2, ["d", "c", "b"]), (0, ["d"])])
def test_files_are_bounded_and_the_oldest_goes(tmp_path, keep, left):
    path = tmp_path / "alerts.jsonl"
    to = sink(path, size_mb=0.001, keep=keep)
    for name in "abcd":
        to.send([alert(name)], NOON_MS)
    kept = [path, *(tmp_path / f"alerts.jsonl.{n}" for n in range(1, keep + 1))]
    assert [keys(file) for file in kept] == [[alert(n).key] for n in left]
    assert len(list(tmp_path.iterdir())) == keep + 1


def test_trouble_with_the_disk_is_busy_and_says_what_to_do(tmp_path):
    with pytest.raises(SinkBusy, match=r"No such file.*Make room"):
        sink(tmp_path / "none" / "a.jsonl").send([alert()], NOON_MS)
    (tmp_path / "folder").mkdir()
    with pytest.raises(SinkBusy):
        sink(tmp_path / "folder").send([alert()], NOON_MS)
    (tmp_path / "target").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(SinkBusy):
        sink(tmp_path / "link").send([alert()], NOON_MS)
    assert (tmp_path / "target").read_text() == ""
    with pytest.raises(ConfigError):
        sink("")
