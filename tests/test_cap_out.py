"""CAP messages keep the specification's rules, name what they replace, and are no earnest alone."""

import defusedxml.ElementTree as ET
import msgspec
import pytest

from cap_rules import NS, RULES, broken
from invented_events import NOON_MS, alert, event, too_few
from loopback import Loopback
from tocsin.clock import HeldClock, rfc3339
from tocsin.errors import ConfigError
from tocsin.model import Earlier
from tocsin.render import LANGS, Voice
from tocsin.render.cap import Issuer, cap, of_event
from tocsin.sinks.cap_post import CapSink
from tocsin.store.records import shrunk

EN = Voice("en")
WHO = Issuer("desk@example.org")
BEFORE = (Earlier(1, event().at), Earlier(2, event(revision=2).at))


def told(kind="alert", revision=1, earlier=(), who=WHO, voice=EN, **changes):
    of = msgspec.structs.replace(alert(kind=kind, revision=revision, **changes), earlier=earlier)
    return cap(of, who, voice)


def field(xml, name):
    return [e.text for e in ET.fromstring(xml).iter(NS + name)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("kind", "revision", "earlier", "changes", "said"),
    [
        ("alert", 1, (), {}, "Alert"),
        ("alert", 1, (), {"place": None, "facts": ()}, "Alert"),
        ("update", 3, BEFORE, {"level": "red"}, "Update"),
        ("update", 3, BEFORE, {"phase": "resolved"}, "Update"),
        ("withdrawal", 3, BEFORE, {"phase": "withdrawn"}, "Cancel"),
        ("alert", 1, (), {"drill": True, "expires": rfc3339(NOON_MS + 3_600_000)}, "Alert"),
    ],
)
def test_every_kind_of_message_keeps_every_rule(lang, kind, revision, earlier, changes, said):
    xml = told(kind, revision, earlier, voice=Voice(lang), **changes)
    assert broken(xml) == []
    assert field(xml, "msgType") == [said]
    assert field(xml, "language") == ([lang, "en"] if lang != "en" else ["en"])


GOOD = told("update", 3, BEFORE).decode()
BREACHES = {
    RULES[0].name: ("oasis:names:tc:emergency:cap:1.2", "oasis:names:tc:emergency:cap:1.1"),
    RULES[1].name: ("<scope>Public</scope>", "<scope>Public</scope><odd>x</odd>"),
    RULES[2].name: ("<scope>Public</scope>", ""),
    RULES[3].name: ("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>"),
    RULES[4].name: ("<scope>Public</scope>", "<scope>Public</scope><code></code>"),
    RULES[5].name: ("<sender>desk", "<sender>the desk"),
    RULES[6].name: ("<sent>2026-11-22T12:03:00-00:00", "<sent>2026-11-22T12:03:00Z"),
    RULES[7].name: ("<severity>Moderate", "<severity>Bad"),
    RULES[8].name: ("<msgType>Update", "<msgType>Alert"),
    RULES[9].name: (f"{event().event_id}.1.w.ops,", f"{event().event_id}.3.w.ops,"),
    RULES[10].name: ("<note>", "<note> <!--"),
    RULES[11].name: ("<circle>39.500", "<circle>139.500"),
    RULES[12].name: ("<headline>", "<headline>" + "x" * 160),
    RULES[13].name: ("<expires>2026-11-23", "<expires>2025-11-23"),
    RULES[14].name: ("<circle>", "<polygon>1,2 3,4 5,6 7,8</polygon><circle>"),
    RULES[15].name: ("<scope>Public</scope>", "<scope>Restricted</scope>"),
    RULES[16].name: ("</area>", "<ceiling>900</ceiling></area>"),
    RULES[17].name: ("<area>", "<resource><resourceDesc>a map</resourceDesc>"
                     "<mimeType>map</mimeType></resource><area>"),
    RULES[18].name: ("<language>en", "<language>in English"),
    RULES[19].name: ("</instruction>", "</instruction><web>example.org</web>"),
    RULES[20].name: ("</info>", "</info>{info}"),
    RULES[21].name: ("<msgType>Update</msgType>", "<msgType>Error</msgType>"),
    RULES[22].name: ("</info>", "</info>{other}"),
}


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_every_rule_of_the_table_bites(rule):
    old, new = BREACHES[rule]
    assert GOOD.count(old) >= 1
    info = GOOD[GOOD.index("<info>") : GOOD.index("</info>") + len("</info>")]
    other = info.replace("<effective>2026", "<effective>2025")
    other = other.replace("<language>en", "<language>fr")
    bad = GOOD.replace(old, new.format(info=info, other=other) if "{" in new else new, 1)
    if "Error" in new:
        bad = bad[: bad.index("<note>")] + bad[bad.index("</note>") + len("</note>") :]
    if "<!--" in new:
        bad = bad.replace("</note>", "--></note>", 1)
    assert rule in broken(bad.encode())


def test_references_name_every_earlier_message_and_its_time():
    xml = told("withdrawal", 3, BEFORE, phase="withdrawn")
    ids = [f"desk@example.org,{event().event_id}.{n}.w.ops" for n in (1, 2)]
    (said,) = field(xml, "references")
    assert said == f"{ids[0]},2026-11-22T12:01:00-00:00 {ids[1]},2026-11-22T12:02:00-00:00"
    (first,) = field(told(), "identifier")
    assert f"desk@example.org,{first}" == ids[0]


def test_it_is_an_exercise_unless_the_operator_says_otherwise():
    assert field(told(), "status") == ["Exercise"]
    earnest = Issuer("desk@example.org", actual=True)
    assert field(told(who=earnest), "status") == ["Actual"]
    assert field(told(who=earnest, drill=True), "status") == ["Exercise"]
    assert "Not an official warning" in field(told(who=earnest), "note")[0]


def test_a_withdrawal_of_what_nobody_got_is_not_sent():
    settings = {"url": "", "sender": "desk@example.org"}
    with Loopback() as server:
        table = {**settings, "url": server.url}
        sink = CapSink(CapSink.spec.checked("sinks.x", table), HeldClock(NOON_MS))
        sink.send([alert(kind="withdrawal", phase="withdrawn")], NOON_MS)
        assert server.asked == []
        sink.send([msgspec.structs.replace(alert(revision=2), earlier=BEFORE[:1])], NOON_MS)
        sink.close()
    ((headers, body, _),) = server.asked
    assert headers["content-type"] == "application/cap+xml"
    assert broken(body) == []


@pytest.mark.parametrize("sender", ["two words", "a,b@example.org", "<x>", "&amp;", ""])
def test_a_sender_that_cap_forbids_is_refused(sender):
    with pytest.raises(ConfigError, match="sender"):
        CapSink({"url": "https://cap.example.org/", "sender": sender}, HeldClock())


def test_a_withdrawn_event_says_nothing_of_what_it_was():
    small = msgspec.structs.replace(alert(revision=2, kind="withdrawal"), event=shrunk(too_few()))
    xml = cap(msgspec.structs.replace(small, earlier=BEFORE[:1]), WHO, EN)
    assert broken(xml) == []
    assert b"Almera" not in xml


def test_a_feed_reader_gets_the_history_as_references():
    xml = cap(of_event([event(), event(revision=2)], "feed"), WHO, EN)
    assert broken(xml) == []
    assert f"{event().event_id}.1.feed," in field(xml, "references")[0]
