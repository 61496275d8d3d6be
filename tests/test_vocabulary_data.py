"""The vocabulary's data: complete, disjoint from assembly, and read as its own examples say."""

import importlib.util
import tomllib
from collections import Counter
from typing import get_args

import pytest

from tidy.files import ROOT
from tocsin.gate.reading import seen_in, seen_in_all
from tocsin.model import Category, Severity
from tocsin.vocabulary.facts import FACT_IDS
from tocsin.vocabulary.hazards import LANGUAGES, data_folder, load_hazards, read_tables
from tocsin.vocabulary.lexicon import compile_lexicon, find
from tocsin.vocabulary.tokens import PHRASE_MAX, pack_texts, phrase_tokens, tokenise

FULL = ("en", "es", "pt", "fr", "ja", "ar")
KEYS = {
    "earthquake", "tsunami", "volcano", "landslide", "avalanche", "flood", "flash_flood",
    "storm", "tornado", "tropical_cyclone", "hail", "blizzard", "heat_wave", "cold_wave",
    "drought", "wildfire", "building_fire", "industrial_fire", "fire", "explosion",
    "building_collapse", "bridge_collapse", "dam_failure", "crowd_crush", "shooting",
    "stabbing", "bombing", "air_strike", "vehicle_attack", "siege", "aviation_accident",
    "rail_accident", "road_accident", "ship_accident", "power_outage", "water_outage",
    "internet_outage", "disease_outbreak", "poisoning", "chemical_spill", "gas_leak",
    "oil_spill", "radiation", "air_pollution", "meteor", "cyber_attack", "transport_disruption",
    "drowning", "incident",
}  # fmt: skip
FORBIDDEN = ("protest", "strike_action", "riot", "unrest", "looting", "tear_gas", "police")
SENSE_KEYS = {
    "figurative", "fiction", "sport", "past", "drill", "hypothetical", "negated",
    "first_person", "injury", "shout",
}  # fmt: skip
HAZARDS = {hazard.key: hazard for hazard in load_hazards()}
CASES = [(key, lang) for key in sorted(KEYS) for lang in FULL]

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


def test_the_hazards_are_the_agreed_ones():
    assert set(HAZARDS) == KEYS
    assert not [key for key in HAZARDS for word in FORBIDDEN if word in key]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_hazard_is_complete(key):
    hazard = HAZARDS[key]
    assert hazard.category in get_args(Category) and hazard.severity in get_args(Severity)
    assert all(hazard.labels[lang] for lang in FULL)
    assert set(hazard.related) <= KEYS - {key}
    assert 1 <= hazard.radius_km <= 1000 and 1 <= hazard.duration_h <= 24 * 14
    assert not (hazard.life_safety and hazard.disruption)
    for lang in FULL:
        least = 4 if lang == "en" else 2
        wording = hazard.wordings[lang]
        assert len(wording.yes) >= least and len(wording.no) >= least, lang
        assert len(set(wording.yes) | set(wording.no)) == len(wording.yes) + len(wording.no)


@pytest.mark.parametrize(("key", "lang"), CASES)
def test_phrases_are_well_formed_and_unique(key, lang):
    wording = HAZARDS[key].wordings[lang]
    for name in ("terms", "figurative"):
        shapes = [(tuple(t), stem) for t, stem in map(phrase_tokens, getattr(wording, name))]
        twice = [shape for shape, count in Counter(shapes).items() if count > 1]
        assert not twice, f"{name}: a phrase stands twice (after folding)"
        assert all(0 < len(tokens) <= PHRASE_MAX for tokens, _ in shapes)
    assert all(pair.count("+") == 1 for pair in wording.pairs)
    assert not set(wording.terms) & set(wording.figurative), "a term cannot be its own exception"


@pytest.mark.parametrize(("key", "lang"), CASES)
def test_examples_are_read_as_expected(key, lang):
    wording = HAZARDS[key].wordings[lang]
    for text, seen in zip(wording.yes, seen_in_all(list(wording.yes)), strict=True):
        assert (seen.hazard, seen.counts) == (key, True), f"{text!r} is read as {seen}"
        assert not seen.masked, f"{text!r} holds a word of assembly"
    for text, seen in zip(wording.no, seen_in_all(list(wording.no)), strict=True):
        assert not seen.counts, f"{text!r} is read as {seen}"


def test_no_hazard_phrase_holds_a_word_of_assembly():
    tables = read_tables("assembly").values()
    masks = [(term, 1) for t in tables for term in t["terms"]]
    spares = [(term, 2) for t in tables for term in t.get("exceptions", ())]
    lexicon = compile_lexicon([*masks, *spares])
    wanted = [
        (hazard.key, phrase.rstrip("*"))
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
    assert len(tables) >= 16 and set(FULL) <= set(tables)
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
    assert set(facts) == {*FACT_IDS, "number_words"}
    assert all(facts[kind]["cues"] for kind in FACT_IDS)
    assert all(0 < value < 65_536 for value in facts["number_words"].values())


@pytest.mark.parametrize("text", sorted(FIGURES))
def test_figures_are_read(text):
    found = dict(seen_in(text).facts)
    assert {kind: found.get(kind) for kind in FIGURES[text]} == FIGURES[text]


def test_languages_are_told_apart():
    wanted = set(FULL) | {"de", "it", "nl", "tr", "id", "tl"}
    assert wanted <= set(read_tables("languages")) <= set(LANGUAGES)
    for lang in sorted(wanted):
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
