"""The cluster's votes place an event, no finer than they bear and the contract allows."""

import pytest
from msgspec.structs import replace

from tocsin.locate import Circle, locate, place_of, population_band
from tocsin.locate.namesakes import settled
from tocsin.locate.population import band_of
from tocsin.model import Evidence, Place, PlaceVotes
from tocsin.vocabulary.gazetteer import COUNTRY, Gazetteer
from tocsin.vocabulary.geometry import apart_km, distance_km


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


def evidence(gazetteer: Gazetteer, **votes: float) -> Evidence:
    """Evidence whose places are given by name, `_` for a space and `__` for a comma."""
    named = []
    for name, count in votes.items():
        at = gazetteer.find(name.replace("__", ", ").replace("_", " "))[0]
        named.append(PlaceVotes(place=at, votes=count))
    return Evidence(
        number=1, event_id="0" * 16, phase="reported", at_ms=0, first_seen_ms=0, last_seen_ms=0,
        hazard=0, voices=9, families=(1,), places=tuple(named), facts=(), languages=(),
        witness_share=0.5, diversity=0.5, masked_share=0.0, injury_share=0.0, surprise=9.0,
        window_s=3600,
    )  # fmt: skip


def test_no_votes_no_place(places):
    assert locate(evidence(places), places) == ()
    stray = evidence(places, Chile=0.0)
    assert locate(stray, places) == ()


def test_country_only_says_so(places):
    (origin, *_) = locate(evidence(places, Chile=9), places)
    assert (origin.place.kind, origin.place.country, origin.share) == ("country", "CL", 1.0)
    assert origin.place.radius_km > 400


def test_towns_of_the_winning_country_beat_a_larger_single_town(places):
    votes = evidence(places, London=6, Lyon__France=4, Paris__France=4, France=3)
    best = locate(votes, places)[0].place
    assert best.country == "FR"


def test_a_city_vote_also_counts_for_its_region_and_country(places):
    chain = locate(evidence(places, Waco=5, Dallas=5, Houston=5, Austin__Texas=5), places)
    by_kind = {origin.place.kind: origin for origin in reversed(chain)}
    assert by_kind["admin1"].place.name == "Texas"
    assert by_kind["admin1"].share == by_kind["country"].share == 1.0


def test_finest_level_needs_its_share(places):
    scarce = locate(evidence(places, Japan=40, Sendai=4), places)[0].place
    assert scarce.kind == "country"
    enough = locate(evidence(places, Japan=20, Miyagi=14, Sendai=14), places)[0].place
    assert enough.name == "Sendai"
    assert enough.radius_km >= 15


def test_a_single_vote_moves_nothing_below_the_country(places):
    best = locate(evidence(places, Japan=5, Sendai=1), places)[0].place
    assert best.kind == "country"


def test_doubt_widens_the_radius(places):
    sure = locate(evidence(places, Sendai=20), places)[0].place
    unsure = locate(evidence(places, Sendai=10, Miyagi=29), places)[0].place
    assert sure.name == unsure.name == "Sendai"
    assert unsure.radius_km > sure.radius_km


def test_towns_named_beside_it_are_taken_in(places):
    best = locate(evidence(places, Boulder__Colorado=9, Longmont=6, Denver=5), places)[0].place
    denver = places.place(places.find("Denver")[0])
    assert best.name == "Boulder"
    assert best.radius_km >= float(distance_km(best.lat, best.lon, denver.lat, denver.lon)) - 0.1


def test_namesakes_follow_the_cluster(places):
    us = evidence(places, Springfield__Missouri=10, Chicago=6, Illinois=6)
    assert locate(us, places)[0].place.admin1 == "Illinois"
    kept = settled({places.find("Glasgow, Scotland")[0]: 30.0, places.find("Ohio")[0]: 3.0}, places)
    assert places.find("Glasgow, Scotland")[0] in kept


@pytest.mark.parametrize("rule", ["personal", "sensitive"])
def test_small_places_are_raised_when_people_are_near(places, rule):
    small = next(
        i for i in range(len(places))
        if places.kind[i] == 0 and 2_000 < places.population[i] < 5_000 and places.admin1[i] >= 0
    )  # fmt: skip
    votes = (PlaceVotes(place=small, votes=9.0),)
    cluster = replace(evidence(places), places=votes)
    assert locate(cluster, places)[0].gazetteer_id == small
    raised = locate(cluster, places, **{rule: True})
    assert raised[0].gazetteer_id == int(places.admin1[small])
    for origin in raised:
        assert places.population[origin.gazetteer_id] >= 20_000


def test_radius_floor_and_bounds_hold(places):
    for origin in locate(evidence(places, Waco=3, Texas=5, Chile=4), places, radius_floor_km=80.0):
        assert origin.place.radius_km >= 80.0
        assert 0.0 <= origin.share <= 1.0
    wide = {f"v{i}": i for i in range(400)}
    votes = tuple(PlaceVotes(place=i * 300, votes=1.0) for i in wide.values())
    cluster = replace(evidence(places), places=votes)
    assert 1 <= len(locate(cluster, places)) <= 6


def test_places_outside_the_table_are_passed_over(places):
    votes = (PlaceVotes(place=len(places) + 5, votes=9.0), PlaceVotes(place=-1, votes=9.0))
    cluster = replace(evidence(places), places=votes)
    assert locate(cluster, places) == ()


def test_the_order_of_the_votes_does_not_matter(places):
    forth = evidence(places, Waco=5, Dallas=5, Texas=3, Chile=2, Mexico=2)
    back = replace(forth, places=tuple(reversed(forth.places)))
    assert locate(forth, places) == locate(back, places)


def test_the_sea_is_a_place_without_a_country(places):
    (origin, *_) = locate(evidence(places, Bay_of_Bengal=9), places)
    assert (origin.place.kind, origin.place.country) == ("water", None)
    assert population_band(places, origin.place) is None


@pytest.mark.parametrize(
    ("people", "band"),
    [(0, "under 10,000"), (9_999, "under 10,000"), (10_000, "10,000-100,000"),
     (999_999, "100,000-1 million"), (1_000_000, "1-10 million"), (10_000_000, "over 10 million")],
)  # fmt: skip
def test_bands(people, band):
    assert band_of(people) == band


def test_population_counts_the_circle(places):
    assert population_band(places, None) is None
    chile = places.place(places.find("Chile")[0])
    assert population_band(places, chile) == "over 10 million"
    waco = places.place(places.find("Waco")[0])
    assert population_band(places, waco) == "100,000-1 million"
    wilds = Place(id="0", name="", kind="area", admin1=None, country="RU", lat=70.0, lon=100.0,
                  radius_km=5.0)  # fmt: skip
    assert population_band(places, wilds) == "under 10,000"


def test_every_country_can_be_placed(places):
    for index in places.countries.values():
        assert places.kind[index] == COUNTRY
        votes = (PlaceVotes(place=index, votes=5.0),)
        cluster = replace(evidence(places), places=votes)
        assert locate(cluster, places)[0].gazetteer_id == index


def test_an_official_circle_is_called_by_a_town_that_takes_it_in(places):
    lima = places.place(places.find("Lima, Peru")[0])
    near = place_of(Circle(lima.lat - 0.5, lima.lon, 80.0), places)
    assert (near.name, near.lat, near.lon) == ("Lima", lima.lat, lima.lon)
    away = float(distance_km(lima.lat - 0.5, lima.lon, lima.lat, lima.lon))
    assert near.radius_km == pytest.approx(away + 80.0, abs=0.2)
    # A small circle is called by what lies in it, however small.
    small = place_of(Circle(-12.12, -77.03, 3.0), places)
    assert float(distance_km(-12.12, -77.03, small.lat, small.lon)) <= 3.0
    # Where no town is near the nearest is taken, and none far out at sea.
    coast = place_of(Circle(-14.0, -79.0, 5.0), places)
    assert coast is not None and coast.radius_km > 200
    assert place_of(Circle(-48.0, -123.0, 100.0), places) is None


def test_distance_of_one_pair_is_that_of_arrays():
    for pair in ((0, 0, 0, 1), (45, 179.5, 45, -179.5), (89, 10, -89, 190), (12, 3, 12, 3)):
        assert apart_km(*pair) == pytest.approx(float(distance_km(*pair)), abs=1e-6)
