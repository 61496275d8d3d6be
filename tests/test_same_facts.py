"""One event through every way out: the same facts, the same units, the same marks."""

import email
import email.policy
import json
import re
import tomllib

import defusedxml.ElementTree as ET
import pytest

from invented_events import NOON_MS, alert
from loopback import Loopback
from loopback_nats import LoopbackNats
from loopback_smtp import LoopbackMail
from tocsin.clock import HeldClock, rfc3339
from tocsin.locate.population import BANDS, LAST_BAND
from tocsin.model import Fact
from tocsin.render import LANGS, Voice, message
from tocsin.render.phrases import PEOPLE, phrases
from tocsin.sinks import load_sinks

SINKS = load_sinks()
WAYS = sorted(set(SINKS) - {"apprise"})
"""All but one; what Apprise is given is `Message.text()`, see tests/test_sink_apprise.py."""
FIGURES = (
    Fact("wind_speed", 100.0, 150.0, "km/h", rfc3339(NOON_MS)),
    Fact("killed", 3.0, 4.0, None, rfc3339(NOON_MS)),
)
LINK = "https://tocsin.example.org/answer/0a1b2c3d"


def full(**changes):
    """An alert with everything in it that a message can tell."""
    of = alert(facts=FIGURES, population="100,000-1 million", **changes)
    return type(of)(**{name: getattr(of, name) for name in of.__struct_fields__}
                    | {"answer_url": LINK})  # fmt: skip


def left(name, tmp_path, one, **settings):
    """Everything readable that one sink sent for an alert, without escapes."""
    kind = SINKS[name]
    table = tomllib.loads(kind.spec.example) | settings
    if name == "jsonl":
        table["path"] = str(tmp_path / "a.jsonl")
        return sent(kind, table, one) or (tmp_path / "a.jsonl").read_text().splitlines()[-1]
    if name == "email":
        with LoopbackMail() as server:
            sent(kind, table | {"host": "127.0.0.1", "port": server.port, "security": "none",
                                "user": "", "to": "duty@example.org"}, one)  # fmt: skip
        mail = email.message_from_bytes(server.asked[0][1], policy=email.policy.default)
        plain, html = (part.get_content() for part in mail.iter_parts())
        for row in message(one, Voice(settings["lang"], settings["zone"], settings["units"])).rows:
            assert row.value in html, "both parts say the same"
        return f"{mail['subject']}\n{plain}"
    if name == "nats":
        with LoopbackNats() as server:
            at = {"host": "127.0.0.1", "port": server.port, "security": "none"}
            sent(kind, table | at, one)
        return server.asked[0][1].decode()
    with Loopback() as server:
        sent(kind, table | {"url": server.url}, one)
    ((_, body, _),) = server.asked
    if name == "cap":
        return "\n".join(text for node in ET.fromstring(body).iter() if (text := node.text))
    return json.dumps(json.loads(body), ensure_ascii=False).replace("\\", "")


def sent(kind, table, one):
    sink = kind(kind.spec.checked("sinks.x", table), HeldClock(NOON_MS))
    sink.send([one], NOON_MS)
    sink.close()


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("lang", ["en", "es", "ar"])
def test_the_same_facts_leave_by_every_way(name, lang, tmp_path):
    told = left(name, tmp_path, full(), lang=lang, zone="Europe/Madrid", units="imperial")
    words = phrases(lang)
    wanted = [words.levels["yellow"], "Almera (ES)", words.people["100,000-1 million"], "5-14",
              "2026-11-22 13:01 CET (12:01 UTC)", words.note, words.tiers["unconfirmed"],
              words.certainty["Likely"], LINK]  # fmt: skip
    wanted += [words.imperial["radius"].format(n="5")]
    # 100 to 150 km/h are 62.1 to 93.2 miles an hour.
    wanted += [words.figure(n) for n in (62.1, 93.2)]
    for fact in wanted:
        assert fact in told, fact
    data = ("webhook", "nats", "jsonl")
    assert " km/h" not in told or name in data, "data keeps its metric figures"


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("mode", ["drill", "maintenance", "test"])
def test_what_is_not_in_earnest_looks_different_everywhere(name, mode, tmp_path):
    voice = {"lang": "en", "zone": "UTC", "units": "metric"}
    one = full(drill=mode == "drill")
    if mode != "drill":
        one = type(one)(**{n: getattr(one, n) for n in one.__struct_fields__} | {"mode": mode})
    told = left(name, tmp_path, one, **voice)
    assert phrases("en").modes[mode] in told
    assert f"[{mode.upper()}]" in told
    earnest = left(name, tmp_path, full(), **voice)
    assert mode.upper() not in earnest
    # Beside the words a mark for programs and for the eye: colour, type, tag or status.
    marks = {
        "webhook": f'"tocsin.{mode}"', "nats": f'"tocsin.{mode}"',
        "jsonl": f'"mode":"{mode}"', "slack": "🟣",
        "discord": str(0x5E35B1), "teams": '"Accent"', "ntfy": "test_tube",
        "pagerduty": '"severity": "info"', "alertmanager": "TocsinDrill",
        "cap": "Exercise" if mode == "drill" else "Test",
    }  # fmt: skip
    assert marks.get(name, f"[{mode.upper()}]") in told
    if name != "cap":
        assert marks.get(name, f"[{mode.upper()}]") not in earnest


def test_bands_of_people_are_those_that_events_carry():
    assert (*(name for _, name in BANDS), LAST_BAND) == PEOPLE


@pytest.mark.parametrize("lang", LANGS)
def test_units_change_and_nothing_else_does(lang):
    metric, imperial = (
        dict((row.label, row.value) for row in message(full(), Voice(lang, "UTC", units)).rows)
        for units in ("metric", "imperial")
    )
    words = phrases(lang)
    differ = {label for label in metric if metric[label] != imperial[label]}
    assert differ == {words.rows["place"], words.rows["facts"]}
    assert words.radius.format(n="8") in metric[words.rows["place"]]
    three = words.facts["killed"].format(n=words.range.format(low="3", high="4"))
    assert three in imperial[words.rows["facts"]]
    assert re.sub(r"\D", "", metric[words.rows["facts"]]) == "10015034"
