"""One thing that was looked at, and what to do about it."""

from collections.abc import Iterable
from typing import Literal

import msgspec

State = Literal["ok", "warn", "fail"]
_ORDER: tuple[State, ...] = ("ok", "warn", "fail")


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it stands, what was found and what to do.

    `warn`: Tocsin runs, but less well or less safely. `fail`: it does not run.
    """

    what: str
    state: State
    found: str
    remedy: str = ""


def worst(findings: Iterable[Finding]) -> State:
    """The gravest state among them; `ok` when there are none."""
    return max((finding.state for finding in findings), key=_ORDER.index, default="ok")
