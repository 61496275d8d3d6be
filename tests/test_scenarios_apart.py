"""Hours in which two things of one kind happen: what the evidence keeps apart stays apart."""

from scenarios import countries, hours_with, standing, told
from streams import START_MS
from tocsin.clock import HOUR_MS, MINUTE_MS

AT_MS = START_MS + 3 * HOUR_MS
_QUAKE = (
    "I felt the earthquake {}", "strong earthquake {} just now", "earthquake, the walls moved {}",
    "did you feel that earthquake {}", "long earthquake here {}",
)  # fmt: skip
_FIRE = (
    "big fire {}, I can see the flames", "fire {}, smoke over our street",
    "a house is on fire {}", "fire engines racing to the fire {}", "I smell the fire {}",
)  # fmt: skip
_BLAST = (
    "huge explosion {}", "I heard the explosion {}", "explosion {}, windows are broken",
    "that explosion shook the house {}", "there was an explosion {}",
)  # fmt: skip


def test_two_quakes_within_a_minute_on_two_continents_are_two():
    chains = hours_with(
        5,
        told(AT_MS, 30, _QUAKE, "lima", places=("in Lima", "in Lima, Peru", "")),
        told(AT_MS + MINUTE_MS, 30, _QUAKE, "izmir", places=("in Izmir", "in Izmir, Turkey", "")),
    )
    assert countries(standing(chains)) == ["PE", "TR"]
    assert len(chains) == 2
    assert {chain[-1].hazard for chain in chains} == {"earthquake"}


def test_an_aftershock_after_hours_of_silence_is_an_event_of_its_own():
    chains = hours_with(
        12,
        told(AT_MS, 40, _QUAKE, "first", over_ms=HOUR_MS // 2, places=("in Lima",)),
        told(AT_MS + 6 * HOUR_MS, 25, _QUAKE, "second", places=("in Lima",)),
    )
    assert len(standing(chains)) == 2
    assert chains[0][-1].event_id != chains[1][-1].event_id
    assert chains[0][-1].phase == "resolved"
    assert chains[0][-1].at < chains[1][0].first_seen


def test_an_aftershock_while_all_still_speak_of_the_shock_belongs_to_it():
    chains = hours_with(
        6,
        told(AT_MS, 60, _QUAKE, "first", over_ms=HOUR_MS, places=("in Lima",)),
        told(AT_MS + HOUR_MS, 25, _QUAKE, "second", places=("in Lima",)),
    )
    assert len(standing(chains)) == 1
    assert standing(chains)[0][-1].voices == "50-199"


def test_two_fires_at_two_ends_of_one_city_are_two():
    chains = hours_with(
        5,
        told(AT_MS, 24, _FIRE, "south", places=("in Croydon, London", "in Croydon")),
        told(
            AT_MS + 5 * MINUTE_MS, 24, _FIRE, "north", places=("in Enfield, London", "in Enfield")
        ),
    )
    found = standing(chains)
    assert sorted(chain[-1].place.name for chain in found) == ["Croydon", "Enfield Town"]
    assert [chain for chain in chains if chain not in found] == []


def test_one_fire_in_one_city_told_in_many_words_is_one():
    chains = hours_with(
        5,
        told(AT_MS, 24, _FIRE, "south", places=("in Croydon, London", "in Croydon", "in London")),
        told(AT_MS + 5 * MINUTE_MS, 16, _BLAST, "beside", places=("in Croydon",)),
    )
    assert len(standing(chains)) == 1


def test_a_second_explosion_in_another_town_of_the_region_is_an_event_of_its_own():
    chains = hours_with(
        5,
        told(AT_MS, 20, _BLAST, "one", places=("in Zaragoza", "in Zaragoza, Spain")),
        told(AT_MS + 20 * MINUTE_MS, 20, _BLAST, "two", places=("in Huesca", "in Huesca, Spain")),
    )
    assert sorted(chain[-1].place.name for chain in standing(chains)) == ["Huesca", "Zaragoza"]


def test_each_of_two_fires_keeps_its_id_from_the_first_report_on():
    south = told(AT_MS, 24, _FIRE, "south", places=("in Croydon, London",))
    alone = hours_with(5, south)
    both = hours_with(
        5, south, told(AT_MS + 30 * MINUTE_MS, 24, _FIRE, "north", places=("in Enfield, London",))
    )
    assert alone[0][0].event_id == both[0][0].event_id
    assert [event.place.name for event in both[0]] == ["Croydon"] * len(both[0])
