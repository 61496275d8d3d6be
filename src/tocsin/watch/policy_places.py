"""Airports and regions of the policy's own, and which countries speak a language."""

from functools import cache

from tocsin.model import Place
from tocsin.vocabulary.hazards import read_tables
from tocsin.watch.place_choice import Resolver


@cache
def policy_places() -> dict[str, Place]:
    """Places by folded name; ids begin with `policy:`."""
    return {
        key: Place(
            f"policy:{key}", of["name"], "area", None, of["country"],
            of["lat"], of["lon"], of["radius_km"],
        )
        for key, of in read_tables("policy")["places"].items()
    }  # fmt: skip


def with_policy_places(find: Resolver) -> Resolver:
    """A resolver that knows the policy's places too."""
    own = policy_places()

    def resolve(name: str) -> list[Place]:
        key = name.removeprefix("#policy:").casefold().removesuffix(" airport")
        place = own.get(key)
        return [place] if place else find(name)

    return resolve


@cache
def spoken_in(lang: str) -> frozenset[str]:
    """ISO codes of the countries where a language is an everyday one; empty when unknown."""
    countries = read_tables("")["tongues"]["countries"]
    return frozenset(countries.get(lang, "").split())
