"""Watches in people's own words: every case of the policy, and nothing of a text is kept."""

import random
from pathlib import Path

import msgspec
import pytest

from tocsin.errors import WatchRefused
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids
from tocsin.vocabulary.stored import data_folder, files_under
from tocsin.watch import compile_text, compile_watch
from tocsin.watch.areas import Area
from tocsin.watch.policy import load_policy
from tocsin.watch.written import admits_label

FOLDER = Path(__file__).parent / "watch_cases"
FILES = sorted(path.stem for path in FOLDER.glob("*.tsv"))


def rows(name):
    """(verdict, what is wanted, text) of each line of a file of cases."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines]


REFUSED = [text for name in FILES for verdict, _, text in rows(name) if verdict == "refuse"]


@pytest.fixture(scope="module")
def find():
    gazetteer = Gazetteer.load()
    return lambda name: [gazetteer.place(index) for index in gazetteer.find(name)]


def outcome(text, find):
    """("accept", written) or ("refuse", refusal)."""
    try:
        return "accept", compile_text(text, find)
    except WatchRefused as refusal:
        return "refuse", refusal


def country(area):
    return area.country or area.label.rpartition("(")[2].rstrip(")")


def agrees(wanted, wish):
    """Whether a wish holds the wanted hazards (all, and no stranger) in the wanted countries."""
    hazards, _, countries = wanted.partition(" @ ")
    found = {country(area) for area in wish.areas} or {"-"}
    if found != set(countries.split(",")):
        return False
    if hazards == "*":
        return wish.hazards == "any"
    named = tuple(hazards.split(","))
    narrower = load_policy().widened(named)
    return wish.hazards != "any" and set(named) <= set(wish.hazards) <= set(narrower)


@pytest.mark.parametrize("name", FILES)
def test_every_case_is_judged_as_the_policy_says(name, find):
    wrong = []
    for verdict, wanted, text in rows(name):
        got, found = outcome(text, find)
        if got != verdict:
            wrong.append((text, "should be", verdict, str(found)))
        elif name == "policy":
            continue
        elif verdict == "refuse" and found.category != wanted:
            wrong.append((text, "refused as", found.category, "not", wanted))
        elif verdict == "accept" and not agrees(wanted, found.wish):
            wrong.append((text, "means", found.wish.meaning()))
    assert not wrong, "\n".join(map(str, wrong))


def test_both_error_rates_are_printed_and_nought(find, capsys):
    counts = {(verdict, got): 0 for verdict in ("accept", "refuse") for got in ("accept", "refuse")}
    for name in FILES:
        for verdict, _, text in rows(name):
            counts[verdict, outcome(text, find)[0]] += 1
    with capsys.disabled():
        for verdict, wrong in (("accept", "refused"), ("refuse", "accepted")):
            other = "refuse" if verdict == "accept" else "accept"
            every = counts[verdict, verdict] + counts[verdict, other]
            print(f"\nfalsely {wrong}: {counts[verdict, other]} of {every}", end="")
    assert counts["accept", "refuse"] == counts["refuse", "accept"] == 0
    assert counts["accept", "accept"] > 250 and counts["refuse", "refuse"] > 250


def test_a_figure_in_groups_of_three_is_one_number(find):
    for text in ("20 000 clients sans électricité", "10.000 Kunden ohne Strom"):
        (fact,) = compile_text(f"power outage {text}", find).wish.facts
        assert (fact.kind, fact.least) in (("without_power", 20_000.0), ("without_power", 10_000.0))


def test_there_are_enough_cases_in_enough_languages():
    assert len(FILES) - 1 >= 15
    assert sum(len(rows(name)) for name in FILES if name != "policy") >= 300


def test_no_refusal_repeats_its_text(find):
    for text in REFUSED:
        _, refusal = outcome(text, find)
        assert refusal.reason and refusal.suggestion and "\n" not in str(refusal)
    _, refusal = outcome("flood Quollivander Street protest", find)
    assert "uollivander" not in f"{refusal} {refusal.args} {refusal.category}".casefold()


def test_changes_that_nobody_sees_make_no_refused_text_pass(find):
    dice = random.Random(3)
    marks = ["\u200b", "\u00ad", "\u2060", "\ufe0f", "\u0301"]
    for text in dice.sample(REFUSED, 120):
        at = dice.randrange(len(text))
        wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in text)
        for changed in (text.upper(), text.lower(), text.title(), wide, f" {text} ",
                        text[:at] + dice.choice(marks[:4]) + text[at:]):  # fmt: skip
            got, found = outcome(changed, find)
            assert got == "refuse", (changed, found)


def test_a_watch_holds_nothing_of_its_text(find):
    table = {"text": "Pickett Fire evacuation Napa, strike-slip", "channel": "page"}
    made = compile_watch(table, hazard_ids(), find)
    kept = msgspec.json.encode(made).decode().casefold()
    assert "pickett" not in kept and "slip" not in kept and "napa" in kept
    again = compile_watch(dict(table, text="wildfire Napa"), hazard_ids(), find)
    assert again.id == made.id, "one meaning, one watch"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("earthquake M5+ Japan or Taiwan",
         "earthquake, level yellow or above, magnitude 5 or more, in Japan (JP) or in Taiwan (TW)"),
        ("wildfire within 20 miles of Napa",
         "wildfire, level yellow or above, within 32.187 km of Napa (US)"),
        ("rail disruption London, not Heathrow",
         "rail disruption, level yellow or above, within 50 km of London (GB), "
         "not within 4 km of Heathrow Airport (GB)"),
        ("any red event within 80 km of Porto",
         "any hazard, level red, within 80 km of Porto (PT)"),
        ("inundaciones Chiapas severas",
         "flash flood or flood, level yellow or above, severity Severe or above, "
         "within 168 km of Chiapas (MX)"),
        ("landslide Nepal killed >= 3",
         "landslide, level yellow or above, killed 3 or more, in Nepal (NP)"),
        ("confirmed tornado Oklahoma City",
         "tornado, level yellow or above, once confirmed, within 50 km of Oklahoma City (US)"),
    ],
)  # fmt: skip
def test_a_text_is_shown_back_in_words(text, meaning, find):
    assert compile_text(text, find).wish.meaning() == meaning


def test_what_is_not_wanted_is_only_what_stands_behind_not(find):
    wish = compile_text("storms not hail Japan", find).wish
    assert "hail" not in wish.hazards and "tornado" in wish.hazards
    assert [area.country for area in wish.areas] == ["JP"] and not wish.not_areas
    wish = compile_text("floods in Spain, not Madrid or Lisbon", find).wish
    assert len(wish.areas) == 1 and len(wish.not_areas) == 2


def test_my_sites_are_those_that_are_given(find):
    site = Area(50.0, 8.0, 3.0, label="site-1")
    assert compile_text("any red event near my sites", find, [site]).wish.areas == (site,)
    assert outcome("any red event near my sites", find)[1].category == "sites"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("wildfre Greece", "Did you mean wildfire?"),
        ("rail strike", "Try: rail disruption, London."),
        ("Rohingya flood Dhaka", "Try: flood, Dhaka."),
        ("London", "Try: any hazard, London."),
    ],
)
def test_a_refusal_says_what_to_write_instead(text, suggestion, find):
    assert outcome(text, find)[1].suggestion == suggestion


def test_advice_about_a_person_holds_no_place(find):
    _, refusal = outcome("Bertil Valencia house fire", find)
    assert refusal.category == "person" and "Valencia" not in refusal.suggestion.partition(":")[0]
    assert refusal.suggestion == "Try: building fire."


@pytest.mark.parametrize(
    ("label", "fine"),
    [
        ("North depot", True), ("Lager 3", True), ("Bertil Quast", False), ("@quast", False),
        ("quast@example.org", False), ("union office", False), ("x" * 41, False),
        ("call +44 7700 900123", False),
    ],
)  # fmt: skip
def test_labels_of_sites_are_gated(label, fine):
    assert admits_label(label) is fine


def test_the_policy_is_part_of_the_contract_hash():
    files = dict(files_under(data_folder()))
    assert {"policy/refused.toml", "policy/persons.toml", "policy/groups.toml"} <= set(files)


def test_no_group_and_no_kind_of_site_is_about_people():
    policy = load_policy()
    for name in REFUSED:
        assert name.casefold() not in policy.groups
    assert set(policy.groups) & {"storms", "fires", "outages"}
