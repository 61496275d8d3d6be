"""What every official message is held to before any of it is kept (contract P14)."""

import math
import re
from collections import Counter
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from tocsin.bulletin import Bulletin
from tocsin.clock import parse_time_ms
from tocsin.markup import Refused as Refused
from tocsin.metrics import Reason

BULLETINS_MOST = 10_000
"""Most bulletins one frame may hold."""
REFERENCES_MOST = 64
"""Most earlier messages one bulletin may name."""
RADIUS_MOST_KM = 20_000.0
EARLIEST_MS = 946_684_800_000
LATEST_MS = 4_102_444_800_000
"""The years 2000 to 2099."""

_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._:~+/=-]{0,127}")
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class Read(NamedTuple):
    """What one frame gave: bulletins, and how many messages were refused why."""

    bulletins: list[Bulletin]
    refused: "Counter[Reason]"


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


def mail_moment_ms(text: str) -> int:
    """Milliseconds of a time as mail headers and RSS write it; without a zone it is UTC."""
    try:
        told = parsedate_to_datetime(text)
        found = round(told.replace(tzinfo=told.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        raise Refused(Reason.BAD_TIME) from None
    if not EARLIEST_MS <= found < LATEST_MS:
        raise Refused(Reason.BAD_TIME)
    return found


def between(value: float, low: float, high: float) -> float:
    """The value, if it is finite and within the bounds."""
    if not math.isfinite(value) or not low <= value <= high:
        raise Refused(Reason.BAD_BULLETIN)
    return float(value)
