"""What was decided when: the bars under the map, and the words it is told in."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from tocsin.clock import parse_time_ms, rfc3339
from tocsin.model import LEVELS
from tocsin.render.phrases import LANGS, phrases
from tocsin.vocabulary.hazards import load_hazards
from tocsin.web.answers import Problem, Timeline, Words
from tocsin.web.board import Board
from tocsin.web.guard import json_answer
from tocsin.web.query import timeline_hours

BINS = 96
"""Steps of a timeline: a quarter of an hour each in a day."""


def timeline(board: Board, now: str, hours: int) -> Timeline:
    """Kept revisions by step and level over the `hours` before `now` (RFC 3339)."""
    step_ms = hours * 3_600_000 // BINS
    begins_ms = parse_time_ms(now) - BINS * step_ms
    bins = [[0] * len(LEVELS) for _ in range(BINS)]
    for at, level in board.decided(rfc3339(begins_ms)):
        # What the clock of a source puts after now belongs to the last step.
        step = min((parse_time_ms(at) - begins_ms) // step_ms, BINS - 1)
        bins[step][LEVELS.index(level)] += 1
    return Timeline(
        begins=rfc3339(begins_ms),
        step_s=step_ms // 1000,
        bins=tuple((green, yellow, red) for green, yellow, red in bins),
    )


def words(lang: str) -> Words:
    """Names of hazards and phrases in one of LANGS; raises ConfigError when it is none."""
    known = load_hazards()
    return Words(
        lang=lang,
        hazards={one.key: one.labels.get(lang) or one.labels["en"] for one in known},
        categories={one.key: one.category for one in known},
        phrases=phrases(lang),
    )


def timeline_answers(
    board: Board, now: Callable[[], str]
) -> dict[str, Callable[[Request], Response]]:
    """Answers by address; `now` gives the time as RFC 3339."""

    def bars(request: Request) -> Response:
        hours = timeline_hours(request.query_params.multi_items())
        return json_answer(timeline(board, now(), hours))

    def in_words(request: Request) -> Response:
        lang = request.path_params["lang"]
        if lang not in LANGS:
            problem = "No such language here."
            return json_answer(Problem(problem, f"Take one of: {', '.join(LANGS)}."), 404)
        return json_answer(words(lang))

    return {"/api/timeline": bars, "/api/words/{lang}": in_words}
