"""A watch that says how it wants to be told is told so by every sink, whatever its channel says."""

import msgspec
import pytest

from invented_events import event, watch
from test_same_facts import FIGURES, WAYS, left
from tocsin.model import Speech
from tocsin.watch import Matcher

ARABIC = watch("ar", lang="ar", zone="Africa/Cairo", units="imperial")


def told(*watches):
    """The alerts of an event with figures, for these watches, through one channel."""
    return Matcher(watches).alerts(event(facts=FIGURES, level="red"))


@pytest.mark.parametrize("name", WAYS)
def test_every_sink_speaks_as_the_watch_says(name, tmp_path):
    (alert,) = told(ARABIC)
    text = left(name, tmp_path, alert, lang="fr", zone="Europe/Paris", units="metric")
    assert "حريق غابات" in text
    assert "EET" in text
    assert "ميل" in text
    assert "feu de forêt" not in text.lower()
    assert " CET" not in text


def test_a_watch_that_says_nothing_is_told_as_the_channel_speaks(tmp_path):
    (alert,) = told(watch("plain"))
    assert alert.speech == Speech()
    text = left("slack", tmp_path, alert, lang="fr", zone="Europe/Paris", units="metric")
    assert "CET" in text and "km/h" in text


def test_two_watches_of_one_channel_may_speak_differently():
    first, second = told(ARABIC, watch("madrid", zone="Europe/Madrid"))
    assert first.speech == Speech("ar", "Africa/Cairo", "imperial")
    assert second.speech == Speech(zone="Europe/Madrid")
    # What is owed is kept with it, and an older message without it is read all the same.
    kept = msgspec.json.encode(first)
    assert msgspec.json.decode(kept, type=type(first)) == first
    older = {k: v for k, v in msgspec.json.decode(kept).items() if k != "speech"}
    assert msgspec.convert(older, type(first)).speech == Speech()
