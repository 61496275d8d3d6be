"""Airports, ports, rivers and regions are found by name, or by a word beside a town."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_gazetteer import NaiveMatcher
from tocsin.vocabulary.gazetteer import FACILITY, WATER, Gazetteer
from tocsin.vocabulary.tokens import pack_texts, tokenise


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


def found(gazetteer: Gazetteer, text: str) -> list[tuple[str, str]]:
    _, place = gazetteer.matches(tokenise(*pack_texts([text])))
    return [(gazetteer.name(p), gazetteer.place(p).kind) for p in place]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fire near Heathrow", "Heathrow Airport"),
        ("smoke seen at heathrow airport", "Heathrow Airport"),
        ("Brand am Frankfurter Flughafen", "Frankfurt Airport"),
        ("Frankfurt airport closed", "Frankfurt Airport"),
        ("aéroport de Francfort fermé", "Frankfurt Airport"),
        ("incendio en el aeropuerto de Barajas", "Madrid Barajas International Airport"),
        ("пожар в аэропорту Домодедово", "Domodedovo International Airport"),
        ("حريق في مطار دبي", "Dubai International Airport"),
        ("福岡空港で火災", "Fukuoka Airport"),
        ("인천공항 화재", "Incheon International Airport"),
        ("ไฟไหม้สนามบินสุวรรณภูมิ", "Suvarnabhumi Airport"),
        ("JFK airport evacuated", "Kennedy Airport"),
        ("smoke at jfk airport", "Kennedy Airport"),
        ("Nice airport closed", "Nice-Cote d'Azur Airport"),
        ("Explosion at the Port of Hamburg", "Port of Hamburg"),
        ("вибух у порту Одеси", "Port of Odesa"),
        ("Brand am Kölner Hauptbahnhof", "Koln Hauptbahnhof"),
        ("新宿駅で火事", "Shinjuku Station"),
        ("shelling near the Zaporizhzhia nuclear plant", "Zaporizhzhia nuclear power plant"),
        ("обстрел, горит ЗАЭС", "Zaporizhzhia nuclear power plant"),
        ("Oroville Dam spillway damaged", "Oroville Dam"),
        ("прорыв, Каховская ГЭС", "Kakhovka dam"),
        ("tanker on fire in the Suez Canal", "Suez Canal"),
    ],
)  # fmt: skip
def test_facilities_are_found(places, text, name):
    assert (name, "facility") in found(places, text)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("flooding along the Rhine", "Rhine", "water"), ("Hochwasser am Rhein", "Rhine", "water"),
        ("hoogwater in de Rijn", "Rhine", "water"), ("povodně Dunaj", "Danube", "water"),
        ("паводок, Дунай", "Danube", "water"), ("Po river flood", "Po River", "water"),
        ("inundación en el río Magdalena", "Magdalena River", "water"),
        ("storm on Lake Como", "Lake Como", "water"), ("замерз Байкал", "Lake Baikal", "water"),
        ("прорыв в Красном море", "Red Sea", "water"),
        ("ホルムズ海峡で火災", "Strait of Hormuz", "water"),
        ("Colima volcano erupts", "Colima volcano", "mountain"),
        ("Volcano Taal erupts", "Taal Volcano", "mountain"),
        ("lava flows from Kilauea", "Kilauea", "mountain"),
        ("overstroming Limburg", "Limburg", "admin1"), ("Lawine in Tirol", "Tyrol", "admin1"),
        ("provincia de Córdoba, incendio", "Cordoba Province", "admin1"),
        ("Antalya ilinde yangın", "Antalya Province", "admin1"),
        ("น้ำท่วม จังหวัดเชียงใหม่", "Chiang Mai Province", "admin1"),
        ("전남 산불", "Jeollanam-do", "admin1"),
        ("Washington state wildfire", "Washington", "admin1"),
        ("Chernobyl fire", "Chernobyl", "facility"), ("Etna in eruzione", "Etna", "mountain"),
    ],
)  # fmt: skip
def test_waters_mountains_and_regions_are_found(places, text, name, kind):
    assert (name, kind) in found(places, text)


@pytest.mark.parametrize(
    "text",
    [
        "what a nice airport", "the main river is flooding", "some man airport arrest",
        "JFK was shot", "the pearl river of words", "lake the see", "a port in a storm",
        "the plant is dying", "seine Fluss ist kaputt", "на порту огонь", "her station in life",
        "my mobile station", "Kennedy was shot", "reading station",
    ],
)  # fmt: skip
def test_words_are_no_facilities(places, text):
    assert [kind for _, kind in found(places, text) if kind in ("facility", "water")] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("fire at police station Lyon", ["city"]), ("Atlanta GA tornado", ["city"]),
        ("fire in Hamburg, airport open", ["city"]), ("explosion in Zaporizhzhia", ["city"]),
        ("flood in Nice", ["city"]), ("flood in Como, Italy", ["city", "country"]),
        ("earthquake in Antalya", ["city"]), ("fire at 12 Rhine Street, Leeds", ["water", "city"]),
    ],
)  # fmt: skip
def test_a_town_stays_a_town_without_the_word_beside_it(places, text, kinds):
    assert [kind for _, kind in found(places, text)] == kinds


@pytest.mark.parametrize(
    ("name", "shown", "kind"),
    [
        ("Frankfurt airport", "Frankfurt Airport", "facility"),
        ("Flughafen Frankfurt", "Frankfurt Airport", "facility"),
        ("Heathrow", "Heathrow Airport", "facility"),
        ("Port of Rotterdam", "Port of Rotterdam", "facility"),
        ("Rhine", "Rhine", "water"), ("Rhine river", "Rhine", "water"),
        ("Limburg, Netherlands", "Limburg", "admin1"), ("Tirol", "Tyrol", "admin1"),
        ("Lake Como", "Lake Como", "water"), ("Etna", "Etna", "mountain"),
    ],
)  # fmt: skip
def test_find_knows_facilities(places, name, shown, kind):
    best = places.place(places.find(name)[0])
    assert (best.name, best.kind) == (shown, kind)


def test_no_facility_is_a_fine_point_and_no_river_is_narrow(places):
    assert places.radius_km[places.kind == FACILITY].min() >= 2.0
    rhine, danube = places.find("Rhine")[0], places.find("Danube")[0]
    assert places.radius_km[rhine] > 300
    assert places.radius_km[danube] > 1_000
    assert places.radius_km[places.kind == WATER].min() >= 5.0


def test_a_town_holds_its_facilities_and_no_facility_holds_a_town(places):
    heathrow, london = places.find("Heathrow")[0], places.find("London")[0]
    assert places.is_inside(heathrow, london)
    assert not places.is_inside(london, heathrow)
    assert places.place(heathrow).admin1 == "England"


PIECES = [
    "Frankfurt", "frankfurt", "airport", "Airport", "Flughafen", "Frankfurter", "port", "Port",
    "Hamburg", "JFK", "jfk", "Kennedy", "at", "international", "Nice", "nice", "station", "Lyon",
    "аэропорту", "Домодедово", "порту", "Одеси", "空港", "福岡", "羽田", "駅", "新宿", "공항",
    "จังหวัด", "เชียงใหม่", "مطار", "بمطار", "دبي", "Colima", "volcano", "Po", "river", "Lake",
    "of", "인천", "Como", "provincia", "de",
    "Córdoba", "Zaporizhzhia", "nuclear", "plant", "power", ",", "7", "🔥",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", "", "-", ", ", "\n"])), max_size=12
    )
)
def test_the_kernel_equals_its_plain_twin_beside_facility_words(places, twin, pairs):
    tokens = tokenise(*pack_texts(["".join(a + b for a, b in pairs)]))
    _, place = places.matches(tokens)
    assert place.tolist() == twin.text(tokens, 0)


@pytest.fixture(scope="module")
def twin(places: Gazetteer) -> NaiveMatcher:
    return NaiveMatcher(places)


def test_links_lead_from_towns_to_what_is_called_after_them(places):
    keys = places._link_key
    assert np.all(np.diff(keys) > 0)
    assert np.all(places.sort[places._link_to] == keys % 16)
    assert len(keys) > 3_000
