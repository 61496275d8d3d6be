"""A message that only tries a channel, and says so in every form."""

from tocsin.clock import rfc3339
from tocsin.model import Alert, Event

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def trial(channel: str, now_ms: int) -> Alert:
    """An alert about nothing, for one channel; its key and event occur nowhere else."""
    at, event_id = rfc3339(now_ms), f"test{_base36(now_ms):0>12}"
    nothing = Event(
        event_id=event_id,
        revision=1,
        phase="reported",
        at=at,
        first_seen=at,
        hazard="incident",
        category="Other",
        origin="posts",
        tier="unconfirmed",
        headline="Test of a channel",
        lang="en",
        place=None,
        level="green",
        severity="Unknown",
        urgency="Unknown",
        certainty="Unknown",
        confidence=0.0,
        voices="0",
        families=(),
        facts=(),
        bulletins=(),
        why=(),
        contract="",
    )
    return Alert(
        key=f"{event_id}.1.test.{channel}",
        kind="alert",
        watch="test",
        meaning="",
        channel=channel,
        event=nothing,
        mode="test",
    )


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
