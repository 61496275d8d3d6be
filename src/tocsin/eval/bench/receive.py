"""How many messages a second come off a WebSocket, in several ways, from the same server."""

import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import numpy as np
from websockets.sync.client import connect

from tocsin.clock import SystemClock
from tocsin.eval.bench.line import Line
from tocsin.eval.bench.load import make_load
from tocsin.eval.bench.sender import as_messages, sending
from tocsin.sources.columns import block_of
from tocsin.sources.frames import decode_jetstream
from tocsin.sources.jetstream import MESSAGE_BYTES, JetstreamSource
from tocsin.sources.jetstream_cursor import Tracker
from tocsin.sources.scan import scan_jetstream

FRAMES = 20_000
"""Different frames; they are sent over and over."""
Tell = Callable[[str], None]


class Way(msgspec.Struct):
    """What one way of receiving reached."""

    messages: int
    per_wall_s: float
    cpu_us: float
    """Of this process alone, a message."""
    mb_per_wall_s: float


def run_receive(messages: int, seed: int, tell: Tell) -> dict[str, Way]:
    """Each way in turn, over about so many messages; the slow one over a tenth of them."""
    tell(f"writing {FRAMES} frames")
    frames = make_load(FRAMES, 0.03, seed).frames
    mean = sum(map(len, frames)) / FRAMES
    tell("compiling, where that was not done before")
    Line().take(frames[:4_096])
    found = {}
    with sending(as_messages(frames)) as url:
        for name, (way, part) in _WAYS.items():
            tell(name)
            way(url, 2_000, mean)
            found[name] = way(url, int(messages * part), mean)
    return found


def _measured(step: Callable[[], int], messages: int, mean: float) -> Way:
    """Take until so many messages came."""
    wall_s, cpu_s, came = time.perf_counter(), time.process_time(), 0
    while came < messages:
        came += step()
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return Way(
        came, round(came / wall_s), round(1e6 * cpu_s / came, 3), round(came * mean / wall_s / 1e6)
    )


def _one_by_one(url: str, messages: int, mean: float) -> Way:
    """A call of the library for each message, and a look into each for the cursor."""
    tracker = Tracker("v1", urlsplit(url).netloc, None)
    with connect(url, compression=None, max_size=MESSAGE_BYTES, max_queue=256) as link:

        def step() -> int:
            frames = []
            for _ in range(512):
                frames.append(link.recv(decode=False))
                tracker.see(frames[-1])
            return len(block_of(frames).start)

        way = _measured(step, messages, mean)
        # A polite closing would first read all that is still on its way.
        link.close_socket()
        return way


def _source(url: str) -> JetstreamSource:
    table = {"url": url, "wire": "v1"}
    source = JetstreamSource(JetstreamSource.spec.checked("bench", table), SystemClock())
    source.open(None)
    return source


def _in_bulk(url: str, messages: int, mean: float) -> Way:
    """The source as it runs."""
    source = _source(url)
    way = _measured(lambda: len(source.read_block(1.0)[0].start), messages, mean)
    source.close()
    return way


def _to_decision(url: str, messages: int, mean: float) -> Way:
    """The source and the whole line behind it, on one thread."""
    source, line = _source(url), Line()

    def step() -> int:
        block = source.read_block(1.0)[0]
        line.decide(line.gate.sift(block, decode_jetstream, scan_jetstream))
        return len(block.start)

    way = _measured(step, messages, mean)
    source.close()
    return way


def _socket_alone(url: str, messages: int, mean: float) -> Way:
    """Bytes as the system gives them, looked at by nobody: the ceiling."""
    parts = urlsplit(url)
    into = np.empty(1_048_576, np.uint8)
    head = (
        f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as link:
        link.sendall(head.encode())
        left = 0.0

        def step() -> int:
            nonlocal left
            left += link.recv_into(into.data) / mean
            whole = int(left)
            left -= whole
            return whole

        return _measured(step, messages, mean)


_WAYS: dict[str, tuple[Callable[[str, int, float], Way], float]] = {
    "the library, message by message": (_one_by_one, 0.1),
    "in bulk, as the source does": (_in_bulk, 1.0),
    "in bulk, to the decision": (_to_decision, 0.5),
    "bytes of the socket alone": (_socket_alone, 1.0),
}
