"""Official bulletins: what is kept of each wire, and what is refused."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from known_hazards import HAZARDS
from tocsin.errors import ConfigError, InputError
from tocsin.metrics import Reason
from tocsin.model import Bulletin, Severity
from tocsin.official import parse, parse_path, sniff
from tocsin.official.area import area_of
from tocsin.official.bounds import BULLETINS_MOST
from tocsin.official.cap import MESSAGE_BYTES
from tocsin.official.jsonl import LINE_BYTES
from tocsin.official.quakes import PUBLISHED_WITHIN_MS
from tocsin.official.tables import SEVERITIES, fold, tables
from tocsin.official.usgs import BODY_BYTES
from tocsin.vocabulary.hazards import hazard_ids

SAMPLES = Path(__file__).parent / "samples"
NOON_MS = 1_767_268_800_000


def cap(name):
    return parse((SAMPLES / f"cap_{name}.xml").read_bytes(), "cap", HAZARDS)


def changed(old, new, name="flash_flood"):
    """A sample with one thing exchanged."""
    text = (SAMPLES / f"cap_{name}.xml").read_text("utf-8")
    assert old in text
    return parse(text.replace(old, new).encode(), "cap", HAZARDS)


# --- USGS ---------------------------------------------------------------------------------


def usgs():
    return parse((SAMPLES / "usgs.geojson").read_bytes(), "usgs", HAZARDS)


def test_the_usgs_sample_gives_its_quakes_and_counts_the_rest():
    bulletins, refused = usgs()
    assert [b.id for b in bulletins] == [
        "xx7000inv1", "xx7000inv2", "yy00000003", "yy00000006", "odd-id-2026",
    ]  # fmt: skip
    # A quake under 2.5 and a quarry blast.
    assert refused == Counter({Reason.OTHER_KIND: 2})
    assert {b.source for b in bulletins} == {"usgs"}
    assert {b.hazard for b in bulletins} == {"earthquake"}


def test_a_quake_is_typed_and_rated_by_magnitude():
    great, moderate, small, _, _ = usgs()[0]
    assert (great.lat, great.lon, great.magnitude) == (51.8, -171.4, 7.4)
    assert [b.severity for b in (great, moderate, small)] == ["Extreme", "Moderate", "Minor"]
    assert [b.radius_km for b in (great, moderate, small)] == [600, 200, 50]


def test_an_address_is_built_from_an_id_of_the_declared_pattern_only():
    bulletins = {b.id: b.url for b in usgs()[0]}
    assert bulletins["xx7000inv1"] == (
        "https://earthquake.usgs.gov/earthquakes/eventpage/xx7000inv1"
    )
    assert bulletins["odd-id-2026"] is None


def test_a_late_review_does_not_pass_for_the_first_word():
    great, moderate, *_ = usgs()[0]
    assert great.sent_ms == NOON_MS + 8 * 60_000
    assert moderate.sent_ms == NOON_MS - 600_000 + PUBLISHED_WITHIN_MS


def test_a_deleted_quake_is_cancelled_and_a_merged_one_names_its_other_ids():
    great, _, _, deleted, _ = usgs()[0]
    assert deleted.status == "cancelled"
    assert great.status == "actual"
    assert great.references == ("yy12345678",)


def _feature(**told):
    properties = {"mag": 5.5, "time": NOON_MS, "type": "earthquake", "status": "automatic"}
    coordinates = told.pop("coordinates", [10.0, 20.0, 5.0])
    return {
        "id": told.pop("id", "xx12345678"),
        "properties": properties | told,
        "geometry": {"coordinates": coordinates},
    }


def _feed(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_the_tsunami_flag_makes_a_quake_severe_at_least():
    flagged, plain, worse = parse(
        _feed(_feature(tsunami=1), _feature(), _feature(tsunami=1, mag=8.2)), "usgs", HAZARDS
    )[0]
    assert [b.severity for b in (flagged, plain, worse)] == ["Severe", "Moderate", "Extreme"]


@pytest.mark.parametrize(
    ("feature", "reason"),
    [
        (_feature(mag=None), Reason.BAD_BULLETIN),
        (_feature(mag=99), Reason.BAD_BULLETIN),
        (_feature(mag="5"), Reason.BAD_BULLETIN),
        (_feature(mag=2.49), Reason.OTHER_KIND),
        (_feature(time=None), Reason.BAD_TIME),
        (_feature(time=12), Reason.BAD_TIME),
        (_feature(time=10**30), Reason.BAD_TIME),
        (_feature(coordinates=[10.0]), Reason.BAD_BULLETIN),
        (_feature(coordinates=[None, 1.0]), Reason.BAD_BULLETIN),
        (_feature(coordinates=[10.0, 91.0]), Reason.BAD_BULLETIN),
        (_feature(id="jane@example.org1"), Reason.BAD_BULLETIN),
        (_feature(id="x" * 129 + "1"), Reason.BAD_BULLETIN),
        (_feature(id="Quilliam-Testperson"), Reason.BAD_BULLETIN),
        ("text", Reason.BAD_BULLETIN),
        (None, Reason.BAD_BULLETIN),
    ],
)
def test_a_bad_feature_costs_itself_only(feature, reason):
    bulletins, refused = parse(_feed(feature, _feature()), "usgs", HAZARDS)
    assert len(bulletins) == 1
    assert refused == Counter({reason: 1})


def test_longitudes_past_the_date_line_are_wrapped():
    bulletins, _ = parse(_feed(_feature(coordinates=[190.5, 0.0])), "usgs", HAZARDS)
    assert bulletins[0].lon == pytest.approx(-169.5)


# --- CAP ----------------------------------------------------------------------------------


def test_a_cap_warning_keeps_its_typed_part_and_no_text_or_contact():
    (bulletin,), refused = cap("flash_flood")
    assert not refused
    assert bulletin == Bulletin(
        source="cap",
        id="urn:oid:2.49.0.0.000.0.2026.1",
        sent_ms=NOON_MS,
        hazard="flash_flood",
        lat=bulletin.lat,
        lon=bulletin.lon,
        radius_km=bulletin.radius_km,
        severity="Severe",
        urgency="Immediate",
        certainty="Observed",
    )
    assert (bulletin.lat, bulletin.lon) == pytest.approx((40.5, 10.5), abs=0.01)
    assert 69 < bulletin.radius_km < 71


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("cap_*.xml")), ids=lambda p: p.stem)
def test_no_text_contact_or_name_of_a_cap_message_leaves(path):
    content = path.read_bytes()
    assert b"Quilliam Testperson" in content and b"duty@warnings.example" in content
    kept = msgspec.json.encode(parse(content, "cap", HAZARDS)[0])
    for canary in (b"Testperson", b"Quilliam", b"duty", b"warnings.example", b"Brack", b"+00"):
        assert canary not in kept


@pytest.mark.parametrize("name", ["amber", "civil_unrest"])
def test_a_message_about_persons_is_dropped_whole(name):
    assert cap(name) == ([], Counter({Reason.PERSON_BULLETIN: 1}))


PERSONS = [
    "AMBER Alert", "Child Abduction Emergency", "Blue Alert", "Silver Alert", "Missing Person",
    "Missing and Endangered Persons", "Law Enforcement Warning", "Police Activity", "Manhunt",
    "Escaped Prisoner", "Active Shooter", "Civil Disturbance", "Civil Unrest",
    "Civil Danger Warning", "Riot", "Protest march with fire", "Demonstration", "Public Order",
    "Curfew", "Hostage situation", "Wanted fugitive near wildfire", "Alerte Enlèvement",
    "Persona desaparecida", "Disturbios",
]  # fmt: skip


@pytest.mark.parametrize("event", PERSONS)
def test_no_event_name_about_persons_gets_in(event):
    assert changed("<event>Flash Flood Warning<", f"<event>{event}<") == (
        [],
        Counter({Reason.PERSON_BULLETIN: 1}),
    )


@pytest.mark.parametrize("code", ["CAE", "BLU", "MEP", "LEW", "CDW", "cae"])
def test_no_event_code_about_persons_gets_in_whatever_the_name(code):
    assert changed("<value>FFW<", f"<value>{code}<")[1] == Counter({Reason.PERSON_BULLETIN: 1})


@pytest.mark.parametrize("category", ["Security", "Rescue"])
def test_an_unknown_event_of_the_police_or_a_search_is_a_person_bulletin(category):
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    text = text.replace("Flash Flood Warning", "Situation").replace("FFW", "ZZZ")
    text = text.replace("<category>Met<", f"<category>{category}<")
    assert parse(text.encode(), "cap", HAZARDS)[1] == Counter({Reason.PERSON_BULLETIN: 1})


NAMES = [
    ("Tsunami Warning", "tsunami"), ("Severe Thunderstorm Warning", "storm"),
    ("Hurricane Warning", "tropical_cyclone"), ("Typhoon", "tropical_cyclone"),
    ("tornado", "tornado"), ("Winter Storm Warning", "blizzard"), ("Excessive Heat", "heat_wave"),
    ("Extreme Cold Warning", "cold_wave"), ("Coastal Flood Advisory", "flood"),
    ("Bushfire", "wildfire"), ("Fire", "fire"), ("Structure fire", "building_fire"),
    ("Avalanche Danger", "avalanche"), ("Volcano Warning", "volcano"), ("Lahars: lahar", "volcano"),
    ("Sismo", "earthquake"), ("Séisme", "earthquake"), ("Inundación", "flood"),
    ("Incendio forestal", "wildfire"), ("Vigilance orages", "storm"), ("Canicule", "heat_wave"),
    ("Air Quality Alert", "air_pollution"), ("Nuclear Power Plant Warning", "radiation"),
    ("Hazardous Materials Warning", "chemical_spill"), ("Boil Water Advisory", "water_outage"),
    ("Dam Break", "dam_failure"), ("Train derailment", "rail_accident"), ("Yellow Wind", "storm"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "hazard"), NAMES)
def test_event_names_mean_their_hazard(event, hazard):
    (bulletin,), refused = changed("<event>Flash Flood Warning<", f"<event>{event}<")
    assert (bulletin.hazard, refused) == (hazard, Counter())


@pytest.mark.parametrize(
    "event", ["Fire Weather Watch", "Red Flag Warning", "Hydrologic Outlook", "School closing", ""]
)
def test_an_event_that_is_not_on_the_list_stays_out(event):
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    text = text.replace("<event>Flash Flood Warning<", f"<event>{event}<").replace("FFW", "ZZZ")
    assert parse(text.encode(), "cap", HAZARDS) == ([], Counter({Reason.OTHER_KIND: 1}))


def test_a_code_or_a_category_speaks_where_the_name_does_not():
    assert changed("<event>Flash Flood Warning<", "<event>Alerta<")[0][0].hazard == "flash_flood"
    assert changed("<event>Bushfire<", "<event>Advice<", "circle")[0][0].hazard == "fire"


def test_a_hazard_outside_the_vocabulary_stays_out():
    content = (SAMPLES / "cap_flash_flood.xml").read_bytes()
    assert parse(content, "cap", {"fire"}) == ([], Counter({Reason.OTHER_KIND: 1}))


def test_a_circle_is_taken_as_it_stands():
    (bulletin,), _ = cap("circle")
    assert (bulletin.lat, bulletin.lon, bulletin.radius_km) == (-35.5, 147.25, 25.0)
    assert bulletin.hazard == "wildfire"


def test_cancel_update_exercise_and_all_clear():
    (cancel,), (update,) = cap("cancel")[0], cap("update")[0]
    assert (cancel.status, cancel.radius_km) == ("cancelled", 0.0)
    assert cancel.references == update.references == ("urn:oid:2.49.0.0.000.0.2026.1",)
    assert (update.status, update.severity) == ("actual", "Extreme")
    assert cap("exercise")[0][0].status == "test"
    assert cap("all_clear")[0][0].status == "ended"
    assert changed("<value>FFW<", "<value>RMT<")[0][0].status == "test"


def test_two_languages_are_one_bulletin_of_the_worse_severity():
    text = (SAMPLES / "cap_flash_flood.xml").read_text("utf-8")
    info = text[text.index("  <info>") : text.index("</info>") + 8]
    worse = info.replace("Severe", "Extreme").replace("Flash Flood Warning", "Crue soudaine")
    both = text.replace("</alert>", worse + "</alert>")
    bulletins, _ = parse(both.encode(), "cap", HAZARDS)
    assert [(b.hazard, b.severity) for b in bulletins] == [("flash_flood", "Extreme")]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<scope>Public<", "<scope>Restricted<", Reason.OTHER_KIND),
        ("<msgType>Alert<", "<msgType>Ack<", Reason.OTHER_KIND),
        ("<status>Actual<", "<status>System<", Reason.OTHER_KIND),
        ("2026-01-01T13:00:00+01:00", "soon", Reason.BAD_TIME),
        ("2026-01-01T13:00:00+01:00", "1026-01-01T13:00:00+01:00", Reason.BAD_TIME),
        ("urn:oid:2.49.0.0.000.0.2026.1", "Quilliam Testperson 1", Reason.BAD_BULLETIN),
        ("urn:oid:2.49.0.0.000.0.2026.1", "q@example.org1", Reason.BAD_BULLETIN),
        ("40.0,10.0 40.0,11.0", "140.0,10.0 40.0,11.0", Reason.BAD_BULLETIN),
        ("40.0,10.0 40.0,11.0", "nan,10.0 40.0,11.0", Reason.BAD_BULLETIN),
        ("<areaDesc>", "</area><broken>", Reason.BAD_BULLETIN),
        ("cap:1.2", "cap:9.9", Reason.BAD_BULLETIN),
        ('encoding="UTF-8"', 'encoding="no-such"', Reason.BAD_BULLETIN),
        ("<alert ", "<!DOCTYPE alert><alert ", Reason.BAD_BULLETIN),
        (
            "<alert ",
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert ',
            Reason.BAD_BULLETIN,
        ),
        (
            "<alert ",
            '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><alert ',
            Reason.BAD_BULLETIN,
        ),
    ],
)
def test_a_message_that_is_not_for_us_or_broken_is_counted(old, new, reason):
    assert changed(old, new) == ([], Counter({reason: 1}))


def test_a_tower_of_elements_and_a_long_message_are_counted():
    tower = b"<a>" * 300_000
    assert parse(tower, "cap", HAZARDS) == ([], Counter({Reason.BAD_BULLETIN: 1}))
    closed = b"<a>" * 140_000 + b"</a>" * 140_000
    assert parse(closed, "cap", HAZARDS)[1] == Counter({Reason.BAD_BULLETIN: 1})
    assert parse(b"<" * (MESSAGE_BYTES + 1), "cap", HAZARDS)[1] == Counter({Reason.TOO_LARGE: 1})


@pytest.mark.parametrize(
    ("text", "centre", "radius_km"),
    [
        ("10,20 5", (10, 20), 5),
        ("0,0 0,1 1,1 1,0 0,0", (0.5, 0.5), 79),
        ("0,179 0,-179 1,-179 1,179", (0.5, 180), 124),
    ],
)
def test_an_area_is_held_by_its_circle(text, centre, radius_km):
    found = area_of(text)
    assert (found.lat, found.lon % 360) == pytest.approx(centre, abs=0.01)
    assert found.radius_km == pytest.approx(radius_km, abs=2)


# --- JSON Lines and the one way in ----------------------------------------------------------


def _line(**told):
    line = {
        "source": "meteo-x", "id": "w-1", "sent": "2026-01-01T12:00:00Z", "hazard": "flood",
        "lat": 45.0, "lon": 11.0, "radius_km": 40, "severity": "Severe", "status": "actual",
    }  # fmt: skip
    return json.dumps(line | told).encode()


def test_a_line_becomes_a_bulletin_and_other_keys_are_ignored():
    bulletins, refused = parse(
        _line(references=["w-0"], contact="Quilliam Testperson"), "jsonl", HAZARDS
    )
    assert not refused
    assert bulletins == [
        Bulletin("meteo-x", "w-1", NOON_MS, "flood", 45.0, 11.0, 40.0, "Severe", "actual", ("w-0",))
    ]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"hazard": "protest"}, Reason.BAD_BULLETIN),
        ({"severity": "Bad"}, Reason.BAD_BULLETIN),
        ({"status": "draft"}, Reason.BAD_BULLETIN),
        ({"source": "Meteo X"}, Reason.BAD_BULLETIN),
        ({"id": "no digit"}, Reason.BAD_BULLETIN),
        ({"lat": 90.1}, Reason.BAD_BULLETIN),
        ({"lon": "11"}, Reason.BAD_BULLETIN),
        ({"radius_km": -1}, Reason.BAD_BULLETIN),
        ({"radius_km": 1e9}, Reason.BAD_BULLETIN),
        ({"sent": "2026-13-01"}, Reason.BAD_TIME),
        ({"references": ["w-0"] * 65}, Reason.BAD_BULLETIN),
        ({"references": ["a b 1"]}, Reason.BAD_BULLETIN),
        ({"magnitude": 11}, Reason.BAD_BULLETIN),
        ({"note": "x" * LINE_BYTES}, Reason.TOO_LARGE),
    ],
)
def test_a_bad_line_costs_itself_only(told, reason):
    bulletins, refused = parse(_line(**told) + b"\n\n" + _line(id="w-2"), "jsonl", HAZARDS)
    assert [b.id for b in bulletins] == ["w-2"]
    assert refused == Counter({reason: 1})


def test_a_frame_holds_a_bounded_number_of_bulletins():
    extra = 3
    features = [_feature(id=f"xx{n:08d}") for n in range(BULLETINS_MOST + extra)]
    bulletins, refused = parse(_feed(*features), "usgs", HAZARDS)
    assert (len(bulletins), refused) == (BULLETINS_MOST, Counter({Reason.TOO_LARGE: extra}))
    assert parse(b" " * (BODY_BYTES + 1), "usgs", HAZARDS)[1] == Counter({Reason.TOO_LARGE: 1})


@given(st.binary(max_size=200), st.sampled_from(["usgs", "cap", "jsonl"]))
def test_no_bytes_make_a_reader_raise(noise, wire):
    assert parse(noise, wire, HAZARDS)[0] == []
    assert parse(_feed(_feature()).replace(b"10.0", noise), wire, HAZARDS) is not None


def test_the_wire_is_told_by_the_content():
    for path in SAMPLES.glob("cap_*.xml"):
        assert sniff(path.read_bytes()) == "cap"
    assert sniff((SAMPLES / "usgs.geojson").read_bytes()) == "usgs"
    assert sniff(_line()) == "jsonl"
    assert sniff(b"") == "jsonl"


def test_a_feed_may_be_named_but_not_anyhow():
    content = (SAMPLES / "cap_flash_flood.xml").read_bytes()
    assert parse(content, "cap", HAZARDS, source="meteo-x")[0][0].source == "meteo-x"
    with pytest.raises(ConfigError, match="feed name"):
        parse(content, "cap", HAZARDS, source="Meteo X")


def test_a_bulletin_file_is_read_in_order_of_sending(tmp_path):
    late = _line(id="w-2", sent="2026-01-02T12:00:00Z")
    (tmp_path / "b.jsonl").write_bytes(late + b"\n{broken\n" + _line())
    assert [b.id for b in parse_path(str(tmp_path / "b.jsonl"), HAZARDS)] == ["w-1", "w-2"]
    assert len(parse_path(str(SAMPLES / "usgs.geojson"), HAZARDS)) == 5
    # Nothing for us in it, but nothing wrong with it either.
    assert parse_path(str(SAMPLES / "cap_amber.xml"), HAZARDS) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"text", b"<a/>", b"{}"])
def test_a_file_without_a_readable_bulletin_is_refused(content, tmp_path):
    (tmp_path / "b.jsonl").write_bytes(content)
    with pytest.raises(InputError, match=r"CAP 1\.2 XML, an Atom or RSS index"):
        parse_path(str(tmp_path / "b.jsonl"), HAZARDS)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="Check the path"):
        parse_path(str(tmp_path / "none.jsonl"), HAZARDS)
    with pytest.raises(InputError, match="folder"):
        parse_path(str(tmp_path), HAZARDS)


# --- The tables -----------------------------------------------------------------------------


def test_the_tables_speak_the_vocabulary_of_hazards_only():
    table = tables()
    named = set(table.slow) | set(table.speaks_for) | set(table.least_km)
    named |= {reports for row in table.speaks_for.values() for reports in row}
    named |= {hazard for hazard, _ in table.cap.names} | set(table.cap.codes.values())
    named |= set(table.cap.categories.values())
    assert named <= HAZARDS
    assert set(SEVERITIES) == set(get_args(Severity))


def test_the_vocabulary_knows_every_hazard_of_the_tables():
    assert set(hazard_ids()) >= HAZARDS
    content = (SAMPLES / "cap_circle.xml").read_bytes()
    assert parse(content, "cap") == parse(content, "cap", HAZARDS)


def test_no_name_of_a_hazard_is_a_word_about_persons():
    table = tables().cap
    for hazard, names in table.names:
        for phrase in names.phrases:
            words = [word.rstrip("*") for word in phrase]
            assert not table.person.found_in(words), (hazard, phrase)


def test_folding_keeps_words_and_drops_accents():
    assert fold("ALERTE: Crue—soudaine/d'Été!") == ["alerte", "crue", "soudaine", "d", "ete"]


# Real recordings stay outside the repository; this part runs where they are at hand.
if os.environ.get("TOCSIN_DATA"):
    RECORDED = Path(os.environ["TOCSIN_DATA"]) / "samples"

    def test_recorded_feeds_are_read():
        quakes, refused = parse((RECORDED / "usgs_all_day.geojson").read_bytes(), "usgs", HAZARDS)
        assert len(quakes) > 10
        assert set(refused) == {Reason.OTHER_KIND}
        found = {
            path.stem: parse(path.read_bytes(), "cap", HAZARDS)
            for path in RECORDED.glob("cap12_*.xml")
        }
        (fire,) = found["cap12_bushfire_australia"][0]
        assert (fire.hazard, fire.radius_km) == ("fire", 25.0)
        (storm,) = found["cap12_weather_canada_bilingual"][0]
        assert (storm.hazard, storm.status) == ("storm", "ended")
        # A message that tells its area in codes alone stands nowhere we could hold it against.
        assert found["cap12_tsunami_warning"] == ([], Counter({Reason.AREA_UNKNOWN: 1}))
