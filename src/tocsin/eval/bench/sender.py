"""A server on loopback that sends recorded frames over a WebSocket as fast as they are taken."""

import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tocsin.eval.bench.tape import Tape

_PIECE_BYTES = 1_048_576
_TICK_S = 0.01


def as_messages(frames: list[bytes]) -> bytes:
    """Frames as a server puts them on the wire: unmasked text messages (RFC 6455, 5.2)."""
    pieces: list[bytes] = []
    for frame in frames:
        size = len(frame)
        short = size < 126
        pieces += (
            struct.pack("!BB", 0x81, size) if short else struct.pack("!BBH", 0x81, 126, size),
            frame,
        )
    return b"".join(pieces)


@contextmanager
def sending(messages: bytes, per_s: int | None = None) -> Iterator[str]:
    """The address of a process of its own that sends `messages` over and over to who comes.

    With `per_s` each time as new posts, stamped with the moment at which they are due: so many a
    second, or for 0 as fast as they are taken.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages"
        path.write_bytes(messages)
        del messages
        child = subprocess.Popen(
            [sys.executable, "-m", __name__, str(path), *([] if per_s is None else [str(per_s)])],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            yield f"ws://127.0.0.1:{int(child.stdout.readline())}"
        finally:
            child.terminate()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def serve(path: Path, per_s: int | None) -> None:
    """Tell the port on standard output, then serve one listener after the other."""
    messages = path.read_bytes()
    tape = None if per_s is None else Tape(messages, _starts(messages))
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            link, _ = server.accept()
            with link, suppress(OSError):
                _greet(link)
                if tape is None or per_s is None:
                    _repeat(link, memoryview(messages))
                else:
                    _play(link, tape, _starts(messages), per_s)


def _starts(messages: bytes) -> NDArray[np.int64]:
    """First byte of each message, its head included."""
    found, at = [], 0
    while at < len(messages):
        found.append(at)
        size = messages[at + 1]
        at += 2 + size if size < 126 else 4 + int.from_bytes(messages[at + 2 : at + 4], "big")
    return np.array(found, np.int64)


def _repeat(link: socket.socket, messages: memoryview) -> None:
    while True:
        for at in range(0, len(messages), _PIECE_BYTES):
            link.sendall(messages[at : at + _PIECE_BYTES])


def _play(link: socket.socket, tape: Tape, starts: NDArray[np.int64], per_s: int) -> None:
    """Send posts when they are due; who takes them late finds the time they were due in them."""
    bounds = [*starts.tolist(), len(tape.data)]
    rows = max(1, int(per_s * _TICK_S)) if per_s else 1_000
    begun, sent, turn = time.time(), 0, 0
    while True:
        for low in range(0, len(tape), rows):
            high = min(low + rows, len(tape))
            due = begun + sent / per_s if per_s else time.time()
            step_us = 1e6 / per_s if per_s else 0.0
            tape.stamp(low, high, int(due * 1e6), step_us, turn)
            sent += high - low
            if per_s:
                time.sleep(max(begun + sent / per_s - time.time(), 0.0))
            link.sendall(tape.data[bounds[low] : bounds[high]].data)
        turn += 1


def _greet(link: socket.socket) -> None:
    """The handshake, by the library."""
    protocol = ServerProtocol()
    while True:
        protocol.receive_data(link.recv(65_536))
        for event in protocol.events_received():
            if isinstance(event, Request):
                protocol.send_response(protocol.accept(event))
                link.sendall(b"".join(protocol.data_to_send()))
                return


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
