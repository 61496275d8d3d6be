"""The samples in docs/samples are what the code that sends says, in every format and language."""

import runpy
from pathlib import Path

import pytest

from cap_rules import broken
from tocsin.render import LANGS
from tocsin.sinks import load_sinks

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "samples"
FILES = runpy.run_path(str(FOLDER / "write.py"))["files"]()


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_sample_is_what_would_be_sent_today(path):
    there = FOLDER / path
    assert there.exists(), "run: python docs/samples/write.py"
    assert there.read_text("utf-8") == FILES[path], "run: python docs/samples/write.py"


def test_every_format_is_there_in_every_language():
    forms = {path.split("/")[0] for path in FILES if "/" in path} - {"feeds"}
    # Apprise passes on the text, and NATS what a webhook carries.
    assert forms == {*load_sinks(), "text"} - {"apprise", "nats"}
    for form in forms:
        assert {Path(p).stem for p in FILES if p.startswith(f"{form}/")} == set(LANGS)
    left = {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*") if p.suffix in (
        ".json", ".txt", ".html", ".xml", ".jsonl", ".atom", ".geojson")}  # fmt: skip
    assert left == set(FILES) - {"README.md"}, "a sample that nothing writes any more"


@pytest.mark.parametrize("lang", LANGS)
def test_the_withdrawal_is_as_plain_as_the_alert(lang):
    text = FILES[f"text/{lang}.txt"]
    told = dict(part.split(" ===\n", 1) for part in text.split("=== ") if " ===\n" in part)
    assert len(told) == 8
    assert "Almera" in told["reported"] and "Brunntal" in told["withdrawn"]
    assert told["withdrawn"].splitlines()[0] != told["reported-2"].splitlines()[0]


def test_the_cap_samples_keep_the_rules_of_the_specification():
    for lang in LANGS:
        messages = FILES[f"cap/{lang}.xml"].split("<!-- ")[1:]
        assert len(messages) == 8
        for one in messages:
            assert broken(one.split("-->\n", 1)[1].encode()) == [], lang
