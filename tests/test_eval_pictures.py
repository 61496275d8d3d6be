"""Pictures of a scorecard: every figure in them comes from the data."""

import xml.etree.ElementTree as ET

import msgspec
import pytest

from tocsin.errors import InputError
from tocsin.eval.pictures import delays, precision_recall, reliability
from tocsin.eval.replaying import Replayed
from tocsin.eval.report import earlier, markdown
from tocsin.eval.scorecard import score

_SVG = "{http://www.w3.org/2000/svg}"


def dots(text):
    return ET.fromstring(text).findall(f".//{_SVG}circle")


def test_a_dot_lies_where_what_was_stated_met_what_was_right():
    pairs = [(0.8, True)] * 3 + [(0.8, False)] + [(0.2, False)] * 2
    low, high = dots(reliability(pairs))
    assert float(low.get("cx")) < float(high.get("cx"))
    assert float(low.get("cy")) > float(high.get("cy"))
    assert [d.find(f"{_SVG}title").text for d in (low, high)] == ["2 events", "4 events"]


def test_the_curve_of_delays_ends_at_everything():
    text = delays([-5.0, 30.0, 90.0, 2_000.0])
    assert "n = 4" in text
    paths = ET.fromstring(text).findall(f".//{_SVG}path[@class='run']")
    assert len(paths) == 2 * 4 + 1
    heights = [float(p.get("d").split()[-1]) for p in paths]
    assert heights == sorted(heights, reverse=True)


def test_each_kind_of_stream_has_its_dot():
    card = score(None, seeds=1, streams=("small",), through=_nothing)
    assert dots(precision_recall(card.streams)) == []
    one = card.streams[0]
    told = msgspec.structs.replace(
        one,
        plants=tuple(msgspec.structs.replace(p, found=True) for p in one.plants),
    )
    (dot,) = dots(precision_recall([told]))
    assert dot.find(f"{_SVG}title").text == "small: 6 of 6, 6 told"


def test_an_earlier_scorecard_stands_beside(tmp_path):
    card = score(None, seeds=1, streams=("small",), through=_nothing)
    then = tmp_path / "then.json"
    then.write_bytes(msgspec.json.encode({"lines": [{"key": "recall_small", "reached": "0.42"}]}))
    page = markdown(card, "2026-01-01", earlier(then))
    (row,) = [line for line in page.splitlines() if "recall, small" in line]
    assert row.split(" | ")[3:5] == ["0.42", "0.000 (0/6) [0.00, 0.39]"]
    assert len({line.count("|") for line in page.splitlines() if "≥ " in line}) == 1
    then.write_text("{}")
    with pytest.raises(InputError, match="no scorecard"):
        earlier(then)


def _nothing(stream):
    return Replayed([], [None] * stream.rows.size)
