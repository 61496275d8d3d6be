"""The vocabulary's data: complete, disjoint from assembly, and read as its own examples say."""

import importlib.util
import tomllib
from collections import Counter
from typing import get_args

import msgspec
import pytest

from tidy.files import ROOT
from tocsin.gate import examples
from tocsin.gate.examples import coverage, faults_of
from tocsin.gate.reading import seen_in, seen_in_all
from tocsin.model import Category, Severity
from tocsin.vocabulary.facts import FACT_IDS
from tocsin.vocabulary.hazards import data_folder, load_hazards, read_tables
from tocsin.vocabulary.lexicon import compile_lexicon, find
from tocsin.vocabulary.tokens import pack_texts, tokenise
from tocsin.vocabulary.tongues import LANGUAGES

FULL = LANGUAGES[1:]
LEAST_HAZARDS = 90
FORBIDDEN = ("protest", "strike_action", "riot", "unrest", "looting", "tear_gas", "police")
SENSE_KEYS = {
    "figurative", "fiction", "sport", "past", "drill", "hypothetical", "negated",
    "first_person", "injury", "shout",
}  # fmt: skip
HAZARDS = {hazard.key: hazard for hazard in load_hazards()}

# Assembly in many languages, each with a word that elsewhere would be a hazard.
ASSEMBLIES = {
    "en": "Thousands rally downtown, the march will flood the streets and storm city hall",
    "es": "La huelga y la manifestación incendian la ciudad, gran terremoto político",
    "pt": "A greve geral pega fogo e a manifestação explodiu na avenida",
    "fr": "La grève met le feu aux poudres, la manifestation explose place de la mairie",
    "de": "Der Streik explodiert, tausende bei der Demonstration im Zentrum",
    "it": "Lo sciopero esplode, il corteo incendia il centro, tornado di bandiere",
    "nl": "De staking ontploft, de betoging is een tsunami van vlaggen",
    "pl": "Strajk wybuchł, protest jak tsunami w centrum miasta",
    "ru": "Забастовка взорвала город, митинг как цунами",
    "uk": "Страйк вибухнув, протест як цунамі",
    "tr": "Grev patladı, protesto tsunami gibi büyüyor",
    "fa": "اعتصاب مثل سونامی شد و تظاهرات شهر را آتش زد",
    "ar": "المظاهرة كانت زلزال في المدينة والإضراب مستمر",
    "hi": "हड़ताल का tsunami, प्रदर्शन में storm",
    "id": "Unjuk rasa seperti tsunami, mogok kerja meledak",
    "vi": "Biểu tình như tsunami, đình công bùng nổ",
    "ko": "파업 tsunami 시위 폭발",
    "zh": "罢工如 tsunami 游行 爆発",
    "ja": "デモが爆発、ストライキで電車が止まった",
    "tl": "Welga at rally, parang tsunami sa kalsada",
}

# What stays a hazard although an assembly word is part of its name.
NO_ASSEMBLY = {
    "Air strike hits a warehouse, many wounded": "air_strike",
    "Lightning strike sets off a house fire": "building_fire",
    "Magnitude 6 earthquake strikes the coast": "earthquake",
    "Rally car ploughed into the crowd, spectators injured": "vehicle_attack",
    "Fire near Union Station, smoke everywhere": "fire",
}

FIGURES = {
    "Explosion kills three and injures 40": {"killed": 3, "injured": 40},
    "Magnitude 5.8 earthquake felt across the valley": {"magnitude": 5.8},
    "Terremoto: doce muertos y 200 heridos": {"killed": 12, "injured": 200},
    "Incêndio em prédio, 15 feridos": {"injured": 15},
    "Explosion dans un immeuble, 4 morts": {"killed": 4},
    "地震で3人が死亡": {"killed": 3},
    "انفجار كبير و 7 قتلى": {"killed": 7},
    "Flooding, road closed, 300 evacuated": {"road_closed": 1, "evacuated": 300},
}


def phrases(wording):
    """Every phrase of a wording that can become a hit."""
    halves = [half.strip() for pair in wording.pairs for half in pair.split("+")]
    return [*wording.terms, *halves]


def table(folder, lang):
    """One data file."""
    return tomllib.loads((data_folder() / folder / f"{lang}.toml").read_text(encoding="utf-8"))


def test_there_is_a_hazard_of_every_category_and_none_of_assembly():
    assert len(HAZARDS) >= LEAST_HAZARDS
    assert {hazard.category for hazard in HAZARDS.values()} | {"Other"} == set(get_args(Category))
    assert not [key for key in HAZARDS for word in FORBIDDEN if word in key]


@pytest.mark.parametrize("key", sorted(HAZARDS))
def test_a_hazard_is_complete(key):
    hazard = HAZARDS[key]
    assert hazard.category in get_args(Category) and hazard.severity in get_args(Severity)
    assert set(hazard.related) <= set(HAZARDS) - {key}
    assert 1 <= hazard.radius_km <= 1000 and 1 <= hazard.duration_h <= 24 * 14
    assert not (hazard.life_safety and hazard.disruption)
    assert len(hazard.wordings["en"].yes) >= 4 and len(hazard.wordings["en"].no) >= 3
    assert all(len(wording.terms) >= 3 for wording in hazard.wordings.values())


@pytest.mark.parametrize("lang", FULL)
def test_every_hazard_is_read_as_its_examples_say(lang):
    assert not faults_of(lang)


def test_a_wrong_example_is_found(monkeypatch):
    quake = HAZARDS["earthquake"]
    words = msgspec.structs.replace(
        quake.wordings["en"],
        yes=("The tide is out", "Thousands march after the earthquake"),
        no=("Strong earthquake in the valley, 3 killed", "Their new album hits like an earthquake"),
        terms=("quake", "Quake", "earthquake"),
        figurative=("earthquake",),
    )
    wrong = msgspec.structs.replace(quake, wordings={"en": words}, labels={})
    monkeypatch.setattr(examples, "load_hazards", lambda: (wrong,))
    assert [fault.what.split(" is ")[0].split(" stands")[0] for fault in faults_of("en")] == [
        "has no label in this language", "'Quake'", "'earthquake'", "'The tide",
        "'Thousands march after the earthquake'", "'Strong earthquake in the valley, 3 killed'",
    ]  # fmt: skip
    assert [fault.what for fault in faults_of("fr")] == ["has no words in this language"]


def test_no_hazard_phrase_holds_a_word_of_assembly():
    tables = read_tables("assembly").values()
    masks = [(term, 1) for t in tables for term in t["terms"]]
    spares = [(term, 2) for t in tables for term in t.get("exceptions", ())]
    lexicon = compile_lexicon([*masks, *spares])
    wanted = [
        (hazard.key, phrase.rstrip("@").rstrip("*"))
        for hazard in load_hazards()
        for wording in hazard.wordings.values()
        for phrase in phrases(wording)
    ]
    hits = find(lexicon, tokenise(*pack_texts([phrase for _, phrase in wanted]), lexicon.stems))
    found = []
    for i, (key, phrase) in enumerate(wanted):
        here = range(hits.at[i], hits.at[i + 1])
        spared = {
            t
            for h in here
            if hits.code[h] == 2
            for t in range(hits.token[h], hits.token[h] + hits.length[h])
        }
        found += [
            (key, phrase)
            for h in here
            if hits.code[h] == 1
            and not set(range(hits.token[h], hits.token[h] + hits.length[h])) <= spared
        ]
    assert not found, found


def test_assembly_is_known_in_many_languages():
    tables = read_tables("assembly")
    assert len(tables) >= 30 and set(FULL) <= set(tables)
    assert all(set(t) <= {"terms", "exceptions"} and t["terms"] for t in tables.values())


@pytest.mark.parametrize("lang", sorted(ASSEMBLIES))
def test_an_assembly_is_masked_and_no_report(lang):
    seen = seen_in(ASSEMBLIES[lang])
    assert seen.masked and not seen.counts, seen


@pytest.mark.parametrize("text", sorted(NO_ASSEMBLY))
def test_a_hazard_with_an_assembly_word_in_its_name_is_spared(text):
    seen = seen_in(text)
    assert (seen.hazard, seen.counts, seen.masked) == (NO_ASSEMBLY[text], True, False), seen


@pytest.mark.parametrize("lang", FULL)
def test_senses_and_facts_are_complete(lang):
    senses, facts = table("senses", lang), table("facts", lang)
    assert set(senses) == SENSE_KEYS and all(senses.values())
    assert set(facts) == {*FACT_IDS, "number_words", "age"}
    assert facts["age"]["after"] and facts["age"]["before"]
    assert all(facts[kind]["cues"] for kind in FACT_IDS)
    assert all(value > 0 for value in facts["number_words"].values())


def test_coverage_counts_what_is_there():
    rows = {row.lang: row for row in coverage()}
    assert set(rows) == set(FULL)
    assert rows["en"].hazards == len(HAZARDS) and rows["en"].terms > 2_000


@pytest.mark.parametrize("text", sorted(FIGURES))
def test_figures_are_read(text):
    found = dict(seen_in(text).facts)
    assert {kind: found.get(kind) for kind in FIGURES[text]} == FIGURES[text]


def test_languages_are_told_apart():
    assert set(read_tables("languages")) == set(FULL)
    for lang in FULL:
        words = table("languages", lang)
        assert len(words["stop"]) >= 40 and words["place_cues"] and words["name"]
    for lang in FULL:
        texts = [text for hazard in load_hazards() for text in hazard.wordings[lang].yes]
        told = Counter(seen.language for seen in seen_in_all(texts))
        assert told[lang] >= 0.7 * len(texts), told
        assert len(texts) - told[lang] - told["und"] <= 0.1 * len(texts), told


def test_the_reference_page_is_the_data():
    spec = importlib.util.spec_from_file_location(
        "write_hazards", ROOT / "docs" / "reference" / "write_hazards.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "reference" / "hazards.md").read_text(encoding="utf-8")
    assert page == module.page(), "Run: python docs/reference/write_hazards.py"
