"""What is kept of EMSC, GDACS, status pages, indexes of CAP and news; and what is refused."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from known_hazards import HAZARDS
from tocsin.bulletin import Feed
from tocsin.metrics import Reason
from tocsin.model import Place
from tocsin.official import WIRES, parse, parse_path, sniff
from tocsin.official.quakes import PUBLISHED_WITHIN_MS
from tocsin.official.tables import tables
from tocsin.official.usgs import BODY_BYTES
from tocsin.official.where import AREAS_MOST, Context

SAMPLES = Path(__file__).parent / "samples"
NOON_MS = 1_767_268_800_000
LIMA = Place("3936456", "Lima", "city", "Lima", "PE", -12.04, -77.03, 20.0)
BRACK = Place("1", "Brack", "admin1", None, "XX", 40.0, 10.0, 55.0)


def sample(name, wire, context=Context()):  # noqa: B008
    return parse((SAMPLES / name).read_bytes(), wire, HAZARDS, context=context)


WIRE_OF = {
    "index_cap.atom": "index", "gdacs.xml": "gdacs", "gdacs.geojson": "gdacs",
    "emsc.json": "emsc", "status_page.json": "status", "news.xml": "news",
}  # fmt: skip
CLOUD = Context(Feed("cloud", None, "cloud_outage", (50.0, 8.0, 300.0)), None, None)


def titles(found):
    """A reader of titles that knows one story."""
    return [("earthquake", LIMA) if "quake" in title else None for title in found]


@pytest.mark.parametrize("name", sorted(WIRE_OF))
def test_no_name_text_or_contact_leaves(name):
    content = (SAMPLES / name).read_bytes()
    assert b"uilliam" in content or b"UILLIAM" in content
    kept, _ = sample(name, WIRE_OF[name], CLOUD._replace(titles=titles))
    assert kept
    told = msgspec.json.encode(kept).lower()
    for canary in (b"quilliam", b"testperson", b"duty", b"gazette", b"invented", b"warnings.exam"):
        assert canary not in told


def test_an_index_gives_the_messages_that_stand_in_it():
    (flood, fire), refused = sample("index_cap.atom", "index")
    assert refused == Counter(
        {Reason.AREA_UNKNOWN: 1, Reason.PERSON_BULLETIN: 1, Reason.OTHER_KIND: 1}
    )
    assert (flood.hazard, flood.severity, flood.urgency, flood.certainty) == (
        "flood", "Severe", "Expected", "Likely",
    )  # fmt: skip
    assert flood.sent_ms == NOON_MS
    assert flood.expires_ms == NOON_MS + 86_400_000
    # An address is no id: a digest of it stands in, the same each time.
    assert flood.id.startswith("entry-1:")
    assert flood.id == sample("index_cap.atom", "index")[0][0].id
    assert [round(lat) for lat, _, _ in flood.areas] == [40, 42]
    assert (fire.hazard, fire.id, fire.radius_km) == ("wildfire", "urn:oid:2.49.0.0.0.4", 12.5)
    assert fire.references == ("urn:oid:2.49.0.0.0.0",)


def test_areas_with_a_name_alone_are_looked_up_in_the_feed_s_country():
    asked = []

    def places(name):
        asked.append(name)
        return [msgspec.structs.replace(BRACK, country="YY"), BRACK] if "Brack" in name else []

    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    start, end = text.index("<polygon>"), text.index("</polygon>") + len("</polygon>")
    text = text[:start] + text[end:]
    bare = text.replace("Lower Brack valley<", "Lower Brack valley, Upper Vale; Ox<").encode()
    known = Context(Feed(country="XX"), places)
    (bulletin,), _ = parse(bare, "cap", HAZARDS, context=known)
    assert asked == ["Lower Brack valley", "Upper Vale"]
    assert (bulletin.lat, bulletin.lon, bulletin.radius_km) == (40.0, 10.0, 55.0)
    for context in (Context(Feed(country="ZZ"), places), Context(Feed(), places), Context()):
        found = parse(bare, "cap", HAZARDS, context=context)
        assert found == ([], Counter({Reason.AREA_UNKNOWN: 1}))


def test_areas_beyond_the_bound_become_one():
    text = (SAMPLES / "cap_circle.xml").read_text("utf-8")
    start, end = text.index("<circle>"), text.index("</circle>") + len("</circle>")
    many = "".join(f"<circle>{n / 10},10 5</circle>" for n in range(AREAS_MOST + 9))
    text = text[:start] + many + text[end:]
    (bulletin,), _ = parse(text.encode(), "cap", HAZARDS)
    assert len(bulletin.areas) == AREAS_MOST
    assert bulletin.areas[-1][2] > 5


NAMES = [
    ("Terremoto", "it", "earthquake"), ("Σεισμός", "el", "earthquake"),
    ("Наводнение", "ru", "flood"), ("Hochwasserwarnung", "de", "flood"),
    ("Powódź", "pl", "flood"), ("洪水警報", "ja", "flood"), ("Gempa bumi", "id", "earthquake"),
    ("Deprem", "tr", "earthquake"), ("Dense Fog Advisory", "en", "fog"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "language", "hazard"), NAMES)
def test_event_names_of_every_language_are_read_by_the_vocabulary(event, language, hazard):
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    text = text.replace("Flash Flood Warning", event).replace("FFW", "ZZZ")
    text = text.replace("<language>en<", f"<language>{language}<")
    assert [b.hazard for b in parse(text.encode(), "cap", HAZARDS)[0]] == [hazard]


@pytest.mark.parametrize(
    ("event", "language"),
    [("Huelga general con incendios", "es"), ("Streik", "de"), ("Manifestazione", "it"),
     ("Демонстрация", "ru"), ("Stabbing", "en"), ("デモ", "ja")],
)  # fmt: skip
def test_no_event_name_of_any_language_brings_people_in(event, language):
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    text = text.replace("Flash Flood Warning", event).replace("FFW", "ZZZ")
    text = text.replace("<language>en<", f"<language>{language}<")
    kept, refused = parse(text.encode(), "cap", HAZARDS)
    assert kept == []
    assert set(refused) <= {Reason.PERSON_BULLETIN, Reason.OTHER_KIND}


def _with_code(code):
    """A message that says what it is about by one event code alone."""
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    text = text.replace("Flash Flood Warning", "Notice").replace(">FFW<", f">{code}<")
    return parse(text.replace("<category>Met<", "<category>Other<").encode(), "cap", HAZARDS)


def test_every_event_code_is_let_in_as_its_hazard_or_kept_out():
    table = tables().cap
    for code, hazard in table.codes.items():
        assert [b.hazard for b in _with_code(code)[0]] == [hazard], code
        assert [b.status for b in _with_code(code)[0]] == ["actual"], code
    for code in table.person_codes:
        assert _with_code(code) == ([], Counter({Reason.PERSON_BULLETIN: 1})), code
    for code in ("ZZZ", "ADR", "EAN", "TOE", "NAT"):
        assert _with_code(code) == ([], Counter({Reason.OTHER_KIND: 1})), code


def test_every_language_block_is_read():
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    info = text[text.index("  <info>") : text.index("</info>") + 7]
    other = info.replace("Flash Flood Warning", "Glissement de terrain").replace("FFW", "ZZZ")
    both = text.replace("</alert>", other.replace(">en<", ">fr<") + "</alert>")
    assert [b.hazard for b in parse(both.encode(), "cap", HAZARDS)[0]] == [
        "flash_flood", "landslide",
    ]  # fmt: skip


def test_the_emsc_list_is_typed_like_the_other_quakes():
    (strong, light), refused = sample("emsc.json", "emsc")
    assert refused == Counter({Reason.OTHER_KIND: 2})
    assert (strong.source, strong.id, strong.magnitude) == ("emsc", "20260101_0000001", 6.2)
    assert (strong.severity, strong.radius_km) == ("Severe", 350)
    assert strong.sent_ms == NOON_MS + 240_000
    assert strong.url.endswith("unid=20260101_0000001")
    # A late review does not pass for the first word, and an odd id makes no address.
    assert (light.sent_ms, light.url) == (NOON_MS + PUBLISHED_WITHIN_MS, None)


def test_a_pushed_quake_and_its_deletion():
    feature = msgspec.json.decode((SAMPLES / "emsc.json").read_bytes())["features"][0]
    for action, status in (("create", "actual"), ("update", "actual"), ("delete", "cancelled")):
        told = msgspec.json.encode({"action": action, "data": feature})
        assert [b.status for b in parse(told, "emsc", HAZARDS)[0]] == [status]


def test_gdacs_as_rss_and_as_geojson():
    (quake, flood), refused = sample("gdacs.xml", "gdacs")
    assert refused == Counter({Reason.OTHER_KIND: 1, Reason.BAD_TIME: 1, Reason.BAD_BULLETIN: 1})
    assert (quake.id, quake.hazard, quake.severity) == ("EQ1900001", "earthquake", "Extreme")
    assert (quake.lat, quake.lon, quake.radius_km, quake.magnitude) == (-8.25, -169.5, 600, 7.1)
    assert quake.sent_ms == NOON_MS + 900_000
    assert quake.url == "https://www.gdacs.org/report.aspx?eventtype=EQ&eventid=1900001"
    assert (flood.hazard, flood.status, flood.severity) == ("flood", "ended", "Severe")
    (cyclone,), refused = sample("gdacs.geojson", "gdacs")
    assert refused == Counter({Reason.BAD_BULLETIN: 1})
    assert (cyclone.hazard, cyclone.severity, cyclone.sent_ms, cyclone.lon) == (
        "tropical_cyclone", "Severe", NOON_MS, 169.5,
    )  # fmt: skip


def test_a_status_page_tells_the_hazard_and_place_it_was_given():
    (outage, over), refused = sample("status_page.json", "status", CLOUD)
    assert refused == Counter({Reason.OTHER_KIND: 1})
    assert (outage.source, outage.hazard, outage.severity) == ("cloud", "cloud_outage", "Severe")
    assert (outage.lat, outage.lon, outage.radius_km) == (50.0, 8.0, 300.0)
    assert (outage.sent_ms, outage.status) == (NOON_MS, "actual")
    assert (over.status, over.severity) == ("ended", "Minor")
    assert sample("status_page.json", "status")[1][Reason.AREA_UNKNOWN] == 2


def test_news_are_a_hazard_a_place_and_an_hour():
    seen = []

    def reader(found):
        seen.extend(found)
        return titles(found)

    (item,), refused = sample("news.xml", "news", Context(Feed("gazette"), None, reader))
    assert refused == Counter({Reason.NO_HAZARD: 2, Reason.DUPLICATE: 1})
    assert (item.kind, item.hazard, item.lat, item.severity) == (
        "news", "earthquake", LIMA.lat, "Unknown",
    )  # fmt: skip
    assert item.sent_ms == NOON_MS + 20 * 60_000
    assert item.id == f"earthquake:3936456:{NOON_MS // 3_600_000}"
    assert len(seen) == 4
    assert sample("news.xml", "news") == ([], Counter({Reason.NO_HAZARD: 4}))


@pytest.mark.parametrize("wire", ["index", "gdacs", "emsc", "status", "news", "cap"])
def test_a_body_that_is_too_long_or_of_another_kind_is_counted(wire):
    long = parse(b" " * (BODY_BYTES + 1), wire, HAZARDS)
    assert long == ([], Counter({Reason.TOO_LARGE: 1}))
    for other in (b"", b"[]", b"{}", b"<a/>", b"text"):
        assert parse(other, wire, HAZARDS) == ([], Counter({Reason.BAD_BULLETIN: 1})), other


@given(st.binary(max_size=200), st.sampled_from(WIRES), st.sampled_from(sorted(WIRE_OF)))
def test_no_bytes_make_a_reader_raise(noise, wire, name):
    assert parse(noise, wire, HAZARDS)[0] == []
    content = (SAMPLES / name).read_bytes()
    assert parse(content.replace(b"19000", noise), wire, HAZARDS, context=CLOUD) is not None


def test_the_wire_is_told_by_the_content_and_files_are_read(tmp_path):
    assert sniff((SAMPLES / "index_cap.atom").read_bytes()) == "index"
    assert sniff((SAMPLES / "gdacs.xml").read_bytes()) == "gdacs"
    assert sniff((SAMPLES / "gdacs.geojson").read_bytes()) == "gdacs"
    assert sniff((SAMPLES / "emsc.json").read_bytes()) == "emsc"
    for name, count in (("index_cap.atom", 2), ("gdacs.xml", 2), ("emsc.json", 2)):
        assert len(parse_path(str(SAMPLES / name), HAZARDS)) == count
