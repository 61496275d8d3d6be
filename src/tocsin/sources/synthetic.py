"""The synthetic world as a source of posts and of bulletins: needs no network, knows the truth."""

import msgspec

from tocsin.clock import HOUR_MS, Clock
from tocsin.config import Field, Spec, Value
from tocsin.errors import SourceLost, SourceRefused
from tocsin.metrics import Reason
from tocsin.sources import Post
from tocsin.sources.frames import decode_replay
from tocsin.sources.synthetic_world import World

FRAMES_PER_READ = 2_048
"""About the most frames one read hands on; the rest waits for the next."""
HISTORY_FRAMES = 24_000
"""About the most posts of history given at once; at a high rate it reaches back less far."""

_POLL_S = 0.05
_FIELDS = (
    Field(name="seed", default=39, low=0, high=2**31, help="Another seed is another world."),
    Field(
        name="first_event_s",
        default=4.0,
        unit="s",
        low=0.0,
        high=86_400.0,
        help="Seconds from the start to the first planted event.",
    ),
    Field(
        name="event_every_s",
        default=25.0,
        unit="s",
        low=5.0,
        high=86_400.0,
        help="Seconds between the starts of planted events.",
    ),
    Field(
        name="speed",
        default=1.0,
        unit="stream s/clock s",
        low=0.1,
        high=1_000.0,
        help="How fast stream time runs; above 1 it runs ahead of the clock.",
    ),
    Field(
        name="start_ms",
        default=0,
        unit="ms",
        low=0,
        high=4_000_000_000_000,
        help="Stream time of the start; 0 starts now, any other makes a run repeatable.",
    ),
)


class _StreamTime:
    """Stream time: tied to the clock at one moment, and running at its own speed."""

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        self._clock = clock
        self._speed = _number(settings, "speed")
        self._fixed_ms = round(_number(settings, "start_ms"))
        self._clock_ms = clock.now_ms()
        self._stream_ms = self.start_ms = self._fixed_ms or self._clock_ms

    def resume(self, at_ms: int) -> None:
        """A fixed world goes on where it stood; a world of now has gone on meanwhile."""
        if self._fixed_ms:
            self._stream_ms = max(at_ms, self.start_ms)

    def now_ms(self) -> int:
        """Where the stream is."""
        return self._stream_ms + round((self._clock.now_ms() - self._clock_ms) * self._speed)


class SyntheticSource:
    """Posts of the synthetic world as they fall due, a short history first; it never ends."""

    spec = Spec(
        name="synthetic",
        kind="posts",
        summary="An invented world that plants hazard events in chatter; for demos and tests.",
        fields=(
            *_FIELDS,
            Field(
                name="posts_per_s",
                default=20.0,
                unit="1/s",
                low=0.1,
                high=2_000.0,
                help="Posts a second that are just chatter; events come on top.",
            ),
            Field(
                name="history_s",
                default=1_200.0,
                unit="s",
                low=0.0,
                high=7_200.0,
                help="Seconds of chatter from before the start, given at once when opened.",
            ),
        ),
        example='[sources.world]\ntype = "synthetic"\nseed = 39\nposts_per_s = 20\n',
        family="synthetic",
        deletes=True,
        terms="Every word is invented here, so no service's terms apply.",
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; stream time begins when first opened."""
        self._settings, self._clock = settings, clock
        self._time: _StreamTime | None = None
        self._open = False

    def open(self, cursor: str | None) -> None:
        """Begin with the history, or go on at the cursor (stream ms).

        Frames after the cursor of a source with a fixed `start_ms` are the same in every
        process. Raises SourceRefused for a cursor that is none.
        """
        at_ms = None if cursor is None else _stream_ms(cursor)
        if self._time is None:
            self._time = _StreamTime(self._settings, self._clock)
            self._world = self._build(self._time.start_ms)
            if at_ms is not None:
                self._time.resume(at_ms)
        self._world.seek(self._world.base_ms if at_ms is None else at_ms)
        self._open = True

    def _build(self, start_ms: int) -> World:
        posts_per_s = _number(self._settings, "posts_per_s")
        history_s = min(_number(self._settings, "history_s"), HISTORY_FRAMES / posts_per_s)
        return _world(self._settings, start_ms, posts_per_s, history_s)

    @property
    def world(self) -> World:
        """The world behind the posts, with its truth and its canaries; needs `open` first."""
        return self._world

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """What fell due, after at most `wait_s` seconds; raises SourceLost when not open."""
        deadline_s = self._clock.monotonic_s() + wait_s
        while True:
            if not self._open or self._time is None:
                raise SourceLost("The synthetic source is closed: open it first.")
            frames = self._world.frames(self._time.now_ms(), FRAMES_PER_READ)
            left_s = deadline_s - self._clock.monotonic_s()
            if frames or left_s < 0.001:
                return frames, str(self._world.position_ms)
            self._clock.sleep_s(min(left_s, _POLL_S))

    def decode(self, frame: bytes) -> Post | Reason:
        """A replay row as a Post; a text that begins with `RT @` is a repost."""
        post = decode_replay(frame)
        if isinstance(post, Post) and post.text.startswith("RT @"):
            return msgspec.structs.replace(post, repost=True)
        return post

    def close(self) -> None:
        """Stop; it may be opened again, at a cursor."""
        self._open = False


class SyntheticBulletins:
    """Official word about the events of the synthetic world with the same settings."""

    wire = "jsonl"
    """Which reader of `tocsin.official.parse` the frames are for."""
    spec = Spec(
        name="synthetic_bulletins",
        kind="bulletins",
        summary="Invented official bulletins about the synthetic world, some of them false.",
        fields=_FIELDS,
        example='[sources.authority]\ntype = "synthetic_bulletins"\nseed = 39\n',
        family="synthetic_official",
        terms="Every word is invented here, so no service's terms apply.",
    )

    def __init__(self, settings: dict[str, Value], clock: Clock) -> None:
        """`settings` as checked by the spec; give those of the posts it shall confirm."""
        self._settings, self._clock = settings, clock
        self._time: _StreamTime | None = None
        self._open = False

    def open(self, cursor: str | None) -> None:
        """Begin at the start or at the cursor (stream ms); raises SourceRefused."""
        at_ms = None if cursor is None else _stream_ms(cursor)
        if self._time is None:
            self._time = _StreamTime(self._settings, self._clock)
            self._world = _world(self._settings, self._time.start_ms, 0.1, 0.0)
            if at_ms is not None:
                self._time.resume(at_ms)
        self._at_ms = self._time.start_ms if at_ms is None else max(at_ms, self._time.start_ms)
        self._world.seek_bulletins(self._at_ms)
        self._open = True

    def read(self, wait_s: float) -> tuple[list[bytes], str | None]:
        """Bulletins sent since the last read, an hour of stream time at most.

        Raises SourceLost when not open.
        """
        deadline_s = self._clock.monotonic_s() + wait_s
        while True:
            if not self._open or self._time is None:
                raise SourceLost("The synthetic bulletins are closed: open them first.")
            self._at_ms = max(self._at_ms, min(self._time.now_ms(), self._at_ms + HOUR_MS))
            frames = self._world.bulletins(self._at_ms)
            left_s = deadline_s - self._clock.monotonic_s()
            if frames or left_s < 0.001:
                return frames, str(self._at_ms)
            self._clock.sleep_s(min(left_s, _POLL_S))

    def decode(self, frame: bytes) -> Post | Reason:
        """No post is ever in here: bulletins are read by `tocsin.official.parse`."""
        return Reason.OTHER_KIND

    def close(self) -> None:
        """Stop; it may be opened again, at a cursor."""
        self._open = False


def _world(
    settings: dict[str, Value], start_ms: int, posts_per_s: float, history_s: float
) -> World:
    return World(
        round(_number(settings, "seed")),
        start_ms,
        posts_per_s,
        first_event_s=_number(settings, "first_event_s"),
        event_every_s=_number(settings, "event_every_s"),
        history_s=history_s,
    )


def _number(settings: dict[str, Value], name: str) -> float:
    value = settings[name]
    assert isinstance(value, int | float), name
    return value


def _stream_ms(cursor: str) -> int:
    if not (cursor.isdecimal() and len(cursor) <= 15):
        raise SourceRefused("The cursor is no stream time in ms. Start without a cursor.")
    return int(cursor)
