"""The command line teaches, answers in JSON when asked, and never crashes on bad input."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from streams import START_MS, burst, chatter, frames, merged
from tocsin.cli import app as command_line
from tocsin.clock import HOUR_MS

COMMANDS = ("demo", "init", "doctor", "run", "replay", "explain", "score")
TEACHES = {
    "demo": "No account and no network", "init": "tocsin doctor", "doctor": "status 1",
    "run": "until interrupted", "replay": "Example: tocsin replay",
    "explain": "Example: tocsin explain", "score": "Example: tocsin score",
}  # fmt: skip


class Said:
    """What a command said and how it ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, " ".join(err.split())

    @property
    def json(self):
        return msgspec.json.decode(self.out)


@pytest.fixture
def tocsin(monkeypatch, capsys, tmp_path):
    """Runs the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(command_line, "quieten", lambda: None)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["tocsin", *map(str, words)])
        try:
            command_line.main()
            status = 0
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return Said(status, told.out, told.err)

    return run


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "night.jsonl"
    rows = merged(chatter(5), burst(START_MS + 4 * HOUR_MS))
    path.write_bytes(b"\n".join(frames(rows)))
    return path


def test_help_lists_every_command_and_where_to_begin(tocsin):
    said = tocsin("--help")
    assert said.status == 0
    for command in COMMANDS:
        assert command in said.out
    assert "Begin with: tocsin demo" in said.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_teaches(tocsin, command):
    said = tocsin(command, "--help")
    assert said.status == 0
    assert TEACHES[command] in " ".join(said.out.split())
    assert "--json" in said.out


def test_no_arguments_show_the_help(tocsin):
    said = tocsin()
    assert "Begin with: tocsin demo" in said.out + said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_ends_with_two(tocsin, command):
    said = tocsin(command, "--no-such-option")
    assert said.status == 2
    assert "No such option" in said.err


def test_an_unknown_command_ends_with_two(tocsin):
    assert tocsin("follow").status == 2


def test_version(tocsin):
    assert tocsin("--version").out.startswith("tocsin ")


def test_replay_writes_events_and_says_so_in_one_line(tocsin, recording, tmp_path):
    said = tocsin("replay", recording, "--out", "events.jsonl")
    assert said.status == 0
    assert "1 events in 2 revisions" in said.err
    assert said.out == ""
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line)["phase"] for line in lines] == ["reported", "resolved"]


def test_replay_sums_up_in_json(tocsin, recording):
    said = tocsin("replay", recording, "--json")
    found = said.json
    assert (found["events"], found["revisions"], found["out"]) == (1, 2, "events.jsonl")
    refused = sum(
        count for name, count in found.items()
        if name not in ("received", "admitted", "events", "revisions", "seconds", "out")
    )  # fmt: skip
    assert found["received"] == found["admitted"] + refused


def test_replay_again_gives_the_same_bytes(tocsin, recording, tmp_path):
    tocsin("replay", recording, "--out", "a.jsonl")
    tocsin("replay", recording, "--out", "b.jsonl")
    tocsin("replay", recording, "--out", "c.jsonl", "--seed", "9")
    one, two, three = ((tmp_path / f"{name}.jsonl").read_bytes() for name in "abc")
    assert one == two != three


def test_replay_writes_assignments_when_asked(tocsin, recording, tmp_path):
    with pytest.warns(UserWarning, match="outside the privacy contract"):
        said = tocsin("replay", recording, "--assignments", "rows.parquet")
    assert said.status == 0
    assert (tmp_path / "rows.parquet").stat().st_size > 0


def bad_inputs(folder):
    """Name and arguments of everything a hurried hand may type."""
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / "notes.txt").write_text("nothing")
    (folder / "broken.jsonl.gz").write_bytes(b"no gzip")
    (folder / "broken.parquet").write_bytes(b"no parquet")
    (folder / "folder.jsonl").mkdir()
    (folder / "good.jsonl").write_bytes(b"{}\n")
    (folder / "torn.toml").write_text("[engine\n")
    (folder / "odd.toml").write_text("[engine]\nstep_s = 'soon'\n")
    (folder / "strange.toml").write_text("[sources.x]\ntype = 'carrier pigeon'\n")
    (folder / "latin.txt").write_bytes(b"\xe9t\xe9")
    return {
        "a missing recording": ("replay", "missing.jsonl"),
        "an empty recording": ("replay", "empty.jsonl"),
        "an unknown kind": ("replay", "notes.txt"),
        "a folder as recording": ("replay", "folder.jsonl"),
        "a torn gzip": ("replay", "broken.jsonl.gz"),
        "a torn parquet": ("replay", "broken.parquet"),
        "a result folder that is not there": ("replay", "good.jsonl", "--out", "no/such/x.jsonl"),
        "a result that is a folder": ("replay", "good.jsonl", "--out", "folder.jsonl"),
        "assignments that cannot be written": (
            "replay", "good.jsonl", "--assignments", "notes.txt/rows.parquet"),
        "missing bulletins": ("replay", "good.jsonl", "--bulletins", "missing.xml"),
        "a missing configuration": ("run", "--config", "missing.toml"),
        "a torn configuration": ("run", "--config", "torn.toml"),
        "a setting of the wrong type": ("run", "--config", "odd.toml"),
        "a source of no known type": ("run", "--config", "strange.toml"),
        "nothing to explain": ("explain",),
        "a missing file to explain": ("explain", "--file", "missing.txt"),
        "a text that is no UTF-8": ("explain", "--file", "latin.txt"),
        "a configuration that is there": ("init", "odd.toml"),
        "a configuration in a file": ("init", "notes.txt/tocsin.toml"),
    }  # fmt: skip


@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input_is_told_with_what_to_do(tocsin, tmp_path, as_json):
    for name, words in bad_inputs(tmp_path).items():
        said = tocsin(*words, *(["--json"] if as_json else []))
        assert said.status == 2, (name, said.err, said.out)
        assert said.err.startswith("tocsin: "), (name, said.err)
        # An instruction: a sentence on what is wrong, and one on what to do.
        assert len(said.err) > 40 and said.err.rstrip().endswith((".", ")", ".]")), (name, said.err)
        assert "Traceback" not in said.err
        if as_json:
            assert list(said.json) == ["error"], name


def test_rows_of_the_wrong_columns_are_counted_not_fatal(tocsin, tmp_path):
    (tmp_path / "odd.jsonl").write_bytes(b'{"when":1,"who":2}\n[]\n\xff\n{"text":"fire"}\n' * 5)
    found = tocsin("replay", "odd.jsonl", "--json").json
    assert (found["received"], found["admitted"], found["events"]) == (20, 0, 0)


def test_parquet_of_the_wrong_columns_is_told(tocsin, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"when": [1], "what": ["fire"]}), tmp_path / "odd.parquet")
    said = tocsin("replay", "odd.parquet")
    assert said.status == 2
    assert "created_at" in said.err


def test_explain_in_words_and_in_json(tocsin, tmp_path):
    text = "Strong earthquake felt in Lima right now"
    assert "earthquake" in tocsin("explain", text).out
    found = tocsin("explain", text, "--json").json
    assert [hazard["key"] for hazard in found["hazards"]] == ["earthquake"]
    assert found["places"] == ["Lima"]
    (tmp_path / "two.txt").write_text(f"{text}\nnice weather\n", encoding="utf-8")
    lines = tocsin("explain", "--file", "two.txt", "--json").out.splitlines()
    assert [bool(msgspec.json.decode(line)["hazards"]) for line in lines] == [True, False]


@pytest.mark.parametrize("text", ["", " ", "[bold]fire[/bold]", "[/]", "\ud800", "🔥" * 5_000])
def test_explain_takes_any_text(tocsin, text):
    assert tocsin("explain", text, "--json").status == 0
    assert tocsin("explain", text).status == 0


def test_init_writes_once_and_again_only_by_force(tocsin, tmp_path):
    assert tocsin("init", "--json").json == {"written": "tocsin.toml"}
    assert tocsin("init").status == 2
    assert tocsin("init", "--force").status == 0
    assert "[sources.jetstream]" in (tmp_path / "tocsin.toml").read_text()


def test_doctor_answers_in_json(tocsin):
    said = tocsin("doctor", "--json")
    assert said.status in (0, 1)
    assert {"what", "state", "found", "remedy"} <= set(said.json[0])


def test_an_error_reaches_the_shell_as_status_two(tmp_path):
    ran = subprocess.run(
        [Path(sys.executable).with_name("tocsin"), "replay", "missing.jsonl"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "missing.jsonl" in ran.stderr
    assert "Traceback" not in ran.stderr
