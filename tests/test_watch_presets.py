"""Presets compared on a stream: right and false alerts told apart, and the wait for each."""

import re
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest

from invented_events import event
from tocsin.clock import parse_time_ms, rfc3339
from tocsin.eval.preset_page import page, picture
from tocsin.eval.presets import compare_small, compared
from tocsin.eval.replaying import Replayed
from tocsin.eval.small_stream import small
from tocsin.eval.stream import Part
from tocsin.watch.backtest import PRESETS
from watch_command import tocsin as tocsin  # a fixture


def told(stream):
    """One event on each of two plants and one on nothing, as if an engine had reported them."""
    rows, plan = stream.rows, stream.plan
    assigned = [None] * rows.size
    events, then = [], {}
    background = np.flatnonzero(rows.part == Part.BACKGROUND)
    late = background[rows.time_ms[background] > plan.scored_from_ms][:40]
    planted = [np.flatnonzero((rows.part == Part.PLANT) & (rows.member == n)) for n in (0, 1)]
    for number, own in enumerate([*planted, late]):
        name = event(f"p{number}x").event_id
        at_ms = int(rows.time_ms[own].max()) + 60_000
        for row in own.tolist():
            assigned[row] = name
        then[name] = np.asarray(own, np.int64)
        first = event(name, 1, at=rfc3339(at_ms), confidence=0.55)
        events += [first, event(name, 2, at=rfc3339(at_ms + 600_000), confidence=0.8)]
        if number == 0:
            official = {"tier": "official", "confidence": 0.95}
            events.append(event(name, 3, at=rfc3339(at_ms + 3_600_000), **official))
    return Replayed(sorted(events, key=lambda of: of.at), assigned, then)


@pytest.fixture(scope="module")
def found():
    return compared([small(0)], lambda said: None, told)


def test_right_and_false_alerts_are_told_apart_and_waits_are_measured(found):
    green = {of.evidence: of for of in found.choices[:3]}
    assert tuple(green) == PRESETS
    assert [(green[p].told, green[p].right) for p in PRESETS] == [(3, 2), (3, 2), (1, 1)]
    assert green["fast"].precision == round(2 / 3, 4) and green["confirmed"].precision == 1.0
    assert [green[p].behind_s for p in PRESETS] == [0.0, 600.0, 3_600.0]
    assert (green["balanced"].found, green["confirmed"].found) == (2, 1)
    assert green["fast"].planted == len(small(0).plan.plants)
    low, high = green["fast"].interval
    assert low < 2 / 3 < high
    assert found.trial.chosen.evidence == "balanced" and found.trial.revisions == 7


def test_a_delay_runs_from_the_fifth_post_that_names_the_hazard(found):
    stream = small(0)
    first = [at for at in (of.delay_s for of in found.choices[:3]) if at is not None]
    assert len(first) == 3 and first[2] >= first[0] > 0
    only = told(stream)
    begin_ms = min(parse_time_ms(of.at) for of in only.events)
    assert begin_ms > stream.plan.scored_from_ms


def test_the_page_and_the_picture_show_every_choice(found):
    text = page(found, "2026-01-01", "tocsin watch presets --small", "presets.svg")
    assert text.count("\n| fast | green") == 5 and "presets.svg" in text
    assert "any hazard, anywhere" in text
    drawn = picture(found.choices)
    root = ElementTree.fromstring(drawn)
    labels = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    planted = found.choices[0].planted
    for choice in found.choices[:3]:
        assert f"{choice.evidence}, green ({choice.found} of {planted} found)" in labels
    for x, y in re.findall(r'c[xy]="([\d.]+)" c?y?="?([\d.]+)', drawn):
        assert 0 <= float(x) <= 640 and 0 <= float(y) <= 400
    alone = msgspec.structs.replace(found.choices[0], told=0, precision=None, behind_s=None)
    assert ElementTree.fromstring(picture([alone])) is not None


def test_without_a_stream_there_is_nothing_to_compare():
    with pytest.raises(ValueError, match="no stream"):
        compared([], lambda said: None, told)


def test_the_small_stream_is_compared_by_the_command_as_by_the_engine(tocsin, tmp_path):
    status, out, _ = tocsin("presets", "--small", "--json")
    assert status == 0
    said = msgspec.json.decode(out)
    again = msgspec.json.decode(msgspec.json.encode(compare_small(1)))
    assert said == again
    fast, balanced, confirmed = said["choices"][:3]
    assert fast["found"] == fast["planted"] == 6
    assert fast["behind_s"] == 0 <= balanced["behind_s"] <= confirmed["behind_s"]
    assert tocsin("presets", "--small", "--out", "no/such/folder.md")[0] == 2
    assert tocsin("presets", "--small", "--out", "made.md")[0] == 0
    assert (tmp_path / "made.svg").read_text("utf-8").startswith("<svg")
