"""`tocsin why-not`: which bar an event missed that was not reported."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.screen import emit, words
from tocsin.cli.watch_store import opened
from tocsin.clock import HOUR_MS, parse_time_ms, rfc3339
from tocsin.config_file import load
from tocsin.errors import InputError
from tocsin.store import Store
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.hazards import hazard_ids

SENTENCES = {
    "score": "the voices said too little: links, questions and doubtful senses weigh less",
    "quiet": "it was over before it was sure",
    "place": "the reports agreed on no place, and this hazard means nothing without one "
    "(or Tocsin had listened for less than six hours)",
    "belief": "the signs together did not convince (of a recording, `tocsin replay --trace` shows "
    "each)",
}
TOO_FEW = "too few voices: fewer than five people spoke of it, or none at all"


def why_not(
    hazard: Annotated[str, typer.Option(help="Key of a hazard, as `tocsin explain` lists them.")],
    place: Annotated[str, typer.Option(help="A place; the answer is about its country.")],
    at: Annotated[str, typer.Option(help="When, as 2026-03-04T05:06Z.")],
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")] = Path(
        "tocsin.toml"
    ),
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Name the first bar that a burst missed, within an hour of a time, in a country.

    Example: tocsin why-not --hazard earthquake --place Guatemala --at 2026-03-04T05:06Z
    """
    country, at_ms = _country(place), _time(at)
    if hazard not in hazard_ids():
        raise InputError(f"{hazard} is no hazard. Take a key from: tocsin explain TEXT.")
    with opened(load(config), config) as store:
        answer = answered(store, hazard, country, at_ms)
    if json:
        emit(answer)
    else:
        words.print(answer["said"], highlight=False)


def answered(store: Store, hazard: str, country: str, at_ms: int) -> dict[str, str]:
    """`answer` (an event id, a bar or "too few voices"), the hour, and a sentence."""
    hour_ms = at_ms // HOUR_MS * HOUR_MS
    for revision in store.latest(hour_ms - 24 * HOUR_MS):
        event = revision.event
        if event is None or event.hazard != hazard or event.place is None:
            continue
        near = parse_time_ms(event.first_seen) <= at_ms + HOUR_MS <= revision.at_ms + 2 * HOUR_MS
        if event.place.country == country and near:
            said = f"It was reported: {event.event_id}, {event.headline}"
            return {"answer": event.event_id, "at": event.first_seen, "said": said}
    found = store.near_misses.about(hazard, (country, ""), hour_ms - HOUR_MS, hour_ms + HOUR_MS)
    if not found:
        return {"answer": "too few voices", "at": rfc3339(hour_ms), "said": f"{TOO_FEW}."}
    best = min(found, key=lambda each: (each.country != country, abs(each.hour_ms - hour_ms)))
    where = "" if best.country else " (no country led among the places named)"
    said = f"{best.voices} voices, and the bar missed was {best.bar}: {SENTENCES[best.bar]}{where}."
    return {"answer": best.bar, "at": rfc3339(best.hour_ms), "said": said}


def _country(place: str) -> str:
    gazetteer = Gazetteer.load()
    for index in gazetteer.find(place):
        iso = gazetteer.iso(index)
        if iso is not None:
            return iso
    raise InputError(f"--place {place}: no such place is known. Write a town, region or country.")


def _time(at: str) -> int:
    try:
        return parse_time_ms(at)
    except ValueError as error:
        raise InputError(f"--at {at}: no time. Write it as 2026-03-04T05:06Z.") from error
