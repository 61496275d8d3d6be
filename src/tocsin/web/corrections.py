"""What was taken back or lowered, for anybody to read, with how long that took."""

from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import DAY_MS, parse_time_ms, rfc3339
from tocsin.render.feeds import ATOM, ATOM_MEDIA
from tocsin.store import Correction, median_ms
from tocsin.vocabulary.hazards import hazard_ids, load_hazards
from tocsin.web.answers import Corrected, CorrectionList
from tocsin.web.board import Board, Filters
from tocsin.web.guard import json_answer
from tocsin.web.query import EVENT_FILTERS, check_names, event_filters

DAYS = 30
"""Corrections of so many days are told, and their median, unless `since` says otherwise."""
CORRECTION_FILTERS = tuple(
    each for each in EVENT_FILTERS if each.name in ("hazard", "country", "since", "limit")
)
Find = Callable[[int], Sequence[Correction]]
"""Corrections decided at or after a time, newest first."""
_KINDS = {"withdrawn": "Withdrawn", "lowered": "Level lowered"}


def on_board(board: Board) -> Find:
    """Withdrawals the board knows of; a store knows more and remembers for longer."""

    def find(since_ms: int) -> list[Correction]:
        gone = board.events(Filters(phases=("withdrawn",), since=rfc3339(since_ms), limit=500))
        return [
            Correction(
                event.event_id,
                event.revision,
                "withdrawn",
                event.hazard,
                event.place.country if event.place else None,
                parse_time_ms(event.at),
                parse_time_ms(event.first_seen),
            )
            for event in gone
        ]

    return find


def correction_answers(
    find: Find, now: Callable[[], str]
) -> dict[str, Callable[[Request], Response]]:
    """Answers by address; `now` gives the time as RFC 3339."""

    def asked(request: Request) -> CorrectionList:
        given = request.query_params.multi_items()
        check_names(given, CORRECTION_FILTERS)
        filters = event_filters(given)
        since = filters.since
        since_ms = parse_time_ms(since) if since else parse_time_ms(now()) - DAYS * DAY_MS
        wanted = [
            each
            for each in find(since_ms)
            if (not filters.hazards or each.hazard in filters.hazards)
            and (not filters.countries or each.country in filters.countries)
        ]
        middle_ms = median_ms(wanted)
        return CorrectionList(
            since=rfc3339(since_ms),
            count=len(wanted),
            median_s=None if middle_ms is None else middle_ms / 1000,
            corrections=[_told(each) for each in wanted[: filters.limit]],
        )

    return {
        "/api/corrections": lambda request: json_answer(asked(request)),
        "/api/corrections.atom": lambda request: Response(
            _atom(asked(request), now()), media_type=ATOM_MEDIA
        ),
    }


def _told(each: Correction) -> Corrected:
    return Corrected(
        event_id=each.event_id,
        revision=each.revision,
        kind=each.kind,
        hazard=each.hazard,
        country=each.country,
        at=rfc3339(each.at_ms),
        wrong_since=rfc3339(each.wrong_ms),
        took_s=(each.at_ms - each.wrong_ms) / 1000,
    )


def _atom(found: CorrectionList, now: str) -> bytes:
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", "urn:tocsin:feed:tocsin-corrections")
    _add(root, "title", "Tocsin corrections")
    middle = "none yet" if found.median_s is None else _minutes(found.median_s)
    since = f"{found.count} since {found.since}"
    _add(root, "subtitle", f"Median time to correct: {middle} ({since}).")
    _add(root, "updated", max((each.at for each in found.corrections), default=now))
    _add(ET.SubElement(root, "author"), "name", "Tocsin")
    hazards, ids = load_hazards(), hazard_ids()
    for each in found.corrections:
        number = ids.get(each.hazard)
        label = hazards[number].labels["en"] if number is not None else each.hazard
        where = f" ({each.country})" if each.country else ""
        entry = ET.SubElement(root, "entry")
        _add(entry, "id", f"urn:tocsin:correction:{each.event_id}.{each.revision}")
        _add(entry, "title", f"{_KINDS[each.kind]}: {label}{where}")
        _add(entry, "updated", each.at)
        _add(entry, "published", each.at)
        _add(
            entry,
            "summary",
            f"First said at {each.wrong_since}, corrected at {each.at}: "
            f"after {_minutes(each.took_s)}. Disregard what was said before.",
        )
    ET.indent(root)
    return str(ET.tostring(root, encoding="unicode")).encode() + b"\n"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
