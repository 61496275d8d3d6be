"""What every official message is held to before any of it is kept (contract P14)."""

import math
import re
from collections import Counter
from typing import NamedTuple

from tocsin.clock import parse_time_ms
from tocsin.metrics import Reason
from tocsin.model import Bulletin

BULLETINS_MOST = 10_000
"""Most bulletins one frame may hold."""
REFERENCES_MOST = 64
"""Most earlier messages one bulletin may name."""
RADIUS_MOST_KM = 20_000.0

_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._:~+/=-]{0,127}")
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class Read(NamedTuple):
    """What one frame gave: bulletins, and how many messages were refused why."""

    bulletins: list[Bulletin]
    refused: "Counter[Reason]"


class Refused(Exception):
    """Why one message is not kept; carries no word of it."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason.value)


def identifier(text: str) -> str:
    """An id of the declared pattern: 128 plain characters with a digit, no address."""
    if not _ID.fullmatch(text):
        raise Refused(Reason.BAD_BULLETIN)
    return text


def is_source_name(text: str) -> bool:
    """Whether the text can name a feed: lower case, as in the configuration."""
    return _SOURCE.fullmatch(text) is not None


def moment_ms(text: str) -> int:
    """Milliseconds of an RFC 3339 time between 2000 and 2100."""
    try:
        return parse_time_ms(text.strip())
    except (ValueError, OverflowError):
        raise Refused(Reason.BAD_TIME) from None


def between(value: float, low: float, high: float) -> float:
    """The value, if it is finite and within the bounds."""
    if not math.isfinite(value) or not low <= value <= high:
        raise Refused(Reason.BAD_BULLETIN)
    return float(value)
