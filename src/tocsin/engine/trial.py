"""Each source for a moment: does it answer, what did it bring, and what became of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from tocsin.clock import Clock
from tocsin.config_file import Configuration
from tocsin.engine.assemble import build_sources
from tocsin.engine.bulletins import BulletinReader
from tocsin.errors import InputError, SourceEnded, SourceLost, SourceRefused
from tocsin.metrics import Reason, Tally
from tocsin.sources import Post, Source

FRAMES = 200
"""So many frames are enough to know."""
READ_S = 0.5
_UNREAD = (Reason.BAD_FRAME, Reason.BAD_TIME, Reason.TOO_LARGE, Reason.BAD_BULLETIN)
Reader = Callable[[], BulletinReader]


class Tried(msgspec.Struct, frozen=True):
    """One source after its moment."""

    name: str
    type: str
    state: Literal["ok", "warn", "fail"]
    """warn: it may come right by itself; fail: it will not."""
    found: str
    remedy: str = ""
    frames: int = 0
    counts: dict[str, int] = {}
    """Frames by what they were: operations of posts, bulletins, and reasons of refusal."""
    lag_s: float | None = None
    """How old the newest post was."""


def try_sources(
    configuration: Configuration, clock: Clock, seconds: float, reader: Reader
) -> Iterator[Tried]:
    """Connect to each configured source in turn, for `seconds` each, and keep nothing.

    `reader` makes what reads bulletins, when the first one came. Raises ConfigError for a
    wrong setting.
    """
    for name, source in build_sources(configuration, clock).items():
        if source.spec.name == "stdin":
            yield Tried(name, "stdin", "ok", "reads what is piped into tocsin run; not tried")
            continue
        try:
            yield _tried(name, source, clock, seconds, reader)
        finally:
            source.close()


def _tried(name: str, source: Source, clock: Clock, seconds: float, reader: Reader) -> Tried:
    kind = source.spec.name
    frames: list[bytes] = []
    until_s = clock.monotonic_s() + seconds
    try:
        source.open(None)
        while len(frames) < FRAMES and (left_s := until_s - clock.monotonic_s()) > 0:
            frames += source.read(min(left_s, READ_S))[0]
    except SourceEnded:
        if not frames:
            return Tried(name, kind, "warn", "ended without a frame", "Check what it reads.")
    except SourceLost as error:
        if not frames:
            return Tried(name, kind, "warn", *_parted(error))
    except (SourceRefused, InputError) as error:
        return Tried(name, kind, "fail", *_parted(error), frames=len(frames))
    except Exception as error:
        # A stranger's source may raise anything; its text may hold anything, so it is not told.
        found = f"broke off: {type(error).__name__}"
        return Tried(name, kind, "fail", found, "Mend or uninstall the package it comes from.")
    if not frames:
        return _silent(name, source, seconds)
    if source.spec.kind == "bulletins":
        return _official(name, source, frames, reader())
    return _posts(name, source, frames, clock)


def _silent(name: str, source: Source, seconds: float) -> Tried:
    kind = source.spec.name
    if getattr(source, "heard_ms", None) is not None:
        return Tried(name, kind, "ok", "answers; nothing new")
    found = f"connected, but silent for {seconds:.0f} s"
    return Tried(name, kind, "warn", found, "Try again with --seconds 60, or ask its operator.")


def _posts(name: str, source: Source, frames: Sequence[bytes], clock: Clock) -> Tried:
    counts: Counter[str] = Counter()
    newest_ms: int | None = None
    for frame in frames:
        seen = source.decode(frame)
        if isinstance(seen, Post):
            counts[seen.op] += 1
            newest_ms = max(newest_ms or 0, seen.at_ms)
        else:
            counts[seen.value] += 1
    lag_s = None if newest_ms is None else max(clock.now_ms() - newest_ms, 0) / 1000
    return _judged(name, source.spec.name, len(frames), counts, lag_s)


def _official(name: str, source: Source, frames: Sequence[bytes], reader: BulletinReader) -> Tried:
    tally = Tally()
    counts = Counter({"bulletins": len(reader.read(source, frames, tally))})
    counts.update({reason.value: count for reason, count in tally.refused.items()})
    return _judged(name, source.spec.name, len(frames), counts, None)


def _judged(name: str, kind: str, frames: int, counts: Counter[str], lag_s: float | None) -> Tried:
    told = {what: count for what, count in counts.most_common() if count}
    found = ", ".join(f"{what} {count}" for what, count in told.items()) or "nothing in them"
    unread = sum(counts[reason.value] for reason in _UNREAD)
    if unread and unread == sum(told.values()):
        remedy = "It answers in another form. Check its address and type."
        return Tried(name, kind, "fail", f"{frames} frames: {found}", remedy, frames, told, lag_s)
    behind = f"; newest {lag_s:.0f} s old" if lag_s is not None else ""
    return Tried(name, kind, "ok", f"{frames} frames: {found}{behind}", "", frames, told, lag_s)


def _parted(error: Exception) -> tuple[str, str]:
    """What is wrong, and what to do: the first sentence of our errors, and the rest."""
    problem, _, remedy = str(error).partition(". ")
    return problem[:200], remedy[:200]
