"""A server on loopback that sends recorded frames over a WebSocket as fast as they are taken."""

import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from websockets.http11 import Request
from websockets.server import ServerProtocol

_PIECE_BYTES = 1_048_576


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
def sending(messages: bytes) -> Iterator[str]:
    """The address of a process of its own that sends `messages` over and over to who comes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages"
        path.write_bytes(messages)
        child = subprocess.Popen(
            [sys.executable, "-m", __name__, str(path)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert child.stdout is not None
            yield f"ws://127.0.0.1:{int(child.stdout.readline())}"
        finally:
            child.terminate()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def serve(path: Path) -> None:
    """Tell the port on standard output, then serve one listener after the other."""
    messages = memoryview(path.read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            link, _ = server.accept()
            with link, suppress(OSError):
                _greet(link)
                while True:
                    for at in range(0, len(messages), _PIECE_BYTES):
                        link.sendall(messages[at : at + _PIECE_BYTES])


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
    serve(Path(sys.argv[1]))
