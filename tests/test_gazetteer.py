"""Places are found by name, words are not, and the kernel equals its plain twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naive_gazetteer import NaiveMatcher
from tocsin.errors import ConfigError
from tocsin.vocabulary.gazetteer import CITY, COUNTRY, KINDS, Gazetteer
from tocsin.vocabulary.gazetteer_entries import KINDS as BUILT_KINDS
from tocsin.vocabulary.geometry import centre_of, distance_km, spread_km
from tocsin.vocabulary.npz import write_npz
from tocsin.vocabulary.tokens import pack_texts, phrase_tokens, tokenise
from tocsin.vocabulary.tongues import LANGUAGES


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="module")
def naive(places: Gazetteer) -> NaiveMatcher:
    return NaiveMatcher(places)


def found(gazetteer: Gazetteer, text: str, **options: object) -> list[tuple[str, str | None]]:
    at, place = gazetteer.matches(tokenise(*pack_texts([text])), **options)
    assert at.tolist() == [0, len(place)]
    return [(gazetteer.name(p), gazetteer.iso(p)) for p in place]


@pytest.mark.parametrize(
    "text",
    [
        "it was a nice day", "reading a good book", "my mobile is broken", "nancy said hello",
        "Devon Energy gives a million", "shares of Chesapeake Energy fell", "so sad, tx everyone",
        "THANKS ALL, TX FOR THAT", "TX", "my new tx", "#TX",
        "a la playa", "Of all things", "down by the Lake", "I took a bath", "Police are here",
        "Protests are planned in March", "Storm tonight", "Fire fire", "IN the dark OR not",
        "Nice weather today", "Reading is fun", "Bath time", "March is cold", "Mobile phones",
        "5 kişi öldü, Kişi sayısı belli değil", "Feuer im Keller, Wetter wird schlecht",
        "Drei Schulen sind zu", "Метро закрыто", "в таборі пожежа", "Incendio nei Campi",
        "Solo una persona", "Dabei starben zwei", "コーチが叫ぶ", "चलो मोबाइल बंद करो",
        "eating turkey", "日本語を勉強する", "クリスマスのプリマ", "@paris hello", "ok", "",
    ],
)  # fmt: skip
def test_words_are_no_places(places, text):
    assert found(places, text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("flooding in Nice", ("Nice", "FR")),
        ("water rising, Reading, England", ("Reading", "GB")),
        ("fire in Mobile, Alabama", ("Mobile", "US")),
        ("explosion near Nancy, France", ("Nancy", "FR")),
        ("roof down in Bath, England", ("Bath", "GB")),
        ("ground shook at March, England", ("March", "GB")),
        ("flood in Paris, Texas", ("Paris", "US")),
        ("flood in Paris", ("Paris", "FR")),
        ("quake in San Jose, Costa Rica", ("San Jose", "CR")),
        ("quake in San Jose, California", ("San Jose", "US")),
        ("Tbilisi, Georgia shaking", ("Tbilisi", "GE")),
        ("#PrayForNepal", ("Nepal", "NP")),
        ("no energy in Devon tonight", ("Devon", "GB")),
        ("plant on fire at Nowhereville, TX", ("Texas", "US")),
        ("plant on fire in #West, Tx tonight", ("West", "US")),
        ("stuck on a roof in NJ", ("New Jersey", "US")),
        ("Warning for Springdale NJ until noon", ("Springdale", "US")),
        ("FLOOD IN HOUSTON TEXAS NOW", ("Houston", "US")),
        ("東京で地震", ("Tokyo", "JP")),
        ("宮城県で震度6", ("Miyagi", "JP")),
        ("서울에서 지진", ("Seoul", "KR")),
        ("ナポリで地震", ("Naples", "IT")),
        ("Napoli: incendio", ("Naples", "IT")),
        ("Rogo a Campi Bisenzio", ("Campi Bisenzio", "IT")),
        ("banjir di Solo", ("Surakarta", "ID")),
        ("حريق بباريس", ("Paris", "FR")),
        ("زلزال في المغرب", ("Morocco", "MA")),
        ("Москва горит", ("Moscow", "RU")),
        ("แผ่นดินไหว กรุงเทพมหานคร", ("Bangkok", "TH")),
        ("भूकंप नेपाल में", ("Nepal", "NP")),
        ("alluvione in Sardegna", ("Sardinia", "IT")),
        ("gempa di Lombok", ("Lombok", "ID")),
        ("earthquake in Bohol now", ("Bohol", "PH")),
    ],
)
def test_places_are_found(places, text, first):
    assert found(places, text)[0] == first


def test_a_region_right_behind_decides_for_both(places):
    assert found(places, "fire in Atlanta, Georgia") == [("Atlanta", "US"), ("Georgia", "US")]
    assert found(places, "fire in Tbilisi, Georgia") == [("Tbilisi", "GE"), ("Georgia", "GE")]


def test_the_name_of_a_storm_is_no_place(places):
    assert found(places, "typhoon Haiyan makes landfall") == []
    assert ("Tacloban", "PH") in found(places, "Typhoon Haiyan reaches Tacloban")
    assert found(places, "Hurricane Florence, Italy")[0] == ("Florence", "IT")
    without = found(places, "cyclone Tampa", storm_words=())
    assert without == [("Tampa", "US")]
    assert found(places, "cyclone Tampa") == []
    assert found(places, "zork Tampa", storm_words=phrase_tokens("zork")[0]) == []


def test_at_most_eight_places_a_text(places):
    text = "Lyon Paris Marseille Berlin Hamburg Madrid Tokyo Osaka Nagoya Chicago Houston"
    assert len(found(places, text)) == 8


@pytest.mark.parametrize(
    ("name", "country", "kind"),
    [
        ("Valencia, Spain", "ES", "city"), ("Valencia Spain", "ES", "city"),
        ("province of Valencia", "ES", "admin1"), ("Miyagi prefecture", "JP", "admin1"),
        ("March, England", "GB", "city"), ("Jordan", "JO", "country"), ("Bohol", "PH", "area"),
        ("Cox's Bazar, Bangladesh", "BD", "area"), ("Mount Fuji", "JP", "mountain"),
    ],
)  # fmt: skip
def test_find_takes_what_people_write(places, name, country, kind):
    best = places.place(places.find(name)[0])
    assert (best.country, best.kind) == (country, kind)


@pytest.mark.parametrize("name", ["", ",", "Xqzzy", "Paris, Japan", "par*", "Nowhere Qqq"])
def test_find_says_nothing_of_what_is_not_there(places, name):
    assert places.find(name) == []


def test_ids_go_both_ways_and_are_sorted(places):
    assert np.all(np.diff(places.place_id.astype(np.int64)) > 0)
    for index in (0, 5, len(places) // 2, len(places) - 1):
        assert places.index_of(places.place(index).id) == index
    assert places.index_of("not a number") is None
    assert places.index_of("999999999") is None
    with pytest.raises(IndexError):
        places.place(len(places))


def test_no_place_is_smaller_than_a_thousand(places):
    towns = places.population[places.kind == CITY]
    assert towns.min() >= 1_000


def test_table_is_sound(places):
    assert KINDS == BUILT_KINDS
    assert np.all(np.diff(places._key.astype(object)) > 0)
    assert places._cand_at[-1] == len(places._cand) == len(places._weight)
    assert np.diff(places._cand_at).max() <= 8
    assert np.all(np.abs(places.lat) <= 90)
    assert np.all(np.abs(places.lon) <= 180)
    assert np.all(places.radius_km >= 1)
    regions = places.admin1[places.admin1 >= 0]
    assert set(places.kind[regions].tolist()) == {1}
    assert len(places.countries) == int((places.kind == COUNTRY).sum()) > 240
    assert all(places.name(i).isascii() for i in range(0, len(places), 97))


def test_a_missing_or_broken_table_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="pip install"):
        Gazetteer.load(tmp_path / "gone.npz")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"PK not a table")
    with pytest.raises(ConfigError, match="Delete the file"):
        Gazetteer.load(broken)


def test_the_same_arrays_make_the_same_bytes(tmp_path):
    arrays = {"b": np.arange(5), "a": np.ones((2, 2))}
    write_npz(tmp_path / "one.npz", arrays)
    write_npz(tmp_path / "two.npz", dict(reversed(arrays.items())))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


PIECES = [
    "TX", "Tx", "tx", "#NJ", "NY", "in NJ", "Devon Energy", "Energy", "energy", "Airlines",
    "Paris", "paris", "PARIS", "Texas", "New", "York", "City", "San", "Jose", "Costa", "Rica",
    "Georgia", "Tbilisi", "Nice", "nice", "Reading", "England", "March", "Fire", "in", "near",
    "typhoon", "hurricane", "Haiyan", "Florence", "#Osaka", "#NewYork", "東京", "都", "京都",
    "日本語", "リマ", "クリスマス", "서울", "에서", "بباريس", "المغرب", "في", "Москва", "в",
    "กรุงเทพมหานคร", "7", "🔥", "@Rome", "Washington", "D.C.", "Santa", "Maria", "Lake", "Mills",
    "Manila", "Springfield", "Illinois", "Hope", "Waco", "Lodi", "https://x.example/Paris",
]  # fmt: skip
GAPS = [" ", ", ", ". ", "", "  -  ", "\n"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=14),
        min_size=1, max_size=6,
    ),
    st.integers(0, len(LANGUAGES) - 1),
)  # fmt: skip
def test_the_kernel_equals_its_plain_twin(places, naive, texts, lang):
    tokens = tokenise(*pack_texts(["".join(a + b for a, b in text) for text in texts]))
    langs = np.arange(lang, lang + len(texts), dtype=np.uint8) % len(LANGUAGES)
    at, place = places.matches(tokens, langs=langs.astype(np.uint8))
    got = [place[at[i] : at[i + 1]].tolist() for i in range(len(texts))]
    assert got == [naive.text(tokens, i, int(langs[i])) for i in range(len(texts))]


@pytest.mark.parametrize(
    ("text", "lang", "town"),
    [
        ("Пожар в Омске", "ru", "Omsk"), ("под Тверью", "ru", "Tver"),
        ("в Нижнем Новгороде", "ru", "Nizhniy Novgorod"), ("у Харкові", "uk", "Kharkiv"),
        ("біля Полтави", "uk", "Poltava"), ("w Łodzi", "pl", "Lodz"),
        ("w Krakowie i Warszawie", "pl", "Krakow"), ("do Gdańska", "pl", "Gdansk"),
        ("στη Ρόδο", "el", "Rhodes"), ("İzmirde deprem", "tr", "Izmir"),
        ("ঢাকার একটি ভবনে", "bn", "Dhaka"), ("경주인데", "ko", "Gyeongju"),
        ("em Petrópolis", "pt", "Petropolis"), ("near Petropolis", "und", "Saint Petersburg"),
        ("près de Chamonix", "fr", "Chamonix-Mont-Blanc"),
    ],
)  # fmt: skip
def test_a_name_is_found_as_its_language_bends_it(places, text, lang, town):
    langs = np.array([LANGUAGES.index(lang)], np.uint8)
    assert town in [name for name, _ in found(places, text, langs=langs)]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_borne_and_read_alike(places, naive, text):
    tokens = tokenise(*pack_texts([text]))
    _, place = places.matches(tokens)
    assert place.tolist() == naive.text(tokens, 0)


def test_distances_and_centres():
    assert float(distance_km(48.8566, 2.3522, 51.5074, -0.1278)) == pytest.approx(343.5, abs=1.5)
    assert float(distance_km(0, 179.5, 0, -179.5)) == pytest.approx(111.2, abs=0.5)
    assert distance_km([0, 0], [0, 1], 0, 0).shape == (2,)
    lat, lon = centre_of([10, 10], [179, -179], [1, 1])
    assert abs(lon) == pytest.approx(180)
    assert lat == pytest.approx(10, abs=0.01)
    assert spread_km([0, 0, 0], [0, 1, 5], (0, 0), 0.6, 1.0) == pytest.approx(111.2, abs=0.5)
    with pytest.raises(ValueError, match="at least one point"):
        centre_of([], [], [])
