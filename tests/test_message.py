"""One alert in six languages: the same facts, both clocks, and never mistaken for the authority."""

import re
import string
from zoneinfo import ZoneInfo

import msgspec
import pytest

from invented_events import ALMERA, NOON_MS, alert
from tocsin.clock import rfc3339
from tocsin.errors import ConfigError
from tocsin.model import BulletinRef, Fact, Place
from tocsin.render import LANGS, Voice, digest_text, message
from tocsin.render.message import DIGEST_EVENTS, clean, local_and_utc
from tocsin.render.phrases import phrases
from tocsin.vocabulary.facts import FACT_KINDS
from tocsin.vocabulary.hazards import load_hazards


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_says_all_there_is(lang):
    facts = tuple(Fact(kind.key, 1234.0, 5678.0, None, "x") for kind in FACT_KINDS[:3])
    said = message(alert(facts=facts), Voice(lang))
    words = phrases(lang)
    label = {h.key: h for h in load_hazards()}["wildfire"].labels[lang]
    for part in (label, "Almera", words.levels["yellow"], words.tiers["unconfirmed"], words.note):
        assert part in said.text()
    digits = re.sub(r"[^0-9]", "", said.text())
    assert all(digits.count(figure) == 3 for figure in ("1234", "5678"))
    assert said.direction == ("rtl" if lang == "ar" else "ltr")


@pytest.mark.parametrize("lang", LANGS)
def test_the_slots_of_a_language_are_the_slots_of_english(lang):
    def slots(of):
        table = msgspec.to_builtins(phrases(of))
        flat = {k: v for k, v in table.items() if isinstance(v, str)}
        for name, inner in table.items():
            if isinstance(inner, dict):
                flat.update({f"{name}.{k}": v for k, v in inner.items()})
        return {k: sorted(f for _, f, _, _ in string.Formatter().parse(v) if f)
                for k, v in flat.items()}  # fmt: skip

    assert slots(lang) == slots("en")


def test_languages_do_not_borrow_sentences():
    for name in ("note", "withdrawn", "corrected", "note_official"):
        assert len({getattr(phrases(lang), name) for lang in LANGS}) == len(LANGS)
    for mode in phrases("en").modes:
        assert len({phrases(lang).modes[mode] for lang in LANGS}) == len(LANGS)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("tier", ["unconfirmed", "corroborated", "official"])
def test_only_an_event_that_stands_on_no_post_goes_without_the_note(lang, tier):
    for origin in ("posts", "both"):
        assert message(alert(origin=origin, tier=tier), Voice(lang)).note == phrases(lang).note
    official = message(alert(origin="official", tier=tier), Voice(lang))
    assert official.note == phrases(lang).note_official


def test_a_withdrawal_and_a_drill_say_so_before_all_else():
    words = phrases("es")
    taken_back = message(alert(kind="withdrawal"), Voice("es"))
    assert taken_back.title.startswith("Retirado: ")
    assert taken_back.urgent == (words.withdrawn,)
    drill = message(alert(drill=True), Voice("es"))
    assert drill.title.startswith("[SIMULACRO] Alerta: ")
    assert drill.urgent == (words.modes["drill"],)
    assert message(alert(phase="resolved", kind="update"), Voice("es")).title.startswith("Termin")


def test_times_are_told_here_and_in_utc():
    at = rfc3339(NOON_MS)
    assert local_and_utc(at, ZoneInfo("Europe/Madrid")) == "2026-11-22 13:00 CET (12:00 UTC)"
    assert local_and_utc(at, ZoneInfo("Asia/Tokyo")) == "2026-11-22 21:00 JST (12:00 UTC)"
    east = "2026-11-23 02:00 +14 (2026-11-22 12:00 UTC)"
    assert local_and_utc(at, ZoneInfo("Pacific/Kiritimati")) == east
    assert local_and_utc(at, ZoneInfo("Europe/London")) == "2026-11-22 12:00 UTC"


def test_what_does_not_exist_is_refused_with_a_remedy():
    with pytest.raises(ConfigError, match="no such language"):
        Voice("xx").checked()
    for zone in ("Nowhere/At_all", "../../etc/passwd", ""):
        with pytest.raises(ConfigError, match="no such time zone"):
            Voice("en", zone).checked()


def test_no_text_carries_marks_that_turn_or_break_a_line():
    name = "Al\u202emera\r\nBcc: x\u2066\x1b[31m"
    place = Place("g", name, "city", None, "ES", 1.0, 2.0, 3.0)
    said = message(alert(place=place), Voice("en"))
    assert "Almera Bcc: x [31m (ES)" in said.title
    assert not re.search(r"[\r\n\x1b\u202e\u2066]", said.title + said.headline)
    assert clean("a" * 500, 10) == "aaaaaaaaa…"


def test_a_digest_is_bounded_and_begins_with_the_worst():
    many = [alert(f"{n}x", level="green") for n in range(DIGEST_EVENTS + 3)]
    worst = alert("z", level="red", place=msgspec.structs.replace(ALMERA, name="Brunntal"))
    text = digest_text([*many, worst], Voice("en"))
    assert text.startswith("Digest: 54 events\n\nAlert: Wildfire, Brunntal")
    assert text.endswith("\n\n+ 4")
    assert text.count("Alert: ") == DIGEST_EVENTS


def official_row(*refs):
    said = message(alert(bulletins=refs, origin="both"), Voice("en"))
    return next((row.value for row in said.rows if row.label == "Official word"), None)


def test_the_lead_over_the_official_word_is_told_also_when_it_came_first():
    later = BulletinRef("usgs", "xx1", rfc3339(NOON_MS), None, 725.0)
    sooner = BulletinRef("met", "w1", rfc3339(NOON_MS), None, -300.0)
    alone = BulletinRef("emsc", "e1", rfc3339(NOON_MS))
    again = BulletinRef("usgs", "xx2", rfc3339(NOON_MS), None, 900.0)
    assert official_row(later) == "usgs, 12 min after the first report"
    assert official_row(sooner, alone, later, again) == (
        "met, 5 min before the first report; emsc; usgs, 12 min after the first report"
    )
    assert official_row() is None
    for lang in LANGS:
        assert "usgs" in message(alert(bulletins=(later,)), Voice(lang)).text()
