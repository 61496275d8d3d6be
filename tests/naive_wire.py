"""Splitting what a WebSocket server sent, by the library alone, one frame after the other."""

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import CLOSED, OPEN, State
from websockets.uri import parse_uri

URI = parse_uri("ws://127.0.0.1:9/")


def opened(message_bytes):
    """A client of the library behind its handshake."""
    return ClientProtocol(URI, state=State.OPEN, max_size=message_bytes)


def split(data, message_bytes):
    """Messages of the bytes, and the codes of closing that we sent and got (None for no end)."""
    protocol = opened(message_bytes)
    protocol.receive_data(data)
    messages, pieces = [], []
    for event in protocol.events_received():
        assert isinstance(event, Frame)
        if event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            pieces.append(bytes(event.data))
            if event.fin:
                messages.append(b"".join(pieces))
                pieces = []
    if protocol.state is OPEN:
        return messages, None
    protocol.receive_eof()
    assert protocol.state is CLOSED
    told = protocol.close_exc
    return messages, (getattr(told.sent, "code", None), getattr(told.rcvd, "code", None))
