"""Hours in which one thing happens in many places: it stays one event, with an extent."""

import pytest

from scenarios import countries, hours_with, standing, told
from streams import START_MS
from tocsin.clock import HOUR_MS, MINUTE_MS

AT_MS = START_MS + 3 * HOUR_MS
_FLOOD = (
    "flood {}, the road is under water", "the river burst its banks, flooding {}",
    "our cellar is full, flood {}", "flooding {} and it keeps rising", "flooded streets {}",
)  # fmt: skip
_STORM = (
    "storm Odalys is over us {}", "#Odalys storm took our roof {}", "storm Odalys, trees down {}",
    "the storm is terrible {}, this Odalys", "Odalys: no light since the storm came {}",
)  # fmt: skip
_TOWNS = (
    "Passau", "Deggendorf", "Straubing", "Regensburg", "Kelheim", "Ingolstadt", "Vilshofen",
    "Plattling", "Landshut", "Dingolfing", "Rosenheim", "Traunstein", "Freilassing", "Burghausen",
    "Altötting", "Mühldorf", "Wasserburg", "Simbach", "Pfarrkirchen", "Eggenfelden",
)  # fmt: skip
_ALONG = (("Lisbon, Portugal", "PT"), ("Bilbao, Spain", "ES"), ("Bordeaux, France", "FR"),
          ("Geneva, Switzerland", "CH"), ("Milan, Italy", "IT"))  # fmt: skip


def test_a_flood_over_twenty_towns_is_one_event_with_an_extent():
    chains = hours_with(
        10,
        *(
            told(
                AT_MS + k * 12 * MINUTE_MS, 9, _FLOOD, town,
                over_ms=40 * MINUTE_MS, places=(f"in {town}",),
            )
            for k, town in enumerate(_TOWNS)
        ),
    )  # fmt: skip
    found = standing(chains)
    assert len(found) == 1
    assert found[0][-1].place.country == "DE"


def test_a_named_storm_that_crosses_five_countries_is_one_event():
    chains = hours_with(
        16,
        *(
            told(
                AT_MS + k * 2 * HOUR_MS, 24, _STORM, country,
                over_ms=150 * MINUTE_MS, places=(f"in {town}", f"in {town.split(',')[0]}"),
            )
            for k, (town, country) in enumerate(_ALONG)
        ),
    )  # fmt: skip
    found = standing(chains)
    assert len(found) == 1
    assert found[0][0].place.country == "PT"


def test_storms_of_two_names_on_two_continents_are_two():
    other = tuple(line.replace("Odalys", "Kemuel") for line in _STORM)
    chains = hours_with(
        6,
        told(AT_MS, 24, _STORM, "here", over_ms=HOUR_MS, places=("in Lisbon, Portugal",)),
        told(AT_MS, 24, other, "there", over_ms=HOUR_MS, places=("in Manila, Philippines",)),
    )
    assert countries(standing(chains)) == ["PH", "PT"]


_MATCH = (
    "what a match, our striker is on fire tonight", "he shoots and scores, the stadium explodes",
    "we storm into the semi final", "goals rain down, the keeper is shaking",
    "their defence collapsed, what a bomb from thirty metres",
)  # fmt: skip
_PARADE = (
    "the parade starts at the bridge", "marching bands and ten thousand people at the parade",
    "we march with our drums through the old town", "the demonstration passes the market now",
    "confetti everywhere at the parade, lovely",
)  # fmt: skip
_FIRE = (
    "fire {}, black smoke over the roofs", "a building is on fire {}", "big fire {}, I see flames",
    "firefighters at the fire {}", "we had to leave, fire {}",
)  # fmt: skip


@pytest.mark.parametrize("times", [1, 4])
def test_a_match_and_a_parade_in_the_city_add_nothing_to_its_fire(times):
    fire = told(
        AT_MS, 24, _FIRE, "fire", over_ms=HOUR_MS, places=("in Zaragoza", "in Zaragoza, Spain")
    )
    crowd = [
        *told(AT_MS, 40 * times, _MATCH, "match", over_ms=HOUR_MS, places=("",)),
        *told(AT_MS, 40 * times, _PARADE, "parade", over_ms=HOUR_MS, places=("",)),
    ]
    inside = [dict(each, text=f"{each['text']} #Zaragoza") for each in crowd]
    chains = hours_with(5, fire, inside)
    assert len(standing(chains)) == 1
    assert {event.hazard for event in standing(chains)[0]} <= {"fire", "building_fire"}
    assert standing(chains)[0][-1].voices == "15-49"
    assert standing(chains)[0][-1].place.name == "Zaragoza"
    assert [len(chain) for chain in chains] == [len(chain) for chain in hours_with(5, fire)]
